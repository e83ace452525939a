//! What Millrace itself writes passes the strict check of FIX 4.4: reports of every event, the session's messages, a client's
//! orders.

use model::{
    AccountId, AccountName, CancelRejected, CancelRequested, Check, ClOrdId, CxlRejReason, CxlRejResponseTo,
    EngineTime, Event, ExecId, InstrumentId, Notional, OrdRejReason, OrdStatus, OrdType, OrderAccepted,
    OrderAcknowledged, OrderCanceled, OrderExpired, OrderFilled, OrderId, OrderRefused, OrderRejected, OrderReplaced,
    OrderView, Px, Qty, Refusal, ReplaceRequested, Seq, SessionId, Side, StatusReported, Symbol, TimeInForce,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::{Dictionary, Level, Version};
use crate::fix::client::{NewOrderSingle, OrderCancelRequest};
use crate::fix::encode::Encoder;
use crate::fix::form::{FieldProblem, SessionRejectReason};
use crate::fix::frame::{Framed, frame};
use crate::fix::limits::MESSAGE_BYTES_MAX;
use crate::fix::message::FieldIndex;
use crate::fix::report::{self, Names};
use crate::fix::session::{
    BusinessReject, BusinessRejectReason, SequenceNumbers, Session, SessionConfig, write_refusal,
};
use crate::fix::{msg_type, tag};

const NOW: i64 = 1_760_000_000_000_000_000;

/// Checks all that is pending and gives how many messages it was.
fn all_pass(out: &mut Encoder) -> usize {
    let bytes = out.pending().to_vec();
    out.clear();
    let dictionary = Dictionary::standard(Version::Fix44);
    let mut index = FieldIndex::new();
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        let Framed::Message { len } = frame(&bytes[at..], MESSAGE_BYTES_MAX) else { panic!("we write messages") };
        let message = index.parse(&bytes[at..at + len]).expect("readable");
        let shown = String::from_utf8_lossy(message.bytes()).replace('\x01', "|");
        assert_eq!(dictionary.check(&message, Level::Strict), None, "{shown}");
        (at, count) = (at + len, count + 1);
    }
    count
}

