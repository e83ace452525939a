//! What befell each position between two closes, read off the journal's events.

use std::collections::BTreeMap;

use engine::{Holding, State};
use journal::Frame;
use model::{
    AccountId, CommissionOutcome, Contract, EngineTime, Event, ExecId, InstrumentId, Marked, Notional, OrderView,
    PositionChanged, Px, Qty, Seq, Side, ValuationMethod,
};

use super::Statement;
use super::currency::{self, CurrencyDay, Flow, Lines};
use super::item::{Item, Kind};
use crate::evidence::names;
use crate::journal_seal::Day;

type Key = (AccountId, InstrumentId);

/// A position at a close.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Held {
    /// Signed.
    pub qty: Qty,
    /// Signed cost of it.
    pub cost: Notional,
    /// Gross realised P&L, ever.
    pub realised: Notional,
    /// Fees, ever.
    pub fees: Notional,
    /// Dividends, ever.
    pub dividends: Notional,
    /// Cash that trades brought, ever.
    pub cash_from_trades: Notional,
    /// At the prices of the close, with their age; `None` where it was flat.
    pub marked: Option<Marked>,
}

impl Held {
    fn unrealised(&self) -> Option<Notional> {
        self.marked.map_or(Some(Notional::ZERO), |marked| marked.unrealised)
    }
}

/// A position's day.
#[derive(Clone, Debug)]
pub struct PositionDay {
    /// Symbol(55).
    pub symbol: String,
    /// Currency(15) of its money: the account's, or the one that it is paid with beside that.
    pub currency: String,
    /// At the close before.
    pub opening: Held,
    /// What was held then, in the units of now: after splits.
    pub opening_qty_now: Qty,
    /// At the close.
    pub closing: Held,
    /// What befell it, in order.
    pub items: Vec<Item>,
    pub(super) contract: Contract,
    pub(super) valuation: ValuationMethod,
    /// Splits of the day.
    split: (i128, i128),
}

impl PositionDay {
    /// Fees of the day.
    pub fn fees(&self) -> Notional {
        self.closing.fees - self.opening.fees
    }

    /// Dividends of the day.
    pub fn dividends(&self) -> Notional {
        self.closing.dividends - self.opening.dividends
    }

    /// At the close before; `None` where there was no fresh mark.
    pub(super) fn unrealised_opening(&self) -> Option<Notional> {
        self.opening.unrealised()
    }

    /// At the close; likewise.
    pub(super) fn unrealised_closing(&self) -> Option<Notional> {
        self.closing.unrealised()
    }

    /// What was given in kind.
    pub fn in_kind(&self) -> Notional {
        self.items.iter().fold(Notional::ZERO, |sum, item| sum + item.in_kind)
    }

    /// Cash that trades and adjustments moved, before fees. What was given in kind moved none.
    pub fn cash_moved(&self) -> Notional {
        let moved = match self.valuation {
            ValuationMethod::Premium => self.closing.cash_from_trades - self.opening.cash_from_trades,
            ValuationMethod::Futures => self.closing.realised - self.opening.realised,
        };
        moved + self.in_kind()
    }

    /// A price of the close before, in the units of now.
    pub(super) fn rescaled(&self, px: Px) -> Option<Px> {
        let (new, old) = self.split;
        i64::try_from(i128::from(px.units()) * old / new).ok().map(Px::from_units)
    }
}

/// A fill of any day, as it counts now, in case that it is busted.
#[derive(Clone, Copy)]
struct Fill {
    key: Key,
    qty: i128,
    value: Notional,
    contract: Contract,
    /// Splits since.
    split: (i128, i128),
}

#[derive(Default)]
struct Open {
    held: BTreeMap<Key, Held>,
    cash: BTreeMap<AccountId, Notional>,
    lines: Lines,
    at: Option<(Seq, EngineTime)>,
}

/// All of it, until the day is closed.
pub(super) struct Ledger {
    day: Day,
    days: Vec<Day>,
    fills: BTreeMap<ExecId, Fill>,
    opening: Open,
    items: BTreeMap<Key, Vec<Item>>,
    paid: BTreeMap<AccountId, Vec<Item>>,
    flows: BTreeMap<currency::Key, Vec<Flow>>,
    splits: BTreeMap<InstrumentId, (i128, i128)>,
    done: Option<Vec<Statement>>,
}

