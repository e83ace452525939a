//! A stranger that measures: FIX clients that send at a fixed rate, a floor to compare with, and pictures of the latency.
//!
//! The client knows nothing of Millrace but FIX: it shares the codec of `gateway::fix` and no other code. Its load is an open
//! loop: message `i` is due at `start + i / rate`, whatever happened to the ones before, and its latency runs from that intended
//! time to its first answer, so a stalled server cannot hide the stall by slowing the client down.
//!
//! [`client::run`] is one measurement, [`floor::Floor`] the smallest server that could answer it, [`ramp`] the search for
//! the highest rate, [`table`] the README's comparison of all of them, [`report`] and [`svg`] what a person reads.

#![forbid(unsafe_code)]

pub mod limits;

pub mod workload;

pub mod fields;
pub mod wire;

pub mod accounting;
pub mod book;

pub mod connection;
pub mod session;

pub mod affinity;
pub mod client;
pub mod progress;

pub mod floor;
pub mod ramp;
pub mod table;

pub mod report;
pub mod svg;
