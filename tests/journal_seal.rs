//! A day is sealed, changed by somebody who knows every checksum, and told by the auditor's command.

use std::path::Path;
use std::process::{Command, Output};

use journal::format::{Commit, RECORD_HEADER_BYTES, RecordHeader, SEGMENT_HEADER_BYTES, SegmentHeader};
use model::{EngineTime, Tick, Ticked};

/// 2026-11-20 00:00 UTC, in nanoseconds since 1970.
const FRIDAY: i64 = 1_795_132_800_000_000_000;
const HOUR: i64 = 3_600_000_000_000;

fn millrace(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_millrace")).args(words).current_dir(folder).output().expect("the command runs")
}

fn says(output: &Output) -> (bool, String) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (output.status.success(), String::from_utf8(text).expect("it writes text"))
}

#[test]
fn auditor_with_the_public_key_sees_what_a_forger_changed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = folder.path();
    let settings = journal::Settings::default().with_segment_bytes(256 << 10);
    let mut opened = journal::open(&here.join("journal"), settings).expect("a new journal");
    for hour in 0..30 {
        let events = [Ticked { reserved: 0 }.into()];
        opened.log.append(EngineTime(FRIDAY + hour * HOUR), &model::Command::Tick(Tick { reserved: 0 }), &events);
    }
    opened.log.flush();
    while opened.writer.write_group(EngineTime(FRIDAY)).expect("the disk takes it") > 0 {}
    opened.writer.close(EngineTime(FRIDAY)).expect("the disk takes it");

    let (made, said) = says(&millrace(here, &["journal", "keygen", "--out", "seal.key"]));
    let private = std::fs::read_to_string(here.join("seal.key")).expect("the private key");
    let secret = private.lines().nth(1).expect("PEM has lines").to_owned();
    assert!(made && said.contains("seal.key.pub") && !said.contains(&secret), "{said}");
    assert!(!millrace(here, &["journal", "keygen", "--out", "seal.key"]).status.success());

    let seal = ["journal", "seal", "journal", "--key", "seal.key", "--day", "2026-11-20"];
    let (sealed, said) = says(&millrace(here, &seal));
    assert!(sealed && said.starts_with("2026-11-20: sealed, 24 frames, root "), "{said}");
    let (sealed, said) = says(&millrace(here, &seal));
    assert!(sealed && said.starts_with("2026-11-20: sealed before, and its 24 frames are what was sealed"), "{said}");

    let verify = ["journal", "verify", "journal", "--public-key", "seal.key.pub"];
    let (sound, said) = says(&millrace(here, &verify));
    assert!(sound, "{said}");
    assert!(said.contains("30 frames from 1 to 30"), "{said}");
    assert!(
        said.contains("2026-11-20: 24 frames are what was sealed\n2026-11-21: not sealed: 6 frames from 25 on"),
        "{said}"
    );

    forge(&here.join("journal").join(journal::format::segment_name(1)));
    let (sound, said) = says(&millrace(here, &["journal", "verify", "journal"]));
    assert!(sound, "the journal by itself says nothing: {said}");
    for day in [&["--day", "2026-11-20"][..], &[]] {
        let (sound, said) = says(&millrace(here, &[&verify[..], day].concat()));
        assert!(!sound && said.contains("2026-11-20: FRAMES CHANGED: frames 1 to 24"), "{said}");
    }
}

/// Moves the third frame by a nanosecond, and computes every checksum and hash anew.
fn forge(segment: &Path) {
    let mut bytes = std::fs::read(segment).expect("the segment");
    let header = SegmentHeader::at(&bytes).expect("a segment header");
    let (mut at, mut links, mut hash, mut batch) =
        (SEGMENT_HEADER_BYTES, header.chain, header.hash, SEGMENT_HEADER_BYTES);
    while let Some(record) = RecordHeader::at(&bytes[at..]).filter(|record| record.len > 0) {
        let end = at + record.len as usize;
        if record.kind == journal::format::KIND_FRAME {
            if record.seq == 3 {
                bytes[at + 24] ^= 1;
            }
            links = journal::format::chain(links, &bytes[at..end]);
            bytes[at + 8..at + 16].copy_from_slice(&links.to_le_bytes());
            let crc = journal::format::crc(header.journal, &bytes[at + 4..at + RECORD_HEADER_BYTES]);
            bytes[at..at + 4].copy_from_slice(&crc.to_le_bytes());
        } else {
            let mut commit = Commit::at(header.journal, &bytes[at..end]).expect("a commit record");
            commit.header.chain = links;
            let commit = commit.seal(header.journal, &hash, &bytes[batch..at]);
            bytes[at..at + 4].copy_from_slice(&commit.header.crc.to_le_bytes());
            bytes[at + 8..at + 16].copy_from_slice(&links.to_le_bytes());
            bytes[at + 64..end].copy_from_slice(&commit.hash);
            (hash, batch) = (commit.hash, end);
        }
        at = end;
    }
    std::fs::write(segment, bytes).expect("the segment is written");
}
