//! What a broker is sent, held against the strict dictionary of each version.

use super::super::super::dictionary::{Dictionary, Level};
use super::super::super::encode::Encoder;
use super::super::super::frame::{Framed, frame};
use super::super::super::resend::Teller as _;
use super::super::super::session::{SequenceNumbers, Session, SessionConfig};
use super::super::super::version::Version;
use super::super::ids::order_id_of;
use super::super::orders::ToBroker;
use super::super::route::Route;
use super::*;

const ALL: Abilities = Abilities::PAPER
    .with(Abilities::STOP)
    .with(Abilities::TRAILING_STOP)
    .with(Abilities::GOOD_TILL_DATE)
    .with(Abilities::OPENING)
    .with(Abilities::CLOSING)
    .with(Abilities::NOT_BEST)
    .with(Abilities::HALTS);

fn route(venue: VenueId, abilities: Abilities) -> Route {
    let mut route = Route::new(BROKER);
    route.learn(ACME, venue, abilities);
    route
}

/// The messages of the events in a version, as text.
fn written(version: Version, account: &str, abilities: Abilities, events: &[Event]) -> Vec<String> {
    let config = SessionConfig { version, ..SessionConfig::initiator("MILL", "BROKER") };
    let dictionary = Dictionary::standard(version);
    let mut session = Session::new(config, SequenceNumbers::FIRST);
    let (names, route) = (names(), route(BROKER, abilities));
    let account = AccountName::literal(account);
    let teller = ToBroker { version, account: &account, names: &names, route: &route };
    let mut out = Encoder::with_capacity(4_096);
    for event in events {
        let msg_type = teller.msg_type(event).expect("the broker hears of it");
        session.begin_app_message(NOW, msg_type, &mut out);
        teller.write_body(event, ExecId { seq: Seq(4_711), index: 0 }, EngineTime(NOW), &mut out);
        out.finish();
    }
    session.begin_app_message(NOW, b"H", &mut out);
    teller.status_request(&order(), &mut out);
    out.finish();
    if version != Version::Fix42 {
        session.begin_app_message(NOW, b"AF", &mut out);
        ToBroker::mass_status_request(b"7", &mut out);
        out.finish();
    }
    let mut index = FieldIndex::new();
    let mut messages = Vec::new();
    let mut rest = out.pending();
    while let Framed::Message { len } = frame(rest, 4_096) {
        let message = index.parse(&rest[..len]).expect("readable");
        let text = String::from_utf8_lossy(&rest[..len]).replace('\x01', "|");
        assert_eq!(dictionary.check(&message, Level::Strict), None, "{version:?}: {text}");
        messages.push(text);
        rest = &rest[len..];
    }
    messages
}

/// The one message of an event in FIX 4.4.
fn one(abilities: Abilities, event: impl Into<Event>) -> String {
    written(Version::Fix44, "", abilities, &[event.into()]).swap_remove(0)
}

fn says(message: &str, fields: &[&str]) {
    fields.iter().for_each(|field| assert!(message.contains(&format!("|{field}|")), "{field} in {message}"));
}

fn says_no(message: &str, tags: &[&str]) {
    tags.iter().for_each(|tag| assert!(!message.contains(&format!("|{tag}=")), "{tag} in {message}"));
}

#[test]
fn orders_pass_the_strict_dictionary_of_each_version_and_say_what_was_decided() {
    let mine = cl_ord_id_at_broker(ORDER, &ClOrdId::literal("mine"));
    let events =
        [accepted(order()).into(), replace("new terms", "").into(), cancel("no more", CancelCause::Client).into()];
    for version in Version::ALL {
        let messages = written(version, "", Abilities::NONE, &events);
        for (message, fields) in messages.iter().zip([
            vec!["35=D", "1=FUND", "55=ACME", "54=2", "38=100", "40=2", "44=99", "59=0"],
            vec!["35=G", "38=50", "40=2", "44=98", "59=0"],
            vec!["35=F", "38=100"],
            vec!["35=H", "55=ACME", "54=2"],
            vec!["35=AF", "584=7", "585=7"],
        ]) {
            says(message, &fields);
            assert_eq!(message.contains("|21=1|"), version == Version::Fix42 && message.contains("|40="), "{message}");
        }
        says(&messages[0], &[&format!("11={mine}")]);
        says(&messages[1], &[&format!("41={mine}")]);
        says(&messages[2], &[&format!("41={mine}")]);
        says(&messages[3], &[&format!("11={mine}")]);
    }
    says(&written(Version::Fix44, "OMNIBUS", Abilities::NONE, &events)[0], &["1=OMNIBUS"]);
}