fn text_of(length: core::ops::Range<usize>) -> impl Strategy<Value = String> {
    proptest::collection::vec(select(&b"ABCxyz019-_."[..]), length)
        .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn orders() -> impl Strategy<Value = OrderView> {
    let numbers = (1i64..1_000_000, 0i64..1_000_000, 0i64..1_000_000_000_000, any::<u64>());
    let terms = (select(Side::ALL), select(OrdType::ALL), select(TimeInForce::ALL), select(OrdStatus::ALL));
    (numbers, terms, text_of(1..12), text_of(0..12)).prop_map(|((qty, cum, price, order_id), terms, id, orig)| {
        let cum = cum.min(qty);
        OrderView {
            cum_notional: Notional::of(Px::from_units(price), Qty::whole(cum)),
            order_id: OrderId(order_id),
            order_qty: Qty::whole(qty),
            price: Px::from_units(price),
            cum_qty: Qty::whole(cum),
            cl_ord_id: ClOrdId::new(id.as_bytes()).expect("short"),
            orig_cl_ord_id: ClOrdId::new(orig.as_bytes()).expect("short"),
            session: SessionId(0),
            account: AccountId(0),
            instrument: InstrumentId(0),
            side: terms.0,
            ord_type: terms.1,
            time_in_force: terms.2,
            ord_status: terms.3,
        }
    })
}

/// Every event that a client hears of, with the order in it.
fn events_of(order: OrderView, refusal: Refusal, reasons: (OrdRejReason, CxlRejReason)) -> Vec<Event> {
    let (qty, px) = (Qty::whole(1), order.price);
    let venue_exec_id = 5;
    vec![
        Event::OrderAccepted(OrderAccepted { order, worst_px: px, transact_time: EngineTime(NOW) }),
        Event::OrderRefused(OrderRefused {
            refusal,
            order_qty: order.order_qty,
            price: px,
            order_id: OrderId(0),
            cl_ord_id: order.cl_ord_id,
            symbol: Symbol::literal("ACME"),
            account: AccountName::literal("FUND"),
            session: order.session,
            side: order.side,
            ord_type: order.ord_type,
            time_in_force: order.time_in_force,
            ord_status: order.ord_status,
            reserved: [0; 8],
        }),
        Event::CancelRequested(CancelRequested { order }),
        Event::ReplaceRequested(ReplaceRequested { order, order_qty: qty, price: px, worst_px: px, reserved: 0 }),
        Event::CancelRejected(CancelRejected {
            refusal,
            order_id: order.order_id,
            cl_ord_id: order.cl_ord_id,
            // The request named an order.
            orig_cl_ord_id: ClOrdId::literal("o1"),
            session: order.session,
            response_to: CxlRejResponseTo::Replace,
            reason: reasons.1,
            ord_status: order.ord_status,
            by_risk: (order.order_id.0 % 2) as u8,
            ends_pending: 0,
            reserved: [0; 15],
        }),
        Event::OrderAcknowledged(OrderAcknowledged { order }),
        Event::OrderFilled(OrderFilled { order, last_qty: qty, last_px: px, venue_exec_id, reserved: 0 }),
        Event::OrderCanceled(OrderCanceled { order, venue_exec_id, reserved: 0 }),
        Event::OrderReplaced(OrderReplaced { order, worst_px: px, venue_exec_id }),
        Event::OrderRejected(OrderRejected { order, venue_exec_id, reason: reasons.0, reserved: [0; 7] }),
        Event::OrderExpired(OrderExpired { order }),
        Event::StatusReported(StatusReported { order, known: 1, reserved: [0; 15] }),
        Event::StatusReported(StatusReported { order, known: 0, reserved: [0; 15] }),
    ]
}

fn session() -> Session {
    Session::new(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers { next_in: 1, next_out: 9 })
}

proptest! {
    #[test]
    fn rule_15_every_report_passes_strict(
        order in orders(),
        check in select(Check::ALL),
        limits in (any::<i64>(), any::<i64>(), 0i64..i64::MAX),
        reasons in (select(OrdRejReason::ALL), select(CxlRejReason::ALL)),
    ) {
        let refusal = Refusal::against(check, i128::from(limits.0), i128::from(limits.1)).at_reference(limits.2);
        let mut out = Encoder::with_capacity(8192);
        let mut session = session();
        let events = events_of(order, refusal, reasons);
        for event in &events {
            session.begin_app_message(NOW, report::msg_type(event).expect("a client hears of it"), &mut out);
            let exec_id = ExecId { seq: Seq(42), index: 1 };
            report::write_body(event, exec_id, EngineTime(NOW), &Names::default(), &mut out);
            out.finish();
        }
        prop_assert_eq!(all_pass(&mut out), events.len());
    }

    #[test]
    fn rule_15_every_client_order_passes_strict(
        order in orders(),
        account in text_of(0..8),
        price in proptest::option::of(1i64..i64::MAX),
    ) {
        let mut out = Encoder::with_capacity(1024);
        let mut session = session();
        let single = NewOrderSingle {
            cl_ord_id: order.cl_ord_id.as_bytes(),
            account: account.as_bytes(),
            symbol: b"ACME",
            side: order.side.value(),
            ord_type: order.ord_type.value(),
            time_in_force: order.time_in_force.value(),
            order_qty: order.order_qty.units(),
            price,
            transact_time_ns: NOW,
        };
        session.begin_app_message(NOW, msg_type::NEW_ORDER_SINGLE, &mut out);
        single.write_body(&mut out);
        out.finish();
        session.begin_app_message(NOW, msg_type::ORDER_CANCEL_REPLACE_REQUEST, &mut out);
        single.write_replace_body(b"before", &mut out);
        out.finish();
        let cancel = OrderCancelRequest {
            cl_ord_id: b"c",
            orig_cl_ord_id: order.cl_ord_id.as_bytes(),
            account: account.as_bytes(),
            symbol: b"ACME",
            side: order.side.value(),
            order_qty: order.order_qty.units(),
            transact_time_ns: NOW,
        };
        session.begin_app_message(NOW, msg_type::ORDER_CANCEL_REQUEST, &mut out);
        cancel.write_body(&mut out);
        out.finish();
        prop_assert_eq!(all_pass(&mut out), 3);
    }
}

/// A message from `CLIENT`, framed for reading only.
fn received(body: &str) -> Vec<u8> {
    let text = format!("8=FIX.4.4|9=1|{body}10=000|");
    text.replace('|', "\x01").into_bytes()
}

#[test]
fn rule_15_everything_that_the_session_says_passes_strict() {
    let mut out = Encoder::with_capacity(8192);
    let mut index = FieldIndex::new();
    let header = "49=CLIENT|56=MILL|52=20251009-08:53:20|";
    let mut client = Session::new(SessionConfig::initiator("CLIENT", "MILL"), SequenceNumbers::FIRST);
    client.connected(NOW, &mut out);
    assert_eq!(all_pass(&mut out), 1, "the initiator's Logon");

    let mut session = session();
    session.connected(NOW, &mut out);
    let received_by_session = [
        ("35=A|34=1|", "98=0|108=30|141=Y|"),
        ("35=1|34=2|", "112=there?|"),
        ("35=0|34=9|", ""),
        ("35=1|34=3|", ""),
        ("35=zz|34=4|", ""),
        ("35=D|34=5|115=DESK|116=SUB|", "38=x|"),
        ("35=2|34=6|", "7=99|16=0|"),
        ("35=4|34=7|", "36=1|"),
        ("35=5|34=8|", ""),
    ];
    let mut written = 0;
    for (start, rest) in received_by_session {
        let bytes = received(&format!("{start}{header}{rest}"));
        let _ = session.on_message(NOW, &index.parse(&bytes).expect("readable"), &mut out);
        written += all_pass(&mut out);
    }
    assert!(written >= 6, "{written} answers");

    let order = received(&format!("35=D|34=2|{header}11=a|"));
    let order = index.parse(&order).expect("readable");
    let mut session =
        Session::new(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers { next_in: 1, next_out: 9 });
    session.resend_gap_fill(NOW, 1, 5, &mut out);
    session.logout(NOW, "end of day", &mut out);
    write_refusal(NOW, &order, "unknown session", &mut out);
    for reason in [BusinessRejectReason::Other, BusinessRejectReason::UnsupportedMessageType] {
        session.business_reject(NOW, &order, BusinessReject { reason, ref_id: b"a", text: "no" }, &mut out);
    }
    for reason in [
        SessionRejectReason::InvalidTagNumber,
        SessionRejectReason::TagAppearsMoreThanOnce,
        SessionRejectReason::RepeatingGroupFieldsOutOfOrder,
        SessionRejectReason::NonDataValueIncludesSoh,
        SessionRejectReason::Other,
    ] {
        let _ = session.reject(NOW, &order, FieldProblem::new(reason, tag::CL_ORD_ID), &mut out);
    }
    assert!(all_pass(&mut out) >= 9);
}
