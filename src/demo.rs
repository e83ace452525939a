//! `millrace demo`: the real daemon as a process of its own, real FIX clients over TCP, a live view, and at the end the
//! proof of what happened, from the files alone.

mod proof;
mod street;
mod strict;
mod view;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use loadtest::client::{Config as Load, Idle};
use loadtest::progress::{Progress, Report};
use loadtest::workload::{Instrument, Mix, References};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

pub(crate) use self::proof::replay_is_equal;
use self::street::Street;
use crate::child;
use crate::config::{Configuration, Session};

/// The configurations that the demo runs: the deployed one, and the stricter profile.
const DEPLOYED: (&str, &str) = ("deploy/millrace.toml", include_str!("../deploy/millrace.toml"));
const STRICT: (&str, &str) = ("deploy/strict.toml", include_str!("../deploy/strict.toml"));
/// What begins the name of the load generator's sessions.
const SENDER_PREFIX: &str = "LOAD";

/// How often the view is drawn, and how often a headless run says how far it is.
const VIEW_EVERY: Duration = Duration::from_millis(500);
const HEADLESS_EVERY: Duration = Duration::from_secs(5);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Requests per second, all sessions together.
    #[arg(long, default_value_t = 1_000)]
    rate: u64,
    /// FIX sessions.
    #[arg(long, default_value_t = 4)]
    sessions: usize,
    /// How long, as `30s` or `5m`; until Ctrl-C without it.
    #[arg(long = "for", value_parser = duration)]
    for_time: Option<Duration>,
    /// The same seed gives the same orders and the same walk of prices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// All kinds of limits set, all controls on, some of them tight, and a broker that takes fills back: deploy/strict.toml.
    #[arg(long)]
    strict: bool,
    /// The data folder; must be new or empty. Without it, a temporary one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Keep the temporary data folder.
    #[arg(long)]
    keep: bool,
    /// No live view, a line now and then.
    #[arg(long)]
    headless: bool,
    /// The exit code says whether the proof holds.
    #[arg(long)]
    assert: bool,
    /// How the proof is printed.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    Text,
    Json,
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| format!("'{text}' is no duration; write 30s, 5m or 1h"))?;
    let seconds = match &text[digits.len()..] {
        "" | "s" => Some(number),
        "m" => number.checked_mul(60),
        "h" => number.checked_mul(3_600),
        unit => return Err(format!("'{unit}' is no unit; write s, m or h")),
    };
    seconds.map(Duration::from_secs).ok_or_else(|| format!("'{text}' is too long"))
}

