//! One walk over a message with the dictionary in hand: tags, formats, values, groups, required fields.
//!
//! The walk keeps the groups that are open, innermost last, on its own small stack. A field belongs to the innermost group that
//! takes it; the groups inside that one are then at their end. Fields that nobody defined close nothing.

use super::super::form::{FieldProblem, SessionRejectReason};
use super::super::message::Message;
use super::super::value;
use super::body::{Body, Entry};
use super::kind::Kind;
use super::limits::{GROUP_DEPTH_MAX, MEMBERS_MAX};
use super::{Dictionary, Level, USER_DEFINED_FROM};

/// The first problem of form, and then the first that the dictionary sees.
pub(super) fn check(dictionary: &Dictionary, message: &Message<'_>, level: Level) -> Option<FieldProblem> {
    let is_strict = level == Level::Strict;
    let msg_type = message.msg_type();
    let (body, is_open) = match dictionary.types.get(msg_type) {
        Some(known) => (known.body, known.is_open),
        None if may_be_unknown(dictionary, msg_type, is_strict) => (dictionary.envelope, true),
        None => {
            let undefined = FieldProblem::new(SessionRejectReason::InvalidMsgType, super::super::tag::MSG_TYPE);
            return message.problem_but_repetition().or(Some(undefined));
        }
    };
    // What may repeat in a message whose groups are not known, only the form can guess.
    let form = if is_open { message.problem() } else { message.problem_but_repetition() };
    form.or_else(|| {
        let body = dictionary.bodies.get(body as usize)?;
        Walk::new(dictionary, body, is_strict, is_open).over(message).err()
    })
}

/// Types that begin with `U` are the counterparties' own.
fn may_be_unknown(dictionary: &Dictionary, msg_type: &[u8], is_strict: bool) -> bool {
    matches!(msg_type, [b'U', _, ..]) && !(is_strict && dictionary.refuses_user_defined)
}

struct Walk<'d> {
    dictionary: &'d Dictionary,
    is_strict: bool,
    /// Nothing is known of the body but header and trailer.
    is_open: bool,
    message: &'d Body,
    /// A bit for each member of the message that was there.
    seen: [u64; MEMBERS_MAX / 64],
    /// Bits of the required members that are still missing.
    missing: u64,
    groups: [Group; GROUP_DEPTH_MAX],
    depth: usize,
}

/// A repeating group that is open.
#[derive(Clone, Copy, Default)]
struct Group {
    body: u16,
    count_tag: u32,
    /// What the NumInGroup field said.
    stated: u64,
    /// Instances so far.
    found: u64,
    /// The last member that was there, counted from 1; 0 before the first instance.
    last: u16,
    /// Bits of the required members that the instance still lacks.
    missing: u64,
}

