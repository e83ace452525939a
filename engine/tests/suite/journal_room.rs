//! A full disk refuses what is new, and lets pass what ends something.

use model::{Check, Command, Event, OrdStatus, OrderId, OrderView, ReportJournalRoom, ReportKind, Side};

use crate::bench::Bench;

fn order_of(events: &[Event]) -> OrderView {
    *events[0].order().unwrap_or_else(|| panic!("an event with an order, not {events:?}"))
}

fn accepted(bench: &mut Bench, id: &str) -> OrderId {
    order_of(&bench.order(id, Side::Buy, 100, 100)).order_id
}

fn room(bench: &mut Bench, has_room: u8) -> Vec<Event> {
    bench.run(Command::ReportJournalRoom(ReportJournalRoom { has_room, reserved: [0; 7] }))
}

#[test]
fn full_journal_refuses_orders_and_replaces_while_cancels_and_reports_pass() {
    let mut bench = Bench::new(16);
    let id = accepted(&mut bench, "X");
    let other = accepted(&mut bench, "Z");
    let free = bench.state.hash();
    assert!(matches!(room(&mut bench, 0)[..], [Event::JournalRoomChanged(e)] if e.has_room == 0));
    assert_ne!(bench.state.hash(), free);
    assert!(room(&mut bench, 0).is_empty(), "told once");
    assert!(
        matches!(bench.order("N", Side::Buy, 1, 100)[0], Event::OrderRefused(e) if e.refusal.check == Check::JournalFull)
    );
    let replaced = bench.replace("R", "X", Side::Buy, 50, 100);
    assert!(matches!(replaced[0], Event::CancelRejected(e) if e.refusal.check == Check::JournalFull));
    assert!(matches!(bench.cancel("Y", "X")[0], Event::CancelRequested(_)));
    assert_eq!(order_of(&bench.venue(id, ReportKind::Canceled, 0, 0)).ord_status, OrdStatus::Canceled);
    assert_eq!(order_of(&bench.venue(other, ReportKind::Filled, 100, 100)).ord_status, OrdStatus::Filled);

    assert!(matches!(room(&mut bench, 1)[..], [Event::JournalRoomChanged(e)] if e.has_room == 1));
    assert!(room(&mut bench, 1).is_empty());
    assert!(matches!(bench.order("M", Side::Buy, 1, 100)[0], Event::OrderAccepted(_)));
    bench.state.assert_sums();
}
