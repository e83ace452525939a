//! The limits that stand in definitions - of accounts, sessions, instruments - and are governed like those of scopes.
//!
//! A definition may tighten at any time. Where the firm asks for two persons, what it would loosen stays as it was and becomes a
//! proposal; what has no kind of limit to be proposed as - a cash account that is to be none any more, an older reference price -
//! stays for good: another account, another instrument is needed.

use model::{
    AccountDefined, AccountId, DefineAccount, DefineInstrument, DefineSession, Event, InstrumentDefined, InstrumentId,
    KillScope, LimitKind, Notional, Qty, SessionDefined, SessionId, Text,
};

use crate::state::State;

/// A definition with limits in it.
pub(crate) trait DefinedLimits: Copy {
    /// The scope that it defines.
    const SCOPE: KillScope;
    /// The limits that it has.
    const KINDS: &'static [LimitKind];

    /// The scope's name.
    fn name(&self) -> Text<24>;

    /// One of its limits.
    fn limit(&self, kind: LimitKind) -> i128;

    /// The limit from now on; a value out of its range becomes the nearest that is not.
    fn set_limit(&mut self, kind: LimitKind, value: i128);

    /// What cannot be proposed stays as tight as it was.
    fn keep_the_rest(&mut self, known: &Self);
}

fn clipped<T: TryFrom<i128>>(value: i128, most: T) -> T {
    T::try_from(value.max(0)).unwrap_or(most)
}

fn qty(value: i128) -> Qty {
    Qty::from_units(clipped(value, i64::MAX))
}

impl DefinedLimits for DefineAccount {
    const SCOPE: KillScope = KillScope::Account;
    const KINDS: &'static [LimitKind] = &[
        LimitKind::OrderQty,
        LimitKind::OrderNotional,
        LimitKind::OpenOrders,
        LimitKind::PositionLong,
        LimitKind::PositionShort,
    ];

    fn name(&self) -> Text<24> {
        Text::clipped(self.account.as_bytes())
    }

    fn limit(&self, kind: LimitKind) -> i128 {
        match kind {
            LimitKind::OrderQty => self.max_order_qty.units().into(),
            LimitKind::OrderNotional => self.max_order_notional.units(),
            LimitKind::OpenOrders => self.open_orders_max.into(),
            LimitKind::PositionLong => self.max_long.units().into(),
            LimitKind::PositionShort => self.max_short.units().into(),
            _ => unreachable!("an account defines no {}", kind.word()),
        }
    }

    fn set_limit(&mut self, kind: LimitKind, value: i128) {
        match kind {
            LimitKind::OrderQty => self.max_order_qty = qty(value),
            LimitKind::OrderNotional => self.max_order_notional = Notional::from_units(value),
            LimitKind::OpenOrders => self.open_orders_max = clipped(value, u32::MAX),
            LimitKind::PositionLong => self.max_long = qty(value),
            LimitKind::PositionShort => self.max_short = qty(value),
            _ => unreachable!("an account defines no {}", kind.word()),
        }
    }

    fn keep_the_rest(&mut self, known: &DefineAccount) {
        self.cash_account = self.cash_account.max(known.cash_account);
    }
}

impl DefinedLimits for DefineSession {
    const SCOPE: KillScope = KillScope::Session;
    const KINDS: &'static [LimitKind] = &[LimitKind::MessageRate];

    fn name(&self) -> Text<24> {
        self.target_comp_id
    }

    fn limit(&self, _: LimitKind) -> i128 {
        self.messages_per_second.into()
    }

    fn set_limit(&mut self, _: LimitKind, value: i128) {
        self.messages_per_second = clipped(value, u32::MAX);
    }

    fn keep_the_rest(&mut self, _: &DefineSession) {}
}

impl DefinedLimits for DefineInstrument {
    const SCOPE: KillScope = KillScope::Instrument;
    const KINDS: &'static [LimitKind] = &[LimitKind::OrderQty, LimitKind::Collar];

    fn name(&self) -> Text<24> {
        Text::clipped(self.symbol.as_bytes())
    }

    fn limit(&self, kind: LimitKind) -> i128 {
        match kind {
            LimitKind::OrderQty => self.max_order_qty.units().into(),
            LimitKind::Collar => self.collar.into(),
            _ => unreachable!("an instrument defines no {}", kind.word()),
        }
    }

    fn set_limit(&mut self, kind: LimitKind, value: i128) {
        match kind {
            LimitKind::OrderQty => self.max_order_qty = qty(value),
            LimitKind::Collar => self.collar = clipped(value, i64::MAX),
            _ => unreachable!("an instrument defines no {}", kind.word()),
        }
    }

    fn keep_the_rest(&mut self, known: &DefineInstrument) {
        self.reference_age_max = self.reference_age_max.min(known.reference_age_max);
    }
}

impl State {
    /// A limit that stands in a definition.
    pub(crate) fn defined_limit(&self, scope: KillScope, index: u32, kind: LimitKind) -> Option<i128> {
        fn of<D: DefinedLimits>(definition: &D, kind: LimitKind) -> Option<i128> {
            D::KINDS.contains(&kind).then(|| definition.limit(kind))
        }
        match scope {
            KillScope::Account => self.accounts.get(index).and_then(|one| of(&one.definition, kind)),
            KillScope::Session => self.sessions.get(index).and_then(|one| of(&one.definition, kind)),
            KillScope::Instrument => self.instruments.get(index).and_then(|one| of(&one.definition, kind)),
            KillScope::Firm | KillScope::Venue | KillScope::Trader | KillScope::Strategy => None,
        }
    }

    /// The scope's definition with these limits, as it holds from now on.
    pub(crate) fn redefined(
        &self,
        scope: KillScope,
        index: u32,
        limits: impl Iterator<Item = (LimitKind, i128)>,
    ) -> Option<Event> {
        fn with<D: DefinedLimits>(definition: &D, limits: impl Iterator<Item = (LimitKind, i128)>) -> D {
            let mut definition = *definition;
            limits.for_each(|(kind, value)| definition.set_limit(kind, value));
            definition
        }
        match scope {
            KillScope::Account => self.accounts.get(index).map(|one| {
                let (definition, account) = (with(&one.definition, limits), AccountId(index));
                AccountDefined { definition, account, reserved: [0; 12] }.into()
            }),
            KillScope::Session => self.sessions.get(index).map(|one| {
                let (definition, session) = (with(&one.definition, limits), SessionId(index));
                SessionDefined { definition, session }.into()
            }),
            KillScope::Instrument => self.instruments.get(index).map(|one| {
                let (definition, instrument) = (with(&one.definition, limits), InstrumentId(index));
                InstrumentDefined { definition, instrument, reserved: 0 }.into()
            }),
            KillScope::Firm | KillScope::Venue | KillScope::Trader | KillScope::Strategy => None,
        }
    }
}
