//! A driver with the echo on it, polled by the test itself, and a client of hand-made bytes.

#[path = "../../examples/support/echo.rs"]
pub(crate) mod echo;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use echo::Echo;
use gateway::fix::driver::{Driver, Limits};
use gateway::fix::frame::{Framed, frame};

const PATIENCE: Duration = Duration::from_secs(20);
/// How long silence is listened to.
const SILENCE: Duration = Duration::from_millis(60);

/// A driver with an application on it.
pub(crate) struct Side {
    pub(crate) driver: Driver,
    pub(crate) echo: Echo,
}

impl Side {
    pub(crate) fn new(limits: Limits) -> Side {
        Side { driver: Driver::new(limits).expect("a driver"), echo: Echo::default() }
    }

    pub(crate) fn poll(&mut self) {
        self.driver.poll(Duration::from_millis(1), &mut self.echo).expect("the driver goes on");
    }

    /// Polls until something is there.
    pub(crate) fn until<T>(&mut self, what: &str, mut there: impl FnMut(&mut Driver) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.poll();
            if let Some(found) = there(&mut self.driver) {
                return found;
            }
            assert!(Instant::now() < deadline, "never saw {what}");
        }
    }
}

pub(crate) fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// A client of hand-made bytes over any stream that does not block.
pub(crate) struct Raw<S = TcpStream> {
    pub(crate) stream: S,
    version: &'static str,
    sender: &'static str,
    pub(crate) number: u64,
    input: Vec<u8>,
    pub(crate) closed: bool,
}

impl Raw {
    /// Connects as `sender`, to `ECHO`.
    pub(crate) fn connect(to: SocketAddr, version: &'static str, sender: &'static str) -> Raw {
        let stream = TcpStream::connect(to).expect("connected");
        stream.set_nonblocking(true).expect("non-blocking");
        Raw::over(stream, version, sender)
    }
}

impl<S: Read + Write> Raw<S> {
    pub(crate) fn over(stream: S, version: &'static str, sender: &'static str) -> Raw<S> {
        Raw { stream, version, sender, number: 1, input: Vec::new(), closed: false }
    }

    /// The bytes of a message with the next number; `rest` is what follows SendingTime(52), with `|` for SOH.
    pub(crate) fn message(&mut self, msg_type: &str, rest: &str) -> Vec<u8> {
        let time = jiff::Timestamp::now().strftime("%Y%m%d-%H:%M:%S%.3f").to_string();
        let body = format!("35={msg_type}|49={}|56=ECHO|34={}|52={time}|{rest}", self.sender, self.number);
        self.number += 1;
        let text = format!("8={}|9={}|{body}", self.version, body.len()).replace('|', "\x01");
        let sum: u32 = text.bytes().map(u32::from).sum();
        format!("{text}10={:03}\x01", sum % 256).into_bytes()
    }

    pub(crate) fn send(&mut self, msg_type: &str, rest: &str) {
        let bytes = self.message(msg_type, rest);
        self.stream.write_all(&bytes).expect("sent");
    }

    /// The next message, with `|` for SOH.
    pub(crate) fn next(&mut self, side: &mut Side, what: &str) -> String {
        side.until(what, |_| self.take())
    }

    /// Logs on and takes the answer.
    pub(crate) fn logon(&mut self, side: &mut Side, rest: &str) -> String {
        self.send("A", &format!("98=0|108=30|{rest}"));
        self.next(side, "the Logon's answer")
    }

    /// Nothing comes.
    pub(crate) fn silence(&mut self, side: &mut Side) {
        let until = Instant::now() + SILENCE;
        while Instant::now() < until {
            side.poll();
            let message = self.take();
            assert_eq!(message, None, "silence was expected");
        }
    }

    /// The connection ends without another message.
    pub(crate) fn end(&mut self, side: &mut Side) {
        let found = side.until("the end", |_| match self.take() {
            None => self.closed.then_some(None),
            message => Some(message),
        });
        assert_eq!(found, None, "nothing comes before the end");
    }

    fn take(&mut self) -> Option<String> {
        let mut chunk = [0; 65_536];
        match self.stream.read(&mut chunk) {
            Ok(0) => self.closed = true,
            Ok(count) => self.input.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => self.closed = true,
        }
        let Framed::Message { len } = frame(&self.input, 1 << 16) else { return None };
        let message: Vec<u8> = self.input.drain(..len).collect();
        Some(String::from_utf8_lossy(&message).replace('\x01', "|"))
    }
}

/// The value of the first field with this tag.
pub(crate) fn field<'a>(message: &'a str, tag: &str) -> Option<&'a str> {
    message.split('|').find_map(|field| field.strip_prefix(tag)?.strip_prefix('='))
}

/// What follows the header that every message has.
pub(crate) fn body(message: &str) -> &str {
    let rest = message.split_once("|52=").expect("a header").1;
    let body = rest.split_once('|').expect("SendingTime").1;
    body.rsplit_once("10=").expect("a trailer").0
}
