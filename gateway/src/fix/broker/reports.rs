//! What a broker says, as the engine hears it: ExecutionReport(8) and OrderCancelReject(9) to [`VenueReport`], and what it
//! tells of orders that we did not send to [`ForeignOrder`].
//!
//! Nothing is guessed. What says something about an order becomes a report; what Millrace does not act on, and what cannot be
//! right, goes to the engine all the same, which keeps it for a person. ClOrdID(11) says which order is meant. Where it is not
//! ours the broker's OrderID(37) does, as far as the broker has named the order since the start.

use model::{
    AccountName, ClOrdId, Command, Counted, ExecRestatementReason, ForeignOrder, OrdRejReason, OrdStatus, OrdType,
    OrderId, Px, Qty, ReportKind, Symbol, TimeInForce, VenueId, VenueReport,
};

use super::super::form::FieldProblem;
use super::super::message::{Message, optional};
use super::super::report::Names;
use super::super::{msg_type, tag};
use super::answers::{is_answer, of_status};
use super::commissions::commissioned;
use super::ids::{answer_id_of, exec_id_of, order_id_of, venue_order_id_of};
use super::open::{Open, Sent};
use super::open_orders::OpenOrders;
use super::trades::{Trade, Trades, side_of, what_is_wrong};

/// CxlRejReason(102) of a request that came before: too late, unknown order, already pending, duplicate ClOrdID.
const DONE_ALREADY: [u8; 4] = [0, 1, 3, 6];
/// CxlRejReason(102) of a request that came when the order was done.
const TOO_LATE: u8 = 0;
/// OrdRejReason(103) and CxlRejReason(102) of a refusal for another reason.
const OTHER: u8 = 99;
/// CxlRejResponseTo(434) of a cancel and of a replace.
const TO_CANCEL: u8 = b'1';
const TO_REPLACE: u8 = b'2';

/// Whose order a report is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Subject {
    /// One that we sent.
    Ours(OrderId),
    /// One that we did not send, and took over; with what stands for the broker's OrderID(37).
    Adopted(OrderId, u64),
    /// One that we do not know, with the same.
    Foreign(u64),
    /// It does not say.
    Nobody,
}

impl Subject {
    /// Our OrderID; 0 where there is none, which the engine does not know.
    fn order_id(self) -> OrderId {
        match self {
            Subject::Ours(order_id) | Subject::Adopted(order_id, _) => order_id,
            Subject::Foreign(_) | Subject::Nobody => OrderId(0),
        }
    }

    /// What its executions are called by. That must not change when we take an order over.
    fn key(self) -> u64 {
        match self {
            Subject::Ours(order_id) => order_id.0,
            Subject::Adopted(_, venue_order_id) | Subject::Foreign(venue_order_id) => venue_order_id,
            Subject::Nobody => 0,
        }
    }
}

/// What a message is heard against.
pub(super) struct Hearing<'a> {
    pub(super) venue: VenueId,
    pub(super) open: &'a mut OpenOrders,
    pub(super) trades: &'a mut Trades,
    pub(super) names: &'a Names,
    /// Account(1) of orders that we did not send; empty where they belong to nobody.
    pub(super) foreign_account: &'a AccountName,
}

/// What a message comes to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Heard {
    /// What the engine is told; `None` for what says nothing new, such as a pending state.
    pub(super) command: Option<Command>,
    /// The order whose status it answers for.
    pub(super) answers_for: Option<OrderId>,
}

impl Heard {
    const NOTHING: Heard = Heard { command: None, answers_for: None };
}

