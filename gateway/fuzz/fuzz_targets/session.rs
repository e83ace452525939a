//! Coverage-guided form of `tests/fuzz_smoke/targets/session.rs`.
#![no_main]

mod corpus;
#[allow(dead_code, reason = "each target uses its part")]
#[path = "../../tests/fuzz_smoke/targets/mod.rs"]
mod targets;

use targets::{seeds, session};

libfuzzer_sys::fuzz_target!(
    init: corpus::write(&seeds::of("session")),
    |input: &[u8]| {
        session::run(input);
    }
);