impl<'d> Walk<'d> {
    fn new(dictionary: &'d Dictionary, message: &'d Body, is_strict: bool, is_open: bool) -> Walk<'d> {
        Walk {
            dictionary,
            is_strict,
            is_open,
            message,
            seen: [0; MEMBERS_MAX / 64],
            missing: message.all_required(),
            groups: [Group::default(); GROUP_DEPTH_MAX],
            depth: 0,
        }
    }

    fn over(mut self, message: &Message<'_>) -> Result<(), FieldProblem> {
        for (position, (tag, bytes)) in message.fields().enumerate() {
            let Some(entry) = self.place(tag)? else {
                self.check_undefined(tag, bytes, || message.is_first(tag, position))?;
                continue;
            };
            self.check_value(&entry, bytes)?;
            if let Some(group) = entry.group {
                self.open(group, tag, bytes)?;
            }
        }
        self.close_to(0)?;
        match self.message.first_of(self.missing) {
            Some(tag) => Err(FieldProblem::missing(tag)),
            None => Ok(()),
        }
    }

    /// Whether a value is of its field's type and in its enumeration.
    #[inline]
    fn check_value(&self, entry: &Entry, bytes: &[u8]) -> Result<(), FieldProblem> {
        if let Some(reason) = entry.kind.refuses(bytes) {
            return Err(FieldProblem::new(reason, entry.tag));
        }
        // Any value of a flag that is well formed is in its enumeration.
        let is_checked = self.is_strict && entry.has_values && entry.kind != Kind::Boolean;
        match is_checked && !self.dictionary.fields[entry.field as usize].allows(bytes) {
            true => Err(FieldProblem::new(SessionRejectReason::ValueIncorrect, entry.tag)),
            false => Ok(()),
        }
    }

    /// A tag that neither the message nor an open group has.
    fn check_undefined(&self, tag: u32, bytes: &[u8], is_first: impl FnOnce() -> bool) -> Result<(), FieldProblem> {
        let problem = |reason| Err(FieldProblem::new(reason, tag));
        let is_forgiven = !self.is_strict || self.is_user_defined(tag);
        let Some(field) = self.dictionary.field(tag) else {
            return match is_forgiven {
                false => problem(SessionRejectReason::InvalidTagNumber),
                true if self.is_strict && !self.is_open && self.depth == 0 && !is_first() => {
                    problem(SessionRejectReason::TagAppearsMoreThanOnce)
                }
                true => Ok(()),
            };
        };
        if let Some(reason) = field.kind().refuses(bytes) {
            return problem(reason);
        }
        match is_forgiven || self.is_open {
            true => Ok(()),
            false => problem(SessionRejectReason::TagNotDefinedForMessageType),
        }
    }

    #[inline]
    fn is_user_defined(&self, tag: u32) -> bool {
        tag >= USER_DEFINED_FROM && !self.dictionary.refuses_user_defined
    }

    /// Finds where a field belongs, and closes the groups that are at their end before it.
    #[inline]
    fn place(&mut self, tag: u32) -> Result<Option<Entry>, FieldProblem> {
        let mut problem = None;
        for depth in (0..self.depth).rev() {
            let group = &self.groups[depth];
            let body = &self.dictionary.bodies[group.body as usize];
            let Some(position) = body.position(tag) else { continue };
            match group.takes(position) {
                Ok(()) => {
                    self.close_to(depth + 1)?;
                    return self.groups[depth].enter(body, position).map(Some);
                }
                Err(reason) => problem = problem.or(Some(FieldProblem::new(reason, tag))),
            }
        }
        let Some(position) = self.message.position(tag) else { return problem.map_or(Ok(None), Err) };
        let (word, bit) = (position as usize / 64, 1 << (position % 64));
        if self.seen[word] & bit != 0 {
            let repeated = FieldProblem::new(SessionRejectReason::TagAppearsMoreThanOnce, tag);
            return Err(problem.unwrap_or(repeated));
        }
        self.close_to(0)?;
        self.seen[word] |= bit;
        let entry = self.message.entry(position);
        self.missing &= !entry.required_bit;
        Ok(Some(entry))
    }

    fn open(&mut self, body: u16, count_tag: u32, bytes: &[u8]) -> Result<(), FieldProblem> {
        let mismatch = FieldProblem::new(SessionRejectReason::IncorrectNumInGroupCount, count_tag);
        // Beyond any message, so it will not match.
        let stated = value::parse_u64(bytes, u64::from(u32::MAX)).map_err(|_| mismatch)?;
        // A dictionary with deeper groups is refused when it is read.
        let place = self.groups.get_mut(self.depth).ok_or(mismatch)?;
        *place = Group { body, count_tag, stated, ..Group::default() };
        self.depth += 1;
        Ok(())
    }

    /// Ends the groups from `depth` on, innermost first.
    #[inline]
    fn close_to(&mut self, depth: usize) -> Result<(), FieldProblem> {
        while self.depth > depth {
            self.depth -= 1;
            let group = &self.groups[self.depth];
            group.end_instance(&self.dictionary.bodies[group.body as usize])?;
            if group.found != group.stated {
                return Err(FieldProblem::new(SessionRejectReason::IncorrectNumInGroupCount, group.count_tag));
            }
        }
        Ok(())
    }
}

impl Group {
    /// Whether the member at this position may come next: the first one begins an instance, others follow in their order.
    #[inline]
    fn takes(&self, position: u16) -> Result<(), SessionRejectReason> {
        match position {
            0 => Ok(()),
            _ if self.last == 0 || position + 1 < self.last => Err(SessionRejectReason::RepeatingGroupFieldsOutOfOrder),
            _ if position + 1 == self.last => Err(SessionRejectReason::TagAppearsMoreThanOnce),
            _ => Ok(()),
        }
    }

    #[inline]
    fn enter(&mut self, body: &Body, position: u16) -> Result<Entry, FieldProblem> {
        if position == 0 {
            self.end_instance(body)?;
            self.found += 1;
            self.missing = body.all_required();
        }
        self.last = position + 1;
        let entry = body.entry(position);
        self.missing &= !entry.required_bit;
        Ok(entry)
    }

    /// Whether the instance, if there is one, has what it must have.
    fn end_instance(&self, body: &Body) -> Result<(), FieldProblem> {
        match body.first_of(self.missing) {
            Some(tag) => Err(FieldProblem::missing(tag)),
            None => Ok(()),
        }
    }
}
