//! The lines of a statement.

use model::{EngineTime, Notional, Px, Qty, Seq};

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A fill.
    Trade,
    /// A fill never was, or was another one.
    Correction,
    /// A position was put right, or a fraction was paid out.
    Adjustment,
    /// A dividend.
    Dividend,
    /// The daily settlement of a future: it moves cash, and no profit.
    Settlement,
    /// A split: another quantity for the same money.
    Split,
    /// Money into or out of the account.
    Cash,
    /// A broker's commission of a trade in another currency.
    Commission,
}

impl Kind {
    /// As it is shown.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Trade => "trade",
            Kind::Correction => "correction",
            Kind::Adjustment => "adjustment",
            Kind::Dividend => "dividend",
            Kind::Settlement => "settlement",
            Kind::Split => "split",
            Kind::Cash => "cash",
            Kind::Commission => "commission",
        }
    }
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// What it is about.
    pub kind: Kind,
    /// Its frame.
    pub seq: Seq,
    /// When.
    pub time: EngineTime,
    /// ExecID(17); empty where it has none.
    pub id: String,
    /// Signed quantity that the position changed by.
    pub qty: Qty,
    /// The same in the units of the close: after splits.
    pub qty_now: Qty,
    /// The price; zero where there is none.
    pub px: Px,
    /// Of a trade: signed, what it adds to the cost. Of a dividend or a payment: what was received.
    pub value: Notional,
    /// What was paid for it; negative where it was given back.
    pub fee: Notional,
    /// What the account was deemed to be given in kind.
    pub in_kind: Notional,
    /// Who and why, or what it is of.
    pub note: String,
}
