//! The controls with limits of scopes: what each limit is held against, found by walking all that happened.

use model::*;

use crate::answer::Why;
use crate::ask::{Ask, money, reference_px};
use crate::history::{History, Message, Placed};
use crate::plain::{open_money, open_qty, own_orders, position};
use crate::{lists, wealth};

const SECOND: i64 = 1_000_000_000;
/// What is seen where a request says no time.
const NO_TIME: i128 = -1;

/// The checks that know scopes, each with the limit that it keeps.
pub(crate) const CONTROLS: &[(Check, LimitKind)] = &[
    (Check::OrdTypeAllowed, LimitKind::OrdTypes),
    (Check::TimeInForceAllowed, LimitKind::TimesInForce),
    (Check::SideAllowed, LimitKind::Sides),
    (Check::OrderAge, LimitKind::OrderAge),
    (Check::PriceHigh, LimitKind::PriceHigh),
    (Check::PriceLow, LimitKind::PriceLow),
    (Check::MinOrderNotional, LimitKind::OrderNotionalMin),
    (Check::RepeatedOrders, LimitKind::RepeatedOrders),
    (Check::PositionLong, LimitKind::PositionLong),
    (Check::PositionShort, LimitKind::PositionShort),
    (Check::MaxOrderQty, LimitKind::OrderQty),
    (Check::MaxOrderNotional, LimitKind::OrderNotional),
    (Check::MessageRate, LimitKind::MessageRate),
    (Check::OpenOrders, LimitKind::OpenOrders),
    (Check::DailyOrders, LimitKind::DailyOrders),
    (Check::DailyCancels, LimitKind::DailyCancels),
    (Check::DailyTrades, LimitKind::DailyTrades),
    (Check::OpenBuys, LimitKind::OpenBuys),
    (Check::OpenSells, LimitKind::OpenSells),
    (Check::OpenNotional, LimitKind::OpenNotional),
    (Check::DailyBuys, LimitKind::DailyBuys),
    (Check::DailySells, LimitKind::DailySells),
    (Check::OrderToTrade, LimitKind::OrderToTrade),
    (Check::PositionNotional, LimitKind::PositionNotional),
    (Check::Concentration, LimitKind::Concentration),
    (Check::GrossExposure, LimitKind::GrossExposure),
    (Check::NetExposure, LimitKind::NetExposure),
    (Check::Leverage, LimitKind::Leverage),
    (Check::MarginUsed, LimitKind::MarginUsed),
    (Check::ShortSale, LimitKind::Locate),
];

/// A limit, and what is held against it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    scope: KillScope,
    limit: i128,
    observed: i128,
}

impl Seen {
    /// How far the value is from breaking the limit; below zero it is broken.
    fn room(&self, kind: LimitKind) -> i128 {
        match kind.bound() {
            // A request that says no time is older than any limit.
            Bound::AtMost if kind == LimitKind::OrderAge && self.observed == NO_TIME => self.limit - i128::MAX,
            Bound::AtMost => self.limit - self.observed,
            Bound::AtLeast => self.observed - self.limit,
            Bound::Bits => i128::from(self.limit & self.observed != 0) - 1,
        }
    }
}

pub(crate) fn objections(history: &History, ask: &Ask) -> Vec<Why> {
    let mut objections = Vec::new();
    for (check, kind) in CONTROLS {
        let of_scopes = KillScope::ALL.iter().filter_map(|scope| {
            let index = ask.scopes[*scope as usize];
            let limit = history.limit(*scope, index, *kind)?;
            Some(Seen { scope: *scope, limit, observed: observed(history, ask, *kind, *scope, index, limit)? })
        });
        let mut seen: Vec<Seen> = of_scopes.collect();
        seen.extend(defined(history, ask, *kind));
        // The least head room binds; of two the wider scope's.
        let tightest = seen.into_iter().min_by_key(|seen| (seen.room(*kind), seen.scope));
        if let Some(seen) = tightest.filter(|seen| seen.room(*kind) < 0) {
            let Seen { scope, limit, observed } = seen;
            objections.push(Why { check: *check, scope: Some(scope), limit, observed });
        }
    }
    objections
}

