//! One TCP connection's buffers: bytes in as framed messages, bytes out as far as the peer takes them.

use gateway::fix::frame::{Framed, frame};
use gateway::fix::limits::MESSAGE_BYTES_MAX;
use mio::net::TcpStream;
use std::io::{self, ErrorKind, Read, Write};

use crate::limits;

/// What one read brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Filled {
    /// Bytes came; `more` says that the socket may hold further ones.
    Bytes { more: bool },
    /// Nothing there.
    Nothing,
    /// The peer closed its side.
    Closed,
}

/// Received bytes, and how far they are read.
#[derive(Debug)]
pub struct Input {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Times that bytes had to be skipped because they were no message.
    pub garbled: u64,
}

impl Input {
    pub fn new() -> Input {
        Input { bytes: vec![0; limits::INPUT_BYTES], start: 0, end: 0, garbled: 0 }
    }

    /// One read from the socket. Call it when all messages of the last one are taken out.
    #[inline]
    pub fn fill(&mut self, stream: &mut TcpStream) -> io::Result<Filled> {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let room = &mut self.bytes[self.end..];
        match stream.read(room) {
            Ok(0) => Ok(Filled::Closed),
            Ok(count) => {
                // A read that does not fill the buffer emptied the socket: epoll tells of what comes next.
                let more = count == room.len();
                self.end += count;
                Ok(Filled::Bytes { more })
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Filled::Nothing),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(Filled::Bytes { more: true }),
            Err(error) => Err(error),
        }
    }

    /// The next whole message.
    #[inline]
    pub fn next_message(&mut self) -> Option<&[u8]> {
        loop {
            match frame(&self.bytes[self.start..self.end], MESSAGE_BYTES_MAX) {
                Framed::Incomplete => return None,
                Framed::Message { len } => {
                    self.start += len;
                    return Some(&self.bytes[self.start - len..self.start]);
                }
                Framed::Garbled { skip, .. } => {
                    self.garbled += 1;
                    self.start += skip.min(self.end - self.start);
                }
            }
        }
    }
}

impl Default for Input {
    fn default() -> Input {
        Input::new()
    }
}

/// Bytes on their way to the peer.
#[derive(Debug, Default)]
pub struct Output {
    bytes: Vec<u8>,
    sent: usize,
}

impl Output {
    pub fn new() -> Output {
        Output { bytes: Vec::with_capacity(2 * limits::OUTPUT_BYTES_MAX), sent: 0 }
    }

    /// Where messages are appended.
    #[inline]
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Bytes that the socket has not taken yet.
    #[inline]
    pub fn pending(&self) -> usize {
        self.bytes.len() - self.sent
    }

    /// Writes what the socket takes now.
    #[inline]
    pub fn flush(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        while self.pending() > 0 {
            match stream.write(&self.bytes[self.sent..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if self.pending() == 0 {
            self.bytes.clear();
            self.sent = 0;
        } else if self.sent > limits::OUTPUT_BYTES_MAX {
            self.bytes.drain(..self.sent);
            self.sent = 0;
        }
        Ok(())
    }
}
