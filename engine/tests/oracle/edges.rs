//! Brings limits to where an order just passes, or just does not: one unit decides.

use model::*;

use crate::ask::{Ask, reference_px};
use crate::desk::Desk;
use crate::flow::{Flow, name_of};
use crate::plain::{free_and_needed, open_qty, position};
use crate::prices::{distance, opposite_best};
use crate::scoped::{CONTROLS, observed};
use crate::wealth::{equity, margin_needed};
use crate::world::{ACCOUNTS, SYMBOLS, account, instrument, scopes_of};

const SECOND: i64 = 1_000_000_000;
/// Rates that divide a second, so that a bucket is full to the nanosecond.
const RATES: [i128; 6] = [1, 2, 4, 5, 8, 10];

/// What is about to be asked for meets a limit just below it, at it, or just above it.
pub(crate) fn approach(flow: &mut Flow, desk: &mut Desk, ask: &mut Ask) {
    match flow.rng.u8(..100) {
        0..40 if ask.ord_type == OrdType::Market => protect(flow, desk, ask),
        0..30 if flow.is_busy => messages(flow, desk, ask),
        0..62 => (0..flow.rng.u8(1..3)).for_each(|_| limit(flow, desk, ask)),
        62..68 => age(flow, desk, ask),
        68..78 => cash(flow, desk, ask),
        78..86 => definition(flow, desk, ask),
        86..89 => margin(flow, desk, ask),
        89..92 => group(flow, desk, ask),
        92..94 => restrict(flow, desk, ask),
        94..98 if ask.replaces.is_none() => reduce(flow, desk, ask),
        _ => {}
    }
}

fn nudge(flow: &mut Flow) -> i128 {
    [-1, 0, 0, 1][flow.rng.usize(..4)]
}

fn limit(flow: &mut Flow, desk: &mut Desk, ask: &Ask) {
    let collars = [LimitKind::Collar, LimitKind::PassiveCollar];
    let all = CONTROLS.len() + collars.len();
    let place = flow.rng.usize(..all);
    let kind = CONTROLS.get(place).map_or_else(|| collars[all - 1 - place], |(_, kind)| *kind);
    let scope = kind.scopes()[flow.rng.usize(..kind.scopes().len())];
    let index = ask.scopes[scope as usize];
    // Sets refuse most of what they meet, so they are few.
    let is_rare = kind.bound() == Bound::Bits && flow.rng.u8(..5) > 0;
    // It has a story of its own.
    let is_repeated = kind == LimitKind::RepeatedOrders;
    if is_rare || is_repeated || ask.worst_px(&desk.history).is_none() {
        return;
    }
    let seen = match kind {
        LimitKind::Collar | LimitKind::PassiveCollar => distance(&desk.history, ask),
        _ => observed(&desk.history, ask, kind, scope, index, 1),
    };
    // Without equity everything is too much.
    let Some(seen) = seen.filter(|seen| *seen < i128::MAX / 2) else { return };
    let value = match kind.bound() {
        // All, all but this one, this one alone, or none.
        Bound::Bits => [0xff, 0xff & !seen, seen, 0][flow.rng.usize(..4)],
        _ if kind == LimitKind::MessageRate => RATES[flow.rng.usize(..6)],
        _ => seen + nudge(flow),
    };
    change(desk, scope, index, kind, Some(value.max(0)));
}

/// Few orders alike are taken from now on, within a window.
pub(crate) fn count_repeats(flow: &mut Flow, desk: &mut Desk) {
    for (kind, value) in [(LimitKind::RepeatedOrders, flow.rng.i128(0..3)), (LimitKind::RepeatWindow, 1_000_000_000)] {
        let scope = kind.scopes()[flow.rng.usize(..kind.scopes().len())];
        scopes_of(scope).into_iter().for_each(|(_, index)| change(desk, scope, index, kind, Some(value)));
    }
}

/// An order like one before; the window is just long enough to see that one, or just too short.
pub(crate) fn repeat(flow: &mut Flow, desk: &mut Desk, ask: &mut Ask) {
    let last = desk.history.changes.iter().rev().find(|change| change.kind == LimitKind::RepeatWindow).copied();
    let own = |order: &&crate::history::Placed| order.scopes == ask.scopes;
    let (Some(window), Some(before)) = (last, desk.history.orders.iter().rev().find(own)) else { return };
    let (at, _, qty, px) = before.taken;
    (ask.side, ask.ord_type, ask.qty, ask.px) = (before.side, before.ord_type, qty, px);
    let value = i128::from(desk.history.now - at) + nudge(flow);
    if flow.rng.bool() {
        change(desk, window.scope, ask.scopes[window.scope as usize], window.kind, Some(value.max(0)));
    }
}

fn change(desk: &mut Desk, scope: KillScope, index: u32, kind: LimitKind, value: Option<i128>) {
    desk.run(Command::ChangeLimit(ChangeLimit {
        actor: Text::literal("ann"),
        reason: Text::literal("oracle"),
        ..ChangeLimit::of(scope, Text::literal(name_of(scope, index)), kind, value)
    }));
}

