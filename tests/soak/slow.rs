//! A client that sends and sends and does not read what comes back, until it is cut; then it comes back and gets it all.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gateway::fix::driver::{Application, ConnectSettings, Driver, Ended, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::SessionConfig;

use crate::book::Book;

/// Most orders of a round: their reports are more than the daemon keeps for one peer and the system between two sockets.
const ORDERS_MAX: u32 = 60_000;
/// Orders of a millisecond: so few that the daemon keeps up, and not many more are sent than it takes to be cut.
const ORDERS_PER_MS: u32 = 8;
/// The client's own output waits beyond this.
const PENDING_BYTES_MAX: usize = 256 << 10;
/// What the system takes from the daemon while nobody reads, about.
const RECEIVE_BYTES: usize = 64 << 10;
/// Between two questions whether it is cut.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(300);

/// A client with a valve before it.
pub(crate) struct Slow {
    driver: Driver,
    key: SessionKey,
    client: Client,
    random: fastrand::Rng,
    shut: Arc<AtomicBool>,
}

struct Client {
    book: Book,
    ended: Option<Ended>,
}

impl Application for Client {
    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, _: &mut Outbound<'_>) {
        self.book.hear(message);
    }

    fn on_logout(&mut self, _: SessionKey, why: Ended) {
        self.ended = Some(why);
    }
}

impl Slow {
    pub(crate) fn new(name: String, daemon: SocketAddr, seed: u64) -> Slow {
        let shut = Arc::new(AtomicBool::new(false));
        let valve = valve(daemon, Arc::clone(&shut));
        let mut driver = Driver::new(Limits::default()).expect("a driver");
        // Not so short that it takes the silence behind the valve for the end.
        let config =
            SessionConfig { heart_bt_secs: 60, reset_on_logout: true, ..SessionConfig::initiator(&name, "MILLRACE") };
        let store = MemoryStore::new(ORDERS_MAX as usize + 1_000, 16 << 20);
        let key = driver.initiate(config, Box::new(store), ConnectSettings::to(valve));
        let client = Client { book: Book::new(name), ended: None };
        Slow { driver, key, client, random: fastrand::Rng::with_seed(seed), shut }
    }

    /// One round: sends with the valve shut until `is_cut`, opens it, comes back, and hears of every order.
    pub(crate) fn round(&mut self, is_cut: impl Fn() -> bool) {
        let Slow { driver, key, client, random, shut } = self;
        driver.reconnect(*key);
        until(driver, client, "the slow session is logged on", |driver, _| driver.outbound(*key).is_some());
        shut.store(true, Ordering::Relaxed);
        let (first, start, mut looked) = (client.book.orders, Instant::now(), Instant::now());
        until(driver, client, "the slow consumer is cut", |driver, client| {
            let due = u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX).saturating_mul(ORDERS_PER_MS);
            while client.book.orders - first < due.min(ORDERS_MAX) {
                match driver.outbound(*key).filter(|out| out.pending_bytes() < PENDING_BYTES_MAX) {
                    Some(mut out) => client.book.order_at_once(random, &mut out),
                    None => break,
                }
            }
            let looks = looked.elapsed() >= LOOK_EVERY;
            if looks {
                looked = Instant::now();
            }
            looks && is_cut()
        });
        shut.store(false, Ordering::Relaxed);
        until(driver, client, "the slow session has heard of every order", |_, client| client.book.is_complete());
        until(driver, client, "the slow session is back", |driver, _| driver.outbound(*key).is_some());
        client.ended = None;
        driver.logout(*key, "");
        until(driver, client, "the slow session is logged out", |_, client| client.ended.is_some());
    }

    pub(crate) fn into_book(self) -> Book {
        self.client.book
    }
}

fn until(driver: &mut Driver, client: &mut Client, what: &str, mut so: impl FnMut(&mut Driver, &mut Client) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so(driver, client) {
        driver.poll(Duration::from_millis(1), client).expect("the driver goes on");
        assert!(Instant::now() < deadline, "never so: {what}; {}", client.book.orders);
    }
}

/// Takes little that is not read: how much a system would take by itself differs by tens of megabytes.
fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    socket.set_recv_buffer_size(RECEIVE_BYTES)?;
    socket.connect(&to.into())?;
    Ok(socket.into())
}

/// Passes bytes on, except that the client gets none while it is `shut`. Gives where the client connects.
fn valve(daemon: SocketAddr, shut: Arc<AtomicBool>) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        while let Ok((client, _)) = listener.accept() {
            let Ok(daemon) = connect(daemon) else { continue };
            let clone = |socket: &TcpStream| socket.try_clone().expect("a descriptor");
            let (from_client, to_daemon) = (clone(&client), clone(&daemon));
            let shut = Arc::clone(&shut);
            thread::spawn(move || pass(from_client, to_daemon, || false));
            thread::spawn(move || pass(daemon, client, || shut.load(Ordering::Relaxed)));
        }
    });
    address
}

fn pass(mut from: TcpStream, mut to: TcpStream, waits: impl Fn() -> bool) {
    let mut buffer = [0; 16 << 10];
    loop {
        while waits() {
            thread::sleep(Duration::from_millis(1));
        }
        let Ok(read @ 1..) = from.read(&mut buffer) else { break };
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _gone_already = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
