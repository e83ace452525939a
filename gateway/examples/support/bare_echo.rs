//! The floor of the throughput bench: bytes in pieces of a message's length, there and back over bare TCP, a window in flight.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

/// As many bytes as the FIX driver reads at a time.
const READ_BYTES: usize = 64 * 1024;
const NAP: Duration = Duration::from_millis(20);
const EVENTS: usize = 256;

/// Sends back what it gets, on a thread of its own.
pub(crate) struct BareEcho {
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl BareEcho {
    pub(crate) fn start(connections: usize) -> io::Result<BareEcho> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let (address, stop) = (listener.local_addr()?, Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        // It ends when the clients go.
        let thread = thread::spawn(move || drop(echo(&listener, connections, &stopped)));
        Ok(BareEcho { address, stop, thread })
    }

    pub(crate) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        // Its failure was that the clients are gone.
        let _ = self.thread.join();
    }
}

fn echo(listener: &TcpListener, connections: usize, stop: &AtomicBool) -> io::Result<()> {
    let mut sockets = Vec::new();
    while sockets.len() < connections && !stop.load(Ordering::Relaxed) {
        match listener.accept() {
            Ok((socket, _)) => sockets.push(socket),
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
            Err(error) => return Err(error),
        }
    }
    let mut ready = Ready::of(sockets)?;
    while !stop.load(Ordering::Relaxed) {
        ready.each(|_, socket, bytes| write_all(socket, bytes))?;
    }
    Ok(())
}

/// Keeps a window of pieces in flight on each connection, on the thread that calls.
pub(crate) struct BareClients {
    ready: Ready,
    piece: usize,
    /// A window of pieces.
    bytes: Vec<u8>,
    /// Bytes of a piece that has not come back whole, by connection.
    partial: Vec<usize>,
}

impl BareClients {
    pub(crate) fn connect(to: SocketAddr, connections: usize, window: usize, piece: usize) -> io::Result<BareClients> {
        let mut sockets = Vec::new();
        for _ in 0..connections {
            let socket = std::net::TcpStream::connect(to)?;
            socket.set_nonblocking(true)?;
            sockets.push(TcpStream::from_std(socket));
        }
        let bytes = vec![b'x'; window * piece];
        let mut ready = Ready::of(sockets)?;
        for socket in &mut ready.sockets {
            write_all(socket, &bytes)?;
        }
        Ok(BareClients { ready, piece, bytes, partial: vec![0; connections] })
    }

    /// Pieces back a second.
    pub(crate) fn run(&mut self, time: Duration) -> io::Result<f64> {
        let BareClients { ready, piece, bytes, partial } = self;
        let (mut pieces, start) = (0, Instant::now());
        while start.elapsed() < time {
            ready.each(|at, socket, back| {
                let whole = (partial[at] + back.len()) / *piece;
                partial[at] = (partial[at] + back.len()) % *piece;
                pieces += whole;
                write_all(socket, &bytes[..whole * *piece])
            })?;
        }
        Ok(pieces as f64 / start.elapsed().as_secs_f64())
    }
}

/// Connections that are read as they have something.
struct Ready {
    poll: Poll,
    events: Events,
    sockets: Vec<TcpStream>,
    input: Vec<u8>,
}

impl Ready {
    fn of(mut sockets: Vec<TcpStream>) -> io::Result<Ready> {
        let poll = Poll::new()?;
        for (at, socket) in sockets.iter_mut().enumerate() {
            socket.set_nodelay(true)?;
            poll.registry().register(socket, Token(at), Interest::READABLE)?;
        }
        Ok(Ready { poll, events: Events::with_capacity(EVENTS), sockets, input: vec![0; READ_BYTES] })
    }

    /// Waits a little, and gives each piece of input to `take`.
    fn each(&mut self, mut take: impl FnMut(usize, &mut TcpStream, &[u8]) -> io::Result<()>) -> io::Result<()> {
        self.poll.poll(&mut self.events, Some(NAP))?;
        for event in &self.events {
            let at = event.token().0;
            let socket = &mut self.sockets[at];
            loop {
                match socket.read(&mut self.input) {
                    Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                    Ok(count) => take(at, socket, &self.input[..count])?,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

/// A window is smaller than the buffers of a socket, so it never waits long.
fn write_all(socket: &mut TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match socket.write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => thread::yield_now(),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
