//! The broker of a drill: takes orders, answers cancels, and at a given moment is gone in the middle of it.
//!
//! It has taken some of the cancels by then and said nothing, and some of what it said is lost on the way. When it comes back it
//! knows its orders and its session, says again what it is asked to, and answers questions.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use gateway::fix::driver::{Application, Driver, Ended, Limits, MemoryStore, MessageStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::{SequenceNumbers, SessionConfig};
use gateway::fix::{msg_type, tag};
use parking_lot::Mutex;

use super::market::BROKER;

/// Cancels that it takes and does not answer before it goes.
const UNANSWERED: usize = 25;

const NEW: u8 = b'0';
const CANCELED: u8 = b'4';
const REJECTED: u8 = b'8';
const ORDER_STATUS: u8 = b'I';

/// An order as the broker has it.
#[derive(Clone, Debug)]
struct AtBroker {
    cl_ord_id: String,
    symbol: String,
    side: u8,
    order_qty: i64,
    ord_status: u8,
}

type Memory = Arc<Mutex<Option<MemoryStore>>>;

/// The memory of the session; with the connection's end it goes back to the broker.
struct Remembering {
    inner: MemoryStore,
    memory: Memory,
}

impl Drop for Remembering {
    fn drop(&mut self) {
        *self.memory.lock() = Some(std::mem::take(&mut self.inner));
    }
}

impl MessageStore for Remembering {
    fn numbers(&self) -> SequenceNumbers {
        self.inner.numbers()
    }

    fn note(&mut self, numbers: SequenceNumbers) {
        self.inner.note(numbers);
    }

    fn put(&mut self, number: u64, message: &[u8]) {
        self.inner.put(number, message);
    }

    fn at_or_after(&self, number: u64) -> Option<(u64, &[u8])> {
        self.inner.at_or_after(number)
    }

    fn reset(&mut self) {
        self.inner.reset();
    }
}

/// What the broker knows.
struct Book {
    /// By what its ClOrdID(11) begins with.
    orders: BTreeMap<String, AtBroker>,
    /// Cancels that it answers before it falls silent.
    patience: usize,
    answered: usize,
    unanswered: usize,
    executions: u64,
    live: bool,
}

/// The broker, there or away.
pub(super) struct Broker {
    driver: Option<Driver>,
    address: SocketAddr,
    /// What its session remembers while it is away.
    memory: Memory,
    book: Book,
}

impl Broker {
    /// Listens; it falls silent after so many answers to cancels.
    pub(super) fn listen(patience: usize) -> Result<Broker> {
        let memory = Memory::default();
        let (driver, address) = driver_at(SocketAddr::from(([127, 0, 0, 1], 0)), &memory)?;
        let book = Book { orders: BTreeMap::new(), patience, answered: 0, unanswered: 0, executions: 0, live: false };
        Ok(Broker { driver: Some(driver), address, memory, book })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn is_logged_on(&self) -> bool {
        self.book.live
    }

    /// Cancels that it has taken and not answered.
    pub(super) fn unanswered(&self) -> usize {
        self.book.unanswered
    }

    /// Cancels that it has answered.
    pub(super) fn answered(&self) -> usize {
        self.book.answered
    }

    /// Goes on; goes away where that is due.
    pub(super) fn poll(&mut self) -> Result<()> {
        let Some(driver) = &mut self.driver else { return Ok(()) };
        driver.poll(Duration::from_millis(1), &mut self.book).context("the broker's sockets")?;
        if self.book.unanswered >= UNANSWERED {
            self.driver = None;
            self.book.live = false;
        }
        Ok(())
    }

    pub(super) fn is_away(&self) -> bool {
        self.driver.is_none()
    }

    /// Comes back, to stay.
    pub(super) fn come_back(&mut self) -> Result<()> {
        (self.book.patience, self.book.unanswered) = (usize::MAX, 0);
        self.driver = Some(driver_at(self.address, &self.memory)?.0);
        Ok(())
    }
}

fn driver_at(address: SocketAddr, memory: &Memory) -> Result<(Driver, SocketAddr)> {
    let mut driver = Driver::new(Limits::default()).context("the broker's sockets")?;
    let listener = driver.listen(address, None).context("the broker's port")?;
    let address = driver.local_addr(listener);
    let store = Remembering { inner: memory.lock().take().unwrap_or_default(), memory: Arc::clone(memory) };
    driver.accept(listener, SessionConfig::acceptor(BROKER, "MILLRACE"), Box::new(store));
    Ok((driver, address))
}

impl Application for Book {
    fn on_logon(&mut self, _: SessionKey, _: &mut Outbound<'_>) {
        self.live = true;
    }

