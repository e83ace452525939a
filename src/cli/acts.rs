//! The operator's acts on the command line: each is one command of the running daemon, and is in its journal when the
//! subcommand comes back.

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};

use super::Place;
use super::kills::{self, KillAct};

#[derive(Subcommand)]
pub(super) enum Act {
    /// Orders by telephone.
    #[command(subcommand)]
    Order(OrderCommand),
    /// Orders that a broker has not answered for.
    #[command(subcommand)]
    Orders(OrdersCommand),
    /// Splits an instrument: positions and orders become so many new for so many old, for the same money.
    Split {
        /// Symbol(55).
        symbol: String,
        /// New for old, as 2:1.
        ratio: String,
        /// What is paid for each new unit of what is no whole lot; without it, fractions stay.
        #[arg(long, value_name = "PRICE")]
        cash_in_lieu: Option<String>,
        /// Why; the journal keeps it.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Sets a rate of exchange: one unit of a currency is so much of another.
    FxRate {
        /// The currency, as EUR.
        currency: String,
        /// The one that the rate is told in, as USD.
        against: String,
        /// How much of that, as 1.0835.
        rate: String,
        /// How old it may be when an order relies on it; a day where it is not said.
        #[arg(long, value_name = "SECONDS")]
        age: Option<u64>,
        /// Why, or from where; the journal keeps it.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Pays a cash dividend: whoever is long receives it, whoever is short pays it.
    Dividend {
        /// Symbol(55).
        symbol: String,
        /// Money per unit.
        per_unit: String,
        /// Why; the journal keeps it.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Settles a future for the day: what was gained or lost since the last time is realised, and moves cash.
    Settle {
        /// Symbol(55).
        symbol: String,
        /// The settlement price.
        price: String,
        /// Why; the journal keeps it.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Gives an instrument another symbol; positions and orders stay. The configuration must say the new one by the next start.
    Rename {
        /// Symbol(55).
        symbol: String,
        /// Symbol(55) from now on.
        new_symbol: String,
        /// Why; the journal keeps it.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Says what part of which trading day it is, of a calendar that is kept by hand.
    Phase {
        /// The calendar.
        calendar: String,
        /// pre_open, opening, open, closing or closed.
        phase: String,
        /// The trading day, as 2026-11-23.
        #[arg(long)]
        day: String,
        /// Why; the journal keeps it.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        place: Place,
    },
    /// Halts trading: nothing new in the scope; what works stays, and cancels pass.
    Halt(ActArgs),
    /// Goes on after a halt.
    Resume(ActArgs),
    #[command(flatten)]
    Kill(KillAct),
}

#[derive(Subcommand)]
pub(super) enum OrdersCommand {
    /// Lists them, with what each keeps reserved.
    InDoubt {
        #[command(flatten)]
        place: Place,
        /// How.
        #[arg(short, long, value_enum, default_value_t = super::Output::Text)]
        output: super::Output,
    },
    /// Says what became of one, by what the broker's people say. Another person must say the same before it is so.
    Resolve(ResolveArgs),
}

#[derive(Args)]
pub(super) struct ResolveArgs {
    /// OrderID(37).
    order_id: u64,
    /// working, canceled, rejected, expired, filled; of a request alone: cancel-rejected, replace-rejected.
    #[arg(long = "as", value_name = "OUTCOME")]
    outcome: String,
    /// LastQty(32) of a fill.
    #[arg(long)]
    qty: Option<String>,
    /// LastPx(31) of a fill.
    #[arg(long)]
    px: Option<String>,
    /// Who says so.
    #[arg(long)]
    actor: String,
    /// Why; the journal keeps it.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
pub(super) enum OrderCommand {
    /// Enters an order that a client gave by telephone; its session hears of it without a ClOrdID(11).
    Enter(EnterArgs),
}

#[derive(Args)]
pub(super) struct EnterArgs {
    /// TargetCompID(56) of the client's session.
    session: String,
    /// buy or sell.
    side: String,
    /// OrderQty(38).
    qty: String,
    /// Symbol(55).
    symbol: String,
    /// Price(44); without it, a market order.
    #[arg(long)]
    price: Option<String>,
    /// Account(1); the session's own where it is not given.
    #[arg(long, default_value = "")]
    account: String,
    /// day, gtc, ioc, fok, opening or close.
    #[arg(long, default_value = "day")]
    time_in_force: String,
    /// When it was given, as 2026-11-23T14:30:00Z; now, where it is not said. The same order over FIX that is older is refused.
    #[arg(long)]
    given: Option<String>,
    /// Why; the journal keeps it.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(super) struct ActArgs {
    /// One account; without it and without a symbol, everything.
    #[arg(long, conflicts_with = "symbol")]
    account: Option<String>,
    /// One instrument.
    #[arg(long)]
    symbol: Option<String>,
    /// Why; the journal keeps it.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    place: Place,
}

/// Does what is asked.
pub(super) fn run(act: Act) -> Result<()> {
    match act {
        Act::Order(OrderCommand::Enter(args)) => enter_order(&args)?,
        Act::Orders(OrdersCommand::InDoubt { place, output }) => {
            let daemon = place.daemon();
            println!("{}", tools::orders::in_doubt(&daemon, matches!(output, super::Output::Json))?);
        }
        Act::Orders(OrdersCommand::Resolve(args)) => {
            let body = serde_json::json!({
                "order_id": args.order_id, "outcome": args.outcome, "qty": args.qty, "px": args.px,
                "actor": args.actor, "reason": args.reason,
            });
            post("/operator/resolve", &args.place, &body)?;
        }
        Act::Split { symbol, ratio, cash_in_lieu, reason, place } => {
            let sides = ratio.split_once(':').and_then(|(new, old)| Some((new.parse().ok()?, old.parse().ok()?)));
            let (new, old): (u32, u32) = sides.context("the ratio is new for old, as 2:1")?;
            let body = serde_json::json!({
                "symbol": symbol, "new": new, "old": old, "cash_in_lieu": cash_in_lieu, "reason": reason,
                "actor": place.actor(),
            });
            post("/operator/split", &place, &body)?;
        }
        Act::FxRate { currency, against, rate, age, reason, place } => {
            let body = serde_json::json!({
                "currency": currency, "against": against, "rate": rate, "age_seconds": age, "reason": reason,
                "actor": place.actor(),
            });
            post("/operator/fx-rate", &place, &body)?;
        }
        Act::Dividend { symbol, per_unit, reason, place } => {
            let body = serde_json::json!({
                "symbol": symbol, "per_unit": per_unit, "reason": reason, "actor": place.actor(),
            });
            post("/operator/dividend", &place, &body)?;
        }
        Act::Settle { symbol, price, reason, place } => {
            let body =
                serde_json::json!({ "symbol": symbol, "price": price, "reason": reason, "actor": place.actor() });
            post("/operator/settle", &place, &body)?;
        }
        Act::Rename { symbol, new_symbol, reason, place } => {
            let body = serde_json::json!({
                "symbol": symbol, "new_symbol": new_symbol, "reason": reason, "actor": place.actor(),
            });
            post("/operator/symbol", &place, &body)?;
        }
        Act::Phase { calendar, phase, day, reason, place } => {
            let body = serde_json::json!({
                "calendar": calendar, "phase": phase, "day": day, "reason": reason, "actor": place.actor(),
            });
            post("/operator/phase", &place, &body)?;
        }
        Act::Halt(args) => switch("/operator/halt", &args)?,
        Act::Resume(args) => switch("/operator/resume", &args)?,
        Act::Kill(act) => kills::run(act)?,
    }
    Ok(())
}

fn switch(path: &str, args: &ActArgs) -> Result<()> {
    let scope = match (&args.account, &args.symbol) {
        (Some(_), _) => "account",
        (None, Some(_)) => "instrument",
        (None, None) => "global",
    };
    let named = |name: &Option<String>| name.clone().unwrap_or_default();
    let body = serde_json::json!({
        "scope": scope, "account": named(&args.account), "symbol": named(&args.symbol),
        "reason": args.reason, "actor": args.place.actor(),
    });
    post(path, &args.place, &body)
}

fn enter_order(args: &EnterArgs) -> Result<()> {
    let body = serde_json::json!({
        "session": args.session, "account": args.account, "symbol": args.symbol, "side": args.side, "qty": args.qty,
        "price": args.price, "time_in_force": args.time_in_force, "given": args.given,
        "reason": args.reason, "actor": args.place.actor(),
    });
    post("/operator/order", &args.place, &body)
}

pub(super) fn post(path: &str, place: &Place, body: &serde_json::Value) -> Result<()> {
    println!("{}", place.daemon().post(path, body)?);
    Ok(())
}
