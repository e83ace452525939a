//! `millrace reconcile`: what we hold against what a broker says, in a file or over its session, and what of our orders nobody can
//! say.
//!
//! Every difference is a break, with an id that stays the same as long as the break is there, and the time since which it is
//! known. Nothing is mended by itself: a position is put right by `millrace adjust-position`, cash by an operator's act, a
//! fill by the broker's own report.

mod broker_file;
mod compare;
mod ours;
mod seen;
mod told;
mod venue;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use model::EngineTime;

pub use self::broker_file::{Statement, Wrong, Wrongs, units};
use self::ours::Ours;
pub use self::told::{reports, story};
use crate::evidence::fold::fold;
use crate::evidence::moment::Moment;
use crate::figures;

/// What differs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A position is another one.
    Position,
    /// The broker has an order that works, and we have none.
    OrderUnknownHere,
    /// We have one that works, and the broker has none.
    OrderUnknownThere,
    /// Both have it, and it is not the same.
    OrderDiffers,
    /// Sent, or canceled, and nobody has said what became of it.
    OrderInDoubt,
    /// The broker has counted fills that it has not told of.
    FillsMissing,
    /// The broker has a fill, and we have none.
    FillUnknownHere,
    /// We have one, and the broker has none.
    FillUnknownThere,
    /// Both have it, and it is not the same.
    FillDiffers,
    /// The cash is another amount.
    Cash,
}

/// What a break counts as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Positions.
    Positions,
    /// Orders.
    Orders,
    /// Executions.
    Executions,
    /// Cash.
    Cash,
}

impl Kind {
    /// As it is shown.
    pub const fn words(self) -> &'static str {
        match self {
            Kind::Position => "position differs",
            Kind::OrderUnknownHere => "order unknown here",
            Kind::OrderUnknownThere => "order unknown there",
            Kind::OrderDiffers => "order differs",
            Kind::OrderInDoubt => "order in doubt",
            Kind::FillsMissing => "fills missing",
            Kind::FillUnknownHere => "fill unknown here",
            Kind::FillUnknownThere => "fill unknown there",
            Kind::FillDiffers => "fill differs",
            Kind::Cash => "cash differs",
        }
    }

    /// What it counts as.
    pub const fn part(self) -> Part {
        match self {
            Kind::Position => Part::Positions,
            Kind::OrderUnknownHere | Kind::OrderUnknownThere | Kind::OrderDiffers | Kind::OrderInDoubt => Part::Orders,
            Kind::FillsMissing | Kind::FillUnknownHere | Kind::FillUnknownThere | Kind::FillDiffers => Part::Executions,
            Kind::Cash => Part::Cash,
        }
    }
}

/// One difference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Break {
    /// The same as long as the break is there: a hash of what differs, not of how much.
    pub id: String,
    /// What differs.
    pub kind: Kind,
    /// Account(1).
    pub account: String,
    /// Symbol(55); empty for cash.
    pub symbol: String,
    /// The order, or the fill; empty for positions and cash.
    pub subject: String,
    /// Which of its values; empty where it is not there at all.
    pub field: &'static str,
    /// What we have.
    pub here: String,
    /// What the broker has.
    pub there: String,
    /// It is more than is tolerated.
    pub above: bool,
    /// Since when it is known.
    pub first_seen: EngineTime,
}

impl Break {
    fn new(kind: Kind, account: &str, symbol: &str, subject: String, field: &'static str) -> Break {
        let key = [kind.words(), account, symbol, &subject, field].join("\n");
        Break {
            id: blake3::hash(key.as_bytes()).to_hex()[..12].to_owned(),
            kind,
            account: account.to_owned(),
            symbol: symbol.to_owned(),
            subject,
            field,
            here: String::new(),
            there: String::new(),
            above: true,
            first_seen: EngineTime(0),
        }
    }

    fn valued(self, here: impl Into<String>, there: impl Into<String>) -> Break {
        Break { here: here.into(), there: there.into(), ..self }
    }
}

/// How much may differ, in units.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tolerance {
    /// In 1e-8.
    pub qty: i64,
    /// In 1e-16.
    pub cash: i128,
}

/// What it came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Up to where the journal was folded.
    pub through: String,
    /// The accounts that were compared.
    pub accounts: BTreeSet<String>,
    /// The breaks, by account and kind.
    pub breaks: Vec<Break>,
    /// What the fold cost.
    pub cost: String,
}

impl Outcome {
    /// Breaks above the tolerance.
    pub fn above(&self) -> usize {
        self.breaks.iter().filter(|one| one.above).count()
    }
}

/// Compares the state at a moment with a broker's statement; without one, tells what our own record has no answer for. `seen`
/// is the file that remembers since when a break is known; `now` is the time of this look.
///
/// # Errors
/// Where the journal or the file of breaks cannot be read or written.
pub fn run(
    dir: &Path,
    moment: Moment,
    statement: Option<&Statement>,
    tolerance: Tolerance,
    seen: &Path,
    now: EngineTime,
) -> Result<Outcome> {
    let mut fills = ours::Fills::default();
    let past = fold(dir, moment, |before, frame| fills.see(&before.state, frame))?;
    let ours = Ours::of(&past.state, fills);
    let known: BTreeSet<String> =
        past.state.accounts().map(|(_, known)| known.definition.account.to_string()).collect();
    let accounts = statement.map_or(known, Statement::accounts);
    let mut breaks = compare::unanswered(&ours, &accounts);
    if let Some(statement) = statement {
        breaks.extend(compare::against(&ours, statement, &accounts, tolerance));
    }
    breaks.sort_by(|one, other| {
        (&one.account, one.kind, &one.symbol, &one.subject).cmp(&(
            &other.account,
            other.kind,
            &other.symbol,
            &other.subject,
        ))
    });
    seen::remember(seen, &accounts, &mut breaks, now)?;
    let through = format!("frame {}, of {}", past.state.last_seq(), figures::time(past.state.last_time()));
    Ok(Outcome { through, accounts, breaks, cost: past.cost() })
}

#[cfg(test)]
mod tests;
