//! What happened, as anybody could read it from the journal: lists, in the order in which it happened. Nothing is added up here.

use model::*;

use crate::plain::position;

const DAY_NS: i64 = 86_400_000_000_000;

/// A fill.
#[derive(Clone, Debug)]
pub(crate) struct Fill {
    pub(crate) at: (Seq, u8),
    pub(crate) exec: u64,
    pub(crate) qty: i64,
    pub(crate) px: i64,
    pub(crate) day: u32,
    /// What of a sale the account did not have.
    pub(crate) short: i64,
    pub(crate) amended: bool,
}

/// A replace that waits for the venue.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) name: ClOrdId,
    pub(crate) qty: i64,
    pub(crate) worst_px: i64,
}

/// An order, and all that was heard of it.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) id: OrderId,
    pub(crate) name: ClOrdId,
    pub(crate) scopes: [u32; SCOPES],
    pub(crate) side: Side,
    pub(crate) ord_type: OrdType,
    pub(crate) time_in_force: TimeInForce,
    pub(crate) qty: i64,
    pub(crate) min_qty: i64,
    pub(crate) max_floor: i64,
    pub(crate) expire_time: i64,
    pub(crate) exec_inst: ExecInst,
    /// The worst price that it may be filled at.
    pub(crate) worst_px: i64,
    pub(crate) day: u32,
    /// When it was taken, after how many changes of limits, and the quantity and the price that it had then.
    pub(crate) taken: (i64, usize, i64, i64),
    pub(crate) fills: Vec<Fill>,
    pub(crate) asked: Option<Asked>,
    pub(crate) canceling: bool,
    pub(crate) status: OrdStatus,
    /// Nothing can be filled any more, whatever is busted.
    pub(crate) over: bool,
    pub(crate) canceled_on: Option<u32>,
}

impl Placed {
    pub(crate) fn cum(&self) -> i64 {
        self.fills.iter().map(|fill| fill.qty).sum()
    }

    pub(crate) fn works(&self) -> bool {
        self.status.is_working(self.time_in_force)
    }

    /// What can still be filled, at its worst.
    pub(crate) fn open_qty(&self) -> i64 {
        let asked = self.asked.as_ref().map_or(0, |asked| asked.qty);
        if self.over { 0 } else { self.qty.max(asked) - self.cum() }
    }

    pub(crate) fn open_px(&self) -> i64 {
        self.worst_px.max(self.asked.as_ref().map_or(0, |asked| asked.worst_px))
    }
}

/// A new order, a replace or a cancel, and how many changes of limits there had been.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    pub(crate) time: i64,
    pub(crate) scopes: [u32; SCOPES],
    pub(crate) day: u32,
    pub(crate) changes: usize,
    /// It named a scope's traffic; one that was refused names its session alone.
    pub(crate) was_taken: bool,
}

/// A limit from then on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) scope: KillScope,
    pub(crate) index: u32,
    pub(crate) kind: LimitKind,
    pub(crate) value: Option<i128>,
}

/// Everything.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) now: i64,
    pub(crate) calendar_day: u32,
    pub(crate) firm: Option<DefineFirm>,
    pub(crate) accounts: Vec<DefineAccount>,
    pub(crate) instruments: Vec<DefineInstrument>,
    pub(crate) sessions: Vec<DefineSession>,
    pub(crate) orders: Vec<Placed>,
    pub(crate) names: Vec<(u32, ClOrdId)>,
    pub(crate) messages: Vec<Message>,
    pub(crate) changes: Vec<Change>,
    pub(crate) states: Vec<(KillScope, u32, ScopeState)>,
    pub(crate) halts: Vec<(Scope, u32, TradingState)>,
    pub(crate) quotes: Vec<(i64, Quote)>,
    /// The last one that was asked for.
    pub(crate) asked_override: Option<Seq>,
    /// Overrides that another person approved and no order has used, and the frame that asked for each.
    pub(crate) overrides: Vec<(Seq, OverrideChanged)>,
    /// What may not be traded, in the order in which it was said.
    pub(crate) restrictions: Vec<(u32, RestrictInstrument)>,
    pub(crate) deposits: Vec<(u32, i128)>,
}

impl History {
    /// The firm's trading day.
    pub(crate) fn day(&self) -> u32 {
        match self.firm {
            Some(firm) if !firm.calendar.is_empty() => self.calendar_day,
            _ => u32::try_from(self.now / DAY_NS).expect("a day of this era"),
        }
    }

    /// The limit of a scope as it was after so many changes.
    pub(crate) fn limit_after(&self, changes: usize, scope: KillScope, index: u32, kind: LimitKind) -> Option<i128> {
        let same = |change: &&Change| (change.scope, change.index, change.kind) == (scope, index, kind);
        self.changes[..changes].iter().rev().find(same).and_then(|change| change.value)
    }

    pub(crate) fn limit(&self, scope: KillScope, index: u32, kind: LimitKind) -> Option<i128> {
        self.limit_after(self.changes.len(), scope, index, kind)
    }

    pub(crate) fn state(&self, scope: KillScope, index: u32) -> ScopeState {
        let last = self.states.iter().rev().find(|(own, number, _)| (*own, *number) == (scope, index));
        last.map_or(ScopeState::Active, |(_, _, state)| *state)
    }

    pub(crate) fn is_halted(&self, scope: Scope, index: u32) -> bool {
        let last = self.halts.iter().rev().find(|(own, number, _)| (*own, *number) == (scope, index));
        last.is_some_and(|(_, _, state)| *state != TradingState::Active)
    }

    pub(crate) fn quote(&self, instrument: u32) -> Option<(i64, &Quote)> {
        let last = self.quotes.iter().rev().find(|(_, quote)| quote.instrument.0 == instrument);
        last.map(|(time, quote)| (*time, quote))
    }

