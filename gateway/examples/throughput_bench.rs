//! Orders per second through the echo acceptor, there and back, for 1, 10 and 200 sessions, beside bare TCP echoes of the same bytes.
//!
//! `cargo run --release -p gateway --example throughput_bench`
//!
//! Each session keeps a bounded window of orders in flight: for each echo that comes back the next order leaves. One thread has all
//! clients, one has the acceptor. The floor is as many bare connections with as many of the same bytes in flight, echoed by one thread
//! and driven by one. Blocks of the two alternate, so that the noise of the machine falls on both. The claims that it protects: 200
//! sessions at 50,000 orders a second and more, and the session served least near the one served most.

#[path = "support/bare_echo.rs"]
mod bare_echo;
#[path = "support/echo.rs"]
mod echo;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bare_echo::{BareClients, BareEcho};
use echo::Echo;
use gateway::fix::client::NewOrderSingle;
use gateway::fix::driver::{Application, ConnectSettings, Driver, Limits, MemoryStore, Outbound, SessionKey, Wait};
use gateway::fix::message::Message;
use gateway::fix::msg_type;
use gateway::fix::session::SessionConfig;

/// Sessions, and orders that each has in flight.
const CASES: [(usize, usize); 3] = [(1, 256), (10, 64), (200, 16)];
const BLOCKS: usize = 7;
const BLOCK: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest sleep of a thread that has nothing to do.
const NAP: Duration = Duration::from_millis(20);

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    println!("median of {BLOCKS} blocks of {BLOCK:?} each; orders a second there, and as many back");
    println!("sessions  window       FIX  bare TCP  ratio  echoes of the session served least, and most");
    for (sessions, window) in CASES {
        case(sessions, window)?;
    }
    Ok(())
}

fn case(sessions: usize, window: usize) -> Result<(), Failure> {
    let server = EchoServer::start(sessions)?;
    let mut fix = FixClients::log_on(server.address, sessions, window)?;
    fix.run(BLOCK / 4)?;
    let bare_server = BareEcho::start(sessions)?;
    let mut bare = BareClients::connect(bare_server.address, sessions, window, fix.clients.order_bytes)?;
    bare.run(BLOCK / 4)?;
    fix.clients.echoes.fill(0);
    let (mut with_fix, mut with_bare) = (Vec::new(), Vec::new());
    for _ in 0..BLOCKS {
        with_bare.push(bare.run(BLOCK)?);
        with_fix.push(fix.run(BLOCK)?);
    }
    let median = |rates: &mut Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    let (with_fix, with_bare) = (median(&mut with_fix), median(&mut with_bare));
    let ratio = with_bare / with_fix;
    let (least, most) = (fix.clients.echoes.iter().min(), fix.clients.echoes.iter().max());
    let (least, most) = (least.copied().unwrap_or_default(), most.copied().unwrap_or_default());
    println!("{sessions:>8} {window:>7} {with_fix:>9.0} {with_bare:>9.0} {ratio:>6.1}  {least:>8} {most:>8}");
    drop(bare);
    bare_server.stop();
    drop(fix);
    server.stop()
}

/// The echo acceptor on a thread of its own.
struct EchoServer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<()>>,
}

impl EchoServer {
    fn start(sessions: usize) -> io::Result<EchoServer> {
        let mut driver = Driver::new(limits(sessions))?;
        let listener = driver.listen(SocketAddr::from(([127, 0, 0, 1], 0)), None)?;
        for number in 0..sessions {
            driver.accept(listener, SessionConfig::acceptor("ECHO", &comp_id(number)), store());
        }
        let (address, stop) = (driver.local_addr(listener), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || driver.run(&mut Echo::default(), &stopped, Wait::Block));
        Ok(EchoServer { address, stop, thread })
    }

    fn stop(self) -> Result<(), Failure> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_panic| "the acceptor's thread has panicked")??;
        Ok(())
    }
}

/// All clients, on the thread that calls.
struct FixClients {
    driver: Driver,
    clients: Clients,
}

struct Clients {
    /// Echoes of each session.
    echoes: Vec<u64>,
    all_echoes: u64,
    logged_on: usize,
    window: usize,
    orders: u64,
    order_bytes: usize,
}

impl Clients {
    fn order(&mut self, out: &mut Outbound<'_>) {
        self.orders += 1;
        let mut cl_ord_id = *b"O-00000000000000";
        let mut rest = self.orders;
        for place in (2..cl_ord_id.len()).rev() {
            cl_ord_id[place] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let transact_time_ns = out.now_ns();
        let before = out.pending_bytes();
        out.send(msg_type::NEW_ORDER_SINGLE, |body| {
            NewOrderSingle {
                cl_ord_id: &cl_ord_id,
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
        self.order_bytes = out.pending_bytes() - before;
    }
}

impl Application for Clients {
    fn on_logon(&mut self, _: SessionKey, out: &mut Outbound<'_>) {
        self.logged_on += 1;
        for _ in 0..self.window {
            self.order(out);
        }
    }

    fn on_message(&mut self, session: SessionKey, _: &Message<'_>, out: &mut Outbound<'_>) {
        self.echoes[session.index()] += 1;
        self.all_echoes += 1;
        self.order(out);
    }
}

impl FixClients {
    fn log_on(to: SocketAddr, sessions: usize, window: usize) -> Result<FixClients, Failure> {
        let mut driver = Driver::new(limits(sessions))?;
        for number in 0..sessions {
            let config = SessionConfig::initiator(&comp_id(number), "ECHO");
            driver.initiate(config, store(), ConnectSettings::to(to));
        }
        let echoes = vec![0; sessions];
        let mut clients = Clients { echoes, all_echoes: 0, logged_on: 0, window, orders: 0, order_bytes: 0 };
        let deadline = Instant::now() + PATIENCE;
        while clients.logged_on < sessions {
            driver.poll(NAP, &mut clients)?;
            if Instant::now() > deadline {
                return Err(format!("{} of {sessions} sessions are logged on", clients.logged_on).into());
            }
        }
        Ok(FixClients { driver, clients })
    }

    /// Echoes a second.
    fn run(&mut self, time: Duration) -> Result<f64, Failure> {
        let (before, start) = (self.clients.all_echoes, Instant::now());
        while start.elapsed() < time {
            self.driver.poll(NAP, &mut self.clients)?;
        }
        Ok((self.clients.all_echoes - before) as f64 / start.elapsed().as_secs_f64())
    }
}

fn comp_id(number: usize) -> String {
    format!("CLIENT{number:03}")
}

fn limits(sessions: usize) -> Limits {
    Limits { connections_before_logon_max: sessions, ..Limits::default() }
}

/// Small, because there are many.
fn store() -> Box<MemoryStore> {
    Box::new(MemoryStore::new(1_024, 256 * 1024))
}
