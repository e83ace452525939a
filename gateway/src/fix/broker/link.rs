//! The one connection to a broker: when it is tried, how it opens, how it ends.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::super::connection::Connection;
use super::super::driver::{Attempts, ConnectSettings};
use super::super::transport::Transport;

/// Socket events taken in one round.
const SOCKET_EVENTS: usize = 16;

/// See the module.
pub(super) struct Link {
    poll: Poll,
    events: Events,
    attempts: Attempts,
    rng: fastrand::Rng,
    pub(super) connection: Option<Connection>,
    /// The TCP connection is there.
    connected: bool,
    /// Connected, and its handshake is done.
    opened: bool,
}

impl Link {
    pub(super) fn new(settings: ConnectSettings, seed: u64) -> io::Result<Link> {
        Ok(Link {
            poll: Poll::new()?,
            events: Events::with_capacity(SOCKET_EVENTS),
            attempts: Attempts::new(settings),
            rng: fastrand::Rng::with_seed(seed),
            connection: None,
            connected: false,
            opened: false,
        })
    }

    /// The connection, once it is there and its handshake is done.
    pub(super) fn opened(&mut self) -> Option<&mut Connection> {
        self.connection.as_mut().filter(|_| self.opened)
    }

    /// Begins to connect if that is due. What goes wrong is tried again later.
    pub(super) fn connect_if_due(&mut self, now_ns: i64) -> bool {
        let Some(address) = self.attempts.due(now_ns) else { return false };
        if let Err(error) = self.connect(address, now_ns) {
            tracing::warn!(%address, %error, "cannot connect to the broker");
            self.attempts.ended(now_ns, &mut self.rng);
        }
        true
    }

    fn connect(&mut self, address: SocketAddr, now_ns: i64) -> io::Result<()> {
        let socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        let mut transport: Box<dyn Transport> = match &self.attempts.settings.tls {
            Some(tls) => Box::new(tls.connect(socket)?),
            None => Box::new(socket),
        };
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut transport, Token(0), interest)?;
        self.connection = Some(Connection::new(transport, address, now_ns));
        (self.connected, self.opened) = (false, false);
        Ok(())
    }

    /// Looks what the socket has.
    pub(super) fn take_socket_events(&mut self) -> io::Result<()> {
        let Some(connection) = &mut self.connection else { return Ok(()) };
        match self.poll.poll(&mut self.events, Some(Duration::ZERO)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        for event in &self.events {
            connection.readable |= event.is_readable() || event.is_read_closed() || event.is_error();
            connection.read_closed |= event.is_read_closed() || event.is_error();
            connection.writable |= event.is_writable();
        }
        Ok(())
    }

    /// Goes on opening the connection; true when it has just opened.
    ///
    /// # Errors
    /// Why it did not open; the connection is then over.
    pub(super) fn open(&mut self, now_ns: i64) -> io::Result<bool> {
        let Some(connection) = self.connection.as_mut().filter(|connection| !connection.is_ending()) else {
            return Ok(false);
        };
        if self.opened {
            return Ok(false);
        }
        if !self.connected {
            if let Some(error) = connection.socket.tcp().take_error()? {
                return Err(error);
            }
            match connection.socket.tcp().peer_addr() {
                Ok(_) => self.connected = true,
                Err(error) if error.kind() == ErrorKind::NotConnected => {}
                Err(error) => return Err(error),
            }
        }
        if self.connected && connection.socket.is_handshaking() {
            connection.socket.flush()?;
            connection.read()?;
            if connection.peer_closed() {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        self.opened = self.connected && !connection.socket.is_handshaking();
        let limit_ns = self.attempts.settings.open_time_limit_ns();
        if !self.opened && now_ns.saturating_sub(connection.opened_ns) >= limit_ns {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(self.opened)
    }

    /// Logged on: the next failure is a first one.
    pub(super) fn succeeded(&mut self) {
        self.attempts.succeeded();
    }

    /// The connection, or the attempt at one, is over; the next one waits.
    pub(super) fn ended(&mut self, now_ns: i64) {
        self.attempts.ended(now_ns, &mut self.rng);
    }

    /// Takes the socket away.
    pub(super) fn remove(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            let _ = self.poll.registry().deregister(&mut connection.socket);
        }
    }
}
