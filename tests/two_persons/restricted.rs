//! The restricted list.

use serde_json::json as value;

use super::daemon::{Daemon, Peer, until};
use super::{acts, by, json, refused, start, told};

fn listed(daemon: &Daemon) -> serde_json::Value {
    json(&daemon.millrace(&["restricted", "list", "-o", "json"]))
}

#[test]
fn instrument_is_restricted_by_one_person_and_set_free_by_two() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = start(&folder, "");
    let mut client = Peer::connect(&daemon.fix, "FIX.4.4", "CLIENT1");
    client.say("A", &[(98, "0"), (108, "30")]);
    client.hears(&["35=A"]);
    let mut order = |id: &str, answer: &[&str]| {
        let fields = [(11, id), (55, "AAPL"), (54, "1"), (38, "10"), (40, "2"), (44, "50.00"), (59, "0")];
        client.say("D", &fields);
        let id = format!("11={id}");
        client.hears(&[&[id.as_str()], answer].concat());
    };
    order("before", &["39=0"]);

    let added = json(&by(&daemon, "ann", &["restricted", "add", "AAPL"]));
    assert_eq!(added["outcome"], "restricted");
    let number = added["seq"].to_string();
    let one = &listed(&daemon)[0];
    assert_eq!(
        (&one["restriction"], &one["symbol"], &one["forbids"], &one["state"], &one["actor"]),
        (&added["seq"], &value!("AAPL"), &value!("trading"), &value!("holds"), &value!("ann"))
    );
    order("during", &["39=8", "58=RESTRICTED: scope=firm"]);

    let removal = json(&by(&daemon, "ann", &["restricted", "remove", &number]));
    assert_eq!(removal["outcome"], "proposed");
    let proposal = removal["seq"].to_string();
    assert_eq!(listed(&daemon)[0]["removal"]["proposal"], removal["seq"]);
    let why = refused(&by(&daemon, "Ann ", &["restricted", "approve", &proposal]));
    assert!(why.contains("who proposed it does not approve it"), "{why}");
    let last = acts(&daemon).pop().expect("an act");
    assert_eq!(last.0, "approve");
    assert!(!last.1 && last.2.contains("another person must"), "{last:?}");
    order("still", &["39=8"]);
    assert_eq!(json(&by(&daemon, "bob", &["restricted", "decline", &proposal]))["outcome"], "declined");
    let why = refused(&by(&daemon, "bob", &["restricted", "approve", &proposal]));
    assert!(why.contains("wants off the restricted list waits"), "{why}");

    let again = json(&by(&daemon, "ann", &["restricted", "remove", &number]))["seq"].to_string();
    assert_eq!(json(&by(&daemon, "bob", &["restricted", "approve", &again]))["outcome"], "removed");
    assert_eq!(listed(&daemon), value!([]));
    order("after", &["39=0"]);
    let sql = "select outcome || ' by ' || coalesce(settled_by, asked_by) from restrictions order by seq, idx";
    let acts =
        ["set by ann", "proposed by ann", "same_person by Ann ", "declined by bob", "proposed by ann", "set by bob"];
    told(&daemon, sql, &acts);
    let shown = daemon.millrace(&["restricted"]);
    assert_eq!(String::from_utf8_lossy(&shown.stdout), "nothing is restricted\n");
}

#[test]
fn restriction_has_an_end_and_an_account_and_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = start(&folder, "");
    let until_2099 = ["--account", "ALPHA", "--forbids", "short_sales", "--until", "2099-01-01T00:00:00Z"];
    json(&by(&daemon, "ann", &[&["restricted", "add", "MSFT"], &until_2099[..]].concat()));
    let before = listed(&daemon);
    assert_eq!((&before[0]["account"], &before[0]["forbids"]), (&value!("ALPHA"), &value!("short_sales")));
    drop(daemon);
    let daemon = start(&folder, "");
    until("the list is read again", || listed(&daemon) == before);
    let text = String::from_utf8(daemon.millrace(&["restricted"]).stdout).expect("text");
    assert!(text.contains("account ALPHA  short_sales  holds") && text.contains("2099-01-01T00:00:00"), "{text}");

    // What cannot be is told before anything is asked of the engine.
    let add = |words: &[&str]| refused(&by(&daemon, "ann", &[&["restricted", "add"], words].concat()));
    assert!(add(&["AAPLE"]).contains("did you mean AAPL?"));
    assert!(add(&["AAPL", "--account", "ALHPA"]).contains("did you mean ALPHA?"));
    assert!(add(&["AAPL", "--forbids", "short_sale"]).contains("did you mean short_sales?"));
    assert!(add(&["AAPL", "--until", "2001-01-01T00:00:00Z"]).contains("not be over already"));
    assert!(add(&["AAPL", "--until", "tomorrow"]).contains("until must be a time like"));
    let why = refused(&by(&daemon, "ann", &["restricted", "remove", "1"]));
    assert!(why.contains("no restriction of frame 1") && why.contains("millrace restricted"), "{why}");
    assert_eq!(listed(&daemon), before);
}
