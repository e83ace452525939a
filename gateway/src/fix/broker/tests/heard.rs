//! What a broker may say, and what it is heard as.

use super::*;

#[test]
fn each_execution_report_is_heard_as_what_it_says() {
    let mut ear = Ear::new();
    for (body, kind) in [
        ("17=1|150=0|39=0|", Some(ReportKind::Accepted)),
        ("17=1|150=A|39=A|", None),
        ("17=1|150=6|39=6|", None),
        ("17=1|150=E|39=E|", None),
        ("17=1|150=B|39=B|", None),
        ("17=1|150=4|39=4|", Some(ReportKind::Canceled)),
        ("17=1|150=C|39=C|", Some(ReportKind::Expired)),
        ("17=1|150=F|39=1|32=5|31=99|", Some(ReportKind::Filled)),
        ("17=1|20=0|150=1|39=1|32=5|31=99|", Some(ReportKind::Filled)),
        // Busts and corrections: FIX 4.2 tells them by ExecTransType(20).
        ("17=2|20=1|19=1|150=1|39=1|32=5|31=99|", Some(ReportKind::TradeCanceled)),
        ("17=2|20=2|19=1|150=1|39=1|32=5|31=99|", Some(ReportKind::TradeCorrected)),
        ("17=2|19=1|150=H|39=0|", Some(ReportKind::TradeCanceled)),
        ("17=2|19=1|150=G|39=0|32=5|31=99|", Some(ReportKind::TradeCorrected)),
        ("17=1|150=D|39=0|378=3|44=98|", Some(ReportKind::Restated)),
        ("17=1|150=3|39=3|", Some(ReportKind::DoneForDay)),
        ("17=1|150=7|39=7|32=5|31=99|", Some(ReportKind::Stopped)),
        ("17=1|150=9|39=9|", Some(ReportKind::Suspended)),
        ("17=1|150=L|39=0|", Some(ReportKind::Triggered)),
        ("17=1|150=?|39=0|", Some(ReportKind::Other)),
        // A refusal of a duplicate says nothing about the first one.
        ("17=1|150=8|39=0|103=6|", Some(ReportKind::Other)),
        ("17=1|150=8|39=8|103=6|", Some(ReportKind::Other)),
        ("17=1|150=8|39=8|103=3|", Some(ReportKind::Rejected)),
    ] {
        assert_eq!(ear.kind("8", "mine", body), kind, "{body}");
    }
    let fill = ear.hear("8", "mine", "17=ex-1|150=F|39=1|32=2.5|31=99.25|").unwrap();
    assert_eq!((fill.order_id, fill.venue), (ORDER, BROKER));
    assert_eq!((fill.last_qty.units(), fill.last_px.units()), (250_000_000, 9_925_000_000));
    assert_eq!(ear.hear("8", "mine", "17=1|150=8|39=8|103=3|").unwrap().reason, 3);
    let unasked = ear.hear("8", "mine", "17=1|150=4|39=4|378=6|").unwrap();
    assert_eq!(unasked.restatement, ExecRestatementReason::CancelOnTradingHalt);
    let unheard_of = ear.hear("8", "mine", "17=1|150=4|39=4|378=77|").unwrap();
    assert_eq!(unheard_of.restatement, ExecRestatementReason::Other);
}

#[test]
fn what_the_broker_counts_comes_with_every_report() {
    let mut ear = Ear::new();
    let fill = ear.hear("8", "mine", "17=1|150=F|39=1|32=5|31=99|14=45|").unwrap();
    assert_eq!((fill.counted, fill.cum_qty), (Counted::InReport, Qty::whole(45)));
    let end = ear.hear("8", "mine", "17=2|150=4|39=4|14=0|").unwrap();
    assert_eq!((end.counted, end.cum_qty), (Counted::InReport, Qty::ZERO));
    assert_eq!(ear.hear("8", "mine", "17=3|150=4|39=4|").unwrap().counted, Counted::NotSaid);
}

#[test]
fn broker_s_own_name_means_an_order_that_is_over_too() {
    let mut ear = Ear::with(OpenOrders::of([working()]));
    ear.hear("8", "mine", "37=theirs|17=1|150=F|39=2|32=100|31=99|14=100|");
    let filled = OrderView { cum_qty: Qty::whole(100), ord_status: OrdStatus::Filled, ..order() };
    let (last_qty, last_px) = (Qty::whole(100), Px::whole(99));
    let fill = OrderFilled { order: filled, last_qty, last_px, venue_exec_id: 1, missing: Qty::ZERO };
    ear.open.on_event(&Event::OrderFilled(fill), true);
    assert!(ear.open.get(ORDER).is_none());
    let bust = ear.hear("8", "", "37=theirs|17=2|19=1|150=H|39=0|").unwrap();
    assert_eq!((bust.order_id, bust.kind), (ORDER, ReportKind::TradeCanceled), "and not a stranger's");
}

