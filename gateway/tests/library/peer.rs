//! The echo example against QuickFIX, an engine that shares no code with this one, in every version.
//!
//! Skipped, with the reason printed, where Python has no `quickfix`; `MILLRACE_REQUIRE_PEER=1` makes that a failure, and
//! `MILLRACE_PEER_PYTHON` names another Python.

use std::env;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::support::local;

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn quickfix_gets_its_messages_back_in_every_version() {
    let Some(python) = python_with_quickfix() else { return };
    let port = TcpListener::bind(local(0)).and_then(|listener| listener.local_addr()).expect("a free port").port();
    let versions = ["FIX.4.2", "FIX.4.4", "FIXT.1.1"];
    let mut acceptor = Command::new(example("echo_acceptor"));
    for version in versions {
        acceptor.args(["--session", &format!("{version}:ECHO:CLIENT:{port}")]);
    }
    let _acceptor = Running(acceptor.stdout(Stdio::null()).spawn().expect("the example is built beside the tests"));
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(local(port)).is_err() {
        assert!(Instant::now() < deadline, "the acceptor does not listen");
        thread::sleep(Duration::from_millis(10));
    }
    for version in versions {
        let folder = tempfile::tempdir().expect("a folder");
        let output = Command::new(&python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/library/quickfix_initiator.py"))
            .args(["--version", version, "--port", &port.to_string(), "--folder"])
            .arg(folder.path())
            .output()
            .expect("python starts");
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{version}:\n{said}\n{complained}");
    }
}

/// The examples are built with the tests: `target/release/examples` beside `target/release/deps`.
fn example(name: &str) -> PathBuf {
    let tests = env::current_exe().expect("the path of this test");
    tests.ancestors().nth(2).expect("a target folder").join("examples").join(name)
}

/// A Python that has QuickFIX; `None`, with the reason printed, where the test is to be skipped.
fn python_with_quickfix() -> Option<String> {
    let python = env::var("MILLRACE_PEER_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let why = match Command::new(&python).args(["-c", "import quickfix"]).output() {
        Ok(output) if output.status.success() => return Some(python),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    let required = env::var("MILLRACE_REQUIRE_PEER").is_ok_and(|value| value == "1");
    assert!(!required, "{python} cannot import quickfix, and MILLRACE_REQUIRE_PEER=1: {why}");
    println!("skipped: {python} cannot import quickfix ({why}); `pip install quickfix==1.16.0` provides it");
    None
}

/// Killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}
