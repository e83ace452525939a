//! The form of a message: which tags are header, trailer, data or members of groups, and which are required.
//!
//! Compact tables of the messages that Millrace speaks; a counterparty's dictionary can be laid over them later.

use super::{limits::TAG_SLOTS, message::Message, tag};

/// SessionRejectReason(373).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum SessionRejectReason {
    InvalidTagNumber = 0,
    RequiredTagMissing = 1,
    TagNotDefinedForMessageType = 2,
    UndefinedTag = 3,
    TagSpecifiedWithoutValue = 4,
    ValueIncorrect = 5,
    IncorrectDataFormat = 6,
    CompIdProblem = 9,
    SendingTimeAccuracyProblem = 10,
    InvalidMsgType = 11,
    TagAppearsMoreThanOnce = 13,
    TagSpecifiedOutOfOrder = 14,
    IncorrectNumInGroupCount = 16,
    NonDataValueIncludesSoh = 17,
    /// FIXT.1.1 only.
    InvalidApplVerId = 18,
    Other = 99,
}

impl SessionRejectReason {
    /// The number that stands in SessionRejectReason(373).
    pub fn code(self) -> u64 {
        self as u64
    }

    /// The words of the standard, for Text(58).
    pub fn text(self) -> &'static str {
        match self {
            SessionRejectReason::InvalidTagNumber => "Invalid tag number",
            SessionRejectReason::RequiredTagMissing => "Required tag missing",
            SessionRejectReason::TagNotDefinedForMessageType => "Tag not defined for this message type",
            SessionRejectReason::UndefinedTag => "Undefined tag",
            SessionRejectReason::TagSpecifiedWithoutValue => "Tag specified without a value",
            SessionRejectReason::ValueIncorrect => "Value is incorrect (out of range) for this tag",
            SessionRejectReason::IncorrectDataFormat => "Incorrect data format for value",
            SessionRejectReason::CompIdProblem => "CompID problem",
            SessionRejectReason::SendingTimeAccuracyProblem => "SendingTime accuracy problem",
            SessionRejectReason::InvalidMsgType => "Invalid MsgType",
            SessionRejectReason::TagAppearsMoreThanOnce => "Tag appears more than once",
            SessionRejectReason::TagSpecifiedOutOfOrder => "Tag specified out of required order",
            SessionRejectReason::IncorrectNumInGroupCount => "Incorrect NumInGroup count for repeating group",
            SessionRejectReason::NonDataValueIncludesSoh => "Non data value includes field delimiter",
            SessionRejectReason::InvalidApplVerId => "Invalid or unsupported application version",
            SessionRejectReason::Other => "Other",
        }
    }
}

/// What is wrong with one field: the content of a Reject(3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FieldProblem {
    /// SessionRejectReason(373).
    pub reason: SessionRejectReason,
    /// RefTagID(371); 0 when no tag can be named.
    pub ref_tag: u32,
}

impl FieldProblem {
    pub const fn new(reason: SessionRejectReason, ref_tag: u32) -> FieldProblem {
        FieldProblem { reason, ref_tag }
    }

    pub const fn missing(ref_tag: u32) -> FieldProblem {
        FieldProblem::new(SessionRejectReason::RequiredTagMissing, ref_tag)
    }
}

/// The first body or header tag that FIX 4.4 requires of this message and that it lacks. Conditional requirements (Price(44)
/// of a limit order, OrderQty(38)) are for the application.
pub fn missing_required(message: &Message<'_>) -> Option<FieldProblem> {
    let of_type: &[u32] = match message.msg_type() {
        b"A" => &[tag::ENCRYPT_METHOD, tag::HEART_BT_INT],
        b"1" => &[tag::TEST_REQ_ID],
        b"2" => &[tag::BEGIN_SEQ_NO, tag::END_SEQ_NO],
        b"3" => &[tag::REF_SEQ_NUM],
        b"4" => &[tag::NEW_SEQ_NO],
        b"D" => &[tag::CL_ORD_ID, tag::SYMBOL, tag::SIDE, tag::TRANSACT_TIME, tag::ORD_TYPE],
        b"F" => &[tag::ORIG_CL_ORD_ID, tag::CL_ORD_ID, tag::SYMBOL, tag::SIDE, tag::TRANSACT_TIME],
        b"G" => &[tag::ORIG_CL_ORD_ID, tag::CL_ORD_ID, tag::SYMBOL, tag::SIDE, tag::TRANSACT_TIME, tag::ORD_TYPE],
        b"H" => &[tag::CL_ORD_ID, tag::SYMBOL, tag::SIDE],
        b"8" => &[
            tag::ORDER_ID,
            tag::EXEC_ID,
            tag::EXEC_TYPE,
            tag::ORD_STATUS,
            tag::SYMBOL,
            tag::SIDE,
            tag::LEAVES_QTY,
            tag::CUM_QTY,
            tag::AVG_PX,
        ],
        b"9" => &[tag::ORDER_ID, tag::CL_ORD_ID, tag::ORIG_CL_ORD_ID, tag::ORD_STATUS, tag::CXL_REJ_RESPONSE_TO],
        b"j" => &[tag::REF_MSG_TYPE, tag::BUSINESS_REJECT_REASON],
        _ => &[],
    };
    let of_header = [tag::SENDER_COMP_ID, tag::TARGET_COMP_ID, tag::MSG_SEQ_NUM, tag::SENDING_TIME];
    let lacks = |tag: &&u32| message.get(**tag).is_none();
    of_header.iter().chain(of_type).find(lacks).map(|tag| FieldProblem::missing(*tag))
}

