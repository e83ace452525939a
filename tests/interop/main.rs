//! The daemon against engines that share no code with it. QuickFIX with the wire cut under its orders: every report of the
//! journal arrives, once, in order. Hand-made bytes with simplefix: the session cases that the library's examples stand too.
//!
//! Needs a Python with the packages, like `tests/peer.rs`.

#[allow(dead_code, reason = "the daemon's other tests use the rest of it")]
#[path = "../support/daemon.rs"]
mod daemon;
#[path = "../../gateway/tests/interop/python.rs"]
mod python;
#[path = "../soak/told.rs"]
mod told;

use std::path::Path;
use std::process::Command;

use daemon::Daemon;
use gateway::fix::message::FieldIndex;
use python::python_with;
use told::Told;

/// Orders of `burst.py`; each has a report at least.
const ORDERS: usize = 1_670;

#[test]
fn quickfix_hears_every_report_once_though_the_wire_is_cut_in_the_middle_of_a_burst() {
    let Some(python) = python_with("quickfix==1.16.0") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut daemon = Daemon::start(folder.path());
    let said = run(&python, "burst.py", &daemon, folder.path());
    daemon.stop();

    let mut index = FieldIndex::new();
    let reports = said.lines().filter(|line| line.starts_with("8=FIX"));
    let heard: Vec<Told> = reports
        .filter_map(|line| {
            let bytes = line.replace('|', "\x01").into_bytes();
            Told::by(&index.parse(&bytes).expect("a report is a message"))
        })
        .collect();
    let journal = told::by_the_journal(&folder.path().join("journal"));
    told::compare("CLIENT1", &heard, &journal["CLIENT1"]);
    assert!(heard.len() >= ORDERS, "only {} reports", heard.len());
}

#[test]
fn hand_made_bytes_are_answered_field_by_field() {
    let Some(python) = python_with("simplefix==1.0.17") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut daemon = Daemon::start(folder.path());
    run(&python, "bytes.py", &daemon, folder.path());
    daemon.stop();
}

/// Runs a script to its good end; gives what it said.
fn run(python: &str, script: &str, daemon: &Daemon, folder: &Path) -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(python)
        .arg(here.join("tests/interop").join(script))
        .args(["--port", &daemon.fix.port().to_string(), "--folder"])
        .arg(folder)
        .env("PYTHONPATH", here.join("gateway/tests/interop"))
        // Nothing is to be written beside the scripts.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python starts");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let last = said.lines().rev().take(5).collect::<Vec<_>>().join("\n");
    assert!(output.status.success() && last.starts_with("done"), "{script} ends with\n{last}\n{complained}");
    said.into_owned()
}
