//! What an application is to the driver, and how it sends.

use super::super::encode::Encoder;
use super::super::message::Message;
use super::super::session::{BusinessReject, DisconnectReason, Session};
use super::store::MessageStore;

/// Names a session of one [`super::Driver`]: the order in which they were added. The default is the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SessionKey(pub(super) usize);

impl SessionKey {
    /// Its position: 0 for the session added first.
    pub fn index(self) -> usize {
        self.0
    }
}

/// What the sessions are for. The driver calls it on the thread that polls; what it writes leaves in the same poll.
pub trait Application {
    /// Both sides are logged on; also when the peer has started the numbers again in mid-session.
    fn on_logon(&mut self, session: SessionKey, out: &mut Outbound<'_>) {
        let _ = (session, out);
    }

    /// An application message whose turn it is. PossDupFlag(43)=Y on it: it may be stale. PossResend(97)=Y: it may be known
    /// under another number. A MsgType(35) that the application does not serve is answered with
    /// [`Outbound::business_reject`].
    fn on_message(&mut self, session: SessionKey, message: &Message<'_>, out: &mut Outbound<'_>);

    /// The session is not logged on any more; [`Application::on_logon`] had been called.
    fn on_logout(&mut self, session: SessionKey, why: Ended) {
        let _ = (session, why);
    }
}

/// Why a connection has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// By the rules of the session: after Logout(5), or for something that the peer did or did not do.
    Session(DisconnectReason),
    /// The peer closed its side.
    PeerClosed,
    /// The socket, or the TLS on it, failed.
    SocketFailed,
    /// The peer did not read what we sent.
    SlowConsumer,
    /// The peer's certificate does not name the CompID that it logged on with.
    NotItsCertificate,
    /// The connection, or the TLS handshake on it, was not there in time.
    NotOpenInTime,
    /// A Logon for no session of this listener, or for one that is logged on elsewhere.
    NoSession,
}

/// The way out of one session: each message gets its header and number here, goes to the store, and leaves with the poll.
pub struct Outbound<'a> {
    pub(super) session: &'a mut Session,
    pub(super) store: &'a mut dyn MessageStore,
    pub(super) out: &'a mut Encoder,
    pub(super) now_ns: i64,
}

impl Outbound<'_> {
    /// Sends a message of this MsgType(35). `body` adds the fields: what is left of the header first, such as
    /// PossResend(97), then the body. Gives its MsgSeqNum(34).
    pub fn send(&mut self, msg_type: &[u8], body: impl FnOnce(&mut Encoder)) -> u64 {
        let number = self.session.begin_app_message(self.now_ns, msg_type, self.out);
        body(self.out);
        self.store.put(number, self.out.finish());
        number
    }

    /// Answers a message with BusinessMessageReject(j). Gives its MsgSeqNum(34).
    pub fn business_reject(&mut self, rejected: &Message<'_>, content: BusinessReject<'_>) -> u64 {
        let before = self.out.pending().len();
        let number = self.session.business_reject(self.now_ns, rejected, content, self.out);
        self.store.put(number, &self.out.pending()[before..]);
        number
    }

    /// The session, to read its settings and numbers.
    pub fn session(&self) -> &Session {
        self.session
    }

    /// The time of this poll, UTC in nanoseconds since 1970: for TransactTime(60).
    pub fn now_ns(&self) -> i64 {
        self.now_ns
    }

    /// Bytes that wait for the peer to read. An application that sends without being asked stops when they pile up.
    pub fn pending_bytes(&self) -> usize {
        self.out.pending().len()
    }
}
