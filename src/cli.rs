//! The command line: which subcommand, with what.

mod acts;
mod alarms;
mod backup;
mod close;
mod evidence;
mod export;
mod journal;
mod kills;
mod limits;
mod overrides;
mod restricted;

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand, ValueEnum};
use tools::daemon::Daemon;
use tools::fix_decode;

use self::acts::Act;
pub(crate) use self::backup::say as say_backup;
use crate::config::Configuration;
use crate::reload::ConfigurationFile;
use crate::{daemon, demo, drill, huge_pages};

/// How often a followed file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A low-latency order-processing engine: FIX in, risk, journal, fills, reports, analytics.
#[derive(Parser)]
#[command(version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the daemon until SIGTERM or Ctrl-C.
    Serve(ServeArgs),
    /// Checks a configuration and reports every error at once.
    Check {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
        /// How.
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Runs the real daemon with real FIX clients on fresh data, shows it live, and proves what it did.
    Demo(demo::Args),
    /// Tries out what must never be tried for the first time in earnest, on data of its own.
    #[command(subcommand)]
    Drill(drill::Drill),
    /// Looks at a journal, seals its days.
    #[command(subcommand)]
    Journal(journal::JournalCommand),
    /// Looks after the people who operate the daemon.
    #[command(subcommand)]
    Operators(OperatorsCommand),
    /// Looks after FIX sessions, and at FIX messages.
    #[command(subcommand)]
    Fix(FixCommand),
    /// Asks the analytics, while the daemon runs or not.
    Sql(SqlArgs),
    /// Writes records for a regulator.
    #[command(subcommand)]
    Export(export::ExportCommand),
    #[command(flatten)]
    Act(Act),
    /// Limits of the firm, of venues, sessions, accounts, traders, strategies and instruments. Alone, it shows them.
    Limits(limits::LimitsArgs),
    /// Shows the last alarms: what somebody should hear of at once although it refused nothing.
    Alarms(alarms::AlarmsArgs),
    /// The restricted list: what may not be traded, or not be sold short. Alone, it shows it.
    Restricted(restricted::RestrictedArgs),
    /// Lets one order pass the limits of a single order, by two persons. Alone, it shows what was asked for.
    Override(overrides::OverrideArgs),
    #[command(flatten)]
    Day(close::DayAct),
    #[command(flatten)]
    Evidence(evidence::Evidence),
    #[command(flatten)]
    Backup(backup::BackupAct),
    /// Has the daemon read its configuration again: sessions are added, changed and removed, accounts get their new limits.
    /// SIGHUP does the same. All errors are told at once, and then nothing is done.
    Reload {
        /// Why; the journal keeps it.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Overrides stand in for the file's values.
#[derive(Args)]
struct ServeArgs {
    /// The configuration.
    #[arg(long)]
    config: PathBuf,
    /// Instead of `[data] dir`.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Instead of `[fix] listen`.
    #[arg(long)]
    fix_listen: Option<SocketAddr>,
    /// Instead of `[http] listen`.
    #[arg(long)]
    http_listen: Option<SocketAddr>,
    /// Instead of `[quotes] seed`.
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Subcommand)]
enum OperatorsCommand {
    /// Makes a token for one person in a file that only its owner can read, and prints what `[[operators]]` knows it by.
    NewToken {
        /// The file; it must not be there yet.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum FixCommand {
    /// Shows the FIX messages in a log: names, words of values, what is wrong with them. Passwords are masked.
    Decode {
        /// The log; without it, standard input.
        file: Option<PathBuf>,
        /// How.
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
        /// A counterparty's dictionary, XML in QuickFIX's format.
        #[arg(long, value_name = "XML")]
        dictionary: Option<PathBuf>,
    },
    /// Reads a password from the standard input and prints the hash for `password_hash` of a session.
    HashPassword,
    /// Shows the sessions of the running daemon.
    Sessions {
        #[command(flatten)]
        place: Place,
        /// How.
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Follows the message log of a session.
    Tail {
        /// TargetCompID(56) of the session.
        session: String,
        /// Lines to begin with.
        #[arg(short = 'n', long, default_value_t = 10)]
        lines: usize,
        /// The data folder.
        #[arg(long, default_value = "data")]
        data: PathBuf,
    },
    /// Sets sequence numbers of a session that nobody is logged on to; the journal keeps who, when and why.
    SetSeq(SetSeqArgs),
}

#[derive(Args)]
#[group(id = "numbers", required = true, multiple = true, args = ["next_in", "next_out"])]
struct SetSeqArgs {
    /// TargetCompID(56) of the session.
    session: String,
    /// MsgSeqNum(34) due from the peer.
    #[arg(long = "in")]
    next_in: Option<u64>,
    /// MsgSeqNum(34) of our next message.
    #[arg(long = "out")]
    next_out: Option<u64>,
    /// Why; the journal keeps it.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, ValueEnum)]
enum Output {
    Text,
    Json,
}

/// Where the daemon and its data are.
#[derive(Args)]
struct Place {
    /// The data folder.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// The daemon's HTTP address.
    #[arg(long, default_value = "127.0.0.1:8080")]
    http: SocketAddr,
    /// The file with your own token, where the configuration has [[operators]]; also in MILLRACE_TOKEN_FILE.
    #[arg(long)]
    token_file: Option<PathBuf>,
}

impl Place {
    fn daemon(&self) -> Daemon {
        match self.own_token() {
            Some(file) => Daemon::with_token_of(self.http, &file),
            None => Daemon::new(self.http, &self.data),
        }
    }

    /// Who acts, as the journal keeps it. Whose own token it is need not say it.
    fn actor(&self) -> Option<String> {
        let user = || std::env::var("USER").unwrap_or_else(|_| "operator".to_owned());
        self.own_token().is_none().then(user)
    }

    fn own_token(&self) -> Option<PathBuf> {
        self.token_file.clone().or_else(|| std::env::var_os("MILLRACE_TOKEN_FILE").map(PathBuf::from))
    }
}

#[derive(Args)]
struct SqlArgs {
    /// One reading statement.
    statement: String,
    #[command(flatten)]
    place: Place,
    /// How.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

/// Runs what the command line asks for.
pub(crate) fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Serve(args) => serve(args)?,
        Command::Check { config, output } => return Ok(check(&config, output)),
        Command::Demo(args) => return demo::run(&args),
        Command::Drill(drill) => return drill::run(&drill),
        Command::Journal(command) => journal::run(command)?,
        Command::Operators(OperatorsCommand::NewToken { file }) => {
            println!("token_hash = \"{}\"", tools::new_token::run(&file)?);
        }
        Command::Fix(command) => fix(command)?,
        Command::Sql(args) => {
            let daemon = args.place.daemon();
            let database = args.place.data.join("analytics.duckdb");
            let json = matches!(args.output, Output::Json);
            println!("{}", tools::sql::run(&args.statement, &database, &daemon, json)?);
        }
        Command::Export(command) => export::run(command)?,
        Command::Act(act) => acts::run(act)?,
        Command::Day(act) => return close::run(act),
        Command::Limits(args) => limits::run(&args)?,
        Command::Alarms(args) => alarms::run(&args)?,
        Command::Restricted(args) => restricted::run(&args)?,
        Command::Override(args) => overrides::run(&args)?,
        Command::Evidence(evidence) => evidence::run(evidence)?,
        Command::Backup(act) => backup::run(act)?,
        Command::Reload { reason, place } => {
            let daemon = place.daemon();
            let body = serde_json::json!({ "reason": reason, "actor": place.actor() });
            println!("{}", daemon.post("/reload", &body)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn decode(file: Option<&Path>, output: Output, dictionary: Option<&Path>) -> Result<()> {
    let stdout = std::io::stdout();
    let form = match output {
        Output::Text => fix_decode::Form::Text { coloured: stdout.is_terminal() },
        Output::Json => fix_decode::Form::Json,
    };
    let mut out = std::io::BufWriter::new(stdout.lock());
    match file {
        None => fix_decode::run(&mut std::io::stdin().lock(), dictionary, form, &mut out),
        Some(path) => {
            let log = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
            fix_decode::run(&mut std::io::BufReader::new(log), dictionary, form, &mut out)
        }
    }
}

fn fix(command: FixCommand) -> Result<()> {
    match command {
        FixCommand::Decode { file, output, dictionary } => decode(file.as_deref(), output, dictionary.as_deref())?,
        FixCommand::HashPassword => {
            let password = tools::fix_password::read()?;
            let hash = gateway::fix::auth::hash_password(password.as_bytes()).map_err(anyhow::Error::msg)?;
            println!("{hash}");
        }
        FixCommand::Sessions { place, output } => {
            let daemon = place.daemon();
            println!("{}", tools::fix_sessions::run(&daemon, matches!(output, Output::Json))?);
        }
        FixCommand::Tail { session, lines, data } => {
            let path = data.join("messages").join(gateway::fix::message_log::file_name(&session));
            let wait = || {
                std::thread::sleep(LOOK_EVERY);
                true
            };
            tools::fix_tail::run(&path, lines, &mut std::io::stdout().lock(), wait)?;
        }
        FixCommand::SetSeq(args) => {
            let daemon = args.place.daemon();
            let body = serde_json::json!({
                "session": args.session, "next_in": args.next_in, "next_out": args.next_out,
                "reason": args.reason, "actor": args.place.actor(),
            });
            println!("{}", daemon.post("/operator/sequence", &body)?);
        }
    }
    Ok(())
}

fn check(path: &Path, output: Output) -> ExitCode {
    match Configuration::load(path) {
        Ok(_) => {
            println!("{}: sound", path.display());
            ExitCode::SUCCESS
        }
        Err(problems) => {
            match output {
                Output::Text => eprintln!("{problems}"),
                Output::Json => println!("{}", problems.to_json()),
            }
            ExitCode::FAILURE
        }
    }
}

fn serve(args: ServeArgs) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MILLRACE_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    let file = ConfigurationFile {
        path: args.config,
        data: args.data,
        fix_listen: args.fix_listen,
        http_listen: args.http_listen,
        seed: args.seed,
    };
    let config = file.load().map_err(|problems| anyhow::anyhow!("{problems}"))?;
    if config.engine.huge_pages {
        huge_pages::ask_for(&file.path);
    }
    let signals = daemon::Signals::default();
    let of = |flag: &Arc<AtomicBool>, signal| signal_hook::flag::register(signal, Arc::clone(flag));
    for (signal, flag) in [
        (signal_hook::consts::SIGTERM, &signals.stop),
        (signal_hook::consts::SIGINT, &signals.stop),
        (signal_hook::consts::SIGHUP, &signals.reload),
    ] {
        of(flag, signal).context("cannot take signals")?;
    }
    let stopped = daemon::run(&config, file, &signals)?;
    // Whoever started the daemon may be gone by now; the stop was clean all the same.
    let _ = writeln!(std::io::stdout(), "stopped at frame {} with state hash {}", stopped.seq, stopped.hash);
    Ok(())
}
