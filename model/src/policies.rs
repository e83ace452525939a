//! Settings and states of Millrace's own, that have no word in FIX.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use crate::terms::terms;

terms!(
    /// What becomes of a replace while another one of the same order is pending.
    PendingReplaces {
        /// It is refused, CxlRejReason(102)=3.
        Refuse = 0,
        /// It waits here until the first one is decided.
        Sequential = 1,
        /// It goes to the venue behind the first one.
        Pipelined = 2,
    }
);
terms!(
    /// Which orders are canceled when a session is lost, beside those that ask for it by ExecInst(18)=o or Q. One that asks to
    /// live on, by ExecInst(18)=n or H, always does.
    CancelOnDisconnect {
        /// No others.
        Tagged = 0,
        /// Those that are not good till canceled or till a date.
        Day = 1,
        /// All.
        All = 2,
    }
);
terms!(
    /// How a session ended.
    SessionEnd {
        /// Both said Logout(5).
        Logout = 0,
        /// The connection was lost.
        ConnectionLost = 1,
        /// Its heartbeats stayed away.
        HeartbeatTimeout = 2,
    }
);
terms!(
    /// The price that a stop order which Millrace holds waits for.
    StopTrigger {
        /// The last trade.
        Last = 0,
        /// The quote that it would trade against: the offer for a buy, the bid for a sell.
        Opposite = 1,
        /// The middle of the quote.
        Mid = 2,
    }
);
terms!(
    /// How a close finds the cost of what it closes.
    #[derive(Default)]
    CostMethod {
        /// Its share of the cost of the whole position.
        #[default]
        Average = 0,
        /// First in, first out: the oldest lots go first.
        Fifo = 1,
    }
);
terms!(
    /// The price that an open position is valued at.
    #[derive(Default)]
    MarkPolicy {
        /// What it would bring: the bid for a long position, the offer for a short one.
        #[default]
        Conservative = 0,
        /// The middle of the quote.
        Mid = 1,
        /// The last trade.
        Last = 2,
    }
);
terms!(
    /// What part of its trading day a calendar is in.
    TradingPhase {
        /// Nobody has said: orders pass as if it were open.
        Unknown = 0,
        /// Before the open; orders wait for it.
        PreOpen = 1,
        /// The market opens: what is for the opening goes.
        Opening = 2,
        /// Trading.
        Open = 3,
        /// The market closes: what is for the close goes.
        Closing = 4,
        /// After the close.
        Closed = 5,
    }
);
terms!(
    /// How the connection to a venue stands.
    Link {
        /// It is lost: what was sent and not answered is in doubt.
        Down = 0,
        /// It is there.
        Up = 1,
        /// It is lost, and its sequence numbers with it: every order there is in doubt.
        Void = 2,
    }
);
