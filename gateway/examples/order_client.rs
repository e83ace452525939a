//! A FIX initiator that sends orders and says how long the answers took: the counterpart of `echo_acceptor`, and a first
//! client for any acceptor.
//!
//! `cargo run --release -p gateway --example order_client -- --connect 127.0.0.1:9876 --session FIX.4.4:CLIENT:ECHO`
//!
//! It logs on, sends NewOrderSingles(D) one in flight or at a rate, waits for the first answer to each (an ExecutionReport(8),
//! or the order's echo), cancels what is still open, logs out, and prints the round trips. At a rate they count from the time
//! at which the order was due, so that a slow answer does not hide the wait of the orders behind it. With `--reconnect` it goes on
//! after a broken connection, and the session brings what was lost on the way.

#[path = "support/args.rs"]
mod args;

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use args::Args;
use gateway::fix::client::{NewOrderSingle, OrderCancelRequest};
use gateway::fix::driver::{Application, ConnectSettings, Driver, Ended, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::{SessionConfig, Version};
use gateway::fix::tls::{Identity, TlsClient};
use gateway::fix::{msg_type, tag};
use hdrhistogram::Histogram;

const USAGE: &str = "\
order_client --connect HOST:PORT --session VERSION:SENDER:TARGET
  --session   VERSION is FIX.4.2, FIX.4.4 or FIXT.1.1 (FIX.5.0SP2); SENDER is ours, TARGET the peer's CompID
  --orders    how many; 1000 unless given
  --rate      orders a second; as many as may be in flight unless given
  --in-flight orders that may wait for their answers without --rate; 1 unless given
  --account   Account(1), --symbol Symbol(55), --price Price(44) in whole units
  --reset     both numbers begin again at 1
  --reconnect goes on after a broken connection, until all is answered
  --tls-ca    authority of the server's certificate, PEM; with --tls-name TLS is spoken
  --tls-name  the name on the server's certificate
  --tls-cert  our certificate chain, PEM, and
  --tls-key   its private key, PEM, if the server wants them";

/// How long answers may take in all after the last order.
const PATIENCE: Duration = Duration::from_secs(10);
const ONE: i64 = 100_000_000;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let names = [
        "--connect",
        "--session",
        "--orders",
        "--rate",
        "--in-flight",
        "--account",
        "--symbol",
        "--price",
        "--tls-ca",
        "--tls-name",
        "--tls-cert",
        "--tls-key",
    ];
    let args = Args::read(USAGE, &names, &["--reset", "--reconnect"]);
    let Some(address) = args.one("--connect").and_then(|text| text.parse::<SocketAddr>().ok()) else {
        args.fail("--connect HOST:PORT, with the host as an address")
    };
    let Some(session) = args.one("--session") else { args.fail("no --session") };
    let (config, _) = args.session(session, SessionConfig::initiator("CLIENT", "ECHO"));
    let config = SessionConfig { reset_on_logon: args.has("--reset"), ..config };
    let to = ConnectSettings { tls: tls(&args)?, ..ConnectSettings::to(address) };

    let mut driver = Driver::new(Limits::default())?;
    let session = driver.initiate(config, Box::new(MemoryStore::default()), to);
    let mut orders = Orders::new(&args)?;
    poll_until(&mut driver, &mut orders, |_, orders| orders.logged_on)?;
    match args.parsed("--rate", 0u64) {
        0 => in_flight(&mut driver, session, &mut orders, args.parsed("--in-flight", 1))?,
        rate => at_rate(&mut driver, session, &mut orders, rate)?,
    }
    cancel_open(&mut driver, session, &mut orders)?;
    driver.logout(session, "");
    poll_until(&mut driver, &mut orders, |_, orders| !orders.logged_on)?;
    orders.print();
    Ok(())
}

fn tls(args: &Args) -> Result<Option<TlsClient>, Failure> {
    let (roots, name) = match (args.one("--tls-ca"), args.one("--tls-name")) {
        (Some(roots), Some(name)) => (roots, name),
        (None, None) => return Ok(None),
        _ => args.fail("--tls-ca and --tls-name go together"),
    };
    let identity = match (args.one("--tls-cert"), args.one("--tls-key")) {
        (Some(chain), Some(key)) => Some(Identity::from_pem_files(Path::new(chain), Path::new(key))?),
        _ => None,
    };
    Ok(Some(TlsClient::new(Path::new(roots), name, identity)?))
}

