//! Orders out and reports in, without sockets.

use model::*;

use super::super::dictionary::{Dictionary, Level};
use super::super::encode::Encoder;
use super::super::frame::{Framed, frame};
use super::super::message::FieldIndex;
use super::super::report::Names;
use super::super::resend::Teller as _;
use super::super::session::{SequenceNumbers, Session, SessionConfig};
use super::super::version::Version;
use super::open_orders::{OpenOrders, Sent, WorkingOrder};
use super::orders::{Route, ToBroker, cl_ord_id_at_broker, order_id_of};
use super::reports::report_of;

const NOW: i64 = 1_760_000_000_000_000_000;
const BROKER: VenueId = VenueId::broker(SessionId(7));
const ACME: InstrumentId = InstrumentId(0);

fn order() -> OrderView {
    OrderView {
        cum_notional: Notional::ZERO,
        order_id: OrderId(4_711),
        order_qty: Qty::whole(100),
        price: Px::whole(99),
        cum_qty: Qty::ZERO,
        cl_ord_id: ClOrdId::literal("mine"),
        orig_cl_ord_id: ClOrdId::EMPTY,
        session: SessionId(0),
        account: AccountId(0),
        instrument: ACME,
        side: Side::Sell,
        ord_type: OrdType::Limit,
        time_in_force: TimeInForce::Day,
        ord_status: OrdStatus::New,
    }
}

fn request(cl_ord_id: &str) -> OrderView {
    OrderView { cl_ord_id: ClOrdId::literal(cl_ord_id), orig_cl_ord_id: order().cl_ord_id, ..order() }
}

fn sent_events() -> [Event; 3] {
    [
        Event::OrderAccepted(OrderAccepted { order: order(), worst_px: Px::ZERO, transact_time: EngineTime(NOW) }),
        Event::ReplaceRequested(ReplaceRequested {
            order: request("new terms"),
            order_qty: Qty::whole(50),
            price: Px::whole(98),
            worst_px: Px::whole(98),
            reserved: 0,
        }),
        Event::CancelRequested(CancelRequested { order: request("no more") }),
    ]
}

fn names() -> Names {
    let mut names = Names::default();
    names.learn(&Event::AccountDefined(AccountDefined {
        definition: DefineAccount {
            max_order_notional: Notional::ZERO,
            max_order_qty: Qty::ZERO,
            max_long: Qty::ZERO,
            max_short: Qty::ZERO,
            fee_rate: 0,
            open_orders_max: 0,
            cash_account: 0,
            reserved: [0; 3],
            account: AccountName::literal("FUND"),
            currency: Currency::literal("USD"),
        },
        account: AccountId(0),
        reserved: [0; 12],
    }));
    names.learn(&Event::InstrumentDefined(InstrumentDefined {
        definition: DefineInstrument {
            tick: Px::whole(1),
            lot: Qty::whole(1),
            max_order_qty: Qty::ZERO,
            multiplier: 1,
            collar: 0,
            reference_age_max: 0,
            symbol: Symbol::literal("ACME"),
            currency: Currency::literal("USD"),
            tradable: 1,
            reserved: [0; 3],
            venue: BROKER,
        },
        instrument: ACME,
        reserved: 0,
    }));
    names
}

