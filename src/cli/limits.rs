//! The limits of scopes on the command line.

use anyhow::Result;
use clap::{Args, Subcommand};
use gateway::limit_words;
use model::{KillScope, LimitKind};

use super::acts::post;
use super::kills::scope;
use super::{Output, Place};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct LimitsArgs {
    #[command(subcommand)]
    command: Option<LimitsCommand>,
    #[command(flatten)]
    show: ShowArgs,
}

#[derive(Subcommand)]
enum LimitsCommand {
    /// Shows what holds, by whom, and what of it is used.
    Show(ShowArgs),
    /// Sets a limit: tighter at once, looser when another person approves.
    Set {
        /// The limit, in the configuration's word, as order_qty.
        #[arg(value_parser = limit_words::kind)]
        limit: LimitKind,
        /// As the configuration writes it: 500, 2.5%, 500ms, market,limit.
        value: String,
        #[command(flatten)]
        act: ScopeAct,
    },
    /// Takes a limit away, when another person approves.
    Unset {
        /// The limit, in the configuration's word, as order_qty.
        #[arg(value_parser = limit_words::kind)]
        limit: LimitKind,
        #[command(flatten)]
        act: ScopeAct,
    },
    /// Lists what waits for another person.
    Proposals {
        #[command(flatten)]
        place: Place,
        /// How.
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
    /// Approves what another person proposed: it holds from now on.
    Approve(WordArgs),
    /// Declines a proposal.
    Decline(WordArgs),
}

#[derive(Args)]
struct ShowArgs {
    /// Only of this scope: firm, account:NAME, ... or only of this kind: account.
    #[arg(long)]
    scope: Option<String>,
    /// Only this limit.
    #[arg(long, value_parser = limit_words::kind)]
    limit: Option<LimitKind>,
    #[command(flatten)]
    place: Place,
    /// How.
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Args)]
struct ScopeAct {
    /// firm, or venue:NAME ("paper" or the broker's CompID), session:COMPID, account:NAME, trader:NAME, strategy:NAME,
    /// instrument:SYMBOL.
    #[arg(long, value_parser = scope)]
    scope: (KillScope, String),
    #[command(flatten)]
    why: Why,
}

#[derive(Args)]
pub(super) struct WordArgs {
    /// The frame that asked for it, as the list of what waits has it.
    #[arg(value_name = "FRAME")]
    proposal: u64,
    #[command(flatten)]
    why: Why,
}

#[derive(Args)]
pub(super) struct Why {
    /// Who; the journal keeps it. Without it, who is logged on here.
    #[arg(long)]
    actor: Option<String>,
    /// Why; the journal keeps it.
    #[arg(long)]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) place: Place,
}

impl Why {
    pub(super) fn actor(&self) -> Option<String> {
        self.actor.clone().or_else(|| self.place.actor())
    }
}

/// Does what is asked.
pub(super) fn run(args: &LimitsArgs) -> Result<()> {
    match &args.command {
        None => show(&args.show),
        Some(LimitsCommand::Show(args)) => show(args),
        Some(LimitsCommand::Set { limit, value, act }) => change(*limit, Some(value), act),
        Some(LimitsCommand::Unset { limit, act }) => change(*limit, None, act),
        Some(LimitsCommand::Proposals { place, output }) => {
            println!("{}", tools::limits::proposals(&place.daemon(), matches!(output, Output::Json))?);
            Ok(())
        }
        Some(LimitsCommand::Approve(args)) => word("/operator/limits", "approve", args),
        Some(LimitsCommand::Decline(args)) => word("/operator/limits", "decline", args),
    }
}

fn show(args: &ShowArgs) -> Result<()> {
    let (kind, name) = match args.scope.as_deref().map(|text| text.split_once(':').unwrap_or((text, ""))) {
        Some((kind, name)) => (Some(limit_words::scope(kind).map_err(anyhow::Error::msg)?), name),
        None => (None, ""),
    };
    let shown = tools::limits::show(
        &args.place.daemon(),
        |limit| {
            kind.is_none_or(|kind| limit.scope == kind.word())
                && (name.is_empty() || limit.name == name)
                && args.limit.is_none_or(|kind| limit.limit == kind.word())
        },
        matches!(args.output, Output::Json),
    )?;
    println!("{shown}");
    Ok(())
}

fn change(limit: LimitKind, value: Option<&String>, act: &ScopeAct) -> Result<()> {
    let (scope, name) = &act.scope;
    // Told here, so that a typo does not cost a trip.
    limit_words::is_for(limit, *scope).map_err(anyhow::Error::msg)?;
    if let Some(text) = value {
        limit_words::value(limit, text).map_err(|why| anyhow::anyhow!("{} of '{text}' {why}", limit.word()))?;
    }
    let body = serde_json::json!({
        "scope": scope.word(), "name": name, "limit": limit.word(), "value": value, "unset": value.is_none(),
        "reason": act.why.reason, "actor": act.why.actor(),
    });
    post("/operator/limits", &act.why.place, &body)
}

/// A person's word on what another one asked for.
pub(super) fn word(path: &str, which: &str, args: &WordArgs) -> Result<()> {
    let body = serde_json::json!({ "reason": args.why.reason, "actor": args.why.actor() });
    post(&format!("{path}/{}/{which}", args.proposal), &args.why.place, &body)
}
