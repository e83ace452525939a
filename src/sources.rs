//! What the control plane shows, from each part's own counters.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use engine::LoopCounters;
use gateway::fix::Acceptor;
use gateway::fix::broker::{Broker, PositionsRefused, VenuePositions};
use gateway::fix::control::{Control, NewNumbers, NumbersRefused};
use gateway::fix::counters::{Counters, SessionStatus as FixSession};
use gateway::http::{
    Check, Kind, LimitOf, Readiness, Sample, Samples, SessionStatus, Sessions, Sources, SqlAnswer, SqlDesk, SqlRefusal,
    Store, StoreStatus, Uses,
};
use gateway::views::SharedViews;
use journal::Mark;
use model::queue::Producer;
use model::{AccountName, Agent, Command, CompId, Seq};
use parking_lot::Mutex;
use store::{Flusher, QueryDesk, QueryLimits, Refused, State};

use crate::config::Configuration;

/// How long the hot loop may take to say what is used of limits, and how often it is looked at meanwhile.
const USES_MAX_WAIT: Duration = Duration::from_secs(1);
const USES_LOOK_EVERY: Duration = Duration::from_millis(1);

/// The analytics, as the control plane sees them.
pub(crate) struct Analytics {
    store: Arc<dyn Store>,
    sql: Option<Arc<dyn SqlDesk>>,
}

/// The agent that writes the analytics, where they are on, and what shows them.
pub(crate) fn analytics(config: &Configuration, mark: Mark) -> Result<(Option<Box<dyn Agent>>, Analytics)> {
    if !config.store.enabled {
        return Ok((None, Analytics { store: Arc::new(NoStore), sql: None }));
    }
    let megabytes = u32::try_from(config.store.memory_bytes >> 20)?.max(64);
    let flush_every_ns = i64::try_from(config.store.flush_every.as_nanos())?;
    let settings = store::Settings { memory_limit_mb: megabytes, flush_every_ns, ..store::Settings::default() };
    let flusher = Flusher::new(&config.store_path(), &config.journal_dir(), mark, settings);
    let analytics = Analytics { store: Arc::new(DuckDb(flusher.status())), sql: Some(Arc::new(Desk(flusher.desk()))) };
    Ok((Some(Box::new(flusher)), analytics))
}

/// Everything that the control plane reads from and writes to.
pub(crate) fn of(
    acceptor: &Acceptor,
    brokers: &[Broker],
    views: SharedViews,
    mark: Mark,
    counters: Arc<LoopCounters>,
    analytics: Analytics,
    commands: Producer<Command>,
) -> Sources {
    let synced = mark.clone();
    Sources {
        views,
        journal: Arc::new(mark),
        store: analytics.store,
        sessions: Arc::new(FixSessions(
            std::iter::once((acceptor.sessions(), acceptor.control()))
                .chain(brokers.iter().map(|broker| (broker.sessions(), broker.control())))
                .collect(),
        )),
        samples: vec![
            Arc::new(HotLoopSamples(Arc::clone(&counters))),
            Arc::new(FixSamples(acceptor.counters())),
            Arc::new(BrokerSamples(brokers.iter().map(Broker::counters).collect())),
        ],
        readiness: vec![Arc::new(JournalReady(synced))],
        sql: analytics.sql,
        reload: None,
        uses: Some(Arc::new(HotLoopUses(counters))),
        commands,
    }
}

/// The hot loop, asked for so many limits at a time.
struct HotLoopUses(Arc<LoopCounters>);

impl Uses for HotLoopUses {
    fn uses(&self, of: &[LimitOf]) -> Option<(Seq, Vec<Option<i128>>)> {
        let deadline = Instant::now() + USES_MAX_WAIT;
        let (mut seq, mut used) = (Seq(0), Vec::with_capacity(of.len()));
        for page in of.chunks(engine::USES_MAX) {
            let told = self.0.usage.ask(page, || {
                thread::sleep(USES_LOOK_EVERY);
                Instant::now() < deadline
            })?;
            seq = told.seq;
            used.extend(told.used);
        }
        Some((seq, used))
    }
}

struct NoStore;

impl Store for NoStore {
    fn status(&self) -> StoreStatus {
        StoreStatus::default()
    }
}

struct DuckDb(Arc<store::StoreStatus>);

impl Store for DuckDb {
    fn status(&self) -> StoreStatus {
        let health = self.0.health();
        let healthy = health.state == State::Following;
        StoreStatus {
            enabled: true,
            healthy,
            why: if healthy {
                String::new()
            } else {
                health.last_error.unwrap_or_else(|| format!("{:?}", health.state))
            },
            seq: health.last_seq,
            rows: health.rows,
            commits: health.commits,
        }
    }
}

struct Desk(QueryDesk);