#[test]
fn special_terms_go_out_in_the_words_of_each_version() {
    let view = OrderView {
        ord_type: OrdType::StopLimit,
        stop_px: Px::whole(97),
        time_in_force: TimeInForce::GoodTillDate,
        expire_time: EngineTime(NOW + 1_000_000_000),
        exec_inst: ExecInst::CANCEL_ON_TRADING_HALT.with(ExecInst::CANCEL_IF_NOT_BEST),
        ..order()
    };
    let terms = OrderAccepted { min_qty: Qty::whole(10), max_floor: Qty::whole(20), ..accepted(view) };
    for version in Version::ALL {
        // FIX 4.2 has no words for halts and for orders that are not the best; the configuration sees to that.
        let (abilities, floor) = match version {
            Version::Fix42 => (Abilities::STOP.with(Abilities::GOOD_TILL_DATE), "111=20"),
            Version::Fix44 => (ALL, "111=20"),
            Version::Fix50Sp2 => (ALL, "1138=20"),
        };
        let message = &written(version, "", abilities, &[terms.into()])[0];
        says(message, &["40=4", "44=99", "99=97", "110=10", floor, "59=6"]);
        assert_eq!(message.contains("|18=K Z|"), version != Version::Fix42, "{message}");
        assert!(message.contains("|126=2025"), "{message}");
    }
    let trailing =
        OrderView { ord_type: OrdType::Stop, exec_inst: ExecInst::TRAILING_STOP_PEG, price: Px::ZERO, ..view };
    let message = one(ALL, OrderAccepted { peg_offset: Px::whole(2), ..accepted(trailing) });
    says(&message, &["40=3", "99=97", "211=2", "18=a"]);
    says_no(&message, &["44"]);
    let moved = ReplaceRequested { order: OrderView { ord_type: OrdType::Stop, ..request("y") }, ..replace("y", "") };
    says(&one(ALL, ReplaceRequested { stop_px: Px::whole(96), ..moved }), &["40=3", "99=96"]);
}

#[test]
fn protected_market_order_goes_out_as_a_limit_order_at_its_worst_price() {
    let market = OrderView { ord_type: OrdType::Market, price: Px::ZERO, protected: 1, ..order() };
    says(&one(ALL, OrderAccepted { worst_px: Px::whole(97), ..accepted(market) }), &["40=2", "44=97"]);
    let stop = OrderView { ord_type: OrdType::Stop, stop_px: Px::whole(98), ..market };
    says(&one(ALL, OrderAccepted { worst_px: Px::whole(97), ..accepted(stop) }), &["40=4", "44=97", "99=98"]);
    let gone_off = OrderView { triggered: 1, ..stop };
    let released = OrderTriggered { order: gone_off, venue_exec_id: 0, worst_px: Px::whole(97) };
    says(&one(Abilities::NONE, released), &["40=2", "44=97"]);
    let more = ReplaceRequested { order: market, price: Px::ZERO, worst_px: Px::whole(96), ..replace("y", "") };
    says(&one(ALL, more), &["35=G", "40=2", "44=96"]);
}

