//! The trading day, sessions that go, and copies for others, with the real daemon: the phases are said by its command line.

mod copies;
#[path = "../fix_door/daemon.rs"]
#[expect(dead_code, reason = "other tests look at other sides of the daemon")]
mod daemon;
mod gone;
mod life;

use daemon::{Daemon, Peer, change, deployed, until};

/// A market of its own: kept by hand, and quoted around 100.
const MARKET: &str = r#"
[[calendars]]
name = "BYHAND"

[[instruments]]
symbol = "DAYS"
tick = "0.01"
max_order_qty = 1_000_000
collar_percent = 50
price = "100"
calendar = "BYHAND"
stop_trigger = "opposite"

[[accounts]]
account = "DESK"
kind = "margin"
cash = "1000000000"
max_order_notional = "1000000000"
max_order_qty = 1_000_000
max_long = 1_000_000_000
max_short = 1_000_000_000
"#;

/// A session with these keys.
fn session(name: &str, keys: &str) -> String {
    format!("\n[[sessions]]\ntarget_comp_id = \"{name}\"\n{keys}\n")
}

/// The deployed configuration with that market and more sessions.
fn config(sessions: &str) -> String {
    deployed("segment = \"64MiB\"", "segment = \"1MiB\"") + MARKET + sessions
}

/// Logs on, and asks for all that was missed.
fn logon(daemon: &Daemon, name: &'static str, number: u64, heartbeat: &'static str) -> Peer {
    let mut peer = Peer::connect(&daemon.fix, "FIX.4.4", name).after(number - 1);
    peer.say("A", &[(98, "0"), (108, heartbeat)]);
    peer.hears(&["35=A"]);
    peer
}

/// Asks for everything again.
fn ask_again(peer: &mut Peer) {
    peer.say("2", &[(7, "1"), (16, "0")]);
}

/// One of the market's orders, for 10 unless it says otherwise.
fn order(peer: &mut Peer, cl_ord_id: &str, terms: &[(u32, &str)]) {
    let has = |tag: u32| terms.iter().any(|(known, _)| *known == tag);
    let usual = [(54, "1"), (38, "10"), (40, "2")];
    let mut fields = vec![(11, cl_ord_id), (55, "DAYS")];
    fields.extend(usual.iter().filter(|(tag, _)| !has(*tag)));
    fields.extend_from_slice(terms);
    peer.say("D", &fields);
}

/// Waits for a message with all of these fields.
fn hears_one(peer: &mut Peer, fields: &[&str]) -> String {
    loop {
        if let Some(found) = messages(&peer.heard).find(|message| has_all(message, fields)) {
            return found.to_owned();
        }
        assert!(peer.is_answered(), "closed before {fields:?}, after {}", peer.heard);
    }
}

fn messages(heard: &str) -> impl Iterator<Item = &str> {
    heard.split("8=FIX").filter(|message| message.contains("|10="))
}

fn has_all(message: &str, fields: &[&str]) -> bool {
    fields.iter().all(|field| message.contains(&format!("|{field}|")))
}

/// How many messages have all of these fields.
fn count(peer: &Peer, fields: &[&str]) -> usize {
    messages(&peer.heard).filter(|message| has_all(message, fields)).count()
}

/// What the command line says, which must succeed.
fn act(daemon: &Daemon, words: &[&str]) {
    let done = daemon.millrace(words);
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn phase(daemon: &Daemon, phase: &str, day: &str) {
    act(daemon, &["phase", "BYHAND", phase, "--day", day, "--reason", "test"]);
}

fn status(daemon: &Daemon) -> serde_json::Value {
    let http = daemon.http.parse().expect("an address");
    tools::daemon::Daemon::new(http, &daemon.data).get("/status").expect("the daemon answers")
}

/// Without a price no order passes.
fn until_quoted(daemon: &Daemon) {
    until("the market is quoted", || {
        let status = status(daemon);
        let quotes = status["views"]["quotes"].as_array().cloned().unwrap_or_default();
        quotes.iter().any(|quote| quote["symbol"] == "DAYS" && quote["bid_px"] != "0")
    });
}
