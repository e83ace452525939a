//! `millrace fix decode [FILE] [-o json] [--dictionary XML]`: the FIX messages in a log, for a person.
//!
//! Messages are found anywhere in a line, with SOH, `|` or `^A` between the fields. What begins like a message and is none is
//! named with its line; what a peer wrote never stops the reading. Passwords are masked.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use gateway::fix::dictionary::{Dictionary, Level, Version};
use gateway::fix::frame::{Framed, GarbledReason, checksum, frame};
use gateway::fix::message::{FieldIndex, Message};
use gateway::fix::{SOH, tag};
use serde_json::{Value, json};

/// How the messages are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A heading for the message and a line for each field; coloured if asked.
    Text { coloured: bool },
    /// One JSON object a line.
    Json,
}

/// Longest line that is read as a whole; what a line has beyond is read as the next one.
const LINE_BYTES_MAX: u64 = 1024 * 1024;
/// Longest message that is shown.
const MESSAGE_BYTES_MAX: usize = 256 * 1024;
const MASK: &str = "***";
/// Password(554), NewPassword(925), EncryptedPassword(1402), EncryptedNewPassword(1404).
const SECRETS: [u32; 4] = [554, 925, 1402, 1404];
/// RawData(96): in a Logon(A) it is where older counterparties put the password.
const RAW_DATA: u32 = 96;

/// Reads lines to their end and writes what messages they hold. A reader of the output that goes away ends it quietly.
///
/// # Errors
/// Where the dictionary cannot be read or is wrong, the input cannot be read, or the output cannot be written.
pub fn run(input: &mut impl BufRead, dictionary: Option<&Path>, form: Form, out: &mut impl Write) -> Result<()> {
    let xml = dictionary.map(|path| {
        std::fs::read_to_string(path).with_context(|| format!("cannot read the dictionary {}", path.display()))
    });
    let mut decoder = Decoder { xml: xml.transpose()?, dictionaries: BTreeMap::new(), index: FieldIndex::new(), form };
    // A wrong dictionary is told at once, not when the first message comes.
    decoder.dictionary(Version::Fix44)?;
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        if io::Read::take(&mut *input, LINE_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match decoder.line(number, &line, out) {
            Err(error) if is_broken_pipe(&error) => return Ok(()),
            other => other?,
        }
    }
    match out.flush() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

struct Decoder {
    xml: Option<String>,
    dictionaries: BTreeMap<Version, Arc<Dictionary>>,
    index: FieldIndex,
    form: Form,
}

impl Decoder {
    fn dictionary(&mut self, version: Version) -> Result<Arc<Dictionary>> {
        if let Some(dictionary) = self.dictionaries.get(&version) {
            return Ok(Arc::clone(dictionary));
        }
        let dictionary = match &self.xml {
            None => Dictionary::standard(version),
            Some(xml) => Arc::new(Dictionary::with_xml(version, xml).context("the dictionary is wrong")?),
        };
        self.dictionaries.insert(version, Arc::clone(&dictionary));
        Ok(dictionary)
    }

    fn line(&mut self, number: u64, line: &[u8], out: &mut impl Write) -> Result<()> {
        let mut rest = line;
        while let Some(start) = start_of_message(rest, 0) {
            rest = &rest[start..];
            let next = start_of_message(rest, 1).unwrap_or(rest.len());
            self.message(number, &one_message(&rest[..next]), out)?;
            rest = &rest[next..];
        }
        Ok(())
    }

    fn message(&mut self, line: u64, bytes: &[u8], out: &mut impl Write) -> Result<()> {
        let begin_string = bytes[2..].split(|byte| *byte == SOH).next().unwrap_or_default();
        // Of a version that we have no table of, the names of FIX 4.4 are the best guess.
        let version = Version::of(begin_string);
        let level = if version.is_some() { Level::Strict } else { Level::Off };
        let dictionary = self.dictionary(version.unwrap_or(Version::Fix44))?;
        self.index.use_dictionary(&dictionary);
        let framing = framing_problem(bytes);
        let form = self.form;
        match self.index.parse(bytes) {
            Ok(message) => {
                let problem = dictionary.check(&message, level).map(|problem| match problem.ref_tag {
                    0 => problem.reason.text().to_owned(),
                    tag => format!("{}: {tag}", problem.reason.text()),
                });
                let problems = [framing, problem].into_iter().flatten().collect();
                let decoded = Decoded { line, dictionary: &dictionary, message: &message, problems };
                match form {
                    Form::Text { coloured } => decoded.write_text(coloured, out)?,
                    Form::Json => writeln!(out, "{}", decoded.to_json())?,
                }
            }
            Err(_) => {
                // Without its content: nobody can say what of it is secret.
                let why = framing.unwrap_or_else(|| "the fields are not readable".to_owned());
                match form {
                    Form::Text { .. } => writeln!(out, "line {line}: garbled: {why}")?,
                    Form::Json => writeln!(out, "{}", json!({ "line": line, "garbled": why }))?,
                }
            }
        }
        Ok(())
    }
}

/// What would make a session ignore the bytes.
fn framing_problem(bytes: &[u8]) -> Option<String> {
    match frame(bytes, MESSAGE_BYTES_MAX) {
        Framed::Message { .. } => None,
        Framed::Incomplete => Some("the message is shorter than BodyLength(9) says".to_owned()),
        Framed::Garbled { reason, .. } => Some(match reason {
            GarbledReason::NoBeginString | GarbledReason::BeginString => "BeginString(8) is wrong".to_owned(),
            GarbledReason::BodyLength => "BodyLength(9) is missing or no number".to_owned(),
            GarbledReason::TooLong => format!("longer than {MESSAGE_BYTES_MAX} bytes"),
            GarbledReason::NoMsgType => "MsgType(35) is not the third field".to_owned(),
            GarbledReason::NoCheckSum => "BodyLength(9) is wrong or CheckSum(10) is missing".to_owned(),
            GarbledReason::CheckSum => {
                let summed = bytes.len().saturating_sub(b"10=000|".len());
                format!("CheckSum(10) should be {:03}", checksum(&bytes[..summed]))
            }
        }),
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// The text with SOH for its separator: the one that stands after BeginString(8).
fn with_soh(text: &[u8]) -> Vec<u8> {
    let text = text.trim_ascii_end();
    let end = text.iter().position(|byte| matches!(byte, &SOH | b'|' | b'^')).unwrap_or(text.len());
    match &text[end..] {
        [b'|', ..] => text.iter().map(|byte| if *byte == b'|' { SOH } else { *byte }).collect(),
        [b'^', b'A', ..] => {
            let mut bytes = Vec::with_capacity(text.len());
            let mut rest = text;
            while let Some(at) = find(rest, b"^A") {
                bytes.extend_from_slice(&rest[..at]);
                bytes.push(SOH);
                rest = &rest[at + 2..];
            }
            bytes.extend_from_slice(rest);
            bytes
        }
        _ => text.to_vec(),
    }
}

/// Where the next message begins, from `from` on: not in the middle of a tag such as Text(58).
fn start_of_message(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += find(bytes.get(at..)?, b"8=FIX")?;
        if at == 0 || !bytes[at - 1].is_ascii_digit() {
            return Some(at);
        }
        at += 1;
    }
}

/// The message at the front of a text, with SOH for its separator and without what the log wrote behind it. Logs often leave
/// the last separator out, so it is put there.
fn one_message(text: &[u8]) -> Vec<u8> {
    let mut bytes = with_soh(text);
    if let Framed::Message { len } = frame(&bytes, MESSAGE_BYTES_MAX) {
        bytes.truncate(len);
        return bytes;
    }
    // Behind the last CheckSum(10): a data field may hold what looks like one.
    if let Some(start) = bytes.windows(CHECK_SUM.len()).rposition(|window| window == CHECK_SUM) {
        let value = start + CHECK_SUM.len();
        let digits = bytes[value..].iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        bytes.truncate(value + digits);
    }
    if bytes.last() != Some(&SOH) {
        bytes.push(SOH);
    }
    bytes
}

/// The end of the field before and the beginning of CheckSum(10).
const CHECK_SUM: &[u8] = b"\x0110=";

/// A message with what is needed to show it.
struct Decoded<'a> {
    line: u64,
    dictionary: &'a Dictionary,
    message: &'a Message<'a>,
    problems: Vec<String>,
}

/// One field, ready to be shown.
struct Shown<'a> {
    tag: u32,
    name: &'a str,
    value: String,
    word: Option<&'a str>,
}

