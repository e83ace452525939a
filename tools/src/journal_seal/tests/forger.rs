//! Writes a journal from frames that are no longer what they were, with every checksum, chain and hash right.

use std::fs;
use std::path::Path;

use journal::format::{
    CHAIN_START, COMMIT_BYTES, Commit, FORMAT, KIND_COMMIT, RECORD_HEADER_BYTES, RecordHeader, SegmentHeader, chain,
    crc, segment_name,
};
use zerocopy::IntoBytes;

const SEGMENT_BYTES: usize = 256 << 10;
/// The frames are of one opening.
const EPOCH: u32 = 1;

/// A journal of one segment with this identity and these frames; what their headers say but for checksums is left alone.
pub(super) fn write(dir: &Path, journal: u64, frames: &[Vec<u8>]) {
    let mut segment =
        SegmentHeader::new(journal, EPOCH, 1, SEGMENT_BYTES as u64, CHAIN_START, [0; 32]).as_bytes().to_vec();
    let (mut links, mut batch) = (CHAIN_START, Vec::new());
    for frame in frames {
        let mut frame = frame.clone();
        links = chain(links, &frame);
        frame[8..16].copy_from_slice(&links.to_le_bytes());
        let sum = crc(journal, &frame[4..RECORD_HEADER_BYTES]);
        frame[..4].copy_from_slice(&sum.to_le_bytes());
        batch.extend(frame);
    }
    let last = frames.len() as u64;
    let commit = end(journal, links, last, &batch, [0; 32]);
    let mark = end(journal, links, last, &[], commit.hash);
    segment.extend(batch);
    segment.extend(commit.as_bytes());
    segment.extend(mark.as_bytes());
    segment.resize(SEGMENT_BYTES, 0);
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join(segment_name(1)), segment).unwrap();
}

/// A commit record, or the mark that proves it.
fn end(journal: u64, chain: u64, last: u64, batch: &[u8], hash_before: [u8; 32]) -> Commit {
    let is_mark = batch.is_empty();
    let header = RecordHeader {
        crc: 0,
        len: COMMIT_BYTES as u32,
        chain,
        seq: last,
        time: 0,
        kind: KIND_COMMIT,
        events: 0,
        format: FORMAT,
        epoch: EPOCH,
    };
    let commit = Commit {
        header,
        first_seq: if is_mark { last + 1 } else { 1 },
        durable_upto: if is_mark { last } else { 0 },
        batch_bytes: batch.len() as u64,
        hash: [0; 32],
    };
    commit.seal(journal, &hash_before, batch)
}
