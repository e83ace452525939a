//! What Millrace itself writes passes the strict check of each version: reports of every event, a client's orders, which also
//! translate; and in FIX 4.4 the session's messages.

use model::{
    AccountId, AccountName, CancelCause, CancelRejected, CancelRequested, Check, ClOrdId, CxlRejReason,
    CxlRejResponseTo, EngineTime, Event, ExecId, ExecRestatementReason, InstrumentId, MassCancelReported, Notional,
    OrdRejReason, OrdStatus, OrdType, OrderAccepted, OrderAcknowledged, OrderCanceled, OrderDoneForDay, OrderExpired,
    OrderFilled, OrderId, OrderRefused, OrderRejected, OrderReplaced, OrderRestated, OrderStopped, OrderSuspended,
    OrderTriggered, OrderView, Px, Qty, Refusal, ReplaceRequested, Seq, SessionId, Side, StatusReported, Symbol,
    TimeInForce, TradeCanceled, TradeCorrected,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::{Dictionary, Level, Version};
use crate::fix::client::{NewOrderSingle, OrderCancelRequest};
use crate::fix::encode::Encoder;
use crate::fix::form::{FieldProblem, SessionRejectReason};
use crate::fix::frame::{Framed, frame};
use crate::fix::limits::MESSAGE_BYTES_MAX;
use crate::fix::message::{FieldIndex, Message};
use crate::fix::report::{self, Names};
use crate::fix::session::{
    BusinessReject, BusinessRejectReason, SequenceNumbers, Session, SessionConfig, write_refusal,
};
use crate::fix::translate::{Translated, translate};
use crate::fix::{msg_type, tag};

const NOW: i64 = 1_760_000_000_000_000_000;

/// Checks all that is pending and gives how many messages it was.
fn all_pass(out: &mut Encoder) -> usize {
    let mut count = 0;
    each_passes(Version::Fix44, out, |_| count += 1);
    count
}

/// Checks all that is pending and shows each message.
fn each_passes(version: Version, out: &mut Encoder, mut see: impl FnMut(&Message<'_>)) {
    let bytes = out.pending().to_vec();
    out.clear();
    let dictionary = Dictionary::standard(version);
    let mut index = FieldIndex::new();
    let mut at = 0;
    while at < bytes.len() {
        let Framed::Message { len } = frame(&bytes[at..], MESSAGE_BYTES_MAX) else { panic!("we write messages") };
        let message = index.parse(&bytes[at..at + len]).expect("readable");
        let shown = String::from_utf8_lossy(message.bytes()).replace('\x01', "|");
        assert_eq!(dictionary.check(&message, Level::Strict), None, "{shown}");
        see(&message);
        at += len;
    }
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
            orig_cl_ord_id: ClOrdId::new(orig.as_bytes()).expect("short"),
            account: AccountId(0),
            instrument: InstrumentId(0),
            side: terms.0,
            ord_type: terms.1,
            time_in_force: terms.2,
            ord_status: terms.3,
            ..OrderView::unknown(SessionId(0), ClOrdId::new(id.as_bytes()).expect("short"))
        }
    })
}

/// FIX 4.2 has no market-to-limit orders, and says otherwise that one is for the close.
fn in_words_of(version: Version, order: OrderView) -> OrderView {
    if version != Version::Fix42 {
        return order;
    }
    let ord_type = if order.ord_type == OrdType::MarketToLimit { OrdType::Limit } else { order.ord_type };
    let at_the_close = order.time_in_force == TimeInForce::AtTheClose;
    let time_in_force = if at_the_close { TimeInForce::Day } else { order.time_in_force };
    OrderView { ord_type, time_in_force, ..order }
}

