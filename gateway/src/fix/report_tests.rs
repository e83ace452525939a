//! Tests of [`super`]: which fields each event's message has.

use super::*;
use crate::fix::message::FieldIndex;
use model::{
    AccountDefined, Check, ClOrdId, CxlRejResponseTo, DefineAccount, Notional, OrdType, OrderFilled, Px, Qty, Seq,
    SessionId, Side, TimeInForce,
};

fn names() -> Names {
    let mut names = Names::default();
    let definition = DefineAccount {
        max_order_notional: Notional::ZERO,
        max_order_qty: Qty::ZERO,
        max_long: Qty::ZERO,
        max_short: Qty::ZERO,
        fee_rate: 0,
        open_orders_max: 1,
        cash_account: 0,
        cost_method: model::CostMethod::Average,
        reserved: [0; 2],
        account: AccountName::literal("FUND"),
        currency: model::Currency::literal("USD"),
    };
    names.learn(&Event::AccountDefined(AccountDefined { definition, account: AccountId(1), reserved: [0; 12] }));
    names.instruments = vec![Symbol::literal("ACME")];
    names
}

fn order(ord_status: OrdStatus, cum: i64) -> OrderView {
    OrderView {
        cum_notional: Notional::of(Px::whole(101), Qty::whole(cum)),
        order_id: OrderId(17),
        order_qty: Qty::whole(10),
        price: Px::whole(102),
        cum_qty: Qty::whole(cum),
        account: AccountId(1),
        instrument: InstrumentId(0),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        ord_status,
        ..OrderView::unknown(SessionId(0), ClOrdId::literal("o1"))
    }
}

fn fields(event: &Event) -> Vec<String> {
    let mut out = Encoder::with_capacity(1024);
    out.begin(b"FIX.4.4", msg_type(event).expect("a client hears of it"));
    let (exec_id, time) = (ExecId { seq: Seq(42), index: 1 }, EngineTime(1_700_000_000_123_000_000));
    write_body(Version::Fix44, event, exec_id, time, &names(), &mut out);
    let bytes = out.finish().to_vec();
    let mut index = FieldIndex::new();
    let message = index.parse(&bytes).expect("readable");
    assert_eq!(message.problem(), None);
    let text = |(tag, value): (u32, &[u8])| format!("{tag}={}", String::from_utf8_lossy(value));
    message.fields().filter(|(tag, _)| ![8, 9, 10].contains(tag)).map(text).collect()
}

fn has(event: &Event, wanted: &[&str]) {
    let fields = fields(event);
    for field in wanted {
        assert!(fields.iter().any(|there| there == field), "{field} is missing in {fields:?}");
    }
}

#[test]
fn partial_fill_shows_what_is_left_and_the_average() {
    let fill = OrderFilled {
        order: order(OrdStatus::PartiallyFilled, 4),
        last_qty: Qty::whole(4),
        last_px: Px::whole(101),
        venue_exec_id: 5,
        missing: Qty::ZERO,
    };
    let wanted = ["35=8", "37=17", "17=42-1", "150=F", "39=1", "32=4", "31=101", "151=6", "14=4", "6=101"];
    has(&Event::OrderFilled(fill), &wanted);
    has(
        &Event::OrderFilled(fill),
        &["1=FUND", "55=ACME", "54=1", "38=10", "40=2", "44=102", "60=20231114-22:13:20.123"],
    );
}

#[test]
fn refusal_names_check_limit_and_observed_value() {
    let refusal = Refusal::against(Check::CollarHigh, 10_250_000_000, 12_000_000_001).at_reference(10_000_000_000);
    let refused = OrderRefused {
        refusal,
        order_qty: Qty::whole(1),
        price: Px::ZERO,
        order_id: OrderId(0),
        cl_ord_id: ClOrdId::literal("o9"),
        symbol: Symbol::literal("ACME"),
        account: AccountName::literal("FUND"),
        session: SessionId(0),
        side: Side::Sell,
        ord_type: OrdType::Market,
        time_in_force: TimeInForce::Day,
        ord_status: OrdStatus::Rejected,
        cum_notional: Notional::ZERO,
        existing_qty: Qty::ZERO,
        cum_qty: Qty::ZERO,
        leaves_qty: Qty::ZERO,
        reserved: [0; 16],
    };
    let text = "58=COLLAR_HIGH: limit=102.5, observed=120.00000001, reference=100";
    has(&Event::OrderRefused(refused), &["37=NONE", "150=8", "39=8", "103=99", text, "151=0", "14=0"]);
    assert!(!fields(&Event::OrderRefused(refused)).iter().any(|field| field.starts_with("44=")));
}

#[test]
fn status_of_an_unknown_order_is_rejected_103_5() {
    let mut unknown = order(OrdStatus::Rejected, 0);
    unknown.instrument = InstrumentId::NONE;
    let status = StatusReported::of(unknown, false);
    has(&Event::StatusReported(status), &["150=I", "39=8", "103=5", "37=NONE", "11=o1", "54=7", "55=[N/A]"]);
}

#[test]
fn cancel_reject_has_its_reason_and_what_it_answers() {
    let rejected = CancelRejected {
        refusal: Refusal::of(Check::Overflow),
        order_id: OrderId(0),
        cl_ord_id: ClOrdId::literal("c1"),
        orig_cl_ord_id: ClOrdId::literal("o1"),
        session: SessionId(0),
        response_to: CxlRejResponseTo::Cancel,
        reason: CxlRejReason::UnknownOrder,
        ord_status: OrdStatus::Rejected,
        by_risk: 0,
        ends_pending: 0,
        reserved: [0; 15],
    };
    has(
        &Event::CancelRejected(rejected),
        &["35=9", "37=NONE", "11=c1", "41=o1", "39=8", "434=1", "102=1", "58=UNKNOWN_ORDER"],
    );
}
