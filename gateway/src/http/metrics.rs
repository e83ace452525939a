//! Prometheus text, written by hand from shared counters: nothing on the hot thread knows that it is measured.

use std::fmt::{Display, Write as _};
use std::time::Duration;

use super::sources::{Kind, Sample, Sources};
use super::status::{health, lag};
use crate::views::{Alarms, KillStatus};

/// Content-Type of the text below.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything, now.
pub(super) fn exposition(sources: &Sources) -> String {
    let mut page = Page(String::with_capacity(8 * 1024));
    journal_and_store(&mut page, sources);
    orders(&mut page, sources);
    sessions(&mut page, sources);
    readiness(&mut page, sources);
    let mut samples = Vec::new();
    sources.samples.iter().for_each(|part| part.read(&mut samples));
    parts(&mut page, &mut samples);
    page.0
}

fn journal_and_store(page: &mut Page, sources: &Sources) {
    let store = sources.store.status();
    let views_seq = sources.views.read().last_seq.0;
    let synced = sources.journal.synced();
    let durable = sources.journal.durable();
    let written = sources.journal.written();
    page.one("journal_written_seq", Kind::Counter, "Last frame written to the journal.", written.0);
    page.one("journal_durable_seq", Kind::Counter, "Last frame that may leave.", durable.0);
    page.one("journal_synced_seq", Kind::Counter, "Last frame that a sync covered.", synced.0);
    page.one("journal_sync_lag_frames", Kind::Gauge, "Frames a power cut could still take.", lag(written, synced.0));
    page.one(
        "journal_durable_lag_frames",
        Kind::Gauge,
        "Frames written that may not leave yet.",
        lag(written, durable.0),
    );
    page.one("views_lag_frames", Kind::Gauge, "Durable frames not yet in the views.", lag(durable, views_seq));
    page.one("store_enabled", Kind::Gauge, "1 where the analytics are configured.", u8::from(store.enabled));
    if store.enabled {
        page.one("store_healthy", Kind::Gauge, "1 while the analytics take frames.", u8::from(store.healthy));
        page.one("store_seq", Kind::Counter, "Last frame in the analytics.", store.seq);
        page.one("store_rows_total", Kind::Counter, "Rows written to the analytics.", store.rows);
        page.one("store_commits_total", Kind::Counter, "Transactions of the analytics.", store.commits);
        page.one("store_lag_frames", Kind::Gauge, "Durable frames not yet in the analytics.", lag(durable, store.seq));
    }
}

fn orders(page: &mut Page, sources: &Sources) {
    let views = sources.views.read();
    let o = views.orders;
    page.family("orders_total", Kind::Counter, "Orders by what became of them, since the journal began.");
    for (outcome, count) in [
        ("accepted", o.accepted),
        ("refused", o.refused),
        ("filled", o.filled),
        ("canceled", o.canceled),
        ("replaced", o.replaced),
        ("rejected", o.rejected),
        ("expired", o.expired),
    ] {
        page.line("orders_total", Some(("outcome", outcome)), count);
    }
    page.one("fills_total", Kind::Counter, "Executions.", o.fills);
    page.one("cancel_requests_total", Kind::Counter, "Cancels sent to the venue.", o.cancel_requested);
    page.one("replace_requests_total", Kind::Counter, "Replaces sent to the venue.", o.replace_requested);
    page.one(
        "cancel_rejects_total",
        Kind::Counter,
        "OrderCancelReject messages, to cancels and replaces.",
        o.cancel_rejected + o.replace_rejected,
    );
    page.one("reports_suspended_total", Kind::Counter, "Venue reports that changed nothing.", o.reports_suspended);
    page.one("orders_working", Kind::Gauge, "Orders that can still be filled.", o.working);
    page.family("refusals_total", Kind::Counter, "Refusals by the check that refused.");
    for (check, count) in views.refusals.iter() {
        page.line("refusals_total", Some(("check", check.code())), count);
    }
    page.family("scope_refusals_total", Kind::Counter, "Refusals by a limit of a scope, by check and kind of scope.");
    for (check, scope, count) in views.refusals.by_scope() {
        page.labelled("scope_refusals_total", &[("check", check.code()), ("scope", scope.word())], count);
    }
    let waiting = views.limits().waiting();
    page.one("limit_proposals", Kind::Gauge, "Looser limits that wait for another person's approval.", waiting);
    page.one(
        "restrictions_in_force",
        Kind::Gauge,
        "Entries of the restricted list that hold now.",
        views.restricted().holding(views.last_time),
    );
    page.one(
        "restriction_removals",
        Kind::Gauge,
        "Entries that somebody wants off the restricted list, and another person has not approved.",
        views.restricted().waiting(),
    );
    page.one(
        "overrides_waiting",
        Kind::Gauge,
        "Overrides that wait for another person's approval.",
        views.overrides().waiting(),
    );
    page.one(
        "overrides_approved",
        Kind::Gauge,
        "Overrides that one order may use and none has yet.",
        views.overrides().approved(),
    );
    alarms(page, views.alarms());
    let halted = views.global.is_some_and(|set| set.state == model::TradingState::Halted);
    page.one("trading_halted", Kind::Gauge, "1 while trading is halted globally.", u8::from(halted));
    let killed: Vec<_> = views.kills().killed().collect();
    let sum = |of: fn(&KillStatus) -> u32| killed.iter().map(|kill| u64::from(of(kill))).sum::<u64>();
    page.one("scopes_killed", Kind::Gauge, "Scopes that are killed.", killed.len());
    page.one("kill_live_orders", Kind::Gauge, "Live orders in killed scopes, by scope, added up.", sum(|one| one.live));
    page.one("kill_in_doubt_orders", Kind::Gauge, "Those of them that are in doubt.", sum(|one| one.in_doubt));
    page.one("kill_unreachable_orders", Kind::Gauge, "Others at unreachable venues.", sum(|one| one.unreachable));
    page.one(
        "kill_overdue_orders",
        Kind::Gauge,
        "Those whose venue was asked so often that somebody should call it.",
        sum(|one| one.overdue),
    );
    page.one(
        "cash_identity_breaks_total",
        Kind::Counter,
        "Positions that came out with money which does not add up; each halts its account.",
        views.identity_breaks(),
    );
    let accounts = views.accounts().iter().filter(|account| account.is_halted()).count();
    page.one("accounts_halted", Kind::Gauge, "Accounts whose kill switch is thrown.", accounts);
}

