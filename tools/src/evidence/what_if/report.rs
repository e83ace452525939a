//! What other limits would have changed, for a person and for a program.

use std::collections::BTreeMap;

use model::{Check, Refusal};
use serde_json::{Value, json};

use super::Outcome;
use super::day::{DayOutcome, Decided};
use super::exposure::{Key, Peak, Peaks, RECORDED, TRIED};
use crate::evidence::amount;
use crate::evidence::names;
use crate::evidence::table::Table;
use crate::figures;

/// Requests of one kind that the text shows; JSON has all.
const SHOWN_MAX: usize = 40;

/// What the figures mean.
const MEANING: &str = "The recorded commands were decided again, with what venues answered then. An order that is let through \
    newly has no answer of a venue: it counts as working, and a cancel of it applies at once; a replace that is let through newly \
    waits. An order that is newly refused makes void what its venue said of it: that is passed over. Each UTC day begins with the \
    recorded state.";

impl Outcome {
    /// Does anything come out otherwise?
    pub fn is_unchanged(&self) -> bool {
        self.days.iter().all(|day| {
            let counts = day.void_reports + day.changed_reports + day.changed_answers + day.granted_cancels;
            day.decided.is_empty() && counts == 0
        })
    }

    /// As text.
    pub fn to_text(&self) -> String {
        let mut parts = vec![MEANING.to_owned()];
        if self.is_unchanged() {
            parts.push("nothing comes out otherwise".to_owned());
        }
        parts.push(self.changes().to_text());
        parts.push(self.days().to_text());
        parts.push(self.checks().to_text());
        for (title, which) in LISTS {
            let all: Vec<&Decided> = self.decided(*which).collect();
            let mut text = self.list(title, all.iter().take(SHOWN_MAX).copied()).to_text();
            if all.len() > SHOWN_MAX {
                text += &format!("\n... and {} more; -o json has all", all.len() - SHOWN_MAX);
            }
            parts.push(text);
        }
        parts.push(self.greatest().to_text());
        parts.push(self.exposure(Peaks::differ, "exposure over time, where it differs").to_text_of_last(SHOWN_MAX));
        parts.join("\n\n")
    }

    /// As JSON, complete.
    pub fn to_json(&self) -> Value {
        let list = |title: &str, which| self.list(title, self.decided(which)).to_json();
        json!({
            "meaning": MEANING,
            "unchanged": self.is_unchanged(),
            "changes": self.changes().to_json(),
            "days": self.days().to_json(),
            "checks": self.checks().to_json(),
            "newly_refused": list(LISTS[0].0, LISTS[0].1),
            "let_through": list(LISTS[1].0, LISTS[1].1),
            "refused_by_another_check": list(LISTS[2].0, LISTS[2].1),
            "greatest": self.greatest().to_json(),
            "exposure": self.exposure(|_| true, "exposure over time").to_json(),
        })
    }

    /// What it cost, for a person.
    pub fn cost(&self) -> String {
        let frames: u64 = self.days.iter().map(|day| day.frames).sum();
        let seconds = self.took.as_secs_f64();
        format!(
            "decided {frames} frames of {} days again in {seconds:.3} s on {} threads, {:.0} frames/s",
            self.days.len(),
            self.threads,
            frames as f64 / seconds.max(1e-9)
        )
    }

    fn changes(&self) -> Table {
        let mut table = Table::new("limits tried", &["name", "limit", "recorded", "tried"]);
        for change in &self.changes {
            let (recorded, tried) = (change.recorded.as_str(), change.tried.as_str());
            table.push(vec![change.name.as_str().into(), change.limit.into(), recorded.into(), tried.into()]);
        }
        table
    }

    fn days(&self) -> Table {
        const HEADINGS: &[&str] = &[
            "day",
            "first_seq",
            "last_seq",
            "frames",
            "requests",
            "newly_refused",
            "let_through",
            "other_check",
            "void_reports",
            "changed_reports",
            "changed_answers",
            "granted_cancels",
            "same_state",
        ];
        let mut table = Table::new("days", HEADINGS);
        for day in &self.days {
            let count = |which: fn(&Decided) -> bool| day.decided.iter().filter(|decided| which(decided)).count();
            let date: String = figures::time(day.began).chars().take(10).collect();
            table.push(vec![
                date.into(),
                day.first.0.into(),
                day.last.0.into(),
                day.frames.into(),
                day.requests.into(),
                count(is_newly_refused).into(),
                count(is_let_through).into(),
                count(is_other).into(),
                day.void_reports.into(),
                day.changed_reports.into(),
                day.changed_answers.into(),
                day.granted_cancels.into(),
                day.is_same.into(),
            ]);
        }
        table
    }

