//! The form of a message: which tags are header, trailer, data or members of groups, and which are required.
//!
//! What can be said in one pass and without knowing the session's version: the tables here are the union of FIX 4.2, FIX 4.4 and
//! FIXT 1.1 with FIX 5.0 SP2. Exactly, and by version, [`super::dictionary`] says it.

use super::dictionary::tag_map::TagMap;
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
    RepeatingGroupFieldsOutOfOrder = 15,
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
            SessionRejectReason::RepeatingGroupFieldsOutOfOrder => "Repeating group fields out of order",
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
    let lacks = |tag: &&u32| !message.has(**tag);
    of_header.iter().chain(of_type).find(lacks).map(|tag| FieldProblem::missing(*tag))
}

const HEADER: u8 = 1;
const TRAILER: u8 = 2;
const DATA: u8 = 4;
const GROUP_COUNT: u8 = 8;
const GROUP_MEMBER: u8 = 16;
const LENGTH: u8 = 32;

/// Standard header, with NoHops(627) and its members; OnBehalfOfSendingTime(370) is of 4.2, 1128 and up are of FIXT 1.1.
const HEADER_TAGS: &[u32] = &[
    8, 9, 35, 49, 56, 115, 128, 90, 91, 34, 50, 142, 57, 143, 116, 144, 129, 145, 43, 97, 52, 122, 212, 213, 347, 369,
    370, 627, 628, 629, 630, 1128, 1129, 1156,
];
const TRAILER_TAGS: &[u32] = &[93, 89, 10];
/// Fields of type data, whose value may hold SOH; the field before gives the length.
const DATA_TAGS: &[u32] = &[
    91, 89, 96, 213, 349, 351, 353, 355, 357, 359, 361, 363, 365, 446, 619, 622, 1185, 1278, 1281, 1283, 1398, 1402,
    1404, 1469, 1579, 1621,
];
/// NumInGroup fields of all messages.
const GROUP_COUNT_TAGS: &[u32] = &[
    33, 73, 78, 85, 124, 136, 146, 199, 215, 232, 267, 268, 295, 296, 382, 384, 386, 398, 420, 428, 453, 454, 457, 473,
    510, 518, 534, 539, 552, 555, 558, 576, 580, 604, 627, 670, 683, 702, 711, 735, 753, 756, 768, 778, 781, 801, 802,
    804, 806, 809, 816, 862, 864, 870, 887, 897, 936, 938, 948, 952, 957, 981, 984, 1016, 1018, 1052, 1058, 1062, 1116,
    1120, 1141, 1158, 1165, 1175, 1177, 1201, 1205, 1218, 1232, 1234, 1235, 1236, 1237, 1239, 1286, 1292, 1296, 1309,
    1310, 1311, 1312, 1334, 1342, 1351, 1362, 1370, 1387, 1413, 1414, 1445, 1461, 1475, 1483, 1491, 1494, 1499, 1508,
    1514, 1516, 1519, 1529, 1534, 1540, 1559, 1562, 1566, 1569, 1572, 1582, 1586, 1610, 1618,
];
/// Members of the groups of the types in [`has_known_groups`].
const GROUP_MEMBER_TAGS: &[u32] = &[
    79, 80, 137, 138, 139, 209, 233, 234, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 256,
    257, 305, 306, 307, 308, 309, 310, 311, 312, 313, 315, 316, 317, 318, 336, 337, 362, 363, 364, 365, 372, 375, 385,
    435, 436, 437, 438, 447, 448, 452, 455, 456, 458, 459, 462, 463, 467, 519, 520, 521, 523, 524, 525, 538, 542, 545,
    556, 564, 565, 566, 587, 588, 592, 593, 594, 595, 596, 597, 598, 599, 600, 601, 602, 603, 605, 606, 607, 608, 609,
    610, 611, 612, 613, 614, 615, 616, 617, 618, 619, 620, 621, 622, 623, 624, 625, 628, 629, 630, 637, 654, 655, 661,
    671, 672, 673, 674, 675, 685, 687, 688, 689, 690, 736, 739, 740, 757, 758, 759, 760, 763, 764, 769, 770, 771, 803,
    805, 807, 810, 865, 866, 867, 868, 877, 878, 879, 882, 883, 884, 885, 886, 888, 889, 891, 941, 942, 949, 950, 951,
    953, 954, 955, 956, 958, 959, 960, 972, 973, 974, 975, 998, 999, 1000, 1001, 1017, 1019, 1033, 1034, 1035, 1038,
    1039, 1044, 1045, 1046, 1050, 1051, 1053, 1054, 1059, 1060, 1061, 1063, 1064, 1073, 1074, 1075, 1145, 1212, 1213,
    1224, 1358, 1363, 1364, 1365, 1366, 1367, 1379, 1381, 1383, 1384, 1411, 1412, 1415, 1416, 1417, 1418, 1419, 1420,
    1421, 1422, 1423, 1424, 1425, 1436, 1437, 1440, 1441, 1443, 1446, 1447, 1448, 1453, 1454, 1455, 1456, 1459, 1460,
    1462, 1463, 1464, 1484, 1485, 1486, 1487, 1488, 1489, 1490, 1492, 1493, 1495, 1496, 1526, 1528, 1578, 1579, 1594,
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

/// Whether all groups that a message of this type may have are in the tables here: session and order messages.
#[inline]
pub(super) fn has_known_groups(msg_type: &[u8]) -> bool {
    matches!(msg_type, [b'0'..=b'5' | b'8' | b'9' | b'A' | b'D' | b'F' | b'G' | b'H' | b'Q' | b'j' | b'q'])
}

/// What the tables say about one tag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TagClass(u8);

impl TagClass {
    pub(super) const HEADER_TAG: TagClass = TagClass(HEADER);
    pub(super) const TRAILER_TAG: TagClass = TagClass(TRAILER);
    pub(super) const DATA_TAG: TagClass = TagClass(DATA);
    pub(super) const LENGTH_TAG: TagClass = TagClass(LENGTH);
    pub(super) const GROUP_COUNT_TAG: TagClass = TagClass(GROUP_COUNT);

    /// Both what one and what the other says.
    #[inline]
    pub(super) fn and(self, other: TagClass) -> TagClass {
        TagClass(self.0 | other.0)
    }

    /// Whether it says all that the other says.
    pub(super) fn has(self, other: TagClass) -> bool {
        self.0 & other.0 == other.0
    }

    #[inline]
    pub(super) fn of(tag: u32) -> TagClass {
        TagClass(CLASS.get(tag as usize).copied().unwrap_or(0))
    }

    /// Neither trailer, nor data, nor the count of a group.
    #[inline]
    pub(super) fn is_plain(self) -> bool {
        self.0 & (TRAILER | DATA | GROUP_COUNT) == 0
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
    pub(super) fn is_length(self) -> bool {
        self.0 & LENGTH != 0
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

/// What a counterparty's dictionary says of tags and the tables here do not: the parser must know which hold data, which belong to
/// the header, and which count groups.
#[derive(Debug)]
pub struct CustomTags(TagMap);

impl CustomTags {
    /// Of two classes for one tag both hold.
    pub(super) fn new(mut tags: Vec<(u32, TagClass)>) -> CustomTags {
        tags.sort_by_key(|(tag, _)| *tag);
        tags.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 = earlier.1.and(later.1);
            }
            same
        });
        CustomTags(TagMap::new(tags.into_iter().map(|(tag, class)| (tag, u16::from(class.0)))))
    }

    /// Not inlined, so that parsing without them is not burdened.
    #[inline(never)]
    pub(super) fn class(&self, tag: u32) -> TagClass {
        TagClass(self.0.get(tag).unwrap_or(0) as u8)
    }
}
