//! The body of a message in canonical order: fields by ascending tag, each repeating group whole in the place of its
//! NumInGroup field.
//!
//! For applications that pass a message on: the body leaves byte by byte as it came, only its order is settled. What belongs
//! to a group is told by the compact table below, which knows the groups of NewOrderSingle(D), SecurityDefinitionRequest(c)
//! and SecurityDefinition(d) in FIX 4.2, 4.4 and 5.0SP2; a group that it does not know is sorted like plain fields.

use super::encode::Encoder;
use super::form::{TagClass, length_tag_of};
use super::limits::FIELDS_MAX;
use super::message::Message;

/// Sorts bodies; allocated once, used again for each message.
#[derive(Debug)]
pub struct BodyOrder {
    parts: Vec<Part>,
}

/// Bytes that stay together: a field, a length with its data, or a group.
#[derive(Clone, Copy, Debug)]
struct Part {
    tag: u32,
    start: usize,
    end: usize,
}

impl Default for BodyOrder {
    fn default() -> BodyOrder {
        BodyOrder::new()
    }
}

impl BodyOrder {
    /// Room for the longest message.
    pub fn new() -> BodyOrder {
        BodyOrder { parts: Vec::with_capacity(FIELDS_MAX) }
    }

    /// Adds the body of `message` to the message that `out` has begun. The message is one that a session has accepted, so it
    /// has no problem of form.
    pub fn write(&mut self, message: &Message<'_>, out: &mut Encoder) {
        self.split(message);
        if !self.parts.is_sorted_by_key(|part| part.tag) {
            self.parts.sort_unstable_by_key(|part| (part.tag, part.start));
        }
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            // Neighbours that were neighbours before leave in one piece.
            let mut end = part.end;
            while let Some(next) = parts.next_if(|next| next.start == end) {
                end = next.end;
            }
            out.fields_raw(&message.bytes()[part.start..end]);
        }
    }

    fn split(&mut self, message: &Message<'_>) {
        self.parts.clear();
        let mut end = 0;
        let mut groups = Groups::default();
        for (tag, value) in message.fields() {
            let start = end;
            end = start + tag_digits(tag) + "=".len() + value.len() + 1;
            let class = TagClass::of(tag);
            if class.is_header() || class.is_trailer() {
                continue;
            }
            let with_length = class.is_data() && self.parts.last().is_some_and(|last| last.tag == length_tag_of(tag));
            let inside = groups.holds(tag);
            match self.parts.last_mut() {
                Some(last) if inside || with_length => last.end = end,
                _ => self.parts.push(Part { tag, start, end }),
            }
        }
    }
}

