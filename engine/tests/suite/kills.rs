//! The kill switch: every scope, everything that can live in one, and the way to zero.

use engine::{ASK_AGAIN_NS, KILLS_MAX, Kill, OVERDUE_ASKS, PROGRESS_EVERY, QUICK_PASSES, SLOW_PASS_NS};
use model::*;

use crate::bench::{Bench, SESSION, new_order, report};

const OTHER: SessionId = SessionId(1);
const BROKER: VenueId = VenueId::broker(OTHER);

/// Sessions ONE (trader JANE, strategy ARB) and TWO (trader JOE), a broker for ZINC, which is linked.
fn bench(orders: usize) -> Bench {
    let mut bench = Bench::new(orders);
    attribute(&mut bench, "ONE", "JANE", "ARB");
    attribute(&mut bench, "TWO", "JOE", "");
    bench.route("ZINC", BROKER);
    link(&mut bench, Link::Up);
    bench
}

fn attribute(bench: &mut Bench, session: &str, trader: &str, strategy: &str) {
    bench.run(Command::DefineAttribution(DefineAttribution {
        sender_comp_id: Text::literal("MILLRACE"),
        target_comp_id: Text::literal(session),
        trader: Text::literal(trader),
        strategy: Text::literal(strategy),
    }));
}

fn link(bench: &mut Bench, link: Link) -> Vec<Event> {
    bench.settle(Command::VenueLink(VenueLink { venue: BROKER, link, reserved: [0; 3] }))
}

fn act(scope: KillScope, name: &str, state: ScopeState, actor: &str) -> Command {
    Command::SetScopeState(SetScopeState {
        scope,
        state,
        reserved: [0; 6],
        name: Text::literal(name),
        actor: Text::literal(actor),
        reason: Text::literal("drill"),
    })
}

fn outcome(bench: &mut Bench, command: Command) -> ScopeOutcome {
    match bench.settle(command)[0] {
        Event::ScopeStateSet(e) => e.outcome,
        other => panic!("{other:?}"),
    }
}

fn kill(bench: &mut Bench, scope: KillScope, name: &str) -> Vec<Event> {
    bench.settle(act(scope, name, ScopeState::Killed, "ann"))
}

fn order(bench: &mut Bench, session: SessionId, id: &str, symbol: &str) -> OrderId {
    let events = bench.settle(Command::NewOrder(new_order(session, id, symbol, Side::Buy, 10, 100)));
    let Event::OrderAccepted(accepted) = events[0] else { panic!("accepted, not {events:?}") };
    accepted.order.order_id
}

fn refused(events: &[Event]) -> Option<&'static str> {
    match events[0] {
        Event::OrderRefused(e) => Some(e.refusal.check.code()),
        Event::CancelRejected(e) if e.by_risk == 1 => Some(e.refusal.check.code()),
        _ => None,
    }
}

fn asked(events: &[Event]) -> Vec<OrderId> {
    let of = |event: &Event| match event {
        Event::CancelRequested(e) if e.cause == CancelCause::Kill => Some(e.order.order_id),
        _ => None,
    };
    let mut orders: Vec<OrderId> = events.iter().filter_map(of).collect();
    orders.sort_unstable();
    orders
}

