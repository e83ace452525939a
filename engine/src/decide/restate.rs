//! An order's terms changed by its venue, or by a split.

use model::{
    Events, ExecRestatementReason, Notional, OrdStatus, OrdType, OrderRestated, OrderView, Px, Qty, Suspense,
    VenueReport,
};

use super::{currencies, unasked};
use crate::order::{Order, filled};
use crate::standing::Step;
use crate::state::State;

/// The venue says what the order is now. A new quantity below what is filled is amended up to it.
pub(super) fn restated(
    state: &State,
    order: &Order,
    report: &VenueReport,
    events: &mut Events,
) -> Result<(), Suspense> {
    let view = &order.view;
    let is_split = report.restatement == ExecRestatementReason::GtCorporateAction;
    // After a split the fills before it count in new units: the same money, another quantity.
    let cum_qty = if is_split && !report.cum_qty.is_zero() { report.cum_qty } else { view.cum_qty };
    let said = if report.order_qty.is_zero() { view.order_qty } else { report.order_qty };
    if is_split && !is_in_proportion(state, view, said, cum_qty) {
        return Err(Suspense::QuantityDiffers);
    }
    let order_qty = said.max(cum_qty);
    // A market-to-limit order has none until its venue says where it rests.
    let may_have = view.ord_type.has_price() || view.ord_type == OrdType::MarketToLimit;
    let price = if report.price.is_zero() || !may_have { view.price } else { report.price };
    let after = order.standing().after(Step::Restate, filled(cum_qty, order_qty)).ok_or(Suspense::NotApplicable)?;
    let worst_px = if price == view.price { order.worst_px } else { price };
    let room = reserved_fits(state, view, order_qty - cum_qty, worst_px);
    if !room {
        return Err(Suspense::Overflow);
    }
    // Whatever the reason, what was done for the day goes on on a new one.
    let renewed = report.restatement == ExecRestatementReason::GtRenewal || order.done_for_day;
    let (prior_qty, prior_notional) =
        if renewed { (cum_qty, view.cum_notional) } else { (view.prior_qty, view.prior_notional) };
    let order_now = OrderView {
        order_qty,
        price,
        cum_qty,
        prior_qty: if is_split && !renewed { scaled(view.prior_qty, cum_qty, view.cum_qty) } else { prior_qty },
        prior_notional,
        ord_status: after.status(),
        ..order.view
    };
    events.push(OrderRestated {
        order: order_now,
        worst_px,
        venue_exec_id: report.venue_exec_id,
        max_floor: order.max_floor,
        restatement: report.restatement,
        reserved: [0; 7],
    });
    Ok(())
}

/// Is what is filled the same part of the order as before, to the lot?
fn is_in_proportion(state: &State, view: &OrderView, order_qty: Qty, cum_qty: Qty) -> bool {
    let Some(instrument) = state.instruments.get(view.instrument.0) else { return false };
    let [order_now, cum_now, order_before, cum_before] =
        [order_qty, cum_qty, view.order_qty, view.cum_qty].map(|qty| i128::from(qty.units()));
    let lot = i128::from(instrument.definition.lot.units());
    let off = (cum_now * order_before - cum_before * order_now).abs();
    (cum_before == 0) == (cum_now == 0) && off <= lot * order_before
}

fn scaled(part: Qty, now: Qty, before: Qty) -> Qty {
    if before.is_zero() {
        return part;
    }
    let units = i128::from(part.units()) * i128::from(now.units()) / i128::from(before.units());
    Qty::from_units(i64::try_from(units).unwrap_or(now.units())).min(now)
}

/// Can what the order reserves be counted, and summed up with what others do?
pub(super) fn reserved_fits(state: &State, view: &OrderView, qty: Qty, worst_px: Px) -> bool {
    let instrument = state.instruments.get(view.instrument.0).map(|instrument| &instrument.definition);
    let account = state.accounts.get(view.account.0).map(|account| &account.definition);
    let (Some(instrument), Some(account)) = (instrument, account) else { return false };
    let of_account = state.accounts.get(view.account.0).map_or(Notional::ZERO, |account| account.reserved);
    let of_account =
        currencies::foreign_cash(state, view.account, view.instrument).map_or(of_account, |line| line.reserved);
    let open = state.holdings.find(view.account, view.instrument).map_or(Qty::ZERO, |slot| {
        let exposure = state.holdings.get(slot).exposure;
        exposure.open_buys.max(exposure.open_sells)
    });
    let reserved = risk::reserved_cash(instrument, account, view.side, qty, worst_px);
    open.checked_add(qty).is_some() && reserved.and_then(|reserved| of_account.checked_add(reserved)).is_some()
}

/// The order after a split: so many new for so many old, at a price that makes it the same money. What does not come out even
/// is cut to the lot and the tick.
pub(super) fn split(state: &State, order: &Order, numerator: u32, denominator: u32, events: &mut Events) {
    let view = &order.view;
    let Some(instrument) = state.instruments.get(view.instrument.0) else { return };
    let (new, old) = (i128::from(numerator), i128::from(denominator));
    let quantity = |qty: Qty, step: i64| {
        let units = i64::try_from(i128::from(qty.units()) * new / old).ok()?;
        (units <= model::limits::UNITS_MAX).then_some(Qty::from_units(units - units % step.max(1)))
    };
    let price = |px: Px| {
        let tick = instrument.definition.tick.units().max(1);
        let units = i64::try_from(i128::from(px.units()) * old / new).ok()?;
        Some(Px::from_units((units - units % tick).max(if px.is_zero() { 0 } else { tick })))
    };
    let lot = instrument.definition.lot.units();
    let after = || {
        let (order_qty, cum_qty, prior_qty) =
            (quantity(view.order_qty, lot)?, quantity(view.cum_qty, 1)?, quantity(view.prior_qty, 1)?);
        let standing = order.standing().after(Step::Restate, filled(cum_qty, order_qty.max(cum_qty)))?;
        Some(OrderView {
            order_qty: order_qty.max(cum_qty),
            cum_qty,
            prior_qty,
            price: price(view.price)?,
            stop_px: price(view.stop_px)?,
            ord_status: standing.status(),
            ..order.view
        })
    };
    let Some(view) = after() else { return };
    let Some(worst_px) = price(order.worst_px) else { return };
    if reserved_fits(state, &view, view.order_qty - view.cum_qty, worst_px)
        && view.ord_status != OrdStatus::PendingReplace
    {
        let restated = unasked::restated(order, view, ExecRestatementReason::GtCorporateAction);
        let max_floor = quantity(order.max_floor, lot).unwrap_or(order.max_floor);
        events.push(OrderRestated { worst_px, max_floor, ..restated });
    }
}
