//! For tests of controls that stop scopes by themselves.

use model::*;

use crate::bench::Bench;

/// Session ONE is trader JANE's and strategy ARB's, session TWO trader JOE's and strategy BOX's.
pub(crate) fn attributed(orders: usize) -> Bench {
    let mut bench = Bench::new(orders);
    for (session, trader, strategy) in [("ONE", "JANE", "ARB"), ("TWO", "JOE", "BOX")] {
        bench.run(Command::DefineAttribution(DefineAttribution {
            sender_comp_id: Text::literal("MILLRACE"),
            target_comp_id: Text::literal(session),
            trader: Text::literal(trader),
            strategy: Text::literal(strategy),
        }));
    }
    bench
}

/// The scope has the limit from now on.
pub(crate) fn limit(bench: &mut Bench, scope: KillScope, name: &str, kind: LimitKind, value: i128) {
    let (actor, reason) = (Text::literal("ann"), Text::literal("test"));
    let change = ChangeLimit { actor, reason, ..ChangeLimit::of(scope, Text::literal(name), kind, Some(value)) };
    let events = bench.run(Command::ChangeLimit(change));
    assert!(matches!(events[0], Event::LimitChanged(e) if e.outcome == LimitOutcome::Set), "{events:?}");
}

/// A person lets the scope go.
pub(crate) fn release(bench: &mut Bench, scope: KillScope, name: &str) {
    let events = bench.settle(Command::SetScopeState(SetScopeState {
        scope,
        state: ScopeState::Active,
        reserved: [0; 6],
        name: Text::literal(name),
        actor: Text::literal("bob"),
        reason: Text::literal("looked at it"),
    }));
    assert!(matches!(events[0], Event::ScopeStateSet(e) if e.outcome == ScopeOutcome::Set), "{events:?}");
}

/// What the engine did to scopes by itself.
pub(crate) fn acts(events: &[Event]) -> Vec<ScopeStateSet> {
    let of = |event: &Event| match event {
        Event::ScopeStateSet(e) => Some(*e),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

pub(crate) fn refused(events: &[Event]) -> Option<Refusal> {
    match events[0] {
        Event::OrderRefused(e) => Some(e.refusal),
        Event::CancelRejected(e) if e.by_risk == 1 => Some(e.refusal),
        _ => None,
    }
}

/// The events alone lead to the same state, and the commands to the same events.
pub(crate) fn replays(bench: &Bench, orders: usize) {
    bench.state.assert_sums();
    assert_eq!(bench.refold(orders).hash(), bench.state.hash());
    let mut again = engine::State::new(engine::Capacities { orders, holdings: 64 });
    let mut events = Events::default();
    for (stamp, command, before) in &bench.history {
        engine::decide(&again, stamp.seq, stamp.time, command, &mut events);
        assert_eq!(events.as_slice(), &before[..], "frame {}", stamp.seq.0);
        again.begin(*stamp);
        before.iter().for_each(|event| again.evolve(event));
    }
}
