//! NewOrderSingle(D) to its echo over the loopback, one in flight, beside a bare TCP echo of the same bytes in the same run.
//!
//! `cargo run --release -p gateway --example echo_bench`
//!
//! Both ends spin in both cases: the difference is FIX, twice, with numbers, times, checksums, the store for resends and the
//! canonical order of the echo. Blocks of the two alternate, so that the noise of the machine falls on both. The claim that
//! it protects: at p50 no more than 1.8 times the bare TCP, at p99 no more than 2.5 times, in the best block of each (on a busy machine
//! the tail is the scheduler's).

#[path = "support/echo.rs"]
mod echo;

use std::convert::Infallible;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use echo::Echo;
use gateway::fix::client::NewOrderSingle;
use gateway::fix::driver::{Application, ConnectSettings, Driver, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::msg_type;
use gateway::fix::session::SessionConfig;
use hdrhistogram::Histogram;

const BLOCKS: usize = 200;
const TRIPS_PER_BLOCK: usize = 1_000;
/// About the length of the order.
const BARE_BYTES: usize = 160;

/// The FIX pair spins while it is its turn, so that it leaves both cores to the bare pair when it is not.
static FIX_TURN: AtomicBool = AtomicBool::new(true);

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut fix = FixClient::connect(start_echo(&FIX_TURN)?, &FIX_TURN)?;
    let mut bare = bare_client(start_bare()?)?;
    let (mut bare_all, mut fix_all) = (histogram()?, histogram()?);
    let (mut bare_best, mut fix_best) = (Best::NONE, Best::NONE);
    bare_block(&mut bare, TRIPS_PER_BLOCK)?;
    fix.block(TRIPS_PER_BLOCK)?;
    for _ in 0..BLOCKS {
        let block = bare_block(&mut bare, TRIPS_PER_BLOCK)?;
        bare_best.take(&block);
        bare_all.add(block)?;
        let block = fix.block(TRIPS_PER_BLOCK)?;
        fix_best.take(&block);
        fix_all.add(block)?;
    }
    println!("{} round trips each, microseconds", BLOCKS * TRIPS_PER_BLOCK);
    println!("                      p50      p99    p99.9   best block's p50      p99");
    let row = |name: &str, all: &Histogram<u64>, best: Best| {
        let us = |ns: u64| ns as f64 / 1e3;
        let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|quantile| us(all.value_at_quantile(quantile)));
        println!("{name:<16} {p50:>8.2} {p99:>8.2} {p999:>8.2} {:>18.2} {:>8.2}", us(best.p50), us(best.p99));
    };
    row("bare TCP", &bare_all, bare_best);
    row("FIX, both sides", &fix_all, fix_best);
    let ratio = |quantile| fix_all.value_at_quantile(quantile) as f64 / bare_all.value_at_quantile(quantile) as f64;
    let (p50, p99) = (fix_best.p50 as f64 / bare_best.p50 as f64, fix_best.p99 as f64 / bare_best.p99 as f64);
    let [all_p50, all_p99, all_p999] = [0.5, 0.99, 0.999].map(ratio);
    println!("ratio            {all_p50:>8.2} {all_p99:>8.2} {all_p999:>8.2} {p50:>18.2} {p99:>8.2}");
    Ok(())
}

/// The least that a block has shown: what remains when the rest of the machine is quiet.
#[derive(Clone, Copy)]
struct Best {
    p50: u64,
    p99: u64,
}

impl Best {
    const NONE: Best = Best { p50: u64::MAX, p99: u64::MAX };

    fn take(&mut self, block: &Histogram<u64>) {
        self.p50 = self.p50.min(block.value_at_quantile(0.5));
        self.p99 = self.p99.min(block.value_at_quantile(0.99));
    }
}

fn histogram() -> Result<Histogram<u64>, Failure> {
    Ok(Histogram::new_with_bounds(1, 10_000_000_000, 3)?)
}

