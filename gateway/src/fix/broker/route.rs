//! Which instruments' orders go to one venue, and what it does by itself there.

use model::{Abilities, InstrumentId, OrderView, TimeInForce, VenueId};

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Route {
    venue: VenueId,
    /// By instrument; none where its orders go elsewhere.
    instruments: Vec<Option<Abilities>>,
}

impl Route {
    pub(super) fn new(venue: VenueId) -> Route {
        Route { venue, instruments: Vec::new() }
    }

    /// Takes in an instrument's definition.
    pub(super) fn learn(&mut self, instrument: InstrumentId, venue: VenueId, abilities: Abilities) {
        let index = instrument.0 as usize;
        if self.instruments.len() <= index {
            self.instruments.resize(index + 1, None);
        }
        self.instruments[index] = (venue == self.venue).then_some(abilities);
    }

    /// Does the order go there?
    pub(super) fn has(&self, order: &OrderView) -> bool {
        self.abilities(order).is_some()
    }

    /// The instruments whose orders go there.
    pub(super) fn instruments(&self) -> impl Iterator<Item = InstrumentId> {
        (0..).map(InstrumentId).zip(&self.instruments).filter(|(_, own)| own.is_some()).map(|(id, _)| id)
    }

    /// What the venue does by itself with orders of this instrument.
    pub(super) fn abilities(&self, order: &OrderView) -> Option<Abilities> {
        self.instruments.get(order.instrument.0 as usize).copied().flatten()
    }

    /// TimeInForce(59) as the venue hears it. What it lacks Millrace does: it ends orders at their time, and lets those for
    /// the opening and the close go when it is time, to be filled then or not at all.
    pub(super) fn time_in_force(&self, order: &OrderView) -> TimeInForce {
        let has = |ability| self.abilities(order).is_some_and(|abilities| abilities.has(ability));
        match order.time_in_force {
            TimeInForce::GoodTillDate if !has(Abilities::GOOD_TILL_DATE) => TimeInForce::GoodTillCancel,
            TimeInForce::AtTheOpening if !has(Abilities::OPENING) => TimeInForce::ImmediateOrCancel,
            TimeInForce::AtTheClose if !has(Abilities::CLOSING) => TimeInForce::ImmediateOrCancel,
            other => other,
        }
    }
}
