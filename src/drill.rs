//! `millrace drill kill`: the kill switch tried out on the real daemon, with real FIX clients, on data of its own; and the
//! record of what happened, from its journal.

mod broker;
mod clients;
mod market;
mod record;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use gateway::http::InDoubt;
use gateway::views::KillStatus;
use serde_json::{Value, json};

use self::broker::Broker;
use self::clients::Clients;
use self::record::{Away, Record, Told};
use crate::child::{Daemon, Folder};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Orders that wait for their first report at a time.
const AHEAD: usize = 1_000;
/// New orders that are tried while the firm is killed.
const TRIED: usize = 100;
/// Between looks at how far the kill is.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Who kills, and who releases.
const KILLER: &str = "ann";
const OTHER: &str = "bob";

#[derive(clap::Subcommand)]
pub(crate) enum Drill {
    /// Kills the firm while so many orders live, and prints the record of how none was left.
    Kill(Args),
    /// Restores a backup to a folder of its own, proves that it comes to the state that was backed up, and removes it again.
    Restore {
        /// The folder of the backup.
        #[arg(long)]
        from: PathBuf,
        /// Where it is restored for the while; without it, beside the backup.
        #[arg(long)]
        to: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Live orders.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=200_000))]
    orders: u32,
    /// The orders are at a broker, whose connection is lost when half of them are canceled, and comes back.
    #[arg(long)]
    disconnect_midway: bool,
    /// The data folder; must be new or empty. Without it, a temporary one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Keep the temporary data folder.
    #[arg(long)]
    keep: bool,
    /// How the record is printed.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    Text,
    Json,
}

fn restore(from: &Path, to: Option<&Path>) -> Result<ExitCode> {
    let to = to.map_or_else(|| from.join("drill"), Path::to_path_buf);
    let restored = tools::backup::restore_elsewhere(from, &to)?;
    crate::cli::say_backup("restored and removed again", &restored.manifest, restored.took);
    println!("a restore of the backup of {} gives that state", restored.manifest.taken);
    Ok(ExitCode::SUCCESS)
}

