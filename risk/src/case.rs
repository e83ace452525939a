//! An order beside the state that it meets, and what it comes to at its worst: worked out once, by the first control that asks.

use core::cell::OnceCell;
use core::ops::Deref;

use model::{Check, KillScope, Notional, Px, Refusal, Side};

use crate::context::{Context, Proposal};
use crate::wide_exposure::WideExposure;
use crate::worst_case::{open_notional, worst_px, worst_qty};

/// Reads as its proposal.
pub(crate) struct Case<'a> {
    context: &'a Context<'a>,
    proposal: &'a Proposal,
    worst_px: OnceCell<Result<Px, Refusal>>,
    more_open: OnceCell<Result<Notional, Refusal>>,
    /// Of the account, the strategy, the firm.
    exposed: [OnceCell<Exposed>; 3],
    /// The account's margin with the order; `None` where it is not more than without.
    pub(crate) margin: OnceCell<Result<Option<Notional>, Refusal>>,
}

/// The position in the instrument, long for a buy and short for a sell, once all has filled that is open on the order's side, the
/// order included.
#[derive(Clone, Copy, Debug)]
struct Exposed {
    worst: i128,
    /// All that is open on its side only brings the position nearer to nothing.
    only_reduces: bool,
}

impl Deref for Case<'_> {
    type Target = Proposal;

    #[inline]
    fn deref(&self) -> &Proposal {
        self.proposal
    }
}

impl<'a> Case<'a> {
    #[inline]
    pub(crate) fn new(context: &'a Context<'a>, proposal: &'a Proposal) -> Case<'a> {
        let (worst_px, more_open) = (OnceCell::new(), OnceCell::new());
        Case { context, proposal, worst_px, more_open, exposed: Default::default(), margin: OnceCell::new() }
    }

    /// The price at its worst.
    ///
    /// # Errors
    /// As [`worst_px`].
    #[inline]
    pub(crate) fn worst_px(&self) -> Result<Px, Refusal> {
        *self.worst_px.get_or_init(|| worst_px(self.context, self.proposal))
    }

    /// What it adds to the money of open orders, at its worst and in the base currency: for a replace, to
    /// what the order holds already.
    ///
    /// # Errors
    /// As [`worst_px`], and `OVERFLOW`.
    #[inline]
    pub(crate) fn more_open(&self) -> Result<Notional, Refusal> {
        *self.more_open.get_or_init(|| {
            let open = open_notional(self.context.instrument, worst_qty(self.proposal), self.worst_px()?);
            let held = self.held.map_or(Notional::ZERO, |held| held.open_notional);
            Ok(self.context.in_base.judged(open.ok_or(Refusal::of(Check::Overflow))?)? - held)
        })
    }

    /// The scope's position in the instrument, long for a buy and short for a sell, if all filled that is open on this side once it
    /// is accepted.
    #[inline]
    pub(crate) fn worst_position(&self, scope: KillScope) -> i128 {
        self.exposed_in(scope).worst
    }

    /// Position and open orders of the account in the instrument once it is accepted.
    #[inline]
    pub(crate) fn exposure(&self) -> WideExposure {
        let mut exposure = self.context.exposure_of(KillScope::Account);
        *exposure.open_mut(self.side) += self.more_qty();
        exposure
    }

    /// What it adds to the open quantity: a replaced order's own part counts once, at its worse.
    #[inline]
    fn more_qty(&self) -> i128 {
        let own = self.held.map_or(0, |held| held.open_qty.units());
        i128::from(worst_qty(self.proposal).units()) - i128::from(own)
    }

    /// Does it, with all that is open on its side, only bring the scope's position in the instrument nearer to nothing?
    #[inline]
    pub(crate) fn only_reduces(&self, scope: KillScope) -> bool {
        self.exposed_in(scope).only_reduces
    }

    #[inline]
    fn exposed_in(&self, scope: KillScope) -> &Exposed {
        let at = match scope {
            KillScope::Account | KillScope::Session | KillScope::Trader => 0,
            KillScope::Strategy => 1,
            KillScope::Instrument | KillScope::Firm | KillScope::Venue => 2,
        };
        self.exposed[at].get_or_init(|| self.exposed_with(scope))
    }

    fn exposed_with(&self, scope: KillScope) -> Exposed {
        let exposure = self.context.exposure_of(scope);
        let open = exposure.open(self.side) + self.more_qty();
        let towards = match self.side {
            Side::Buy => exposure.position,
            Side::Sell => -exposure.position,
        };
        Exposed { worst: towards + open, only_reduces: towards < 0 && open <= -towards }
    }
}
