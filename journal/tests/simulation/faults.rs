//! What a disk, a kernel and a power supply do to a journal, by name; how often each did it.

use std::collections::BTreeMap;

/// A kind of fault.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Fault {
    /// The process ends at an I/O call, which may have done a part of its work; the kernel goes on.
    Kill,
    /// Power goes: what was not synced is there, or not, write by write.
    PowerCut,
    /// Power goes, and of one write some pieces are there.
    TornWrite,
    /// Power goes, and a later write is there while an earlier one is not.
    Reordered,
    /// Power goes, and a name that no sync covered is not there.
    NameLost,
    /// A write takes fewer bytes than it was given.
    ShortWrite,
    /// A read brings fewer bytes than there are.
    ShortRead,
    /// A write fails after a part.
    WriteError,
    /// A sync fails; what it should have written is clean in the cache and not on the disk.
    SyncError,
    /// A read fails.
    ReadError,
    /// Names cannot be made durable.
    NameError,
    /// No room for a new file.
    DiskFull,
    /// A bit of what lies on the disk is another one.
    BitFlip,
    /// A write lands elsewhere, and nobody says so.
    Misdirected,
    /// A write reaches the cache and never the disk, and nobody says so.
    LostWrite,
    /// A sync says yes and does nothing.
    LyingSync,
}

use Fault::*;

impl Fault {
    /// Those that a journal must survive without any loss, and without refusing to open.
    pub(crate) const HONEST: [Fault; 12] = [
        Kill, PowerCut, TornWrite, Reordered, NameLost, ShortWrite, ShortRead, WriteError, SyncError, ReadError,
        NameError, DiskFull,
    ];
    /// Those of a disk that lies: a journal may lose what nothing on the disk proves, and must refuse what is damaged below.
    pub(crate) const LYING: [Fault; 4] = [BitFlip, Misdirected, LostWrite, LyingSync];
}

/// Which faults a run may meet, and how often the calls that can meet them do.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    kinds: Vec<Fault>,
    /// One in so many calls.
    pub(crate) one_in: u64,
    /// The disk is taken at its word.
    believed: bool,
}

impl Plan {
    /// These kinds.
    pub(crate) fn of(kinds: &[Fault], one_in: u64) -> Plan {
        Plan { kinds: kinds.to_vec(), one_in, believed: false }
    }

    /// This kind, of a disk that is believed not to lie.
    pub(crate) fn believing(fault: Fault) -> Plan {
        Plan { believed: true, ..Plan::of(&[fault], 20) }
    }

    /// May this happen?
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.kinds.contains(&fault)
    }

    /// Does the disk lie in it?
    pub(crate) fn lies(&self) -> bool {
        !self.believed && Fault::LYING.iter().any(|fault| self.has(*fault))
    }

    /// Does power go at all?
    pub(crate) fn cuts_power(&self) -> bool {
        [PowerCut, TornWrite, Reordered, NameLost, SyncError, LostWrite, LyingSync].iter().any(|fault| self.has(*fault))
    }
}

/// How often each fault occurred.
#[derive(Clone, Default, Debug)]
pub(crate) struct Counters(BTreeMap<Fault, u64>);

impl Counters {
    pub(crate) fn count(&mut self, fault: Fault) {
        *self.0.entry(fault).or_default() += 1;
    }

    pub(crate) fn of(&self, fault: Fault) -> u64 {
        self.0.get(&fault).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, other: &Counters) {
        for (fault, count) in &other.0 {
            *self.0.entry(*fault).or_default() += count;
        }
    }
}
