//! A day of what an account has in one currency beside its own: what it came to in the account's, and what of that moves of the rate
//! have made.

use std::collections::BTreeMap;

use engine::State;
use model::{AccountId, Currency, EngineTime, ForeignCashMoved, ForeignFlow, ForeignMoney, FxRate, Notional};

use super::Explained;
use super::ledger::PositionDay;

/// An account's currency.
pub(super) type Key = (AccountId, String);

/// At a close.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Line {
    /// Cash, and what was booked and paid in, ever.
    pub money: ForeignMoney,
    /// One of it in the account's currency; none where there was no rate, or one that was too old.
    pub rate: FxRate,
}

/// What moved it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flow {
    /// Why.
    pub kind: ForeignFlow,
    /// The rate that it came at.
    pub rate: FxRate,
    /// The fee of a trade; negative where it was given back.
    pub fee: Notional,
    /// A dividend, or what a broker took for a trade of another currency, negative.
    pub paid: Notional,
    /// Money, or positions in kind, that were paid in.
    pub deposited: Notional,
}

/// A currency's day.
#[derive(Clone, Debug)]
pub struct CurrencyDay {
    /// The currency.
    pub currency: String,
    /// At the close before.
    pub opening: Line,
    /// At the close.
    pub closing: Line,
    /// What moved it.
    pub flows: Vec<Flow>,
}

/// What accounts had at a close.
pub(super) type Lines = BTreeMap<Key, Line>;

/// All of them at this close.
pub(super) fn lines(state: &State, now: EngineTime) -> Lines {
    let of = |currency: Currency, account: AccountId| {
        let own = state.account_at(account)?.definition.currency;
        state.fx_rate(currency, own).filter(|rate| rate.is_in_force(now)).map(|rate| rate.set.rate)
    };
    let one = |line: &engine::ForeignCash| {
        let rate = of(line.currency, line.account).unwrap_or(FxRate::NONE);
        ((line.account, line.currency.to_string()), Line { money: line.money, rate })
    };
    state.foreign_cash().map(one).collect()
}

/// What the event moves; `before`: the state before its frame, `fee`: of the trade that it comes with.
pub(super) fn flow(before: &State, e: &ForeignCashMoved, fee: Notional) -> Flow {
    let had = before.foreign_cash_of(e.account, e.currency).map_or_else(ForeignMoney::default, |line| line.money);
    let (kind, rate, deposited) = (e.flow, e.rate, e.deposited - had.deposited);
    match e.flow {
        ForeignFlow::Trade => Flow { kind, rate, fee, paid: Notional::ZERO, deposited },
        ForeignFlow::Dividend | ForeignFlow::Commission => {
            Flow { kind, rate, fee: Notional::ZERO, paid: e.amount, deposited }
        }
        ForeignFlow::Deposit => Flow { kind, rate, fee: Notional::ZERO, paid: Notional::ZERO, deposited },
    }
}

impl CurrencyDay {
    /// Was there nothing, and did nothing happen?
    pub(super) fn is_idle(&self) -> bool {
        self.opening.money == self.closing.money && self.closing.money == ForeignMoney::default()
    }

    /// Cash that trades and adjustments moved, in it.
    pub fn paid_in(&self) -> Notional {
        self.flows.iter().fold(Notional::ZERO, |sum, flow| sum + flow.deposited)
    }

    /// In the account's currency. Positions count at the rate of the close, fees, dividends and commissions at that of their instant. The
    /// rate's own part is counted from what there was when it moved, and the total from the books. `None` where a mark or a rate is not
    /// fresh at either end.
    pub fn explained<'a>(&self, positions: impl Iterator<Item = &'a PositionDay> + Clone) -> Option<Explained> {
        let own = positions.filter(|position| position.currency == self.currency);
        let made = own.clone().try_fold(Explained::default(), |sum, one| Some(sum.plus(&one.explained()?)))?;
        let (from, to) = (self.opening.rate, self.closing.rate);
        let unrealised = |of: fn(&PositionDay) -> Option<Notional>| {
            own.clone().try_fold(Notional::ZERO, |sum, one| sum.checked_add(of(one)?))
        };
        let opened = unrealised(PositionDay::unrealised_opening)?;
        let closed = unrealised(PositionDay::unrealised_closing)?;
        let equity = |line: &Line, unrealised: Notional| {
            let net = line.money.booked + line.money.deposited + unrealised;
            if net == Notional::ZERO { Some((net, net)) } else { Some((net, line.rate.of(net)?)) }
        };
        let ((opening, before), (_, after)) = (equity(&self.opening, opened)?, equity(&self.closing, closed)?);
        let paid_in = self.closing.money.deposited_converted - self.opening.money.deposited_converted;
        let at = |rate: FxRate, amount: Notional| if amount == Notional::ZERO { Some(amount) } else { rate.of(amount) };
        let sum = |of: &dyn Fn(&Flow) -> Option<Notional>| {
            self.flows.iter().try_fold(Notional::ZERO, |sum, flow| sum.checked_add(of(flow)?))
        };
        let since = |flow: &Flow, amount: Notional| Some(at(to, amount)? - at(flow.rate, amount)?);
        let moved = sum(&|flow| Some(since(flow, flow.deposited)? + since(flow, flow.paid)? - since(flow, flow.fee)?))?;
        let is_dividend = |flow: &Flow| flow.kind == ForeignFlow::Dividend;
        Some(Explained {
            total: after - before - paid_in,
            price: at(to, made.price)?,
            trades: at(to, made.trades)?,
            corrections: at(to, made.corrections)?,
            adjustments: at(to, made.adjustments)?,
            fx: at(to, opening)? - at(from, opening)? + moved,
            fees: sum(&|flow| {
                let taken = if is_dividend(flow) { Notional::ZERO } else { flow.paid };
                Some(at(flow.rate, taken)? - at(flow.rate, flow.fee)?)
            })?,
            dividends: sum(&|flow| at(flow.rate, if is_dividend(flow) { flow.paid } else { Notional::ZERO }))?,
        })
    }
}
