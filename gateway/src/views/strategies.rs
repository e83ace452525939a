//! What strategies have of the positions.

use std::collections::BTreeMap;

use model::{AccountId, AttributionDefined, GroupName, InstrumentId, StrategyPositionChanged};

use super::Views;
use super::figures::money;
use super::status::PositionStatus;

/// What no strategy did is shown under this name.
pub const UNALLOCATED: &str = "unallocated";

/// Strategy books by account and instrument, and the strategies' names.
#[derive(Clone, Default, Debug)]
pub(super) struct Strategies {
    names: BTreeMap<u32, GroupName>,
    books: BTreeMap<(AccountId, InstrumentId, u32), StrategyPositionChanged>,
}

impl Strategies {
    pub(super) fn learn(&mut self, event: &AttributionDefined) {
        if !event.definition.strategy.is_empty() {
            self.names.insert(event.strategy, event.definition.strategy);
        }
    }

    pub(super) fn fold(&mut self, event: &StrategyPositionChanged) {
        self.books.insert((event.account, event.instrument, event.strategy), *event);
    }

    /// Those whose money does not add up.
    pub(super) fn broken(&self) -> impl Iterator<Item = (AccountId, InstrumentId)> {
        let broken = self.books.values().filter(|book| !book.cash_identity_holds());
        broken.map(|book| (book.account, book.instrument))
    }

    fn name(&self, strategy: u32) -> &str {
        self.names.get(&strategy).map_or(UNALLOCATED, |name| name.as_str())
    }
}

impl Views {
    pub(super) fn strategies_status(&self) -> Vec<PositionStatus> {
        let of = |book: &StrategyPositionChanged| {
            let owner = self.accounts.get(usize::try_from(book.account.0).ok()?)?;
            let view = self.instruments.get(usize::try_from(book.instrument.0).ok()?)?;
            let (shown, _) = PositionStatus::at(book.qty, book.cost, view, self.last_time);
            Some(PositionStatus {
                account: owner.definition.account.to_string(),
                strategy: self.strategies.name(book.strategy).to_owned(),
                fees: money(book.fees).to_string(),
                dividends: money(book.dividends).to_string(),
                realised: money(book.realised).to_string(),
                ..shown
            })
        };
        self.strategies.books.values().filter_map(of).collect()
    }
}
