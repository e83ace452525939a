//! A disk with a cache before it, made up from a seed: it fails, forgets and lies as it is told to, and counts what it did.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use journal::storage::{Storage, Stored};

use crate::faults::{Counters, Fault, Plan};

/// What reaches the platter or not as a whole: smaller than any sector, to be harder than a disk.
const PIECE: usize = 64;

/// The machine that the journal runs on; outlives each process.
#[derive(Clone)]
pub(crate) struct Disk(Arc<Mutex<Machine>>);

struct Machine {
    random: fastrand::Rng,
    plan: Plan,
    counters: Counters,
    files: Vec<Contents>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// Since names were last synced, in order.
    renames: Vec<Rename>,
    /// Calls left until the process is killed.
    lives_for: u64,
    is_dead: bool,
}

#[derive(Clone)]
struct Rename {
    from: Option<String>,
    to: String,
    file: usize,
}

struct Contents {
    /// What a power cut leaves.
    platter: Vec<u8>,
    /// What the process sees.
    cache: Vec<u8>,
    /// Writes that no sync has covered.
    pending: Vec<(usize, Vec<u8>)>,
}

struct OpenFile(Disk, usize);

/// What becomes of a call of a process that is to be killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Made,
    /// The last one: it may have done a part of its work.
    CutShort,
    Dead,
}

impl Disk {
    pub(crate) fn new(seed: u64, plan: Plan) -> Disk {
        Disk(Arc::new(Mutex::new(Machine {
            random: fastrand::Rng::with_seed(seed),
            plan,
            counters: Counters::default(),
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            renames: Vec::new(),
            lives_for: u64::MAX,
            is_dead: false,
        })))
    }

    pub(crate) fn storage(&self) -> Arc<dyn Storage> {
        Arc::new(self.clone())
    }

    pub(crate) fn counters(&self) -> Counters {
        self.machine().counters.clone()
    }

    /// The process is killed at its call with this number from now.
    pub(crate) fn kill_after(&self, calls: u64) {
        self.machine().lives_for = calls + 1;
    }

    /// No faults any more.
    pub(crate) fn heal(&self) {
        let mut machine = self.machine();
        machine.plan = Plan::of(&[], u64::MAX);
        (machine.lives_for, machine.is_dead) = (u64::MAX, false);
    }

    /// The next process begins: the cache holds what it has to, and of the rest what is on the disk.
    pub(crate) fn restart(&self) {
        let mut machine = self.machine();
        (machine.lives_for, machine.is_dead) = (u64::MAX, false);
        for file in &mut machine.files {
            file.cache.clone_from(&file.platter);
            for (at, bytes) in &file.pending {
                file.cache[*at..*at + bytes.len()].copy_from_slice(bytes);
            }
        }
    }

    /// Power goes. Of what was not synced, the disk has what chance and the plan say.
    pub(crate) fn cut_power(&self) {
        let mut machine = self.machine();
        let machine = &mut *machine;
        machine.counters.count(Fault::PowerCut);
        for file in &mut machine.files {
            let pending = std::mem::take(&mut file.pending);
            let odds = machine.random.f64();
            let mut earlier_lost = false;
            for (at, bytes) in pending {
                let tears = machine.plan.has(Fault::TornWrite) && machine.random.bool();
                // Half of the torn ones lack one piece only.
                let hole = machine.random.bool().then(|| machine.random.usize(0..bytes.len().div_ceil(PIECE).max(1)));
                let mut kept = (0, 0);
                let all = machine.random.f64() < odds && (!earlier_lost || machine.plan.has(Fault::Reordered));
                for (piece, part) in bytes.chunks(PIECE).enumerate() {
                    let keeps = match hole {
                        _ if !tears => all,
                        Some(hole) => piece != hole,
                        None => machine.random.f64() < odds,
                    };
                    if keeps {
                        let at = at + piece * PIECE;
                        file.platter[at..at + part.len()].copy_from_slice(part);
                        kept.0 += 1;
                    }
                    kept.1 += 1;
                }
                if kept.0 > 0 && kept.0 < kept.1 {
                    machine.counters.count(Fault::TornWrite);
                }
                if kept.0 > 0 && earlier_lost {
                    machine.counters.count(Fault::Reordered);
                }
                earlier_lost |= kept.0 < kept.1;
            }
        }
        let renames = std::mem::take(&mut machine.renames);
        let loses = machine.plan.has(Fault::NameLost);
        let done = if loses { machine.random.usize(0..=renames.len()) } else { renames.len() };
        if done < renames.len() {
            machine.counters.count(Fault::NameLost);
        }
        for rename in &renames[..done] {
            rename.apply(&mut machine.durable_names);
        }
        machine.names.clone_from(&machine.durable_names);
    }

