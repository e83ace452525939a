//! A fill, and what becomes of it: what each does to the order, the position and the account's cash.

use model::{
    AccountId, Counted, Events, ForeignCashMoved, InstrumentId, Notional, OrderFilled, OrderView, PositionChanged, Px,
    Qty, ReportKind, Suspense, TradeCanceled, TradeCorrected, ValuationMethod, VenueReport,
};

use super::commissions::{self, Traded};
use super::venue::Said;
use super::{currencies, strategies};
use crate::books::{Books, Trade};
use crate::fills::Fill;
use crate::holdings::Holding;
use crate::lots::Amended;
use crate::order::{Order, filled};
use crate::split::Ratio;
use crate::standing::Step;
use crate::state::State;

pub(super) fn traded(state: &State, order: &Order, said: Said<'_>, events: &mut Events) -> Result<(), Suspense> {
    let (report, commission) = said;
    let view = &order.view;
    if report.last_qty <= Qty::ZERO || report.last_px <= Px::ZERO {
        return Err(Suspense::NotApplicable);
    }
    let cum_qty = view.cum_qty.checked_add(report.last_qty).ok_or(Suspense::Overflow)?;
    if cum_qty > view.order_qty {
        return Err(Suspense::Overfill);
    }
    let missing = missing_after(order, report, cum_qty)?;
    let standing =
        order.standing().after(Step::Fill, filled(cum_qty, view.order_qty)).ok_or(Suspense::NotApplicable)?;
    let cum_notional =
        view.cum_notional.checked_add(Notional::of(report.last_px, report.last_qty)).ok_or(Suspense::Overflow)?;
    let before = holding_of(state, order);
    let contract = state.instruments.get(view.instrument.0).ok_or(Suspense::UnknownOrder)?.definition.contract();
    let value = contract.value(report.last_px, report.last_qty).ok_or(Suspense::Overflow)?;
    let trade = Trade { side: view.side, qty: report.last_qty, value };
    let books = state.fills.books_after(before, &trade).ok_or(Suspense::Overflow)?;
    currencies::payable(state, order)?;
    let traded = Traded { qty: report.last_qty, value };
    let charge = commissions::of_fill(state, order, commission, traded).ok_or(Suspense::Overflow)?;
    let (position, foreign) = position_changed(state, order, books, charge.fee, None).ok_or(Suspense::Overflow)?;
    let of_strategy = strategies::traded(state, order, &trade, charge.fee)?;
    events.push(OrderFilled {
        order: OrderView { cum_qty, cum_notional, ord_status: standing.status(), idle: 0, ..order.view },
        last_qty: report.last_qty,
        last_px: report.last_px,
        venue_exec_id: report.venue_exec_id,
        missing,
    });
    events.push(position);
    of_strategy.into_iter().for_each(|event| events.push(event));
    foreign.into_iter().for_each(|event| events.push(event));
    let fill = (state.fills.next_number(), position.account_cash);
    commissions::tell(state, order, (&charge, None), fill, events).ok_or(Suspense::Overflow)
}

/// What the venue has counted beyond the fills that we know, once this one is booked. A trade that was overtaken by a later one
/// is booked late. One that makes more than the venue has ever counted is in the books already, by somebody's word, or never
/// was.
fn missing_after(order: &Order, report: &VenueReport, cum_qty: Qty) -> Result<Qty, Suspense> {
    let known = order.view.cum_qty.checked_add(order.missing).ok_or(Suspense::Overflow)?;
    match report.counted {
        Counted::InReport if cum_qty > known.max(report.cum_qty) => Err(Suspense::QuantityDiffers),
        Counted::InReport => Ok(known.max(report.cum_qty) - cum_qty),
        Counted::NotSaid | Counted::InAnswer => Ok((known - cum_qty).max(Qty::ZERO)),
    }
}

/// Why an execution that was heard of before changes nothing: the same again, or another one under the same name.
pub(super) fn known_again(state: &State, order: &Order, report: &VenueReport) -> Suspense {
    let number = state.fills.find(order.last_fill, order.view.order_id, report.venue_exec_id);
    let told = number.and_then(|number| state.fills.get(number)).filter(|_| report.kind == ReportKind::Filled);
    match told {
        Some(fill) if fill.is_as_told(report.venue_exec_id) => match (fill.last_qty, fill.px) {
            same if same == (report.last_qty, report.last_px) => Suspense::Duplicate,
            _ => Suspense::Contradicts,
        },
        _ => Suspense::Duplicate,
    }
}