/// Every event that a client hears of, with the order in it.
fn events_of(order: OrderView, refusal: Refusal, reasons: (OrdRejReason, CxlRejReason)) -> Vec<Event> {
    let (qty, px) = (Qty::whole(1), order.price);
    let venue_exec_id = 5;
    vec![
        Event::OrderAccepted(OrderAccepted::plain(order, px, EngineTime(NOW))),
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
            cum_notional: Notional::ZERO,
            existing_qty: Qty::ZERO,
            cum_qty: Qty::ZERO,
            leaves_qty: Qty::ZERO,
            reserved: [0; 16],
        }),
        Event::CancelRequested(CancelRequested { order, cause: CancelCause::Client, reserved: [0; 15] }),
        Event::ReplaceRequested(ReplaceRequested {
            order,
            order_qty: qty,
            price: px,
            stop_px: Px::ZERO,
            worst_px: px,
            behind: ClOrdId::EMPTY,
            reserved: 0,
        }),
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
        Event::OrderFilled(OrderFilled { order, last_qty: qty, last_px: px, venue_exec_id, missing: Qty::ZERO }),
        Event::OrderCanceled(OrderCanceled {
            order,
            venue_exec_id,
            restatement: ExecRestatementReason::NotGiven,
            cause: CancelCause::Client,
            reserved: [0; 6],
        }),
        Event::OrderReplaced(OrderReplaced { order, worst_px: px, venue_exec_id }),
        Event::OrderRejected(OrderRejected { order, venue_exec_id, reason: reasons.0, reserved: [0; 7] }),
        Event::OrderExpired(OrderExpired { order, venue_exec_id: 0, reserved: 0 }),
        Event::StatusReported(StatusReported::of(order, true)),
        Event::StatusReported(StatusReported::of(order, false)),
        Event::TradeCanceled(TradeCanceled {
            order,
            last_qty: qty,
            last_px: px,
            venue_exec_id,
            fill: 1,
            ref_seq: Seq(7),
            ref_index: 0,
            reserved: [0; 7],
        }),
        Event::TradeCorrected(TradeCorrected {
            order,
            last_qty: qty,
            last_px: px,
            venue_exec_id,
            fill: 1,
            ref_seq: Seq(7),
            ref_index: 0,
            reserved: [0; 7],
        }),
        Event::OrderDoneForDay(OrderDoneForDay { order, venue_exec_id, reserved: 0 }),
        Event::OrderSuspended(OrderSuspended { order, venue_exec_id, reserved: 0 }),
        Event::OrderTriggered(OrderTriggered { order, venue_exec_id, worst_px: px }),
        Event::OrderStopped(OrderStopped { order, last_qty: qty, last_px: px, venue_exec_id, reserved: 0 }),
        Event::OrderRestated(OrderRestated {
            order,
            worst_px: px,
            venue_exec_id,
            max_floor: Qty::ZERO,
            restatement: ExecRestatementReason::GtRenewal,
            reserved: [0; 7],
        }),
    ]
}

/// The answer to an OrderMassCancelRequest(q), which FIX 4.2 does not know: taken, or refused.
fn mass_cancel(order: OrderView, request: u64) -> Event {
    Event::MassCancelReported(MassCancelReported {
        request: Seq(request),
        cl_ord_id: order.cl_ord_id,
        symbol: Symbol::EMPTY,
        account: AccountName::EMPTY,
        session: order.session,
        instrument: InstrumentId::NONE,
        of_account: AccountId::NONE,
        total_affected_orders: 3,
        request_type: b'7',
        reject_reason: 0,
        side: 0,
        reserved: [0; 5],
    })
}

fn session() -> Session {
    session_of(Version::Fix44)
}

fn session_of(version: Version) -> Session {
    let config = SessionConfig { version, ..SessionConfig::acceptor("MILL", "CLIENT") };
    Session::new(config, SequenceNumbers { next_in: 1, next_out: 9 })
}

/// The fields 20, 150 and 39 of a report.
fn words(message: &Message<'_>) -> String {
    let field = |tag: u32| message.get(tag).map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    [20, 150, 39].map(field).join(" ")
}

proptest! {
    #[test]
    fn rule_15_every_report_passes_strict(
        version in select(&Version::ALL[..]),
        order in orders(),
        check in select(Check::ALL),
        limits in (any::<i64>(), any::<i64>(), 0i64..i64::MAX),
        reasons in (select(OrdRejReason::ALL), select(CxlRejReason::ALL)),
    ) {
        let refusal = Refusal::against(check, i128::from(limits.0), i128::from(limits.1)).at_reference(limits.2);
        let order = in_words_of(version, order);
        let mut out = Encoder::with_capacity(8192);
        let mut session = session_of(version);
        let mut events = events_of(order, refusal, reasons);
        // FIX 4.4 itself has no ExecType(150)=L; scenario E.1.f, which is as old, does.
        events.retain(|event| version != Version::Fix44 || !matches!(event, Event::OrderTriggered(_)));
        if version != Version::Fix42 {
            events.extend([mass_cancel(order, 42), mass_cancel(order, 0)]);
        }
        for event in &events {
            session.begin_app_message(NOW, report::msg_type(event).expect("a client hears of it"), &mut out);
            let exec_id = ExecId { seq: Seq(42), index: 1 };
            report::write_body(version, event, exec_id, EngineTime(NOW), &Names::default(), &mut out);
            out.finish();
        }
        let mut passed = 0;
        each_passes(version, &mut out, |_| passed += 1);
        prop_assert_eq!(passed, events.len());
    }

    #[test]
    fn rule_15_every_client_order_passes_strict_and_translates(
        version in select(&Version::ALL[..]),
        order in orders(),
        account in text_of(0..8),
        price in proptest::option::of(1i64..i64::MAX),
    ) {
        let order = in_words_of(version, order);
        let mut out = Encoder::with_capacity(1024);
        let mut session = session_of(version);
        let begin = |session: &mut Session, msg_type: &[u8], out: &mut Encoder| {
            session.begin_app_message(NOW, msg_type, out);
            if version == Version::Fix42 && matches!(msg_type, msg_type::NEW_ORDER_SINGLE | b"G") {
                out.field_char(tag::HANDL_INST, b'1');
            }
        };
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
        begin(&mut session, msg_type::NEW_ORDER_SINGLE, &mut out);
        single.write_body(&mut out);
        out.finish();
        begin(&mut session, msg_type::ORDER_CANCEL_REPLACE_REQUEST, &mut out);
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
        begin(&mut session, msg_type::ORDER_CANCEL_REQUEST, &mut out);
        cancel.write_body(&mut out);
        out.finish();
        begin(&mut session, msg_type::ORDER_STATUS_REQUEST, &mut out);
        for (tag, value) in [(tag::CL_ORD_ID, order.cl_ord_id.as_bytes()), (tag::SYMBOL, b"ACME"), (tag::SIDE, b"1")] {
            out.field_bytes(tag, value);
        }
        out.finish();
        let mut kinds = Vec::new();
        each_passes(version, &mut out, |message| {
            let translated = translate(SessionId(1), 2, false, message);
            let Translated::Command(command) = translated else { panic!("{translated:?}") };
            kinds.push(core::mem::discriminant(&command));
        });
        kinds.dedup();
        prop_assert_eq!(kinds.len(), 4);
    }
}