#[test]
fn restatement_says_what_the_order_is_now() {
    let mut ear = Ear::new();
    let split = ear.hear("8", "mine", "17=1|150=D|39=1|378=0|38=200|44=49.5|14=40|").unwrap();
    assert_eq!(split.restatement, ExecRestatementReason::GtCorporateAction);
    assert_eq!((split.order_qty, split.cum_qty), (Qty::whole(200), Qty::whole(40)));
    assert_eq!(split.price, Px::from_units(4_950_000_000));
    let renewed = ear.hear("8", "mine", "17=2|150=D|39=1|378=1|").unwrap();
    assert_eq!((renewed.restatement, renewed.order_qty), (ExecRestatementReason::GtRenewal, Qty::ZERO));
}

#[test]
fn answer_settles_only_what_the_books_agree_with() {
    let mut ear = Ear::with(OpenOrders::of([working()]));
    for (body, kind) in [
        ("17=0|150=I|39=0|14=0|", Some(ReportKind::Stands)),
        ("17=0|150=I|39=0|38=100|14=0|", Some(ReportKind::Stands)),
        ("17=0|20=3|150=5|39=5|14=0|", Some(ReportKind::Stands)),
        ("17=0|150=I|39=2|14=100|", Some(ReportKind::Stands)),
        ("17=0|150=I|39=4|14=40|", Some(ReportKind::Canceled)),
        ("17=0|20=3|150=4|39=4|", Some(ReportKind::Canceled)),
        ("17=0|150=I|39=C|14=0|", Some(ReportKind::Expired)),
        ("17=0|150=I|39=3|14=0|", Some(ReportKind::DoneForDay)),
        ("17=0|150=I|39=9|14=0|", Some(ReportKind::Suspended)),
        ("17=0|150=I|39=A|", None),
        // It had the order, so that it does not know it is no proof.
        ("17=0|150=I|39=8|103=5|", Some(ReportKind::Other)),
        // A quantity that nobody asked for.
        ("17=0|150=I|39=0|38=70|14=0|", Some(ReportKind::Other)),
        ("17=0|150=I|39=?|", Some(ReportKind::Other)),
    ] {
        let heard = ear.listen("8", "mine", body);
        let Some(Command::VenueReport(report)) = heard.command else {
            assert_eq!(kind, None, "{body}");
            continue;
        };
        assert_eq!(
            (Some(report.kind), report.counted, heard.answers_for),
            (kind, Counted::InAnswer, Some(ORDER)),
            "{body}"
        );
    }
    // The engine compares what the broker counts with what it has booked.
    assert_eq!(ear.hear("8", "mine", "17=0|150=I|39=1|14=40|").unwrap().cum_qty, Qty::whole(40));
}

#[test]
fn broker_that_does_not_know_an_order_is_believed_only_where_it_never_said_that_it_has_it() {
    let mut ear = Ear::with(OpenOrders::of([]));
    ear.open.order_sent(&order());
    assert_eq!(ear.kind("8", "mine", "17=0|150=I|39=8|103=5|"), Some(ReportKind::Rejected));
    ear.open.on_event(&Event::VenueAccepted(VenueAccepted { order_id: ORDER, venue_exec_id: 1 }), true);
    assert_eq!(ear.kind("8", "mine", "17=0|150=I|39=8|103=5|"), Some(ReportKind::Other));
}

#[test]
fn status_under_the_name_and_the_terms_of_a_replace_says_that_it_was_granted() {
    let mut ear = Ear::new();
    ear.open.numbers_are_void();
    assert_eq!(ear.kind("8", "mine", "17=0|150=I|39=0|38=50|14=0|"), Some(ReportKind::Stands), "under the old name");
    assert_eq!(ear.kind("8", "new terms", "17=0|150=I|39=E|38=50|14=0|"), Some(ReportKind::Stands), "still pending");
    assert_eq!(ear.kind("8", "new terms", "17=0|150=I|39=0|38=50|44=97|14=0|"), Some(ReportKind::Other));
    assert_eq!(ear.kind("8", "new terms", "17=0|150=I|39=0|38=50|44=98|14=0|"), Some(ReportKind::Replaced));
    assert_eq!(ear.kind("8", "new terms", "17=0|150=I|39=0|38=50|44=98|14=0|"), Some(ReportKind::Stands), "once");
}

