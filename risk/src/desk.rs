//! For tests: an instrument, an account and what is known of them, to be bent in one place at a time.

use model::{
    Abilities, AccountName, CalendarName, Check, ContractKind, CostMethod, Currency, DefineAccount, DefineInstrument,
    EngineTime, KillScope, LimitKind, MarkPolicy, Notional, OrdType, Px, Qty, Refusal, SCOPES, ScopeStates, Seq, Side,
    StopTrigger, Symbol, TradingPhase, TradingState, ValuationMethod, VenueId,
};

use crate::{
    Bucket, Context, Conversion, Exposure, Held, Limit, Limits, Member, Proposal, Reference, Restriction, Scoped,
    ShortSales, Usage, WideExposure, check,
};

pub(crate) const NOW: EngineTime = EngineTime(1_000_000_000_000);
/// The firm's trading day.
pub(crate) const DAY: u32 = 20_000;

/// Everything that an order meets.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) now: EngineTime,
    pub(crate) instrument: DefineInstrument,
    pub(crate) reference: Reference,
    pub(crate) account: DefineAccount,
    pub(crate) journal_is_full: bool,
    pub(crate) trading: TradingState,
    pub(crate) account_trading: TradingState,
    pub(crate) instrument_trading: TradingState,
    pub(crate) scopes: ScopeStates,
    pub(crate) limits: [Limits; SCOPES],
    pub(crate) usage: [Usage; SCOPES],
    pub(crate) missing: u64,
    pub(crate) stopped_by: [u8; SCOPES],
    pub(crate) phase: TradingPhase,
    pub(crate) exposure: Exposure,
    pub(crate) own_opposite: [Option<Px>; 3],
    pub(crate) of_strategy: WideExposure,
    pub(crate) of_instrument: WideExposure,
    pub(crate) open_orders: u32,
    pub(crate) holds_currency: bool,
    pub(crate) in_base: Conversion,
    pub(crate) in_own: Conversion,
    pub(crate) is_valuing: bool,
    pub(crate) has_stale_rate: bool,
    /// Nobody knows what the cash comes to in the base currency.
    pub(crate) lacks_rate: bool,
    pub(crate) cash: Notional,
    pub(crate) reserved: Notional,
    pub(crate) bucket: Bucket,
    pub(crate) messages_per_second: u32,
    pub(crate) restrictions: Vec<Restriction>,
    pub(crate) short_sales: ShortSales,
    pub(crate) repeats: Option<[u32; SCOPES]>,
    pub(crate) cl_ord_id_used: bool,
    pub(crate) has_order_slot: bool,
}

impl Desk {
    /// An active one, a reference of 100, a cash account with a million.
    pub(crate) fn new() -> Desk {
        Desk {
            now: NOW,
            instrument: instrument(),
            reference: Reference {
                bid_px: Px::whole(99),
                ask_px: Px::whole(101),
                last_px: Px::whole(100),
                time: NOW,
                is_doubtful: false,
            },
            account: account(),
            journal_is_full: false,
            trading: TradingState::Active,
            account_trading: TradingState::Active,
            instrument_trading: TradingState::Active,
            scopes: ScopeStates::ACTIVE,
            limits: Default::default(),
            usage: Default::default(),
            missing: 0,
            stopped_by: [0; SCOPES],
            phase: TradingPhase::Unknown,
            exposure: Exposure::default(),
            own_opposite: [None; 3],
            of_strategy: WideExposure::default(),
            of_instrument: WideExposure::default(),
            open_orders: 0,
            holds_currency: false,
            in_base: Conversion::Same,
            in_own: Conversion::Same,
            is_valuing: false,
            has_stale_rate: false,
            lacks_rate: false,
            cash: Notional::whole(1_000_000),
            reserved: Notional::ZERO,
            bucket: Bucket::default(),
            messages_per_second: 100,
            restrictions: Vec::new(),
            short_sales: ShortSales::default(),
            repeats: None,
            cl_ord_id_used: false,
            has_order_slot: true,
        }
    }

    /// The same, bent.
    pub(crate) fn with(bend: impl FnOnce(&mut Desk)) -> Desk {
        let mut desk = Desk::new();
        bend(&mut desk);
        desk
    }

