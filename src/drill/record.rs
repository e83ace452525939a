//! The record of a drill: what its journal says, beside what its clients were told.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use gateway::http::InDoubt;
use gateway::views::KillStatus;
use model::{CancelCause, Event, KillProgressed, ScopeOutcome, ScopeState, Seq};
use rust_decimal::Decimal;
use serde::Serialize;
use tools::kills::seconds;

use crate::demo::replay_is_equal;

/// Orders in doubt that the text shows; the JSON has all.
const SHOWN: usize = 10;
/// What refuses a new order of a killed firm.
const REFUSAL: &str = "KILLED_FIRM";

/// What was seen from outside.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    /// Orders that were sent to rest.
    pub(super) orders: usize,
    /// Orders that the clients knew to rest before the kill.
    pub(super) live_before: usize,
    /// Orders that the clients were told are canceled.
    pub(super) canceled: usize,
    /// Those of them with 378=4.
    pub(super) by_kill: usize,
    /// New orders that were tried meanwhile.
    pub(super) tried: usize,
    /// What each of them was answered.
    pub(super) refusals: Vec<String>,
    /// The last word on the kill.
    pub(super) kill: KillStatus,
    /// How it stood while the broker was away.
    pub(super) away: Option<Away>,
    /// What who killed was answered who wanted to release.
    pub(super) same_person: String,
    /// An order passed after another person had released.
    pub(super) reopened: bool,
}

/// While the broker was away.
#[derive(Debug, Serialize)]
pub(super) struct Away {
    pub(super) kill: KillStatus,
    pub(super) in_doubt: Vec<InDoubt>,
    /// Cancels that it had answered by then, and such that it had taken and not answered.
    pub(super) answered: usize,
    pub(super) unanswered: usize,
    pub(super) away_ms: u64,
}

/// The record.
#[derive(Debug, Serialize)]
pub(super) struct Record {
    told: Told,
    journal: Journaled,
    replay: String,
    faults: Vec<String>,
}

/// What the journal says; times in nanoseconds.
#[derive(Debug, Default, Serialize)]
struct Journaled {
    kill_seq: u64,
    kill_time_ns: i64,
    live_at_start: u32,
    /// From the kill to the first and the last CancelRequested of an order that was not asked for before.
    first_asked_ns: Option<i64>,
    last_asked_ns: Option<i64>,
    /// From the kill to the first and the last OrderCanceled.
    first_canceled_ns: Option<i64>,
    last_canceled_ns: Option<i64>,
    /// Each word on how far it was: time, live orders, in doubt.
    progress: Vec<(i64, u32, u32)>,
    /// The one that says zero.
    zero: Option<Zero>,
}

#[derive(Debug, Serialize)]
struct Zero {
    seq: u64,
    elapsed_ns: i64,
    came: u32,
    canceled: u32,
    filled: u32,
    ended: u32,
    asked: u32,
    retries: u32,
}

impl Record {
    /// Reads the journal that the daemon has left; `said` is its last word.
    pub(super) fn read(data: &Path, told: Told, said: &str) -> Result<Record> {
        let path = data.join("journal");
        let mut journal = Journaled::default();
        journal::read(&path, Seq(1), |frame| {
            frame.events().for_each(|event| journal.follow(frame.seq, frame.time.0, &event));
            ControlFlow::Continue(())
        })?;
        if journal.kill_seq == 0 {
            bail!("the journal has no kill");
        }
        let replay = replay_is_equal(&path, said).context("the journal cannot be replayed")?;
        let mut record = Record { told, journal, replay, faults: Vec::new() };
        record.faults = record.faults();
        Ok(record)
    }

    pub(super) fn holds(&self) -> bool {
        self.faults.is_empty()
    }

    fn faults(&self) -> Vec<String> {
        let Record { told, journal, .. } = self;
        let orders = told.orders;
        let zero = journal.zero.as_ref();
        let refused = told.refusals.iter().filter(|text| text.starts_with(REFUSAL)).count();
        let claims = [
            (told.live_before == orders, format!("{} of {orders} orders rested before the kill", told.live_before)),
            (journal.live_at_start as usize == orders, format!("{} orders lived at the kill", journal.live_at_start)),
            (zero.is_some(), "the journal has no record of zero".to_owned()),
            (zero.is_some_and(|zero| zero.canceled as usize == orders), "not all orders were canceled".to_owned()),
            (told.canceled == orders, format!("{} of {orders} reports 150=4 came", told.canceled)),
            (
                refused == told.tried && refused == told.refusals.len(),
                format!("refusals: {:?}", counted(&told.refusals)),
            ),
            (told.same_person.contains("another person"), format!("who killed was answered {:?}", told.same_person)),
            (told.reopened, "no order passed after the release".to_owned()),
        ];
        claims.into_iter().filter(|(holds, _)| !holds).map(|(_, fault)| fault).collect()
    }

