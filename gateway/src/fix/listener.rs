//! The sockets that the acceptor listens on, plain or with TLS: who knocks gets a connection, or is closed before it has cost
//! anything.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

use super::acceptor::Acceptor;
use super::connection::Connection;
use super::counters::count;
use super::failure::AcceptorFailure;
use super::tls::TlsServer;
use super::transport::Transport;

/// Most listeners; the tokens of connections come after theirs.
pub(super) const LISTENERS_MAX: usize = 2;
/// Connections accepted in one round.
const ACCEPTS_PER_ROUND: usize = 16;
/// Between two lines of the log about refused connections, in nanoseconds.
const REFUSED_NS: i64 = 1_000_000_000;

/// One of them.
pub(super) struct Listener {
    socket: TcpListener,
    /// Somebody may be waiting.
    pub(super) ready: bool,
    pub(super) address: SocketAddr,
    /// What it shows its clients, where it speaks TLS.
    pub(super) tls: Option<TlsServer>,
}

impl Listener {
    /// Listens, and tells the poll under this token.
    pub(super) fn open(
        address: SocketAddr,
        tls: Option<TlsServer>,
        token: Token,
        registry: &Registry,
    ) -> Result<Listener, AcceptorFailure> {
        let failed = |error| AcceptorFailure::Listen { address, error };
        let mut socket = TcpListener::bind(address).map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        registry.register(&mut socket, token, Interest::READABLE).map_err(AcceptorFailure::Poll)?;
        Ok(Listener { socket, ready: true, address, tls })
    }
}

impl Acceptor {
    /// Takes who knocks, on all listeners. Gives their number.
    pub(super) fn accept(&mut self, now_ns: i64) -> usize {
        let mut accepted = 0;
        for listener in 0..self.listeners.len() {
            while self.listeners[listener].ready && accepted < ACCEPTS_PER_ROUND {
                match self.listeners[listener].socket.accept() {
                    Ok((socket, peer)) => {
                        accepted += 1;
                        // What is refused is closed at once, before it has cost anything.
                        let added = match self.desk.may_connect(peer.ip(), self.places, now_ns) {
                            Ok(()) => self.add(listener, socket, peer, now_ns).map_err(|error| error.to_string()),
                            Err(why) => Err(why.to_owned()),
                        };
                        if let Err(why) = added {
                            count(&self.desk.counters.connections_refused);
                            self.refused.note(peer, &why, now_ns);
                        }
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => self.listeners[listener].ready = false,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => {
                        // Such as too many open files: those that wait are tried again with the next timer.
                        tracing::warn!(%error, "accepting a connection failed");
                        self.listeners[listener].ready = false;
                    }
                }
            }
        }
        accepted
    }

    fn add(&mut self, listener: usize, socket: TcpStream, peer: SocketAddr, now_ns: i64) -> io::Result<()> {
        socket.set_nodelay(true)?;
        let tls = &self.listeners[listener].tls;
        let mut transport: Box<dyn Transport> = match tls {
            Some(tls) => Box::new(tls.accept(socket)?),
            None => Box::new(socket),
        };
        let connections = &mut self.desk.connections;
        let place = connections.iter().position(Option::is_none).unwrap_or(connections.len());
        let token = Token(place + LISTENERS_MAX);
        self.poll.registry().register(&mut transport, token, Interest::READABLE | Interest::WRITABLE)?;
        let mut connection = Connection::new(transport, peer, now_ns);
        connection.open_until_ns = tls.as_ref().map(|tls| now_ns.saturating_add(tls.handshake_time_limit_ns()));
        match connections.get_mut(place) {
            Some(free) => *free = Some(connection),
            None => connections.push(Some(connection)),
        }
        count(&self.desk.counters.connections);
        Ok(())
    }
}

/// Connections that were refused, told at most once a second: a flood must not become one of the log.
#[derive(Debug, Default)]
pub(super) struct Refused {
    untold: u64,
    told_ns: i64,
}

impl Refused {
    fn note(&mut self, peer: SocketAddr, why: &str, now_ns: i64) {
        self.untold += 1;
        if now_ns.saturating_sub(self.told_ns) >= REFUSED_NS {
            tracing::warn!(%peer, why, count = self.untold, "connections refused; this is the last of them");
            (self.untold, self.told_ns) = (0, now_ns);
        }
    }
}
