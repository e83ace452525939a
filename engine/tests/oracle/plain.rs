//! The controls that know no limits of scopes: what the order says, whether its market is there, what is stopped, and who pays.

use model::*;

use crate::answer::Why;
use crate::ask::{Ask, fee, money};
use crate::history::{History, Placed};

/// The checks that are asked here.
pub(crate) const CHECKS: &[Check] = &[
    Check::NotTradable,
    Check::KilledGlobal,
    Check::KilledAccount,
    Check::KilledFirm,
    Check::KilledVenue,
    Check::KilledSession,
    Check::KilledTrader,
    Check::KilledStrategy,
    Check::KilledInstrument,
    Check::Halted,
    Check::LimitUnset,
    Check::Price,
    Check::Tick,
    Check::Lot,
    Check::StopPx,
    Check::MinQty,
    Check::MaxFloor,
    Check::ExpireTime,
    Check::DuplicateClOrdId,
    Check::ReduceOnly,
    Check::Reducing,
    Check::BuyingPower,
];

/// Everything that speaks against it.
pub(crate) fn objections(history: &History, ask: &Ask) -> Vec<Why> {
    let mut objections = Vec::new();
    for control in [instrument, kill_switch, mandatory, form, duplicate, reducing, buying_power] {
        control(history, ask, &mut objections);
    }
    objections
}

/// Control 2.
fn instrument(history: &History, ask: &Ask, objections: &mut Vec<Why>) {
    let definition = &history.instruments[ask.instrument() as usize];
    if definition.tradable != 1 || history.is_halted(Scope::Instrument, ask.instrument()) {
        objections.push(Why::of(Check::NotTradable));
    }
    if definition.currency != history.accounts[ask.account() as usize].currency {
        objections.push(Why::of(Check::CurrencyMismatch));
    }
}

/// Controls 42 and 43.
fn kill_switch(history: &History, ask: &Ask, objections: &mut Vec<Why>) {
    if history.is_halted(Scope::Global, 0) {
        objections.push(Why::of(Check::KilledGlobal));
    }
    if history.is_halted(Scope::Account, ask.account()) {
        objections.push(Why::of(Check::KilledAccount));
    }
    for scope in KillScope::ALL {
        let number = i128::from(scope.value());
        match history.state(*scope, ask.scopes[*scope as usize]) {
            ScopeState::Active | ScopeState::Reducing => {}
            ScopeState::Halted => objections.push(Why::against(Check::Halted, number, number)),
            ScopeState::Killed => objections.push(Why::of(match scope {
                KillScope::Firm => Check::KilledFirm,
                KillScope::Venue => Check::KilledVenue,
                KillScope::Session => Check::KilledSession,
                KillScope::Account => Check::KilledAccount,
                KillScope::Trader => Check::KilledTrader,
                KillScope::Strategy => Check::KilledStrategy,
                KillScope::Instrument => Check::KilledInstrument,
            })),
        }
    }
}

/// Control 50.
fn mandatory(history: &History, _: &Ask, objections: &mut Vec<Why>) {
    let mandatory = history.firm.map_or(0, |firm| firm.mandatory);
    let missing = LimitKind::ALL
        .iter()
        .find(|kind| mandatory & (1 << **kind as u8) != 0 && history.limit(KillScope::Firm, 0, **kind).is_none());
    objections.extend(missing.map(|kind| Why::against(Check::LimitUnset, *kind as i128, -1)));
}

/// Controls 6, 7 and 8.
fn form(history: &History, ask: &Ask, objections: &mut Vec<Why>) {
    let definition = &history.instruments[ask.instrument() as usize];
    let (tick, lot) = (definition.tick.units(), definition.lot.units());
    let mut object = |is_bad: bool, check, limit: i64, observed: i64| {
        if is_bad {
            objections.push(Why::against(check, i128::from(limit), i128::from(observed)));
        }
    };
    let has_px = ask.ord_type == OrdType::Limit;
    object(has_px != (ask.px > 0) || ask.px < 0, Check::Price, limits::UNITS_MAX, ask.px);
    object(ask.px % tick != 0, Check::Tick, tick, ask.px);
    object(ask.qty <= 0 || ask.qty % lot != 0, Check::Lot, lot, ask.qty);
    object(ask.stop_px != 0, Check::StopPx, tick, ask.stop_px);
    object(ask.min_qty < 0 || ask.min_qty > ask.qty, Check::MinQty, ask.qty, ask.min_qty);
    let rests = has_px && !matches!(ask.time_in_force, TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill);
    let shows = ask.max_floor > 0 && ask.max_floor <= ask.qty && rests && ask.max_floor % lot == 0;
    object(ask.max_floor != 0 && !shows, Check::MaxFloor, ask.qty, ask.max_floor);
    let is_dated = ask.time_in_force == TimeInForce::GoodTillDate;
    let is_in_time = if is_dated { ask.expire_time > history.now } else { ask.expire_time == 0 };
    object(!is_in_time, Check::ExpireTime, history.now, ask.expire_time);
}

