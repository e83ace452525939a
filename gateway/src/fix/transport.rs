//! What a connection needs of its socket, so that a plain and a TLS stream look the same to it.

use std::io::{self, Read, Write};
use std::net::Shutdown;

use mio::event::Source;
use mio::net::TcpStream;

use super::tls::PeerNames;

/// A non-blocking stream of bytes over a TCP socket.
pub(super) trait Transport: Read + Write + Source + Send {
    /// The socket below.
    fn tcp(&self) -> &TcpStream;

    /// A read that did not fill its buffer has taken all there was, so another need not be tried.
    fn short_read_is_last(&self) -> bool;

    /// The stream is still agreeing with the peer on how to speak; nothing of either side is delivered yet.
    fn is_handshaking(&self) -> bool;

    /// Bytes were taken by `write` that the socket has not taken yet; [`Write::flush`] tries again.
    fn has_unsent(&self) -> bool;

    /// Nothing more will be written; the peer is told.
    fn shutdown(&mut self) -> io::Result<()>;

    /// Whom the peer's certificate names; `None` without a certificate.
    fn peer_names(&self) -> Option<&PeerNames>;
}

impl Transport for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }

    fn short_read_is_last(&self) -> bool {
        true
    }

    fn is_handshaking(&self) -> bool {
        false
    }

    fn has_unsent(&self) -> bool {
        false
    }

    fn shutdown(&mut self) -> io::Result<()> {
        TcpStream::shutdown(self, Shutdown::Write)
    }

    fn peer_names(&self) -> Option<&PeerNames> {
        None
    }
}
