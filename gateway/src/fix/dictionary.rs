//! Data dictionaries: which fields each version's messages have, of what type, with what values, in what groups.
//!
//! The project's own tables (`*.table` in this folder) hold FIX 4.2, FIX 4.4, and FIXT 1.1 with FIX 5.0 SP2: all session
//! messages and those order, trade, position and market data messages that Millrace speaks, other types by name. A
//! counterparty's XML dictionary in QuickFIX's format can be laid over one of them: [`Dictionary::with_xml`].
//!
//! A dictionary is built once and then only read, by any number of sessions. [`Dictionary::check`] walks a parsed message once;
//! it allocates nothing, and looks tags up by number.

mod body;
mod check;
mod draft;
mod field;
mod kind;
mod limits;
mod table;
pub(super) mod tag_map;
mod types;
mod xml;

use std::sync::{Arc, LazyLock};

use super::form::{CustomTags, FieldProblem, TagClass};
use super::message::Message;
pub use super::version::Version;
use body::Body;
use draft::Draft;
pub use field::Field;
pub use kind::Kind;
use limits::DIRECT_TAGS;
use tag_map::TagMap;
use types::{MessageType, TypeMap};

/// The first of the tags that counterparties give out themselves.
pub const USER_DEFINED_FROM: u32 = 5_000;

/// The text of a version's tables.
fn tables(version: Version) -> &'static [&'static str] {
    match version {
        Version::Fix42 => &[include_str!("dictionary/fix42.table")],
        Version::Fix44 => &[include_str!("dictionary/fix44.table")],
        Version::Fix50Sp2 => &[include_str!("dictionary/fixt11.table"), include_str!("dictionary/fix50sp2.table")],
    }
}

fn draft(version: Version) -> Result<Draft, DictionaryError> {
    let mut draft = Draft::default();
    tables(version).iter().try_for_each(|text| table::read(text, &mut draft))?;
    Ok(draft)
}

/// How much of a message is checked against the dictionary.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Level {
    /// Everything that rule 15 of the session layer names.
    Strict,
    /// Tags that nobody defined pass, and values outside an enumeration; required fields, formats and groups hold.
    #[default]
    Lenient,
    /// Form only: what can be said without a dictionary.
    Off,
}

/// Why a dictionary could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}{problem}", if *.line == 0 { String::new() } else { format!("line {line}: ") })]
pub struct DictionaryError {
    /// Where, counted from 1; 0 when it is about the whole.
    pub line: u32,
    /// What is wrong.
    pub problem: String,
}

impl DictionaryError {
    fn at(line: u32, problem: String) -> DictionaryError {
        DictionaryError { line, problem }
    }

    fn whole(problem: String) -> DictionaryError {
        DictionaryError::at(0, problem)
    }
}

/// The fields and messages of one version, with what a counterparty's dictionary has changed.
#[derive(Clone, Debug)]
pub struct Dictionary {
    version: Version,
    fields: Vec<Field>,
    /// Position in `fields` plus one, of the tags of the standard.
    direct: Box<[u16]>,
    /// Position in `fields`, of tags beyond.
    beyond: TagMap,
    types: TypeMap,
    bodies: Vec<Body>,
    /// Header and trailer, of types that a counterparty made up.
    envelope: u16,
    custom: Option<Arc<CustomTags>>,
    refuses_user_defined: bool,
}

impl Dictionary {
    /// The project's own tables of a version. They are read at the first call.
    pub fn standard(version: Version) -> Arc<Dictionary> {
        static FIX42: LazyLock<Arc<Dictionary>> = LazyLock::new(|| built_in(Version::Fix42));
        static FIX44: LazyLock<Arc<Dictionary>> = LazyLock::new(|| built_in(Version::Fix44));
        static FIX50SP2: LazyLock<Arc<Dictionary>> = LazyLock::new(|| built_in(Version::Fix50Sp2));
        Arc::clone(match version {
            Version::Fix42 => &FIX42,
            Version::Fix44 => &FIX44,
            Version::Fix50Sp2 => &FIX50SP2,
        })
    }

    /// Our tables with a counterparty's XML dictionary in QuickFIX's format laid over them. The XML may be whole or hold only
    /// what differs.
    ///
    /// # Errors
    /// Where the XML is broken, or names what is not defined, or is beyond a bound.
    pub fn with_xml(version: Version, text: &str) -> Result<Dictionary, DictionaryError> {
        let mut draft = draft(version)?;
        xml::read(text, &mut draft)?;
        let mut dictionary = draft.build(version)?;
        dictionary.custom = dictionary.tags_that_form_does_not_know();
        Ok(dictionary)
    }

