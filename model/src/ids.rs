//! Numbers that name things. None is a bare integer, none is reused.

use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $raw:ty) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout,
        )]
        #[repr(transparent)]
        pub struct $name(pub $raw);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// Place of a frame in the journal, from 1, without gaps. Not FIX's MsgSeqNum(34).
    Seq, u64
);
id!(
    /// Nanoseconds since 1970-01-01 UTC, read once per batch; never goes backwards in one journal.
    EngineTime, i64
);
id!(
    /// OrderID(37): the `Seq` of the frame that accepted the order.
    OrderId, u64
);
id!(
    /// Index of an instrument, in the order of definition in the journal.
    InstrumentId, u32
);
id!(
    /// Index of an account, in the order of definition in the journal.
    AccountId, u32
);
id!(
    /// Index of a FIX session or strategy queue, in the order of definition in the journal.
    SessionId, u32
);

impl InstrumentId {
    /// An instrument that nobody defined; stands in refusals.
    pub const NONE: InstrumentId = InstrumentId(u32::MAX);
}

impl AccountId {
    /// An account that nobody defined; stands in refusals.
    pub const NONE: AccountId = AccountId(u32::MAX);
}

id!(
    /// Where the orders of an instrument go: 0 is the paper venue, n is the broker on the session n - 1.
    VenueId, u32
);

impl VenueId {
    /// The venue in the daemon itself.
    pub const PAPER: VenueId = VenueId(0);

    /// The broker at the other end of this session.
    pub const fn broker(session: SessionId) -> VenueId {
        VenueId(session.0 + 1)
    }

    /// The session towards the broker; none for the paper venue.
    pub const fn session(self) -> Option<SessionId> {
        match self.0 {
            0 => None,
            number => Some(SessionId(number - 1)),
        }
    }
}

impl SessionId {
    /// No session: commands of the daemon itself, of operators, venues and timers.
    pub const NONE: SessionId = SessionId(u32::MAX);
}

impl Seq {
    /// The frame after this one.
    pub const fn next(self) -> Seq {
        Seq(self.0 + 1)
    }
}

/// ExecID(17): the frame and the place of the event in it, so it means one thing for ever and needs no counter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ExecId {
    /// The frame that holds the event.
    pub seq: Seq,
    /// The event's index in its frame.
    pub index: u8,
}

impl fmt::Display for ExecId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.seq, self.index)
    }
}
