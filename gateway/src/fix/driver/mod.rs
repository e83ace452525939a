//! A small FIX engine around [`Session`], for any application: sockets, TLS, reconnects, timers, resends.
//!
//! One thread has it all. Add listeners and sessions, then call [`Driver::poll`] for as long as it should run; it calls the
//! [`Application`] for each message, and what that writes leaves before `poll` returns. Nothing is allocated per message
//! once a session is logged on (TLS allocates its records). What a connection may take of a round and what it may pile up
//! are bounded, so that no peer holds up or harms another.
//!
//! ```no_run
//! use gateway::fix::driver::{Application, Driver, Limits, MemoryStore, Outbound, SessionKey, Wait};
//! use gateway::fix::message::Message;
//! use gateway::fix::session::{BusinessReject, BusinessRejectReason, SessionConfig};
//! use std::sync::atomic::AtomicBool;
//!
//! struct Refuse;
//!
//! impl Application for Refuse {
//!     fn on_message(&mut self, _: SessionKey, message: &Message<'_>, out: &mut Outbound<'_>) {
//!         let reason = BusinessRejectReason::UnsupportedMessageType;
//!         out.business_reject(message, BusinessReject { reason, ref_id: b"", text: "not served here" });
//!     }
//! }
//!
//! let mut driver = Driver::new(Limits::default())?;
//! let listener = driver.listen("127.0.0.1:9876".parse().unwrap(), None)?;
//! driver.accept(listener, SessionConfig::acceptor("BROKER", "CLIENT"), Box::new(MemoryStore::default()));
//! driver.run(&mut Refuse, &AtomicBool::new(false), Wait::Block)?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The session rules are not here but in [`super::session`]; orders are not here either. A first message that belongs to no
//! session, or to one that is logged on elsewhere, closes its connection without an answer: a stranger learns nothing, and
//! the live session is not touched.

mod application;
mod backoff;
mod links;
mod peer;
mod store;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};

use super::message::FieldIndex;
use super::session::{SequenceNumbers, Session, SessionConfig};
use super::tls::TlsServer;
use links::Link;
use peer::{Peer, Way};

pub use application::{Application, Ended, Outbound, SessionKey};
pub(super) use backoff::Attempts;
pub use backoff::ConnectSettings;
pub use store::{MemoryStore, MessageStore};

/// Between looks at heartbeats, time limits and reconnects, in nanoseconds.
const TIMER_NS: i64 = 20_000_000;
/// Socket events taken in one round.
const SOCKET_EVENTS: usize = 256;
/// A spinning poll reads this many connections without asking the system which of them have something.
const DIRECT_READS_MAX: usize = 4;
/// It asks all the same once in so many polls, for new connections and for sockets that take bytes again.
const POLLS_PER_LOOK: u32 = 32;

/// Bounds of a driver.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most connections at a time; further ones are closed at once.
    pub connections_max: usize,
    /// Most connections that have not logged on; further ones are closed at once.
    pub connections_before_logon_max: usize,
    /// Most bytes that wait for one peer to read; from half of it no more input is taken from that peer, beyond it the
    /// peer is cut.
    pub output_bytes_max: usize,
    /// Seeds the jitter of reconnects.
    pub seed: u64,
}

impl Default for Limits {
    /// 1,024 connections, 64 before Logon, 4 MiB of output each, seed 0.
    fn default() -> Limits {
        Limits { connections_max: 1_024, connections_before_logon_max: 64, output_bytes_max: 4 << 20, seed: 0 }
    }
}

/// How [`Driver::run`] passes the time between messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    /// Never sleeps: a core for the least latency.
    Spin,
    /// Sleeps until the sockets have something.
    Block,
}

/// Names a listener of one [`Driver`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListenerKey(usize);

struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<TlsServer>,
    ready: bool,
}

/// The engine: sockets, sessions, timers.
pub struct Driver {
    poll: Poll,
    events: Events,
    limits: Limits,
    listeners: Vec<Listener>,
    links: Vec<Option<Link>>,
    peers: Vec<Peer>,
    index: FieldIndex,
    rng: fastrand::Rng,
    now_ns: i64,
    last_timer_ns: i64,
    polls: u32,
}

impl Driver {
    /// A driver without listeners and sessions.
    ///
    /// # Errors
    /// Those of the system's poll.
    pub fn new(limits: Limits) -> io::Result<Driver> {
        Ok(Driver {
            poll: Poll::new()?,
            events: Events::with_capacity(SOCKET_EVENTS),
            limits,
            listeners: Vec::new(),
            links: Vec::new(),
            peers: Vec::new(),
            index: FieldIndex::new(),
            rng: fastrand::Rng::with_seed(limits.seed),
            now_ns: utc_now_ns(),
            last_timer_ns: i64::MIN,
            polls: 0,
        })
    }

    /// Opens a port for acceptors.
    ///
    /// # Errors
    /// Those of the system, such as an address in use.
    pub fn listen(&mut self, address: SocketAddr, tls: Option<TlsServer>) -> io::Result<ListenerKey> {
        let mut socket = TcpListener::bind(address)?;
        let address = socket.local_addr()?;
        let token = Token(usize::MAX - 1 - self.listeners.len());
        self.poll.registry().register(&mut socket, token, Interest::READABLE)?;
        self.listeners.push(Listener { socket, address, tls, ready: true });
        Ok(ListenerKey(self.listeners.len() - 1))
    }

