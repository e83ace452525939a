//! The controls that ask what positions come to: 26, 28 and 49. Every position is counted again from all fills, at the price of now.

use model::*;

use crate::answer::Why;
use crate::ask::{Ask, fee, money, reference_px};
use crate::history::{History, Placed};
use crate::plain::{cash, in_account, in_instrument, open_money, open_qty, own_orders, position};

const UNIT: i128 = 100_000_000;

/// The limits that ask, each with its check.
const ASKING: &[(Check, LimitKind)] = &[
    (Check::Concentration, LimitKind::Concentration),
    (Check::GrossExposure, LimitKind::GrossExposure),
    (Check::NetExposure, LimitKind::NetExposure),
    (Check::Leverage, LimitKind::Leverage),
];

/// What cannot be valued, and what margin does not cover; each beside the check that asked.
pub(crate) fn objections(history: &History, ask: &Ask) -> Vec<(Check, Why)> {
    let mut objections: Vec<_> =
        ASKING.iter().filter_map(|(check, kind)| Some((*check, unpriced_of(history, ask, *kind)?))).collect();
    if let Some(needed) = margin_needed(history, ask) {
        let account = ask.account();
        let unpriced = unpriced(history, KillScope::Account, account);
        let is_margined = history.accounts[account as usize].cash_account != 1;
        if history.limit(KillScope::Account, account, LimitKind::MarginUsed).is_some() && unpriced > 0 {
            objections.push((Check::MarginUsed, not_priced(KillScope::Account, unpriced)));
        }
        if is_margined && unpriced > 0 {
            objections.push((Check::Margin, not_priced(KillScope::Account, unpriced)));
        } else if is_margined && needed > equity(history, account) {
            let why = Why::against(Check::Margin, equity(history, account), needed);
            objections.push((Check::Margin, Why { scope: Some(KillScope::Account), ..why }));
        }
    }
    objections
}

/// What the scope would come to with it.
pub(crate) fn observed(history: &History, ask: &Ask, kind: LimitKind, scope: KillScope, index: u32) -> Option<i128> {
    let is_used = kind == LimitKind::MarginUsed;
    let is_valued = kind != LimitKind::PositionNotional;
    let is_let_through = !is_used && only_reduces(history, ask, scope);
    if is_let_through || (is_valued && unpriced(history, scope, index) > 0) {
        return None;
    }
    match kind {
        LimitKind::PositionNotional => worst_money(history, ask, scope),
        LimitKind::Concentration => Some(part(worst_money(history, ask, scope)?, equity(history, index))),
        LimitKind::GrossExposure => gross_with(history, ask, scope, index),
        LimitKind::NetExposure => {
            let net: i128 = positions(history, scope, index).into_iter().map(|(_, _, value)| value.unwrap_or(0)).sum();
            Some(open_with(history, ask, scope, index, &[ask.side])? + i128::from(ask.side.sign()) * net)
        }
        LimitKind::Leverage => Some(part(gross_with(history, ask, scope, index)?, equity(history, index))),
        LimitKind::MarginUsed => margin_needed(history, ask),
        _ => None,
    }
}

/// Money as a part of the equity, which is cut to whole 1e-8, rounded up.
fn part(money: i128, equity: i128) -> i128 {
    match equity / UNIT {
        whole if whole > 0 => money / whole + i128::from(money % whole != 0),
        _ if money <= 0 => 0,
        _ => i128::MAX,
    }
}

/// Cash, and what the account's positions are worth.
pub(crate) fn equity(history: &History, account: u32) -> i128 {
    let worth = positions(history, KillScope::Account, account).into_iter().map(|(_, _, value)| value.unwrap_or(0));
    cash(history, account) + worth.sum::<i128>()
}

/// The positions that a scope has: account, or none where all its accounts count as one, instrument, and value, where there is a price.
/// The firm's are those of its accounts: what one is long and another short is not nothing.
fn positions(history: &History, scope: KillScope, index: u32) -> Vec<(Option<u32>, u32, Option<i128>)> {
    let mut positions = Vec::new();
    for instrument in 0..history.instruments.len() as u32 {
        let mut add = |account: Option<u32>, qty: i64| {
            let px = reference_px(history, instrument);
            let value = px.map(|px| money(&history.instruments[instrument as usize], px, qty));
            positions.push((account, instrument, if qty == 0 { Some(0) } else { value }));
        };
        match scope {
            KillScope::Firm => (0..history.accounts.len() as u32)
                .for_each(|one| add(Some(one), position(history, KillScope::Account, one, instrument))),
            KillScope::Account => add(Some(index), position(history, scope, index, instrument)),
            _ => add(None, position(history, scope, index, instrument)),
        }
    }
    positions
}

