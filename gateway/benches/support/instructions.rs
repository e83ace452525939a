//! A fixed number of messages for an instruction counter; `gateway/benches/instructions.sh` runs it twice and divides.
//!
//! `codec_instructions parse|to_command|format D|F|G|8 ours|ironfix COUNT`

mod codec;

use std::hint::black_box;

use codec::{MESSAGES, Other, Ours, sample};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, kind, whose, count] = &arguments[..] else { panic!("see the head of this file") };
    let (kind, fields) = *MESSAGES.iter().find(|(known, _)| known == kind).expect("D, F, G or 8");
    let bytes = sample(kind, fields);
    let (mut ours, mut other) = (Ours::new(), Other::new());
    for _ in 0..count.parse::<u64>().expect("a number") {
        match (&what[..], &whose[..]) {
            ("parse", "ours") => drop(black_box(ours.parse(black_box(&bytes)).side)),
            ("parse", _) => drop(black_box(other.parse(black_box(&bytes)).side)),
            ("to_command", _) => drop(black_box(ours.parse_to_command(black_box(&bytes)))),
            (_, "ours") => drop(black_box(ours.format(kind, black_box(fields)).len())),
            _ => drop(black_box(other.format(kind, black_box(fields)).len())),
        }
    }
}
