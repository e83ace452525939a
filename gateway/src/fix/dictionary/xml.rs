//! Reads a counterparty's dictionary in QuickFIX's XML format and lays it over the draft.
//!
//! The file may be whole or hold only what differs. What it names, holds: a message's fields are added or change whether they are
//! required; a group gets its members and their order from here; values are added to an enumeration of ours, and a field that
//! is listed without values takes any. Entities and DTDs are refused, and every size is bounded.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node, ParsingOptions};

use super::DictionaryError;
use super::draft::{Draft, FieldDraft, Part};
use super::kind::Kind;
use super::limits::{FIELDS_MAX, NAME_BYTES_MAX, NESTING_MAX, TYPES_MAX, VALUES_MAX, XML_BYTES_MAX, XML_NODES_MAX};

/// Lays the XML over the draft.
pub(super) fn read(text: &str, draft: &mut Draft) -> Result<(), DictionaryError> {
    if text.len() > XML_BYTES_MAX {
        return Err(DictionaryError::whole(format!("longer than {XML_BYTES_MAX} bytes")));
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: XML_NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| DictionaryError::at(error.pos().row, format!("not well-formed XML: {error}")))?;
    let root = document.root_element();
    let reader = Reader { lines: Lines::of(text) };
    if !root.has_tag_name("fix") {
        return Err(reader.error(root, format!("the root is <{}>, not <fix>", root.tag_name().name())));
    }
    // Names come last in the file and are needed first.
    for section in ["fields", "components", "header", "trailer", "messages"] {
        for node in elements(root).filter(|node| node.has_tag_name(section)) {
            reader.section(section, node, draft)?;
        }
    }
    Ok(())
}

/// The fields that the XML itself has defined so far; against ours its names hold.
#[derive(Default)]
struct Here<'a> {
    tags: BTreeSet<u32>,
    names: BTreeMap<&'a str, u32>,
}

struct Reader {
    lines: Lines,
}

impl Reader {
    fn section(&self, name: &str, node: Node<'_, '_>, draft: &mut Draft) -> Result<(), DictionaryError> {
        match name {
            "fields" => {
                let mut here = Here::default();
                elements(node).try_for_each(|field| self.field(field, &mut here, draft))
            }
            "components" => elements(node).try_for_each(|component| self.component(component, draft)),
            "header" => {
                let layer = self.parts(node, draft, 0)?;
                draft.header.push(layer);
                Ok(())
            }
            "trailer" => {
                let layer = self.parts(node, draft, 0)?;
                draft.trailer.push(layer);
                Ok(())
            }
            _ => elements(node).try_for_each(|message| self.message(message, draft)),
        }
    }