/// Most limits that were brought so near are taken away again, and prices are fresh again.
pub(crate) fn relax(flow: &mut Flow, desk: &mut Desk) {
    if desk.history.quotes.last().is_none_or(|(time, _)| desk.history.now - time > SECOND) && flow.rng.u8(..6) > 0 {
        flow.quote_all(desk);
    }
    if flow.is_redefined && flow.rng.u8(..8) > 0 {
        redefine(flow, desk);
    }
    while let Some(last) = desk.history.changes.last().copied() {
        if last.value.is_none() || last.kind == LimitKind::RepeatWindow || flow.rng.u8(..10) == 0 {
            return;
        }
        change(desk, last.scope, last.index, last.kind, None);
    }
}

/// Some that were left are taken away.
pub(crate) fn forget(flow: &mut Flow, desk: &mut Desk) {
    for scope in KillScope::ALL {
        for (_, index) in scopes_of(*scope) {
            let stay = [LimitKind::RepeatedOrders, LimitKind::RepeatWindow];
            for kind in LimitKind::ALL.iter().filter(|kind| !stay.contains(kind)) {
                if desk.history.limit(*scope, index, *kind).is_some() && flow.rng.u8(..3) > 0 {
                    change(desk, *scope, index, *kind, None);
                }
            }
        }
    }
}

/// The price is as old as it may be.
fn age(flow: &mut Flow, desk: &mut Desk, ask: &Ask) {
    let Some((time, _)) = desk.history.quote(ask.instrument()) else { return };
    let oldest = desk.history.instruments[ask.instrument() as usize].reference_age_max;
    let until = time + oldest + flow.rng.i64(-1..=1);
    if until > desk.history.now && reference_px(&desk.history, ask.instrument()).is_some() {
        desk.wait(until - desk.history.now);
    }
}

/// The market is just as far from the reference as a market order may begin.
fn protect(flow: &mut Flow, desk: &mut Desk, ask: &Ask) {
    let best = opposite_best(&desk.history, ask);
    let (Some(best), Some(reference)) = (best, reference_px(&desk.history, ask.instrument())) else { return };
    let part = i128::from(best - reference).abs() * 100_000_000 / i128::from(reference);
    let scope = KillScope::ALL[flow.rng.usize(..KillScope::ALL.len())];
    let value = (part + nudge(flow)).max(0);
    change(desk, scope, ask.scopes[scope as usize], LimitKind::MarketProtection, Some(value));
}

/// An order like this one is let pass by two people, or just not.
pub(crate) fn overrule(flow: &mut Flow, desk: &mut Desk, ask: &Ask) {
    desk.run(Command::GrantOverride(GrantOverride {
        order_qty: Qty::from_units((ask.qty + nudge(flow) as i64).max(1)),
        price: Px::from_units([0, ask.px + nudge(flow) as i64][flow.rng.usize(..2)].max(0)),
        expires: EngineTime(desk.history.now + [1, 2, 1_000_000_000][flow.rng.usize(..3)]),
        session: Text::literal(name_of(KillScope::Session, ask.session)),
        account: AccountName::literal(ACCOUNTS[ask.account() as usize]),
        symbol: Symbol::literal(SYMBOLS[ask.instrument() as usize]),
        side: ask.side,
        reserved: [0; 7],
        actor: Text::literal("ann"),
        reason: Text::literal("oracle"),
    }));
    let Some(proposal) = desk.history.asked_override.take() else { return };
    // Who asks does not approve.
    let actor = Text::literal(["ann", "bob", "bob", "bob"][flow.rng.usize(..4)]);
    let word = DecideLimit { proposal, is_approved: 1, reserved: [0; 7], actor, reason: Text::literal("oracle") };
    desk.run(Command::DecideLimit(word));
    desk.wait(flow.rng.i64(0..3));
}

/// There are just as many messages by fills as may be.
fn messages(flow: &mut Flow, desk: &mut Desk, ask: &Ask) {
    let kind = LimitKind::OrderToTrade;
    let scope = kind.scopes()[flow.rng.usize(..kind.scopes().len())];
    let index = ask.scopes[scope as usize];
    let seen = observed(&desk.history, ask, kind, scope, index, 1).unwrap_or(0);
    change(desk, scope, index, kind, Some((seen + nudge(flow)).max(0)));
}

/// Its margin is just covered.
fn margin(flow: &mut Flow, desk: &mut Desk, ask: &Ask) {
    let rate = [0, 1_234_567, 10_000_000, 100_000_000][flow.rng.usize(..4)];
    change(desk, KillScope::Instrument, ask.instrument(), LimitKind::Margin, Some(rate));
    let Some(needed) = margin_needed(&desk.history, ask) else { return };
    let missing = needed - equity(&desk.history, ask.account()) + nudge(flow);
    match flow.rng.u8(..3) {
        0 => pay_in(desk, ask.account(), missing),
        1 => {
            pay_in(desk, ask.account(), missing + 1);
            let most = (needed + nudge(flow)).max(0);
            change(desk, KillScope::Account, ask.account(), LimitKind::MarginUsed, Some(most));
        }
        _ => {}
    }
}

