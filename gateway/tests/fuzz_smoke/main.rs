//! The fuzz targets without a fuzzer: seeded inputs, the same in every run, made of sound ones by a few changes.
//!
//! A failure names its target and seed; `MILLRACE_FUZZ_SEED=n` runs that one alone. `MILLRACE_FUZZ_RUNS=n` runs as many inputs a target
//! instead of the usual number, from that seed on if both are given. The coverage-guided form of the same targets is in `fuzz/`.

mod mutate;
mod targets;

use std::thread;

use targets::parser::Parser;
use targets::{dictionary, seeds, session};

/// Inputs of a fast target.
const RUNS: u64 = 200_000;
/// Inputs of the dictionary: each builds one.
const DICTIONARY_RUNS: u64 = 3_000;

#[test]
fn parser_keeps_its_promises_on_any_bytes() {
    let mut parser = Parser::new();
    let messages = fuzz("parser", RUNS, |input| parser.run(input));
    assert!(messages > RUNS / 2 || is_alone(), "enough inputs get past the framing: {messages}");
}

#[test]
fn session_keeps_its_promises_whatever_peer_time_and_owner_do() {
    let messages = fuzz("session", RUNS, session::run);
    assert!(messages > RUNS || is_alone(), "enough messages reach the sessions: {messages}");
}

#[test]
fn dictionary_is_read_or_refused_whatever_the_text() {
    let read = fuzz("dictionary", DICTIONARY_RUNS, dictionary::run);
    assert!(read > DICTIONARY_RUNS / 20 || is_alone(), "enough inputs are dictionaries: {read}");
}

/// The sum of what the target gives for each input.
fn fuzz(name: &'static str, runs: u64, mut target: impl FnMut(&[u8]) -> usize) -> u64 {
    let corpus = seeds::of(name);
    for sound in &corpus {
        target(sound);
    }
    let (seed, count) = (setting("MILLRACE_FUZZ_SEED"), setting("MILLRACE_FUZZ_RUNS"));
    let (first, count) = (seed.unwrap_or(0), count.unwrap_or(if seed.is_some() { 1 } else { runs }));
    let mut sum = 0;
    let mut input = Vec::new();
    for seed in first..first + count {
        let told = ToldOnPanic { name, seed };
        mutate::input(&mut fastrand::Rng::with_seed(seed), &corpus, &mut input);
        sum += target(&input) as u64;
        drop(told);
    }
    sum
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn is_alone() -> bool {
    setting("MILLRACE_FUZZ_SEED").is_some() || setting("MILLRACE_FUZZ_RUNS").is_some()
}

/// Says where a broken promise can be seen again.
struct ToldOnPanic {
    name: &'static str,
    seed: u64,
}

impl Drop for ToldOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("target {}: see it again with MILLRACE_FUZZ_SEED={}", self.name, self.seed);
        }
    }
}
