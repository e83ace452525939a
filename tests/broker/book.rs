//! The broker: executes what it is sent, remembers every ClOrdID, and may keep its answers to itself.

use std::collections::{BTreeMap, BTreeSet};

use gateway::fix::driver::{Application, Ended, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::version::Version;
use gateway::fix::{msg_type, tag};

use super::reports::text_of;
use super::street::ONE;

/// The broker fills at this price and better; what is worse rests.
pub(crate) const MARKET_PX: i64 = 100;
/// An order of this size the broker does not like.
pub(crate) const REFUSED_QTY: i64 = 666;

/// An order as the broker has it.
#[derive(Clone, Debug)]
pub(crate) struct AtBroker {
    pub(crate) cl_ord_id: String,
    pub(crate) side: u8,
    pub(crate) order_qty: i64,
    pub(crate) cum_qty: i64,
    pub(crate) ord_status: u8,
}

/// What the broker knows.
#[derive(Default)]
pub(crate) struct Book {
    /// By the OrderID that a ClOrdID begins with.
    pub(crate) orders: BTreeMap<String, AtBroker>,
    /// ClOrdIDs that came: none may be executed twice.
    seen: BTreeSet<String>,
    /// ClOrdIDs that came again, marked as such.
    pub(crate) again: u64,
    /// OrderStatusRequests.
    pub(crate) asked: u64,
    /// What it says that it holds, in units of one, by account; of no other account will it speak.
    pub(crate) held: BTreeMap<String, Vec<(&'static str, i64)>>,
    /// DontKnowTrades: ExecID and DKReason.
    pub(crate) disputed: Vec<(String, String)>,
    executions: u64,
    pub(crate) live: bool,
    /// While it is silent it takes orders and says nothing.
    pub(crate) silent: bool,
    /// What it would have said.
    unsaid: Vec<Said>,
}

/// One message of the broker.
#[derive(Clone, Debug)]
struct Said {
    reject: bool,
    cl_ord_id: String,
    orig_cl_ord_id: String,
    exec_id: String,
    exec_type: u8,
    last_qty: i64,
    order: AtBroker,
    reason: u64,
}

impl Application for Book {
    fn on_logon(&mut self, _: SessionKey, out: &mut Outbound<'_>) {
        self.live = true;
        if !self.silent {
            self.say_unsaid(out);
        }
    }

    fn on_logout(&mut self, _: SessionKey, _: Ended) {
        self.live = false;
    }

    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, out: &mut Outbound<'_>) {
        if message.msg_type() == msg_type::REQUEST_FOR_POSITIONS {
            return self.tell_positions(message, out);
        }
        for said in self.hear(message) {
            match self.silent {
                true => self.unsaid.push(said),
                false => say(&said, out),
            }
        }
    }
}

impl Book {
    fn tell_positions(&self, asked: &Message<'_>, out: &mut Outbound<'_>) {
        let account = text_of(asked, tag::ACCOUNT).expect("each account is asked for");
        let number = text_of(asked, tag::POS_REQ_ID).expect("a question has a name");
        let positions = self.held.get(&account);
        let result = positions.map_or(1, |held| if held.is_empty() { 2 } else { 0 });
        out.send(msg_type::REQUEST_FOR_POSITIONS_ACK, |out| {
            out.field_str(tag::POS_MAINT_RPT_ID, "ack");
            out.field_str(tag::POS_REQ_ID, &number);
            out.field_u64(tag::TOTAL_NUM_POS_REPORTS, positions.map_or(0, Vec::len) as u64);
            out.field_u64(tag::POS_REQ_RESULT, result);
            out.field_u64(tag::POS_REQ_STATUS, if result == 1 { 2 } else { 0 });
            out.field_str(tag::ACCOUNT, &account);
            out.field_str(tag::TEXT, if result == 1 { "no such account" } else { "" });
        });
        for (symbol, qty) in positions.into_iter().flatten() {
            out.send(msg_type::POSITION_REPORT, |out| {
                out.field_str(tag::POS_MAINT_RPT_ID, symbol);
                out.field_str(tag::POS_REQ_ID, &number);
                out.field_u64(tag::POS_REQ_RESULT, 0);
                out.field_str(tag::ACCOUNT, &account);
                out.field_str(tag::SYMBOL, symbol);
                out.field_u64(tag::NO_POSITIONS, 1);
                out.field_str(tag::POS_TYPE, "TQ");
                let side = if *qty < 0 { tag::SHORT_QTY } else { tag::LONG_QTY };
                out.field_decimal(side, qty.abs() * ONE);
            });
        }
    }

    /// Says what it kept to itself.
    pub(crate) fn say_unsaid(&mut self, out: &mut Outbound<'_>) {
        self.unsaid.drain(..).for_each(|said| say(&said, out));
    }

    /// It forgets what it had not said, and has no session.
    pub(crate) fn dies(&mut self) {
        self.unsaid.clear();
        (self.live, self.silent) = (false, false);
    }

    /// The order that the client knows by this OrderID, with the name that the broker knows it by.
    pub(crate) fn name_of(&self, order_id: &str) -> String {
        self.orders[order_id].cl_ord_id.clone()
    }

    fn hear(&mut self, message: &Message<'_>) -> Vec<Said> {
        if message.msg_type() == msg_type::DONT_KNOW_TRADE {
            let text = |tag| text_of(message, tag).unwrap_or_default();
            self.disputed.push((text(tag::EXEC_ID), text(tag::DK_REASON)));
            return Vec::new();
        }
        let cl_ord_id = text_of(message, tag::CL_ORD_ID).expect("every order message has one");
        let key = cl_ord_id.split('-').next().unwrap_or_default().to_owned();
        let marked = [tag::POSS_DUP_FLAG, tag::POSS_RESEND].iter().any(|flag| message.get(*flag) == Some(b"Y"));
        if message.msg_type() == msg_type::ORDER_STATUS_REQUEST {
            self.asked += 1;
            return vec![self.status(&key, &cl_ord_id)];
        }
        if !self.seen.insert(cl_ord_id.clone()) {
            assert!(marked, "{cl_ord_id} came twice and did not say so");
            self.again += 1;
            return Vec::new();
        }
        match message.msg_type() {
            msg_type::NEW_ORDER_SINGLE => self.new_order(key, cl_ord_id, message),
            msg_type::ORDER_CANCEL_REQUEST => self.change(&key, cl_ord_id, message, true),
            msg_type::ORDER_CANCEL_REPLACE_REQUEST => self.change(&key, cl_ord_id, message, false),
            other => panic!("a broker hears no {other:?}"),
        }
    }

    fn new_order(&mut self, key: String, cl_ord_id: String, message: &Message<'_>) -> Vec<Said> {
        let order_qty = message.get_decimal(tag::ORDER_QTY).expect("a quantity");
        let side = message.get_char(tag::SIDE).expect("a side");
        let mut order = AtBroker { cl_ord_id, side, order_qty, cum_qty: 0, ord_status: b'0' };
        if order_qty == REFUSED_QTY * ONE {
            order.ord_status = b'8';
            let said = vec![self.report(&order, b'8', 0, 3)];
            self.orders.insert(key, order);
            return said;
        }
        let mut said = vec![self.report(&order, b'0', 0, 0)];
        if is_marketable(side, message.get_decimal(tag::PRICE).expect("a price")) {
            let half = order_qty / ONE / 2 * ONE;
            for part in [half, order_qty - half].into_iter().filter(|part| *part > 0) {
                order.cum_qty += part;
                order.ord_status = if order.cum_qty == order_qty { b'2' } else { b'1' };
                said.push(self.report(&order, b'F', part, 0));
            }
        }
        self.orders.insert(key, order);
        said
    }

    fn change(&mut self, key: &str, cl_ord_id: String, message: &Message<'_>, cancel: bool) -> Vec<Said> {
        let orig = text_of(message, tag::ORIG_CL_ORD_ID).expect("a request names its order");
        let known = self.orders.get(key).filter(|order| order.cl_ord_id == orig && order.ord_status < b'2').cloned();
        let Some(mut order) = known else {
            let order = self.orders.get(key).cloned();
            let order = order.unwrap_or(AtBroker {
                cl_ord_id: orig.clone(),
                side: b'1',
                order_qty: 0,
                cum_qty: 0,
                ord_status: b'8',
            });
            let said = self.report(&order, if cancel { b'1' } else { b'2' }, 0, 0);
            return vec![Said { reject: true, cl_ord_id, orig_cl_ord_id: orig, ..said }];
        };
        let exec_type = match cancel {
            true => {
                order.ord_status = b'4';
                b'4'
            }
            false => {
                order.order_qty = message.get_decimal(tag::ORDER_QTY).expect("a quantity");
                order.cl_ord_id = cl_ord_id.clone();
                b'5'
            }
        };
        self.orders.insert(key.to_owned(), order.clone());
        vec![Said { cl_ord_id, orig_cl_ord_id: orig, ..self.report(&order, exec_type, 0, 0) }]
    }

    fn status(&mut self, key: &str, cl_ord_id: &str) -> Said {
        let unknown =
            || AtBroker { cl_ord_id: cl_ord_id.to_owned(), side: b'1', order_qty: 0, cum_qty: 0, ord_status: b'8' };
        let order = self.orders.get(key).cloned().unwrap_or_else(unknown);
        Said { cl_ord_id: cl_ord_id.to_owned(), ..self.report(&order, b'I', 0, 5) }
    }

    fn report(&mut self, order: &AtBroker, exec_type: u8, last_qty: i64, reason: u64) -> Said {
        self.executions += 1;
        Said {
            reject: false,
            cl_ord_id: order.cl_ord_id.clone(),
            orig_cl_ord_id: String::new(),
            exec_id: format!("X{}", self.executions),
            exec_type,
            last_qty,
            order: order.clone(),
            reason,
        }
    }
}

fn is_marketable(side: u8, px: i64) -> bool {
    if side == b'1' { px >= MARKET_PX * ONE } else { px <= MARKET_PX * ONE }
}

fn say(said: &Said, out: &mut Outbound<'_>) {
    let Said { order, cl_ord_id, .. } = said;
    let key = cl_ord_id.split('-').next().unwrap_or_default();
    let version = out.session().config().version;
    let now_ns = out.now_ns();
    if said.reject {
        out.send(msg_type::ORDER_CANCEL_REJECT, |out| {
            out.field_str(tag::ORDER_ID, key);
            out.field_str(tag::CL_ORD_ID, cl_ord_id);
            out.field_str(tag::ORIG_CL_ORD_ID, &said.orig_cl_ord_id);
            out.field_char(tag::ORD_STATUS, order.ord_status);
            out.field_char(tag::CXL_REJ_RESPONSE_TO, said.exec_type);
            out.field_u64(tag::CXL_REJ_REASON, 0);
        });
        return;
    }
    let partly = if order.cum_qty < order.order_qty { b'1' } else { b'2' };
    let (trans_type, exec_type) = match (version, said.exec_type) {
        (Version::Fix42, b'F') => (Some(b'0'), partly),
        (Version::Fix42, b'I') => (Some(b'3'), order.ord_status),
        (Version::Fix42, other) => (Some(b'0'), other),
        (_, other) => (None, other),
    };
    out.send(msg_type::EXECUTION_REPORT, |out| {
        out.field_str(tag::ORDER_ID, key);
        out.field_str(tag::CL_ORD_ID, cl_ord_id);
        out.field_str(tag::ORIG_CL_ORD_ID, &said.orig_cl_ord_id);
        out.field_str(tag::EXEC_ID, &said.exec_id);
        if let Some(trans_type) = trans_type {
            out.field_char(20, trans_type);
        }
        out.field_char(tag::EXEC_TYPE, exec_type);
        out.field_char(tag::ORD_STATUS, order.ord_status);
        if order.ord_status == b'8' {
            out.field_u64(tag::ORD_REJ_REASON, said.reason);
        }
        out.field_str(tag::SYMBOL, "PRIM");
        out.field_char(tag::SIDE, order.side);
        out.field_decimal(tag::ORDER_QTY, order.order_qty);
        if said.last_qty > 0 {
            out.field_decimal(tag::LAST_QTY, said.last_qty);
            out.field_decimal(tag::LAST_PX, MARKET_PX * ONE);
        }
        out.field_decimal(tag::LEAVES_QTY, if order.ord_status < b'2' { order.order_qty - order.cum_qty } else { 0 });
        out.field_decimal(tag::CUM_QTY, order.cum_qty);
        out.field_decimal(tag::AVG_PX, if order.cum_qty > 0 { MARKET_PX * ONE } else { 0 });
        out.field_time(tag::TRANSACT_TIME, now_ns);
    });
}