/// How many of them nobody can value: no price, and something held, or margin to be paid for what is open.
fn unpriced(history: &History, scope: KillScope, index: u32) -> i128 {
    let is_unpriced = |(account, instrument, value): &(Option<u32>, u32, Option<i128>)| {
        let has_margin =
            history.limit(KillScope::Instrument, *instrument, LimitKind::Margin).is_some_and(|rate| rate > 0);
        let is_open = account.is_some_and(|account| worst_of_both(history, account, *instrument, None) > 0);
        value.is_none() || (has_margin && is_open && reference_px(history, *instrument).is_none())
    };
    positions(history, scope, index).iter().filter(|one| is_unpriced(one)).count() as i128
}

fn not_priced(scope: KillScope, unpriced: i128) -> Why {
    Why { scope: Some(scope), ..Why::against(Check::Unpriced, 0, unpriced) }
}

/// The widest scope with such a limit that nobody can value.
fn unpriced_of(history: &History, ask: &Ask, kind: LimitKind) -> Option<Why> {
    let limited = KillScope::ALL.iter().copied().filter(|scope| {
        history.limit(*scope, ask.scopes[*scope as usize], kind).is_some() && !only_reduces(history, ask, *scope)
    });
    let mut unpriced = limited.map(|scope| (scope, unpriced(history, scope, ask.scopes[scope as usize])));
    unpriced.find(|(_, count)| *count > 0).map(|(scope, count)| not_priced(scope, count))
}

/// Does it, with all that is open on its side, only bring the scope's position nearer to nothing?
fn only_reduces(history: &History, ask: &Ask, scope: KillScope) -> bool {
    let held = ask.side.sign() * position(history, scope, ask.scopes[scope as usize], ask.instrument());
    held < 0 && open_qty(history, ask, scope, ask.side) + ask.worst_qty(history) <= -held
}

/// Control 26: the position if all on this side is filled, at the dearer of the market and of the order.
fn worst_money(history: &History, ask: &Ask, scope: KillScope) -> Option<i128> {
    let held = ask.side.sign() * position(history, scope, ask.scopes[scope as usize], ask.instrument());
    let worst = (held + open_qty(history, ask, scope, ask.side) + ask.worst_qty(history)).max(0);
    let px = reference_px(history, ask.instrument())?.max(ask.worst_px(history)?);
    Some(money(&history.instruments[ask.instrument() as usize], px, worst))
}

fn gross_with(history: &History, ask: &Ask, scope: KillScope, index: u32) -> Option<i128> {
    let held: i128 = positions(history, scope, index).into_iter().map(|(_, _, value)| value.unwrap_or(0).abs()).sum();
    Some(held + open_with(history, ask, scope, index, Side::ALL)?)
}

/// What is open on these sides, at its worst, with what is asked for.
fn open_with(history: &History, ask: &Ask, scope: KillScope, index: u32, sides: &[Side]) -> Option<i128> {
    let is_open = |order: &Placed| order.scopes[scope as usize] == index && sides.contains(&order.side);
    let others: i128 = own_orders(history, ask, is_open).map(|order| open_money(history, order)).sum();
    Some(others + ask.worst_money(history)?)
}

/// Control 49: the margin of all that the account holds and has open, with what is asked for; nothing where that needs no more.
pub(crate) fn margin_needed(history: &History, ask: &Ask) -> Option<i128> {
    let account = ask.account();
    let (before, after) =
        (margin(history, account, ask.instrument(), None)?, margin(history, account, ask.instrument(), Some(ask))?);
    if after <= before {
        return None;
    }
    let others = (0..history.instruments.len() as u32).filter(|instrument| *instrument != ask.instrument());
    let others: i128 = others.map(|instrument| margin(history, account, instrument, None).unwrap_or(0)).sum();
    Some(others + after)
}

/// The worst case of one instrument times its rate; nothing where there is no price.
fn margin(history: &History, account: u32, instrument: u32, ask: Option<&Ask>) -> Option<i128> {
    let rate = history.limit(KillScope::Instrument, instrument, LimitKind::Margin).unwrap_or(0);
    let qty = worst_of_both(history, account, instrument, ask);
    let at_stake = money(&history.instruments[instrument as usize], reference_px(history, instrument)?, qty);
    let rate = i64::try_from(rate).expect("rates are small here");
    Some(fee(&DefineAccount { fee_rate: rate, ..history.accounts[account as usize] }, at_stake))
}

/// The greater of what all buys and what all sells can make of a position.
fn worst_of_both(history: &History, account: u32, instrument: u32, ask: Option<&Ask>) -> i64 {
    let held = position(history, KillScope::Account, account, instrument);
    let worst = |side: Side| {
        let own =
            history.orders.iter().enumerate().filter(|(place, _)| Some(*place) != ask.and_then(|ask| ask.replaces));
        let own = own.map(|(_, order)| order).filter(|order| in_account(order, account));
        let own = own.filter(|order| in_instrument(order, instrument) && order.side == side);
        let open: i64 = own.map(Placed::open_qty).sum();
        let asked = ask.filter(|ask| ask.side == side).map_or(0, |ask| ask.worst_qty(history));
        side.sign() * held + open + asked
    };
    worst(Side::Buy).max(worst(Side::Sell)).max(0)
}