#[test]
fn fix_42_tells_fills_status_and_replaced_orders_in_its_own_words() {
    let view = |ord_status, cum| OrderView {
        order_id: OrderId(7),
        order_qty: Qty::whole(10),
        price: Px::whole(1),
        cum_qty: Qty::whole(cum),
        orig_cl_ord_id: ClOrdId::literal("o1"),
        account: AccountId(0),
        instrument: InstrumentId(0),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        ord_status,
        ..OrderView::unknown(SessionId(0), ClOrdId::literal("o2"))
    };
    let filled = |ord_status, cum| {
        let (order, qty) = (view(ord_status, cum), Qty::whole(1));
        Event::OrderFilled(OrderFilled {
            order,
            last_qty: qty,
            last_px: Px::whole(1),
            venue_exec_id: 5,
            missing: Qty::ZERO,
        })
    };
    let status = |ord_status, known| Event::StatusReported(StatusReported::of(view(ord_status, 0), known));
    let replaced = |ord_status, cum| {
        let order = view(ord_status, cum);
        Event::OrderReplaced(OrderReplaced { order, worst_px: Px::whole(1), venue_exec_id: 5 })
    };
    // What happened, and fields 20, 150 and 39 in FIX 4.2 and from FIX 4.4 on.
    let cases = [
        (filled(OrdStatus::PartiallyFilled, 4), "0 1 1", " F 1"),
        (filled(OrdStatus::PendingCancel, 4), "0 1 6", " F 6"),
        (filled(OrdStatus::Filled, 10), "0 2 2", " F 2"),
        (status(OrdStatus::New, true), "3 0 0", " I 0"),
        (status(OrdStatus::PartiallyFilled, true), "3 1 1", " I 1"),
        (status(OrdStatus::Rejected, false), "3 8 8", " I 8"),
        (replaced(OrdStatus::New, 0), "0 5 5", " 5 0"),
        (replaced(OrdStatus::PartiallyFilled, 4), "0 5 1", " 5 1"),
        (
            Event::OrderExpired(OrderExpired { order: view(OrdStatus::Expired, 0), venue_exec_id: 0, reserved: 0 }),
            "0 C C",
            " C C",
        ),
    ];
    for (event, in_42, later) in cases {
        for version in Version::ALL {
            let mut out = Encoder::with_capacity(1024);
            session_of(version).begin_app_message(NOW, msg_type::EXECUTION_REPORT, &mut out);
            let exec_id = ExecId { seq: Seq(42), index: 1 };
            report::write_body(version, &event, exec_id, EngineTime(NOW), &Names::default(), &mut out);
            out.finish();
            let expected = if version == Version::Fix42 { in_42 } else { later };
            each_passes(version, &mut out, |message| assert_eq!(words(message), expected, "{event:?} {version:?}"));
        }
    }
}

#[test]
fn fix_42_gives_no_reason_that_it_lacks() {
    for reason in OrdRejReason::ALL {
        let said = Version::Fix42.ord_rej_reason(*reason);
        assert!(said <= 8 && (said == u64::from(reason.value()) || said == 0), "{reason:?} as {said}");
        assert_eq!(Version::Fix44.ord_rej_reason(*reason), u64::from(reason.value()));
    }
    for reason in CxlRejReason::ALL {
        let said = Version::Fix42.cxl_rej_reason(*reason);
        assert!(said <= 3 && (said == u64::from(reason.value()) || said == 2), "{reason:?} as {said}");
        assert_eq!(Version::Fix50Sp2.cxl_rej_reason(*reason), u64::from(reason.value()));
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
