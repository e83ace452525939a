//! A broker as a venue: the agent that takes our orders to a FIX session that we initiate, and brings the reports back.
//!
//! Like the paper venue it follows the log behind the durable mark, so no order leaves that a crash could forget, and hands
//! [`VenueReport`]s to the hot loop, which believes them as evidence. The session's numbers and the journal's cursor are kept
//! as the acceptor keeps them (see [`super::ledger`]); what the broker missed is written again from the journal.
//!
//! **No guess.** A new order or a replace that comes up while nobody is logged on is refused at once: it was never sent, so
//! that is certain. A cancel waits for the session. What was sent and not answered when the session, or we, went away is in
//! doubt; the engine is told of each loss ([`VenueLink`]) and knows which orders that are. After the next Logon requests that
//! may not have arrived are sent again with PossResend(97)=Y and the broker is asked ([`Ask`]); until it answers the engine
//! keeps the exposure. Where the numbers began again every order that works there is asked for: reports under the old numbers
//! can never be had again. An answer that does not fit what is booked settles nothing; it is kept for a person, and two people
//! may say what became of the order.
//!
//! **Not ours.** The broker may tell of orders that it got by telephone. They are taken over for the account that is configured
//! for them, or kept for a person. The broker's OrderID(37) tells which order a report without a ClOrdID(11) of ours means; what
//! it called our orders before the start is not remembered, and is learned again with the next report that has both. A trade
//! that cannot be right is answered with DontKnowTrade(Q).
//!
//! Read in this order: `agent` (one round), `desk` (the session), `sight` (its beginning and end), `trading` (events out), `asking` (what is in doubt),
//! `disputes` (what cannot be believed), `positions` (what it holds for us, for whoever asks); and what they are made of, without I/O: `orders` (the messages out), `reports` and
//! `answers` (the messages in), `ids` (what everything is called), `open_orders`, `trades`.
//!
//! [`VenueReport`]: model::VenueReport
//! [`VenueLink`]: model::VenueLink

mod agent;
mod answers;
mod asking;
mod commissions;
mod desk;
mod disputes;
mod ids;
mod link;
mod open;
mod open_orders;
mod orders;
pub(super) mod positions;
mod recovery;
mod reports;
mod route;
mod sent;
mod sight;
mod trades;
mod trading;

use std::io;

use model::{Abilities, AccountName, InstrumentId, Seq, SessionId, VenueId};

use super::driver::ConnectSettings;
use super::message_log::MessageLogSettings;
use super::report::Names;
use super::resend::ResendFailure;
use super::schedule::Schedule;
use super::session::SessionConfig;
use super::store::StoreFailure;

pub use agent::Broker;
pub use asking::Ask;
pub use ids::{exec_id_of, order_id_of, venue_order_id_of};
pub use open::{PendingReplace, WorkingOrder};
pub use positions::{PositionsRefused, VenuePosition, VenuePositions};

/// What a broker's agent is told by the configuration.
#[derive(Clone, Debug)]
pub struct BrokerSettings {
    /// The session of `config`, as the journal defines it; the venue is the broker at its other end.
    pub session: SessionId,
    /// CompIDs, version, limits; in the role of the initiator.
    pub config: SessionConfig,
    /// When the session is open; always where there is none.
    pub schedule: Option<Schedule>,
    /// Where the broker is.
    pub connect: ConnectSettings,
    /// Account(1) that the broker knows us by; empty where it knows our own accounts.
    pub account: AccountName,
    /// Account(1) of orders there that we did not send; empty where they belong to nobody.
    pub foreign_account: AccountName,
    /// How it is asked for what is in doubt.
    pub ask: Ask,
    /// Most bytes that wait for the broker to read.
    pub output_bytes_max: usize,
    /// Every message in and out, in files.
    pub message_log: Option<MessageLogSettings>,
}

/// What a broker's agent is told by the engine's state at the start.
#[derive(Debug)]
pub struct BrokerStart {
    /// Accounts and instruments.
    pub names: Names,
    /// Where each instrument's orders go, and what is done there without us.
    pub routes: Vec<(InstrumentId, VenueId, Abilities)>,
    /// The orders that work at this venue.
    pub working: Vec<WorkingOrder>,
    /// The last frame that all this describes.
    pub last_seq: Seq,
}

/// Why a broker's agent cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum BrokerFailure {
    /// The poll of the socket failed.
    #[error("polling the socket to the broker: {0}")]
    Poll(#[source] io::Error),
    /// The message log cannot be opened.
    #[error("opening the FIX message log of the broker: {0}")]
    MessageLog(#[source] io::Error),
    /// The session store failed.
    #[error(transparent)]
    Store(#[from] StoreFailure),
    /// The journal cannot be read.
    #[error("reading the journal for the broker: {0}")]
    Journal(#[from] journal::Failure),
}

impl From<ResendFailure> for BrokerFailure {
    fn from(failure: ResendFailure) -> BrokerFailure {
        match failure {
            ResendFailure::Store(failure) => BrokerFailure::Store(failure),
            ResendFailure::Journal(failure) => BrokerFailure::Journal(failure),
        }
    }
}

#[cfg(test)]
mod tests;
