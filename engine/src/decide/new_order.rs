//! New orders: of clients, and by telephone.

use model::{
    Abilities, AccountId, AccountName, Check, ClOrdId, Contingency, EngineTime, EnterOrder, Events, ExecInst,
    InstrumentId, KillScope, LimitKind, NewOrder, Notional, OrdStatus, OrderAccepted, OrderAdopted, OrderId,
    OrderRefused, OrderView, Origin, OverrideChanged, Px, Qty, Refusal, Seq, SessionId, Side, StatusReported,
    TimeInForce, TradingPhase, WashSuspected,
};
use risk::{Context, Conversion, Exposure, Proposal, Reference, Reservation, Scoped, ShortSales, WideExposure};

use super::overrides;
use super::recent_orders::{repeats, wash};
use super::self_match::{self, GivingWay};
use super::{currencies, strategies};
use crate::children::Leg;
use crate::kills::keys;
use crate::links::MEMBERS_MAX;
use crate::order::{Hold, NONE, Order};
use crate::recent::Alike;
use crate::scopes::Keys;
use crate::state::{State, TRAILING_PER_INSTRUMENT_MAX};
use crate::verbal::Look;

/// Limits of positions over more than one account.
const POSITIONS: u64 = LimitKind::PositionLong.bit()
    | LimitKind::PositionShort.bit()
    | LimitKind::PositionNotional.bit()
    | LimitKind::GrossExposure.bit()
    | LimitKind::NetExposure.bit();

pub(super) fn new_order(state: &State, seq: Seq, now: EngineTime, command: &NewOrder, events: &mut Events) {
    let session = command.origin.session;
    let known = state.orders.find_used(session, &command.cl_ord_id).map(|slot| state.orders.get(slot));
    if let (Some(order), 1) = (known, command.poss_resend) {
        events.push(StatusReported::of(order.view, true));
        return;
    }
    match accept(state, seq, now, command, known.is_some()) {
        Ok(accepted) => {
            accepted.others.cancel(state, seq, events);
            let OrderView { account, instrument, .. } = accepted.order.order;
            events.push(accepted.order);
            strategies::begun(state, account, instrument, strategy_of(state, session), events);
            accepted.beside(events);
        }
        Err(refusal) => {
            events.push(refused(state, command, refusal, known));
            if refusal.check == Check::SelfMatch {
                others_of_refused(state, seq, now, command, events);
            }
        }
    }
}

/// A limit may cancel the others as well.
fn others_of_refused(state: &State, seq: Seq, now: EngineTime, command: &NewOrder, events: &mut Events) {
    if let Ok(Asked { context, proposal, keys, view, .. }) = asked(state, now, command, false) {
        let others = self_match::canceled_with(state, &keys, &context.scopes, view.instrument, &proposal);
        others.cancel(state, seq, events);
    }
}

/// An order by telephone is checked like any other; the client hears of it without a ClOrdID(11).
pub(super) fn enter_order(state: &State, seq: Seq, now: EngineTime, command: &EnterOrder, events: &mut Events) {
    let order = as_sent(command);
    match accept(state, seq, now, &order, false) {
        Ok(accepted) => {
            accepted.others.cancel(state, seq, events);
            let OrderAccepted { order, worst_px, .. } = accepted.order;
            let venue = state
                .instruments
                .get(order.instrument.0)
                .map_or(model::VenueId::PAPER, |instrument| instrument.definition.venue);
            events.push(OrderAdopted {
                order,
                worst_px,
                venue_exec_id: 0,
                venue_order_id: 0,
                venue,
                at_venue: 0,
                reserved: [0; 3],
            });
            let OrderView { account, instrument, session, .. } = order;
            strategies::begun(state, account, instrument, strategy_of(state, session), events);
            accepted.beside(events);
        }
        Err(refusal) => events.push(refused(state, &order, refusal, None)),
    }
}

/// An order by telephone as if it had come over the session.
pub(crate) fn as_sent(command: &EnterOrder) -> NewOrder {
    let origin = Origin { session: command.session, msg_seq_num: 0, reserved: 0 };
    NewOrder {
        order_qty: command.order_qty,
        price: command.price,
        transact_time: command.transact_time,
        account: command.account,
        time_in_force: command.time_in_force,
        ..NewOrder::plain(origin, ClOrdId::EMPTY, command.symbol, command.side, command.ord_type)
    }
}

/// What the checks are shown of a new order, and the order as it will be.
pub(crate) struct Asked<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) proposal: Proposal,
    pub(crate) account: AccountId,
    pub(crate) view: OrderView,
    keys: Keys,
    hold: Hold,
}

