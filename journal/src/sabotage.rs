//! A journal that is broken on purpose, for the tests that prove the tests: with the feature `sabotage`, which nothing that
//! runs has. Without it every question here is answered with no, before the program is built.

/// One thing that is left out or done wrong.
#[cfg_attr(not(feature = "sabotage"), allow(unreachable_pub, reason = "nobody outside asks for it then"))]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sabotage {
    /// Data is never synced.
    NoSync,
    /// Names are never synced.
    NoNameSync,
    /// That names could not be synced is passed over.
    NameErrorIgnored,
    /// Frames are acknowledged before they are written.
    AcknowledgedBeforeWritten,
    /// A failed sync is tried again, and believed.
    SyncRetried,
    /// A failed write is passed over.
    WriteErrorIgnored,
    /// A write that took less than it was given counts as whole.
    ShortWriteIgnored,
    /// A read that brought less than there is counts as the end of the file.
    ShortReadIsEnd,
    /// A failed read counts as the end of the file.
    ReadErrorIsEnd,
    /// What did not fit on the disk is acknowledged.
    FullDiskIgnored,
    /// The hash chain is not looked at.
    ChainIgnored,
    /// What the batch's hash says is not looked at.
    BatchHashIgnored,
    /// No record proves anything: all that is not valid is a torn tail.
    ProofIgnored,
    /// A torn tail is left where it is.
    TornTailKept,
}

#[cfg(feature = "sabotage")]
mod switch {
    use std::cell::Cell;

    use super::Sabotage;

    thread_local! {
        static SABOTAGE: Cell<Option<Sabotage>> = const { Cell::new(None) };
    }

    /// From now on, on this thread.
    pub fn set(sabotage: Option<Sabotage>) {
        SABOTAGE.set(sabotage);
    }

    pub(crate) fn is(sabotage: Sabotage) -> bool {
        SABOTAGE.get() == Some(sabotage)
    }
}

#[cfg(not(feature = "sabotage"))]
mod switch {
    use super::Sabotage;

    #[inline(always)]
    pub(crate) const fn is(_: Sabotage) -> bool {
        false
    }
}

pub(crate) use switch::is;
#[cfg(feature = "sabotage")]
pub use switch::set;
