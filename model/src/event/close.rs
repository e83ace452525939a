//! What became of the end of a day and of the start of the next.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::command::{AdjustPosition, Arm, CheckStart, CloseDay, ReportBreaks};
use crate::ids::{AccountId, EngineTime, InstrumentId, Seq};
use crate::mark::Prices;
use crate::money::{Notional, Px};
use crate::policies::MarkPolicy;

bodies! {
    /// See [`super::Event::BreaksReported`].
    BreaksReported {
        /// What was reported.
        report: ReportBreaks,
        /// The account.
        account: AccountId,
        /// Breaks above the tolerance until now.
        before: u32,
    }

    /// See [`super::Event::AdjustmentBooked`].
    AdjustmentBooked {
        /// Who adjusted what and why.
        adjustment: AdjustPosition,
        /// What it adds to the cost of a buyer.
        value: Notional,
        /// What the account is deemed to have been given (positive) or to have given away in kind; zero where cash moved.
        in_kind: Notional,
        /// The account.
        account: AccountId,
        /// The instrument.
        instrument: InstrumentId,
        /// Zero.
        reserved: [u8; 8],
    }

    /// See [`super::Event::CloseBegun`].
    CloseBegun {
        /// Which day, who, and why.
        close: CloseDay,
    }

    /// See [`super::Event::DayMarked`]. What a position is worth at these prices is said by the instrument's policy.
    DayMarked {
        /// Best bid; zero where there is none.
        bid_px: Px,
        /// Best offer; zero where there is none.
        ask_px: Px,
        /// Last trade; zero where there is none.
        last_px: Px,
        /// How long ago they were seen, in nanoseconds; zero where there are none.
        age: i64,
        /// The frame that began the close.
        close: Seq,
        /// The instrument.
        instrument: InstrumentId,
        /// Its policy.
        policy: MarkPolicy,
        /// 1: older than the instrument's reference price may be, so nothing is valued at them.
        is_stale: u8,
        /// Zero.
        reserved: [u8; 2],
    }

    /// See [`super::Event::DayClosed`].
    DayClosed {
        /// 128 bits over every account's cash, every position with its money, and the marks, low half first.
        digest: [u64; 2],
        /// The frame that began the close.
        close: Seq,
        /// The frame that closed the day before; zero for the first.
        previous: Seq,
        /// The day, in days since 1970-01-01.
        trading_day: u32,
        /// Positions that are not flat.
        positions: u32,
        /// Those of them that have no value, for want of a fresh price.
        unmarked: u32,
        /// Instruments that are held.
        marks: u32,
        /// Breaks above the tolerance, all accounts together.
        breaks: u32,
        /// Zero.
        reserved: [u8; 4],
    }

    /// See [`super::Event::StartChecked`].
    StartChecked {
        /// What was asked.
        check: CheckStart,
        /// The frame that closed the last day; zero where none was closed.
        close: Seq,
        /// The first change of a position or of cash that no close covers; zero where there is none.
        first_change: EngineTime,
        /// The digest that the close said, low half first.
        said: [u64; 2],
        /// The digest of what was folded up to there.
        folded: [u64; 2],
        /// Breaks above the tolerance, without those that were known when somebody armed this day.
        breaks: u32,
        /// What it led to.
        outcome: StartOutcome,
        /// Zero.
        reserved: [u8; 3],
    }

    /// See [`super::Event::Armed`].
    Armed {
        /// Who and why.
        arm: Arm,
        /// What it led to.
        outcome: ArmOutcome,
        /// Zero.
        reserved: [u8; 7],
    }
}

impl DayMarked {
    /// The prices.
    pub const fn prices(&self) -> Prices {
        Prices { bid_px: self.bid_px, ask_px: self.ask_px, last_px: self.last_px, age: self.age }
    }
}

/// May a daemon trade that starts?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum StartOutcome {
    /// It opens from its close.
    Open = 1,
    /// What was folded up to the close is not what the close said.
    Differs = 2,
    /// Something of an earlier day is under no close.
    NotClosed = 3,
    /// The broker says otherwise, by more than is tolerated.
    BreaksOpen = 4,
}

impl StartOutcome {
    /// For people: what is so, and what to do. At most 64 characters, as reasons are.
    pub const fn words(self) -> &'static str {
        match self {
            StartOutcome::Open => "the start agrees with the close",
            StartOutcome::Differs => "state is not the close's: verify the journal, then millrace arm",
            StartOutcome::NotClosed => "an earlier day is not closed: millrace close DAY or millrace arm",
            StartOutcome::BreaksOpen => "breaks are open: millrace reconcile --report, or millrace arm",
        }
    }
}

/// What became of an arming.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum ArmOutcome {
    /// It may trade now.
    Armed = 1,
    /// It might before.
    NotDisarmed = 2,
    /// Who closed the day, or reported the breaks, does not arm.
    SamePerson = 3,
    /// Nobody said who.
    NoActor = 4,
    /// Nobody said why.
    NoReason = 5,
}

impl ArmOutcome {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            ArmOutcome::Armed => "done",
            ArmOutcome::NotDisarmed => "it is armed already",
            ArmOutcome::SamePerson => "who closed the day or reported the breaks does not arm: another person must",
            ArmOutcome::NoActor => "it is not said who acts",
            ArmOutcome::NoReason => "it is not said why",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn words_of_a_start_fit_a_reason() {
        for outcome in [StartOutcome::Open, StartOutcome::Differs, StartOutcome::NotClosed, StartOutcome::BreaksOpen] {
            assert!(Text::<64>::new(outcome.words().as_bytes()).is_some(), "{}", outcome.words());
        }
    }
}
