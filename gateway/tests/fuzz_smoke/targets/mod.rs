//! What is fuzzed, and what must hold whatever the bytes: shared by the coverage-guided targets in `fuzz/` and the seeded test.
//!
//! Each target is a struct that is kept between executions, as a connection keeps its buffers between messages, with one function
//! that takes bytes and panics where a promise is broken.

pub(crate) mod bytes;
pub(crate) mod dictionary;
pub(crate) mod offer;
pub(crate) mod parser;
pub(crate) mod seeds;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod twins;
pub(crate) mod written;