/// Runs it. The exit code says whether everything was as it must be.
pub(crate) fn run(drill: &Drill) -> Result<ExitCode> {
    let args = match drill {
        Drill::Kill(args) => args,
        Drill::Restore { from, to } => return restore(from, to.as_deref()),
    };
    let folder = Folder::new(args.data.clone(), args.keep)?;
    let orders = args.orders as usize;
    let broker = args.disconnect_midway.then(|| Broker::listen(orders / 2)).transpose()?;
    let config = market::config(orders, broker.as_ref().map(Broker::address));
    let mut daemon = Daemon::start(&folder, &config, 1)?;
    let clients = Clients::connect(daemon.fix)?;
    let mut street = Street { daemon: &mut daemon, clients, broker };
    let outcome = street.drill(orders);
    let stopped = daemon.stop().with_context(|| format!("the daemon's log is {}", folder.keep().display()));
    let told = outcome.with_context(|| format!("the data is kept in {}", folder.keep().display()))?;
    let record = Record::read(folder.path(), told, &stopped?)?;
    match args.output {
        Output::Text => println!("{}", record.text()),
        Output::Json => println!("{}", serde_json::to_string_pretty(&record)?),
    }
    if !record.holds() {
        println!("the data is kept in {}", folder.keep().display());
    }
    Ok(if record.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The daemon between its clients and, in one form of the drill, a broker.
struct Street<'a> {
    daemon: &'a mut Daemon,
    clients: Clients,
    broker: Option<Broker>,
}

impl Street<'_> {
    fn drill(&mut self, orders: usize) -> Result<Told> {
        self.fill(orders)?;
        let live_before = self.clients.told.live();
        self.kill()?;
        let away = self.broker.is_some().then(|| self.lose_the_broker()).transpose()?;
        let tried = self.wait_for_zero(orders)?;
        let kill = self.killed()?;
        let refusals = self.clients.told.refusals.clone();
        let (same_person, reopened) = self.rearm(orders + tried)?;
        let told = &self.clients.told;
        Ok(Told {
            orders,
            live_before,
            canceled: told.canceled.len(),
            by_kill: told.by_kill,
            tried,
            refusals,
            kill,
            away,
            same_person,
            reopened,
        })
    }

    /// So many orders rest at the venue, and each client knows it.
    fn fill(&mut self, orders: usize) -> Result<()> {
        self.until("the clients are logged on", |street| Ok(street.clients.are_logged_on()))?;
        self.until("the broker is logged on", |street| Ok(street.broker.as_ref().is_none_or(Broker::is_logged_on)))?;
        self.until("every instrument has a price", |street| {
            let quotes = street.daemon.status()?.views.quotes;
            Ok(quotes.len() == market::INSTRUMENTS && quotes.iter().all(|quote| quote.bid_px != "0"))
        })?;
        let mut sent = 0;
        self.until("the orders rest", |street| {
            while sent < orders && sent - street.clients.told.heard() < AHEAD {
                ensure!(street.clients.send(&market::order(sent)), "a client's session was lost");
                sent += 1;
            }
            Ok(street.clients.told.live() == orders)
        })
    }

    /// The act goes over HTTP while clients and broker go on.
    fn kill(&mut self) -> Result<()> {
        let Street { daemon, clients, broker } = self;
        let body = act("this is a drill", KILLER);
        thread::scope(|scope| {
            let http = daemon.http();
            let act = scope.spawn(move || http.post("/operator/kill", &body));
            while !act.is_finished() {
                clients.poll()?;
                broker.iter_mut().try_for_each(Broker::poll)?;
            }
            act.join().map_err(|_| anyhow::anyhow!("the operator's thread panicked"))?.map(drop)
        })
    }

    /// The broker is gone in the middle of it. What stays in doubt is told, and then it comes back.
    fn lose_the_broker(&mut self) -> Result<Away> {
        let has = |street: &Street<'_>, is: fn(&Broker) -> bool| street.broker.as_ref().is_some_and(is);
        self.until("the broker is gone", |street| Ok(has(street, Broker::is_away)))?;
        let gone = Instant::now();
        self.until("it is said what stays in doubt", |street| {
            let kill = street.killed()?;
            Ok(kill.in_doubt > 0 && kill.in_doubt + kill.unreachable == kill.live)
        })?;
        let kill = self.killed()?;
        let in_doubt: Vec<InDoubt> = serde_json::from_value(self.daemon.http().get("/orders/in-doubt")?)?;
        let broker = self.broker.as_mut().context("the drill has a broker")?;
        let (answered, unanswered) = (broker.answered(), broker.unanswered());
        broker.come_back()?;
        let away_ms = u64::try_from(gone.elapsed().as_millis())?;
        Ok(Away { kill, in_doubt, answered, unanswered, away_ms })
    }

    /// Nothing lives, and each client knows it; meanwhile new orders are tried. Gives how many.
    fn wait_for_zero(&mut self, orders: usize) -> Result<usize> {
        let mut tried = 0;
        self.until("no order lives and every client knows it", |street| {
            if tried < TRIED {
                ensure!(street.clients.send(&market::order(orders + tried)), "a client's session was lost");
                tried += 1;
            }
            let told = &street.clients.told;
            Ok(told.canceled.len() >= orders && told.heard() == orders + tried && street.killed()?.live == 0)
        })?;
        Ok(tried)
    }

    /// Who killed is refused; another person releases, and an order passes. Gives the words of the refusal, and whether it did.
    fn rearm(&mut self, next: usize) -> Result<(String, bool)> {
        let refused = self.daemon.http().post("/operator/rearm", &act("the drill is over", &KILLER.to_uppercase()));
        let same_person = refused.err().map_or_else(String::new, |why| why.to_string());
        self.daemon.http().post("/operator/rearm", &act("the drill is over", OTHER))?;
        let order = market::order(next);
        ensure!(self.clients.send(&order), "a client's session was lost");
        self.until("an order is answered", |street| Ok(street.clients.told.orders.contains_key(&order.cl_ord_id)))?;
        Ok((same_person, self.clients.told.orders[&order.cl_ord_id] == b'0'))
    }

    fn killed(&self) -> Result<KillStatus> {
        let kills: Vec<KillStatus> = serde_json::from_value(self.daemon.http().get("/kills")?)?;
        kills.into_iter().find(|kill| kill.scope == "firm").context("the firm is not killed")
    }

    /// Lets clients and broker go on until it is so.
    fn until(&mut self, what: &str, mut is_so: impl FnMut(&mut Self) -> Result<bool>) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let mut look = Instant::now();
        loop {
            self.clients.poll()?;
            self.broker.iter_mut().try_for_each(Broker::poll)?;
            if Instant::now() >= look {
                if is_so(self)? {
                    return Ok(());
                }
                look = Instant::now() + LOOK_EVERY;
            }
            ensure!(Instant::now() < deadline, "waited {PATIENCE:?} in vain until {what}");
            ensure!(self.daemon.is_running(), "the daemon ended before {what}");
        }
    }
}

fn act(reason: &str, actor: &str) -> Value {
    json!({ "scope": "firm", "actor": actor, "reason": reason })
}