impl Decoded<'_> {
    fn name(&self) -> &str {
        self.dictionary.message_name(self.message.msg_type()).unwrap_or("a type that the dictionary does not have")
    }

    fn fields(&self) -> impl Iterator<Item = Shown<'_>> {
        self.message.fields().map(|(tag, bytes)| {
            let field = self.dictionary.field(tag);
            let word = match tag {
                tag::MSG_TYPE | tag::REF_MSG_TYPE => self.dictionary.message_name(bytes),
                _ => field.and_then(|field| field.word(bytes)),
            };
            let value = match self.is_secret(tag) {
                true => MASK.to_owned(),
                false => printable(bytes),
            };
            Shown { tag, name: field.map_or("", |field| field.name()), value, word }
        })
    }

    fn is_secret(&self, tag: u32) -> bool {
        SECRETS.contains(&tag) || (tag == RAW_DATA && self.message.msg_type() == b"A")
    }

    fn write_text(&self, coloured: bool, out: &mut impl Write) -> io::Result<()> {
        let paint = |code: &'static str| if coloured { code } else { "" };
        let (bold, dim, word, red, plain) =
            (paint("\x1b[1m"), paint("\x1b[2m"), paint("\x1b[36m"), paint("\x1b[31m"), paint("\x1b[0m"));
        writeln!(out, "{bold}line {}: {}{plain}", self.line, self.name())?;
        for shown in self.fields() {
            write!(out, "  {dim}{:>5}{plain} {:<24} {bold}{}{plain}", shown.tag, shown.name, shown.value)?;
            match shown.word.filter(|word| !word.is_empty()) {
                Some(text) => writeln!(out, " {word}{text}{plain}")?,
                None => writeln!(out)?,
            }
        }
        self.problems.iter().try_for_each(|problem| writeln!(out, "  {red}! {problem}{plain}"))
    }

    fn to_json(&self) -> Value {
        let fields = self.fields().map(|shown| {
            let mut field = json!({ "tag": shown.tag, "name": shown.name, "value": shown.value });
            if let Some(word) = shown.word.filter(|word| !word.is_empty()) {
                field["word"] = json!(word);
            }
            field
        });
        json!({ "line": self.line, "message": self.name(), "fields": fields.collect::<Vec<_>>(), "problems": self.problems })
    }
}

/// A value as text: what could move a terminal's cursor is shown as an escape.
fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for character in String::from_utf8_lossy(bytes).chars() {
        match character.is_control() {
            true => text.extend(character.escape_default()),
            false => text.push(character),
        }
    }
    text
}

#[cfg(test)]
#[path = "fix_decode_tests.rs"]
mod tests;
