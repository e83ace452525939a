//! What a fill costs: what the broker says it takes, else what the account's fee rate makes of it. A commission is booked in its own
//! currency; in the instrument's it is the fee of the position.

use model::money::UNIT;
use model::{
    CommType, Commission, CommissionBooked, CommissionOutcome, Currency, EngineTime, Events, ForeignCashMoved,
    ForeignFlow, FxRate, Notional, OrderView, Px, Qty, limits,
};
use risk::fee;

use super::currencies::{moved, rate_of};
use crate::currencies::NO_RATE;
use crate::fills::Fill;
use crate::order::Order;
use crate::state::State;

/// What is sane of a commission, so that many of them still add up.
const COMMISSION_MAX: u128 = 1 << 100;

/// What was traded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traded {
    pub(super) qty: Qty,
    /// What it adds to the cost of a buyer.
    pub(super) value: Notional,
}

/// What a fill costs in all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Charge {
    /// In the instrument's currency.
    pub(super) fee: Notional,
    /// What the broker said now, and what it comes to in its currency.
    said: Option<(Commission, CommissionOutcome, Notional)>,
    /// It takes the place of what was charged before.
    is_new: bool,
}

/// Of a new fill. `None` on overflow.
pub(super) fn of_fill(state: &State, order: &Order, said: Option<&Commission>, traded: Traded) -> Option<Charge> {
    let by_rate = |outcome: Option<(Commission, CommissionOutcome)>| {
        let fee = by_rate(state, order, traded.value)?;
        Some(Charge { fee, said: outcome.map(|(said, why)| (said, why, Notional::ZERO)), is_new: true })
    };
    let Some(said) = said else { return by_rate(None) };
    let own = currency_of(state, order)?;
    let said = Commission { currency: if said.currency.is_empty() { own } else { said.currency }, ..*said };
    let told = match amount(&said, own, traded) {
        Ok(amount) => place(state, order, own, said.currency).map(|outcome| (outcome, amount)),
        Err(why) => Err(why),
    };
    match told {
        Err(why) => by_rate(Some((said, why))),
        Ok((outcome @ CommissionOutcome::Fee, amount)) => {
            Some(Charge { fee: amount, said: Some((said, outcome, amount)), is_new: true })
        }
        Ok((outcome, amount)) => {
            Some(Charge { fee: Notional::ZERO, said: Some((said, outcome, amount)), is_new: true })
        }
    }
}

/// Of a fill that was another one, or never was. What the broker said of it stands until it says something else.
pub(super) fn of_amended(
    state: &State,
    order: &Order,
    fill: &Fill,
    said: Option<&Commission>,
    traded: Traded,
) -> Option<Charge> {
    if traded.qty.is_zero() {
        return Some(Charge { fee: Notional::ZERO, said: None, is_new: true });
    }
    if said.is_none() && fill.is_told {
        return Some(Charge { fee: fill.fee, said: None, is_new: false });
    }
    of_fill(state, order, said, traded)
}

/// Tells where it is booked, after the position; `before`: the fill as it was, where it is another one now.
pub(super) fn tell(
    state: &State,
    order: &Order,
    (charge, before): (&Charge, Option<&Fill>),
    (fill, account_cash): (u64, Notional),
    events: &mut Events,
) -> Option<()> {
    let mut booking = Booking { state, order, fill, account_cash, events };
    let apart = before.map(|fill| fill.apart).filter(|apart| apart.amount != Notional::ZERO && charge.is_new);
    let outcome = charge.said;
    let stays = |apart: &Apart| {
        outcome.is_some_and(|(said, outcome, _)| {
            matches!(outcome, CommissionOutcome::Cash | CommissionOutcome::ForeignCash)
                && said.currency == apart.currency
        })
    };
    let known = apart.filter(stays);
    if let Some(apart) = apart.filter(|apart| !stays(apart)) {
        booking.give_back(&apart)?;
    }
    let Some((said, outcome, charged)) = outcome else { return Some(()) };
    let paid = match (outcome, before) {
        (CommissionOutcome::Fee, Some(fill)) => fill.fee,
        _ => known.map_or(Notional::ZERO, |apart| apart.amount),
    };
    let at = known.map(|apart| apart.fx);
    booking.book(said, outcome, (charged, charged.checked_sub(paid)?), at)
}

/// What a fill cost apart from its position: in the currency that the broker took.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Apart {
    pub(crate) amount: Notional,
    pub(crate) currency: Currency,
    /// One of it in the account's currency at the fill.
    pub(crate) fx: (FxRate, EngineTime),
}

