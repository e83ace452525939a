//! Limits by one person and another, and what orders hear of them.

use serde_json::json as value;

use super::daemon::{Daemon, Peer, until};
use super::{alpha, config, json, of_alpha, proposals, refused, set, word};

#[test]
fn tighter_holds_at_once_and_looser_waits_for_another_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(folder.path(), &of_alpha("5"));
    until("the limits are shown", || daemon.millrace(&["limits"]).status.success());
    let limit = alpha(&daemon);
    assert_eq!((&limit["value"], &limit["actor"]), (&value!("5"), &value!("configuration")));
    assert_eq!((&limit["used"], &limit["head_room"]), (&value!("0"), &value!("5")));

    let done = json(&set(&daemon, "3", "ann"));
    assert_eq!(done["outcome"], "set");
    let limit = alpha(&daemon);
    assert_eq!((&limit["value"], &limit["version"], &limit["actor"]), (&value!("3"), &done["seq"], &value!("ann")));

    let proposed = json(&set(&daemon, "9", "ann"));
    assert_eq!(proposed["outcome"], "proposed");
    let waits = proposals(&daemon);
    assert_eq!(
        (&waits[0]["proposal"], &waits[0]["before"], &waits[0]["value"]),
        (&proposed["seq"], &value!("3"), &value!("9"))
    );
    for ann in ["ann", " ANN"] {
        let why = refused(&word(&daemon, "approve", &proposed["seq"], ann));
        assert!(why.contains("who proposed it does not approve it"), "{why}");
    }
    assert_eq!(alpha(&daemon)["value"], "3");
    json(&word(&daemon, "approve", &proposed["seq"], "bob"));
    let limit = alpha(&daemon);
    assert_eq!(
        (&limit["value"], &limit["actor"], &limit["approved_by"]),
        (&value!("9"), &value!("ann"), &value!("bob"))
    );

    let second = json(&set(&daemon, "20", "bob"));
    assert_eq!(json(&word(&daemon, "decline", &second["seq"], "cyd"))["outcome"], "declined");
    let why = refused(&word(&daemon, "approve", &second["seq"], "ann"));
    assert!(why.contains("no such proposal waits"), "{why}");
    assert_eq!((alpha(&daemon)["value"].clone(), proposals(&daemon).len()), (value!("9"), 0));

    // Typos are told with what was meant, before anything is asked.
    let set =
        |words: &[&str]| refused(&daemon.millrace(&[&["limits", "set"], words, &["--reason", "a test"]].concat()));
    assert!(set(&["opne_orders", "5", "--scope", "firm"]).contains("did you mean open_orders?"));
    assert!(set(&["open_orders", "5", "--scope", "acount:ALPHA"]).contains("did you mean account?"));
    assert!(set(&["collar", "5", "--scope", "firm"]).contains("must be a percentage"));
    assert!(set(&["price_high", "5", "--scope", "firm"]).contains("it is one of instrument"));
    assert!(set(&["open_orders", "5", "--scope", "account:OMEGA"]).contains("nothing has that name"));
    let why = refused(&daemon.millrace(&["limits", "unset", "order_qty", "--scope", "firm", "--reason", "a test"]));
    assert!(why.contains("it can be changed, not taken away"), "{why}");
}

#[test]
fn proposal_that_nobody_approves_ends_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let quick = of_alpha("5").replace("proposal_ttl = \"24h\"", "proposal_ttl = \"1s\"");
    let daemon = Daemon::start(folder.path(), &quick);
    until("the limits are shown", || daemon.millrace(&["limits"]).status.success());
    json(&set(&daemon, "9", "ann"));
    until("the proposal ends", || proposals(&daemon).is_empty());
    assert_eq!(alpha(&daemon)["value"], "5");
    assert!(daemon.journal().contains("nobody approved it in time"));
}

#[test]
fn refusal_names_the_scope_and_metrics_count_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(folder.path(), &config("\n[limits.instrument.AAPL]\norder_qty = 50\n"));
    let mut client = Peer::connect(&daemon.fix, "FIX.4.4", "CLIENT1");
    client.say("A", &[(98, "0"), (108, "30")]);
    client.hears(&["35=A"]);
    let order = |id, qty| [(11, id), (55, "AAPL"), (54, "1"), (38, qty), (40, "2"), (44, "100.00"), (59, "0")];
    client.say("D", &order("big", "60"));
    client.hears(&["11=big", "39=8", "58=MAX_ORDER_QTY: limit=50, observed=60, scope=instrument"]);
    json(&daemon.millrace(&["limits", "set", "open_orders", "1", "--scope", "firm", "--reason", "a test"]));
    let http = tools::daemon::Daemon::new(daemon.http.parse().expect("an address"), folder.path());
    let metrics = || http.get("/metrics").expect("the daemon answers").as_str().unwrap_or_default().to_owned();
    let line = "millrace_scope_refusals_total{check=\"MAX_ORDER_QTY\",scope=\"instrument\"} 1";
    until("the refusal is counted", || metrics().lines().any(|found| found == line));
    assert!(metrics().lines().any(|line| line == "millrace_limit_proposals 0"));
}