/// The limits that stand in the definitions of account, instrument and session.
fn defined(history: &History, ask: &Ask, kind: LimitKind) -> Vec<Seen> {
    let account = &history.accounts[ask.account() as usize];
    let instrument = &history.instruments[ask.instrument() as usize];
    let mut seen = Vec::new();
    let mut add = |scope: KillScope, limit: i128| {
        let index = ask.scopes[scope as usize];
        if let Some(observed) = observed(history, ask, kind, scope, index, limit) {
            seen.push(Seen { scope, limit, observed });
        }
    };
    match kind {
        LimitKind::OrderQty => {
            add(KillScope::Account, i128::from(account.max_order_qty.units()));
            add(KillScope::Instrument, i128::from(instrument.max_order_qty.units()));
        }
        LimitKind::OrderNotional => add(KillScope::Account, account.max_order_notional.units()),
        LimitKind::PositionLong => add(KillScope::Account, i128::from(account.max_long.units())),
        LimitKind::PositionShort => add(KillScope::Account, i128::from(account.max_short.units())),
        LimitKind::OpenOrders => add(KillScope::Account, i128::from(account.open_orders_max)),
        LimitKind::MessageRate => {
            let limit = i128::from(history.sessions[ask.session as usize].messages_per_second);
            let observed = messages(history, limit, |message| {
                let is_own = message.scopes[KillScope::Session as usize] == ask.session;
                is_own.then_some(limit)
            });
            seen.push(Seen { scope: KillScope::Session, limit, observed });
        }
        _ => {}
    }
    seen
}

/// What the scope would come to with it; nothing where the limit is not about it.
pub(crate) fn observed(
    history: &History,
    ask: &Ask,
    kind: LimitKind,
    scope: KillScope,
    index: u32,
    limit: i128,
) -> Option<i128> {
    let is_own = |order: &&Placed| order.scopes[scope as usize] == index;
    let own = || history.orders.iter().filter(is_own);
    let is_new = ask.replaces.is_none();
    let today = history.day();
    let count = |count: usize| i128::try_from(count).expect("a count");
    let bit = |place: Option<usize>| 1 << place.expect("one of all");
    let has_px = ask.ord_type == OrdType::Limit;
    match kind {
        LimitKind::OrdTypes => Some(bit(OrdType::ALL.iter().position(|one| *one == ask.ord_type))),
        LimitKind::TimesInForce => Some(bit(TimeInForce::ALL.iter().position(|one| *one == ask.time_in_force))),
        LimitKind::Sides => Some(bit(Side::ALL.iter().position(|one| *one == ask.side))),
        LimitKind::OrderAge => {
            Some(if ask.transact_time > 0 { i128::from((history.now - ask.transact_time).max(0)) } else { NO_TIME })
        }
        LimitKind::PriceHigh | LimitKind::PriceLow => has_px.then_some(i128::from(ask.px)),
        LimitKind::OrderNotionalMin => {
            let px = if has_px { ask.px } else { reference_px(history, ask.instrument())? };
            Some(money(&history.instruments[ask.instrument() as usize], px, ask.qty))
        }
        LimitKind::PositionLong => worst_position(history, ask, scope, Side::Buy),
        LimitKind::PositionShort => worst_position(history, ask, scope, Side::Sell),
        LimitKind::OrderQty => Some(i128::from(ask.qty)),
        LimitKind::OrderNotional => ask.worst_money(history),
        LimitKind::MessageRate => Some(messages(history, limit, |message| {
            let is_own = message.was_taken && message.scopes[scope as usize] == index;
            history.limit_after(message.changes, scope, index, kind).filter(|_| is_own)
        })),
        LimitKind::RepeatedOrders => {
            is_new.then(|| count(alike(history, ask).filter(|order| order.scopes[scope as usize] == index).count()) + 1)
        }
        LimitKind::OpenOrders => is_new.then(|| count(own().filter(|order| order.works()).count()) + 1),
        LimitKind::DailyOrders => is_new.then(|| count(own().filter(|order| order.day == today).count()) + 1),
        LimitKind::DailyCancels => {
            is_new.then(|| count(own().filter(|order| order.canceled_on == Some(today)).count()))
        }
        LimitKind::DailyTrades => {
            let fills = || own().flat_map(|order| &order.fills).filter(|fill| fill.day == today && fill.qty > 0);
            is_new.then(|| count(fills().count()) + 1)
        }
        LimitKind::OpenBuys => open_side(history, ask, scope, index, &[Side::Buy]),
        LimitKind::OpenSells => open_side(history, ask, scope, index, &[Side::Sell]),
        LimitKind::OpenNotional => open_side(history, ask, scope, index, &[Side::Buy, Side::Sell]),
        LimitKind::DailyBuys => turnover(history, ask, scope, index, Side::Buy),
        LimitKind::DailySells => turnover(history, ask, scope, index, Side::Sell),
        LimitKind::OrderToTrade => Some(order_to_trade(history, scope, index)),
        LimitKind::Locate => lists::short_with(history, ask),
        LimitKind::PositionNotional
        | LimitKind::Concentration
        | LimitKind::GrossExposure
        | LimitKind::NetExposure
        | LimitKind::Leverage
        | LimitKind::MarginUsed => wealth::observed(history, ask, kind, scope, index),
        _ => None,
    }
}

