//! The end of a day and the start of the next on the command line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Args, Subcommand};
use gateway::fix::broker::VenuePositions;
use serde_json::{Value, json};
use tools::daemon::Daemon;
use tools::evidence::moment::Moment;
use tools::journal_seal::Day;
use tools::reconcile::{self, Tolerance};
use tools::statement::{self, Form};

use super::acts::post;
use super::evidence::Record;
use super::{Output, Place};
use crate::runner::wall_clock;

/// How long a close may take to be done and proven durable.
const CLOSE_MAX: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The exit code where more differs than is tolerated; 1 is a failure, 2 a command line that is wrong.
const BREAKS: u8 = 3;

#[derive(Subcommand)]
pub(super) enum DayAct {
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
    /// Lists where a broker's statement, or its word over its session, differs from what we hold, and what of our orders nobody can say. The exit code is 3
    /// where more differs than is tolerated.
    Reconcile(ReconcileArgs),
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
pub(super) struct ReconcileArgs {
    /// The statement: CSV whose first line names its columns (record, account, symbol, side, qty, price, filled, order, exec_id,
    /// amount) and whose records are position, cash, order and execution. Without it, only our own open questions are listed.
    #[arg(long, value_name = "FILE")]
    broker: Option<PathBuf>,
    /// A broker of the configuration, which is asked for its positions over its session: RequestForPositions(AN). The daemon must
    /// run, and the broker be logged on.
    #[arg(long, value_name = "COMPID", conflicts_with_all = ["broker", "at"])]
    venue: Option<String>,
    /// The accounts that the broker is asked for, with commas between them; all of them where none is named.
    #[arg(long, value_delimiter = ',', requires = "venue")]
    accounts: Vec<String>,
    /// A frame, as 4711; or a time, as 2026-11-22T10:31:07.5Z. Without it, the end of the journal.
    #[arg(long)]
    at: Option<Moment>,
    /// How far a position may be off.
    #[arg(long, default_value = "0", value_parser = quantity)]
    qty_tolerance: i64,
    /// How far cash may be off.
    #[arg(long, default_value = "0", value_parser = amount)]
    cash_tolerance: i128,
    /// How many breaks above those tolerances are no failure.
    #[arg(long, default_value_t = 0)]
    breaks_max: usize,
    /// Tells the daemon, which may refuse to trade after its next start.
    #[arg(long)]
    report: bool,
    /// Who reports; the journal keeps it. Without it, who is logged on here.
    #[arg(long, requires = "report")]
    actor: Option<String>,
    /// The daemon's HTTP address.
    #[arg(long, default_value = "127.0.0.1:8080")]
    http: SocketAddr,
    /// The file with your own token, where the configuration has [[operators]]; also in MILLRACE_TOKEN_FILE.
    #[arg(long)]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    record: Record,
    /// How.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

fn quantity(text: &str) -> Result<i64, String> {
    let units = reconcile::units(text, 8).filter(|units| *units >= 0).and_then(|units| i64::try_from(units).ok());
    units.ok_or_else(|| format!("'{text}' is no quantity"))
}

fn amount(text: &str) -> Result<i128, String> {
    reconcile::units(text, 16).filter(|units| *units >= 0).ok_or_else(|| format!("'{text}' is no amount"))
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
pub(super) fn run(act: DayAct) -> Result<ExitCode> {
    match act {
        DayAct::Close(args) => close_day(&args)?,
        DayAct::Statement(args) => statement_of(&args)?,
        DayAct::Arm { actor: named, reason, place } => {
            let body = json!({ "actor": named.or_else(|| place.actor()), "reason": reason });
            post("/operator/arm", &place, &body)?;
        }
        DayAct::Reconcile(args) => return reconcile(&args),
        DayAct::AdjustPosition(args) => {
            let body = json!({
                "account": args.account, "symbol": args.symbol, "qty": args.qty, "price": args.price, "cost": args.cost,
                "moves_cash": args.cash, "actor": args.actor.clone().or_else(|| args.place.actor()), "reason": args.reason,
            });
            post("/operator/position", &args.place, &body)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn close_day(args: &CloseArgs) -> Result<()> {
    let data = &args.place.data;
    let daemon = args.place.daemon();
    let by = args.actor.clone().or_else(|| args.place.actor());
    let body = json!({ "day": args.day.to_string(), "actor": by, "reason": args.reason });
    daemon.post("/operator/close", &body)?;
    let closed = until_closed(&daemon, args.day)?;
    let statements = until_right(|| statement::run(&data.join("journal"), args.day, None))?;
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
fn until_right<T>(read: impl Fn() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + CLOSE_MAX;
    loop {
        match read() {
            Ok(read) => return Ok(read),
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

fn reconcile(args: &ReconcileArgs) -> Result<ExitCode> {
    let place = Place { data: args.record.data().to_owned(), http: args.http, token_file: args.token_file.clone() };
    let told = args.venue.as_ref().map(|venue| ask(&place.daemon(), venue, &args.accounts)).transpose()?;
    ensure!(
        !args.report || told.as_ref().is_none_or(|told| !told.is_omnibus),
        "the broker knows one account of all of ours, and the daemon has breaks by account; compare its file by account to report"
    );
    let moment = match &told {
        Some(told) => told.through.to_string().parse().map_err(anyhow::Error::msg)?,
        None => args.at.unwrap_or(Moment::END),
    };
    let file = args.broker.as_deref().map(read_statement).transpose()?;
    let statement = told.map(reconcile::Statement::from).or(file);
    let tolerance = Tolerance { qty: args.qty_tolerance, cash: args.cash_tolerance };
    let seen = args.record.data().join("reconcile").join("seen.csv");
    let now = wall_clock();
    let compare = || reconcile::run(&args.record.dir(), moment, statement.as_ref(), tolerance, &seen, now);
    // What the broker has told of is durable, and proven so a moment later.
    let outcome = if args.venue.is_some() { until_right(compare) } else { compare() }?;
    let file = args.broker.as_ref().map(|file| file.display().to_string());
    let against = file.or_else(|| args.venue.as_ref().map(|venue| format!("the positions that {venue} told of")));
    let against = against.unwrap_or_else(|| "our own record".to_owned());
    let story = reconcile::story(&outcome, &against, now);
    match args.output {
        Output::Text => println!("{}", story.to_text()),
        Output::Json => println!("{}", story.to_json()),
    }
    eprintln!("{}", outcome.cost);
    if args.report {
        let daemon = place.daemon();
        let name =
            args.broker.as_ref().and_then(|file| file.file_name()).map_or(against, |name| name.display().to_string());
        let by = args.actor.clone().or_else(|| place.actor());
        for body in reconcile::reports(&outcome, by.as_deref(), &name) {
            daemon.post("/operator/breaks", &body)?;
        }
        eprintln!("the daemon was told of {} accounts", outcome.accounts.len());
    }
    Ok(if outcome.above() > args.breaks_max { ExitCode::from(BREAKS) } else { ExitCode::SUCCESS })
}

/// What the broker says now. The journal that is compared has all that it had said before.
fn ask(daemon: &Daemon, venue: &str, accounts: &[String]) -> Result<VenuePositions> {
    let told = daemon.get(&format!("/positions/{venue}?accounts={}", accounts.join(",")))?;
    if let Some(why) = told["error"].as_str() {
        bail!("{venue} was asked for its positions: {why}; {}", text(&told["what_to_do"]));
    }
    serde_json::from_value(told).context("the daemon's answer is none")
}

fn read_statement(file: &Path) -> Result<reconcile::Statement> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    reconcile::Statement::parse(&text).with_context(|| file.display().to_string())
}
