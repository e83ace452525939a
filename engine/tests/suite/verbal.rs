//! Orders by telephone, and the confirmation by wire that must not be a second order.

use model::*;

use crate::bench::{Bench, SESSION, new_order};
use crate::moves::enter;

#[test]
fn telephoned_order_passes_risk_and_goes_to_the_venue_without_a_cl_ord_id() {
    let mut bench = Bench::new(16);
    let Event::OrderAdopted(adopted) = enter(&mut bench, 100)[0] else { panic!("adopted") };
    assert!(adopted.order.cl_ord_id.is_empty());
    assert_eq!(adopted.order.session, SESSION);
    assert!(Event::OrderAdopted(adopted).sends_order().is_some());
    bench.venue(adopted.order.order_id, ReportKind::Filled, 100, 100);
    assert_eq!(bench.status(adopted.order.order_id), OrdStatus::Filled);
    assert!(matches!(enter(&mut bench, 1_000_000)[0], Event::OrderRefused(e) if e.refusal.check == Check::MaxOrderQty));
    bench.state.assert_sums();
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}

/// FIX scenario F.1.c.
#[test]
fn confirmation_by_wire_of_what_was_said_on_the_telephone_is_refused() {
    let mut bench = Bench::new(16);
    let said = bench.now;
    enter(&mut bench, 100);
    let wire = NewOrder { transact_time: said, ..new_order(SESSION, "X", "ACME", Side::Buy, 100, 100) };
    let events = bench.run(Command::NewOrder(wire));
    assert!(matches!(events[0], Event::OrderRefused(e) if e.refusal.check == Check::DuplicateOfVerbal), "{events:?}");
    let later = EngineTime(bench.now.0 + 1_000_000);
    for other in [
        NewOrder { cl_ord_id: ClOrdId::literal("Y"), order_qty: Qty::whole(99), ..wire },
        NewOrder { cl_ord_id: ClOrdId::literal("Z"), transact_time: later, ..wire },
    ] {
        assert!(matches!(bench.run(Command::NewOrder(other))[0], Event::OrderAccepted(_)), "it is another order");
    }
}
