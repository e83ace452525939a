//! The P&L that loss limits are held against is the one that a plain recount of all fills and the last quotes gives, after every
//! frame of random histories: busts, corrections, flips, splits, dividends, empty sides, limits that come and go.

use std::collections::BTreeMap;

use model::*;
use proptest::prelude::*;

use crate::bench::{Bench, SESSION, new_order, report};
use crate::guard::{attributed, limit, replays};

const OTHER: SessionId = SessionId(1);

#[derive(Clone, Debug)]
enum Act {
    Trade { other: bool, zinc: bool, buy: bool, qty: i64, px: i64 },
    Bust(usize),
    Correct(usize, i64),
    Quote { zinc: bool, bid: i64, ask: i64 },
    Dividend(i64),
    Limit(usize),
    NextDay,
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (any::<bool>(), any::<bool>(), any::<bool>(), 1..40i64, 80..120i64)
            .prop_map(|(other, zinc, buy, qty, px)| Act::Trade { other, zinc, buy, qty, px }),
        1 => any::<usize>().prop_map(Act::Bust),
        1 => (any::<usize>(), 80..120i64).prop_map(|(fill, px)| Act::Correct(fill, px)),
        5 => (any::<bool>(), 0..120i64, 0..5i64).prop_map(|(zinc, bid, spread)| {
            let bid = if bid < 80 { 0 } else { bid };
            Act::Quote { zinc, bid, ask: if bid == 0 { 100 } else { bid + spread } }
        }),
        1 => (1..3i64).prop_map(Act::Dividend),
        1 => (0..6usize).prop_map(Act::Limit),
        1 => Just(Act::NextDay),
    ]
}

/// A fill as the venue tells of it.
#[derive(Clone, Copy, Debug)]
struct Fill {
    exec: u64,
    order: OrderId,
    session: u32,
    instrument: u32,
    side: Side,
    qty: i64,
    px: i64,
}

/// Everything from the beginning, slowly.
#[derive(Default)]
struct Naive {
    fills: Vec<Fill>,
    /// Fees are never given back but by a bust: the sum of what each fill cost.
    dividends: BTreeMap<u32, i64>,
    bids: BTreeMap<u32, i64>,
    asks: BTreeMap<u32, i64>,
}

impl Naive {
    /// Of the sessions that belong to the scope: session, account and strategy have the same index here.
    fn pnl(&self, of: Option<u32>) -> i128 {
        let own = |session: u32| of.is_none_or(|of| of == session);
        let mut sum = 0i128;
        for instrument in 0..2 {
            let mine = self.fills.iter().filter(|fill| own(fill.session) && fill.instrument == instrument);
            let mut position = 0;
            for fill in mine {
                let signed = if fill.side == Side::Buy { fill.qty } else { -fill.qty };
                position += signed;
                let value = Notional::whole(fill.qty * fill.px).units();
                sum -= Notional::whole(signed * fill.px).units();
                sum -= value / 10_000;
            }
            let mark = if position > 0 { self.bids[&instrument] } else { self.asks[&instrument] };
            sum += Notional::whole(position * mark).units();
        }
        let paid = self.dividends.iter().filter(|(session, _)| own(**session)).map(|(_, paid)| *paid).sum();
        sum + Notional::whole(paid).units()
    }

    fn position(&self, session: u32, instrument: u32) -> i64 {
        let own = self.fills.iter().filter(|fill| (fill.session, fill.instrument) == (session, instrument));
        own.map(|fill| if fill.side == Side::Buy { fill.qty } else { -fill.qty }).sum()
    }
}

