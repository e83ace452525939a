//! A dictionary while it is put together: by name, in layers, before the lookups are laid out.
//!
//! A message, a component, the header and the trailer are each a pile of layers. What a later layer says of a tag holds:
//! so a counterparty's dictionary adds fields, relaxes or tightens them, and gives groups its own order, and what it does not
//! mention stays. Every size is bounded, so that a hostile dictionary gives an error and not a dead process.

use std::collections::BTreeMap;

use super::body::{Body, Entry, Member, REQUIRED_MAX};
use super::field::{Enumeration, Field};
use super::kind::Kind;
use super::limits::{BODIES_MAX, GROUP_DEPTH_MAX, MEMBERS_MAX, NESTING_MAX, TOTAL_MEMBERS_MAX};
use super::{Dictionary, DictionaryError, MessageType, Version};

/// A member as it is written.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Field { tag: u32, required: bool },
    Group { tag: u32, required: bool, parts: Vec<Part> },
    Component { name: String, required: bool, line: u32 },
}

/// A field as it is written.
#[derive(Clone, Debug)]
pub(super) struct FieldDraft {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Values that are not listed pass.
    pub(super) open: bool,
    /// Value and word.
    pub(super) words: Vec<(String, String)>,
}

/// A message as it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct MessageDraft {
    pub(super) name: String,
    /// None: the type is known, and what it holds is not.
    pub(super) layers: Vec<Vec<Part>>,
}

/// Everything that was read so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) fields: BTreeMap<u32, FieldDraft>,
    pub(super) tags: BTreeMap<String, u32>,
    pub(super) components: BTreeMap<String, Vec<Vec<Part>>>,
    pub(super) header: Vec<Vec<Part>>,
    pub(super) trailer: Vec<Vec<Part>>,
    pub(super) messages: BTreeMap<String, MessageDraft>,
}

impl Draft {
    /// Lays the lookups out.
    pub(super) fn build(&self, version: Version) -> Result<Dictionary, DictionaryError> {
        let fields = self.fields.iter().map(|(tag, field)| {
            let words = field.words.iter().map(|(value, word)| (value.as_str(), word.as_str()));
            Field::new(*tag, &field.name, field.kind, Enumeration::new(words, field.open))
        });
        let fields: Vec<Field> = fields.collect();
        let mut layout = Layout { draft: self, fields: &fields, bodies: Vec::new(), known: BTreeMap::new(), total: 0 };
        let mut types = Vec::with_capacity(self.messages.len());
        for (msg_type, message) in &self.messages {
            let mut members = Members::default();
            layout.layers(&self.header, true, Depth::default(), &mut members)?;
            layout.layers(&message.layers, true, Depth::default(), &mut members)?;
            layout.layers(&self.trailer, true, Depth::default(), &mut members)?;
            let body = layout.intern(members)?;
            let is_open = message.layers.is_empty();
            types.push(MessageType {
                msg_type: msg_type.as_str().into(),
                name: message.name.as_str().into(),
                body,
                is_open,
            });
        }
        let mut ends = Members::default();
        layout.layers(&self.header, true, Depth::default(), &mut ends)?;
        layout.layers(&self.trailer, true, Depth::default(), &mut ends)?;
        let envelope = layout.intern(ends)?;
        let bodies = layout.bodies;
        Ok(Dictionary::assemble(version, fields, types, bodies, envelope))
    }
}

/// How deep a part stands.
#[derive(Clone, Copy, Default)]
struct Depth {
    /// In groups and components.
    nesting: usize,
    /// In groups.
    groups: usize,
}

/// Members by tag: a later one with the same tag takes the place of the earlier.
#[derive(Default)]
struct Members {
    list: Vec<Member>,
    at: BTreeMap<u32, usize>,
}

impl Members {
    fn put(&mut self, member: Member) {
        let next = self.list.len();
        match *self.at.entry(member.tag).or_insert(next) {
            at if at == next => self.list.push(member),
            at => self.list[at] = member,
        }
    }
}

