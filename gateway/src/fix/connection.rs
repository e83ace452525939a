//! One connection: bytes in, bytes out, and its end. Knows nothing of sessions, and nothing of TLS.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;

use super::auth::Standing;
use super::clearance::Clearance;
use super::encode::Encoder;
use super::hold::Holds;
use super::limits::MESSAGE_BYTES_MAX;
use super::tls::PeerNames;
use super::transport::Transport;

/// Bytes that are read from one connection before the others have their turn.
pub(super) const READ_BYTES_PER_ROUND: usize = 64 * 1024;
/// Bytes of input that wait to be framed; room for several of the longest messages.
pub(super) const INPUT_BYTES_MAX: usize = 64 * 1024;
/// The same before Logon, from the first byte on: a connection that says nothing costs no buffer.
const INPUT_BYTES_BEFORE_LOGON: usize = 2 * MESSAGE_BYTES_MAX;
/// Output that is allocated at Logon; it grows up to the configured limit.
const OUTPUT_BYTES_AT_FIRST: usize = 16 * 1024;
/// How long an ended connection may take to flush and to close, in nanoseconds.
const LINGER_NS: i64 = 1_000_000_000;

const _: () = assert!(INPUT_BYTES_MAX >= 2 * MESSAGE_BYTES_MAX);

/// A connection.
pub(super) struct Connection {
    pub(super) socket: Box<dyn Transport>,
    pub(super) peer: SocketAddr,
    pub(super) opened_ns: i64,
    /// Messages to the peer.
    pub(super) out: Encoder,
    /// Which of them wait for the disk; see [`Connection::position`].
    pub(super) holds: Holds,
    /// Until when its TLS handshake must be done; `None` where it speaks no TLS.
    pub(super) open_until_ns: Option<i64>,
    /// Which of them have numbers that may leave.
    pub(super) clearance: Clearance,
    /// How far its password is verified.
    pub(super) standing: Standing,
    /// The slot of the session that logged on here; stays after the end, because bytes with its numbers may still leave.
    pub(super) slot: Option<usize>,
    /// The socket may have bytes for us. mio tells once per change.
    pub(super) readable: bool,
    /// The peer has closed its side, so reading goes on until the end is seen: no further event will tell of it.
    pub(super) read_closed: bool,
    /// The socket may take bytes.
    pub(super) writable: bool,
    /// Bytes that have left.
    written: u64,
    /// Position up to which the output is in the message log.
    logged: u64,
    input: Box<[u8]>,
    filled: usize,
    /// Input that is framed already.
    taken: usize,
    end: Option<End>,
    peer_closed: bool,
}

#[derive(Clone, Copy)]
struct End {
    since_ns: i64,
    /// All is flushed and our side is shut; what the peer still sends is thrown away until it closes. To close with unread
    /// bytes would reset the connection, and the peer might never see our Logout.
    drained: bool,
}

impl Connection {
    pub(super) fn new(socket: Box<dyn Transport>, peer: SocketAddr, now_ns: i64) -> Connection {
        Connection {
            socket,
            peer,
            opened_ns: now_ns,
            out: Encoder::with_capacity(0),
            holds: Holds::default(),
            clearance: Clearance::default(),
            open_until_ns: None,
            standing: Standing::Unasked,
            slot: None,
            // The poll tells of what is there already.
            readable: false,
            read_closed: false,
            writable: true,
            written: 0,
            logged: 0,
            input: Box::default(),
            filled: 0,
            taken: 0,
            end: None,
            peer_closed: false,
        }
    }

    /// It has a session, and may now use what a session needs.
    pub(super) fn admitted(&mut self) {
        if self.out.pending().is_empty() {
            self.out = Encoder::with_capacity(OUTPUT_BYTES_AT_FIRST);
        }
        self.grow(INPUT_BYTES_MAX);
    }

    fn grow(&mut self, bytes: usize) {
        let mut input = vec![0; bytes].into_boxed_slice();
        input[..self.input.len()].copy_from_slice(&self.input);
        self.input = input;
    }

