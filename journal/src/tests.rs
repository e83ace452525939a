//! Tests that go below the public doors: storage that crashes, fails and fills up.

#[path = "../tests/common/mod.rs"]
mod common;
mod crash;
mod memory;
