//! One file, copied so that after a crash the copy is the old one or the new one.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Bytes at a time.
const PIECE_BYTES: usize = 256 << 10;

/// A copy.
#[derive(Debug)]
pub(super) struct Copied {
    pub(super) bytes: u64,
    /// BLAKE3 of its bytes, in hex.
    pub(super) hash: String,
    /// False where the same bytes were there already.
    pub(super) is_new: bool,
}

/// Copies `from` to `to`; nothing where it is gone by now. Runs of zeros, which is what a journal has prepared, take no room.
pub(super) fn copy(from: &Path, to: &Path) -> Result<Option<Copied>> {
    let mut source = match File::open(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        source => source.with_context(|| format!("cannot read {}", from.display()))?,
    };
    let beside = beside(to);
    let folder = to.parent().expect("a file has a folder");
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let cannot = || format!("cannot copy {} to {}", from.display(), to.display());
    let (bytes, hash) = pour(&mut source, &beside).with_context(cannot)?;
    let is_new = hash_of(to).ok().flatten() != Some((bytes, hash.clone()));
    if is_new {
        fs::rename(&beside, to).with_context(cannot)?;
        File::open(folder).and_then(|folder| folder.sync_all()).with_context(cannot)?;
    } else {
        fs::remove_file(&beside).with_context(cannot)?;
    }
    Ok(Some(Copied { bytes, hash, is_new }))
}

fn beside(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

fn pour(source: &mut File, to: &Path) -> io::Result<(u64, String)> {
    let mut target = File::create(to)?;
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; PIECE_BYTES];
    let mut bytes = 0;
    loop {
        let len = fill(source, &mut piece)?;
        if len == 0 {
            break;
        }
        let piece = &piece[..len];
        hasher.update(piece);
        if piece.iter().all(|byte| *byte == 0) {
            target.seek(SeekFrom::Current(len as i64))?;
        } else {
            target.write_all(piece)?;
        }
        bytes += len as u64;
    }
    target.set_len(bytes)?;
    target.sync_all()?;
    Ok((bytes, hasher.finalize().to_hex().to_string()))
}

/// The length and the hash of a file; nothing where there is none.
pub(super) fn hash_of(path: &Path) -> io::Result<Option<(u64, String)>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let (mut hasher, mut piece, mut bytes) = (blake3::Hasher::new(), vec![0; PIECE_BYTES], 0);
    loop {
        let len = fill(&mut file, &mut piece)?;
        if len == 0 {
            return Ok(Some((bytes, hasher.finalize().to_hex().to_string())));
        }
        hasher.update(&piece[..len]);
        bytes += len as u64;
    }
}

/// As much as there is, up to the whole piece.
fn fill(file: &mut File, piece: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < piece.len() {
        match file.read(&mut piece[filled..])? {
            0 => break,
            len => filled += len,
        }
    }
    Ok(filled)
}
