//! How a connection ends, and why.

use super::counters::count;
use super::desk::Desk;
use super::session::DisconnectReason;

/// Why a connection ended, for the log and the session's status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ended {
    Session(DisconnectReason),
    PeerClosed,
    SocketFailed,
    SlowConsumer,
    LogonTimeout,
    /// TLS could not be agreed upon: no certificate, one of a stranger, or no TLS at all.
    HandshakeFailed,
    HandshakeTimeout,
    /// The certificate does not name the CompID of the Logon.
    NotItsCertificate,
    /// The session must come over TLS.
    NotEncrypted,
    UnknownCompIds,
    /// The session of these CompIDs has another BeginString(8).
    WrongVersion,
    SecondLogon,
    AddressRefused,
    LockedOut,
    AuthenticationFailed,
    Throttled,
    NumbersBeingSet,
    TemplateFull,
    Stopping,
}

impl Desk {
    /// No more input from this connection; what is written still leaves. The session is free for another connection.
    pub(super) fn end(&mut self, c: usize, why: Ended, now_ns: i64) {
        let Some(connection) = &mut self.connections[c] else { return };
        if connection.is_ending() {
            return;
        }
        connection.end(now_ns);
        count(&self.counters.disconnects);
        if matches!(why, Ended::LogonTimeout | Ended::Session(DisconnectReason::LogonTimeout)) {
            count(&self.counters.logon_timeouts);
        }
        if matches!(why, Ended::HandshakeFailed | Ended::HandshakeTimeout | Ended::NotItsCertificate) {
            count(&self.counters.tls_failures);
        }
        match connection.slot.filter(|slot| self.slots[*slot].connection == Some(c)) {
            Some(index) => {
                let slot = &mut self.slots[index];
                tracing::info!(session = %slot.target_comp_id, peer = %connection.peer, ?why, "connection ended");
                slot.disconnected(format!("{why:?}"));
                slot.left(why, now_ns);
                // While commands of the old numbers are on their way the reset waits.
                if slot.reset_if_due(now_ns) {
                    // Nothing leaves under the new numbers before their first reservation is durable, and this with it.
                    self.ledger.store(&mut self.slots);
                }
            }
            None => {
                let peer = connection.peer;
                tracing::warn!(%peer, ?why, "connection ended without a session");
                self.note_failure(peer.ip(), why, now_ns);
            }
        }
    }
}
