//! The end of a day and the start of the next: adjustments, breaks, marks, the digest, and who may arm.

use crate::bench::{Bench, SESSION, instrument, new_order, report};
use model::*;

const ACME: InstrumentId = InstrumentId(0);
const CASH: AccountId = AccountId(0);
/// The bench's clock begins on 1970-01-01, after 1,000 s.
const TODAY: u32 = 0;
const TOMORROW: EngineTime = EngineTime(86_400_000_000_000);

fn adjust(qty: i64, px: i64, cost: i64, moves_cash: u8) -> AdjustPosition {
    AdjustPosition {
        cost: Notional::whole(cost),
        qty: Qty::whole(qty),
        px: Px::whole(px),
        account: Text::literal("CASH"),
        symbol: Text::literal("ACME"),
        moves_cash,
        reserved: [0; 7],
        actor: Text::literal("ann"),
        reason: Text::literal("custodian's statement 17"),
    }
}

fn close(day: u32) -> Command {
    let (actor, reason) = (Text::literal("ann"), Text::literal("end of day"));
    Command::CloseDay(CloseDay { trading_day: day, reserved: [0; 4], actor, reason })
}

fn start(day_began: EngineTime, breaks_max: u32) -> Command {
    Command::CheckStart(CheckStart { day_began, breaks_max, require_close: 1, reserved: [0; 3] })
}

fn arm(actor: &str) -> Command {
    Command::Arm(Arm { actor: Text::literal(actor), reason: Text::literal("looked at it") })
}

fn breaks(positions: u32, above: u32, actor: &str) -> Command {
    Command::ReportBreaks(ReportBreaks {
        first_seen: EngineTime(1),
        digest: 7,
        positions,
        orders: 0,
        executions: 0,
        cash: 0,
        above,
        reserved: [0; 4],
        account: Text::literal("CASH"),
        actor: Text::literal(actor),
        reason: Text::literal("statement 17"),
    })
}

/// Position, cost, realised, and the account's cash, in whole units.
fn money(bench: &Bench) -> (Qty, Notional, Notional, Notional) {
    let books = bench.state.holding(CASH, ACME).expect("it was traded").books();
    assert!(books.cash_identity_holds());
    let cash = bench.state.account(&Text::literal("CASH")).expect("it is there").1.cash;
    (books.position, books.cost, books.realised, cash)
}

fn whole(position: i64, cost: i64, realised: i64, cash: i64) -> (Qty, Notional, Notional, Notional) {
    (Qty::whole(position), Notional::whole(cost), Notional::whole(realised), Notional::whole(cash))
}

fn closed(events: &[Event]) -> DayClosed {
    let last = events.iter().find_map(|event| if let Event::DayClosed(e) = event { Some(*e) } else { None });
    last.unwrap_or_else(|| panic!("closed, not {events:?}"))
}

fn outcome(events: &[Event]) -> StartOutcome {
    let Event::StartChecked(e) = events[0] else { panic!("checked, not {events:?}") };
    e.outcome
}

fn armed(events: &[Event]) -> ArmOutcome {
    let Event::Armed(e) = events[0] else { panic!("armed, not {events:?}") };
    e.outcome
}

fn is_refused(bench: &mut Bench, id: &str) -> bool {
    let events = bench.settle(Command::NewOrder(new_order(SESSION, id, "ACME", Side::Buy, 1, 100)));
    matches!(events[0], Event::OrderRefused(e) if e.refusal.check == Check::Halted)
}

