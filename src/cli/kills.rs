//! The kill switch on the command line.

use anyhow::Result;
use clap::{Args, Subcommand};
use gateway::limit_words;
use model::KillScope;

use super::acts::post;
use super::{Output, Place};

#[derive(Subcommand)]
pub(super) enum KillAct {
    /// Kills a scope: nothing new from this moment on, and every live order in it is canceled until none is left. Only another
    /// person releases it, with `rearm`.
    Kill(ScopeArgs),
    /// Releases a scope that another person has killed.
    Rearm(ScopeArgs),
    /// Lets a scope do less, and more again: `reducing` takes only what reduces a position, `halted` nothing new; orders that
    /// work stay.
    Restrict {
        /// active, reducing or halted.
        #[arg(long)]
        to: String,
        #[command(flatten)]
        args: ScopeArgs,
    },
    /// Lists the scopes that are stopped, and how far each killed one is on its way to no live order.
    Kills {
        #[command(flatten)]
        place: Place,
        /// How.
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
    },
}

#[derive(Args)]
pub(super) struct ScopeArgs {
    /// firm, or venue:NAME ("paper" or the broker's CompID), session:COMPID, account:NAME, trader:NAME, strategy:NAME,
    /// instrument:SYMBOL.
    #[arg(long, value_parser = scope)]
    scope: (KillScope, String),
    /// Who; the journal keeps it. Without it, who is logged on here.
    #[arg(long)]
    actor: Option<String>,
    /// Why; the journal keeps it.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    place: Place,
}

/// Does what is asked.
pub(super) fn run(act: KillAct) -> Result<()> {
    match act {
        KillAct::Kill(args) => send("/operator/kill", &args, ""),
        KillAct::Rearm(args) => send("/operator/rearm", &args, ""),
        KillAct::Restrict { to, args } => send("/operator/restrict", &args, &to),
        KillAct::Kills { place, output } => {
            println!("{}", tools::kills::run(&place.daemon(), matches!(output, Output::Json))?);
            Ok(())
        }
    }
}

fn send(path: &str, args: &ScopeArgs, state: &str) -> Result<()> {
    let (scope, name) = &args.scope;
    let body = serde_json::json!({
        "scope": scope.word(), "name": name, "state": state, "reason": args.reason,
        "actor": args.actor.clone().or_else(|| args.place.actor()),
    });
    post(path, &args.place, &body)
}

pub(super) fn scope(text: &str) -> Result<(KillScope, String), String> {
    let (kind, name) = text.split_once(':').unwrap_or((text, ""));
    match limit_words::scope(kind)? {
        scope if (scope == KillScope::Firm) == name.is_empty() => Ok((scope, name.to_owned())),
        KillScope::Firm => Err("the firm has no name: write firm".to_owned()),
        scope => Err(format!("which one? write {}:NAME", scope.word())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scope_is_a_kind_and_a_name_except_the_firm() {
        assert_eq!(scope("firm"), Ok((KillScope::Firm, String::new())));
        assert_eq!(scope("session:C1"), Ok((KillScope::Session, "C1".to_owned())));
        for wrong in ["firm:x", "session", "session:", "desk:x", ""] {
            assert!(scope(wrong).is_err(), "{wrong}");
        }
    }
}
