//! FIX in to [`Command`]: NewOrderSingle(D), OrderCancelRequest(F), OrderCancelReplaceRequest(G), OrderStatusRequest(H),
//! OrderMassCancelRequest(q), OrderMassStatusRequest(AF), DontKnowTrade(Q).
//!
//! Only the form is judged here. What has a form that a command can hold goes to the engine, however absurd it is: the
//! engine refuses it with a check and a number, and the refusal is in the journal. What a command cannot hold is refused
//! here, honestly: a wrong value with Reject(3), an instruction that we would otherwise drop in silence with
//! BusinessMessageReject(j).

use model::{
    CancelOrder, ClOrdId, Command, Contingency, DisputeTrade, EngineTime, ExecInst, KeptTerms, MassCancel,
    MassStatusRequest, NewOrder, OrdType, OrderId, OrderStatusRequest, Origin, Px, Qty, ReplaceOrder, Seq, SessionId,
    Side, Text, TimeInForce,
};

use super::form::{FieldProblem, SessionRejectReason};
use super::message::{Message, optional};
use super::session::BusinessRejectReason;
use super::{msg_type, tag, value};

/// A day, in nanoseconds.
const DAY_NS: i64 = 86_400_000_000_000;

/// What became of an application message.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "made and taken apart at once; a command has a fixed size by design")]
pub enum Translated {
    /// For the engine.
    Command(Command),
    /// To be answered with Reject(3).
    Reject(FieldProblem),
    /// To be answered with BusinessMessageReject(j).
    Refuse {
        /// BusinessRejectReason(380).
        reason: BusinessRejectReason,
        /// Text(58).
        text: &'static str,
    },
    /// A BusinessMessageReject(j) of the peer: counted, never answered, or two engines could go on for ever.
    Ignored,
}

const EFFECTIVE_TIME: u32 = 168;
const MAX_SHOW: u32 = 210;
const DISCRETION_INST: u32 = 388;
const PEG_MOVE_TYPE: u32 = 835;
const PEG_OFFSET_TYPE: u32 = 836;
const TARGET_STRATEGY: u32 = 847;
const MATCH_INCREMENT: u32 = 1089;
const MAX_PRICE_LEVELS: u32 = 1090;
const PRICE_PROTECTION_SCOPE: u32 = 1092;
const PEG_PRICE_TYPE: u32 = 1094;
const TRIGGER_TYPE: u32 = 1100;

/// Instructions that change how an order trades and that Millrace does not know, of all versions. To drop one would be a guess
/// about the client's money.
const UNSUPPORTED_INSTRUCTIONS: &[(u32, &str)] = &[
    (EFFECTIVE_TIME, "EffectiveTime(168) is not supported"),
    (MAX_SHOW, "MaxShow(210) is not supported, use MaxFloor(111)"),
    (DISCRETION_INST, "DiscretionInst(388) is not supported"),
    (tag::ORDER_PERCENT, "OrderPercent(516) is not supported"),
    (PEG_MOVE_TYPE, "PegMoveType(835) is not supported"),
    (PEG_OFFSET_TYPE, "PegOffsetType(836) is not supported: PegOffsetValue(211) is a price"),
    (TARGET_STRATEGY, "TargetStrategy(847) is not supported"),
    (MATCH_INCREMENT, "MatchIncrement(1089) is not supported"),
    (MAX_PRICE_LEVELS, "MaxPriceLevels(1090) is not supported"),
    (PRICE_PROTECTION_SCOPE, "PriceProtectionScope(1092) is not supported"),
    (PEG_PRICE_TYPE, "PegPriceType(1094) is not supported"),
    (TRIGGER_TYPE, "TriggerType(1100) is not supported, use OrdType(40) with StopPx(99)"),
];

