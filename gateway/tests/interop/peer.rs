//! The other side: Python with the engines in it, and our examples as processes.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::python::python_with;

/// The echo example with one session, on a port of its own choice; killed when dropped.
pub(crate) struct Acceptor {
    child: Child,
    port: OsString,
}

impl Acceptor {
    pub(crate) fn start(version: &str, flags: &[&str]) -> Acceptor {
        let mut child = Command::new(example("echo_acceptor"))
            .args(["--session", &format!("{version}:ECHO:CLIENT:0")])
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example is built beside the tests");
        // `... listens on 127.0.0.1:PORT`
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().expect("its output is piped"));
        said.read_line(&mut line).expect("it says where it listens");
        let port = line.trim().rsplit(':').next().expect("a port").into();
        Acceptor { child, port }
    }

    pub(crate) fn port(&self) -> &OsStr {
        &self.port
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Path of the order client.
pub(crate) fn client() -> PathBuf {
    example("order_client")
}

/// The examples are built with the tests: `target/release/examples` beside `target/release/deps`.
fn example(name: &str) -> PathBuf {
    let tests = env::current_exe().expect("the path of this test");
    tests.ancestors().nth(2).expect("a target folder").join("examples").join(name)
}

/// Runs a script of this folder to its end, which must be a good one. `package` is what it needs.
pub(crate) fn run(package: &str, script: &str, version: &str, args: &[&OsStr]) {
    let Some(python) = python_with(package) else { return };
    let output = Command::new(&python)
        .arg(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop")).join(script))
        .args(["--version", version])
        .args(args)
        // Nothing is to be written beside the scripts.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python starts");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script} {version}:\n{said}\n{complained}");
    assert!(said.lines().any(|line| line == "done"), "{script} {version} did not come to its end:\n{said}");
}
