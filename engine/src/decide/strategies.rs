//! What strategies have of a holding after a fill, a bust, a correction, a settlement, a split.

use model::{AccountId, Events, InstrumentId, Notional, OrderView, Px, StrategyPositionChanged, Suspense};

use crate::books::{Books, Trade};
use crate::fills::{Allocation, Fill};
use crate::holdings::Holding;
use crate::lots::Amended;
use crate::order::{NONE, Order};
use crate::state::State;
use crate::strategy_books::{StrategyBook, StrategyBooks, before_strategies};

/// Is there room for the books that an order of `strategy` needs, and can they be begun?
pub(super) fn fit(state: &State, holding: Option<u32>, strategy: u32) -> bool {
    let holding = holding.map(|slot| (slot, state.holdings.get(slot)));
    let begins = holding.filter(|(_, holding)| strategy != NONE && holding.strategies.is_none());
    state.strategy_books.fits(holding, strategy)
        && begins.is_none_or(|(_, holding)| before_strategies(&state.fills, holding).is_some())
}

/// The first order of a strategy comes where others have traded: what they have is told of from now on.
pub(super) fn begun(state: &State, account: AccountId, instrument: InstrumentId, strategy: u32, events: &mut Events) {
    let Some(slot) = state.holdings.find(account, instrument).filter(|_| strategy != NONE) else { return };
    let holding = state.holdings.get(slot);
    if holding.strategies.is_none() && !holding.is_untraded() {
        let books = before_strategies(&state.fills, holding).expect("it was asked whether they fit");
        let before = StrategyBook::unallocated(holding);
        events.push(changed(&StrategyBook { books, ..before }, Notional::ZERO));
    }
}

/// After a fill of the order; nothing where no strategy has anything to do with its holding.
pub(super) fn traded(
    state: &State,
    order: &Order,
    trade: &Trade,
    fee: Notional,
) -> Result<Option<StrategyPositionChanged>, Suspense> {
    let book = match (order.strategy, order.book) {
        (NONE, _) => match state.holdings.get_or_nothing(order.holding).strategies {
            Some(unallocated) => *state.strategy_books.get(unallocated),
            None => return Ok(None),
        },
        // An order that comes with its first fill.
        (strategy, NONE) => {
            let OrderView { account, instrument, .. } = order.view;
            StrategyBook { account, instrument, strategy, ..StrategyBook::default() }
        }
        (_, slot) => *state.strategy_books.get(slot),
    };
    let books = book.books.after_fill(trade).ok_or(Suspense::Overflow)?;
    paid(&book, books, fee).map(Some)
}

/// After a bust or a correction of a fill.
pub(super) fn amended(
    state: &State,
    fill: &Fill,
    amended: Amended,
    fee: Notional,
) -> Result<Option<StrategyPositionChanged>, Suspense> {
    let holding = state.holdings.get(fill.holding);
    let Some(slot) = StrategyBooks::slot_of(holding, fill.allocation) else { return Ok(None) };
    let books = state.strategy_books.recount(&state.fills, holding, slot, Some(amended)).ok_or(Suspense::Overflow)?;
    paid(state.strategy_books.get(slot), books, fee).map(Some)
}

fn paid(book: &StrategyBook, books: Books, fee: Notional) -> Result<StrategyPositionChanged, Suspense> {
    let fees = book.fees.checked_add(fee).ok_or(Suspense::Overflow)?;
    Ok(changed(&StrategyBook { books, fees, ..*book }, fee))
}

/// Can what the strategies have of a holding be settled at `px`?
pub(super) fn can_settle(state: &State, holding: &Holding, px: Px) -> Option<()> {
    let contract = state.instruments.get(holding.instrument.0)?.definition.contract();
    let mut books = state.strategy_books.of(holding);
    books.try_for_each(|(_, book)| StrategyBooks::settled(&book.books, &contract, px).map(|_| ()))
}

/// Can a trade that no order did be counted with the strategy that it is of?
pub(super) fn can_adjust(state: &State, holding: &Holding, trade: &Trade) -> Option<()> {
    let allocation: Allocation = state.strategy_books.allocation(holding);
    let Some(slot) = StrategyBooks::slot_of(holding, allocation) else { return Some(()) };
    state.strategy_books.get(slot).books.after_fill(trade).map(|_| ())
}

/// Can a dividend of so much for each unit be counted?
pub(super) fn can_be_paid(state: &State, holding: &Holding, per_unit: Px) -> Option<()> {
    let mut books = state.strategy_books.of(holding);
    books.try_for_each(|(_, book)| book.dividends.checked_add(Notional::of(per_unit, book.books.position)).map(|_| ()))
}

/// What a book is.
pub(super) fn changed(book: &StrategyBook, fee: Notional) -> StrategyPositionChanged {
    let Books { position, cost, realised, cash_from_trades } = book.books;
    StrategyPositionChanged {
        cost,
        realised,
        fees: book.fees,
        cash_from_trades,
        dividends: book.dividends,
        fee,
        qty: position,
        account: book.account,
        instrument: book.instrument,
        strategy: book.strategy,
        reserved: [0; 12],
    }
}
