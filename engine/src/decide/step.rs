//! One step of work that was too much for one command. Each looks at a bounded number of orders, and yields a bounded number
//! of events; a [`WorkAdvanced`] at its end says how far the work has come.

use model::limits::EVENTS_PER_COMMAND_MAX;
use model::{
    Abilities, CancelCause, CancelOnDisconnect, EngineTime, Events, ExecInst, ExecRestatementReason, OrderId,
    OrderRestated, OrderTriggered, OrderView, Qty, Seq, Side, StatusReported, TimeInForce, Work, WorkAdvanced,
};

use super::mass::no_orders;
use super::unasked::{end, may_go, released, restated};
use super::{close, corporate, kill, losses, restate, trading_day};
use crate::agenda::NEVER;
use crate::children::{Children, Leg};
use crate::order::{Hold, NONE, Order};
use crate::state::State;

/// Events that a step may yield before it stops: each order has at most two, and the last place is the step's own.
pub(super) const EVENTS_MAX: usize = EVENTS_PER_COMMAND_MAX - 3;
/// Working orders that a step passes over by their keys alone.
pub(super) const KEYS_MAX: usize = 8_192;
/// Working orders that a step looks at.
const LOOKS_MAX: usize = 256;

pub(super) fn step(state: &State, seq: Seq, now: EngineTime, events: &mut Events) {
    // A kill goes before everything else.
    if let Some(killed) = state.kills.due() {
        return kill::advance(state, seq, now, killed, events);
    }
    let Some(work) = state.next_work() else { return };
    let advanced = match work {
        Work::Triggers => triggers(state, events),
        Work::Contingency => {
            contingency(state, seq, events);
            done(true)
        }
        Work::Positions => corporate::step(state, events),
        Work::Close => close::step(state, now, events),
        Work::Marks => losses::step(state, now, events),
        Work::Values => done(false),
        Work::Review => review(state, seq, now, events),
        Work::MassStatus => mass_status(state, events),
    };
    events.push(WorkAdvanced { work, ..advanced });
}

pub(super) fn done(is_done: bool) -> WorkAdvanced {
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

/// Lets stops of the first instrument go whose price was reached. Those of a halted account stay, and are looked at again when
/// it goes on; of one group goes one alone. What is more than a step may look at goes on behind the last that stayed.
fn triggers(state: &State, events: &mut Events) -> WorkAdvanced {
    let Some(instrument) = state.agenda.triggers.front().and_then(|index| state.instruments.get(*index)) else {
        return done(true);
    };
    if !trading_day::is_open(state, instrument) {
        return done(true);
    }
    let last = state.agenda.last_stop.and_then(|order_id| state.order(order_id)).map(|order| order.view);
    let mut first_side = last.map_or(Side::Buy, |last| last.side);
    let mut groups = [NONE; EVENTS_MAX];
    let (mut looked, mut stayed, mut is_done) = (0, None, true);
    while is_done {
        let side = first_side;
        let behind = last.filter(|last| last.side == side).map(|last| (last.stop_px, last.order_id));
        if let Some(price) = instrument.trigger_px(side) {
            state.triggers.reached(instrument.root(side), side, price, behind, &mut |slot| {
                let order = state.orders.get(slot);
                if looked == LOOKS_MAX || events.as_slice().len() >= EVENTS_MAX {
                    is_done = false;
                    return false;
                }
                looked += 1;
                let is_beaten = order.link != NONE && (groups.contains(&order.link) || is_decided(state, order));
                if may_go(state, order) && order.pending.ending.is_none() && !is_beaten {
                    groups[events.as_slice().len()] = order.link;
                    events.push(released(order, Hold { price: false, ..order.hold() }, true));
                } else {
                    stayed = Some(order.view.order_id);
                }
                true
            });
        }
        if side == Side::Sell {
            break;
        }
        first_side = Side::Sell;
    }
    let held_back = stayed.or(state.agenda.last_stop).unwrap_or_default();
    WorkAdvanced { held_back, ..done(is_done) }
}

/// Has another order of its group taken its place?
fn is_decided(state: &State, order: &Order) -> bool {
    state.links.get(order.link).is_some_and(|group| state.legs(group).any(|(_, leg)| leg.is_hit()))
}

/// The first group on the agenda: an entry that is done lets the others go, or takes them with it; a fill of one of the others
/// ends the rest.
fn contingency(state: &State, seq: Seq, events: &mut Events) {
    let Some(group) = state.agenda.groups.front().and_then(|at| state.links.get(*at)) else { return };
    let working = || state.legs(group).map(|(_, leg)| leg).filter(|leg| leg.view.is_working());
    if group.entry != NONE {
        let entry = state.orders.get(group.entry);
        if !entry.view.is_working() {
            let mut children = Children::default();
            // What waits for a price may take the place of what does not.
            for waits in [false, true] {
                for leg in working().filter(|leg| leg.hold().parent && leg.hold().price == waits) {
                    entry_is_done(state, seq, entry, leg, &mut children, events);
                }
            }
        }
    } else if state.legs(group).any(|(_, leg)| leg.is_hit()) {
        working().filter(|leg| !leg.is_hit()).for_each(|leg| end(seq, leg, CancelCause::Contingency, events));
    }
}

/// A leg protects what its entry has traded, beside the others, and that may be nothing. Where nothing may go now it waits for
/// trading.
fn entry_is_done(state: &State, seq: Seq, entry: &Order, leg: &Order, children: &mut Children, events: &mut Events) {
    let order_qty = children.cut(&Leg::of(leg), entry.view.cum_qty);
    if order_qty.is_zero() {
        return end(seq, leg, CancelCause::Contingency, events);
    }
    children.add(&Leg { open_qty: order_qty, ..Leg::of(leg) });
    if leg.view.order_qty > order_qty {
        events.push(cut(leg, order_qty));
    }
    let waits = leg.hold().session || !may_go(state, leg) || trading_day::waits(state, &leg.view);
    let triggered = released(leg, Hold { parent: false, session: waits, ..leg.hold() }, false);
    events.push(OrderTriggered { order: OrderView { order_qty, ..triggered.order }, ..triggered });
}

/// An order that protects a part-filled entry protects that part.
fn cut(order: &Order, order_qty: Qty) -> OrderRestated {
    restated(order, OrderView { order_qty, ..order.view }, ExecRestatementReason::PartialDecline)
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
        if is_watched(state, order) && order.view.expire_time > now {
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
        && order.view.expire_time > EngineTime(0)
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
        // It is restated once its venue has decided.
        && order.pending.first_replace().is_none()
    {
        return restate::split(state, order, numerator, denominator, events);
    }
    if trading_day::halted(seq, instrument, order, events) {
        return;
    }
    trading_day::day(state, seq, instrument, order, events);
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

/// Goes on with the answer to the first mass status request.
fn mass_status(state: &State, events: &mut Events) -> WorkAdvanced {
    let Some(status) = state.agenda.status.front() else { return done(true) };
    let report = |order_id: OrderId, last: bool| {
        let view = state.order(order_id)?.view;
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
