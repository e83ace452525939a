//! The clients of a drill: real FIX sessions that send orders and remember what they are told of each.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use gateway::fix::client::{ExecutionReport, NewOrderSingle};
use gateway::fix::driver::{Application, ConnectSettings, Driver, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::SessionConfig;
use gateway::fix::{msg_type, tag};

use super::market::{self, Order};

const BUY: u8 = b'1';
const LIMIT: u8 = b'2';
const DAY: u8 = b'0';

/// What the clients were told.
#[derive(Default)]
pub(super) struct Told {
    /// OrdStatus(39) of each order.
    pub(super) orders: BTreeMap<String, u8>,
    /// Orders that a report 150=4 was of.
    pub(super) canceled: BTreeSet<String>,
    /// Those of them whose report said 378=4.
    pub(super) by_kill: usize,
    /// Text(58) of each refusal of a new order.
    pub(super) refusals: Vec<String>,
}

impl Application for Told {
    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, _: &mut Outbound<'_>) {
        let text = |tag| message.get(tag).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        let (execution_report, Ok(report)) = (msg_type::EXECUTION_REPORT, ExecutionReport::read(message)) else {
            return;
        };
        if message.msg_type() != execution_report {
            return;
        }
        let name = text(tag::CL_ORD_ID);
        match report.exec_type {
            b'8' => self.refusals.push(text(tag::TEXT)),
            b'4' => {
                self.canceled.insert(name.clone());
                self.by_kill += usize::from(message.get(tag::EXEC_RESTATEMENT_REASON) == Some(b"4"));
            }
            _ => {}
        }
        self.orders.insert(name, report.ord_status);
    }
}

impl Told {
    /// Orders that the clients think are at work.
    pub(super) fn live(&self) -> usize {
        self.orders.values().filter(|status| **status == b'0').count()
    }

    /// Orders that the clients were told anything of.
    pub(super) fn heard(&self) -> usize {
        self.orders.len()
    }
}

/// Their sessions.
pub(super) struct Clients {
    driver: Driver,
    keys: Vec<SessionKey>,
    pub(super) told: Told,
}

impl Clients {
    /// They log on with the first polls.
    pub(super) fn connect(address: SocketAddr) -> Result<Clients> {
        let mut driver = Driver::new(Limits::default()).context("the clients' sockets")?;
        let keys = (0..market::CLIENTS).map(|client| {
            let to =
                ConnectSettings { wait_min_ns: 10_000_000, wait_max_ns: 50_000_000, ..ConnectSettings::to(address) };
            let config = SessionConfig::initiator(&market::session(client), "MILLRACE");
            driver.initiate(config, Box::new(MemoryStore::default()), to)
        });
        let keys = keys.collect();
        Ok(Clients { driver, keys, told: Told::default() })
    }

    pub(super) fn poll(&mut self) -> Result<()> {
        self.driver.poll(Duration::from_millis(1), &mut self.told).context("the clients' sockets")?;
        Ok(())
    }

    pub(super) fn are_logged_on(&mut self) -> bool {
        let Clients { driver, keys, .. } = self;
        keys.iter().all(|key| driver.outbound(*key).is_some())
    }

    /// Sends an order; false while its session is not logged on.
    pub(super) fn send(&mut self, order: &Order) -> bool {
        let Some(mut out) = self.driver.outbound(self.keys[order.client]) else { return false };
        let single = NewOrderSingle {
            cl_ord_id: order.cl_ord_id.as_bytes(),
            account: b"",
            symbol: order.symbol.as_bytes(),
            side: BUY,
            ord_type: LIMIT,
            time_in_force: DAY,
            order_qty: order.order_qty,
            price: Some(order.price),
            transact_time_ns: out.now_ns(),
        };
        out.send(msg_type::NEW_ORDER_SINGLE, |out| single.write_body(out));
        true
    }
}
