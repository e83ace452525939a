//! Orders that two people let through: asked for, approved, and used once or not at all.

use model::{AccountId, EngineTime, GrantOverride, InstrumentId, OrderView, Seq, SessionId, Side};

/// Overrides that wait or were not used yet; one more is refused.
pub const OVERRIDES_MAX: usize = 256;
/// Longest time from the asking to the end, in nanoseconds: a day.
pub const OVERRIDE_LIFE_MAX: i64 = 86_400_000_000_000;

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Override {
    /// The frame that asked for it.
    pub at: Seq,
    /// What was asked for.
    pub grant: GrantOverride,
    /// The session.
    pub session: SessionId,
    /// The account.
    pub account: AccountId,
    /// The instrument.
    pub instrument: InstrumentId,
    /// Another person has approved it.
    pub is_approved: bool,
}

impl Override {
    /// May this order use it now?
    pub(crate) fn lets_pass(&self, order: &OrderView, now: EngineTime) -> bool {
        let GrantOverride { order_qty, price, expires, side, .. } = self.grant;
        let is_its = (self.session, self.account, self.instrument, side)
            == (order.session, order.account, order.instrument, order.side);
        let is_no_worse = match side {
            Side::Buy => order.price <= price,
            Side::Sell => order.price >= price,
        };
        let fits_price = price.is_zero() || (!order.price.is_zero() && is_no_worse);
        self.is_approved && now < expires && is_its && order.order_qty <= order_qty && fits_price
    }
}

/// All of them, the oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Overrides(Vec<Override>);

impl Overrides {
    pub(crate) fn new() -> Overrides {
        Overrides(Vec::with_capacity(OVERRIDES_MAX))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Override> {
        self.0.iter()
    }

    pub(crate) fn find(&self, at: Seq) -> Option<&Override> {
        self.0.iter().find(|one| one.at == at)
    }

    pub(crate) fn has_room(&self) -> bool {
        self.0.len() < OVERRIDES_MAX
    }

    pub(crate) fn put(&mut self, one: Override) {
        self.0.push(one);
    }

    pub(crate) fn approve(&mut self, at: Seq) {
        if let Some(one) = self.0.iter_mut().find(|one| one.at == at) {
            one.is_approved = true;
        }
    }

    pub(crate) fn remove(&mut self, at: Seq) {
        self.0.retain(|one| one.at != at);
    }
}
