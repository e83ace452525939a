//! One step of work that was too much for one command. Each looks at a bounded number of orders, and yields a bounded number
//! of events; a [`WorkAdvanced`] at its end says how far the work has come.

use model::limits::EVENTS_PER_COMMAND_MAX;
use model::{
    Abilities, CancelCause, CancelOnDisconnect, CancelRequested, ClOrdId, EngineTime, Events, ExecInst,
    ExecRestatementReason, OrdStatus, OrderDoneForDay, OrderExpired, OrderId, OrderRestated, OrderSuspended,
    OrderTriggered, OrderView, Qty, Seq, Side, StatusReported, TimeInForce, TradingPhase, TradingState, Work,
    WorkAdvanced,
};

use super::mass::no_orders;
use super::requests::canceled;
use super::venue::{reserved_fits, restatement_of};
use crate::agenda::NEVER;
use crate::order::{Hold, NONE, Order, filled};
use crate::standing::Step;
use crate::state::{Calendar, Instrument, State};

/// Events that a step may yield before it stops: each order has at most two, and the last place is the step's own.
const EVENTS_MAX: usize = EVENTS_PER_COMMAND_MAX - 3;
/// Working orders that a step passes over by their keys alone.
const KEYS_MAX: usize = 8_192;
/// Working orders that a step looks at.
const LOOKS_MAX: usize = 256;

pub(super) fn step(state: &State, seq: Seq, now: EngineTime, events: &mut Events) {
    let Some(work) = state.agenda.next() else { return };
    let advanced = match work {
        Work::Triggers => done(triggers(state, events)),
        Work::Contingency => done(contingency(state, seq, events)),
        Work::Review => review(state, seq, now, events),
        Work::MassStatus => mass_status(state, events),
    };
    events.push(WorkAdvanced { work, ..advanced });
}

fn done(is_done: bool) -> WorkAdvanced {
    WorkAdvanced {
        cursor: 0,
        next_expiry: NEVER,
        held_back: OrderId(0),
        work: Work::Review,
        is_done: u8::from(is_done),
        acted: 0,
        reserved: [0; 5],
    }
}

/// Lets stops of the first instrument go whose price was reached. While trading is halted none goes; they are looked at again
/// when it goes on.
fn triggers(state: &State, events: &mut Events) -> bool {
    let Some(instrument) = state.agenda.triggers.front().and_then(|index| state.instruments.get(*index)) else {
        return true;
    };
    if state.trading != TradingState::Active
        || instrument.trading != TradingState::Active
        || !is_open(state, instrument)
    {
        return true;
    }
    let (mut looked, mut is_done) = (0, true);
    for side in [Side::Buy, Side::Sell] {
        let Some(price) = instrument.trigger_px(side) else { continue };
        state.triggers.reached(instrument.root(side), side, price, &mut |slot| {
            looked += 1;
            if looked > LOOKS_MAX || events.as_slice().len() >= EVENTS_MAX {
                is_done = false;
                return false;
            }
            let order = state.orders.get(slot);
            let active =
                state.accounts.get(order.view.account.0).is_some_and(|account| account.trading == TradingState::Active);
            if active && order.pending.ending.is_none() {
                events.push(released(order, Hold { price: false, ..order.hold() }, true));
            }
            true
        });
    }
    // What is left over, of halted accounts, does not keep the work open for ever.
    is_done || (looked > LOOKS_MAX && events.as_slice().is_empty())
}

/// Stops of an instrument that keeps days wait for trading.
fn is_open(state: &State, instrument: &Instrument) -> bool {
    let calendar = instrument.calendar.and_then(|calendar| state.calendars.get(calendar));
    calendar.is_none_or(|calendar| {
        matches!(
            calendar.phase,
            TradingPhase::Unknown | TradingPhase::Opening | TradingPhase::Open | TradingPhase::Closing
        )
    })
}

