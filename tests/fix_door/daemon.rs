//! The daemon on a data folder, and what a client says to it by hand.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gateway::fix::encode::Encoder;
use rustix::process::{Pid, Signal, kill_process};

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The deployed configuration with one change.
pub(crate) fn deployed(from: &str, to: &str) -> String {
    change(include_str!("../../deploy/millrace.toml"), from, to)
}

/// A configuration with one more change.
pub(crate) fn change(config: &str, from: &str, to: &str) -> String {
    assert_eq!(config.matches(from).count(), 1, "the deployed configuration has this once: {from}");
    config.replace(from, to)
}

/// A daemon that runs, and ends with the test.
pub(crate) struct Daemon {
    child: Child,
    pub(crate) data: PathBuf,
    pub(crate) fix: String,
    pub(crate) http: String,
}

impl Daemon {
    /// Starts it on the folder with this configuration.
    pub(crate) fn start(data: &Path, config: &str) -> Daemon {
        let (fix, http) = (free_address(), free_address());
        let file = data.join("millrace.toml");
        fs::write(&file, config).expect("the configuration is written");
        let child = Command::new(env!("CARGO_BIN_EXE_millrace"))
            .args([Path::new("serve"), Path::new("--config"), &file, Path::new("--data"), data])
            .args(["--fix-listen", &fix, "--http-listen", &http])
            .stdout(Stdio::null())
            .stderr(File::create(data.join("daemon.log")).expect("the log is created"))
            .spawn()
            .expect("the daemon starts");
        let daemon = Daemon { child, data: data.to_owned(), fix, http };
        until("the daemon listens", || TcpStream::connect(&daemon.fix).is_ok());
        daemon
    }

    /// From now on its configuration file says this.
    pub(crate) fn write_config(&self, config: &str) {
        fs::write(self.data.join("millrace.toml"), config).expect("the configuration is written");
    }

    /// SIGHUP.
    pub(crate) fn hang_up(&self) {
        kill_process(Pid::from_child(&self.child), Signal::HUP).expect("the daemon is there");
    }

    /// The command line against it.
    pub(crate) fn millrace(&self, words: &[&str]) -> Output {
        let place = ["--data", self.data.to_str().expect("a name in ASCII"), "--http", &self.http];
        Command::new(env!("CARGO_BIN_EXE_millrace")).args(words).args(place).output().expect("the command runs")
    }

    /// Its log so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.data.join("daemon.log")).expect("the log")
    }

    /// Its journal so far, in JSON.
    pub(crate) fn journal(&self) -> String {
        let dump = Command::new(env!("CARGO_BIN_EXE_millrace"))
            .args([Path::new("journal"), Path::new("dump"), &self.data.join("journal")])
            .args(["-o", "json"])
            .output()
            .expect("the command runs");
        String::from_utf8(dump.stdout).expect("text")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// One side of a FIX session, by hand.
pub(crate) struct Peer {
    socket: TcpStream,
    begin_string: &'static str,
    comp_id: &'static str,
    number: u64,
    /// What it heard, `|` for SOH.
    pub(crate) heard: String,
}

impl Peer {
    pub(crate) fn connect(to: &str, begin_string: &'static str, comp_id: &'static str) -> Peer {
        let socket = TcpStream::connect(to).expect("the acceptor listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        Peer { socket, begin_string, comp_id, number: 0, heard: String::new() }
    }

    /// Its next message has the number after this.
    pub(crate) fn after(mut self, number: u64) -> Peer {
        self.number = number;
        self
    }

    pub(crate) fn say(&mut self, msg_type: &str, fields: &[(u32, &str)]) {
        self.number += 1;
        let bytes = message(self.begin_string, self.comp_id, self.number, msg_type, fields);
        self.socket.write_all(&bytes).expect("the message is sent");
    }

    /// Waits until all of these stand in what it heard.
    pub(crate) fn hears(&mut self, fields: &[&str]) {
        let mut bytes = [0; 4_096];
        while !fields.iter().all(|field| self.heard.contains(&format!("|{field}|"))) {
            let count = self.socket.read(&mut bytes).expect("it comes in time");
            assert!(count > 0, "closed before {fields:?}, after {}", self.heard);
            self.heard.push_str(&String::from_utf8_lossy(&bytes[..count]).replace('\x01', "|"));
        }
    }

    /// Waits until it hears anything, or the other side has closed; did it hear something?
    pub(crate) fn is_answered(&mut self) -> bool {
        let mut bytes = [0; 4_096];
        let count = self.socket.read(&mut bytes).unwrap_or_default();
        self.heard.push_str(&String::from_utf8_lossy(&bytes[..count]).replace('\x01', "|"));
        count > 0
    }

    /// Waits until the other side has closed, and gives what came before.
    pub(crate) fn until_closed(mut self) -> String {
        let mut rest = Vec::new();
        let _reset_or_closed = self.socket.read_to_end(&mut rest);
        self.heard + &String::from_utf8_lossy(&rest).replace('\x01', "|")
    }
}

/// A message to the daemon, now.
pub(crate) fn message(
    begin_string: &str,
    comp_id: &str,
    number: u64,
    msg_type: &str,
    fields: &[(u32, &str)],
) -> Vec<u8> {
    let mut out = Encoder::with_capacity(512);
    out.begin(begin_string.as_bytes(), msg_type.as_bytes());
    for (tag, value) in [(49, comp_id), (56, "MILLRACE")] {
        out.field_str(tag, value);
    }
    out.field_u64(34, number);
    out.field_time(52, now_ns());
    if matches!(msg_type, "D" | "F" | "G") {
        out.field_time(60, now_ns());
    }
    for (tag, value) in fields {
        out.field_str(*tag, value);
    }
    out.finish();
    out.pending().to_vec()
}

fn now_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_nanos()).expect("before 2262")
}

/// A loopback address that nobody listens on.
pub(crate) fn free_address() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    listener.local_addr().expect("it has an address").to_string()
}

pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "never came: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
