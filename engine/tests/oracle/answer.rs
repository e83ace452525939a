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

/// The controls of one order by itself, which two people may let it pass.
const SOFT: &[Check] = &[
    Check::OrderAge,
    Check::MaxOrderQty,
    Check::PriceHigh,
    Check::PriceLow,
    Check::CollarHigh,
    Check::CollarLow,
    Check::CollarPassive,
    Check::MaxOrderNotional,
    Check::MinOrderNotional,
];

/// Every check is asked; of those that object the one that comes first answers. What passes tells the override that it needed.
pub(crate) fn judge(history: &History, ask: &Ask) -> Result<Option<Seq>, Why> {
    if ask.account.is_none() {
        return Err(Why::of(Check::UnknownAccount));
    }
    if ask.instrument.is_none() {
        return Err(Why::of(Check::UnknownSymbol));
    }
    let objections = objections(history, ask);
    let first = |soft: bool| {
        let those = objections.iter().filter(|(asked, _)| soft || !SOFT.contains(asked));
        those.min_by_key(|(asked, _)| *asked as u16)
    };
    let Some((check, why)) = first(true) else { return Ok(None) };
    match (approved(history, ask).filter(|_| SOFT.contains(check)), first(false)) {
        (None, _) => Err(*why),
        (Some(_), Some((_, hard))) => Err(*hard),
        (Some(at), None) => Ok(Some(at)),
    }
}

/// Control 44: the oldest override for a new order like this one.
fn approved(history: &History, ask: &Ask) -> Option<Seq> {
    let fits = |one: &OverrideChanged| {
        let grant = &one.grant;
        let is_its = (one.session.0, Some(one.account.0), Some(one.instrument.0), grant.side)
            == (ask.session, ask.account, ask.instrument, ask.side);
        let worst = grant.price.units();
        let is_no_worse = if ask.side == Side::Buy { ask.px <= worst } else { ask.px >= worst };
        let fits_px = worst == 0 || (ask.px != 0 && is_no_worse);
        is_its && fits_px && ask.qty <= grant.order_qty.units() && history.now < grant.expires.0
    };
    let fitting = history.overrides.iter().filter(|(_, one)| ask.replaces.is_none() && fits(one));
    fitting.map(|(at, _)| *at).min()
}

/// Everything that speaks against it, each beside the check that was asked.
fn objections(history: &History, ask: &Ask) -> Vec<(Check, Why)> {
    // What cannot be valued has a check of its own, in the place of the one that asked and before what that says of other scopes.
    let mut objections = wealth::objections(history, ask);
    let others = [plain::objections, prices::objections, lists::objections, scoped::objections];
    objections.extend(others.iter().flat_map(|of| of(history, ask)).map(|why| (why.check, why)));
    if !ask.adds(history) {
        objections.retain(|(asked, _)| !OF_SIZE.contains(asked));
    }
    objections
}
