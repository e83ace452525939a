//! Limits of scopes: who may change them, what they are held against, and that the tightest binds.

use crate::bench::{Bench, SESSION, new_order};
use model::*;

const HOUR: i64 = 3_600_000_000_000;

/// Session ONE is trader JANE's; a looser limit waits for another person, for an hour.
fn bench() -> Bench {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineAttribution(DefineAttribution {
        sender_comp_id: Text::literal("MILLRACE"),
        target_comp_id: Text::literal("ONE"),
        trader: Text::literal("JANE"),
        strategy: Text::literal("ARB"),
    }));
    firm(&mut bench, 0);
    bench
}

fn firm(bench: &mut Bench, mandatory: u64) {
    let definition = DefineFirm { mandatory, proposal_ttl: HOUR, two_persons: 1, ..DefineFirm::PLAIN };
    bench.run(Command::DefineFirm(definition));
}

pub(crate) fn change(scope: KillScope, name: &str, kind: LimitKind, value: Option<i128>, actor: &str) -> ChangeLimit {
    let (actor, reason) = (Text::literal(actor), Text::literal("test"));
    ChangeLimit { actor, reason, ..ChangeLimit::of(scope, Text::literal(name), kind, value) }
}

/// What came of the last event of the frame, with the proposal's number.
pub(crate) fn outcome(events: &[Event]) -> (LimitOutcome, Seq) {
    match events.last() {
        Some(Event::LimitChanged(e)) => (e.outcome, e.proposal),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn set(bench: &mut Bench, change: ChangeLimit) -> LimitOutcome {
    outcome(&bench.run(Command::ChangeLimit(change))).0
}

fn decide(bench: &mut Bench, proposal: Seq, is_approved: u8, actor: &str) -> LimitOutcome {
    let (actor, reason) = (Text::literal(actor), Text::literal("seen"));
    outcome(&bench.run(Command::DecideLimit(DecideLimit { proposal, is_approved, reserved: [0; 7], actor, reason }))).0
}

fn firm_limit(bench: &Bench, kind: LimitKind) -> Option<i128> {
    bench.state.limits(KillScope::Firm, 0).get(kind).map(|limit| limit.value)
}

pub(crate) fn refusal(events: &[Event]) -> Option<Refusal> {
    match events[0] {
        Event::OrderRefused(e) => Some(e.refusal),
        Event::CancelRejected(e) if e.by_risk == 1 => Some(e.refusal),
        _ => None,
    }
}

pub(crate) fn check(events: &[Event]) -> Option<(Check, Option<KillScope>)> {
    refusal(events).map(|refusal| (refusal.check, refusal.scope()))
}

/// Loosens the firm's OrderQty(38) from 10 to 20, which waits.
fn proposed(bench: &mut Bench) -> Seq {
    let kind = LimitKind::OrderQty;
    assert_eq!(set(bench, change(KillScope::Firm, "", kind, Some(10), "ann")), LimitOutcome::Set);
    let events = bench.run(Command::ChangeLimit(change(KillScope::Firm, "", kind, Some(20), "ann")));
    let (outcome, proposal) = outcome(&events);
    assert_eq!(outcome, LimitOutcome::Proposed);
    assert_eq!(proposal, bench.state.last_seq(), "it is known by its frame");
    assert_eq!(firm_limit(bench, kind), Some(10), "nothing is looser yet");
    proposal
}

#[test]
fn tighter_holds_at_once_and_looser_when_another_person_says_so() {
    let mut bench = bench();
    let proposal = proposed(&mut bench);
    assert_eq!(decide(&mut bench, proposal, 1, " Ann"), LimitOutcome::SamePerson);
    assert_eq!(decide(&mut bench, proposal, 1, ""), LimitOutcome::NoActor);
    assert_eq!(decide(&mut bench, Seq(proposal.0 + 1), 1, "bob"), LimitOutcome::UnknownProposal);
    assert_eq!(firm_limit(&bench, LimitKind::OrderQty), Some(10));
    assert_eq!(decide(&mut bench, proposal, 1, "bob"), LimitOutcome::Set);
    let limit = bench.state.limits(KillScope::Firm, 0).get(LimitKind::OrderQty).unwrap();
    assert_eq!((limit.value, limit.since), (20, bench.state.last_seq()), "its version is the frame that approved it");
    assert_eq!(bench.state.limit_proposals().count(), 0);
    let tighter = change(KillScope::Firm, "", LimitKind::OrderQty, Some(5), "ann");
    assert_eq!(set(&mut bench, tighter), LimitOutcome::Set);
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn proposal_ends_by_a_no_by_time_and_by_a_later_change() {
    let mut declined = bench();
    let proposal = proposed(&mut declined);
    assert_eq!(decide(&mut declined, proposal, 0, "bob"), LimitOutcome::Declined);
    assert_eq!(decide(&mut declined, proposal, 1, "bob"), LimitOutcome::UnknownProposal);

    let mut late = bench();
    let proposal = proposed(&mut late);
    late.now.0 += HOUR;
    assert_eq!(decide(&mut late, proposal, 1, "bob"), LimitOutcome::Expired);
    assert_eq!(firm_limit(&late, LimitKind::OrderQty), Some(10));

    let mut alone = bench();
    proposed(&mut alone);
    alone.now.0 += HOUR;
    let events = alone.run(Command::Tick(Tick { reserved: 0 }));
    assert_eq!(outcome(&events).0, LimitOutcome::Expired);
    assert_eq!(alone.state.limit_proposals().count(), 0);

    let mut superseded = bench();
    let first = proposed(&mut superseded);
    let change = change(KillScope::Firm, "", LimitKind::OrderQty, Some(15), "carl");
    let events = superseded.run(Command::ChangeLimit(change));
    let Event::LimitChanged(before) = events[0] else { panic!("{events:?}") };
    assert_eq!((before.outcome, before.proposal), (LimitOutcome::Superseded, first));
    assert_eq!(outcome(&events).0, LimitOutcome::Proposed);
    assert_eq!(superseded.state.limit_proposals().count(), 1);
}

#[test]
fn saying_again_what_holds_takes_back_what_waits() {
    let mut bench = bench();
    let first = proposed(&mut bench);
    let same = change(KillScope::Firm, "", LimitKind::OrderQty, Some(10), "carl");
    let events = bench.run(Command::ChangeLimit(same));
    let Event::LimitChanged(before) = events[0] else { panic!("{events:?}") };
    assert_eq!((before.outcome, before.proposal), (LimitOutcome::Superseded, first));
    assert_eq!(outcome(&events).0, LimitOutcome::Set);
    assert_eq!(decide(&mut bench, first, 1, "bob"), LimitOutcome::UnknownProposal);
    assert_eq!(firm_limit(&bench, LimitKind::OrderQty), Some(10));
    assert_eq!(set(&mut bench, same), LimitOutcome::Unchanged, "nothing waits any more");
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn what_the_configuration_proposes_in_nobodys_name_takes_two_persons() {
    let mut bench = bench();
    let of_file = |value| ChangeLimit {
        is_configured: 1,
        ..change(KillScope::Firm, "", LimitKind::OrderQty, Some(value), "configuration")
    };
    assert_eq!(set(&mut bench, of_file(10)), LimitOutcome::Set);
    let (proposed, proposal) = outcome(&bench.run(Command::ChangeLimit(of_file(20))));
    assert_eq!(proposed, LimitOutcome::Proposed);
    assert_eq!(decide(&mut bench, proposal, 1, "ann"), LimitOutcome::Adopted);
    assert_eq!(firm_limit(&bench, LimitKind::OrderQty), Some(10), "one person is not enough");
    assert_eq!(decide(&mut bench, proposal, 1, "Ann"), LimitOutcome::SamePerson);
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
    assert_eq!(decide(&mut bench, proposal, 1, "bob"), LimitOutcome::Set);
    assert_eq!(firm_limit(&bench, LimitKind::OrderQty), Some(20));
    let (_, second) = outcome(&bench.run(Command::ChangeLimit(of_file(30))));
    assert_eq!(decide(&mut bench, second, 0, "ann"), LimitOutcome::Declined, "one person may say no");
}

#[test]
fn change_that_makes_no_sense_changes_nothing() {
    let mut bench = bench();
    let firm = |kind, value, actor| change(KillScope::Firm, "", kind, value, actor);
    let absurd = i128::MAX;
    for (change, expected) in [
        (firm(LimitKind::OrderQty, Some(1), ""), LimitOutcome::NoActor),
        (ChangeLimit { reason: Text::EMPTY, ..firm(LimitKind::OrderQty, Some(1), "ann") }, LimitOutcome::NoReason),
        (firm(LimitKind::PriceHigh, Some(1), "ann"), LimitOutcome::NotForScope),
        (firm(LimitKind::OrderQty, Some(absurd), "ann"), LimitOutcome::OutOfRange),
        (firm(LimitKind::OrderQty, Some(-1), "ann"), LimitOutcome::OutOfRange),
        (firm(LimitKind::OrderQty, None, "ann"), LimitOutcome::Unchanged),
        (change(KillScope::Account, "NOBODY", LimitKind::OrderQty, Some(1), "ann"), LimitOutcome::UnknownScope),
    ] {
        assert_eq!(set(&mut bench, change), expected);
    }
    assert_eq!(bench.state.limits(KillScope::Firm, 0).kinds(), 0);
}

#[test]
fn nothing_is_traded_without_a_mandatory_limit_which_stays() {
    let mut bench = bench();
    firm(&mut bench, LimitKind::OpenOrders.bit());
    assert_eq!(check(&bench.order("a", Side::Buy, 1, 99)), Some((Check::LimitUnset, None)));
    let limit = |value| change(KillScope::Firm, "", LimitKind::OpenOrders, value, "ann");
    assert_eq!(set(&mut bench, limit(Some(5))), LimitOutcome::Set);
    assert_eq!(check(&bench.order("b", Side::Buy, 1, 99)), None);
    assert_eq!(set(&mut bench, limit(None)), LimitOutcome::Mandatory);
}

#[test]
fn tightest_scope_refuses_and_is_named() {
    let mut bench = bench();
    let units = |whole| Some(i128::from(Qty::whole(whole).units()));
    for (scope, name, qty) in
        [(KillScope::Firm, "", 50), (KillScope::Trader, "JANE", 30), (KillScope::Instrument, "ACME", 40)]
    {
        set(&mut bench, change(scope, name, LimitKind::OrderQty, units(qty), "ann"));
    }
    assert_eq!(check(&bench.order("a", Side::Buy, 30, 99)), None);
    assert_eq!(check(&bench.order("b", Side::Buy, 45, 99)), Some((Check::MaxOrderQty, Some(KillScope::Trader))));
    // Nobody's session has no trader.
    let other = bench.run(Command::NewOrder(new_order(SessionId(1), "c", "ACME", Side::Buy, 45, 99)));
    assert_eq!(check(&other), Some((Check::MaxOrderQty, Some(KillScope::Instrument))));
    let zinc = bench.run(Command::NewOrder(new_order(SessionId(1), "d", "ZINC", Side::Buy, 45, 99)));
    assert_eq!(check(&zinc), None);
    assert_eq!(check(&bench.replace("e", "a", Side::Buy, 31, 99)), Some((Check::MaxOrderQty, Some(KillScope::Trader))));
}

#[test]
fn open_money_of_a_scope_follows_its_orders() {
    let mut bench = bench();
    let limit = Some(Notional::whole(10_000).units());
    set(&mut bench, change(KillScope::Strategy, "ARB", LimitKind::OpenBuys, limit, "ann"));
    let over = Some((Check::OpenBuys, Some(KillScope::Strategy)));
    let id = bench.order("a", Side::Buy, 60, 100)[0].order().unwrap().order_id;
    bench.venue(id, ReportKind::Accepted, 0, 0);
    assert_eq!(check(&bench.order("b", Side::Buy, 41, 100)), over);
    assert_eq!(check(&bench.order("c", Side::Buy, 40, 100)), None);
    assert_eq!(check(&bench.order("d", Side::Sell, 40, 100)), None);
    bench.venue(id, ReportKind::Filled, 10, 100);
    assert_eq!(check(&bench.order("e", Side::Buy, 11, 100)), over);
    assert_eq!(check(&bench.replace("f", "a", Side::Buy, 70, 100)), None, "ten of them are filled");
    assert_eq!(check(&bench.order("g", Side::Buy, 1, 100)), over, "the replace holds them already");
    bench.state.assert_sums();
    bench.venue(id, ReportKind::Canceled, 0, 0);
    assert_eq!(check(&bench.order("h", Side::Buy, 60, 100)), None);
    bench.state.assert_sums();
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}

#[test]
fn turnover_and_counts_begin_again_with_the_firms_day() {
    let mut bench = bench();
    set(&mut bench, change(KillScope::Session, "ONE", LimitKind::DailyOrders, Some(2), "ann"));
    let limit = Some(Notional::whole(1_000).units());
    set(&mut bench, change(KillScope::Firm, "", LimitKind::DailyBuys, limit, "ann"));
    let id = bench.order("a", Side::Buy, 6, 100)[0].order().unwrap().order_id;
    bench.venue(id, ReportKind::Filled, 6, 100);
    let over = Some((Check::DailyBuys, Some(KillScope::Firm)));
    assert_eq!(check(&bench.order("b", Side::Buy, 5, 100)), over);
    assert_eq!(check(&bench.order("c", Side::Buy, 4, 100)), None);
    let counted = Some((Check::DailyOrders, Some(KillScope::Session)));
    assert_eq!(check(&bench.order("d", Side::Sell, 1, 100)), counted);
    // The first frame of the next day is the order itself.
    bench.now.0 += 24 * HOUR;
    assert_eq!(check(&bench.order("e", Side::Sell, 1, 100)), None);
    assert_eq!(check(&bench.order("f", Side::Buy, 7, 100)), over, "what is open is open still");
    assert_eq!(check(&bench.order("g", Side::Buy, 6, 100)), None);
    let usage = bench.state.usage(KillScope::Session, SESSION.0);
    assert_eq!((usage.day.orders, usage.day.trades, usage.live), (2, 0, 3));
}