/// A bust or a correction: the fill never was, or was another one. Position and money are counted again from all fills that
/// are remembered, so it comes out as if it had been so from the beginning, whatever came between.
pub(super) fn amended(state: &State, of: &Order, said: Said<'_>, events: &mut Events) -> Result<(), Suspense> {
    let (order, (report, commission)) = (of, said);
    let view = &order.view;
    let number = state.fills.find(order.last_fill, view.order_id, report.venue_ref_id).ok_or(Suspense::UnknownTrade)?;
    let fill = *state.fills.get(number).ok_or(Suspense::UnknownTrade)?;
    if fill.qty.is_zero() {
        return Err(Suspense::UnknownTrade);
    }
    // Its order was restated to other units, and the position was not: nobody can say what it is now.
    if fill.seq < order.split_at && fill.split == Ratio::ONE {
        return Err(Suspense::NotApplicable);
    }
    let busted = report.kind == ReportKind::TradeCanceled;
    let (qty, px) = if busted { (Qty::ZERO, fill.px) } else { (report.last_qty, report.last_px) };
    if !busted && (qty <= Qty::ZERO || px <= Px::ZERO) {
        return Err(Suspense::NotApplicable);
    }
    let counted = fill.qty_of_order(order, fill.last_qty).min(view.cum_qty);
    let counts = fill.qty_of_order(order, qty);
    let cum_qty = (view.cum_qty - counted).checked_add(counts).ok_or(Suspense::Overflow)?;
    if cum_qty > view.order_qty {
        return Err(Suspense::Overfill);
    }
    if cum_qty < Qty::ZERO || cum_qty < prior_after(order, &fill, qty, px).0 {
        return Err(Suspense::QuantityDiffers);
    }
    let cum_notional = view
        .cum_notional
        .checked_sub(Notional::of(fill.px, fill.last_qty))
        .and_then(|rest| rest.checked_add(Notional::of(px, qty)))
        .ok_or(Suspense::Overflow)?;
    let step = order.standing().after(Step::Amend, filled(cum_qty, view.order_qty)).ok_or(Suspense::NotApplicable)?;
    let holding = state.holdings.get(order.holding);
    let value = fill.contract.value(px, qty).ok_or(Suspense::Overflow)?;
    let split_qty = fill.split.of(qty).filter(|now| now.is_zero() == qty.is_zero()).ok_or(Suspense::Overflow)?;
    let amended = Amended { number, qty: split_qty, value };
    let (books, _) = state.fills.recount(holding, Some(amended)).ok_or(Suspense::Overflow)?;
    // What is paid on top for a fill that was another one; negative where it is given back.
    let charge = commissions::of_amended(state, order, &fill, commission, Traded { qty, value });
    let charge = charge.ok_or(Suspense::Overflow)?;
    let fee = charge.fee.checked_sub(fill.fee).ok_or(Suspense::Overflow)?;
    let (position, foreign) = position_changed(state, order, books, fee, Some(&fill)).ok_or(Suspense::Overflow)?;
    let of_strategy = strategies::amended(state, &fill, amended, fee)?;
    let (prior_qty, prior_notional) = prior_after(order, &fill, qty, px);
    let order = OrderView { cum_qty, cum_notional, prior_qty, prior_notional, ord_status: step.status(), ..order.view };
    let (venue_exec_id, ref_seq, ref_index) = (report.venue_exec_id, fill.told.seq, fill.told.index);
    if busted {
        let (last_qty, last_px) = (fill.last_qty, fill.px);
        events.push(TradeCanceled {
            order,
            last_qty,
            last_px,
            venue_exec_id,
            fill: number,
            ref_seq,
            ref_index,
            reserved: [0; 7],
        });
    } else {
        let (last_qty, last_px) = (qty, px);
        events.push(TradeCorrected {
            order,
            last_qty,
            last_px,
            venue_exec_id,
            fill: number,
            ref_seq,
            ref_index,
            reserved: [0; 7],
        });
    }
    events.push(position);
    of_strategy.into_iter().for_each(|event| events.push(event));
    foreign.into_iter().for_each(|event| events.push(event));
    let after = (number, position.account_cash);
    commissions::tell(state, of, (&charge, Some(&fill)), after, events).ok_or(Suspense::Overflow)
}

/// What was filled before this trading day changes with a fill of an earlier day.
fn prior_after(order: &Order, fill: &Fill, qty: Qty, px: Px) -> (Qty, Notional) {
    let view = &order.view;
    if view.prior_qty.is_zero() || fill.seq >= order.day_began {
        return (view.prior_qty, view.prior_notional);
    }
    let notional = view.prior_notional - Notional::of(fill.px, fill.last_qty) + Notional::of(px, qty);
    let counted = fill.qty_of_order(order, fill.last_qty).min(view.prior_qty);
    (view.prior_qty - counted + fill.qty_of_order(order, qty), notional)
}

/// What the account holds; nothing yet where the order is its first there.
fn holding_of<'a>(state: &'a State, order: &Order) -> &'a Holding {
    state.holdings.get_or_nothing(order.holding)
}

/// What the position is from now on, and the cash that it is paid with.
type Paid = (PositionChanged, Option<ForeignCashMoved>);

fn position_changed(state: &State, order: &Order, books: Books, fee: Notional, amended: Option<&Fill>) -> Option<Paid> {
    let OrderView { account, instrument, .. } = order.view;
    changed(state, (account, instrument), holding_of(state, order), books, fee, amended)
}

/// What the position is from now on, with the account's cash; and what it moved of cash in another currency, where it is paid
/// with that.
pub(super) fn changed(
    state: &State,
    (account, instrument): (AccountId, InstrumentId),
    before: &Holding,
    books: Books,
    fee: Notional,
    amended: Option<&Fill>,
) -> Option<Paid> {
    let cash = state.accounts.get(account.0)?.cash;
    let valuation = state.instruments.get(instrument.0)?.definition.valuation;
    let moved = match valuation {
        ValuationMethod::Premium => books.cash_from_trades.checked_sub(before.cash_from_trades)?,
        ValuationMethod::Futures => books.realised.checked_sub(before.realised)?,
    };
    let foreign = currencies::traded(state, before, (account, instrument), (&books, moved, fee), amended)?;
    let own = if foreign.is_some() { Notional::ZERO } else { moved.checked_sub(fee)? };
    let position = PositionChanged {
        cost: books.cost,
        realised: books.realised,
        fees: before.fees.checked_add(fee)?,
        cash_from_trades: books.cash_from_trades,
        account_cash: cash.checked_add(own)?,
        fee,
        qty: books.position,
        account,
        instrument,
    };
    Some((position, foreign))
}
