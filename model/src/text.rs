//! Short text of fixed size: what FIX calls String, bounded, printable, `Copy`.

use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Up to `N` bytes of printable ASCII, padded with zero bytes. Equality is equality of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(transparent)]
pub struct Text<const N: usize>([u8; N]);

/// ClOrdID(11), OrigClOrdID(41): up to 40 characters, so a hyphenated UUID fits.
pub type ClOrdId = Text<40>;
/// Symbol(55).
pub type Symbol = Text<16>;
/// Account(1).
pub type AccountName = Text<16>;
/// A calendar of trading days.
pub type CalendarName = Text<16>;
/// SenderCompID(49), TargetCompID(56).
pub type CompId = Text<24>;
/// A trader or a strategy: a group of sessions.
pub type GroupName = Text<16>;
/// Currency(15), ISO 4217 or a venue's own code.
pub type Currency = Text<8>;

impl<const N: usize> Text<N> {
    /// No text.
    pub const EMPTY: Text<N> = Text([0; N]);

    /// The text, or `None` where it is longer than `N` bytes or has a byte outside printable ASCII (0x20 to 0x7e).
    pub fn new(bytes: &[u8]) -> Option<Text<N>> {
        if bytes.len() > N || !bytes.iter().all(|byte| (0x20..=0x7e).contains(byte)) {
            return None;
        }
        let mut padded = [0; N];
        padded[..bytes.len()].copy_from_slice(bytes);
        Some(Text(padded))
    }

    /// The text, cut at `N` bytes, with `?` for what is not printable: for echoing what a stranger sent.
    pub fn clipped(bytes: &[u8]) -> Text<N> {
        let mut padded = [0; N];
        for (to, from) in padded.iter_mut().zip(bytes) {
            *to = if (0x20..=0x7e).contains(from) { *from } else { b'?' };
        }
        Text(padded)
    }

    /// For literals in tests and tables; panics where [`Text::new`] says `None`.
    pub fn literal(text: &str) -> Text<N> {
        Text::new(text.as_bytes()).expect("a literal is short and printable")
    }

    /// A mark and a number, in hexadecimal: a name that the engine itself makes up.
    pub fn numbered(mark: u8, number: u64) -> Text<N> {
        assert!(N > 16, "there is room for a mark and sixteen digits");
        let mut padded = [0; N];
        padded[0] = mark;
        for (place, byte) in padded[1..17].iter_mut().enumerate() {
            *byte = b"0123456789abcdef"[(number >> (60 - 4 * place)) as usize & 15];
        }
        Text(padded)
    }

    /// The bytes without the padding.
    pub fn as_bytes(&self) -> &[u8] {
        let len = self.0.iter().position(|byte| *byte == 0).unwrap_or(N);
        &self.0[..len]
    }

    /// All `N` bytes, zero-padded.
    pub const fn padded(&self) -> &[u8; N] {
        &self.0
    }

    /// As `str`; bytes that a damaged record brought in show as `?`.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or("?")
    }

    /// Is it the same name, in whatever case and with whatever spaces around it? For names that people type.
    pub fn is_same_name(&self, other: &Text<N>) -> bool {
        self.as_bytes().trim_ascii().eq_ignore_ascii_case(other.as_bytes().trim_ascii())
    }

    /// Is there no text?
    pub const fn is_empty(&self) -> bool {
        self.0[0] == 0
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Text::EMPTY
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_beyond_its_room_is_refused() {
        assert_eq!(Text::<4>::new(b"abcde"), None);
        assert_eq!(Text::<4>::new(b"abcd").unwrap().as_bytes(), b"abcd");
    }

    #[test]
    fn name_is_the_same_in_any_case_and_with_spaces_around_it() {
        assert!(Text::<8>::literal("Alice ").is_same_name(&Text::literal(" alice")));
        assert!(!Text::<8>::literal("alice").is_same_name(&Text::literal("al ice")));
    }

    #[test]
    fn control_bytes_are_refused_and_clipped_to_question_marks() {
        assert_eq!(Text::<4>::new(b"a\x01"), None);
        assert_eq!(Text::<4>::clipped(b"a\x01cdef").as_str(), "a?cd");
    }
}
