//! The life of one order, case by case: what comes in, what must go out.

use crate::bench::{Bench, SESSION, new_order, report};
use model::{
    AccountName, Check, ClOrdId, Command, CxlRejReason, EngineTime, Event, ExecInst, KeptTerms, Notional, OrdStatus,
    OrdType, OrderId, OrderView, Origin, Px, Qty, ReplaceOrder, ReportKind, SessionId, Side, Suspense, Symbol, VenueId,
};

fn order_of(events: &[Event]) -> OrderView {
    *events[0].order().unwrap_or_else(|| panic!("an event with an order, not {events:?}"))
}

fn accepted(bench: &mut Bench, id: &str, side: Side, qty: i64, px: i64) -> OrderId {
    let events = bench.order(id, side, qty, px);
    assert!(matches!(events[0], Event::OrderAccepted(_)), "{events:?}");
    order_of(&events).order_id
}

#[test]
fn replace_that_names_other_terms_than_its_order_is_refused() {
    let mut bench = Bench::new(16);
    let id = order_of(&bench.order("A", Side::Buy, 100, 100)).order_id;
    let replace = |cl_ord_id: &str, kept| ReplaceOrder {
        origin: Origin::fix(SESSION, 0),
        order_qty: Qty::whole(90),
        price: Px::whole(100),
        stop_px: Px::ZERO,
        transact_time: EngineTime(0),
        cl_ord_id: ClOrdId::literal(cl_ord_id),
        orig_cl_ord_id: ClOrdId::literal("A"),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        reserved: [0; 6],
        kept,
    };
    let same = KeptTerms {
        symbol: Symbol::literal("ACME"),
        account: AccountName::literal("CASH"),
        time_in_force: b'0',
        said: KeptTerms::EXEC_INST | KeptTerms::MIN_QTY | KeptTerms::MAX_FLOOR,
        ..KeptTerms::NOTHING
    };
    let other = [
        KeptTerms { symbol: Symbol::literal("ZINC"), ..same },
        KeptTerms { account: AccountName::literal("MARGIN"), ..same },
        KeptTerms { time_in_force: b'1', ..same },
        KeptTerms { exec_inst: ExecInst::PARTICIPATE_DONT_INITIATE, ..same },
        KeptTerms { max_floor: Qty::whole(10), ..same },
        KeptTerms { min_qty: Qty::whole(10), ..same },
        KeptTerms { cl_ord_link_id: ClOrdId::literal("L"), ..same },
        KeptTerms { expire_time: EngineTime(1), said: KeptTerms::EXPIRE_TIME, ..same },
    ];
    for (n, kept) in other.into_iter().enumerate() {
        let events = bench.run(Command::ReplaceOrder(replace(&format!("R{n}"), kept)));
        let Event::CancelRejected(refused) = events[0] else { panic!("{kept:?}: {events:?}") };
        assert_eq!((refused.order_id, refused.by_risk, refused.refusal.check), (id, 1, Check::ReplaceTerms));
    }
    assert!(matches!(bench.run(Command::ReplaceOrder(replace("R", same)))[0], Event::ReplaceRequested(_)));
}

#[test]
fn order_fills_in_two_parts_and_moves_position_and_cash() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    bench.venue(id, ReportKind::Accepted, 0, 0);
    let part = order_of(&bench.venue(id, ReportKind::Filled, 20, 99));
    assert_eq!(
        (part.ord_status, part.cum_qty, part.leaves_qty()),
        (OrdStatus::PartiallyFilled, Qty::whole(20), Qty::whole(80))
    );
    let rest = order_of(&bench.venue(id, ReportKind::Filled, 80, 100));
    assert_eq!(
        (rest.ord_status, rest.leaves_qty(), rest.avg_px()),
        (OrdStatus::Filled, Qty::ZERO, Px::from_units(9_980_000_000))
    );
    let (account, of_account) = bench.state.account(&AccountName::literal("CASH")).unwrap();
    let traded = Notional::whole(20 * 99 + 80 * 100);
    assert_eq!(of_account.cash, Notional::whole(1_000_000) - traded - Notional::from_units(traded.units() / 10_000));
    assert_eq!(of_account.reserved, Notional::ZERO);
    assert_eq!(bench.state.holding(account, model::InstrumentId(0)).unwrap().exposure.position, Qty::whole(100));
    bench.state.assert_sums();
}