    /// A bit flips in a segment, where something was written.
    pub(crate) fn flip_a_bit(&self) {
        let mut machine = self.machine();
        let machine = &mut *machine;
        let segments: Vec<usize> = machine.segments().map(|(_, file)| file).collect();
        let Some(file) = machine.random.choice(segments) else { return };
        let file = &mut machine.files[file];
        let Some(end) = file.platter.iter().rposition(|byte| *byte != 0) else { return };
        let at = machine.random.usize(0..=end);
        file.platter[at] ^= 1 << machine.random.u8(0..8);
        machine.counters.count(Fault::BitFlip);
    }

    /// All segments as the next process finds them.
    pub(crate) fn segments(&self) -> Vec<Vec<u8>> {
        let machine = self.machine();
        let segments: Vec<usize> = machine.segments().map(|(_, file)| file).collect();
        segments.iter().map(|file| machine.files[*file].cache.clone()).collect()
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap()
    }
}

impl Rename {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        if let Some(from) = &self.from {
            names.remove(from);
        }
        names.insert(self.to.clone(), self.file);
    }
}

impl Machine {
    fn segments(&self) -> impl Iterator<Item = (&str, usize)> {
        self.names.iter().filter(|(name, _)| name.ends_with(".mlj")).map(|(name, file)| (name.as_str(), *file))
    }

    /// Does this fault happen at this call?
    fn strikes(&mut self, fault: Fault) -> bool {
        let strikes = self.plan.has(fault) && self.random.u64(0..self.plan.one_in) == 0;
        if strikes {
            self.counters.count(fault);
        }
        strikes
    }

    /// One call less to live.
    fn call(&mut self) -> Call {
        self.lives_for = self.lives_for.saturating_sub(1);
        match self.lives_for {
            0 if self.is_dead => Call::Dead,
            0 => {
                self.is_dead = true;
                self.counters.count(Fault::Kill);
                Call::CutShort
            }
            _ => Call::Made,
        }
    }

    /// A call that does its work or not.
    fn lives(&mut self) -> io::Result<()> {
        if self.call() == Call::Made { Ok(()) } else { Err(killed()) }
    }

    fn rename(&mut self, rename: Rename) {
        rename.apply(&mut self.names);
        self.renames.push(rename);
    }

    fn put(&mut self, file: usize, at: usize, bytes: &[u8]) {
        let contents = &mut self.files[file];
        contents.cache[at..at + bytes.len()].copy_from_slice(bytes);
        contents.pending.push((at, bytes.to_vec()));
    }

    fn put_a_part(&mut self, file: usize, at: usize, bytes: &[u8]) {
        let part = self.random.usize(0..=bytes.len());
        self.put(file, at, &bytes[..part]);
    }

    /// Somewhere in a file of the same journal.
    fn elsewhere(&mut self, len: usize) -> Option<(usize, usize)> {
        let names: Vec<usize> = self.names.values().copied().collect();
        let file = self.random.choice(names)?;
        let room = self.files[file].cache.len().checked_sub(len)?;
        Some((file, self.random.usize(0..=room / 8) * 8))
    }
}

