//! The fills of one account in one instrument, and what became of them.

use journal::Frame;
use model::{
    AccountId, AdjustmentKind, Contract, DefineInstrument, Event, ExecId, InstrumentId, Notional, OrderId,
    PositionChanged, Qty, Seq, Side,
};

use super::books::{Books, Method, Trade, Worked};
use super::paid::Paid;
use crate::evidence::fold::Past;

/// Account and instrument.
pub(super) type Key = (AccountId, InstrumentId);

/// One fill as it is now.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its number among all fills of the journal.
    number: u64,
    pub(super) exec_id: ExecId,
    /// Zero where no order did it: an adjustment.
    pub(super) order_id: OrderId,
    /// As it is now; no quantity once it is busted.
    pub(super) trade: Trade,
    /// What was paid for it, less what was given back.
    pub(super) fee: Notional,
    /// The frames that busted or corrected it.
    pub(super) amended: Vec<Seq>,
}

/// Position and money on one side of a fill, a bust or a correction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Figures {
    pub(super) position: Qty,
    pub(super) cost: Notional,
    pub(super) realised: Notional,
    pub(super) fees: Notional,
    pub(super) cash_from_trades: Notional,
    pub(super) account_cash: Notional,
}

/// What a frame did to the position.
#[derive(Clone, Debug)]
pub(super) struct Booking {
    pub(super) seq: Seq,
    /// The event that did it, a fill, a bust or a correction.
    pub(super) event: Event,
    pub(super) exec_id: ExecId,
    pub(super) before: Figures,
    pub(super) after: Figures,
    pub(super) fee: Notional,
    /// Fee, in 1e-8 of the notional, as the account's definition had it.
    pub(super) fee_rate: i64,
    pub(super) trade: Trade,
    /// By the method that comes to what the journal says, where there is one.
    pub(super) worked: Option<(Method, Worked)>,
    /// What it moved of the account's cash.
    pub(super) paid: Paid,
    /// The fill that a bust or a correction is of.
    pub(super) of: Option<ExecId>,
}

/// All of them.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    key: Key,
    fills: u64,
    pub(super) entries: Vec<Entry>,
    /// By each method, what the fills come to.
    books: [Books; 2],
}

impl Ledger {
    pub(super) fn new(key: Key) -> Ledger {
        Ledger { key, fills: 0, entries: Vec::new(), books: empty() }
    }

    /// Takes in a frame; what it did to the position, if it did anything.
    pub(super) fn see(&mut self, before: &Past, frame: &Frame<'_>) -> Option<Booking> {
        let mut booking = None;
        let events = frame.as_slice();
        for (index, event) in events.iter().enumerate() {
            let is_fill = matches!(event, Event::OrderFilled(_));
            self.fills += u64::from(is_fill);
            let at = ExecId { seq: frame.seq, index: u8::try_from(index).unwrap_or(u8::MAX) };
            self.adjust(before, at, event);
            let amended = match event {
                Event::OrderFilled(_) => None,
                Event::TradeCanceled(e) => Some((e.fill, Qty::ZERO, e.last_px)),
                Event::TradeCorrected(e) => Some((e.fill, e.last_qty, e.last_px)),
                _ => continue,
            };
            let Some(order) = event.order().filter(|order| (order.account, order.instrument) == self.key) else {
                continue;
            };
            let Some(Event::PositionChanged(position)) = events.get(index + 1) else { continue };
            let exec_id = at;
            let contract = contract(before, self.key.1);
            let (qty, px) = match event {
                Event::OrderFilled(e) => (e.last_qty, e.last_px),
                _ => amended.map_or_else(Default::default, |(_, qty, px)| (qty, px)),
            };
            let trade = Trade { side: order.side, qty, px, contract, cost: None };
            let figures = (figures_before(before, self.key), figures_after(position));
            let (worked, of) = match amended {
                None => {
                    let entry = Entry {
                        number: self.fills,
                        exec_id,
                        order_id: order.order_id,
                        trade,
                        fee: position.fee,
                        amended: Vec::new(),
                    };
                    self.entries.push(entry);
                    (self.book(&trade, &figures), None)
                }
                Some((number, qty, px)) => (None, self.amend(number, frame.seq, qty, px, position.fee)),
            };
            let account = before.state.account_at(self.key.0);
            booking = Some(Booking {
                seq: frame.seq,
                event: *event,
                exec_id,
                before: figures.0,
                after: figures.1,
                fee: position.fee,
                fee_rate: account.map_or(0, |account| account.definition.fee_rate),
                trade,
                worked,
                paid: Paid::of(before, self.key.0, position, events.get(index + 2..).unwrap_or_default()),
                of,
            });
        }
        booking
    }

