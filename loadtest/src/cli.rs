//! The command line.

use anyhow::Result;
use clap::{Args, Parser, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use loadtest::client::{Config, Idle};
use loadtest::ramp::Bounds;
use loadtest::workload::{Instrument, Mix};

/// Measures a FIX 4.4 server from outside: open loop, latency from the intended send time.
#[derive(Parser)]
#[command(version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) subcommand: Subcommand,
}

#[derive(clap::Subcommand)]
pub(crate) enum Subcommand {
    /// One rate for some time. Exit code 2 when a request stayed without an answer.
    Run(RunArgs),
    /// Find the highest rate that holds a bound on p99.
    Ramp(RampArgs),
    /// Serve as the floor: parse, sync in groups, answer, nothing else.
    Floor(FloorArgs),
    /// Measure floor and Millrace, durable and asynchronous, and print one markdown table.
    Table(TableArgs),
}

#[derive(Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// Requests per second, all sessions together.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) rate: u64,
    /// How long requests are due: 10s, 500ms, 2m.
    #[arg(long = "for", value_parser = duration, default_value = "10s")]
    pub(crate) duration: Duration,
    /// Keep the sequence numbers here: sessions in the file continue, the others are reset.
    #[arg(long)]
    pub(crate) sequences: Option<PathBuf>,
    #[arg(short, long, default_value = "text")]
    pub(crate) output: Output,
    /// Draw the latency distribution.
    #[arg(long)]
    pub(crate) svg: Option<PathBuf>,
    /// Title of the picture.
    #[arg(long, default_value = "Latency by percentile")]
    pub(crate) title: String,
}

#[derive(Args)]
pub(crate) struct RampArgs {
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// First rate.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) start: u64,
    /// Highest rate that is tried.
    #[arg(long, default_value_t = 4_000_000)]
    pub(crate) max: u64,
    /// p99 that must hold.
    #[arg(long, value_parser = duration, default_value = "5ms")]
    pub(crate) p99: Duration,
    /// How long each step is measured, after the warm-up.
    #[arg(long, value_parser = duration, default_value = "2s")]
    pub(crate) step: Duration,
    #[arg(short, long, default_value = "text")]
    pub(crate) output: Output,
    /// Draw the steps that held.
    #[arg(long)]
    pub(crate) svg: Option<PathBuf>,
    /// Title of the picture.
    #[arg(long, default_value = "Latency by percentile")]
    pub(crate) title: String,
}

impl RampArgs {
    pub(crate) fn bounds(&self) -> Bounds {
        let p99_ns = u64::try_from(self.p99.as_nanos()).unwrap_or(u64::MAX);
        Bounds { start: self.start, max: self.max, p99_ns, precision_percent: 3 }
    }
}

#[derive(Args)]
pub(crate) struct FloorArgs {
    #[arg(long, default_value = "127.0.0.1:9877")]
    pub(crate) listen: SocketAddr,
    /// Write and sync each group of orders before answering.
    #[arg(long, conflicts_with = "asynchronous", required_unless_present = "asynchronous")]
    pub(crate) durable: bool,
    /// Answer at once, write nothing.
    #[arg(long)]
    pub(crate) asynchronous: bool,
    /// Folder of the log file (64 MiB, preallocated).
    #[arg(long, default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Run on this core.
    #[arg(long)]
    pub(crate) pin: Option<usize>,
}

#[derive(Args)]
pub(crate) struct TableArgs {
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// The millrace binary; without it only the floor is measured.
    #[arg(long, requires = "config_template")]
    pub(crate) millrace: Option<PathBuf>,
    /// Configuration with {{fix}}, {{http}}, {{data}} and {{durability}} to be filled in.
    #[arg(long)]
    pub(crate) config_template: Option<PathBuf>,
    /// Run the floor on this core; Millrace's cores are in its configuration.
    #[arg(long)]
    pub(crate) floor_core: Option<usize>,
    /// Folder for the servers' data, on the disk to be measured.
    #[arg(long, default_value = ".")]
    pub(crate) dir: PathBuf,
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 5_000, 20_000])]
    pub(crate) rates: Vec<u64>,
    /// How long each rate is measured, after the warm-up.
    #[arg(long = "for", value_parser = duration, default_value = "5s")]
    pub(crate) duration: Duration,
    /// Rounds of which the median is shown.
    #[arg(long, default_value_t = 3)]
    pub(crate) runs: usize,
    /// Leave the highest rate out.
    #[arg(long)]
    pub(crate) no_highest: bool,
    /// Highest rate that is tried.
    #[arg(long, default_value_t = 4_000_000)]
    pub(crate) max: u64,
    /// p99 that the highest rate must hold.
    #[arg(long, value_parser = duration, default_value = "5ms")]
    pub(crate) p99: Duration,
    /// How long each step of the search for the highest rate is measured.
    #[arg(long, value_parser = duration, default_value = "2s")]
    pub(crate) step: Duration,
    #[arg(short, long, default_value = "text")]
    pub(crate) output: Output,
}