impl Ledger {
    pub(super) fn new(day: Day) -> Ledger {
        Ledger {
            day,
            days: Vec::new(),
            fills: BTreeMap::new(),
            opening: Open::default(),
            items: BTreeMap::new(),
            paid: BTreeMap::new(),
            flows: BTreeMap::new(),
            splits: BTreeMap::new(),
            done: None,
        }
    }

    /// The days that are closed.
    pub(super) fn days(&self) -> Vec<Day> {
        self.days.clone()
    }

    pub(super) fn finish(self) -> Option<Vec<Statement>> {
        self.done
    }

    /// A frame, with the state before it.
    pub(super) fn see(&mut self, before: &State, frame: &Frame<'_>) {
        let events = frame.as_slice();
        for (index, event) in events.iter().enumerate() {
            let at = ExecId { seq: frame.seq, index: u8::try_from(index).unwrap_or(u8::MAX) };
            let position = match events.get(index + 1) {
                Some(Event::PositionChanged(position)) => Some(position),
                _ => None,
            };
            self.event(before, at, frame.time, event, position);
            if let Event::ForeignCashMoved(e) = event {
                let fee = fee_before(&events[..index], e.account);
                let key = (e.account, e.currency.to_string());
                self.flows.entry(key).or_default().push(currency::flow(before, e, fee));
            }
        }
    }

    fn event(
        &mut self,
        before: &State,
        at: ExecId,
        time: EngineTime,
        event: &Event,
        position: Option<&PositionChanged>,
    ) {
        let item = |kind, qty: i128, px, value, note: String| Item {
            kind,
            seq: at.seq,
            time,
            id: String::new(),
            qty: Qty::from_units(i64::try_from(qty).unwrap_or(0)),
            qty_now: Qty::from_units(i64::try_from(qty).unwrap_or(0)),
            px,
            value,
            fee: position.map_or(Notional::ZERO, |position| position.fee),
            in_kind: Notional::ZERO,
            note,
        };
        match event {
            Event::OrderFilled(e) => {
                let fill = fill(before, &e.order, e.last_qty, e.last_px);
                self.fills.insert(at, fill);
                let note = format!("order {}", e.order.order_id);
                let own = Item { id: at.to_string(), ..item(Kind::Trade, fill.qty, e.last_px, fill.value, note) };
                self.push(fill.key, own);
            }
            Event::TradeCanceled(e) => {
                let of = ExecId { seq: e.ref_seq, index: e.ref_index };
                let Some(old) = self.fills.remove(&of) else { return };
                let note = format!("{of} never was");
                let own = Item { id: at.to_string(), ..item(Kind::Correction, -old.qty, e.last_px, -old.value, note) };
                self.push(old.key, own);
            }
            Event::TradeCorrected(e) => {
                let of = ExecId { seq: e.ref_seq, index: e.ref_index };
                let Some(old) = self.fills.remove(&of) else { return };
                let told = old.told(e.order.side, e.last_qty, e.last_px);
                let note = format!("{of} was another one");
                let (qty, value) = (told.qty - old.qty, told.value - old.value);
                let own = Item { id: at.to_string(), ..item(Kind::Correction, qty, e.last_px, value, note) };
                self.push(old.key, own);
                self.fills.insert(at, told);
            }
            Event::AdjustmentBooked(e) => {
                let adjustment = &e.adjustment;
                let qty = adjustment.qty.units();
                let value = if qty > 0 { e.value } else { -e.value };
                let note = format!("{}: {}", adjustment.actor, adjustment.reason);
                let own = item(Kind::Adjustment, qty.into(), adjustment.px, value, note);
                self.push((e.account, e.instrument), Item { in_kind: e.in_kind, ..own });
            }
            Event::PositionAdjusted(e) => {
                let value = contract(before, e.instrument).value(e.px, e.qty).unwrap_or(Notional::ZERO);
                let own = match e.kind {
                    model::AdjustmentKind::CashInLieu => {
                        item(Kind::Adjustment, -i128::from(e.qty.units()), e.px, -value, "cash in lieu".to_owned())
                    }
                    model::AdjustmentKind::Settlement => {
                        item(Kind::Settlement, 0, e.px, Notional::ZERO, "daily settlement".to_owned())
                    }
                };
                self.push((e.account, e.instrument), own);
            }
            Event::DividendPaid(e) => {
                let note = format!("for {}", crate::figures::qty(e.qty));
                self.push((e.account, e.instrument), item(Kind::Dividend, 0, Px::ZERO, e.amount, note));
            }
            Event::CashAdjusted(e) => {
                let note = format!("{}: {}", e.adjustment.actor, e.adjustment.reason);
                let own = item(Kind::Cash, 0, Px::ZERO, e.adjustment.amount, note);
                self.paid.entry(e.account).or_default().push(own);
            }
            Event::CommissionBooked(e) if e.outcome == CommissionOutcome::Cash => {
                let note = format!("the broker's, of order {}", e.order_id);
                let own = item(Kind::Commission, 0, Px::ZERO, -e.amount, note);
                self.paid.entry(e.account).or_default().push(Item { fee: Notional::ZERO, ..own });
            }
            Event::PositionsSplit(e) => {
                let ratio = (i128::from(e.split.numerator), i128::from(e.split.denominator));
                self.split(e.instrument, ratio);
                let note =
                    format!("{}:{}, {}: {}", e.split.numerator, e.split.denominator, e.split.actor, e.split.reason);
                for holding in before.holdings().filter(|own| own.instrument == e.instrument) {
                    let qty = holding.exposure.position;
                    let change = scaled(qty, ratio) - qty;
                    if !change.is_zero() {
                        let own = item(Kind::Split, change.units().into(), Px::ZERO, Notional::ZERO, note.clone());
                        self.push((holding.account, e.instrument), own);
                    }
                }
            }
            Event::DayClosed(e) => self.close(before, at.seq, time, e.trading_day),
            _ => {}
        }
    }

