//! What befalls those who hold an instrument: dividends and daily settlements.

use model::{PayDividend, SettleInstrument, Side, ValuationMethod};

use crate::market::SYMBOLS;
use crate::twin::Twin;

/// One thing that changed a holding.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// A fill: the order, and which of its fills.
    Fill(u64, usize),
    /// All of it was sold and bought back at this price, or the other way round.
    Settled { qty: i64, px: i64 },
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
            };
            entries.iter().map(signed).sum::<i64>()
        };
        let held = self.tape.iter().filter(|((_, instrument), _)| SYMBOLS[*instrument as usize] == symbol);
        held.map(|(holding, entries)| (*holding, of(entries))).filter(|(_, position)| *position != 0).collect()
    }
}
