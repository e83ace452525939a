//! Limits that stand in definitions, where the firm asks for two persons: the configuration may tighten them, not loosen them.

use crate::bench::{Bench, instrument};
use crate::limits::outcome;
use model::*;

fn bench() -> Bench {
    let mut bench = Bench::new(64);
    firm(&mut bench, 1);
    bench
}

fn firm(bench: &mut Bench, two_persons: u8) {
    bench.run(Command::DefineFirm(DefineFirm { two_persons, ..DefineFirm::PLAIN }));
}

fn account(bench: &Bench) -> DefineAccount {
    bench.state.account(&Text::literal("CASH")).unwrap().1.definition
}

fn define(bench: &mut Bench, bend: impl FnOnce(&mut DefineAccount)) -> Vec<Event> {
    let mut definition = account(bench);
    bend(&mut definition);
    bench.run(Command::DefineAccount(definition))
}

fn reload(bench: &mut Bench, actor: &str) {
    let (actor, reason) = (Text::literal(actor), Text::literal("new quarter"));
    let counts = (1, 0, 0, 0);
    let (accounts_defined, sessions_added, sessions_changed, sessions_removed) = counts;
    bench.run(Command::Reload(Reload {
        accounts_defined,
        sessions_added,
        sessions_changed,
        sessions_removed,
        actor,
        reason,
    }));
}

fn word(bench: &mut Bench, proposal: Seq, is_approved: u8, actor: &str) -> Vec<Event> {
    let (actor, reason) = (Text::literal(actor), Text::literal("seen"));
    bench.run(Command::DecideLimit(DecideLimit { proposal, is_approved, reserved: [0; 7], actor, reason }))
}

#[test]
fn configuration_tightens_at_once_and_loosens_when_another_person_says_so() {
    let mut bench = bench();
    let events = define(&mut bench, |account| {
        account.max_long = Qty::whole(99_000);
        account.max_order_notional = Notional::whole(99_000_000);
        account.max_short = Qty::whole(10);
        account.cash_account = 0;
    });
    let proposal = bench.state.last_seq();
    assert_eq!(outcome(&events), (LimitOutcome::Proposed, proposal));
    assert_eq!(events.len(), 3, "the definition, and two limits that wait: {events:?}");
    let holds = account(&bench);
    assert_eq!((holds.max_long, holds.max_short), (Qty::whole(60_000), Qty::whole(10)));
    assert_eq!((holds.max_order_notional, holds.cash_account), (Notional::whole(10_000_000), 1));
    reload(&mut bench, "ann");
    assert_eq!(outcome(&word(&mut bench, proposal, 1, "Ann ")).0, LimitOutcome::SamePerson);
    assert_eq!(account(&bench), holds);
    let events = word(&mut bench, proposal, 1, "bob");
    let Some(Event::AccountDefined(defined)) = events.last() else { panic!("{events:?}") };
    assert_eq!(defined.definition, account(&bench));
    assert_eq!(account(&bench).max_long, Qty::whole(99_000));
    assert_eq!(account(&bench).max_order_notional, Notional::whole(99_000_000));
    assert_eq!((account(&bench).max_short, account(&bench).cash_account), (Qty::whole(10), 1));
    assert_eq!(bench.state.limit_proposals().count(), 0);
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn same_configuration_again_proposes_nothing_again_and_another_one_takes_it_back() {
    let mut bench = bench();
    let looser = |account: &mut DefineAccount| account.open_orders_max = 2_000;
    assert_eq!(define(&mut bench, looser).len(), 2);
    assert_eq!(define(&mut bench, looser).len(), 1, "it waits already");
    let events = define(&mut bench, |account| account.open_orders_max = 3_000);
    assert_eq!(events.len(), 3, "{events:?}");
    let Event::LimitChanged(before) = events[1] else { panic!("{events:?}") };
    assert_eq!((before.outcome, before.change.value), (LimitOutcome::Superseded, 2_000));
    assert_eq!(bench.state.limit_proposals().count(), 1);
    define(&mut bench, |_| {});
    assert_eq!(bench.state.limit_proposals().count(), 0, "the configuration asks for nothing looser any more");
    assert_eq!(account(&bench).open_orders_max, 1_000);
    define(&mut bench, looser);
    let proposal = bench.state.last_seq();
    assert_eq!(outcome(&word(&mut bench, proposal, 0, "bob")).0, LimitOutcome::Declined);
    assert_eq!(bench.state.limit_proposals().count(), 0);
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn instruments_and_sessions_are_governed_too_and_a_reload_does_not_end_that() {
    let mut bench = bench();
    let before = instrument("ACME");
    let looser = DefineInstrument { collar: before.collar * 2, reference_age_max: 5, ..before };
    let events = bench.run(Command::DefineInstrument(looser));
    let Event::InstrumentDefined(defined) = events[0] else { panic!("{events:?}") };
    assert_eq!((defined.definition.collar, defined.definition.reference_age_max), (before.collar, 5));
    let events = bench.run(Command::DefineInstrument(before));
    let Event::InstrumentDefined(defined) = events[0] else { panic!("{events:?}") };
    assert_eq!(defined.definition.reference_age_max, 5, "an older price is not taken again");
    let session = *bench.state.sessions().next().unwrap().1;
    let events = bench.run(Command::DefineSession(DefineSession { messages_per_second: 2_000_000, ..session }));
    let Event::SessionDefined(defined) = events[0] else { panic!("{events:?}") };
    assert_eq!((defined.definition.messages_per_second, events.len()), (1_000_000, 2));
    firm(&mut bench, 0);
    assert_eq!(bench.state.firm().two_persons, 1);
}

#[test]
fn where_one_person_is_enough_the_configuration_is() {
    let mut bench = Bench::new(64);
    assert_eq!(define(&mut bench, |account| account.max_long = Qty::whole(99_000)).len(), 1);
    assert_eq!(account(&bench).max_long, Qty::whole(99_000));
}