/// What the checks are shown. `used`: the session has used the ClOrdID(11) before.
#[inline]
pub(crate) fn asked<'a>(
    state: &'a State,
    now: EngineTime,
    command: &NewOrder,
    used: bool,
) -> Result<Asked<'a>, Refusal> {
    let session = command.origin.session;
    let account = account_of(state, session, &command.account).ok_or(Refusal::of(Check::UnknownAccount))?;
    let index = state.instruments.find(&command.symbol).ok_or(Refusal::of(Check::UnknownSymbol))?;
    let instrument = InstrumentId(index);
    let mut context =
        context(state, now, session, account, instrument, used).ok_or(Refusal::of(Check::UnknownAccount))?;
    let stop_px = first_stop_px(&context, command);
    let view = OrderView {
        stop_px,
        instrument,
        ord_type: command.ord_type,
        time_in_force: command.time_in_force,
        exec_inst: command.exec_inst,
        ..OrderView::unknown(session, command.cl_ord_id)
    };
    let hold = hold_of(state, &view, &command.cl_ord_link_id);
    let group = state.links.find(session, &command.cl_ord_link_id);
    let order_qty = quantity(&context, command)?;
    if context.scopes.has(LimitKind::RepeatedOrders) {
        let (NewOrder { side, ord_type, price, .. }, account) = (*command, account);
        let alike = Alike { account, instrument, side, ord_type, order_qty, price };
        context.repeats = repeats(state, now, &context.scopes, session, &alike);
    }
    let proposal = Proposal {
        side: command.side,
        ord_type: command.ord_type,
        order_qty,
        price: command.price,
        stop_px,
        peg_offset: command.peg_offset,
        time_in_force: command.time_in_force,
        transact_time: command.transact_time,
        expire_time: command.expire_time,
        exec_inst: command.exec_inst,
        min_qty: command.min_qty,
        max_floor: command.max_floor,
        counts: state.new_one_counts(group, command.side, order_qty, hold),
        held: None,
    };
    let of_session = state.sessions.get(session.0).ok_or(Refusal::of(Check::UnknownAccount))?;
    let keys = keys(context.instrument.venue, session, account, of_session.attribution, instrument);
    if context.scopes.has(LimitKind::SelfMatch) {
        context.own_opposite = self_match::own_opposite(state, &keys, &context.scopes, instrument, &proposal);
    }
    Ok(Asked { context, proposal, account, view, keys, hold })
}

/// What comes of an order that passes.
struct Accepted {
    order: OrderAccepted,
    /// The override without which it would not have passed.
    used: Option<OverrideChanged>,
    /// Orders of the same group that give way to it.
    others: GivingWay,
    /// Another order of its owner that it could trade with.
    wash: Option<WashSuspected>,
}

impl Accepted {
    /// What is to be known beside the order.
    fn beside(self, events: &mut Events) {
        self.used.into_iter().for_each(|used| events.push(used));
        self.wash.into_iter().for_each(|wash| events.push(wash));
    }
}

fn accept(state: &State, seq: Seq, now: EngineTime, command: &NewOrder, used: bool) -> Result<Accepted, Refusal> {
    let Asked { context, proposal, account, view, keys, hold } = asked(state, now, command, used)?;
    let instrument = view.instrument;
    let of_instrument = state.instruments.get(instrument.0).ok_or(Refusal::of(Check::UnknownSymbol))?;
    let order_id = OrderId(seq.0);
    let own = OrderView {
        order_id,
        order_qty: proposal.order_qty,
        price: command.price,
        expire_time: command.expire_time,
        account,
        side: command.side,
        ..view
    };
    let (reservation, used) = judge(state, now, &context, &proposal, &own)?;
    let others = self_match::giving_way(state, &keys, &context.scopes, instrument, &proposal)?;
    let look = Look { account, instrument, side: command.side, order_qty: proposal.order_qty, price: command.price };
    if !command.cl_ord_id.is_empty() && state.verbal.has(&look, command.transact_time) {
        return Err(Refusal::of(Check::DuplicateOfVerbal));
    }
    link_fits(state, command, &proposal, hold)?;
    let trails = command.exec_inst.has(ExecInst::TRAILING_STOP_PEG);
    let no_room = hold.price
        && (state.triggers.is_full() || (trails && of_instrument.trailing_stops() >= TRAILING_PER_INSTRUMENT_MAX));
    if no_room {
        return Err(Refusal::of(Check::HeldCapacity));
    }
    let ord_status = if state.acknowledge_at_venue && !hold.is_held() { OrdStatus::PendingNew } else { OrdStatus::New };
    let order = OrderView { ord_status, held: hold.bits(), protected: u8::from(reservation.is_protected), ..own };
    let is_watched = context.scopes.has(LimitKind::WashWindow);
    let own = is_watched.then(|| Alike::of(&order));
    let wash = own.and_then(|own| wash(state, now, &context.scopes, view.session, order_id, &own));
    let order = OrderAccepted {
        order,
        worst_px: reservation.worst_px,
        transact_time: command.transact_time,
        cash_order_qty: command.cash_order_qty,
        min_qty: command.min_qty,
        max_floor: command.max_floor,
        peg_offset: command.peg_offset,
        cl_ord_link_id: command.cl_ord_link_id,
        contingency: command.contingency,
        reserved: [0; 7],
    };
    Ok(Accepted { order, used, others, wash })
}

