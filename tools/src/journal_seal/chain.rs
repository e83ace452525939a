//! The seals among themselves, before any frame is looked at: whose they are, and whether each goes on where the one of the
//! day before ended.

use super::folder::Files;
use super::seal::NO_ROOT;
use super::{Day, Finding, PublicKey, Seal};

/// The seals that hold by themselves, in order of their days, and what is wrong with the others.
pub(super) fn hold(files: Files, key: PublicKey) -> (Vec<Seal>, Vec<(Day, Finding)>) {
    let mut sound: Vec<Seal> = Vec::new();
    let mut findings = Vec::new();
    let mut before: Option<Day> = None;
    for (day, file) in files {
        match file.map_err(|why| Finding::NotASeal { why }).and_then(|seal| by_itself(seal, day, key)) {
            Err(finding) => findings.push((day, finding)),
            Ok(seal) => {
                let follows = sound.last().filter(|last| last.day() == day.before());
                if before != Some(day.before()) && (before.is_some() || seal.day.previous != NO_ROOT) {
                    let first = before.map_or(day.before(), Day::next);
                    findings.push((first, Finding::SealMissing { last: day.before() }));
                } else if follows.is_some_and(|last| !continues(&seal, last)) {
                    findings.push((day, Finding::BrokenChain));
                }
                sound.push(seal);
            }
        }
        before = Some(day);
    }
    (sound, findings)
}

fn by_itself(seal: Seal, day: Day, key: PublicKey) -> Result<Seal, Finding> {
    if seal.public_key != key {
        return Err(Finding::OtherKey { key: seal.public_key.to_string() });
    }
    if !seal.is_signed() {
        return Err(Finding::Signature);
    }
    if seal.day() != day {
        return Err(Finding::OtherDay { day: seal.day() });
    }
    Ok(seal)
}

fn continues(seal: &Seal, before: &Seal) -> bool {
    seal.journal == before.journal
        && seal.day.previous == before.day.root
        && seal.day.first_seq == before.day.next_seq()
}