    fn push(&mut self, key: Key, item: Item) {
        self.items.entry(key).or_default().push(item);
    }

    /// What was before counts in new units from now on.
    fn split(&mut self, instrument: InstrumentId, (new, old): (i128, i128)) {
        for fill in self.fills.values_mut().filter(|fill| fill.key.1 == instrument) {
            fill.qty = fill.qty * new / old;
            fill.split = (fill.split.0 * new, fill.split.1 * old);
        }
        for ((_, own), items) in &mut self.items {
            if *own == instrument {
                items.iter_mut().for_each(|item| item.qty_now = scaled(item.qty_now, (new, old)));
            }
        }
        let all = self.splits.entry(instrument).or_insert((1, 1));
        *all = (all.0 * new, all.1 * old);
    }

    /// A day is closed: the one that is asked for, or one before it, which it opens from.
    fn close(&mut self, state: &State, seq: Seq, time: EngineTime, trading_day: u32) {
        let day = Day::of(EngineTime(i64::from(trading_day) * 86_400_000_000_000));
        self.days.push(day);
        if day > self.day || self.done.is_some() {
            return;
        }
        let closing = Open {
            held: state
                .holdings()
                .map(|holding| ((holding.account, holding.instrument), held(state, holding)))
                .collect(),
            cash: state.accounts().map(|(id, account)| (id, account.cash)).collect(),
            lines: currency::lines(state, time),
            at: Some((seq, time)),
        };
        if day == self.day {
            self.done = Some(self.statements(state, &closing, (seq, time)));
            return;
        }
        self.opening = closing;
        self.items.clear();
        self.paid.clear();
        self.flows.clear();
        self.splits.clear();
    }

    fn statements(&self, state: &State, closing: &Open, closed: (Seq, EngineTime)) -> Vec<Statement> {
        let statements = state.accounts().map(|(account, known)| {
            let own = closing.held.iter().filter(|((holder, _), _)| *holder == account);
            let positions = own.map(|(key, held)| self.position(state, *key, *held));
            let mut positions: Vec<PositionDay> = positions.filter(|position| !position.is_idle()).collect();
            positions.sort_by(|one, other| one.symbol.cmp(&other.symbol));
            Statement {
                day: self.day,
                account: known.definition.account.to_string(),
                currency: known.definition.currency.to_string(),
                opened: self.opening.at,
                closed,
                opening_cash: self.opening.cash.get(&account).copied().unwrap_or(Notional::ZERO),
                closing_cash: known.cash,
                paid: self.paid.get(&account).cloned().unwrap_or_default(),
                positions,
                currencies: self.currencies(account, closing),
            }
        });
        statements.collect()
    }

