//! Coverage-guided form of `tests/fuzz_smoke/targets/dictionary.rs`.
#![no_main]

mod corpus;
#[allow(dead_code, reason = "each target uses its part")]
#[path = "../../tests/fuzz_smoke/targets/mod.rs"]
mod targets;

use targets::{dictionary, seeds};

libfuzzer_sys::fuzz_target!(
    init: corpus::write(&seeds::of("dictionary")),
    |input: &[u8]| {
        dictionary::run(input);
    }
);
