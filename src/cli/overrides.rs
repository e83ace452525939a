//! Overrides on the command line.

use anyhow::Result;
use clap::{Args, Subcommand};
use gateway::words::{duration, named};

use super::acts::post;
use super::limits::{Why, WordArgs, word};
use super::{Output, Place};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct OverrideArgs {
    #[command(subcommand)]
    command: Option<OverrideCommand>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Subcommand)]
enum OverrideCommand {
    /// Lists those that wait or were not used yet, and what became of the last others.
    List(ListArgs),
    /// Asks for one order to pass the limits of a single order: size, money, price collars, age. Another person must approve. The
    /// client then sends the order, or sends it again under a new ClOrdID(11).
    Ask(AskArgs),
    /// Approves what another person asked for: one order may use it, once, until its time is over.
    Approve(WordArgs),
    /// Declines it, or takes it back while no order has used it.
    Decline(WordArgs),
}

#[derive(Args)]
struct AskArgs {
    /// buy or sell.
    #[arg(value_parser = side)]
    side: &'static str,
    /// The largest OrderQty(38) that may pass.
    qty: String,
    /// Symbol(55).
    symbol: String,
    /// TargetCompID(56) of the session that the order comes from.
    #[arg(long)]
    session: String,
    /// Account(1); without it, the session's own.
    #[arg(long, default_value = "")]
    account: String,
    /// The worst Price(44) that may pass; without it, any, and market orders.
    #[arg(long)]
    price: Option<String>,
    /// How long it may be used from now on, as 90s, 10m, 2h; a day at most.
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    valid_for: String,
    #[command(flatten)]
    why: Why,
}

#[derive(Args)]
struct ListArgs {
    #[command(flatten)]
    place: Place,
    /// How.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

/// Does what is asked.
pub(super) fn run(args: &OverrideArgs) -> Result<()> {
    match &args.command {
        None => list(&args.list),
        Some(OverrideCommand::List(args)) => list(args),
        Some(OverrideCommand::Ask(args)) => ask(args),
        Some(OverrideCommand::Approve(args)) => word("/operator/overrides", "approve", args),
        Some(OverrideCommand::Decline(args)) => word("/operator/overrides", "decline", args),
    }
}

fn list(args: &ListArgs) -> Result<()> {
    println!("{}", tools::overrides::list(&args.place.daemon(), matches!(args.output, Output::Json))?);
    Ok(())
}

fn ask(args: &AskArgs) -> Result<()> {
    let body = serde_json::json!({
        "session": args.session, "account": args.account, "symbol": args.symbol, "side": args.side, "qty": args.qty,
        "price": args.price, "valid_for": args.valid_for, "reason": args.why.reason, "actor": args.why.actor(),
    });
    post("/operator/overrides", &args.why.place, &body)
}

fn side(word: &str) -> Result<&'static str, String> {
    named("side", word, ["buy", "sell"].map(|side| (side, side)))
}

fn span(text: &str) -> Result<String, String> {
    let span = duration(text).filter(|span| !span.is_zero() && span.as_secs() <= 24 * 3_600);
    span.map(|_| text.to_owned()).ok_or_else(|| "it is a time like 90s, 10m or 2h, a day at most".to_owned())
}
