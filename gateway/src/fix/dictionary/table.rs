//! Reads the project's own tables: a text form with one line a field, component or message.
//!
//! The tables are part of the program; a test reads them all, so an error here is a mistake of ours and never a peer's.

use super::DictionaryError;
use super::draft::{Draft, FieldDraft, MessageDraft, Part};
use super::kind::Kind;

/// Adds a table to the draft. Fields stand before what uses them.
pub(super) fn read(text: &str, draft: &mut Draft) -> Result<(), DictionaryError> {
    let mut section = String::new();
    for (line, entry) in entries(text) {
        if let Some(name) = entry.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
            continue;
        }
        let mut words = entry.split_ascii_whitespace();
        match section.as_str() {
            "fields" => read_field(line, &mut words, draft)?,
            "header" => draft.header.push(read_parts(line, &mut words, draft)?),
            "trailer" => draft.trailer.push(read_parts(line, &mut words, draft)?),
            "components" => {
                let name = next(line, &mut words)?.to_owned();
                let parts = read_parts(line, &mut words, draft)?;
                draft.components.insert(name, vec![parts]);
            }
            "messages" => {
                let (msg_type, name) = (next(line, &mut words)?.to_owned(), next(line, &mut words)?.to_owned());
                let layers = vec![read_parts(line, &mut words, draft)?];
                draft.messages.insert(msg_type, MessageDraft { name, layers });
            }
            "known" => {
                let (msg_type, name) = (next(line, &mut words)?.to_owned(), next(line, &mut words)?.to_owned());
                draft.messages.insert(msg_type, MessageDraft { name, layers: Vec::new() });
            }
            other => return Err(DictionaryError::at(line, format!("no section {other:?}"))),
        }
    }
    Ok(())
}

/// Lines with those that go on with them, and the number of the first; without comments and empty lines.
fn entries(text: &str) -> impl Iterator<Item = (u32, String)> {
    let mut lines =
        (1u32..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).peekable();
    std::iter::from_fn(move || {
        let (number, first) = lines.next()?;
        let mut entry = first.to_owned();
        while let Some((_, more)) = lines.next_if(|(_, line)| line.starts_with(' ')) {
            entry.push_str(more);
        }
        Some((number, entry))
    })
}

fn next<'a>(line: u32, words: &mut impl Iterator<Item = &'a str>) -> Result<&'a str, DictionaryError> {
    words.next().ok_or_else(|| DictionaryError::at(line, "the line ends too soon".to_owned()))
}

fn read_field<'a>(
    line: u32,
    words: &mut impl Iterator<Item = &'a str>,
    draft: &mut Draft,
) -> Result<(), DictionaryError> {
    let (number, name, kind) = (next(line, words)?, next(line, words)?, next(line, words)?);
    let tag = number.parse().map_err(|_| DictionaryError::at(line, format!("{number:?} is no tag")))?;
    let kind = Kind::named(kind).ok_or_else(|| DictionaryError::at(line, format!("{kind:?} is no type")))?;
    let mut field = FieldDraft { name: name.to_owned(), kind, open: false, words: Vec::new() };
    for word in words {
        match word.split_once('=') {
            Some((value, word)) => field.words.push((value.to_owned(), word.to_owned())),
            None => return Err(DictionaryError::at(line, format!("{word:?} is no value with its word"))),
        }
    }
    draft.tags.insert(name.to_owned(), tag);
    draft.fields.insert(tag, field);
    Ok(())
}

/// Members up to the end of the line or to the `)` that closes the group.
fn read_parts<'a>(
    line: u32,
    words: &mut impl Iterator<Item = &'a str>,
    draft: &Draft,
) -> Result<Vec<Part>, DictionaryError> {
    let mut parts = Vec::new();
    while let Some(word) = words.next() {
        if word == ")" {
            break;
        }
        let (word, is_group) = word.strip_suffix('(').map_or((word, false), |word| (word, true));
        let (word, required) = word.strip_suffix('!').map_or((word, false), |word| (word, true));
        if let Some(name) = word.strip_prefix('@') {
            parts.push(Part::Component { name: name.to_owned(), required, line });
            continue;
        }
        let unknown = || DictionaryError::at(line, format!("field {word:?} is not defined"));
        let tag = *draft.tags.get(word).ok_or_else(unknown)?;
        parts.push(match is_group {
            true => Part::Group { tag, required, parts: read_parts(line, words, draft)? },
            false => Part::Field { tag, required },
        });
    }
    Ok(parts)
}
