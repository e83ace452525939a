//! Answers one ResendRequest(2) from the journal, a piece at a time.
//!
//! The request begins at the run that has its first number. From there the session's events are read in order; each gets the
//! number that its run says, and is written again with PossDupFlag(43)=Y. All else is gap-filled by the session.

use std::path::Path;

use journal::{Follower, Frame, Mark};
use model::{ExecId, Seq, SessionId};

use super::encode::Encoder;
use super::numbering::Numbering;
use super::report::{self, Names};
use super::session::{Resend, Session};
use super::store::{Run, SessionStore, StoreFailure};
use super::tag;

/// Frames read for one session before the others have their turn.
const FRAMES_PER_PIECE: usize = 128;
/// Unsent output at which a resend waits for the peer to read, so that it never makes a slow consumer by itself.
pub(super) const OUTPUT_BYTES_AHEAD: usize = 128 * 1024;

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

/// What a piece works with, apart from the job.
pub(super) struct Surroundings<'a> {
    pub(super) id: SessionId,
    pub(super) session: &'a mut Session,
    pub(super) numbering: &'a Numbering,
    pub(super) store: &'a dyn SessionStore,
    pub(super) names: &'a Names,
    /// First frame whose events have no numbers yet.
    pub(super) cursor: Seq,
    pub(super) now_ns: i64,
    pub(super) out: &'a mut Encoder,
}

impl ResendJob {
    pub(super) fn begin(
        mut resend: Resend,
        with: &Surroundings<'_>,
        journal: &Path,
        mark: Mark,
    ) -> Result<ResendJob, ResendFailure> {
        with.session.resend_reach(&mut resend);
        let run = with.numbering.run_at(with.store, with.id, resend.begin())?.filter(|run| run.first <= resend.end());
        let reading = match run {
            Some(run) => Some(Reading {
                follower: Follower::new(journal, mark, run.seq)?,
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
                reading.next_run = with.numbering.run_after(with.store, with.id, reading.run.first)?;
            }
            let Reading { follower, run, next_run, number, past_end } = reading;
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
            done = *past_end || frames == 0 || follower.next_seq() >= with.cursor;
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
    if *at.past_end || frame.seq >= with.cursor {
        return Ok(0);
    }
    for (index, event) in frame.events().enumerate() {
        let index = index as u8;
        if event.session() != Some(with.id) || (frame.seq, index) < (at.run.seq, at.run.index) {
            continue;
        }
        if let Some(next) = *at.next_run
            && (frame.seq, index) >= (next.seq, next.index)
        {
            (*at.run, *at.number) = (next, next.first);
            *at.next_run = with.numbering.run_after(with.store, with.id, next.first)?;
        }
        if *at.number > resend.end() {
            *at.past_end = true;
            break;
        }
        let Some(msg_type) = report::msg_type(&event) else { continue };
        if with.session.begin_resend(with.now_ns, resend, *at.number, msg_type, frame.time.0, with.out) {
            if at.run.poss_resend {
                with.out.field_flag(tag::POSS_RESEND, true);
            }
            report::write_body(&event, ExecId { seq: frame.seq, index }, frame.time, with.names, with.out);
            with.out.finish();
            written += 1;
        }
        *at.number += 1;
    }
    Ok(written)
}
