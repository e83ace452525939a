//! One run from one seed: processes that open a journal, write, are interrupted and start again on one disk, and what must be
//! true of them.

use core::ops::ControlFlow;

use journal::format::{COMMIT_BYTES, Commit, SegmentHeader};
use journal::{Failure, Follower, Mark, Opened, Settings, open_on, read_on, verify_on};
use model::{Command, EngineTime, Event, InstrumentId, Px, Qty, Quote, QuoteUpdated, Seq};

use crate::disk::Disk;
use crate::faults::{Counters, Fault, Plan};

/// Processes in one run.
const LIVES_MAX: u32 = 6;
/// Calls that a process makes at most before it is killed: an opening, a roll or two.
const CALLS_MAX: u64 = 120;
const MILLISECOND: i64 = 1_000_000;

/// What a run came to.
pub(crate) struct Outcome {
    pub(crate) counters: Counters,
    /// Frames that were acknowledged.
    pub(crate) acknowledged: u64,
    /// Damage was found, and the journal not opened.
    pub(crate) refused: bool,
}

/// What must be true and was not.
pub(crate) type Broken = String;

/// What somebody outside knows.
struct World {
    disk: Disk,
    random: fastrand::Rng,
    plan: Plan,
    /// Every frame that is in the journal, or may be.
    written: Vec<(EngineTime, Command, Vec<Event>)>,
    acknowledged: u64,
    now: i64,
}

enum Opening {
    Open(Box<Opened>),
    /// A fault kept it from opening; the next process may.
    Interrupted,
    /// Damage.
    Refused,
}

/// One run.
pub(crate) fn run(seed: u64, plan: Plan) -> Result<Outcome, Broken> {
    let mut random = fastrand::Rng::with_seed(seed);
    let disk = Disk::new(random.u64(..), plan.clone());
    let mut world = World { disk, random, plan, written: Vec::new(), acknowledged: 0, now: 1_000 };
    let mut refused = false;
    for _ in 0..world.random.u32(1..=LIVES_MAX) {
        if world.plan.has(Fault::Kill) && world.random.bool() {
            let calls = world.random.u64(1..CALLS_MAX);
            world.disk.kill_after(calls);
        }
        match world.open()? {
            Opening::Open(opened) => world.live(*opened)?,
            Opening::Interrupted => {}
            Opening::Refused => {
                refused = true;
                break;
            }
        }
        world.between_lives();
    }
    if !refused {
        world.disk.heal();
        world.disk.restart();
        refused = world.end_well()?;
    }
    Ok(Outcome { counters: world.disk.counters(), acknowledged: world.acknowledged, refused })
}

fn settings() -> Settings {
    Settings { chunks: 72, ..Settings::default().with_segment_bytes(256 << 10) }
}

impl World {
    /// What opens holds all that was acknowledged, and nothing that was not written.
    fn open(&mut self) -> Result<Opening, Broken> {
        let proven = if self.plan.lies() { self.proven() } else { 0 };
        let opened = match open_on(self.disk.storage(), settings()) {
            Ok(opened) => opened,
            Err(Failure::Damaged(fault)) if self.plan.lies() => {
                if fault.file.is_empty() {
                    return Err(format!("damage without a place: {fault}"));
                }
                return Ok(Opening::Refused);
            }
            Err(failure @ Failure::Damaged(_)) => return Err(format!("refused, and nothing was damaged: {failure}")),
            Err(Failure::Io { .. } | Failure::DiskFull { .. }) => return Ok(Opening::Interrupted),
            Err(failure) => return Err(format!("no such failure is possible: {failure}")),
        };
        let last = opened.recovered.last_seq.0;
        if last > self.written.len() as u64 {
            return Err(format!("frame {last} of {} that were written", self.written.len()));
        }
        if !self.plan.lies() && last < self.acknowledged {
            return Err(format!("opened at {last}, and {} was acknowledged", self.acknowledged));
        }
        if last < proven {
            return Err(format!("opened at {last}, and the disk itself says that {proven} was durable"));
        }
        match self.read(last)? {
            Some(true) => {}
            Some(false) => return Ok(Opening::Refused),
            None => return Ok(Opening::Interrupted),
        }
        self.written.truncate(last as usize);
        self.acknowledged = self.acknowledged.min(last);
        Ok(Opening::Open(Box::new(opened)))
    }

    /// Every frame is what was written. `Some(false)` where damage was found, `None` where a fault ended it.
    fn read(&self, last: u64) -> Result<Option<bool>, Broken> {
        let mut wrong = None;
        let mut next = 1;
        let read = read_on(&self.disk.storage(), Seq(1), |frame| {
            let is_next = frame.seq.0 == next;
            next += 1;
            let written = self.written.get(frame.seq.0 as usize - 1);
            let is_right = written.is_some_and(|(time, command, events)| {
                (*time, *command) == (frame.time, frame.command) && events.as_slice() == frame.as_slice()
            });
            if is_next && is_right {
                return ControlFlow::Continue(());
            }
            wrong = Some(format!("frame {} is not what was written", frame.seq));
            ControlFlow::Break(())
        });
        match (wrong, read) {
            (Some(wrong), _) => Err(wrong),
            (None, Ok(read)) if read.frames == last => Ok(Some(true)),
            (None, Ok(read)) => Err(format!("{} frames are read, and the journal opened at {last}", read.frames)),
            (None, Err(Failure::Damaged(_))) if self.plan.lies() => Ok(Some(false)),
            (None, Err(failure @ Failure::Damaged(_))) => Err(format!("opened, then {failure}")),
            (None, Err(_)) => Ok(None),
        }
    }

