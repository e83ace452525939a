//! What a FIX session must still know after a crash: its numbers, and where in the journal each sent message is.
//!
//! The messages themselves are not here: they are written again from the journal. One [`Changes`] is one atomic step, so the
//! cursor into the journal and the numbers that go with it are never out of step, whatever survives.
//!
//! [`SledStore`] keeps it in a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use model::{Seq, SessionId};

/// The store could not read or write. The first failure is final: the acceptor stops.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreFailure {
    /// The database said no.
    #[error("session store: {0}")]
    Database(String),
    /// Another process, or a store that is still open in this one, has the folder.
    #[error("session store: {} is in use", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A record is not one of ours.
    #[error("session store: record {key} is damaged: {what}")]
    Damaged {
        /// Key in hexadecimal digits.
        key: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl From<sled::Error> for StoreFailure {
    fn from(error: sled::Error) -> StoreFailure {
        StoreFailure::Database(error.to_string())
    }
}

/// The numbers of one session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionRecord {
    /// MsgSeqNum(34) that is due from the peer, as far as the journal has what came before.
    pub next_in: u64,
    /// MsgSeqNum(34) that our next message has, at the cursor stored with it.
    pub next_out: u64,
    /// No message with this number or a greater one has left. Equal to `next_out` after a clean stop; after a crash it is
    /// where the numbers go on.
    pub reserved: u64,
    /// When the numbers were begun, in UTC nanoseconds since 1970. Records from before hours were followed do not say.
    pub born_ns: Option<i64>,
}

/// Consecutive application messages of one session: the k-th after the first is the k-th event for the session from the given
/// place on. A run ends where the next begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// MsgSeqNum(34) of the first message.
    pub first: u64,
    /// Frame of its event.
    pub seq: Seq,
    /// Index of its event in the frame.
    pub index: u8,
    /// PossResend(97)=Y: the events may have been sent under other numbers before a crash.
    pub poss_resend: bool,
    /// The events from here to the next run were not sent at all, so they have no numbers.
    pub unsent: bool,
}

/// One atomic step.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// First frame that is not accounted for in the numbers.
    pub cursor: Option<Seq>,
    /// New numbers.
    pub sessions: Vec<(SessionId, SessionRecord)>,
    /// Sessions whose runs are void, before those below are added.
    pub reset: Vec<SessionId>,
    /// New runs.
    pub runs: Vec<(SessionId, Run)>,
}

impl Changes {
    /// Both as one step; `newer` resets no session.
    pub(super) fn merge(&mut self, newer: Changes) {
        assert!(newer.reset.is_empty(), "a reset comes before the runs that follow it");
        self.cursor = newer.cursor.or(self.cursor);
        for (session, record) in newer.sessions {
            match self.sessions.iter_mut().find(|(known, _)| *known == session) {
                Some((_, known)) => *known = record,
                None => self.sessions.push((session, record)),
            }
        }
        self.runs.extend(newer.runs);
    }
}

/// All that is stored, but for the runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stored {
    /// First frame that is not accounted for; none in a fresh store.
    pub cursor: Option<Seq>,
    /// Numbers.
    pub sessions: Vec<(SessionId, SessionRecord)>,
}

/// Durable state of sessions.
pub trait SessionStore: Send + Sync {
    /// What was stored.
    ///
    /// # Errors
    /// [`StoreFailure`], as for every function here.
    fn load(&self) -> Result<Stored, StoreFailure>;

    /// Takes the changes, all or none. They can be read at once and are durable after the next [`SessionStore::flush`].
    ///
    /// # Errors
    /// [`StoreFailure`]
    fn apply(&self, changes: &Changes) -> Result<(), StoreFailure>;

    /// Makes all that was applied durable.
    ///
    /// # Errors
    /// [`StoreFailure`]
    fn flush(&self) -> Result<(), StoreFailure>;

    /// The run with the greatest first number that is at most `number`.
    ///
    /// # Errors
    /// [`StoreFailure`]
    fn run_at(&self, session: SessionId, number: u64) -> Result<Option<Run>, StoreFailure>;

    /// The run with the least first number that is greater than `number`.
    ///
    /// # Errors
    /// [`StoreFailure`]
    fn run_after(&self, session: SessionId, number: u64) -> Result<Option<Run>, StoreFailure>;
}

/// [`SessionStore`] in a folder, by sled. One tree, so that one batch is one step.
#[derive(Debug)]
pub struct SledStore {
    db: sled::Db,
}

const CURSOR_KEY: &[u8] = b"c";
const SESSION_KEY: u8 = b's';
const RUN_KEY: u8 = b'r';
const CACHE_BYTES: u64 = 16 << 20;
/// A closed store keeps its lock until the last of sled's own threads has let go, so a quick restart tries again for a second.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

