//! What a dictionary knows of one field: its name, its type, and the words of its enumeration.

use super::kind::Kind;

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    tag: u32,
    name: Box<str>,
    kind: Kind,
    values: Enumeration,
}

impl Field {
    pub(super) fn new(tag: u32, name: &str, kind: Kind, values: Enumeration) -> Field {
        Field { tag, name: name.into(), kind, values }
    }

    /// The tag number.
    pub fn tag(&self) -> u32 {
        self.tag
    }

    /// The standard's name, such as `ClOrdID`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type.
    #[inline]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The word of a value, such as `BUY` of Side(54)=1. Of several values with blanks between them, none.
    pub fn word(&self, value: &[u8]) -> Option<&str> {
        self.values.find(value).map(|(_, word)| &**word)
    }

    /// Whether there is no enumeration, or an open one.
    pub(super) fn takes_any(&self) -> bool {
        self.values.open
    }

    /// Whether the enumeration has the value; a field without one takes all.
    #[inline]
    pub(super) fn allows(&self, value: &[u8]) -> bool {
        self.values.open
            || match self.kind {
                Kind::Multiple => value.split(|byte| *byte == b' ').all(|one| self.values.has(one)),
                _ => self.values.has(value),
            }
    }
}

/// A value and its word.
type Word = (Box<[u8]>, Box<str>);

/// The values of a field that has a list of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Enumeration {
    /// No list, or one to which the parties may add.
    open: bool,
    /// Values of one ASCII character, a bit each.
    single: u128,
    /// All values with their words, sorted.
    words: Box<[Word]>,
}

impl Enumeration {
    pub(super) fn new<'a>(words: impl Iterator<Item = (&'a str, &'a str)>, open: bool) -> Enumeration {
        let mut words: Vec<Word> = words.map(|(value, word)| (value.as_bytes().into(), word.into())).collect();
        words.sort();
        words.dedup_by(|later, earlier| later.0 == earlier.0);
        let single = words.iter().fold(0, |bits, (value, _)| match **value {
            [one] if one.is_ascii() => bits | 1 << one,
            _ => bits,
        });
        Enumeration { open: open || words.is_empty(), single, words: words.into() }
    }

    #[inline]
    fn has(&self, value: &[u8]) -> bool {
        match value {
            [one] if one.is_ascii() => self.single & (1 << one) != 0,
            _ => self.find(value).is_some(),
        }
    }

    fn find(&self, value: &[u8]) -> Option<&Word> {
        self.words.binary_search_by(|(there, _)| (**there).cmp(value)).ok().map(|at| &self.words[at])
    }
}