/// A group is not to trade with itself.
fn group(flow: &mut Flow, desk: &mut Desk, ask: &Ask) {
    let scope = LimitKind::SelfMatch.scopes()[flow.rng.usize(..3)];
    let value = [0, 1, 1, 3][flow.rng.usize(..4)];
    change(desk, scope, ask.scopes[scope as usize], LimitKind::SelfMatch, Some(value));
}

/// The instrument is restricted for a while, to the nanosecond.
fn restrict(flow: &mut Flow, desk: &mut Desk, ask: &Ask) {
    let now = desk.history.now;
    let account = [AccountName::EMPTY, AccountName::literal(ACCOUNTS[flow.rng.usize(..2)])][flow.rng.usize(..2)];
    desk.run(Command::RestrictInstrument(RestrictInstrument {
        from: EngineTime([0, now, now + 1][flow.rng.usize(..3)]),
        until: EngineTime(now + [2, 1_000, 100_000_000][flow.rng.usize(..3)]),
        removes: Seq(0),
        symbol: Symbol::literal(SYMBOLS[ask.instrument() as usize]),
        account,
        forbids: [Forbidden::Trading, Forbidden::ShortSales][flow.rng.usize(..2)],
        reserved: [0; 7],
        actor: Text::literal("oracle"),
        reason: Text::literal("oracle"),
    }));
    desk.wait(flow.rng.i64(0..3));
}

fn pay_in(desk: &mut Desk, account: u32, units: i128) {
    desk.run(Command::AdjustCash(AdjustCash {
        amount: Notional::from_units(units),
        account: AccountName::literal(ACCOUNTS[account as usize]),
        actor: Text::literal("oracle"),
        reason: Text::literal("oracle"),
        reserved: [0; 8],
    }));
}

/// The account can just pay for it.
fn cash(flow: &mut Flow, desk: &mut Desk, ask: &Ask) {
    let Some((free, needed)) = free_and_needed(&desk.history, ask) else { return };
    pay_in(desk, ask.account(), needed - free + nudge(flow));
}

/// The limits of the definitions.
fn definition(flow: &mut Flow, desk: &mut Desk, ask: &Ask) {
    let history = &desk.history;
    let mut account = history.accounts[ask.account() as usize];
    let mut instrument = history.instruments[ask.instrument() as usize];
    let Some(money) = ask.worst_money(history) else { return };
    let off = nudge(flow) as i64;
    let position = position(history, KillScope::Account, ask.account(), ask.instrument());
    let open = open_qty(history, ask, KillScope::Account, ask.side) + ask.worst_qty(history);
    let orders = observed(history, ask, LimitKind::OpenOrders, KillScope::Account, ask.account(), 0);
    match flow.rng.u8(..5) {
        0 => account.max_order_qty = Qty::from_units(ask.qty + off),
        1 => account.max_order_notional = Notional::from_units(money + i128::from(off)),
        2 if ask.side == Side::Buy => account.max_long = Qty::from_units((position + open + off).max(0)),
        2 => account.max_short = Qty::from_units((open - position + off).max(0)),
        3 => account.open_orders_max = (orders.unwrap_or(40) as i64 + off).max(0) as u32,
        _ => instrument.max_order_qty = Qty::from_units(ask.qty + off),
    }
    desk.run(Command::DefineAccount(account));
    desk.run(Command::DefineInstrument(instrument));
    flow.is_redefined = true;
}

/// The definitions as they were in the beginning.
pub(crate) fn redefine(flow: &mut Flow, desk: &mut Desk) {
    flow.is_redefined = false;
    (0..ACCOUNTS.len() as u32).for_each(|index| desk.run(Command::DefineAccount(account(index))));
    for index in 0..SYMBOLS.len() as u32 {
        desk.run(Command::DefineInstrument(DefineInstrument {
            tradable: u8::from(flow.rng.u8(..60) > 0),
            ..instrument(index)
        }));
    }
}

/// It reduces the position by just as much as is left, or one lot more or less.
fn reduce(flow: &mut Flow, desk: &mut Desk, ask: &mut Ask) {
    let held = position(&desk.history, KillScope::Account, ask.account(), ask.instrument());
    if held != 0 {
        ask.side = if held > 0 { Side::Sell } else { Side::Buy };
        let left = held.abs() - open_qty(&desk.history, ask, KillScope::Account, ask.side);
        ask.qty = left + flow.rng.i64(-1..=1) * crate::world::LOT;
        ask.exec_inst = ExecInst::DO_NOT_INCREASE;
    }
}