fn act(bench: &mut Bench, naive: &mut Naive, number: usize, act: &Act) {
    match act.clone() {
        Act::Trade { other, zinc, buy, qty, px } => {
            let (session, symbol) = (if other { OTHER } else { SESSION }, if zinc { "ZINC" } else { "ACME" });
            let side = if buy { Side::Buy } else { Side::Sell };
            let id = format!("o{number}");
            let events = bench.settle(Command::NewOrder(new_order(session, &id, symbol, side, qty, px)));
            let Event::OrderAccepted(e) = events[0] else { return };
            let exec = 10 * number as u64 + 10;
            bench.settle(Command::VenueReport(report(
                VenueId::PAPER,
                e.order.order_id,
                exec,
                ReportKind::Filled,
                qty,
                px,
            )));
            let instrument = e.order.instrument.0;
            let fill = Fill { exec, order: e.order.order_id, session: session.0, instrument, side, qty, px };
            naive.fills.push(fill);
        }
        Act::Bust(which) => amend(bench, naive, number, which, None),
        Act::Correct(which, px) => amend(bench, naive, number, which, Some(px)),
        Act::Quote { zinc, bid, ask } => {
            let instrument = u32::from(zinc);
            bench.settle(Command::Tick(Tick { reserved: 0 }));
            bench.quote(instrument, bid, ask);
            if bid > 0 {
                naive.bids.insert(instrument, bid);
            }
            naive.asks.insert(instrument, ask);
        }
        Act::Dividend(per_unit) => {
            bench.settle(Command::PayDividend(PayDividend {
                symbol: Text::literal("ACME"),
                per_unit: Px::whole(per_unit),
                actor: Text::literal("ops"),
                reason: Text::literal("test"),
            }));
            for session in 0..2 {
                *naive.dividends.entry(session).or_default() += naive.position(session, 0) * per_unit;
            }
        }
        Act::Limit(which) => {
            let scopes = [(KillScope::Firm, ""), (KillScope::Account, "CASH"), (KillScope::Strategy, "BOX")];
            let (scope, name) = scopes[which % 3];
            let value = (which < 3).then_some(Notional::whole(1_000_000).units());
            let (actor, reason) = (Text::literal("ann"), Text::literal("test"));
            let asked = ChangeLimit::of(scope, Text::literal(name), LimitKind::LossHalt, value);
            bench.run(Command::ChangeLimit(ChangeLimit { actor, reason, ..asked }));
        }
        Act::NextDay => bench.now.0 += 86_400_000_000_000,
    }
}

fn amend(bench: &mut Bench, naive: &mut Naive, number: usize, which: usize, px: Option<i64>) {
    if naive.fills.is_empty() {
        return;
    }
    let at = which % naive.fills.len();
    let fill = naive.fills[at];
    let kind = if px.is_some() { ReportKind::TradeCorrected } else { ReportKind::TradeCanceled };
    let told = report(VenueId::PAPER, fill.order, 10 * number as u64 + 10, kind, fill.qty, px.unwrap_or(fill.px));
    let events = bench.settle(Command::VenueReport(VenueReport { venue_ref_id: fill.exec, ..told }));
    match (&events[0], px) {
        (Event::TradeCorrected(_), Some(px)) => naive.fills[at].px = px,
        (Event::TradeCanceled(_), None) => drop(naive.fills.remove(at)),
        other => panic!("{other:?}"),
    }
}

/// What nothing marks at quotes is right after its next fill there; what is limited is right always.
fn compare(bench: &Bench, naive: &Naive) -> Result<(), TestCaseError> {
    for (scope, index, of) in [
        (KillScope::Firm, 0, None),
        (KillScope::Account, 0, Some(0)),
        (KillScope::Account, 1, Some(1)),
        (KillScope::Strategy, 0, Some(0)),
        (KillScope::Strategy, 1, Some(1)),
    ] {
        let total = bench.state.pnl(scope, index);
        if total.is_watched {
            prop_assert_eq!(total.now.units(), naive.pnl(of), "{:?} {}", scope, index);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn pnl_is_what_a_recount_of_all_fills_and_the_last_quotes_gives(acts in prop::collection::vec(acts(), 1..80)) {
        let mut bench = attributed(256);
        limit(&mut bench, KillScope::Account, "MARGIN", LimitKind::LossHalt, Notional::whole(1_000_000).units());
        limit(&mut bench, KillScope::Strategy, "ARB", LimitKind::DrawdownHalt, Notional::whole(1_000_000).units());
        let mut naive = Naive::default();
        for instrument in 0..2 {
            naive.bids.insert(instrument, 99);
            naive.asks.insert(instrument, 101);
        }
        let (mut peak, mut day, mut start) = (0, bench.state.firm_day(), 0);
        for (number, one) in acts.iter().enumerate() {
            let before = bench.state.pnl(KillScope::Account, 1).now.units();
            act(&mut bench, &mut naive, number, one);
            compare(&bench, &naive)?;
            let total = bench.state.pnl(KillScope::Account, 1);
            if bench.state.firm_day() != day {
                (day, start) = (bench.state.firm_day(), before);
            }
            peak = total.now.units().max(peak);
            prop_assert!(total.peak.units() >= peak);
            if total.day == day {
                prop_assert_eq!(total.loss().units(), start - total.now.units());
            }
        }
        replays(&bench, 256);
    }
}
