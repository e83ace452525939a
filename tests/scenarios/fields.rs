//! FIX's names of fields and of their values, as the scenario files write them.

use std::str::FromStr as _;

use rust_decimal::Decimal;

/// A field of a message: its tag and its value as it is on the wire.
pub(crate) type Field = (u32, String);

/// Every field that a scenario may name.
const FIELDS: [(&str, u32); 41] = [
    ("Account", 1),
    ("AvgPx", 6),
    ("ClOrdID", 11),
    ("CumQty", 14),
    ("ExecID", 17),
    ("ExecInst", 18),
    ("ExecRefID", 19),
    ("ExecTransType", 20),
    ("LastPx", 31),
    ("LastQty", 32),
    ("OrderID", 37),
    ("OrderQty", 38),
    ("OrdStatus", 39),
    ("OrdType", 40),
    ("OrigClOrdID", 41),
    ("Price", 44),
    ("Side", 54),
    ("Symbol", 55),
    ("Text", 58),
    ("TimeInForce", 59),
    ("TransactTime", 60),
    ("PossResend", 97),
    ("StopPx", 99),
    ("CxlRejReason", 102),
    ("OrdRejReason", 103),
    ("MaxFloor", 111),
    ("ExpireTime", 126),
    ("ExecType", 150),
    ("LeavesQty", 151),
    ("CashOrderQty", 152),
    ("ExecRestatementReason", 378),
    ("DayOrderQty", 424),
    ("DayCumQty", 425),
    ("DayAvgPx", 426),
    ("GTBookingInst", 427),
    ("ExpireDate", 432),
    ("CxlRejResponseTo", 434),
    ("WorkingIndicator", 636),
    ("OrdStatusReqID", 790),
    ("ManualOrderIndicator", 1028),
    ("CopyMsgIndicator", 797),
];

/// Fields whose values are amounts: 100 and 100.00 are the same.
const AMOUNTS: [u32; 13] = [6, 14, 31, 32, 38, 44, 99, 111, 151, 152, 424, 425, 426];

/// Values that are written as FIX names them.
const VALUES: [(u32, &[(&str, &str)]); 9] = [
    (18, &[("ReinstateOnTradingHalt", "J"), ("CancelOnTradingHalt", "K"), ("CancelIfNotBest", "Z")]),
    (
        39,
        &[
            ("New", "0"),
            ("PartiallyFilled", "1"),
            ("Filled", "2"),
            ("DoneForDay", "3"),
            ("Canceled", "4"),
            ("PendingCancel", "6"),
            ("Stopped", "7"),
            ("Rejected", "8"),
            ("Suspended", "9"),
            ("PendingNew", "A"),
            ("Expired", "C"),
            ("PendingReplace", "E"),
        ],
    ),
    (40, &[("Market", "1"), ("Limit", "2"), ("Stop", "3"), ("StopLimit", "4")]),
    (
        59,
        &[("Day", "0"), ("GoodTillCancel", "1"), ("ImmediateOrCancel", "3"), ("FillOrKill", "4"), ("AtTheClose", "7")],
    ),
    (
        102,
        &[
            ("TooLateToCancel", "0"),
            ("UnknownOrder", "1"),
            ("BrokerOption", "2"),
            ("AlreadyPending", "3"),
            ("DuplicateClOrdID", "6"),
            ("Other", "99"),
        ],
    ),
    (
        103,
        &[
            ("BrokerOption", "0"),
            ("UnknownOrder", "5"),
            ("DuplicateOrder", "6"),
            ("DuplicateOfVerbalOrder", "7"),
            ("Other", "99"),
        ],
    ),
    (
        150,
        &[
            ("New", "0"),
            ("DoneForDay", "3"),
            ("Canceled", "4"),
            ("Replaced", "5"),
            ("PendingCancel", "6"),
            ("Stopped", "7"),
            ("Rejected", "8"),
            ("Suspended", "9"),
            ("PendingNew", "A"),
            ("Expired", "C"),
            ("Restated", "D"),
            ("PendingReplace", "E"),
            ("Trade", "F"),
            ("TradeCorrect", "G"),
            ("TradeCancel", "H"),
            ("OrderStatus", "I"),
            ("Triggered", "L"),
        ],
    ),
    (
        378,
        &[
            ("GTCorporateAction", "0"),
            ("GTRenewal", "1"),
            ("VerbalChange", "2"),
            ("BrokerOption", "4"),
            ("PartialDeclineOfOrderQty", "5"),
            ("CancelOnTradingHalt", "6"),
            ("MarketOption", "8"),
            ("CanceledNotBest", "9"),
        ],
    ),
    (434, &[("OrderCancelRequest", "1"), ("OrderCancelReplaceRequest", "2")]),
];

/// The tag of a field by its name.
pub(crate) fn tag(name: &str) -> Result<u32, String> {
    let found = FIELDS.iter().find(|(known, _)| *known == name);
    found.map(|(_, tag)| *tag).ok_or_else(|| format!("no field {name:?}"))
}

/// The name of a field, for people.
pub(crate) fn name(tag: u32) -> String {
    let found = FIELDS.iter().find(|(_, known)| *known == tag);
    found.map_or_else(|| tag.to_string(), |(name, _)| format!("{name}({tag})"))
}

/// A value on the wire by its name; where a field's values have no names, as it is.
pub(crate) fn value(tag: u32, word: &str) -> Result<String, String> {
    let Some((_, names)) = VALUES.iter().find(|(known, _)| *known == tag) else { return Ok(word.to_owned()) };
    let found = names.iter().find(|(name, _)| *name == word);
    found.map(|(_, code)| (*code).to_owned()).ok_or_else(|| format!("{} has no value {word:?}", name(tag)))
}

/// A value as people read it.
pub(crate) fn word(tag: u32, value: &str) -> String {
    let names = VALUES.iter().find(|(known, _)| *known == tag).map_or(&[][..], |(_, names)| names);
    names.iter().find(|(_, code)| *code == value).map_or_else(|| value.to_owned(), |(name, _)| (*name).to_owned())
}

/// Are two values of a field the same?
pub(crate) fn same(tag: u32, one: &str, other: &str) -> bool {
    if !AMOUNTS.contains(&tag) {
        return one == other;
    }
    matches!((Decimal::from_str(one), Decimal::from_str(other)), (Ok(one), Ok(other)) if one == other)
}

/// The value of a field in a message.
pub(crate) fn get(fields: &[Field], tag: u32) -> Option<&str> {
    fields.iter().find(|(known, _)| *known == tag).map(|(_, value)| value.as_str())
}
