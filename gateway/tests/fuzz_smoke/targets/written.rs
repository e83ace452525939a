//! What the session has written: whole messages, sound by our own dictionary, numbered without a hole.

use gateway::fix::dictionary::{Dictionary, Level};
use gateway::fix::frame::{Framed, frame};
use gateway::fix::limits::MESSAGE_BYTES_MAX;
use gateway::fix::message::FieldIndex;
use gateway::fix::msg_type;
use gateway::fix::session::{SequenceNumbers, Version};
use gateway::fix::tag;

/// What was sent again covers each number from `first` to before `next` once and in turn, with messages and with gap fills.
pub(crate) fn covers(pending: &[u8], (first, next): (u64, u64), index: &mut FieldIndex) {
    let (mut rest, mut due) = (pending, first);
    while let Framed::Message { len } = frame(rest, MESSAGE_BYTES_MAX) {
        let Ok(message) = index.parse(&rest[..len]) else { panic!("unreadable: {:?}", String::from_utf8_lossy(rest)) };
        assert_eq!(message.msg_seq_num(), Ok(due), "what is sent again is in turn");
        assert_eq!(message.get_flag(tag::POSS_DUP_FLAG), Ok(true));
        due = match message.msg_type() {
            msg_type::SEQUENCE_RESET => message.get_u64(tag::NEW_SEQ_NO, u64::MAX).expect("a gap fill tells it"),
            _ => due + 1,
        };
        rest = &rest[len..];
    }
    assert_eq!((due, rest.len()), (next, 0), "the range is covered");
}

/// Reads what is pending. `before`: the numbers before it was written; `began_again`: they
/// may have started again meanwhile.
pub(crate) fn check(
    pending: &[u8],
    version: Version,
    (before, after): (SequenceNumbers, SequenceNumbers),
    began_again: bool,
    index: &mut FieldIndex,
) {
    let dictionary = Dictionary::standard(version);
    let mut rest = pending;
    let mut numbers = Vec::new();
    while !rest.is_empty() {
        let Framed::Message { len } = frame(rest, MESSAGE_BYTES_MAX) else {
            panic!("no message at {:?}", String::from_utf8_lossy(rest))
        };
        let Ok(message) = index.parse(&rest[..len]) else { panic!("unreadable: {:?}", String::from_utf8_lossy(rest)) };
        let text = || String::from_utf8_lossy(message.bytes()).replace('\x01', "|");
        assert_eq!(message.problem(), None, "{}", text());
        assert_eq!(message.begin_string(), version.begin_string());
        if msg_type::is_administrative(message.msg_type()) {
            assert_eq!(dictionary.check(&message, Level::Lenient), None, "{}", text());
        }
        let Ok(number) = message.msg_seq_num() else { panic!("no number: {}", text()) };
        if message.get_flag(tag::POSS_DUP_FLAG) == Ok(true) {
            assert!(number < after.next_out, "sent again before it was sent: {}", text());
        } else {
            numbers.push(number);
        }
        rest = &rest[len..];
    }
    let first = numbers.first().copied().unwrap_or(after.next_out);
    let due = before.next_out == first || (began_again && first == 1) || (began_again && numbers.is_empty());
    assert!(due, "{first} follows {}", before.next_out);
    assert!((first..).zip(&numbers).all(|(due, number)| due == *number), "a hole in {numbers:?}");
    assert_eq!(first + numbers.len() as u64, after.next_out, "each number is written");
}