#[test]
fn answer_counts_only_for_the_request_that_waits() {
    let mut ear = Ear::new();
    assert_eq!(ear.kind("8", "older terms", "17=1|150=5|39=0|"), Some(ReportKind::Other));
    assert_eq!(ear.kind("9", "no more", "434=2|102=0|39=2|"), Some(ReportKind::Other));
    assert_eq!(ear.kind("9", "another", "434=1|102=0|39=2|"), Some(ReportKind::Other));
    assert_eq!(ear.kind("9", "no more", "434=1|102=0|39=2|"), Some(ReportKind::CancelRejected));
    assert_eq!(ear.kind("8", "new terms", "17=1|150=5|39=0|"), Some(ReportKind::Replaced));
    let granted = OrderView { order_qty: Qty::whole(50), price: Px::whole(98), ..request("new terms") };
    let replaced = OrderReplaced { order: granted, worst_px: Px::whole(98), venue_exec_id: 1 };
    ear.open.on_event(&Event::OrderReplaced(replaced), true);
    assert_eq!(ear.kind("8", "new terms", "17=1|150=5|39=0|"), Some(ReportKind::Other), "it is answered");
    // A broker may leave out what it answers to; the name says it.
    let mut ear = Ear::new();
    assert_eq!(ear.kind("9", "new terms", "102=3|39=0|"), Some(ReportKind::ReplaceRejected));
}

#[test]
fn second_refusal_of_what_may_be_done_already_says_nothing() {
    let mut ear = Ear::new();
    ear.open.numbers_are_void();
    for reason in [0, 1, 3, 6] {
        assert_eq!(ear.kind("9", "no more", &format!("434=1|102={reason}|39=4|")), Some(ReportKind::Other));
        assert_eq!(ear.kind("9", "new terms", &format!("434=2|102={reason}|39=0|")), Some(ReportKind::Other));
    }
    assert_eq!(ear.kind("9", "new terms", "434=2|102=2|39=0|"), Some(ReportKind::ReplaceRejected));
}

#[test]
fn refusal_as_too_late_is_certain_where_the_order_is_filled() {
    let mut ear = Ear::new();
    ear.open.cancel(&cancel("no more", CancelCause::Client), Sent::Perhaps);
    assert_eq!(
        ear.kind("9", "no more", "434=1|102=0|39=4|"),
        Some(ReportKind::Other),
        "the first one may have done it"
    );
    assert_eq!(ear.kind("9", "no more", "434=1|102=3|39=2|"), Some(ReportKind::Other), "the first one is pending");
    // The fill itself may still be on its way to the engine.
    assert_eq!(ear.kind("9", "no more", "434=1|102=0|39=2|"), Some(ReportKind::CancelRejected));
    ear.open.cancel(&cancel("once more", CancelCause::Client), Sent::Perhaps);
    ear.open.on_event(&fill(100, OrdStatus::Filled), true);
    assert_eq!(ear.kind("9", "once more", "434=1|102=0|39=8|"), Some(ReportKind::CancelRejected), "by what is booked");
}

#[test]
fn answer_to_a_cancel_that_crosses_the_last_fill_is_still_an_answer() {
    let mut ear = Ear::new();
    ear.open.on_event(&fill(100, OrdStatus::Filled), true);
    assert!(ear.open.to_ask().is_empty(), "it is over");
    assert_eq!(ear.kind("9", "no more", "434=1|102=0|39=2|"), Some(ReportKind::CancelRejected));
    assert_eq!(ear.kind("9", "new terms", "434=2|102=0|39=2|"), Some(ReportKind::ReplaceRejected));
}

#[test]
fn exec_id_means_one_execution_of_one_order_and_kind() {
    let mut ear = Ear::new();
    let mut id = |cl_ord_id: &str, body: &str| ear.hear("8", cl_ord_id, body).unwrap().venue_exec_id;
    let fill = id("mine", "17=0|150=F|39=1|32=5|31=99|");
    assert_eq!(fill, id("mine", "17=0|150=F|39=1|32=5|31=99|97=Y|"));
    assert_ne!(fill, id("mine", "17=1|150=F|39=1|32=5|31=99|"));
    // Some brokers give everything that is no fill the ExecID 0.
    assert_ne!(fill, id("mine", "17=0|150=0|39=0|"));
    assert_ne!(id("mine", "17=0|150=0|39=0|"), id("mine", "17=0|150=4|39=4|"));
}