    /// The address of a listener: with its real port where 0 was asked for.
    pub fn local_addr(&self, listener: ListenerKey) -> SocketAddr {
        self.listeners[listener.0].address
    }

    /// Adds a session whose peer comes to `listener`. A listener serves any number of sessions, told apart by BeginString
    /// and CompIDs.
    pub fn accept(&mut self, listener: ListenerKey, config: SessionConfig, store: Box<dyn MessageStore>) -> SessionKey {
        self.add(config, store, Way::In { listener: listener.0 })
    }

    /// Adds a session that connects and logs on by itself, now and whenever its connection ends.
    pub fn initiate(&mut self, config: SessionConfig, store: Box<dyn MessageStore>, to: ConnectSettings) -> SessionKey {
        self.add(config, store, Way::Out(Attempts::new(to)))
    }

    fn add(&mut self, config: SessionConfig, store: Box<dyn MessageStore>, way: Way) -> SessionKey {
        let key = SessionKey(self.peers.len());
        self.last_timer_ns = i64::MIN;
        self.peers.push(Peer::new(key, config, store, way));
        key
    }

    /// A session, to read its settings and numbers.
    pub fn session(&self, key: SessionKey) -> &Session {
        &self.peers[key.0].session
    }

    /// Sets a session's numbers, as an operator may. Has no effect on numbers that have left already.
    pub fn set_sequence_numbers(&mut self, key: SessionKey, numbers: SequenceNumbers) {
        self.peers[key.0].set_numbers(numbers);
    }

    /// The way out of a session that is logged on, for messages of the application's own accord. They leave with the next
    /// poll; call it at once.
    pub fn outbound(&mut self, key: SessionKey) -> Option<Outbound<'_>> {
        let peer = &mut self.peers[key.0];
        let link = self.links[peer.link.filter(|_| peer.session.is_active())?].as_mut()?;
        Some(peer.outbound(self.now_ns, &mut link.connection.out))
    }

    /// Says Logout(5) if the session is logged on. An initiator does not come back until [`Driver::reconnect`].
    pub fn logout(&mut self, key: SessionKey, text: &str) {
        let peer = &mut self.peers[key.0];
        if let Way::Out(attempts) = &mut peer.way {
            attempts.stop();
        }
        if let Some(link) = peer.link.and_then(|link| self.links[link].as_mut()) {
            peer.session.logout(self.now_ns, text, &mut link.connection.out);
        }
    }

    /// An initiator that was logged out connects again.
    pub fn reconnect(&mut self, key: SessionKey) {
        if let Way::Out(attempts) = &mut self.peers[key.0].way {
            attempts.start();
            self.last_timer_ns = i64::MIN;
        }
    }

    /// Takes what is there: connections, messages, timers; waits for it up to `timeout`. Gives how much there was. With a
    /// `timeout` of zero and few connections it looks at their sockets directly, which saves a system call each time.
    ///
    /// # Errors
    /// Those of the system's poll. What befalls a single connection ends that connection only.
    pub fn poll<A: Application + ?Sized>(&mut self, timeout: Duration, application: &mut A) -> io::Result<usize> {
        self.wait(timeout)?;
        self.now_ns = utc_now_ns();
        let mut done = self.accept_connections();
        for link in 0..self.links.len() {
            if self.links[link].is_some() {
                done += self.serve(link, application);
            }
        }
        if self.now_ns.saturating_sub(self.last_timer_ns) >= TIMER_NS {
            self.last_timer_ns = self.now_ns;
            done += self.on_timer(application);
        }
        Ok(done)
    }

    /// Polls until `stop` is set.
    ///
    /// # Errors
    /// Those of [`Driver::poll`].
    pub fn run<A: Application + ?Sized>(
        &mut self,
        application: &mut A,
        stop: &AtomicBool,
        wait: Wait,
    ) -> io::Result<()> {
        let timeout = match wait {
            Wait::Spin => Duration::ZERO,
            Wait::Block => Duration::from_nanos(TIMER_NS as u64),
        };
        while !stop.load(Ordering::Relaxed) {
            self.poll(timeout, application)?;
        }
        Ok(())
    }

    fn wait(&mut self, timeout: Duration) -> io::Result<()> {
        let mut work_left = self.listeners.iter().any(|listener| listener.ready);
        let mut live = 0;
        for link in self.links.iter().flatten() {
            live += 1;
            work_left |= link.has_work(self.limits.output_bytes_max);
        }
        if timeout.is_zero() && (1..=DIRECT_READS_MAX).contains(&live) {
            // What is to be written goes first.
            let reads = |link: &mut Link| link.connection.readable |= link.opened && !link.connection.has_output();
            self.links.iter_mut().flatten().for_each(reads);
            self.polls = self.polls.wrapping_add(1);
            if !self.polls.is_multiple_of(POLLS_PER_LOOK) {
                return Ok(());
            }
        }
        let timeout = match work_left {
            true => Duration::ZERO,
            false => timeout.min(Duration::from_nanos(TIMER_NS as u64)),
        };
        match self.poll.poll(&mut self.events, Some(timeout)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        for event in &self.events {
            let place = event.token().0;
            if let Some(Some(link)) = self.links.get_mut(place) {
                link.on_event(event);
            } else if let Some(listener) = self.listeners.get_mut((usize::MAX - 1).wrapping_sub(place)) {
                listener.ready = true;
            }
        }
        Ok(())
    }
}

/// The clock of the sessions: SendingTime(52) is compared with it.
fn utc_now_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