    /// The highest frame that any commit record in the last segment calls durable. One that a write took to another file proves
    /// nothing to anybody.
    fn proven(&self) -> u64 {
        let segments = self.disk.segments();
        let Some(last) = segments.last() else { return 0 };
        let Some(header) = SegmentHeader::at(last) else { return 0 };
        let records = (0..last.len().saturating_sub(COMMIT_BYTES)).step_by(8).filter_map(|at| {
            let is_empty = last[at..at + 8] == [0; 8];
            if is_empty { None } else { Commit::at(header.journal, &last[at..at + COMMIT_BYTES]) }
        });
        records.map(|commit| commit.durable_upto).max().unwrap_or(0)
    }

    /// Writes until chance, or a fault, ends it.
    fn live(&mut self, mut opened: Opened) -> Result<(), Broken> {
        let mut follower = match Follower::over(self.disk.storage(), opened.mark.clone(), Seq(1)) {
            Ok(follower) => follower,
            Err(_) => return Ok(()),
        };
        for _ in 0..self.random.u32(1..20) {
            let frames = if self.random.u8(0..6) == 0 { self.random.u64(200..600) } else { self.random.u64(1..30) };
            self.append(&mut opened, frames);
            let mut failed = self.write(&mut opened)?;
            if !failed && self.random.bool() {
                self.now += 20 * MILLISECOND;
                failed = self.write(&mut opened)?;
            }
            self.follow(&mut follower, &opened.mark)?;
            if failed {
                return self.stays_failed(&mut opened);
            }
        }
        if self.random.bool() && opened.writer.close(EngineTime(self.now)).is_ok() {
            self.acknowledged = opened.mark.durable().0;
        }
        Ok(())
    }

    fn append(&mut self, opened: &mut Opened, frames: u64) {
        for _ in 0..frames {
            let quote = Quote {
                bid_px: Px::from_units(self.random.i64(..)),
                bid_qty: Qty::from_units(1),
                ask_px: Px::from_units(1),
                ask_qty: Qty::from_units(1),
                last_px: Px::from_units(0),
                source_time: EngineTime(self.now),
                instrument: InstrumentId(7),
                reserved: 0,
            };
            let events = vec![Event::QuoteUpdated(QuoteUpdated { quote }); self.random.usize(0..4)];
            self.now = self.now.max(opened.log.last_time().0) + 1;
            let frame = (EngineTime(self.now), Command::Quote(quote), events);
            opened.log.append(frame.0, &frame.1, &frame.2);
            self.written.push(frame);
        }
        opened.log.flush();
    }

    /// Has it failed?
    fn write(&mut self, opened: &mut Opened) -> Result<bool, Broken> {
        let failed = loop {
            match opened.writer.write_group(EngineTime(self.now)) {
                Ok(0) => break false,
                Ok(_) => {}
                Err(_) => break true,
            }
        };
        let durable = opened.mark.durable().0;
        if durable < self.acknowledged {
            return Err(format!("the mark fell from {} to {durable}", self.acknowledged));
        }
        self.acknowledged = durable;
        if !failed && durable != self.written.len() as u64 {
            return Err(format!("all is written, and {durable} of {} acknowledged", self.written.len()));
        }
        Ok(failed)
    }

    /// The first failure is the last word.
    fn stays_failed(&mut self, opened: &mut Opened) -> Result<(), Broken> {
        self.append(opened, 1);
        let before = opened.mark.durable();
        let again = opened.writer.write_group(EngineTime(self.now));
        let closed = opened.writer.close(EngineTime(self.now));
        let is_final = matches!((again, closed), (Err(Failure::Final { .. }), Err(Failure::Final { .. })));
        if is_final && opened.mark.durable() == before {
            return Ok(());
        }
        Err("the writer went on after a failure".to_owned())
    }

    /// A follower hears of nothing that was not written, and of nothing that is not acknowledged.
    fn follow(&mut self, follower: &mut Follower, mark: &Mark) -> Result<(), Broken> {
        let written = &self.written;
        let (mut wrong, durable) = (None, mark.durable());
        let mut next = follower.next_seq();
        let polled = follower.poll(usize::MAX, |frame| {
            let (time, command, _) = &written[frame.seq.0 as usize - 1];
            let is_next = frame.seq == next;
            next = next.next();
            if !is_next || frame.seq > durable || (*time, *command) != (frame.time, frame.command) {
                wrong = Some(format!("a follower was told of frame {}, which is not so", frame.seq));
            }
        });
        match (wrong, polled) {
            (Some(wrong), _) => Err(wrong),
            (None, Err(Failure::Damaged(fault))) if !self.plan.lies() => Err(format!("a follower met {fault}")),
            _ => Ok(()),
        }
    }

    /// The process has ended, one way or another.
    fn between_lives(&mut self) {
        if self.plan.cuts_power() && self.random.bool() {
            self.disk.cut_power();
        }
        if self.plan.has(Fault::BitFlip) && self.random.bool() {
            self.disk.flip_a_bit();
        }
        self.disk.restart();
    }

    /// Faults have stopped: it opens, goes on, and every byte is sound; or damage is refused.
    fn end_well(&mut self) -> Result<bool, Broken> {
        let mut opened = match self.open()? {
            Opening::Open(opened) => *opened,
            Opening::Refused => return Ok(true),
            Opening::Interrupted => return Err("it does not open although nothing fails".to_owned()),
        };
        self.append(&mut opened, 3);
        if self.write(&mut opened)? || opened.writer.close(EngineTime(self.now)).is_err() {
            return Err("it does not go on although nothing fails".to_owned());
        }
        drop(opened);
        let verdict = verify_on(&self.disk.storage());
        match verdict.is_sound() || (self.plan.lies() && verdict.fault.is_some()) {
            true => Ok(!verdict.is_sound()),
            false => Err(format!("what is left is not sound: {verdict:?}")),
        }
    }
}