#[test]
fn what_millrace_does_itself_the_venue_does_not_hear_of() {
    let between_client_and_us = ExecInst::DO_NOT_INCREASE
        .with(ExecInst::CANCEL_ON_CONNECTION_LOSS)
        .with(ExecInst::REINSTATE_ON_SYSTEM_FAILURE)
        .with(ExecInst::CANCEL_ON_TRADING_HALT);
    let of = |time_in_force, abilities| {
        let view =
            OrderView { time_in_force, expire_time: EngineTime(NOW + 1), exec_inst: between_client_and_us, ..order() };
        one(abilities, accepted(view))
    };
    let message = of(TimeInForce::GoodTillDate, Abilities::NONE);
    says(&message, &["59=1"]);
    says_no(&message, &["126", "18"]);
    says(&of(TimeInForce::AtTheOpening, Abilities::NONE), &["59=3"]);
    says(&of(TimeInForce::AtTheClose, Abilities::NONE), &["59=3"]);
    says(&of(TimeInForce::AtTheOpening, Abilities::OPENING), &["59=2"]);
    says(&of(TimeInForce::AtTheClose, Abilities::CLOSING), &["59=7"]);
}

#[test]
fn order_that_was_held_goes_as_what_it_is_once_it_is_let_go() {
    let (names, route) = (names(), route(BROKER, Abilities::NONE));
    let teller = ToBroker { version: Version::Fix44, account: &AccountName::EMPTY, names: &names, route: &route };
    let stop = OrderView { ord_type: OrdType::StopLimit, stop_px: Px::whole(97), held: 1, ..order() };
    let held = |order: OrderView| OrderView { held: 1, ..order };
    for event in [
        accepted(stop).into(),
        Event::CancelRequested(CancelRequested { order: held(request("c")), ..cancel("c", CancelCause::Client) }),
        Event::ReplaceRequested(ReplaceRequested { order: held(request("r")), ..replace("r", "") }),
    ] {
        assert_eq!(teller.msg_type(&event), None, "nobody hears of what is held here: {event:?}");
    }
    let fired = OrderView { held: 0, triggered: 1, ..stop };
    let by_us = OrderTriggered { order: fired, venue_exec_id: 0, worst_px: Px::whole(99) };
    let message = one(Abilities::NONE, by_us);
    says(&message, &["35=D", "40=2", "44=99"]);
    says_no(&message, &["99"]);
    let by_venue = Event::OrderTriggered(OrderTriggered { venue_exec_id: 9, ..by_us });
    assert_eq!(teller.msg_type(&by_venue), None, "the venue has it");
}

#[test]
fn order_by_telephone_goes_out_like_any_other() {
    let by_telephone = OrderAdopted {
        order: OrderView { cl_ord_id: ClOrdId::EMPTY, ..order() },
        worst_px: Px::whole(99),
        venue_exec_id: 0,
        venue_order_id: 0,
        venue: BROKER,
        at_venue: 0,
        reserved: [0; 3],
    };
    says(&one(Abilities::NONE, by_telephone), &["35=D", "38=100", "44=99"]);
    let (names, route) = (names(), route(BROKER, Abilities::NONE));
    let teller = ToBroker { version: Version::Fix44, account: &AccountName::EMPTY, names: &names, route: &route };
    assert_eq!(teller.msg_type(&Event::OrderAdopted(OrderAdopted { at_venue: 1, ..by_telephone })), None);
}

#[test]
fn pipelined_replace_names_the_one_before_it() {
    let before = cl_ord_id_at_broker(ORDER, &ClOrdId::literal("y"));
    says(&one(Abilities::NONE, replace("z", "y")), &[&format!("41={before}")]);
}

#[test]
fn cancel_of_the_engine_s_own_looks_like_any_other() {
    let message = one(Abilities::NONE, cancel("~1f", CancelCause::Expiry));
    let (own, orig) =
        (cl_ord_id_at_broker(ORDER, &ClOrdId::literal("~1f")), cl_ord_id_at_broker(ORDER, &order().cl_ord_id));
    says(&message, &["35=F", &format!("11={own}"), &format!("41={orig}")]);
}

#[test]
fn order_of_another_venue_is_not_told() {
    let (names, route) = (names(), route(VenueId::PAPER, Abilities::PAPER));
    let teller = ToBroker { version: Version::Fix44, account: &AccountName::EMPTY, names: &names, route: &route };
    let events: [Event; 2] = [accepted(order()).into(), cancel("no more", CancelCause::Client).into()];
    assert!(events.iter().all(|event| teller.msg_type(event).is_none()));
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
