//! The bytes on disk, written once: `FORMAT.md` is checked against this file by a test.
//!
//! Little-endian, everything a multiple of 8 bytes. A record header has its own CRC, so a length is never trusted
//! before its header is; the CRC is seeded with the journal's identity, so another journal's blocks do not pass.

use model::limits::BATCH_MAX;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// First bytes of every segment.
pub const MAGIC: [u8; 8] = *b"MILLRACE";
/// Version of everything in this file; what a writer writes.
pub const FORMAT: u16 = 2;
/// Oldest version that is still read. It knew no epochs: where they stand, it has zeros.
pub const FORMAT_OLDEST: u16 = 1;
/// Last version without epochs.
const FORMAT_WITHOUT_EPOCHS: u16 = 1;

/// Largest frame: header, the largest command and four of the largest events, with room to grow.
pub const FRAME_BYTES_MAX: usize = 4096;
/// Size of a [`RecordHeader`].
pub const RECORD_HEADER_BYTES: usize = size_of::<RecordHeader>();
/// Size of a [`Commit`], header included.
pub const COMMIT_BYTES: usize = size_of::<Commit>();
/// Size of a [`SegmentHeader`]; records begin here.
pub const SEGMENT_HEADER_BYTES: usize = size_of::<SegmentHeader>();
/// Kind, zero, length: what precedes each command and event in a frame.
pub const ITEM_HEADER_BYTES: usize = 4;

/// One buffer between log and writer.
pub const CHUNK_BYTES: usize = 64 << 10;
/// Most bytes that one batch of the hot loop can take.
pub const BATCH_BYTES_MAX: usize = BATCH_MAX * FRAME_BYTES_MAX;
/// A group holds at least one chunk.
pub const GROUP_BYTES_MIN: usize = CHUNK_BYTES;
/// Smallest segment.
pub const SEGMENT_BYTES_MIN: u64 = 256 << 10;
/// Largest segment.
pub const SEGMENT_BYTES_MAX: u64 = 16 << 30;
/// What every segment keeps free for its last commit, a mark and its seal.
pub const SEGMENT_RESERVE: u64 = 3 * COMMIT_BYTES as u64;

/// A frame: one command and its events.
pub const KIND_FRAME: u8 = 1;
/// The end of a batch; also, with no frames, the mark that proves the batch before it.
pub const KIND_COMMIT: u8 = 2;
/// A commit record without frames that ends a segment.
pub const KIND_SEAL: u8 = 3;
/// A commit record without frames that begins an epoch: another writer goes on from here.
pub const KIND_EPOCH: u8 = 4;

/// The hash chain before the first frame of a journal.
pub const CHAIN_START: u64 = 0;

/// Before every record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct RecordHeader {
    /// CRC-32 from `len` on: of the rest of this header for a frame, of the whole record otherwise.
    pub crc: u32,
    /// Bytes of the whole record, a multiple of 8.
    pub len: u32,
    /// Frame: XXH3-64 of the bytes from `seq` to the end of the record, seeded with the chain of the frame before.
    /// Otherwise: the chain of the last frame.
    pub chain: u64,
    /// Frame: its number. Otherwise: that of the last frame.
    pub seq: u64,
    /// Nanoseconds since 1970-01-01 UTC.
    pub time: i64,
    /// One of the `KIND_` constants.
    pub kind: u8,
    /// Events in the frame; zero otherwise.
    pub events: u8,
    /// That of the segment.
    pub format: u16,
    /// Which writer wrote it: every opening for writing is one more. 0 in version 1.
    pub epoch: u32,
}

/// The end of a batch, a mark, an epoch's beginning, or a seal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Commit {
    /// See there.
    pub header: RecordHeader,
    /// First frame of the batch; the next frame to come where the batch is empty.
    pub first_seq: u64,
    /// Every frame up to this one had been synced when this record was written.
    pub durable_upto: u64,
    /// Bytes of the batch's frames, which lie directly before this record.
    pub batch_bytes: u64,
    /// BLAKE3 of the previous commit's hash, the batch's frames, and this record from `seq` up to here.
    pub hash: [u8; 32],
}

/// First bytes of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct SegmentHeader {
    /// [`MAGIC`].
    pub magic: [u8; 8],
    /// CRC-32 of the rest of this header.
    pub crc: u32,
    /// Version of the segment, of all its records too.
    pub format: u16,
    /// Zero.
    pub reserved: u16,
    /// Identity of the journal, the same in all its segments.
    pub journal: u64,
    /// First frame of the segment; also its name.
    pub first_seq: u64,
    /// Length of the file.
    pub segment_bytes: u64,
    /// Chain after the last frame of the segment before.
    pub chain: u64,
    /// Hash of the last commit record of the segment before; zeros in the first.
    pub hash: [u8; 32],
    /// Epoch in which it was begun. 0 in version 1.
    pub epoch: u32,
    /// Zero.
    pub reserved_end: [u8; 44],
}

const _: () = {
    assert!(RECORD_HEADER_BYTES == 40);
    assert!(COMMIT_BYTES == 96);
    assert!(SEGMENT_HEADER_BYTES == 128);
    assert!(FRAME_BYTES_MAX.is_multiple_of(8));
    assert!(SEGMENT_BYTES_MIN >= (SEGMENT_HEADER_BYTES + 2 * CHUNK_BYTES) as u64 + SEGMENT_RESERVE);
};

