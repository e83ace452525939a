//! The end of a day, what is booked to put a position right, and whether the next start may trade.

use model::{
    AdjustPosition, AdjustmentBooked, Arm, ArmOutcome, Armed, BreaksReported, CheckStart, CloseBegun, CloseDay,
    DayClosed, DayMarked, EngineTime, Event, Events, ForeignCashMoved, ForeignMoney, InstrumentId, KillScope, Notional,
    PositionChanged, Px, Qty, ReportBreaks, ScopeOutcome, ScopeState, ScopeStateSet, Seq, SetScopeState, Side,
    StartChecked, StartOutcome, Text, WorkAdvanced, limits,
};
use risk::Reference;

use super::step::{EVENTS_MAX, KEYS_MAX, done};
use super::trades::changed;
use crate::books::Trade;
use crate::closing::Closed;
use crate::fills::Allocation;
use crate::hash;
use crate::holdings::Holding;
use crate::state::State;
use crate::strategy_books::StrategyBooks;

/// One day, in nanoseconds.
const DAY_NS: i64 = 86_400_000_000_000;
/// Greatest cost of an adjustment: 1e12 of the currency, as for money that is paid in.
const COST_MAX: i128 = 10_i128.pow(12 + 16);
/// Who halts the firm where no person does.
const DAEMON: &str = "millrace";

pub(super) fn report_breaks(state: &State, report: &ReportBreaks, events: &mut Events) {
    let Some((account, _)) = state.account(&report.account) else { return };
    let found = [report.positions, report.orders, report.executions, report.cash];
    let all = found.into_iter().try_fold(0_u32, |sum, one| sum.checked_add(one));
    if is_said(&report.actor, &report.reason) && all.is_some_and(|all| report.above <= all) {
        let before = state.closing.breaks_of(account).above;
        events.push(BreaksReported { report: *report, account, before });
    }
}

pub(super) fn adjust_position(state: &State, adjustment: &AdjustPosition, events: &mut Events) {
    if let Some((booked, position, foreign)) = adjusted(state, adjustment) {
        events.push(booked);
        events.push(position);
        foreign.into_iter().for_each(|event| events.push(event));
    }
}

/// What is booked, what the position is from now on, and what that moves of cash in another currency than the account's.
type Adjusted = (AdjustmentBooked, PositionChanged, Option<ForeignCashMoved>);

/// `None` where something is unknown, out of range, or has no room, or where it is in another currency than the account's, and the account
/// has no cash in that or there is no rate.
fn adjusted(state: &State, adjustment: &AdjustPosition) -> Option<Adjusted> {
    let AdjustPosition { cost, qty, px, moves_cash, .. } = *adjustment;
    let (account, of_account) = state.account(&adjustment.account)?;
    let instrument = InstrumentId(state.instruments.find(&adjustment.symbol)?);
    let definition = &state.instruments.get(instrument.0)?.definition;
    let holding = state.holding(account, instrument);
    let is_sane = is_said(&adjustment.actor, &adjustment.reason)
        && moves_cash <= 1
        && (holding.is_some() || !state.holdings.is_full());
    let trade = Trade {
        side: if qty > Qty::ZERO { Side::Buy } else { Side::Sell },
        qty: Qty::from_units(qty.units().checked_abs()?),
        value: match (px, cost) {
            (px, Notional::ZERO) if px > Px::ZERO => {
                definition.contract().value(px, Qty::from_units(qty.units().checked_abs()?))?
            }
            (Px::ZERO, cost) if (0..=COST_MAX).contains(&cost.units()) => cost,
            _ => return None,
        },
    };
    if !is_sane || qty.is_zero() || trade.qty.units() > limits::UNITS_MAX || px.units() > limits::UNITS_MAX {
        return None;
    }
    let nothing = Holding::default();
    let before = holding.unwrap_or(&nothing);
    let books = state.fills.books_after(before, &trade)?;
    if let Some(unallocated) = StrategyBooks::slot_of(before, Allocation::Unallocated) {
        state.strategy_books.get(unallocated).books.after_fill(&trade)?;
    }
    if books.position.units().checked_abs()? > limits::UNITS_MAX {
        return None;
    }
    let (mut position, mut foreign) = changed(state, (account, instrument), before, books, Notional::ZERO, None)?;
    if foreign.is_none() && definition.currency != of_account.definition.currency {
        return None;
    }
    let mut in_kind = Notional::ZERO;
    if moves_cash == 0 {
        match &mut foreign {
            Some(moved) => (in_kind, *moved) = given_in_kind(state, moved)?,
            None => {
                in_kind = of_account.cash.checked_sub(position.account_cash)?;
                position.account_cash = of_account.cash;
            }
        }
    }
    let booked = AdjustmentBooked {
        adjustment: *adjustment,
        value: trade.value,
        in_kind,
        account,
        instrument,
        reserved: [0; 8],
    };
    Some((booked, position, foreign))
}

