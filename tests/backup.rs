//! A backup taken beside the running daemon, the drill, and a daemon that goes on from what was restored elsewhere.

#[path = "support/daemon.rs"]
#[expect(dead_code, reason = "this test speaks no FIX")]
mod daemon;

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use daemon::Daemon;

/// Frames that the journal has before it is backed up.
const FRAMES: u64 = 300;

fn millrace(words: &[&str], places: &[(&str, &Path)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millrace"));
    command.args(words);
    for (word, place) in places {
        command.arg(word).arg(place);
    }
    let output = command.output().expect("the command runs");
    let said = String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).expect("it writes text");
    assert!(output.status.success(), "{words:?}: {said}");
    said
}

/// The words behind `state after frame`.
fn proof(said: &str) -> String {
    let line = said.lines().find_map(|line| line.strip_prefix("state after frame ")).expect("it says the state");
    line.split(", folded").next().expect("a line has a beginning").to_owned()
}

fn wait_for(daemon: &Daemon, frames: u64) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while daemon.status().journal.durable < frames {
        assert!(Instant::now() < deadline, "the quotes do not come; the daemon said:\n{}", daemon.said());
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn daemon_goes_on_from_a_backup_that_was_taken_while_it_ran() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, backup, again] = ["data", "backup", "again"].map(|name| folder.path().join(name));
    std::fs::create_dir(&data).expect("a folder");
    let mut daemon = Daemon::start(&data);
    wait_for(&daemon, FRAMES);
    let taken = millrace(&["backup"], &[("--data", &data), ("--to", &backup)]);
    assert!(daemon.is_ready(), "the daemon heard nothing of it");
    daemon.kill();
    let tried = millrace(&["drill", "restore"], &[("--from", &backup)]);
    let restored = millrace(&["restore"], &[("--from", &backup), ("--data", &again)]);
    assert_eq!([proof(&tried), proof(&restored)], [proof(&taken), proof(&taken)]);
    let frame: u64 = proof(&taken).split(':').next().and_then(|frame| frame.parse().ok()).expect("a frame");
    assert!(frame >= FRAMES / 2, "{frame} is what was proven by then");
    let mut heir = Daemon::start(&again);
    wait_for(&heir, frame + FRAMES);
    heir.stop();
    let journal = again.join("journal");
    let journal = journal.to_str().expect("the folder's name is text");
    let verified = millrace(&["journal", "verify", journal, "--replay"], &[]);
    assert!(verified.contains("every decision the same"), "{verified}");
}
