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

pub(crate) use terms;

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
        /// Becomes a market order when the price reaches StopPx(99).
        Stop = b'3',
        /// Becomes a limit order when the price reaches StopPx(99).
        StopLimit = b'4',
        /// Takes the best opposite price; what is left rests at the price of its fill.
        MarketToLimit = b'K',
    }
);
terms!(
    /// TimeInForce(59).
    TimeInForce {
        Day = b'0',
        GoodTillCancel = b'1',
        AtTheOpening = b'2',
        ImmediateOrCancel = b'3',
        FillOrKill = b'4',
        GoodTillDate = b'6',
        AtTheClose = b'7',
    }
);
terms!(
    /// OrdStatus(39): what is true of the order after the report.
    OrdStatus {
        New = b'0',
        PartiallyFilled = b'1',
        Filled = b'2',
        DoneForDay = b'3',
        Canceled = b'4',
        PendingCancel = b'6',
        /// Guaranteed at a price, not traded yet.
        Stopped = b'7',
        Rejected = b'8',
        Suspended = b'9',
        PendingNew = b'A',
        Expired = b'C',
        PendingReplace = b'E',
    }
);
terms!(
    /// ExecType(150): why the report was sent.
    ExecType {
        New = b'0',
        DoneForDay = b'3',
        Canceled = b'4',
        Replaced = b'5',
        PendingCancel = b'6',
        Stopped = b'7',
        Rejected = b'8',
        Suspended = b'9',
        PendingNew = b'A',
        Expired = b'C',
        Restated = b'D',
        PendingReplace = b'E',
        Trade = b'F',
        TradeCorrect = b'G',
        TradeCancel = b'H',
        OrderStatus = b'I',
        Triggered = b'L',
    }
);
terms!(
    /// OrdRejReason(103).
    OrdRejReason {
        BrokerOption = 0,
        UnknownSymbol = 1,
        ExchangeClosed = 2,
        OrderExceedsLimit = 3,
        TooLateToEnter = 4,
        UnknownOrder = 5,
        DuplicateOrder = 6,
        DuplicateOfVerbal = 7,
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
    /// ExecRestatementReason(378): why an order changed or ended that nobody had asked to.
    ExecRestatementReason {
        GtCorporateAction = 0,
        GtRenewal = 1,
        VerbalChange = 2,
        Repricing = 3,
        BrokerOption = 4,
        PartialDecline = 5,
        CancelOnTradingHalt = 6,
        CancelOnSystemFailure = 7,
        MarketOption = 8,
        CanceledNotBest = 9,
        WarehouseRecap = 10,
        Other = 99,
        /// None is given: somebody asked for it, or the venue does not say.
        NotGiven = 255,
    }
);
terms!(
    /// Who wants an order ended. Clients hear of a pending cancel only where it is their own.
    CancelCause {
        /// OrderCancelRequest(F).
        Client = 0,
        /// OrderMassCancelRequest(q).
        MassCancel = 1,
        /// The session that owns the order is gone.
        Disconnect = 2,
        /// Its time is over: the day's, or ExpireTime(126).
        Expiry = 3,
        /// Trading in its instrument was halted, and ExecInst(18)=K asks for it.
        Halt = 4,
        /// Another order of the same ClOrdLinkID(583) was filled or ended.
        Contingency = 5,
        /// An operator.
        Operator = 6,
        /// A scope of it is killed.
        Kill = 7,
        /// Another order of its group that it would trade with came.
        SelfMatch = 8,
    }
);
terms!(
    /// ContingencyType(1385): what orders of one ClOrdLinkID(583) mean for each other.
    Contingency {
        /// Nothing.
        None = 0,
        /// One cancels the other.
        OneCancelsTheOther = 1,
        /// This one's fills let the others go.
        OneTriggersTheOther = 2,
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
        Instrument = 2,
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

impl CancelCause {
    /// Does the reason go on by itself? Then a venue that has refused the cancel is not asked for the same again; what somebody
    /// asks for once more it is asked once more.
    pub const fn is_standing(self) -> bool {
        match self {
            CancelCause::Expiry | CancelCause::Halt | CancelCause::Contingency => true,
            CancelCause::Client
            | CancelCause::MassCancel
            | CancelCause::Disconnect
            | CancelCause::Operator
            | CancelCause::Kill
            | CancelCause::SelfMatch => false,
        }
    }
}

impl OrdType {
    /// Does it wait for a price, StopPx(99)?
    pub const fn is_stop(self) -> bool {
        matches!(self, OrdType::Stop | OrdType::StopLimit)
    }

    /// Does it have a Price(44) of its own?
    pub const fn has_price(self) -> bool {
        matches!(self, OrdType::Limit | OrdType::StopLimit)
    }

    /// What it is once StopPx(99) was reached.
    pub const fn triggered(self) -> OrdType {
        match self {
            OrdType::Stop => OrdType::Market,
            OrdType::StopLimit => OrdType::Limit,
            other => other,
        }
    }
}

impl TimeInForce {
    /// Does it outlive the trading day?
    pub const fn is_good_till(self) -> bool {
        matches!(self, TimeInForce::GoodTillCancel | TimeInForce::GoodTillDate)
    }

    /// Is what is not filled at once gone?
    pub const fn is_immediate(self) -> bool {
        matches!(self, TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill)
    }
}

impl OrdStatus {
    /// Can an order of this time in force still be filled at its venue? No reservation outlives this. A day order that is
    /// done for the day is over; a good-till order goes on the next morning.
    pub const fn is_working(self, time_in_force: TimeInForce) -> bool {
        match self {
            OrdStatus::PendingNew
            | OrdStatus::New
            | OrdStatus::PartiallyFilled
            | OrdStatus::Stopped
            | OrdStatus::Suspended
            | OrdStatus::PendingCancel
            | OrdStatus::PendingReplace => true,
            OrdStatus::DoneForDay => time_in_force.is_good_till(),
            OrdStatus::Filled | OrdStatus::Canceled | OrdStatus::Rejected | OrdStatus::Expired => false,
        }
    }
}
