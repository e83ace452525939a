//! What the command line does with backups.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;
use tools::backup::{self, Manifest};

#[derive(Subcommand)]
pub(super) enum BackupAct {
    /// Copies a data folder - journal, seals, FIX sessions, messages, statements - and proves the copy. The daemon may run. Into the
    /// same folder again it writes only what changed.
    Backup {
        /// The data folder.
        #[arg(long, default_value = "data")]
        data: PathBuf,
        /// The folder of the backup.
        #[arg(long)]
        to: PathBuf,
    },
    /// Makes a data folder from a backup: all of it, with the hash of each file and of the state proven, or nothing. The analytics are
    /// built again when the daemon starts.
    Restore {
        /// The folder of the backup.
        #[arg(long)]
        from: PathBuf,
        /// The data folder; must be new or empty.
        #[arg(long)]
        data: PathBuf,
    },
}

pub(super) fn run(act: BackupAct) -> Result<()> {
    match act {
        BackupAct::Backup { data, to } => {
            let taken = backup::take(&data, &to)?;
            say("backed up", &taken.manifest, taken.took);
            println!("{} of the files were new or had changed", taken.written);
        }
        BackupAct::Restore { from, data } => {
            let restored = backup::restore(&from, &data)?;
            say("restored", &restored.manifest, restored.took);
            println!("taken {}; what came after it is not in it", restored.manifest.taken);
            println!("next: millrace serve --data {} with its configuration", data.display());
        }
    }
    Ok(())
}

/// For a person: how much, how long, and the proof.
pub(crate) fn say(done: &str, manifest: &Manifest, took: [Duration; 2]) {
    let [copying, proving] = took.map(|took| took.as_secs_f64());
    println!("{done} {} files, {} bytes, in {copying:.3} s", manifest.files(), manifest.bytes());
    let proof = &manifest.proof;
    println!("state after frame {}: {}, folded in {proving:.3} s", proof.frame, proof.state);
}
