//! Finds the ends of fields and reads their tags, many bytes at a time.
//!
//! The fields of an order are short: a search that starts anew for each of them costs more than it finds. So the bytes are looked
//! at once, 64 in a step, and all ends among them are known before the first tag is read; no field waits for the one before.

use super::SOH;
use super::limits::TAG_MAX;

/// Bytes of one step: a bit each.
const BLOCK: usize = 64;
/// In each byte of eight: this.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The places of SOH in a message, in ascending order.
#[derive(Debug)]
pub(super) struct Ends<'a> {
    bytes: &'a [u8],
    /// Where the block of `bits` begins.
    block: usize,
    /// A bit for each SOH of the block that has not been passed.
    bits: u64,
}

impl<'a> Ends<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Ends<'a> {
        Ends { bytes, block: 0, bits: sohs(bytes, 0) }
    }

    /// The first SOH that has not been passed; where there is none, the length of the bytes.
    #[inline]
    pub(super) fn peek(&mut self) -> usize {
        if self.bits == 0 {
            self.fill();
        }
        self.block.wrapping_add(self.bits.trailing_zeros() as usize)
    }

    /// Passes the one that [`Ends::peek`] has just told.
    #[inline]
    pub(super) fn pass(&mut self) {
        self.bits &= self.bits.wrapping_sub(1);
    }

    /// Passes the first SOH at `from` or behind it, with all before it, and tells it.
    pub(super) fn next_from(&mut self, from: usize) -> Option<usize> {
        loop {
            let end = self.peek();
            if end >= self.bytes.len() {
                return None;
            }
            self.pass();
            // One before it was in a data field.
            if end >= from {
                return Some(end);
            }
        }
    }

    /// Goes on to the next block that has one. Not inlined, or the loop over fields would keep its variables in memory.
    #[inline(never)]
    fn fill(&mut self) {
        while self.bits == 0 {
            self.block += BLOCK;
            if self.block >= self.bytes.len() {
                // A bit that stands for the end of the bytes.
                (self.block, self.bits) = (self.bytes.len(), 1);
                return;
            }
            self.bits = sohs(self.bytes, self.block);
        }
    }
}

/// A bit for each SOH of the block that begins at `block`, the first byte's the lowest.
#[inline]
fn sohs(bytes: &[u8], block: usize) -> u64 {
    let rest = &bytes[block..];
    if let Some(whole) = rest.first_chunk::<BLOCK>() {
        return sohs_of_block(whole);
    }
    // The last block is looked at as the last 64 bytes, and those that were seen before are dropped.
    if let Some(last) = bytes.last_chunk::<BLOCK>() {
        return sohs_of_block(last).unbounded_shr((BLOCK - rest.len()) as u32);
    }
    let mut padded = [0; BLOCK];
    padded[..rest.len()].copy_from_slice(rest);
    sohs_of_block(&padded)
}

#[inline]
fn sohs_of_block(block: &[u8; BLOCK]) -> u64 {
    // The compiler does this for sixteen bytes at a time.
    let is_soh = block.map(|byte| u8::from(byte == SOH));
    let mut bits = 0;
    for (at, eight) in is_soh.as_chunks::<8>().0.iter().enumerate() {
        // Moves the lowest bit of byte n to bit 56 + n.
        const GATHER: u64 = 0x0102_0408_1020_4080;
        bits |= u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56 << (8 * at);
    }
    bits
}

/// The tag number at `at` and where its value starts, if the tag has one to four digits and is not at the very end; `None` does not
/// say that there is no tag.
#[inline]
pub(super) fn short_tag(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let word = u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
    let no_equals = word ^ (b'=' as u64 * ONES);
    // The lowest byte that is zero has its highest bit set, and no byte below it.
    let equals = no_equals.wrapping_sub(ONES) & !no_equals & (0x80 * ONES);
    let len = equals.trailing_zeros() / 8;
    if len.wrapping_sub(1) > 3 {
        return None;
    }
    // Digits become 0 to 9 and anything else more; the last digit goes into the highest byte, zeros before the first.
    let digits = (word as u32 ^ 0x3030_3030).wrapping_shl(32u32.wrapping_sub(8 * len));
    let beyond_nine = digits | (digits & 0x7F7F_7F7F).wrapping_add(0x7676_7676);
    if beyond_nine & 0x8080_8080 != 0 || word as u8 == b'0' {
        return None;
    }
    let pairs = (digits & 0x00FF_00FF).wrapping_mul(10).wrapping_add(digits >> 8 & 0x00FF_00FF);
    let tag = (pairs & 0xFFFF).wrapping_mul(100).wrapping_add(pairs >> 16);
    Some((tag, at.wrapping_add(len as usize).wrapping_add(1)))
}

/// The tag number at `at` and where its value starts: digits without a leading zero, then `=`.
pub(super) fn any_tag(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let mut tag = 0u32;
    for (offset, byte) in bytes.get(at..)?.iter().enumerate() {
        match byte {
            b'0'..=b'9' if tag <= TAG_MAX / 10 => {
                if offset == 1 && tag == 0 {
                    return None;
                }
                tag = tag * 10 + u32::from(byte - b'0');
            }
            b'=' if tag > 0 => return Some((tag, at + offset + 1)),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ends_are_those_that_a_plain_search_finds(
            bytes in proptest::collection::vec(prop_oneof![Just(SOH), any::<u8>()], 0..300),
            from in 0usize..300,
        ) {
            let mut ends = Ends::of(&bytes);
            let plain = |from: usize| (from..bytes.len()).find(|at| bytes[*at] == SOH);
            let mut at = 0;
            while let Some(end) = ends.next_from(at) {
                prop_assert_eq!(Some(end), plain(at));
                at = end + 1;
            }
            prop_assert_eq!(plain(at), None);
            prop_assert_eq!(Ends::of(&bytes).next_from(from), plain(from));
        }

        #[test]
        fn short_way_and_long_way_read_the_same_tag(text in "[0-9=\\x01a]{8,12}", number in 1u32..20_000) {
            let text = text.into_bytes();
            let short = short_tag(&text, 0);
            prop_assert!(short.is_none() || short == any_tag(&text, 0));
            let tag = format!("{number}=12345678").into_bytes();
            prop_assert_eq!(short_tag(&tag, 0), any_tag(&tag, 0).filter(|_| number < 10_000));
        }
    }
}
