//! How people meet the limits: from the file, by the command line, by one person and another; over restarts and reloads.

#[path = "fix_door/daemon.rs"]
#[expect(dead_code, reason = "other tests look at other sides of the daemon")]
mod daemon;
#[path = "limits/file.rs"]
mod file;
#[path = "limits/operators.rs"]
mod operators;
#[path = "limits/people.rs"]
mod people;

use std::process::Output;

use daemon::Daemon;
use serde_json::Value;

/// The deployed configuration with these tables at its end.
fn config(tables: &str) -> String {
    daemon::deployed("segment = \"64MiB\"", "segment = \"1MiB\"") + tables
}

fn of_alpha(open_orders: &str) -> String {
    config(&format!("\n[limits.account.ALPHA]\nopen_orders = {open_orders}\n"))
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

/// The one limit of ALPHA.
fn alpha(daemon: &Daemon) -> Value {
    let shown = json(&daemon.millrace(&["limits", "--scope", "account:ALPHA", "-o", "json"]));
    assert!(shown.as_array().is_some_and(|limits| limits.len() <= 1), "{shown}");
    shown[0].clone()
}

fn proposals(daemon: &Daemon) -> Vec<Value> {
    let waiting = json(&daemon.millrace(&["limits", "proposals", "-o", "json"]));
    waiting.as_array().expect("a list").clone()
}

/// ALPHA's limit by this person.
fn set(daemon: &Daemon, value: &str, actor: &str) -> Output {
    let whose = ["--scope", "account:ALPHA", "--actor", actor, "--reason", "a test"];
    daemon.millrace(&[&["limits", "set", "open_orders", value], &whose[..]].concat())
}

/// This person's word on a proposal.
fn word(daemon: &Daemon, which: &str, proposal: &Value, actor: &str) -> Output {
    daemon.millrace(&["limits", which, &proposal.to_string(), "--actor", actor, "--reason", "a test"])
}
