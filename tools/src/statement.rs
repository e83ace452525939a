//! `millrace statement`: an account's day, from the close before it to its own. What was held and what cash there was, what was
//! traded, paid, received and adjusted, what that leaves, and where the profit or loss came from.
//!
//! All of it comes from the journal by folding, in integers. The profit of the day is taken from the books; its explanation is
//! summed up from the trades and marks themselves. What of the one the other does not explain is printed: it is zero, but for
//! the last digit of contracts whose values are rounded.

mod currency;
mod explained;
mod item;
mod ledger;
mod rows;
mod told;

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use model::{EngineTime, Notional, Seq};

pub use self::currency::{CurrencyDay, Flow, Line};
pub use self::explained::Explained;
pub use self::item::{Item, Kind};
use self::ledger::Ledger;
pub use self::ledger::{Held, PositionDay};
pub use self::rows::{Form, write};
pub use self::told::{counted, story, summary};
use crate::evidence::fold::fold;
use crate::evidence::moment::Moment;
use crate::journal_seal::Day;

/// The statement of one account.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The trading day.
    pub day: Day,
    /// Account(1).
    pub account: String,
    /// Currency(15) of its money.
    pub currency: String,
    /// The frame that closed the day before, and its time; none for the first.
    pub opened: Option<(Seq, EngineTime)>,
    /// The frame that closed the day, and its time.
    pub closed: (Seq, EngineTime),
    /// Cash at the close before.
    pub opening_cash: Notional,
    /// Cash at the close.
    pub closing_cash: Notional,
    /// What moved cash beside trades in the account's currency: paid in and out, and brokers' commissions.
    pub paid: Vec<Item>,
    /// What was held, and what became of it; by symbol.
    pub positions: Vec<PositionDay>,
    /// What the account had in other currencies than its own.
    pub currencies: Vec<CurrencyDay>,
}

impl Statement {
    /// The positions that are paid with the account's own cash.
    fn own(&self) -> impl Iterator<Item = &PositionDay> + Clone {
        self.positions.iter().filter(|position| position.currency == self.currency)
    }

    /// One kind of what moved the account's own cash, over all positions.
    fn sum(&self, of: impl Fn(&PositionDay) -> Notional) -> Notional {
        self.own().map(of).fold(Notional::ZERO, |sum, one| sum + one)
    }

    /// Paid in, less paid out.
    pub fn paid_in(&self) -> Notional {
        self.paid_for(Kind::Cash)
    }

    /// What brokers took of the account's own cash for trades in other currencies; negative.
    pub fn commissions(&self) -> Notional {
        self.paid_for(Kind::Commission)
    }

    fn paid_for(&self, kind: Kind) -> Notional {
        self.paid.iter().filter(|item| item.kind == kind).fold(Notional::ZERO, |sum, item| sum + item.value)
    }

    /// What of the change of cash nothing on the statement explains.
    pub fn cash_difference(&self) -> Notional {
        let moved = self.sum(|position| position.cash_moved() - position.fees() + position.dividends());
        self.closing_cash - self.opening_cash - self.paid_in() - self.commissions() - moved
    }

    /// The profit or loss of the day and where it came from, in the account's currency; `None` where a position has no fresh mark, or a
    /// currency no fresh rate, at either end.
    pub fn explained(&self) -> Option<Explained> {
        let commissions = self.commissions();
        let taken = Explained { total: commissions, fees: commissions, ..Explained::default() };
        let own = self.own().try_fold(taken, |sum, one| Some(sum.plus(&one.explained()?)))?;
        let of_currency = |day: &CurrencyDay| day.explained(self.positions.iter());
        self.currencies.iter().try_fold(own, |sum, day| Some(sum.plus(&of_currency(day)?)))
    }
}

/// The statements of a day, by account; of one account where it is named. The day must be closed.
///
/// # Errors
/// Where the journal cannot be read or is damaged, the day is not closed, or the account is not known.
pub fn run(dir: &Path, day: Day, account: Option<&str>) -> Result<Vec<Statement>> {
    let mut ledger = Ledger::new(day);
    let past = fold(dir, Moment::END, |before, frame| ledger.see(&before.state, frame))?;
    let days = ledger.days();
    let Some(mut statements) = ledger.finish() else {
        match days.last() {
            None => bail!("no day is closed yet; close one with `millrace close {day}`"),
            Some(last) => bail!("{day} is not closed; the last day that is: {last}"),
        }
    };
    if let Some(name) = account {
        ensure!(
            past.state.accounts().any(|(_, known)| known.definition.account.as_str() == name),
            "account {name:?} is not known"
        );
        statements.retain(|statement| statement.account == name);
        ensure!(!statements.is_empty(), "account {name:?} was defined later than that day");
    }
    Ok(statements)
}

/// The one statement that is asked for.
///
/// # Errors
/// As [`run`].
pub fn of_account(dir: &Path, day: Day, account: &str) -> Result<Statement> {
    run(dir, day, Some(account))?.pop().context("an account has one statement a day")
}
