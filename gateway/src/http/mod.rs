//! The control plane: health, metrics, status, SQL, and the operator's acts, over HTTP/1.1 on a thread of its own.
//!
//! It reads shared counters and the views, and changes state in one way only: a `Command` in the queue to the hot
//! loop, answered once it is in the journal. Deliberately absent: TLS (a reverse proxy's work), browser pages, any
//! call into the engine.

mod alarms;
mod close;
mod connections;
mod corporate;
mod currencies;
mod guard;
mod kills;
mod limits;
mod market;
mod metrics;
mod operator;
mod operators;
mod orders;
mod overrides;
mod positions;
mod reload;
mod restricted;
mod routes;
mod server;
mod sources;
mod status;
mod token;

#[cfg(test)]
mod tests;

pub use limits::{LimitOf, Uses};
pub use operators::{Operator, Operators, Right, TokenHash};
pub use orders::{InDoubt, Proposed};
pub use reload::{Reload, ReloadRefused, ReloadReport, Reloaded};
pub use server::{Failure, Running, Settings, start};
pub use sources::{
    Check, JournalMark, Kind, Readiness, Sample, Samples, SessionStatus, Sessions, Sources, SqlAnswer, SqlDesk,
    SqlRefusal, Store, StoreStatus,
};
pub use status::{Health, JournalStatus, Status};
pub use token::{Token, TokenFailure};
