//! What must be true at the end, read from the files that the daemon left behind.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Result, ensure};
use engine::Capacities;
use gateway::fix::broker::VenuePositions;
use loadtest::progress::Report;
use model::{ClOrdId, Event, OrderId, Seq};
use serde_json::{Value, json};

use super::strict::{self, Examples};

/// One sentence, and whether it holds.
struct Claim {
    what: &'static str,
    outcome: Result<String>,
}

/// All of them.
pub(super) struct Proof {
    claims: Vec<Claim>,
    /// Of the strict demo.
    examples: Option<Examples>,
}

/// Checks every claim. `said` is the daemon's last word, `told` what the broker of the strict demo says that it holds.
///
/// # Errors
/// Where the strict demo's journal cannot be read for its examples.
pub(super) fn check(data: &Path, report: &Report, said: &str, told: Option<Result<VenuePositions>>) -> Result<Proof> {
    let journal = data.join("journal");
    let claim = |what, outcome| Claim { what, outcome };
    let mut claims = vec![
        claim("sent = acknowledged + refused", balanced(report)),
        claim("every acknowledgement is in the journal", acks_are_journaled(&journal, report)),
        claim("DuckDB has exactly the journal's rows", analytics_are_equal(data, &journal)),
        claim("replaying the journal gives the same state hash", replay_is_equal(&journal, said)),
        claim("the cash identity holds", cash_identity(&journal)),
    ];
    let examples = told.is_some().then(|| Examples::of(&journal)).transpose()?;
    if let (Some(examples), Some(told)) = (&examples, told) {
        claims.push(claim("every kind of limit is set", strict::all_limits_are_set(&journal)));
        claims.push(claim("orders were refused by several controls", strict::controls_refused(report)));
        claims.push(claim("fills were taken back", examples.fills_were_taken_back()));
        claims.push(claim("the broker has the positions that we have", strict::positions_agree(data, told)));
    }
    Ok(Proof { claims, examples })
}

fn balanced(report: &Report) -> Result<String> {
    let total = report.counts.total();
    ensure!(report.interrupted.is_none(), "the clients were interrupted: {:?}", report.interrupted);
    ensure!(total.sent == total.acknowledged + total.refused, "{total:?}");
    Ok(format!("{} = {} + {}", total.sent, total.acknowledged, total.refused))
}

fn acks_are_journaled(journal: &Path, report: &Report) -> Result<String> {
    let acks = report.acks.as_deref().unwrap_or_default();
    let mut journaled: HashMap<ClOrdId, OrderId> = HashMap::new();
    journal::read(journal, Seq(1), |frame| {
        for event in frame.events() {
            if let Event::OrderAccepted(_) | Event::CancelRequested(_) | Event::ReplaceRequested(_) = event
                && let Some(order) = event.order()
            {
                journaled.insert(order.cl_ord_id, order.order_id);
            }
        }
        ControlFlow::Continue(())
    })?;
    for ack in acks {
        let order_id = ClOrdId::new(ack.cl_ord_id.as_bytes()).and_then(|id| journaled.get(&id));
        let Some(order_id) = order_id else {
            anyhow::bail!("{} is acknowledged and not in the journal", ack.cl_ord_id)
        };
        ensure!(order_id.to_string() == ack.order_id, "{} is order {order_id}, not {}", ack.cl_ord_id, ack.order_id);
    }
    ensure!(!acks.is_empty(), "nothing was acknowledged");
    Ok(format!("{} acknowledgements", acks.len()))
}

fn analytics_are_equal(data: &Path, journal: &Path) -> Result<String> {
    let comparison = store::compare(&data.join("analytics.duckdb"), journal)?;
    ensure!(comparison.is_equal(), "{comparison:?}");
    let rows: u64 = comparison.tables.iter().map(|table| table.found).sum();
    Ok(format!("{rows} rows up to frame {}", comparison.flushed_last_seq))
}

/// Replays the journal and decides again; `said` is the daemon's last word.
pub(crate) fn replay_is_equal(journal: &Path, said: &str) -> Result<String> {
    let replayed = engine::verify_replay(journal, Capacities::as_recorded())?;
    ensure!(replayed.differs.is_none(), "frame {:?} is decided otherwise today", replayed.differs);
    let expected = format!("stopped at frame {} with state hash {}", replayed.state.last_seq(), replayed.state.hash());
    ensure!(said == expected, "the daemon {said}, the replay {expected}");
    Ok(format!("{} frames, {}", replayed.frames, replayed.state.hash()))
}

fn cash_identity(journal: &Path) -> Result<String> {
    let state = engine::replay(journal, Capacities::as_recorded())?.state;
    for holding in state.holdings() {
        ensure!(holding.cash_identity_holds(), "{holding:?}");
    }
    Ok(format!("{} positions: realised = cash from trades + cost", state.holdings().count()))
}

impl Proof {
    pub(super) fn holds(&self) -> bool {
        self.claims.iter().all(|claim| claim.outcome.is_ok())
    }

    /// Subcommands that explain some of what happened.
    pub(super) fn examples(&self) -> Vec<String> {
        self.examples.as_ref().map(Examples::commands).unwrap_or_default()
    }

    pub(super) fn text(&self, report: &Report) -> String {
        let us = |ns: u64| format!("{}.{:01} us", ns / 1_000, ns % 1_000 / 100);
        let latency = &report.latency;
        let mut lines = vec![
            format!(
                "{} requests at {}/s over {} sessions, {} fills",
                report.counts.total().sent,
                report.achieved_rate,
                report.sessions,
                report.counts.fills
            ),
            format!(
                "round trip from the intended send time: p50 {}  p99 {}  p99.9 {}  max {}",
                us(latency.p50_ns),
                us(latency.p99_ns),
                us(latency.p999_ns),
                us(latency.max_ns)
            ),
        ];
        lines.extend(self.claims.iter().map(|claim| match &claim.outcome {
            Ok(seen) => format!("  holds   {}: {seen}", claim.what),
            Err(why) => format!("  BROKEN  {}: {why:#}", claim.what),
        }));
        lines.join("\n")
    }

    pub(super) fn json(&self, report: &Report) -> Value {
        let claims: Vec<Value> = self
            .claims
            .iter()
            .map(|claim| match &claim.outcome {
                Ok(seen) => json!({ "claim": claim.what, "holds": true, "seen": seen }),
                Err(why) => json!({ "claim": claim.what, "holds": false, "seen": format!("{why:#}") }),
            })
            .collect();
        let examples = self.examples.as_ref().map(Examples::json);
        json!({ "holds": self.holds(), "claims": claims, "examples": examples, "load": report })
    }
}