fn in_flight(driver: &mut Driver, session: SessionKey, orders: &mut Orders, most: usize) -> Result<(), Failure> {
    for _ in 0..orders.count {
        poll_until(driver, orders, |_, orders| orders.sent.len() < orders.answered + most)?;
        let due = Instant::now();
        let mut out = way_out(driver, session, orders)?;
        orders.send(due, &mut out);
    }
    poll_until(driver, orders, |_, orders| orders.answered == orders.sent.len())
}

fn at_rate(driver: &mut Driver, session: SessionKey, orders: &mut Orders, rate: u64) -> Result<(), Failure> {
    let start = Instant::now();
    while orders.sent.len() < orders.count {
        let due = start + Duration::from_secs(1) * orders.sent.len() as u32 / u32::try_from(rate)?;
        if Instant::now() >= due {
            let mut out = way_out(driver, session, orders)?;
            orders.send(due, &mut out);
        }
        driver.poll(Duration::ZERO, orders)?;
    }
    poll_until(driver, orders, |_, orders| orders.answered == orders.sent.len())
}

fn cancel_open(driver: &mut Driver, session: SessionKey, orders: &mut Orders) -> Result<(), Failure> {
    for number in 0..orders.sent.len() {
        if orders.sent[number].open {
            let mut out = way_out(driver, session, orders)?;
            orders.cancel(number, &mut out);
            driver.poll(Duration::ZERO, orders)?;
        }
    }
    poll_until(driver, orders, |_, orders| orders.cancels_answered == orders.cancels)
}

/// Where messages can leave: at once, or when the session is back.
fn way_out<'a>(driver: &'a mut Driver, session: SessionKey, orders: &mut Orders) -> Result<Outbound<'a>, Failure> {
    poll_until(driver, orders, |driver, _| driver.outbound(session).is_some())?;
    Ok(driver.outbound(session).ok_or("logged out")?)
}

/// Spins until it is so.
fn poll_until(
    driver: &mut Driver,
    orders: &mut Orders,
    so: impl Fn(&mut Driver, &Orders) -> bool,
) -> Result<(), Failure> {
    let deadline = Instant::now() + PATIENCE;
    while !so(driver, orders) {
        driver.poll(Duration::ZERO, orders)?;
        if let Some(why) = orders.ended.filter(|_| !orders.reconnects)
            && !so(driver, orders)
        {
            return Err(format!("the session ended: {why:?}").into());
        }
        if Instant::now() > deadline {
            return Err("no answer in time".into());
        }
    }
    Ok(())
}

/// The application: orders by the number in their ClOrdID(11).
struct Orders {
    count: usize,
    account: String,
    symbol: String,
    price: i64,
    /// So that a second run does not repeat ClOrdIDs.
    run: u64,
    sent: Vec<Order>,
    answered: usize,
    cancels: usize,
    cancels_answered: usize,
    refused: usize,
    logged_on: bool,
    /// The end of a connection is not the end.
    reconnects: bool,
    ended: Option<Ended>,
    times: Histogram<u64>,
}

struct Order {
    due: Instant,
    answered: bool,
    /// An ExecutionReport(8) said that something is left of it.
    open: bool,
}

impl Orders {
    fn new(args: &Args) -> Result<Orders, Failure> {
        let count = args.parsed("--orders", 1_000);
        let run = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
        Ok(Orders {
            count,
            account: args.one("--account").unwrap_or_default().to_owned(),
            symbol: args.one("--symbol").unwrap_or("AAPL").to_owned(),
            price: args.parsed("--price", 100i64).checked_mul(ONE).ok_or("--price is too high")?,
            run,
            sent: Vec::with_capacity(count),
            answered: 0,
            cancels: 0,
            cancels_answered: 0,
            refused: 0,
            logged_on: false,
            reconnects: args.has("--reconnect"),
            ended: None,
            times: Histogram::new_with_bounds(1, 60_000_000_000, 3)?,
        })
    }