/// The messages of the events in a version, as text.
fn written(version: Version, account: &str) -> Vec<String> {
    let config = SessionConfig { version, ..SessionConfig::initiator("MILL", "BROKER") };
    let dictionary = Dictionary::standard(version);
    let mut session = Session::new(config, SequenceNumbers::FIRST);
    let (names, mut route) = (names(), Route::new(BROKER));
    route.learn(ACME, BROKER);
    let account = AccountName::literal(account);
    let teller = ToBroker { version, account: &account, names: &names, route: &route };
    let mut out = Encoder::with_capacity(4_096);
    for event in sent_events() {
        let msg_type = teller.msg_type(&event).expect("the broker hears of it");
        session.begin_app_message(NOW, msg_type, &mut out);
        teller.write_body(&event, ExecId { seq: Seq(4_711), index: 0 }, EngineTime(NOW), &mut out);
        out.finish();
    }
    session.begin_app_message(NOW, b"H", &mut out);
    teller.status_request(&order(), &mut out);
    out.finish();
    let mut index = FieldIndex::new();
    let mut messages = Vec::new();
    let mut rest = out.pending();
    while let Framed::Message { len } = frame(rest, 4_096) {
        let message = index.parse(&rest[..len]).expect("readable");
        assert_eq!(dictionary.check(&message, Level::Strict), None, "{version:?}");
        messages.push(String::from_utf8_lossy(&rest[..len]).replace('\x01', "|"));
        rest = &rest[len..];
    }
    messages
}

#[test]
fn orders_pass_the_strict_dictionary_of_each_version_and_say_what_was_decided() {
    let mine = cl_ord_id_at_broker(OrderId(4_711), &ClOrdId::literal("mine"));
    for version in Version::ALL {
        let messages = written(version, "");
        assert_eq!(messages.len(), 4);
        for (message, fields) in messages.iter().zip([
            vec!["35=D|", "|1=FUND|", "|55=ACME|54=2|", "|38=100|40=2|44=99|59=0|"],
            vec!["35=G|", "|38=50|40=2|44=98|59=0|"],
            vec!["35=F|", "|38=100|"],
            vec!["35=H|", "|55=ACME|54=2|"],
        ]) {
            fields.iter().for_each(|field| assert!(message.contains(field), "{field} in {message}"));
            assert_eq!(message.contains("|21=1|"), version == Version::Fix42 && message.contains("|40="), "{message}");
        }
        assert!(messages[0].contains(&format!("|11={mine}|")));
        assert!(messages[1].contains(&format!("|41={mine}|")) && messages[2].contains(&format!("|41={mine}|")));
        assert!(messages[3].contains(&format!("|11={mine}|")));
    }
    assert!(written(Version::Fix44, "OMNIBUS")[0].contains("|1=OMNIBUS|"));
}

#[test]
fn order_of_another_venue_is_not_told() {
    let (names, mut route) = (names(), Route::new(BROKER));
    route.learn(ACME, VenueId::PAPER);
    let teller = ToBroker { version: Version::Fix44, account: &AccountName::EMPTY, names: &names, route: &route };
    assert!(sent_events().iter().all(|event| teller.msg_type(event).is_none()));
}

#[test]
fn cl_ord_id_leads_back_to_its_order_and_others_lead_nowhere() {
    for order_id in [1, 4_711, u64::MAX] {
        let at_broker = cl_ord_id_at_broker(OrderId(order_id), &ClOrdId::literal("a-b-c"));
        assert_eq!(order_id_of(at_broker.as_bytes()), Some(OrderId(order_id)));
    }
    let twelve = "0123456789ab";
    for other in [
        "",
        "-",
        "1",
        "x-0123456789ab",
        "01-0123456789ab",
        "1-0123456789a",
        "+1-0123456789ab",
        &format!("{}-{twelve}", "9".repeat(21)),
    ] {
        assert_eq!(order_id_of(other.as_bytes()), None, "{other}");
    }
}

struct Heard {
    index: FieldIndex,
    open: OpenOrders,
}

impl Heard {
    /// The broker has the order, and a replace and a cancel wait for its answer.
    fn new() -> Heard {
        let mut open = OpenOrders::of([WorkingOrder {
            view: order(),
            acknowledged: true,
            pending_cancel: ClOrdId::EMPTY,
            pending_replace: (ClOrdId::EMPTY, Qty::ZERO, Px::ZERO),
        }]);
        if let Event::ReplaceRequested(replace) = &sent_events()[1] {
            open.replace(replace, Sent::Yes);
        }
        if let Event::CancelRequested(cancel) = &sent_events()[2] {
            open.cancel(cancel, Sent::Yes);
        }
        Heard { index: FieldIndex::new(), open }
    }

