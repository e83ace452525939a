//! What two persons had a hand in: an override that let an order pass, a restriction that refused one.

use std::collections::BTreeMap;

use engine::{Judged, Listed, Restriction};
use journal::Frame;
use model::{Check, EngineTime, Event, Forbidden, OverrideChanged, OverrideOutcome, Refusal, Seq};

use super::limit_checks::Source;
use crate::evidence::amount;
use crate::evidence::fold::Past;
use crate::figures;

/// Who approved which override, as far as the record is read.
#[derive(Debug, Default)]
pub(super) struct Approvals(BTreeMap<Seq, (Seq, OverrideChanged)>);

impl Approvals {
    /// Takes in a frame.
    pub(super) fn see(&mut self, frame: &Frame<'_>) {
        for event in frame.as_slice() {
            match event {
                Event::OverrideChanged(e) if e.outcome == OverrideOutcome::Approved => {
                    self.0.insert(e.asked_at, (frame.seq, *e));
                }
                _ => {}
            }
        }
    }

    /// The override that let the order of this frame pass: what it would have failed, who asked, who approved.
    pub(super) fn lines(&self, used: &OverrideChanged, refusal: Option<&Refusal>) -> Vec<String> {
        let grant = &used.grant;
        let price = if grant.price.is_zero() { "any price".to_owned() } else { figures::px(grant.price) };
        let mut lines = vec![match refusal {
            Some(refusal) => format!("it would have been refused: {}", amount::refusal(refusal)),
            None => format!("{} would have refused it", used.check.code()),
        }];
        lines.push(format!(
            "one {} of up to {} {} at {price} at worst, of session {} for account {}, could pass until {}",
            format!("{:?}", grant.side).to_lowercase(),
            figures::qty(grant.order_qty),
            grant.symbol,
            grant.session,
            grant.account,
            figures::time(grant.expires)
        ));
        lines.push(format!("asked for by {} in frame {}: {}", grant.actor, used.asked_at, grant.reason));
        if let Some((seq, approved)) = self.0.get(&used.asked_at) {
            lines.push(format!("approved by {} in frame {seq}: {}", approved.settled_by, approved.settled_because));
        }
        lines
    }
}

/// The override that an order used in this frame.
pub(super) fn used(frame: &Frame<'_>) -> Option<OverrideChanged> {
    frame.as_slice().iter().find_map(|event| match event {
        Event::OverrideChanged(e) if e.outcome == OverrideOutcome::Used => Some(*e),
        _ => None,
    })
}

/// The restriction that refused a request at `now`: the first of its scope that was in force.
fn refusing<'a>(
    past: &'a Past,
    judged: &Judged<'_>,
    seen: &Refusal,
    now: EngineTime,
) -> Option<(&'a Restriction, &'a Listed)> {
    let account = past.state.account_at(judged.account)?.definition.account;
    let scope = seen.scope().filter(|_| seen.check == Check::Restricted)?;
    let is_it = |one: &Restriction| {
        let is_its = if scope == model::KillScope::Firm { one.account.is_empty() } else { one.account == account };
        one.instrument == judged.instrument && is_its && one.is_in_force(now)
    };
    // What forbids all trading refuses whatever comes; what forbids short sales may not have.
    let mut found: Vec<_> = past.state.restrictions().filter(|(one, _)| is_it(one)).collect();
    found.sort_by_key(|(one, listed)| (one.forbids, listed.at));
    found.first().copied()
}

/// Whose restriction refused, for the table of checks.
pub(super) fn source(past: &Past, judged: &Judged<'_>, seen: &Refusal, now: EngineTime) -> Option<Source> {
    let (one, listed) = refusing(past, judged, seen, now)?;
    let by = format!("{}: {}", listed.change.actor, listed.change.reason);
    Some(Source { of: whose(one), version: listed.at.0, by })
}

/// Whose restriction refused, what it forbids, how long, who said so and why.
pub(super) fn restriction(past: &Past, judged: &Judged<'_>, seen: &Refusal, now: EngineTime) -> Vec<String> {
    let Some((one, listed)) = refusing(past, judged, seen, now) else { return Vec::new() };
    let what = match one.forbids {
        Forbidden::Trading => "trading",
        Forbidden::ShortSales => "short sales",
    };
    let from = if one.from.0 == 0 { "from then on".to_owned() } else { format!("from {}", figures::time(one.from)) };
    let until = match one.until.0 {
        0 => "until it is taken off the list".to_owned(),
        _ => format!("until {}", figures::time(one.until)),
    };
    let mut lines = vec![
        format!("restriction of frame {}, for {}: no {what}, {from}, {until}", listed.at, whose(one)),
        format!("set by {}: {}", listed.change.actor, listed.change.reason),
    ];
    if let Some(removal) = &listed.removal {
        let change = &removal.change;
        lines.push(format!("{} wanted it off the list in frame {}: {}", change.actor, removal.at, change.reason));
    }
    lines
}

fn whose(one: &Restriction) -> String {
    if one.account.is_empty() { "the firm".to_owned() } else { format!("account {}", one.account) }
}