/// Epochs are counted from one, in the versions that count them.
const fn is_known(format: u16, epoch: u32) -> bool {
    match format {
        FORMAT_OLDEST..=FORMAT_WITHOUT_EPOCHS => epoch == 0,
        FORMAT => epoch > 0,
        _ => false,
    }
}

/// File name of the segment that begins with this frame.
pub fn segment_name(first_seq: u64) -> String {
    format!("{first_seq:016x}.mlj")
}

/// The first frame that a segment's name promises; `None` for any other name.
pub fn parse_segment_name(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".mlj")?;
    let seq = u64::from_str_radix(digits, 16).ok()?;
    (segment_name(seq) == name).then_some(seq)
}

/// CRC of `bytes`, seeded with the identity of the journal.
pub fn crc(journal: u64, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial((journal ^ (journal >> 32)) as u32);
    hasher.update(bytes);
    hasher.finalize()
}

/// The chain after a frame, from the chain before it.
pub fn chain(before: u64, frame: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(&frame[16..], before)
}

impl RecordHeader {
    /// The header at the start of `bytes`; `None` where they are too few.
    pub fn at(bytes: &[u8]) -> Option<RecordHeader> {
        RecordHeader::read_from_prefix(bytes).ok().map(|(header, _)| header)
    }

    /// Bytes that the CRC covers beyond its own four.
    pub fn crc_covers(&self) -> usize {
        if self.kind == KIND_FRAME { RECORD_HEADER_BYTES } else { COMMIT_BYTES }
    }

    /// Is this what a writer of its version can have written? Holds only after the CRC did.
    pub fn is_possible(&self) -> bool {
        let len = self.len as usize;
        is_known(self.format, self.epoch)
            && match self.kind {
                KIND_FRAME => len.is_multiple_of(8) && len > RECORD_HEADER_BYTES && len <= FRAME_BYTES_MAX,
                KIND_COMMIT | KIND_SEAL => len == COMMIT_BYTES && self.events == 0,
                KIND_EPOCH => len == COMMIT_BYTES && self.events == 0 && self.format > FORMAT_WITHOUT_EPOCHS,
                _ => false,
            }
    }
}

impl Commit {
    /// The record at the start of `bytes` if its checksum and values hold, whatever surrounds it.
    pub fn at(journal: u64, bytes: &[u8]) -> Option<Commit> {
        let (commit, _) = Commit::read_from_prefix(bytes).ok()?;
        let whole = bytes.get(4..COMMIT_BYTES)?;
        let valid =
            commit.header.kind != KIND_FRAME && commit.header.is_possible() && crc(journal, whole) == commit.header.crc;
        valid.then_some(commit)
    }

    /// Fills in the hash and then the CRC.
    pub fn seal(mut self, journal: u64, hash_before: &[u8; 32], frames: &[u8]) -> Commit {
        let mut hasher = blake3::Hasher::new();
        hasher.update(hash_before);
        hasher.update(frames);
        self.hash = self.finish_hash(hasher);
        self.header.crc = crc(journal, &self.as_bytes()[4..]);
        self
    }

    /// The hash, from a hasher that has seen the hash before and the frames.
    pub fn finish_hash(&self, mut hasher: blake3::Hasher) -> [u8; 32] {
        hasher.update(&self.as_bytes()[16..COMMIT_BYTES - 32]);
        *hasher.finalize().as_bytes()
    }
}

impl SegmentHeader {
    /// Header of a segment that goes on after `first_seq - 1`.
    pub fn new(
        journal: u64,
        epoch: u32,
        first_seq: u64,
        segment_bytes: u64,
        chain: u64,
        hash: [u8; 32],
    ) -> SegmentHeader {
        let mut header = SegmentHeader {
            magic: MAGIC,
            crc: 0,
            format: FORMAT,
            reserved: 0,
            journal,
            first_seq,
            segment_bytes,
            chain,
            hash,
            epoch,
            reserved_end: [0; 44],
        };
        header.crc = header.own_crc();
        header
    }

    /// From a file's first bytes, if they are a valid header of a version that is known.
    pub fn at(bytes: &[u8]) -> Option<SegmentHeader> {
        let (header, _) = SegmentHeader::read_from_prefix(bytes).ok()?;
        let valid = header.magic == MAGIC
            && header.crc == header.own_crc()
            && is_known(header.format, header.epoch)
            && header.reserved == 0
            && header.reserved_end == [0; 44]
            && (SEGMENT_BYTES_MIN..=SEGMENT_BYTES_MAX).contains(&header.segment_bytes)
            && header.first_seq > 0;
        valid.then_some(header)
    }

    /// Was it written by a later version than this one? The first sixteen bytes mean the same in every version.
    pub fn is_newer(bytes: &[u8]) -> bool {
        let header = SegmentHeader::read_from_prefix(bytes).ok().map(|(header, _)| header);
        header.is_some_and(|header| header.magic == MAGIC && header.format > FORMAT && header.crc == header.own_crc())
    }

    fn own_crc(&self) -> u32 {
        crc(0, &self.as_bytes()[12..])
    }
}