    fn hear(&mut self, msg_type: &str, cl_ord_id: &str, body: &str) -> Option<VenueReport> {
        let at_broker = cl_ord_id_at_broker(OrderId(4_711), &ClOrdId::literal(cl_ord_id));
        let text =
            format!("8=FIX.4.4|9=1|35={msg_type}|49=B|56=M|34=2|52=20240101-00:00:00|11={at_broker}|{body}10=000|");
        let bytes = text.replace('|', "\x01").into_bytes();
        report_of(&self.index.parse(&bytes).expect("readable"), BROKER, &self.open).expect("well formed")
    }

    fn kind(&mut self, msg_type: &str, cl_ord_id: &str, body: &str) -> Option<ReportKind> {
        self.hear(msg_type, cl_ord_id, body).map(|report| report.kind)
    }
}

#[test]
fn each_execution_report_is_heard_as_what_it_says() {
    let mut heard = Heard::new();
    for (body, kind) in [
        ("17=1|150=0|39=0|", Some(ReportKind::Accepted)),
        ("17=1|150=A|39=A|", None),
        ("17=1|150=6|39=6|", None),
        ("17=1|150=E|39=E|", None),
        ("17=1|150=4|39=4|", Some(ReportKind::Canceled)),
        ("17=1|150=C|39=C|", Some(ReportKind::Expired)),
        ("17=1|150=F|39=1|32=5|31=99|", Some(ReportKind::Filled)),
        ("17=1|20=0|150=1|39=1|32=5|31=99|", Some(ReportKind::Filled)),
        // Busts, corrections, restatements, done for the day: for a person.
        ("17=1|20=1|150=1|39=1|32=5|31=99|", Some(ReportKind::Other)),
        ("17=1|20=2|150=1|39=1|32=5|31=99|", Some(ReportKind::Other)),
        ("17=1|150=H|39=0|", Some(ReportKind::Other)),
        ("17=1|150=G|39=0|", Some(ReportKind::Other)),
        ("17=1|150=D|39=0|", Some(ReportKind::Other)),
        ("17=1|150=3|39=3|", Some(ReportKind::Other)),
        // A refusal of a duplicate says nothing about the first one.
        ("17=1|150=8|39=0|103=6|", Some(ReportKind::Other)),
        ("17=1|150=8|39=8|103=6|", Some(ReportKind::Other)),
        ("17=1|150=8|39=8|103=3|", Some(ReportKind::Rejected)),
        // Answers to status requests; one that tells of fills that we have not booked settles nothing.
        ("17=0|150=I|39=0|14=0|", Some(ReportKind::Accepted)),
        ("17=0|150=I|39=0|", Some(ReportKind::Accepted)),
        ("17=0|150=I|39=2|14=100|", Some(ReportKind::Other)),
        ("17=0|150=I|39=4|14=40|", Some(ReportKind::Other)),
        ("17=0|150=I|39=A|", None),
        ("17=0|150=I|39=8|103=5|", Some(ReportKind::Other)),
        ("17=0|20=3|150=4|39=4|", Some(ReportKind::Canceled)),
    ] {
        assert_eq!(heard.kind("8", "mine", body), kind, "{body}");
    }
    let fill = heard.hear("8", "mine", "17=ex-1|150=F|39=1|32=2.5|31=99.25|").unwrap();
    assert_eq!((fill.order_id, fill.venue), (OrderId(4_711), BROKER));
    assert_eq!((fill.last_qty.units(), fill.last_px.units()), (250_000_000, 9_925_000_000));
    let again = heard.hear("8", "mine", "17=ex-1|150=F|39=2|32=2.5|31=99.25|97=Y|").unwrap();
    assert_eq!(again.venue_exec_id, fill.venue_exec_id, "an ExecID means one execution");
    let other = heard.hear("8", "mine", "17=ex-2|150=F|39=1|32=2.5|31=99.25|").unwrap();
    assert_ne!(other.venue_exec_id, fill.venue_exec_id);
    assert_eq!(heard.hear("8", "mine", "17=1|150=8|39=8|103=3|").unwrap().reason, 3);
}