/// Runs it all.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let folder = child::Folder::new(args.data.clone(), args.keep)?;
    let street = args.strict.then(Street::open).transpose()?;
    let (file, text) = if args.strict { STRICT } else { DEPLOYED };
    let text = street.as_ref().map_or(text.to_owned(), |street| street.at_its_address(text));
    let config = Configuration::parse(file, &text).map_err(|problems| anyhow!("{problems}"))?;
    let members = load_sessions(&config).count();
    ensure!(args.sessions <= members, "--sessions {} is more than the {members} that {file} has", args.sessions);
    let mut daemon = child::Daemon::start(&folder, &text, args.seed)?;
    let outcome = load(args, &config, &mut daemon, &stop);
    let told = street.as_ref().map(|_| street::positions(daemon.http()));
    // Whatever happened to the load, the daemon is stopped; then its own word on how it went comes first.
    let stopped = daemon.stop().with_context(|| format!("the daemon's log is {}", folder.keep().display()));
    street.map_or(Ok(()), Street::close)?;
    let report = outcome?;
    let proof = proof::check(folder.path(), &report, &stopped?, told)?;
    match args.output {
        Output::Text => println!("{}", proof.text(&report)),
        Output::Json => println!("{}", proof.json(&report)),
    }
    if args.output == Output::Text {
        proof.examples().iter().for_each(|command| println!("  {command} --data {}", folder.path().display()));
        if !folder.is_kept() && !proof.examples().is_empty() {
            println!("  ... once the demo has run with --keep or --data DIR");
        }
    }
    if !proof.holds() {
        println!("the data is kept in {}", folder.keep().display());
    }
    Ok(if args.assert && !proof.holds() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Sends orders from a thread of its own while this one shows how it goes.
fn load(args: &Args, config: &Configuration, daemon: &mut child::Daemon, stop: &AtomicBool) -> Result<Report> {
    let references: References = Arc::new(config.instruments.iter().map(|i| i.price.units().into()).collect());
    let load = Load {
        sessions: args.sessions,
        rate: args.rate,
        duration: args.for_time,
        drain: Duration::from_secs(10),
        idle: Idle::Sleep,
        sender_prefix: SENDER_PREFIX.to_owned(),
        cl_ord_id_prefix: "D".to_owned(),
        seed: args.seed,
        mix: Mix::demo(),
        instruments: config
            .instruments
            .iter()
            .map(|instrument| Instrument {
                symbol: instrument.definition.symbol.to_string(),
                price: instrument.price.units(),
                tick: instrument.definition.tick.units(),
                lot: instrument.definition.lot.units(),
            })
            .collect(),
        accounts: load_accounts(config),
        references: Some(Arc::clone(&references)),
        live_max: 2_000,
        collect_acks: true,
        ..Load::canonical(daemon.fix)
    };
    let progress = Arc::new(Progress::new());
    let client = {
        let progress = Arc::clone(&progress);
        thread::Builder::new().name("clients".to_owned()).spawn(move || loadtest::client::run(&load, &progress))?
    };
    let every = if args.headless { HEADLESS_EVERY } else { VIEW_EVERY };
    let mut next = Instant::now();
    while !client.is_finished() {
        if stop.load(Relaxed) || !daemon.is_running() {
            progress.stop();
        }
        if let Ok(status) = daemon.status() {
            follow(&references, config, &status);
            if Instant::now() >= next {
                next = Instant::now() + every;
                view::show(args.headless, &progress.snapshot(), &status);
            }
        }
        thread::sleep(Duration::from_millis(100));
    }
    client.join().map_err(|_| anyhow!("the clients' thread panicked"))?
}

/// The accounts that the load generator's sessions trade for.
fn load_accounts(config: &Configuration) -> Vec<String> {
    let accounts: BTreeSet<String> = load_sessions(config).map(|session| session.account.to_string()).collect();
    accounts.into_iter().collect()
}

fn load_sessions(config: &Configuration) -> impl Iterator<Item = &Session> {
    config.sessions.iter().filter(|session| session.target_comp_id.as_str().starts_with(SENDER_PREFIX))
}

/// Clients price their orders around what the market shows.
fn follow(references: &References, config: &Configuration, status: &gateway::http::Status) {
    for quote in &status.views.quotes {
        let position = config.instruments.iter().position(|i| i.definition.symbol.as_str() == quote.symbol);
        let px = |text: &str| text.parse::<Decimal>().ok().filter(|px| !px.is_zero());
        let (Some(position), Some(bid), Some(ask)) = (position, px(&quote.bid_px), px(&quote.ask_px)) else { continue };
        let middle = (bid + ask) / Decimal::TWO * Decimal::from(model::money::UNIT);
        if let Some(units) = middle.to_i64() {
            let tick = config.instruments[position].definition.tick.units();
            references[position].store(units - units % tick, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_profile_has_every_kind_of_limit_and_the_broker_of_the_demo() {
        let street = Street::open().expect("a port");
        let (file, text) = STRICT;
        let moved = street.at_its_address(text);
        assert_ne!(moved, text);
        street.close().expect("it ends");
        let config = Configuration::parse(file, &moved).unwrap_or_else(|problems| panic!("{problems}"));
        for kind in model::LimitKind::ALL {
            let scopes: BTreeSet<_> =
                config.limits.iter().filter(|limit| limit.kind == *kind).map(|limit| limit.scope).collect();
            assert!(scopes.len() >= kind.scopes().len().min(2), "{} stands at {scopes:?}", kind.word());
        }
        assert_eq!((config.brokers.len(), load_sessions(&config).count()), (1, 4));
    }

    #[test]
    fn durations_have_units_and_bounds() {
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert!(duration("5d").is_err());
        assert!(duration("s").is_err());
        assert!(duration("99999999999999999h").is_err());
    }
}
