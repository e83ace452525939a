//! A seal as text: what a day was, and a signature over exactly these bytes.
//!
//! A seal has one spelling. What was read is written again and compared, so nothing unsigned hides between the lines.

use std::fmt::Write as _;

use model::Seq;

use super::day::{instant, parse_instant};
use super::roots::{DayRoot, Hash};
use super::{Day, Key, PublicKey};

/// Begins each seal, and keeps its signature from fitting anything else that the key may sign.
const HEAD: &str =
    "# A day of a Millrace journal, sealed. Signed are all bytes before the line of the signature.\nformat = 1\n";
/// Begins the line of the signature.
const SIGNATURE: &str = "signature = ";

/// A day under a signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seal {
    pub(super) journal: u64,
    pub(super) day: DayRoot,
    pub(super) public_key: PublicKey,
    signature: [u8; 64],
}

impl Seal {
    pub(super) fn sign(journal: u64, day: DayRoot, key: &Key) -> Seal {
        let mut seal = Seal { journal, day, public_key: key.public(), signature: [0; 64] };
        seal.signature = key.sign(seal.signed().as_bytes());
        seal
    }

    /// Does the signature fit the key that the seal names?
    pub(super) fn is_signed(&self) -> bool {
        self.public_key.has_signed(self.signed().as_bytes(), &self.signature)
    }

    /// The day that it is of.
    pub fn day(&self) -> Day {
        self.day.day
    }

    /// Frames of that day.
    pub fn frames(&self) -> u64 {
        self.day.frames
    }

    /// The root, as hexadecimal digits.
    pub fn root(&self) -> String {
        digits(&self.day.root)
    }

    fn signed(&self) -> String {
        let DayRoot { day, first_seq, frames, times, previous, root } = &self.day;
        let (first_time, last_time) =
            times.map_or_else(Default::default, |(first, last)| (instant(first), instant(last)));
        let (last_seq, previous, root) = (self.day.last_seq(), digits(previous), digits(root));
        let mut text = HEAD.to_owned();
        let _ = write!(
            text,
            "journal = \"{:016x}\"\nday = \"{day}\"\nframes = {frames}\nfirst_seq = {first_seq}\nlast_seq = {last_seq}\n\
             first_time = \"{first_time}\"\nlast_time = \"{last_time}\"\nprevious = \"{previous}\"\nroot = \"{root}\"\n\
             public_key = \"{}\"\n",
            self.journal, self.public_key,
        );
        text
    }

    /// The whole file.
    pub(super) fn text(&self) -> String {
        format!("{}{SIGNATURE}\"{}\"\n", self.signed(), digits(&self.signature))
    }

    /// Reads what [`Seal::text`] wrote.
    ///
    /// # Errors
    /// What is not as a seal has it.
    pub(super) fn parse(text: &str) -> Result<Seal, String> {
        let mut rest = text.strip_prefix(HEAD).ok_or("its head is not that of a seal of format 1")?;
        let mut field = |name: &'static str| {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            rest = after;
            let value = line.strip_prefix(name).and_then(|line| line.strip_prefix(" = "));
            value.ok_or_else(|| format!("it has no line `{name}` where that should be"))
        };
        let journal = known("journal", u64::from_str_radix(quoted(field("journal")?), 16).ok())?;
        let day = known("day", quoted(field("day")?).parse().ok())?;
        let frames = known("frames", field("frames")?.parse().ok())?;
        let first_seq: u64 = known("first_seq", field("first_seq")?.parse().ok().filter(|seq: &u64| *seq > 0))?;
        let last_seq: u64 = known("last_seq", field("last_seq")?.parse().ok())?;
        let first_time = parse_instant(quoted(field("first_time")?));
        let last_time = parse_instant(quoted(field("last_time")?));
        let previous = known("previous", from_digits(quoted(field("previous")?)))?;
        let root = known("root", from_digits(quoted(field("root")?)))?;
        let public_key = known("public_key", PublicKey::from_digits(quoted(field("public_key")?)))?;
        let signature = known("signature", from_digits(quoted(field("signature")?)))?;
        known("frames", first_seq.checked_add(frames).filter(|next| last_seq.checked_add(1) == Some(*next)))?;
        let times = first_time.zip(last_time);
        let day = DayRoot { day, first_seq: Seq(first_seq), frames, times, previous, root };
        let seal = Seal { journal, day, public_key, signature };
        if seal.text() == text { Ok(seal) } else { Err("it is not written as a seal is".to_owned()) }
    }
}

fn known<T>(name: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("its `{name}` is not what a seal can say"))
}

fn quoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or("")
}

/// Two lower-case hexadecimal digits a byte.
pub(super) fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads what [`digits`] wrote.
pub(super) fn from_digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

/// The root before the first day.
pub(super) const NO_ROOT: Hash = [0; 32];
