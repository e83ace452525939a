//! Trades that cannot be right.

use super::super::trades::DkReason;
use super::*;

/// The report of a trade, and what was seen to be wrong with it.
fn traded(ear: &mut Ear, body: &str) -> (ReportKind, Option<DkReason>) {
    let report = ear.hear("8", "mine", &format!("37=B-1|150=F|39=1|{body}")).unwrap();
    (report.kind, ear.trades.find(report.venue_exec_id).expect("it is remembered").wrong)
}

#[test]
fn trade_that_does_not_fit_its_order_is_not_booked() {
    let mut ear = Ear::with(OpenOrders::of([working()]));
    for (body, wrong) in [
        ("17=1|55=ACME|54=2|32=5|31=99|", None),
        ("17=2|55=ACME|54=5|32=5|31=100|", None),
        ("17=3|55=[N/A]|32=5|31=99|", None),
        ("17=4|55=EMCA|54=2|32=5|31=99|", Some(DkReason::UnknownSymbol)),
        ("17=5|55=ACME|54=1|32=5|31=99|", Some(DkReason::WrongSide)),
        ("17=6|55=ACME|54=2|32=5|31=98.99|", Some(DkReason::PriceExceedsLimit)),
    ] {
        let kind = if wrong.is_some() { ReportKind::Other } else { ReportKind::Filled };
        assert_eq!(traded(&mut ear, body), (kind, wrong), "{body}");
    }
}

#[test]
fn price_may_be_any_that_the_order_may_have_by_now() {
    let mut ear = Ear::with(OpenOrders::of([working()]));
    ear.open.replace(&replace("lower", ""), Sent::Yes);
    assert_eq!(traded(&mut ear, "17=1|32=5|31=98|").1, None, "as the replace asks");
    assert_eq!(traded(&mut ear, "17=2|32=5|31=97|").1, Some(DkReason::PriceExceedsLimit));
    ear.hear("8", "mine", "17=3|150=D|39=0|378=3|44=97|");
    assert_eq!(traded(&mut ear, "17=4|32=5|31=97|").1, None, "as the broker has restated it");
    let market =
        WorkingOrder { view: OrderView { ord_type: OrdType::Market, price: Px::ZERO, ..order() }, ..working() };
    let mut ear = Ear::with(OpenOrders::of([market]));
    assert_eq!(traded(&mut ear, "17=5|32=5|31=1|").1, None);
}

#[test]
fn price_of_before_a_replace_is_allowed_after_it() {
    let mut ear = Ear::with(OpenOrders::of([working()]));
    let dearer = OrderView { price: Px::whole(120), ..order() };
    ear.open.on_event(
        &Event::OrderReplaced(OrderReplaced { order: dearer, worst_px: dearer.price, venue_exec_id: 9 }),
        true,
    );
    assert_eq!(traded(&mut ear, "17=1|32=5|31=99|").1, None, "it crossed the replace");
    assert_eq!(traded(&mut ear, "17=2|32=5|31=98|").1, Some(DkReason::PriceExceedsLimit));
}

#[test]
fn engine_s_reason_is_told_in_fix_s_words() {
    for (why, reason) in [
        (Suspense::Overfill, Some(DkReason::QuantityExceedsOrder)),
        (Suspense::UnknownOrder, Some(DkReason::NoMatchingOrder)),
        (Suspense::UnknownAccount, Some(DkReason::NoMatchingOrder)),
        (Suspense::QuantityDiffers, Some(DkReason::CalculationDifference)),
        (Suspense::NotApplicable, Some(DkReason::Other)),
        (Suspense::Contradicts, Some(DkReason::Other)),
        // The trade may be right: nobody is told that it is not.
        (Suspense::Duplicate, None),
        (Suspense::NoRoom, None),
        (Suspense::Overflow, None),
        (Suspense::OutOfRange, None),
        (Suspense::NoCurrency, None),
        (Suspense::NoRate, None),
    ] {
        assert_eq!(DkReason::of(why), reason, "{why:?}");
    }
    assert_eq!(DkReason::WrongSide.value(), b'B');
}

#[test]
fn memory_of_trades_is_bounded_and_identifiers_that_are_too_long_are_not_in_it() {
    let mut ear = Ear::with(OpenOrders::of([]));
    let first = ear.hear("8", "mine", "17=first|150=F|39=1|32=5|31=99|").unwrap();
    for number in 0..1_023 {
        ear.hear("8", "mine", &format!("17={number}|150=F|39=1|32=5|31=99|"));
    }
    assert_eq!(
        ear.trades.find(first.venue_exec_id).map(|trade| trade.exec_id.as_str().to_owned()).as_deref(),
        Some("first")
    );
    let long = ear.hear("8", "mine", &format!("17={}|150=F|39=1|32=5|31=99|", "x".repeat(65))).unwrap();
    assert!(ear.trades.find(long.venue_exec_id).is_none());
    ear.hear("8", "mine", "17=last|150=F|39=1|32=5|31=99|");
    assert!(ear.trades.find(first.venue_exec_id).is_none(), "the oldest is forgotten");
}