/// One reason less to hold the order; with the last one it goes to its venue.
fn released(order: &Order, hold: Hold, by_price: bool) -> OrderTriggered {
    let triggered = if by_price { 1 } else { order.view.triggered };
    let view = OrderView { held: hold.bits(), triggered, ..order.report() };
    OrderTriggered { order: view, venue_exec_id: 0, worst_px: order.worst_px }
}

/// The first group on the agenda: an entry that is done lets the others go, or takes them with it; a fill of one of the others
/// ends the rest.
fn contingency(state: &State, seq: Seq, events: &mut Events) -> bool {
    let Some(group) = state.agenda.groups.front().and_then(|at| state.links.get(*at)) else { return true };
    let members = || {
        let mut next = group.first;
        std::iter::from_fn(move || {
            let slot = Some(next).filter(|slot| *slot != NONE)?;
            next = state.orders.get(slot).link_next;
            Some((slot, state.orders.get(slot)))
        })
    };
    let others = || members().filter(|(slot, order)| *slot != group.entry && order.view.is_working());
    if group.entry != NONE {
        let entry = state.orders.get(group.entry);
        if entry.view.is_working() {
            return true;
        }
        for (_, order) in others().filter(|(_, order)| order.hold().parent) {
            if entry.view.cum_qty.is_zero() {
                end(seq, order, CancelCause::Contingency, events);
                continue;
            }
            if order.view.order_qty > entry.view.cum_qty {
                events.push(cut(order, entry.view.cum_qty));
            }
            let hold = Hold { parent: false, ..order.hold() };
            let triggered = released(order, hold, false);
            let order_qty = order.view.order_qty.min(entry.view.cum_qty);
            events.push(OrderTriggered { order: OrderView { order_qty, ..triggered.order }, ..triggered });
        }
        return true;
    }
    let is_hit = members().any(|(slot, order)| slot != group.entry && is_hit(order));
    if is_hit {
        for (_, order) in others().filter(|(_, order)| !self::is_hit(order)) {
            end(seq, order, CancelCause::Contingency, events);
        }
    }
    true
}

/// Does it take the place of the others of its group?
fn is_hit(order: &Order) -> bool {
    !order.view.cum_qty.is_zero() || order.view.triggered == 1
}

/// An order that protects a part-filled entry protects that part.
fn cut(order: &Order, order_qty: Qty) -> OrderRestated {
    restated(order, OrderView { order_qty, ..order.report() }, ExecRestatementReason::PartialDecline)
}

fn restated(order: &Order, view: OrderView, restatement: ExecRestatementReason) -> OrderRestated {
    OrderRestated {
        order: view,
        worst_px: order.worst_px,
        venue_exec_id: 0,
        max_floor: order.max_floor.min(view.order_qty),
        restatement,
        reserved: [0; 7],
    }
}

/// Ends an order: at its venue, which decides, or here, where no venue has it.
fn end(seq: Seq, order: &Order, cause: CancelCause, events: &mut Events) {
    let standing = order.standing();
    // A venue that has refused is asked again by somebody, never by what goes on by itself.
    let is_asked = order.pending.ending.is_some() && (order.pending.cancels_sent > 0 || cause.is_standing());
    if is_asked || !standing.can_fill() {
        return;
    }
    if order.view.held != 0 {
        let step = if cause == CancelCause::Expiry { Step::Expire } else { Step::Cancel };
        let Some(after) = standing.after(step, standing.filled) else { return };
        let view = OrderView { ord_status: after.status(), held: 0, ..order.report() };
        return match cause {
            CancelCause::Expiry => events.push(OrderExpired { order: view, venue_exec_id: 0, reserved: 0 }),
            _ => events.push(canceled(view, 0, restatement_of(cause), cause)),
        };
    }
    // A name for the venue: the client has given none.
    let cl_ord_id = ClOrdId::numbered(b'~', seq.0);
    let view = order.report_to(cl_ord_id);
    events.push(CancelRequested { order: view, cause, reserved: [0; 15] });
}

