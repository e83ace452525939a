//! Coverage-guided form of `tests/fuzz_smoke/targets/parser.rs`.
#![no_main]

mod corpus;
#[allow(dead_code, reason = "each target uses its part")]
#[path = "../../tests/fuzz_smoke/targets/mod.rs"]
mod targets;

use std::cell::RefCell;

use targets::parser::Parser;
use targets::seeds;

thread_local!(static PARSER: RefCell<Parser> = RefCell::new(Parser::new()));

libfuzzer_sys::fuzz_target!(
    init: corpus::write(&seeds::of("parser")),
    |input: &[u8]| {
        PARSER.with_borrow_mut(|parser| parser.run(input));
    }
);
