//! A broker's statement as a file: CSV with a line of names, in any order, then one line for each thing.
//!
//! | record | columns |
//! |---|---|
//! | `position` | account, symbol, qty (signed) |
//! | `cash` | account, amount |
//! | `order` | account, symbol, side (buy or sell), qty, price (empty for none), filled, order |
//! | `execution` | account, symbol, side, qty, price, order, exec_id |
//!
//! `order` is the ClOrdID(11) that the broker was sent, or our OrderID(37); `exec_id` is the broker's ExecID(17). Columns that a
//! record has no use for are empty or left out. What a file has no record of it says nothing about: one without orders is not
//! compared with our orders.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use gateway::fix::broker::order_id_of;
use model::{OrderId, Side};

use super::venue::Reach;

/// The names of columns.
const NAMES: [&str; 10] =
    ["record", "account", "symbol", "side", "qty", "price", "filled", "order", "exec_id", "amount"];
/// Errors that are told at once.
const WRONGS_MAX: usize = 100;

/// An order that the broker says works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Order {
    pub(super) account: String,
    pub(super) symbol: String,
    pub(super) side: Side,
    pub(super) qty: i64,
    pub(super) price: i64,
    pub(super) filled: i64,
    /// As the broker calls it.
    pub(super) name: String,
    /// Ours, if the name is.
    pub(super) order_id: Option<OrderId>,
}

/// A fill of the day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Execution {
    pub(super) account: String,
    pub(super) symbol: String,
    pub(super) side: Side,
    pub(super) qty: i64,
    pub(super) price: i64,
    pub(super) name: String,
    pub(super) order_id: Option<OrderId>,
    pub(super) exec_id: String,
}

/// What a broker says. A part that the file has no record of is `None`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Statement {
    pub(super) positions: Option<BTreeMap<(String, String), i64>>,
    pub(super) cash: Option<BTreeMap<String, i128>>,
    pub(super) orders: Option<Vec<Order>>,
    pub(super) executions: Option<Vec<Execution>>,
    /// Of one that a broker's session told of; a file is about the accounts that it mentions.
    pub(super) reach: Option<Reach>,
}

/// One thing that is wrong with a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// From 1.
    pub line: usize,
    /// From 1; zero where it is the whole line.
    pub column: usize,
    /// What is wrong.
    pub what: String,
}

/// All that is wrong with a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrongs(pub Vec<Wrong>);

impl std::error::Error for Wrongs {}

impl fmt::Display for Wrongs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "{count} {} in the statement; nothing was compared", if count == 1 { "error" } else { "errors" })?;
        for Wrong { line, column, what } in &self.0 {
            match column {
                0 => write!(f, "\n  line {line}: {what}")?,
                _ => write!(f, "\n  line {line}, column {column}: {what}")?,
            }
        }
        Ok(())
    }
}

impl Statement {
    /// Reads a file.
    ///
    /// # Errors
    /// Everything that is wrong with it, by line and column.
    pub fn parse(text: &str) -> Result<Statement, Wrongs> {
        let mut reader = Reader { columns: BTreeMap::new(), wrongs: Vec::new(), keys: BTreeSet::new() };
        let mut statement = Statement::default();
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        match lines.next() {
            Some((number, names)) => reader.names(number, names),
            None => reader.wrong(1, 0, format!("the file is empty; its first line names columns: {}", NAMES.join(","))),
        }
        if reader.wrongs.is_empty() {
            lines.for_each(|(number, line)| reader.record(number, line, &mut statement));
        }
        match reader.wrongs.is_empty() {
            true => Ok(statement),
            false => {
                reader.wrongs.truncate(WRONGS_MAX);
                Err(Wrongs(reader.wrongs))
            }
        }
    }

    /// The accounts that it is about.
    pub fn accounts(&self) -> BTreeSet<String> {
        if let Some(reach) = &self.reach {
            return reach.accounts().clone();
        }
        let positions = self.positions.iter().flatten().map(|((account, _), _)| account);
        let cash = self.cash.iter().flatten().map(|(account, _)| account);
        let orders = self.orders.iter().flatten().map(|order| &order.account);
        let executions = self.executions.iter().flatten().map(|execution| &execution.account);
        positions.chain(cash).chain(orders).chain(executions).cloned().collect()
    }
}

struct Reader {
    /// Where each column is.
    columns: BTreeMap<&'static str, usize>,
    wrongs: Vec<Wrong>,
    /// What was said, so that nothing is said twice.
    keys: BTreeSet<String>,
}

impl Reader {
    fn wrong(&mut self, line: usize, column: usize, what: impl Into<String>) {
        self.wrongs.push(Wrong { line, column, what: what.into() });
    }

    fn names(&mut self, line: usize, text: &str) {
        let Some(cells) = cells(text) else { return self.wrong(line, 0, "a quote is not closed") };
        for (at, cell) in cells.iter().enumerate() {
            match NAMES.iter().find(|name| **name == cell.trim()) {
                Some(name) if self.columns.insert(name, at).is_some() => {
                    self.wrong(line, at + 1, format!("the column {name} is there twice"));
                }
                Some(_) => {}
                None => self.wrong(line, at + 1, format!("{cell:?} is no column; known are {}", NAMES.join(", "))),
            }
        }
        for needed in ["record", "account"] {
            if !self.columns.contains_key(needed) {
                self.wrong(line, 0, format!("there is no column {needed}"));
            }
        }
    }

