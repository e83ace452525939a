//! FIX in to [`Command`]: NewOrderSingle(D), OrderCancelRequest(F), OrderCancelReplaceRequest(G), OrderStatusRequest(H).
//!
//! Only the form is judged here. What has a form that a command can hold goes to the engine, however absurd it is: the
//! engine refuses it with a check and a number, and the refusal is in the journal. What a command cannot hold is refused
//! here, honestly: a wrong value with Reject(3), an instruction that we would otherwise drop in silence with
//! BusinessMessageReject(j).

use model::{
    AccountName, CancelOrder, ClOrdId, Command, EngineTime, NewOrder, OrdType, OrderStatusRequest, Origin, Px, Qty,
    ReplaceOrder, SessionId, Side, Text, TimeInForce,
};

use super::form::{FieldProblem, SessionRejectReason};
use super::message::{Message, optional};
use super::session::BusinessRejectReason;
use super::{msg_type, tag};

/// What became of an application message.
#[derive(Clone, Copy, PartialEq, Debug)]
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

const MIN_QTY: u32 = 110;
const EFFECTIVE_TIME: u32 = 168;
const MAX_SHOW: u32 = 210;
/// PegDifference in FIX 4.2.
const PEG_OFFSET_VALUE: u32 = 211;
const DISCRETION_INST: u32 = 388;
const TARGET_STRATEGY: u32 = 847;
const MATCH_INCREMENT: u32 = 1089;
const MAX_PRICE_LEVELS: u32 = 1090;
const PRICE_PROTECTION_SCOPE: u32 = 1092;
const PEG_PRICE_TYPE: u32 = 1094;
const TRIGGER_TYPE: u32 = 1100;
const DISPLAY_QTY: u32 = 1138;

/// Instructions that change how an order trades and that Millrace does not know, of all versions. To drop one would be a guess
/// about the client's money.
const UNSUPPORTED_INSTRUCTIONS: &[(u32, &str)] = &[
    (tag::EXEC_INST, "ExecInst(18) is not supported"),
    (tag::STOP_PX, "StopPx(99) is not supported"),
    (MIN_QTY, "MinQty(110) is not supported"),
    (tag::MAX_FLOOR, "MaxFloor(111) is not supported"),
    (tag::CASH_ORDER_QTY, "CashOrderQty(152) is not supported, use OrderQty(38)"),
    (EFFECTIVE_TIME, "EffectiveTime(168) is not supported"),
    (MAX_SHOW, "MaxShow(210) is not supported"),
    (PEG_OFFSET_VALUE, "PegOffsetValue(211) is not supported"),
    (DISCRETION_INST, "DiscretionInst(388) is not supported"),
    (tag::ORDER_PERCENT, "OrderPercent(516) is not supported"),
    (TARGET_STRATEGY, "TargetStrategy(847) is not supported"),
    (MATCH_INCREMENT, "MatchIncrement(1089) is not supported"),
    (MAX_PRICE_LEVELS, "MaxPriceLevels(1090) is not supported"),
    (PRICE_PROTECTION_SCOPE, "PriceProtectionScope(1092) is not supported"),
    (PEG_PRICE_TYPE, "PegPriceType(1094) is not supported"),
    (TRIGGER_TYPE, "TriggerType(1100) is not supported"),
    (DISPLAY_QTY, "DisplayQty(1138) is not supported"),
];

/// Translates one application message that the session has accepted under `msg_seq_num`.
pub fn translate(session: SessionId, msg_seq_num: u64, poss_resend: bool, message: &Message<'_>) -> Translated {
    let origin = Origin::fix(session, msg_seq_num);
    let command = match message.msg_type() {
        msg_type::NEW_ORDER_SINGLE => new_order(origin, poss_resend, message),
        msg_type::ORDER_CANCEL_REQUEST => cancel_order(origin, message),
        msg_type::ORDER_CANCEL_REPLACE_REQUEST => replace_order(origin, message),
        msg_type::ORDER_STATUS_REQUEST => status_request(origin, message),
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
    Ok(Command::NewOrder(NewOrder {
        origin,
        order_qty: order_qty(message)?,
        price: price(message)?,
        transact_time: transact_time(message)?,
        cl_ord_id: text(message, tag::CL_ORD_ID)?,
        symbol: text(message, tag::SYMBOL)?,
        account: account(message)?,
        side: side(message)?,
        ord_type: ord_type(message)?,
        time_in_force: time_in_force(message)?,
        poss_resend: u8::from(poss_resend),
        reserved: [0; 4],
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
    // Checked although a replace cannot change it, so that an unknown value is not passed over.
    time_in_force(message)?;
    Ok(Command::ReplaceOrder(ReplaceOrder {
        origin,
        order_qty: order_qty(message)?,
        price: price(message)?,
        transact_time: transact_time(message)?,
        cl_ord_id: text(message, tag::CL_ORD_ID)?,
        orig_cl_ord_id: orig_cl_ord_id(message)?,
        side: side(message)?,
        ord_type: ord_type(message)?,
        reserved: [0; 6],
    }))
}

fn status_request(origin: Origin, message: &Message<'_>) -> Result<Command, Trouble> {
    // FIX 5.0 SP2 lets OrderID(37) stand for it; orders are known here by the client's own name.
    is_there(message, tag::CL_ORD_ID, "ClOrdID(11) is required")?;
    Ok(Command::OrderStatusRequest(OrderStatusRequest { origin, cl_ord_id: text(message, tag::CL_ORD_ID)? }))
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

/// Price(44), zero where absent: whether the order needs one is the engine's check.
fn price(message: &Message<'_>) -> Result<Px, FieldProblem> {
    Ok(optional(message.get_decimal(tag::PRICE))?.map_or(Px::ZERO, Px::from_units))
}

fn transact_time(message: &Message<'_>) -> Result<EngineTime, FieldProblem> {
    Ok(EngineTime(message.get_time(tag::TRANSACT_TIME)?))
}

fn account(message: &Message<'_>) -> Result<AccountName, FieldProblem> {
    match message.get(tag::ACCOUNT) {
        Some(_) => text(message, tag::ACCOUNT),
        None => Ok(AccountName::EMPTY),
    }
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
    fn values_that_no_command_can_hold_are_rejected_with_their_tag() {
        assert_eq!(rejected("D", &ORDER.replace("54=1", "54=9")), (5, tag::SIDE));
        assert_eq!(rejected("D", &ORDER.replace("40=2", "40=K")), (5, tag::ORD_TYPE));
        assert_eq!(rejected("D", &ORDER.replace("59=1", "59=6")), (5, tag::TIME_IN_FORCE));
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
        assert_eq!(refused("D", &format!("{ORDER}111=1|")), BusinessRejectReason::Other);
        assert_eq!(refused("G", &format!("{ORDER}41=o0|18=6|")), BusinessRejectReason::Other);
        assert_eq!(refused("q", ORDER), BusinessRejectReason::UnsupportedMessageType);
        assert_eq!(translated("j", "372=8|380=0|"), Translated::Ignored);
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
