//! The evidence on the command line: what was so, from the journal of a live daemon or from a copied folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use tools::evidence::at::{self, Part};
use tools::evidence::explain::{self, Name, Place, Subject};
use tools::evidence::moment::Moment;
use tools::evidence::what_if::{self, Range};

use super::Output;
use crate::config::{limits, values};

#[derive(Subcommand)]
pub(super) enum Evidence {
    /// Shows the state as it was right after a frame, or after the last frame that is not later than a time.
    At(AtArgs),
    /// Decides the recorded commands again under other limits: what would have been refused, or let through.
    WhatIf(WhatIfArgs),
    /// Tells why: from the message over every check to the last report, and the sums of the money.
    #[command(subcommand)]
    Explain(ExplainCommand),
}

#[derive(Subcommand)]
pub(super) enum ExplainCommand {
    /// An order, from its message to its last report.
    Order(NameArgs),
    /// A refusal of a new order or a replace: every check, and what would have passed.
    Reject(NameArgs),
    /// A fill, a bust or a correction: position and P&L before and after.
    Fill {
        /// ExecID(17), as 4711-0.
        exec_id: String,
        #[command(flatten)]
        record: Record,
        /// How.
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// A position: every fill with the running sums.
    Pnl {
        /// Account(1).
        account: String,
        /// Symbol(55).
        symbol: String,
        #[command(flatten)]
        record: Record,
        /// How.
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
}

#[derive(Args)]
pub(super) struct NameArgs {
    /// OrderID(37), or ExecID(17) of a refusal.
    #[arg(required_unless_present = "cl_ord_id")]
    id: Option<String>,
    /// ClOrdID(11), with the session that sent it.
    #[arg(long, requires = "session", conflicts_with = "id")]
    cl_ord_id: Option<String>,
    /// TargetCompID(56) of the session.
    #[arg(long)]
    session: Option<String>,
    #[command(flatten)]
    record: Record,
    /// How.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

impl NameArgs {
    fn name(&self) -> Name {
        match (&self.cl_ord_id, &self.session) {
            (Some(cl_ord_id), Some(session)) => {
                Name::ClOrdId { cl_ord_id: cl_ord_id.clone(), session: session.clone() }
            }
            _ => Name::Id(self.id.clone().unwrap_or_default()),
        }
    }
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
    /// only what is to be different, and [limits] of scopes.
    #[arg(long)]
    limits: PathBuf,
    /// The first frame, or the first that is not earlier.
    #[arg(long, default_value = "1")]
    from: Moment,
    /// The last frame, or the last that is not later; to the end, where it is not given.
    #[arg(long)]
    to: Option<Moment>,
    /// The span that exposure is told for: 10s, 1m, 1h.
    #[arg(long, default_value = "1h", value_parser = span)]
    every: Duration,
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
    pub(super) fn dir(&self) -> PathBuf {
        self.journal.clone().unwrap_or_else(|| self.data.join("journal"))
    }

    /// The data folder, or the one that a copied journal lies in.
    pub(super) fn data(&self) -> &Path {
        self.journal.as_ref().and_then(|journal| journal.parent()).unwrap_or(&self.data)
    }

    fn place(&self) -> Place {
        Place { journal: self.dir(), messages: self.data().join("messages") }
    }
}

fn span(text: &str) -> Result<Duration, String> {
    let span = values::duration(text).filter(|span| !span.is_zero());
    span.ok_or_else(|| format!("'{text}' is no span; write 10s, 1m or 1h"))
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
            let every = i64::try_from(args.every.as_nanos()).unwrap_or(i64::MAX);
            let range = Range { from: args.from, to: args.to.unwrap_or(Moment::END), every };
            let outcome = what_if::run(&args.record.dir(), &limits, range)?;
            match args.output {
                Output::Text => println!("{}", outcome.to_text()),
                Output::Json => println!("{}", outcome.to_json()),
            }
            eprintln!("{}", outcome.cost());
        }
        Evidence::Explain(command) => explain(&command)?,
    }
    Ok(())
}

fn explain(command: &ExplainCommand) -> Result<()> {
    let (subject, record, output) = match command {
        ExplainCommand::Order(args) => (Subject::Order(args.name()), &args.record, args.output),
        ExplainCommand::Reject(args) => (Subject::Reject(args.name()), &args.record, args.output),
        ExplainCommand::Fill { exec_id, record, output } => (Subject::Fill(exec_id.clone()), record, *output),
        ExplainCommand::Pnl { account, symbol, record, output } => {
            (Subject::Pnl { account: account.clone(), symbol: symbol.clone() }, record, *output)
        }
    };
    let (story, cost) = explain::run(&record.place(), &subject)?;
    match output {
        Output::Text => println!("{}", story.to_text()),
        Output::Json => println!("{}", story.to_json()),
    }
    eprintln!("{cost}");
    Ok(())
}
