//! What befalls those who hold an instrument: dividends, daily settlements, and positions that are put right by hand.

use model::{AdjustPosition, CostMethod, PayDividend, SettleInstrument, Side, ValuationMethod};

use crate::books::Books;
use crate::market::{SYMBOLS, cost_method};
use crate::order::Fill;
use crate::twin::Twin;

/// One thing that changed a holding.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// A fill: the order, and which of its fills.
    Fill(u64, usize),
    /// All of it was sold and bought back at this price, or the other way round.
    Settled { qty: i64, px: i64 },
    /// So much more, or less, for this value.
    Adjusted { qty: i64, value: i128 },
}

impl Twin {
    pub(crate) fn pay_dividend(&mut self, c: &PayDividend) {
        for (holding, position) in self.holders(c.symbol.as_str()) {
            *self.dividends.entry(holding).or_default() += i128::from(position) * i128::from(c.per_unit.units());
        }
    }

    pub(crate) fn settle_positions(&mut self, c: &SettleInstrument) {
        let Some(at) = SYMBOLS.iter().position(|known| *known == c.symbol.as_str()) else { return };
        if self.policy.valuation(at) == ValuationMethod::Futures {
            for (holding, qty) in self.holders(c.symbol.as_str()) {
                let entry = Entry::Settled { qty, px: c.settle_px.units() };
                self.tape.get_mut(&holding).expect("it is held").push(entry);
            }
        }
    }

    /// It counts as a trade. What is not paid for in cash is a gift of just what the trade would have taken.
    pub(crate) fn adjust_position(&mut self, c: &AdjustPosition) {
        let place = |names: &[&str], name: &str| names.iter().position(|known| *known == name).map(|at| at as u32);
        let (Some(account), Some(instrument)) =
            (place(&["A", "B"], c.account.as_str()), place(&SYMBOLS, c.symbol.as_str()))
        else {
            return;
        };
        let (qty, holding) = (c.qty.units(), (account, instrument));
        let value = match c.px.units() {
            0 => c.cost.units(),
            px => self.policy.value(instrument as usize, i128::from(qty.abs()), i128::from(px)),
        };
        let before = self.moved(holding);
        self.tape.entry(holding).or_default().push(Entry::Adjusted { qty, value });
        let moved = self.moved(holding) - before;
        if c.moves_cash == 0 {
            *self.gifts.entry(account).or_default() -= moved;
        }
    }

    /// What the trades of a holding moved in cash, before fees.
    fn moved(&self, holding: (u32, u32)) -> i128 {
        let books = self.books(holding);
        match self.policy.valuation(holding.1 as usize) {
            ValuationMethod::Premium => books.cash,
            ValuationMethod::Futures => books.realised,
        }
    }

    /// All that changed a holding, counted from the beginning.
    pub(crate) fn books(&self, holding: (u32, u32)) -> Books {
        let (account, instrument) = holding;
        let mut books = Books::new(cost_method(["A", "B"][account as usize]));
        let value = |qty: i64, px: i64| self.policy.value(instrument as usize, i128::from(qty), i128::from(px));
        for entry in self.tape.get(&holding).into_iter().flatten() {
            match entry {
                Entry::Fill(number, place) => {
                    let order = &self.orders[number];
                    let Fill { qty, px, .. } = order.fills[*place];
                    books.fill(order.side, i128::from(qty), value(qty, px));
                }
                Entry::Settled { qty, px } => {
                    let sides = if *qty > 0 { [Side::Sell, Side::Buy] } else { [Side::Buy, Side::Sell] };
                    let qty = qty.abs();
                    sides.into_iter().for_each(|side| books.settle(side, i128::from(qty), value(qty, *px)));
                }
                Entry::Adjusted { qty, value } => {
                    let side = if *qty > 0 { Side::Buy } else { Side::Sell };
                    books.settle(side, i128::from(qty.abs()), *value);
                }
            }
        }
        books
    }

    /// What the one strategy that all orders are of has of it, by average cost. What was added by hand is nobody's.
    pub(crate) fn strategy_books(&self, holding: (u32, u32)) -> Books {
        let mut books = Books::new(CostMethod::Average);
        let value = |qty: i64, px: i64| self.policy.value(holding.1 as usize, i128::from(qty), i128::from(px));
        for entry in self.tape.get(&holding).into_iter().flatten() {
            match entry {
                Entry::Fill(number, place) => {
                    let order = &self.orders[number];
                    let Fill { qty, px, .. } = order.fills[*place];
                    books.fill(order.side, i128::from(qty), value(qty, px));
                }
                // It is settled for what it had, as far as that is known by now.
                Entry::Settled { px, .. } => {
                    let had = i64::try_from(books.position).expect("positions are bounded");
                    let sides = if had > 0 { [Side::Sell, Side::Buy] } else { [Side::Buy, Side::Sell] };
                    for side in sides.into_iter().filter(|_| had != 0) {
                        books.settle(side, i128::from(had.abs()), value(had.abs(), *px));
                    }
                }
                Entry::Adjusted { .. } => {}
            }
        }
        books
    }

    /// Was anything ever added by hand?
    pub(crate) fn is_adjusted(&self, holding: (u32, u32)) -> bool {
        self.tape.get(&holding).into_iter().flatten().any(|entry| matches!(entry, Entry::Adjusted { .. }))
    }

    /// What was added by hand.
    pub(crate) fn added(&self, holding: (u32, u32)) -> i64 {
        let of = |entry: &Entry| if let Entry::Adjusted { qty, .. } = entry { *qty } else { 0 };
        self.tape.get(&holding).into_iter().flatten().map(of).sum()
    }

    /// Who holds it, and how much.
    fn holders(&self, symbol: &str) -> Vec<((u32, u32), i64)> {
        let of = |entries: &Vec<Entry>| {
            let signed = |entry: &Entry| match entry {
                Entry::Fill(number, place) => {
                    let order = &self.orders[number];
                    let sign = if order.side == Side::Buy { 1 } else { -1 };
                    sign * order.fills[*place].qty
                }
                Entry::Settled { .. } => 0,
                Entry::Adjusted { qty, .. } => *qty,
            };
            entries.iter().map(signed).sum::<i64>()
        };
        let held = self.tape.iter().filter(|((_, instrument), _)| SYMBOLS[*instrument as usize] == symbol);
        held.map(|(holding, entries)| (*holding, of(entries))).filter(|(_, position)| *position != 0).collect()
    }
}
