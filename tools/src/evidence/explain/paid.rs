//! What a fill, a bust or a correction moved of the account's cash: in its own currency, in the instrument's, and what the broker took.

use gateway::views::rate_text;
use model::{
    AccountId, CommType, Commission, CommissionBooked, CommissionOutcome, Event, ForeignCashMoved, ForeignFlow,
    ForeignMoney, Notional, PositionChanged, Px, Qty,
};

use crate::evidence::fold::Past;
use crate::figures::{fraction, money, px, time};

/// A part of one, in 1e-8.
const WHOLE: i128 = 100_000_000;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Paid {
    /// The account's currency.
    own: String,
    before: Notional,
    pub(super) after: Notional,
    /// What it had in the instrument's currency, and what it has from now on, where that is another one.
    foreign: Option<(ForeignMoney, ForeignCashMoved)>,
    commissions: Vec<CommissionBooked>,
}

impl Paid {
    /// `rest`: the events of the frame that follow the position's.
    pub(super) fn of(past: &Past, account: AccountId, position: &PositionChanged, rest: &[Event]) -> Paid {
        let known = past.state.account_at(account);
        let mut paid = Paid {
            own: known.map_or_else(String::new, |known| known.definition.currency.to_string()),
            before: known.map_or(Notional::ZERO, |known| known.cash),
            after: position.account_cash,
            foreign: None,
            commissions: Vec::new(),
        };
        for event in rest {
            match event {
                Event::ForeignCashMoved(e) if e.flow == ForeignFlow::Trade && paid.foreign.is_none() => {
                    let before = past.state.foreign_cash_of(account, e.currency).map(|line| line.money);
                    paid.foreign = Some((before.unwrap_or_default(), *e));
                }
                Event::CommissionBooked(e) => {
                    paid.after = e.account_cash;
                    paid.commissions.push(*e);
                }
                Event::OrderFilled(_) | Event::PositionChanged(_) => break,
                _ => {}
            }
        }
        paid
    }

    /// What the broker said of this trade, where it said anything.
    fn said(&self) -> Option<&CommissionBooked> {
        self.commissions.last()
    }

    /// What it took of the account's own cash.
    fn taken(&self) -> Notional {
        let own = self.commissions.iter().filter(|one| one.outcome == CommissionOutcome::Cash);
        own.fold(Notional::ZERO, |sum, one| sum + one.amount)
    }

    /// The fee of a fill, by whom it was said.
    pub(super) fn fee(&self, value: Notional, rate: i64, fee: Notional) -> Vec<String> {
        let by_rate = || {
            let product = value.units().unsigned_abs().checked_mul(rate.unsigned_abs().into());
            let exact = product.is_some_and(|product| product % WHOLE.unsigned_abs() == 0);
            let rounded = if exact { "" } else { ", rounded up at 1e-16" };
            let notional = money(Notional::from_units(value.units().abs()));
            format!("fee: {notional} x {} = {}{rounded}", fraction(rate), money(fee))
        };
        match self.said() {
            None => vec![by_rate()],
            Some(e) if e.outcome == CommissionOutcome::Fee => {
                vec![format!(
                    "fee: the broker's commission, {}, instead of the account's rate: {}",
                    words(e),
                    money(fee)
                )]
            }
            Some(e) if e.outcome.is_booked() => {
                vec![format!("fee: {}; the broker's commission, {}, is in another currency", money(fee), words(e))]
            }
            Some(e) => {
                vec![format!("the broker's commission, {}, is not booked: {:?}", words(e), e.outcome), by_rate()]
            }
        }
    }

    /// What the fee of a fill of so much has to be; `None` out of range.
    pub(super) fn expected_fee(&self, value: Notional, filled: Qty, rate: i64) -> Option<Notional> {
        let part = |part: i128| {
            let product = value.units().checked_abs()?.checked_mul(part)?;
            Some(product / WHOLE + i128::from(product % WHOLE != 0))
        };
        let units = match self.said() {
            Some(e) if e.outcome == CommissionOutcome::Fee => {
                let said = i128::from(e.commission.value);
                match e.commission.comm_type {
                    CommType::PerUnit => Some(said * i128::from(filled.units())),
                    CommType::Percentage => part(said.abs()).map(|part| part * said.signum()),
                    CommType::Absolute => Some(said * WHOLE),
                    CommType::Other => None,
                }
            }
            Some(e) if e.outcome.is_booked() => Some(0),
            _ => part(i128::from(rate)),
        };
        units.map(Notional::from_units)
    }