fn ended(events: &[Event]) -> Vec<OrderId> {
    let of = |event: &Event| match event {
        Event::OrderCanceled(e) if e.cause == CancelCause::Kill => Some(e.order.order_id),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

fn told(events: &[Event]) -> Vec<KillProgressed> {
    let of = |event: &Event| match event {
        Event::KillProgressed(e) if e.is_done == 1 => Some(*e),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

fn answer(bench: &mut Bench, order: OrderId, kind: ReportKind, qty: i64) -> Vec<Event> {
    let venue = bench.state.order(order).expect("it is known").venue;
    let exec = 1_000_000 + bench.history.len() as u64;
    let px = if qty == 0 { 0 } else { 100 };
    bench.settle(Command::VenueReport(report(venue, order, exec, kind, qty, px)))
}

/// A tick so much later.
fn tick(bench: &mut Bench, later_ns: i64) -> Vec<Event> {
    bench.now.0 += later_ns;
    bench.settle(Command::Tick(Tick { reserved: 0 }))
}

fn only(bench: &Bench) -> Kill {
    *bench.state.kills().next().expect("something is killed")
}

/// As the journal tells it again.
fn folds_again(bench: &Bench, orders: usize) {
    bench.state.assert_sums();
    assert_eq!(bench.refold(orders).hash(), bench.state.hash());
}

#[test]
fn killed_scope_takes_no_order_and_no_replace_and_asks_for_a_cancel_of_each_of_its_orders_and_of_no_other() {
    let scopes = [
        (KillScope::Firm, "", "KILLED_FIRM", vec!["one-acme", "one-zinc", "two-acme", "two-zinc"]),
        (KillScope::Venue, "paper", "KILLED_VENUE", vec!["one-acme", "two-acme"]),
        (KillScope::Venue, "TWO", "KILLED_VENUE", vec!["one-zinc", "two-zinc"]),
        (KillScope::Session, "ONE", "KILLED_SESSION", vec!["one-acme", "one-zinc"]),
        (KillScope::Account, "MARGIN", "KILLED_ACCOUNT", vec!["two-acme", "two-zinc"]),
        (KillScope::Trader, "JANE", "KILLED_TRADER", vec!["one-acme", "one-zinc"]),
        (KillScope::Strategy, "ARB", "KILLED_STRATEGY", vec!["one-acme", "one-zinc"]),
        (KillScope::Instrument, "ZINC", "KILLED_INSTRUMENT", vec!["one-zinc", "two-zinc"]),
    ];
    for (scope, name, code, meant) in scopes {
        let mut bench = bench(64);
        let all = [
            ("one-acme", SESSION, "ACME"),
            ("one-zinc", SESSION, "ZINC"),
            ("two-acme", OTHER, "ACME"),
            ("two-zinc", OTHER, "ZINC"),
        ];
        let orders = all.map(|(id, session, symbol)| (id, session, symbol, order(&mut bench, session, id, symbol)));
        orders.iter().for_each(|(.., order)| drop(answer(&mut bench, *order, ReportKind::Accepted, 0)));
        let expected: Vec<OrderId> =
            orders.iter().filter(|(id, ..)| meant.contains(id)).map(|(.., order)| *order).collect();
        let events = kill(&mut bench, scope, name);
        assert!(matches!(events[0], Event::ScopeStateSet(e) if e.live as usize == expected.len()), "{scope:?}");
        assert_eq!(asked(&events), expected, "{scope:?} {name}");
        for (id, session, symbol, _) in orders {
            let expects = meant.contains(&id).then_some(code);
            let again = new_order(session, &format!("{id}-again"), symbol, Side::Buy, 10, 100);
            assert_eq!(refused(&bench.run(Command::NewOrder(again))), expects, "{scope:?} {id}");
            let replace = ReplaceOrder {
                origin: Origin::fix(session, 0),
                order_qty: Qty::whole(9),
                price: Px::whole(100),
                stop_px: Px::ZERO,
                transact_time: bench.now,
                cl_ord_id: ClOrdId::literal(&format!("{id}-less")),
                orig_cl_ord_id: ClOrdId::literal(id),
                side: Side::Buy,
                ord_type: OrdType::Limit,
                kept: KeptTerms::NOTHING,
                reserved: [0; 6],
            };
            assert_eq!(refused(&bench.run(Command::ReplaceOrder(replace))), expects, "{scope:?} {id}");
        }
        assert!(expected.iter().all(|order| {
            let events = answer(&mut bench, *order, ReportKind::Canceled, 0);
            let restatement = ExecRestatementReason::BrokerOption;
            ended(&events) == [*order] && matches!(events[0], Event::OrderCanceled(e) if e.restatement == restatement)
        }));
        assert_eq!((only(&bench).live, only(&bench).canceled as usize), (0, expected.len()));
        folds_again(&bench, 64);
    }
}

#[test]
fn order_is_refused_in_the_very_frame_after_the_kill_before_any_step() {
    let mut bench = bench(64);
    order(&mut bench, SESSION, "A", "ACME");
    bench.run(act(KillScope::Firm, "", ScopeState::Killed, "ann"));
    assert_eq!(refused(&bench.order("B", Side::Buy, 1, 100)), Some("KILLED_FIRM"));
    assert!(matches!(bench.cancel("C", "A")[0], Event::CancelRequested(_)), "a cancel passes");
}

#[test]
fn step_is_bounded_and_the_way_to_zero_is_told_now_and_then() {
    let mut bench = bench(4_096);
    let count = 2 * PROGRESS_EVERY + 500;
    let orders: Vec<OrderId> = (0..count)
        .map(|serial| {
            let limits = DefineAccount {
                open_orders_max: count,
                ..bench.state.account(&Text::literal("MARGIN")).unwrap().1.definition
            };
            if serial == 0 {
                bench.run(Command::DefineAccount(limits));
            }
            order(&mut bench, OTHER, &format!("{serial}"), "ACME")
        })
        .collect();
    let before = bench.history.len();
    assert_eq!(asked(&kill(&mut bench, KillScope::Firm, "")), orders);
    assert!(bench.history[before..].iter().all(|(_, _, events)| events.len() <= 12));
    let mut lives = Vec::new();
    for order in orders {
        lives.extend(told(&answer(&mut bench, order, ReportKind::Canceled, 0)).iter().map(|told| told.live));
    }
    assert_eq!(lives, [PROGRESS_EVERY + 500, 500, 0]);
    folds_again(&bench, 4_096);
}

#[test]
fn empty_scope_is_at_zero_at_once() {
    let mut bench = bench(64);
    let zero = told(&kill(&mut bench, KillScope::Trader, "JANE"));
    assert_eq!((zero.len(), zero[0].live, zero[0].live_at_start), (1, 0, 0));
    let later = tick(&mut bench, 10 * ASK_AGAIN_NS);
    assert!(told(&later).is_empty() && asked(&later).is_empty(), "nothing is looked for any more");
    folds_again(&bench, 64);
}

#[test]
fn what_millrace_holds_ends_at_once_and_no_stop_goes_off() {
    let mut bench = bench(64);
    let stop = NewOrder {
        ord_type: OrdType::Stop,
        stop_px: Px::whole(105),
        ..new_order(SESSION, "S", "ACME", Side::Buy, 10, 0)
    };
    let Event::OrderAccepted(stop) = bench.settle(Command::NewOrder(stop))[0] else { panic!("accepted") };
    // The price is reached in the frame before the kill; the step comes after it.
    bench.quote(0, 104, 105);
    assert!(bench.state.has_work());
    let events = kill(&mut bench, KillScope::Instrument, "ACME");
    assert_eq!(ended(&events), [stop.order.order_id]);
    assert!(!events.iter().any(|event| event.sends_order().is_some()), "{events:?}");
    let zero = told(&events);
    assert_eq!(zero.last().map(|zero| (zero.live, zero.canceled, zero.asked)), Some((0, 1, 0)));
    folds_again(&bench, 64);
}

#[test]
fn fill_of_an_entry_lets_nothing_go_in_a_killed_scope() {
    let mut bench = bench(64);
    let linked = |id: &str, side, px, contingency| NewOrder {
        cl_ord_link_id: ClOrdId::literal("L"),
        contingency,
        ..new_order(SESSION, id, "ACME", side, 10, px)
    };
    let entry = linked("entry", Side::Buy, 100, Contingency::OneTriggersTheOther);
    let Event::OrderAccepted(entry) = bench.settle(Command::NewOrder(entry))[0] else { panic!("accepted") };
    let child = linked("child", Side::Sell, 120, Contingency::None);
    let Event::OrderAccepted(child) = bench.settle(Command::NewOrder(child))[0] else { panic!("accepted") };
    // The entry's fill and the kill come in one batch.
    bench.venue(entry.order.order_id, ReportKind::Filled, 10, 100);
    bench.run(act(KillScope::Account, "CASH", ScopeState::Killed, "ann"));
    let events = bench.settle(Command::Tick(Tick { reserved: 0 }));
    assert_eq!(bench.status(child.order.order_id), OrdStatus::Canceled);
    assert!(!events.iter().any(|event| event.sends_order().is_some()), "{events:?}");
    assert_eq!(only(&bench).live, 0);
    folds_again(&bench, 64);
}

#[test]
fn replace_that_waits_for_its_venue_holds_no_cancel_up_and_one_that_waits_here_is_refused() {
    let mut bench = bench(64);
    let order = order(&mut bench, SESSION, "A", "ACME");
    bench.replace("B", "A", Side::Buy, 20, 100);
    assert_eq!(asked(&kill(&mut bench, KillScope::Session, "ONE")), [order]);
    // The venue had granted it before the cancel came.
    answer(&mut bench, order, ReportKind::Replaced, 0);
    assert_eq!(bench.state.order(order).unwrap().view.order_qty, Qty::whole(20));
    answer(&mut bench, order, ReportKind::Canceled, 0);
    assert_eq!((only(&bench).live, only(&bench).canceled), (0, 1));
    folds_again(&bench, 64);
}

#[test]
fn order_whose_cancel_is_refused_or_not_answered_is_asked_for_again_and_somebody_is_told() {
    let mut bench = bench(64);
    let silent = order(&mut bench, SESSION, "A", "ACME");
    let stubborn = order(&mut bench, SESSION, "B", "ZINC");
    for order in [silent, stubborn] {
        answer(&mut bench, order, ReportKind::Accepted, 0);
    }
    assert_eq!(asked(&kill(&mut bench, KillScope::Session, "ONE")), [silent, stubborn]);
    assert!(asked(&answer(&mut bench, stubborn, ReportKind::CancelRejected, 0)).is_empty(), "not at once");
    assert!(asked(&tick(&mut bench, ASK_AGAIN_NS / 2)).is_empty());
    for asks in 1..QUICK_PASSES {
        let events = tick(&mut bench, ASK_AGAIN_NS);
        assert_eq!(asked(&events), [silent, stubborn], "for the {asks}th time again");
        let overdue = if asks >= u32::from(OVERDUE_ASKS) { 2 } else { 0 };
        assert_eq!(told(&events)[0].overdue, overdue);
        answer(&mut bench, stubborn, ReportKind::CancelRejected, 0);
    }
    assert!(asked(&tick(&mut bench, ASK_AGAIN_NS)).is_empty(), "slower from now on");
    assert_eq!(asked(&tick(&mut bench, SLOW_PASS_NS)), [silent, stubborn]);
    assert_eq!((only(&bench).asked, only(&bench).retries), (2, 2 * QUICK_PASSES));
    answer(&mut bench, silent, ReportKind::Canceled, 0);
    let zero = told(&answer(&mut bench, stubborn, ReportKind::Filled, 10));
    let zero = zero.last().expect("the last one ended");
    assert_eq!((zero.live, zero.live_at_start, zero.canceled, zero.filled), (0, 2, 1, 1));
    assert!(zero.elapsed_ns > SLOW_PASS_NS);
    assert!(asked(&tick(&mut bench, SLOW_PASS_NS)).is_empty());
    folds_again(&bench, 64);
}

#[test]
fn order_in_doubt_stays_so_and_counts_as_such_until_its_venue_has_spoken() {
    let mut bench = bench(64);
    let (asked_for, unasked) = (order(&mut bench, SESSION, "A", "ZINC"), order(&mut bench, SESSION, "B", "ZINC"));
    let never_heard = order(&mut bench, SESSION, "C", "ZINC");
    for order in [asked_for, unasked] {
        answer(&mut bench, order, ReportKind::Accepted, 0);
    }
    bench.cancel("X", "A");
    link(&mut bench, Link::Down);
    let events = kill(&mut bench, KillScope::Venue, "TWO");
    assert!(asked(&events).is_empty(), "nobody can be asked");
    let seen = |events: &[Event]| told(events).last().map(|told| (told.live, told.in_doubt, told.unreachable));
    assert_eq!(seen(&events), Some((3, 2, 1)));
    assert_eq!(seen(&tick(&mut bench, ASK_AGAIN_NS)), Some((3, 2, 1)), "time proves nothing");
    let events = link(&mut bench, Link::Up);
    assert_eq!(asked(&events), [asked_for, unasked, never_heard]);
    assert_eq!(seen(&events), Some((3, 2, 0)), "nor does that it is back, nor that it was asked again");
    answer(&mut bench, unasked, ReportKind::Canceled, 0);
    answer(&mut bench, never_heard, ReportKind::Rejected, 0);
    let zero = told(&answer(&mut bench, asked_for, ReportKind::Canceled, 0));
    let zero = zero.last().expect("zero");
    assert_eq!((zero.live, zero.canceled, zero.ended, zero.in_doubt), (0, 2, 1, 0));
    folds_again(&bench, 64);
}

#[test]
fn order_that_comes_to_life_in_a_killed_scope_is_canceled_too() {
    let mut bench = bench(64);
    let filled = order(&mut bench, SESSION, "A", "ACME");
    let exec = 77;
    let fill = report(VenueId::PAPER, filled, exec, ReportKind::Filled, 10, 100);
    bench.settle(Command::VenueReport(fill));
    assert_eq!(told(&kill(&mut bench, KillScope::Firm, "")).last().map(|told| told.live), Some(0));
    let bust =
        VenueReport { venue_ref_id: exec, ..report(VenueId::PAPER, filled, 78, ReportKind::TradeCanceled, 0, 0) };
    assert_eq!(asked(&bench.settle(Command::VenueReport(bust))), [filled]);
    let foreign = ForeignOrder {
        venue_exec_id: 5,
        venue_order_id: 6,
        venue_ref_id: 0,
        order_qty: Qty::whole(10),
        price: Px::whole(100),
        last_qty: Qty::ZERO,
        last_px: Px::ZERO,
        cum_qty: Qty::ZERO,
        cl_ord_id: ClOrdId::EMPTY,
        symbol: Symbol::literal("ZINC"),
        account: AccountName::literal("CASH"),
        venue: BROKER,
        side: Side::Buy,
        ord_type: OrdType::Limit,
        time_in_force: TimeInForce::Day,
        kind: ReportKind::Accepted,
    };
    let events = bench.settle(Command::ForeignOrder(foreign));
    let Event::OrderAdopted(adopted) = events[0] else { panic!("adopted, not {events:?}") };
    assert_eq!(asked(&events), [adopted.order.order_id]);
    assert_eq!((only(&bench).live, only(&bench).live_at_start, only(&bench).came), (2, 0, 2));
    folds_again(&bench, 64);
}

#[test]
fn only_another_person_releases_what_one_has_killed() {
    let mut bench = bench(64);
    let set = |state, actor| act(KillScope::Account, "CASH", state, actor);
    assert_eq!(outcome(&mut bench, set(ScopeState::Killed, "ann")), ScopeOutcome::Set);
    for actor in ["ann", "ANN", " Ann "] {
        for state in [ScopeState::Active, ScopeState::Halted, ScopeState::Reducing] {
            assert_eq!(outcome(&mut bench, set(state, actor)), ScopeOutcome::SamePerson, "{actor}");
        }
    }
    assert_eq!(outcome(&mut bench, set(ScopeState::Active, " ")), ScopeOutcome::NoActor);
    assert_eq!(outcome(&mut bench, set(ScopeState::Killed, "bob")), ScopeOutcome::Unchanged);
    assert_eq!(outcome(&mut bench, set(ScopeState::Active, "ann")), ScopeOutcome::SamePerson, "it is her kill still");
    let Command::SetScopeState(body) = set(ScopeState::Active, "bob") else { unreachable!() };
    let mute = Command::SetScopeState(SetScopeState { reason: Text::literal("  "), ..body });
    assert_eq!(outcome(&mut bench, mute), ScopeOutcome::NoReason);
    assert_eq!(refused(&bench.order("A", Side::Buy, 1, 100)), Some("KILLED_ACCOUNT"));
    assert_eq!(outcome(&mut bench, set(ScopeState::Active, "bob")), ScopeOutcome::Set);
    assert_eq!(refused(&bench.order("B", Side::Buy, 1, 100)), None);
    assert_eq!(bench.state.kills().count(), 0);
    assert_eq!(
        outcome(&mut bench, act(KillScope::Trader, "NOBODY", ScopeState::Killed, "ann")),
        ScopeOutcome::UnknownScope
    );
    assert_eq!(
        outcome(&mut bench, act(KillScope::Venue, "ONE", ScopeState::Killed, "ann")),
        ScopeOutcome::UnknownScope
    );
    folds_again(&bench, 64);
}

#[test]
fn scope_is_killed_until_it_is_released_whatever_else_is_set() {
    let mut bench = bench(64);
    kill(&mut bench, KillScope::Firm, "");
    let resume = SetTradingState {
        scope: Scope::Global,
        state: TradingState::Active,
        reserved: [0; 6],
        account: AccountName::EMPTY,
        symbol: Symbol::EMPTY,
        actor: Text::literal("bob"),
        reason: Text::literal("go on"),
    };
    bench.settle(Command::SetTradingState(resume));
    assert_eq!(refused(&bench.order("A", Side::Buy, 1, 100)), Some("KILLED_FIRM"));
    assert_eq!(bench.state.scope_state(KillScope::Firm, 0), ScopeState::Killed);
}

#[test]
fn kill_goes_on_after_a_restart_where_it_stood() {
    let mut bench = bench(512);
    let orders: Vec<OrderId> =
        (0..300).map(|serial| order(&mut bench, SESSION, &format!("{serial}"), "ACME")).collect();
    bench.run(act(KillScope::Strategy, "ARB", ScopeState::Killed, "ann"));
    for _ in 0..7 {
        bench.run(Command::Step(Step { reserved: 0 }));
    }
    assert!(bench.state.has_work(), "in the middle of it");
    // The daemon is gone and back: the state is what the journal says, and the work goes on.
    bench.state = bench.refold(512);
    bench.settle(Command::Start(Start {
        orders_max: 512,
        build: Text::literal("test"),
        acknowledge_at_venue: 0,
        reserved: [0; 7],
    }));
    let again: usize = asked(&tick(&mut bench, ASK_AGAIN_NS)).len();
    let before =
        bench.history.iter().flat_map(|(_, _, events)| asked(events)).collect::<std::collections::BTreeSet<_>>();
    assert_eq!((before.len(), again), (300, 300), "each was asked for; none was answered, so each is asked for again");
    assert_eq!(refused(&bench.order("B", Side::Buy, 1, 100)), Some("KILLED_STRATEGY"));
    for order in orders {
        answer(&mut bench, order, ReportKind::Canceled, 0);
    }
    assert_eq!((only(&bench).live, only(&bench).canceled), (0, 300));
    assert_eq!(
        outcome(&mut bench, act(KillScope::Strategy, "ARB", ScopeState::Active, "ANN")),
        ScopeOutcome::SamePerson
    );
    folds_again(&bench, 512);
}

#[test]
fn kills_that_overlap_each_reach_zero() {
    let mut bench = bench(64);
    let orders = [order(&mut bench, SESSION, "A", "ACME"), order(&mut bench, OTHER, "B", "ACME")];
    kill(&mut bench, KillScope::Session, "ONE");
    kill(&mut bench, KillScope::Firm, "");
    for order in orders {
        answer(&mut bench, order, ReportKind::Canceled, 0);
    }
    let lives: Vec<(KillScope, u32, u32)> =
        bench.state.kills().map(|kill| (kill.scope, kill.live, kill.canceled)).collect();
    assert_eq!(lives, [(KillScope::Session, 0, 1), (KillScope::Firm, 0, 2)]);
    bench.settle(act(KillScope::Firm, "", ScopeState::Active, "bob"));
    assert_eq!(refused(&bench.order("C", Side::Buy, 1, 100)), Some("KILLED_SESSION"), "the other one stands");
    folds_again(&bench, 64);
}

#[test]
fn there_is_always_room_to_kill_the_firm() {
    let mut bench = bench(64);
    for serial in 0..=KILLS_MAX {
        bench.run(Command::DefineInstrument(crate::bench::instrument(&format!("I{serial}"))));
        let killed = outcome(&mut bench, act(KillScope::Instrument, &format!("I{serial}"), ScopeState::Killed, "ann"));
        assert_eq!(killed, if serial < KILLS_MAX { ScopeOutcome::Set } else { ScopeOutcome::NoRoom });
    }
    assert_eq!(outcome(&mut bench, act(KillScope::Firm, "", ScopeState::Killed, "ann")), ScopeOutcome::Set);
}

#[test]
fn halted_scope_takes_nothing_new_and_leaves_what_works_and_reducing_takes_what_reduces() {
    let mut bench = bench(64);
    let long = order(&mut bench, SESSION, "A", "ACME");
    answer(&mut bench, long, ReportKind::Filled, 10);
    let rests = order(&mut bench, SESSION, "B", "ACME");
    let events = bench.settle(act(KillScope::Strategy, "ARB", ScopeState::Halted, "ann"));
    assert!(asked(&events).is_empty() && bench.status(rests) == OrdStatus::New);
    assert_eq!(refused(&bench.order("C", Side::Sell, 1, 100)), Some("HALTED"));
    // Nobody was killed, so the same person may go on.
    bench.settle(act(KillScope::Strategy, "ARB", ScopeState::Reducing, "ann"));
    assert_eq!(refused(&bench.order("D", Side::Buy, 1, 100)), Some("REDUCING"));
    assert_eq!(refused(&bench.order("E", Side::Sell, 6, 100)), None);
    assert_eq!(refused(&bench.order("F", Side::Sell, 5, 100)), Some("REDUCING"), "two may not both pass");
    assert_eq!(refused(&bench.order("G", Side::Sell, 4, 100)), None);
    folds_again(&bench, 64);
}

#[test]
fn order_belongs_to_the_trader_whose_session_brought_it() {
    let mut bench = bench(64);
    let janes = order(&mut bench, SESSION, "A", "ACME");
    attribute(&mut bench, "ONE", "JOE", "");
    let joes = order(&mut bench, SESSION, "B", "ACME");
    assert_eq!(asked(&kill(&mut bench, KillScope::Trader, "JANE")), [janes]);
    assert_eq!(asked(&kill(&mut bench, KillScope::Trader, "JOE")), [joes]);
    folds_again(&bench, 64);
}
