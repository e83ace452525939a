//! What an ExecutionReport(8) or an OrderCancelReject(9) says in each version.
//!
//! FIX 4.2 tells with ExecTransType(20) that a report is an answer to a question, and has no ExecType(150) of its own for that;
//! it tells a partial from a complete fill, and a replaced order from a new one; and it has fewer reasons. The later versions
//! say all that Millrace has to say in the same words.

use model::{CxlRejReason, ExecType, OrdRejReason, OrdStatus, OrderView};

use super::tag;
use super::version::Version;

/// ExecTransType(20) of a report that tells something new, of a bust, of a correction, and of an answer to an
/// OrderStatusRequest(H).
const NEW: u8 = b'0';
const CANCEL: u8 = b'1';
const CORRECT: u8 = b'2';
const STATUS: u8 = b'3';
/// ExecType(150) of fills in FIX 4.2.
const PARTIAL_FILL: u8 = b'1';
const FILL: u8 = b'2';
/// OrdStatus(39) of a replaced order that is not filled at all, in FIX 4.2.
const REPLACED: u8 = b'5';

/// How a report says what happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wording {
    /// ExecTransType(20), where the version has it.
    pub(super) exec_trans_type: Option<u8>,
    /// ExecType(150).
    pub(super) exec_type: u8,
    /// OrdStatus(39).
    pub(super) ord_status: u8,
}

impl Version {
    /// For a report on an order as it is now.
    #[inline]
    pub(super) fn wording(self, exec_type: ExecType, order: &OrderView) -> Wording {
        let Version::Fix42 = self else { return self.wording_of(exec_type, order.ord_status) };
        let old = self.wording_of(exec_type, order.ord_status);
        match (exec_type, order.ord_status) {
            (ExecType::Trade, _) if order.cum_qty >= order.order_qty => Wording { exec_type: FILL, ..old },
            (ExecType::Replaced, OrdStatus::New) => Wording { ord_status: REPLACED, ..old },
            _ => old,
        }
    }

    /// For a report on an order that never came to be, or that nobody knows.
    #[inline]
    pub(super) fn wording_of(self, exec_type: ExecType, ord_status: OrdStatus) -> Wording {
        let (exec_trans_type, exec_type) = match (self, exec_type) {
            (Version::Fix44 | Version::Fix50Sp2, _) => (None, exec_type.value()),
            // The values of both fields are the same, as far as we use them.
            (Version::Fix42, ExecType::OrderStatus) => (Some(STATUS), ord_status.value()),
            (Version::Fix42, ExecType::Trade) => (Some(NEW), PARTIAL_FILL),
            (Version::Fix42, ExecType::TradeCancel) => (Some(CANCEL), ord_status.value()),
            (Version::Fix42, ExecType::TradeCorrect) => (Some(CORRECT), ord_status.value()),
            // There is no word for it there: the order as it is now.
            (Version::Fix42, ExecType::Triggered) => (Some(NEW), ord_status.value()),
            (Version::Fix42, other) => (Some(NEW), other.value()),
        };
        Wording { exec_trans_type, exec_type, ord_status: ord_status.value() }
    }

    /// Does OrderMassCancelReport(r) have a name of its own, MassActionReportID(1369)?
    pub(super) const fn has_mass_action_reports(self) -> bool {
        matches!(self, Version::Fix50Sp2)
    }

    /// The tag of the quantity that is shown: MaxFloor(111), DisplayQty(1138) from FIX 5.0 SP2 on.
    pub(super) const fn max_floor(self) -> u32 {
        match self {
            Version::Fix42 | Version::Fix44 => tag::MAX_FLOOR,
            Version::Fix50Sp2 => tag::DISPLAY_QTY,
        }
    }

    /// OrdRejReason(103). FIX 4.2 ends at StaleOrder and has no Other: what is beyond is the broker's option.
    pub(super) fn ord_rej_reason(self, reason: OrdRejReason) -> u64 {
        let known = self != Version::Fix42 || reason <= OrdRejReason::StaleOrder;
        u64::from(if known { reason } else { OrdRejReason::BrokerOption }.value())
    }

    /// CxlRejReason(102). FIX 4.2 ends at AlreadyPending.
    pub(super) fn cxl_rej_reason(self, reason: CxlRejReason) -> u64 {
        let known = self != Version::Fix42 || reason <= CxlRejReason::AlreadyPending;
        u64::from(if known { reason } else { CxlRejReason::BrokerOption }.value())
    }
}
