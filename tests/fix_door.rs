//! The door of the FIX acceptor as an operator and a client meet it: a password hashed by the command line lets one in, the
//! sessions are shown, and numbers are set only while nobody is logged on.

#[path = "fix_door/daemon.rs"]
mod daemon;
#[path = "fix_door/reload.rs"]
mod reload;
#[path = "fix_door/tls.rs"]
mod tls;

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use daemon::{Daemon, Peer, change, deployed, until};

const SECRET: &str = "correct horse battery staple";

/// Says Logon with the number and the password; gives the peer that heard an answer.
fn logon(daemon: &Daemon, number: u64, password: &str) -> Peer {
    let mut peer = Peer::connect(&daemon.fix, "FIX.4.4", "CLIENT1").after(number - 1);
    peer.say("A", &[(98, "0"), (108, "30"), (553, "one"), (554, password)]);
    assert!(peer.is_answered());
    peer
}

fn hash_of_secret() -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_millrace"))
        .args(["fix", "hash-password"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("standard input").write_all(SECRET.as_bytes()).expect("the password is given");
    let said = child.wait_with_output().expect("the command ends");
    assert!(said.status.success());
    String::from_utf8(said.stdout).expect("text").trim().to_owned()
}

#[test]
fn password_sessions_and_numbers_by_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let hash = hash_of_secret();
    assert!(hash.starts_with("$argon2id$") && !hash.contains(SECRET));
    let credentials = format!("\nusername = \"one\"\npassword_hash = \"{hash}\"\naccount = \"ALPHA\"\n# Most");
    let config = deployed("\naccount = \"ALPHA\"\n# Most", &credentials);
    let config = change(&config, "[fix.message_log]\nenabled = false", "[fix.message_log]\nenabled = true");
    let daemon = Daemon::start(data, &config);
    let sessions = || String::from_utf8(daemon.millrace(&["fix", "sessions"]).stdout).expect("text");
    until("the sessions are shown", || sessions().contains("CLIENT1"));

    logon(&daemon, 1, "wrong").hears(&["35=5", "58=username or password is wrong"]);
    let mut peer = logon(&daemon, 1, SECRET);
    peer.hears(&["35=A"]);
    until("the session is shown as logged on", || sessions().contains("logged on"));

    let set = ["fix", "set-seq", "CLIENT1", "--in", "50", "--reason", "agreed by telephone"];
    let refused = daemon.millrace(&set);
    assert!(!refused.status.success());
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(why.contains("is connected; set its numbers after it has logged out"), "{why}");
    drop(peer);
    until("the session is gone", || !sessions().contains("logged on"));
    let done = daemon.millrace(&set);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    logon(&daemon, 50, SECRET).hears(&["35=A"]);

    let journal = daemon.journal();
    let acted = journal.contains("SetSequenceNumbers") && journal.contains("agreed by telephone");
    assert!(acted, "the act is in the journal");
    let heard = fs::read_to_string(data.join("messages").join("CLIENT1.log")).expect("the message log");
    assert!(heard.contains("\u{1}554=***\u{1}"), "{heard}");
    for text in [daemon.said(), heard, sessions()] {
        assert!(!text.contains(SECRET) && !text.contains(&hash), "{text}");
    }
}