#[test]
fn answer_counts_only_for_the_request_that_waits() {
    let mut heard = Heard::new();
    assert_eq!(heard.kind("8", "new terms", "17=1|150=5|39=0|"), Some(ReportKind::Replaced));
    assert_eq!(heard.kind("8", "older terms", "17=1|150=5|39=0|"), Some(ReportKind::Other));
    assert_eq!(heard.kind("9", "new terms", "434=2|102=3|39=0|"), Some(ReportKind::ReplaceRejected));
    assert_eq!(heard.kind("9", "no more", "434=1|102=0|39=2|"), Some(ReportKind::CancelRejected));
    assert_eq!(heard.kind("9", "no more", "434=2|102=0|39=2|"), Some(ReportKind::Other));
    assert_eq!(heard.kind("9", "another", "434=1|102=0|39=2|"), Some(ReportKind::Other));
    let replaced = OrderReplaced { order: order(), worst_px: Px::whole(98), venue_exec_id: 1 };
    heard.open.on_event(&Event::OrderReplaced(replaced));
    assert_eq!(heard.kind("8", "new terms", "17=1|150=5|39=0|"), Some(ReportKind::Other), "it is answered");
}

#[test]
fn stranger_s_cl_ord_id_is_an_order_that_nobody_knows() {
    let mut heard = Heard::new();
    let text = "8=FIX.4.4|9=1|35=8|49=B|56=M|34=2|52=20240101-00:00:00|11=x|17=1|150=F|39=1|32=5|31=99|10=000|";
    let bytes = text.replace('|', "\x01").into_bytes();
    let report = report_of(&heard.index.parse(&bytes).unwrap(), BROKER, &heard.open).unwrap().unwrap();
    assert_eq!((report.order_id, report.kind), (OrderId(0), ReportKind::Filled));
}

#[test]
fn exec_id_means_one_execution_of_one_order_and_kind() {
    let mut heard = Heard::new();
    let mut id = |cl_ord_id: &str, body: &str| heard.hear("8", cl_ord_id, body).unwrap().venue_exec_id;
    let fill = id("mine", "17=0|150=F|39=1|32=5|31=99|");
    assert_eq!(fill, id("mine", "17=0|150=F|39=1|32=5|31=99|97=Y|"));
    // Some brokers give everything that is no fill the ExecID 0.
    assert_ne!(fill, id("mine", "17=0|150=0|39=0|"));
    assert_ne!(id("mine", "17=0|150=0|39=0|"), id("mine", "17=0|150=4|39=4|"));
}

#[test]
fn second_refusal_of_what_may_be_done_already_says_nothing() {
    let mut heard = Heard::new();
    heard.open.numbers_are_void();
    for reason in [0, 1, 3, 6] {
        assert_eq!(heard.kind("9", "no more", &format!("434=1|102={reason}|39=4|")), Some(ReportKind::Other));
        assert_eq!(heard.kind("9", "new terms", &format!("434=2|102={reason}|39=0|")), Some(ReportKind::Other));
    }
    assert_eq!(heard.kind("9", "new terms", "434=2|102=2|39=0|"), Some(ReportKind::ReplaceRejected));
}

#[test]
fn refusal_as_too_late_is_certain_where_the_order_is_filled() {
    let mut heard = Heard::new();
    let Event::CancelRequested(cancel) = sent_events()[2] else { panic!("a cancel") };
    heard.open.cancel(&cancel, Sent::Perhaps);
    assert_eq!(heard.kind("9", "no more", "434=1|102=0|39=2|"), Some(ReportKind::Other), "a fill may be on its way");
    let filled = OrderView { cum_qty: Qty::whole(100), ord_status: OrdStatus::Filled, ..order() };
    let fill =
        OrderFilled { order: filled, last_qty: Qty::whole(100), last_px: Px::whole(99), venue_exec_id: 1, reserved: 0 };
    heard.open.on_event(&Event::OrderFilled(fill));
    assert_eq!(heard.kind("9", "no more", "434=1|102=0|39=2|"), Some(ReportKind::CancelRejected));
    assert_eq!(heard.kind("9", "no more", "434=1|102=3|39=2|"), Some(ReportKind::Other), "the first one is pending");
}

