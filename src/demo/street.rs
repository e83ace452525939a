//! The broker of the strict demo, at the other end of a FIX session of its own: it takes limit orders, fills every second one at
//! its limit, takes one fill in ten back, and tells positions.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use gateway::fix::broker::VenuePositions;
use gateway::fix::driver::{Application, Driver, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::SessionConfig;
use gateway::fix::{msg_type, tag};

/// Its CompID, and where `deploy/strict.toml` says that it is.
const NAME: &str = "STREET";
const ADDRESS: &str = "127.0.0.1:9880";

/// Of so many orders the last one is filled.
const FILLS_ONE_IN: u64 = 2;
/// Of so many fills the last one is taken back.
const BUSTS_ONE_IN: u64 = 10;

/// PosReqResult(728).
const NO_POSITIONS: u64 = 2;

const BUY: u8 = b'1';
const NEW: u8 = b'0';
const FILLED: u8 = b'2';
const CANCELED: u8 = b'4';
const REPLACED: u8 = b'5';
const REJECTED: u8 = b'8';
const TRADE: u8 = b'F';
const TRADE_CANCEL: u8 = b'H';
const ORDER_STATUS: u8 = b'I';

/// The broker, on a thread of its own.
pub(super) struct Street {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<()>>,
}

impl Street {
    /// Listens on a free port.
    pub(super) fn open() -> Result<Street> {
        let mut driver = Driver::new(Limits::default()).context("the broker's sockets")?;
        let listener = driver.listen(SocketAddr::from(([127, 0, 0, 1], 0)), None).context("the broker's port")?;
        let address = driver.local_addr(listener);
        driver.accept(listener, SessionConfig::acceptor(NAME, "MILLRACE"), Box::new(MemoryStore::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let serve = move || {
            let mut book = Book::default();
            while !stopped.load(Relaxed) {
                driver.poll(Duration::from_millis(5), &mut book).context("the broker's sockets")?;
            }
            Ok(())
        };
        let thread = thread::Builder::new().name("street".to_owned()).spawn(serve)?;
        Ok(Street { address, stop, thread })
    }

    /// The configuration with the broker where it is.
    pub(super) fn at_its_address(&self, config: &str) -> String {
        config.replace(ADDRESS, &self.address.to_string())
    }

    /// Stops it.
    pub(super) fn close(self) -> Result<()> {
        self.stop.store(true, Relaxed);
        self.thread.join().map_err(|_| anyhow!("the broker's thread panicked"))?
    }
}

/// What the daemon has heard from it, when asked now.
pub(super) fn positions(daemon: &tools::daemon::Daemon) -> Result<VenuePositions> {
    let told = daemon.get(&format!("/positions/{NAME}"))?;
    serde_json::from_value(told.clone()).with_context(|| told.to_string())
}

/// An order that works there.
#[derive(Clone, Default)]
struct Order {
    cl_ord_id: String,
    account: String,
    symbol: String,
    side: u8,
    order_qty: i64,
    price: i64,
}

/// What an ExecutionReport(8) says beside the order.
#[derive(Clone, Copy)]
struct Said<'a> {
    exec_type: u8,
    ord_status: u8,
    orig_cl_ord_id: &'a str,
    exec_ref_id: &'a str,
}

/// What the broker knows.
#[derive(Default)]
struct Book {
    /// By our OrderID(37), which ClOrdIDs(11) begin with.
    orders: BTreeMap<String, Order>,
    /// Signed, by account and symbol.
    positions: BTreeMap<(String, String), i64>,
    taken: u64,
    fills: u64,
    executions: u64,
}

impl Application for Book {
    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, out: &mut Outbound<'_>) {
        let text = |tag| message.get(tag).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        let number = |tag| message.get_decimal(tag).unwrap_or(0);
        let asked = Order {
            cl_ord_id: text(tag::CL_ORD_ID),
            account: text(tag::ACCOUNT),
            symbol: text(tag::SYMBOL),
            side: message.get_char(tag::SIDE).unwrap_or(BUY),
            order_qty: number(tag::ORDER_QTY),
            price: number(tag::PRICE),
        };
        match message.msg_type() {
            msg_type::REQUEST_FOR_POSITIONS => self.tell_positions(&asked.account, &text(tag::POS_REQ_ID), out),
            msg_type::NEW_ORDER_SINGLE => self.take(asked, out),
            msg_type::ORDER_CANCEL_REQUEST => self.cancel(&asked, out),
            msg_type::ORDER_CANCEL_REPLACE_REQUEST => self.replace(asked, out),
            msg_type::ORDER_STATUS_REQUEST => {
                let known = self.orders.get(key(&asked)).cloned();
                let ord_status = if known.is_some() { NEW } else { REJECTED };
                self.report(&known.unwrap_or(asked), Said::of(ORDER_STATUS, ord_status), out);
            }
            _ => {}
        }
    }
}

impl Book {
    fn take(&mut self, order: Order, out: &mut Outbound<'_>) {
        self.report(&order, Said::of(NEW, NEW), out);
        self.taken += 1;
        if self.taken.is_multiple_of(FILLS_ONE_IN) {
            self.fill(&order, out);
        } else {
            self.orders.insert(key(&order).to_owned(), order);
        }
    }

    /// Whose fill is taken back loses the order too.
    fn fill(&mut self, order: &Order, out: &mut Outbound<'_>) {
        let exec_id = self.report(order, Said::of(TRADE, FILLED), out);
        self.fills += 1;
        if !self.fills.is_multiple_of(BUSTS_ONE_IN) {
            let signed = if order.side == BUY { order.order_qty } else { -order.order_qty };
            *self.positions.entry((order.account.clone(), order.symbol.clone())).or_default() += signed;
        } else {
            self.report(order, Said { exec_ref_id: &exec_id, ..Said::of(TRADE_CANCEL, NEW) }, out);
            self.report(order, Said::of(CANCELED, CANCELED), out);
        }
    }

    fn cancel(&mut self, asked: &Order, out: &mut Outbound<'_>) {
        let Some(order) = self.orders.remove(key(asked)) else { return too_late(asked, b'1', out) };
        let now = Order { cl_ord_id: asked.cl_ord_id.clone(), ..order.clone() };
        self.report(&now, Said { orig_cl_ord_id: &order.cl_ord_id, ..Said::of(CANCELED, CANCELED) }, out);
    }

    fn replace(&mut self, asked: Order, out: &mut Outbound<'_>) {
        let Some(order) = self.orders.get(key(&asked)).cloned() else { return too_late(&asked, b'2', out) };
        let Order { cl_ord_id, order_qty, price, .. } = asked;
        let now = Order { cl_ord_id, order_qty, price, ..order };
        self.report(&now, Said { orig_cl_ord_id: &order.cl_ord_id, ..Said::of(REPLACED, NEW) }, out);
        self.orders.insert(key(&now).to_owned(), now);
    }

    fn tell_positions(&self, account: &str, pos_req_id: &str, out: &mut Outbound<'_>) {
        let own: Vec<_> = self.positions.iter().filter(|((own, _), _)| own == account).collect();
        out.send(msg_type::REQUEST_FOR_POSITIONS_ACK, |out| {
            out.field_str(tag::POS_MAINT_RPT_ID, pos_req_id);
            out.field_str(tag::POS_REQ_ID, pos_req_id);
            out.field_u64(tag::TOTAL_NUM_POS_REPORTS, own.len() as u64);
            out.field_u64(tag::POS_REQ_RESULT, if own.is_empty() { NO_POSITIONS } else { 0 });
            out.field_u64(tag::POS_REQ_STATUS, 0);
            out.field_str(tag::ACCOUNT, account);
        });
        for ((_, symbol), qty) in own {
            out.send(msg_type::POSITION_REPORT, |out| {
                out.field_str(tag::POS_MAINT_RPT_ID, pos_req_id);
                out.field_str(tag::POS_REQ_ID, pos_req_id);
                out.field_u64(tag::POS_REQ_RESULT, 0);
                out.field_str(tag::ACCOUNT, account);
                out.field_str(tag::SYMBOL, symbol);
                out.field_u64(tag::NO_POSITIONS, 1);
                out.field_str(tag::POS_TYPE, "TQ");
                out.field_decimal(if *qty < 0 { tag::SHORT_QTY } else { tag::LONG_QTY }, qty.abs());
            });
        }
    }

    /// Gives its ExecID(17).
    fn report(&mut self, order: &Order, said: Said<'_>, out: &mut Outbound<'_>) -> String {
        self.executions += 1;
        let exec_id = format!("S{}", self.executions);
        let (now_ns, is_filled) = (out.now_ns(), said.ord_status == FILLED);
        out.send(msg_type::EXECUTION_REPORT, |out| {
            out.field_str(tag::ORDER_ID, key(order));
            out.field_str(tag::CL_ORD_ID, &order.cl_ord_id);
            out.field_str(tag::ORIG_CL_ORD_ID, said.orig_cl_ord_id);
            out.field_str(tag::EXEC_ID, &exec_id);
            out.field_str(tag::EXEC_REF_ID, said.exec_ref_id);
            out.field_char(tag::EXEC_TYPE, said.exec_type);
            out.field_char(tag::ORD_STATUS, said.ord_status);
            out.field_str(tag::ACCOUNT, &order.account);
            out.field_str(tag::SYMBOL, &order.symbol);
            out.field_char(tag::SIDE, order.side);
            out.field_decimal(tag::ORDER_QTY, order.order_qty);
            out.field_decimal(tag::PRICE, order.price);
            if matches!(said.exec_type, TRADE | TRADE_CANCEL) {
                out.field_decimal(tag::LAST_QTY, order.order_qty);
                out.field_decimal(tag::LAST_PX, order.price);
            }
            out.field_decimal(tag::LEAVES_QTY, if said.ord_status == NEW { order.order_qty } else { 0 });
            out.field_decimal(tag::CUM_QTY, if is_filled { order.order_qty } else { 0 });
            out.field_decimal(tag::AVG_PX, if is_filled { order.price } else { 0 });
            out.field_time(tag::TRANSACT_TIME, now_ns);
        });
        exec_id
    }
}

impl Said<'_> {
    fn of(exec_type: u8, ord_status: u8) -> Said<'static> {
        Said { exec_type, ord_status, orig_cl_ord_id: "", exec_ref_id: "" }
    }
}

fn key(order: &Order) -> &str {
    order.cl_ord_id.split('-').next().unwrap_or_default()
}

/// OrderCancelReject(9): what works no more is neither canceled nor replaced.
fn too_late(asked: &Order, response_to: u8, out: &mut Outbound<'_>) {
    out.send(msg_type::ORDER_CANCEL_REJECT, |out| {
        out.field_str(tag::ORDER_ID, key(asked));
        out.field_str(tag::CL_ORD_ID, &asked.cl_ord_id);
        out.field_str(tag::ORIG_CL_ORD_ID, &asked.cl_ord_id);
        out.field_char(tag::ORD_STATUS, FILLED);
        out.field_char(tag::CXL_REJ_RESPONSE_TO, response_to);
        out.field_u64(tag::CXL_REJ_REASON, 0);
    });
}
