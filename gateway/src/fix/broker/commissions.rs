//! What a broker takes for a trade: Commission(12), CommType(13), CommCurrency(479). Whatever is wrong with these three, the trade is told
//! of all the same.

use model::{
    CommType, Command, Commission, CommissionBooked, CommissionedOrder, CommissionedReport, Currency, ReportKind,
};

use super::super::message::Message;
use super::super::tag;
use super::desk::Desk;

/// The trade with what the broker takes for it, where the message says that.
pub(super) fn commissioned(message: &Message<'_>, told: Command) -> Command {
    let is_trade = |kind| matches!(kind, ReportKind::Filled | ReportKind::TradeCorrected);
    match (told, commission_of(message)) {
        (Command::VenueReport(report), Some(commission)) if is_trade(report.kind) => {
            CommissionedReport { report, commission }.into()
        }
        (Command::ForeignOrder(order), Some(commission)) if is_trade(order.kind) => {
            CommissionedOrder { order, commission }.into()
        }
        (told, _) => told,
    }
}

/// What cannot be read is of a type that Millrace does not book.
fn commission_of(message: &Message<'_>) -> Option<Commission> {
    message.get(tag::COMMISSION)?;
    let value = message.get_decimal(tag::COMMISSION).ok();
    let currency = match message.get(tag::COMM_CURRENCY) {
        None => Some(Currency::EMPTY),
        Some(named) => Currency::new(named),
    };
    let comm_type = match message.get(tag::COMM_TYPE) {
        Some([one]) => CommType::from_value(*one).unwrap_or(CommType::Other),
        _ => CommType::Other,
    };
    let reserved = [0; 7];
    Some(match (value, currency) {
        (Some(value), Some(currency)) => Commission { value, currency, comm_type, reserved },
        _ => Commission { value: 0, currency: Currency::EMPTY, comm_type: CommType::Other, reserved },
    })
}

impl Desk {
    /// The fill is in the books with the account's own fee rate, and a person is told why.
    pub(super) fn commission_is_not_booked(&self, booked: &CommissionBooked) {
        let Commission { value, currency, comm_type, .. } = booked.commission;
        tracing::warn!(
            broker = %self.name(), order_id = %booked.order_id, fill = booked.fill, value, currency = %currency, ?comm_type,
            why = ?booked.outcome,
            "the broker's commission of a fill is not booked, the account's fee rate counts instead; a person must look at it"
        );
    }
}