#[test]
fn duplicate_cl_ord_id_is_refused_with_the_status_of_the_first() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    let Event::OrderRefused(refused) = bench.order("X", Side::Buy, 50, 100)[0] else { panic!("refused") };
    assert_eq!(
        (refused.refusal.check, refused.order_id, refused.ord_status),
        (Check::DuplicateClOrdId, id, OrdStatus::New)
    );
}

#[test]
fn poss_resend_of_a_known_order_is_answered_with_its_status() {
    let mut bench = Bench::new(16);
    accepted(&mut bench, "X", Side::Buy, 100, 100);
    let again = model::NewOrder { poss_resend: 1, ..new_order(SESSION, "X", "ACME", Side::Buy, 100, 100) };
    let events = bench.run(Command::NewOrder(again));
    assert!(matches!(events[..], [Event::StatusReported(status)] if status.known == 1));
    assert_eq!(bench.state.working_count(), 1);
}

#[test]
fn fill_that_crosses_a_cancel_is_booked_under_the_original_id() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    bench.venue(id, ReportKind::Accepted, 0, 0);
    let pending = order_of(&bench.cancel("Y", "X"));
    assert_eq!(
        (pending.ord_status, pending.cl_ord_id, pending.orig_cl_ord_id),
        (OrdStatus::PendingCancel, ClOrdId::literal("Y"), ClOrdId::literal("X"))
    );
    let fill = order_of(&bench.venue(id, ReportKind::Filled, 60, 100));
    assert_eq!(
        (fill.ord_status, fill.cl_ord_id, fill.leaves_qty()),
        (OrdStatus::PendingCancel, ClOrdId::literal("X"), Qty::whole(40))
    );
    let done = order_of(&bench.venue(id, ReportKind::Canceled, 0, 0));
    assert_eq!((done.ord_status, done.cum_qty, done.leaves_qty()), (OrdStatus::Canceled, Qty::whole(60), Qty::ZERO));
    assert_eq!(done.orig_cl_ord_id, ClOrdId::literal("X"));
    bench.state.assert_sums();
}

#[test]
fn cancel_that_lost_to_the_last_fill_is_rejected_too_late() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    bench.cancel("Y", "X");
    // A pending cancel shows over what lies under it, a complete fill too.
    assert_eq!(order_of(&bench.venue(id, ReportKind::Filled, 100, 100)).ord_status, OrdStatus::PendingCancel);
    let Event::CancelRejected(rejected) = bench.venue(id, ReportKind::CancelRejected, 0, 0)[0] else { panic!("9") };
    assert_eq!(
        (rejected.ord_status, rejected.reason, rejected.cl_ord_id),
        (OrdStatus::Filled, CxlRejReason::TooLateToCancel, ClOrdId::literal("Y"))
    );
    bench.state.assert_sums();
}

#[test]
fn late_fill_of_a_canceled_order_is_booked_and_the_order_stays_canceled() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    bench.cancel("Y", "X");
    bench.venue(id, ReportKind::Canceled, 0, 0);
    let late = order_of(&bench.venue(id, ReportKind::Filled, 40, 100));
    assert_eq!((late.ord_status, late.cum_qty, late.leaves_qty()), (OrdStatus::Canceled, Qty::whole(40), Qty::ZERO));
    bench.state.assert_sums();
}

#[test]
fn cancel_of_an_unknown_order_says_so_and_consumes_nothing() {
    let mut bench = Bench::new(16);
    let Event::CancelRejected(rejected) = bench.cancel("Y", "X")[0] else { panic!("9") };
    assert_eq!(
        (rejected.order_id, rejected.reason, rejected.ord_status),
        (OrderId(0), CxlRejReason::UnknownOrder, OrdStatus::Rejected)
    );
    accepted(&mut bench, "X", Side::Buy, 100, 100);
    accepted(&mut bench, "Y", Side::Buy, 100, 100);
}

