//! A drop copy over a kill of the daemon.

use std::collections::BTreeMap;

use super::{Daemon, Peer, act, ask_again, config, hears_one, logon, messages, order, phase, session, until_quoted};

fn sessions() -> String {
    let trader = "account = \"DESK\"";
    session("TRADER", trader)
        + &session("OTHER", "account = \"BETA\"")
        + &session("CLEARING", "drop_copy_accounts = [\"DESK\"]")
}

/// Reports by ExecID(17): how often for the first time, and how often as something that may have come before.
fn reports(peers: &[&Peer]) -> BTreeMap<String, (usize, usize)> {
    let mut found: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for message in peers.iter().flat_map(|peer| messages(&peer.heard)).filter(|message| message.contains("|35=8|")) {
        let exec_id = message.split("|17=").nth(1).and_then(|rest| rest.split('|').next()).expect("ExecID(17)");
        let (first, again) = found.entry(exec_id.to_owned()).or_default();
        let repeated = message.contains("|43=Y|") || message.contains("|97=Y|");
        *(if repeated { again } else { first }) += 1;
    }
    found
}

#[test]
fn copy_has_every_report_of_its_accounts_after_a_cut_and_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(&sessions());
    let (before, of_trader) = {
        let daemon = Daemon::start(folder.path(), &config);
        until_quoted(&daemon);
        phase(&daemon, "open", "2026-11-23");
        let mut copy = logon(&daemon, "CLEARING", 1, "30");
        let (mut trader, mut other) = (logon(&daemon, "TRADER", 1, "30"), logon(&daemon, "OTHER", 1, "30"));
        order(&mut trader, "rests", &[(44, "60")]);
        order(&mut other, "not copied", &[(44, "60")]);
        hears_one(&mut other, &["35=8", "11=not copied", "150=0"]);
        order(&mut trader, "trades", &[(44, "120")]);
        hears_one(&mut trader, &["35=8", "11=trades", "39=2"]);
        hears_one(&mut copy, &["35=8", "11=trades", "39=2", "797=Y", "115=TRADER", "1=DESK"]);
        // The copy is cut, and things go on.
        let before = copy;
        order(&mut trader, "meanwhile", &[(44, "61")]);
        hears_one(&mut trader, &["35=8", "11=meanwhile", "150=0"]);
        act(&daemon, &["order", "enter", "TRADER", "buy", "7", "DAYS", "--price", "55", "--reason", "by telephone"]);
        hears_one(&mut trader, &["35=8", "38=7", "150=0"]);
        (before, trader)
    };
    let daemon = Daemon::start(folder.path(), &config);
    until_quoted(&daemon);
    let mut trader = logon(&daemon, "TRADER", 5, "30");
    order(&mut trader, "after", &[(44, "62")]);
    hears_one(&mut trader, &["35=8", "11=after", "150=0"]);
    let mut copy = logon(&daemon, "CLEARING", 2, "30");
    ask_again(&mut copy);
    hears_one(&mut copy, &["35=8", "11=after", "150=0", "797=Y"]);
    copy.say("D", &[(11, "mine"), (55, "DAYS"), (54, "1"), (38, "1"), (40, "2"), (44, "60")]);
    hears_one(&mut copy, &["35=j", "380=6"]);

    let told = reports(&[&of_trader, &trader]);
    let copied = reports(&[&before, &copy]);
    assert_eq!(
        told.keys().collect::<Vec<_>>(),
        copied.keys().collect::<Vec<_>>(),
        "each report of the account, no other"
    );
    assert!(copied.values().all(|(first, _)| *first <= 1), "nothing comes twice without saying so: {copied:?}");
}
