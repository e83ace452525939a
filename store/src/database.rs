//! One open DuckDB file: its settings, its quarantine, and the transaction that writes rows together with the cursor.
//!
//! Any reason to distrust the file (it does not open, another schema version, no cursor, another journal's chain) has the
//! same answer: it is renamed to `<file>.quarantine-<n>` with its WAL, and an empty one takes its place. A file that
//! another process holds is left alone.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use duckdb::{AccessMode, Config, Connection};
use journal::Frame;
use model::{EngineTime, Seq};

use crate::held::{Held, Reader};
use crate::names::Names;
use crate::rows::Rows;
use crate::schema::{SCHEMA_VERSION, ddl};

/// Quarantined files that are kept; older ones are deleted.
const QUARANTINES_KEPT: usize = 3;
/// Openings that may end the process before the file is distrusted: DuckDB can abort while it replays its WAL.
const OPENINGS_MAX: u32 = 2;

/// How the database is run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Megabytes that DuckDB may use for its buffers.
    pub memory_limit_mb: u32,
    /// Frames written in one transaction at most.
    pub batch_frames: usize,
    /// Nanoseconds between transactions while fewer frames than a batch are there.
    pub flush_every_ns: i64,
    /// Rows after which a checkpoint is made even if it is not quiet.
    pub checkpoint_rows: u64,
    /// Nanoseconds without a new frame after which it counts as quiet, and a checkpoint is made.
    pub quiet_ns: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            memory_limit_mb: 512,
            batch_frames: 50_000,
            // Each commit keeps the disk busy for some milliseconds, in which the journal waits.
            flush_every_ns: 1_000_000_000,
            checkpoint_rows: 8_000_000,
            quiet_ns: 1_000_000_000,
        }
    }
}

/// Why the database cannot be used now.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file is open already, mostly in another process: DuckDB lets one in.
    #[error("{path} is open already (does a daemon run on this data folder?): {why}")]
    Locked {
        /// The file.
        path: PathBuf,
        /// What DuckDB says.
        why: String,
    },
    /// DuckDB refused something.
    #[error("{path}: {what}: {source}")]
    Database {
        /// The file.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// What DuckDB says.
        source: duckdb::Error,
    },
    /// The file is not a database of ours, or of another version.
    #[error("{path}: {why}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The journal could not be read.
    #[error("reading the journal for the analytics: {0}")]
    Journal(#[from] journal::Failure),
    /// A file operation failed.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Failure {
    /// Does it speak against the file itself? Full disks, locks, missing rights and the journal do not.
    pub(crate) fn speaks_against_the_file(&self) -> bool {
        match self {
            Failure::Foreign { .. } => true,
            Failure::Database { source, .. } => {
                let text = source.to_string();
                ![
                    "No space left",
                    "Disk quota",
                    "Out of Memory",
                    "could not allocate",
                    "Permission denied",
                    "Read-only file",
                ]
                .iter()
                .any(|outside| text.contains(outside))
            }
            Failure::Locked { .. } | Failure::Journal(_) | Failure::File { .. } => false,
        }
    }
}

/// How an open database came to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It was there.
    Found,
    /// There was none.
    Created,
    /// There was one, and it was set aside.
    Rebuilt {
        /// Where it is now.
        quarantine: PathBuf,
        /// Why.
        why: String,
    },
}

/// The open database, with the one connection that writes.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    names: Names,
    cursor: Cursor,
    origin: Origin,
    /// After the connection, which must be gone first.
    held: Arc<Held>,
}

/// The last frame whose rows are in the tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cursor {
    pub(crate) seq: Seq,
    pub(crate) time: EngineTime,
    pub(crate) chain: u64,
}

impl Store {
    /// Opens the file, or makes it, or sets it aside and makes it again.
    ///
    /// # Errors
    /// [`Failure::Locked`] where another process has it; else where even an empty database cannot be made.
    pub fn open(path: &Path, settings: &Settings) -> Result<Store, Failure> {
        let found = fs::symlink_metadata(path).is_ok();
        if !found {
            // A WAL without its database belongs to nothing.
            let _ = fs::remove_file(beside(path, ".wal"));
        }
        let openings = note_opening(path)?;
        if found && openings > OPENINGS_MAX {
            return Store::replace(path, settings, format!("opening it ended the process {OPENINGS_MAX} times"));
        }
        let opened = Store::try_open(path, settings, found);
        let _ = fs::remove_file(beside(path, ".opening"));
        match opened {
            Err(failure) if found && failure.speaks_against_the_file() => {
                Store::replace(path, settings, failure.to_string())
            }
            other => other,
        }
    }

