//! The live view: one screen that a person can follow.

use std::fmt::Write as _;

use gateway::http::Status;
use loadtest::progress::Snapshot;

/// Positions that fit the screen.
const POSITIONS_SHOWN: usize = 12;

/// Draws the screen anew, or prints a line where there is no screen.
pub(super) fn show(headless: bool, load: &Snapshot, status: &Status) {
    if headless {
        eprintln!("{}", line(load, status));
    } else {
        // Home, then clear what is below the new text: no flicker.
        print!("\x1b[H{}\x1b[J", screen(load, status).replace('\n', "\x1b[K\n"));
        let _shown = std::io::Write::flush(&mut std::io::stdout());
    }
}

fn us(ns: u64) -> String {
    format!("{}us", ns / 1_000)
}

fn line(load: &Snapshot, status: &Status) -> String {
    let total = load.counts.total();
    format!(
        "{:>4}s  sent {}  acks {}  refused {}  fills {}  p50 {}  p99 {}  max {}  journal {} (lag {})  duckdb rows {} (lag {})",
        load.elapsed_ns / 1_000_000_000,
        total.sent,
        total.acknowledged,
        total.refused,
        load.counts.fills,
        us(load.latency.p50_ns),
        us(load.latency.p99_ns),
        us(load.latency.max_ns),
        status.journal.durable,
        status.journal.durable_lag,
        status.store.rows,
        status.store_lag,
    )
}

fn screen(load: &Snapshot, status: &Status) -> String {
    let mut screen = String::new();
    let total = load.counts.total();
    let latency = &load.latency;
    let views = &status.views;
    let mut put = |text: String| {
        let _infallible = writeln!(screen, "{text}");
    };
    put(format!(
        "millrace demo   {}s   {} FIX sessions   Ctrl-C stops and proves\n",
        load.elapsed_ns / 1_000_000_000,
        load.sessions_active
    ));
    put(format!(
        "orders    sent {:>9}   acks {:>9}   refused {:>7}   fills {:>9}   working {:>6}",
        total.sent, total.acknowledged, total.refused, load.counts.fills, views.orders.working
    ));
    put(format!(
        "          new  {:>9}   cancel {:>7}   replace {:>7}",
        load.counts.new.sent, load.counts.cancel.sent, load.counts.replace.sent
    ));
    put(format!(
        "latency   p50 {:>9}   p99 {:>9}   p99.9 {:>9}   max {:>9}   from the intended send time",
        us(latency.p50_ns),
        us(latency.p99_ns),
        us(latency.p999_ns),
        us(latency.max_ns)
    ));
    put(format!("journal   frame {:>9}   not yet durable {:>5}", status.journal.durable, status.journal.durable_lag));
    let store = if status.store.healthy { "" } else { status.store.why.as_str() };
    put(format!("duckdb    rows {:>10}   behind {:>6} frames   {store}", status.store.rows, status.store_lag));
    put("\nrefusals".to_owned());
    for (reason, count) in load.counts.reasons.sorted().into_iter().take(8) {
        put(format!("  {count:>9}  {reason}"));
    }
    put("\naccount        net P&L         realised       unrealised             fees             cash".to_owned());
    for account in views.accounts.iter().filter(|account| account.fees != "0") {
        put(format!(
            "{:<10} {:>12} {:>16} {:>16} {:>16} {:>16}",
            account.account,
            money(&account.net),
            money(&account.realised),
            money(&account.unrealised),
            money(&account.fees),
            money(&account.cash)
        ));
    }
    put("\nposition   symbol            qty        avg px          mark       unrealised".to_owned());
    for position in views.positions.iter().take(POSITIONS_SHOWN) {
        let unrealised = position.unrealised.as_deref().map_or("-".to_owned(), money);
        put(format!(
            "{:<10} {:<10} {:>12} {:>13} {:>13} {unrealised:>16}",
            position.account,
            position.symbol,
            position.qty,
            money(&position.avg_px),
            money(&position.mark_px)
        ));
    }
    if views.positions.len() > POSITIONS_SHOWN {
        put(format!("           and {} more: GET /status", views.positions.len() - POSITIONS_SHOWN));
    }
    screen
}

/// Two decimals are enough for a screen.
fn money(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{whole}.{:0<2.2}", fraction),
        None => text.to_owned(),
    }
}
