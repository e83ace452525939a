//! A TLS stream over a non-blocking socket.
//!
//! It reads and writes like the socket itself: `WouldBlock` means that the socket has or takes nothing more. Reading also
//! drives the handshake, and sends what the handshake has to say.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;

use mio::event::Source;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustls::Connection;

use super::super::transport::Transport;
use super::PeerNames;

/// A socket and the TLS on it.
pub(in crate::fix) struct TlsStream {
    socket: TcpStream,
    tls: Connection,
    /// Read from the peer's certificate when the handshake is done.
    peer_names: Option<PeerNames>,
}

impl TlsStream {
    pub(super) fn new(socket: TcpStream, tls: Connection) -> TlsStream {
        TlsStream { socket, tls, peer_names: None }
    }

    /// Takes what the socket has, once, and decrypts it. Gives `false` when the peer closed its side.
    fn take_records(&mut self) -> io::Result<bool> {
        let handshaking = self.tls.is_handshaking();
        let count = self.tls.read_tls(&mut self.socket)?;
        if let Err(error) = self.tls.process_new_packets() {
            // The alert that says why; whether it leaves changes nothing.
            let _ = self.send_records();
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        if self.tls.wants_write() {
            self.send_records()?;
        }
        if handshaking && !self.tls.is_handshaking() {
            self.peer_names = self.tls.peer_certificates().and_then(|chain| chain.first()).map(PeerNames::of);
        }
        Ok(count > 0)
    }

    /// Sends what TLS has for the socket, as far as the socket takes it.
    fn send_records(&mut self) -> io::Result<()> {
        while self.tls.wants_write() {
            match self.tls.write_tls(&mut self.socket) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Read for TlsStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.tls.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // A peer that closes the socket without saying so in TLS has closed all the same: FIX ends with Logout(5).
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                other => return other,
            }
            if !self.take_records()? && self.tls.is_handshaking() {
                return Ok(0);
            }
        }
    }
}

impl Write for TlsStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.send_records()?;
        if self.has_unsent() {
            return Err(ErrorKind::WouldBlock.into());
        }
        match self.tls.writer().write(bytes)? {
            // Full, as it may be before the handshake is done.
            0 => Err(ErrorKind::WouldBlock.into()),
            count => self.send_records().map(|()| count),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send_records()
    }
}

impl Transport for TlsStream {
    fn tcp(&self) -> &TcpStream {
        &self.socket
    }

    fn short_read_is_last(&self) -> bool {
        false
    }

    fn is_handshaking(&self) -> bool {
        self.tls.is_handshaking()
    }

    fn has_unsent(&self) -> bool {
        self.tls.wants_write()
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.tls.send_close_notify();
        self.send_records()?;
        self.socket.shutdown(Shutdown::Write)
    }

    fn peer_names(&self) -> Option<&PeerNames> {
        self.peer_names.as_ref()
    }
}

impl Source for TlsStream {
    fn register(&mut self, registry: &Registry, token: Token, interests: Interest) -> io::Result<()> {
        self.socket.register(registry, token, interests)
    }

    fn reregister(&mut self, registry: &Registry, token: Token, interests: Interest) -> io::Result<()> {
        self.socket.reregister(registry, token, interests)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.socket.deregister(registry)
    }
}