    fn on_logout(&mut self, _: SessionKey, _: Ended) {
        self.live = false;
    }

    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, out: &mut Outbound<'_>) {
        let text = |tag| message.get(tag).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        let cl_ord_id = text(tag::CL_ORD_ID);
        let key = cl_ord_id.split('-').next().unwrap_or_default().to_owned();
        match message.msg_type() {
            msg_type::NEW_ORDER_SINGLE => {
                let order = AtBroker {
                    cl_ord_id: cl_ord_id.clone(),
                    symbol: text(tag::SYMBOL),
                    side: message.get_char(tag::SIDE).unwrap_or(b'1'),
                    order_qty: message.get_decimal(tag::ORDER_QTY).unwrap_or(0),
                    ord_status: NEW,
                };
                self.report(&order, NEW, &cl_ord_id, "", out);
                self.orders.insert(key, order);
            }
            msg_type::ORDER_CANCEL_REQUEST => self.cancel(&key, &cl_ord_id, out),
            msg_type::ORDER_STATUS_REQUEST => {
                let order = self.orders.get(&key).cloned().unwrap_or_else(|| AtBroker {
                    cl_ord_id: cl_ord_id.clone(),
                    symbol: text(tag::SYMBOL),
                    side: message.get_char(tag::SIDE).unwrap_or(b'1'),
                    order_qty: 0,
                    ord_status: REJECTED,
                });
                self.report(&order, ORDER_STATUS, &cl_ord_id, "", out);
            }
            _ => {}
        }
    }
}

impl Book {
    fn cancel(&mut self, key: &str, cl_ord_id: &str, out: &mut Outbound<'_>) {
        let Some(order) = self.orders.get_mut(key).filter(|order| order.ord_status == NEW) else {
            return out_of_time(self.orders.get(key), key, cl_ord_id, out);
        };
        order.ord_status = CANCELED;
        let (order, orig_cl_ord_id) = (order.clone(), order.cl_ord_id.clone());
        if self.answered >= self.patience {
            self.unanswered += 1;
            return;
        }
        self.answered += 1;
        self.report(&order, CANCELED, cl_ord_id, &orig_cl_ord_id, out);
    }

    fn report(&mut self, order: &AtBroker, exec_type: u8, cl_ord_id: &str, orig: &str, out: &mut Outbound<'_>) {
        self.executions += 1;
        let exec_id = format!("X{}", self.executions);
        let now_ns = out.now_ns();
        out.send(msg_type::EXECUTION_REPORT, |out| {
            out.field_str(tag::ORDER_ID, cl_ord_id.split('-').next().unwrap_or_default());
            out.field_str(tag::CL_ORD_ID, cl_ord_id);
            out.field_str(tag::ORIG_CL_ORD_ID, orig);
            out.field_str(tag::EXEC_ID, &exec_id);
            out.field_char(tag::EXEC_TYPE, exec_type);
            out.field_char(tag::ORD_STATUS, order.ord_status);
            if order.ord_status == REJECTED {
                // Unknown order.
                out.field_u64(tag::ORD_REJ_REASON, 5);
            }
            out.field_str(tag::SYMBOL, &order.symbol);
            out.field_char(tag::SIDE, order.side);
            out.field_decimal(tag::ORDER_QTY, order.order_qty);
            out.field_decimal(tag::LEAVES_QTY, if order.ord_status == NEW { order.order_qty } else { 0 });
            out.field_decimal(tag::CUM_QTY, 0);
            out.field_decimal(tag::AVG_PX, 0);
            out.field_time(tag::TRANSACT_TIME, now_ns);
        });
    }
}

/// OrderCancelReject(9): there is nothing left to cancel.
fn out_of_time(order: Option<&AtBroker>, key: &str, cl_ord_id: &str, out: &mut Outbound<'_>) {
    out.send(msg_type::ORDER_CANCEL_REJECT, |out| {
        out.field_str(tag::ORDER_ID, key);
        out.field_str(tag::CL_ORD_ID, cl_ord_id);
        out.field_str(tag::ORIG_CL_ORD_ID, order.map_or(cl_ord_id, |order| &order.cl_ord_id));
        out.field_char(tag::ORD_STATUS, order.map_or(REJECTED, |order| order.ord_status));
        out.field_char(tag::CXL_REJ_RESPONSE_TO, b'1');
        out.field_u64(tag::CXL_REJ_REASON, u64::from(order.is_none()));
    });
}
