//! One order let through.

use serde_json::json as value;

use super::daemon::{Daemon, Peer};
use super::{acts, by, json, refused, start, told};

fn listed(daemon: &Daemon) -> serde_json::Value {
    json(&daemon.millrace(&["override", "list", "-o", "json"]))
}

const ASK: [&str; 12] =
    ["override", "ask", "buy", "60", "AAPL", "--session", "CLIENT1", "--price", "51", "--for", "10m", "--account"];

fn asked(daemon: &Daemon, actor: &str) -> String {
    let answer = json(&by(daemon, actor, &[&ASK[..], &["ALPHA"]].concat()));
    assert_eq!(answer["outcome"], "proposed");
    answer["seq"].to_string()
}

#[test]
fn order_that_a_limit_refuses_passes_once_after_two_persons_said_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = start(&folder, "\n[limits.instrument.AAPL]\norder_qty = 50\n");
    let mut client = Peer::connect(&daemon.fix, "FIX.4.4", "CLIENT1");
    client.say("A", &[(98, "0"), (108, "30")]);
    client.hears(&["35=A"]);
    let mut order = |id: &str, answer: &[&str]| {
        let fields = [(11, id), (55, "AAPL"), (54, "1"), (38, "60"), (40, "2"), (44, "50.00"), (59, "0")];
        client.say("D", &fields);
        let id = format!("11={id}");
        client.hears(&[&[id.as_str()], answer].concat());
    };
    order("first", &["39=8", "58=MAX_ORDER_QTY: limit=50, observed=60, scope=instrument"]);
    let number = asked(&daemon, "ann");
    let one = &listed(&daemon)[0];
    assert_eq!(
        (&one["state"], &one["session"], &one["account"], &one["side"], &one["order_qty"], &one["price"]),
        (&value!("waits"), &value!("CLIENT1"), &value!("ALPHA"), &value!("buy"), &value!("60"), &value!("51"))
    );
    order("unapproved", &["39=8"]);
    let why = refused(&by(&daemon, "ann", &["override", "approve", &number]));
    assert!(why.contains("who asked for it does not approve it"), "{why}");
    let last = acts(&daemon).pop().expect("an act");
    assert!(!last.1 && last.2.contains("another person must"), "{last:?}");

    assert_eq!(json(&by(&daemon, "bob", &["override", "approve", &number]))["outcome"], "approved");
    let why = refused(&by(&daemon, "cyd", &["override", "approve", &number]));
    assert!(why.contains("it was approved already"), "{why}");
    order("second", &["39=0"]);
    order("third", &["39=8"]);
    let one = &listed(&daemon)[0];
    assert_eq!(
        (&one["state"], &one["settled_by"], &one["used"]["check"]),
        (&value!("used"), &value!("bob"), &value!("MAX_ORDER_QTY"))
    );
    let text = String::from_utf8(daemon.millrace(&["override"]).stdout).expect("text");
    assert!(text.contains("past MAX_ORDER_QTY") && text.contains("ann: a test; bob: a test"), "{text}");
    let why = refused(&by(&daemon, "bob", &["override", "approve", &number]));
    assert!(why.contains("waits or is unused"), "{why}");
    let sql = "select outcome || ' ' || coalesce(settled_by, check_code, '') from overrides order by seq, idx";
    told(&daemon, sql, &["proposed ", "same_person ann", "approved bob", "unchanged cyd", "used MAX_ORDER_QTY"]);
}

#[test]
fn what_cannot_be_asked_for_is_told_and_what_was_asked_for_can_be_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = start(&folder, "");
    let ask = |words: &[&str]| refused(&by(&daemon, "ann", &[&["override", "ask"], words].concat()));
    assert!(ask(&["by", "1", "AAPL", "--session", "CLIENT1", "--for", "10m"]).contains("did you mean buy?"));
    assert!(ask(&["buy", "1", "AAPL", "--session", "CLIENT", "--for", "10m"]).contains("did you mean CLIENT1?"));
    assert!(ask(&["buy", "1", "AAPL", "--session", "CLIENT1", "--for", "25h"]).contains("a day at most"));
    assert!(ask(&["buy", "0", "AAPL", "--session", "CLIENT1", "--for", "10m"]).contains("qty must be a decimal"));
    assert_eq!(listed(&daemon), value!([]));
    let number = asked(&daemon, "ann");
    assert_eq!(json(&by(&daemon, "ann", &["override", "decline", &number]))["outcome"], "declined");
    assert_eq!(listed(&daemon)[0]["state"], "declined");
}
