//! A parsed message: a view on the received bytes through a reusable index of its fields.
//!
//! [`FieldIndex`] is allocated once per connection. Parsing fills it in one pass, notes the first problem of form, and gives a
//! [`Message`]; whether a problem is rejected or the message is ignored is the session's decision, so that a malformed
//! message still has its MsgSeqNum(34).

use super::dictionary::Dictionary;
use super::form::{CustomTags, FieldProblem, SessionRejectReason, TagClass, has_known_groups, length_tag_of};
use super::limits::{FIELDS_MAX, MSG_SEQ_NUM_MAX, TAG_SLOTS};
use super::scan::{Ends, any_tag, short_tag};
use super::value::{self, ValueError};
use super::{SOH, tag};
use memchr::memchr;
use std::sync::Arc;

/// The bytes are not one framed message; [`super::frame::frame`] never hands out such bytes, except with data fields whose
/// length is wrong. To be treated as garbled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unreadable;

#[derive(Clone, Copy, Debug, Default)]
struct Field {
    tag: u32,
    start: u32,
    end: u32,
}

/// Where the fields of a message are; preallocated, used again for each message.
#[derive(Debug)]
pub struct FieldIndex {
    /// Room for the most; those of this message are the first `count`.
    fields: Box<[Field; FIELDS_MAX]>,
    count: usize,
    /// By tag: the first field with it.
    slots: Box<[Slot; TAG_SLOTS]>,
    /// Counts the messages, so that slots of the one before need not be cleared. Never 0, which is in no message.
    round: u16,
    problem: Option<FieldProblem>,
    /// The first problem but for repeated tags: which of them belong to groups, a dictionary knows better.
    problem_but_repetition: Option<FieldProblem>,
    custom: Option<Arc<CustomTags>>,
}

/// The position in `fields`, if `round` is that of the message.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    round: u16,
    position: u16,
}

impl Default for FieldIndex {
    fn default() -> FieldIndex {
        FieldIndex::new()
    }
}

impl FieldIndex {
    pub fn new() -> FieldIndex {
        FieldIndex {
            fields: Box::new([Field::default(); FIELDS_MAX]),
            count: 0,
            slots: Box::new([Slot::default(); TAG_SLOTS]),
            round: 0,
            problem: None,
            problem_but_repetition: None,
            custom: None,
        }
    }

    /// From now on a counterparty's own data fields, header fields and groups are known for what they are.
    pub fn use_dictionary(&mut self, dictionary: &Dictionary) {
        self.custom = dictionary.custom_tags();
    }

    /// The same, where one index serves many sessions: what [`Dictionary::custom_tags`] gave.
    pub(super) fn use_custom_tags(&mut self, custom: Option<&Arc<CustomTags>>) {
        self.custom = custom.cloned();
    }

