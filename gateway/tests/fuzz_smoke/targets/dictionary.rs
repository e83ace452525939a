//! A counterparty's XML dictionary: any text gives a dictionary or an error, and a dictionary holds any message against it.
//!
//! The first byte chooses the version and whether the bytes are the whole file or stand in one of its sections.

use std::borrow::Cow;

use gateway::fix::dictionary::{Dictionary, Level};
use gateway::fix::message::FieldIndex;
use gateway::fix::session::Version;

use super::bytes::{self, Choices, piped};

/// What is read with each dictionary that was taken.
const MESSAGES: [&str; 4] = [
    "35=A|49=A|56=B|34=1|52=20240101-00:00:00|98=0|108=30|",
    "35=D|49=A|56=B|34=2|52=20240101-00:00:00|11=a|21=1|55=X|54=1|60=20240101-00:00:00|40=1|453=1|448=p|447=D|452=1|",
    "35=W|49=A|56=B|34=3|52=20240101-00:00:00|55=X|268=2|269=0|270=1|271=2|269=1|270=1|",
    "35=U1|49=A|56=B|34=4|52=20240101-00:00:00|5001=x|5002=3|5003=a|b|6000=1|6001=1|6002=2|",
];

/// Takes one input. Gives 1 if it was a dictionary.
pub(crate) fn run(input: &[u8]) -> usize {
    let mut choices = Choices::new(input);
    let choice = choices.byte();
    let version = bytes::version(choice);
    let text = String::from_utf8_lossy(choices.rest());
    let text: Cow<'_, str> = match choice >> 2 & 3 {
        0 => text,
        1 => format!("<fix><fields>{text}</fields></fix>").into(),
        2 => format!("<fix><messages>{text}</messages></fix>").into(),
        _ => format!("<fix><components>{text}</components></fix>").into(),
    };
    let dictionary = match Dictionary::with_xml(version, &text) {
        Ok(dictionary) if choice & 0x10 == 0 => dictionary,
        Ok(dictionary) => dictionary.refuse_user_defined(),
        Err(error) => {
            let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
            assert!(error.line as usize <= lines, "line {} of {lines}", error.line);
            assert!(!error.to_string().is_empty());
            return 0;
        }
    };
    holds_messages(&dictionary, version);
    1
}

fn holds_messages(dictionary: &Dictionary, version: Version) {
    assert_eq!(dictionary.version(), version);
    let mut index = FieldIndex::new();
    index.use_dictionary(dictionary);
    let mut whole = Vec::new();
    for body in MESSAGES {
        bytes::whole(version, &piped(body), &mut whole);
        let Ok(message) = index.parse(&whole) else { continue };
        for level in [Level::Strict, Level::Lenient, Level::Off] {
            let _ = dictionary.check(&message, level);
        }
        for (tag, value) in message.fields() {
            let _ = dictionary.field(tag).map(|field| (field.name().len(), field.word(value)));
        }
    }
}
