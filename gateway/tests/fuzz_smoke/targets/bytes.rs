//! Fuzzed bytes read as choices and numbers, and messages made whole around them.

use gateway::fix::SOH;
use gateway::fix::frame::checksum;
use gateway::fix::session::Version;

/// Reads choices off the front; where the bytes have ended everything is 0.
pub(crate) struct Choices<'a> {
    rest: &'a [u8],
}

impl<'a> Choices<'a> {
    pub(crate) fn new(rest: &'a [u8]) -> Choices<'a> {
        Choices { rest }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        match self.rest {
            [first, rest @ ..] => {
                self.rest = rest;
                *first
            }
            [] => 0,
        }
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub(crate) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte()) % choices.len()]
    }

    /// As many bytes as the next byte says, or what is left.
    pub(crate) fn some_bytes(&mut self) -> &'a [u8] {
        let len = usize::from(self.byte()).min(self.rest.len());
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        taken
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest
    }
}

/// One of the versions.
pub(crate) fn version(choice: u8) -> Version {
    Version::ALL[usize::from(choice) % Version::ALL.len()]
}

/// A message of these fields between right BeginString(8), BodyLength(9) and CheckSum(10).
pub(crate) fn whole(version: Version, body: &[u8], into: &mut Vec<u8>) {
    into.clear();
    into.extend_from_slice(b"8=");
    into.extend_from_slice(version.begin_string());
    into.extend_from_slice(b"\x019=");
    let ends = body.last() == Some(&SOH);
    let len = body.len() + usize::from(!ends);
    into.extend_from_slice(len.to_string().as_bytes());
    into.push(SOH);
    into.extend_from_slice(body);
    if !ends {
        into.push(SOH);
    }
    let sum = checksum(into);
    into.extend_from_slice(b"10=");
    into.extend_from_slice(&[b'0' + sum / 100, b'0' + sum / 10 % 10, b'0' + sum % 10, SOH]);
}

/// `|` for SOH, for templates.
pub(crate) fn piped(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| if byte == b'|' { SOH } else { byte }).collect()
}