    /// Indexes one framed message. The first three tags must be 8, 9, 35 and the last 10.
    pub fn parse<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Message<'a>, Unreadable> {
        self.clear();
        if bytes.len() > u32::MAX as usize || bytes.last() != Some(&SOH) {
            return Err(Unreadable);
        }
        let mut ends = Ends::of(bytes);
        let mut order = Order::default();
        let mut at = 0;
        while at < bytes.len() {
            at = self.parse_plain_fields(bytes, at, &mut ends, &mut order);
            if at < bytes.len() {
                at = self.parse_field(bytes, at, &mut ends, &mut order)?;
            }
        }
        let begins = matches!(self.fields(), [begin, length, kind, ..]
            if begin.tag == tag::BEGIN_STRING && length.tag == tag::BODY_LENGTH && kind.tag == tag::MSG_TYPE);
        // A full index has lost the last fields, and has said so as a problem.
        let closes = self.count == FIELDS_MAX || self.fields().last().is_some_and(|sum| sum.tag == tag::CHECK_SUM);
        match begins && closes {
            true => Ok(Message { bytes, index: self }),
            false => Err(Unreadable),
        }
    }

    fn clear(&mut self) {
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.slots.fill(Slot::default());
            self.round = 1;
        }
        self.count = 0;
        self.problem = None;
        self.problem_but_repetition = None;
    }

    #[inline]
    fn fields(&self) -> &[Field] {
        &self.fields[..self.count]
    }

    #[inline]
    fn class_of(&self, tag: u32) -> TagClass {
        match &self.custom {
            None => TagClass::of(tag),
            Some(custom) => TagClass::of(tag).and(custom.class(tag)),
        }
    }

    /// Indexes the fields from `at` on that are like nearly all: with a short tag that comes for the first time, of the header or the
    /// body and in its place, with a value that ends at the next SOH. Says where the first one begins that is not.
    fn parse_plain_fields(&mut self, bytes: &[u8], mut at: usize, ends: &mut Ends<'_>, order: &mut Order) -> usize {
        // What changes with each field is here, and so in registers.
        let FieldIndex { fields, slots, round, custom, .. } = self;
        let (round, mut count, mut in_body) = (*round, self.count, order.in_body);
        if order.in_trailer {
            return at;
        }
        while let Some((tag, start)) = short_tag(bytes, at)
            && let Some(slot) = slots.get_mut(tag as usize)
            && let Some(place) = fields.get_mut(count)
        {
            let mut class = TagClass::of(tag);
            if let Some(custom) = custom {
                class = class.and(custom.class(tag));
            }
            let end = ends.peek();
            let is_in_place = class.is_plain() && !(class.is_header() && in_body);
            if !is_in_place || slot.round == round || end <= start {
                break;
            }
            ends.pass();
            in_body = !class.is_header();
            *slot = Slot { round, position: count as u16 };
            *place = Field { tag, start: start as u32, end: end as u32 };
            count = count.wrapping_add(1);
            at = end.wrapping_add(1);
        }
        (self.count, order.in_body) = (count, in_body);
        at
    }

    /// Indexes any field at `at` and says where the next one begins.
    #[inline(never)]
    fn parse_field(
        &mut self,
        bytes: &[u8],
        at: usize,
        ends: &mut Ends<'_>,
        order: &mut Order,
    ) -> Result<usize, Unreadable> {
        let Some((tag, start)) = any_tag(bytes, at) else {
            self.note(FieldProblem::new(SessionRejectReason::InvalidTagNumber, 0));
            return Ok(ends.next_from(at).ok_or(Unreadable)? + 1);
        };
        let class = self.class_of(tag);
        let end = match class.is_data() {
            true => self.data_end(bytes, tag, start)?,
            false => ends.next_from(start).ok_or(Unreadable)?,
        };
        if end == start {
            self.note(FieldProblem::new(SessionRejectReason::TagSpecifiedWithoutValue, tag));
        }
        let position = self.count;
        let Some(place) = self.fields.get_mut(position) else {
            self.note(TOO_MANY_FIELDS);
            return Ok(end + 1);
        };
        *place = Field { tag, start: start as u32, end: end as u32 };
        if order.is_broken_by(class) {
            self.note(FieldProblem::new(SessionRejectReason::TagSpecifiedOutOfOrder, tag));
        }
        match self.slots.get_mut(tag as usize) {
            Some(slot) if slot.round != self.round => *slot = Slot { round: self.round, position: position as u16 },
            _ => self.check_repetition(bytes, tag, class, order),
        }
        self.count = position + 1;
        if class.is_group_count() && order.first_group.is_none() {
            order.first_group = Some(position);
        }
        Ok(end + 1)
    }

    /// A tag may come again only as the member of a group: after a NumInGroup field, and, where the tables know the tag, only
    /// if they know it as a member.
    fn check_repetition(&mut self, bytes: &[u8], tag: u32, class: TagClass, order: &Order) {
        let Some(first) = self.position(tag) else { return };
        let in_group = order.first_group.is_some_and(|group| first > group)
            && (class.is_group_member()
                || class.is_group_count()
                || tag as usize >= TAG_SLOTS
                || !self.fields().get(2).is_some_and(|kind| has_known_groups(value_of(bytes, kind))));
        if !in_group {
            let repeated = FieldProblem::new(SessionRejectReason::TagAppearsMoreThanOnce, tag);
            self.problem = self.problem.or(Some(repeated));
        }
    }

    /// Where a data field ends: as many bytes on as the length field just before it says. Without one it ends at the next SOH,
    /// which is a guess, and so a problem.
    fn data_end(&mut self, bytes: &[u8], tag: u32, start: usize) -> Result<usize, Unreadable> {
        let length = match self.fields().last() {
            Some(last) if last.tag == length_tag_of(tag) || self.class_of(last.tag).is_length() => {
                value::parse_u64(value_of(bytes, last), bytes.len() as u64).map_err(|_| Unreadable)? as usize
            }
            _ => {
                self.note(FieldProblem::new(SessionRejectReason::TagSpecifiedOutOfOrder, tag));
                memchr(SOH, &bytes[start..]).ok_or(Unreadable)?
            }
        };
        let end = start.checked_add(length).ok_or(Unreadable)?;
        match bytes.get(end) {
            Some(&SOH) => Ok(end),
            _ => Err(Unreadable),
        }
    }

    #[inline]
    fn position(&self, tag: u32) -> Option<usize> {
        match self.slots.get(tag as usize) {
            Some(slot) => (slot.round == self.round).then_some(slot.position as usize),
            None => self.fields().iter().position(|field| field.tag == tag),
        }
    }

    fn note(&mut self, problem: FieldProblem) {
        self.problem = self.problem.or(Some(problem));
        self.problem_but_repetition = self.problem_but_repetition.or(Some(problem));
    }
}

#[inline]
fn value_of<'a>(bytes: &'a [u8], field: &Field) -> &'a [u8] {
    &bytes[field.start as usize..field.end as usize]
}

const TOO_MANY_FIELDS: FieldProblem = FieldProblem::new(SessionRejectReason::Other, 0);

