//! What the tests of the daemon as a process share.

pub(crate) mod daemon;
pub(crate) mod tap;