/// What the cash would have moved is paid in with the position instead, so that the cash stays.
fn given_in_kind(state: &State, moved: &ForeignCashMoved) -> Option<(Notional, ForeignCashMoved)> {
    let before = state.foreign_cash_of(moved.account, moved.currency)?.money.cash;
    let in_kind = before.checked_sub(moved.cash)?;
    let ForeignMoney { cash, deposited, deposited_converted, .. } = moved.money().after_deposit(in_kind, moved.rate)?;
    Some((in_kind, ForeignCashMoved { cash, deposited, deposited_converted, ..*moved }))
}

/// Days are closed in order, one at a time, and none that has not come yet.
pub(super) fn close_day(state: &State, now: EngineTime, close: &CloseDay, events: &mut Events) {
    let is_later = state.closing.last.is_none_or(|last| last.trading_day < close.trading_day);
    // Somewhere on earth it may be tomorrow.
    let has_come = i64::from(close.trading_day) <= now.0.div_euclid(DAY_NS) + 1;
    if is_later && has_come && state.closing.begun.is_none() && is_said(&close.actor, &close.reason) {
        events.push(CloseBegun { close: *close });
    }
}

/// Goes on with the close: each instrument that is held is marked once. When nothing is left to mark, the day is closed.
pub(super) fn step(state: &State, now: EngineTime, events: &mut Events) -> WorkAdvanced {
    let Some(begun) = &state.closing.begun else { return done(true) };
    let (first, until) = (begun.cursor as usize, state.holdings.len());
    let mut cursor = first;
    while cursor < until && cursor - first < KEYS_MAX && events.as_slice().len() < EVENTS_MAX {
        let holding = state.holdings.get(u32::try_from(cursor).expect("holdings fit 32 bits"));
        cursor += 1;
        if is_unmarked(state, holding, events) {
            marked(state, begun.at, holding.instrument, now).into_iter().for_each(|mark| events.push(mark));
        }
    }
    // The digest is over the marks too, so they are folded first.
    let is_over = cursor >= until && events.as_slice().is_empty();
    if is_over {
        events.push(closed(state, begun.at, begun.trading_day));
    }
    WorkAdvanced { cursor: cursor as u64, ..done(is_over) }
}

fn is_unmarked(state: &State, holding: &Holding, events: &Events) -> bool {
    let is_it = |event: &Event| matches!(event, Event::DayMarked(e) if e.instrument == holding.instrument);
    !holding.exposure.position.is_zero()
        && state.closing.mark(holding.instrument).is_none()
        && !events.as_slice().iter().any(is_it)
}

fn marked(state: &State, close: Seq, instrument: InstrumentId, now: EngineTime) -> Option<DayMarked> {
    let known = state.instruments.get(instrument.0)?;
    let Reference { bid_px, ask_px, last_px, time, is_doubtful } = known.reference;
    let is_there = [bid_px, ask_px, last_px].iter().any(|px| !px.is_zero());
    let age = if is_there { now.0.saturating_sub(time.0) } else { 0 };
    Some(DayMarked {
        bid_px,
        ask_px,
        last_px,
        age,
        close,
        instrument,
        policy: known.definition.mark,
        is_stale: u8::from(is_doubtful || age > known.definition.reference_age_max),
        reserved: [0; 2],
    })
}