/// Control 19: the orders like this one of the longest window of any scope. An order is remembered while a scope of its counts them.
pub(crate) fn alike<'a>(history: &'a History, ask: &'a Ask) -> impl Iterator<Item = &'a Placed> + 'a {
    let window = |scope: &KillScope| history.limit(*scope, ask.scopes[*scope as usize], LimitKind::RepeatWindow);
    let longest = KillScope::ALL.iter().filter_map(window).max().unwrap_or(0);
    history.orders.iter().filter(move |order| {
        let (at, changes, qty, px) = order.taken;
        let counts = |scope: &KillScope| {
            history.limit_after(changes, *scope, order.scopes[*scope as usize], LimitKind::RepeatedOrders).is_some()
        };
        let is_same = order.scopes[KillScope::Account as usize] == ask.account()
            && order.scopes[KillScope::Instrument as usize] == ask.instrument()
            && (order.side, order.ord_type, qty, px) == (ask.side, ask.ord_type, ask.qty, ask.px);
        is_same && i128::from(history.now - at) <= longest && KillScope::ALL.iter().any(counts)
    })
}

/// Control 37: messages by fills, this message included, less one; the first hundred of a day say nothing.
fn order_to_trade(history: &History, scope: KillScope, index: u32) -> i128 {
    let today = history.day();
    let is_own =
        |message: &&Message| message.was_taken && message.day == today && message.scopes[scope as usize] == index;
    let messages = history.messages.iter().filter(is_own).count() as i128 + 1;
    let own = history.orders.iter().filter(|order| order.scopes[scope as usize] == index);
    let fills = own.flat_map(|order| &order.fills).filter(|fill| fill.day == today && fill.qty > 0);
    let fills = fills.count().max(1) as i128;
    if messages <= 100 { 0 } else { messages * 100_000_000 / fills - 100_000_000 }
}

/// Control 24: what is open, with what is asked for in the place of what it replaces.
fn open_side(history: &History, ask: &Ask, scope: KillScope, index: u32, sides: &[Side]) -> Option<i128> {
    if !sides.contains(&ask.side) {
        return None;
    }
    let is_open = |order: &Placed| order.scopes[scope as usize] == index && sides.contains(&order.side);
    let others: i128 = own_orders(history, ask, is_open).map(|order| open_money(history, order)).sum();
    Some(others + ask.worst_money(history)?)
}

/// Control 30: the same, and what was traded today, as far as it was not busted and as it was corrected.
fn turnover(history: &History, ask: &Ask, scope: KillScope, index: u32, side: Side) -> Option<i128> {
    let open = open_side(history, ask, scope, index, &[side])?;
    let own = history.orders.iter().filter(|order| order.scopes[scope as usize] == index && order.side == side);
    let traded = own.flat_map(|order| order.fills.iter().map(move |fill| (order, fill)));
    let today = traded.filter(|(_, fill)| fill.day == history.day());
    let traded: i128 = today
        .map(|(order, fill)| {
            let instrument = order.scopes[KillScope::Instrument as usize] as usize;
            money(&history.instruments[instrument], fill.px, fill.qty)
        })
        .sum();
    Some(open + traded)
}

/// Control 18: a bucket that holds one second of messages, no more, and leaks evenly; how full it would be. `rate` says how many a second the
/// scope was allowed when a message came, and nothing for one that does not count.
fn messages(history: &History, limit: i128, rate: impl Fn(&Message) -> Option<i128>) -> i128 {
    let gap = |limit: i128| SECOND / i64::try_from(limit.max(1)).expect("rates are small here");
    let (mut full, mut at) = (0, 0);
    for message in &history.messages {
        if let Some(limit) = rate(message) {
            full = ((full - (message.time - at)).max(0) + gap(limit)).min(SECOND);
            at = message.time;
        }
    }
    let full = (full - (history.now - at)).max(0);
    i128::from(full / gap(limit)) + i128::from(full % gap(limit) != 0) + 1
}

/// Controls 25 and 27: the position if all that is open on its side is filled, and nothing on the other.
fn worst_position(history: &History, ask: &Ask, scope: KillScope, side: Side) -> Option<i128> {
    let held = side.sign() * position(history, scope, ask.scopes[scope as usize], ask.instrument());
    let open = open_qty(history, ask, scope, side) + ask.worst_qty(history);
    (ask.side == side).then_some(i128::from(held + open))
}
