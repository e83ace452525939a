//! Limits of scopes in people's words: one way to read and to write them, for the configuration, the HTTP interface, the command
//! line and the evidence.

use model::limits::REPEATED_EXECUTIONS_MAX;
use model::refusal::Unit;
use model::{KillScope, LimitKind, OrdType, Side, TimeInForce};
use rust_decimal::Decimal;

use crate::words::{duration, named, shown_duration};

/// What [`LimitKind::SelfMatch`] says, by its number.
const SELF_MATCH: [&str; 4] = ["allow", "refuse", "cancel_other", "both"];

/// The kind of that word.
///
/// # Errors
/// What was probably meant, or all that there are.
pub fn kind(word: &str) -> Result<LimitKind, String> {
    named("limit", word, LimitKind::ALL.iter().map(|kind| (kind.word(), *kind)))
}

/// The kind of scope of that word.
///
/// # Errors
/// As for [`kind`].
pub fn scope(word: &str) -> Result<KillScope, String> {
    named("scope", word, KillScope::ALL.iter().map(|scope| (scope.word(), *scope)))
}

/// The limit that a scope may have, or which it may have.
///
/// # Errors
/// The kinds of scopes that have such a limit.
pub fn is_for(kind: LimitKind, scope: KillScope) -> Result<(), String> {
    if kind.is_for(scope) {
        return Ok(());
    }
    let has: Vec<&str> = kind.scopes().iter().map(|scope| scope.word()).collect();
    Err(format!("{} is no limit of a scope of kind {}; it is one of {}", kind.word(), scope.word(), has.join(", ")))
}

/// What is held against a limit of which nothing is ever used up; `None` for those that fill.
pub fn held_against(kind: LimitKind, scope: KillScope) -> Option<&'static str> {
    match kind {
        LimitKind::OrderQty
        | LimitKind::OrderNotional
        | LimitKind::OrderNotionalMin
        | LimitKind::PriceHigh
        | LimitKind::PriceLow
        | LimitKind::Collar
        | LimitKind::PassiveCollar
        | LimitKind::OrderAge
        | LimitKind::MarketProtection
        | LimitKind::OrdTypes
        | LimitKind::TimesInForce
        | LimitKind::Sides
        | LimitKind::SelfMatch => Some("each order"),
        LimitKind::QuoteJump => Some("each quote"),
        LimitKind::QuoteSilence | LimitKind::QuoteSilenceHalt if scope == KillScope::Firm => Some("each instrument"),
        LimitKind::RepeatedOrders => Some("orders alike"),
        LimitKind::ExecutionDrift => Some("each fill"),
        LimitKind::Margin | LimitKind::PositionNotional | LimitKind::Concentration => Some("each position"),
        LimitKind::Leverage => Some("the equity"),
        LimitKind::RepeatWindow
        | LimitKind::ExecutionWindow
        | LimitKind::WashWindow
        | LimitKind::LossWindow
        | LimitKind::DriftWindow => Some("a window"),
        LimitKind::MessageRate
        | LimitKind::RepeatedExecutions
        | LimitKind::OpenOrders
        | LimitKind::DailyOrders
        | LimitKind::DailyCancels
        | LimitKind::DailyTrades
        | LimitKind::OpenBuys
        | LimitKind::OpenSells
        | LimitKind::OpenNotional
        | LimitKind::PositionLong
        | LimitKind::PositionShort
        | LimitKind::GrossExposure
        | LimitKind::NetExposure
        | LimitKind::DailyBuys
        | LimitKind::DailySells
        | LimitKind::LossReduce
        | LimitKind::LossHalt
        | LimitKind::DrawdownReduce
        | LimitKind::DrawdownHalt
        | LimitKind::LossVelocity
        | LimitKind::LossesInARow
        | LimitKind::OrderToTrade
        | LimitKind::QuoteSilence
        | LimitKind::QuoteSilenceHalt
        | LimitKind::Locate
        | LimitKind::MarginUsed => None,
    }
}

