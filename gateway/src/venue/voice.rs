//! What the venue says, each report with its number.

use model::{CxlRejReason, ExecRestatementReason, OrdRejReason, OrderId, Px, ReportKind, VenueId, VenueReport};

use super::book::{Fill, Outcome, Refused};

/// Gives every report its number.
#[derive(Debug)]
pub(super) struct Voice {
    last_exec_id: u64,
}

impl Voice {
    pub(super) fn after(last_exec_id: u64) -> Voice {
        Voice { last_exec_id }
    }

    pub(super) fn accept(&mut self, order_id: OrderId, each: &mut impl FnMut(VenueReport)) {
        each(self.report(order_id, ReportKind::Accepted));
    }

    pub(super) fn replace(&mut self, order_id: OrderId, each: &mut impl FnMut(VenueReport)) {
        each(self.report(order_id, ReportKind::Replaced));
    }

    pub(super) fn cancel(&mut self, order_id: OrderId, each: &mut impl FnMut(VenueReport)) {
        each(self.report(order_id, ReportKind::Canceled));
    }

    /// For orders that would take although they may not, and for a full book, FIX has no reason of their own; both are the
    /// venue's choice, BrokerOption(0).
    pub(super) fn reject(&mut self, order_id: OrderId, why: Refused, each: &mut impl FnMut(VenueReport)) {
        let reason = match why {
            Refused::UnknownInstrument => OrdRejReason::UnknownSymbol,
            Refused::UnknownOrder => OrdRejReason::UnknownOrder,
            Refused::DuplicateOrder => OrdRejReason::DuplicateOrder,
            Refused::Quantity => OrdRejReason::IncorrectQuantity,
            Refused::Terms => OrdRejReason::UnsupportedCharacteristic,
            Refused::Price => OrdRejReason::Other,
            Refused::NoRoom | Refused::WouldTake => OrdRejReason::BrokerOption,
        };
        each(VenueReport { reason: reason.value(), ..self.report(order_id, ReportKind::Rejected) });
    }

    /// The order is gone, or never was; the venue does not remember which.
    pub(super) fn refuse_cancel(&mut self, order_id: OrderId, each: &mut impl FnMut(VenueReport)) {
        let reason = CxlRejReason::TooLateToCancel.value();
        each(VenueReport { reason, ..self.report(order_id, ReportKind::CancelRejected) });
    }

    pub(super) fn refuse_replace(&mut self, order_id: OrderId, why: Refused, each: &mut impl FnMut(VenueReport)) {
        let reason = match why {
            Refused::UnknownOrder => CxlRejReason::TooLateToCancel,
            Refused::UnknownInstrument
            | Refused::DuplicateOrder
            | Refused::Price
            | Refused::Quantity
            | Refused::NoRoom
            | Refused::Terms
            | Refused::WouldTake => CxlRejReason::BrokerOption,
        };
        each(VenueReport { reason: reason.value(), ..self.report(order_id, ReportKind::ReplaceRejected) });
    }

    /// What a book did.
    #[inline]
    pub(super) fn tell(&mut self, outcome: Outcome, each: &mut impl FnMut(VenueReport)) {
        match outcome {
            Outcome::Fill(Fill { resting, incoming, qty, px }) => {
                // One report for each side that is ours.
                for order_id in [incoming, resting].into_iter().flatten() {
                    each(VenueReport { last_qty: qty, last_px: px, ..self.report(order_id, ReportKind::Filled) });
                }
            }
            Outcome::Repriced(order_id, price) => self.restate(order_id, price, each),
            Outcome::Lapsed(order_id) => self.cancel(order_id, each),
            Outcome::Removed(order_id) => {
                let restatement = ExecRestatementReason::MarketOption;
                each(VenueReport { restatement, ..self.report(order_id, ReportKind::Canceled) });
            }
        }
    }

    fn restate(&mut self, order_id: OrderId, price: Px, each: &mut impl FnMut(VenueReport)) {
        let restatement = ExecRestatementReason::Repricing;
        each(VenueReport { price, restatement, ..self.report(order_id, ReportKind::Restated) });
    }

    fn report(&mut self, order_id: OrderId, kind: ReportKind) -> VenueReport {
        self.last_exec_id += 1;
        VenueReport::about(VenueId::PAPER, order_id, self.last_exec_id, kind)
    }
}