    /// Reads what is there, up to the bound of one round. Gives the number of bytes.
    ///
    /// # Errors
    /// Those of the socket; the connection is then over.
    pub(super) fn read(&mut self) -> io::Result<usize> {
        let mut total = 0;
        if self.readable && self.input.is_empty() {
            self.grow(INPUT_BYTES_BEFORE_LOGON);
        }
        while self.readable && total < READ_BYTES_PER_ROUND {
            self.make_room();
            if self.filled == self.input.len() {
                break;
            }
            match self.socket.read(&mut self.input[self.filled..]) {
                Ok(0) => {
                    self.readable = false;
                    self.peer_closed = true;
                }
                Ok(count) => {
                    // A read that did not fill the room took all there was; a later arrival is told as a new event.
                    let full = count == self.input.len() - self.filled;
                    self.readable = full || self.read_closed || !self.socket.short_read_is_last();
                    self.filled += count;
                    total += count;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.readable = false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if self.is_ending() {
                (self.filled, self.taken) = (0, 0);
            }
        }
        Ok(total)
    }

    /// Input that is not framed yet, beside the output that answers it.
    pub(super) fn input_and_out(&mut self) -> (&[u8], &mut Encoder) {
        (&self.input[self.taken..self.filled], &mut self.out)
    }

    /// The same, and whom the peer's certificate names; `None` without a certificate.
    pub(super) fn input_out_and_names(&mut self) -> (&[u8], &mut Encoder, Option<&PeerNames>) {
        (&self.input[self.taken..self.filled], &mut self.out, self.socket.peer_names())
    }

    /// Does it speak TLS?
    pub(super) fn is_encrypted(&self) -> bool {
        self.open_until_ns.is_some()
    }

    /// Bytes of input that are allocated.
    #[cfg(test)]
    pub(super) fn input_bytes(&self) -> usize {
        self.input.len()
    }

    /// Is there input that is not framed yet?
    pub(super) fn has_input(&self) -> bool {
        self.taken < self.filled
    }

    /// The first `count` bytes of the input are dealt with.
    pub(super) fn take(&mut self, count: usize) {
        self.taken += count;
        assert!(self.taken <= self.filled, "only what was read can be taken");
    }

    /// Does anything wait for the socket to take it?
    pub(super) fn has_output(&self) -> bool {
        !self.out.pending().is_empty() || self.socket.has_unsent()
    }

    /// Where the next byte of output stands, counted from the connection's first.
    pub(super) fn position(&self) -> u64 {
        self.written + self.out.pending().len() as u64
    }

    /// Messages written since the last call.
    pub(super) fn unlogged(&mut self) -> &[u8] {
        let from = usize::try_from(self.logged.saturating_sub(self.written)).unwrap_or_default();
        self.logged = self.position();
        self.out.pending().get(from..).unwrap_or_default()
    }

    /// How many of the pending bytes the holds let leave.
    pub(super) fn leaving(&self) -> usize {
        self.leaving_before(u64::MAX)
    }

    /// How many of the pending bytes before this position the holds let leave.
    pub(super) fn leaving_before(&self, position: u64) -> usize {
        let pending = self.out.pending().len();
        let limit = self.holds.limit().map_or(position, |limit| limit.min(position));
        usize::try_from(limit.saturating_sub(self.written)).map_or(pending, |free| free.min(pending))
    }

    /// Writes what the socket takes and the holds let leave. Gives the number of bytes.
    ///
    /// # Errors
    /// Those of the socket; the connection is then over.
    pub(super) fn write(&mut self) -> io::Result<usize> {
        self.write_up_to(self.leaving())
    }

    /// Writes what the socket takes of the next `leaving` bytes, after what TLS has taken before. Gives the number of bytes.
    ///
    /// # Errors
    /// Those of the socket; the connection is then over.
    pub(super) fn write_up_to(&mut self, leaving: usize) -> io::Result<usize> {
        let mut total = 0;
        if self.writable && self.socket.has_unsent() {
            self.socket.flush()?;
            self.writable = !self.socket.has_unsent();
        }
        while self.writable && total < leaving {
            match self.socket.write(&self.out.pending()[..leaving - total]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.out.consume(count);
                    self.written += count as u64;
                    total += count;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.writable = false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(total)
    }

    /// Nothing more is taken from the peer; what is pending still leaves.
    pub(super) fn end(&mut self, now_ns: i64) {
        self.end.get_or_insert(End { since_ns: now_ns, drained: false });
        (self.filled, self.taken) = (0, 0);
    }

    /// Has [`Connection::end`] been called?
    pub(super) fn is_ending(&self) -> bool {
        self.end.is_some()
    }

    /// Has the peer closed its side?
    pub(super) fn peer_closed(&self) -> bool {
        self.peer_closed
    }

    /// Moves an ended connection on; true when the socket can go.
    pub(super) fn finish(&mut self, now_ns: i64) -> bool {
        let Some(end) = &mut self.end else { return false };
        if now_ns.saturating_sub(end.since_ns) >= LINGER_NS {
            return true;
        }
        if self.out.pending().is_empty() && !self.socket.has_unsent() && !end.drained {
            end.drained = true;
            let _ = self.socket.shutdown();
        }
        end.drained && self.peer_closed
    }

    fn make_room(&mut self) {
        if self.taken == self.filled {
            (self.filled, self.taken) = (0, 0);
        } else if self.taken > 0 && self.input.len() - self.filled < MESSAGE_BYTES_MAX {
            self.input.copy_within(self.taken..self.filled, 0);
            (self.filled, self.taken) = (self.filled - self.taken, 0);
        }
    }
}
