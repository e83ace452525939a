//! A mass cancel of many orders goes in steps: every order gets its report, and another session goes on meanwhile. What that
//! session's round trips were before and during it is printed; the machine decides the figures, so none is asserted.
//!
//! `MILLRACE_MASS_ORDERS` sets the number of orders (100,000 by hand).

#[path = "support/daemon.rs"]
#[expect(dead_code, reason = "this test has a configuration of its own")]
mod daemon;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use gateway::fix::client::NewOrderSingle;
use gateway::fix::driver::{Application, ConnectSettings, Driver, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::SessionConfig;
use gateway::fix::{msg_type, tag};

use daemon::Daemon;

const ONE: i64 = 100_000_000;
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two orders of the session that goes on.
const PING_EVERY: Duration = Duration::from_millis(2);

fn orders() -> usize {
    std::env::var("MILLRACE_MASS_ORDERS").ok().and_then(|orders| orders.parse().ok()).unwrap_or(3_000)
}

/// What the reports of one session said.
#[derive(Default)]
struct Heard {
    accepted: usize,
    canceled: BTreeSet<Vec<u8>>,
    last_new: Vec<u8>,
    /// MassCancelResponse(531) and TotalAffectedOrders(533).
    mass: Option<(u8, Option<u64>)>,
}

impl Application for Heard {
    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, _: &mut Outbound<'_>) {
        if message.msg_type() == msg_type::ORDER_MASS_CANCEL_REPORT {
            let response = message.get_char(tag::MASS_CANCEL_RESPONSE).expect("a response");
            self.mass = Some((response, message.get_u64(tag::TOTAL_AFFECTED_ORDERS, u64::MAX).ok()));
        }
        if message.msg_type() != msg_type::EXECUTION_REPORT {
            return;
        }
        let id = message.get(tag::CL_ORD_ID).unwrap_or_default().to_vec();
        match message.get_char(tag::EXEC_TYPE) {
            Ok(b'0') => {
                self.accepted += 1;
                self.last_new = id;
            }
            Ok(b'4') => assert!(self.canceled.insert(id), "each is canceled once"),
            other => panic!("no other report is due: {other:?}"),
        }
    }
}

struct Client {
    driver: Driver,
    heard: Heard,
}

impl Client {
    fn log_on(name: &str, to: SocketAddr) -> Client {
        let mut driver = Driver::new(Limits::default()).expect("a driver");
        let to = ConnectSettings { wait_min_ns: 10_000_000, wait_max_ns: 50_000_000, ..ConnectSettings::to(to) };
        driver.initiate(SessionConfig::initiator(name, "MILLRACE"), Box::new(MemoryStore::default()), to);
        let mut client = Client { driver, heard: Heard::default() };
        client.until(|client| client.driver.outbound(SessionKey::default()).is_some());
        client
    }

    fn poll(&mut self, wait: Duration) {
        self.driver.poll(wait, &mut self.heard).expect("sockets can be polled");
    }

    fn until(&mut self, is_so: impl Fn(&mut Client) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "waited in vain: {} accepted", self.heard.accepted);
            self.poll(Duration::from_millis(1));
        }
    }

    /// A buy far from the market.
    fn order(&mut self, cl_ord_id: &str) {
        let mut out = self.driver.outbound(SessionKey::default()).expect("logged on");
        let single = NewOrderSingle {
            cl_ord_id: cl_ord_id.as_bytes(),
            account: b"",
            symbol: b"AAPL",
            side: b'1',
            ord_type: b'2',
            time_in_force: b'0',
            order_qty: ONE,
            price: Some(10 * ONE),
            transact_time_ns: out.now_ns(),
        };
        out.send(msg_type::NEW_ORDER_SINGLE, |out| single.write_body(out));
    }

    fn mass_cancel(&mut self) {
        let mut out = self.driver.outbound(SessionKey::default()).expect("logged on");
        let now_ns = out.now_ns();
        out.send(msg_type::ORDER_MASS_CANCEL_REQUEST, |out| {
            out.field_str(tag::CL_ORD_ID, "all of them");
            out.field_char(tag::MASS_CANCEL_REQUEST_TYPE, b'7');
            out.field_time(tag::TRANSACT_TIME, now_ns);
        });
    }

    /// The round trip of one order.
    fn ping(&mut self, serial: usize) -> Duration {
        let name = format!("ping-{serial}");
        let begun = Instant::now();
        self.order(&name);
        self.until(|client| client.heard.last_new == name.as_bytes());
        begun.elapsed()
    }
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100]
}

#[test]
fn mass_cancel_reports_each_order_and_another_session_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut daemon = Daemon::start(folder.path());
    while daemon.status().journal.durable < 100 {
        thread::sleep(Duration::from_millis(20));
    }
    let orders = orders();
    let mut many = Client::log_on("LOAD1", daemon.fix);
    for serial in 0..orders {
        many.order(&format!("o{serial}"));
        // Not more on the way than a session may have.
        if serial % 500 == 499 {
            many.until(|client| client.heard.accepted + 2_000 > serial);
        }
    }
    many.until(|client| client.heard.accepted == orders);

    let (is_during, is_over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let quiet = {
        let (is_during, is_over, fix) = (Arc::clone(&is_during), Arc::clone(&is_over), daemon.fix);
        thread::spawn(move || {
            let mut client = Client::log_on("LOAD2", fix);
            let (mut before, mut during) = (Vec::new(), Vec::new());
            for serial in 0.. {
                let was_during = is_during.load(Relaxed);
                let time = client.ping(serial);
                if was_during {
                    during.push(time)
                } else {
                    before.push(time)
                }
                if is_over.load(Relaxed) {
                    break;
                }
                thread::sleep(PING_EVERY);
            }
            (before, during)
        })
    };
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        many.poll(Duration::from_millis(1));
    }
    let begun = Instant::now();
    is_during.store(true, Relaxed);
    many.mass_cancel();
    many.until(|client| client.heard.canceled.len() == orders);
    let took = begun.elapsed();
    is_over.store(true, Relaxed);
    assert_eq!(many.heard.mass, Some((b'7', Some(orders as u64))), "MassCancelResponse and TotalAffectedOrders");
    let (mut before, mut during) = quiet.join().expect("the other session went on");
    let line = |times: &mut Vec<Duration>| match times.is_empty() {
        true => "none".to_owned(),
        false => format!("p50 {:?}, p99 {:?} of {}", percentile(times, 50), percentile(times, 99), times.len()),
    };
    println!(
        "{orders} orders canceled in {took:?}; another session's round trips before: {}; during: {}",
        line(&mut before),
        line(&mut during)
    );
    daemon.stop();
}
