//! Sessions added, changed and removed while the daemon runs, by the command line and by SIGHUP.

use serde_json::{Value, json};

use super::daemon::{Daemon, Peer, change, deployed, until};

const LOGON: [(u32, &str); 2] = [(98, "0"), (108, "30")];

/// A session of FIX 4.2 on an account of its own.
const FRESH: &str = "\n[[accounts]]\naccount = \"FRESH\"\nkind = \"margin\"\ncash = \"1000\"\n\
    max_order_notional = \"2000000\"\nmax_order_qty = 5_000\nmax_long = 50_000\n\n\
    [[sessions]]\ntarget_comp_id = \"FRESH\"\naccount = \"FRESH\"\nversion = \"FIX.4.2\"\n";

/// Without the session of `CLIENT2`.
fn without_client2(config: &str) -> String {
    let entry = "[[sessions]]\ntarget_comp_id = \"CLIENT2\"\naccount = \"BETA\"\nmessages_per_second = 50_000\n";
    change(config, entry, "")
}

fn logged_on(daemon: &Daemon, begin_string: &'static str, comp_id: &'static str) -> Peer {
    let mut peer = Peer::connect(&daemon.fix, begin_string, comp_id);
    peer.say("A", &LOGON);
    peer.hears(&["35=A"]);
    peer
}

#[test]
fn sessions_come_change_and_go_without_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = deployed("segment = \"64MiB\"", "segment = \"1MiB\"");
    let daemon = Daemon::start(folder.path(), &before);
    let reload = || daemon.millrace(&["reload", "--reason", "a new client"]);
    let mut stays = logged_on(&daemon, "FIX.4.4", "CLIENT1");
    let mut goes = logged_on(&daemon, "FIX.4.4", "CLIENT2");

    // One error, and nothing happens.
    let next = without_client2(&before) + FRESH;
    daemon.write_config(&change(&next, "account = \"FRESH\"\nversion", "account = \"FRISH\"\nverson"));
    let refused = reload();
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success(), "{why}");
    assert!(why.contains("account FRISH is not defined") && why.contains("did you mean version?"), "{why}");
    goes.say("1", &[(112, "still there")]);
    goes.hears(&["35=0", "112=still there"]);

    // What can change does, and what cannot is named.
    let next = change(&next, "orders_max = 1_048_576", "orders_max = 524_288");
    let first = "target_comp_id = \"CLIENT1\"\n";
    daemon.write_config(&change(&next, first, &format!("{first}throttle_per_second = 60_000\n")));
    let done = reload();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let told: Value = serde_json::from_slice(&done.stdout).expect("the answer is JSON");
    for (key, names) in [
        ("accounts_defined", json!(["FRESH"])),
        ("sessions_added", json!(["FRESH"])),
        ("sessions_changed", json!(["CLIENT1"])),
        ("sessions_removed", json!(["CLIENT2"])),
        ("needs_restart", json!(["engine.orders_max"])),
    ] {
        assert_eq!(told[key], names, "{key}: {told}");
    }
    goes.hears(&["35=5", "58=session is removed from the configuration"]);
    drop(goes);
    let mut refused = Peer::connect(&daemon.fix, "FIX.4.4", "CLIENT2");
    refused.say("A", &LOGON);
    assert_eq!(refused.until_closed(), "", "who is unknown gets no answer");
    let mut fresh = logged_on(&daemon, "FIX.4.2", "FRESH");
    let order = [(11, "f1"), (21, "1"), (55, "KO"), (54, "1"), (38, "10"), (40, "2"), (44, "62.40")];
    fresh.say("D", &order);
    fresh.hears(&["35=8", "11=f1", "20=0", "1=FRESH"]);
    stays.say("1", &[(112, "unharmed")]);
    stays.hears(&["35=0", "112=unharmed"]);

    // The same by a signal, which nobody waits for.
    daemon.write_config(&before);
    daemon.hang_up();
    fresh.hears(&["35=5", "58=session is removed from the configuration"]);
    until("the removed session is back with its numbers", || {
        let mut back = Peer::connect(&daemon.fix, "FIX.4.4", "CLIENT2").after(2);
        back.say("A", &LOGON);
        back.is_answered()
    });
    let journal = daemon.journal();
    for words in ["\"Reload\"", "a new client", "SIGHUP", "\"sessions_removed\":1"] {
        assert!(journal.contains(words), "{words} is in the journal");
    }
    let opening = journal.lines().filter(|line| line.contains("AdjustCash") && line.contains("FRESH")).count();
    assert_eq!(opening, 1, "opening cash is paid in once");
}
