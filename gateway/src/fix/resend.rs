//! Answers one ResendRequest(2) from the journal, a piece at a time.
//!
//! The request begins at the run that has its first number. From there the session's events are read in order; each gets the
//! number that its run says, and is written again with PossDupFlag(43)=Y. All else is gap-filled by the session.

use std::path::Path;

use journal::{Follower, Frame, Mark};
use model::{EngineTime, Event, ExecId, Seq, SessionId};

use super::encode::Encoder;
use super::numbering::Numbering;
use super::report::{self, Names};
use super::session::{Resend, Session};
use super::store::{Run, SessionStore, StoreFailure};
use super::tag;
use super::version::Version;

/// Frames read for one session before the others have their turn.
const FRAMES_PER_PIECE: usize = 128;
/// Frames passed over for it in the same time, on the way from the start of their segment.
const PASSES_PER_PIECE: usize = 4_096;
/// Unsent output at which a resend waits for the peer to read, so that it never makes a slow consumer by itself.
pub(super) const OUTPUT_BYTES_AHEAD: usize = 128 * 1024;

/// Which events a session tells its peer of, and how: a pure function of the event, so that a message can be written again.
pub(super) trait Teller {
    /// MsgType(35) of the event's message, if the session tells of it.
    fn msg_type(&self, event: &Event) -> Option<&'static [u8]>;

    /// Writes the body of the message; `time` is that of the event's frame.
    fn write_body(&self, event: &Event, exec_id: ExecId, time: EngineTime, out: &mut Encoder);
}

/// Tells a client of its orders.
pub(super) struct ToClient<'a> {
    pub(super) session: SessionId,
    pub(super) version: Version,
    pub(super) names: &'a Names,
}

impl Teller for ToClient<'_> {
    fn msg_type(&self, event: &Event) -> Option<&'static [u8]> {
        report::msg_type(event).filter(|_| event.session() == Some(self.session))
    }

    fn write_body(&self, event: &Event, exec_id: ExecId, time: EngineTime, out: &mut Encoder) {
        report::write_body(self.version, event, exec_id, time, self.names, out);
    }
}

/// Why a resend cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResendFailure {
    #[error(transparent)]
    Store(#[from] StoreFailure),
    #[error(transparent)]
    Journal(#[from] journal::Failure),
}

/// A request that is being answered.
pub(super) struct ResendJob {
    resend: Resend,
    /// The journal from the first run on; none where no run has any of the numbers.
    reading: Option<Reading>,
}

struct Reading {
    follower: Follower,
    run: Run,
    /// The run after it, once there is one.
    next_run: Option<Run>,
    /// Number of the session's next event.
    number: u64,
    /// The numbers of the request are dealt with.
    past_end: bool,
}

/// What was sent, on disk.
pub(super) struct Record<'a> {
    pub(super) store: &'a dyn SessionStore,
    /// First frame whose events have no numbers yet.
    pub(super) cursor: Seq,
    pub(super) journal: &'a Path,
    pub(super) mark: &'a Mark,
}

/// What a piece works with, apart from the job.
pub(super) struct Surroundings<'a> {
    pub(super) id: SessionId,
    pub(super) session: &'a mut Session,
    pub(super) numbering: &'a Numbering,
    pub(super) from: &'a Record<'a>,
    pub(super) teller: &'a dyn Teller,
    pub(super) now_ns: i64,
    pub(super) out: &'a mut Encoder,
}

impl ResendJob {
    pub(super) fn begin(mut resend: Resend, with: &Surroundings<'_>) -> Result<ResendJob, ResendFailure> {
        with.session.resend_reach(&mut resend);
        let run =
            with.numbering.run_at(with.from.store, with.id, resend.begin())?.filter(|run| run.first <= resend.end());
        let reading = match run {
            Some(run) => Some(Reading {
                follower: Follower::new(with.from.journal, with.from.mark.clone(), run.seq)?
                    .with_passes_max(PASSES_PER_PIECE),
                run,
                next_run: None,
                number: run.first,
                past_end: false,
            }),
            None => None,
        };
        Ok(ResendJob { resend, reading })
    }

    /// Writes the next piece. Gives the number of messages and whether the request is answered.
    pub(super) fn piece(&mut self, with: &mut Surroundings<'_>) -> Result<(u64, bool), ResendFailure> {
        let ResendJob { resend, reading } = self;
        let mut messages = 0;
        let mut done = true;
        if let Some(reading) = reading {
            with.session.resend_reach(resend);
            if reading.next_run.is_none() {
                reading.next_run = with.numbering.run_after(with.from.store, with.id, reading.run.first)?;
            }
            let Reading { follower, run, next_run, number, past_end } = reading;
            // Nothing is there to be sent before the next run: the traffic of others in between need not be read.
            if let Some(next) = next_run
                && (run.unsent || *number >= next.first)
            {
                follower.skip_to(next.seq);
            }
            let mut failure = None;
            let frames = follower.poll(FRAMES_PER_PIECE, |frame| {
                let place = &mut Place { run, next_run, number, past_end };
                match write_frame(frame, resend, place, with) {
                    Ok(written) => messages += written,
                    Err(error) => failure = failure.take().or(Some(error)),
                }
            })?;
            if let Some(failure) = failure {
                return Err(failure.into());
            }
            let at_the_end = frames == 0 && !follower.is_on_its_way();
            done = *past_end || at_the_end || follower.next_seq() >= with.from.cursor;
        }
        if done {
            with.session.resend_end(with.now_ns, resend, with.out);
        }
        Ok((messages, done))
    }
}

/// Where a resend stands in the numbers.
struct Place<'a> {
    run: &'a mut Run,
    next_run: &'a mut Option<Run>,
    number: &'a mut u64,
    past_end: &'a mut bool,
}

fn write_frame(
    frame: &Frame<'_>,
    resend: &mut Resend,
    at: &mut Place<'_>,
    with: &mut Surroundings<'_>,
) -> Result<u64, StoreFailure> {
    let mut written = 0;
    if *at.past_end || frame.seq >= with.from.cursor {
        return Ok(0);
    }
    for (index, event) in frame.events().enumerate() {
        let index = index as u8;
        let Some(msg_type) = with.teller.msg_type(&event) else { continue };
        if (frame.seq, index) < (at.run.seq, at.run.index) {
            continue;
        }
        if let Some(next) = *at.next_run
            && (frame.seq, index) >= (next.seq, next.index)
        {
            (*at.run, *at.number) = (next, next.first);
            *at.next_run = with.numbering.run_after(with.from.store, with.id, next.first)?;
        }
        if *at.number > resend.end() {
            *at.past_end = true;
            break;
        }
        if with.numbering.is_apart() && (frame.seq, index) != (at.run.seq, at.run.index) {
            continue;
        }
        if at.run.unsent {
            continue;
        }
        if with.session.begin_resend(with.now_ns, resend, *at.number, msg_type, frame.time.0, with.out) {
            if at.run.poss_resend {
                with.out.field_flag(tag::POSS_RESEND, true);
            }
            with.teller.write_body(&event, ExecId { seq: frame.seq, index }, frame.time, with.out);
            with.out.finish();
            written += 1;
        }
        *at.number += 1;
    }
    Ok(written)
}
