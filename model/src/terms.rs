//! FIX 4.4's enumerations. Each discriminant is the value's character on the wire, or its number where FIX uses an int.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

macro_rules! terms {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $value:expr,)+ }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout,
        )]
        #[repr(u8)]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $value,)+
        }

        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The FIX value.
            pub const fn value(self) -> u8 {
                self as u8
            }

            /// From the FIX value; `None` where this version does not know it.
            pub const fn from_value(value: u8) -> Option<$name> {
                $(if value == $name::$variant as u8 { return Some($name::$variant); })+
                None
            }
        }
    };
}

terms!(
    /// Side(54).
    Side {
        Buy = b'1',
        Sell = b'2',
    }
);
terms!(
    /// OrdType(40).
    OrdType {
        Market = b'1',
        Limit = b'2',
    }
);
terms!(
    /// TimeInForce(59).
    TimeInForce {
        Day = b'0',
        GoodTillCancel = b'1',
        ImmediateOrCancel = b'3',
        FillOrKill = b'4',
    }
);
terms!(
    /// OrdStatus(39): what is true of the order after the report.
    OrdStatus {
        New = b'0',
        PartiallyFilled = b'1',
        Filled = b'2',
        Canceled = b'4',
        PendingCancel = b'6',
        Rejected = b'8',
        PendingNew = b'A',
        Expired = b'C',
        PendingReplace = b'E',
    }
);
terms!(
    /// ExecType(150): why the report was sent.
    ExecType {
        New = b'0',
        Canceled = b'4',
        Replaced = b'5',
        PendingCancel = b'6',
        Rejected = b'8',
        PendingNew = b'A',
        Expired = b'C',
        PendingReplace = b'E',
        Trade = b'F',
        OrderStatus = b'I',
    }
);
terms!(
    /// OrdRejReason(103).
    OrdRejReason {
        BrokerOption = 0,
        UnknownSymbol = 1,
        ExchangeClosed = 2,
        OrderExceedsLimit = 3,
        UnknownOrder = 5,
        DuplicateOrder = 6,
        StaleOrder = 8,
        UnsupportedCharacteristic = 11,
        IncorrectQuantity = 13,
        UnknownAccount = 15,
        Other = 99,
    }
);
terms!(
    /// CxlRejReason(102).
    CxlRejReason {
        TooLateToCancel = 0,
        UnknownOrder = 1,
        BrokerOption = 2,
        AlreadyPending = 3,
        DuplicateClOrdId = 6,
        Other = 99,
    }
);
terms!(
    /// CxlRejResponseTo(434).
    CxlRejResponseTo {
        Cancel = b'1',
        Replace = b'2',
    }
);
terms!(
    /// What may be done now, globally or for an account. Cancels always pass.
    TradingState {
        Active = 0,
        Halted = 1,
    }
);
terms!(
    /// What a trading state is set for.
    Scope {
        Global = 0,
        Account = 1,
    }
);

impl Side {
    /// The other side.
    pub const fn opposite(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }

    /// +1 for a buy, -1 for a sell.
    pub const fn sign(self) -> i64 {
        match self {
            Side::Buy => 1,
            Side::Sell => -1,
        }
    }
}

impl OrdStatus {
    /// Can the order still be filled at its venue? No reservation outlives this.
    pub const fn is_working(self) -> bool {
        match self {
            OrdStatus::PendingNew
            | OrdStatus::New
            | OrdStatus::PartiallyFilled
            | OrdStatus::PendingCancel
            | OrdStatus::PendingReplace => true,
            OrdStatus::Filled | OrdStatus::Canceled | OrdStatus::Rejected | OrdStatus::Expired => false,
        }
    }
}