/// Translates one application message that the session has accepted under `msg_seq_num`.
pub fn translate(session: SessionId, msg_seq_num: u64, poss_resend: bool, message: &Message<'_>) -> Translated {
    let origin = Origin::fix(session, msg_seq_num);
    let command = match message.msg_type() {
        msg_type::NEW_ORDER_SINGLE => new_order(origin, poss_resend, message),
        msg_type::ORDER_CANCEL_REQUEST => cancel_order(origin, message),
        msg_type::ORDER_CANCEL_REPLACE_REQUEST => replace_order(origin, message),
        msg_type::ORDER_STATUS_REQUEST => status_request(origin, message),
        msg_type::ORDER_MASS_CANCEL_REQUEST => mass_cancel(origin, message),
        msg_type::ORDER_MASS_STATUS_REQUEST => mass_status(origin, message),
        msg_type::DONT_KNOW_TRADE => dispute(origin, message),
        msg_type::BUSINESS_MESSAGE_REJECT => return Translated::Ignored,
        _ => {
            return Translated::Refuse {
                reason: BusinessRejectReason::UnsupportedMessageType,
                text: "MsgType(35) is not supported",
            };
        }
    };
    match command {
        Ok(command) => Translated::Command(command),
        Err(Trouble::Field(problem)) => Translated::Reject(problem),
        Err(Trouble::Business(reason, text)) => Translated::Refuse { reason, text },
    }
}

/// BusinessRejectRefID(379) of an application message: its ClOrdID(11), if it has one.
pub fn ref_id<'a>(message: &Message<'a>) -> &'a [u8] {
    message.get(tag::CL_ORD_ID).unwrap_or_default()
}

