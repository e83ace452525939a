//! The folder of the seals: one file a day, `2026-11-21.seal`, written once and never replaced.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::{Day, Seal};

/// Longest seal that is read, in bytes.
const SEAL_BYTES_MAX: u64 = 4_096;

/// What a file of that name holds: a seal, or why it is none.
pub(super) type Files = BTreeMap<Day, Result<Seal, String>>;

/// Reads all seals; none where the folder does not exist. Files that are not named after a day are left alone.
pub(super) fn read(folder: &Path) -> Result<Files> {
    let cannot = || format!("cannot list the seals in {}", folder.display());
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Files::new()),
        entries => entries.with_context(cannot)?,
    };
    let mut files = Files::new();
    for entry in entries {
        let name = entry.with_context(cannot)?.file_name();
        let day = name.to_str().and_then(|name| name.strip_suffix(".seal")).and_then(|day| day.parse().ok());
        if let Some(day) = day {
            files.insert(day, read_seal(&folder.join(&name))?);
        }
    }
    Ok(files)
}

fn read_seal(path: &Path) -> Result<Result<Seal, String>> {
    let cannot = || format!("cannot read the seal {}", path.display());
    let mut bytes = Vec::new();
    File::open(path).with_context(cannot)?.take(SEAL_BYTES_MAX + 1).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > SEAL_BYTES_MAX {
        return Ok(Err("it is longer than a seal".to_owned()));
    }
    Ok(String::from_utf8(bytes).map_err(|_| "it is no text".to_owned()).and_then(|text| Seal::parse(&text)))
}

pub(super) fn path(folder: &Path, day: Day) -> PathBuf {
    folder.join(format!("{day}.seal"))
}

/// Writes a seal: all of it, or, after a crash, nothing under its name.
///
/// # Errors
/// Where there is one already, and where it cannot be written.
pub(super) fn write(folder: &Path, seal: &Seal) -> Result<()> {
    let path = path(folder, seal.day());
    let beside = folder.join(format!("{}.seal.{}.tmp", seal.day(), std::process::id()));
    make(folder)?;
    let written = write_beside(&beside, seal.text().as_bytes())
        .and_then(|()| Ok(renameat_with(CWD, &beside, CWD, &path, RenameFlags::NOREPLACE)?));
    if let Err(error) = written {
        let _ = fs::remove_file(&beside);
        if error.kind() == io::ErrorKind::AlreadyExists {
            bail!("{} appeared meanwhile; a seal is never replaced, seal again to compare", path.display());
        }
        return Err(error).with_context(|| format!("cannot write the seal {}", path.display()));
    }
    sync(folder)
}

fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn make(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    sync(folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

fn sync(folder: &Path) -> Result<()> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.with_context(|| format!("cannot sync the folder {}", folder.display()))
}
