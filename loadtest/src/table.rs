//! The README's table: floor and Millrace, durable and asynchronous, in one run, in turn, medians of several rounds.
//!
//! Each server is a process of its own, started fresh for its turn, because two spinning servers would share a core.

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde::Serialize;
use std::fmt::Write;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::affinity;
use crate::client::{Config, run};
use crate::progress::Progress;
use crate::ramp::{self, Bounds, Step};
use crate::report::grouped;

/// What the table is made of.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The `millrace` binary; without it only the floor is measured.
    pub millrace: Option<PathBuf>,
    /// Configuration for `millrace serve`, with `{{fix}}`, `{{http}}` (addresses), `{{data}}` (folder) and
    /// `{{durability}}` (`durable` or `asynchronous`) to be filled in.
    pub config_template: Option<PathBuf>,
    /// Folder for the servers' data; a new folder in it is used and removed.
    pub folder: PathBuf,
    pub rates: Vec<u64>,
    /// Rounds of which the median is shown.
    pub runs: usize,
    /// The core on which the floor runs. Millrace's cores are in its configuration.
    pub floor_core: Option<usize>,
    /// The core on which the client runs, from the moment that a server has started: what starts a process passes its
    /// cores on to it.
    pub client_core: Option<usize>,
    /// Search of the highest rate; `None` leaves it out.
    pub ramp: Option<Bounds>,
    /// How long each step of the search lasts.
    pub ramp_step: Duration,
    /// Everything else of the runs; the address and the rate are replaced.
    pub load: Config,
}

/// One line of the table in one round.
#[derive(Clone, Debug, Serialize)]
pub struct Measurement {
    pub durability: &'static str,
    pub subject: &'static str,
    /// `None` is the highest rate.
    pub rate: Option<u64>,
    pub step: Step,
}

const DURABILITIES: [&str; 2] = ["durable", "asynchronous"];
const FLOOR: &str = "floor";
const MILLRACE: &str = "millrace";

/// Measures everything; `said` hears of each measurement as it is made.
pub fn measure(plan: &Plan, mut said: impl FnMut(&Measurement)) -> Result<Vec<Measurement>> {
    let mut all = Vec::new();
    let all_cores = affinity::cores()?;
    for round in 0..plan.runs {
        for durability in DURABILITIES {
            for subject in [FLOOR, MILLRACE] {
                if subject == MILLRACE && plan.millrace.is_none() {
                    continue;
                }
                let start = || {
                    affinity::restore(&all_cores)?;
                    let server = Server::start(plan, subject, durability)?;
                    affinity::pin(plan.client_core)?;
                    Ok::<_, anyhow::Error>(server)
                };
                let mut server = start()?;
                let mut part = 0;
                let mut one = |server: &Server, rate, duration| {
                    part += 1;
                    let prefix = format!("{}.{round}.{part}", plan.load.cl_ord_id_prefix);
                    measure_rate(plan, server.address, rate, duration, prefix)
                };
                for rate in &plan.rates {
                    let step = one(&server, *rate, plan.load.duration)?;
                    all.push(Measurement { durability, subject, rate: Some(*rate), step });
                    all.last().into_iter().for_each(&mut said);
                }
                let Some(bounds) = &plan.ramp else { continue };
                let found = ramp::search(bounds, |rate| {
                    let step = one(&server, rate, Some(plan.ramp_step)).unwrap_or_else(|_| broken(rate));
                    if !step.holds(bounds.p99_ns) {
                        // What an overloaded server still has to do must not weigh on the next step.
                        server = start()?;
                    }
                    Ok(step)
                })?;
                if let Some(step) = found.highest {
                    all.push(Measurement { durability, subject, rate: None, step });
                    all.last().into_iter().for_each(&mut said);
                }
            }
        }
    }
    Ok(all)
}

/// A rate at which the server or a session broke down.
fn broken(rate: u64) -> Step {
    Step { rate, achieved_rate: 0, p50_ns: u64::MAX, p99_ns: u64::MAX, max_ns: u64::MAX, complete: false }
}

