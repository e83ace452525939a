//! Whether an order can enter, or be replaced: reads, and hands out a ticket for it.

use model::limits::UNITS_MAX;
use model::{InstrumentId, OrdType, OrderId, Px, Qty};

use super::super::matching::Book;
use super::super::orders::{Entering, Standing};
use super::super::terms::{Order, Refused, Replacing, Terms};
use super::{Books, entering};

/// A checked order; valid until the next change of the books.
#[derive(Clone, Copy, Debug)]
#[must_use = "a checked order has not entered yet"]
pub struct OrderTicket {
    pub(super) order: Order,
    /// The worst step it may trade at.
    pub(super) step: i64,
}

/// A checked replace; valid until the next change of the books.
#[derive(Clone, Copy, Debug)]
#[must_use = "a checked replace has not happened yet"]
pub struct ReplaceTicket {
    pub(super) order_id: OrderId,
    pub(super) place: u32,
    pub(super) step: i64,
    pub(super) leaves: Qty,
    /// What it is going to be.
    pub replacing: Replacing,
}

impl Books {
    /// Can the order enter?
    ///
    /// # Errors
    /// [`Refused`] says why not; nothing has changed.
    pub fn check(&self, order: &Order) -> Result<OrderTicket, Refused> {
        let ticket = self.check_form(order)?;
        if !order.terms.is_plain() {
            self.check_terms(&ticket)?;
        }
        Ok(ticket)
    }

    /// What must be so of any order, whenever it came.
    pub(super) fn check_form(&self, order: &Order) -> Result<OrderTicket, Refused> {
        let book = self.book(order.instrument).ok_or(Refused::UnknownInstrument)?;
        let step = match order.ord_type {
            OrdType::Limit => book.step_of(order.px).ok_or(Refused::Price)?,
            OrdType::Market | OrdType::MarketToLimit => book.step_within(order.side, order.px),
            OrdType::Stop | OrdType::StopLimit => return Err(Refused::Terms),
        };
        if order.leaves.units() <= 0 || order.leaves.units() > UNITS_MAX || order.cum.units() < 0 {
            return Err(Refused::Quantity);
        }
        if self.orders.is_full() && order.rests() {
            return Err(Refused::NoRoom);
        }
        if self.orders.find(order.order_id).is_some() {
            return Err(Refused::DuplicateOrder);
        }
        Ok(OrderTicket { order: *order, step })
    }

    /// What must be so of an order with terms of its own when it comes.
    fn check_terms(&self, ticket: &OrderTicket) -> Result<(), Refused> {
        let OrderTicket { order, .. } = ticket;
        let Terms { max_floor, min_qty, post_only } = order.terms;
        let only_adds = order.rests() && order.ord_type == OrdType::Limit && min_qty.is_zero();
        if max_floor < Qty::ZERO || min_qty < Qty::ZERO || (post_only && !only_adds) {
            return Err(Refused::Terms);
        }
        if order.terms.is_sliced_too_thin(order.leaves) {
            return Err(Refused::Quantity);
        }
        let would_take = |book: &Book| book.would_take(&self.orders, &entering(order, ticket.step), order.px);
        if post_only && self.book(order.instrument).is_some_and(would_take) {
            return Err(Refused::WouldTake);
        }
        Ok(())
    }

    /// Can the order be replaced? `order_qty` is the new total, fills included; a price of zero leaves the price.
    ///
    /// # Errors
    /// [`Refused`] says why not; nothing has changed.
    pub fn check_replace(&self, order_id: OrderId, order_qty: Qty, px: Px) -> Result<ReplaceTicket, Refused> {
        let place = self.orders.find(order_id).ok_or(Refused::UnknownOrder)?;
        let order = self.orders.at(place);
        if order_qty.units() < 0 || order_qty.units() > UNITS_MAX {
            return Err(Refused::Quantity);
        }
        let book = self.book(InstrumentId(order.book)).ok_or(Refused::UnknownInstrument)?;
        let step = if px.is_zero() { order.step } else { book.step_of(px).ok_or(Refused::Price)? };
        let leaves = order_qty - order.cum;
        let replacing = if leaves.units() <= 0 {
            Replacing::Ends
        } else if (step == order.step && leaves <= order.leaves) || order.standing == Standing::Suspended {
            Replacing::Keeps
        } else {
            Replacing::Returns
        };
        let entering = Entering { step, leaves, ..self.orders.entering(place) };
        if replacing != Replacing::Ends && entering.terms.is_sliced_too_thin(leaves) && leaves > order.leaves {
            return Err(Refused::Quantity);
        }
        if replacing == Replacing::Returns
            && entering.terms.post_only
            && book.would_take(&self.orders, &entering, book.px(step))
        {
            return Err(Refused::WouldTake);
        }
        Ok(ReplaceTicket { order_id, place, step, leaves, replacing })
    }
}
