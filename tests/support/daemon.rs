//! `millrace serve` as a child process on a data folder that outlives it.

use std::fs::{self, File};
use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use gateway::http::Status;
use rustix::process::{Pid, Signal, kill_process};

/// The deployed configuration with the smallest segments, so that kills also meet the change from one to the next.
pub(crate) fn config() -> String {
    let deployed = include_str!("../../deploy/millrace.toml");
    let small = deployed.replace("segment = \"64MiB\"", "segment = \"1MiB\"");
    assert_ne!(small, deployed, "the deployed configuration names its segment otherwise now");
    small
}

/// Between two looks at something awaited.
const LOOK_EVERY: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(60);

/// A daemon that runs, or did.
pub(crate) struct Daemon {
    child: Child,
    http: tools::daemon::Daemon,
    log: PathBuf,
    /// Where it accepts FIX.
    pub(crate) fix: SocketAddr,
}

impl Daemon {
    /// Starts it on the folder and returns at once.
    pub(crate) fn spawn(data: &Path) -> Daemon {
        Daemon::spawn_at(data, &config(), free_port())
    }

    /// The same with a configuration of one's own, and a port for FIX that clients may come back to.
    pub(crate) fn spawn_at(data: &Path, config: &str, fix: SocketAddr) -> Daemon {
        Daemon::spawn_on(data, config, fix, free_port())
    }

    /// The same with a port for HTTP too.
    pub(crate) fn spawn_on(data: &Path, config: &str, fix: SocketAddr, http: SocketAddr) -> Daemon {
        let file = data.join("millrace.toml");
        fs::write(&file, config).expect("the configuration is written");
        // One log for each start, named after its port: a second daemon must not cut the first one's log.
        let log = data.join(format!("daemon-{}.log", http.port()));
        let child = Command::new(env!("CARGO_BIN_EXE_millrace"))
            .arg("serve")
            .args([Path::new("--config"), &file, Path::new("--data"), data])
            .args(["--fix-listen", &fix.to_string(), "--http-listen", &http.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("the log is created"))
            .spawn()
            .expect("the daemon starts");
        Daemon { child, http: tools::daemon::Daemon::new(http, data), log, fix }
    }

    /// Starts it and waits until orders are welcome.
    pub(crate) fn start(data: &Path) -> Daemon {
        Daemon::start_with(data, &config())
    }

    /// The same with a configuration of the test's own.
    pub(crate) fn start_with(data: &Path, config: &str) -> Daemon {
        Daemon::spawn_at(data, config, free_port()).ready()
    }

    /// Waits until orders are welcome.
    pub(crate) fn ready(self) -> Daemon {
        let mut daemon = self;
        let deadline = Instant::now() + PATIENCE;
        while !daemon.is_ready() {
            let gone = daemon.child.try_wait().expect("the daemon can be asked");
            assert!(gone.is_none(), "the daemon ended with {gone:?}; it said:\n{}", daemon.said());
            assert!(Instant::now() < deadline, "the daemon did not become ready; it said:\n{}", daemon.said());
            thread::sleep(LOOK_EVERY);
        }
        daemon
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.http.get("/health").is_ok_and(|health| health["ready"] == true)
    }

    pub(crate) fn status(&self) -> Status {
        let status = self.http.get("/status").expect("the daemon answers");
        serde_json::from_value(status).expect("the status is the status")
    }

    /// What it wrote to its log.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// `kill -9`, and it is gone.
    pub(crate) fn kill(&mut self) {
        kill_process(Pid::from_child(&self.child), Signal::KILL).expect("the daemon is there to be killed");
        self.child.wait().expect("the daemon is reaped");
    }

    /// SIGTERM, and its last word on standard output.
    pub(crate) fn stop(&mut self) -> String {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("the daemon is there to be stopped");
        let status = self.wait();
        let mut last = String::new();
        let stdout = self.child.stdout.as_mut().expect("standard output is piped");
        stdout.read_to_string(&mut last).expect("it says text");
        assert!(status.success(), "the daemon ended with {status}; it said:\n{}", self.said());
        last.trim().to_owned()
    }

    /// Waits until it has ended of its own accord.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("the daemon can be asked") {
                return status;
            }
            assert!(Instant::now() < deadline, "the daemon goes on and on; it said:\n{}", self.said());
            thread::sleep(LOOK_EVERY);
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A port of the loopback that nobody has.
pub(crate) fn free_port() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    listener.local_addr().expect("it has an address")
}
