//! Seals the days that are over, one after the other, and holds what is sealed already against its seal.

use core::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use journal::Extent;
use model::{EngineTime, Seq};

use super::roots::{DayRoot, Days};
use super::seal::NO_ROOT;
use super::{Day, Key, Seal, chain, folder};

/// How long after midnight a day counts as over where no frame of a later day says so: a frame of its last moment may still
/// wait for the disk.
const GRACE: Duration = Duration::from_mins(1);

/// What to seal.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The journal's folder.
    pub dir: &'a Path,
    /// The folder of the seals; made if missing.
    pub seals: &'a Path,
    /// Signs.
    pub key: &'a Key,
    /// This day alone; else every day that is over.
    pub day: Option<Day>,
    /// The wall clock.
    pub now: EngineTime,
}

/// What was done.
#[derive(Debug)]
pub struct Sealed {
    /// New seals, in order.
    pub sealed: Vec<Seal>,
    /// A seal that was there, and whose frames were held against it.
    pub agrees: Option<Seal>,
    /// The first day that is not sealed, and why.
    pub waits: Option<(Day, &'static str)>,
}

/// Seals. Only reads the journal, and only counts what a record in it proves to be on the disk, so a daemon may run.
///
/// # Errors
/// Where the named day cannot be sealed, a seal that is there does not agree, or files cannot be read or written.
pub fn seal(request: &Request<'_>) -> Result<Sealed> {
    let seals = earlier(request)?;
    let again = request.day.and_then(|day| seals.iter().find(|seal| seal.day() == day)).or(seals.last());
    let (days, extent) = read(request, again)?;
    if let Some(seal) = again.filter(|seal| seal.journal != extent.journal) {
        bail!("the seal of {} is of another journal; choose another folder with --seals", seal.day());
    }
    let mut done = Sealed { sealed: Vec::new(), agrees: None, waits: None };
    for day in days {
        if request.day.is_some_and(|only| day.day > only) {
            break;
        }
        if let Some(seal) = again.filter(|seal| seal.day() == day.day) {
            if seal.day != day {
                bail!("{} is not what was sealed; `millrace journal verify --public-key` says what differs", day.day);
            }
            done.agrees = Some(seal.clone());
            continue;
        }
        if let Some(why) = why_not(&day, &extent, request.now) {
            done.waits = Some((day.day, why));
            break;
        }
        if request.day.is_some_and(|only| day.day < only) {
            bail!("seal {} first: each seal holds the root of the day before", day.day);
        }
        let seal = Seal::sign(extent.journal, day, request.key);
        folder::write(request.seals, &seal)?;
        done.sealed.push(seal);
    }
    refuse_unsealed(request, &done)?;
    Ok(done)
}

/// The seals that are there: all by this key, and without a gap.
fn earlier(request: &Request<'_>) -> Result<Vec<Seal>> {
    let (seals, findings) = chain::hold(folder::read(request.seals)?, request.key.public());
    match findings.first() {
        None => Ok(seals),
        Some((day, finding)) => bail!(
            "the seals in {} do not hold: {day}: {finding}. Nothing was sealed; a new key needs a new folder (--seals)",
            request.seals.display()
        ),
    }
}

/// The days of the journal from that of `again` on, or from the first.
fn read(request: &Request<'_>, again: Option<&Seal>) -> Result<(Vec<DayRoot>, Extent)> {
    let mut days = again.map(|seal| Days::beginning(seal.day(), seal.day.first_seq, seal.day.previous));
    let mut wrong = None;
    let from = again.map_or(Seq(1), |seal| seal.day.first_seq);
    let extent = journal::records(request.dir, from, |header, bytes| {
        let day = Day::of(EngineTime(header.time));
        if request.day.is_some_and(|only| day > only) {
            return ControlFlow::Break(());
        }
        let first = || Days::beginning(day, Seq(header.seq), NO_ROOT);
        match days.get_or_insert_with(first).add(header, bytes) {
            Ok(()) => ControlFlow::Continue(()),
            Err(before) => {
                wrong = Some((header.seq, before));
                ControlFlow::Break(())
            }
        }
    })?;
    let extent = extent.with_context(|| format!("there is no journal in {}", request.dir.display()))?;
    if let Some(fault) = &extent.fault {
        bail!("the journal is damaged: {fault}; nothing was sealed");
    }
    if let Some((seq, before)) = wrong {
        bail!("frame {seq} has a time before {before}, the day of the frame before it; nothing was sealed");
    }
    let days = days.with_context(|| match request.day {
        Some(day) => format!("the journal in {} has no frame of {day} or before", request.dir.display()),
        None => format!("the journal in {} has no frame", request.dir.display()),
    })?;
    let today = Day::of(request.now);
    Ok((days.through(request.day.map_or(today, |day| day.min(today))), extent))
}

/// Why the day cannot be sealed now.
fn why_not(day: &DayRoot, extent: &Extent, now: EngineTime) -> Option<&'static str> {
    let followed = day.next_seq() <= extent.committed;
    let ended = Day::of(EngineTime(now.0.saturating_sub(GRACE.as_nanos() as i64))) > day.day;
    if !followed && !ended {
        return Some("the day is not over");
    }
    if day.last_seq() > extent.durable {
        return Some(
            "its last frames are not proven to be on the disk; an idle daemon's next record does, so does a start",
        );
    }
    None
}

fn refuse_unsealed(request: &Request<'_>, done: &Sealed) -> Result<()> {
    let Some(day) = request.day else { return Ok(()) };
    match done.waits {
        Some((first, why)) => bail!("{first} cannot be sealed: {why}"),
        None if done.sealed.is_empty() && done.agrees.as_ref().is_none_or(|seal| seal.day() != day) => {
            bail!("{day} cannot be sealed: the day is not over, or before the journal begins")
        }
        None => Ok(()),
    }
}
