//! What a backup is: `backup.json`, written last.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

/// Its name.
const NAME: &str = "backup.json";
/// Of the layout; another one is refused.
const FORMAT: u32 = 1;

/// A backup.
#[derive(Debug)]
pub struct Manifest {
    /// When it was complete.
    pub taken: jiff::Timestamp,
    /// What its journal comes to.
    pub proof: Proof,
    pub(super) files: Vec<Entry>,
}

/// What a journal comes to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Proof {
    /// The last frame that the journal's own bytes prove to be durable.
    pub frame: u64,
    /// The hash of the state after it.
    pub state: String,
}

/// A file of it.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Entry {
    /// Within the data folder.
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) blake3: String,
}

#[derive(Serialize, Deserialize)]
struct Written {
    format: u32,
    taken: String,
    #[serde(flatten)]
    proof: Proof,
    files: Vec<Entry>,
}

impl Manifest {
    /// Files of the backup.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// Bytes of all of them.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let (path, beside) = (folder.join(NAME), folder.join(format!("{NAME}.tmp")));
        let files = self.files.iter().map(|Entry { path, bytes, blake3 }| Entry {
            path: path.clone(),
            bytes: *bytes,
            blake3: blake3.clone(),
        });
        let written = Written {
            format: FORMAT,
            taken: self.taken.to_string(),
            proof: self.proof.clone(),
            files: files.collect(),
        };
        let text = serde_json::to_string_pretty(&written)?;
        let write = || {
            let mut file = File::create(&beside)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            File::open(folder)?.sync_all()
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }

    /// Reads what a backup says it is.
    ///
    /// # Errors
    /// Where there is none, or it is of another layout, or names what lies outside of it.
    pub fn read(folder: &Path) -> Result<Manifest> {
        let path = folder.join(NAME);
        let text = fs::read_to_string(&path)
            .with_context(|| format!("{} is no complete backup: cannot read {NAME}", folder.display()))?;
        let Written { format, taken, proof, files } =
            serde_json::from_str(&text).with_context(|| format!("{} is not a backup's list", path.display()))?;
        ensure!(format == FORMAT, "{}: layout {format} is not known here, only {FORMAT}", path.display());
        let taken = taken.parse().with_context(|| format!("{}: '{taken}' is no time", path.display()))?;
        let is_inside = |file: &&Entry| {
            let parts = Path::new(&file.path).components();
            parts.into_iter().all(|part| matches!(part, std::path::Component::Normal(_)))
        };
        if let Some(file) = files.iter().find(|file| !is_inside(file)) {
            anyhow::bail!("{}: '{}' lies outside of a data folder", path.display(), file.path);
        }
        Ok(Manifest { taken, proof, files })
    }
}
