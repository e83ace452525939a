//! What waits for the broker's answer, and what is asked for.

use super::*;

fn ended(ord_status: OrdStatus) -> Event {
    let order = OrderView { ord_status, ..order() };
    let (restatement, cause) = (ExecRestatementReason::NotGiven, CancelCause::Client);
    Event::OrderCanceled(OrderCanceled { order, venue_exec_id: 9, restatement, cause, reserved: [0; 6] })
}

fn heard_of() -> Event {
    Event::VenueAccepted(VenueAccepted { order_id: ORDER, venue_exec_id: 1 })
}

fn refused(cl_ord_id: &str) -> Event {
    Event::CancelRejected(CancelRejected {
        refusal: Refusal::of(Check::UnknownAccount),
        order_id: ORDER,
        cl_ord_id: ClOrdId::literal(cl_ord_id),
        orig_cl_ord_id: order().cl_ord_id,
        session: SessionId(0),
        response_to: CxlRejResponseTo::Replace,
        reason: CxlRejReason::Other,
        ord_status: OrdStatus::New,
        by_risk: 0,
        ends_pending: 1,
        reserved: [0; 15],
    })
}

#[test]
fn what_is_answered_is_not_asked_for_again() {
    let mut open = OpenOrders::of([]);
    open.order_sent(&order());
    assert_eq!(open.to_ask(), [ORDER]);
    open.on_event(&heard_of(), true);
    assert!(open.to_ask().is_empty());
    open.numbers_are_void();
    assert_eq!(open.to_ask(), [ORDER], "after the numbers began again every order is");
    assert_eq!(open.to_ask(), [ORDER], "until the broker has answered");
    open.on_event(&ended(OrdStatus::Canceled), true);
    assert!(open.to_ask().is_empty() && open.get(ORDER).is_none());
}

#[test]
fn order_that_the_engine_had_lost_sight_of_is_asked_for_after_a_start() {
    let open = OpenOrders::of([WorkingOrder { in_doubt: true, ..working() }]);
    assert_eq!(open.to_ask(), [ORDER]);
    let open = OpenOrders::of([WorkingOrder { is_ending: true, ..working() }]);
    assert_eq!(open.to_ask(), [ORDER], "its cancel was not answered");
    assert!(OpenOrders::of([working()]).to_ask().is_empty());
}

#[test]
fn request_that_waited_is_refused_for_certain_when_its_order_ends_first() {
    let mut open = OpenOrders::of([]);
    open.order_sent(&order());
    let waits = cancel("no more", CancelCause::Client);
    open.cancel(&waits, Sent::No);
    let too_late = open.on_event(&fill(100, OrdStatus::Filled), true);
    assert_eq!(too_late, [(waits.order, ReportKind::CancelRejected)]);

    let mut open = OpenOrders::of([working()]);
    open.replace(&replace("y", ""), Sent::Yes);
    open.replace(&replace("z", "y"), Sent::No);
    assert!(open.on_event(&ended(OrdStatus::Canceled), true).is_empty(), "the one before it is not answered yet");
    let too_late = open
        .on_event(&Event::CancelRejected(CancelRejected { ord_status: OrdStatus::Canceled, ..as_refused("y") }), true);
    assert_eq!(too_late, [(replace("z", "y").order, ReportKind::ReplaceRejected)]);
}

fn as_refused(cl_ord_id: &str) -> CancelRejected {
    let Event::CancelRejected(refused) = refused(cl_ord_id) else { unreachable!("it is one") };
    refused
}