impl Hearing<'_> {
    /// What the message says.
    ///
    /// # Errors
    /// What is wrong with a field, for a Reject(3).
    pub(super) fn hear(&mut self, message: &Message<'_>) -> Result<Heard, FieldProblem> {
        match message.msg_type() {
            msg_type::EXECUTION_REPORT => self.execution(message),
            msg_type::ORDER_CANCEL_REJECT => {
                let command = Some(Command::VenueReport(self.cancel_reject(message)?));
                Ok(Heard { command, answers_for: None })
            }
            _ => Ok(Heard::NOTHING),
        }
    }

    fn subject(&mut self, message: &Message<'_>) -> Subject {
        let venue_order_id = venue_order_id_of(self.venue, message.get(tag::ORDER_ID));
        match (message.get(tag::CL_ORD_ID).and_then(order_id_of), venue_order_id) {
            (Some(order_id), Some(name)) => {
                self.open.name(order_id, name);
                match self.open.get(order_id) {
                    Some(open) if open.is_foreign => Subject::Adopted(order_id, name),
                    _ => Subject::Ours(order_id),
                }
            }
            (Some(order_id), None) => Subject::Ours(order_id),
            (None, Some(name)) => match self.open.named(name) {
                Some((order_id, true)) => Subject::Adopted(order_id, name),
                Some((order_id, false)) => Subject::Ours(order_id),
                None => Subject::Foreign(name),
            },
            (None, None) => Subject::Nobody,
        }
    }

    fn execution(&mut self, message: &Message<'_>) -> Result<Heard, FieldProblem> {
        let subject = self.subject(message);
        let exec_id = message.require(tag::EXEC_ID)?;
        let is_answer = is_answer(message)?;
        let Some(kind) = self.kind(message, subject, is_answer)? else { return Ok(Heard::NOTHING) };
        let mut report = self.report(message, subject, kind)?;
        report.venue_exec_id = exec_id_of(self.venue, subject.key(), kind, exec_id);
        if let Some(cum_qty) = optional(message.get_decimal(tag::CUM_QTY))? {
            (report.cum_qty, report.counted) = (Qty::from_units(cum_qty), Counted::InReport);
        }
        if is_answer {
            let field = |tag| message.get(tag).unwrap_or_default();
            let (number, time) = (field(tag::MSG_SEQ_NUM), field(tag::SENDING_TIME));
            report.venue_exec_id = answer_id_of(self.venue, subject.key(), kind, number, time);
            report.counted = Counted::InAnswer;
        } else if matches!(kind, ReportKind::Filled | ReportKind::TradeCorrected) {
            report.kind = self.note_trade(message, subject, &report)?;
        }
        let name = message.get(tag::CL_ORD_ID).unwrap_or_default();
        match kind {
            ReportKind::Replaced => self.open.replace_is_answered(report.order_id, name),
            ReportKind::Restated => self.open.restated(report.order_id, report.order_qty, report.price),
            _ => {}
        }
        let answers_for = is_answer.then_some(report.order_id).filter(|order_id| order_id.0 != 0);
        let command = match subject {
            Subject::Foreign(name) => self.foreign(message, name, report)?,
            _ => Command::VenueReport(report),
        };
        let command = if is_answer { command } else { commissioned(message, command) };
        Ok(Heard { command: Some(command), answers_for })
    }

    fn kind(
        &self,
        message: &Message<'_>,
        subject: Subject,
        is_answer: bool,
    ) -> Result<Option<ReportKind>, FieldProblem> {
        let exec_type = message.get_char(tag::EXEC_TYPE)?;
        let trans_type = optional(message.get_char(tag::EXEC_TRANS_TYPE))?.unwrap_or(b'0');
        let name = message.get(tag::CL_ORD_ID).unwrap_or_default();
        let order_id = subject.order_id();
        if is_answer {
            let next = self.open.replace_of(order_id, name);
            return of_status(message, self.open.get(order_id), next.as_ref());
        }
        Ok(Some(match (trans_type, exec_type) {
            // FIX 4.2 says there that the report is a bust or a correction.
            (b'1', _) | (_, b'H') => ReportKind::TradeCanceled,
            (b'2', _) | (_, b'G') => ReportKind::TradeCorrected,
            // Pending states, and what is only counted: nothing is decided by them.
            (_, b'A' | b'6' | b'E' | b'B') => return Ok(None),
            (_, b'0') if message.get(tag::WORKING_INDICATOR) == Some(b"N") => ReportKind::AcceptedIdle,
            (_, b'0') => ReportKind::Accepted,
            // A duplicate was refused, and the first one may live.
            (_, b'8') if message.get_char(tag::ORD_STATUS)? != OrdStatus::Rejected.value() => ReportKind::Other,
            (_, b'8') if reason(message, tag::ORD_REJ_REASON) == OrdRejReason::DuplicateOrder.value() => {
                ReportKind::Other
            }
            (_, b'8') => ReportKind::Rejected,
            (_, b'F' | b'1' | b'2') => ReportKind::Filled,
            (_, b'3') => ReportKind::DoneForDay,
            (_, b'4') => ReportKind::Canceled,
            // The engine decides the replace that went out first. An answer to another one, or to none, says nothing about that.
            (_, b'5') if self.open.replace_of(order_id, name).is_some() => ReportKind::Replaced,
            (_, b'7') => ReportKind::Stopped,
            (_, b'9') => ReportKind::Suspended,
            (_, b'C') => ReportKind::Expired,
            (_, b'D') => ReportKind::Restated,
            (_, b'L') => ReportKind::Triggered,
            _ => ReportKind::Other,
        }))
    }

    /// The report without its own name.
    fn report(&self, message: &Message<'_>, subject: Subject, kind: ReportKind) -> Result<VenueReport, FieldProblem> {
        let mut report = VenueReport::about(self.venue, subject.order_id(), 0, kind);
        report.restatement = restatement(message);
        match kind {
            ReportKind::Filled | ReportKind::TradeCorrected => {
                report.last_qty = Qty::from_units(message.get_decimal(tag::LAST_QTY)?);
                report.last_px = Px::from_units(message.get_decimal(tag::LAST_PX)?);
            }
            ReportKind::Stopped => {
                report.last_qty = quantity(message, tag::LAST_QTY)?;
                report.last_px = price(message, tag::LAST_PX)?;
            }
            ReportKind::Restated => {
                report.order_qty = quantity(message, tag::ORDER_QTY)?;
                report.price = price(message, tag::PRICE)?;
            }
            ReportKind::Rejected => report.reason = reason(message, tag::ORD_REJ_REASON),
            _ => {}
        }
        if matches!(kind, ReportKind::TradeCanceled | ReportKind::TradeCorrected)
            && let Some(exec_ref_id) = message.get(tag::EXEC_REF_ID)
        {
            report.venue_ref_id = exec_id_of(self.venue, subject.key(), ReportKind::Filled, exec_ref_id);
        }
        Ok(report)
    }

    /// Remembers the trade. One that cannot be right comes to the engine as something that it does not act on.
    fn note_trade(
        &mut self,
        message: &Message<'_>,
        subject: Subject,
        report: &VenueReport,
    ) -> Result<ReportKind, FieldProblem> {
        let wrong = match self.open.get(subject.order_id()) {
            Some(open) => what_is_wrong(message, open, self.names, report.last_px)?,
            None => None,
        };
        if let Some(trade) = Trade::read(message, report.venue_exec_id)? {
            self.trades.note(Trade { wrong, ..trade });
        }
        Ok(if wrong.is_some() { ReportKind::Other } else { report.kind })
    }

    /// What the report says of an order that we did not send. Where it does not say what the order is, it is about nobody's.
    fn foreign(&self, message: &Message<'_>, name: u64, report: VenueReport) -> Result<Command, FieldProblem> {
        let side = optional(message.get_char(tag::SIDE))?.and_then(side_of);
        let (Some(side), Some(symbol)) = (side, message.get(tag::SYMBOL).and_then(Symbol::new)) else {
            return Ok(Command::VenueReport(report));
        };
        let price = price(message, tag::PRICE)?;
        let by_price = if price.is_zero() { OrdType::Market } else { OrdType::Limit };
        let ord_type = optional(message.get_char(tag::ORD_TYPE))?.and_then(OrdType::from_value);
        let time_in_force = optional(message.get_char(tag::TIME_IN_FORCE))?.and_then(TimeInForce::from_value);
        let cl_ord_id = message.get(tag::CL_ORD_ID).unwrap_or_default();
        Ok(Command::ForeignOrder(ForeignOrder {
            venue_exec_id: report.venue_exec_id,
            venue_order_id: name,
            venue_ref_id: report.venue_ref_id,
            order_qty: quantity(message, tag::ORDER_QTY)?,
            price,
            last_qty: report.last_qty,
            last_px: report.last_px,
            cum_qty: quantity(message, tag::CUM_QTY)?,
            cl_ord_id: ClOrdId::clipped(cl_ord_id),
            symbol,
            account: *self.foreign_account,
            venue: self.venue,
            side,
            ord_type: ord_type.unwrap_or(by_price),
            time_in_force: time_in_force.unwrap_or(TimeInForce::Day),
            // That it stands is the first that we hear of it.
            kind: if report.kind == ReportKind::Stands { ReportKind::Accepted } else { report.kind },
        }))
    }

    fn cancel_reject(&mut self, message: &Message<'_>) -> Result<VenueReport, FieldProblem> {
        let cl_ord_id = message.require(tag::CL_ORD_ID)?;
        let order_id = order_id_of(cl_ord_id).unwrap_or_default();
        let replace = self.open.replace_of(order_id, cl_ord_id).map(|replace| replace.sent);
        let to_replace = match optional(message.get_char(tag::CXL_REJ_RESPONSE_TO))? {
            Some(TO_REPLACE) => true,
            Some(TO_CANCEL) => false,
            _ => replace.is_some(),
        };
        let (waiting, kind) = match to_replace {
            true => (replace, ReportKind::ReplaceRejected),
            false => (self.open.cancel_of(order_id, cl_ord_id), ReportKind::CancelRejected),
        };
        let reason = reason(message, tag::CXL_REJ_REASON);
        // Of an order that is filled nothing was canceled, whenever we hear of the fill.
        let says_filled = message.get_char(tag::ORD_STATUS) == Ok(OrdStatus::Filled.value());
        // A replace may have been granted before: only where all of what we know is filled it was not.
        let is_filled = |open: &Open| !open.in_doubt && open.order.cum_qty >= open.order.order_qty;
        let is_certain =
            reason == TOO_LATE && ((says_filled && !to_replace) || self.open.get(order_id).is_some_and(is_filled));
        let kind = match waiting {
            Some(Sent::Perhaps) if is_certain => kind,
            // It may be known already, and done: then the broker refuses it the second time, and that says nothing.
            Some(Sent::Perhaps) if DONE_ALREADY.contains(&reason) => ReportKind::Other,
            Some(_) => kind,
            None => ReportKind::Other,
        };
        self.open.is_refused(order_id, kind, cl_ord_id);
        Ok(refusal(self.venue, order_id, kind, reason, cl_ord_id))
    }
}