/// What the order reserves. What soft checks alone refuse may pass by the word of two people, once.
fn judge(
    state: &State,
    now: EngineTime,
    context: &Context<'_>,
    proposal: &Proposal,
    order: &OrderView,
) -> Result<(Reservation, Option<OverrideChanged>), Refusal> {
    let refusal = match risk::check(context, proposal) {
        Ok(reservation) => return Ok((reservation, None)),
        Err(refusal) => refusal,
    };
    match overrides::of_order(state, now, order).filter(|_| refusal.check.is_soft()) {
        None => Err(refusal),
        Some(one) => {
            let reservation = risk::check_overridden(context, proposal)?;
            Ok((reservation, Some(overrides::used(order.order_id, refusal.check, one))))
        }
    }
}

/// OrderQty(38), or what CashOrderQty(152) buys at the price that the order is judged by, in whole lots.
fn quantity(context: &Context<'_>, command: &NewOrder) -> Result<Qty, Refusal> {
    if command.cash_order_qty.is_zero() || !command.order_qty.is_zero() {
        return Ok(command.order_qty);
    }
    let Reference { bid_px, ask_px, .. } = context.reference;
    let best = if command.side == Side::Buy { ask_px } else { bid_px };
    let px = if command.ord_type.has_price() {
        Some(command.price)
    } else {
        Some(best).filter(|px| !px.is_zero()).or(context.reference.px())
    };
    let px = px.filter(|px| *px > Px::ZERO).ok_or(Refusal::against(Check::ReferencePrice, 0, -1))?;
    let one = context.instrument.contract().notional(px, Qty::whole(1)).ok_or(Refusal::of(Check::Overflow))?;
    let one = one.units() / i128::from(model::money::UNIT);
    let lot = context.instrument.lot.units();
    if one <= 0 || lot <= 0 {
        return Err(Refusal::of(Check::Overflow));
    }
    let units = i128::from(command.cash_order_qty.units()) * i128::from(model::money::UNIT) / one;
    let units = i64::try_from(units).map_err(|_| Refusal::of(Check::Overflow))?;
    Ok(Qty::from_units(units - units % lot))
}

/// StopPx(99) as sent; a trailing stop may leave it to the price of now.
fn first_stop_px(context: &Context<'_>, command: &NewOrder) -> Px {
    let trails = command.exec_inst.has(ExecInst::TRAILING_STOP_PEG) && command.ord_type.is_stop();
    if !command.stop_px.is_zero() || !trails {
        return command.stop_px;
    }
    let px = context.reference.px().unwrap_or(Px::ZERO);
    trailing_stop_px(px, command.peg_offset, command.side, context.instrument.tick).unwrap_or(Px::ZERO)
}

/// Where a stop stands that follows `px`, on the tick that is further away from it.
pub(crate) fn trailing_stop_px(px: Px, offset: Px, side: Side, tick: Px) -> Option<Px> {
    let tick = tick.units();
    if px.is_zero() || tick <= 0 {
        return None;
    }
    let at = match side {
        Side::Buy => px.units().checked_add(offset.units())?,
        Side::Sell => px.units().checked_sub(offset.units())?,
    };
    let on_tick = match side {
        Side::Buy => at.checked_add(tick - 1)?.div_euclid(tick).checked_mul(tick)?,
        Side::Sell => at.div_euclid(tick).checked_mul(tick)?,
    };
    (on_tick > 0).then_some(Px::from_units(on_tick))
}