const HEADER: u8 = 1;
const TRAILER: u8 = 2;
const DATA: u8 = 4;
const GROUP_COUNT: u8 = 8;
const GROUP_MEMBER: u8 = 16;

/// Standard header, with NoHops(627) and its members.
const HEADER_TAGS: &[u32] = &[
    8, 9, 35, 49, 56, 115, 128, 90, 91, 34, 50, 142, 57, 143, 116, 144, 129, 145, 43, 97, 52, 122, 212, 213, 347, 369,
    627, 628, 629, 630,
];
/// Header fields of FIXT.1.1 beyond the table: ApplVerID, CstmApplVerID, ApplExtID.
const HEADER_TAGS_OF_FIXT: [u32; 3] = [1128, 1129, 1156];
const TRAILER_TAGS: &[u32] = &[93, 89, 10];
/// Fields of type data, whose value may hold SOH; the field before gives the length.
const DATA_TAGS: &[u32] = &[91, 89, 96, 213, 349, 351, 353, 355, 357, 359, 361, 363, 365, 446, 619, 622];
/// NumInGroup fields of the header, of Logon(A), and of the order messages.
const GROUP_COUNT_TAGS: &[u32] =
    &[627, 384, 453, 802, 78, 539, 804, 386, 454, 864, 711, 457, 887, 232, 555, 382, 518, 136, 756, 806];
/// Members of those groups.
const GROUP_MEMBER_TAGS: &[u32] = &[
    628, 629, 630, 372, 385, 448, 447, 452, 523, 803, 79, 661, 736, 467, 80, 524, 525, 538, 545, 805, 336, 625, 455,
    456, 865, 866, 867, 868, 311, 312, 309, 305, 462, 463, 310, 763, 313, 542, 315, 241, 242, 243, 244, 245, 246, 256,
    595, 592, 593, 594, 247, 316, 941, 317, 436, 435, 308, 306, 362, 363, 307, 364, 365, 877, 878, 318, 879, 810, 882,
    883, 884, 885, 886, 458, 459, 888, 889, 233, 234, 375, 337, 437, 438, 655, 519, 520, 521, 137, 138, 139, 891, 757,
    758, 759, 807, 760,
];

static CLASS: [u8; TAG_SLOTS] = {
    let mut class = [0; TAG_SLOTS];
    mark(&mut class, HEADER_TAGS, HEADER);
    mark(&mut class, TRAILER_TAGS, TRAILER);
    mark(&mut class, DATA_TAGS, DATA);
    mark(&mut class, GROUP_COUNT_TAGS, GROUP_COUNT);
    mark(&mut class, GROUP_MEMBER_TAGS, GROUP_MEMBER);
    class
};

const fn mark(class: &mut [u8; TAG_SLOTS], tags: &[u32], bit: u8) {
    let mut at = 0;
    while at < tags.len() {
        class[tags[at] as usize] |= bit;
        at += 1;
    }
}

/// What the tables say about one tag.
#[derive(Clone, Copy)]
pub(super) struct TagClass(u8);

impl TagClass {
    #[inline]
    pub(super) fn of(tag: u32) -> TagClass {
        TagClass(CLASS.get(tag as usize).copied().unwrap_or(if HEADER_TAGS_OF_FIXT.contains(&tag) {
            HEADER
        } else {
            0
        }))
    }

    #[inline]
    pub(super) fn is_header(self) -> bool {
        self.0 & HEADER != 0
    }

    #[inline]
    pub(super) fn is_trailer(self) -> bool {
        self.0 & TRAILER != 0
    }

    #[inline]
    pub(super) fn is_data(self) -> bool {
        self.0 & DATA != 0
    }

    #[inline]
    pub(super) fn is_group_count(self) -> bool {
        self.0 & GROUP_COUNT != 0
    }

    #[inline]
    pub(super) fn is_group_member(self) -> bool {
        self.0 & GROUP_MEMBER != 0
    }
}

/// The tag of the length field that must stand before a data field: SignatureLength(93) before Signature(89), for all others
/// the number before.
pub(super) fn length_tag_of(data_tag: u32) -> u32 {
    match data_tag {
        89 => 93,
        other => other - 1,
    }
}