/// A message about an order that cannot be read: kept for a person, so that what it may tell is not lost.
pub(super) fn unreadable(message: &Message<'_>, venue: VenueId) -> VenueReport {
    let order_id = message.get(tag::CL_ORD_ID).and_then(order_id_of).unwrap_or_default();
    let name = message.get(tag::EXEC_ID).or(message.get(tag::CL_ORD_ID)).unwrap_or_default();
    refusal(venue, order_id, ReportKind::Other, 0, name)
}

/// A refusal without an ExecID(17) of its own: of a request, or by a message that the broker could not take.
pub(super) fn refusal(
    venue: VenueId,
    order_id: OrderId,
    kind: ReportKind,
    reason: u8,
    cl_ord_id: &[u8],
) -> VenueReport {
    let venue_exec_id = exec_id_of(venue, order_id.0, kind, cl_ord_id);
    VenueReport { reason, ..VenueReport::about(venue, order_id, venue_exec_id, kind) }
}

/// A reason as one byte; what does not fit has no name with us either.
fn reason(message: &Message<'_>, tag: u32) -> u8 {
    message.get_u64(tag, u64::from(u8::MAX)).ok().and_then(|reason| u8::try_from(reason).ok()).unwrap_or(OTHER)
}

/// ExecRestatementReason(378); one that Millrace has no name for is another.
fn restatement(message: &Message<'_>) -> ExecRestatementReason {
    match message.get(tag::EXEC_RESTATEMENT_REASON) {
        None => ExecRestatementReason::NotGiven,
        Some(_) => match reason(message, tag::EXEC_RESTATEMENT_REASON) {
            u8::MAX => ExecRestatementReason::Other,
            value => ExecRestatementReason::from_value(value).unwrap_or(ExecRestatementReason::Other),
        },
    }
}

fn quantity(message: &Message<'_>, tag: u32) -> Result<Qty, FieldProblem> {
    Ok(Qty::from_units(optional(message.get_decimal(tag))?.unwrap_or(0)))
}

fn price(message: &Message<'_>, tag: u32) -> Result<Px, FieldProblem> {
    Ok(Px::from_units(optional(message.get_decimal(tag))?.unwrap_or(0)))
}
