//! Opening for writing: one writer, a sound tail, everything allocated.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use model::queue::bounded;
use model::{EngineTime, Seq};
use rustix::fs::FlockOperation;
use zerocopy::IntoBytes;

use crate::end::End;
use crate::format::{CHAIN_START, Commit, FORMAT};
use crate::log::Chunk;
use crate::sabotage::{self, Sabotage};
use crate::segments::Segments;
use crate::storage::{Disk, Storage, write_all};
use crate::syncer::Syncer;
use crate::tail::{Tail, inspect};
use crate::walk::{Step, Walk};
use crate::writer::Chunks;
use crate::{Durability, Failure, Fault, Log, Mark, Settings, Writer};

/// Holds the lock, and the process id of its holder for the message that the second one prints.
const LOCK: &str = "lock";

/// A journal ready to be appended to.
pub struct Opened {
    /// For the hot thread.
    pub log: Log,
    /// For the journal's thread.
    pub writer: Writer,
    /// For everybody who reads.
    pub mark: Mark,
    /// What was found.
    pub recovered: Recovered,
}

/// What opening found and did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// Last committed frame; 0 for a new journal.
    pub last_seq: Seq,
    /// The hash chain after it.
    pub chain: u64,
    /// Its time; the smallest there is for a new journal. The engine's time must not fall behind it.
    pub last_time: EngineTime,
    /// Which writer this one is: one more than the one before.
    pub epoch: u32,
    /// An interrupted last batch that was cut off: no frame of it was ever acknowledged.
    pub torn: Option<Fault>,
    /// How many bytes that was.
    pub torn_bytes: u64,
    /// Segments in the directory.
    pub segments: usize,
}

/// Locks the directory (made if missing), checks the last segment byte by byte and the headers of the others, cuts off an
/// interrupted last batch, and prepares to append. [`crate::read`] checks the frames of the other segments when it folds
/// them.
///
/// # Errors
/// [`Failure::Locked`] where another process writes here, [`Failure::Damaged`] where durable bytes are not what was
/// written, and what the storage says.
pub fn open(dir: &Path, settings: Settings) -> Result<Opened, Failure> {
    settings.check()?;
    make_dir(dir).map_err(Failure::io("make the directory", &dir.display().to_string()))?;
    let lock = lock(dir)?;
    open_in(Disk::for_writing(dir), settings, Some(lock))
}

/// The same over any storage. Whoever made it sees to it that there is one writer.
///
/// # Errors
/// As for [`open`], but never [`Failure::Locked`].
pub fn open_on(storage: Arc<dyn Storage>, settings: Settings) -> Result<Opened, Failure> {
    open_in(storage, settings, None)
}

fn open_in(storage: Arc<dyn Storage>, settings: Settings, lock: Option<File>) -> Result<Opened, Failure> {
    settings.check()?;
    let (segments, end, recovered) = match inspect(&storage, true)? {
        None => begin(storage, settings.segment_bytes)?,
        Some(tail) => resume(storage, settings.segment_bytes, tail)?,
    };
    let mark = Mark::at(end.seq, settings.chunks);
    let syncer = match settings.durability {
        Durability::Durable => None,
        Durability::Asynchronous { sync_every } => Some(Syncer::start(segments.file(), mark.clone(), sync_every)?),
    };
    let (to_writer, filled) = bounded(settings.chunks);
    let (free, to_log) = bounded(settings.chunks);
    for _ in 0..settings.chunks {
        if free.try_push(Chunk::new()).is_err() {
            unreachable!("the queue has a slot for every chunk there is");
        }
    }
    let log = Log::new(&end, recovered.last_time, to_writer, to_log);
    let chunks = Chunks { filled, free };
    let writer = Writer::new(chunks, settings.group_bytes, segments, mark.clone(), end, syncer, lock);
    Ok(Opened { log, writer, mark, recovered })
}

fn begin(storage: Arc<dyn Storage>, segment_bytes: u64) -> Result<(Segments, End, Recovered), Failure> {
    let end = End {
        journal: storage.identity(),
        format: FORMAT,
        epoch: 1,
        seq: Seq(0),
        chain: CHAIN_START,
        hash: [0; 32],
        proven: Seq(0),
    };
    let segments = Segments::begin(storage, &end.segment_header(segment_bytes))?;
    let recovered = Recovered {
        last_seq: Seq(0),
        chain: CHAIN_START,
        last_time: EngineTime(i64::MIN),
        epoch: end.epoch,
        torn: None,
        torn_bytes: 0,
        segments: 1,
    };
    Ok((segments, end, recovered))
}