    /// The account's cash, line by line; `terms`: what the trade and its fee moved, as it is written.
    pub(super) fn lines(&self, terms: &str) -> Vec<String> {
        let Paid { own, before, after, .. } = self;
        let taken = match self.taken() {
            Notional::ZERO => String::new(),
            taken => format!(" - ({}), the broker's", money(taken)),
        };
        let mut lines = match &self.foreign {
            None => vec![format!("cash of the account: {} {terms}{taken} = {}", money(*before), money(*after))],
            Some((had, moved)) => {
                let ForeignCashMoved { currency, cash, amount, .. } = moved;
                let converted = moved.booked_converted - had.booked_converted;
                vec![
                    format!("cash of the account in {currency}: {} {terms} = {}", money(had.cash), money(*cash)),
                    format!(
                        "one {currency} was {} {own}, set {}: {} {currency} of profit less fee came to {} {own}",
                        rate_text(moved.rate),
                        time(moved.rate_time),
                        money(*amount),
                        money(converted)
                    ),
                    format!("cash of the account in {own}: {}{taken} = {}", money(*before), money(*after)),
                ]
            }
        };
        let apart = self.commissions.iter().filter(|one| one.outcome == CommissionOutcome::ForeignCash);
        lines.extend(apart.map(|one| {
            let currency = one.commission.currency;
            let (amount, rate) = (money(one.amount), rate_text(one.rate));
            format!("cash of the account in {currency}: the broker took {amount}; one {currency} was {rate} {own}")
        }));
        lines
    }

    /// Does the cash come to what the journal says? `moved`: by the trade and its fee.
    pub(super) fn adds_up(&self, moved: Notional) -> bool {
        match &self.foreign {
            None => self.before + moved - self.taken() == self.after,
            Some((had, now)) => had.cash + moved == now.cash && self.before - self.taken() == self.after,
        }
    }
}

fn words(e: &CommissionBooked) -> String {
    let Commission { value, currency, comm_type, .. } = e.commission;
    let value = px(Px::from_units(value));
    match comm_type {
        CommType::PerUnit => format!("{value} {currency} for each unit"),
        CommType::Percentage => format!("{value} of the money traded, in {currency}"),
        CommType::Absolute => format!("{value} {currency}"),
        CommType::Other => format!("{value} {currency} of a type that is not known"),
    }
}

/// What an account has in the instrument's currency, where that is not its own.
pub(super) fn standing(past: &Past, account: AccountId, instrument: model::InstrumentId) -> Vec<String> {
    let own = past.state.account_at(account).map(|known| known.definition.currency);
    let currency = past.state.instrument_at(instrument).map(|known| known.currency);
    let (Some(own), Some(currency)) = (own, currency) else { return Vec::new() };
    let Some(line) = past.state.foreign_cash_of(account, currency).filter(|_| own != currency) else {
        return Vec::new();
    };
    let ForeignMoney { cash, booked, booked_converted, .. } = line.money;
    let mut lines = vec![
        format!("all of it is in {currency}; cash of the account in {currency}: {}", money(cash)),
        format!(
            "booked in {currency}: {}, which came to {} {own} at the rates of its instants",
            money(booked),
            money(booked_converted)
        ),
    ];
    if let Some(rate) = past.state.fx_rate(currency, own) {
        let (shown, age) = (rate_text(rate.set.rate), past.state.last_time().0.saturating_sub(rate.time.0));
        let stale = if rate.is_in_force(past.state.last_time()) { "" } else { ", too old for an order" };
        let now = rate.set.rate.of(booked).map_or_else(String::new, |now| {
            format!(
                "; booked comes to {} {own} at that, {} of it by the rate",
                money(now),
                money(now - booked_converted)
            )
        });
        lines.push(format!("one {currency} is {shown} {own}, {} old{stale}{now}", crate::figures::span(age)));
    }
    lines
}

/// As a person writes it.
pub(super) fn terms_of_fill(value: Notional, fee: Notional) -> String {
    format!("- ({}) - {}", money(value), if fee.units() < 0 { format!("({})", money(fee)) } else { money(fee) })
}

/// The same of a bust or a correction.
pub(super) fn terms_of_amendment(before: Notional, after: Notional, fee: Notional) -> String {
    format!("+ {} - ({}) - ({})", money(after), money(before), money(fee))
}