/// Flattens components and gives equal groups one body.
struct Layout<'a> {
    draft: &'a Draft,
    /// Sorted by tag.
    fields: &'a [Field],
    bodies: Vec<Body>,
    known: BTreeMap<Vec<Member>, u16>,
    total: usize,
}

impl Layout<'_> {
    fn layers(
        &mut self,
        layers: &[Vec<Part>],
        required: bool,
        depth: Depth,
        out: &mut Members,
    ) -> Result<(), DictionaryError> {
        layers.iter().flatten().try_for_each(|part| self.part(part, required, depth, out))
    }

    fn part(&mut self, part: &Part, outer: bool, depth: Depth, out: &mut Members) -> Result<(), DictionaryError> {
        self.total += 1;
        if self.total > TOTAL_MEMBERS_MAX {
            return Err(DictionaryError::whole(format!("more than {TOTAL_MEMBERS_MAX} fields in all messages")));
        }
        let deeper = Depth { nesting: depth.nesting + 1, ..depth };
        if deeper.nesting > NESTING_MAX {
            return Err(DictionaryError::whole(format!("components and groups nested more than {NESTING_MAX} deep")));
        }
        match part {
            Part::Field { tag, required } => {
                out.put(Member { tag: *tag, required: *required && outer, group: None });
            }
            Part::Group { tag, required, parts } => {
                let inner = Depth { groups: depth.groups + 1, ..deeper };
                if inner.groups > GROUP_DEPTH_MAX {
                    return Err(DictionaryError::whole(format!("group {tag} is more than {GROUP_DEPTH_MAX} deep")));
                }
                let mut members = Members::default();
                parts.iter().try_for_each(|part| self.part(part, true, inner, &mut members))?;
                if members.list.is_empty() {
                    return Err(DictionaryError::whole(format!("group {tag} has no members")));
                }
                let group = Some(self.intern(members)?);
                out.put(Member { tag: *tag, required: *required && outer, group });
            }
            Part::Component { name, required, line } => {
                let draft = self.draft;
                let Some(layers) = draft.components.get(name) else {
                    return Err(DictionaryError::at(*line, format!("component {name:?} is not defined")));
                };
                self.layers(layers, *required && outer, deeper, out)?;
            }
        }
        Ok(())
    }

    fn intern(&mut self, members: Members) -> Result<u16, DictionaryError> {
        if let Some(body) = self.known.get(&members.list) {
            return Ok(*body);
        }
        let required = members.list.iter().filter(|member| member.required).count();
        if members.list.len() > MEMBERS_MAX || required > REQUIRED_MAX || self.bodies.len() == BODIES_MAX {
            return Err(DictionaryError::whole(format!(
                "more than {MEMBERS_MAX} fields or {REQUIRED_MAX} required ones in one message, or {BODIES_MAX} groups"
            )));
        }
        let body = self.bodies.len() as u16;
        self.bodies.push(Body::new(self.entries(&members.list)?));
        self.known.insert(members.list, body);
        Ok(body)
    }

    fn entries(&self, members: &[Member]) -> Result<Box<[Entry]>, DictionaryError> {
        let mut next_bit = 1u64;
        let entry = |member: &Member| {
            let undefined = |_| DictionaryError::whole(format!("tag {} is not defined", member.tag));
            let at = self.fields.binary_search_by_key(&member.tag, Field::tag).map_err(undefined)?;
            let field = &self.fields[at];
            let required_bit = if member.required { next_bit } else { 0 };
            if member.required {
                next_bit = next_bit.wrapping_shl(1);
            }
            Ok(Entry {
                tag: member.tag,
                group: member.group,
                field: at as u16,
                kind: field.kind(),
                has_values: !field.takes_any(),
                required_bit,
            })
        };
        members.iter().map(entry).collect()
    }
}
