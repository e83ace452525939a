//! Orders in doubt: what is so, what settles it, and what never does.

use model::*;

use crate::bench::{Bench, report};

const BROKER: VenueId = VenueId::broker(SessionId(1));

fn at_broker(bench: &mut Bench, id: &str) -> OrderId {
    bench.route("ACME", BROKER);
    let Event::OrderAccepted(accepted) = bench.order(id, Side::Buy, 100, 100)[0] else { panic!("accepted") };
    accepted.order.order_id
}

fn link(bench: &mut Bench, link: Link) {
    bench.run(Command::VenueLink(VenueLink { venue: BROKER, link, reserved: [0; 3] }));
}

fn tell(bench: &mut Bench, order: OrderId, kind: ReportKind, qty: i64) -> Vec<Event> {
    let exec = 1_000 + bench.history.len() as u64;
    bench.run(Command::VenueReport(report(BROKER, order, exec, kind, qty, if qty == 0 { 0 } else { 100 })))
}

fn doubts(bench: &Bench) -> Vec<OrderId> {
    let mut orders: Vec<OrderId> = bench
        .state
        .working_orders()
        .filter(|order| bench.state.is_in_doubt(order))
        .map(|order| order.view.order_id)
        .collect();
    orders.sort_unstable();
    orders
}