impl SledStore {
    /// Opens the folder, or makes it.
    ///
    /// # Errors
    /// [`StoreFailure`] where the folder cannot be used: no permission, disk full, in use by another process.
    pub fn open(folder: &Path) -> Result<SledStore, StoreFailure> {
        let config = sled::Config::new().path(folder).cache_capacity(CACHE_BYTES).flush_every_ms(None);
        for _ in 0..LOCK_TRIES {
            match config.open() {
                // sled 0.34 says it in words only.
                Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => {
                    std::thread::sleep(LOCK_PAUSE);
                }
                opened => return Ok(SledStore { db: opened? }),
            }
        }
        Err(StoreFailure::InUse { folder: folder.to_owned() })
    }
}

impl SessionStore for SledStore {
    fn load(&self) -> Result<Stored, StoreFailure> {
        let cursor = match self.db.get(CURSOR_KEY)? {
            Some(bytes) => Some(Seq(numbers::<1>(CURSOR_KEY, &bytes)?[0])),
            None => None,
        };
        let mut sessions = Vec::new();
        for entry in self.db.scan_prefix([SESSION_KEY]) {
            let (key, bytes) = entry?;
            let ([next_in, next_out, reserved], born_ns) = match bytes.len() {
                24 => (numbers(&key, &bytes)?, None),
                _ => {
                    let [next_in, next_out, reserved, born] = numbers(&key, &bytes)?;
                    ([next_in, next_out, reserved], Some(born.cast_signed()))
                }
            };
            if next_in == 0 || next_out == 0 || reserved < next_out {
                return Err(damaged(&key, "numbers contradict each other"));
            }
            sessions.push((session_of(&key)?, SessionRecord { next_in, next_out, reserved, born_ns }));
        }
        Ok(Stored { cursor, sessions })
    }

    fn apply(&self, changes: &Changes) -> Result<(), StoreFailure> {
        let mut batch = sled::Batch::default();
        if let Some(cursor) = changes.cursor {
            batch.insert(CURSOR_KEY, &cursor.0.to_le_bytes());
        }
        for (session, record) in &changes.sessions {
            let born = record.born_ns.map(i64::cast_unsigned);
            let value: Vec<u8> = [record.next_in, record.next_out, record.reserved]
                .into_iter()
                .chain(born)
                .flat_map(u64::to_le_bytes)
                .collect();
            batch.insert(&session_key(SESSION_KEY, *session)[..], value);
        }
        for session in &changes.reset {
            for entry in self.db.scan_prefix(session_key(RUN_KEY, *session)) {
                batch.remove(entry?.0);
            }
        }
        for (session, run) in &changes.runs {
            let flags = u64::from(run.unsent) << 9 | u64::from(run.index) << 1 | u64::from(run.poss_resend);
            let value = [run.seq.0, flags].map(u64::to_le_bytes);
            batch.insert(&run_key(*session, run.first)[..], value.as_flattened());
        }
        Ok(self.db.apply_batch(batch)?)
    }

    fn flush(&self) -> Result<(), StoreFailure> {
        self.db.flush()?;
        Ok(())
    }

    fn run_at(&self, session: SessionId, number: u64) -> Result<Option<Run>, StoreFailure> {
        let range = run_key(session, 0)..=run_key(session, number);
        self.db.range(range).next_back().map(read_run).transpose()
    }

    fn run_after(&self, session: SessionId, number: u64) -> Result<Option<Run>, StoreFailure> {
        let range = run_key(session, number.saturating_add(1))..=run_key(session, u64::MAX);
        self.db.range(range).next().map(read_run).transpose()
    }
}

fn read_run(entry: sled::Result<(sled::IVec, sled::IVec)>) -> Result<Run, StoreFailure> {
    let (key, value) = entry?;
    let [seq, flags] = numbers(&key, &value)?;
    let first = key.get(5..).and_then(|first| first.try_into().ok()).ok_or_else(|| damaged(&key, "key of a run"))?;
    if flags >> 10 != 0 {
        return Err(damaged(&key, "flags of a run"));
    }
    let (index, unsent) = ((flags >> 1) as u8, flags >> 9 == 1);
    Ok(Run { first: from_key_order(first), seq: Seq(seq), index, poss_resend: flags & 1 == 1, unsent })
}

/// The little-endian numbers that a value consists of.
fn numbers<const N: usize>(key: &[u8], value: &[u8]) -> Result<[u64; N], StoreFailure> {
    let (words, rest) = value.as_chunks::<8>();
    let words: [[u8; 8]; N] = words.try_into().map_err(|_| damaged(key, "length of the value"))?;
    match rest {
        [] => Ok(words.map(u64::from_le_bytes)),
        _ => Err(damaged(key, "length of the value")),
    }
}

