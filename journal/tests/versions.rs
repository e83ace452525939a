//! What a reader does not know, or may not know, it refuses by name: newer versions, other epochs. An older version's segment
//! is left for one of this version.

mod common;

use std::path::Path;

use common::{append, closed, small, time, write};
use journal::format::{
    FORMAT, KIND_EPOCH, RECORD_HEADER_BYTES, RecordHeader, SEGMENT_HEADER_BYTES, SegmentHeader, chain, crc,
    segment_name,
};
use journal::{Failure, Wrong, open, verify};
use model::Seq;
use zerocopy::IntoBytes;

const FIRST: usize = SEGMENT_HEADER_BYTES;

fn change(dir: &Path, change: impl FnOnce(&mut SegmentHeader, &mut [u8])) {
    let path = dir.join(segment_name(1));
    let mut bytes = std::fs::read(&path).unwrap();
    let mut header = SegmentHeader::at(&bytes).unwrap();
    change(&mut header, &mut bytes);
    header.crc = crc(0, &header.as_bytes()[12..]);
    bytes[..SEGMENT_HEADER_BYTES].copy_from_slice(header.as_bytes());
    std::fs::write(&path, &bytes).unwrap();
}

fn refusal(dir: &Path) -> Failure {
    match open(dir, small()) {
        Err(failure) => failure,
        Ok(_) => panic!("opened"),
    }
}

#[test]
fn newer_version_is_refused_by_name_and_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), small(), &[3]);
    change(dir.path(), |header, _| header.format = FORMAT + 1);
    let before = std::fs::read(dir.path().join(segment_name(1))).unwrap();
    let refused = refusal(dir.path());
    assert!(matches!(&refused, Failure::Damaged(fault) if fault.wrong == Wrong::Newer), "{refused}");
    assert!(refused.to_string().contains("newer version of millrace"), "{refused}");
    assert_eq!(std::fs::read(dir.path().join(segment_name(1))).unwrap(), before);
}

#[test]
fn refusal_of_a_damaged_journal_says_where_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), small(), &[3]);
    change(dir.path(), |_, bytes| bytes[FIRST + RECORD_HEADER_BYTES + 9] ^= 1);
    let words = refusal(dir.path()).to_string();
    for part in ["0000000000000001.mlj at offset 128, frame 1:", "hash chain", "backup", "millrace journal verify"] {
        assert!(words.contains(part), "{words}");
    }
}

#[test]
fn frame_of_another_epoch_is_not_accepted_whatever_its_checksums() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), small(), &[3]);
    change(dir.path(), |header, bytes| {
        let mut stale = RecordHeader::at(&bytes[FIRST..]).unwrap();
        let frame = FIRST..FIRST + stale.len as usize;
        stale.epoch = 7;
        bytes[FIRST..FIRST + RECORD_HEADER_BYTES].copy_from_slice(stale.as_bytes());
        stale.chain = chain(0, &bytes[frame]);
        stale.crc = crc(header.journal, &stale.as_bytes()[4..]);
        bytes[FIRST..FIRST + RECORD_HEADER_BYTES].copy_from_slice(stale.as_bytes());
    });
    let fault = verify(dir.path()).fault.unwrap();
    assert_eq!((fault.seq, fault.wrong), (Seq(1), Wrong::Epoch));
}

#[test]
fn every_opening_is_an_epoch_and_a_full_segment_is_left_for_it() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), small(), &[600, 610]);
    for opening in 2..120 {
        let opened = open(dir.path(), small()).unwrap();
        assert_eq!(opened.recovered.epoch, opening);
        assert_eq!((opened.recovered.last_seq, &opened.recovered.torn), (Seq(1_210), &None));
    }
    let bytes = std::fs::read(dir.path().join(segment_name(1_211))).expect("the openings filled a segment");
    assert!(SegmentHeader::at(&bytes).unwrap().epoch > 10);
    assert_eq!(RecordHeader::at(&bytes[FIRST..]).unwrap().kind, KIND_EPOCH);
    let mut opened = open(dir.path(), small()).unwrap();
    write(&mut opened, &[2]);
    opened.writer.close(time(99)).unwrap();
    let verdict = verify(dir.path());
    assert!(verdict.is_sound(), "{verdict:?}");
    assert_eq!(verdict.frames, 1_212);
}

#[test]
fn empty_segment_of_the_first_version_makes_room_for_one_of_this() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path(), small()).unwrap());
    change(dir.path(), |header, bytes| {
        (header.format, header.epoch) = (1, 0);
        bytes[FIRST..].fill(0);
    });
    let mut opened = open(dir.path(), small()).unwrap();
    append(&mut opened.log, 3);
    opened.writer.close(time(9)).unwrap();
    let bytes = std::fs::read(dir.path().join(segment_name(1))).unwrap();
    assert_eq!(SegmentHeader::at(&bytes).unwrap().format, FORMAT);
    let verdict = verify(dir.path());
    assert!(verdict.is_sound() && verdict.frames == 3, "{verdict:?}");
}
