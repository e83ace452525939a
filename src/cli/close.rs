//! The end of a day and the start of the next on the command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tools::daemon::Daemon;
use tools::journal_seal::Day;
use tools::statement::{self, Form, Statement};

use super::acts::{actor, post};
use super::evidence::Record;
use super::{Output, Place};

/// How long a close may take to be done and proven durable.
const CLOSE_MAX: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);

#[derive(Subcommand)]
pub(super) enum Close {
    /// Closes a trading day: what is held is marked, the next day begins, and every account's statement is written into
    /// statements/DAY/ of the data folder.
    Close(CloseArgs),
    /// Tells an account's closed day: cash, positions, trades, and where the profit or loss came from.
    Statement(StatementArgs),
    /// Lets a daemon trade that did not open from its close. Neither who closed the day nor who reported the breaks may.
    Arm {
        /// Who; the journal keeps it. Without it, who is logged on here.
        #[arg(long)]
        actor: Option<String>,
        /// Why; the journal keeps it.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Puts a position right, as if by a trade with nobody: at a price, or for a cost.
    AdjustPosition(AdjustArgs),
}

#[derive(Args)]
pub(super) struct CloseArgs {
    /// The trading day, as 2026-11-22.
    day: Day,
    /// Who; the journal keeps it. Without it, who is logged on here.
    #[arg(long)]
    actor: Option<String>,
    /// Why; the journal keeps it.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(super) struct StatementArgs {
    /// The trading day, as 2026-11-22. It must be closed.
    #[arg(long)]
    day: Day,
    /// Account(1); all of them where none is named.
    #[arg(long)]
    account: Option<String>,
    /// The file; its ending says how: .csv or .parquet. Without it, the statement is printed.
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    record: Record,
    /// How it is printed.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Args)]
#[group(id = "worth", required = true, multiple = false, args = ["price", "cost"])]
pub(super) struct AdjustArgs {
    /// Account(1).
    account: String,
    /// Symbol(55).
    symbol: String,
    /// Signed quantity that is added.
    #[arg(allow_hyphen_values = true)]
    qty: String,
    /// The price.
    #[arg(long)]
    price: Option<String>,
    /// What all of it cost.
    #[arg(long)]
    cost: Option<String>,
    /// It is paid for in cash. Without this it is a transfer in kind, and the account's cash stays.
    #[arg(long)]
    cash: bool,
    /// Who; the journal keeps it. Without it, who is logged on here.
    #[arg(long)]
    actor: Option<String>,
    /// Why; the journal keeps it.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    place: Place,
}

/// Does what is asked.
pub(super) fn run(close: Close) -> Result<ExitCode> {
    match close {
        Close::Close(args) => close_day(&args)?,
        Close::Statement(args) => statement_of(&args)?,
        Close::Arm { actor: named, reason, place } => {
            let body = json!({ "actor": named.unwrap_or_else(actor), "reason": reason });
            post("/operator/arm", &place, &body)?;
        }
        Close::AdjustPosition(args) => {
            let body = json!({
                "account": args.account, "symbol": args.symbol, "qty": args.qty, "price": args.price, "cost": args.cost,
                "moves_cash": args.cash, "actor": args.actor.clone().unwrap_or_else(actor), "reason": args.reason,
            });
            post("/operator/position", &args.place, &body)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn close_day(args: &CloseArgs) -> Result<()> {
    let Place { http, data } = &args.place;
    let daemon = Daemon::new(*http, data);
    let by = args.actor.clone().unwrap_or_else(actor);
    let body = json!({ "day": args.day.to_string(), "actor": by, "reason": args.reason });
    daemon.post("/operator/close", &body)?;
    let closed = until_closed(&daemon, args.day)?;
    let statements = until_proven(&data.join("journal"), args.day)?;
    let folder = data.join("statements").join(args.day.to_string());
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for statement in &statements {
        statement::write(std::slice::from_ref(statement), Form::Csv, &folder.join(file_name(&statement.account)))?;
    }
    println!(
        "{} is closed in frame {}: {} positions, {} without a fresh mark, digest {}",
        args.day,
        closed["seq"],
        closed["positions"],
        closed["unmarked"],
        text(&closed["digest"])
    );
    println!("{}", statement::summary(&statements).to_text());
    println!("statements of {} accounts are in {}", statements.len(), folder.display());
    Ok(())
}

/// An account's name is up to 16 printable characters; what no file name should have shows as `_`.
fn file_name(account: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' };
    format!("{}.csv", account.chars().map(plain).collect::<String>())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn until_closed(daemon: &Daemon, day: Day) -> Result<Value> {
    let deadline = Instant::now() + CLOSE_MAX;
    loop {
        let status = daemon.get("/close")?;
        if text(&status["trading_day"]) == day.to_string() {
            return Ok(status);
        }
        ensure!(Instant::now() < deadline, "the close of {day} was begun and goes on; look at /close");
        std::thread::sleep(LOOK_EVERY);
    }
}

/// The journal proves a moment later what is durable.
fn until_proven(journal: &Path, day: Day) -> Result<Vec<Statement>> {
    let deadline = Instant::now() + CLOSE_MAX;
    loop {
        match statement::run(journal, day, None) {
            Ok(statements) => return Ok(statements),
            Err(failed) if Instant::now() >= deadline => return Err(failed),
            Err(_) => std::thread::sleep(LOOK_EVERY),
        }
    }
}

fn statement_of(args: &StatementArgs) -> Result<()> {
    let statements = statement::run(&args.record.dir(), args.day, args.account.as_deref())?;
    let Some(out) = &args.out else {
        let stories = statements.iter().map(statement::story);
        match args.output {
            Output::Text => {
                println!("{}", stories.map(|story| story.to_text()).collect::<Vec<_>>().join("\n\n\n"));
            }
            Output::Json => println!("{}", Value::Array(stories.map(|story| story.to_json()).collect())),
        }
        return Ok(());
    };
    let form = match out.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => Some(Form::Csv),
        Some("parquet") => Some(Form::Parquet),
        _ => None,
    };
    let form = form.with_context(|| format!("{}: the ending says how: .csv or .parquet", out.display()))?;
    statement::write(&statements, form, out)?;
    println!("{}: {} of {}", out.display(), statement::counted(&statements), args.day);
    Ok(())
}
