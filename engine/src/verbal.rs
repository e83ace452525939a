//! Orders that came by telephone, and the look-alikes of them that come over FIX afterwards: a client that confirms by wire
//! what it said on the telephone must not have it twice (FIX scenario F.1.c, OrdRejReason(103)=7).

use model::{AccountId, EngineTime, InstrumentId, OrderView, Px, Qty, Side};

/// Telephoned orders that are remembered.
const VERBAL_MAX: usize = 256;

/// What an order looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Look {
    pub(crate) account: AccountId,
    pub(crate) instrument: InstrumentId,
    pub(crate) side: Side,
    pub(crate) order_qty: Qty,
    pub(crate) price: Px,
}

impl Look {
    pub(crate) fn of(view: &OrderView) -> Look {
        let OrderView { account, instrument, side, order_qty, price, .. } = *view;
        Look { account, instrument, side, order_qty, price }
    }
}

/// The last ones.
#[derive(Clone, Debug)]
pub(crate) struct Verbal {
    ring: Vec<(Look, EngineTime)>,
    next: usize,
}

impl Verbal {
    pub(crate) fn new() -> Verbal {
        Verbal { ring: Vec::with_capacity(VERBAL_MAX), next: 0 }
    }

    pub(crate) fn remember(&mut self, look: Look, entered: EngineTime) {
        match self.ring.get_mut(self.next) {
            Some(place) => *place = (look, entered),
            None => self.ring.push((look, entered)),
        }
        self.next = (self.next + 1) % VERBAL_MAX;
    }

    /// Was an order like this, given at `transact_time`, entered by telephone at that time or later?
    pub(crate) fn has(&self, look: &Look, transact_time: EngineTime) -> bool {
        self.ring.iter().any(|(known, entered)| known == look && transact_time <= *entered)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Look, EngineTime)> {
        self.ring.iter()
    }
}
