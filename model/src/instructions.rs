//! Sets of a bit each: ExecInst(18), and what a venue can do by itself.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Instructions for handling an order. FIX writes them as letters with spaces between; the journal holds a bit each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(transparent)]
pub struct ExecInst(u16);

impl ExecInst {
    /// None.
    pub const NONE: ExecInst = ExecInst(0);
    /// `6`: only add to the book, never take from it; also called post-only.
    pub const PARTICIPATE_DONT_INITIATE: ExecInst = ExecInst(1);
    /// `E`: never make the position greater; also called reduce-only.
    pub const DO_NOT_INCREASE: ExecInst = ExecInst(1 << 1);
    /// `H`: the order outlives the end of its session.
    pub const REINSTATE_ON_SYSTEM_FAILURE: ExecInst = ExecInst(1 << 2);
    /// `J`: suspended by a trading halt, and back after it.
    pub const REINSTATE_ON_TRADING_HALT: ExecInst = ExecInst(1 << 3);
    /// `K`: canceled by a trading halt.
    pub const CANCEL_ON_TRADING_HALT: ExecInst = ExecInst(1 << 4);
    /// `Q`: canceled when its session is lost.
    pub const CANCEL_ON_SYSTEM_FAILURE: ExecInst = ExecInst(1 << 5);
    /// `Z`: canceled by the venue when it is no longer the best.
    pub const CANCEL_IF_NOT_BEST: ExecInst = ExecInst(1 << 6);
    /// `a`: StopPx(99) follows the price at a distance of PegOffsetValue(211).
    pub const TRAILING_STOP_PEG: ExecInst = ExecInst(1 << 7);
    /// `n`: the order outlives the end of its session.
    pub const REINSTATE_ON_CONNECTION_LOSS: ExecInst = ExecInst(1 << 8);
    /// `o`: canceled when its session is lost.
    pub const CANCEL_ON_CONNECTION_LOSS: ExecInst = ExecInst(1 << 9);

    /// Each instruction with its letter, in the order in which they are written.
    pub const LETTERS: [(ExecInst, u8); 10] = [
        (ExecInst::PARTICIPATE_DONT_INITIATE, b'6'),
        (ExecInst::DO_NOT_INCREASE, b'E'),
        (ExecInst::REINSTATE_ON_SYSTEM_FAILURE, b'H'),
        (ExecInst::REINSTATE_ON_TRADING_HALT, b'J'),
        (ExecInst::CANCEL_ON_TRADING_HALT, b'K'),
        (ExecInst::CANCEL_ON_SYSTEM_FAILURE, b'Q'),
        (ExecInst::CANCEL_IF_NOT_BEST, b'Z'),
        (ExecInst::TRAILING_STOP_PEG, b'a'),
        (ExecInst::REINSTATE_ON_CONNECTION_LOSS, b'n'),
        (ExecInst::CANCEL_ON_CONNECTION_LOSS, b'o'),
    ];

    /// From the letter; `None` for one that Millrace does not know.
    pub fn from_letter(letter: u8) -> Option<ExecInst> {
        ExecInst::LETTERS.iter().find(|(_, known)| *known == letter).map(|(instruction, _)| *instruction)
    }

    /// The letters of the set.
    pub fn letters(self) -> impl Iterator<Item = u8> {
        ExecInst::LETTERS.iter().filter(move |(instruction, _)| self.has(*instruction)).map(|(_, letter)| *letter)
    }

    /// Are all of `other` in the set?
    pub const fn has(self, other: ExecInst) -> bool {
        self.0 & other.0 == other.0
    }

    /// Is any of `other` in the set?
    pub const fn has_any(self, other: ExecInst) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets.
    pub const fn with(self, other: ExecInst) -> ExecInst {
        ExecInst(self.0 | other.0)
    }

    /// This set without the other.
    pub const fn without(self, other: ExecInst) -> ExecInst {
        ExecInst(self.0 & !other.0)
    }

    /// No instruction.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl core::fmt::Debug for ExecInst {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.letters().try_for_each(|letter| write!(f, "{}", char::from(letter)))
    }
}

/// What a venue does by itself, beside market and limit orders for the day or until canceled, at once or not at all. What a
/// venue cannot do Millrace does where it can, and refuses otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(transparent)]
pub struct Abilities(u16);

impl Abilities {
    /// None.
    pub const NONE: Abilities = Abilities(0);
    /// OrdType(40)=3 and 4.
    pub const STOP: Abilities = Abilities(1);
    /// ExecInst(18)=a.
    pub const TRAILING_STOP: Abilities = Abilities(1 << 1);
    /// OrdType(40)=K.
    pub const MARKET_TO_LIMIT: Abilities = Abilities(1 << 2);
    /// MaxFloor(111).
    pub const ICEBERG: Abilities = Abilities(1 << 3);
    /// MinQty(110).
    pub const MIN_QTY: Abilities = Abilities(1 << 4);
    /// ExecInst(18)=6.
    pub const POST_ONLY: Abilities = Abilities(1 << 5);
    /// TimeInForce(59)=6.
    pub const GOOD_TILL_DATE: Abilities = Abilities(1 << 6);
    /// TimeInForce(59)=2.
    pub const OPENING: Abilities = Abilities(1 << 7);
    /// TimeInForce(59)=7.
    pub const CLOSING: Abilities = Abilities(1 << 8);
    /// ExecInst(18)=Z.
    pub const NOT_BEST: Abilities = Abilities(1 << 9);
    /// ExecInst(18)=J and K.
    pub const HALTS: Abilities = Abilities(1 << 10);
    /// It ends its day orders itself, and restates the others in the morning.
    pub const DAYS: Abilities = Abilities(1 << 11);

    /// Each ability with its word in the configuration.
    pub const WORDS: [(Abilities, &'static str); 12] = [
        (Abilities::STOP, "stop"),
        (Abilities::TRAILING_STOP, "trailing_stop"),
        (Abilities::MARKET_TO_LIMIT, "market_to_limit"),
        (Abilities::ICEBERG, "iceberg"),
        (Abilities::MIN_QTY, "min_qty"),
        (Abilities::POST_ONLY, "post_only"),
        (Abilities::GOOD_TILL_DATE, "good_till_date"),
        (Abilities::OPENING, "opening"),
        (Abilities::CLOSING, "closing"),
        (Abilities::NOT_BEST, "not_best"),
        (Abilities::HALTS, "halts"),
        (Abilities::DAYS, "days"),
    ];
    /// What the paper venue does by itself.
    pub const PAPER: Abilities =
        Abilities::MARKET_TO_LIMIT.with(Abilities::ICEBERG).with(Abilities::MIN_QTY).with(Abilities::POST_ONLY);

    /// Is it among them?
    pub const fn has(self, other: Abilities) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets.
    pub const fn with(self, other: Abilities) -> Abilities {
        Abilities(self.0 | other.0)
    }
}

impl core::fmt::Debug for Abilities {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(Abilities::WORDS.iter().filter(|(one, _)| self.has(*one)).map(|(_, word)| word)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_instruction_has_a_bit_and_a_letter_of_its_own() {
        let all = ExecInst::LETTERS.iter().fold(ExecInst::NONE, |all, (one, _)| {
            assert!(!all.has_any(*one));
            all.with(*one)
        });
        let letters: Vec<u8> = all.letters().collect();
        assert_eq!(letters, b"6EHJKQZano");
        letters.iter().for_each(|letter| assert!(all.has(ExecInst::from_letter(*letter).unwrap())));
        assert_eq!(ExecInst::from_letter(b'G'), None);
    }
}