#[test]
fn adjustment_moves_position_and_cost_and_cash_only_where_it_is_paid_for() {
    let mut bench = Bench::new(64);
    // The bench pays 1,000,000 in. Bought 100 at 10 from nobody: 1,000 of cash.
    let events = bench.settle(Command::AdjustPosition(adjust(100, 10, 0, 1)));
    assert!(
        matches!(events[..], [Event::AdjustmentBooked(e), Event::PositionChanged(_)] if e.in_kind == Notional::ZERO)
    );
    assert_eq!(money(&bench), whole(100, 1_000, 0, 999_000));
    // 50 more came in kind for a cost of 800: cash stays, and the account is deemed to have been given 800.
    let events = bench.settle(Command::AdjustPosition(adjust(50, 0, 800, 0)));
    assert!(matches!(events[0], Event::AdjustmentBooked(e) if e.in_kind == Notional::whole(800)), "{events:?}");
    assert_eq!(money(&bench), whole(150, 1_800, 0, 999_000));
    // 75 go at 14 in kind: 900 of the cost of 1,800 go with them, and 150 are realised.
    let events = bench.settle(Command::AdjustPosition(adjust(-75, 14, 0, 0)));
    assert!(matches!(events[0], Event::AdjustmentBooked(e) if e.in_kind == Notional::whole(-1_050)), "{events:?}");
    assert_eq!(money(&bench), whole(75, 900, 150, 999_000));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn bust_behind_an_adjustment_counts_it_again() {
    let mut bench = Bench::new(64);
    let accepted = bench.order("1", Side::Buy, 100, 100);
    let [Event::OrderAccepted(accepted)] = accepted[..] else { panic!("{accepted:?}") };
    let exec = bench.history.len() as u64 + 1;
    bench.venue(accepted.order.order_id, ReportKind::Filled, 100, 100);
    bench.settle(Command::AdjustPosition(adjust(-60, 110, 0, 1)));
    let fee = Notional::whole(1);
    let (position, cost, realised, cash) = whole(40, 4_000, 600, 1_000_000 - 10_000 + 6_600);
    assert_eq!(money(&bench), (position, cost, realised, cash - fee));
    let by = bench.history.len() as u64 + 1;
    let bust = report(VenueId::PAPER, accepted.order.order_id, by, ReportKind::TradeCanceled, 0, 0);
    bench.settle(Command::VenueReport(VenueReport { venue_ref_id: exec, ..bust }));
    // What is left is the adjustment alone: short 60 at 110. The fee came back.
    assert_eq!(money(&bench), whole(-60, -6_600, 0, 1_006_600));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn adjustment_that_is_not_whole_changes_nothing() {
    let mut bench = Bench::new(64);
    let good = adjust(1, 10, 0, 1);
    for wrong in [
        AdjustPosition { qty: Qty::ZERO, ..good },
        AdjustPosition { qty: Qty::from_units(i64::MIN), ..good },
        AdjustPosition { px: Px::from_units(-1), ..good },
        AdjustPosition { px: Px::from_units(i64::MAX), ..good },
        AdjustPosition { cost: Notional::whole(1), ..good },
        AdjustPosition { px: Px::ZERO, cost: Notional::whole(-1), ..good },
        AdjustPosition { moves_cash: 2, ..good },
        AdjustPosition { reason: Text::literal(" "), ..good },
        AdjustPosition { actor: Text::EMPTY, ..good },
        AdjustPosition { account: Text::literal("NONE"), ..good },
        AdjustPosition { symbol: Text::literal("NONE"), ..good },
    ] {
        assert_eq!(bench.settle(Command::AdjustPosition(wrong)), [], "{wrong:?}");
    }
    bench.run(Command::DefineInstrument(DefineInstrument { currency: Text::literal("EUR"), ..instrument("ACME") }));
    assert_eq!(bench.settle(Command::AdjustPosition(good)), [], "its money is another");
}

#[test]
fn close_marks_what_is_held_once_and_the_digest_is_that_of_the_fold() {
    let mut bench = Bench::new(64);
    bench.settle(Command::AdjustPosition(adjust(100, 90, 0, 1)));
    let other = AdjustPosition { account: Text::literal("MARGIN"), ..adjust(-10, 90, 0, 1) };
    bench.settle(Command::AdjustPosition(other));
    let events = bench.settle(close(TODAY));
    let marks: Vec<_> = events.iter().filter(|event| matches!(event, Event::DayMarked(_))).collect();
    assert_eq!(marks.len(), 1, "two hold one instrument: {events:?}");
    let day = closed(&events);
    assert_eq!((day.trading_day, day.positions, day.unmarked, day.marks), (TODAY, 2, 0, 1));
    let last = *bench.state.last_close().expect("it is closed");
    assert_eq!(last.said, last.folded);
    // Long 100 at the bid of 99 for a cost of 9,000, short 10 at the offer of 101 for 900.
    let at_close = |account| {
        let holding = bench.state.holding(account, ACME).expect("it is held");
        bench.state.marked_at_close(holding).and_then(|marked| marked.unrealised)
    };
    assert_eq!(at_close(CASH), Some(Notional::whole(900)));
    assert_eq!(at_close(AccountId(1)), Some(Notional::whole(-110)));
    assert_eq!(bench.settle(close(TODAY)), [], "it is closed");
    assert_eq!(bench.settle(close(TODAY + 2)), [], "that has not come");
    let next = closed(&bench.settle(close(TODAY + 1)));
    assert_eq!(next.previous, last.at);
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn position_that_opens_behind_the_close_is_marked_too() {
    let mut bench = Bench::new(64);
    bench.settle(Command::AdjustPosition(adjust(1, 90, 0, 1)));
    bench.settle(Command::AdjustPosition(adjust(-1, 90, 0, 1)));
    bench.settle(Command::AdjustPosition(AdjustPosition { symbol: Text::literal("ZINC"), ..adjust(1, 90, 0, 1) }));
    bench.run(close(TODAY));
    let first = bench.run(Command::Step(Step { reserved: 0 }));
    assert!(matches!(first[..], [Event::DayMarked(e), Event::WorkAdvanced(_)] if e.instrument == InstrumentId(1)));
    let day = closed(&bench.settle(Command::AdjustPosition(adjust(5, 90, 0, 1))));
    assert_eq!((day.positions, day.marks, day.unmarked), (2, 2, 0));
}

#[test]
fn what_has_no_fresh_price_is_closed_without_a_value() {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineInstrument(DefineInstrument { reference_age_max: 5_000, ..instrument("ACME") }));
    bench.settle(Command::AdjustPosition(adjust(1, 90, 0, 1)));
    bench.now.0 += 10_000;
    let events = bench.settle(close(TODAY));
    assert!(events.iter().any(|event| matches!(event, Event::DayMarked(e) if e.is_stale == 1)), "{events:?}");
    assert_eq!(closed(&events).unmarked, 1);
}

#[test]
fn start_without_the_close_of_an_earlier_day_halts_the_firm_until_another_person_arms_it() {
    let mut bench = Bench::new(64);
    bench.settle(Command::AdjustPosition(adjust(1, 90, 0, 1)));
    assert_eq!(outcome(&bench.settle(start(EngineTime(0), 0))), StartOutcome::Open, "all of it is of today");
    assert!(!is_refused(&mut bench, "1"));
    bench.now = TOMORROW;
    let events = bench.settle(start(TOMORROW, 0));
    assert_eq!(outcome(&events), StartOutcome::NotClosed);
    assert!(matches!(events[1], Event::ScopeStateSet(e) if e.set.state == ScopeState::Halted), "{events:?}");
    assert!(is_refused(&mut bench, "2"));
    let free = SetScopeState {
        scope: KillScope::Firm,
        state: ScopeState::Active,
        reserved: [0; 6],
        name: Text::EMPTY,
        actor: Text::literal("bob"),
        reason: Text::literal("let me in"),
    };
    let events = bench.settle(Command::SetScopeState(free));
    assert!(matches!(events[0], Event::ScopeStateSet(e) if e.outcome == ScopeOutcome::NotArmed), "{events:?}");
    assert!(is_refused(&mut bench, "3"), "there is no way round");
    for (who, what) in [(" ", ArmOutcome::NoActor), ("bob", ArmOutcome::Armed), ("bob", ArmOutcome::NotDisarmed)] {
        assert_eq!(armed(&bench.settle(arm(who))), what, "{who}");
    }
    assert!(!is_refused(&mut bench, "4"));
    // A crash in the middle of that day asks nobody again; the next day does.
    assert_eq!(outcome(&bench.settle(start(TOMORROW, 0))), StartOutcome::Open);
    let after = EngineTime(2 * TOMORROW.0);
    bench.now = after;
    assert_eq!(outcome(&bench.settle(start(after, 0))), StartOutcome::NotClosed);
    // The close that was missing, and the next start is free by itself.
    bench.settle(close(1));
    let events = bench.settle(start(after, 0));
    assert_eq!(outcome(&events), StartOutcome::Open);
    assert!(!is_refused(&mut bench, "5"));
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn breaks_above_the_tolerance_keep_a_start_halted_and_who_reported_them_does_not_arm() {
    let mut bench = Bench::new(64);
    assert!(matches!(bench.settle(breaks(2, 2, "eve"))[..], [Event::BreaksReported(e)] if e.before == 0));
    assert_eq!(bench.settle(breaks(1, 2, "eve")), [], "more above than there are");
    assert_eq!(outcome(&bench.settle(start(EngineTime(0), 2))), StartOutcome::Open, "that much is tolerated");
    assert_eq!(outcome(&bench.settle(start(EngineTime(0), 1))), StartOutcome::BreaksOpen);
    assert!(is_refused(&mut bench, "1"));
    assert_eq!(armed(&bench.settle(arm("Eve "))), ArmOutcome::SamePerson);
    assert_eq!(armed(&bench.settle(arm("bob"))), ArmOutcome::Armed);
    assert_eq!(outcome(&bench.settle(start(EngineTime(0), 1))), StartOutcome::Open, "bob has seen them");
    assert!(matches!(bench.settle(breaks(3, 3, "eve"))[..], [Event::BreaksReported(e)] if e.before == 2));
    assert_eq!(outcome(&bench.settle(start(EngineTime(0), 1))), StartOutcome::BreaksOpen, "these are new");
    bench.settle(breaks(0, 0, "eve"));
    assert_eq!(outcome(&bench.settle(start(EngineTime(0), 1))), StartOutcome::Open, "they are mended");
    assert!(!is_refused(&mut bench, "2"));
}

#[test]
fn state_that_is_not_the_close_s_is_not_traded_on() {
    let mut bench = Bench::new(64);
    bench.settle(Command::AdjustPosition(adjust(1, 90, 0, 1)));
    bench.settle(close(TODAY));
    assert_eq!(outcome(&bench.settle(start(EngineTime(0), 0))), StartOutcome::Open);
    // A journal in which the close says otherwise: its digest is off by one.
    let mut state = engine::State::new(engine::Capacities { orders: 64, holdings: 64 });
    for (stamp, _, events) in &bench.history {
        state.begin(*stamp);
        for event in events {
            match event {
                Event::DayClosed(e) => {
                    let digest = [e.digest[0] ^ 1, e.digest[1]];
                    state.evolve(&Event::DayClosed(DayClosed { digest, ..*e }));
                }
                other => state.evolve(other),
            }
        }
    }
    bench.state = state;
    assert_eq!(outcome(&bench.settle(start(EngineTime(0), 0))), StartOutcome::Differs);
    assert!(is_refused(&mut bench, "1"));
    assert_eq!(armed(&bench.settle(arm("ann"))), ArmOutcome::SamePerson, "ann closed the day");
    assert_eq!(armed(&bench.settle(arm("bob"))), ArmOutcome::Armed);
    assert!(!is_refused(&mut bench, "2"));
}

#[test]
fn firm_that_a_person_halted_or_killed_stays_so_when_it_is_armed() {
    let mut bench = Bench::new(64);
    let set = |state, actor: &str| {
        Command::SetScopeState(SetScopeState {
            scope: KillScope::Firm,
            state,
            reserved: [0; 6],
            name: Text::EMPTY,
            actor: Text::literal(actor),
            reason: Text::literal("drill"),
        })
    };
    bench.settle(breaks(1, 1, "eve"));
    bench.settle(set(ScopeState::Halted, "dan"));
    assert_eq!(outcome(&bench.settle(start(EngineTime(0), 0))), StartOutcome::BreaksOpen);
    assert_eq!(bench.settle(arm("bob")).len(), 1, "it was dan's halt");
    assert_eq!(bench.state.scope_state(KillScope::Firm, 0), ScopeState::Halted);
    bench.settle(set(ScopeState::Active, "dan"));
    bench.settle(breaks(2, 2, "eve"));
    bench.settle(start(EngineTime(0), 0));
    bench.settle(set(ScopeState::Killed, "dan"));
    assert_eq!(armed(&bench.settle(arm("bob"))), ArmOutcome::Armed);
    assert_eq!(bench.state.scope_state(KillScope::Firm, 0), ScopeState::Killed);
    bench.settle(set(ScopeState::Active, "bob"));
    assert_eq!(bench.state.scope_state(KillScope::Firm, 0), ScopeState::Active);
}