/// How a value of this kind is written.
pub fn form(kind: LimitKind) -> String {
    match kind.unit() {
        Unit::Count if kind == LimitKind::SelfMatch => format!("one of {}", SELF_MATCH.join(", ")),
        Unit::Count if kind == LimitKind::RepeatedExecutions => {
            format!("a whole number up to {REPEATED_EXECUTIONS_MAX}")
        }
        Unit::Count => "a whole number".to_owned(),
        Unit::Px => "a price with at most 8 places".to_owned(),
        Unit::Qty => "a quantity with at most 8 places".to_owned(),
        Unit::Notional => "money of the firm's base currency with at most 16 places, within 1e12".to_owned(),
        Unit::Nanos => "a duration like \"500ms\" or \"2s\"".to_owned(),
        Unit::Ratio if is_part(kind) => "a percentage like \"2.5%\", with at most 6 places".to_owned(),
        Unit::Ratio => "a number with at most 8 places".to_owned(),
        Unit::Bits => format!("a list of {}", bit_words(kind).join(", ")),
        Unit::None | Unit::Scope | Unit::LimitKind => String::new(),
    }
}

/// The value that people wrote, in the unit of the kind; lists with commas between their words.
///
/// # Errors
/// How it is written.
pub fn value(kind: LimitKind, text: &str) -> Result<i128, String> {
    let text = text.trim();
    let read = match kind.unit() {
        Unit::Count if kind == LimitKind::SelfMatch => place(&SELF_MATCH, text),
        Unit::Count if kind == LimitKind::RepeatedExecutions => {
            decimal(text, 0).filter(|count| *count <= REPEATED_EXECUTIONS_MAX as i128)
        }
        Unit::Count => decimal(text, 0).filter(|count| u32::try_from(*count).is_ok()),
        Unit::Px | Unit::Qty => decimal(text, 8).filter(|units| *units <= i128::from(model::limits::UNITS_MAX)),
        Unit::Notional => decimal(text, 16).filter(|units| *units <= MONEY_MAX),
        Unit::Nanos => duration(text).and_then(|span| i128::try_from(span.as_nanos()).ok()),
        Unit::Ratio if is_part(kind) => text.strip_suffix('%').and_then(|percent| decimal(percent.trim_end(), 6)),
        Unit::Ratio => decimal(text, 8),
        Unit::Bits => bits(kind, text),
        Unit::None | Unit::Scope | Unit::LimitKind => None,
    };
    read.ok_or_else(|| format!("must be {}", form(kind)))
}

/// A value as [`value`] reads it.
pub fn shown(kind: LimitKind, value: i128) -> String {
    match kind.unit() {
        Unit::Count if kind == LimitKind::SelfMatch => {
            let word = usize::try_from(value).ok().and_then(|at| SELF_MATCH.get(at));
            word.map_or_else(|| value.to_string(), |word| (*word).to_owned())
        }
        Unit::Px | Unit::Qty => scaled(value, 8),
        Unit::Notional => scaled(value, 16),
        Unit::Nanos => u64::try_from(value).map_or_else(|_| format!("{value}ns"), shown_duration),
        Unit::Ratio if is_part(kind) => format!("{}%", scaled(value, 6)),
        Unit::Ratio => scaled(value, 8),
        Unit::Bits => {
            let words = bit_words(kind);
            let set = words.iter().enumerate().filter(|(at, _)| value & (1 << at) != 0);
            set.map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(",")
        }
        Unit::Count | Unit::None | Unit::Scope | Unit::LimitKind => value.to_string(),
    }
}

/// Greatest amount of money that a limit may be, in 1e-16.
const MONEY_MAX: i128 = 1_000_000_000_000 * 10_000_000_000_000_000;

/// A part of something, which people write in percent; `5` for it would be five times the whole, and nobody means that.
fn is_part(kind: LimitKind) -> bool {
    kind.unit() == Unit::Ratio && !matches!(kind, LimitKind::Leverage | LimitKind::OrderToTrade)
}

