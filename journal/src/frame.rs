//! One frame as a reader sees it.

use model::{Command, EngineTime, Event, Events, Seq};

use crate::format::{ITEM_HEADER_BYTES, RECORD_HEADER_BYTES, RecordHeader};

/// One command and what it caused.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its place in the journal.
    pub seq: Seq,
    /// The engine's time when it decided.
    pub time: EngineTime,
    /// What came in.
    pub command: Command,
    /// The hash chain after this frame.
    pub chain: u64,
    /// The record as it lies on disk.
    pub bytes: &'a [u8],
    events: &'a Events,
}

impl<'a> Frame<'a> {
    /// Decodes a record whose checksum and chain hold; `None` for what this version does not know.
    pub(crate) fn decode(header: &RecordHeader, bytes: &'a [u8], events: &'a mut Events) -> Option<Frame<'a>> {
        events.clear();
        if usize::from(header.events) > model::limits::EVENTS_PER_COMMAND_MAX {
            return None;
        }
        let mut rest = bytes.get(RECORD_HEADER_BYTES..)?;
        let (kind, body) = take_item(&mut rest)?;
        let command = Command::decode(kind, body)?;
        for _ in 0..header.events {
            let (kind, body) = take_item(&mut rest)?;
            events.push(Event::decode(kind, body)?);
        }
        if rest.len() >= 8 || rest.iter().any(|byte| *byte != 0) {
            return None;
        }
        let (seq, time) = (Seq(header.seq), EngineTime(header.time));
        Some(Frame { seq, time, command, chain: header.chain, bytes, events })
    }

    /// What the command caused, in order.
    pub fn events(&self) -> impl Iterator<Item = Event> + 'a {
        self.events.as_slice().iter().copied()
    }

    /// The same without copying.
    pub fn as_slice(&self) -> &'a [Event] {
        self.events.as_slice()
    }

    /// How many.
    pub fn event_count(&self) -> usize {
        self.events.as_slice().len()
    }
}

fn take_item<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&[kind, zero, low, high], after) = rest.split_first_chunk::<ITEM_HEADER_BYTES>()?;
    let len = usize::from(low) | usize::from(high) << 8;
    let body = after.get(..len)?;
    *rest = &after[len..];
    (zero == 0).then_some((kind, body))
}
