//! The few things that the journal asks of a file system, as a trait: tests crash at every one of them.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::FallocateFlags;

/// A directory of segments.
pub(crate) trait Storage: Send + Sync {
    /// For messages.
    fn place(&self) -> String;
    /// Names of all files.
    fn list(&self) -> io::Result<Vec<String>>;
    /// An existing file, for reading and (where the directory allows it) writing.
    fn open(&self, name: &str) -> io::Result<Arc<dyn Stored>>;
    /// A new file of `bytes` zeros, all of them written and synced. Replaces one of that name.
    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn Stored>>;
    /// Gives a file its final name, and syncs the directory.
    fn publish(&self, from: &str, to: &str) -> io::Result<()>;
    /// May `create` run on another thread?
    fn in_background(&self) -> bool {
        true
    }
}

/// One file.
pub(crate) trait Stored: Send + Sync {
    fn len(&self) -> io::Result<u64>;
    /// Reads up to `into.len()` bytes; fewer only at the end of the file.
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize>;
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    fn sync(&self) -> io::Result<()>;
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
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, bytes)?;
        // Blocks that are allocated but were never written cost every later sync a change of the file's map. In steps, so
        // that the disk is never busy for long while the journal waits for it.
        static ZEROS: [u8; 1 << 20] = [0; 1 << 20];
        let mut at = 0;
        while at < bytes {
            let len = (bytes - at).min(ZEROS.len() as u64);
            FileExt::write_all_at(&file, &ZEROS[..len as usize], at)?;
            file.sync_data()?;
            at += len;
        }
        file.sync_all()?;
        Ok(Arc::new(file))
    }

    fn publish(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.dir.join(from), self.dir.join(to))?;
        File::open(&self.dir)?.sync_all()
    }
}

impl Stored for File {
    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < into.len() {
            match FileExt::read_at(self, &mut into[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        FileExt::write_all_at(self, bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