fn resume(storage: Arc<dyn Storage>, segment_bytes: u64, tail: Tail) -> Result<(Segments, End, Recovered), Failure> {
    for first in &tail.segments {
        Walk::open(&storage, *first, false)?.map_err(Failure::Damaged)?;
    }
    // The process before may have been killed between naming a segment and making its name durable.
    storage.sync_names().map_err(Failure::io("sync", &storage.place()))?;
    let found = End::of(&tail.header, &tail.committed);
    let end = found.next_epoch();
    let mut recovered = Recovered {
        last_seq: end.seq,
        chain: end.chain,
        last_time: EngineTime(last_time(&storage, &tail)?),
        epoch: end.epoch,
        torn: None,
        torn_bytes: 0,
        segments: tail.segments.len(),
    };
    let mut segments = Segments::resume(Arc::clone(&storage), segment_bytes, &tail)?;
    if tail.sealed {
        // Whoever wrote the seal may have been killed before he synced it, and no segment follows one that is not durable.
        segments.sync()?;
        recovered.segments += 1;
        return Ok((Segments::begin(storage, &end.segment_header(segment_bytes))?, end, recovered));
    }
    if let Some(torn) = &tail.torn {
        recovered.torn_bytes = torn.end - tail.committed.end;
        if !sabotage::is(Sabotage::TornTailKept) {
            zero(&segments, tail.committed.end, torn.end)?;
        }
        recovered.torn = Some(torn.fault.clone());
    }
    // After `kill -9` the last batch may be in the page cache only.
    segments.sync()?;
    let time = recovered.last_time.0.max(0);
    if tail.header.format == FORMAT && segments.has_room_for_mark() {
        let end = written(&mut segments, end, &end.begin_epoch(time))?;
        return Ok((segments, end, recovered));
    }
    // A version of its own ends with its segment. Where that holds no frame, the new one takes its name.
    if found.seq.0 < tail.header.first_seq {
        let end = End { hash: tail.header.hash, ..end };
        return Ok((Segments::begin(storage, &end.segment_header(segment_bytes))?, end, recovered));
    }
    let sealed = written(&mut segments, found, &found.seal(found.seq, time))?;
    segments.sync()?;
    let end = sealed.next_epoch();
    recovered.segments += 1;
    Ok((Segments::begin(storage, &end.segment_header(segment_bytes))?, end, recovered))
}

/// The end after a record that has no frames. Nobody waits for it, so the next sync will do.
fn written(segments: &mut Segments, mut end: End, record: &Commit) -> Result<End, Failure> {
    segments.write(record.as_bytes())?;
    end.passes(record);
    Ok(end)
}

/// Overwrites an interrupted batch, so that no later reader can take it for more than it is.
fn zero(segments: &Segments, from: u64, to: u64) -> Result<(), Failure> {
    static ZEROS: [u8; 64 << 10] = [0; 64 << 10];
    let file = segments.file();
    let mut at = from;
    while at < to {
        let len = (to - at).min(ZEROS.len() as u64);
        write_all(file.as_ref(), &ZEROS[..len as usize], at)
            .map_err(Failure::io("cut the torn tail of", "the last segment"))?;
        at += len;
    }
    Ok(())
}

/// Time of the last committed frame: in the last segment, or in the one before where the last has no frame yet.
fn last_time(storage: &Arc<dyn Storage>, tail: &Tail) -> Result<i64, Failure> {
    if tail.time > i64::MIN || tail.segments.len() < 2 {
        return Ok(tail.time);
    }
    let mut walk = Walk::open(storage, tail.segments[tail.segments.len() - 2], false)?.map_err(Failure::Damaged)?;
    loop {
        match walk.step()? {
            Step::Frame { .. } | Step::Commit => {}
            Step::Seal => return Ok(walk.time()),
            Step::End => return Err(Failure::Damaged(walk.fault(crate::Wrong::Unsealed))),
            Step::Bad(fault) => return Err(Failure::Damaged(fault)),
        }
    }
}

/// Makes the folder and those above it, each name durable.
fn make_dir(dir: &Path) -> std::io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_dir(parent)?;
    match std::fs::create_dir(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    File::open(parent)?.sync_all()
}

fn lock(dir: &Path) -> Result<File, Failure> {
    let path = dir.join(LOCK);
    let doing = |doing| Failure::io(doing, LOCK);
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(doing("open"))?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => {
            let mut pid = String::new();
            // The message is better with the number, and right without it.
            let _ = file.read_to_string(&mut pid);
            return Err(Failure::Locked { dir: dir.display().to_string(), pid: pid.trim().to_owned() });
        }
        Err(error) => return Err(doing("lock")(error.into())),
    }
    file.set_len(0).map_err(doing("write"))?;
    file.rewind().map_err(doing("write"))?;
    writeln!(file, "{}", std::process::id()).map_err(doing("write"))?;
    Ok(file)
}
