//! Doubt lasts until the venue has answered, or two people have said the same of the same doubt.

use model::*;

use crate::bench::{Bench, SESSION, new_order, report};
use crate::moves::{BROKER, accept, in_doubt, link, resolve, tell};

#[test]
fn cancel_does_not_take_an_order_out_of_doubt() {
    let mut bench = Bench::new(16);
    bench.route("ACME", BROKER);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    link(&mut bench, Link::Down);
    link(&mut bench, Link::Up);
    assert!(in_doubt(&bench, order));
    bench.cancel("C", "A");
    let after_cancel = in_doubt(&bench, order);
    // The broker never had it: it knows no such order.
    tell(&mut bench, order, ReportKind::CancelRejected, 0);
    let view = bench.state.order(order).unwrap().view;
    assert!(
        after_cancel && in_doubt(&bench, order),
        "{after_cancel}, {:?}: reserved for ever, listed nowhere",
        view.ord_status
    );
}

#[test]
fn cancel_does_not_hide_lost_numbers() {
    let mut bench = Bench::new(16);
    bench.route("ACME", BROKER);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    tell(&mut bench, order, ReportKind::Accepted, 0);
    link(&mut bench, Link::Void);
    link(&mut bench, Link::Up);
    bench.cancel("C", "A");
    assert!(in_doubt(&bench, order), "what it filled meanwhile is not known");
}

#[test]
fn proposal_of_an_earlier_doubt_does_not_count() {
    let mut bench = Bench::new(16);
    bench.route("ACME", BROKER);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    link(&mut bench, Link::Down);
    assert_eq!(resolve(&mut bench, order, ReportKind::Canceled, "ann"), Resolution::Proposed);
    link(&mut bench, Link::Up);
    tell(&mut bench, order, ReportKind::Accepted, 0);
    tell(&mut bench, order, ReportKind::Filled, 10);
    assert!(!in_doubt(&bench, order), "ann was wrong");
    bench.now.0 += 86_400_000_000_000;
    bench.cancel("C", "A");
    link(&mut bench, Link::Down);
    assert_eq!(resolve(&mut bench, order, ReportKind::Canceled, "bob"), Resolution::Proposed, "bob alone");
}

#[test]
fn two_people_may_say_that_a_cancel_was_lost() {
    let mut bench = Bench::new(16);
    bench.route("ACME", BROKER);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    tell(&mut bench, order, ReportKind::Accepted, 0);
    bench.cancel("C", "A");
    link(&mut bench, Link::Down);
    link(&mut bench, Link::Up);
    // The broker answers the question: it stands, and knows nothing of a cancel. Two people say so too.
    let answer =
        VenueReport { counted: Counted::InAnswer, ..VenueReport::about(BROKER, order, 5_000, ReportKind::Stands) };
    bench.run(Command::VenueReport(answer));
    assert!(in_doubt(&bench, order), "the cancel is not answered");
    resolve(&mut bench, order, ReportKind::CancelRejected, "ann");
    assert_eq!(resolve(&mut bench, order, ReportKind::CancelRejected, "bob"), Resolution::Approved);
    assert!(!in_doubt(&bench, order));
    let events = bench.cancel("C2", "A");
    assert!(!matches!(events[0], Event::CancelRejected(_)), "{:?} for ever: {events:?}", bench.status(order));
}

#[test]
fn order_whose_replace_was_lost_stays_in_doubt() {
    let mut bench = Bench::new(16);
    bench.route("ACME", BROKER);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    tell(&mut bench, order, ReportKind::Accepted, 0);
    bench.replace("R", "A", Side::Buy, 1_000, 100);
    link(&mut bench, Link::Down);
    link(&mut bench, Link::Up);
    resolve(&mut bench, order, ReportKind::Accepted, "ann");
    resolve(&mut bench, order, ReportKind::Accepted, "bob");
    assert!(bench.status(order) != OrdStatus::PendingReplace || in_doubt(&bench, order), "pending for ever");
}

#[test]
fn fill_that_counts_more_than_was_told_ends_no_doubt() {
    let mut bench = Bench::new(16);
    bench.route("ACME", BROKER);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    tell(&mut bench, order, ReportKind::Accepted, 0);
    // 50 are filled meanwhile, and never told.
    link(&mut bench, Link::Void);
    link(&mut bench, Link::Up);
    let fill = report(BROKER, order, 2_000, ReportKind::Filled, 50, 100);
    let counted = Counted::InReport;
    bench.run(Command::VenueReport(VenueReport { cum_qty: Qty::whole(100), counted, ..fill }));
    assert_eq!(bench.state.order(order).unwrap().missing, Qty::whole(50));
    assert!(in_doubt(&bench, order), "the broker counts 100, we 50");
    // The other one comes late.
    let fill = report(BROKER, order, 2_001, ReportKind::Filled, 50, 100);
    bench.run(Command::VenueReport(VenueReport { cum_qty: Qty::whole(50), counted, ..fill }));
    assert!(!in_doubt(&bench, order));
    assert_eq!(bench.status(order), OrdStatus::Filled);
}

#[test]
fn bust_without_a_reference_is_kept_for_a_person() {
    let mut bench = Bench::new(16);
    bench.route("ACME", BROKER);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    link(&mut bench, Link::Down);
    for actor in ["ann", "bob"] {
        bench.run(Command::ResolveOrder(ResolveOrder {
            order_id: order,
            last_qty: Qty::whole(50),
            last_px: Px::whole(100),
            kind: ReportKind::Filled,
            reserved: [0; 7],
            actor: Text::literal(actor),
            reason: Text::EMPTY,
        }));
    }
    assert_eq!(bench.state.order(order).unwrap().view.cum_qty, Qty::whole(50));
    tell(&mut bench, order, ReportKind::TradeCanceled, 0);
    assert_eq!(bench.state.order(order).unwrap().view.cum_qty, Qty::whole(50));
}

#[test]
fn unanswered_cancel_is_in_doubt_whatever_else_is_heard() {
    let mut bench = Bench::new(16);
    bench.route("ACME", BROKER);
    let order = accept(&mut bench, new_order(SESSION, "A", "ACME", Side::Buy, 100, 100));
    tell(&mut bench, order, ReportKind::Accepted, 0);
    bench.cancel("C", "A");
    link(&mut bench, Link::Down);
    link(&mut bench, Link::Up);
    tell(&mut bench, order, ReportKind::Triggered, 0);
    assert!(in_doubt(&bench, order), "the cancel is not answered");
}