#[test]
fn replace_holds_the_worse_of_old_and_new_until_the_venue_decides() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    bench.venue(id, ReportKind::Accepted, 0, 0);
    let asked = order_of(&bench.replace("Y", "X", Side::Buy, 80, 101));
    assert_eq!(asked.ord_status, OrdStatus::PendingReplace);
    let held = bench.state.order(id).unwrap();
    assert_eq!((held.open_qty, held.held_px()), (Qty::whole(100), Px::whole(101)));
    assert!(
        matches!(bench.replace("Z", "X", Side::Buy, 70, 100)[0], Event::CancelRejected(e) if e.reason == CxlRejReason::AlreadyPending)
    );
    assert_eq!(order_of(&bench.venue(id, ReportKind::Filled, 10, 100)).ord_status, OrdStatus::PendingReplace);
    let done = order_of(&bench.venue(id, ReportKind::Replaced, 0, 0));
    assert_eq!(
        (done.ord_status, done.order_qty, done.leaves_qty(), done.price),
        (OrdStatus::PartiallyFilled, Qty::whole(80), Qty::whole(70), Px::whole(101))
    );
    assert_eq!((done.cl_ord_id, done.orig_cl_ord_id), (ClOrdId::literal("Y"), ClOrdId::literal("X")));
    bench.state.assert_sums();
}

#[test]
fn refused_replace_gives_the_worse_price_back() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    let before = bench.state.order(id).unwrap().reserved;
    bench.replace("Y", "X", Side::Buy, 200, 110);
    assert!(bench.state.order(id).unwrap().reserved > before);
    bench.venue(id, ReportKind::ReplaceRejected, 0, 0);
    let after = bench.state.order(id).unwrap();
    assert_eq!((after.reserved, after.view.ord_status), (before, OrdStatus::New));
    bench.state.assert_sums();
}

#[test]
fn replace_below_what_is_filled_is_amended_up_to_it() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    bench.replace("Y", "X", Side::Buy, 70, 100);
    bench.venue(id, ReportKind::Filled, 80, 100);
    let done = order_of(&bench.venue(id, ReportKind::Replaced, 0, 0));
    assert_eq!((done.ord_status, done.order_qty, done.leaves_qty()), (OrdStatus::Filled, Qty::whole(80), Qty::ZERO));
}

#[test]
fn cancel_passes_over_a_pending_replace() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    bench.replace("Y", "X", Side::Buy, 200, 100);
    assert_eq!(order_of(&bench.cancel("Z", "X")).ord_status, OrdStatus::PendingCancel);
    assert_eq!(order_of(&bench.venue(id, ReportKind::Replaced, 0, 0)).ord_status, OrdStatus::PendingCancel);
    assert_eq!(order_of(&bench.venue(id, ReportKind::Canceled, 0, 0)).ord_status, OrdStatus::Canceled);
    bench.state.assert_sums();
}

#[test]
fn cancel_passes_while_everything_is_halted_and_a_new_order_does_not() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    bench.run(Command::SetTradingState(model::SetTradingState {
        scope: model::Scope::Global,
        state: model::TradingState::Halted,
        reserved: [0; 6],
        account: AccountName::EMPTY,
        symbol: Symbol::EMPTY,
        actor: model::Text::literal("test"),
        reason: model::Text::literal("drill"),
    }));
    assert!(
        matches!(bench.order("N", Side::Buy, 1, 100)[0], Event::OrderRefused(e) if e.refusal.check == Check::KilledGlobal)
    );
    assert!(matches!(bench.replace("R", "X", Side::Buy, 50, 100)[0], Event::CancelRejected(e) if e.by_risk == 1));
    assert!(matches!(bench.cancel("Y", "X")[0], Event::CancelRequested(_)));
    assert_eq!(order_of(&bench.venue(id, ReportKind::Canceled, 0, 0)).ord_status, OrdStatus::Canceled);
}

