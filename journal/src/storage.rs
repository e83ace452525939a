//! The few things that the journal asks of a file system, as a trait: what lies below it can be a folder, or a disk that a test
//! has made up and that fails where it is told to.
//!
//! Narrow on purpose: one read, one write, one sync, names, and the making of a file. Loops over short reads and writes
//! are on this side, where they are tested.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::FallocateFlags;

use crate::sabotage::{self, Sabotage};

/// A directory of segments. Errors are the operating system's; the journal adds the file, and repeats nothing.
pub trait Storage: Send + Sync {
    /// For messages.
    fn place(&self) -> String;
    /// Names of all files.
    fn list(&self) -> io::Result<Vec<String>>;
    /// An existing file, for reading and (where the directory allows it) writing.
    fn open(&self, name: &str) -> io::Result<Arc<dyn Stored>>;
    /// A file of `bytes` zeros, all of them written and synced. One of that name is written over in its place, so that it costs
    /// no room that is not there.
    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn Stored>>;
    /// Gives a file another name; durable after [`Storage::sync_names`].
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// All names are durable.
    fn sync_names(&self) -> io::Result<()>;
    /// A number for a new journal that no other journal has: its CRCs then fit no block of another one.
    fn identity(&self) -> u64 {
        RandomState::new().build_hasher().finish()
    }
    /// May `create` run on another thread?
    fn in_background(&self) -> bool {
        true
    }
}

/// One file.
pub trait Stored: Send + Sync {
    /// Its length in bytes.
    fn size(&self) -> io::Result<u64>;
    /// One read: how many bytes it brought, 0 at the end of the file.
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize>;
    /// One write: how many bytes it took.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;
    /// All that was written is durable.
    fn sync(&self) -> io::Result<()>;
}

/// Reads until `into` is full or the file ends; how many bytes that were.
pub(crate) fn read_full(file: &dyn Stored, into: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match file.read_at(&mut into[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(_) if sabotage::is(Sabotage::ShortReadIsEnd) && filled > 0 => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) if sabotage::is(Sabotage::ReadErrorIsEnd) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Writes all of it, in as many writes as it takes.
pub(crate) fn write_all(file: &dyn Stored, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut written = 0;
    while written < bytes.len() {
        match file.write_at(&bytes[written..], offset + written as u64) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(_) if sabotage::is(Sabotage::ShortWriteIgnored) => break,
            Ok(taken) => written += taken,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A directory on disk.
#[derive(Debug)]
pub(crate) struct Disk {
    dir: PathBuf,
    writable: bool,
}

impl Disk {
    pub(crate) fn for_writing(dir: &Path) -> Arc<dyn Storage> {
        Arc::new(Disk { dir: dir.to_owned(), writable: true })
    }

    pub(crate) fn for_reading(dir: &Path) -> Arc<dyn Storage> {
        Arc::new(Disk { dir: dir.to_owned(), writable: false })
    }
}

impl Storage for Disk {
    fn place(&self) -> String {
        self.dir.display().to_string()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        Ok(names)
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn Stored>> {
        let file = OpenOptions::new().read(true).write(self.writable).open(self.dir.join(name))?;
        if self.writable {
            // After a failed sync the page cache may show bytes that the disk never got: recovery must not believe it.
            rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
        }
        Ok(Arc::new(file))
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn Stored>> {
        let path = self.dir.join(name);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        // Never sparse: a hole would ask for room in the middle of a batch.
        rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, bytes)?;
        file.set_len(bytes)?;
        // Blocks that are allocated but were never written cost every later sync a change of the file's map. In steps, so
        // that the disk is never busy for long while the journal waits for it.
        static ZEROS: [u8; 1 << 20] = [0; 1 << 20];
        let mut at = 0;
        while at < bytes {
            let len = (bytes - at).min(ZEROS.len() as u64);
            write_all(&file, &ZEROS[..len as usize], at)?;
            file.sync_data()?;
            at += len;
        }
        file.sync_all()?;
        Ok(Arc::new(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.dir.join(from), self.dir.join(to))
    }

    fn sync_names(&self) -> io::Result<()> {
        File::open(&self.dir)?.sync_all()
    }
}

impl Stored for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        FileExt::read_at(self, into, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        FileExt::write_at(self, bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