/// How far the fields have come: header, then body, then trailer.
#[derive(Default)]
struct Order {
    in_body: bool,
    in_trailer: bool,
    /// Position of the first NumInGroup field.
    first_group: Option<usize>,
}

impl Order {
    #[inline]
    fn is_broken_by(&mut self, class: TagClass) -> bool {
        if class.is_trailer() {
            self.in_trailer = true;
            return false;
        }
        if class.is_header() {
            return self.in_body || self.in_trailer;
        }
        self.in_body = true;
        self.in_trailer
    }
}

/// One message, parsed. Values are slices of the received bytes.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    bytes: &'a [u8],
    index: &'a FieldIndex,
}

impl<'a> Message<'a> {
    /// The whole message as received.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The first problem of form, if any: a bad tag number, an empty value, a tag out of order or repeated, too many fields.
    pub fn problem(&self) -> Option<FieldProblem> {
        self.index.problem
    }

    /// The first problem of form but for repeated tags.
    pub(super) fn problem_but_repetition(&self) -> Option<FieldProblem> {
        self.index.problem_but_repetition
    }

    /// Whether the field at this position, counted from 0, is the first one with its tag.
    pub(super) fn is_first(&self, tag: u32, position: usize) -> bool {
        self.index.position(tag) == Some(position)
    }

    /// The value of the first field with this tag.
    #[inline]
    pub fn get(&self, tag: u32) -> Option<&'a [u8]> {
        self.index.position(tag).map(|position| value_of(self.bytes, &self.index.fields[position]))
    }

    /// Whether there is a field with this tag.
    #[inline]
    pub fn has(&self, tag: u32) -> bool {
        self.index.position(tag).is_some()
    }

    /// The value of a required field.
    #[inline]
    pub fn require(&self, tag: u32) -> Result<&'a [u8], FieldProblem> {
        self.get(tag).ok_or(FieldProblem::missing(tag))
    }

    /// All fields in the order received, with repeated ones: the way to walk a repeating group.
    pub fn fields(&self) -> impl Iterator<Item = (u32, &'a [u8])> + use<'a> {
        let Message { bytes, index } = *self;
        index.fields().iter().map(move |field| (field.tag, value_of(bytes, field)))
    }

    /// BeginString(8).
    pub fn begin_string(&self) -> &'a [u8] {
        self.get(tag::BEGIN_STRING).unwrap_or_default()
    }

    /// MsgType(35).
    #[inline]
    pub fn msg_type(&self) -> &'a [u8] {
        self.get(tag::MSG_TYPE).unwrap_or_default()
    }

    /// MsgSeqNum(34).
    pub fn msg_seq_num(&self) -> Result<u64, FieldProblem> {
        self.get_u64(tag::MSG_SEQ_NUM, MSG_SEQ_NUM_MAX)
    }

    /// A required number of digits only, at most `max`.
    #[inline]
    pub fn get_u64(&self, tag: u32, max: u64) -> Result<u64, FieldProblem> {
        self.typed(tag, |bytes| value::parse_u64(bytes, max))
    }

    /// A required number that may be negative.
    pub fn get_i64(&self, tag: u32) -> Result<i64, FieldProblem> {
        self.typed(tag, value::parse_i64)
    }

    /// A required single character.
    #[inline]
    pub fn get_char(&self, tag: u32) -> Result<u8, FieldProblem> {
        self.typed(tag, |bytes| match bytes {
            [one] => Ok(*one),
            _ => Err(ValueError::Format),
        })
    }

    /// A required decimal in 1e-8; refused when it cannot be held exactly.
    #[inline]
    pub fn get_decimal(&self, tag: u32) -> Result<i64, FieldProblem> {
        self.typed(tag, value::parse_decimal)
    }

    /// A required UTCTimestamp in nanoseconds since 1970.
    #[inline]
    pub fn get_time(&self, tag: u32) -> Result<i64, FieldProblem> {
        self.typed(tag, value::parse_utc_timestamp)
    }

    /// A flag, `Y` or `N`; `N` when absent, as for PossDupFlag(43), PossResend(97), GapFillFlag(123), ResetSeqNumFlag(141).
    pub fn get_flag(&self, tag: u32) -> Result<bool, FieldProblem> {
        Ok(optional(self.typed(tag, value::parse_bool))?.unwrap_or(false))
    }

    #[inline]
    fn typed<T>(&self, tag: u32, parse: impl FnOnce(&[u8]) -> Result<T, ValueError>) -> Result<T, FieldProblem> {
        parse(self.require(tag)?).map_err(|error| FieldProblem::new(error.reject_reason(), tag))
    }
}

/// Turns the result of a typed getter for a field that may be absent: `optional(message.get_decimal(tag::PRICE))?`.
pub fn optional<T>(result: Result<T, FieldProblem>) -> Result<Option<T>, FieldProblem> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(FieldProblem { reason: SessionRejectReason::RequiredTagMissing, .. }) => Ok(None),
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
