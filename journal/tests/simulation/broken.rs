//! The simulation finds what it is there to find: for each kind of fault a journal that is broken just so is caught, and one that is
//! whole is not. Needs the feature `sabotage`.

use journal::sabotage::{Sabotage, set};

use crate::faults::{Fault, Plan};
use crate::run::run;

/// Seeds until it must have been seen.
const SEEDS: u64 = 2_000;

/// What each kind of fault brings to light. A sync that lies does it by itself: the disk is what is broken.
const CAUGHT: [(Fault, Sabotage); 16] = [
    (Fault::Kill, Sabotage::AcknowledgedBeforeWritten),
    (Fault::PowerCut, Sabotage::NoSync),
    (Fault::TornWrite, Sabotage::ChainIgnored),
    (Fault::Reordered, Sabotage::TornTailKept),
    (Fault::NameLost, Sabotage::NoNameSync),
    (Fault::ShortWrite, Sabotage::ShortWriteIgnored),
    (Fault::ShortRead, Sabotage::ShortReadIsEnd),
    (Fault::WriteError, Sabotage::WriteErrorIgnored),
    (Fault::SyncError, Sabotage::SyncRetried),
    (Fault::ReadError, Sabotage::ReadErrorIsEnd),
    (Fault::NameError, Sabotage::NameErrorIgnored),
    (Fault::DiskFull, Sabotage::FullDiskIgnored),
    (Fault::BitFlip, Sabotage::ChainIgnored),
    (Fault::BitFlip, Sabotage::ProofIgnored),
    (Fault::Misdirected, Sabotage::ProofIgnored),
    (Fault::LostWrite, Sabotage::ProofIgnored),
];

/// The kind alone, with what it needs to be seen.
fn plan(fault: Fault) -> Plan {
    let with: &[Fault] = match fault {
        Fault::NameError => &[Fault::NameLost],
        Fault::TornWrite | Fault::Reordered => &[Fault::Kill, Fault::PowerCut],
        Fault::PowerCut | Fault::NameLost | Fault::DiskFull => &[Fault::Kill],
        _ => &[],
    };
    Plan::of(&[&[fault], with].concat(), 20)
}

/// The first seed that catches it, and what it said.
fn caught(fault: Fault, sabotage: Option<Sabotage>) -> Option<(u64, String)> {
    set(sabotage);
    let found = (0..SEEDS).find_map(|seed| match std::panic::catch_unwind(|| run(seed, plan(fault))) {
        Ok(Ok(_)) => None,
        Ok(Err(broken)) => Some((seed, broken)),
        Err(_) => Some((seed, "it panicked".to_owned())),
    });
    set(None);
    found
}

#[test]
fn every_broken_journal_is_caught_by_its_fault() {
    let mut missed = Vec::new();
    for (fault, sabotage) in CAUGHT {
        match caught(fault, Some(sabotage)) {
            Some((seed, broken)) => println!("{fault:?} catches {sabotage:?} at seed {seed}: {broken}"),
            None => missed.push((fault, sabotage)),
        }
    }
    assert!(missed.is_empty(), "not caught: {missed:?}");
}