fn alarms(page: &mut Page, alarms: &Alarms) {
    page.family("alarms_total", Kind::Counter, "Alarms by kind, since the journal began; /alarms has the last.");
    for (kind, count) in alarms.counts() {
        page.line("alarms_total", Some(("alarm", kind)), count);
    }
    let slowest = Duration::from_nanos(alarms.slowest_ns().unsigned_abs()).as_secs_f64();
    page.one(
        "alarm_told_seconds_max",
        Kind::Gauge,
        "Longest time from an alarm's frame until the daemon told of it, since the start.",
        slowest,
    );
}

fn sessions(page: &mut Page, sources: &Sources) {
    let sessions = sources.sessions.sessions();
    page.family("session_logged_on", Kind::Gauge, "1 while the FIX session is logged on.");
    for session in &sessions {
        let label = Some(("target_comp_id", session.target_comp_id.as_str()));
        page.line("session_logged_on", label, u8::from(session.logged_on));
    }
    page.family("session_waiting_bytes", Kind::Gauge, "Bytes that wait to be sent to the FIX session.");
    for session in &sessions {
        let label = Some(("target_comp_id", session.target_comp_id.as_str()));
        page.line("session_waiting_bytes", label, session.waiting_bytes);
    }
}

fn readiness(page: &mut Page, sources: &Sources) {
    let health = health(sources);
    page.one("ready", Kind::Gauge, "1 while orders are welcome.", u8::from(health.ready));
    page.family("ready_check", Kind::Gauge, "1 while the named check holds.");
    for check in &health.checks {
        page.line("ready_check", Some(("check", check.name.as_str())), u8::from(check.ok));
    }
}

/// Samples of the parts, those of one name together, as the format demands.
fn parts(page: &mut Page, samples: &mut [Sample]) {
    samples.sort_by(|a, b| a.name.cmp(b.name));
    let mut last = "";
    for sample in samples.iter() {
        if sample.name != last {
            page.family(sample.name, sample.kind, sample.help);
            last = sample.name;
        }
        page.line(sample.name, sample.label.as_ref().map(|(name, value)| (*name, value.as_str())), sample.value);
    }
}

struct Page(String);

impl Page {
    fn one(&mut self, name: &str, kind: Kind, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.line(name, None, value);
    }

    fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        self.write(format_args!("# HELP millrace_{name} {help}\n# TYPE millrace_{name} {kind}\n"));
    }

    fn line(&mut self, name: &str, label: Option<(&str, &str)>, value: impl Display) {
        self.labelled(name, label.as_slice(), value);
    }

    fn labelled(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels = labels.iter().map(|(label, text)| {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("{label}=\"{text}\"")
        });
        let labels: Vec<String> = labels.collect();
        if labels.is_empty() {
            self.write(format_args!("millrace_{name} {value}\n"));
        } else {
            self.write(format_args!("millrace_{name}{{{}}} {value}\n", labels.join(",")));
        }
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        self.0.write_fmt(text).expect("writing to a String cannot fail");
    }
}