fn resolve(bench: &mut Bench, order: OrderId, kind: ReportKind, qty: i64, actor: &str) -> Resolution {
    let events = bench.run(Command::ResolveOrder(ResolveOrder {
        order_id: order,
        last_qty: Qty::whole(qty),
        last_px: if qty == 0 { Px::ZERO } else { Px::whole(100) },
        kind,
        reserved: [0; 7],
        actor: Text::literal(actor),
        reason: Text::literal("the broker said so on the telephone"),
    }));
    bench.state.assert_sums();
    match events.last() {
        Some(Event::ResolutionGiven(e)) => e.outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn unanswered_order_is_in_doubt_when_the_connection_is_lost_and_keeps_what_it_holds() {
    let mut bench = Bench::new(16);
    let unanswered = at_broker(&mut bench, "A");
    let answered = at_broker(&mut bench, "B");
    tell(&mut bench, answered, ReportKind::Accepted, 0);
    assert!(doubts(&bench).is_empty(), "not yet: an answer may be on its way");
    let reserved = bench.state.order(unanswered).unwrap().reserved;
    link(&mut bench, Link::Down);
    assert_eq!(doubts(&bench), [unanswered]);
    assert_eq!(bench.state.order(unanswered).unwrap().reserved, reserved);
    link(&mut bench, Link::Up);
    assert_eq!(doubts(&bench), [unanswered], "that the connection is back proves nothing");
    tell(&mut bench, unanswered, ReportKind::Accepted, 0);
    assert!(doubts(&bench).is_empty());
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}

#[test]
fn unanswered_cancel_and_replace_are_in_doubt_too() {
    let mut bench = Bench::new(16);
    let order = at_broker(&mut bench, "A");
    tell(&mut bench, order, ReportKind::Accepted, 0);
    bench.cancel("C", "A");
    link(&mut bench, Link::Down);
    assert_eq!(doubts(&bench), [order]);
    tell(&mut bench, order, ReportKind::CancelRejected, 0);
    assert!(doubts(&bench).is_empty());
}

#[test]
fn lost_numbers_put_every_order_in_doubt_until_the_venue_speaks_of_it() {
    let mut bench = Bench::new(16);
    let (one, other) = (at_broker(&mut bench, "A"), at_broker(&mut bench, "B"));
    for order in [one, other] {
        tell(&mut bench, order, ReportKind::Accepted, 0);
    }
    link(&mut bench, Link::Void);
    assert_eq!(doubts(&bench), [one, other]);
    tell(&mut bench, one, ReportKind::Filled, 10);
    assert_eq!(doubts(&bench), [other]);
}

#[test]
fn answer_that_counts_other_fills_settles_nothing() {
    let mut bench = Bench::new(16);
    let order = at_broker(&mut bench, "A");
    link(&mut bench, Link::Down);
    let answer = |cum| VenueReport {
        counted: Counted::InAnswer,
        cum_qty: Qty::whole(cum),
        ..VenueReport::about(BROKER, order, 77 + cum as u64, ReportKind::Stands)
    };
    let events = bench.run(Command::VenueReport(answer(10)));
    assert!(matches!(events[0], Event::ReportSuspended(e) if e.why == Suspense::QuantityDiffers));
    assert_eq!(doubts(&bench), [order]);
    bench.run(Command::VenueReport(answer(0)));
    assert!(doubts(&bench).is_empty());
}

#[test]
fn two_people_settle_an_order_and_nobody_alone() {
    let mut bench = Bench::new(16);
    let order = at_broker(&mut bench, "A");
    assert_eq!(resolve(&mut bench, order, ReportKind::Canceled, 0, "ann"), Resolution::NotInDoubt);
    link(&mut bench, Link::Down);
    assert_eq!(resolve(&mut bench, order, ReportKind::Canceled, 0, "ann"), Resolution::Proposed);
    assert_eq!(resolve(&mut bench, order, ReportKind::Canceled, 0, "ann"), Resolution::Proposed, "ann again");
    assert_eq!(resolve(&mut bench, order, ReportKind::Rejected, 0, "bob"), Resolution::Proposed, "another thing");
    assert_eq!(bench.status(order), OrdStatus::New);
    assert_eq!(resolve(&mut bench, order, ReportKind::Rejected, 0, "ann"), Resolution::Approved);
    assert_eq!(bench.status(order), OrdStatus::Rejected);
    assert_eq!(resolve(&mut bench, OrderId(999), ReportKind::Canceled, 0, "ann"), Resolution::UnknownOrder);
    // A fill that comes after all is money, whatever people said.
    tell(&mut bench, order, ReportKind::Filled, 30);
    let after = bench.state.order(order).unwrap();
    assert_eq!((after.view.ord_status, after.view.cum_qty), (OrdStatus::Rejected, Qty::whole(30)));
    bench.state.assert_sums();
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}

#[test]
fn people_may_say_that_it_was_filled_but_not_more_than_it_is() {
    let mut bench = Bench::new(16);
    let order = at_broker(&mut bench, "A");
    link(&mut bench, Link::Down);
    assert_eq!(resolve(&mut bench, order, ReportKind::Filled, 101, "ann"), Resolution::NotApplicable);
    assert_eq!(resolve(&mut bench, order, ReportKind::Filled, 100, "ann"), Resolution::Proposed);
    assert_eq!(resolve(&mut bench, order, ReportKind::Filled, 100, "bob"), Resolution::Approved);
    assert_eq!(bench.status(order), OrdStatus::Filled);
}

#[test]
fn approved_word_brings_an_order_back_into_sight_until_the_next_loss() {
    let mut bench = Bench::new(16);
    let order = at_broker(&mut bench, "A");
    tell(&mut bench, order, ReportKind::Accepted, 0);
    link(&mut bench, Link::Void);
    assert_eq!(resolve(&mut bench, order, ReportKind::Accepted, 0, "ann"), Resolution::Proposed);
    assert_eq!(resolve(&mut bench, order, ReportKind::Accepted, 0, "bob"), Resolution::Approved);
    assert!(doubts(&bench).is_empty());
    assert_eq!(bench.status(order), OrdStatus::New);
    link(&mut bench, Link::Void);
    assert_eq!(doubts(&bench), [order]);
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}

#[test]
fn restart_is_a_loss_of_the_connection() {
    let mut bench = Bench::new(16);
    let order = at_broker(&mut bench, "A");
    link(&mut bench, Link::Up);
    bench.run(Command::Start(Start {
        orders_max: 16,
        build: Text::literal("test"),
        acknowledge_at_venue: 0,
        reserved: [0; 7],
    }));
    assert_eq!(doubts(&bench), [order]);
}

#[test]
fn order_that_nobody_sent_is_booked_where_the_configuration_says_whose_it_is() {
    let mut bench = Bench::new(16);
    bench.route("ACME", BROKER);
    let foreign = |exec: u64, account: &str, kind, last: i64, cum: i64| {
        Command::ForeignOrder(ForeignOrder {
            venue_exec_id: exec,
            venue_order_id: 4_711,
            venue_ref_id: if kind == ReportKind::TradeCanceled { 4 } else { 0 },
            order_qty: Qty::whole(100),
            price: Px::whole(100),
            last_qty: Qty::whole(last),
            last_px: if last == 0 { Px::ZERO } else { Px::whole(100) },
            cum_qty: Qty::whole(cum),
            cl_ord_id: ClOrdId::literal("theirs"),
            symbol: Symbol::literal("ACME"),
            account: AccountName::literal(account),
            venue: BROKER,
            side: Side::Buy,
            ord_type: OrdType::Limit,
            time_in_force: TimeInForce::Day,
            kind,
        })
    };
    let why = |events: &[Event]| match events {
        [Event::ReportSuspended(e)] => e.why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(&bench.run(foreign(1, "", ReportKind::Filled, 10, 10))), Suspense::UnknownAccount);
    assert_eq!(why(&bench.run(foreign(2, "MARGIN", ReportKind::Filled, 10, 30))), Suspense::QuantityDiffers);
    let events = bench.run(foreign(3, "MARGIN", ReportKind::Filled, 10, 10));
    assert!(
        matches!(events[..], [Event::OrderAdopted(_), Event::OrderFilled(_), Event::PositionChanged(_)]),
        "{events:?}"
    );
    assert_eq!(why(&bench.run(foreign(3, "MARGIN", ReportKind::Filled, 10, 10))), Suspense::Duplicate);
    bench.run(foreign(4, "MARGIN", ReportKind::Filled, 90, 100));
    let Event::OrderAdopted(adopted) = events[0] else { panic!("adopted") };
    assert_eq!(bench.status(adopted.order.order_id), OrdStatus::Filled);
    assert_eq!(adopted.order.session, SessionId(1), "the session whose account it is hears of it");
    let held = bench.state.holding(AccountId(1), InstrumentId(0)).unwrap();
    assert_eq!(held.exposure.position, Qty::whole(100));
    let events = bench.run(foreign(5, "MARGIN", ReportKind::TradeCanceled, 0, 10));
    assert!(matches!(events[0], Event::TradeCanceled(e) if e.order.cum_qty == Qty::whole(10)), "{events:?}");
    bench.state.assert_sums();
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
}
