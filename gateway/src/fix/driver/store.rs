//! What a session must remember: its numbers, and what it sent, to send it again.

use std::collections::VecDeque;

use super::super::session::SequenceNumbers;

/// The memory of one session. The driver calls it on the polling thread, so an implementation that writes to a disk hands
/// over and returns.
pub trait MessageStore: Send {
    /// The numbers that the session goes on with when it is added.
    fn numbers(&self) -> SequenceNumbers;

    /// The numbers have moved. Called before the bytes with them leave, once for all messages of a poll.
    fn note(&mut self, numbers: SequenceNumbers);

    /// An application message was written with this number, higher than all before.
    fn put(&mut self, number: u64, message: &[u8]);

    /// The first message with this number or a higher one, whole as it was sent.
    fn at_or_after(&self, number: u64) -> Option<(u64, &[u8])>;

    /// The numbers began again at 1: all messages are void.
    fn reset(&mut self);
}

/// A store in memory, of a fixed size: the oldest messages make room, and the peer is told of them with a gap fill.
#[derive(Debug)]
pub struct MemoryStore {
    numbers: SequenceNumbers,
    /// A ring: messages lie whole, one after the other, and begin again at the front.
    bytes: Box<[u8]>,
    /// Where the next message goes, if it fits before the end.
    end: usize,
    /// By number.
    messages: VecDeque<Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    number: u64,
    start: usize,
    end: usize,
}

impl MemoryStore {
    /// Room for as many messages, of as many bytes in all. A session that begins with numbers 1 and 1.
    pub fn new(messages_max: usize, bytes_max: usize) -> MemoryStore {
        assert!(messages_max > 0, "a store keeps messages");
        MemoryStore {
            numbers: SequenceNumbers::FIRST,
            bytes: vec![0; bytes_max].into_boxed_slice(),
            end: 0,
            messages: VecDeque::with_capacity(messages_max),
        }
    }

    /// Begins with these numbers instead.
    #[must_use]
    pub fn with_numbers(self, numbers: SequenceNumbers) -> MemoryStore {
        MemoryStore { numbers, ..self }
    }

    fn drop_oldest_while(&mut self, blocks: impl Fn(Place) -> bool) {
        while self.messages.front().is_some_and(|oldest| blocks(*oldest)) {
            self.messages.pop_front();
        }
    }
}

impl Default for MemoryStore {
    /// 16,384 messages in 4 MiB.
    fn default() -> MemoryStore {
        MemoryStore::new(16_384, 4 << 20)
    }
}

impl MessageStore for MemoryStore {
    fn numbers(&self) -> SequenceNumbers {
        self.numbers
    }

    fn note(&mut self, numbers: SequenceNumbers) {
        self.numbers = numbers;
    }

    fn put(&mut self, number: u64, message: &[u8]) {
        if message.len() > self.bytes.len() {
            return;
        }
        if self.messages.len() == self.messages.capacity() {
            self.messages.pop_front();
        }
        let mut start = self.end;
        if start + message.len() > self.bytes.len() {
            // What lies behind is older than what lies at the front, and is passed over.
            self.drop_oldest_while(|oldest| oldest.start >= start);
            start = 0;
        }
        let end = start + message.len();
        self.drop_oldest_while(|oldest| oldest.start < end && oldest.end > start);
        self.bytes[start..end].copy_from_slice(message);
        self.messages.push_back(Place { number, start, end });
        self.end = end;
    }

    fn at_or_after(&self, number: u64) -> Option<(u64, &[u8])> {
        let position = self.messages.partition_point(|place| place.number < number);
        self.messages.get(position).map(|place| (place.number, &self.bytes[place.start..place.end]))
    }

    fn reset(&mut self) {
        self.messages.clear();
        self.end = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn oldest_makes_room() {
        let mut store = MemoryStore::new(3, 100);
        for number in 1..=5 {
            store.put(number * 2, b"message");
        }
        assert_eq!(store.at_or_after(1), Some((6, &b"message"[..])));
        assert_eq!(store.at_or_after(7), Some((8, &b"message"[..])));
        assert_eq!(store.at_or_after(11), None);
        store.reset();
        assert_eq!(store.at_or_after(1), None);
        store.put(1, &[0; 101]);
        assert_eq!(store.at_or_after(1), None, "longer than the store");
    }

    proptest! {
        /// Whatever is kept is what was put, the newest is always kept, and what is kept has no hole.
        #[test]
        fn kept_messages_are_the_newest_and_whole(lengths in proptest::collection::vec(1usize..60, 1..200)) {
            let mut store = MemoryStore::new(8, 100);
            let mut put = BTreeMap::new();
            for (position, length) in lengths.iter().enumerate() {
                let message = vec![position as u8; *length];
                store.put(position as u64, &message);
                put.insert(position as u64, message);
                let mut number = store.at_or_after(0).expect("the newest is kept").0;
                while let Some((found, bytes)) = store.at_or_after(number) {
                    prop_assert_eq!(found, number);
                    prop_assert_eq!(bytes, put[&number].as_slice());
                    number += 1;
                }
                prop_assert_eq!(number, position as u64 + 1);
            }
        }
    }
}
