//! The scripts' messages and the bytes on the wire: one made of the other, one compared with the other.

use gateway::fix::frame::checksum;
use gateway::fix::session::Version;
use gateway::fix::value::{TimePrecision, TimeText};

/// Ours and the peer's SenderCompID(49), in either role.
pub(crate) const OURS: &str = "MILL";
pub(crate) const PEERS: &str = "CLIENT";

/// Fields that are checked by themselves where a line does not name them.
const IMPLIED: [u32; 7] = [8, 9, 10, 34, 49, 52, 56];

/// What the values of a script depend on.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) version: Version,
    pub(crate) precision: TimePrecision,
    pub(crate) start_ns: i64,
    pub(crate) now_ns: i64,
}

impl Moment {
    pub(crate) fn time_text(&self, ns: i64) -> String {
        String::from_utf8_lossy(TimeText::new(self.precision).format(ns)).into_owned()
    }

    /// The items of a line, with `{..}` written out and `@..` turned into times.
    pub(crate) fn items(&self, line: &str) -> Vec<String> {
        let appl_ver_id = if self.version == Version::Fix50Sp2 { "1137=9" } else { "" };
        let trans_type = if self.version == Version::Fix42 { "|20=0" } else { "" };
        let report = format!("37=1|17=1{trans_type}|150=0|39=0|55=ACME|54=1|151=100|14=0|6=0");
        let line = line
            .replace("{1137}", appl_ver_id)
            .replace("{order}", "11=o1|21=1|55=ACME|54=1|60=@0s|38=100|40=1")
            .replace("{report}", &report);
        line.split('|').filter(|item| !item.is_empty()).map(|item| self.item(item)).collect()
    }

    fn item(&self, item: &str) -> String {
        match item.split_once("=@") {
            Some((tag, "start")) => format!("{tag}={}", self.time_text(self.start_ns)),
            Some((tag, offset)) => format!("{tag}={}", self.time_text(self.now_ns + duration_ns(offset))),
            None => item.to_owned(),
        }
    }

    /// The bytes of a message in. What the line does not say is added: BeginString, lengths, CompIDs, number, time; `-34` leaves
    /// a field out.
    pub(crate) fn message_in(&self, line: &str, number: u64) -> Vec<u8> {
        let items = self.items(line);
        let (first, rest) = items.split_first().expect("35= first");
        let begin_string = String::from_utf8_lossy(self.version.begin_string()).into_owned();
        let named = |tag: u32| value_of(&items, tag);
        let mut body = format!("{first}|");
        let implied = [(49, PEERS.to_owned()), (56, OURS.to_owned()), (34, number.to_string())];
        for (tag, value) in implied.into_iter().chain([(52, self.time_text(self.now_ns))]) {
            if named(tag).is_none() && !items.contains(&format!("-{tag}")) {
                body.push_str(&format!("{tag}={value}|"));
            }
        }
        let of_frame = |item: &&String| ["8=", "9=", "10=", "-"].iter().any(|start| item.starts_with(start));
        rest.iter().filter(|item| !of_frame(item)).for_each(|item| body.push_str(&format!("{item}|")));
        let length = named(9).map_or(body.len().to_string(), str::to_owned);
        let head = format!("8={}|9={length}|", named(8).unwrap_or(&begin_string));
        let mut bytes = (head + &body).replace('|', "\x01").into_bytes();
        let sum = named(10).map_or(format!("{:03}", checksum(&bytes)), str::to_owned);
        bytes.extend_from_slice(format!("10={sum}\x01").as_bytes());
        bytes
    }

    /// Compares a message out, field by field in its order, with a line. `expected_number`: of the message that is due.
    pub(crate) fn matches(&self, line: &str, actual: &[(u32, String)], expected_number: u64) -> bool {
        let items = self.items(line);
        let begin_string = String::from_utf8_lossy(self.version.begin_string());
        let now = self.time_text(self.now_ns);
        let number = expected_number.to_string();
        let implied_are_right =
            actual.iter().filter(|(tag, _)| value_of(&items, *tag).is_none()).all(|(tag, value)| match tag {
                8 => *value == begin_string,
                34 => *value == number,
                49 => value == OURS,
                52 => *value == now,
                56 => value == PEERS,
                _ => true,
            });
        let shown = |(tag, _): &&(u32, String)| !IMPLIED.contains(tag) || value_of(&items, *tag).is_some();
        let actual: Vec<String> = actual.iter().filter(shown).map(|(tag, value)| format!("{tag}={value}")).collect();
        let is_like = |(expected, actual): (&String, &String)| match expected.strip_suffix('*') {
            Some(start) => actual.starts_with(start),
            None => expected == actual,
        };
        implied_are_right && items.len() == actual.len() && items.iter().zip(&actual).all(is_like)
    }
}

/// The value of the first item with this tag.
pub(crate) fn value_of(items: &[String], tag: u32) -> Option<&str> {
    items.iter().find_map(|item| item.strip_prefix(&format!("{tag}=")))
}

/// `+30s`, `-1ms`, `2h`, `0s`, in nanoseconds.
pub(crate) fn duration_ns(text: &str) -> i64 {
    let digits = text.trim_start_matches(['+', '-']);
    let unit_at = digits.find(|c: char| c.is_ascii_alphabetic()).expect("a unit");
    let unit = match &digits[unit_at..] {
        "h" => 3_600_000_000_000,
        "m" => 60_000_000_000,
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" => 1_000,
        "ns" => 1,
        other => panic!("no unit {other}"),
    };
    let magnitude = digits[..unit_at].parse::<i64>().expect("a number") * unit;
    if text.starts_with('-') { -magnitude } else { magnitude }
}