/// Goes on with the review: from the cursor towards the first of the working orders.
fn review(state: &State, seq: Seq, now: EngineTime, events: &mut Events) -> WorkAdvanced {
    let mut cursor = state.agenda.review.unwrap_or(0).min(state.orders.working().len());
    let mut next_expiry = NEVER;
    let (mut keys, mut looks) = (0, 0);
    let only_mass_cancels = !needs_looks(state);
    while cursor > 0 && keys < KEYS_MAX && looks < LOOKS_MAX && events.as_slice().len() < EVENTS_MAX {
        cursor -= 1;
        keys += 1;
        let working = state.orders.working()[cursor];
        if only_mass_cancels && !state.agenda.mass_cancels.iter().any(|filter| filter.may_match(&working)) {
            continue;
        }
        looks += 1;
        let order = state.orders.get(working.slot);
        due(state, seq, now, order, events);
        if is_watched(state, order) {
            next_expiry = next_expiry.min(order.view.expire_time);
        }
    }
    let acted = !events.as_slice().is_empty();
    // What something was due to is looked at once more.
    let is_done = cursor == 0 && !acted && !state.agenda.acted;
    WorkAdvanced { cursor: cursor as u64, next_expiry, acted: u8::from(acted), ..done(is_done) }
}

/// Is anything under review that the keys of an order do not tell?
fn needs_looks(state: &State) -> bool {
    let agenda = &state.agenda;
    let changed = agenda.days_changed || agenda.halts_changed || !agenda.lost.is_empty() || !agenda.split.is_empty();
    changed || agenda.next_expiry != NEVER
}

/// Does Millrace end the order at its ExpireTime(126)?
pub(crate) fn is_watched(state: &State, order: &Order) -> bool {
    order.view.time_in_force == TimeInForce::GoodTillDate
        && !state.instruments.get(order.view.instrument.0).is_some_and(|instrument| {
            instrument.definition.abilities.has(Abilities::GOOD_TILL_DATE) && order.view.held == 0
        })
}

/// What is due to one order now: the first of these that applies.
fn due(state: &State, seq: Seq, now: EngineTime, order: &Order, events: &mut Events) {
    let view = &order.view;
    let Some(instrument) = state.instruments.get(view.instrument.0) else { return };
    let working = crate::orders::Working {
        slot: NONE,
        session: view.session,
        account: view.account,
        instrument: view.instrument,
    };
    let meant = |filter: &crate::agenda::Filter| filter.may_match(&working) && filter.matches(view);
    if state.agenda.mass_cancels.iter().any(meant) {
        return end(seq, order, CancelCause::MassCancel, events);
    }
    if is_lost(state, order) {
        return end(seq, order, CancelCause::Disconnect, events);
    }
    if is_watched(state, order) && now >= view.expire_time {
        return end(seq, order, CancelCause::Expiry, events);
    }
    if let Some((numerator, denominator, at)) = instrument.split
        && view.order_id.0 < at.0
        && order.split_at < at
    {
        return split(state, order, numerator, denominator, events);
    }
    if halted(seq, instrument, order, events) {
        return;
    }
    day(state, seq, instrument, order, events);
}

/// Must the order go because its session is gone?
fn is_lost(state: &State, order: &Order) -> bool {
    let Some(session) = state.sessions.get(order.view.session.0) else { return false };
    if session.lost_at.is_none_or(|at| order.view.order_id.0 >= at.0) {
        return false;
    }
    let instructions = order.view.exec_inst;
    let lives_on = ExecInst::REINSTATE_ON_CONNECTION_LOSS.with(ExecInst::REINSTATE_ON_SYSTEM_FAILURE);
    let ends = ExecInst::CANCEL_ON_CONNECTION_LOSS.with(ExecInst::CANCEL_ON_SYSTEM_FAILURE);
    if instructions.has_any(lives_on) {
        return false;
    }
    instructions.has_any(ends)
        || match session.definition.cancel_on_disconnect {
            CancelOnDisconnect::Tagged => false,
            CancelOnDisconnect::Day => !order.view.time_in_force.is_good_till(),
            CancelOnDisconnect::All => true,
        }
}

