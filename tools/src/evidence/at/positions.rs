//! What each account held of each instrument, what it had paid for it and made with it.

use engine::{Books, Holding, State, StrategyBook};
use model::{DefineInstrument, InstrumentId, Notional};
use serde_json::Value;

use crate::evidence::names;
use crate::evidence::table::Table;
use crate::figures;

const HEADINGS: &[&str] = &[
    "account",
    "symbol",
    "strategy",
    "qty",
    "avg_px",
    "cost",
    "realised",
    "fees",
    "cash",
    "unrealised",
    "mark_px",
    "age",
];

/// What no strategy did.
const UNALLOCATED: &str = "unallocated";

/// A row for each holding, without a strategy; below it one for each strategy that has traded there, by average cost. `cash` is
/// what the trades brought, less the fees. Unrealised P&L is at the price that the instrument's mark policy names, with its
/// age; none without a price, or with a stale one.
pub(super) fn table(state: &State) -> Table {
    let mut holdings: Vec<&Holding> = state.holdings().collect();
    holdings.sort_by_key(|holding| (holding.account, holding.instrument));
    let mut table = Table::new("positions", HEADINGS);
    for holding in holdings {
        table.push(row(state, holding));
        let own = |book: &&StrategyBook| (book.account, book.instrument) == (holding.account, holding.instrument);
        let mut books: Vec<&StrategyBook> = state.strategy_books().filter(own).collect();
        books.sort_by_key(|book| book.strategy);
        for book in books {
            table.push(strategy_row(state, book));
        }
    }
    table
}

fn row(state: &State, holding: &Holding) -> Vec<Value> {
    let account = names::account(state, holding.account);
    figures_of([account.into(), Value::Null], state, holding.instrument, &holding.books(), holding.fees)
}

fn strategy_row(state: &State, book: &StrategyBook) -> Vec<Value> {
    let name = state.strategy(book.strategy).map_or(UNALLOCATED.to_owned(), |name| name.to_string());
    let account = names::account(state, book.account);
    figures_of([account.into(), name.into()], state, book.instrument, &book.books, book.fees)
}

fn figures_of(
    [account, strategy]: [Value; 2],
    state: &State,
    instrument: InstrumentId,
    books: &Books,
    fees: Notional,
) -> Vec<Value> {
    let contract = state.instrument_at(instrument).map(DefineInstrument::contract);
    let marked = state.marked_books(instrument, books).filter(|marked| !marked.px.is_zero());
    let text = |text: Option<String>| text.map_or(Value::Null, Value::String);
    vec![
        account,
        names::symbol(state, instrument).into(),
        strategy,
        figures::qty(books.position).into(),
        text(contract.and_then(|contract| contract.avg_px(books.position, books.cost)).map(figures::px)),
        figures::money(books.cost).into(),
        figures::money(books.realised).into(),
        figures::money(fees).into(),
        text(books.cash_from_trades.checked_sub(fees).map(figures::money)),
        text(marked.and_then(|marked| marked.unrealised).map(figures::money)),
        text(marked.map(|marked| figures::px(marked.px))),
        text(marked.map(|marked| figures::span(marked.age))),
    ]
}