    /// Sets the file aside, whatever it is, and makes an empty one.
    ///
    /// # Errors
    /// Where the file cannot be renamed or an empty database cannot be made.
    pub(crate) fn replace(path: &Path, settings: &Settings, why: String) -> Result<Store, Failure> {
        let quarantine = set_aside(path)?;
        tracing::warn!(path = %path.display(), quarantine = %quarantine.display(), why, "analytics set aside, building again from the journal");
        let mut store = Store::try_open(path, settings, false)?;
        let _ = fs::remove_file(beside(path, ".opening"));
        store.origin = Origin::Rebuilt { quarantine, why };
        Ok(store)
    }

    fn try_open(path: &Path, settings: &Settings, found: bool) -> Result<Store, Failure> {
        let held = Arc::new(hold(path)?);
        let connection = connect(path, settings, AccessMode::Automatic)?;
        let of = |what| move |source| Failure::Database { path: path.to_owned(), what, source };
        if !found {
            let made = format!("BEGIN TRANSACTION; {} COMMIT;", ddl());
            connection.execute_batch(&made).map_err(of("making the tables"))?;
        }
        let cursor = read_cursor(&connection, path)?;
        let names = Names::read(&connection).map_err(of("reading the names"))?;
        let origin = if found { Origin::Found } else { Origin::Created };
        Ok(Store { connection, path: path.to_owned(), names, cursor, origin, held })
    }

    /// The last frame whose rows are in the tables; 0 for none.
    pub fn last_seq(&self) -> Seq {
        self.cursor.seq
    }

    /// How the database came to be.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The connection that writes; for queries of the same thread.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// A second connection to the same opening, for another thread. The place on the list must outlive it.
    pub(crate) fn second(&self) -> duckdb::Result<(Connection, Arc<Held>)> {
        Ok((self.connection.try_clone()?, Arc::clone(&self.held)))
    }