/// A trading halt of the instrument, and its end, for orders that say what they want then. A venue that knows halts does it
/// itself.
fn halted(seq: Seq, instrument: &Instrument, order: &Order, events: &mut Events) -> bool {
    if instrument.definition.abilities.has(Abilities::HALTS) {
        return false;
    }
    let standing = order.standing();
    let is_halted = instrument.trading != TradingState::Active;
    let (filled, exec_inst) = (standing.filled, order.view.exec_inst);
    if is_halted && exec_inst.has(ExecInst::CANCEL_ON_TRADING_HALT) {
        end(seq, order, CancelCause::Halt, events);
        return true;
    }
    // What the venue suspended the venue brings back, and what is done for the day the morning.
    let is_due = if is_halted { !order.suspended } else { order.suspended_here && !order.done_for_day };
    if !exec_inst.has(ExecInst::REINSTATE_ON_TRADING_HALT) || !is_due || !standing.can_fill() {
        return false;
    }
    let step = if is_halted { Step::Suspend } else { Step::Restate };
    let Some(after) = standing.after(step, filled) else { return false };
    let view = OrderView { ord_status: after.status(), ..order.report() };
    match is_halted {
        true => events.push(OrderSuspended { order: view, venue_exec_id: 0, reserved: 0 }),
        false => events.push(restated(order, view, ExecRestatementReason::MarketOption)),
    }
    true
}

/// The end of a trading day, and the beginning of the next, at a venue that knows no days.
fn day(state: &State, seq: Seq, instrument: &Instrument, order: &Order, events: &mut Events) {
    let Some(calendar) = instrument.calendar.and_then(|calendar| state.calendars.get(calendar)) else { return };
    let view = &order.view;
    let abilities = instrument.definition.abilities;
    if order.hold().session && is_time(view.time_in_force, calendar.phase) {
        events.push(released(order, Hold { session: false, ..order.hold() }, false));
        return;
    }
    if abilities.has(Abilities::DAYS) && view.held == 0 {
        return;
    }
    // What came before the calendar had said anything belongs to the first day that it tells of.
    let is_past = order.trading_day > 0 && calendar.trading_day > order.trading_day;
    let is_over = is_past || calendar.phase == TradingPhase::Closed;
    let missed_opening = view.time_in_force == TimeInForce::AtTheOpening
        && matches!(calendar.phase, TradingPhase::Open | TradingPhase::Closing | TradingPhase::Closed);
    if (is_over && !view.time_in_force.is_good_till()) || missed_opening {
        return end(seq, order, CancelCause::Expiry, events);
    }
    // What came after the close has done nothing today.
    if view.time_in_force.is_good_till() && !order.hold().session {
        good_till_day(calendar, is_past, order, events);
    }
}

/// A good-till order is done for the day that is over, and restated on the next. Where the one was said only when the other has
/// begun, because nobody was there in between, it is both.
fn good_till_day(calendar: &Calendar, is_past: bool, order: &Order, events: &mut Events) {
    let (view, mut standing) = (&order.view, order.standing());
    let own_day = if order.trading_day > 0 { order.trading_day } else { calendar.trading_day };
    let mut done_day = order.done_day;
    let is_over = is_past || calendar.phase == TradingPhase::Closed;
    if is_over && !order.done_for_day && done_day != own_day {
        let Some(after) = standing.after(Step::DoneForDay, standing.filled) else { return };
        let view = OrderView { ord_status: after.status(), ..order.report() };
        events.push(OrderDoneForDay { order: view, venue_exec_id: 0, reserved: 0 });
        (standing, done_day) = (after, own_day);
    }
    // One that its venue is done with for today waits for tomorrow.
    if matches!(calendar.phase, TradingPhase::Open | TradingPhase::Closing)
        && (is_past || (standing.done_for_day && calendar.trading_day > done_day))
        && standing.can_fill()
        && let Some(after) = standing.after(Step::Restate, standing.filled)
    {
        let view = OrderView {
            ord_status: after.status(),
            prior_qty: view.cum_qty,
            prior_notional: view.cum_notional,
            ..order.report()
        };
        events.push(restated(order, view, ExecRestatementReason::GtRenewal));
    }
}

