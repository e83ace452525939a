//! The agent that follows the journal into DuckDB. Its failures are its own: it reports them, waits, and tries again.
//!
//! It opens the database in its first `work`, on the thread that it runs on, because DuckDB's threads inherit that
//! thread's processors.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use journal::{Follower, Mark};
use model::{Agent, EngineTime, Seq, Stopped};

use crate::database::{Failure, Origin, Settings, Store};
use crate::desk::QueryDesk;
use crate::status::{State, StoreStatus};

/// First wait after a failure, in nanoseconds; doubled with each further one.
const BACK_OFF_MIN_NS: i64 = 100_000_000;
/// Longest wait.
const BACK_OFF_MAX_NS: i64 = 30_000_000_000;
/// Failures in a row, each speaking against the file, after which it is set aside although it opens.
const FAILURES_MAX: u32 = 3;

/// See the module.
pub struct Flusher {
    path: PathBuf,
    journal: PathBuf,
    mark: Mark,
    settings: Settings,
    status: Arc<StoreStatus>,
    desk: QueryDesk,
    open: Option<Open>,
    /// The journal's end when the flusher was made: a database ahead of it knows frames that the journal lost.
    recovered: Seq,
    /// Why the file must be set aside at the next opening.
    distrust: Option<String>,
    failures: u32,
    retry_at: EngineTime,
    last_commit: EngineTime,
    rows_since_checkpoint: u64,
}

struct Open {
    store: Store,
    follower: Follower,
}

impl Flusher {
    /// Touches no file yet. Make it before the engine starts: `mark` still says where the journal ended.
    pub fn new(path: &Path, journal_dir: &Path, mark: Mark, settings: Settings) -> Flusher {
        Flusher {
            path: path.to_owned(),
            journal: journal_dir.to_owned(),
            recovered: mark.durable(),
            mark,
            settings,
            status: Arc::new(StoreStatus::default()),
            desk: QueryDesk::new(),
            open: None,
            distrust: None,
            failures: 0,
            retry_at: EngineTime(i64::MIN),
            last_commit: EngineTime(i64::MIN),
            rows_since_checkpoint: 0,
        }
    }

    /// For health, metrics and the live view.
    pub fn status(&self) -> Arc<StoreStatus> {
        Arc::clone(&self.status)
    }

    /// For queries while the daemon runs; answers as soon as the database is open.
    pub fn desk(&self) -> QueryDesk {
        self.desk.clone()
    }

    /// Opens if needed, then writes one batch if one is due. `eager` takes whatever is there.
    fn step(&mut self, now: EngineTime, eager: bool) -> Result<usize, Failure> {
        if self.open.is_none() {
            self.open(now)?;
        }
        let Some(Open { store, follower }) = &mut self.open else { return Ok(0) };
        let waiting = self.mark.durable().0.saturating_sub(store.last_seq().0);
        let since = now.0.saturating_sub(self.last_commit.0);
        if waiting == 0 {
            let quiet = self.rows_since_checkpoint > 0 && since >= self.settings.quiet_ns;
            if quiet || (self.rows_since_checkpoint > 0 && eager) {
                self.rows_since_checkpoint = 0;
                store.checkpoint()?;
            }
            return Ok(0);
        }
        if waiting < self.settings.batch_frames as u64 && since < self.settings.flush_every_ns && !eager {
            return Ok(0);
        }
        let batch = self.settings.batch_frames;
        let (frames, rows) = store.write(|each| follower.poll(batch, each).map(drop))?;
        self.last_commit = now;
        self.rows_since_checkpoint += rows;
        self.status.wrote(store.last_seq().0, frames, rows);
        if self.rows_since_checkpoint >= self.settings.checkpoint_rows {
            self.rows_since_checkpoint = 0;
            store.checkpoint()?;
        }
        Ok(usize::try_from(frames).unwrap_or(usize::MAX))
    }

