//! Start, connect, stop.
#![forbid(unsafe_code)]

mod brokers;
mod child;
mod cli;
mod config;
mod daemon;
mod demo;
mod door;
mod drill;
mod huge_pages;
mod names;
mod reload;
mod runner;
mod said;
mod sources;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("millrace: {error:#}");
            ExitCode::FAILURE
        }
    }
}
