//! What runs: an agent does the work that is there, says how much, and gives the thread back.

use core::fmt;

use crate::ids::EngineTime;

/// A part of the daemon that a runner lays on a thread, alone or with others. It owns its state and never blocks,
/// except the journal's writer, whose sync is what everybody waits for anyway.
pub trait Agent: Send {
    /// For logs, metrics and thread names.
    fn name(&self) -> &'static str;

    /// Does what is there and returns how much it was; 0 lets the runner idle. `now` is the one clock read of this
    /// round.
    ///
    /// # Errors
    /// [`Stopped`] ends the whole daemon, visibly: a part that cannot go on must not be worked around.
    fn work(&mut self, now: EngineTime) -> Result<usize, Stopped>;

    /// Called once at a clean shutdown, after the last `work`: flush, log out, close.
    ///
    /// # Errors
    /// As for [`Agent::work`].
    fn stop(&mut self, _now: EngineTime) -> Result<(), Stopped> {
        Ok(())
    }
}

/// Why an agent cannot go on.
#[derive(Debug)]
pub struct Stopped {
    /// What happened, where, and what to do.
    pub why: Box<dyn core::error::Error + Send + Sync>,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl Stopped {
    /// From a crate's own failure.
    pub fn by(why: impl Into<Box<dyn core::error::Error + Send + Sync>>) -> Stopped {
        Stopped { why: why.into() }
    }
}
