//! The driver's connections: how they open, what a round does with them, how they end.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use mio::event::Event;
use mio::net::TcpStream;
use mio::{Interest, Token};

use super::super::connection::Connection;
use super::super::frame::{Framed, frame};
use super::super::limits::MESSAGE_BYTES_MAX;
use super::super::msg_type;
use super::super::session::DisconnectReason;
use super::super::transport::Transport;
use super::Driver;
use super::application::{Application, Ended};
use super::peer::{Peer, Way};

/// Connections accepted in one round.
const ACCEPTS_PER_ROUND: usize = 16;
/// How long a connection may stay without Logon, in nanoseconds; the TLS handshake has a limit of its own.
const LOGON_TIME_LIMIT_NS: i64 = 10_000_000_000;

/// A connection of the driver. `connection.slot` is the index of its session, once that is known.
pub(super) struct Link {
    pub(super) connection: Connection,
    /// Connected, and its handshake is done.
    pub(super) opened: bool,
    /// The TCP connection is there.
    connected: bool,
    /// Its session has input, or a resend, that waits for the peer to read.
    waits_for_room: bool,
    open_time_limit_ns: i64,
    /// Of an accepted connection.
    listener: Option<usize>,
}

impl Link {
    /// Is there something to do that no event of the socket will tell of?
    #[inline]
    pub(super) fn has_work(&self, output_bytes_max: usize) -> bool {
        let connection = &self.connection;
        if !self.opened {
            return self.connected && connection.readable;
        }
        let reads = match self.waits_for_room {
            true => connection.out.pending().len() <= output_bytes_max / 2,
            false => connection.readable,
        };
        reads || (connection.writable && connection.has_output())
    }

    pub(super) fn on_event(&mut self, event: &Event) {
        let connection = &mut self.connection;
        connection.readable |= event.is_readable() || event.is_read_closed() || event.is_error();
        connection.read_closed |= event.is_read_closed() || event.is_error();
        connection.writable |= event.is_writable();
    }

