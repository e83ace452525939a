//! The answer to what is asked: yes, or the first check that says no. Checks come in the order of their numbers.

use model::*;

use crate::ask::Ask;
use crate::history::History;
use crate::{lists, plain, prices, scoped, wealth};

/// Why not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Why {
    pub(crate) check: Check,
    /// Whose limit it is, where it is a scope's.
    pub(crate) scope: Option<KillScope>,
    pub(crate) limit: i128,
    pub(crate) observed: i128,
}

impl Why {
    pub(crate) fn of(check: Check) -> Why {
        Why::against(check, 0, 0)
    }

    pub(crate) fn against(check: Check, limit: i128, observed: i128) -> Why {
        Why { check, scope: None, limit, observed }
    }

    pub(crate) fn told(refusal: &Refusal) -> Why {
        let Refusal { check, limit, observed, .. } = *refusal;
        Why { check, scope: refusal.scope(), limit, observed }
    }
}

/// The controls of size, of money and of positions: what adds nothing is none of their business.
const OF_SIZE: &[Check] = &[
    Check::MaxOrderQty,
    Check::MaxOrderNotional,
    Check::OpenBuys,
    Check::OpenSells,
    Check::OpenNotional,
    Check::DailyBuys,
    Check::DailySells,
    Check::PositionLong,
    Check::PositionShort,
    Check::ReduceOnly,
    Check::PositionNotional,
    Check::Concentration,
    Check::GrossExposure,
    Check::NetExposure,
    Check::Leverage,
    Check::BuyingPower,
    Check::Margin,
    Check::MarginUsed,
    Check::ShortSale,
];

/// Every check is asked; of those that object the one that comes first answers.
pub(crate) fn judge(history: &History, ask: &Ask) -> Result<(), Why> {
    if ask.account.is_none() {
        return Err(Why::of(Check::UnknownAccount));
    }
    if ask.instrument.is_none() {
        return Err(Why::of(Check::UnknownSymbol));
    }
    // What cannot be valued has a check of its own, in the place of the one that asked and before what that says of other scopes.
    let mut objections = wealth::objections(history, ask);
    let others = [plain::objections, prices::objections, lists::objections, scoped::objections];
    objections.extend(others.iter().flat_map(|of| of(history, ask)).map(|why| (why.check, why)));
    if !ask.adds(history) {
        objections.retain(|(asked, _)| !OF_SIZE.contains(asked));
    }
    match objections.into_iter().min_by_key(|(asked, _)| *asked as u16) {
        Some((_, why)) => Err(why),
        None => Ok(()),
    }
}
