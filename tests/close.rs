//! The end of a day and the next morning as an operator meets them, on the record of a demo: a position is put right, the day is
//! closed and told, a broker's statement differs, the next start refuses orders until another person arms it.

#[path = "support/daemon.rs"]
#[expect(dead_code, reason = "this test has a configuration of its own")]
mod daemon;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use daemon::{Daemon, config, free_port};
use serde_json::{Value, json};

/// A daemon that must open from its close, and where its operator finds it.
struct Desk<'a> {
    data: &'a Path,
    http: String,
    daemon: Daemon,
}

impl<'a> Desk<'a> {
    fn open(data: &'a Path) -> Desk<'a> {
        let strict = config().replace("require_close = false", "require_close = true");
        assert_ne!(strict, config(), "the deployed configuration names it otherwise now");
        let http = free_port();
        let daemon = Daemon::spawn_on(data, &strict, free_port(), http).ready();
        Desk { data, http: http.to_string(), daemon }
    }

    fn run(&self, args: &[&str]) -> Output {
        millrace(&[args, &["--http", &self.http]].concat(), self.data)
    }

    /// What it says on the standard output; it must succeed.
    fn says(&self, args: &[&str]) -> String {
        succeeded(args, &self.run(args))
    }

    /// Why it did not.
    fn refuses(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(!output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn close_status(&self) -> Value {
        let http = self.http.parse().expect("an address");
        tools::daemon::Daemon::new(http, self.data).get("/close").expect("the daemon answers")
    }
}

fn millrace(args: &[&str], data: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_millrace")).args(args).arg("--data").arg(data).output().expect("it runs")
}

fn succeeded(args: &[&str], output: &Output) -> String {
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// The day that it is in UTC, which is the firm's where nothing else is configured.
fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let nanos = i64::try_from(now.as_nanos()).expect("before 2262");
    tools::journal_seal::Day::of(model::EngineTime(nanos)).to_string()
}

/// The amount of an item of a table of a statement.
fn amount(statement: &Value, title: &str, by: &str, item: &str, of: &str) -> String {
    let parts = statement[0]["parts"].as_array().expect("parts");
    let part = parts.iter().find(|part| part["title"] == title).expect("the part");
    let rows = part["content"].as_array().expect("rows");
    let row = rows.iter().find(|row| row[by] == item).unwrap_or_else(|| panic!("no {item} in {rows:#?}"));
    row[of].as_str().expect("an amount").to_owned()
}

#[test]
fn day_is_closed_and_the_next_start_opens_from_it_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let args = ["demo", "--headless", "--for", "2s", "--rate", "500"];
    succeeded(&args, &millrace(&args, &data));
    let day = today();

    let mut desk = Desk::open(&data);
    desk.says(&[
        "adjust-position",
        "ALPHA",
        "KO",
        "100",
        "--price",
        "60",
        "--cash",
        "--actor",
        "ann",
        "--reason",
        "late trade",
    ]);
    desk.says(&["adjust-position", "ALPHA", "KO", "-40", "--cost", "2000", "--actor", "ann", "--reason", "gift"]);
    let why = desk.refuses(&["adjust-position", "ALPHA", "KO", "1", "--price", "0", "--reason", "wrong"]);
    assert!(why.contains("price must be a decimal above zero"), "{why}");
    let closed = desk.says(&["close", &day, "--actor", "ann", "--reason", "end of day"]);
    assert!(closed.contains("0 without a fresh mark"), "{closed}");
    assert!(data.join("statements").join(&day).join("ALPHA.csv").exists(), "{closed}");
    assert!(desk.refuses(&["close", &day, "--reason", "again"]).contains("changed nothing"));

    // 100 at 60 are 6,000 of cash; 40 of them go as a gift, and take 2,400 of the cost along for 2,000.
    let args = ["statement", "--day", &day, "--account", "ALPHA", "-o", "json"];
    let statement: Value = serde_json::from_str(&succeeded(&args, &millrace(&args, &data))).expect("JSON");
    assert_eq!(amount(&statement, "cash", "item", "trades", "amount"), "-6000");
    assert_eq!(amount(&statement, "cash", "item", "difference", "amount"), "0");
    assert_eq!(amount(&statement, "profit and loss explained", "symbol", "KO", "realised"), "-400");
    assert_eq!(amount(&statement, "profit and loss explained", "symbol", "all", "unexplained"), "0");
    let explained = succeeded(&["explain"], &millrace(&["explain", "pnl", "ALPHA", "KO"], &data));
    assert!(explained.contains("2 fills come to exactly that"), "{explained}");
    let out = folder.path().join("day.parquet");
    let args = ["statement", "--day", &day, "--out", out.to_str().expect("a path")];
    succeeded(&args, &millrace(&args, &data));
    assert!(out.exists());

    // The broker knows of the first of the two alone.
    let broker = folder.path().join("broker.csv");
    fs::write(&broker, "record,account,symbol,qty\nposition,ALPHA,KO,100\n").expect("it writes");
    let broker = broker.to_str().expect("a path");
    let found = desk.run(&["reconcile", "--broker", broker, "--report", "--actor", "eve", "-o", "json"]);
    assert_eq!(found.status.code(), Some(3), "{}", String::from_utf8_lossy(&found.stderr));
    let found: Value = serde_json::from_slice(&found.stdout).expect("JSON");
    let one = &found["parts"][0]["content"][0];
    assert_eq!((&one["here"], &one["there"], &one["above"]), (&json!("60"), &json!("100"), &json!(true)), "{found}");
    let tolerated = millrace(&["reconcile", "--broker", broker, "--qty-tolerance", "40"], &data);
    assert_eq!(tolerated.status.code(), Some(0));
    desk.daemon.stop();

    let mut desk = Desk::open(&data);
    let status = desk.close_status();
    assert_eq!((&status["armed"], &status["trading_day"]), (&json!(false), &json!(day)), "{status}");
    assert!(desk.says(&["kills"]).contains("breaks are open"));
    let around = desk.refuses(&["restrict", "--to", "active", "--scope", "firm", "--actor", "bob", "--reason", "now"]);
    assert!(around.contains("millrace arm"), "{around}");
    assert!(desk.refuses(&["arm", "--actor", "eve", "--reason", "mine"]).contains("another person must"));
    desk.says(&["arm", "--actor", "bob", "--reason", "the gift is not on it yet"]);
    assert_eq!(desk.close_status()["armed"], true);
    desk.daemon.stop();

    let mut desk = Desk::open(&data);
    assert_eq!(desk.close_status()["armed"], true, "bob has looked at it today");
    desk.daemon.stop();
    let journal = data.join("journal");
    let verify = ["journal", "verify", "--replay", journal.to_str().expect("a path")];
    let output = Command::new(env!("CARGO_BIN_EXE_millrace")).args(verify).output().expect("it runs");
    let verified = succeeded(&verify, &output);
    assert!(!verified.is_empty());
}