#[test]
fn answer_to_a_cancel_that_crosses_the_last_fill_is_still_an_answer() {
    let mut heard = Heard::new();
    let filled = OrderView { cum_qty: Qty::whole(100), ord_status: OrdStatus::Filled, ..order() };
    let fill =
        OrderFilled { order: filled, last_qty: Qty::whole(100), last_px: Px::whole(99), venue_exec_id: 1, reserved: 0 };
    heard.open.on_event(&Event::OrderFilled(fill));
    assert!(heard.open.to_ask().is_empty(), "it is over");
    assert_eq!(heard.kind("9", "no more", "434=1|102=0|39=2|"), Some(ReportKind::CancelRejected));
    assert_eq!(heard.kind("9", "new terms", "434=2|102=0|39=2|"), Some(ReportKind::ReplaceRejected));
}

#[test]
fn what_is_answered_is_not_asked_for_again() {
    let mut open = OpenOrders::of([]);
    open.order_sent(&order());
    assert_eq!(open.to_ask(), [OrderId(4_711)]);
    open.on_event(&Event::VenueAccepted(VenueAccepted { order_id: OrderId(4_711), venue_exec_id: 1 }));
    assert!(open.to_ask().is_empty());
    open.numbers_are_void();
    assert_eq!(open.to_ask(), [OrderId(4_711)], "after the numbers began again every order is");
    assert_eq!(open.to_ask(), [OrderId(4_711)], "until the broker has answered");
    let canceled = OrderView { ord_status: OrdStatus::Canceled, ..order() };
    open.on_event(&Event::OrderCanceled(OrderCanceled { order: canceled, venue_exec_id: 9, reserved: 0 }));
    assert!(open.to_ask().is_empty() && open.get(OrderId(4_711)).is_none());
}

#[test]
fn broker_that_does_not_know_an_order_is_believed_only_where_it_never_said_that_it_has_it() {
    let mut heard = Heard::new();
    heard.open = OpenOrders::of([]);
    heard.open.order_sent(&order());
    assert_eq!(heard.kind("8", "mine", "17=0|150=I|39=8|103=5|"), Some(ReportKind::Rejected));
    heard.open.on_event(&Event::VenueAccepted(VenueAccepted { order_id: OrderId(4_711), venue_exec_id: 1 }));
    assert_eq!(heard.kind("8", "mine", "17=0|150=I|39=8|103=5|"), Some(ReportKind::Other));
}

#[test]
fn cancel_that_waited_is_refused_for_certain_when_its_order_ends_first() {
    let mut open = OpenOrders::of([]);
    open.order_sent(&order());
    let Event::CancelRequested(cancel) = sent_events()[2] else { panic!("a cancel") };
    open.cancel(&cancel, Sent::No);
    let filled = OrderView { cum_qty: Qty::whole(100), ord_status: OrdStatus::Filled, ..order() };
    let fill =
        OrderFilled { order: filled, last_qty: Qty::whole(100), last_px: Px::whole(99), venue_exec_id: 1, reserved: 0 };
    assert_eq!(open.on_event(&Event::OrderFilled(fill)), Some(cancel.order));
}

#[test]
fn what_was_refused_offline_stays_unsent_however_often_the_daemon_starts() {
    use super::super::settings::SessionSettings;
    use super::super::slot::Slot;
    use super::super::store::{Changes, Run, SessionRecord, SessionStore as _, SledStore};
    use super::recovery::recover;
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