    fn record(&mut self, number: usize, text: &str, statement: &mut Statement) {
        let Some(cells) = cells(text) else { return self.wrong(number, 0, "a quote is not closed") };
        if cells.len() > self.columns.len() {
            let what = format!("{} cells, and {} columns", cells.len(), self.columns.len());
            return self.wrong(number, 0, what);
        }
        let before = self.wrongs.len();
        let mut line = Line { reader: self, number, cells };
        let record = line.text("record").to_owned();
        let account = line.needed("account");
        match record.as_str() {
            "position" => {
                let (symbol, qty) = (line.needed("symbol"), line.units("qty", 8, true));
                let places = statement.positions.get_or_insert_default();
                places.insert((account.clone(), symbol.clone()), small(qty));
                line.once(format!("position {account} {symbol}"));
            }
            "cash" => {
                let amount = line.units("amount", 16, true);
                statement.cash.get_or_insert_default().insert(account.clone(), amount.unwrap_or(0));
                line.once(format!("cash {account}"));
            }
            "order" => {
                let name = line.needed("order");
                let order = Order {
                    symbol: line.needed("symbol"),
                    side: line.side(),
                    qty: small(line.units("qty", 8, false)),
                    price: if line.text("price").is_empty() { 0 } else { small(line.units("price", 8, false)) },
                    filled: if line.text("filled").is_empty() { 0 } else { small(line.units("filled", 8, false)) },
                    order_id: ours(&name),
                    name: name.clone(),
                    account,
                };
                statement.orders.get_or_insert_default().push(order);
                line.once(format!("order {name}"));
            }
            "execution" => {
                let (name, exec_id) = (line.needed("order"), line.needed("exec_id"));
                let execution = Execution {
                    symbol: line.needed("symbol"),
                    side: line.side(),
                    qty: small(line.units("qty", 8, false)),
                    price: small(line.units("price", 8, false)),
                    order_id: ours(&name),
                    name: name.clone(),
                    exec_id: exec_id.clone(),
                    account,
                };
                statement.executions.get_or_insert_default().push(execution);
                line.once(format!("execution {name} {exec_id}"));
            }
            _ => {
                let what = format!("{record:?} is no record; write position, cash, order or execution");
                line.wrong("record", what);
            }
        }
        debug_assert!(self.wrongs.len() >= before, "wrongs are only added");
    }
}

/// Fits: [`Line::units`] has looked.
fn small(units: Option<i128>) -> i64 {
    units.and_then(|units| i64::try_from(units).ok()).unwrap_or(0)
}

/// Our order, of the name that the broker was sent or of the OrderID itself.
fn ours(name: &str) -> Option<OrderId> {
    order_id_of(name.as_bytes()).or_else(|| name.parse().ok().map(OrderId))
}

struct Line<'a> {
    reader: &'a mut Reader,
    number: usize,
    cells: Vec<String>,
}

impl Line<'_> {
    fn text(&self, name: &str) -> &str {
        let at = self.reader.columns.get(name);
        at.and_then(|at| self.cells.get(*at)).map_or("", |cell| cell.trim())
    }

    fn wrong(&mut self, name: &str, what: impl Into<String>) {
        let column = self.reader.columns.get(name).map_or(0, |at| at + 1);
        self.reader.wrong(self.number, column, what);
    }

    fn needed(&mut self, name: &'static str) -> String {
        let text = self.text(name).to_owned();
        if text.is_empty() {
            self.wrong(name, format!("{name} is missing"));
        }
        text
    }

    fn side(&mut self) -> Side {
        match self.text("side") {
            "buy" => Side::Buy,
            "sell" => Side::Sell,
            other => {
                let what = format!("{other:?} is no side; write buy or sell");
                self.wrong("side", what);
                Side::Buy
            }
        }
    }

    /// A decimal of at most so many places, in units of the last; exact or wrong.
    fn units(&mut self, name: &'static str, places: u32, signed: bool) -> Option<i128> {
        let text = self.needed(name);
        if text.is_empty() {
            return None;
        }
        let units = units(&text, places).filter(|units| signed || *units >= 0);
        let fits = |units: &i128| places != 8 || units.unsigned_abs() <= model::limits::UNITS_MAX.unsigned_abs().into();
        let units = units.filter(fits);
        if units.is_none() {
            let sign = if signed { "" } else { ", not below zero" };
            self.wrong(name, format!("{text:?} is no decimal with at most {places} places in range{sign}"));
        }
        units
    }

    fn once(&mut self, key: String) {
        let number = self.number;
        if !self.reader.keys.insert(key.clone()) {
            self.reader.wrong(number, 0, format!("{key} was said before"));
        }
    }
}

/// `[-]digits[.digits]` in units of the last place.
pub fn units(text: &str, places: u32) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let places = places as usize;
    let part = part.trim_end_matches('0');
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) || part.len() > places {
        return None;
    }
    let units: i128 = format!("{whole}{part:0<places$}").parse().ok()?;
    Some(sign * units)
}

/// The cells of one line as RFC 4180 has them; `None` where a quote is not closed. A cell has no line break.
fn cells(line: &str) -> Option<Vec<String>> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let cell = cells.last_mut()?;
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cell.push(other),
        }
    }
    (!quoted).then_some(cells)
}