    /// How often each check comes out otherwise.
    fn checks(&self) -> Table {
        let mut counts: BTreeMap<Check, [u64; 2]> = BTreeMap::new();
        for decided in self.days.iter().flat_map(|day| &day.decided) {
            for (which, refusal) in [decided.recorded, decided.tried].into_iter().enumerate() {
                if let Some(refusal) = refusal {
                    counts.entry(refusal.check).or_default()[which] += 1;
                }
            }
        }
        let mut table = Table::new("checks", &["check", "refuses_no_more", "refuses_newly"]);
        for (check, [no_more, newly]) in counts {
            table.push(vec![check.code().into(), no_more.into(), newly.into()]);
        }
        table
    }

    fn decided(&self, which: fn(&Decided) -> bool) -> impl Iterator<Item = &Decided> {
        self.days.iter().flat_map(|day: &DayOutcome| &day.decided).filter(move |decided| which(decided))
    }

    fn list<'a>(&self, title: &str, decided: impl Iterator<Item = &'a Decided>) -> Table {
        const HEADINGS: &[&str] = &[
            "seq",
            "time",
            "request",
            "session",
            "account",
            "symbol",
            "cl_ord_id",
            "side",
            "qty",
            "price",
            "recorded",
            "tried",
        ];
        let mut table = Table::new(title, HEADINGS);
        let text = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
        let why = |refusal: Option<Refusal>| match refusal {
            Some(refusal) => amount::refusal(&refusal).into(),
            None => Value::from("taken"),
        };
        for one in decided {
            let account = match one.account.is_empty() {
                true => self.recorded.session_at(one.session).map_or(one.account, |session| session.account),
                false => one.account,
            };
            table.push(vec![
                one.seq.0.into(),
                figures::time(one.time).into(),
                format!("{:?}", one.request).into(),
                names::session(&self.recorded, one.session).into(),
                text(account.as_str()),
                text(one.symbol.as_str()),
                text(one.cl_ord_id.as_str()),
                format!("{:?}", one.side).into(),
                figures::qty(one.order_qty).into(),
                if one.price.is_zero() { Value::Null } else { figures::px(one.price).into() },
                why(one.recorded),
                why(one.tried),
            ]);
        }
        table
    }

    /// The worst of each day, of each account and instrument, with the frame that brought it there.
    fn greatest(&self) -> Table {
        let mut table = Table::new("greatest worst case of each day", EXPOSURE);
        for day in &self.days {
            let mut greatest: BTreeMap<Key, Peaks> = BTreeMap::new();
            for (_, key, peaks) in &day.exposure {
                greatest.entry(*key).and_modify(|known| *known = known.max(*peaks)).or_insert(*peaks);
            }
            let date: String = figures::time(day.began).chars().take(10).collect();
            for (key, peaks) in greatest {
                table.push(self.worst_case(date.as_str(), key, &peaks));
            }
        }
        table
    }

    /// Exposure over time: the worst case of each span.
    fn exposure(&self, shown: fn(&Peaks) -> bool, title: &str) -> Table {
        let mut table = Table::new(title, EXPOSURE);
        for (span, key, peaks) in self.days.iter().flat_map(|day| &day.exposure) {
            if shown(peaks) {
                table.push(self.worst_case(&figures::time(*span), *key, peaks));
            }
        }
        table
    }

    fn worst_case(&self, from: &str, (account, instrument): Key, peaks: &Peaks) -> Vec<Value> {
        let of = |peak: Peak| [Value::from(figures::qty(peak.qty)), Value::from(peak.at.0)];
        let names = [
            from.into(),
            names::account(&self.recorded, account).into(),
            names::symbol(&self.recorded, instrument).into(),
        ];
        let sides = [peaks.long[RECORDED], peaks.long[TRIED], peaks.short[RECORDED], peaks.short[TRIED]];
        names.into_iter().chain(sides.into_iter().flat_map(of)).collect()
    }
}

const EXPOSURE: &[&str] = &[
    "from",
    "account",
    "symbol",
    "long_recorded",
    "at_seq",
    "long_tried",
    "at_seq_tried",
    "short_recorded",
    "at_seq_short",
    "short_tried",
    "at_seq_short_tried",
];

type Which = fn(&Decided) -> bool;

const LISTS: &[(&str, Which)] =
    &[("newly refused", is_newly_refused), ("let through", is_let_through), ("refused by another check", is_other)];

fn is_newly_refused(decided: &Decided) -> bool {
    decided.recorded.is_none() && decided.tried.is_some()
}

fn is_let_through(decided: &Decided) -> bool {
    decided.recorded.is_some() && decided.tried.is_none()
}

fn is_other(decided: &Decided) -> bool {
    decided.recorded.is_some() && decided.tried.is_some()
}
