//! Operators of their own: who acts is whose token it is.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json as value;

use super::daemon::{Daemon, until};
use super::{config, json, refused};

/// A token in a file of its own, and the table that knows it.
fn operator(folder: &Path, name: &str, more: &str) -> String {
    let made = Command::new(env!("CARGO_BIN_EXE_millrace"))
        .args(["operators", "new-token"])
        .arg(folder.join(name))
        .output()
        .expect("the command runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let hash = String::from_utf8(made.stdout).expect("text");
    format!("\n[[operators]]\nname = \"{name}\"\n{hash}{more}\n")
}

#[test]
fn two_persons_are_two_tokens() {
    let folder = tempfile::tempdir().expect("a folder");
    let tables = operator(folder.path(), "ann", "") + &operator(folder.path(), "bob", "may = [\"approve\", \"kill\"]");
    let daemon = Daemon::start(folder.path(), &config(&tables));
    let by = |who: &str, words: &[&str]| -> Output {
        let file = folder.path().join(who);
        daemon.millrace(&[words, &["--token-file", file.to_str().expect("a name in ASCII")]].concat())
    };
    until("the limits are shown", || by("ann", &["limits"]).status.success());
    let set = ["limits", "set", "order_qty", "2_000_000", "--scope", "firm", "--reason", "a test"];
    let proposed = json(&by("ann", &set));
    assert_eq!(proposed["outcome"], "proposed");
    let proposal = proposed["seq"].to_string();
    let approve =
        |who: &str, more: &[&str]| by(who, &[&["limits", "approve", &proposal, "--reason", "a test"], more].concat());

    // Ann is ann, whatever she says; and without a token nobody is anybody.
    assert!(refused(&approve("ann", &[])).contains("another person must"));
    let why = refused(&approve("ann", &["--actor", "bob"]));
    assert!(why.contains("the token is ann's"), "{why}");
    let why = refused(&daemon.millrace(&["limits", "approve", &proposal, "--reason", "a test"]));
    assert!(why.contains("token is missing or wrong"), "{why}");
    assert!(!folder.path().join("operator.token").exists());

    // Bob may approve, and not propose.
    assert!(refused(&by("bob", &set)).contains("bob may not do that"));
    assert_eq!(json(&approve("bob", &[]))["outcome"], "set");
    let limits = json(&by("bob", &["limits", "--scope", "firm", "--limit", "order_qty", "-o", "json"]));
    assert_eq!((&limits[0]["actor"], &limits[0]["approved_by"]), (&value!("ann"), &value!("bob")));

    for who in ["ann", "bob"] {
        let token = std::fs::read_to_string(folder.path().join(who)).expect("the token");
        assert!(!daemon.said().contains(token.trim()) && !daemon.journal().contains(token.trim()));
    }
}
