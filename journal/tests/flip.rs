//! Every single flipped byte is found and its frame named; a torn tail is told from damage, at every byte.

mod common;

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use common::{closed, small, time, write};
use journal::format::{KIND_FRAME, RECORD_HEADER_BYTES, RecordHeader, SEGMENT_HEADER_BYTES, segment_name};
use journal::{Failure, Verdict, Wrong, open, verify};
use model::Seq;

/// A record of a segment: where it lies, and the frame that a fault in it names.
struct Record {
    start: usize,
    end: usize,
    seq: u64,
    is_frame: bool,
}

/// The records of a sound segment, by their headers.
fn records(bytes: &[u8], first_seq: u64) -> Vec<Record> {
    let mut found = Vec::new();
    let (mut start, mut next) = (SEGMENT_HEADER_BYTES, first_seq);
    while let Some(header) = RecordHeader::at(&bytes[start..]).filter(|header| header.len > 0) {
        let is_frame = header.kind == KIND_FRAME;
        let end = start + header.len as usize;
        found.push(Record { start, end, seq: next, is_frame });
        next += u64::from(is_frame);
        start = end;
    }
    found
}

fn segment(dir: &Path, first_seq: u64) -> PathBuf {
    dir.join(segment_name(first_seq))
}

/// Runs `check` with one byte of the file changed, and puts it back.
fn with_flip<T>(path: &Path, at: usize, flip: u8, check: impl FnOnce() -> T) -> T {
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at as u64).unwrap();
    file.write_all_at(&[byte[0] ^ flip], at as u64).unwrap();
    let answer = check();
    file.write_all_at(&byte, at as u64).unwrap();
    answer
}

fn assert_named(verdict: &Verdict, records: &[Record], first_seq: u64, at: usize) {
    assert!(!verdict.is_sound(), "byte {at}");
    let fault = verdict.fault.as_ref().unwrap_or_else(|| panic!("byte {at}: {verdict:?}"));
    assert_eq!(fault.file, segment_name(first_seq), "byte {at}");
    match records.iter().find(|record| (record.start..record.end).contains(&at)) {
        Some(record) => assert_eq!((fault.offset, fault.seq), (record.start as u64, Seq(record.seq)), "byte {at}"),
        None if at < SEGMENT_HEADER_BYTES => assert_eq!((fault.offset, fault.seq), (0, Seq(first_seq)), "byte {at}"),
        // Directly after the last record it may have been meant as the next one's header.
        None if at < records[records.len() - 1].end + RECORD_HEADER_BYTES => {
            let end = records[records.len() - 1].end as u64;
            assert!(fault.offset == end || fault.offset == at as u64, "byte {at}: {fault}");
        }
        None => assert_eq!(fault.offset, at as u64, "byte {at}: {fault}"),
    }
}

#[test]
fn every_flipped_byte_of_a_journal_is_found_and_its_frame_named() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), small(), &[3, 1, 4, 5]);
    let path = segment(dir.path(), 1);
    let bytes = std::fs::read(&path).unwrap();
    let records = records(&bytes, 1);
    assert_eq!(records.iter().filter(|record| record.is_frame).count(), 13);
    let end = records.last().unwrap().end;
    for at in (0..end + 64).chain((end + 64..bytes.len()).step_by(8191)) {
        for flip in [0x01, 0x80, 0xff] {
            let verdict = with_flip(&path, at, flip, || verify(dir.path()));
            assert_named(&verdict, &records, 1, at);
        }
    }
    assert!(verify(dir.path()).is_sound());
}

#[test]
fn flipped_bytes_around_a_roll_are_found_in_their_segment() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), small(), &[400; 5]);
    let mut names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let firsts: Vec<u64> =
        names.iter().filter_map(|name| journal::format::parse_segment_name(name.to_str().unwrap())).collect();
    assert!(firsts.len() > 1);
    for first in &firsts {
        let path = segment(dir.path(), *first);
        let bytes = std::fs::read(&path).unwrap();
        let records = records(&bytes, *first);
        let end = records.last().unwrap().end;
        for at in (0..SEGMENT_HEADER_BYTES).chain((200..end).step_by(1009)).chain(end - 300..bytes.len().min(end + 9)) {
            let verdict = with_flip(&path, at, 0x10, || verify(dir.path()));
            assert_named(&verdict, &records, *first, at);
        }
    }
    std::fs::remove_file(segment(dir.path(), firsts[1])).unwrap();
    if firsts.len() > 2 {
        assert_eq!(verify(dir.path()).fault.unwrap().wrong, Wrong::Link);
    }
}

#[test]
fn flipped_byte_below_the_proof_refuses_to_open() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), small(), &[3, 1, 4]);
    let path = segment(dir.path(), 1);
    let bytes = std::fs::read(&path).unwrap();
    let records = records(&bytes, 1);
    let proof = records.last().unwrap();
    for at in 0..proof.start {
        match with_flip(&path, at, 0x04, || open(dir.path(), small())) {
            Err(Failure::Damaged(fault)) if at >= SEGMENT_HEADER_BYTES => {
                let record = records.iter().find(|record| record.end > at).unwrap();
                assert_eq!((fault.offset, fault.seq), (record.start as u64, Seq(record.seq)));
            }
            Err(Failure::Damaged(_)) => {}
            Err(other) => panic!("byte {at}: {other}"),
            Ok(_) => panic!("byte {at}: opened"),
        }
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "a refused journal is left as it is");
    }
}

#[test]
fn tail_torn_at_any_byte_is_cut_to_the_last_whole_batch() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path(), small()).unwrap();
    write(&mut opened, &[1, 1]);
    drop(opened);
    let path = segment(dir.path(), 1);
    let bytes = std::fs::read(&path).unwrap();
    let records = records(&bytes, 1);
    let end = records.last().unwrap().end;
    for cut in SEGMENT_HEADER_BYTES..=end {
        let mut torn = bytes.clone();
        torn[cut..].fill(0);
        std::fs::write(&path, &torn).unwrap();
        let whole = |record: &&Record| !record.is_frame && torn[..record.end] == bytes[..record.end];
        let last = records.iter().rfind(whole);
        let (kept, kept_end) = last.map_or((0, SEGMENT_HEADER_BYTES), |commit| (commit.seq - 1, commit.end));
        let looked = verify(dir.path());
        let is_clean = torn[kept_end..].iter().all(|byte| *byte == 0);
        assert_eq!((looked.is_sound(), looked.torn), (is_clean, !is_clean), "cut at {cut}: {looked:?}");

        let mut again = open(dir.path(), small()).unwrap();
        assert_eq!(again.recovered.last_seq, Seq(kept), "cut at {cut}");
        assert_eq!(again.recovered.torn.is_none(), is_clean, "cut at {cut}");
        write(&mut again, &[2]);
        again.writer.close(time(99)).unwrap();
        drop(again);
        let verdict = verify(dir.path());
        assert!(verdict.is_sound(), "cut at {cut}: {verdict:?}");
        assert_eq!(verdict.frames, kept + 2);
    }
}

#[test]
fn truncated_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), small(), &[5]);
    let path = segment(dir.path(), 1);
    OpenOptions::new().write(true).open(&path).unwrap().set_len(100_000).unwrap();
    assert_eq!(verify(dir.path()).fault.unwrap().wrong, Wrong::Length);
    assert!(matches!(open(dir.path(), small()), Err(Failure::Damaged(_))));
}