    pub(crate) fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// One transaction: `feed` passes frames in order, and their rows and the new cursor are committed together or not at
    /// all. Returns frames and rows.
    ///
    /// # Errors
    /// Where DuckDB refuses or the journal cannot be read. Nothing was written then, and the names may be ahead of the
    /// tables: the store must be opened again.
    pub(crate) fn write<F>(&mut self, feed: F) -> Result<(u64, u64), Failure>
    where
        F: FnOnce(&mut dyn FnMut(&Frame<'_>)) -> Result<(), journal::Failure>,
    {
        let Store { connection, path, names, cursor, .. } = self;
        let path = path.clone();
        let of = |what| {
            let path = path.clone();
            move |source| Failure::Database { path, what, source }
        };
        connection.execute_batch("BEGIN TRANSACTION").map_err(of("beginning a transaction"))?;
        let mut rows = Rows::new(connection).map_err(of("appending"))?;
        let (mut last, mut frames, mut refused) = (*cursor, 0u64, None);
        let fed = feed(&mut |frame| {
            if refused.is_some() || frame.seq <= last.seq {
                return;
            }
            match rows.append(names, frame.seq, frame.time, &frame.command, frame.events()) {
                Ok(()) => {
                    last = Cursor { seq: frame.seq, time: frame.time, chain: frame.chain };
                    frames += 1;
                }
                Err(error) => refused = Some(error),
            }
        });
        let flushed = match refused {
            Some(error) => {
                // Before the rollback: an appender that is dropped later would write its rest outside the transaction.
                drop(rows);
                Err(error)
            }
            None => rows.flush(),
        };
        let written = fed.map_err(Failure::from).and_then(|()| flushed.map_err(of("appending"))).and_then(|rows| {
            connection
                .execute(
                    "UPDATE raw.flush_cursor SET last_seq = ?, last_time_ns = ?, last_chain = ?",
                    duckdb::params![last.seq.0, last.time.0, last.chain],
                )
                .and_then(|_| connection.execute_batch("COMMIT"))
                .map_err(of("committing"))?;
            Ok(rows)
        });
        match written {
            Ok(rows) => {
                *cursor = last;
                Ok((frames, rows))
            }
            Err(failure) => {
                let _ = connection.execute_batch("ROLLBACK");
                Err(failure)
            }
        }
    }

    /// Moves the WAL into the database file.
    ///
    /// # Errors
    /// Where DuckDB refuses, for instance because a long query reads.
    pub fn checkpoint(&self) -> Result<(), Failure> {
        let of = |source| Failure::Database { path: self.path.clone(), what: "checkpoint", source };
        self.connection.execute_batch("CHECKPOINT").map_err(of)
    }
}

/// For people, where no daemon runs: nothing can be written through it.
///
/// # Errors
/// [`Failure::Locked`] says that a daemon has the file; [`Failure::Foreign`] that it is not ours.
pub fn open_read_only(path: &Path) -> Result<Reader, Failure> {
    if !path.exists() {
        let source = io::Error::new(io::ErrorKind::NotFound, "there is no analytics database yet");
        return Err(Failure::File { path: path.to_owned(), source });
    }
    let held = hold(path)?;
    let connection = connect(path, &Settings::default(), AccessMode::ReadOnly)?;
    read_cursor(&connection, path)?;
    Ok(Reader::new(connection, held))
}

fn hold(path: &Path) -> Result<Held, Failure> {
    let locked = || Failure::Locked { path: path.to_owned(), why: "this process has it open".to_owned() };
    Held::take(path).ok_or_else(locked)
}

/// One thread, no extensions, no files but its own, and no way to change that afterwards.
fn connect(path: &Path, settings: &Settings, mode: AccessMode) -> Result<Connection, Failure> {
    let configured = Config::default()
        .access_mode(mode)
        .and_then(|config| config.threads(1))
        .and_then(|config| config.max_memory(&format!("{}MB", settings.memory_limit_mb)))
        .and_then(|config| config.with("checkpoint_threshold", "4GB"))
        .and_then(|config| config.with("autoinstall_known_extensions", "false"))
        .and_then(|config| config.with("autoload_known_extensions", "false"))
        .and_then(|config| config.with("allow_community_extensions", "false"))
        .and_then(|config| config.enable_external_access(false))
        .and_then(|config| config.with("lock_configuration", "true"));
    let opened = configured.and_then(|config| Connection::open_with_flags(path, config));
    opened.map_err(|source| {
        let text = source.to_string();
        if text.contains("Could not set lock") || text.contains("Conflicting lock") {
            return Failure::Locked { path: path.to_owned(), why: text };
        }
        Failure::Database { path: path.to_owned(), what: "opening", source }
    })
}

fn read_cursor(connection: &Connection, path: &Path) -> Result<Cursor, Failure> {
    let foreign = |why| Failure::Foreign { path: path.to_owned(), why };
    let mut found = Vec::new();
    let read = connection
        .prepare("SELECT schema_version, last_seq, last_time_ns, last_chain FROM raw.flush_cursor LIMIT 2")
        .and_then(|mut statement| {
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let cursor = Cursor { seq: Seq(row.get(1)?), time: EngineTime(row.get(2)?), chain: row.get(3)? };
                found.push((row.get::<_, i64>(0)?, cursor));
            }
            Ok(())
        });
    read.map_err(|error| foreign(format!("no flush cursor: {error}")))?;
    match found.as_slice() {
        [(SCHEMA_VERSION, cursor)] => Ok(*cursor),
        [(version, _)] => Err(foreign(format!("schema version {version}, this build writes {SCHEMA_VERSION}"))),
        rows => Err(foreign(format!("{} flush cursors instead of one", rows.len()))),
    }
}

/// Counts openings that have not ended yet, so that one which kills the process is seen by the next.
fn note_opening(path: &Path) -> Result<u32, Failure> {
    let note = beside(path, ".opening");
    let before = fs::read_to_string(&note).ok().and_then(|text| text.trim().parse::<u32>().ok()).unwrap_or(0);
    let openings = before.saturating_add(1);
    fs::write(&note, openings.to_string()).map_err(|source| Failure::File { path: note, source })?;
    Ok(openings)
}

/// Renames the file and its WAL to the next free quarantine name, and deletes the oldest beyond the number kept.
fn set_aside(path: &Path) -> Result<PathBuf, Failure> {
    let failed = |source| Failure::File { path: path.to_owned(), source };
    let mut numbers = quarantines(path).map_err(failed)?;
    numbers.sort_unstable();
    let next = numbers.last().map_or(1, |last| last.saturating_add(1));
    let quarantine = beside(path, &format!(".quarantine-{next}"));
    fs::rename(path, &quarantine).map_err(failed)?;
    let wal = beside(path, ".wal");
    if wal.exists() {
        fs::rename(&wal, beside(&quarantine, ".wal")).map_err(failed)?;
    }
    let surplus = (numbers.len() + 1).saturating_sub(QUARANTINES_KEPT);
    for old in &numbers[..surplus.min(numbers.len())] {
        let old = beside(path, &format!(".quarantine-{old}"));
        let _ = fs::remove_file(beside(&old, ".wal"));
        let _ = fs::remove_file(old);
    }
    Ok(quarantine)
}

fn quarantines(path: &Path) -> io::Result<Vec<u64>> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut prefix = path.file_name().map(OsString::from).unwrap_or_default();
    prefix.push(".quarantine-");
    let prefix = prefix.to_string_lossy().into_owned();
    let mut numbers = Vec::new();
    for entry in fs::read_dir(parent)? {
        let name = entry?.file_name();
        let number = name.to_string_lossy().strip_prefix(&prefix).and_then(|number| number.parse::<u64>().ok());
        numbers.extend(number);
    }
    Ok(numbers)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
