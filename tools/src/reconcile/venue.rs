//! A broker's word on positions, heard over its session, as a statement like that of a file.

use std::collections::{BTreeMap, BTreeSet};

use gateway::fix::broker::VenuePositions;

use super::broker_file::Statement;

/// What a statement is about beyond what it mentions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reach {
    accounts: BTreeSet<String>,
    symbols: BTreeSet<String>,
    /// The account that all our own are one in at the broker.
    omnibus: Option<String>,
}

impl Reach {
    /// Our positions as the broker would tell of them: those that it trades, under the names that it knows.
    pub(super) fn of_ours(&self, ours: &BTreeMap<(String, String), i64>) -> BTreeMap<(String, String), i64> {
        let mut seen = BTreeMap::<(String, String), i64>::new();
        for ((account, symbol), qty) in ours.iter().filter(|((_, symbol), _)| self.symbols.contains(symbol)) {
            let account = self.omnibus.as_ref().unwrap_or(account);
            let sum = seen.entry((account.clone(), symbol.clone())).or_default();
            *sum = sum.saturating_add(*qty);
        }
        seen
    }

    pub(super) fn accounts(&self) -> &BTreeSet<String> {
        &self.accounts
    }
}

impl From<VenuePositions> for Statement {
    fn from(told: VenuePositions) -> Statement {
        let reach = Reach {
            accounts: told.accounts.iter().cloned().collect(),
            symbols: told.symbols.into_iter().collect(),
            omnibus: told.is_omnibus.then(|| told.accounts.first().cloned()).flatten(),
        };
        let positions = told.positions.into_iter().map(|one| ((one.account, one.symbol), one.qty));
        Statement { positions: Some(positions.collect()), reach: Some(reach), ..Statement::default() }
    }
}
