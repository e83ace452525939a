//! The hot half: encodes frames into preallocated chunks. No I/O, no allocation, no clock.

use model::limits::EVENTS_PER_COMMAND_MAX;
use model::queue::{Consumer, Full, Producer};
use model::{Command, EngineTime, Event, Seq};
use zerocopy::IntoBytes;

use crate::end::End;
use crate::format::{
    BATCH_BYTES_MAX, CHUNK_BYTES, FORMAT, FRAME_BYTES_MAX, KIND_FRAME, RECORD_HEADER_BYTES, RecordHeader, chain, crc,
};

/// Chunks that a whole batch may need: each wastes less than one frame at its end.
pub(crate) const CHUNKS_MIN: usize = BATCH_BYTES_MAX.div_ceil(CHUNK_BYTES - FRAME_BYTES_MAX) + 1;
/// Who configures fewer is told so in words.
const _: () = assert!(CHUNKS_MIN == 70);

/// A run of whole frames on its way to the writer.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) bytes: Vec<u8>,
    /// First frame in it.
    pub(crate) first_seq: Seq,
    /// Last frame in it.
    pub(crate) last_seq: Seq,
    /// The chain after that.
    pub(crate) chain: u64,
    /// Does anyone outside wait for one of its frames?
    pub(crate) awaited: bool,
}

impl Chunk {
    /// Memory that is already there: written once, so that no page fault meets the hot thread.
    pub(crate) fn new() -> Chunk {
        let mut bytes = vec![1; CHUNK_BYTES];
        bytes.clear();
        Chunk { bytes, first_seq: Seq(0), last_seq: Seq(0), chain: 0, awaited: false }
    }

    fn has_room(&self) -> bool {
        self.bytes.len() + FRAME_BYTES_MAX <= CHUNK_BYTES
    }
}

/// Encodes frames; owns the sequence and the hash chain.
#[derive(Debug)]
pub struct Log {
    next: Seq,
    chain: u64,
    time: EngineTime,
    journal: u64,
    epoch: u32,
    current: Option<Chunk>,
    filled: Producer<Chunk>,
    free: Consumer<Chunk>,
}

impl Log {
    /// Goes on after `end`, whose last frame is of `time`.
    pub(crate) fn new(end: &End, time: EngineTime, filled: Producer<Chunk>, free: Consumer<Chunk>) -> Log {
        let End { journal, epoch, seq, chain, .. } = *end;
        Log { next: seq.next(), chain, time, journal, epoch, current: None, filled, free }
    }

    /// The number of the next frame.
    pub fn next_seq(&self) -> Seq {
        self.next
    }

    /// The hash chain after the last frame.
    pub fn chain(&self) -> u64 {
        self.chain
    }

    /// Time of the last frame; a caller whose clock is behind it must not go back.
    pub fn last_time(&self) -> EngineTime {
        self.time
    }

    /// True while a whole batch (`BATCH_MAX` commands) still fits. While it is false the hot loop takes no command: the
    /// writer is behind.
    pub fn has_room(&self) -> bool {
        self.free.len() >= CHUNKS_MIN
    }

    /// One frame: the command and all its events. Panics where [`Log::has_room`] was not asked before the batch.
    pub fn append(&mut self, now: EngineTime, command: &Command, events: &[Event]) -> Seq {
        assert!(events.len() <= EVENTS_PER_COMMAND_MAX, "one command yields a bounded number of events");
        assert!(now >= self.time, "engine time never goes backwards in one journal");
        let seq = self.next;
        let chunk = Self::chunk_with_room(&mut self.current, &self.filled, &mut self.free);
        let start = chunk.bytes.len();
        chunk.bytes.extend_from_slice(&[0; RECORD_HEADER_BYTES]);
        push_item(&mut chunk.bytes, command.kind(), command.as_bytes());
        for event in events {
            push_item(&mut chunk.bytes, event.kind(), event.as_bytes());
        }
        let len = (chunk.bytes.len() - start).next_multiple_of(8);
        assert!(len <= FRAME_BYTES_MAX, "the largest frame has a bound");
        chunk.bytes.resize(start + len, 0);

        let mut header = RecordHeader {
            crc: 0,
            len: len as u32,
            chain: 0,
            seq: seq.0,
            time: now.0,
            kind: KIND_FRAME,
            events: events.len() as u8,
            format: FORMAT,
            epoch: self.epoch,
        };
        let frame = &mut chunk.bytes[start..];
        frame[..RECORD_HEADER_BYTES].copy_from_slice(header.as_bytes());
        header.chain = chain(self.chain, frame);
        header.crc = crc(self.journal, &header.as_bytes()[4..]);
        frame[..RECORD_HEADER_BYTES].copy_from_slice(header.as_bytes());

        if start == 0 {
            chunk.first_seq = seq;
            chunk.awaited = false;
        }
        chunk.last_seq = seq;
        chunk.awaited |= events.iter().any(Event::is_awaited);
        chunk.chain = header.chain;
        self.chain = header.chain;
        self.next = seq.next();
        self.time = now;
        seq
    }

    /// Hands what was appended to the writer; called once per batch. Does nothing if nothing was.
    pub fn flush(&mut self) {
        if let Some(chunk) = self.current.take() {
            hand_over(&self.filled, chunk);
        }
    }

    fn chunk_with_room<'a>(
        current: &'a mut Option<Chunk>,
        filled: &Producer<Chunk>,
        free: &mut Consumer<Chunk>,
    ) -> &'a mut Chunk {
        if current.as_ref().is_some_and(|chunk| !chunk.has_room())
            && let Some(full) = current.take()
        {
            hand_over(filled, full);
        }
        current.get_or_insert_with(|| free.pop().expect("has_room is asked before every batch"))
    }
}

fn hand_over(filled: &Producer<Chunk>, chunk: Chunk) {
    if let Err(Full(_)) = filled.try_push(chunk) {
        unreachable!("the queue has a slot for every chunk there is");
    }
}

fn push_item(bytes: &mut Vec<u8>, kind: u8, body: &[u8]) {
    let len = body.len() as u16;
    bytes.extend_from_slice(&[kind, 0, len as u8, (len >> 8) as u8]);
    bytes.extend_from_slice(body);
}