fn start_echo(turn: &'static AtomicBool) -> io::Result<SocketAddr> {
    let mut driver = Driver::new(Limits::default())?;
    let listener = driver.listen(SocketAddr::from(([127, 0, 0, 1], 0)), None)?;
    let address = driver.local_addr(listener);
    driver.accept(listener, SessionConfig::acceptor("ECHO", "CLIENT"), Box::new(MemoryStore::default()));
    thread::spawn(move || -> io::Result<Infallible> {
        let mut echo = Echo::default();
        loop {
            let timeout = if turn.load(Ordering::Relaxed) { Duration::ZERO } else { Duration::from_secs(1) };
            driver.poll(timeout, &mut echo)?;
        }
    });
    Ok(address)
}

/// The client's side: sends the next order as soon as the last one is back.
struct FixClient {
    driver: Driver,
    session: SessionKey,
    turn: &'static AtomicBool,
    trips: Trips,
}

struct Trips {
    times: Histogram<u64>,
    sent: Instant,
    left: usize,
    logged_on: bool,
}

impl Trips {
    fn order(&mut self, out: &mut Outbound<'_>) {
        self.sent = Instant::now();
        let transact_time_ns = out.now_ns();
        out.send(msg_type::NEW_ORDER_SINGLE, |body| {
            NewOrderSingle {
                cl_ord_id: b"ORDER-000001",
                account: b"ALPHA",
                symbol: b"AAPL",
                side: b'1',
                ord_type: b'2',
                time_in_force: b'0',
                order_qty: 100_00000000,
                price: Some(187_25000000),
                transact_time_ns,
            }
            .write_body(body);
        });
    }
}

impl Application for Trips {
    fn on_logon(&mut self, _: SessionKey, _: &mut Outbound<'_>) {
        self.logged_on = true;
    }

    fn on_message(&mut self, _: SessionKey, _: &Message<'_>, out: &mut Outbound<'_>) {
        self.times.saturating_record(self.sent.elapsed().as_nanos() as u64);
        self.left -= 1;
        if self.left > 0 {
            self.order(out);
        }
    }
}

impl FixClient {
    fn connect(to: SocketAddr, turn: &'static AtomicBool) -> Result<FixClient, Failure> {
        let mut driver = Driver::new(Limits::default())?;
        let config = SessionConfig::initiator("CLIENT", "ECHO");
        let session = driver.initiate(config, Box::new(MemoryStore::default()), ConnectSettings::to(to));
        let mut trips = Trips { times: histogram()?, sent: Instant::now(), left: 0, logged_on: false };
        while !trips.logged_on {
            driver.poll(Duration::ZERO, &mut trips)?;
        }
        Ok(FixClient { driver, session, turn, trips })
    }

    fn block(&mut self, trips: usize) -> Result<Histogram<u64>, Failure> {
        self.trips.times.reset();
        self.trips.left = trips;
        self.turn.store(true, Ordering::Relaxed);
        self.trips.order(&mut self.driver.outbound(self.session).ok_or("logged out")?);
        while self.trips.left > 0 {
            self.driver.poll(Duration::ZERO, &mut self.trips)?;
        }
        self.turn.store(false, Ordering::Relaxed);
        Ok(self.trips.times.clone())
    }
}

fn start_bare() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || -> io::Result<Infallible> {
        let (mut socket, _) = listener.accept()?;
        socket.set_nodelay(true)?;
        let mut bytes = [0; BARE_BYTES];
        // It sleeps while the other pair has its turn, and is woken by the first bytes of a block.
        loop {
            socket.set_nonblocking(false)?;
            socket.read_exact(&mut bytes[..1])?;
            socket.set_nonblocking(true)?;
            for trip in 0..TRIPS_PER_BLOCK {
                let from = usize::from(trip == 0);
                read_spinning(&mut socket, &mut bytes[from..])?;
                socket.write_all(&bytes)?;
            }
        }
    });
    Ok(address)
}

fn bare_client(to: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(to)?;
    socket.set_nodelay(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn bare_block(socket: &mut TcpStream, trips: usize) -> Result<Histogram<u64>, Failure> {
    let mut times = histogram()?;
    let mut bytes = [b'x'; BARE_BYTES];
    for _ in 0..trips {
        let sent = Instant::now();
        socket.write_all(&bytes)?;
        read_spinning(socket, &mut bytes)?;
        times.saturating_record(sent.elapsed().as_nanos() as u64);
    }
    Ok(times)
}

fn read_spinning(socket: &mut TcpStream, bytes: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while filled < bytes.len() {
        match socket.read(&mut bytes[filled..]) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
