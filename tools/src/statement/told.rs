//! A statement for a person.

use gateway::views::rate_text;
use model::Notional;
use serde_json::Value;

use super::rows::{cash_parts, currency_parts, parts, profit_parts};
use super::{Held, Line, PositionDay, Statement};
use crate::evidence::story::Story;
use crate::evidence::table::Table;
use crate::figures;

/// Rows of trades that are shown as text; JSON and the file have all.
const SHOWN: usize = 20;

/// The whole statement, as text or as JSON.
pub fn story(statement: &Statement) -> Story {
    let Statement { account, day, currency, opened, closed, .. } = statement;
    let from = opened.map_or_else(
        || "the beginning".to_owned(),
        |(seq, time)| format!("the close in frame {seq}, {}", figures::time(time)),
    );
    let to = format!("the close in frame {}, {}", closed.0, figures::time(closed.1));
    let mut story = Story::new(format!("Statement of {account} for {day}, in {currency}\nfrom {from}\nto {to}"));
    story.table(cash(statement));
    story.table(positions(statement));
    story.long_table(items(statement), SHOWN);
    story.table(profit(statement));
    if !statement.currencies.is_empty() {
        story.table(currencies(statement));
        story.table(converted(statement));
    }
    story
}

fn cash(statement: &Statement) -> Table {
    let mut table = Table::new("cash", &["item", "amount"]);
    for (item, amount) in cash_parts(statement) {
        table.push(vec![item.into(), money(Some(amount))]);
    }
    table
}

fn positions(statement: &Statement) -> Table {
    let headings =
        &["symbol", "at", "qty", "cost", "mark_px", "mark", "age", "unrealised", "realised_ever", "fees_ever"];
    let mut table = Table::new("positions", headings);
    for position in &statement.positions {
        for (at, held) in [("opening", &position.opening), ("closing", &position.closing)] {
            table.push(held_row(position, at, held));
        }
    }
    table
}

fn held_row(position: &PositionDay, at: &str, held: &Held) -> Vec<Value> {
    let marked = held.marked.as_ref();
    let text = |text: Option<String>| text.map_or(Value::Null, Value::String);
    vec![
        position.symbol.as_str().into(),
        at.into(),
        figures::qty(held.qty).into(),
        figures::money(held.cost).into(),
        text(marked.filter(|marked| !marked.px.is_zero()).map(|marked| figures::px(marked.px))),
        text(marked.map(|marked| {
            let stale = if marked.is_stale { ", stale" } else { "" };
            format!("{}{stale}", marked.mark.as_str())
        })),
        text(marked.map(|marked| figures::span(marked.age))),
        money(marked.map_or(Some(Notional::ZERO), |marked| marked.unrealised)),
        figures::money(held.realised).into(),
        figures::money(held.fees).into(),
    ]
}

fn items(statement: &Statement) -> Table {
    let headings = &["seq", "time", "what", "symbol", "exec_id", "qty", "px", "amount", "fee", "note"];
    let mut table = Table::new("what happened", headings);
    let of_positions = statement
        .positions
        .iter()
        .flat_map(|position| position.items.iter().map(|item| (position.symbol.as_str(), item)));
    let mut all: Vec<_> = statement.paid.iter().map(|item| ("", item)).chain(of_positions).collect();
    all.sort_by_key(|(_, item)| item.seq);
    for (symbol, item) in all {
        let text = |text: String, is_there: bool| if is_there { Value::String(text) } else { Value::Null };
        table.push(vec![
            item.seq.0.into(),
            figures::time(item.time).into(),
            item.kind.word().into(),
            text(symbol.to_owned(), !symbol.is_empty()),
            text(item.id.clone(), !item.id.is_empty()),
            text(figures::qty(item.qty), !item.qty.is_zero()),
            text(figures::px(item.px), !item.px.is_zero()),
            figures::money(item.value).into(),
            figures::money(item.fee).into(),
            item.note.as_str().into(),
        ]);
    }
    table
}

