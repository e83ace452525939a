//! The restricted list, and short sales against what is located.

use model::*;

use crate::bench::{Bench, SESSION, new_order};
use crate::pre_trade::{limit, refused, says_the_same_after_a_fold};

const OTHER: SessionId = SessionId(1);
const RESTRICTED: Option<(Check, Option<KillScope>)> = Some((Check::Restricted, Some(KillScope::Firm)));
const SHORT: Option<(Check, Option<KillScope>)> = Some((Check::ShortSale, Some(KillScope::Instrument)));

fn bench() -> Bench {
    let mut bench = Bench::new(64);
    bench.run(Command::DefineFirm(DefineFirm { two_persons: 1, ..DefineFirm::PLAIN }));
    bench
}

fn asked(symbol: &str, actor: &str) -> RestrictInstrument {
    RestrictInstrument {
        from: EngineTime(0),
        until: EngineTime(0),
        removes: Seq(0),
        symbol: Text::literal(symbol),
        account: Text::EMPTY,
        forbids: Forbidden::Trading,
        reserved: [0; 7],
        actor: Text::literal(actor),
        reason: Text::literal("insider list"),
    }
}

fn changed(events: &[Event]) -> RestrictionChanged {
    match events.last() {
        Some(Event::RestrictionChanged(e)) => *e,
        other => panic!("{other:?}"),
    }
}

fn restrict(bench: &mut Bench, change: RestrictInstrument) -> RestrictionChanged {
    changed(&bench.run(Command::RestrictInstrument(change)))
}

fn word(bench: &mut Bench, proposal: Seq, actor: &str) -> LimitOutcome {
    let (actor, reason) = (Text::literal(actor), Text::literal("seen"));
    let word = DecideLimit { proposal, is_approved: 1, reserved: [0; 7], actor, reason };
    changed(&bench.run(Command::DecideLimit(word))).outcome
}

fn given(bench: &mut Bench, session: SessionId, side: Side, qty: i64) -> Option<(Check, Option<KillScope>)> {
    let id = format!("{}", bench.history.len());
    says_the_same_after_a_fold(bench, Command::NewOrder(new_order(session, &id, "ACME", side, qty, 100)))
}

#[test]
fn restriction_holds_at_once_and_its_removal_needs_another_person() {
    let mut bench = bench();
    bench.order("rests", Side::Buy, 10, 100);
    let set = restrict(&mut bench, asked("ACME", "ann"));
    assert_eq!(set.outcome, LimitOutcome::Set);
    assert_eq!(given(&mut bench, SESSION, Side::Buy, 1), RESTRICTED);
    assert_eq!(refused(&bench.replace("less", "rests", Side::Buy, 5, 100)), RESTRICTED);
    assert!(matches!(bench.cancel("cancel", "rests")[0], Event::CancelRequested(_)), "a cancel passes");
    let removal = RestrictInstrument { removes: set.restriction, symbol: Text::EMPTY, ..asked("", "ann") };
    let proposed = restrict(&mut bench, removal);
    assert_eq!((proposed.outcome, proposed.restriction), (LimitOutcome::Proposed, set.restriction));
    assert_eq!(word(&mut bench, proposed.proposal, "Ann "), LimitOutcome::SamePerson);
    assert_eq!(given(&mut bench, SESSION, Side::Buy, 1), RESTRICTED);
    assert_eq!(word(&mut bench, proposed.proposal, "bob"), LimitOutcome::Set);
    assert_eq!(given(&mut bench, SESSION, Side::Buy, 1), None);
    assert_eq!(bench.state.restrictions().count(), 0);
}