impl Apart {
    pub(crate) const NOTHING: Apart = Apart { amount: Notional::ZERO, currency: Currency::EMPTY, fx: NO_RATE };
}

struct Booking<'a> {
    state: &'a State,
    order: &'a Order,
    fill: u64,
    account_cash: Notional,
    events: &'a mut Events,
}

impl Booking<'_> {
    /// The fill never was, or is charged in another currency now.
    fn give_back(&mut self, apart: &Apart) -> Option<()> {
        let (value, currency, comm_type) = (0, apart.currency, CommType::Absolute);
        let said = Commission { value, currency, comm_type, reserved: [0; 7] };
        let is_own = self.own_currency()? == currency;
        let outcome = if is_own { CommissionOutcome::Cash } else { CommissionOutcome::ForeignCash };
        self.book(said, outcome, (Notional::ZERO, Notional::ZERO.checked_sub(apart.amount)?), Some(apart.fx))
    }

    /// At the rate of now, or at that of the fill.
    fn book(
        &mut self,
        commission: Commission,
        outcome: CommissionOutcome,
        (charged, amount): (Notional, Notional),
        at: Option<(FxRate, EngineTime)>,
    ) -> Option<()> {
        let OrderView { order_id, account, instrument, .. } = self.order.view;
        let line = match outcome {
            CommissionOutcome::ForeignCash => Some(self.state.foreign_cash_of(account, commission.currency)?),
            _ => None,
        };
        let (rate, rate_time) = match line {
            Some(line) => at.unwrap_or_else(|| rate_of(self.state, line)),
            None => NO_RATE,
        };
        if outcome == CommissionOutcome::Cash {
            self.account_cash = self.account_cash.checked_sub(amount)?;
        }
        self.events.push(CommissionBooked {
            charged,
            amount,
            account_cash: self.account_cash,
            commission,
            rate,
            rate_time,
            order_id,
            fill: self.fill,
            account,
            instrument,
            outcome,
            reserved: [0; 23],
        });
        if let Some(line) = line {
            let paid = Notional::ZERO.checked_sub(amount)?;
            let money = line.money.after(paid, paid, rate)?;
            let event: ForeignCashMoved = moved(line, money, paid, (rate, rate_time), ForeignFlow::Commission);
            self.events.push(event);
        }
        Some(())
    }

    fn own_currency(&self) -> Option<Currency> {
        Some(self.state.accounts.get(self.order.view.account.0)?.definition.currency)
    }
}

fn by_rate(state: &State, order: &Order, value: Notional) -> Option<Notional> {
    fee(value, state.accounts.get(order.view.account.0)?.definition.fee_rate)
}

fn currency_of(state: &State, order: &Order) -> Option<Currency> {
    Some(state.instruments.get(order.view.instrument.0)?.definition.currency)
}

/// Money of the commission's currency, or why nobody can say.
fn amount(said: &Commission, of_instrument: Currency, traded: Traded) -> Result<Notional, CommissionOutcome> {
    let value = i128::from(said.value);
    if value.abs() > i128::from(limits::UNITS_MAX) {
        return Err(CommissionOutcome::OutOfRange);
    }
    let amount = match said.comm_type {
        CommType::PerUnit => Some(Notional::of(Px::from_units(said.value), traded.qty)),
        CommType::Absolute => Some(Notional::from_units(value * i128::from(UNIT))),
        CommType::Percentage if said.currency == of_instrument => {
            fee(traded.value, said.value.abs()).map(|part| if value < 0 { -part } else { part })
        }
        // A part of the money traded is in the instrument's currency.
        CommType::Percentage | CommType::Other => return Err(CommissionOutcome::UnknownType),
    };
    let is_sane = |amount: &Notional| amount.units().unsigned_abs() < COMMISSION_MAX;
    amount.filter(is_sane).ok_or(CommissionOutcome::OutOfRange)
}

/// Where it is booked, or why it cannot be.
fn place(
    state: &State,
    order: &Order,
    of_instrument: Currency,
    currency: Currency,
) -> Result<CommissionOutcome, CommissionOutcome> {
    if currency == of_instrument {
        return Ok(CommissionOutcome::Fee);
    }
    let account = order.view.account;
    let own = state.accounts.get(account.0).map(|known| known.definition.currency);
    if own == Some(currency) {
        return Ok(CommissionOutcome::Cash);
    }
    let line = state.foreign_cash_of(account, currency).ok_or(CommissionOutcome::NoCash)?;
    if rate_of(state, line).0.is_sane() { Ok(CommissionOutcome::ForeignCash) } else { Err(CommissionOutcome::NoRate) }
}