/// What the account had beside its own currency.
fn currencies(statement: &Statement) -> Table {
    let mut table = Table::new("currencies", &["currency", "opening", "rate", "paid_in", "closing", "rate_at_close"]);
    let rate = |line: &Line| {
        if line.rate.is_sane() { Value::String(rate_text(line.rate)) } else { Value::Null }
    };
    for day in &statement.currencies {
        table.push(vec![
            day.currency.as_str().into(),
            figures::money(day.opening.money.cash).into(),
            rate(&day.opening),
            figures::money(day.paid_in()).into(),
            figures::money(day.closing.money.cash).into(),
            rate(&day.closing),
        ]);
    }
    table
}

/// Where the profit or loss of all came from, in the account's currency.
fn converted(statement: &Statement) -> Table {
    let title = format!("profit and loss explained, all in {}", statement.currency);
    let headings =
        &["of", "price", "trades", "corrections", "adjustments", "fx", "fees", "dividends", "unexplained", "total"];
    let mut table = Table::new(title, headings);
    for day in &statement.currencies {
        let cells = currency_parts(statement, day).into_iter().map(|(_, part)| money(part));
        table.push(std::iter::once(day.currency.as_str().into()).chain(cells).collect());
    }
    let cells = parts(statement.explained().as_ref()).into_iter().map(|(_, part)| money(part));
    table.push(std::iter::once("all".into()).chain(cells).collect());
    table
}

/// A row for each position in its own currency, and one for all that are in the account's.
fn profit(statement: &Statement) -> Table {
    const EXPLAINED: &[&str] = &[
        "symbol",
        "currency",
        "realised",
        "unrealised_opening",
        "unrealised_closing",
        "price",
        "trades",
        "corrections",
        "adjustments",
        "fx",
        "fees",
        "dividends",
        "unexplained",
        "total",
    ];
    let mut table = Table::new("profit and loss explained", EXPLAINED);
    let mut sums: Vec<Option<Notional>> = vec![Some(Notional::ZERO); EXPLAINED.len() - 2];
    for position in &statement.positions {
        let parts = profit_parts(position);
        let is_own = position.currency == statement.currency;
        for (sum, (_, part)) in sums.iter_mut().zip(&parts).filter(|_| is_own) {
            *sum = sum.zip(*part).map(|(sum, part)| sum + part);
        }
        let cells = parts.into_iter().map(|(_, part)| money(part));
        let head = [position.symbol.as_str().into(), position.currency.as_str().into()];
        table.push(head.into_iter().chain(cells).collect());
    }
    let head = ["all".into(), statement.currency.as_str().into()];
    table.push(head.into_iter().chain(sums.into_iter().map(money)).collect());
    table
}

fn money(amount: Option<Notional>) -> Value {
    amount.map_or(Value::Null, |amount| figures::money(amount).into())
}

/// A line for each account.
pub fn summary(statements: &[Statement]) -> Table {
    let headings = &["account", "opening_cash", "closing_cash", "cash_difference", "positions", "pnl", "unexplained"];
    let mut table = Table::new("accounts", headings);
    for statement in statements {
        let explained = statement.explained();
        let held = statement.positions.iter().filter(|position| !position.closing.qty.is_zero()).count();
        table.push(vec![
            statement.account.as_str().into(),
            figures::money(statement.opening_cash).into(),
            figures::money(statement.closing_cash).into(),
            figures::money(statement.cash_difference()).into(),
            held.into(),
            money(explained.map(|explained| explained.total)),
            money(explained.map(|explained| explained.unexplained())),
        ]);
    }
    table
}

/// How many statements, in words.
pub fn counted(statements: &[Statement]) -> String {
    match statements {
        [one] => format!("the statement of {}", one.account),
        all => format!("the statements of {} accounts", all.len()),
    }
}
