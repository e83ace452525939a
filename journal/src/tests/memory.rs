//! Storage in memory that stops at a chosen operation, and shows what a disk could hold afterwards.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::storage::{Storage, Stored};

/// Unsynced writes survive in pieces of this size: smaller than any sector, to be harder than a disk.
const PIECE: usize = 64;

#[derive(Clone)]
pub(super) struct Memory(Arc<Mutex<Inner>>);

struct Inner {
    files: BTreeMap<String, usize>,
    bytes: Vec<Contents>,
    operations: u64,
    fail_at: u64,
    kind: io::ErrorKind,
}

#[derive(Clone, Default)]
struct Contents {
    synced: Vec<u8>,
    current: Vec<u8>,
    pending: Vec<(usize, usize)>,
}

struct MemoryFile(Memory, usize);

impl Memory {
    pub(super) fn new() -> Memory {
        Memory::with(BTreeMap::new(), Vec::new())
    }

    fn with(files: BTreeMap<String, usize>, bytes: Vec<Contents>) -> Memory {
        let kind = io::ErrorKind::Other;
        Memory(Arc::new(Mutex::new(Inner { files, bytes, operations: 0, fail_at: u64::MAX, kind })))
    }

    pub(super) fn storage(&self) -> Arc<dyn Storage> {
        Arc::new(self.clone())
    }

    /// The operation with this number and all after it fail; of a full disk, only the making of files.
    pub(super) fn fail_at(&self, operation: u64, kind: io::ErrorKind) {
        let mut inner = self.inner();
        (inner.fail_at, inner.kind) = (operation, kind);
    }

    pub(super) fn operations(&self) -> u64 {
        self.inner().operations
    }

    /// What the next process finds when this one was killed and the machine went on.
    pub(super) fn after_kill(&self) -> Memory {
        self.image(|contents| contents.current.clone())
    }

    /// What a power cut may leave: what was synced, and any pieces of what was not.
    pub(super) fn after_power_cut(&self, random: &mut fastrand::Rng) -> Memory {
        self.image(|contents| {
            let mut left = contents.synced.clone();
            let (odds, whole) = (random.f64(), random.bool());
            for (start, end) in &contents.pending {
                let keep_write = random.f64() < odds;
                for piece in (*start..*end).step_by(PIECE) {
                    let keep = if whole { keep_write } else { random.f64() < odds };
                    if keep {
                        let to = (piece + PIECE).min(*end);
                        left[piece..to].copy_from_slice(&contents.current[piece..to]);
                    }
                }
            }
            left
        })
    }

    fn image(&self, mut left: impl FnMut(&Contents) -> Vec<u8>) -> Memory {
        let inner = self.inner();
        let bytes = inner.bytes.iter().map(|contents| {
            let bytes = left(contents);
            Contents { synced: bytes.clone(), current: bytes, pending: Vec::new() }
        });
        Memory::with(inner.files.clone(), bytes.collect())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// Counts an operation that changes something; the failing ones still happen to the unsynced state.
    fn operate(&self, allocates: bool) -> (MutexGuard<'_, Inner>, io::Result<()>) {
        let mut inner = self.inner();
        inner.operations += 1;
        let concerned = allocates || inner.kind != io::ErrorKind::StorageFull;
        let fails = inner.operations > inner.fail_at && concerned;
        let answer = if fails { Err(io::Error::from(inner.kind)) } else { Ok(()) };
        (inner, answer)
    }
}

impl Storage for Memory {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.inner().files.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn Stored>> {
        let index = self.inner().files.get(name).copied().ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(MemoryFile(self.clone(), index)))
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn Stored>> {
        let (mut inner, answer) = self.operate(true);
        answer?;
        let zeros = vec![0; bytes as usize];
        let index = inner.bytes.len();
        inner.bytes.push(Contents { synced: zeros.clone(), current: zeros, pending: Vec::new() });
        inner.files.insert(name.to_owned(), index);
        Ok(Arc::new(MemoryFile(self.clone(), index)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let (mut inner, answer) = self.operate(false);
        // A failing rename may have happened: every second one does.
        if answer.is_ok() || inner.operations.is_multiple_of(2) {
            let index = inner.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
            inner.files.insert(to.to_owned(), index);
        }
        answer
    }

    fn sync_names(&self) -> io::Result<()> {
        self.operate(false).1
    }

    fn in_background(&self) -> bool {
        false
    }
}

impl Stored for MemoryFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.inner().bytes[self.1].current.len() as u64)
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        let inner = self.0.inner();
        let from = inner.bytes[self.1].current.get(offset as usize..).unwrap_or(&[]);
        let len = from.len().min(into.len());
        into[..len].copy_from_slice(&from[..len]);
        Ok(len)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let (mut inner, answer) = self.0.operate(false);
        let (start, end) = (offset as usize, offset as usize + bytes.len());
        let contents = &mut inner.bytes[self.1];
        contents.current[start..end].copy_from_slice(bytes);
        contents.pending.push((start, end));
        answer.map(|()| bytes.len())
    }

    fn sync(&self) -> io::Result<()> {
        let (mut inner, answer) = self.0.operate(false);
        answer?;
        let contents = &mut inner.bytes[self.1];
        for (start, end) in std::mem::take(&mut contents.pending) {
            let (synced, current) = (&mut contents.synced, &contents.current);
            synced[start..end].copy_from_slice(&current[start..end]);
        }
        Ok(())
    }
}
