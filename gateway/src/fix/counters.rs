//! What the acceptor counts, and what it shows of its sessions, for whoever serves metrics.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use model::{CompId, SessionId};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// Counts since the start. Written by the acceptor alone; read by anyone.
        #[derive(Debug, Default)]
        pub struct Counters {
            $($(#[$doc])* pub $name: AtomicU64,)+
        }

        impl Counters {
            /// Every counter by name, at this moment.
            pub fn snapshot(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.load(Ordering::Relaxed)),)+]
            }
        }
    };
}

counters! {
    /// TCP connections accepted.
    connections,
    /// TCP connections closed at once because a limit was reached.
    connections_refused,
    /// TCP connections closed at once, and Logons refused, because the address may not come.
    addresses_refused,
    /// TCP connections closed at once, and Logons refused, because of failures before.
    locked_out,
    /// TLS handshakes that failed or did not end in time, and Logons with a CompID that the certificate does not name.
    tls_failures,
    /// Logons with a wrong or missing Username(553) or Password(554).
    authentication_failures,
    /// Logons with CompIDs of no session.
    unknown_comp_ids,
    /// Logons for a session that was live on another connection.
    second_logons,
    /// Sessions logged on.
    logons,
    /// Connections that did not log on in time.
    logon_timeouts,
    /// Messages received, garbled ones not included.
    messages_in,
    /// Garbled messages.
    garbled,
    /// Commands handed to the engine.
    commands,
    /// ExecutionReports(8) and OrderCancelRejects(9) written, those sent again not included.
    reports_out,
    /// Rejects(3) written.
    session_rejects,
    /// BusinessMessageRejects(j) written, those for a full queue included.
    business_rejects,
    /// Orders refused because the queue to the engine, or the session's share of it, was full.
    queue_full,
    /// Application messages beyond the session's throttle.
    throttled,
    /// BusinessMessageRejects(j) received.
    business_rejects_in,
    /// ResendRequests(2) taken.
    resend_requests,
    /// Messages sent again.
    messages_resent,
    /// Connections cut because the peer did not read.
    slow_consumers,
    /// Messages that the message log had no room for.
    messages_unlogged,
    /// Reports of a broker that changed nothing, and that a person must look at.
    reports_suspended,
    /// DontKnowTrades(Q) written.
    trades_disputed,
    /// Fills after which a broker counts others too, which it has not told of.
    fills_missing,
    /// Connections closed, for whatever reason.
    disconnects,
}

/// One more.
pub(super) fn count(counter: &AtomicU64) {
    add(counter, 1);
}

pub(super) fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

/// One session as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionStatus {
    /// The session.
    pub session: SessionId,
    /// SenderCompID(49): ours.
    pub sender_comp_id: CompId,
    /// TargetCompID(56): the peer's.
    pub target_comp_id: CompId,
    /// Are both sides logged on?
    pub logged_on: bool,
    /// Where the peer is connected from.
    pub peer: Option<SocketAddr>,
    /// MsgSeqNum(34) due from the peer.
    pub next_in: u64,
    /// MsgSeqNum(34) of our next message.
    pub next_out: u64,
    /// Bytes that wait for the peer to read.
    pub output_bytes: usize,
    /// Commands handed to the engine and not yet seen in the journal.
    pub in_flight: usize,
    /// Is a ResendRequest(2) being answered?
    pub resending: bool,
    /// Why the last connection ended.
    pub last_disconnect: Option<String>,
}