/// One rate against a server that listens.
pub fn measure_rate(
    plan: &Plan,
    connect: SocketAddr,
    rate: u64,
    duration: Option<Duration>,
    cl_ord_id_prefix: String,
) -> Result<Step> {
    let report = run(&Config { connect, rate, duration, cl_ord_id_prefix, ..plan.load.clone() }, &Progress::new())?;
    if let Some(why) = &report.interrupted {
        bail!("at {rate} a second: {why}");
    }
    Ok(step_of(&report))
}

/// What the search for a rate needs of a report.
pub fn step_of(report: &crate::progress::Report) -> Step {
    Step {
        rate: report.rate,
        achieved_rate: report.achieved_rate,
        p50_ns: report.latency.p50_ns,
        p99_ns: report.latency.p99_ns,
        max_ns: report.latency.max_ns,
        complete: report.complete && report.interrupted.is_none(),
    }
}

/// The markdown table: p50 · p99 in microseconds, medians of the rounds, and the ratio of the p50s.
pub fn markdown(plan: &Plan, all: &[Measurement]) -> String {
    let mut text =
        String::from("| mode | orders a second | floor p50 · p99 µs | Millrace p50 · p99 µs | ratio of p50 |\n");
    text.push_str("|---|---:|---:|---:|---:|\n");
    for durability in DURABILITIES {
        for rate in plan.rates.iter().copied().map(Some).chain([None]) {
            let [floor, millrace] = [FLOOR, MILLRACE].map(|subject| {
                let chosen = all.iter().filter(|one| one.durability == durability && one.subject == subject);
                median(chosen.filter(|one| one.rate == rate).map(|one| one.step).collect())
            });
            if rate.is_none() && plan.ramp.is_none() {
                continue;
            }
            let (name, cells) = match rate {
                Some(rate) => (grouped(rate), [floor, millrace].map(|step| step.map(latencies))),
                None => ("highest".to_owned(), [floor, millrace].map(|step| step.map(|step| grouped(step.rate)))),
            };
            let ratio = match (floor, millrace) {
                (Some(floor), Some(millrace)) if rate.is_some() => ratio(millrace.p50_ns, floor.p50_ns),
                (Some(floor), Some(millrace)) => ratio(millrace.rate, floor.rate),
                _ => "-".to_owned(),
            };
            // A search without a result is said, not left out: no rate held the bound.
            let absent = |is_measured| if is_measured && rate.is_none() { "none held" } else { "-" };
            let [floor, millrace] = cells;
            let floor = floor.unwrap_or_else(|| absent(true).to_owned());
            let millrace = millrace.unwrap_or_else(|| absent(plan.millrace.is_some()).to_owned());
            // Writing to a String cannot fail.
            let _ = writeln!(text, "| {durability} | {name} | {floor} | {millrace} | {ratio} |");
        }
    }
    text
}

fn latencies(step: Step) -> String {
    format!("{} · {}", micros(step.p50_ns), micros(step.p99_ns))
}

fn micros(ns: u64) -> String {
    match ns {
        ns if ns < 100_000 => format!("{:.1}", ns as f64 / 1e3),
        ns => grouped(ns.div_ceil(1_000)),
    }
}

fn ratio(subject: u64, floor: u64) -> String {
    format!("{:.2}", subject as f64 / floor.max(1) as f64)
}

/// The median of each number by itself.
fn median(steps: Vec<Step>) -> Option<Step> {
    let middle = |number: fn(&Step) -> u64| {
        let mut numbers: Vec<u64> = steps.iter().map(number).collect();
        numbers.sort_unstable();
        numbers.get(numbers.len() / 2).copied()
    };
    Some(Step {
        rate: middle(|step| step.rate)?,
        achieved_rate: middle(|step| step.achieved_rate)?,
        p50_ns: middle(|step| step.p50_ns)?,
        p99_ns: middle(|step| step.p99_ns)?,
        max_ns: middle(|step| step.max_ns)?,
        complete: steps.iter().all(|step| step.complete),
    })
}

