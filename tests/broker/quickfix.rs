//! QuickFIX as the broker that the daemon goes to: partial fills, cancels that cross fills, busts, corrections, and the wire cut
//! in the middle of messages while orders are in flight. Afterwards both sides have every order in the same state.
//!
//! Needs a Python with the package `quickfix`, as `tests/peer.rs` does.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use gateway::fix::version::Version;

use super::daemon::{Daemon, free_port};
use super::python::python_with;
use super::street::{ONE, Street};
use super::{BUY, QUOTES, SELL, config, status_is};

/// Orders while the wire is cut.
const IN_FLIGHT: usize = 200;

struct Broker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Broker {
    fn start(python: &str, folder: &Path) -> (Broker, u16) {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new(python)
            .arg(here.join("tests/broker/quickfix_broker.py"))
            .arg("--folder")
            .arg(folder)
            .env("PYTHONPATH", here.join("gateway/tests/interop"))
            // Nothing is to be written beside the scripts.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let input = child.stdin.take().expect("its input is piped");
        let output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut broker = Broker { child, input, output };
        let line = broker.line();
        let port = line.strip_prefix("port ").and_then(|port| port.parse().ok());
        (broker, port.unwrap_or_else(|| panic!("it says where it is, and not {line:?}")))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it says text");
        line.trim().to_owned()
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").expect("it listens");
    }

    /// How its orders stand, by OrderID: OrdStatus and CumQty; and how often the wire was cut.
    fn end(&mut self) -> (BTreeMap<String, (u8, i64)>, u64) {
        self.tell("end");
        let (mut orders, mut cuts) = (BTreeMap::new(), 0);
        loop {
            let line = self.line();
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["order", id, status, cum] => {
                    let cum: i64 = cum.parse().expect("a number");
                    orders.insert(id.to_owned(), (status.as_bytes()[0], cum * ONE));
                }
                ["cuts", count] => cuts = count.parse().expect("a number"),
                ["done"] => return (orders, cuts),
                _ => panic!("QuickFIX found fault with something: {line}"),
            }
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[test]
fn quickfix_as_the_broker_has_every_order_as_we_have_it() {
    let Some(python) = python_with("quickfix==1.16.0") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (mut broker, port) = Broker::start(&python, folder.path());
    let mut street = Street::new(Version::Fix44);
    let own = street.broker_address().to_string();
    let config = config(&street, Version::Fix44).replace(&own, &format!("127.0.0.1:{port}"));
    let mut daemon = Daemon::spawn_at(folder.path(), &config, free_port()).ready();
    street.connect_client(daemon.fix);
    let is_there = |daemon: &Daemon| {
        let sessions = daemon.status().fix;
        sessions.iter().any(|session| session.target_comp_id == "PRIME" && session.logged_on)
    };
    let wait_for_broker = |street: &mut Street, daemon: &Daemon| {
        while !is_there(daemon) {
            street.run_for(Duration::from_millis(50));
        }
    };
    wait_for_broker(&mut street, &daemon);
    let begun = daemon.status().journal.durable;
    while daemon.status().journal.durable < begun + QUOTES {
        street.run_for(Duration::from_millis(20));
    }

    for (name, qty) in [("parts", 10), ("race", 20), ("bust", 30), ("correction", 40)] {
        assert!(street.order(name, BUY, qty, 100), "the client is logged on");
    }
    street.run_until("it is filled in parts", status_is("parts", b'2'));
    street.run_until("it rests", status_is("race", b'0'));
    assert!(street.cancel("no more", "race", BUY, 20));
    street.run_until("the cancel crosses a fill", status_is("race", b'4'));
    assert_eq!(street.reports.orders["race"].cum_qty, 5 * ONE);
    street.run_until("its fill never was", |street| {
        street.reports.orders["bust"].ord_status == b'0' && street.reports.orders["bust"].leaves_qty == 30 * ONE
    });
    street.run_until("its fill was another", |street| street.reports.orders["correction"].cum_qty == 25 * ONE);

    let mut random = fastrand::Rng::with_seed(5);
    for sent in 0..IN_FLIGHT {
        match sent {
            50 => broker.tell("cut up 1111"),
            100 => broker.tell("cut down 2222"),
            _ => {}
        }
        let qty = [10, 20, 30, 40, 50][random.usize(..5)];
        let side = if random.bool() { BUY } else { SELL };
        let name = format!("f{sent}");
        assert!(street.order(&name, side, qty, 100));
        if random.u8(..) < 64 {
            street.cancel(&format!("c{sent}"), &name, side, qty);
        }
        street.run_for(Duration::from_millis(random.u64(0..20)));
    }
    wait_for_broker(&mut street, &daemon);
    street.run_until("every order is answered", |street| street.reports.orders.len() == IN_FLIGHT + 4);
    street.run_until("no cancel waits", |street| {
        street.reports.orders.values().all(|order| !matches!(order.ord_status, b'6' | b'A' | b'E'))
    });
    // What is on its way arrives.
    street.run_for(Duration::from_secs(2));
    let (at_broker, cuts) = broker.end();
    daemon.stop();
    assert_eq!(cuts, 2, "the wire was cut in both directions");
    let mut compared = 0;
    for (name, order) in &street.reports.orders {
        match at_broker.get(&order.order_id) {
            Some(its) => {
                assert_eq!((order.ord_status, order.cum_qty), *its, "{name}: {order:?}");
                compared += 1;
            }
            None => {
                assert_eq!((order.ord_status, order.cum_qty), (b'8', 0), "{name} never came to the broker: {order:?}")
            }
        }
    }
    assert_eq!(compared, at_broker.len(), "the broker has no order that the client does not know");
    println!("{compared} orders at both, {} refused while the broker was away", street.reports.orders.len() - compared);
}
