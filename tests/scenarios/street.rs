//! The daemon between a client and a broker, over TCP: what a scenario's roles are played on.

use std::collections::{BTreeSet, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use gateway::fix::driver::{Application, ConnectSettings, Driver, Ended, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::SessionConfig;
use gateway::fix::tag;
use tempfile::TempDir;

use super::act::Act;
use super::daemon::Daemon;
use super::fields::{Field, get};
use super::prime::{Heard, Prime, heard, send};
use super::script::{Role, Script};

/// What everything in a scenario must be there within.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience(pub(crate) Duration);

/// The client: keeps what it is told.
#[derive(Default)]
pub(crate) struct Client {
    live: bool,
    /// Messages that nobody has looked at yet.
    pub(crate) inbox: VecDeque<Heard>,
    /// What tells one from another: after a crash the last ones may come again, marked with PossResend(97)=Y.
    known: BTreeSet<[String; 3]>,
}

impl Application for Client {
    fn on_logon(&mut self, _: SessionKey, _: &mut Outbound<'_>) {
        self.live = true;
    }

    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, _: &mut Outbound<'_>) {
        let heard = heard(message);
        let identity = [tag::MSG_TYPE, tag::EXEC_ID, tag::CL_ORD_ID];
        let is_new = self.known.insert(identity.map(|tag| get(&heard, tag).unwrap_or_default().to_owned()));
        if is_new || get(&heard, tag::POSS_RESEND) != Some("Y") {
            self.inbox.push_back(heard);
        }
    }

    fn on_logout(&mut self, _: SessionKey, _: Ended) {
        self.live = false;
    }
}

/// Client, daemon and broker.
pub(crate) struct Street {
    pub(crate) client: Client,
    pub(crate) prime: Prime,
    to_client: Driver,
    to_prime: Driver,
    daemon: Daemon,
    config: String,
    folder: TempDir,
    patience: Duration,
}

impl Street {
    /// Starts them, until all are logged on and orders pass.
    pub(crate) fn open(script: &Script, role: Role, Patience(patience): Patience) -> Result<Street, String> {
        let fails = |what: &'static str| move |error: std::io::Error| format!("{what}: {error}");
        let here = host();
        let mut to_prime = Driver::new(Limits::default()).map_err(fails("a driver"))?;
        let listener = to_prime.listen(SocketAddr::from((here, 0)), None).map_err(fails("a port"))?;
        let store = || Box::new(MemoryStore::default());
        to_prime.accept(listener, SessionConfig::acceptor("PRIME", "MILLRACE"), store());
        let mut to_client = Driver::new(Limits::default()).map_err(fails("a driver"))?;
        let fix = SocketAddr::from((here, FIX_PORT));
        let to = ConnectSettings { wait_min_ns: 2_000_000, wait_max_ns: 10_000_000, ..ConnectSettings::to(fix) };
        to_client.initiate(SessionConfig::initiator("CLIENT1", "MILLRACE"), store(), to);
        let config = config(script, role, to_prime.local_addr(listener));
        let folder = tempfile::tempdir().map_err(fails("a folder"))?;
        let daemon = spawn(folder.path(), &config, fix).ready();
        let mut prime = Prime::default();
        prime.answers = role == Role::Broker;
        let client = Client::default();
        let mut street = Street { client, prime, to_client, to_prime, daemon, config, folder, patience };
        street.all_logged_on()?;
        // Without a price no order passes; each quote is a frame.
        let begun = street.daemon.status().journal.durable;
        while street.daemon.status().journal.durable == begun {
            street.poll();
        }
        Ok(street)
    }

    /// The broker first: an order that comes before it is there is refused.
    fn all_logged_on(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + self.patience;
        while !self.prime.live {
            self.poll_prime();
            if Instant::now() > deadline {
                return Err(format!("the daemon does not log on at the broker; it said:\n{}", self.daemon.said()));
            }
        }
        self.until("the client is logged on", |street| street.client.live.then_some(()))
    }

    fn poll_prime(&mut self) {
        self.to_prime.poll(Duration::from_millis(1), &mut self.prime).expect("sockets can be polled");
    }

    fn poll(&mut self) {
        self.to_client.poll(Duration::from_millis(1), &mut self.client).expect("sockets can be polled");
        self.poll_prime();
    }

    /// Lets all go on until it is there.
    pub(crate) fn until<T>(&mut self, what: &str, mut look: impl FnMut(&mut Street) -> Option<T>) -> Result<T, String> {
        let deadline = Instant::now() + self.patience;
        loop {
            if let Some(found) = look(self) {
                return Ok(found);
            }
            if Instant::now() > deadline {
                return Err(format!("in vain: {what}"));
            }
            self.poll();
        }
    }

    /// The client says something.
    pub(crate) fn client_says(&mut self, msg_type: &[u8], fields: &[Field]) -> Result<(), String> {
        let mut out = self.to_client.outbound(SessionKey::default()).ok_or("the client is not logged on")?;
        send(&mut out, msg_type, fields);
        Ok(())
    }

    /// The broker says something.
    pub(crate) fn prime_says(&mut self, msg_type: &[u8], fields: &[Field]) -> Result<(), String> {
        let mut out = self.to_prime.outbound(SessionKey::default()).ok_or("the broker is not logged on")?;
        send(&mut out, msg_type, fields);
        Ok(())
    }

    /// Something happens behind the broker.
    pub(crate) fn venue(&mut self, act: &Act) -> Result<(), String> {
        let mut out = self.to_prime.outbound(SessionKey::default()).ok_or("the broker is not logged on")?;
        self.prime.act(act, &mut out)
    }

    /// `kill -9`, and the daemon comes back.
    pub(crate) fn crash(&mut self) -> Result<(), String> {
        // What was said leaves.
        self.poll();
        self.daemon.kill();
        self.until("both sides miss the daemon", |street| (!street.client.live && !street.prime.live).then_some(()))?;
        self.daemon = spawn(self.folder.path(), &self.config, self.daemon.fix);
        self.all_logged_on()
    }
}

const FIX_PORT: u16 = 9_876;
const HTTP_PORT: u16 = 8_080;

fn spawn(folder: &Path, config: &str, fix: SocketAddr) -> Daemon {
    Daemon::spawn_on(folder, config, fix, SocketAddr::new(fix.ip(), HTTP_PORT))
}

/// An address of the loopback that no other test of this run has: ports that the system hands out to others never clash with it.
fn host() -> Ipv4Addr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let process = std::process::id();
    Ipv4Addr::new(127, (process >> 8) as u8 | 0x80, process as u8, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A small daemon that starts in no time, with all orders going to PRIME.
fn config(script: &Script, role: Role, prime: SocketAddr) -> String {
    let more = |section| script.settings(role, section);
    let here = prime.ip();
    format!(
        r#"
[fix]
sender_comp_id = "MILLRACE"
{fix}
[journal]
segment = "1MiB"

[http]
allowed_hosts = ["{here}"]

[engine]
orders_max = 1_024
huge_pages = false
{engine}
[store]
enabled = false

[limits]
waived = ["order_qty", "order_notional", "collar", "message_rate", "open_notional"]

[quotes]
source = "synthetic"
per_second = 20

[[brokers]]
target_comp_id = "PRIME"
addresses = ["{prime}"]
reconnect_min = "20ms"
reconnect_max = "50ms"
{broker}
[[instruments]]
symbol = "PRIM"
tick = "0.01"
max_order_qty = 100_000
collar_percent = 99
reference_age = "1h"
price = "100"
broker = "PRIME"
{instrument}
[[accounts]]
account = "ALPHA"
kind = "margin"
cash = "100000000"
max_order_notional = "1000000000"
max_order_qty = 100_000
max_long = 1_000_000
max_short = 1_000_000
{account}
[[sessions]]
target_comp_id = "CLIENT1"
account = "ALPHA"
{session}"#,
        fix = more("fix"),
        engine = more("engine"),
        broker = more("broker"),
        instrument = more("instrument"),
        account = more("account"),
        session = more("session"),
    )
}