/// Why Millrace must hold an order itself.
fn hold_of(state: &State, view: &OrderView, cl_ord_link_id: &ClOrdId) -> Hold {
    let Some(instrument) = state.instruments.get(view.instrument.0) else { return Hold::default() };
    let abilities = instrument.definition.abilities;
    let trails = view.exec_inst.has(ExecInst::TRAILING_STOP_PEG);
    let native = if trails { Abilities::TRAILING_STOP } else { Abilities::STOP };
    let group = state.links.find(view.session, cl_ord_link_id).and_then(|at| state.links.get(at));
    let phase = state.calendar_of(view.instrument).map_or(TradingPhase::Unknown, |calendar| calendar.phase);
    Hold {
        price: view.ord_type.is_stop() && !abilities.has(native),
        parent: group.is_some_and(|group| group.entry != NONE),
        session: waits_for_session(view.time_in_force, phase, abilities),
    }
}

/// Does an order of this time in force wait for its part of the day?
pub(super) fn waits_for_session(time_in_force: TimeInForce, phase: TradingPhase, abilities: Abilities) -> bool {
    match time_in_force {
        TimeInForce::AtTheOpening => !abilities.has(Abilities::OPENING) && phase == TradingPhase::PreOpen,
        TimeInForce::AtTheClose => {
            let before = matches!(phase, TradingPhase::PreOpen | TradingPhase::Opening | TradingPhase::Open);
            !abilities.has(Abilities::CLOSING) && before
        }
        _ => !abilities.has(Abilities::DAYS) && matches!(phase, TradingPhase::PreOpen | TradingPhase::Closed),
    }
}

/// One entry, and what protects it is on the other side and not larger.
fn link_fits(state: &State, command: &NewOrder, proposal: &Proposal, hold: Hold) -> Result<(), Refusal> {
    let refusal = |members: u32| Refusal::against(Check::Contingency, i128::from(MEMBERS_MAX), i128::from(members));
    let is_entry = command.contingency == Contingency::OneTriggersTheOther;
    if command.cl_ord_link_id.is_empty() {
        return if command.contingency == Contingency::None { Ok(()) } else { Err(refusal(0)) };
    }
    let Some(group) =
        state.links.find(command.origin.session, &command.cl_ord_link_id).and_then(|at| state.links.get(at))
    else {
        // What names no part in it protects an entry, and there is none.
        if command.contingency == Contingency::None {
            return Err(refusal(0));
        }
        return if state.links.is_full() { Err(Refusal::of(Check::HeldCapacity)) } else { Ok(()) };
    };
    let is_decided = state.legs(group).any(|(_, leg)| leg.is_hit());
    if is_entry || is_decided || group.members >= MEMBERS_MAX {
        return Err(refusal(group.members + 1));
    }
    if group.entry != NONE {
        let entry = &state.orders.get(group.entry).view;
        let same_market = state.instruments.find(&command.symbol) == Some(entry.instrument.0);
        if !same_market || entry.side == proposal.side || proposal.order_qty > entry.order_qty {
            return Err(refusal(group.members + 1));
        }
    }
    let leg = Leg { cum_qty: Qty::ZERO, open_qty: proposal.order_qty, waits: hold.price };
    state.fits_parent(group, NONE, &leg)
}

/// A duplicate is answered with the number and status of the order that has the ClOrdID.
fn refused(state: &State, command: &NewOrder, refusal: Refusal, known: Option<&Order>) -> OrderRefused {
    let existing = known.filter(|_| refusal.check == Check::DuplicateClOrdId);
    let session = command.origin.session;
    let own = state.sessions.get(session.0).map_or(AccountName::EMPTY, |session| session.definition.account);
    OrderRefused {
        refusal,
        order_qty: command.order_qty,
        price: command.price,
        order_id: existing.map_or(OrderId(0), |order| order.view.order_id),
        existing_qty: existing.map_or(Qty::ZERO, |order| order.view.order_qty),
        cum_qty: existing.map_or(Qty::ZERO, |order| order.view.cum_qty),
        leaves_qty: existing.map_or(Qty::ZERO, |order| order.view.leaves_qty()),
        cum_notional: existing.map_or(Notional::ZERO, |order| order.view.cum_notional),
        cl_ord_id: command.cl_ord_id,
        symbol: command.symbol,
        account: if command.account.is_empty() { own } else { command.account },
        session,
        side: command.side,
        ord_type: command.ord_type,
        time_in_force: command.time_in_force,
        ord_status: existing.map_or(OrdStatus::Rejected, |order| order.view.ord_status),
        reserved: [0; 16],
    }
}

