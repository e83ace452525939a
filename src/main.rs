//! Start, connect, stop.
mod config;

fn main() {}
