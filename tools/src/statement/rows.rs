//! A statement as a file: one line for each thing, the section says what it is about.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use gateway::views::rate_text;
use model::{Marked, Notional, Qty};

use super::{CurrencyDay, Held, Item, Line, PositionDay, Statement};
use crate::csv::{line, through_csv, whole};
use crate::figures;

/// How it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// RFC 4180.
    Csv,
    /// With types: exact decimals, times in nanoseconds.
    Parquet,
}

const COLUMNS: &[(&str, &str)] = &[
    ("day", "DATE"),
    ("account", "VARCHAR"),
    ("currency", "VARCHAR"),
    ("section", "VARCHAR"),
    ("symbol", "VARCHAR"),
    ("item", "VARCHAR"),
    ("seq", "UBIGINT"),
    ("time", "TIMESTAMP_NS"),
    ("exec_id", "VARCHAR"),
    ("qty", "DECIMAL(28,8)"),
    ("px", "DECIMAL(28,8)"),
    ("amount", "DECIMAL(38,16)"),
    ("fee", "DECIMAL(38,16)"),
    ("mark", "VARCHAR"),
    ("age_ns", "BIGINT"),
    ("note", "VARCHAR"),
];

/// A line, all but the first three cells; its currency, where that is not the account's.
#[derive(Default)]
struct Row {
    currency: Option<String>,
    section: &'static str,
    symbol: String,
    item: String,
    seq: String,
    time: String,
    exec_id: String,
    qty: String,
    px: String,
    amount: String,
    fee: String,
    mark: String,
    age_ns: String,
    note: String,
}

/// Writes statements into a new file.
///
/// # Errors
/// Where it exists or cannot be written.
pub fn write(statements: &[Statement], form: Form, out: &Path) -> Result<()> {
    let csv = |path: &Path| whole(path, |file| write_csv(statements, file));
    match form {
        Form::Csv => csv(out),
        Form::Parquet => through_csv(out, COLUMNS, csv),
    }
}

fn write_csv(statements: &[Statement], file: &mut impl Write) -> Result<()> {
    line(file, COLUMNS.iter().map(|(name, _)| *name))?;
    for statement in statements {
        for row in rows(statement) {
            let currency = row.currency.clone().unwrap_or_else(|| statement.currency.clone());
            let head = [statement.day.to_string(), statement.account.clone(), currency];
            line(file, head.into_iter().chain(row.cells()))?;
        }
    }
    Ok(())
}

impl Row {
    fn cells(self) -> [String; 13] {
        let Row { section, symbol, item, seq, time, exec_id, qty, px, amount, fee, mark, age_ns, note, .. } = self;
        [section.to_owned(), symbol, item, seq, time, exec_id, qty, px, amount, fee, mark, age_ns, note]
    }
}

fn rows(statement: &Statement) -> Vec<Row> {
    let mut rows: Vec<Row> = cash(statement);
    for position in &statement.positions {
        let first = rows.len();
        rows.push(held("opening", position, &position.opening));
        rows.extend(position.items.iter().map(|item| event(item.kind.word(), &position.symbol, item)));
        rows.push(held("closing", position, &position.closing));
        rows.extend(profit(position));
        rows[first..].iter_mut().for_each(|row| row.currency = Some(position.currency.clone()));
    }
    statement.currencies.iter().for_each(|day| rows.extend(currency(statement, day)));
    rows
}

/// What moved the account's cash, part by part: the parts of [`super::told`] in the same words.
pub(super) fn cash_parts(statement: &Statement) -> Vec<(&'static str, Notional)> {
    let sum = |of: fn(&PositionDay) -> Notional| statement.sum(of);
    vec![
        ("opening", statement.opening_cash),
        ("paid in", statement.paid_in()),
        ("commissions", statement.commissions()),
        ("trades", sum(PositionDay::cash_moved)),
        ("fees", -sum(PositionDay::fees)),
        ("dividends", sum(PositionDay::dividends)),
        ("difference", statement.cash_difference()),
        ("closing", statement.closing_cash),
    ]
}

fn cash(statement: &Statement) -> Vec<Row> {
    let part = |(item, amount): (&str, Notional)| Row {
        section: "cash",
        item: item.to_owned(),
        amount: figures::money(amount),
        ..Row::default()
    };
    let parts = cash_parts(statement).into_iter().map(part);
    parts.chain(statement.paid.iter().map(|item| event("payment", "", item))).collect()
}

