//! The restricted list on the command line.

use anyhow::Result;
use clap::{Args, Subcommand};
use gateway::words::named;
use model::Forbidden;

use super::acts::post;
use super::limits::{Why, WordArgs, word};
use super::{Output, Place};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct RestrictedArgs {
    #[command(subcommand)]
    command: Option<RestrictedCommand>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Subcommand)]
enum RestrictedCommand {
    /// Lists what is restricted, for whom, how long, by whom and why, and what another person should take off.
    List(ListArgs),
    /// Puts an instrument on the list, at once: new orders and replaces of it are refused, cancels pass, and what works stays.
    Add {
        /// Symbol(55).
        symbol: String,
        /// Only for this account; without it, for the whole firm.
        #[arg(long, default_value = "")]
        account: String,
        /// trading: nothing is bought or sold. short_sales: nothing is sold that is not held.
        #[arg(long, default_value = "trading", value_parser = forbidden)]
        forbids: Forbidden,
        /// From when, as 2026-11-23T14:30:00Z; without it, from now.
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Until when, likewise; without it, until it is taken off.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        #[command(flatten)]
        why: Why,
    },
    /// Proposes to take a restriction off the list; it holds until another person approves.
    Remove {
        /// The frame that set it, from `restricted list`.
        restriction: u64,
        #[command(flatten)]
        why: Why,
    },
    /// Approves what another person wants off the list: it is free from now on.
    Approve(WordArgs),
    /// Declines it: the restriction stays.
    Decline(WordArgs),
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
pub(super) fn run(args: &RestrictedArgs) -> Result<()> {
    match &args.command {
        None => list(&args.list),
        Some(RestrictedCommand::List(args)) => list(args),
        Some(RestrictedCommand::Add { symbol, account, forbids, from, until, why }) => {
            let body = serde_json::json!({
                "symbol": symbol, "account": account, "forbids": forbids.word(), "from": from, "until": until,
                "reason": why.reason, "actor": why.actor(),
            });
            post("/operator/restricted", &why.place, &body)
        }
        Some(RestrictedCommand::Remove { restriction, why }) => {
            let body = serde_json::json!({ "reason": why.reason, "actor": why.actor() });
            post(&format!("/operator/restricted/{restriction}/remove"), &why.place, &body)
        }
        Some(RestrictedCommand::Approve(args)) => word("/operator/restricted", "approve", args),
        Some(RestrictedCommand::Decline(args)) => word("/operator/restricted", "decline", args),
    }
}

fn list(args: &ListArgs) -> Result<()> {
    println!("{}", tools::restricted::list(&args.place.daemon(), matches!(args.output, Output::Json))?);
    Ok(())
}

fn forbidden(word: &str) -> Result<Forbidden, String> {
    named("word for what is forbidden", word, Forbidden::ALL.iter().map(|one| (one.word(), *one)))
}