#[test]
fn replaces_are_decided_in_the_order_in_which_they_went() {
    let pending = |name| PendingReplace {
        cl_ord_id: ClOrdId::literal(name),
        order_qty: Qty::whole(50),
        price: Px::whole(98),
        stop_px: Px::ZERO,
    };
    let restored = OpenOrders::of([WorkingOrder { pending_replaces: vec![pending("y"), pending("z")], ..working() }]);
    let names: Vec<ClOrdId> = restored.get(ORDER).unwrap().replaces.iter().map(|one| one.request.behind).collect();
    assert_eq!(names, [ClOrdId::EMPTY, ClOrdId::literal("y")]);

    let mut ear = Ear::with(restored);
    assert_eq!(ear.kind("8", "z", "17=1|150=5|39=0|"), Some(ReportKind::Other), "out of order: for a person");
    assert_eq!(ear.kind("8", "y", "17=2|150=5|39=E|"), Some(ReportKind::Replaced));
    assert_eq!(
        ear.kind("9", "z", "434=2|102=2|39=0|"),
        Some(ReportKind::ReplaceRejected),
        "before the engine has said so"
    );
    assert_eq!(ear.kind("8", "y", "17=3|150=5|39=E|"), Some(ReportKind::Other), "it is answered");
}

#[test]
fn every_cancel_has_its_own_answer() {
    let mut ear = Ear::with(OpenOrders::of([working()]));
    ear.open.cancel(&cancel("~1f", CancelCause::Operator), Sent::Yes);
    ear.open.cancel(&cancel("no more", CancelCause::Client), Sent::Yes);
    for name in ["~1f", "no more"] {
        assert_eq!(ear.kind("9", name, "434=1|102=0|39=0|"), Some(ReportKind::CancelRejected));
        assert_eq!(ear.kind("9", name, "434=1|102=0|39=0|"), Some(ReportKind::Other), "once");
    }
}

#[test]
fn bust_brings_a_filled_order_back() {
    let mut open = OpenOrders::of([working()]);
    open.on_event(&fill(100, OrdStatus::Filled), true);
    assert!(open.get(ORDER).is_none());
    let order = OrderView { cum_qty: Qty::whole(40), ord_status: OrdStatus::PartiallyFilled, ..order() };
    let bust = TradeCanceled {
        order,
        last_qty: Qty::whole(60),
        last_px: Px::whole(99),
        venue_exec_id: 2,
        fill: 0,
        ref_seq: Seq(1),
        ref_index: 0,
        reserved: [0; 7],
    };
    open.on_event(&Event::TradeCanceled(bust), false);
    assert!(open.get(ORDER).is_none(), "it is another venue's");
    open.on_event(&Event::TradeCanceled(bust), true);
    assert_eq!(open.get(ORDER).map(|open| open.order.cum_qty), Some(Qty::whole(40)));
}

#[test]
fn replace_brings_a_filled_order_back() {
    let mut ear = Ear::with(OpenOrders::of([working()]));
    ear.open.on_event(&fill(100, OrdStatus::Filled), true);
    ear.open.replace(&ReplaceRequested { order_qty: Qty::whole(120), ..replace("more", "") }, Sent::Yes);
    assert_eq!(ear.kind("8", "more", "17=1|150=5|39=1|38=120|14=100|"), Some(ReportKind::Replaced));
}

#[test]
fn what_was_refused_offline_stays_unsent_however_often_the_daemon_starts() {
    use super::super::super::session::SessionConfig;
    use super::super::super::settings::SessionSettings;
    use super::super::super::slot::Slot;
    use super::super::super::store::{Changes, Run, SessionRecord, SessionStore as _, SledStore};
    use super::super::recovery::recover;
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    let id = SessionId(7);
    let record = SessionRecord { next_in: 9, next_out: 6, reserved: 65_536, born_ns: None };
    let sent = Run { first: 5, seq: Seq(10), index: 0, poss_resend: false, unsent: false };
    let unsent = Run { first: 65_536, seq: Seq(20), index: 1, poss_resend: false, unsent: true };
    store.apply(&Changes { runs: vec![(id, sent), (id, unsent)], ..Changes::default() }).unwrap();
    let journal = tempfile::tempdir().unwrap();
    let settings = SessionSettings::new(id, SessionConfig::initiator("MILL", "BROKER"));
    let mut slot = Slot::new(&settings, Some(record), Seq(29));
    let all = recover(&mut slot, &store, &record, Seq(30), Seq(29), journal.path());
    assert!(!all.unwrap(), "nothing is in doubt");
    assert_eq!(slot.numbering.run_after(&store, id, 5).unwrap(), Some(unsent), "from the first refusal on");
}
