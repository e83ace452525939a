//! The slow oracle: a second opinion on every order and every replace. It is written from the words of the table of controls, keeps
//! nothing but the list of what happened, and walks it for each answer; it shares no code with the engine and its risk checks but
//! the nouns. Engine and oracle must name the same check, the same scope, the same limit and the same value seen.
//!
//! It does not judge yet: parts of the trading day (5), stops, jumps of quotes (17), washes (36), groups of orders (39), rates of exchange,
//! and the controls at the trade (15, 21, 31 to 33, 41); of self-match (34) the kinds that refuse.
//!
//! `MILLRACE_ORACLE_SEED` sets the first seed, `MILLRACE_ORACLE_ORDERS` the number of orders and replaces (a million by default). A
//! disagreement prints the seed of its desk, what was asked, and both answers.

mod answer;
mod ask;
mod desk;
mod edges;
mod flow;
mod history;
mod lists;
mod plain;
mod prices;
mod scoped;
mod wealth;
mod world;

use std::collections::BTreeMap;

use flow::Flow;
use model::Check;

/// Orders and replaces of one desk: each begins with nothing, so that a counter-example is short.
const ORDERS_PER_DESK: u64 = 100;
/// As many times as many come on a busy day.
const BUSY: u64 = 4;
/// Counter-examples that are looked for before the test gives up.
const FAILURES_MAX: usize = 8;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn run(seed: u64) -> BTreeMap<&'static str, u64> {
    let (mut flow, mut desk) = Flow::new(seed);
    // Some limits judge busy days alone.
    let orders = if flow.is_busy { BUSY * ORDERS_PER_DESK } else { ORDERS_PER_DESK };
    while desk.answers.values().sum::<u64>() - desk.answers.get(desk::OVERRIDDEN).unwrap_or(&0) < orders {
        flow.step(&mut desk);
    }
    desk.finish();
    desk.answers
}

#[test]
fn engine_and_oracle_agree_on_random_orders() {
    let orders = number("MILLRACE_ORACLE_ORDERS", 1_000_000);
    let first = number("MILLRACE_ORACLE_SEED", 1);
    let desks = orders.div_ceil(ORDERS_PER_DESK);
    println!("{desks} desks of {ORDERS_PER_DESK} orders from seed {first}");
    let mut answers = BTreeMap::<&str, u64>::new();
    let mut failed = Vec::new();
    for seed in first..first + desks {
        match std::panic::catch_unwind(|| run(seed)) {
            Ok(of_desk) => of_desk.into_iter().for_each(|(code, count)| *answers.entry(code).or_default() += count),
            Err(_) => failed.push(seed),
        }
        // The message of each is above.
        assert!(failed.len() < FAILURES_MAX, "seeds {failed:?} fail");
    }
    assert!(failed.is_empty(), "seeds {failed:?} fail");
    println!("{answers:#?}");
    // Of a few orders not every answer is to be expected.
    if desks >= 1_000 {
        let codes = scoped::CONTROLS
            .iter()
            .map(|(check, _)| check)
            .chain(plain::CHECKS)
            .chain(prices::CHECKS)
            .chain(lists::CHECKS)
            .chain(&[Check::Margin, Check::Unpriced]);
        let codes = codes.map(|check| check.code()).chain([desk::OVERRIDDEN]);
        let never: Vec<_> = codes.filter(|code| !answers.contains_key(code)).collect();
        assert!(never.is_empty(), "no order met {never:?}");
    }
}
