//! Records for a regulator on the command line.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use tools::daemon::Daemon;
use tools::export_orders::{self, Chosen, Form};
use tools::journal_seal::Day;

use super::Place;

#[derive(Subcommand)]
pub(super) enum ExportCommand {
    /// The record of orders: a line for each thing that befell one, and a second file with what the columns are in
    /// the words of RTS 24, and which fields are not held.
    Orders(OrdersArgs),
}

#[derive(Args)]
#[group(id = "chosen", required = true, multiple = true, args = ["order", "session", "account", "day"])]
pub(super) struct OrdersArgs {
    /// OrderID(37).
    #[arg(long)]
    order: Option<u64>,
    /// TargetCompID(56) of the session that trades.
    #[arg(long, visible_alias = "trader")]
    session: Option<String>,
    /// Account(1).
    #[arg(long)]
    account: Option<String>,
    /// UTC.
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Day>,
    /// How.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// The file; it must not exist.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Parquet,
}

pub(super) fn run(command: ExportCommand) -> Result<()> {
    let ExportCommand::Orders(args) = command;
    let daemon = Daemon::new(args.place.http, &args.place.data);
    let chosen = Chosen { order: args.order, session: args.session, account: args.account, day: args.day };
    let database = args.place.data.join("analytics.duckdb");
    let form = match args.format {
        Format::Csv => Form::Csv,
        Format::Parquet => Form::Parquet,
    };
    let exported = export_orders::run(&chosen, &database, &daemon, form, &args.out)?;
    println!("{} lines in {}, through frame {}", exported.rows, args.out.display(), exported.through);
    println!("what the columns are, and which fields are not held: {}", exported.fields.display());
    Ok(())
}
