//! What the acceptor is told: where to listen, whom to let in, and what each may take.

use std::net::SocketAddr;

use model::SessionId;

use super::addresses::Network;
use super::auth::Credentials;
use super::drop_copy::DropCopy;
use super::lockout::LockoutSettings;
use super::message_log::MessageLogSettings;
use super::schedule::Schedule;
use super::session::SessionConfig;
use super::template::Template;
use super::throttle::ThrottleSettings;
use super::tls::TlsServer;

/// A FIX session and its place in the journal.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// As the journal defines it for the pair of CompIDs.
    pub session: SessionId,
    /// CompIDs, heartbeat bounds, time limits; in the role of the acceptor.
    pub config: SessionConfig,
    /// Who may use it, when, and how much.
    pub access: Access,
}

/// What a session's Logon needs, and what the session may then do. The default is no password, any address, plain or encrypted,
/// no throttle, always open, and a grace of 5 s.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Access {
    /// Username(553) and Password(554) that its Logon must bring.
    pub credentials: Option<Credentials>,
    /// Networks that it may log on from, beside those of the acceptor; empty is any.
    pub allowed: Vec<Network>,
    /// It must come over TLS.
    pub tls_required: bool,
    /// How many messages it may send.
    pub throttle: Option<ThrottleSettings>,
    /// Its hours; without them it is always open, and its numbers go on for ever.
    pub schedule: Option<Schedule>,
    /// How long it may be away before its orders follow its policy for that, in nanoseconds.
    pub disconnect_grace_ns: i64,
    /// It sends no orders and gets copies of others' reports.
    pub drop_copy: Option<DropCopy>,
}

impl Default for Access {
    fn default() -> Access {
        Access {
            credentials: None,
            allowed: Vec::new(),
            tls_required: false,
            throttle: None,
            schedule: None,
            disconnect_grace_ns: 5_000_000_000,
            drop_copy: None,
        }
    }
}

impl SessionSettings {
    /// With the default access.
    pub fn new(session: SessionId, config: SessionConfig) -> SessionSettings {
        SessionSettings { session, config, access: Access::default() }
    }
}

/// Settings of the acceptor.
#[derive(Clone, Debug)]
pub struct AcceptorSettings {
    /// Addresses to listen on, one or two, each plain or with TLS.
    pub listen: Vec<(SocketAddr, Option<TlsServer>)>,
    /// Who may log on.
    pub sessions: Vec<SessionSettings>,
    /// Sessions that the journal knows and the configuration does not any more. Nobody logs on as them, but what their orders still
    /// bring is numbered, for the day that they are added again.
    pub removed: Vec<SessionSettings>,
    /// Sessions that have orders at work: those of them that do not come back within their grace are lost.
    pub with_orders: Vec<SessionId>,
    /// Families of sessions that are made at their first Logon.
    pub templates: Vec<Template>,
    /// Most connections at a time; further ones are closed at once.
    pub connections_max: usize,
    /// Most connections that have not logged on; further ones are closed at once.
    pub connections_before_logon_max: usize,
    /// Most connections at a time from one address, or one /64 of IPv6.
    pub connections_per_address_max: usize,
    /// Most of them that have not logged on.
    pub connections_before_logon_per_address_max: usize,
    /// Networks that may connect; empty is any.
    pub allowed: Vec<Network>,
    /// Who is left outside after failures.
    pub lockout: LockoutSettings,
    /// Every message in and out, in files.
    pub message_log: Option<MessageLogSettings>,
    /// How long a connection may stay without Logon, in nanoseconds.
    pub logon_time_limit_ns: i64,
    /// Most bytes that wait for a peer to read; one that is slower is cut, and asks for the rest when it is back.
    pub output_bytes_max: usize,
    /// Room in the queue to the engine that only cancels may take.
    pub slots_for_cancels: usize,
}

impl AcceptorSettings {
    /// Port 9876 of the loopback, plain, 1,024 connections, half of them from one address; 256 before Logon, 64 of them from one
    /// address; any address, the usual lock-out; 10 s for Logon, 4 MiB of output each, 256 slots of the queue for cancels.
    pub fn new(sessions: Vec<SessionSettings>) -> AcceptorSettings {
        AcceptorSettings {
            listen: vec![(SocketAddr::from(([127, 0, 0, 1], 9876)), None)],
            sessions,
            removed: Vec::new(),
            with_orders: Vec::new(),
            templates: Vec::new(),
            connections_max: 1_024,
            connections_before_logon_max: 256,
            connections_per_address_max: 512,
            connections_before_logon_per_address_max: 64,
            allowed: Vec::new(),
            lockout: LockoutSettings::default(),
            message_log: None,
            logon_time_limit_ns: 10_000_000_000,
            output_bytes_max: 4 << 20,
            slots_for_cancels: 256,
        }
    }
}
