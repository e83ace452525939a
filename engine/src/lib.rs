//! From command to events, the same every time.
//!
//! [`decide`] reads the state and says what a command causes; [`State::evolve`] folds one event into the state and
//! cannot refuse. Recovery folds events; verification decides again and compares. Neither has a clock, randomness, I/O,
//! a lock or an allocation once the tables stand.
//!
//! Deliberately absent: sockets, SQL, text, wall clocks.
#![forbid(unsafe_code)]

mod accounts;
mod decide;
mod evolve;
mod executions;
mod hash;
mod holdings;
mod hot_loop;
mod index;
mod orders;
mod recovery;
mod registry;
mod state;
mod transition;
mod warm;

pub use accounts::Account;
pub use decide::decide;
pub use evolve::Stamp;
pub use hash::StateHash;
pub use holdings::Holding;
pub use hot_loop::{HotLoop, LoopCounters};
pub use orders::{Order, Pending};
pub use recovery::{Replayed, replay, verify_replay};
pub use state::{Capacities, State};
pub use transition::{Step, next};
pub use warm::{WARM_MAX, warm};
