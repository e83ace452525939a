//! A second implementation of the life of an order, and the engine, on the same random commands: they must agree on every
//! report, every order, every position and all the money. The twin is written from FIX's rules, slowly and plainly; it shares
//! no code with the engine.
//!
//! `MILLRACE_TWIN_SEED` sets the first seed, `MILLRACE_TWIN_STEPS` the number of steps (a million by default). A failure prints
//! the seed of its run; seeds that found something stay in `corpus.txt` and are run first.

#[path = "../suite/bench.rs"]
#[expect(dead_code, reason = "the suite uses all of it")]
mod bench;
mod books;
mod commands;
mod compare;
mod due;
mod holders;
mod kill;
mod market;
mod order;
mod reports;
mod requests;
mod said;
mod twin;

use commands::Commands;
use compare::Comparison;

/// Steps of one run: each begins with nothing, so that a counter-example is short.
const STEPS_PER_RUN: u64 = 2_500;
/// Counter-examples that are looked for before the test gives up.
const FAILURES_MAX: usize = 8;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// With kill switches the same seed is another story: they have random numbers of their own, and take nothing from the others.
fn run(seed: u64, steps: u64, kills: bool) -> Comparison {
    let mut commands = Commands::new(seed, kills);
    let mut comparison = Comparison::new(seed, commands.policy());
    for _ in 0..steps {
        let command = commands.next(&comparison.twin);
        comparison.step(command);
    }
    comparison.finish();
    comparison
}

#[test]
fn corpus_of_found_counter_examples_holds() {
    for line in include_str!("corpus.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let seed = line.split_whitespace().next().and_then(|seed| seed.parse().ok()).expect("a seed, then why");
        run(seed, STEPS_PER_RUN, false);
        run(seed, STEPS_PER_RUN, true);
    }
}

#[test]
fn engine_and_twin_agree_on_random_steps() {
    let steps = number("MILLRACE_TWIN_STEPS", 1_000_000);
    let first = number("MILLRACE_TWIN_SEED", 1);
    let runs = steps.div_ceil(STEPS_PER_RUN);
    println!("{runs} runs of {STEPS_PER_RUN} steps from seed {first}");
    let mut seen = std::collections::BTreeMap::<&str, u64>::new();
    let mut failed = Vec::new();
    for seed in first..first + runs {
        match std::panic::catch_unwind(|| run(seed, STEPS_PER_RUN, seed % 4 != 0)) {
            Ok(comparison) => comparison.seen.iter().for_each(|(name, count)| *seen.entry(name).or_default() += count),
            Err(_) => failed.push(seed),
        }
        // The message of each is above.
        assert!(failed.len() < FAILURES_MAX, "seeds {failed:?} fail");
    }
    assert!(failed.is_empty(), "seeds {failed:?} fail");
    println!("{seen:#?}");
    for name in [
        "OrderAccepted",
        "OrderRefused",
        "OrderFilled",
        "TradeCanceled",
        "TradeCorrected",
        "OrderReplaced",
        "ReplaceQueued",
        "CancelRejected",
        "OrderCanceled",
        "OrderExpired",
        "OrderRestated",
        "OrderDoneForDay",
        "OrderStopped",
        "OrderSuspended",
        "OrderTriggered",
        "MassCancelReported",
        "ScopeStateSet",
        "KillProgressed",
        "SessionLost",
        "ReportSuspended",
        "StatusReported",
        "DividendPaid",
        "PositionAdjusted",
        "AdjustmentBooked",
    ] {
        assert!(seen.contains_key(name), "no run saw {name}");
    }
}
