//! Start, connect, stop.
fn main() {}
