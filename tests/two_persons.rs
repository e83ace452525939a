//! What one person may not do alone: take an instrument off the restricted list, let an order pass the limits. By the command line,
//! and as the client hears it.

#[path = "fix_door/daemon.rs"]
#[expect(dead_code, reason = "other tests look at other sides of the daemon")]
mod daemon;
#[path = "two_persons/overrides.rs"]
mod overrides;
#[path = "two_persons/restricted.rs"]
mod restricted;

use std::process::Output;

use daemon::{Daemon, until};
use serde_json::Value;

/// The deployed configuration with these tables at its end.
fn start(folder: &tempfile::TempDir, tables: &str) -> Daemon {
    let config = daemon::deployed("segment = \"64MiB\"", "segment = \"1MiB\"") + tables;
    let daemon = Daemon::start(folder.path(), &config);
    until("the views are there", || daemon.millrace(&["restricted"]).status.success());
    daemon
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the answer is JSON")
}

/// Why a subcommand would not.
fn refused(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// By this person, for this test.
fn by(daemon: &Daemon, actor: &str, words: &[&str]) -> Output {
    daemon.millrace(&[words, &["--actor", actor, "--reason", "a test"]].concat())
}

/// The first column of what the analytics say, once they say it.
fn told(daemon: &Daemon, sql: &str, expected: &[&str]) {
    until("the tables have it", || {
        let answer = daemon.millrace(&["sql", sql, "-o", "json"]);
        let rows: Option<Value> = serde_json::from_slice(&answer.stdout).ok();
        let rows = rows.and_then(|answer| answer["rows"].as_array().cloned()).unwrap_or_default();
        rows.iter().map(|row| row[0].as_str().unwrap_or_default()).eq(expected.iter().copied())
    });
}

/// The acts that `/status` shows, as (act, applied, outcome).
fn acts(daemon: &Daemon) -> Vec<(String, bool, String)> {
    let http = tools::daemon::Daemon::new(daemon.http.parse().expect("an address"), &daemon.data);
    let status = http.get("/status").expect("the daemon answers");
    let text = |act: &Value, key: &str| act[key].as_str().unwrap_or_default().to_owned();
    let acts = status["views"]["acts"].as_array().expect("a list").iter();
    acts.map(|act| (text(act, "act"), act["applied"] == true, text(act, "outcome"))).collect()
}
