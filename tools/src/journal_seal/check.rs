//! Holds the frames of a journal against the seals of its days.

use core::ops::ControlFlow;
use std::path::Path;

use anyhow::{Result, bail};
use journal::Extent;
use journal::format::RecordHeader;
use model::{EngineTime, Seq};

use super::roots::{DayRoot, Unfinished};
use super::{Day, Finding, PublicKey, Seal, chain, folder};

/// Every day and what is known of it, in order; with `only`, that day alone.
///
/// # Errors
/// Where there is nothing to hold against, or the files cannot be read.
pub fn check(dir: &Path, seals: &Path, key: PublicKey, only: Option<Day>) -> Result<Vec<(Day, Finding)>> {
    let files = folder::read(seals)?;
    match only {
        Some(day) if !files.contains_key(&day) => {
            bail!("{day} is not sealed: no {}", folder::path(seals, day).display())
        }
        None if files.is_empty() => bail!("there is no seal in {}", seals.display()),
        _ => {}
    }
    let (mut sound, mut findings) = chain::hold(files, key);
    if let Some(day) = only {
        sound.retain(|seal| seal.day() == day);
        findings.retain(|(of, finding)| *of == day || is_before(finding, day));
        if sound.is_empty() {
            return Ok(findings);
        }
    }
    let frames = Frames::read(dir, &sound, only)?;
    findings.extend(sound.iter().zip(&frames.found).map(|(seal, found)| (seal.day(), frames.against(seal, found))));
    findings.extend(frames.outside(&sound, &findings));
    findings.sort_by_key(|(day, _)| *day);
    Ok(findings)
}

fn is_before(finding: &Finding, day: Day) -> bool {
    matches!(finding, Finding::SealMissing { last } if *last == day.before())
}

/// What the journal holds where the seals say that their days are.
struct Frames {
    /// One for each seal.
    found: Vec<DayRoot>,
    /// Runs of frames that no seal counts: their day, the first, and the first after them.
    outside: Vec<(Day, Seq, Seq)>,
    extent: Option<Extent>,
}

impl Frames {
    fn read(dir: &Path, seals: &[Seal], only: Option<Day>) -> Result<Frames> {
        let from = only.and(seals.first()).map_or(Seq(1), |seal| seal.day.first_seq);
        let mut seen = Vec::with_capacity(seals.len());
        seen.extend(seals.iter().map(|seal| Unfinished::new(seal.day(), seal.day.first_seq, seal.day.previous)));
        let mut outside = Vec::new();
        let mut at = 0;
        let extent = journal::records(dir, from, |header, bytes| {
            let seq = Seq(header.seq);
            while seals.get(at).is_some_and(|seal| seal.day.next_seq() <= seq) {
                at += 1;
            }
            match seals.get(at).filter(|seal| seal.day.first_seq <= seq) {
                Some(_) => seen[at].add(header, bytes),
                None if only.is_some_and(|day| Day::of(EngineTime(header.time)) != day) => {
                    return ControlFlow::Break(());
                }
                None => leave_out(&mut outside, header),
            }
            ControlFlow::Continue(())
        })?;
        let found = seen.into_iter().map(Unfinished::finish).collect();
        Ok(Frames { found, outside, extent })
    }

    fn against(&self, seal: &Seal, found: &DayRoot) -> Finding {
        let sealed = &seal.day;
        let fault = self.extent.as_ref().and_then(|extent| extent.fault.as_ref());
        match fault.filter(|fault| fault.seq <= sealed.last_seq()) {
            Some(fault) if fault.seq < sealed.first_seq => return Finding::NotReached { seq: fault.seq },
            Some(fault) => return Finding::Damaged { fault: fault.clone() },
            None => {}
        }
        if let Some(extent) = self.extent.as_ref().filter(|extent| extent.journal != seal.journal) {
            return Finding::OtherJournal { sealed: seal.journal, found: extent.journal };
        }
        let (begin, end) = self.held();
        if begin > sealed.first_seq && sealed.frames > 0 {
            return Finding::FramesMissing { first: sealed.first_seq, frames: sealed.frames - found.frames };
        }
        if end < sealed.next_seq() && sealed.frames > 0 {
            let first = end.max(sealed.first_seq);
            return Finding::FramesMissing { first, frames: sealed.next_seq().0 - first.0 };
        }
        if *found != *sealed {
            return Finding::FramesChanged { first: sealed.first_seq, last: sealed.last_seq() };
        }
        Finding::Sound { frames: found.frames }
    }

    /// The first frame that the folder holds, and the first after those that are there for good: an unfinished batch is
    /// cut off by the next start of the daemon.
    fn held(&self) -> (Seq, Seq) {
        match &self.extent {
            None => (Seq(1), Seq(1)),
            Some(Extent { first, fault: Some(fault), .. }) => (*first, fault.seq),
            Some(Extent { first, committed, .. }) => (*first, committed.next()),
        }
    }

    /// Days with frames that no seal counts. Where a seal was found wrong already, that says it.
    fn outside(&self, seals: &[Seal], findings: &[(Day, Finding)]) -> Vec<(Day, Finding)> {
        let (_, held) = self.held();
        let last = seals.last();
        let told = |day| {
            let of = |(first, finding): &(Day, Finding)| match finding {
                Finding::SealMissing { last } => (*first..=*last).contains(&day),
                other => *first == day && other.is_mismatch(),
            };
            findings.iter().any(of)
        };
        let mut found = Vec::new();
        for (day, first, end) in self.outside.iter().copied() {
            let frames = end.min(held).0.saturating_sub(first.0);
            if frames == 0 {
                continue;
            }
            let sealed_before = last.is_some_and(|last| day <= last.day() && first >= last.day.next_seq());
            if sealed_before {
                found.push((day, Finding::FramesAdded { first, frames }));
            } else if !told(day) {
                found.push((day, Finding::NotSealed { first, frames }));
            }
        }
        found
    }
}

fn leave_out(outside: &mut Vec<(Day, Seq, Seq)>, header: &RecordHeader) {
    let (day, seq) = (Day::of(EngineTime(header.time)), Seq(header.seq));
    match outside.last_mut() {
        Some((same, _, end)) if *same == day && *end == seq => *end = seq.next(),
        _ => outside.push((day, seq, seq.next())),
    }
}
