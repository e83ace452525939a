//! `kill -9` at random moments under load, again and again on one data folder: what was acknowledged is there, no ExecID(17)
//! means two things, sequence numbers go on, and in the end DuckDB and a replay both agree with the journal.
//!
//! `MILLRACE_KILL_ROUNDS` sets the number of rounds, `MILLRACE_KILL_SEED` the moments and the orders.

mod support;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use engine::Capacities;
use loadtest::book::Ack;
use loadtest::client::{Config as Load, Idle};
use loadtest::progress::{Progress, Report};
use loadtest::session::Numbers;
use loadtest::workload::{Instrument, Mix};
use model::{ClOrdId, Event, OrderId, Seq};
use support::daemon::Daemon;
use support::tap::{Tap, messages};

const ROUNDS: usize = 6;
const SESSIONS: usize = 4;
const RATE: u64 = 2_000;
/// The load runs at most this long before the kill.
const KILL_WITHIN_MS: u64 = 800;
/// A daemon killed while it starts has at most this long.
const START_WITHIN_MS: u64 = 250;
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn killed_at_random_moments_nothing_acknowledged_is_lost() {
    let rounds = number("MILLRACE_KILL_ROUNDS").map_or(ROUNDS, |rounds| rounds as usize);
    let seed = number("MILLRACE_KILL_SEED").unwrap_or(9);
    println!("{rounds} rounds with seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let mut history = History::new(folder.path());
    for round in 0..rounds {
        if random.u8(..3) == 0 {
            let mut daemon = Daemon::spawn(folder.path());
            thread::sleep(Duration::from_millis(random.u64(..START_WITHIN_MS)));
            daemon.kill();
        }
        let mut daemon = Daemon::start(folder.path());
        history.numbers_go_on(&daemon);
        let moment = Duration::from_millis(random.u64(..KILL_WITHIN_MS));
        history.load(round, &daemon.fix.to_string(), |progress| {
            until("all sessions are logged on", || progress.snapshot().sessions_active == SESSIONS);
            thread::sleep(moment);
            daemon.kill();
        });
        history.journal_kept_all();
    }
    let mut daemon = Daemon::start(folder.path());
    history.numbers_go_on(&daemon);
    let report = history.load(rounds, &daemon.fix.to_string(), |progress| {
        until("all sessions are logged on", || progress.snapshot().sessions_active == SESSIONS);
        thread::sleep(Duration::from_millis(500));
        progress.stop();
    });
    assert!(report.complete && report.interrupted.is_none(), "{:?} {:?}", report.interrupted, report.counts);
    let said = daemon.stop();
    history.journal_kept_all();
    all_agree(folder.path(), &said);
    history.summary(rounds);
}

#[test]
fn second_daemon_on_the_same_data_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Daemon::start(folder.path());
    let mut second = Daemon::spawn(folder.path());
    let status = second.wait();
    assert!(!status.success());
    let said = second.said();
    assert!(said.contains("another millrace runs on"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(first.is_ready(), "the first one goes on");
    first.stop();
}

#[test]
fn corrupt_analytics_keep_nobody_from_trading_and_are_rebuilt() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut history = History::new(folder.path());
    let trade = |history: &mut History, round| {
        let mut daemon = Daemon::start(folder.path());
        let report = history.load(round, &daemon.fix.to_string(), |progress| {
            until("requests are acknowledged", || progress.snapshot().counts.total().acknowledged > 200);
            progress.stop();
        });
        assert!(report.complete && report.interrupted.is_none(), "{:?} {:?}", report.interrupted, report.counts);
        let said = daemon.stop();
        history.journal_kept_all();
        all_agree(folder.path(), &said);
    };
    trade(&mut history, 0);
    let database = folder.path().join("analytics.duckdb");
    let length = fs::metadata(&database).expect("there are analytics").len();
    let mut garbage = vec![0; usize::try_from(length).expect("it fits")];
    fastrand::Rng::with_seed(5).fill(&mut garbage);
    fs::write(&database, garbage).expect("the database is spoilt");
    trade(&mut history, 1);
}

/// What the world outside the daemon remembers over all rounds.
struct History {
    journal: PathBuf,
    /// Where the clients' sessions go on, by their CompID.
    numbers: BTreeMap<String, Numbers>,
    acks: Vec<Ack>,
    /// Content of each ExecID(17), without what a resend may change.
    executions: HashMap<String, String>,
    /// Each TargetCompID(56) and MsgSeqNum(34) that came without PossDupFlag(43).
    sent: HashSet<(String, u64)>,
    /// Greatest MsgSeqNum(34) by TargetCompID(56).
    greatest: BTreeMap<String, u64>,
    repeated: usize,
    /// Last frame read, with the hash chain that proves all before it.
    end: (Seq, u64),
    orders: HashMap<ClOrdId, OrderId>,
    /// The order of each event that a report may tell, by ExecID(17).
    events: HashMap<String, Option<OrderId>>,
}

impl History {
    fn new(data: &Path) -> History {
        History {
            journal: data.join("journal"),
            numbers: BTreeMap::new(),
            acks: Vec::new(),
            executions: HashMap::new(),
            sent: HashSet::new(),
            greatest: BTreeMap::new(),
            repeated: 0,
            end: (Seq(0), 0),
            orders: HashMap::new(),
            events: HashMap::new(),
        }
    }

    /// A number that a client has seen is never used again.
    fn numbers_go_on(&self, daemon: &Daemon) {
        let status = daemon.status();
        for (name, greatest) in &self.greatest {
            let session = status.fix.iter().find(|session| session.target_comp_id == *name);
            let next_out = session.expect("its session is there").next_out;
            assert!(next_out > *greatest, "{name}: {greatest} was seen, {next_out} would be next");
        }
    }

    /// Sends until `during` has ended it, one way or the other, and remembers what came back.
    fn load(&mut self, round: usize, daemon: &str, during: impl FnOnce(&Progress)) -> Report {
        let tap = Tap::new(daemon.parse().expect("an address"), SESSIONS);
        let load = Load {
            sessions: SESSIONS,
            rate: RATE,
            duration: None,
            idle: Idle::Sleep,
            continue_from: self.numbers.clone(),
            cl_ord_id_prefix: format!("K{round}"),
            seed: round as u64 + 1,
            mix: Mix::demo(),
            instruments: instruments(),
            accounts: vec!["LOAD-A".to_owned(), "LOAD-B".to_owned()],
            live_max: 500,
            collect_acks: true,
            ..Load::canonical(tap.listen)
        };
        let progress = Arc::new(Progress::new());
        let client = {
            let progress = Arc::clone(&progress);
            thread::spawn(move || loadtest::client::run(&load, &progress))
        };
        during(&progress);
        let report = client.join().expect("the client does not panic").expect("the client was let in");
        self.numbers = report.numbers.clone();
        self.acks.extend(report.acks.iter().flatten().cloned());
        for heard in tap.heard() {
            messages(&heard).iter().for_each(|message| self.heard(message));
        }
        // The other way to end before its time is a number that was used twice, or one that was too low.
        let why = report.interrupted.clone().unwrap_or_default();
        assert!(!why.contains("number") && !why.contains("logged out"), "round {round}: {why}");
        report
    }

    fn heard(&mut self, message: &[(u32, String)]) {
        let field = |tag| message.iter().find(|field| field.0 == tag).map_or("", |field| field.1.as_str());
        let session = field(56).to_owned();
        let seq: u64 = field(34).parse().expect("MsgSeqNum(34) is a number");
        if field(43) != "Y" {
            assert!(self.sent.insert((session.clone(), seq)), "{session}: number {seq} is used twice: {message:?}");
        }
        let greatest = self.greatest.entry(session).or_default();
        *greatest = seq.max(*greatest);
        if field(35) == "8" {
            // BodyLength, CheckSum, MsgSeqNum, PossDupFlag, SendingTime, PossResend, OrigSendingTime.
            let kept = message.iter().filter(|field| ![9, 10, 34, 43, 52, 97, 122].contains(&field.0));
            let meaning = kept.map(|(tag, value)| format!("{tag}={value}|")).collect::<String>();
            let exec_id = field(17).to_owned();
            let known = self.executions.entry(exec_id).or_insert_with(|| meaning.clone());
            assert_eq!(*known, meaning, "an ExecID means two things");
            self.repeated += usize::from(field(43) == "Y" || field(97) == "Y");
        }
    }

    /// Reads what is new in the journal of a daemon that is down, and holds everything remembered against it.
    fn journal_kept_all(&mut self) {
        let verdict = journal::verify(&self.journal);
        assert!(verdict.failure.is_none() && (verdict.fault.is_none() || verdict.torn), "{verdict:?}");
        let History { end, orders, events, .. } = self;
        let mut expected = end.0.max(Seq(1));
        journal::read(&self.journal, expected, |frame| {
            assert_eq!(frame.seq, expected, "the journal has a gap");
            expected = expected.next();
            if frame.seq == end.0 {
                assert_eq!(frame.chain, end.1, "what was read up to {} has changed", frame.seq);
                return ControlFlow::Continue(());
            }
            *end = (frame.seq, frame.chain);
            for (index, event) in frame.events().enumerate() {
                events.insert(format!("{}-{index}", frame.seq), event.order().map(|order| order.order_id));
                if let Event::OrderAccepted(_) | Event::CancelRequested(_) | Event::ReplaceRequested(_) = event
                    && let Some(order) = event.order()
                {
                    let before = orders.insert(order.cl_ord_id, order.order_id);
                    assert!(before.is_none(), "{} is taken twice", order.cl_ord_id);
                }
            }
            ControlFlow::Continue(())
        })
        .expect("the journal is read");
        assert!(expected > self.end.0, "frame {} is gone", self.end.0);
        for ack in &self.acks {
            let order_id = ClOrdId::new(ack.cl_ord_id.as_bytes()).and_then(|id| self.orders.get(&id));
            let order_id = order_id.unwrap_or_else(|| panic!("{} is acknowledged and not journaled", ack.cl_ord_id));
            assert_eq!(order_id.to_string(), ack.order_id, "{} is another order", ack.cl_ord_id);
        }
        for (exec_id, meaning) in &self.executions {
            let order = self.events.get(exec_id).unwrap_or_else(|| panic!("{exec_id} was told and is not journaled"));
            let told = |id: &OrderId| meaning.contains(&format!("|37={id}|"));
            assert!(order.as_ref().is_none_or(told), "{exec_id} is of order {order:?}, told was {meaning}");
        }
    }

    fn summary(&self, rounds: usize) {
        let (acks, reports, repeated) = (self.acks.len(), self.executions.len(), self.repeated);
        println!(
            "{rounds} kills, {} frames, {acks} acknowledgements, {reports} reports, {repeated} repeated",
            self.end.0
        );
        assert!(acks > 0 && reports >= acks, "the load was no load");
    }
}

/// Some of those that the deployed configuration trades, at the prices where its quotes start.
fn instruments() -> Vec<Instrument> {
    const UNIT: i64 = model::money::UNIT;
    let cents = [("AAPL", 18_950), ("MSFT", 41_230), ("NVDA", 11_875), ("KO", 6_240)];
    let instrument = |(symbol, cents): (&str, i64)| Instrument {
        symbol: symbol.to_owned(),
        price: cents * UNIT / 100,
        tick: UNIT / 100,
        lot: UNIT,
    };
    cents.map(instrument).into()
}

/// After a clean stop, DuckDB and a replay say what the journal says.
fn all_agree(data: &Path, said: &str) {
    let journal = data.join("journal");
    let verdict = journal::verify(&journal);
    assert!(verdict.is_sound(), "{verdict:?}");
    let comparison = store::compare(&data.join("analytics.duckdb"), &journal).expect("the analytics are compared");
    assert!(comparison.is_equal(), "{comparison:?}");
    let replayed = engine::verify_replay(&journal, Capacities::as_recorded()).expect("the journal is replayed");
    assert_eq!(replayed.differs, None, "this frame is decided otherwise today");
    let state = &replayed.state;
    assert_eq!(said, format!("stopped at frame {} with state hash {}", state.last_seq(), state.hash()));
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}
