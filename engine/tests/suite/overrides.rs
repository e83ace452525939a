//! One order let through by two people.

use engine::OVERRIDE_LIFE_MAX;
use model::*;

use crate::bench::{Bench, SESSION, new_order};
use crate::pre_trade::{limit, refused, says_the_same_after_a_fold};

const TOO_LARGE: Option<(Check, Option<KillScope>)> = Some((Check::MaxOrderQty, Some(KillScope::Session)));

/// Session ONE may not order more than 10 at once.
fn bench() -> Bench {
    let mut bench = Bench::new(64);
    limit(&mut bench, KillScope::Session, "ONE", LimitKind::OrderQty, i128::from(Qty::whole(10).units()));
    bench
}

/// 20 at 102 at most, for a second.
fn asked(bench: &Bench) -> GrantOverride {
    GrantOverride {
        order_qty: Qty::whole(20),
        price: Px::whole(102),
        expires: EngineTime(bench.now.0 + 1_000_000_000),
        session: Text::literal("ONE"),
        account: Text::literal("CASH"),
        symbol: Text::literal("ACME"),
        side: Side::Buy,
        reserved: [0; 7],
        actor: Text::literal("ann"),
        reason: Text::literal("client called"),
    }
}

fn changed(events: &[Event]) -> OverrideChanged {
    match events.last() {
        Some(Event::OverrideChanged(e)) => *e,
        other => panic!("{other:?}"),
    }
}

fn word(bench: &mut Bench, asked_at: Seq, is_approved: u8, actor: &str) -> OverrideOutcome {
    let (actor, reason) = (Text::literal(actor), Text::literal("seen"));
    let word = DecideLimit { proposal: asked_at, is_approved, reserved: [0; 7], actor, reason };
    changed(&bench.run(Command::DecideLimit(word))).outcome
}

fn granted(bench: &mut Bench) -> Seq {
    let grant = asked(bench);
    let proposed = changed(&bench.run(Command::GrantOverride(grant)));
    assert_eq!(proposed.outcome, OverrideOutcome::Proposed);
    assert_eq!(word(bench, proposed.asked_at, 1, "bob"), OverrideOutcome::Approved);
    proposed.asked_at
}

fn order(bench: &Bench, side: Side, qty: i64, px: i64) -> Command {
    Command::NewOrder(new_order(SESSION, &format!("{}", bench.history.len()), "ACME", side, qty, px))
}

fn given(bench: &mut Bench, side: Side, qty: i64, px: i64) -> Option<(Check, Option<KillScope>)> {
    let command = order(bench, side, qty, px);
    says_the_same_after_a_fold(bench, command)
}

#[test]
fn refused_order_passes_once_after_another_person_has_approved_it_and_its_frame_says_so() {
    let mut bench = bench();
    assert_eq!(given(&mut bench, Side::Buy, 20, 100), TOO_LARGE);
    let grant = asked(&bench);
    let proposed = changed(&bench.run(Command::GrantOverride(grant)));
    assert_eq!(given(&mut bench, Side::Buy, 20, 100), TOO_LARGE, "nobody has approved it");
    assert_eq!(word(&mut bench, proposed.asked_at, 1, "ANN"), OverrideOutcome::SamePerson);
    assert_eq!(word(&mut bench, proposed.asked_at, 1, "bob"), OverrideOutcome::Approved);
    assert_eq!(word(&mut bench, proposed.asked_at, 1, "joe"), OverrideOutcome::Unchanged);
    assert_eq!(given(&mut bench, Side::Buy, 10, 100), None, "what passes by itself uses nothing");
    assert_eq!(bench.state.overrides().count(), 1);
    for (side, qty, px) in [(Side::Buy, 21, 100), (Side::Buy, 20, 103), (Side::Buy, 20, 0), (Side::Sell, 20, 100)] {
        assert_eq!(given(&mut bench, side, qty, px), TOO_LARGE, "{side:?} {qty} at {px}");
    }
    let command = order(&bench, Side::Buy, 20, 102);
    let events = bench.run(command);
    let Event::OrderAccepted(accepted) = events[0] else { panic!("{events:?}") };
    let used = changed(&events);
    assert_eq!((used.outcome, used.asked_at), (OverrideOutcome::Used, proposed.asked_at));
    assert_eq!((used.order_id, used.check), (accepted.order.order_id, Check::MaxOrderQty));
    assert_eq!(given(&mut bench, Side::Buy, 20, 100), TOO_LARGE, "once");
}

#[test]
fn hard_checks_are_not_overridden_and_leave_the_override_unused() {
    let mut bench = bench();
    granted(&mut bench);
    limit(&mut bench, KillScope::Firm, "", LimitKind::OpenOrders, 0);
    assert_eq!(given(&mut bench, Side::Buy, 20, 100), Some((Check::OpenOrders, Some(KillScope::Firm))));
    assert_eq!(bench.state.overrides().count(), 1);
    bench.now.0 += 1_000_000_000;
    assert_eq!(given(&mut bench, Side::Buy, 20, 100), TOO_LARGE, "its time is over");
    let expired = bench.run(Command::Tick(Tick { reserved: 0 }));
    assert_eq!(changed(&expired).outcome, OverrideOutcome::Expired);
    assert_eq!(bench.state.overrides().count(), 0);
}

#[test]
fn what_is_no_override_is_said_and_leaves_nothing() {
    let mut bench = bench();
    let good = asked(&bench);
    for (grant, outcome) in [
        (GrantOverride { actor: Text::EMPTY, ..good }, OverrideOutcome::NoActor),
        (GrantOverride { reason: Text::EMPTY, ..good }, OverrideOutcome::NoReason),
        (GrantOverride { session: Text::literal("NONE"), ..good }, OverrideOutcome::UnknownName),
        (GrantOverride { expires: bench.now, ..good }, OverrideOutcome::OutOfRange),
        (
            GrantOverride { expires: EngineTime(bench.now.0 + OVERRIDE_LIFE_MAX + 1_000_000), ..good },
            OverrideOutcome::OutOfRange,
        ),
        (GrantOverride { order_qty: Qty::ZERO, ..good }, OverrideOutcome::OutOfRange),
    ] {
        assert_eq!(changed(&bench.run(Command::GrantOverride(grant))).outcome, outcome);
    }
    assert_eq!(bench.state.overrides().count(), 0);
    let at = granted(&mut bench);
    assert_eq!(word(&mut bench, at, 0, "ann"), OverrideOutcome::Declined, "who asked may take it back");
    assert_eq!(refused(&bench.order("large", Side::Buy, 20, 100)), TOO_LARGE);
    bench.state.assert_sums();
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}
