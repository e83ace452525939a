//! The agent that keeps the views up to date: its own cursor in the journal, never in anybody's way.

use std::path::Path;

use journal::{Failure, Follower, Mark};
use model::{Agent, EngineTime, Seq, Stopped};

use super::SharedViews;

/// Frames that are folded while the views are locked once: bounds how long a reader waits.
const FRAMES_PER_LOCK: usize = 1024;

/// Follows the journal behind its mark and folds it into the views.
pub struct ViewsAgent {
    follower: Follower,
    mark: Mark,
    views: SharedViews,
    folded: u64,
    /// The last frame that was there when it began: what rang up to that, an earlier run has told.
    before: Seq,
}

impl ViewsAgent {
    /// Reads the journal in `dir` from its first frame.
    ///
    /// # Errors
    /// As for [`Follower::new`].
    pub fn new(dir: &Path, mark: Mark, views: SharedViews) -> Result<ViewsAgent, Failure> {
        let follower = Follower::near(dir, mark.clone(), Seq(1))?;
        let folded = views.read().last_seq.0;
        let before = mark.durable();
        Ok(ViewsAgent { follower, mark, views, folded, before })
    }
}

impl Agent for ViewsAgent {
    fn name(&self) -> &'static str {
        "views"
    }

    fn work(&mut self, now: EngineTime) -> Result<usize, Stopped> {
        if self.mark.durable().0 <= self.folded {
            return Ok(0);
        }
        let mut views = self.views.write();
        let done = self
            .follower
            .poll(FRAMES_PER_LOCK, |frame| views.fold(frame.seq, frame.time, &frame.command, frame.events()))
            .map_err(Stopped::by)?;
        self.folded = views.last_seq.0;
        views.tell_alarms(self.before, now, |alarm| {
            tracing::warn!(
                seq = alarm.seq,
                alarm = alarm.alarm,
                scope = alarm.scope,
                name = alarm.name,
                symbol = alarm.symbol,
                told_after_ns = alarm.told_after_ns,
                "{}",
                alarm.what
            );
        });
        Ok(done)
    }
}
