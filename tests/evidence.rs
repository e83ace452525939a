//! The evidence as an operator meets it, on the record of a demo: the recorded limits change nothing, others do, the state at the
//! end is the one that the daemon stopped with, and a refusal and a fill are explained.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn millrace(args: &[&str], data: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_millrace")).args(args).arg("--data").arg(data).output().expect("it runs")
}

/// What it says on the standard output; it must succeed.
fn said(args: &[&str], data: &Path) -> String {
    let output = millrace(args, data);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn json(args: &[&str], data: &Path) -> Value {
    serde_json::from_str(&said(args, data)).expect("JSON")
}

#[test]
fn record_of_a_demo_is_evidence() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let demo = said(&["demo", "--headless", "--for", "3s", "--rate", "1000"], &data);
    assert!(demo.contains("the same state hash"), "{demo}");

    let end = "2100-01-01T00:00:00Z";
    let positions = json(&["at", end, "positions", "-o", "json"], &data);
    let hash = positions["state_hash"].as_str().expect("a hash");
    assert!(demo.contains(hash), "the demo replayed to another state than {hash}: {demo}");
    assert!(positions["positions"].as_array().is_some_and(|rows| !rows.is_empty()));

    let limits = folder.path().join("limits.toml");
    let limits_path = limits.to_str().expect("a path");
    fs::write(&limits, "").expect("it writes");
    let unchanged = json(&["what-if", "--limits", limits_path, "-o", "json"], &data);
    assert_eq!(unchanged["unchanged"], true, "{unchanged}");
    assert_eq!(unchanged["days"][0]["same_state"], true, "{unchanged}");
    fs::write(&limits, "[[accounts]]\naccount = \"LOAD-A\"\nmax_order_notional = \"100\"\n").expect("it writes");
    let tight = json(&["what-if", "--limits", limits_path, "-o", "json"], &data);
    let refused = tight["newly_refused"].as_array().expect("a list");
    assert!(refused.len() > 100, "{} were refused", refused.len());
    fs::write(&limits, "[[accounts]]\naccount = \"LOAD-A\"\nmax_lnog = 1\n[[acounts]]\n").expect("it writes");
    let wrong = millrace(&["what-if", "--limits", limits_path], &data);
    let why = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(
        !wrong.status.success() && why.contains("did you mean max_long?") && why.contains("did you mean accounts?")
    );

    let orders = json(&["at", end, "orders", "--all", "-o", "json"], &data);
    let orders = orders["orders"].as_array().expect("a list");
    let filled = orders.iter().find(|order| order["status"] == "Filled").expect("something was filled");
    let story = said(&["explain", "order", &filled["order_id"].to_string()], &data);
    assert!(story.contains("the journal says the same") && !story.contains("DIFFERS"), "{story}");
    let by_name = ["explain", "order", "--cl-ord-id", filled["cl_ord_id"].as_str().expect("a name")];
    let by_name = [&by_name[..], &["--session", filled["session"].as_str().expect("a session")]].concat();
    assert_eq!(said(&by_name, &data), story);
    let (account, symbol) =
        (filled["account"].as_str().expect("an account"), filled["symbol"].as_str().expect("a symbol"));
    let pnl = said(&["explain", "pnl", account, symbol], &data);
    assert!(pnl.contains("fills come to exactly that"), "{pnl}");
}
