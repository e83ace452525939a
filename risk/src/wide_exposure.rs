//! Position and open orders of many accounts in one instrument.

use model::Side;

use crate::context::Exposure;

/// As [`Exposure`], summed over the accounts of a strategy or of the firm. In 1e-8, and wider than one account's quantities, so that
/// no sum of them leaves its range.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct WideExposure {
    /// Signed position.
    pub position: i128,
    /// Quantity that open buys can still add.
    pub open_buys: i128,
    /// Quantity that open sells can still take.
    pub open_sells: i128,
}

impl WideExposure {
    /// What is open on this side.
    pub fn open(&self, side: Side) -> i128 {
        match side {
            Side::Buy => self.open_buys,
            Side::Sell => self.open_sells,
        }
    }

    /// The same, to be written.
    pub fn open_mut(&mut self, side: Side) -> &mut i128 {
        match side {
            Side::Buy => &mut self.open_buys,
            Side::Sell => &mut self.open_sells,
        }
    }

    /// The greater of what all that is open on one side can make of it, without sign.
    pub fn worst_of_both(&self) -> i128 {
        self.worst(Side::Buy).max(self.worst(Side::Sell)).max(0)
    }

    /// The position, long for a buy and short for a sell, if all that is open on this side filled and nothing on the other: open
    /// orders of the two sides are never netted.
    pub fn worst(&self, side: Side) -> i128 {
        match side {
            Side::Buy => self.position + self.open_buys,
            Side::Sell => self.open_sells - self.position,
        }
    }
}

impl From<Exposure> for WideExposure {
    fn from(own: Exposure) -> WideExposure {
        let [position, open_buys, open_sells] =
            [own.position, own.open_buys, own.open_sells].map(|qty| i128::from(qty.units()));
        WideExposure { position, open_buys, open_sells }
    }
}