    /// Has it opened by now? A socket that could not connect is an error.
    fn open(&mut self) -> io::Result<bool> {
        let socket = &mut self.connection.socket;
        if !self.connected {
            if let Some(error) = socket.tcp().take_error()? {
                return Err(error);
            }
            match socket.tcp().peer_addr() {
                Ok(_) => self.connected = true,
                Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        if socket.is_handshaking() {
            socket.flush()?;
            self.connection.read()?;
        }
        self.opened = !self.connection.socket.is_handshaking();
        Ok(self.opened)
    }
}

impl Driver {
    pub(super) fn accept_connections(&mut self) -> usize {
        let mut accepted = 0;
        for listener in 0..self.listeners.len() {
            while self.listeners[listener].ready && accepted < ACCEPTS_PER_ROUND {
                match self.listeners[listener].socket.accept() {
                    Ok((socket, peer)) => {
                        accepted += 1;
                        if let Err(error) = self.add_accepted(listener, socket, peer) {
                            tracing::warn!(%peer, %error, "connection refused");
                        }
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => {
                        if error.kind() != ErrorKind::WouldBlock {
                            // Such as too many open files: those that wait are tried again with the next arrival.
                            tracing::warn!(%error, "accepting a connection failed");
                        }
                        self.listeners[listener].ready = false;
                    }
                }
            }
        }
        accepted
    }

    fn add_accepted(&mut self, listener: usize, socket: TcpStream, peer: SocketAddr) -> io::Result<()> {
        let live = self.links.iter().flatten();
        let (all, before_logon) = live.fold((0, 0), |(all, before), link| {
            let waits = link.connection.slot.is_none() && !link.connection.is_ending();
            (all + 1, before + usize::from(waits))
        });
        if all >= self.limits.connections_max {
            return Err(io::Error::other("too many connections"));
        }
        if before_logon >= self.limits.connections_before_logon_max {
            return Err(io::Error::other("too many connections before logon"));
        }
        socket.set_nodelay(true)?;
        let (transport, open_time_limit_ns): (Box<dyn Transport>, i64) = match &self.listeners[listener].tls {
            Some(tls) => (Box::new(tls.accept(socket)?), tls.handshake_time_limit_ns()),
            None => (Box::new(socket), LOGON_TIME_LIMIT_NS),
        };
        self.add_link(transport, peer, open_time_limit_ns, Some(listener))?;
        Ok(())
    }

    fn add_link(
        &mut self,
        mut transport: Box<dyn Transport>,
        peer: SocketAddr,
        open_time_limit_ns: i64,
        listener: Option<usize>,
    ) -> io::Result<usize> {
        let place = self.links.iter().position(Option::is_none).unwrap_or(self.links.len());
        self.poll.registry().register(&mut transport, Token(place), Interest::READABLE | Interest::WRITABLE)?;
        let connection = Connection::new(transport, peer, self.now_ns);
        let connected = listener.is_some();
        let link =
            Some(Link { connection, opened: false, connected, waits_for_room: false, open_time_limit_ns, listener });
        match self.links.get_mut(place) {
            Some(free) => *free = link,
            None => self.links.push(link),
        }
        Ok(place)
    }

    /// Starts to connect an initiator.
    fn connect(&mut self, p: usize, address: SocketAddr) -> io::Result<()> {
        let Way::Out(attempts) = &self.peers[p].way else { return Ok(()) };
        let socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        let time_limit_ns = attempts.settings.open_time_limit_ns();
        let transport: Box<dyn Transport> = match &attempts.settings.tls {
            Some(tls) => Box::new(tls.connect(socket)?),
            None => Box::new(socket),
        };
        let place = self.add_link(transport, address, time_limit_ns, None)?;
        if let Some(link) = &mut self.links[place] {
            link.connection.slot = Some(p);
        }
        self.peers[p].link = Some(place);
        Ok(())
    }

    /// One round of one connection: open, read, answer, write, close.
    pub(super) fn serve<A: Application + ?Sized>(&mut self, c: usize, application: &mut A) -> usize {
        let now_ns = self.now_ns;
        let Some(link) = &mut self.links[c] else { return 0 };
        if !link.opened && !link.connection.is_ending() {
            match link.open() {
                Ok(true) => self.on_open(c),
                Ok(false) if link.connection.peer_closed() => self.drop_link(c, Ended::PeerClosed, application),
                Ok(false) => {}
                Err(error) => {
                    tracing::debug!(peer = %link.connection.peer, %error, "connection did not open");
                    self.drop_link(c, Ended::SocketFailed, application);
                }
            }
        }
        let Some(link) = self.links[c].as_mut().filter(|link| link.opened || link.connection.is_ending()) else {
            return 0;
        };
        let mut done = 0;
        if link.connection.readable || link.connection.has_input() {
            match link.connection.read() {
                Ok(bytes) => done += usize::from(bytes > 0),
                Err(_) => {
                    self.drop_link(c, Ended::SocketFailed, application);
                    return 1;
                }
            }
            let mut ended = match link.connection.has_input() && !link.connection.is_ending() {
                true => self.take_input(c, application),
                false => None,
            };
            if self.links[c].as_ref().is_some_and(|link| link.connection.peer_closed()) {
                ended = ended.or(Some(Ended::PeerClosed));
            }
            if let Some(why) = ended {
                self.end(c, why, application);
            }
        }
        let Driver { links, peers, limits, .. } = self;
        let Some(link) = &mut links[c] else { return done };
        let connection = &mut link.connection;
        link.waits_for_room = false;
        // After the end of the connection its session may be on another one.
        if let Some(peer) = connection.slot.map(|p| &mut peers[p]).filter(|peer| peer.link == Some(c)) {
            if peer.is_resending() && connection.out.pending().len() <= limits.output_bytes_max / 2 {
                peer.resend(now_ns, &mut connection.out);
                done += 1;
            }
            peer.note_numbers();
            link.waits_for_room = peer.waits_for_room();
        }
        let failed = match connection.has_output() {
            true => connection.write().err().map(|_| Ended::SocketFailed),
            false => None,
        };
        let slow = connection.out.pending().len() > limits.output_bytes_max;
        if let Some(why) = failed.or(slow.then_some(Ended::SlowConsumer)) {
            self.drop_link(c, why, application);
            return done + 1;
        }
        if connection.is_ending() && connection.finish(now_ns) {
            self.remove(c);
        }
        done
    }

    /// The connection has opened: an initiator says Logon.
    fn on_open(&mut self, c: usize) {
        let Driver { links, peers, now_ns, .. } = self;
        let Some(link) = &mut links[c] else { return };
        if let Some(p) = link.connection.slot {
            peers[p].begin_logon(*now_ns, &mut link.connection.out);
        }
    }

    fn take_input<A: Application + ?Sized>(&mut self, c: usize, application: &mut A) -> Option<Ended> {
        if self.links[c].as_ref()?.connection.slot.is_none() {
            match self.find_session(c) {
                Ok(Some(p)) => self.attach(c, p),
                Ok(None) => return None,
                Err(why) => return Some(why),
            }
        }
        let Driver { links, peers, index, limits, now_ns, .. } = self;
        let connection = &mut links[c].as_mut()?.connection;
        peers[connection.slot?].take_input(connection, index, limits.output_bytes_max, *now_ns, application)
    }

    /// The session that the first message of a connection is for; `None` while the message is incomplete.
    fn find_session(&mut self, c: usize) -> Result<Option<usize>, Ended> {
        const GARBLED: Ended = Ended::Session(DisconnectReason::GarbledLogon);
        let Driver { links, peers, index, .. } = self;
        let Some(Link { connection, listener: Some(listener), .. }) = &mut links[c] else { return Ok(None) };
        let (input, _) = connection.input_and_out();
        let len = match frame(input, MESSAGE_BYTES_MAX) {
            Framed::Message { len } => len,
            Framed::Incomplete => return Ok(None),
            Framed::Garbled { .. } => return Err(GARBLED),
        };
        let logon = index.parse(&input[..len]).map_err(|_unreadable| GARBLED)?;
        if logon.msg_type() != msg_type::LOGON {
            return Err(Ended::Session(DisconnectReason::FirstMessageNotLogon));
        }
        let found = peers.iter().position(|peer| peer.is_for(*listener, &logon));
        let p = found.filter(|p| peers[*p].link.is_none()).ok_or(Ended::NoSession)?;
        let comp_id = &peers[p].session.config().target_comp_id;
        match connection.socket.peer_names().is_none_or(|names| names.has(comp_id)) {
            true => Ok(Some(p)),
            false => Err(Ended::NotItsCertificate),
        }
    }

    /// The session takes the connection on which its Logon has arrived.
    fn attach(&mut self, c: usize, p: usize) {
        let Driver { links, peers, .. } = self;
        let Some(Link { connection, .. }) = &mut links[c] else { return };
        peers[p].session.connected(connection.opened_ns, &mut connection.out);
        peers[p].link = Some(c);
        connection.slot = Some(p);
    }

    /// Heartbeats, time limits, reconnects.
    pub(super) fn on_timer<A: Application + ?Sized>(&mut self, application: &mut A) -> usize {
        let now_ns = self.now_ns;
        let mut done = 0;
        for c in 0..self.links.len() {
            let Driver { links, peers, .. } = self;
            let Some(link) = links[c].as_mut().filter(|link| !link.connection.is_ending()) else { continue };
            let age_ns = now_ns.saturating_sub(link.connection.opened_ns);
            let connection = &mut link.connection;
            let why = match connection.slot {
                _ if !link.opened => (age_ns >= link.open_time_limit_ns).then_some(Ended::NotOpenInTime),
                None => (age_ns >= LOGON_TIME_LIMIT_NS).then_some(Ended::Session(DisconnectReason::LogonTimeout)),
                Some(p) => peers[p].session.on_timer(now_ns, &mut connection.out).map(Ended::Session),
            };
            if let Some(why) = why {
                self.end(c, why, application);
            }
            done += self.serve(c, application);
        }
        for p in 0..self.peers.len() {
            let Peer { way: Way::Out(attempts), link: None, .. } = &mut self.peers[p] else { continue };
            let Some(address) = attempts.due(now_ns) else { continue };
            if let Err(error) = self.connect(p, address) {
                tracing::warn!(%address, %error, "cannot connect");
                self.peers[p].ended(Ended::SocketFailed, now_ns, &mut self.rng, application);
            }
            done += 1;
        }
        done
    }

    /// Nothing more is taken from the peer; what is pending still leaves.
    fn end<A: Application + ?Sized>(&mut self, c: usize, why: Ended, application: &mut A) {
        let Driver { links, peers, rng, now_ns, .. } = self;
        let Some(link) = &mut links[c] else { return };
        if link.connection.is_ending() {
            return;
        }
        link.connection.end(*now_ns);
        tracing::debug!(peer = %link.connection.peer, ?why, "connection ended");
        if let Some(p) = link.connection.slot {
            peers[p].ended(why, *now_ns, rng, application);
        }
    }

    /// Ends a connection without waiting for anything to leave.
    fn drop_link<A: Application + ?Sized>(&mut self, c: usize, why: Ended, application: &mut A) {
        self.end(c, why, application);
        self.remove(c);
    }

    fn remove(&mut self, c: usize) {
        if let Some(mut link) = self.links[c].take() {
            let _ = self.poll.registry().deregister(&mut link.connection.socket);
        }
    }
}