#[test]
fn removal_that_nobody_approves_ends_and_what_is_unknown_is_said() {
    let mut bench = bench();
    let set = restrict(&mut bench, RestrictInstrument { account: Text::literal("MARGIN"), ..asked("ACME", "ann") });
    assert_eq!(given(&mut bench, SESSION, Side::Buy, 1), None, "another account");
    assert_eq!(given(&mut bench, OTHER, Side::Buy, 1), Some((Check::Restricted, Some(KillScope::Account))));
    restrict(&mut bench, RestrictInstrument { removes: set.restriction, ..asked("", "ann") });
    bench.now.0 += DefineFirm::PLAIN.proposal_ttl;
    let expired = bench.run(Command::Tick(Tick { reserved: 0 }));
    assert_eq!(changed(&expired).outcome, LimitOutcome::Expired);
    assert_eq!(given(&mut bench, OTHER, Side::Buy, 1), Some((Check::Restricted, Some(KillScope::Account))));
    let until = bench.now;
    for (change, outcome) in [
        (asked("NONE", "ann"), LimitOutcome::UnknownScope),
        (asked("ACME", " "), LimitOutcome::NoActor),
        (RestrictInstrument { account: Text::literal("NONE"), ..asked("ACME", "ann") }, LimitOutcome::UnknownScope),
        (RestrictInstrument { until, ..asked("ACME", "ann") }, LimitOutcome::OutOfRange),
        (RestrictInstrument { removes: Seq(1), ..asked("ACME", "ann") }, LimitOutcome::UnknownScope),
    ] {
        assert_eq!(restrict(&mut bench, change).outcome, outcome, "{change:?}");
    }
    let until = EngineTime(bench.now.0 + 10_000);
    restrict(&mut bench, RestrictInstrument { until, ..asked("ACME", "ann") });
    assert_eq!(given(&mut bench, SESSION, Side::Buy, 1), RESTRICTED);
    bench.now = until;
    assert_eq!(given(&mut bench, SESSION, Side::Buy, 1), None, "it is over");
    restrict(&mut bench, asked("ZINC", "ann"));
    assert_eq!(bench.state.restrictions().count(), 2, "what is over has made room");
}

#[test]
fn short_sales_of_all_accounts_share_what_is_located() {
    let mut bench = bench();
    limit(&mut bench, KillScope::Instrument, "ACME", LimitKind::Locate, i128::from(Qty::whole(100).units()));
    let Event::OrderAccepted(sell) = bench.order("sell", Side::Sell, 60, 100)[0] else { panic!("accepted") };
    assert_eq!(given(&mut bench, OTHER, Side::Sell, 41), SHORT);
    assert_eq!(given(&mut bench, OTHER, Side::Sell, 40), None);
    assert_eq!(given(&mut bench, SESSION, Side::Sell, 1), SHORT);
    bench.venue(sell.order.order_id, ReportKind::Filled, 50, 100);
    let units = |qty: i64| i128::from(Qty::whole(qty).units());
    let short = bench.state.short_sales(InstrumentId(0));
    assert_eq!((short.sold, short.open), (units(50), units(50)));
    bench.venue(sell.order.order_id, ReportKind::Canceled, 0, 0);
    assert_eq!(given(&mut bench, SESSION, Side::Sell, 10), None, "what was not sold is free again");
    assert_eq!(given(&mut bench, SESSION, Side::Sell, 1), SHORT);
    let Event::OrderAccepted(buy) = bench.order("buy", Side::Buy, 80, 100)[0] else { panic!("accepted") };
    bench.venue(buy.order.order_id, ReportKind::Filled, 80, 100);
    assert_eq!(bench.state.short_sales(InstrumentId(0)).sold, units(50), "buying back gives nothing back");
    assert_eq!(given(&mut bench, SESSION, Side::Sell, 20), None, "30 are long, 10 of them on offer");
    bench.now.0 += 86_400_000_000_000;
    bench.run(Command::Tick(Tick { reserved: 0 }));
    assert_eq!(bench.state.short_sales(InstrumentId(0)).sold, 0, "the next day");
    bench.state.assert_sums();
    assert_eq!(bench.refold(64).hash(), bench.state.hash());
}