    fn currencies(&self, account: AccountId, closing: &Open) -> Vec<CurrencyDay> {
        let own = closing.lines.iter().filter(|((holder, _), _)| *holder == account);
        let days = own.map(|(key, closing)| CurrencyDay {
            currency: key.1.clone(),
            opening: self.opening.lines.get(key).copied().unwrap_or_default(),
            closing: *closing,
            flows: self.flows.get(key).cloned().unwrap_or_default(),
        });
        days.filter(|day| !day.is_idle()).collect()
    }

    fn position(&self, state: &State, key: Key, closing: Held) -> PositionDay {
        let opening = self.opening.held.get(&key).copied().unwrap_or_default();
        let split = self.splits.get(&key.1).copied().unwrap_or((1, 1));
        let definition = state.instrument_at(key.1);
        PositionDay {
            symbol: names::symbol(state, key.1),
            currency: paid_with(state, key),
            opening,
            opening_qty_now: scaled(opening.qty, split),
            closing,
            items: self.items.get(&key).cloned().unwrap_or_default(),
            contract: contract(state, key.1),
            valuation: definition.map_or(ValuationMethod::Premium, |definition| definition.valuation),
            split,
        }
    }
}

impl PositionDay {
    /// Nothing was held, and nothing happened.
    fn is_idle(&self) -> bool {
        self.opening.qty.is_zero() && self.closing.qty.is_zero() && self.items.is_empty()
    }
}

impl Fill {
    /// As it was told of later, in the units of now.
    fn told(&self, side: Side, qty: Qty, px: Px) -> Fill {
        let (new, old) = self.split;
        let value = self.contract.value(px, qty).unwrap_or(Notional::ZERO);
        let sign = i128::from(side.sign());
        let value = if sign > 0 { value } else { -value };
        Fill { qty: sign * i128::from(qty.units()) * new / old, value, ..*self }
    }
}

/// The fee of the position that changed last.
fn fee_before(events: &[Event], account: AccountId) -> Notional {
    let last = events.iter().rev().find_map(|event| match event {
        Event::PositionChanged(e) if e.account == account => Some(e.fee),
        _ => None,
    });
    last.unwrap_or(Notional::ZERO)
}

/// The instrument's currency where the account has cash in it beside its own, else the account's.
fn paid_with(state: &State, (account, instrument): Key) -> String {
    let own = state.account_at(account).map(|known| known.definition.currency).unwrap_or_default();
    let currency = state.instrument_at(instrument).map_or(own, |known| known.currency);
    let is_paid = currency != own && state.foreign_cash_of(account, currency).is_some();
    if is_paid { currency.to_string() } else { own.to_string() }
}

fn fill(state: &State, order: &OrderView, qty: Qty, px: Px) -> Fill {
    let contract = contract(state, order.instrument);
    let key = (order.account, order.instrument);
    Fill { key, qty: 0, value: Notional::ZERO, contract, split: (1, 1) }.told(order.side, qty, px)
}

fn contract(state: &State, instrument: InstrumentId) -> Contract {
    state.instrument_at(instrument).map_or(Contract::linear(1), model::DefineInstrument::contract)
}

fn scaled(qty: Qty, (new, old): (i128, i128)) -> Qty {
    Qty::from_units(i64::try_from(i128::from(qty.units()) * new / old).unwrap_or(0))
}

fn held(state: &State, holding: &Holding) -> Held {
    let qty = holding.exposure.position;
    let marked = (!qty.is_zero()).then(|| state.marked_at_close(holding)).flatten();
    Held {
        qty,
        cost: holding.cost,
        realised: holding.realised,
        fees: holding.fees,
        dividends: holding.dividends,
        cash_from_trades: holding.cash_from_trades,
        marked,
    }
}