/// Has the part of the day come that an order of this time in force waits for?
fn is_time(time_in_force: TimeInForce, phase: TradingPhase) -> bool {
    match time_in_force {
        TimeInForce::AtTheOpening => phase == TradingPhase::Opening,
        TimeInForce::AtTheClose => phase == TradingPhase::Closing,
        _ => matches!(phase, TradingPhase::Open | TradingPhase::Closing),
    }
}

/// The order after a split: so many new for so many old, at a price that makes it the same money. What does not come out even
/// is cut to the lot and the tick.
fn split(state: &State, order: &Order, numerator: u32, denominator: u32, events: &mut Events) {
    let view = &order.view;
    let Some(instrument) = state.instruments.get(view.instrument.0) else { return };
    let (new, old) = (i128::from(numerator), i128::from(denominator));
    let quantity = |qty: Qty, step: i64| {
        let units = i64::try_from(i128::from(qty.units()) * new / old).ok()?;
        (units <= model::limits::UNITS_MAX).then_some(Qty::from_units(units - units % step.max(1)))
    };
    let price = |px: model::Px| {
        let tick = instrument.definition.tick.units().max(1);
        let units = i64::try_from(i128::from(px.units()) * old / new).ok()?;
        Some(model::Px::from_units((units - units % tick).max(if px.is_zero() { 0 } else { tick })))
    };
    let lot = instrument.definition.lot.units();
    let after = || {
        let (order_qty, cum_qty, prior_qty) =
            (quantity(view.order_qty, lot)?, quantity(view.cum_qty, 1)?, quantity(view.prior_qty, 1)?);
        let standing = order.standing().after(Step::Restate, filled(cum_qty, order_qty.max(cum_qty)))?;
        Some(OrderView {
            order_qty: order_qty.max(cum_qty),
            cum_qty,
            prior_qty,
            price: price(view.price)?,
            stop_px: price(view.stop_px)?,
            ord_status: standing.status(),
            ..order.report()
        })
    };
    let Some(view) = after() else { return };
    let Some(worst_px) = price(order.worst_px) else { return };
    if reserved_fits(state, &view, view.order_qty - view.cum_qty, worst_px)
        && view.ord_status != OrdStatus::PendingReplace
    {
        let restated = restated(order, view, ExecRestatementReason::GtCorporateAction);
        events.push(OrderRestated { worst_px, ..restated });
    }
}

/// Goes on with the answer to the first mass status request.
fn mass_status(state: &State, events: &mut Events) -> WorkAdvanced {
    let Some(status) = state.agenda.status.front() else { return done(true) };
    let report = |order_id: OrderId, last: bool| {
        let view = state.order(order_id)?.report();
        Some(StatusReported {
            mass_status_req_id: status.mass_status_req_id,
            tot_num_reports: status.tot_num_reports,
            last_rpt_requested: u8::from(last),
            ..StatusReported::of(view, true)
        })
    };
    let mut cursor = status.cursor.min(state.orders.working().len());
    let mut held_back = status.held_back;
    let (mut keys, mut looks) = (0, 0);
    while cursor > 0 && keys < KEYS_MAX && looks < LOOKS_MAX && events.as_slice().len() < EVENTS_MAX {
        cursor -= 1;
        keys += 1;
        let working = state.orders.working()[cursor];
        if !status.filter.may_match(&working) {
            continue;
        }
        looks += 1;
        let view = &state.orders.get(working.slot).view;
        if !status.filter.matches(view) {
            continue;
        }
        let before = std::mem::replace(&mut held_back, view.order_id);
        report(before, false).into_iter().for_each(|report| events.push(report));
    }
    if cursor > 0 {
        return WorkAdvanced { cursor: cursor as u64, held_back, ..done(false) };
    }
    let last = report(held_back, true);
    events.push(last.unwrap_or_else(|| no_orders(status.filter.session, status.mass_status_req_id)));
    done(true)
}