impl SqlDesk for Desk {
    fn query(&self, sql: &str, rows_max: usize, time_max: Duration) -> Result<SqlAnswer, SqlRefusal> {
        let millis = u64::try_from(time_max.as_millis()).unwrap_or(u64::MAX);
        let limits = QueryLimits { rows: rows_max, millis, ..QueryLimits::default() };
        let table = self.0.sql(sql, limits).map_err(|refused| match refused {
            Refused::Closed | Refused::Busy => SqlRefusal::Unavailable(refused.to_string()),
            Refused::TooSlow(_) => SqlRefusal::TimedOut,
            other => SqlRefusal::Statement(other.to_string()),
        })?;
        Ok(SqlAnswer {
            columns: table.columns.into_iter().map(|column| column.name).collect(),
            rows: table.rows.into_iter().map(|row| row.into_iter().map(serde_json::Value::from).collect()).collect(),
            truncated: table.truncated,
        })
    }
}

/// The acceptor's sessions, and those to brokers.
struct FixSessions(Vec<(Arc<Mutex<Vec<FixSession>>>, Control)>);

impl Sessions for FixSessions {
    fn sessions(&self) -> Vec<SessionStatus> {
        let shown = |session: &FixSession| SessionStatus {
            sender_comp_id: session.sender_comp_id.to_string(),
            target_comp_id: session.target_comp_id.to_string(),
            logged_on: session.logged_on,
            peer: session.peer.map(|peer| peer.to_string()).unwrap_or_default(),
            next_in: session.next_in,
            next_out: session.next_out,
            waiting_bytes: session.output_bytes as u64,
        };
        self.0.iter().flat_map(|(status, _)| status.lock().iter().map(shown).collect::<Vec<_>>()).collect()
    }

    fn set_numbers(&self, numbers: NewNumbers) -> Result<Command, NumbersRefused> {
        let of_it = self
            .0
            .iter()
            .find(|(status, _)| status.lock().iter().any(|session| session.target_comp_id == numbers.target_comp_id));
        of_it.ok_or(NumbersRefused::Unknown)?.1.set_numbers(numbers)
    }

    fn positions(&self, broker: CompId, accounts: Vec<AccountName>) -> Result<VenuePositions, PositionsRefused> {
        let is_of_it = |status: &Mutex<Vec<FixSession>>| status.lock().iter().any(|own| own.target_comp_id == broker);
        let of_it = self.0.iter().find(|(status, _)| is_of_it(status));
        of_it.ok_or(PositionsRefused::Unknown)?.1.ask_positions(accounts)
    }
}

struct FixSamples(Arc<Counters>);

impl Samples for FixSamples {
    fn read(&self, into: &mut Vec<Sample>) {
        into.extend(self.0.snapshot().into_iter().map(|(name, value)| Sample {
            name: "fix_total",
            help: "What the FIX acceptor counts, by kind.",
            kind: Kind::Counter,
            label: Some(("what", name.to_owned())),
            value: value as f64,
        }));
    }
}

struct BrokerSamples(Vec<Arc<Counters>>);

impl Samples for BrokerSamples {
    fn read(&self, into: &mut Vec<Sample>) {
        let Some((first, others)) = self.0.split_first() else { return };
        let mut sums = first.snapshot();
        for other in others {
            sums.iter_mut().zip(other.snapshot()).for_each(|((_, sum), (_, value))| *sum += value);
        }
        into.extend(sums.into_iter().map(|(name, value)| Sample {
            name: "broker_total",
            help: "What the sessions to brokers count, all together, by kind.",
            kind: Kind::Counter,
            label: Some(("what", name.to_owned())),
            value: value as f64,
        }));
    }
}

struct HotLoopSamples(Arc<LoopCounters>);

impl Samples for HotLoopSamples {
    fn read(&self, into: &mut Vec<Sample>) {
        let mut one = |name, help, kind, value: u64| {
            into.push(Sample { name, help, kind, label: None, value: value as f64 });
        };
        one("loop_commands_total", "Commands decided.", Kind::Counter, self.0.commands.load(Relaxed));
        one("loop_batches_total", "Batches with work.", Kind::Counter, self.0.batches.load(Relaxed));
        one("loop_batch_max_commands", "The largest batch.", Kind::Gauge, self.0.batch_max.load(Relaxed));
        let full = self.0.journal_full.load(Relaxed);
        one("loop_journal_full_total", "Rounds without room in the journal.", Kind::Counter, full);
    }
}

/// Orders are welcome while the journal takes them.
struct JournalReady(Mark);

impl Readiness for JournalReady {
    fn check(&self) -> Check {
        let lag = self.0.written().0.saturating_sub(self.0.durable().0);
        Check { name: "journal".to_owned(), ok: true, why: format!("{lag} frames written and not yet durable") }
    }
}
