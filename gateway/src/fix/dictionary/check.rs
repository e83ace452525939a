//! One walk over a message with the dictionary in hand: tags, formats, values, groups, required fields.
//!
//! The walk keeps the groups that are open, innermost last, on its own small stack. A field belongs to the innermost group that
//! takes it; the groups inside that one are then at their end. Fields that nobody defined close nothing.

use super::super::form::{FieldProblem, SessionRejectReason};
use super::super::message::Message;
use super::super::value;
use super::body::{Body, Member};
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
            self.check_value(tag, bytes)?;
            match self.place(tag)? {
                Some(Member { group: Some(group), .. }) => self.open(group, tag, bytes)?,
                Some(_) => {}
                None => self.check_undefined(tag, message.is_first(tag, position))?,
            }
        }
        self.close_to(0)?;
        match self.message.first_of(self.missing) {
            Some(tag) => Err(FieldProblem::missing(tag)),
            None => Ok(()),
        }
    }

    /// Whether the tag is known, and its value of its type and in its enumeration.
    #[inline]
    fn check_value(&self, tag: u32, bytes: &[u8]) -> Result<(), FieldProblem> {
        let Some(field) = self.dictionary.field(tag) else {
            return match self.is_strict && !self.is_user_defined(tag) {
                true => Err(FieldProblem::new(SessionRejectReason::InvalidTagNumber, tag)),
                false => Ok(()),
            };
        };
        if let Some(reason) = field.kind().refuses(bytes) {
            return Err(FieldProblem::new(reason, tag));
        }
        match self.is_strict && !field.allows(bytes) {
            true => Err(FieldProblem::new(SessionRejectReason::ValueIncorrect, tag)),
            false => Ok(()),
        }
    }

    /// A tag that neither the message nor an open group has.
    #[inline]
    fn check_undefined(&self, tag: u32, is_first: bool) -> Result<(), FieldProblem> {
        if !self.is_strict || self.is_open {
            return Ok(());
        }
        if !self.is_user_defined(tag) {
            return Err(FieldProblem::new(SessionRejectReason::TagNotDefinedForMessageType, tag));
        }
        match is_first || self.depth > 0 {
            true => Ok(()),
            false => Err(FieldProblem::new(SessionRejectReason::TagAppearsMoreThanOnce, tag)),
        }
    }

    #[inline]
    fn is_user_defined(&self, tag: u32) -> bool {
        tag >= USER_DEFINED_FROM && !self.dictionary.refuses_user_defined
    }

    /// Finds where a field belongs, and closes the groups that are at their end before it.
    #[inline]
    fn place(&mut self, tag: u32) -> Result<Option<Member>, FieldProblem> {
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
        let member = self.message.member(position);
        if member.required {
            self.missing &= !self.message.required_bit(tag);
        }
        Ok(Some(member))
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
    fn enter(&mut self, body: &Body, position: u16) -> Result<Member, FieldProblem> {
        if position == 0 {
            self.end_instance(body)?;
            self.found += 1;
            self.missing = body.all_required();
        }
        self.last = position + 1;
        let member = body.member(position);
        if member.required {
            self.missing &= !body.required_bit(member.tag);
        }
        Ok(member)
    }

    /// Whether the instance, if there is one, has what it must have.
    fn end_instance(&self, body: &Body) -> Result<(), FieldProblem> {
        match body.first_of(self.missing) {
            Some(tag) => Err(FieldProblem::missing(tag)),
            None => Ok(()),
        }
    }
}
