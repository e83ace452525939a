//! The end of a trading day and the start of the next: what a broker's statement differs in, what is booked to mend it, the
//! close, and the arming of the morning.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::bodies::bodies;
use crate::ids::EngineTime;
use crate::money::{Notional, Px, Qty};
use crate::text::{AccountName, Symbol, Text};

bodies! {
    /// What the reconciliation of one account with its broker came to. It stands until the account is reported again.
    ReportBreaks {
        /// Since when the oldest of the breaks is known; zero where there are none.
        first_seen: EngineTime,
        /// The first 64 bits of BLAKE3 over the ids of the breaks, each on a line, so that the list can be held against the record;
        /// zero where there are none.
        digest: u64,
        /// Positions that differ, or that only one side has.
        positions: u32,
        /// Orders that differ, or that only one side has.
        orders: u32,
        /// Fills that differ, or that only one side has.
        executions: u32,
        /// 1: the cash differs.
        cash: u32,
        /// Breaks above the tolerance.
        above: u32,
        /// Zero.
        reserved: [u8; 4],
        /// The account.
        account: AccountName,
        /// Who.
        actor: Text<24>,
        /// Why: the statement.
        reason: Text<64>,
    }

    /// A position is put right: it counts as a trade of no venue, at a price or for a cost.
    AdjustPosition {
        /// What it adds to the cost of a buyer, where `px` is zero; never negative.
        cost: Notional,
        /// Signed quantity that is added.
        qty: Qty,
        /// The price; zero where the cost is given.
        px: Px,
        /// The account.
        account: AccountName,
        /// Symbol(55).
        symbol: Symbol,
        /// 1: it is paid for in cash, like a trade. 0: it is a transfer in kind, and the account's cash stays.
        moves_cash: u8,
        /// Zero.
        reserved: [u8; 7],
        /// Who.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// A trading day is over: what is held is marked, and the next day begins.
    CloseDay {
        /// The day, in days since 1970-01-01.
        trading_day: u32,
        /// Zero.
        reserved: [u8; 4],
        /// Who; "millrace" where it is the firm's clock.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }

    /// The daemon starts where a close is required: what the engine holds must be what the last close says, all of earlier days
    /// must be closed, and the broker must not differ. Otherwise the firm is halted until somebody arms it.
    CheckStart {
        /// When the trading day began that it is now.
        day_began: EngineTime,
        /// Breaks above the tolerance that are let pass, all accounts together.
        breaks_max: u32,
        /// 1: it is required. 0: it is not any more, and nothing is held against a start.
        require_close: u8,
        /// Zero.
        reserved: [u8; 3],
    }

    /// A person lets a daemon trade that did not open from its close.
    Arm {
        /// Who: neither who closed the day nor who reported the breaks.
        actor: Text<24>,
        /// Why.
        reason: Text<64>,
    }
}
