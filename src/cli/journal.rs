//! What the command line does with a journal.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use model::{EngineTime, Seq};
use tools::journal_dump::Form;
use tools::journal_seal::{self, Day, Key, Request};
use tools::journal_verify::Seals;

use super::Output;

#[derive(Subcommand)]
pub(super) enum JournalCommand {
    /// Checks every byte; names the first bad frame. With a public key, holds each day against its seal.
    Verify {
        /// The journal's folder.
        dir: PathBuf,
        /// Also decide every command again and compare.
        #[arg(long, conflicts_with = "day")]
        replay: bool,
        /// Public key of whoever sealed the days.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
        /// The folder of the seals; without it, `seals` in the journal's folder.
        #[arg(long, value_name = "FOLDER", requires = "public_key")]
        seals: Option<PathBuf>,
        /// This day alone, UTC.
        #[arg(long, value_name = "YYYY-MM-DD", requires = "public_key")]
        day: Option<Day>,
    },
    /// Signs each UTC day that is over. Only reads the journal, so the daemon may run. A seal is never replaced.
    Seal {
        /// The journal's folder.
        dir: PathBuf,
        /// The private key.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// This day alone.
        #[arg(long, value_name = "YYYY-MM-DD")]
        day: Option<Day>,
        /// The folder of the seals; without it, `seals` in the journal's folder.
        #[arg(long, value_name = "FOLDER")]
        seals: Option<PathBuf>,
    },
    /// Makes a pair of keys for seals.
    Keygen {
        /// File of the private key; the public one gets the same name with `.pub`.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Prints frames.
    Dump {
        /// The journal's folder.
        dir: PathBuf,
        /// First frame.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// Last frame.
        #[arg(long, default_value_t = u64::MAX)]
        to: u64,
        /// How.
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
}

pub(super) fn run(command: JournalCommand) -> Result<()> {
    match command {
        JournalCommand::Verify { dir, replay, public_key, seals, day } => {
            let folder = seals.unwrap_or_else(|| dir.join("seals"));
            let seals = public_key.as_deref().map(|public_key| Seals { folder: &folder, public_key, day });
            tools::journal_verify::run(&dir, replay, seals.as_ref())?;
        }
        JournalCommand::Seal { dir, key, day, seals } => seal(&dir, &key, day, seals)?,
        JournalCommand::Keygen { out } => {
            let (public_file, public_key) = journal_seal::generate(&out)?;
            println!("private key: {} (keep it off this machine's backups and away from others)", out.display());
            println!("public key:  {} ({public_key})", public_file.display());
        }
        JournalCommand::Dump { dir, from, to, output } => {
            let form = match output {
                Output::Text => Form::Text,
                Output::Json => Form::Json,
            };
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            tools::journal_dump::run(&dir, Seq(from.max(1)), Seq(to), form, &mut out)?;
        }
    }
    Ok(())
}

fn seal(dir: &Path, key: &Path, day: Option<Day>, seals: Option<PathBuf>) -> Result<()> {
    let key = Key::load(key)?;
    let seals = seals.unwrap_or_else(|| dir.join("seals"));
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).context("the clock is before 1970")?;
    let now = EngineTime(i64::try_from(since.as_nanos()).context("the clock is far in the future")?);
    let done = journal_seal::seal(&Request { dir, seals: &seals, key: &key, day, now })?;
    if let Some(seal) = &done.agrees {
        println!("{}: sealed before, and its {} frames are what was sealed", seal.day(), seal.frames());
    }
    for seal in &done.sealed {
        println!("{}: sealed, {} frames, root {}", seal.day(), seal.frames(), seal.root());
    }
    if let Some((day, why)) = done.waits {
        println!("{day}: not sealed yet: {why}");
    }
    Ok(())
}
