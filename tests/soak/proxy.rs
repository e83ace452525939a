//! The bad network between the clients and the daemon: one thread that passes bytes on, and by a seeded draw does to each
//! connection what networks do.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};

/// Bytes that one direction holds; beyond it the sender waits, as with a full socket.
const HELD_BYTES_MAX: usize = 64 << 10;
/// A connection that has vanished is kept so long, so that neither side hears of its end from the system.
const VANISHED_FOR: Duration = Duration::from_secs(10);
/// Longest wait for a socket: bounds how late a fault comes.
const WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };

/// What befalls a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    /// Closed on both sides in the middle of a message.
    Cut,
    /// Nothing passes any more, and nobody is told.
    Vanish,
    /// The client is gone for good; the daemon's side stays open and silent.
    HalfOpen,
    /// The client does not read for a while.
    Stall,
}

/// How often each happened.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Faults {
    pub(crate) connections: usize,
    pub(crate) cuts: usize,
    pub(crate) vanished: usize,
    pub(crate) half_open: usize,
    pub(crate) stalls: usize,
}

/// The proxy, running.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    calm: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Faults>,
}

impl Proxy {
    /// In front of `daemon`; connections live at most so long, half of it on average.
    pub(crate) fn start(daemon: SocketAddr, life_max: Duration, seed: u64) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
        listener.set_nonblocking(true).expect("non-blocking");
        let address = listener.local_addr().expect("its address");
        let (calm, stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let mut network = Network {
            listener,
            daemon,
            life_max,
            random: fastrand::Rng::with_seed(seed),
            lines: Vec::new(),
            faults: Faults::default(),
        };
        let thread = {
            let (calm, stop) = (Arc::clone(&calm), Arc::clone(&stop));
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    network.round(calm.load(Ordering::Relaxed));
                }
                network.faults
            })
        };
        Proxy { address, calm, stop, thread }
    }

    /// No faults from now on; connections that have vanished are closed.
    pub(crate) fn calm(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }

    pub(crate) fn stop(self) -> Faults {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the proxy does not panic")
    }
}

struct Network {
    listener: TcpListener,
    daemon: SocketAddr,
    life_max: Duration,
    random: fastrand::Rng,
    lines: Vec<Line>,
    faults: Faults,
}

/// One connection: two sockets, and what is on its way between them.
struct Line {
    client: Option<TcpStream>,
    daemon: TcpStream,
    up: Vec<u8>,
    down: Vec<u8>,
    fault: Fault,
    due: Instant,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Passing,
    /// The next bytes, in either direction, are cut in two.
    Cutting,
    /// The client does not read until then.
    Stalled(Instant),
    /// Nothing passes; all is closed then.
    Vanished(Instant),
    Over,
}

impl Network {
    fn round(&mut self, calm: bool) {
        self.wait();
        self.accept();
        let now = Instant::now();
        for at in 0..self.lines.len() {
            self.strike(at, now, calm);
            let line = &mut self.lines[at];
            line.pass(&mut self.random);
        }
        self.lines.retain(|line| line.state != State::Over);
    }

    fn wait(&self) {
        let mut fds = vec![PollFd::new(&self.listener, PollFlags::IN)];
        for line in &self.lines {
            let stalled = matches!(line.state, State::Stalled(_));
            if matches!(line.state, State::Vanished(_)) {
                continue;
            }
            let interest = |reads: bool, writes: bool| {
                let flag = |wanted, flag| if wanted { flag } else { PollFlags::empty() };
                flag(reads, PollFlags::IN) | flag(writes, PollFlags::OUT)
            };
            let room = |held: &[u8]| held.len() < HELD_BYTES_MAX;
            if let Some(client) = &line.client {
                fds.push(PollFd::new(client, interest(room(&line.up), !stalled && !line.down.is_empty())));
            }
            fds.push(PollFd::new(&line.daemon, interest(!stalled && room(&line.down), !line.up.is_empty())));
        }
        // A signal, at worst: the next round looks again.
        let _looked = rustix::event::poll(&mut fds, Some(&WAIT));
    }