impl Storage for Disk {
    fn place(&self) -> String {
        "a simulated disk".to_owned()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut machine = self.machine();
        machine.lives()?;
        Ok(machine.names.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn Stored>> {
        let mut machine = self.machine();
        machine.lives()?;
        let file = machine.names.get(name).copied().ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(OpenFile(self.clone(), file)))
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn Stored>> {
        let mut machine = self.machine();
        let call = machine.call();
        let known = machine.names.get(name).copied();
        if call == Call::Dead {
            return Err(killed());
        }
        if call == Call::Made && known.is_none() && machine.strikes(Fault::DiskFull) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let zeros = vec![0; bytes as usize];
        let contents = Contents { platter: zeros.clone(), cache: zeros, pending: Vec::new() };
        let file = match known {
            None => {
                machine.files.push(contents);
                machine.files.len() - 1
            }
            Some(file) => {
                if call == Call::Made {
                    machine.files[file] = contents;
                }
                file
            }
        };
        machine.rename(Rename { from: None, to: name.to_owned(), file });
        if call == Call::Made { Ok(Arc::new(OpenFile(self.clone(), file))) } else { Err(killed()) }
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut machine = self.machine();
        let call = machine.call();
        if call == Call::Dead || (call == Call::CutShort && machine.random.bool()) {
            return Err(killed());
        }
        let file = machine.names.get(from).copied().ok_or(io::ErrorKind::NotFound)?;
        machine.rename(Rename { from: Some(from.to_owned()), to: to.to_owned(), file });
        if call == Call::Made { Ok(()) } else { Err(killed()) }
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut machine = self.machine();
        machine.lives()?;
        if machine.strikes(Fault::NameError) {
            return Err(io::Error::other("the disk failed"));
        }
        machine.renames.clear();
        let machine = &mut *machine;
        machine.durable_names.clone_from(&machine.names);
        Ok(())
    }

    fn identity(&self) -> u64 {
        self.machine().random.u64(..)
    }

    fn in_background(&self) -> bool {
        false
    }
}

impl Stored for OpenFile {
    fn size(&self) -> io::Result<u64> {
        let mut machine = self.0.machine();
        machine.lives()?;
        Ok(machine.files[self.1].cache.len() as u64)
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut machine = self.0.machine();
        machine.lives()?;
        if machine.strikes(Fault::ReadError) {
            return Err(io::Error::other("the disk failed"));
        }
        let there = machine.files[self.1].cache.len().saturating_sub(offset as usize);
        let mut len = there.min(into.len());
        if len > 1 && machine.strikes(Fault::ShortRead) {
            len = machine.random.usize(1..len);
        }
        if len > 0 {
            into[..len].copy_from_slice(&machine.files[self.1].cache[offset as usize..][..len]);
        }
        Ok(len)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut machine = self.0.machine();
        let (file, at) = (self.1, offset as usize);
        match machine.call() {
            Call::Made => {}
            Call::CutShort => {
                machine.put_a_part(file, at, bytes);
                return Err(killed());
            }
            Call::Dead => return Err(killed()),
        }
        if machine.strikes(Fault::WriteError) {
            machine.put_a_part(file, at, bytes);
            return Err(io::Error::other("the disk failed"));
        }
        if bytes.len() > 1 && machine.strikes(Fault::ShortWrite) {
            let taken = machine.random.usize(1..bytes.len());
            machine.put(file, at, &bytes[..taken]);
            return Ok(taken);
        }
        if machine.strikes(Fault::LostWrite) {
            machine.files[file].cache[at..at + bytes.len()].copy_from_slice(bytes);
            return Ok(bytes.len());
        }
        if machine.strikes(Fault::Misdirected)
            && let Some((file, at)) = machine.elsewhere(bytes.len())
        {
            machine.put(file, at, bytes);
            return Ok(bytes.len());
        }
        machine.put(file, at, bytes);
        Ok(bytes.len())
    }

    fn sync(&self) -> io::Result<()> {
        let mut machine = self.0.machine();
        machine.lives()?;
        let fails = machine.strikes(Fault::SyncError);
        if machine.strikes(Fault::LyingSync) {
            return Ok(());
        }
        let contents = &mut machine.files[self.1];
        let pending = std::mem::take(&mut contents.pending);
        if fails {
            return Err(io::Error::other("the disk failed"));
        }
        for (at, bytes) in pending {
            contents.platter[at..at + bytes.len()].copy_from_slice(&bytes);
        }
        Ok(())
    }
}

fn killed() -> io::Error {
    io::Error::other("killed")
}