#[test]
fn report_that_fits_nothing_is_suspended_and_changes_nothing() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X", Side::Buy, 100, 100);
    let why = |events: &[Event]| match events {
        [Event::ReportSuspended(e)] => e.why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(&bench.venue(OrderId(999), ReportKind::Filled, 1, 100)), Suspense::UnknownOrder);
    assert_eq!(why(&bench.venue(id, ReportKind::Filled, 101, 100)), Suspense::Overfill);
    assert_eq!(why(&bench.venue(id, ReportKind::Replaced, 0, 0)), Suspense::NotApplicable);
    let fill = report(VenueId::PAPER, id, 1_000, ReportKind::Filled, 1, 100);
    bench.run(Command::VenueReport(fill));
    assert_eq!(why(&bench.run(Command::VenueReport(fill))), Suspense::Duplicate);
    assert_eq!(bench.state.order(id).unwrap().view.cum_qty, Qty::whole(1));
}

#[test]
fn broker_is_believed_about_its_own_orders_and_once_about_each_execution() {
    const BROKER: VenueId = VenueId::broker(SessionId(1));
    let mut bench = Bench::new(16);
    let at_paper = accepted(&mut bench, "P", Side::Buy, 100, 100);
    bench.route("ACME", BROKER);
    let at_broker = accepted(&mut bench, "B", Side::Buy, 100, 100);
    let mut tell = |venue, order, exec_id, kind, qty| {
        let px = if qty == 0 { 0 } else { 100 };
        match bench.run(Command::VenueReport(report(venue, order, exec_id, kind, qty, px)))[0] {
            Event::ReportSuspended(e) => Err(e.why),
            event => Ok(event),
        }
    };
    // What works stays where it is; each venue speaks of its own orders only.
    assert_eq!(tell(BROKER, at_paper, 1, ReportKind::Filled, 10), Err(Suspense::WrongVenue));
    assert_eq!(tell(VenueId::PAPER, at_broker, 1_000, ReportKind::Filled, 10), Err(Suspense::WrongVenue));
    assert!(tell(VenueId::PAPER, at_paper, 1_000, ReportKind::Filled, 10).is_ok());
    // A broker's ExecIDs come in no order, and each counts once.
    for exec_id in [u64::MAX, 7, 500] {
        assert!(tell(BROKER, at_broker, exec_id, ReportKind::Filled, 10).is_ok());
        assert_eq!(tell(BROKER, at_broker, exec_id, ReportKind::Filled, 10), Err(Suspense::Duplicate));
    }
    assert_eq!(tell(BROKER, at_broker, 8, ReportKind::Other, 0), Err(Suspense::NotApplicable));
    assert_eq!(bench.state.order(at_broker).unwrap().view.cum_qty, Qty::whole(30));
    assert_eq!(bench.state.last_venue_exec_id(), 1_000, "the paper venue goes on with its own numbers");
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}

#[test]
fn full_order_store_forgets_the_oldest_closed_order_and_never_a_working_one() {
    let mut bench = Bench::new(2);
    let first = accepted(&mut bench, "A", Side::Buy, 1, 100);
    accepted(&mut bench, "B", Side::Buy, 1, 100);
    assert!(
        matches!(bench.order("C", Side::Buy, 1, 100)[0], Event::OrderRefused(e) if e.refusal.check == Check::OrderCapacity)
    );
    bench.venue(first, ReportKind::Canceled, 0, 0);
    accepted(&mut bench, "C", Side::Buy, 1, 100);
    assert!(bench.state.order(first).is_none());
    accepted_again(&mut bench);
}

fn accepted_again(bench: &mut Bench) {
    assert!(matches!(bench.cancel("D", "B")[0], Event::CancelRequested(_)), "cancels pass when the store is full");
}

#[test]
fn buying_power_is_shared_by_open_orders() {
    let mut bench = Bench::new(64);
    accepted(&mut bench, "A", Side::Buy, 9_000, 100);
    let Event::OrderRefused(refused) = bench.order("B", Side::Buy, 1_000, 100)[0] else { panic!("refused") };
    assert_eq!(refused.refusal.check, Check::BuyingPower);
    let cash = Notional::whole(1_000_000);
    let taken = Notional::whole(900_000) + Notional::whole(90);
    assert_eq!(Notional::from_units(refused.refusal.limit), cash - taken);
}
