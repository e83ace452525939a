//! Sessions that go, in each way and with each policy, and what becomes of their orders.

use super::{
    Daemon, Peer, ask_again, config, count, hears_one, logon, order, phase, session, status, until, until_quoted,
};

fn sessions() -> String {
    let of = |name, policy| {
        let keys = "account = \"DESK\"\ndisconnect_grace = \"200ms\"\ncancel_on_disconnect = ";
        session(name, &format!("{keys}\"{policy}\""))
    };
    of("TAGGED", "tagged") + &of("BYDAY", "day") + &of("ALL", "all")
}

/// Each kind of order, resting.
fn orders(peer: &mut Peer) {
    for (cl_ord_id, terms) in [
        ("plain", &[(44, "60")][..]),
        ("tagged", &[(44, "60"), (18, "o")]),
        ("gtc", &[(44, "60"), (59, "1")]),
        ("lives", &[(44, "60"), (18, "n")]),
    ] {
        order(peer, cl_ord_id, terms);
        hears_one(peer, &["35=8", &format!("11={cl_ord_id}"), "150=0"]);
    }
}

/// Comes back and hears which orders were canceled, and that the others were not.
fn comes_back(daemon: &Daemon, name: &'static str, number: u64, canceled: &[&str]) {
    let mut peer = logon(daemon, name, number, "30");
    ask_again(&mut peer);
    for cl_ord_id in canceled {
        hears_one(&mut peer, &["35=8", &format!("11={cl_ord_id}"), "150=4", "39=4", "378=7"]);
    }
    // The status of each comes after all that was missed.
    for cl_ord_id in ["plain", "tagged", "gtc", "lives"] {
        peer.say("H", &[(11, cl_ord_id), (55, "DAYS"), (54, "1")]);
        let expected = if canceled.contains(&cl_ord_id) { "39=4" } else { "39=0" };
        hears_one(&mut peer, &["35=8", &format!("11={cl_ord_id}"), "150=I", expected]);
    }
    for cl_ord_id in canceled {
        assert_eq!(count(&peer, &[&format!("11={cl_ord_id}"), "150=4"]), 1, "told once");
    }
}

fn canceled(daemon: &Daemon) -> u64 {
    status(daemon)["views"]["orders"]["canceled"].as_u64().expect("a number")
}

#[test]
fn orders_follow_the_policy_of_their_session_however_it_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(folder.path(), &config(&sessions()));
    until_quoted(&daemon);
    phase(&daemon, "open", "2026-11-23");

    // The connection is lost.
    let mut tagged = logon(&daemon, "TAGGED", 1, "30");
    orders(&mut tagged);
    drop(tagged);
    until("the tagged order is canceled", || canceled(&daemon) == 1);
    comes_back(&daemon, "TAGGED", 6, &["tagged"]);

    // It logs out.
    let mut by_day = logon(&daemon, "BYDAY", 1, "30");
    orders(&mut by_day);
    by_day.say("5", &[]);
    hears_one(&mut by_day, &["35=5"]);
    drop(by_day);
    until("the day's orders are canceled", || canceled(&daemon) == 3);
    comes_back(&daemon, "BYDAY", 7, &["plain", "tagged"]);

    // Its heartbeats stay away.
    let mut all = logon(&daemon, "ALL", 1, "1");
    orders(&mut all);
    until("all but one are canceled", || canceled(&daemon) == 6);
    drop(all);
    comes_back(&daemon, "ALL", 6, &["plain", "tagged", "gtc"]);
    let journal = daemon.journal();
    for how in ["ConnectionLost", "Logout", "HeartbeatTimeout"] {
        assert!(journal.contains(how), "{how} is in the journal");
    }
}

#[test]
fn orders_of_a_session_that_does_not_come_back_after_a_kill_are_canceled() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(&sessions());
    {
        let daemon = Daemon::start(folder.path(), &config);
        until_quoted(&daemon);
        phase(&daemon, "open", "2026-11-23");
        let mut all = logon(&daemon, "ALL", 1, "30");
        orders(&mut all);
        // kill -9, of the daemon and then of the client.
    }
    let daemon = Daemon::start(folder.path(), &config);
    until("all but one are canceled", || canceled(&daemon) == 3);
    comes_back(&daemon, "ALL", 6, &["plain", "tagged", "gtc"]);
}
