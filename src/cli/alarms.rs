//! Alarms on the command line.

use anyhow::Result;
use clap::Args;

use super::{Output, Place};

#[derive(Args)]
pub(super) struct AlarmsArgs {
    #[command(flatten)]
    place: Place,
    /// How.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

/// Shows them.
pub(super) fn run(args: &AlarmsArgs) -> Result<()> {
    println!("{}", tools::alarms::list(&args.place.daemon(), matches!(args.output, Output::Json))?);
    Ok(())
}