#[test]
fn bust_and_correction_name_the_fill_or_the_correction_before_them() {
    let mut ear = Ear::new();
    let mut hear = |body: &str| ear.hear("8", "mine", body).unwrap();
    let fill = hear("17=a|150=F|39=1|32=5|31=99|");
    let corrected = hear("17=b|19=a|150=G|39=1|32=4|31=99.5|");
    assert_eq!(corrected.venue_ref_id, fill.venue_exec_id);
    assert_eq!((corrected.last_qty, corrected.last_px.units()), (Qty::whole(4), 9_950_000_000));
    let busted = hear("17=c|19=b|150=H|39=0|");
    assert_eq!(busted.venue_ref_id, corrected.venue_exec_id);
    assert_ne!(busted.venue_exec_id, busted.venue_ref_id);
    assert_eq!(hear("17=d|150=H|39=0|").venue_ref_id, 0, "it names none");
}

#[test]
fn report_without_a_name_of_ours_is_found_by_the_broker_s() {
    let mut ear = Ear::new();
    ear.hear("8", "mine", "37=B-1|17=1|150=0|39=0|");
    let with = ear.hear("8", "mine", "37=B-1|17=2|150=F|39=1|32=5|31=99|").unwrap();
    for name in ["", "11=NONE|", "11=telephone|"] {
        let without = ear.hear("8", "", &format!("{name}37=B-1|17=2|150=F|39=1|32=5|31=99|")).unwrap();
        assert_eq!(without, with, "the same execution");
    }
    let nobody_s = ear.hear("8", "", "37=NONE|17=2|150=F|39=1|32=5|31=99|").unwrap();
    assert_eq!((nobody_s.order_id, nobody_s.kind), (OrderId(0), ReportKind::Filled));
    assert_eq!(ear.foreign("37=B-2|55=ACME|54=1|17=2|150=F|39=1|38=10|32=5|31=99|14=5|").cum_qty, Qty::whole(5));
}

#[test]
fn order_that_we_did_not_send_is_told_as_what_it_is() {
    let mut ear = Ear::with(OpenOrders::of([]));
    let came = ear.foreign("37=T-1|55=ACME|54=5|40=2|44=98|59=1|38=10|17=1|150=0|39=0|14=0|");
    assert_eq!(
        (came.side, came.ord_type, came.time_in_force),
        (Side::Sell, OrdType::Limit, TimeInForce::GoodTillCancel)
    );
    assert_eq!((came.order_qty, came.price, came.kind), (Qty::whole(10), Px::whole(98), ReportKind::Accepted));
    assert_eq!((came.account, came.symbol), (AccountName::literal("DESK"), Symbol::literal("ACME")));
    let fill = ear.foreign("11=x|37=T-1|55=ACME|54=1|38=10|17=2|150=F|39=1|32=4|31=98|14=4|");
    assert_eq!(
        (fill.venue_order_id, fill.kind, fill.last_qty),
        (came.venue_order_id, ReportKind::Filled, Qty::whole(4))
    );
    assert_eq!(fill.ord_type, OrdType::Market, "without a price");
    let stands = ear.foreign("37=T-2|55=ACME|54=1|38=10|17=2|150=I|39=0|14=0|");
    assert_eq!(stands.kind, ReportKind::Accepted);
    // Once it is taken over its reports are those of an order, and its executions are called as before.
    ear.open.adopted(&OrderView { side: Side::Buy, ..order() }, came.venue_order_id);
    let again = ear.hear("8", "", "37=T-1|55=ACME|54=1|38=10|17=2|150=F|39=1|32=4|31=98|14=4|").unwrap();
    assert_eq!((again.order_id, again.venue_exec_id), (ORDER, fill.venue_exec_id));
    let busted = ear.hear("8", "", "37=T-1|55=ACME|54=1|38=10|17=3|19=2|150=H|39=0|14=0|").unwrap();
    assert_eq!(busted.venue_ref_id, fill.venue_exec_id);
    // What does not say which way it goes is nobody's.
    assert_eq!(ear.hear("8", "", "37=T-3|55=ACME|17=1|150=0|39=0|").unwrap().order_id, OrderId(0));
}

#[test]
fn that_there_are_no_orders_is_said_of_none() {
    let mut ear = Ear::new();
    assert_eq!(ear.listen("8", "", "37=NONE|17=0|150=I|39=8|584=7|912=Y|").command, None);
}