    fn field<'a>(&self, node: Node<'a, '_>, here: &mut Here<'a>, draft: &mut Draft) -> Result<(), DictionaryError> {
        self.expect(node, "field")?;
        let number = self.attribute(node, "number")?;
        let tag = number
            .parse()
            .ok()
            .filter(|tag| (1..=super::super::limits::TAG_MAX).contains(tag))
            .ok_or_else(|| self.error(node, format!("{number:?} is no tag")))?;
        let (name, kind) = (self.attribute(node, "name")?, self.attribute(node, "type")?);
        let kind = Kind::named(&kind.to_ascii_uppercase())
            .ok_or_else(|| self.error(node, format!("{kind:?} is not a type of the standard")))?;
        if !here.tags.insert(tag) {
            return Err(self.error(node, format!("tag {tag} is defined twice")));
        }
        if let Some(other) = here.names.insert(name, tag) {
            return Err(self.error(node, format!("{name} is the name of tag {other} too")));
        }
        let mut words = Vec::new();
        for value in elements(node) {
            self.expect(value, "value")?;
            let word = match value.attribute("description") {
                Some(_) => self.attribute(value, "description")?,
                None => "",
            };
            words.push((self.attribute(value, "enum")?.to_owned(), word.to_owned()));
        }
        let takes_others = ["Y", "true"].contains(&node.attribute("allowOtherValues").unwrap_or_default());
        let open = takes_others || words.is_empty();
        let ours = draft.fields.remove(&tag).map(|field| field.words).unwrap_or_default();
        let more = ours.into_iter().filter(|(value, _)| !words.iter().any(|(there, _)| there == value));
        let more: Vec<_> = more.collect();
        words.extend(more);
        if draft.fields.len() >= FIELDS_MAX || words.len() > VALUES_MAX {
            return Err(self.error(node, format!("more than {FIELDS_MAX} fields, or {VALUES_MAX} values of one")));
        }
        draft.tags.insert(name.to_owned(), tag);
        draft.fields.insert(tag, FieldDraft { name: name.to_owned(), kind, open, words });
        Ok(())
    }

    fn component(&self, node: Node<'_, '_>, draft: &mut Draft) -> Result<(), DictionaryError> {
        self.expect(node, "component")?;
        let name = self.attribute(node, "name")?.to_owned();
        let layer = self.parts(node, draft, 0)?;
        draft.components.entry(name).or_default().push(layer);
        Ok(())
    }

    fn message(&self, node: Node<'_, '_>, draft: &mut Draft) -> Result<(), DictionaryError> {
        self.expect(node, "message")?;
        let msg_type = self.attribute(node, "msgtype")?.to_owned();
        let name = self.attribute(node, "name")?.to_owned();
        let layer = self.parts(node, draft, 0)?;
        let message = draft.messages.entry(msg_type).or_default();
        message.name = name;
        message.layers.push(layer);
        match draft.messages.len() > TYPES_MAX {
            true => Err(self.error(node, format!("more than {TYPES_MAX} message types"))),
            false => Ok(()),
        }
    }

    fn parts(&self, node: Node<'_, '_>, draft: &Draft, depth: usize) -> Result<Vec<Part>, DictionaryError> {
        if depth > NESTING_MAX {
            return Err(self.error(node, format!("groups nested more than {NESTING_MAX} deep")));
        }
        elements(node).map(|part| self.part(part, draft, depth)).collect()
    }

    fn part(&self, node: Node<'_, '_>, draft: &Draft, depth: usize) -> Result<Part, DictionaryError> {
        let name = self.attribute(node, "name")?;
        let required = match node.attribute("required") {
            Some("Y" | "y") => true,
            Some("N" | "n") | None => false,
            Some(other) => return Err(self.error(node, format!("required is {other:?}, neither Y nor N"))),
        };
        let tag = || {
            let unknown = || self.error(node, format!("field {name:?} is not defined"));
            draft.tags.get(name).copied().ok_or_else(unknown)
        };
        match node.tag_name().name() {
            "field" => Ok(Part::Field { tag: tag()?, required }),
            "group" => {
                let parts = self.parts(node, draft, depth + 1)?;
                match parts.is_empty() {
                    true => Err(self.error(node, format!("group {name:?} has no members"))),
                    false => Ok(Part::Group { tag: tag()?, required, parts }),
                }
            }
            "component" => Ok(Part::Component { name: name.to_owned(), required, line: self.line(node) }),
            other => Err(self.error(node, format!("<{other}> is no field, group or component"))),
        }
    }

    fn expect(&self, node: Node<'_, '_>, name: &str) -> Result<(), DictionaryError> {
        match node.has_tag_name(name) {
            true => Ok(()),
            false => Err(self.error(node, format!("<{}> where <{name}> is expected", node.tag_name().name()))),
        }
    }

    fn attribute<'a>(&self, node: Node<'a, '_>, name: &str) -> Result<&'a str, DictionaryError> {
        match node.attribute(name) {
            None | Some("") => Err(self.error(node, format!("<{}> has no {name}", node.tag_name().name()))),
            Some(text) if text.len() > NAME_BYTES_MAX => {
                Err(self.error(node, format!("{name} is longer than {NAME_BYTES_MAX} bytes")))
            }
            Some(text) => Ok(text),
        }
    }

    fn line(&self, node: Node<'_, '_>) -> u32 {
        self.lines.at(node.range().start)
    }

    fn error(&self, node: Node<'_, '_>, problem: String) -> DictionaryError {
        DictionaryError::at(self.line(node), problem)
    }
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// Where the lines begin; the XML library counts from the start of the file each time.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        Lines(std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect())
    }

    /// Counted from 1.
    fn at(&self, offset: usize) -> u32 {
        self.0.partition_point(|start| *start <= offset) as u32
    }
}