/// Control 20. That the name of a replace is new was asked before.
fn duplicate(history: &History, ask: &Ask, objections: &mut Vec<Why>) {
    if ask.replaces.is_none() && history.is_used(ask.session, &ask.name) {
        objections.push(Why::of(Check::DuplicateClOrdId));
    }
}

/// Rule 3: what reduces is no more than the position, less what already reduces it.
fn reducing(history: &History, ask: &Ask, objections: &mut Vec<Why>) {
    let is_reducing = |scope: &KillScope| history.state(*scope, ask.scopes[*scope as usize]) == ScopeState::Reducing;
    let checks = [
        (ask.exec_inst.has(ExecInst::DO_NOT_INCREASE), Check::ReduceOnly),
        (KillScope::ALL.iter().any(is_reducing), Check::Reducing),
    ];
    let held = position(history, KillScope::Account, ask.account(), ask.instrument());
    let against = if ask.side == Side::Buy { -held } else { held };
    let may = i128::from(against.max(0));
    let open = i128::from(open_qty(history, ask, KillScope::Account, ask.side) + ask.worst_qty(history));
    let objecting = checks.into_iter().filter(|(applies, _)| *applies && open > may);
    objections.extend(objecting.map(|(_, check)| Why::against(check, may, open)));
}

/// Control 29, for accounts that pay in cash.
fn buying_power(history: &History, ask: &Ask, objections: &mut Vec<Why>) {
    if let Some((free, needed)) = free_and_needed(history, ask)
        && needed > free
    {
        objections.push(Why::against(Check::BuyingPower, free, needed));
    }
}

/// The cash that no other order may need, and what this one may; nothing where it does not pay in cash.
pub(crate) fn free_and_needed(history: &History, ask: &Ask) -> Option<(i128, i128)> {
    let account = &history.accounts[ask.account() as usize];
    if account.cash_account != 1 || ask.side != Side::Buy {
        return None;
    }
    let needed = with_fee(account, ask.worst_money(history)?);
    let others = own_orders(history, ask, |order| in_account(order, ask.account()) && order.side == Side::Buy);
    let reserved: i128 = others.map(|order| with_fee(account, open_money(history, order))).sum();
    Some((cash(history, ask.account()) - reserved, needed))
}

fn with_fee(account: &DefineAccount, money: i128) -> i128 {
    money + fee(account, money)
}

/// The orders but the one that is to be replaced.
pub(crate) fn own_orders<'a>(
    history: &'a History,
    ask: &'a Ask,
    which: impl Fn(&Placed) -> bool + 'a,
) -> impl Iterator<Item = &'a Placed> + 'a {
    let all = history.orders.iter().enumerate();
    all.filter(move |(place, order)| Some(*place) != ask.replaces && which(order)).map(|(_, order)| order)
}

pub(crate) fn in_account(order: &Placed, account: u32) -> bool {
    order.scopes[KillScope::Account as usize] == account
}

pub(crate) fn in_instrument(order: &Placed, instrument: u32) -> bool {
    order.scopes[KillScope::Instrument as usize] == instrument
}

/// The money that an order can still move, at its worst.
pub(crate) fn open_money(history: &History, order: &Placed) -> i128 {
    let instrument = &history.instruments[order.scopes[KillScope::Instrument as usize] as usize];
    money(instrument, order.open_px(), order.open_qty())
}

/// What a scope holds of an instrument: all that was bought, less all that was sold.
pub(crate) fn position(history: &History, scope: KillScope, index: u32, instrument: u32) -> i64 {
    let own = history.orders.iter().filter(|order| order.scopes[scope as usize] == index);
    own.filter(|order| in_instrument(order, instrument)).map(|order| order.side.sign() * order.cum()).sum()
}

/// What the other orders of a scope can still add to it on one side.
pub(crate) fn open_qty(history: &History, ask: &Ask, scope: KillScope, side: Side) -> i64 {
    let (index, instrument) = (ask.scopes[scope as usize], ask.instrument());
    let is_own = move |order: &Placed| {
        order.scopes[scope as usize] == index && in_instrument(order, instrument) && order.side == side
    };
    own_orders(history, ask, is_own).map(Placed::open_qty).sum()
}

/// What was paid in, less what was paid for, with all fees.
pub(crate) fn cash(history: &History, account: u32) -> i128 {
    let definition = &history.accounts[account as usize];
    let paid_in: i128 = history.deposits.iter().filter(|(own, _)| *own == account).map(|(_, amount)| amount).sum();
    let mut cash = paid_in;
    for order in history.orders.iter().filter(|order| in_account(order, account)) {
        let instrument = &history.instruments[order.scopes[KillScope::Instrument as usize] as usize];
        for fill in &order.fills {
            let value = money(instrument, fill.px, fill.qty);
            cash -= i128::from(order.side.sign()) * value + fee(definition, value);
        }
    }
    cash
}
