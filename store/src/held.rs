//! One opening of a file per process. DuckDB's file lock keeps other processes out, but not the same process, and two
//! openings in one process were seen to damage the file. So this process keeps a list of its own.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use duckdb::Connection;

static OPEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A place on the list; shared by all connections of one opening, and given up with the last.
pub(crate) struct Held(PathBuf);

impl Held {
    /// `None` where this process has the file open already.
    pub(crate) fn take(path: &Path) -> Option<Held> {
        let path = one_name(path);
        // Not `then_some`: it would make, and drop, a place that is another's.
        let free = list().insert(path.clone());
        free.then(|| Held(path))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        list().remove(&self.0);
    }
}

/// A connection that only reads, and its place on the list. Fields drop in order: the connection first.
pub struct Reader {
    connection: Connection,
    _held: Held,
}

impl Reader {
    pub(crate) fn new(connection: Connection, held: Held) -> Reader {
        Reader { connection, _held: held }
    }
}

impl Deref for Reader {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

/// The file may not exist yet, its folder does.
fn one_name(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (parent.canonicalize(), path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}

fn list() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    OPEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