pub(super) fn account_of(state: &State, session: SessionId, named: &AccountName) -> Option<AccountId> {
    let session = state.sessions.get(session.0)?;
    if named.is_empty() { session.account } else { state.accounts.find(named).map(AccountId) }
}

/// The strategy whose orders the session brings, [`NONE`] where it has none.
pub(super) fn strategy_of(state: &State, session: SessionId) -> u32 {
    state.sessions.get(session.0).map_or(NONE, |session| session.attribution[1])
}

pub(super) fn context<'a>(
    state: &'a State,
    now: EngineTime,
    session: SessionId,
    account: AccountId,
    instrument: InstrumentId,
    cl_ord_id_used: bool,
) -> Option<Context<'a>> {
    let of_session = state.sessions.get(session.0)?;
    let of_account = state.accounts.get(account.0)?;
    let of_instrument = state.instruments.get(instrument.0)?;
    let holding = state.holdings.find(account, instrument);
    let venue = of_instrument.definition.venue;
    let keys = keys(venue, session, account, of_session.attribution, instrument);
    let [_, strategy] = of_session.attribution;
    let has_room = state.orders.has_room() && (holding.is_some() || !state.holdings.is_full());
    let calendar = of_instrument.calendar.and_then(|calendar| state.calendars.get(calendar));
    let foreign = currencies::foreign_cash(state, account, instrument);
    let mut context = Context {
        now,
        instrument: &of_instrument.definition,
        reference: of_instrument.reference,
        account: &of_account.definition,
        journal_is_full: state.journal_is_full,
        trading: state.trading,
        account_trading: of_account.trading,
        instrument_trading: of_instrument.trading,
        scopes: Scoped::FREE,
        day: state.firm_day_at(now),
        phase: calendar.map_or(TradingPhase::Unknown, |calendar| calendar.phase),
        exposure: holding.map_or(Exposure::default(), |slot| state.holdings.get(slot).exposure),
        of_strategy: WideExposure::default(),
        of_instrument: WideExposure::default(),
        own_opposite: [None; 3],
        open_orders: of_account.open_orders,
        cash: foreign.map_or(of_account.cash, |line| line.money.cash),
        in_base: Conversion::Same,
        in_own: Conversion::Same,
        is_valuing: state.agenda.values_anew,
        has_stale_rate: false,
        wealth: None,
        reserved: foreign.map_or(of_account.reserved, |line| line.reserved),
        holds_currency: foreign.is_some() && currencies::holds(state, now, account, instrument),
        bucket: of_session.bucket,
        messages_per_second: of_session.definition.messages_per_second,
        repeats: None,
        restrictions: state.restrictions.of(instrument),
        short_sales: ShortSales::default(),
        cl_ord_id_used,
        has_order_slot: has_room
            && state.exposures.has_room(strategy, instrument)
            && strategies::fit(state, holding, strategy),
    };
    in_scopes(state, &keys, instrument, &mut context);
    Some(context)
}

/// The limits of the scopes that an order is in, and what only they ask for.
pub(super) fn in_scopes<'a>(state: &'a State, keys: &Keys, instrument: InstrumentId, context: &mut Context<'a>) {
    context.scopes = state.scopes.scoped(keys, state.firm.mandatory);
    if context.scopes.has(LimitKind::Locate) {
        context.short_sales = state.short_sales.of(instrument, context.day);
    }
    if context.scopes.kinds & POSITIONS != 0 {
        context.of_strategy = state.exposures.of_strategy(keys[KillScope::Strategy as usize], instrument);
        context.of_instrument = state.exposures.of_firm(instrument);
    }
    state.convert(context, AccountId(keys[KillScope::Account as usize]));
}

/// The proposal that an order which is there already would be. A stop that has gone off is one no more.
pub(super) fn proposal_of(state: &State, order: &Order) -> Proposal {
    let view = &order.view;
    let waits = view.triggered == 0;
    Proposal {
        side: view.side,
        ord_type: view.working_type(),
        order_qty: view.order_qty,
        price: view.price,
        stop_px: if waits { view.stop_px } else { Px::ZERO },
        peg_offset: if waits { order.peg_offset } else { Px::ZERO },
        time_in_force: view.time_in_force,
        transact_time: EngineTime(0),
        expire_time: view.expire_time,
        exec_inst: if waits { view.exec_inst } else { view.exec_inst.without(ExecInst::TRAILING_STOP_PEG) },
        min_qty: order.min_qty,
        max_floor: order.max_floor,
        counts: state.counts(order),
        held: None,
    }
}