/// Zero or more, exact.
fn decimal(text: &str, places: u32) -> Option<i128> {
    let decimal = Decimal::from_str_exact(text).ok()?.normalize();
    let missing = places.checked_sub(decimal.scale())?;
    decimal.mantissa().checked_mul(10_i128.checked_pow(missing)?).filter(|units| *units >= 0)
}

fn scaled(value: i128, places: u32) -> String {
    let one = 10_u128.pow(places);
    let (whole, rest) = (value.unsigned_abs() / one, value.unsigned_abs() % one);
    let sign = if value < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{rest:0width$}", width = places as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn place(words: &[&str], word: &str) -> Option<i128> {
    words.iter().position(|known| *known == word).and_then(|at| i128::try_from(at).ok())
}

fn bits(kind: LimitKind, text: &str) -> Option<i128> {
    let words = bit_words(kind);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let named = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    named.map(|word| place(&words, word).map(|at| 1_i128 << at)).try_fold(0, |set, bit| Some(set | bit?))
}

/// What each bit stands for, as "good_till_cancel".
fn bit_words(kind: LimitKind) -> Vec<String> {
    match kind {
        LimitKind::OrdTypes => OrdType::ALL.iter().map(|one| snake(&format!("{one:?}"))).collect(),
        LimitKind::TimesInForce => TimeInForce::ALL.iter().map(|one| snake(&format!("{one:?}"))).collect(),
        LimitKind::Sides => Side::ALL.iter().map(|one| snake(&format!("{one:?}"))).collect(),
        _ => Vec::new(),
    }
}

fn snake(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_shown_the_same() {
        for (kind, text) in [
            (LimitKind::OrderQty, "1000.5"),
            (LimitKind::OrderNotional, "2500000"),
            (LimitKind::Collar, "2.5%"),
            (LimitKind::Leverage, "10"),
            (LimitKind::OrderAge, "500ms"),
            (LimitKind::OpenOrders, "0"),
            (LimitKind::OrdTypes, "market,stop_limit"),
            (LimitKind::TimesInForce, "day,good_till_cancel"),
            (LimitKind::Sides, ""),
            (LimitKind::SelfMatch, "cancel_other"),
        ] {
            assert_eq!(shown(kind, value(kind, text).unwrap()), text, "{}", kind.word());
        }
        assert_eq!(value(LimitKind::Collar, "2.5%"), Ok(2_500_000));
        assert_eq!(value(LimitKind::Sides, "buy, sell"), Ok(0b11));
    }

    #[test]
    fn wrong_values_are_told_how_they_are_written() {
        for (kind, wrong) in [
            (LimitKind::Collar, "5"),
            (LimitKind::OpenOrders, "1.5"),
            (LimitKind::OpenOrders, "5000000000"),
            (LimitKind::RepeatedExecutions, "4097"),
            (LimitKind::OrderQty, "-1"),
            (LimitKind::OrderQty, "0.000000001"),
            (LimitKind::OrderNotional, "1000000000001"),
            (LimitKind::OrderAge, "2"),
            (LimitKind::OrdTypes, "market,limitt"),
            (LimitKind::SelfMatch, "1"),
        ] {
            assert_eq!(value(kind, wrong), Err(format!("must be {}", form(kind))), "{} {wrong}", kind.word());
            assert!(!form(kind).is_empty());
        }
    }

    #[test]
    fn misspelt_words_are_answered_with_what_was_meant() {
        assert_eq!(kind("order_qyt"), Err("'order_qyt' is no limit; did you mean order_qty?".to_owned()));
        assert_eq!(scope("acount"), Err("'acount' is no scope; did you mean account?".to_owned()));
        assert!(is_for(LimitKind::PriceHigh, KillScope::Firm).unwrap_err().ends_with("it is one of instrument"));
    }
}