/// What all measurements share.
#[derive(Args)]
pub(crate) struct LoadArgs {
    /// The acceptor's address.
    #[arg(long, default_value = "127.0.0.1:9876")]
    connect: SocketAddr,
    /// Permit an address that is not loopback.
    #[arg(long)]
    allow_remote: bool,
    /// FIX sessions, named with --sender and 1 to K.
    #[arg(long, default_value_t = 4)]
    sessions: usize,
    /// Beginning of SenderCompID(49).
    #[arg(long, default_value = "LOAD")]
    sender: String,
    /// TargetCompID(56).
    #[arg(long, default_value = "MILLRACE")]
    target: String,
    /// HeartBtInt(108) in seconds.
    #[arg(long, default_value_t = 30)]
    heartbeat: u32,
    /// Beginning of ClOrdID(11), unique to the run; the time by default.
    #[arg(long)]
    pub(crate) prefix: Option<String>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Standard mix; the percentages below change it.
    #[arg(long, default_value = "canonical")]
    mix: MixName,
    /// Share of all requests.
    #[arg(long)]
    cancel_percent: Option<u8>,
    /// Share of all requests.
    #[arg(long)]
    replace_percent: Option<u8>,
    /// Share of the good new orders.
    #[arg(long)]
    market_percent: Option<u8>,
    /// Share of all requests: orders beyond a limit or for an unknown symbol.
    #[arg(long)]
    refused_percent: Option<u8>,
    /// SYMBOL:PRICE:TICK or SYMBOL:PRICE:TICK:LOT; may be repeated.
    #[arg(long = "instrument")]
    instruments: Vec<Instrument>,
    /// Account(1); may be repeated; dealt to the sessions in turn.
    #[arg(long = "account", default_values = ["LOAD-A", "LOAD-B"])]
    accounts: Vec<String>,
    /// Cancel instead of new once a session has this many live orders; 0 for no limit.
    #[arg(long, default_value_t = 0)]
    live_max: usize,
    /// Requests due in this time at the start are not measured.
    #[arg(long, value_parser = duration, default_value = "1s")]
    warm_up: Duration,
    /// How long to wait for answers at the end.
    #[arg(long, value_parser = duration, default_value = "5s")]
    drain: Duration,
    #[arg(long, default_value = "spin")]
    idle: IdleName,
    /// Run on this core.
    #[arg(long)]
    pub(crate) pin: Option<usize>,
}

#[derive(Clone, Copy, ValueEnum)]
enum MixName {
    Canonical,
    Demo,
}

#[derive(Clone, Copy, ValueEnum)]
enum IdleName {
    Spin,
    Yield,
    Sleep,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Output {
    Text,
    Json,
}

impl LoadArgs {
    /// The settings of a run; rate and duration are the caller's.
    pub(crate) fn config(&self, cl_ord_id_prefix: String) -> Result<Config> {
        let standard = match self.mix {
            MixName::Canonical => Mix::canonical(),
            MixName::Demo => Mix::demo(),
        };
        let mix = Mix {
            cancel_percent: self.cancel_percent.unwrap_or(standard.cancel_percent),
            replace_percent: self.replace_percent.unwrap_or(standard.replace_percent),
            market_percent: self.market_percent.unwrap_or(standard.market_percent),
            refused_percent: self.refused_percent.unwrap_or(standard.refused_percent),
            ..standard
        };
        mix.check()?;
        let mut config = Config {
            allow_remote: self.allow_remote,
            sessions: self.sessions,
            sender_prefix: self.sender.clone(),
            target: self.target.clone(),
            heart_bt_int_s: self.heartbeat,
            warm_up: self.warm_up,
            drain: self.drain,
            idle: match self.idle {
                IdleName::Spin => Idle::Spin,
                IdleName::Yield => Idle::Yield,
                IdleName::Sleep => Idle::Sleep,
            },
            cl_ord_id_prefix,
            seed: self.seed,
            mix,
            accounts: self.accounts.clone(),
            live_max: self.live_max,
            ..Config::canonical(self.connect)
        };
        if !self.instruments.is_empty() {
            config.instruments.clone_from(&self.instruments);
        }
        Ok(config)
    }
}

/// `10s`, `500ms`, `2m`.
fn duration(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000)];
    let parsed = units.iter().find_map(|(unit, milliseconds)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*milliseconds).map(Duration::from_millis)
    });
    parsed.ok_or_else(|| format!("`{text}` is not a duration like 500ms, 10s or 2m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for bad in ["", "10", "s", "-1s", "99999999999999999999s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