/// A server process and its folder; both are gone when it is dropped.
struct Server {
    child: Child,
    folder: PathBuf,
    address: SocketAddr,
}

impl Server {
    fn start(plan: &Plan, subject: &str, durability: &str) -> Result<Server> {
        let folder = new_folder(&plan.folder)?;
        let address = free_address()?;
        let mut command = match (&plan.millrace, subject) {
            (Some(millrace), MILLRACE) => {
                let config = folder.join("millrace.toml");
                fs::write(&config, millrace_config(plan, &folder, address, durability)?)?;
                let mut command = Command::new(millrace);
                command.arg("serve").arg("--config").arg(config);
                command
            }
            _ => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("floor").arg("--listen").arg(address.to_string());
                command.arg("--dir").arg(&folder).arg(format!("--{durability}"));
                if let Some(core) = plan.floor_core {
                    command.arg("--pin").arg(core.to_string());
                }
                command
            }
        };
        if std::env::var_os("MILLRACE_LOG").is_none() {
            command.env("MILLRACE_LOG", "warn");
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let child = child.with_context(|| format!("starting the {subject}"))?;
        let mut server = Server { child, folder, address };
        server.wait_until_listening(subject)?;
        Ok(server)
    }

    fn wait_until_listening(&mut self, subject: &str) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the {subject} ended before it listened: {status}");
            }
            if Instant::now() > deadline {
                bail!("the {subject} does not listen at {}", self.address);
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Server {
    /// Asks it to stop, waits ten seconds, then makes it. Errors have nobody to hear them here.
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let deadline = Instant::now() + Duration::from_secs(10);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn millrace_config(plan: &Plan, folder: &Path, fix: SocketAddr, durability: &str) -> Result<String> {
    let template = plan.config_template.as_ref().context("--millrace needs --config-template")?;
    let text = fs::read_to_string(template).with_context(|| format!("reading {}", template.display()))?;
    let data = folder.join("data");
    Ok(text
        .replace("{{fix}}", &fix.to_string())
        .replace("{{http}}", &free_address()?.to_string())
        .replace("{{data}}", &data.to_string_lossy())
        .replace("{{durability}}", durability))
}

/// A loopback address that was free a moment ago.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn new_folder(parent: &Path) -> Result<PathBuf> {
    for number in 0..1_000 {
        let folder = parent.join(format!("loadtest-{}-{number}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("creating {}", folder.display())),
        }
    }
    bail!("no free name for a folder in {}", parent.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurement(subject: &'static str, rate: Option<u64>, p50_ns: u64) -> Measurement {
        let measured = rate.unwrap_or(p50_ns);
        let step =
            Step { rate: measured, achieved_rate: measured, p50_ns, p99_ns: 2 * p50_ns, max_ns: 0, complete: true };
        Measurement { durability: "durable", subject, rate, step }
    }

    #[test]
    fn table_shows_medians_and_ratios() {
        let plan = Plan {
            millrace: None,
            config_template: None,
            folder: PathBuf::new(),
            rates: vec![1_000],
            runs: 3,
            floor_core: None,
            client_core: None,
            ramp: Some(Bounds { start: 1, max: 1, p99_ns: 1, precision_percent: 1 }),
            ramp_step: Duration::ZERO,
            load: Config::canonical((Ipv4Addr::LOCALHOST, 1).into()),
        };
        let mut all: Vec<Measurement> = [9_000, 10_000, 99_000].map(|p50| measurement(FLOOR, Some(1_000), p50)).into();
        all.push(measurement(MILLRACE, Some(1_000), 150_000));
        all.push(measurement(FLOOR, None, 1_000_000));
        all.push(measurement(MILLRACE, None, 400_000));
        let table = markdown(&plan, &all);
        assert!(table.contains("| durable | 1,000 | 10.0 · 20.0 | 150 · 300 | 15.00 |"), "{table}");
        assert!(table.contains("| durable | highest | 1,000,000 | 400,000 | 0.40 |"), "{table}");
        assert!(table.contains("| asynchronous | highest | none held | - | - |"), "{table}");
        assert_eq!(table.lines().count(), 6);
    }
}