    fn send(&mut self, due: Instant, out: &mut Outbound<'_>) {
        let cl_ord_id = ClOrdId::new(self.run, self.sent.len(), b'N');
        let order = NewOrderSingle {
            cl_ord_id: &cl_ord_id.0,
            account: self.account.as_bytes(),
            symbol: self.symbol.as_bytes(),
            side: b'1',
            ord_type: b'2',
            time_in_force: b'0',
            order_qty: ONE,
            price: Some(self.price),
            transact_time_ns: out.now_ns(),
        };
        // FIX 4.2 requires HandlInst(21): automated, without a broker's hand.
        let is_old = out.session().config().version == Version::Fix42;
        out.send(msg_type::NEW_ORDER_SINGLE, |body| {
            order.write_body(body);
            if is_old {
                body.field_char(tag::HANDL_INST, b'1');
            }
        });
        self.sent.push(Order { due, answered: false, open: false });
    }

    fn cancel(&mut self, number: usize, out: &mut Outbound<'_>) {
        let request = OrderCancelRequest {
            cl_ord_id: &ClOrdId::new(self.run, number, b'C').0,
            orig_cl_ord_id: &ClOrdId::new(self.run, number, b'N').0,
            account: self.account.as_bytes(),
            symbol: self.symbol.as_bytes(),
            side: b'1',
            order_qty: ONE,
            transact_time_ns: out.now_ns(),
        };
        out.send(msg_type::ORDER_CANCEL_REQUEST, |body| request.write_body(body));
        self.cancels += 1;
    }

    fn print(&self) {
        println!(
            "{} orders, {} answered, {} refused, {} canceled of {} open",
            self.sent.len(),
            self.answered,
            self.refused,
            self.cancels_answered,
            self.cancels
        );
        let us = |ns: u64| ns as f64 / 1e3;
        let [p50, p99] = [0.5, 0.99].map(|quantile| us(self.times.value_at_quantile(quantile)));
        println!("round trip: p50 {p50:.1} us, p99 {p99:.1} us, max {:.1} us", us(self.times.max()));
    }
}

impl Application for Orders {
    fn on_logon(&mut self, _: SessionKey, _: &mut Outbound<'_>) {
        self.logged_on = true;
    }

    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, _: &mut Outbound<'_>) {
        let id = message.get(tag::CL_ORD_ID).or(message.get(tag::BUSINESS_REJECT_REF_ID)).unwrap_or_default();
        let Some((kind, order)) =
            ClOrdId::read(self.run, id).and_then(|(kind, at)| Some((kind, self.sent.get_mut(at)?)))
        else {
            return;
        };
        match kind {
            b'C' => self.cancels_answered += 1,
            _ => {
                if !order.answered {
                    order.answered = true;
                    self.answered += 1;
                    self.times.saturating_record(order.due.elapsed().as_nanos() as u64);
                }
                // OrdStatus(39): new, partially filled, pending; rejected.
                let status = message.get(tag::ORD_STATUS).unwrap_or_default();
                order.open = matches!(status, b"0" | b"1" | b"A");
                self.refused += usize::from(status == b"8");
            }
        }
    }

    fn on_logout(&mut self, _: SessionKey, why: Ended) {
        self.logged_on = false;
        self.ended = Some(why);
    }
}

/// `N0123456789ABCDEF-0000002A`: what it is for, the run, the order's number.
struct ClOrdId([u8; 26]);

impl ClOrdId {
    fn new(run: u64, number: usize, kind: u8) -> ClOrdId {
        let mut text = [b'-'; 26];
        text[0] = kind;
        let digit = |value: u64, place: usize| b"0123456789ABCDEF"[(value >> (4 * place) & 15) as usize];
        (0..16).for_each(|place| text[16 - place] = digit(run, place));
        (0..8).for_each(|place| text[25 - place] = digit(number as u64, place));
        ClOrdId(text)
    }

    fn read(run: u64, text: &[u8]) -> Option<(u8, usize)> {
        let kind = *text.first()?;
        let number = usize::from_str_radix(std::str::from_utf8(text.get(18..)?).ok()?, 16).ok()?;
        (ClOrdId::new(run, number, kind).0 == text).then_some((kind, number))
    }
}