    pub(crate) fn context(&self) -> Context<'_> {
        let Desk { now, ref instrument, reference, ref account, trading, account_trading, .. } = *self;
        let Desk { instrument_trading, phase, exposure, open_orders, holds_currency, cash, reserved, bucket, .. } =
            *self;
        let Desk {
            messages_per_second,
            repeats,
            cl_ord_id_used,
            has_order_slot,
            own_opposite,
            of_strategy,
            of_instrument,
            ..
        } = *self;
        Context {
            now,
            instrument,
            reference,
            account,
            journal_is_full: self.journal_is_full,
            trading,
            account_trading,
            instrument_trading,
            scopes: self.scoped(),
            day: DAY,
            phase,
            exposure,
            own_opposite,
            of_strategy,
            of_instrument,
            open_orders,
            holds_currency,
            in_base: self.in_base,
            in_own: self.in_own,
            is_valuing: self.is_valuing,
            has_stale_rate: self.has_stale_rate,
            wealth: (!self.lacks_rate).then_some(cash),
            cash,
            reserved,
            bucket,
            messages_per_second,
            restrictions: &self.restrictions,
            short_sales: self.short_sales,
            repeats,
            cl_ord_id_used,
            has_order_slot,
        }
    }

    fn scoped(&self) -> Scoped<'_> {
        let member = |at| Member::new(&self.limits[at], &self.usage[at]);
        Scoped {
            states: self.scopes,
            members: Some(core::array::from_fn(member)),
            kinds: self.limits.iter().fold(0, |kinds, limits| kinds | limits.kinds()),
            missing: self.missing,
            stopped_by: self.stopped_by,
        }
    }

    /// The scope has the limit.
    pub(crate) fn limit(&mut self, scope: KillScope, kind: LimitKind, value: i128) {
        self.limits[scope as usize].put(kind, Some(Limit { value, since: Seq(1) }));
    }

    pub(crate) fn refusal(&self, proposal: &Proposal) -> Option<Refusal> {
        check(&self.context(), proposal).err()
    }

    /// The check that refuses the proposal, if one does.
    pub(crate) fn refuses(&self, proposal: Proposal) -> Option<Check> {
        self.refusal(&proposal).map(|refusal| refusal.check)
    }
}

pub(crate) fn buy(qty: i64, px: i64) -> Proposal {
    Proposal::plain(Side::Buy, OrdType::Limit, Qty::whole(qty), Px::whole(px))
}

pub(crate) fn sell(qty: i64, px: i64) -> Proposal {
    Proposal { side: Side::Sell, ..buy(qty, px) }
}

pub(crate) fn market(side: Side, qty: i64) -> Proposal {
    Proposal::plain(side, OrdType::Market, Qty::whole(qty), Px::ZERO)
}

/// A replace of a working order of `qty` at `px`, of which nothing is filled.
pub(crate) fn replacing(qty: i64, px: i64, by: Proposal) -> Proposal {
    let (order_qty, worst_px) = (Qty::whole(qty), Px::whole(px));
    let open_notional = Notional::whole(qty * px);
    let held =
        Held { order_qty, cum_qty: Qty::ZERO, open_qty: order_qty, worst_px, reserved: Notional::ZERO, open_notional };
    Proposal { held: Some(held), ..by }
}

fn instrument() -> DefineInstrument {
    DefineInstrument {
        tick: Px::from_units(1_000_000),
        lot: Qty::whole(1),
        max_order_qty: Qty::whole(10_000),
        multiplier: 1,
        collar: 5_000_000,
        reference_age_max: 2_000_000_000,
        symbol: Symbol::literal("ACME"),
        currency: Currency::literal("USD"),
        calendar: CalendarName::EMPTY,
        abilities: Abilities::NONE,
        tradable: 1,
        stop_trigger: StopTrigger::Last,
        fx_rate: 0,
        fx_places: 0,
        contract_kind: ContractKind::Linear,
        valuation: ValuationMethod::Premium,
        mark: MarkPolicy::Conservative,
        venue: VenueId::PAPER,
    }
}

fn account() -> DefineAccount {
    DefineAccount {
        max_order_notional: Notional::whole(500_000),
        max_order_qty: Qty::whole(5_000),
        max_long: Qty::whole(6_000),
        max_short: Qty::whole(1_000),
        fee_rate: 100_000,
        open_orders_max: 10,
        cash_account: 1,
        cost_method: CostMethod::Average,
        reserved: [0; 2],
        account: AccountName::literal("A1"),
        currency: Currency::literal("USD"),
    }
}
