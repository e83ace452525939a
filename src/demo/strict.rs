//! What the strict demo proves beside the rest, and what of its record is worth explaining.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Result, ensure};
use engine::Capacities;
use gateway::fix::broker::VenuePositions;
use loadtest::progress::Report;
use model::{Event, ExecId, KillScope, LimitKind, Seq};
use serde_json::{Value, json};
use tools::reconcile::{self, Statement, Tolerance};

/// Refusals by at least so many different checks.
const CHECKS_MIN: usize = 5;

/// Every kind of limit stands, and at more than one kind of scope where more than one may have it.
pub(super) fn all_limits_are_set(journal: &Path) -> Result<String> {
    let state = engine::replay(journal, Capacities::as_recorded())?.state;
    let limits = || {
        let of_scope = |(scope, index)| state.limits(scope, index).iter().map(move |(kind, _)| (kind, scope));
        state.scopes().flat_map(of_scope)
    };
    for kind in LimitKind::ALL {
        let scopes: BTreeSet<KillScope> = limits().filter(|(own, _)| own == kind).map(|(_, scope)| scope).collect();
        let word = kind.word();
        ensure!(scopes.len() >= kind.scopes().len().min(2), "{word} is set at {} kinds of scopes", scopes.len());
    }
    Ok(format!("{} kinds, {} limits", LimitKind::ALL.len(), limits().count()))
}

/// Many a check had something to say.
pub(super) fn controls_refused(report: &Report) -> Result<String> {
    let reasons = report.counts.reasons.sorted();
    let own = reasons.iter().filter(|(reason, _)| model::Check::ALL.iter().any(|check| check.code() == *reason));
    let said: Vec<String> = own.map(|(reason, count)| format!("{reason} {count}")).collect();
    ensure!(said.len() >= CHECKS_MIN, "only {}", said.join(", "));
    Ok(said.join(", "))
}

/// As `millrace reconcile --venue` sees it.
pub(super) fn positions_agree(data: &Path, told: Result<VenuePositions>) -> Result<String> {
    let told = told?;
    let (count, through) = (told.positions.len(), told.through);
    let moment = through.to_string().parse().map_err(anyhow::Error::msg)?;
    let (seen, statement) = (data.join("reconcile").join("seen.csv"), Statement::from(told));
    let now = crate::runner::wall_clock();
    let found = reconcile::run(&data.join("journal"), moment, Some(&statement), Tolerance::default(), &seen, now)?;
    ensure!(count > 0, "it has none");
    ensure!(found.breaks.is_empty(), "{:?}", found.breaks);
    Ok(format!("{count} positions after frame {through}"))
}

/// An order of each fate, for `millrace explain`.
#[derive(Default)]
pub(super) struct Examples {
    refused: Option<ExecId>,
    filled: Option<String>,
    busted: Option<ExecId>,
    busts: u64,
}

impl Examples {
    /// The first of each: a refusal by a limit of a scope at a reference price, an order that traded, a fill that was taken back.
    pub(super) fn of(journal: &Path) -> Result<Examples> {
        let mut found = Examples::default();
        journal::read(journal, Seq(1), |frame| {
            for (index, event) in (0..).zip(frame.events()) {
                found.see(ExecId { seq: frame.seq, index }, &event);
            }
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    fn see(&mut self, exec_id: ExecId, event: &Event) {
        match event {
            Event::OrderRefused(e) if e.refusal.scope().is_some() && e.refusal.reference_px != 0 => {
                self.refused.get_or_insert(exec_id);
            }
            Event::OrderFilled(e) => {
                self.filled.get_or_insert_with(|| e.order.order_id.to_string());
            }
            Event::TradeCanceled(e) => {
                self.busts += 1;
                self.busted.get_or_insert(ExecId { seq: e.ref_seq, index: e.ref_index });
            }
            _ => {}
        }
    }

    pub(super) fn fills_were_taken_back(&self) -> Result<String> {
        ensure!(self.busts > 0, "none was");
        Ok(format!("{} busts", self.busts))
    }

    /// The subcommands that tell of them.
    pub(super) fn commands(&self) -> Vec<String> {
        let refused = self.refused.map(|id| format!("millrace explain reject {id}"));
        let filled = self.filled.as_ref().map(|id| format!("millrace explain order {id}"));
        let busted = self.busted.map(|id| format!("millrace explain fill {id}"));
        [refused, filled, busted].into_iter().flatten().collect()
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "refused": self.refused.map(|id| id.to_string()),
            "filled": self.filled,
            "busted": self.busted.map(|id| id.to_string()),
        })
    }
}