fn tag_digits(tag: u32) -> usize {
    tag.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Groups that may be nested deeper are sorted as far as this.
const NESTED_MAX: usize = 8;

/// The groups that are open at a field, outermost first.
#[derive(Default)]
struct Groups {
    open: [Option<&'static Group>; NESTED_MAX],
    depth: usize,
}

impl Groups {
    /// Is the field within a group that began before it? Opens the group that the field itself begins.
    #[inline]
    fn holds(&mut self, tag: u32) -> bool {
        while self.depth > 0 && !self.open[self.depth - 1].is_some_and(|group| group.has(tag)) {
            self.depth -= 1;
        }
        let inside = self.depth > 0;
        if self.depth < NESTED_MAX
            && let Some(group) = Group::of(tag)
        {
            self.open[self.depth] = Some(group);
            self.depth += 1;
        }
        inside
    }
}

/// A repeating group: its NumInGroup tag and the tags of its members, as ranges with both ends.
struct Group {
    count: u32,
    members: &'static [(u32, u32)],
}

impl Group {
    fn of(count: u32) -> Option<&'static Group> {
        if count < GROUPS[0].count {
            return None;
        }
        GROUPS.binary_search_by_key(&count, |group| group.count).ok().map(|at| &GROUPS[at])
    }

    fn has(&self, tag: u32) -> bool {
        self.members.iter().any(|(first, last)| (*first..=*last).contains(&tag))
    }
}

/// Sorted by count.
static GROUPS: &[Group] = &[
    // NoAllocs
    Group { count: 78, members: &[(79, 80), (209, 209), (467, 467), (539, 539), (661, 661), (736, 736)] },
    // NoRelatedSym
    Group { count: 146, members: &[(54, 54), (305, 319), (362, 365), (435, 436)] },
    // NoStipulations
    Group { count: 232, members: &[(233, 234)] },
    // NoTradingSessions
    Group { count: 386, members: &[(336, 336), (625, 625)] },
    // NoPartyIDs
    Group { count: 453, members: &[(447, 448), (452, 452), (802, 802)] },
    // NoSecurityAltID
    Group { count: 454, members: &[(455, 456)] },
    // NoUnderlyingSecurityAltID
    Group { count: 457, members: &[(458, 459)] },
    // NoNestedPartyIDs
    Group { count: 539, members: &[(524, 525), (538, 538), (804, 804)] },
    // NoLegs
    Group {
        count: 555,
        members: &[
            (248, 254),
            (257, 257),
            (556, 556),
            (566, 566),
            (596, 604),
            (607, 624),
            (739, 740),
            (764, 764),
            (942, 942),
            (955, 956),
            (999, 999),
            (1001, 1001),
            (1017, 1017),
            (1212, 1212),
            (1224, 1224),
            (1358, 1358),
            (1420, 1422),
            (1436, 1436),
            (1440, 1440),
            (1528, 1528),
            (1594, 1594),
        ],
    },
    // NoLegSecurityAltID
    Group { count: 604, members: &[(605, 606)] },
    // NoUnderlyings
    Group {
        count: 711,
        members: &[
            (241, 247),
            (256, 256),
            (305, 313),
            (315, 318),
            (362, 365),
            (435, 436),
            (457, 457),
            (462, 463),
            (542, 542),
            (592, 595),
            (763, 763),
            (810, 810),
            (877, 879),
            (882, 887),
            (941, 941),
            (972, 975),
            (998, 998),
            (1000, 1000),
            (1038, 1039),
            (1044, 1046),
            (1058, 1058),
            (1213, 1213),
            (1419, 1419),
            (1423, 1425),
            (1437, 1437),
            (1441, 1441),
            (1453, 1456),
            (1459, 1460),
            (1526, 1526),
        ],
    },
    // NoTrdRegTimestamps
    Group { count: 768, members: &[(769, 771), (1033, 1035)] },
    // NoPartySubIDs
    Group { count: 802, members: &[(523, 523), (803, 803)] },
    // NoNestedPartySubIDs
    Group { count: 804, members: &[(545, 545), (805, 805)] },
    // NoEvents
    Group { count: 864, members: &[(865, 868), (1145, 1145), (1578, 1579)] },
    // NoInstrAttrib
    Group { count: 870, members: &[(871, 872)] },
    // NoUnderlyingStips
    Group { count: 887, members: &[(888, 889)] },
    // NoStrategyParameters
    Group { count: 957, members: &[(958, 960)] },
    // NoInstrumentParties
    Group { count: 1018, members: &[(1019, 1019), (1050, 1052)] },
    // NoInstrumentPartySubIDs
    Group { count: 1052, members: &[(1053, 1054)] },
    // NoUndlyInstrumentParties
    Group { count: 1058, members: &[(1059, 1062)] },
    // NoUndlyInstrumentPartySubIDs
    Group { count: 1062, members: &[(1063, 1064)] },
    // NoMDFeedTypes
    Group { count: 1141, members: &[(264, 264), (1021, 1022), (1173, 1173), (1683, 1683)] },
    // NoStrikeRules
    Group { count: 1201, members: &[(1202, 1204), (1223, 1223), (1236, 1236), (1304, 1304)] },
    // NoTickRules
    Group { count: 1205, members: &[(1206, 1209)] },
    // NoExecInstRules
    Group { count: 1232, members: &[(1308, 1308)] },
    // NoLotTypeRules
    Group { count: 1234, members: &[(1093, 1093), (1231, 1231)] },
    // NoMatchRules
    Group { count: 1235, members: &[(574, 574), (1142, 1142)] },
    // NoMaturityRules
    Group { count: 1236, members: &[(1222, 1222), (1226, 1226), (1229, 1229), (1241, 1241), (1302, 1303)] },
    // NoOrdTypeRules
    Group { count: 1237, members: &[(40, 40)] },
    // NoTimeInForceRules
    Group { count: 1239, members: &[(59, 59)] },
    // NoTradingSessionRules
    Group {
        count: 1309,
        members: &[(336, 336), (625, 625), (1141, 1141), (1232, 1232), (1235, 1235), (1237, 1237), (1239, 1239)],
    },
    // NoMarketSegments
    Group {
        count: 1310,
        members: &[
            (423, 423),
            (561, 562),
            (827, 827),
            (1140, 1140),
            (1143, 1144),
            (1148, 1150),
            (1201, 1201),
            (1205, 1205),
            (1234, 1234),
            (1245, 1245),
            (1300, 1301),
            (1306, 1306),
            (1309, 1309),
            (1312, 1312),
            (1377, 1378),
        ],
    },
    // NoNestedInstrAttrib
    Group { count: 1312, members: &[(1210, 1211)] },
    // NoRateSources
    Group { count: 1445, members: &[(1446, 1448)] },
    // NoTargetPartyIDs
    Group { count: 1461, members: &[(1462, 1464)] },
    // NoComplexEvents
    Group { count: 1483, members: &[(1484, 1491)] },
    // NoComplexEventDates
    Group { count: 1491, members: &[(1492, 1494)] },
    // NoComplexEventTimes
    Group { count: 1494, members: &[(1495, 1496)] },
    // NoSecurityClassifications
    Group { count: 1582, members: &[(1583, 1584)] },
    // NoMatchInst
    Group { count: 1624, members: &[(1625, 1627), (1673, 1673)] },
    // NoRelatedInstruments
    Group { count: 1647, members: &[(1648, 1653)] },
];

#[cfg(test)]
mod tests {
    use super::super::message::FieldIndex;
    use super::*;

    fn reordered(body: &str) -> String {
        let text = format!("8=FIX.4.4|9=1|35=D|49=A|56=B|34=1|52=20240101-00:00:00|97=Y|{body}10=000|");
        let bytes = text.replace('|', "\x01").into_bytes();
        let mut index = FieldIndex::new();
        let message = index.parse(&bytes).expect("readable");
        let mut out = Encoder::with_capacity(256);
        out.begin(b"FIX.4.4", b"D");
        BodyOrder::new().write(&message, &mut out);
        let written = out.finish().to_vec();
        let written = String::from_utf8(written).expect("text").replace('\x01', "|");
        let body = written.split_once("|35=D|").expect("a header").1;
        body.split_once("10=").expect("a trailer").0.to_owned()
    }

    #[test]
    fn plain_fields_ascend() {
        assert_eq!(reordered("55=X|11=a|44=1|38=2|"), "11=a|38=2|44=1|55=X|");
        assert_eq!(reordered("1=a|11=b|55=X|5001=z|"), "1=a|11=b|55=X|5001=z|");
        assert_eq!(reordered(""), "");
    }

    #[test]
    fn group_stays_whole_in_the_place_of_its_count() {
        assert_eq!(
            reordered("55=X|453=2|448=p|447=D|452=1|448=q|447=D|452=3|11=a|"),
            "11=a|55=X|453=2|448=p|447=D|452=1|448=q|447=D|452=3|"
        );
        assert_eq!(
            reordered("78=1|79=acc|539=1|524=n|525=D|538=1|804=1|545=s|805=2|80=5|60=t|11=a|"),
            "11=a|60=t|78=1|79=acc|539=1|524=n|525=D|538=1|804=1|545=s|805=2|80=5|"
        );
        let legs = "555=2|600=l|624=1|600=m|624=2|";
        assert_eq!(reordered(&format!("{legs}320=r|55=X|")), format!("55=X|320=r|{legs}"));
        let symbols = "146=2|311=u|319=1|54=1|311=v|319=2|54=2|";
        assert_eq!(reordered(&format!("320=r|{symbols}55=X|")), format!("55=X|{symbols}320=r|"));
        assert_eq!(reordered("386=2|336=b|336=a|55=X|21=1|"), "21=1|55=X|386=2|336=b|336=a|");
    }

    #[test]
    fn tag_that_is_a_member_elsewhere_stands_alone_outside_a_group() {
        assert_eq!(reordered("336=open|55=X|"), "55=X|336=open|");
        assert_eq!(reordered("453=0|55=X|448=p|"), "55=X|448=p|453=0|");
    }

    #[test]
    fn data_stays_behind_its_length() {
        assert_eq!(reordered("354=5|355=a|b|c|11=a|"), "11=a|354=5|355=a|b|c|");
    }

    #[test]
    fn table_is_sorted() {
        assert!(GROUPS.is_sorted_by_key(|group| group.count));
    }
}