    /// What no order did, and counts as fills all the same: positions that were put right, settled, or paid out in part.
    fn adjust(&mut self, before: &Past, at: ExecId, event: &Event) {
        let (key, qty, px, cost, legs) = match event {
            Event::AdjustmentBooked(e) => {
                let cost = e.adjustment.px.is_zero().then_some(e.value);
                ((e.account, e.instrument), e.adjustment.qty, e.adjustment.px, cost, 1)
            }
            Event::PositionAdjusted(e) => {
                let legs = if e.kind == AdjustmentKind::Settlement { 2 } else { 1 };
                ((e.account, e.instrument), -e.qty, e.px, None, legs)
            }
            _ => return,
        };
        let sides = if qty > Qty::ZERO { [Side::Buy, Side::Sell] } else { [Side::Sell, Side::Buy] };
        for side in sides.into_iter().take(legs) {
            self.fills += 1;
            if key != self.key {
                continue;
            }
            let qty = Qty::from_units(qty.units().abs());
            let trade = Trade { side, qty, px, contract: contract(before, key.1), cost };
            for books in &mut self.books {
                books.fill(&trade);
            }
            let (number, exec_id) = (self.fills, at);
            let fee = Notional::ZERO;
            self.entries.push(Entry { number, exec_id, order_id: OrderId(0), trade, fee, amended: Vec::new() });
        }
    }

    /// Books a fill by both methods; the one that says what the journal says, before and after.
    fn book(&mut self, trade: &Trade, (before, after): &(Figures, Figures)) -> Option<(Method, Worked)> {
        let mut found = None;
        for books in &mut self.books {
            let agreed = before.agrees(books);
            let worked = books.fill(trade);
            if found.is_none() && agreed && after.agrees(books) {
                found = Some((books.method(), worked));
            }
        }
        found
    }

    /// A fill is another one now: everything is counted again.
    fn amend(&mut self, number: u64, seq: Seq, qty: Qty, px: model::Px, fee: Notional) -> Option<ExecId> {
        let entry = self.entries.iter_mut().find(|entry| entry.number == number)?;
        entry.trade.qty = qty;
        entry.trade.px = px;
        entry.fee += fee;
        entry.amended.push(seq);
        let exec_id = entry.exec_id;
        self.books = empty().map(|mut books| {
            for entry in self.live() {
                books.fill(&entry.trade);
            }
            books
        });
        Some(exec_id)
    }

    /// The fills that were not busted.
    pub(super) fn live(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.trade.qty.is_zero())
    }

    /// The books that agree with these figures.
    pub(super) fn agreeing(&self, figures: &Figures) -> Option<&Books> {
        self.books.iter().find(|books| figures.agrees(books))
    }
}

impl Figures {
    fn agrees(&self, books: &Books) -> bool {
        let own = (self.position, self.cost, self.realised, self.cash_from_trades);
        own == (books.position, books.cost, books.realised, books.cash)
    }
}

fn contract(past: &Past, instrument: InstrumentId) -> Contract {
    past.state.instrument_at(instrument).map_or(Contract::linear(1), DefineInstrument::contract)
}

fn empty() -> [Books; 2] {
    [Method::Average, Method::Fifo].map(Books::new)
}

/// What the account held, and its cash, before a frame.
pub(super) fn figures_before(past: &Past, (account, instrument): Key) -> Figures {
    let holding = past.state.holding(account, instrument).copied().unwrap_or_default();
    Figures {
        position: holding.exposure.position,
        cost: holding.cost,
        realised: holding.realised,
        fees: holding.fees,
        cash_from_trades: holding.cash_from_trades,
        account_cash: past.state.account_at(account).map_or(Notional::ZERO, |account| account.cash),
    }
}

fn figures_after(e: &PositionChanged) -> Figures {
    Figures {
        position: e.qty,
        cost: e.cost,
        realised: e.realised,
        fees: e.fees,
        cash_from_trades: e.cash_from_trades,
        account_cash: e.account_cash,
    }
}