/// One look at all positions. Bounded by the capacity for them, and once a day.
fn closed(state: &State, close: Seq, trading_day: u32) -> DayClosed {
    let open = || state.holdings.iter().filter(|holding| !holding.exposure.position.is_zero());
    let count = |number: usize| u32::try_from(number).expect("holdings fit 32 bits");
    DayClosed {
        digest: halves(hash::of_close(state)),
        close,
        previous: state.closing.last.map_or(Seq(0), |last| last.at),
        trading_day,
        positions: count(open().count()),
        unmarked: count(open().filter(|holding| state.unrealised_at_close(holding).is_none()).count()),
        marks: count(state.closing.marks().count()),
        breaks: state.closing.open_breaks(None),
        reserved: [0; 4],
    }
}

pub(super) fn check_start(state: &State, check: &CheckStart, events: &mut Events) {
    let closing = &state.closing;
    // What a person let pass on this day is not asked again when the daemon comes back on the same day.
    let armed = closing.armed_at.filter(|armed| *armed >= check.day_began);
    let breaks = closing.open_breaks(armed);
    let outcome = match closing.last {
        _ if check.require_close == 0 => StartOutcome::Open,
        Some(Closed { said, folded, .. }) if said != folded && armed.is_none() => StartOutcome::Differs,
        _ if armed.is_none() && closing.first_change.is_some_and(|change| change < check.day_began) => {
            StartOutcome::NotClosed
        }
        _ if breaks > check.breaks_max => StartOutcome::BreaksOpen,
        _ => StartOutcome::Open,
    };
    events.push(StartChecked {
        check: *check,
        close: closing.last.map_or(Seq(0), |last| last.at),
        first_change: closing.first_change.unwrap_or_default(),
        said: halves(closing.last.map_or(0, |last| last.said)),
        folded: halves(closing.last.map_or(0, |last| last.folded)),
        breaks,
        outcome,
        reserved: [0; 3],
    });
    let (actor, reason) = (Text::literal(DAEMON), Text::literal(outcome.words()));
    let before = state.scope_state(KillScope::Firm, 0);
    match outcome {
        StartOutcome::Open if closing.disarmed == Some(true) => release(state, actor, reason, events),
        StartOutcome::Open => {}
        _ if matches!(before, ScopeState::Active | ScopeState::Reducing) => {
            events.push(firm(state, ScopeState::Halted, actor, reason));
        }
        _ => {}
    }
}

pub(super) fn arm(state: &State, arm: &Arm, events: &mut Events) {
    let is_blank = |words: &[u8]| words.trim_ascii().is_empty();
    let outcome = if is_blank(arm.actor.as_bytes()) {
        ArmOutcome::NoActor
    } else if is_blank(arm.reason.as_bytes()) {
        ArmOutcome::NoReason
    } else if state.closing.disarmed.is_none() {
        ArmOutcome::NotDisarmed
    } else if state.closing.is_party(&arm.actor) {
        ArmOutcome::SamePerson
    } else {
        ArmOutcome::Armed
    };
    events.push(Armed { arm: *arm, outcome, reserved: [0; 7] });
    if outcome == ArmOutcome::Armed && state.closing.disarmed == Some(true) {
        release(state, arm.actor, arm.reason, events);
    }
}

/// Lets the firm go, unless it was killed in the meantime.
fn release(state: &State, actor: Text<24>, reason: Text<64>, events: &mut Events) {
    if state.scope_state(KillScope::Firm, 0) == ScopeState::Halted {
        events.push(firm(state, ScopeState::Active, actor, reason));
    }
}

fn firm(state: &State, to: ScopeState, actor: Text<24>, reason: Text<64>) -> ScopeStateSet {
    let member = state.scopes.get(KillScope::Firm, 0);
    let set = SetScopeState { scope: KillScope::Firm, state: to, reserved: [0; 6], name: Text::EMPTY, actor, reason };
    ScopeStateSet {
        set,
        index: 0,
        live: member.usage.live,
        outcome: ScopeOutcome::Set,
        before: member.state,
        limit_number: 0,
        reserved: [0; 5],
    }
}

fn is_said(actor: &Text<24>, reason: &Text<64>) -> bool {
    !actor.as_bytes().trim_ascii().is_empty() && !reason.as_bytes().trim_ascii().is_empty()
}

/// Low half first.
fn halves(digest: u128) -> [u64; 2] {
    [digest as u64, (digest >> 64) as u64]
}