    fn open(&mut self, now: EngineTime) -> Result<(), Failure> {
        let mut store = match self.distrust.clone() {
            Some(why) if self.path.exists() => Store::replace(&self.path, &self.settings, why)?,
            _ => Store::open(&self.path, &self.settings)?,
        };
        self.distrust = None;
        if let Some(why) = self.contradiction(&store)? {
            drop(store);
            store = Store::replace(&self.path, &self.settings, why)?;
        }
        if let Origin::Rebuilt { why, .. } = store.origin() {
            self.status.rebuilding(why.clone());
        }
        let follower = Follower::new(&self.journal, self.mark.clone(), store.last_seq().next())?;
        match store.second() {
            Ok((connection, held)) => self.desk.publish(connection, held),
            Err(error) => tracing::warn!(%error, "no connection for queries; the analytics are written all the same"),
        }
        self.status.at(store.last_seq().0);
        self.status.say(State::Following, None);
        self.last_commit = EngineTime(now.0.saturating_sub(self.settings.flush_every_ns));
        self.open = Some(Open { store, follower });
        Ok(())
    }

    /// Does the database tell of another history than the journal? Its last frame must be the journal's, chain and all.
    fn contradiction(&self, store: &Store) -> Result<Option<String>, Failure> {
        let cursor = store.cursor();
        if cursor.seq.0 == 0 {
            return Ok(None);
        }
        let end = self.recovered.max(self.status_seq());
        if cursor.seq > end {
            return Ok(Some(format!("it holds frame {}, the journal ended at {end}", cursor.seq)));
        }
        let mut wrong = None;
        Follower::new(&self.journal, self.mark.clone(), cursor.seq)?.poll(1, |frame| {
            if frame.seq == cursor.seq && (frame.chain, frame.time) != (cursor.chain, cursor.time) {
                wrong = Some(format!("its frame {} is not this journal's frame {}", cursor.seq, frame.seq));
            }
        })?;
        Ok(wrong)
    }

    /// What this process itself has written is not ahead of the journal, even if the mark was lower at the start.
    fn status_seq(&self) -> Seq {
        Seq(self.status.health().last_seq)
    }

    fn close(&mut self) {
        self.desk.withdraw();
        self.open = None;
    }

    /// Reports, closes, and sets the time of the next attempt.
    fn failed(&mut self, now: EngineTime, failure: &Failure) {
        self.close();
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_MAX && failure.speaks_against_the_file() {
            self.distrust = Some(format!("it failed {} times in a row: {failure}", self.failures));
        }
        let back_off = BACK_OFF_MIN_NS.saturating_mul(1 << self.failures.min(10)).min(BACK_OFF_MAX_NS);
        self.retry_at = EngineTime(now.0.saturating_add(back_off));
        let state = if matches!(failure, Failure::Locked { .. }) { State::Locked } else { State::Failing };
        self.status.say(state, Some(failure.to_string()));
        tracing::warn!(%failure, retry_in_ms = back_off / 1_000_000, "analytics are behind; trading goes on");
    }
}

impl Drop for Flusher {
    /// The desk's connection keeps the database open: it is gone before the flusher is, so that the next one can open.
    fn drop(&mut self) {
        self.close();
    }
}

impl Agent for Flusher {
    fn name(&self) -> &'static str {
        "store"
    }

    fn work(&mut self, now: EngineTime) -> Result<usize, Stopped> {
        self.status.saw_durable(self.mark.durable().0);
        if now < self.retry_at {
            return Ok(0);
        }
        match self.step(now, false) {
            Ok(frames) => {
                if frames > 0 {
                    self.failures = 0;
                }
                Ok(frames)
            }
            Err(failure) => {
                self.failed(now, &failure);
                Ok(0)
            }
        }
    }

    /// Writes all up to the durable mark, and closes. What cannot be written now is written at the next start.
    fn stop(&mut self, now: EngineTime) -> Result<(), Stopped> {
        loop {
            let durable = self.mark.durable();
            self.status.saw_durable(durable.0);
            match self.step(now, true) {
                Ok(0) if self.open.as_ref().is_none_or(|open| open.store.last_seq() >= durable) => break,
                Ok(0) => {
                    self.status
                        .say(State::Failing, Some("the journal gave no frame below its durable mark".to_owned()));
                    break;
                }
                Ok(_) => {}
                Err(failure) => {
                    let again = self.failures == 0 && !matches!(failure, Failure::Locked { .. });
                    self.failed(now, &failure);
                    if !again {
                        break;
                    }
                }
            }
        }
        self.close();
        let failing = matches!(self.status.health().state, State::Failing | State::Locked);
        if !failing {
            self.status.say(State::Stopped, None);
        }
        Ok(())
    }
}
