//! A broker and a client around the daemon: the broker accepts its session and executes, the client sends
//! orders and keeps every report. Both are the gateway's own library, whose rules the interop tests hold against other engines.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use gateway::fix::client::{NewOrderSingle, OrderCancelRequest};
use gateway::fix::driver::{ConnectSettings, Driver, Limits, ListenerKey, MemoryStore, SessionKey};
use gateway::fix::session::SessionConfig;
use gateway::fix::version::Version;
use gateway::fix::{msg_type, tag};

use super::book::Book;
use super::reports::Reports;

/// 1e-8 units of one.
pub(crate) const ONE: i64 = 100_000_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// Both sides.
pub(crate) struct Street {
    pub(crate) reports: Reports,
    pub(crate) book: Book,
    client: Driver,
    broker: Driver,
    listener: ListenerKey,
    /// The broker's machine hangs: it takes connections and says nothing.
    away: bool,
}

impl Street {
    /// A broker that listens, speaking this version.
    pub(crate) fn new(version: Version) -> Street {
        let (broker, listener) = broker_at("127.0.0.1:0".parse().expect("an address"), version);
        Street {
            reports: Reports::default(),
            book: Book::default(),
            client: Driver::new(Limits::default()).expect("a driver"),
            broker,
            listener,
            away: false,
        }
    }

    /// Where the broker is.
    pub(crate) fn broker_address(&self) -> SocketAddr {
        self.broker.local_addr(self.listener)
    }

    /// The client goes to the daemon from now on.
    pub(crate) fn connect_client(&mut self, address: SocketAddr) {
        let config = SessionConfig::initiator("CLIENT1", "MILLRACE");
        let to = ConnectSettings { wait_min_ns: 10_000_000, wait_max_ns: 50_000_000, ..ConnectSettings::to(address) };
        self.client.initiate(config, Box::new(MemoryStore::default()), to);
    }

    fn poll(&mut self) {
        self.client.poll(Duration::from_millis(1), &mut self.reports).expect("sockets can be polled");
        if !self.away {
            self.broker.poll(Duration::from_millis(1), &mut self.book).expect("sockets can be polled");
        }
    }

    /// Lets both go on for a while.
    pub(crate) fn run_for(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.poll();
        }
    }

    /// Lets both go on until it is so.
    pub(crate) fn run_until(&mut self, what: &str, is_so: impl Fn(&Street) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            let Reports { orders, last_text, .. } = &self.reports;
            assert!(Instant::now() < deadline, "waited in vain until {what}: {orders:?}, {last_text:?}");
            self.poll();
        }
    }

    /// The broker logs out and is gone.
    pub(crate) fn broker_goes_away(&mut self) {
        self.broker.logout(SessionKey::default(), "maintenance");
        self.run_until("the broker is logged out", |street| !street.book.live);
        self.away = true;
    }

    /// The broker dies and comes up again: it remembers its orders, and neither its session nor what it had not said.
    pub(crate) fn broker_is_killed(&mut self) {
        let address = self.broker_address();
        self.book.dies();
        // The old one goes first: its port is wanted.
        self.broker = Driver::new(Limits::default()).expect("a driver");
        (self.broker, self.listener) = broker_at(address, Version::Fix44);
    }

    /// The broker reports something of its own accord. Fields that every report has are written where they are not given.
    pub(crate) fn broker_reports(&mut self, fields: &[(u32, &str)]) {
        let mut out = self.broker.outbound(SessionKey::default()).expect("the broker is logged on");
        let now_ns = out.now_ns();
        out.send(msg_type::EXECUTION_REPORT, |out| {
            let usual = [(tag::ORDER_ID, "B"), (tag::SYMBOL, "PRIM"), (tag::SIDE, "1"), (tag::CUM_QTY, "0")];
            let usual = usual.into_iter().chain([(tag::LEAVES_QTY, "0"), (tag::AVG_PX, "0")]);
            for (tag, value) in usual.filter(|(tag, _)| !fields.iter().any(|(given, _)| given == tag)) {
                out.field_str(tag, value);
            }
            fields.iter().for_each(|(tag, value)| out.field_str(*tag, value));
            out.field_time(tag::TRANSACT_TIME, now_ns);
        });
    }

    /// The broker listens again.
    pub(crate) fn broker_is_back_soon(&mut self) {
        self.away = false;
    }

    /// The broker is there again.
    pub(crate) fn broker_comes_back(&mut self) {
        self.away = false;
        self.run_until("the broker is logged on", |street| street.book.live);
    }

    /// A limit order of the client; false while it is not logged on.
    pub(crate) fn order(&mut self, cl_ord_id: &str, side: u8, qty: i64, px: i64) -> bool {
        self.order_for(b'0', cl_ord_id, side, qty, px)
    }

    /// The same with its TimeInForce(59).
    pub(crate) fn order_for(&mut self, time_in_force: u8, cl_ord_id: &str, side: u8, qty: i64, px: i64) -> bool {
        let Some(mut out) = self.client.outbound(SessionKey::default()) else { return false };
        let transact_time_ns = out.now_ns();
        let single = NewOrderSingle { transact_time_ns, time_in_force, ..single(cl_ord_id, side, qty, px) };
        out.send(msg_type::NEW_ORDER_SINGLE, |out| single.write_body(out));
        true
    }

    pub(crate) fn replace(&mut self, cl_ord_id: &str, orig: &str, side: u8, qty: i64, px: i64) {
        let Some(mut out) = self.client.outbound(SessionKey::default()) else { return };
        let transact_time_ns = out.now_ns();
        let single = NewOrderSingle { transact_time_ns, ..single(cl_ord_id, side, qty, px) };
        out.send(msg_type::ORDER_CANCEL_REPLACE_REQUEST, |out| single.write_replace_body(orig.as_bytes(), out));
    }

    /// False while the client is not logged on.
    pub(crate) fn cancel(&mut self, cl_ord_id: &str, orig: &str, side: u8, qty: i64) -> bool {
        let Some(mut out) = self.client.outbound(SessionKey::default()) else { return false };
        let request = OrderCancelRequest {
            cl_ord_id: cl_ord_id.as_bytes(),
            orig_cl_ord_id: orig.as_bytes(),
            account: b"",
            symbol: b"PRIM",
            side,
            order_qty: qty * ONE,
            transact_time_ns: out.now_ns(),
        };
        out.send(msg_type::ORDER_CANCEL_REQUEST, |out| request.write_body(out));
        true
    }

    /// The broker says what it kept to itself, and goes on speaking.
    pub(crate) fn speak(&mut self) {
        self.book.silent = false;
        if let Some(mut out) = self.broker.outbound(SessionKey::default()) {
            self.book.say_unsaid(&mut out);
        }
    }
}

fn broker_at(address: SocketAddr, version: Version) -> (Driver, ListenerKey) {
    let mut broker = Driver::new(Limits::default()).expect("a driver");
    let listener = broker.listen(address, None).expect("a port");
    let config = SessionConfig { version, ..SessionConfig::acceptor("PRIME", "MILLRACE") };
    broker.accept(listener, config, Box::new(MemoryStore::default()));
    (broker, listener)
}

fn single<'a>(cl_ord_id: &'a str, side: u8, qty: i64, px: i64) -> NewOrderSingle<'a> {
    NewOrderSingle {
        cl_ord_id: cl_ord_id.as_bytes(),
        account: b"",
        symbol: b"PRIM",
        side,
        ord_type: b'2',
        time_in_force: b'0',
        order_qty: qty * ONE,
        price: Some(px * ONE),
        transact_time_ns: 0,
    }
}