    fn accept(&mut self) {
        while let Ok((client, _)) = self.listener.accept() {
            let Ok(daemon) = TcpStream::connect(self.daemon) else { continue };
            for socket in [&client, &daemon] {
                socket.set_nodelay(true).expect("a socket option");
                socket.set_nonblocking(true).expect("a socket option");
            }
            self.faults.connections += 1;
            let (fault, due) = (self.draw(), self.due());
            let (up, down) = (Vec::new(), Vec::new());
            self.lines.push(Line { client: Some(client), daemon, up, down, fault, due, state: State::Passing });
        }
    }

    fn draw(&mut self) -> Fault {
        match self.random.u8(..10) {
            0..4 => Fault::Cut,
            4..6 => Fault::Vanish,
            6..8 => Fault::HalfOpen,
            _ => Fault::Stall,
        }
    }

    /// One in twenty does not live long enough to log on.
    fn due(&mut self) -> Instant {
        let life_ms = if self.random.u8(..20) == 0 { 5 } else { self.life_max.as_millis() as u64 };
        Instant::now() + Duration::from_millis(self.random.u64(..life_ms))
    }

    /// Begins and ends what befalls a connection.
    fn strike(&mut self, at: usize, now: Instant, calm: bool) {
        let line = &mut self.lines[at];
        match line.state {
            State::Vanished(until) if calm || now >= until => line.state = State::Over,
            State::Stalled(until) if calm || now >= until => {
                line.state = State::Passing;
                (self.lines[at].fault, self.lines[at].due) = (self.draw(), self.due());
            }
            State::Passing if !calm && now >= line.due => {
                let faults = &mut self.faults;
                line.state = match line.fault {
                    Fault::Cut => {
                        faults.cuts += 1;
                        State::Cutting
                    }
                    Fault::Stall => {
                        faults.stalls += 1;
                        State::Stalled(now + Duration::from_millis(self.random.u64(100..1_500)))
                    }
                    Fault::Vanish => {
                        faults.vanished += 1;
                        State::Vanished(now + VANISHED_FOR)
                    }
                    Fault::HalfOpen => {
                        faults.half_open += 1;
                        line.client = None;
                        State::Vanished(now + VANISHED_FOR)
                    }
                };
            }
            _ => {}
        }
    }
}

impl Line {
    fn pass(&mut self, random: &mut fastrand::Rng) {
        let Some(client) = &mut self.client else { return };
        if matches!(self.state, State::Vanished(_)) {
            return;
        }
        let mut open = read(client, &mut self.up);
        let stalled = matches!(self.state, State::Stalled(_));
        if !stalled {
            open &= read(&mut self.daemon, &mut self.down);
        }
        if self.state == State::Cutting && self.up.len().max(self.down.len()) > 1 {
            for held in [&mut self.up, &mut self.down] {
                held.truncate(random.usize(..held.len().max(1)));
            }
            open = false;
        }
        open &= write(&mut self.daemon, &mut self.up);
        if !stalled {
            open &= write(client, &mut self.down);
        }
        if !open {
            self.state = State::Over;
        }
    }
}

/// Takes what is there, up to the bound; `false` at the end of the connection.
fn read(from: &mut TcpStream, held: &mut Vec<u8>) -> bool {
    while held.len() < HELD_BYTES_MAX {
        let filled = held.len();
        held.resize(HELD_BYTES_MAX, 0);
        let taken = from.read(&mut held[filled..]);
        held.truncate(filled + *taken.as_ref().unwrap_or(&0));
        match taken {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
    true
}

/// Gives what is taken; `false` at the end of the connection.
fn write(to: &mut TcpStream, held: &mut Vec<u8>) -> bool {
    while !held.is_empty() {
        match to.write(held) {
            Ok(0) => return false,
            Ok(count) => drop(held.drain(..count)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
    true
}