enum Trouble {
    Field(FieldProblem),
    Business(BusinessRejectReason, &'static str),
}

impl From<FieldProblem> for Trouble {
    fn from(problem: FieldProblem) -> Trouble {
        Trouble::Field(problem)
    }
}

fn new_order(origin: Origin, poss_resend: bool, message: &Message<'_>) -> Result<Command, Trouble> {
    refuse_unsupported(message)?;
    let exec_inst = exec_inst(message)?;
    let time_in_force = time_in_force(message)?;
    let plain = NewOrder::plain(
        origin,
        text(message, tag::CL_ORD_ID)?,
        text(message, tag::SYMBOL)?,
        side(message)?,
        ord_type(message)?,
    );
    let cash_order_qty = optional(message.get_decimal(tag::CASH_ORDER_QTY))?.map_or(Qty::ZERO, Qty::from_units);
    Ok(Command::NewOrder(NewOrder {
        order_qty: if cash_order_qty.is_zero() { order_qty(message)? } else { optional_qty(message, tag::ORDER_QTY)? },
        cash_order_qty,
        price: price(message, tag::PRICE)?,
        stop_px: price(message, tag::STOP_PX)?,
        peg_offset: peg_offset(message)?,
        min_qty: optional_qty(message, tag::MIN_QTY)?,
        max_floor: max_floor(message)?,
        transact_time: transact_time(message)?,
        expire_time: expire_time(message)?,
        cl_ord_link_id: optional_text(message, tag::CL_ORD_LINK_ID)?,
        account: optional_text(message, tag::ACCOUNT)?,
        time_in_force,
        contingency: contingency(message)?,
        exec_inst,
        poss_resend: u8::from(poss_resend),
        ..plain
    }))
}

fn cancel_order(origin: Origin, message: &Message<'_>) -> Result<Command, Trouble> {
    Ok(Command::CancelOrder(CancelOrder {
        origin,
        transact_time: transact_time(message)?,
        cl_ord_id: text(message, tag::CL_ORD_ID)?,
        orig_cl_ord_id: orig_cl_ord_id(message)?,
    }))
}

fn replace_order(origin: Origin, message: &Message<'_>) -> Result<Command, Trouble> {
    refuse_unsupported(message)?;
    if message.has(tag::CASH_ORDER_QTY) {
        let text = "CashOrderQty(152) cannot be replaced, use OrderQty(38)";
        return Err(Trouble::Business(BusinessRejectReason::Other, text));
    }
    Ok(Command::ReplaceOrder(ReplaceOrder {
        origin,
        order_qty: order_qty(message)?,
        price: price(message, tag::PRICE)?,
        stop_px: price(message, tag::STOP_PX)?,
        transact_time: transact_time(message)?,
        cl_ord_id: text(message, tag::CL_ORD_ID)?,
        orig_cl_ord_id: orig_cl_ord_id(message)?,
        side: side(message)?,
        ord_type: ord_type(message)?,
        reserved: [0; 6],
        kept: kept_terms(message)?,
    }))
}

/// What a replace repeats of its order, as far as it is there.
fn kept_terms(message: &Message<'_>) -> Result<KeptTerms, Trouble> {
    let expires = message.has(tag::EXPIRE_TIME) || message.has(tag::EXPIRE_DATE);
    let shows = message.has(tag::MAX_FLOOR) || message.has(tag::DISPLAY_QTY);
    let said = [
        (message.has(tag::MIN_QTY), KeptTerms::MIN_QTY),
        (shows, KeptTerms::MAX_FLOOR),
        (message.has(tag::PEG_OFFSET_VALUE), KeptTerms::PEG_OFFSET),
        (expires, KeptTerms::EXPIRE_TIME),
        (message.has(tag::EXEC_INST), KeptTerms::EXEC_INST),
    ];
    Ok(KeptTerms {
        min_qty: optional_qty(message, tag::MIN_QTY)?,
        max_floor: max_floor(message)?,
        peg_offset: peg_offset(message)?,
        expire_time: expire_time(message)?,
        cl_ord_link_id: optional_text(message, tag::CL_ORD_LINK_ID)?,
        symbol: optional_text(message, tag::SYMBOL)?,
        account: optional_text(message, tag::ACCOUNT)?,
        exec_inst: exec_inst(message)?,
        time_in_force: if message.has(tag::TIME_IN_FORCE) { time_in_force(message)?.value() } else { 0 },
        said: said.iter().filter(|(is_there, _)| *is_there).fold(0, |all, (_, bit)| all | bit),
        reserved: [0; 4],
    })
}

fn status_request(origin: Origin, message: &Message<'_>) -> Result<Command, Trouble> {
    // FIX 5.0 SP2 lets OrderID(37) stand for it; orders are known here by the client's own name.
    is_there(message, tag::CL_ORD_ID, "ClOrdID(11) is required")?;
    Ok(Command::OrderStatusRequest(OrderStatusRequest { origin, cl_ord_id: text(message, tag::CL_ORD_ID)? }))
}

fn mass_cancel(origin: Origin, message: &Message<'_>) -> Result<Command, Trouble> {
    Ok(Command::MassCancel(MassCancel {
        origin,
        transact_time: transact_time(message)?,
        cl_ord_id: text(message, tag::CL_ORD_ID)?,
        symbol: optional_text(message, tag::SYMBOL)?,
        account: optional_text(message, tag::ACCOUNT)?,
        request_type: message.get_char(tag::MASS_CANCEL_REQUEST_TYPE)?,
        side: optional_side(message)?,
        reserved: [0; 6],
    }))
}

fn mass_status(origin: Origin, message: &Message<'_>) -> Result<Command, Trouble> {
    Ok(Command::MassStatusRequest(MassStatusRequest {
        origin,
        mass_status_req_id: text(message, tag::MASS_STATUS_REQ_ID)?,
        symbol: optional_text(message, tag::SYMBOL)?,
        account: optional_text(message, tag::ACCOUNT)?,
        request_type: message.get_char(tag::MASS_STATUS_REQ_TYPE)?,
        side: optional_side(message)?,
        reserved: [0; 6],
    }))
}

/// OrderID(37) and ExecID(17) are ours; what is none of ours is recorded as that.
fn dispute(origin: Origin, message: &Message<'_>) -> Result<Command, Trouble> {
    let number = |bytes: &[u8]| core::str::from_utf8(bytes).ok().and_then(|digits| digits.parse::<u64>().ok());
    let exec_id = message.require(tag::EXEC_ID)?;
    let hyphen = exec_id.iter().position(|byte| *byte == b'-').unwrap_or(exec_id.len());
    let index = exec_id.get(hyphen + 1..).and_then(number).and_then(|index| u8::try_from(index).ok());
    Ok(Command::DisputeTrade(DisputeTrade {
        origin,
        order_id: OrderId(number(message.require(tag::ORDER_ID)?).unwrap_or(0)),
        exec_seq: Seq(index.and_then(|_| number(&exec_id[..hyphen])).unwrap_or(0)),
        exec_index: index.unwrap_or(0),
        reason: message.get_char(tag::DK_REASON)?,
        reserved: [0; 6],
    }))
}

/// OrigClOrdID(41), which FIX 5.0 SP2 does not require where there is an OrderID(37).
fn orig_cl_ord_id(message: &Message<'_>) -> Result<ClOrdId, Trouble> {
    is_there(message, tag::ORIG_CL_ORD_ID, "OrigClOrdID(41) is required")?;
    Ok(text(message, tag::ORIG_CL_ORD_ID)?)
}

/// What a version does not require and Millrace does is for the application to ask for.
fn is_there(message: &Message<'_>, tag: u32, text: &'static str) -> Result<(), Trouble> {
    match message.get(tag) {
        Some(_) => Ok(()),
        None => Err(Trouble::Business(BusinessRejectReason::ConditionallyRequiredFieldMissing, text)),
    }
}

fn refuse_unsupported(message: &Message<'_>) -> Result<(), Trouble> {
    match UNSUPPORTED_INSTRUCTIONS.iter().find(|(tag, _)| message.has(*tag)) {
        Some((_, text)) => Err(Trouble::Business(BusinessRejectReason::Other, text)),
        None => Ok(()),
    }
}

/// OrderQty(38): the standard requires it only where CashOrderQty(152) is absent, so its lack is the application's to tell.
fn order_qty(message: &Message<'_>) -> Result<Qty, Trouble> {
    is_there(message, tag::ORDER_QTY, "OrderQty(38) is required")?;
    Ok(Qty::from_units(message.get_decimal(tag::ORDER_QTY)?))
}

/// A price, zero where absent: whether the order needs one is the engine's check.
fn price(message: &Message<'_>, tag: u32) -> Result<Px, FieldProblem> {
    Ok(optional(message.get_decimal(tag))?.map_or(Px::ZERO, Px::from_units))
}

fn optional_qty(message: &Message<'_>, tag: u32) -> Result<Qty, FieldProblem> {
    Ok(optional(message.get_decimal(tag))?.map_or(Qty::ZERO, Qty::from_units))
}

/// MaxFloor(111), DisplayQty(1138) in FIX 5.0 SP2.
fn max_floor(message: &Message<'_>) -> Result<Qty, FieldProblem> {
    let tag = if message.has(tag::DISPLAY_QTY) { tag::DISPLAY_QTY } else { tag::MAX_FLOOR };
    optional_qty(message, tag)
}

/// PegOffsetValue(211), PegDifference in FIX 4.2: a distance, whatever its sign.
fn peg_offset(message: &Message<'_>) -> Result<Px, FieldProblem> {
    let offset = price(message, tag::PEG_OFFSET_VALUE)?;
    Ok(Px::from_units(offset.units().saturating_abs()))
}

/// ExpireTime(126), or the end of ExpireDate(432) in UTC.
fn expire_time(message: &Message<'_>) -> Result<EngineTime, FieldProblem> {
    if let Some(time) = optional(message.get_time(tag::EXPIRE_TIME))? {
        return Ok(EngineTime(time));
    }
    let Some(date) = message.get(tag::EXPIRE_DATE) else { return Ok(EngineTime(0)) };
    let mut midnight = [0; 17];
    let is_date = date.len() == 8;
    if is_date {
        midnight[..8].copy_from_slice(date);
        midnight[8..].copy_from_slice(b"-00:00:00");
    }
    let start = value::parse_utc_timestamp(&midnight).ok().filter(|_| is_date);
    start
        .and_then(|start| start.checked_add(DAY_NS))
        .map(EngineTime)
        .ok_or(FieldProblem::new(SessionRejectReason::IncorrectDataFormat, tag::EXPIRE_DATE))
}

/// ExecInst(18): letters with spaces between. One that Millrace does not know is refused, never dropped.
fn exec_inst(message: &Message<'_>) -> Result<ExecInst, Trouble> {
    let letters = message.get(tag::EXEC_INST).unwrap_or_default();
    let unknown = Trouble::Business(BusinessRejectReason::Other, "ExecInst(18): one of its values is not supported");
    let mut all = ExecInst::NONE;
    for letter in letters.iter().filter(|letter| **letter != b' ') {
        match ExecInst::from_letter(*letter) {
            Some(instruction) => all = all.with(instruction),
            None => return Err(unknown),
        }
    }
    Ok(all)
}

/// ContingencyType(1385) of a new order.
fn contingency(message: &Message<'_>) -> Result<Contingency, Trouble> {
    match message.get(tag::CONTINGENCY_TYPE) {
        None => Ok(Contingency::None),
        Some(b"1") => Ok(Contingency::OneCancelsTheOther),
        Some(b"2") => Ok(Contingency::OneTriggersTheOther),
        Some(_) => Err(Trouble::Business(BusinessRejectReason::Other, "ContingencyType(1385) is not supported")),
    }
}

fn optional_side(message: &Message<'_>) -> Result<u8, FieldProblem> {
    if message.has(tag::SIDE) { side(message).map(Side::value) } else { Ok(0) }
}

fn transact_time(message: &Message<'_>) -> Result<EngineTime, FieldProblem> {
    Ok(EngineTime(message.get_time(tag::TRANSACT_TIME)?))
}

fn side(message: &Message<'_>) -> Result<Side, FieldProblem> {
    term(message.get_char(tag::SIDE)?, Side::from_value, tag::SIDE)
}

fn ord_type(message: &Message<'_>) -> Result<OrdType, FieldProblem> {
    term(message.get_char(tag::ORD_TYPE)?, OrdType::from_value, tag::ORD_TYPE)
}

/// TimeInForce(59); Day where absent, as the standard says.
fn time_in_force(message: &Message<'_>) -> Result<TimeInForce, FieldProblem> {
    match optional(message.get_char(tag::TIME_IN_FORCE))? {
        Some(value) => term(value, TimeInForce::from_value, tag::TIME_IN_FORCE),
        None => Ok(TimeInForce::Day),
    }
}

fn term<T>(value: u8, known: fn(u8) -> Option<T>, tag: u32) -> Result<T, FieldProblem> {
    known(value).ok_or(FieldProblem::new(SessionRejectReason::ValueIncorrect, tag))
}

fn optional_text<const N: usize>(message: &Message<'_>, tag: u32) -> Result<Text<N>, FieldProblem> {
    if message.has(tag) { text(message, tag) } else { Ok(Text::EMPTY) }
}

/// A text that a command can hold: too long is out of range, an unprintable byte is a wrong format.
fn text<const N: usize>(message: &Message<'_>, tag: u32) -> Result<Text<N>, FieldProblem> {
    let bytes = message.require(tag)?;
    let reason =
        if bytes.len() > N { SessionRejectReason::ValueIncorrect } else { SessionRejectReason::IncorrectDataFormat };
    Text::new(bytes).ok_or(FieldProblem::new(reason, tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::message::FieldIndex;

    const ORDER: &str = "11=o1|55=ACME|54=1|60=20240102-03:04:05.678|38=10.5|40=2|44=99.25|59=1|1=FUND|";

    fn translated(kind: &str, body: &str) -> Translated {
        let text = format!("8=FIX.4.4|9=1|35={kind}|49=A|56=B|34=7|52=20240101-00:00:00|{body}10=000|");
        let bytes = text.replace('|', "\x01").into_bytes();
        let mut index = FieldIndex::new();
        translate(SessionId(3), 7, false, &index.parse(&bytes).expect("readable"))
    }

    fn rejected(kind: &str, body: &str) -> (u64, u32) {
        match translated(kind, body) {
            Translated::Reject(problem) => (problem.reason.code(), problem.ref_tag),
            other => panic!("expected a Reject, got {other:?}"),
        }
    }

    fn refused(kind: &str, body: &str) -> BusinessRejectReason {
        match translated(kind, body) {
            Translated::Refuse { reason, .. } => reason,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn new_order_single_becomes_a_command_with_its_origin() {
        let Translated::Command(Command::NewOrder(order)) = translated("D", ORDER) else { panic!("a command") };
        assert_eq!(order.origin, Origin::fix(SessionId(3), 7));
        assert_eq!((order.order_qty.units(), order.price.units()), (1_050_000_000, 9_925_000_000));
        assert_eq!((order.side, order.ord_type), (Side::Buy, OrdType::Limit));
        assert_eq!(order.time_in_force, TimeInForce::GoodTillCancel);
        assert_eq!((order.account.as_str(), order.symbol.as_str()), ("FUND", "ACME"));
        assert_eq!(order.transact_time.0 % 1_000_000_000, 678_000_000);
    }

    #[test]
    fn replace_carries_the_terms_that_it_repeats() {
        let body = format!("{ORDER}41=o0|18=6|111=5|110=1|126=20240102-04:00:00|");
        let Translated::Command(Command::ReplaceOrder(replace)) = translated("G", &body) else { panic!("a command") };
        let kept = replace.kept;
        assert_eq!(
            kept.said,
            KeptTerms::EXEC_INST | KeptTerms::MAX_FLOOR | KeptTerms::MIN_QTY | KeptTerms::EXPIRE_TIME
        );
        assert_eq!((kept.max_floor.units(), kept.min_qty.units()), (500_000_000, 100_000_000));
        assert_eq!((kept.symbol.as_str(), kept.account.as_str(), kept.time_in_force), ("ACME", "FUND", b'1'));
        assert_eq!(refused("G", &format!("{ORDER}41=o0|152=100|")), BusinessRejectReason::Other);
    }

    #[test]
    fn values_that_no_command_can_hold_are_rejected_with_their_tag() {
        assert_eq!(rejected("D", &ORDER.replace("54=1", "54=9")), (5, tag::SIDE));
        assert_eq!(rejected("D", &ORDER.replace("40=2", "40=J")), (5, tag::ORD_TYPE));
        assert_eq!(rejected("D", &ORDER.replace("59=1", "59=5")), (5, tag::TIME_IN_FORCE));
        assert_eq!(rejected("D", &ORDER.replace("38=10.5", "38=1e9")), (6, tag::ORDER_QTY));
        assert_eq!(rejected("D", &ORDER.replace("38=10.5", "38=99999999999999")), (5, tag::ORDER_QTY));
        assert_eq!(rejected("D", &ORDER.replace("11=o1", &format!("11={}", "x".repeat(41)))), (5, tag::CL_ORD_ID));
        assert_eq!(rejected("D", &ORDER.replace("11=o1", "11=\u{e9}")), (6, tag::CL_ORD_ID));
        assert_eq!(rejected("D", &ORDER.replace("60=20240102", "60=20241302")), (5, tag::TRANSACT_TIME));
    }

    #[test]
    fn absurd_numbers_that_fit_go_to_the_engine() {
        for qty in ["0", "-5", "90000000000"] {
            let body = ORDER.replace("38=10.5", &format!("38={qty}"));
            assert!(matches!(translated("D", &body), Translated::Command(_)), "{qty}");
        }
        assert!(matches!(translated("D", &ORDER.replace("44=99.25|", "")), Translated::Command(_)));
    }

    #[test]
    fn missing_quantity_and_unknown_instructions_are_refused_never_dropped() {
        let missing = BusinessRejectReason::ConditionallyRequiredFieldMissing;
        assert_eq!(refused("D", &ORDER.replace("38=10.5|", "")), missing);
        assert_eq!(refused("D", &format!("{ORDER}168=20240102-03:04:05|")), BusinessRejectReason::Other);
        assert_eq!(refused("D", &format!("{ORDER}18=6 G|")), BusinessRejectReason::Other);
        assert_eq!(refused("D", &format!("{ORDER}1385=9|")), BusinessRejectReason::Other);
        assert_eq!(refused("E", ORDER), BusinessRejectReason::UnsupportedMessageType);
        assert_eq!(translated("j", "372=8|380=0|"), Translated::Ignored);
    }

    #[test]
    fn special_terms_come_with_the_order() {
        let terms = "18=6 a o|99=98.5|110=2|111=3|126=20240103-00:00:00|211=-0.25|583=L1|1385=2|";
        let Translated::Command(Command::NewOrder(order)) = translated("D", &format!("{ORDER}{terms}")) else {
            panic!("a command")
        };
        let instructions =
            [ExecInst::PARTICIPATE_DONT_INITIATE, ExecInst::TRAILING_STOP_PEG, ExecInst::CANCEL_ON_CONNECTION_LOSS];
        assert_eq!(order.exec_inst, instructions.into_iter().fold(ExecInst::NONE, ExecInst::with));
        assert_eq!((order.stop_px, order.peg_offset), (Px::from_units(9_850_000_000), Px::from_units(25_000_000)));
        assert_eq!((order.min_qty, order.max_floor), (Qty::whole(2), Qty::whole(3)));
        assert_eq!((order.cl_ord_link_id.as_str(), order.contingency), ("L1", Contingency::OneTriggersTheOther));
        assert_eq!(order.expire_time.0 % DAY_NS, 0);
        let Translated::Command(Command::NewOrder(dated)) = translated("D", &format!("{ORDER}432=20240102|")) else {
            panic!("a command")
        };
        assert_eq!(dated.expire_time, order.expire_time, "a date means its end");
        let cash = ORDER.replace("38=10.5|", "152=1000|");
        let Translated::Command(Command::NewOrder(cash)) = translated("D", &cash) else { panic!("a command") };
        assert_eq!((cash.order_qty, cash.cash_order_qty), (Qty::ZERO, Qty::whole(1_000)));
    }

    #[test]
    fn requests_about_many_orders_and_disputes_are_commands() {
        let Translated::Command(Command::MassCancel(all)) = translated("q", "11=m1|530=7|60=20240102-03:04:05|54=2|")
        else {
            panic!("a mass cancel")
        };
        assert_eq!((all.request_type, all.side, all.symbol.is_empty()), (b'7', b'2', true));
        let Translated::Command(Command::MassStatusRequest(status)) = translated("AF", "584=s1|585=1|55=ACME|") else {
            panic!("a mass status request")
        };
        assert_eq!((status.mass_status_req_id.as_str(), status.symbol.as_str()), ("s1", "ACME"));
        let dispute = |exec_id: &str| {
            let body = format!("37=12|17={exec_id}|127=C|55=ACME|54=1|");
            match translated("Q", &body) {
                Translated::Command(Command::DisputeTrade(dispute)) => {
                    (dispute.order_id.0, dispute.exec_seq.0, dispute.exec_index, dispute.reason)
                }
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(dispute("77-1"), (12, 77, 1, b'C'));
        assert_eq!(dispute("theirs"), (12, 0, 0, b'C'));
    }

    #[test]
    fn cancel_replace_and_status_carry_both_identifiers() {
        let body = ORDER.replace("11=o1|", "11=o2|41=o1|");
        let Translated::Command(Command::ReplaceOrder(replace)) = translated("G", &body) else { panic!("a replace") };
        assert_eq!((replace.cl_ord_id.as_str(), replace.orig_cl_ord_id.as_str()), ("o2", "o1"));
        let Translated::Command(Command::CancelOrder(cancel)) = translated("F", &body) else { panic!("a cancel") };
        assert_eq!((cancel.cl_ord_id.as_str(), cancel.orig_cl_ord_id.as_str()), ("o2", "o1"));
        assert!(matches!(translated("H", &body), Translated::Command(Command::OrderStatusRequest(_))));
    }
}