    fn order_mut(&mut self, id: OrderId) -> &mut Placed {
        self.orders.iter_mut().find(|order| order.id == id).expect("an order that we know")
    }

    pub(crate) fn is_used(&self, session: u32, name: &ClOrdId) -> bool {
        self.names.contains(&(session, *name))
    }

    pub(crate) fn message(&mut self, scopes: [u32; SCOPES], was_taken: bool) {
        self.messages.push(Message { time: self.now, scopes, day: self.day(), changes: self.changes.len(), was_taken });
    }

    /// One event, the `index`th of its frame.
    pub(crate) fn see(&mut self, seq: Seq, index: u8, event: &Event) {
        match event {
            Event::FirmDefined(e) => self.firm = Some(e.definition),
            Event::AccountDefined(e) => put(&mut self.accounts, e.account.0, e.definition),
            Event::InstrumentDefined(e) => put(&mut self.instruments, e.instrument.0, e.definition),
            Event::SessionDefined(e) => put(&mut self.sessions, e.session.0, e.definition),
            Event::CashAdjusted(e) => self.deposits.push((e.account.0, e.adjustment.amount.units())),
            Event::QuoteUpdated(e) => self.quotes.push((self.now, e.quote)),
            Event::TradingPhaseChanged(e) => self.calendar_day = e.set.trading_day,
            Event::ScopeStateSet(e) if matches!(e.outcome, ScopeOutcome::Set) => {
                self.states.push((e.set.scope, e.index, e.set.state));
            }
            Event::TradingStateChanged(e) => {
                let index = match e.set.scope {
                    Scope::Global => 0,
                    Scope::Account => e.account.0,
                    Scope::Instrument => e.instrument.0,
                };
                self.halts.push((e.set.scope, index, e.set.state));
            }
            Event::LimitChanged(e) if e.outcome == LimitOutcome::Set => {
                let value = (e.change.is_set == 1).then_some(e.change.value);
                let (scope, kind) = (e.change.scope, e.change.kind);
                self.changes.push(Change { scope, index: e.index, kind, value });
            }
            Event::OverrideChanged(e) => match e.outcome {
                OverrideOutcome::Proposed => self.asked_override = Some(e.asked_at),
                OverrideOutcome::Approved if e.settled_by != e.grant.actor => self.overrides.push((e.asked_at, *e)),
                OverrideOutcome::Used => self.overrides.retain(|(at, _)| *at != e.asked_at),
                _ => {}
            },
            Event::RestrictionChanged(e) if e.outcome == LimitOutcome::Set => {
                self.restrictions.push((e.instrument.0, e.change));
            }
            Event::CancelRequested(e) => {
                if e.cause == CancelCause::Client {
                    self.names.push((e.order.session.0, e.order.cl_ord_id));
                    let scopes = self.order_mut(e.order.order_id).scopes;
                    self.message(scopes, true);
                }
                self.stands(&e.order).canceling = true;
            }
            Event::CancelRejected(e) if e.ends_pending == 1 => {
                let order = self.order_mut(e.order_id);
                order.status = e.ord_status;
                match e.response_to {
                    CxlRejResponseTo::Cancel => order.canceling = false,
                    CxlRejResponseTo::Replace => order.asked = None,
                }
            }
            Event::OrderAcknowledged(e) => drop(self.stands(&e.order)),
            Event::OrderSuspended(e) => drop(self.stands(&e.order)),
            Event::OrderRestated(e) => drop(self.stands(&e.order)),
            Event::OrderReplaced(e) => {
                let order = self.stands(&e.order);
                let asked = order.asked.take().expect("a replace was asked for");
                (order.qty, order.worst_px, order.name) = (asked.qty.max(order.cum()), asked.worst_px, asked.name);
            }
            Event::OrderFilled(e) => {
                let day = self.day();
                let (qty, px) = (e.last_qty.units(), e.last_px.units());
                let (at, exec) = ((seq, index), e.venue_exec_id);
                let held = position(self, KillScope::Account, e.order.account.0, e.order.instrument.0);
                let short = if e.order.side == Side::Sell { (qty - held.max(0)).max(0) } else { 0 };
                self.stands(&e.order).fills.push(Fill { at, exec, qty, px, day, short, amended: false });
            }
            Event::TradeCanceled(e) => self.amend(&e.order, (e.ref_seq, e.ref_index), 0, 0),
            Event::TradeCorrected(e) => {
                self.amend(&e.order, (e.ref_seq, e.ref_index), e.last_qty.units(), e.last_px.units());
            }
            Event::OrderCanceled(e) => {
                let day = self.day();
                self.ended(&e.order).canceled_on = Some(day);
            }
            Event::OrderExpired(e) => drop(self.ended(&e.order)),
            Event::OrderRejected(e) => drop(self.ended(&e.order)),
            _ => {}
        }
    }

    fn stands(&mut self, view: &OrderView) -> &mut Placed {
        let order = self.order_mut(view.order_id);
        order.status = view.ord_status;
        order
    }

    fn ended(&mut self, view: &OrderView) -> &mut Placed {
        let order = self.stands(view);
        (order.over, order.canceling) = (true, false);
        order
    }

    fn amend(&mut self, view: &OrderView, at: (Seq, u8), qty: i64, px: i64) {
        let order = self.stands(view);
        let fill = order.fills.iter_mut().find(|fill| fill.at == at).expect("a fill that we know");
        (fill.qty, fill.px, fill.amended) = (qty, px, true);
    }
}

fn put<T>(list: &mut Vec<T>, index: u32, one: T) {
    if list.len() == index as usize { list.push(one) } else { list[index as usize] = one }
}
