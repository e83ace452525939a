//! What the market behind Millrace does, in words: `venue fills 2000 at 100`.

use std::str::FromStr as _;

use rust_decimal::Decimal;

use super::fields::{self, Field};

/// One line of it.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) deed: Deed,
    /// Fields that its report has besides, written as `Name=Value` behind the words.
    pub(crate) further: Vec<Field>,
}

/// A quantity and a price.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trade {
    pub(crate) qty: Decimal,
    pub(crate) px: Decimal,
}

/// What can happen to the order that came last.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// From now on nothing is acknowledged that is not told.
    IsSilent,
    Acknowledges,
    RefusesOrder,
    Fills(Trade),
    /// Of the fill with this number, counted from 1.
    Busts(usize),
    Corrects(usize, Trade),
    /// Because it was asked to.
    Cancels,
    CancelsUnasked,
    Replaces,
    RefusesCancel,
    RefusesReplace,
    IsDoneForTheDay,
    Guarantees(Trade),
    Suspends,
    /// Puts what it held into the book.
    Activates,
    /// The order works again, or otherwise, as the further fields say.
    Restates,
    /// An order that no message brought.
    TellsOfTelephonedOrder,
}

impl Act {
    /// Reads what stands behind `venue`.
    pub(crate) fn read(words: &str) -> Result<Act, String> {
        let (named, words): (Vec<&str>, Vec<&str>) = words.split(' ').partition(|word| word.contains('='));
        let further = named.iter().map(|field| {
            let (name, value) = field.split_once('=').unwrap_or_default();
            let tag = fields::tag(name)?;
            Ok((tag, fields::value(tag, value)?))
        });
        let deed = match words.as_slice() {
            ["is", "silent"] => Deed::IsSilent,
            ["acknowledges"] => Deed::Acknowledges,
            ["refuses", "the", "order"] => Deed::RefusesOrder,
            ["fills", qty, "at", px] => Deed::Fills(trade(qty, px)?),
            ["busts", "fill", number] => Deed::Busts(count(number)?),
            ["corrects", "fill", number, "to", qty, "at", px] => Deed::Corrects(count(number)?, trade(qty, px)?),
            ["cancels"] => Deed::Cancels,
            ["cancels", "unasked"] => Deed::CancelsUnasked,
            ["replaces"] => Deed::Replaces,
            ["refuses", "the", "cancel"] => Deed::RefusesCancel,
            ["refuses", "the", "replace"] => Deed::RefusesReplace,
            ["is", "done", "for", "the", "day"] => Deed::IsDoneForTheDay,
            ["guarantees", qty, "at", px] => Deed::Guarantees(trade(qty, px)?),
            ["suspends"] => Deed::Suspends,
            ["activates"] => Deed::Activates,
            ["restates"] => Deed::Restates,
            ["tells", "of", "a", "telephoned", "order"] => Deed::TellsOfTelephonedOrder,
            _ => return Err(format!("a venue cannot do {words:?}")),
        };
        Ok(Act { deed, further: further.collect::<Result<_, String>>()? })
    }

    /// Does it answer a request, which must be there by then?
    pub(crate) fn decides(&self) -> bool {
        matches!(self.deed, Deed::Cancels | Deed::Replaces | Deed::RefusesCancel | Deed::RefusesReplace)
    }

    /// Does the broker tell of it?
    pub(crate) fn is_reported(&self) -> bool {
        !matches!(self.deed, Deed::IsSilent)
    }
}

pub(crate) fn amount(text: &str) -> Result<Decimal, String> {
    Decimal::from_str(text).map_err(|_| format!("{text:?} is no amount"))
}

fn trade(qty: &str, px: &str) -> Result<Trade, String> {
    Ok(Trade { qty: amount(qty)?, px: amount(px)? })
}

fn count(number: &str) -> Result<usize, String> {
    number.parse().map_err(|_| format!("{number:?} is no number"))
}
