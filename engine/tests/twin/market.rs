//! What the twin knows of the world around the orders: prices, days, halts, and the names of things.

use model::{
    Abilities, AccountName, CalendarName, CancelOnDisconnect, CompId, ContractKind, CostMethod, Currency, MarkPolicy,
    Notional, Px, Qty, Symbol, ValuationMethod, VenueId,
};
use model::{DefineAccount, DefineInstrument, DefineSession, PendingReplaces, Side, StopTrigger, TradingPhase};

/// 1e-8 units of one.
pub(crate) const ONE: i64 = 100_000_000;
pub(crate) const SYMBOLS: [&str; 3] = ["ACME", "ZINC", "BRKR"];
/// The orders of the last symbol go to a broker, who keeps its own days and stops.
pub(crate) const BROKER: VenueId = VenueId(9);
pub(crate) const SESSIONS: [&str; 2] = ["ONE", "TWO"];
/// Whose orders the sessions bring: each has its own trader, and both are of one strategy.
pub(crate) const TRADERS: [&str; 2] = ["JANE", "JOE"];
pub(crate) const STRATEGY: &str = "ARB";
pub(crate) const CALENDAR: &str = "XTWN";
pub(crate) const MULTIPLIERS: [i64; 3] = [1, 50, 1];
/// A quanto's rate, in millionths.
pub(crate) const FX_RATE: u32 = 1_234_567;
/// 1e-8 of the notional.
pub(crate) const FEE_RATE: i64 = 12_345;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Instrument {
    pub(crate) bid: i64,
    pub(crate) ask: i64,
    pub(crate) last: i64,
    pub(crate) halted: bool,
    pub(crate) broker: bool,
    /// It follows the calendar.
    pub(crate) days: bool,
    pub(crate) trigger: StopTrigger,
}

impl Instrument {
    pub(crate) fn stop_price(&self, side: Side) -> Option<i64> {
        let px = match (self.trigger, side) {
            (StopTrigger::Last, _) => self.last,
            (StopTrigger::Opposite, Side::Buy) => self.ask,
            (StopTrigger::Opposite, Side::Sell) => self.bid,
            (StopTrigger::Mid, _) => self.bid / 2 + self.ask / 2,
        };
        (px > 0).then_some(px)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Calendar {
    pub(crate) phase: TradingPhase,
    pub(crate) day: u32,
}

pub(crate) fn instruments(policy: Policy) -> Vec<DefineInstrument> {
    let define = |index: usize, abilities, venue, calendar: &str, stop_trigger| DefineInstrument {
        tick: Px::whole(1),
        lot: Qty::whole(1),
        max_order_qty: Qty::whole(1_000_000),
        multiplier: MULTIPLIERS[index],
        // An inverse contract is worth nothing that could be counted at a price of zero.
        collar: if policy.kinds[index] == ContractKind::Inverse { 50_000_000 } else { 100_000_000 },
        reference_age_max: i64::MAX,
        symbol: Symbol::literal(SYMBOLS[index]),
        currency: Currency::literal("USD"),
        calendar: CalendarName::literal(calendar),
        abilities,
        tradable: 1,
        stop_trigger,
        fx_rate: if policy.kinds[index] == ContractKind::Quanto { FX_RATE } else { 0 },
        fx_places: if policy.kinds[index] == ContractKind::Quanto { 6 } else { 0 },
        contract_kind: policy.kinds[index],
        valuation: policy.valuation(index),
        mark: MarkPolicy::Conservative,
        venue,
    };
    let broker = Abilities::STOP.with(Abilities::TRAILING_STOP).with(Abilities::DAYS).with(Abilities::GOOD_TILL_DATE);
    vec![
        define(0, Abilities::PAPER, VenueId::PAPER, CALENDAR, StopTrigger::Opposite),
        define(1, Abilities::PAPER, VenueId::PAPER, "", StopTrigger::Last),
        define(2, broker.with(Abilities::HALTS), BROKER, "", StopTrigger::Last),
    ]
}

/// Account A keeps average cost, B sells what came first.
pub(crate) fn cost_method(name: &str) -> CostMethod {
    if name == "A" { CostMethod::Average } else { CostMethod::Fifo }
}

pub(crate) fn account(name: &str) -> DefineAccount {
    DefineAccount {
        max_order_notional: Notional::from_units(i128::MAX / 4),
        max_order_qty: Qty::whole(1_000_000),
        max_long: Qty::whole(9_000_000_000),
        max_short: Qty::whole(9_000_000_000),
        fee_rate: FEE_RATE,
        open_orders_max: 1_000_000,
        cash_account: 0,
        cost_method: cost_method(name),
        reserved: [0; 2],
        account: AccountName::literal(name),
        currency: Currency::literal("USD"),
    }
}

/// What becomes of replaces, and of orders when their session is lost: each run has its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) pending_replaces: PendingReplaces,
    pub(crate) cancel_on_disconnect: CancelOnDisconnect,
    /// Of each instrument.
    pub(crate) kinds: [ContractKind; 3],
}

impl Policy {
    /// Cash takes part in profit and loss alone where the contract is no share.
    pub(crate) fn valuation(&self, instrument: usize) -> ValuationMethod {
        if self.kinds[instrument] == ContractKind::Linear { ValuationMethod::Premium } else { ValuationMethod::Futures }
    }

    /// What a buyer's cost is, in 1e-16, to the nearest and to the even one of two.
    pub(crate) fn value(&self, instrument: usize, qty: i128, px: i128) -> i128 {
        let face = qty * i128::from(MULTIPLIERS[instrument]);
        match self.kinds[instrument] {
            ContractKind::Linear => face * px,
            ContractKind::Inverse => -nearest(face * 10_i128.pow(16), px),
            ContractKind::Quanto => nearest(face * px * i128::from(FX_RATE), 1_000_000),
        }
    }
}

fn nearest(a: i128, b: i128) -> i128 {
    let (whole, rest) = (a / b, a % b);
    if 2 * rest > b || (2 * rest == b && whole % 2 == 1) { whole + 1 } else { whole }
}

pub(crate) fn session(name: &str, account: &str, policy: Policy) -> DefineSession {
    DefineSession {
        sender_comp_id: CompId::literal("MILLRACE"),
        target_comp_id: CompId::literal(name),
        account: AccountName::literal(account),
        messages_per_second: u32::MAX,
        pending_replaces: policy.pending_replaces,
        cancel_on_disconnect: policy.cancel_on_disconnect,
        reserved: [0; 2],
    }
}
