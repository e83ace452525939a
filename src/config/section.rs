//! One table of the file, read key by key. What was asked for is what is known: `finish` reports every other key, so
//! the list of keys is written once. A wrong value is reported and replaced by a harmless one, so that reading goes
//! on and finds the rest.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::Duration;

use gateway::limit_words;
use model::{LimitKind, Notional, Px, Qty, Text};
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::contract;
use super::problem::{Problem, nearest};
use super::values;

/// Collects the problems of one text.
pub(super) struct Desk<'a> {
    text: &'a str,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(text: &'a str) -> Desk<'a> {
        Desk { text, problems: RefCell::new(Vec::new()) }
    }

    pub(super) fn report(&self, at: usize, key: String, value: String, reason: String, suggestion: Option<String>) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        self.problems.borrow_mut().push(Problem { line, key, value, reason, suggestion });
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line);
        problems
    }

    /// The text of a value as it stands in the file, cut short where it is long.
    fn shown(&self, value: &Spanned<DeValue<'_>>) -> String {
        const SHOWN_MAX: usize = 60;
        let text = self.text.get(value.span()).unwrap_or_default();
        match text.char_indices().nth(SHOWN_MAX) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        }
    }
}

/// A table under its path.
pub(super) struct Section<'a> {
    desk: &'a Desk<'a>,
    path: String,
    at: usize,
    table: Option<&'a DeTable<'a>>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub(super) fn root(desk: &'a Desk<'a>, table: &'a DeTable<'a>) -> Section<'a> {
        Section { desk, path: String::new(), at: 0, table: Some(table), known: RefCell::default() }
    }

    /// `[name]`; all its keys are absent where it is.
    pub(super) fn section(&self, name: &'static str) -> Section<'a> {
        let found = self.find(name);
        let table = found.and_then(|value| {
            let table = value.get_ref().as_table();
            if table.is_none() {
                self.wrong(name, value, "must be a table", Some(format!("write [{}]", self.key(name))));
            }
            table
        });
        let at = found.map_or(self.at, |value| value.span().start);
        Section { desk: self.desk, path: self.key(name), at, table, known: RefCell::default() }
    }

    /// `[[name]]`, each of them.
    pub(super) fn sections(&self, name: &'static str) -> Vec<Section<'a>> {
        let Some(found) = self.find(name) else { return Vec::new() };
        let Some(array) = found.get_ref().as_array() else {
            self.wrong(name, found, "must be a list of tables", Some(format!("write [[{}]]", self.key(name))));
            return Vec::new();
        };
        let mut sections = Vec::with_capacity(array.len());
        for (index, entry) in array.iter().enumerate() {
            let path = format!("{}[{index}]", self.key(name));
            match entry.get_ref().as_table() {
                Some(table) => sections.push(Section {
                    desk: self.desk,
                    path,
                    at: entry.span().start,
                    table: Some(table),
                    known: RefCell::default(),
                }),
                None => {
                    let shown = self.desk.shown(entry);
                    self.desk.report(entry.span().start, path, shown, "must be a table".to_owned(), None);
                }
            }
        }
        sections
    }

    /// The tables of a table whose keys are names.
    pub(super) fn named(&self) -> Vec<(String, Section<'a>)> {
        let mut sections = Vec::new();
        for (key, value) in self.table.into_iter().flatten() {
            let (name, at) = (key.get_ref().to_string(), key.span().start);
            let path = self.key(&name);
            match value.get_ref().as_table() {
                Some(table) => {
                    let known = RefCell::default();
                    sections.push((name, Section { desk: self.desk, path, at, table: Some(table), known }));
                }
                None => {
                    let suggestion = format!("write [{}.NAME], and the limit below it", self.path);
                    let shown = self.shown(&name, value);
                    self.desk.report(at, path, shown, "must be a table".to_owned(), Some(suggestion));
                }
            }
        }
        sections
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self) {
        let known = self.known.borrow();
        for (key, value) in self.table.into_iter().flatten() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let suggestion = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("known here: {}", known.join(", ")),
            };
            self.desk.report(
                key.span().start,
                self.key(name),
                self.shown(name, value),
                "unknown key".to_owned(),
                Some(suggestion),
            );
        }
    }

    /// Reports a problem that only shows beside other values.
    pub(super) fn report(&self, name: &'static str, reason: impl Into<String>, suggestion: &str) {
        let suggestion = (!suggestion.is_empty()).then(|| suggestion.to_owned());
        match self.table.and_then(|table| table.get(name)) {
            Some(value) => self.wrong(name, value, reason, suggestion),
            None => self.desk.report(self.at, self.key(name), String::new(), reason.into(), suggestion),
        }
    }

    /// Reports a problem of the whole table.
    pub(super) fn report_whole(&self, reason: &str, suggestion: &str) {
        let suggestion = (!suggestion.is_empty()).then(|| suggestion.to_owned());
        self.desk.report(self.at, self.path.clone(), String::new(), reason.to_owned(), suggestion);
    }

    /// Is the key there, without asking for it?
    pub(super) fn holds(&self, name: &str) -> bool {
        self.table.is_some_and(|table| table.get(name).is_some())
    }

    /// It was asked for.
    pub(super) fn know(&self, name: &'static str) {
        self.find(name);
    }

    /// Is the key there?
    pub(super) fn has(&self, name: &'static str) -> bool {
        self.find(name).is_some()
    }

    /// Text.
    pub(super) fn text(&self, name: &'static str, default: Option<&str>) -> String {
        self.read(name, default.map(str::to_owned), "must be text", "\"text\" in quotes", |value| {
            value.as_str().map(str::to_owned)
        })
        .unwrap_or_default()
    }

    /// Short printable ASCII text, not empty.
    pub(super) fn name<const N: usize>(&self, name: &'static str, default: Option<Text<N>>) -> Text<N> {
        let reason = format!("must be 1 to {N} printable ASCII characters in quotes");
        self.read(name, default, &reason, "", |value| {
            value.as_str().and_then(|text| Text::new(text.as_bytes())).filter(|text| !text.is_empty())
        })
        .unwrap_or(Text::EMPTY)
    }

    /// A list of text.
    pub(super) fn texts(&self, name: &'static str) -> Vec<String> {
        self.read(name, Some(Vec::new()), "must be a list of text", "[\"one\", \"two\"]", |value| {
            value.as_array()?.iter().map(|entry| entry.get_ref().as_str().map(str::to_owned)).collect()
        })
        .unwrap_or_default()
    }

    /// true or false.
    pub(super) fn truth(&self, name: &'static str, default: bool) -> bool {
        self.read(name, Some(default), "must be true or false", "", DeValue::as_bool).unwrap_or(default)
    }

    /// A whole number within bounds.
    pub(super) fn whole(&self, name: &'static str, default: Option<u64>, low: u64, high: u64) -> u64 {
        let reason = format!("must be a whole number from {low} to {high}");
        self.read(name, default, &reason, "", |value| whole(value).filter(|number| (low..=high).contains(number)))
            .unwrap_or(low)
    }

    /// One of several words.
    pub(super) fn word<T: Copy>(&self, name: &'static str, default: T, words: &[(&'static str, T)]) -> T {
        let Some(value) = self.find(name) else { return default };
        let found = value.get_ref().as_str().unwrap_or_default();
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == found) {
            return *meaning;
        }
        let known: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let near = nearest(found, words.iter().map(|(word, _)| *word)).map(|near| format!("did you mean \"{near}\"?"));
        self.wrong(name, value, format!("must be one of {}", known.join(", ")), near);
        default
    }

    /// An address and port.
    pub(super) fn address(&self, name: &'static str, default: SocketAddr) -> SocketAddr {
        let suggestion = format!("\"{default}\"");
        self.read(name, Some(default), "must be an IP address and a port", &suggestion, |value| {
            value.as_str().and_then(|text| text.parse().ok())
        })
        .unwrap_or(default)
    }

    /// An address and port; off this machine only encrypted, or with `allow_remote = true` beside it.
    pub(super) fn listen(&self, name: &'static str, default: SocketAddr, encrypted: bool) -> SocketAddr {
        let remote = self.truth("allow_remote", false);
        let listen = self.address(name, default);
        if !listen.ip().is_loopback() && !remote && !encrypted {
            self.report(
                name,
                "reaches beyond this machine, unencrypted",
                "use 127.0.0.1, or write allow_remote = true where a TLS proxy or a private network guards it",
            );
        }
        listen
    }

    /// A duration.
    pub(super) fn duration(&self, name: &'static str, default: Duration, low: Duration, high: Duration) -> Duration {
        let reason = format!("must be a duration from {low:?} to {high:?}");
        self.read(name, Some(default), &reason, "like \"500ms\" or \"2s\"", |value| {
            value.as_str().and_then(values::duration).filter(|found| (low..=high).contains(found))
        })
        .unwrap_or(default)
    }

    /// A size in bytes.
    pub(super) fn bytes(&self, name: &'static str, default: u64, low: u64, high: u64) -> u64 {
        let reason = format!("must be a size from {} to {}", shown_bytes(low), shown_bytes(high));
        self.read(name, Some(default), &reason, "like \"64MiB\" or \"1GiB\"", |value| {
            value.as_str().and_then(values::bytes).filter(|found| (low..=high).contains(found))
        })
        .unwrap_or(default)
    }

    /// A price above zero; zero where it is absent and need not be there.
    pub(super) fn px(&self, name: &'static str, default: Option<Px>) -> Px {
        let units = self.units(name, default.map(Px::units), 1, "must be a price above zero");
        Px::from_units(units)
    }

    /// A quantity, at least `low` 1e-8 units.
    pub(super) fn qty(&self, name: &'static str, default: Option<Qty>, low: i64) -> Qty {
        let reason = if low > 0 { "must be a quantity above zero" } else { "must be a quantity, zero or more" };
        Qty::from_units(self.units(name, default.map(Qty::units), low, reason))
    }

    /// A share of one, given in parts of which `whole` make one: percent (100), basis points (10,000). In 1e-8.
    pub(super) fn share(&self, name: &'static str, default: i64, whole: i64) -> i64 {
        let reason = format!("must be a number from 0 to {whole}, with at most 4 places");
        self.read(name, Some(default), &reason, "", |value| {
            let units = values::units(decimal(value)?)?;
            let within = units >= 0 && units % whole == 0 && units / whole <= model::money::UNIT;
            within.then_some(units / whole)
        })
        .unwrap_or(default)
    }

    /// A fixed rate: a number of up to nine digits and its decimal places.
    pub(super) fn rate(&self, name: &'static str) -> (u32, u8) {
        let reason = "must be a rate above zero, of at most 9 digits and 18 places";
        self.read(name, None, reason, "like fx_rate = \"0.000001\"", |value| contract::rate(decimal(value)?))
            .unwrap_or((1, 0))
    }

    /// Money, zero or more.
    pub(super) fn money(&self, name: &'static str, default: Option<Notional>) -> Notional {
        let reason = "must be money, zero or more, with at most 16 places and within 1e12";
        self.read(name, default, reason, "", |value| {
            let units = values::money(decimal(value)?)?;
            let most = Notional::whole(1_000_000_000_000);
            (0..=most.units()).contains(&units).then(|| Notional::from_units(units))
        })
        .unwrap_or(Notional::ZERO)
    }

    /// A limit of a scope, in its kind's unit; `None` where it is absent or wrong.
    pub(super) fn limit(&self, kind: LimitKind) -> Option<i128> {
        let value = self.find(kind.word())?;
        let text = written(value.get_ref());
        match limit_words::value(kind, text.as_deref().unwrap_or_default()) {
            Ok(units) if text.is_some() => Some(units),
            Ok(_) => {
                self.wrong(kind.word(), value, format!("must be {}", limit_words::form(kind)), None);
                None
            }
            Err(reason) => {
                self.wrong(kind.word(), value, reason, None);
                None
            }
        }
    }

    fn units(&self, name: &'static str, default: Option<i64>, low: i64, reason: &str) -> i64 {
        let reason = format!("{reason}, with at most 8 places and within 9e9");
        self.read(name, default, &reason, "", |value| values::units(decimal(value)?).filter(|units| *units >= low))
            .unwrap_or(low)
    }

    /// The value of a key; its default where it is absent; `None`, and a report, where it is wrong or missing.
    fn read<T>(
        &self,
        name: &'static str,
        default: Option<T>,
        reason: &str,
        suggestion: &str,
        read: impl FnOnce(&DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let suggestion = || (!suggestion.is_empty()).then(|| suggestion.to_owned());
        let Some(value) = self.find(name) else {
            if default.is_none() {
                let reason = format!("is missing; it {reason}");
                self.desk.report(self.at, self.key(name), String::new(), reason, suggestion());
            }
            return default;
        };
        let found = read(value.get_ref());
        if found.is_none() {
            self.wrong(name, value, reason, suggestion());
        }
        found
    }

    fn find(&self, name: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        let mut known = self.known.borrow_mut();
        if !known.contains(&name) {
            known.push(name);
        }
        self.table?.get(name)
    }

    fn wrong(&self, name: &str, value: &Spanned<DeValue<'_>>, reason: impl Into<String>, suggestion: Option<String>) {
        self.desk.report(value.span().start, self.key(name), self.shown(name, value), reason.into(), suggestion);
    }

    /// A secret is not shown, not even where it is wrong or its key is misspelt.
    fn shown(&self, name: &str, value: &Spanned<DeValue<'_>>) -> String {
        let secret = ["pass", "pasw", "secret", "token_hash"].iter().any(|word| name.contains(word));
        if secret { "(not shown)".to_owned() } else { self.desk.shown(value) }
    }

    fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// A value as it is written on the command line: lists with commas.
fn written(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Array(entries) => {
            let words: Option<Vec<&str>> = entries.iter().map(|entry| entry.get_ref().as_str()).collect();
            words.map(|words| words.join(","))
        }
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(_) | DeValue::Float(_) => decimal(value).map(|number| number.to_string()),
        DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

/// A decimal from text or a number, without a float in between.
fn decimal(value: &DeValue<'_>) -> Option<Decimal> {
    match value {
        DeValue::String(text) => Decimal::from_str_exact(text).ok(),
        DeValue::Integer(_) => whole(value).map(Decimal::from).or_else(|| negative(value)),
        DeValue::Float(number) => Decimal::from_str_exact(number.as_str()).ok(),
        DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn whole(value: &DeValue<'_>) -> Option<u64> {
    let number = value.as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn negative(value: &DeValue<'_>) -> Option<Decimal> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok().map(Decimal::from)
}

fn shown_bytes(bytes: u64) -> String {
    match bytes {
        gib if gib.is_multiple_of(1 << 30) => format!("{}GiB", gib >> 30),
        mib if mib.is_multiple_of(1 << 20) => format!("{}MiB", mib >> 20),
        bytes => format!("{}KiB", bytes >> 10),
    }
}