    /// At [`Level::Strict`], tags from [`USER_DEFINED_FROM`] on and types that begin with `U` must be defined too.
    #[must_use]
    pub fn refuse_user_defined(mut self) -> Dictionary {
        self.refuses_user_defined = true;
        self
    }

    fn assemble(
        version: Version,
        fields: Vec<Field>,
        types: Vec<MessageType>,
        bodies: Vec<Body>,
        envelope: u16,
    ) -> Dictionary {
        let mut direct = vec![0; DIRECT_TAGS].into_boxed_slice();
        let mut beyond = Vec::new();
        for (at, field) in (0u16..).zip(&fields) {
            match direct.get_mut(field.tag() as usize) {
                Some(slot) => *slot = at + 1,
                None => beyond.push((field.tag(), at)),
            }
        }
        let beyond = TagMap::new(beyond.into_iter());
        let types = TypeMap::new(types);
        Dictionary {
            version,
            fields,
            direct,
            beyond,
            types,
            bodies,
            envelope,
            custom: None,
            refuses_user_defined: false,
        }
    }

    /// The version whose tables these are.
    pub fn version(&self) -> Version {
        self.version
    }

    /// A field by its tag.
    #[inline]
    pub fn field(&self, tag: u32) -> Option<&Field> {
        let at = match self.direct.get(tag as usize) {
            Some(slot) => slot.checked_sub(1)?,
            None => self.beyond.get(tag)?,
        };
        self.fields.get(at as usize)
    }

    /// The name of a MsgType(35), such as `NewOrderSingle`, if the version has it.
    pub fn message_name(&self, msg_type: &[u8]) -> Option<&str> {
        self.types.get(msg_type).map(|message| &*message.name)
    }

    /// What is wrong with a message, first problem first: its form, then, as far as the level asks for it, what rule 15 of the
    /// session layer says of tags, values, groups and required fields.
    pub fn check(&self, message: &Message<'_>, level: Level) -> Option<FieldProblem> {
        match level {
            Level::Off => message.problem(),
            level => check::check(self, message, level),
        }
    }

    /// What the parser must know of a counterparty's own tags; none for the standards'.
    pub fn custom_tags(&self) -> Option<Arc<CustomTags>> {
        self.custom.clone()
    }

    /// Tags of the header, the trailer and of type data that the parser's own tables lack.
    fn tags_that_form_does_not_know(&self) -> Option<Arc<CustomTags>> {
        let mut tags: Vec<(u32, TagClass)> = Vec::new();
        let lacks = |tag: u32, class: TagClass| !TagClass::of(tag).has(class);
        let envelope = self.bodies.get(self.envelope as usize)?.entries();
        let trailer_from = envelope.iter().position(|member| TagClass::of(member.tag).is_trailer());
        for (at, member) in envelope.iter().enumerate() {
            let class =
                if trailer_from.is_some_and(|from| at >= from) { TagClass::TRAILER_TAG } else { TagClass::HEADER_TAG };
            tags.push((member.tag, class));
        }
        for field in &self.fields {
            match field.kind() {
                Kind::Data => tags.push((field.tag(), TagClass::DATA_TAG)),
                // The parser takes the number before a data field's for its length by itself.
                Kind::Length if field.tag() >= USER_DEFINED_FROM => tags.push((field.tag(), TagClass::LENGTH_TAG)),
                _ => {}
            }
        }
        for member in self.bodies.iter().flat_map(Body::entries) {
            if member.group.is_some() {
                tags.push((member.tag, TagClass::GROUP_COUNT_TAG));
            }
        }
        tags.retain(|(tag, class)| lacks(*tag, *class));
        (!tags.is_empty()).then(|| Arc::new(CustomTags::new(tags)))
    }
}

/// A test reads each of them, so this cannot fail where the tests have passed.
fn built_in(version: Version) -> Arc<Dictionary> {
    match draft(version).and_then(|draft| draft.build(version)) {
        Ok(dictionary) => Arc::new(dictionary),
        Err(error) => panic!("the table of {} is broken: {error}", version.name()),
    }
}

#[cfg(test)]
mod own_tests;
#[cfg(test)]
mod tests;
