//! `loadtest`: measures a FIX server from outside. `run`, `ramp`, `floor`, `table`.
#![forbid(unsafe_code)]

mod cli;

use anyhow::{Context, Result};
use clap::Parser;
use std::fs;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cli::{Cli, FloorArgs, LoadArgs, Output, RampArgs, RunArgs, Subcommand, TableArgs};
use loadtest::affinity::pin;
use loadtest::client::{Config, run};
use loadtest::floor::Floor;
use loadtest::progress::{Progress, Report};
use loadtest::ramp::{self, Bounds};
use loadtest::report;
use loadtest::svg::{Series, latency_by_percentile};
use loadtest::table::{self, Plan};

fn main() -> ExitCode {
    let outcome = match Cli::parse().subcommand {
        Subcommand::Run(args) => run_once(&args),
        Subcommand::Ramp(args) => find_highest(&args),
        Subcommand::Floor(args) => serve_floor(&args).map(|()| true),
        Subcommand::Table(args) => make_table(&args).map(|()| true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("loadtest: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// True when every request was answered and no session was lost.
fn run_once(args: &RunArgs) -> Result<bool> {
    pin(args.load.pin)?;
    let mut config = args.load.config(unique_prefix(&args.load)?)?;
    config.rate = args.rate;
    config.duration = Some(args.duration);
    if let Some(path) = args.sequences.as_ref().filter(|path| path.exists()) {
        let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        config.continue_from = serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    }
    let report = run(&config, &Progress::new())?;
    match args.output {
        Output::Text => print!("{}", report::run_table(&report)),
        Output::Json => println!("{}", serde_json::to_string_pretty(&report)?),
    }
    if let Some(path) = &args.sequences {
        let text = serde_json::to_string_pretty(&report.numbers)?;
        fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    if let Some(path) = &args.svg {
        let name = format!("{} a second", report::grouped(report.rate));
        let series = [Series { name: &name, histogram: &report.histogram }];
        fs::write(path, latency_by_percentile(&args.title, &series))
            .with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(report.complete && report.interrupted.is_none())
}

/// True when some rate held the bound.
fn find_highest(args: &RampArgs) -> Result<bool> {
    pin(args.load.pin)?;
    let prefix = unique_prefix(&args.load)?;
    let base = args.load.config(prefix.clone())?;
    let bounds = args.bounds();
    let mut reports: Vec<Report> = Vec::new();
    let found = ramp::search(&bounds, |rate| {
        let cl_ord_id_prefix = format!("{prefix}.{}", reports.len());
        let config = Config { rate, duration: Some(args.step), cl_ord_id_prefix, ..base.clone() };
        let report = run(&config, &Progress::new())?;
        let step = table::step_of(&report);
        eprintln!("{:>12} a second:{}", report::grouped(rate), report::latency_line(&report.latency));
        reports.push(report);
        Ok(step)
    })?;
    match args.output {
        Output::Text => print!("{}", report::ramp_table(&found, bounds.p99_ns)),
        Output::Json => println!("{}", serde_json::to_string_pretty(&found)?),
    }
    if let Some(path) = &args.svg {
        let held: Vec<(String, &Report)> = reports
            .iter()
            .filter(|report| table::step_of(report).holds(bounds.p99_ns))
            .map(|report| (format!("{} a second", report::grouped(report.rate)), report))
            .collect();
        let series: Vec<Series<'_>> =
            held.iter().map(|(name, report)| Series { name, histogram: &report.histogram }).collect();
        fs::write(path, latency_by_percentile(&args.title, &series))
            .with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(found.highest.is_some())
}

fn serve_floor(args: &FloorArgs) -> Result<()> {
    pin(args.pin)?;
    let mut floor = Floor::bind(args.listen, args.durable.then_some(args.dir.as_path()))?;
    println!("listening at {}", floor.local_addr()?);
    floor.run(&AtomicBool::new(false))
}

fn make_table(args: &TableArgs) -> Result<()> {
    let mut load = args.load.config(unique_prefix(&args.load)?)?;
    load.duration = Some(args.duration);
    let plan = Plan {
        millrace: args.millrace.clone(),
        config_template: args.config_template.clone(),
        folder: args.dir.clone(),
        rates: args.rates.clone(),
        runs: args.runs,
        floor_core: args.floor_core,
        client_core: args.load.pin,
        ramp: (!args.no_highest).then_some(Bounds {
            start: args.rates.iter().copied().max().unwrap_or(20_000),
            max: args.max,
            p99_ns: nanos(args.p99),
            precision_percent: 5,
        }),
        ramp_step: args.step,
        load,
    };
    let all = table::measure(&plan, |one| {
        let (p50, p99) = (one.step.p50_ns / 1_000, one.step.p99_ns / 1_000);
        eprintln!(
            "{} {} {:?}: {} a second, p50 {p50} µs, p99 {p99} µs",
            one.durability, one.subject, one.rate, one.step.rate
        );
    })?;
    match args.output {
        Output::Text => print!("{}", table::markdown(&plan, &all)),
        Output::Json => println!("{}", serde_json::to_string_pretty(&all)?),
    }
    Ok(())
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The prefix of ClOrdID(11) that was given, or the time in milliseconds: no two runs share it.
fn unique_prefix(load: &LoadArgs) -> Result<String> {
    if let Some(prefix) = &load.prefix {
        return Ok(prefix.clone());
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the system clock stands before 1970")?;
    Ok(format!("L{:x}", now.as_millis()))
}
