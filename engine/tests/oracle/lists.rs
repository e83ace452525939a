//! Controls 4, 34 and 35: what is restricted, what would trade with its own group, and what is sold that nobody has.

use model::*;

use crate::answer::Why;
use crate::ask::Ask;
use crate::history::{History, Placed};
use crate::plain::{in_account, in_instrument, open_qty, position};

/// The checks that are asked here.
pub(crate) const CHECKS: &[Check] = &[Check::Restricted, Check::SelfMatch];

pub(crate) fn objections(history: &History, ask: &Ask) -> Vec<Why> {
    restricted(history, ask).into_iter().chain(self_match(history, ask)).collect()
}

/// Control 4: the first that holds now and is about it.
fn restricted(history: &History, ask: &Ask) -> Option<Why> {
    let account = history.accounts[ask.account() as usize].account;
    let (before, after) = short(history, ask);
    let holds = |one: &&RestrictInstrument| {
        let is_in_force = one.from.0 <= history.now && (one.until.0 == 0 || history.now < one.until.0);
        let is_ours = one.account.is_empty() || one.account == account;
        is_in_force && is_ours && (one.forbids == Forbidden::Trading || after > before)
    };
    let own = history.restrictions.iter().filter(|(instrument, _)| *instrument == ask.instrument());
    let found = own.map(|(_, one)| one).find(holds)?;
    let scope = if found.account.is_empty() { KillScope::Firm } else { KillScope::Account };
    Some(Why { scope: Some(scope), ..Why::of(Check::Restricted) })
}

/// Control 34: an order of the other side and the same group, that it would trade with. 1 refuses, 3 refuses and cancels the other.
fn self_match(history: &History, ask: &Ask) -> Option<Why> {
    let px = if ask.ord_type == OrdType::Limit { ask.px } else { 0 };
    for scope in [KillScope::Firm, KillScope::Account, KillScope::Trader] {
        let index = ask.scopes[scope as usize];
        if !matches!(history.limit(scope, index, LimitKind::SelfMatch), Some(1 | 3)) {
            continue;
        }
        let rests = |order: &&Placed| {
            let is_own = order.scopes[scope as usize] == index && in_instrument(order, ask.instrument());
            is_own && order.side != ask.side && order.works() && order.open_qty() > 0
        };
        let prices = history.orders.iter().filter(rests).map(takes_up_to);
        let best = if ask.side == Side::Buy { prices.min() } else { prices.max() };
        let would_trade = |best: &i64| match (px, ask.side) {
            (0, _) => true,
            (px, Side::Buy) => px >= *best,
            (px, Side::Sell) => px <= *best,
        };
        if let Some(best) = best.filter(would_trade) {
            let why = Why::against(Check::SelfMatch, i128::from(best), i128::from(px));
            return Some(Why { scope: Some(scope), ..why });
        }
    }
    None
}

/// The most that an order, or the replace that is asked for, gives.
fn takes_up_to(order: &Placed) -> i64 {
    let asked = order.asked.as_ref().map_or(order.worst_px, |asked| asked.worst_px);
    match (order.ord_type, order.side) {
        (OrdType::Limit, Side::Buy) => order.worst_px.max(asked),
        (OrdType::Limit, Side::Sell) => order.worst_px.min(asked),
        (_, Side::Buy) => i64::MAX,
        (_, Side::Sell) => 0,
    }
}

/// What the account's open sells could sell beyond what it has, without and with what is asked for.
fn short(history: &History, ask: &Ask) -> (i64, i64) {
    let held = position(history, KillScope::Account, ask.account(), ask.instrument()).max(0);
    let others = open_qty(history, ask, KillScope::Account, Side::Sell);
    let own = ask.replaced(history).filter(|order| order.side == Side::Sell).map_or(0, Placed::open_qty);
    let asked = if ask.side == Side::Sell { ask.worst_qty(history) } else { own };
    ((others + own - held).max(0), (others + asked - held).max(0))
}

/// Control 35: sold short today by all, and what open sells of all could sell short.
pub(crate) fn short_with(history: &History, ask: &Ask) -> Option<i128> {
    let (before, after) = short(history, ask);
    let sells =
        || history.orders.iter().filter(|order| in_instrument(order, ask.instrument()) && order.side == Side::Sell);
    let today = sells().flat_map(|order| &order.fills).filter(|fill| fill.day == history.day());
    let sold: i64 = today.map(|fill| fill.short).sum();
    let others: i64 = (0..history.accounts.len() as u32)
        .filter(|account| *account != ask.account())
        .map(|account| {
            let open: i64 = sells().filter(|order| in_account(order, account)).map(Placed::open_qty).sum();
            (open - position(history, KillScope::Account, account, ask.instrument()).max(0)).max(0)
        })
        .sum();
    (after > before).then(|| i128::from(sold + others + after))
}
