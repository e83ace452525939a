//! What the fuzzed peer says: messages of each type with numbers, flags and times around those that are due.

use gateway::fix::limits::MSG_SEQ_NUM_MAX;
use gateway::fix::session::SequenceNumbers;
use gateway::fix::value::{TimePrecision, TimeText};

use super::bytes::Choices;

const SECOND: i64 = 1_000_000_000;

/// Types and the bodies that go with them. `#` stands for a number that is chosen, `@` for a time, `%` for a text that
/// may be long.
pub(crate) const OFFERS: [(&str, &str); 27] = [
    ("0", ""),
    ("0", "112=a|"),
    ("1", "112=ping|"),
    ("1", "112=%|"),
    ("2", "7=#|16=0|"),
    ("2", "7=#|16=#|"),
    ("3", "45=#|371=34|372=D|373=5|58=bad|"),
    ("4", "123=Y|36=#|"),
    ("4", "123=N|36=#|"),
    ("4", "36=#|"),
    ("5", ""),
    ("5", "58=done|"),
    ("A", "98=0|108=30|1137=9|"),
    ("A", "98=0|108=30|141=Y|1137=9|"),
    ("A", "98=0|108=30|141=Y|789=#|1137=9|"),
    ("A", "98=0|108=30|789=#|1137=9|"),
    ("A", "98=0|108=#|141=N|"),
    ("D", "11=o1|21=1|55=X|54=1|60=@|38=100|40=2|44=1.5|59=0|"),
    ("F", "41=o1|11=o2|55=X|54=1|60=@|38=1|"),
    ("8", "37=1|17=2|150=0|39=0|55=X|54=1|151=1|14=0|6=0|"),
    ("j", "45=#|372=D|380=3|"),
    ("U1", "5001=x|"),
    ("U%", "5001=x|"),
    ("D", "11=%|21=1|55=X|54=1|60=@|38=100|40=2|44=1.5|59=0|"),
    ("W", "55=X|268=2|269=0|270=1|271=2|269=1|270=#|271=2|"),
    ("ZZ", ""),
    ("c", "320=r|321=0|55=X|453=1|448=p|447=D|452=1|"),
];

/// Header fields that a router adds.
const ROUTES: [&str; 5] = ["", "115=%|128=%|", "115=A|", "128=B|129=S|", "115=A|116=S|144=L|128=B|129=S|145=L|"];

/// One message of the peer, from `35=` on and without a check sum.
pub(crate) fn offer(
    choices: &mut Choices<'_>,
    comp_ids: (&str, &str),
    numbers: SequenceNumbers,
    now_ns: i64,
    into: &mut Vec<u8>,
) {
    let (kind, body) = choices.of(&OFFERS);
    begin(choices, kind, comp_ids, numbers, now_ns, into);
    fill(choices, body, numbers, now_ns, into);
}

/// Writes a template with what is chosen in the place of its signs.
fn fill(choices: &mut Choices<'_>, template: &str, numbers: SequenceNumbers, now_ns: i64, into: &mut Vec<u8>) {
    for byte in template.bytes() {
        match byte {
            b'#' => number(choices, numbers, into),
            b'@' => time(choices, now_ns, into),
            b'%' => into.resize(into.len() + usize::from(choices.byte()) * 32, b'x'),
            b'|' => into.push(1),
            other => into.push(other),
        }
    }
}

/// As [`offer`], with fuzzed bytes for a body.
pub(crate) fn offer_bytes(
    choices: &mut Choices<'_>,
    comp_ids: (&str, &str),
    numbers: SequenceNumbers,
    now_ns: i64,
    into: &mut Vec<u8>,
) {
    let (kind, _) = choices.of(&OFFERS);
    begin(choices, kind, comp_ids, numbers, now_ns, into);
    into.extend_from_slice(choices.some_bytes());
}

fn begin(
    choices: &mut Choices<'_>,
    kind: &str,
    (sender, target): (&str, &str),
    numbers: SequenceNumbers,
    now_ns: i64,
    into: &mut Vec<u8>,
) {
    into.clear();
    let flags = choices.byte();
    let sender = if flags & 0xE0 == 0xE0 { "OTHER" } else { sender };
    into.extend_from_slice(b"35=");
    fill(choices, kind, numbers, now_ns, into);
    into.extend_from_slice(format!("\x0149={sender}\x0156={target}\x01").as_bytes());
    if flags & 0x1C != 0x1C {
        into.extend_from_slice(b"34=");
        into.extend_from_slice(msg_seq_num(choices, numbers.next_in).to_string().as_bytes());
        into.push(1);
    }
    into.extend_from_slice(b"52=");
    time(choices, now_ns, into);
    into.push(1);
    if flags & 1 == 1 {
        into.extend_from_slice(b"43=Y\x01");
    }
    if flags & 2 == 2 {
        into.extend_from_slice(b"122=");
        time(choices, now_ns, into);
        into.push(1);
    }
    if flags & 0x30 == 0x30 {
        let route = choices.of(&ROUTES);
        fill(choices, route, numbers, now_ns, into);
    }
}

/// Mostly the number that is due, often one nearby, seldom an absurd one.
fn msg_seq_num(choices: &mut Choices<'_>, next_in: u64) -> u64 {
    let choice = choices.byte();
    let near = u64::from(choice & 15);
    match choice {
        0..=159 => next_in,
        160..=207 => next_in.saturating_add(near),
        208..=239 => next_in.saturating_sub(near),
        _ => [0, 1, 2, MSG_SEQ_NUM_MAX, MSG_SEQ_NUM_MAX + 1, u64::MAX][usize::from(choice) % 6],
    }
}

fn number(choices: &mut Choices<'_>, numbers: SequenceNumbers, into: &mut Vec<u8>) {
    let choice = choices.byte();
    let near = u64::from(choice & 15);
    let number = match choice >> 4 {
        0..=3 => numbers.next_in + near,
        4 => numbers.next_in.saturating_sub(near),
        5..=8 => numbers.next_out.saturating_sub(near),
        9 => numbers.next_out + near,
        10..=12 => near,
        13 => 300,
        _ => [MSG_SEQ_NUM_MAX, MSG_SEQ_NUM_MAX + 1, u64::MAX, 0][usize::from(choice) % 4],
    };
    into.extend_from_slice(number.to_string().as_bytes());
}

/// Mostly now; also a little or much earlier or later, or no time at all.
fn time(choices: &mut Choices<'_>, now_ns: i64, into: &mut Vec<u8>) {
    let off = match choices.byte() {
        0..=199 => 0,
        200..=209 => -SECOND,
        210..=219 => SECOND,
        220..=229 => -121 * SECOND,
        230..=239 => 121 * SECOND,
        240..=244 => -300_000_000 * SECOND,
        245..=249 => 300_000_000 * SECOND,
        _ => return into.extend_from_slice(b"2025-10-09 08:53:20"),
    };
    let mut text = TimeText::new(TimePrecision::Micros);
    into.extend_from_slice(text.format(now_ns.saturating_add(off)));
}