fn damaged(key: &[u8], what: &'static str) -> StoreFailure {
    StoreFailure::Damaged { key: key.iter().map(|byte| format!("{byte:02x}")).collect(), what }
}

fn session_of(key: &[u8]) -> Result<SessionId, StoreFailure> {
    match key {
        [SESSION_KEY, id @ ..] => {
            let id = <[u8; 4]>::try_from(id).map_err(|_| damaged(key, "key of a session"))?;
            Ok(SessionId(u32::from_le_bytes(id)))
        }
        _ => Err(damaged(key, "key of a session")),
    }
}

fn session_key(kind: u8, session: SessionId) -> [u8; 5] {
    let [a, b, c, d] = session.0.to_le_bytes();
    [kind, a, b, c, d]
}

fn run_key(session: SessionId, first: u64) -> [u8; 13] {
    let mut key = [0; 13];
    key[..5].copy_from_slice(&session_key(RUN_KEY, session));
    key[5..].copy_from_slice(&key_order(first));
    key
}

#[expect(clippy::big_endian_bytes, reason = "keys are ordered byte by byte, so the greatest digit comes first")]
fn key_order(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

#[expect(clippy::big_endian_bytes, reason = "the reverse of `key_order`")]
fn from_key_order(bytes: [u8; 8]) -> u64 {
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: SessionId = SessionId(300);

    fn run(first: u64) -> Run {
        Run {
            first,
            seq: Seq(first * 10),
            index: 255,
            poss_resend: first.is_multiple_of(2),
            unsent: first.is_multiple_of(3),
        }
    }

    #[test]
    fn what_was_flushed_is_there_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let record = SessionRecord { next_in: 5, next_out: 7, reserved: 1000, born_ns: Some(-3) };
        {
            let store = SledStore::open(folder.path()).unwrap();
            assert_eq!(store.load().unwrap(), Stored::default());
            let runs = [2, 255, 256, 70_000].map(|first| (SESSION, run(first))).to_vec();
            let sessions = vec![(SESSION, record)];
            store.apply(&Changes { cursor: Some(Seq(9)), sessions, reset: vec![], runs }).unwrap();
            store.flush().unwrap();
        }
        let store = SledStore::open(folder.path()).unwrap();
        assert_eq!(store.load().unwrap(), Stored { cursor: Some(Seq(9)), sessions: vec![(SESSION, record)] });
        assert_eq!(store.run_at(SESSION, 1).unwrap(), None);
        assert_eq!(store.run_at(SESSION, 255).unwrap(), Some(run(255)));
        assert_eq!(store.run_at(SESSION, 69_999).unwrap(), Some(run(256)));
        assert_eq!(store.run_after(SESSION, 256).unwrap(), Some(run(70_000)));
        assert_eq!(store.run_after(SESSION, 70_000).unwrap(), None);
        assert_eq!(store.run_at(SessionId(301), u64::MAX).unwrap(), None);
    }

    #[test]
    fn record_without_a_birth_is_read_and_stays_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let store = SledStore::open(folder.path()).unwrap();
        let old = [5u64, 7, 1000].map(u64::to_le_bytes);
        store.db.insert(session_key(SESSION_KEY, SESSION), old.as_flattened()).unwrap();
        let record = SessionRecord { next_in: 5, next_out: 7, reserved: 1000, born_ns: None };
        assert_eq!(store.load().unwrap().sessions, [(SESSION, record)]);
        store.apply(&Changes { sessions: vec![(SESSION, record)], ..Changes::default() }).unwrap();
        assert_eq!(store.load().unwrap().sessions, [(SESSION, record)]);
    }

    #[test]
    fn second_opener_of_the_folder_is_told_that_it_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let _first = SledStore::open(folder.path()).unwrap();
        assert!(matches!(SledStore::open(folder.path()), Err(StoreFailure::InUse { .. })));
    }

    #[test]
    fn reset_forgets_the_runs_of_one_session_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = SledStore::open(folder.path()).unwrap();
        let runs = vec![(SESSION, run(2)), (SessionId(1), run(2))];
        store.apply(&Changes { runs, ..Changes::default() }).unwrap();
        store.apply(&Changes { reset: vec![SESSION], runs: vec![(SESSION, run(9))], ..Changes::default() }).unwrap();
        assert_eq!(store.run_after(SESSION, 0).unwrap(), Some(run(9)));
        assert_eq!(store.run_after(SessionId(1), 0).unwrap(), Some(run(2)));
    }

    #[test]
    fn damaged_record_is_named_and_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let store = SledStore::open(folder.path()).unwrap();
        store.db.insert(session_key(SESSION_KEY, SESSION), &b"short"[..]).unwrap();
        assert!(matches!(store.load(), Err(StoreFailure::Damaged { .. })));
    }
}
