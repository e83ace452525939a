//! The evidence on the command line: what was so, from the journal of a live daemon or from a copied folder.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use tools::evidence::at::{self, Part};
use tools::evidence::moment::Moment;
use tools::evidence::what_if::{self, Range};

use super::Output;
use crate::config::limits;

#[derive(Subcommand)]
pub(super) enum Evidence {
    /// Shows the state as it was right after a frame, or after the last frame that is not later than a time.
    At(AtArgs),
    /// Decides the recorded commands again under other limits: what would have been refused, or let through.
    WhatIf(WhatIfArgs),
}

#[derive(Args)]
pub(super) struct AtArgs {
    /// A frame, as 4711; or a time, as 2026-11-22T10:31:07.5Z.
    moment: Moment,
    /// What of it.
    #[arg(value_enum)]
    part: PartWord,
    /// Of orders: also those that were over and still remembered.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    record: Record,
    /// How.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Clone, Copy, ValueEnum)]
enum PartWord {
    /// Quantity, cost, P&L, fees and cash of each account and instrument.
    Positions,
    /// Working orders with their fields.
    Orders,
    /// Limits in force, each with the frame that set it.
    Limits,
    /// Kill switches, exposure, reserved cash, and what of each limit was used.
    Risk,
}

#[derive(Args)]
pub(super) struct WhatIfArgs {
    /// The limits to try: TOML with [[accounts]], [[instruments]], [[sessions]] as in the configuration, each with its name and
    /// only what is to be different.
    #[arg(long)]
    limits: PathBuf,
    /// The first frame, or the first that is not earlier.
    #[arg(long, default_value = "1")]
    from: Moment,
    /// The last frame, or the last that is not later; to the end, where it is not given.
    #[arg(long)]
    to: Option<Moment>,
    #[command(flatten)]
    record: Record,
    /// How.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

/// Where the journal lies.
#[derive(Args)]
pub(super) struct Record {
    /// The data folder.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// The journal's folder, where it is not journal/ in the data folder.
    #[arg(long)]
    journal: Option<PathBuf>,
}

impl Record {
    fn dir(&self) -> PathBuf {
        self.journal.clone().unwrap_or_else(|| self.data.join("journal"))
    }
}

pub(super) fn run(evidence: Evidence) -> Result<()> {
    match evidence {
        Evidence::At(args) => {
            let part = match (args.part, args.all) {
                (PartWord::Positions, _) => Part::Positions,
                (PartWord::Orders, false) => Part::Orders,
                (PartWord::Orders, true) => Part::AllOrders,
                (PartWord::Limits, _) => Part::Limits,
                (PartWord::Risk, _) => Part::Risk,
            };
            let json = matches!(args.output, Output::Json);
            let answer = at::run(&args.record.dir(), args.moment, part, json)?;
            println!("{}", answer.shown);
            eprintln!("{}", answer.cost);
        }
        Evidence::WhatIf(args) => {
            let limits = limits::load(&args.limits).map_err(|problems| anyhow::anyhow!("{problems}"))?;
            let range = Range { from: args.from, to: args.to.unwrap_or(Moment::END) };
            let outcome = what_if::run(&args.record.dir(), &limits, range)?;
            match args.output {
                Output::Text => println!("{}", outcome.to_text()),
                Output::Json => println!("{}", outcome.to_json()),
            }
            eprintln!("{}", outcome.cost());
        }
    }
    Ok(())
}