    pub(super) fn text(&self) -> String {
        let Record { told, journal, .. } = self;
        let after = |ns: Option<i64>| ns.map_or_else(|| "-".to_owned(), seconds);
        let venue = if told.away.is_some() { "at a broker" } else { "on the paper venue" };
        let mut lines = vec![
            format!("kill drill: {} live orders of {} sessions {venue}", told.orders, super::market::CLIENTS),
            format!(
                "  frame {}   {} kills the firm ({}): {} live orders",
                journal.kill_seq, told.kill.actor, told.kill.reason, journal.live_at_start
            ),
            format!(
                "  asked      first after {}, last after {}",
                after(journal.first_asked_ns),
                after(journal.last_asked_ns)
            ),
        ];
        if let Some(away) = &told.away {
            lines.extend(away.lines());
        }
        lines.push(format!(
            "  canceled   first after {}, last after {}",
            after(journal.first_canceled_ns),
            after(journal.last_canceled_ns)
        ));
        let told_of = |(ns, live, in_doubt): &(i64, u32, u32)| {
            format!("  progress   {live:>7} live, {in_doubt} in doubt after {}", seconds(*ns))
        };
        lines.extend(journal.progress.iter().map(told_of));
        if let Some(zero) = &journal.zero {
            lines.push(format!(
                "  frame {}   zero live orders {} after the kill: {} canceled, {} filled, {} ended otherwise, {} came, {} asked, {} retries",
                zero.seq, seconds(zero.elapsed_ns), zero.canceled, zero.filled, zero.ended, zero.came, zero.asked, zero.retries
            ));
        }
        lines.push(format!(
            "  clients    {} of {} orders reported 150=4, {} of them with 378=4",
            told.canceled, told.orders, told.by_kill
        ));
        for (text, count) in counted(&told.refusals) {
            lines.push(format!("  meanwhile  {count} of {} new orders refused with {text}", told.tried));
        }
        lines.push(format!("  release    by {}: {}", told.kill.actor, told.same_person));
        lines.push(format!(
            "  release    by another person: done; a new order {}",
            if told.reopened { "passes" } else { "does NOT pass" }
        ));
        lines.push(format!("  replay     {}", self.replay));
        lines.extend(self.faults.iter().map(|fault| format!("  BROKEN     {fault}")));
        lines.join("\n")
    }
}

impl Away {
    fn lines(&self) -> Vec<String> {
        let mut exposure: BTreeMap<&str, (u32, Decimal, Decimal)> = BTreeMap::new();
        let number = |text: &str| text.parse::<Decimal>().unwrap_or_default();
        for order in &self.in_doubt {
            let (count, qty, money) = exposure.entry(&order.account).or_default();
            *count += 1;
            *qty += number(&order.leaves_qty);
            *money += number(&order.leaves_qty) * number(&order.price);
        }
        let mut lines = vec![format!(
            "  broker     gone for {} ms after {} answers, with {} cancels taken and not answered: {} live, {} in doubt, {} unreachable",
            self.away_ms, self.answered, self.unanswered, self.kill.live, self.kill.in_doubt, self.kill.unreachable
        )];
        for (account, (count, qty, money)) in exposure {
            lines
                .push(format!("  in doubt   {account}: {count} orders, {qty} still reserved, {money} at their prices"));
        }
        for order in self.in_doubt.iter().take(SHOWN) {
            lines.push(format!(
                "  in doubt   order {} {} of {}: {} {} {} at {}, {} reserved",
                order.order_id,
                order.cl_ord_id,
                order.session,
                order.side,
                order.order_qty,
                order.symbol,
                order.price,
                order.leaves_qty
            ));
        }
        if self.in_doubt.len() > SHOWN {
            lines.push(format!("  in doubt   and {} more; -o json names all", self.in_doubt.len() - SHOWN));
        }
        lines
    }
}

impl Journaled {
    fn follow(&mut self, seq: Seq, time_ns: i64, event: &Event) {
        let after = time_ns - self.kill_time_ns;
        match event {
            Event::ScopeStateSet(e) if e.outcome == ScopeOutcome::Set && e.set.state == ScopeState::Killed => {
                (self.kill_seq, self.kill_time_ns, self.live_at_start) = (seq.0, time_ns, e.live);
            }
            Event::CancelRequested(e) if e.cause == CancelCause::Kill => {
                self.first_asked_ns.get_or_insert(after);
                self.last_asked_ns = Some(after);
            }
            Event::OrderCanceled(_) if self.kill_seq > 0 => {
                self.first_canceled_ns.get_or_insert(after);
                self.last_canceled_ns = Some(after);
            }
            Event::KillProgressed(e) if e.is_done == 1 => self.progressed(seq, e),
            _ => {}
        }
    }

    fn progressed(&mut self, seq: Seq, e: &KillProgressed) {
        self.progress.push((e.elapsed_ns, e.live, e.in_doubt));
        if e.live == 0 && self.zero.is_none() {
            self.zero = Some(Zero {
                seq: seq.0,
                elapsed_ns: e.elapsed_ns,
                came: e.came,
                canceled: e.canceled,
                filled: e.filled,
                ended: e.ended,
                asked: e.asked,
                retries: e.retries,
            });
        }
    }
}

fn counted(texts: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    texts.iter().for_each(|text| *counts.entry(text.as_str()).or_default() += 1);
    counts
}