fn event(section: &'static str, symbol: &str, item: &Item) -> Row {
    let qty = |qty: Qty| if qty.is_zero() { String::new() } else { figures::qty(qty) };
    Row {
        section,
        symbol: symbol.to_owned(),
        seq: item.seq.to_string(),
        time: figures::time(item.time),
        exec_id: item.id.clone(),
        qty: qty(item.qty),
        px: if item.px.is_zero() { String::new() } else { figures::px(item.px) },
        amount: figures::money(item.value),
        fee: figures::money(item.fee),
        note: item.note.clone(),
        ..Row::default()
    }
}

/// A position: its cost, and its mark with policy and age.
fn held(item: &str, position: &PositionDay, held: &Held) -> Row {
    let shown = |of: fn(&Marked) -> String| held.marked.as_ref().map_or_else(String::new, of);
    Row {
        section: "position",
        symbol: position.symbol.clone(),
        item: item.to_owned(),
        qty: figures::qty(held.qty),
        px: shown(|marked| figures::px(marked.px)),
        amount: figures::money(held.cost),
        mark: shown(|marked| marked.mark.as_str().to_owned()),
        age_ns: shown(|marked| marked.age.to_string()),
        note: shown(|marked| if marked.is_stale { "stale: not valued".to_owned() } else { String::new() }),
        ..Row::default()
    }
}

/// What there was in another currency, in it, and what the day made of it, in the account's.
fn currency(statement: &Statement, day: &CurrencyDay) -> Vec<Row> {
    let row = |item: &str, amount: Notional| Row {
        section: "currency",
        currency: Some(day.currency.clone()),
        item: item.to_owned(),
        amount: figures::money(amount),
        ..Row::default()
    };
    let at = |item: &str, line: &Line| Row {
        note: if line.rate.is_sane() { format!("at {}", rate_text(line.rate)) } else { "no fresh rate".to_owned() },
        ..row(item, line.money.cash)
    };
    let mut rows = vec![at("opening", &day.opening), row("paid in", day.paid_in()), at("closing", &day.closing)];
    rows.extend(currency_parts(statement, day).into_iter().map(|(item, amount)| Row {
        section: "pnl",
        item: item.to_owned(),
        amount: amount.map_or_else(String::new, figures::money),
        note: format!("all in {}", day.currency),
        ..Row::default()
    }));
    rows
}

/// What a currency's day made in the account's, part by part; no amount without fresh marks and rates.
pub(super) fn currency_parts(statement: &Statement, day: &CurrencyDay) -> Vec<(&'static str, Option<Notional>)> {
    parts(day.explained(statement.positions.iter()).as_ref())
}

pub(super) fn parts(explained: Option<&super::Explained>) -> Vec<(&'static str, Option<Notional>)> {
    let of = |part: fn(&super::Explained) -> Notional| explained.map(part);
    vec![
        ("price", of(|all| all.price)),
        ("trades", of(|all| all.trades)),
        ("corrections", of(|all| all.corrections)),
        ("adjustments", of(|all| all.adjustments)),
        ("fx", of(|all| all.fx)),
        ("fees", of(|all| all.fees)),
        ("dividends", of(|all| all.dividends)),
        ("unexplained", of(super::Explained::unexplained)),
        ("total", of(|all| all.total)),
    ]
}

/// Profit and loss, part by part, in the position's currency; no amount where nothing fresh says what the position is worth.
pub(super) fn profit_parts(position: &PositionDay) -> Vec<(&'static str, Option<Notional>)> {
    let explained = position.explained();
    let unrealised = |held: &Held| held.marked.map_or(Some(Notional::ZERO), |marked| marked.unrealised);
    let mut all = vec![
        ("realised", Some(position.closing.realised - position.opening.realised)),
        ("unrealised, opening", unrealised(&position.opening)),
        ("unrealised, closing", unrealised(&position.closing)),
    ];
    all.extend(parts(explained.as_ref()));
    all
}

fn profit(position: &PositionDay) -> Vec<Row> {
    let row = |(item, amount): (&str, Option<Notional>)| Row {
        section: "pnl",
        symbol: position.symbol.clone(),
        item: item.to_owned(),
        amount: amount.map_or_else(String::new, figures::money),
        note: if amount.is_none() { "no fresh mark".to_owned() } else { String::new() },
        ..Row::default()
    };
    profit_parts(position).into_iter().map(row).collect()
}
