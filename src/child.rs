//! The daemon as the child of a demo or a drill: a data folder of its own, free ports, a stop by signal.

use std::fs::{self, File};
use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use gateway::http::Status;
use rustix::process::{Pid, Signal, kill_process};

const READY_WITHIN: Duration = Duration::from_secs(30);
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// The data folder; a temporary one goes away at the end unless it is kept.
pub(crate) struct Folder {
    path: PathBuf,
    keep: AtomicBool,
}

impl Folder {
    pub(crate) fn new(given: Option<PathBuf>, keep: bool) -> Result<Folder> {
        let temporary = || std::env::temp_dir().join(format!("millrace-{}", std::process::id()));
        let keep = keep || given.is_some();
        let path = given.unwrap_or_else(temporary);
        fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        let empty = fs::read_dir(&path)?.next().is_none();
        ensure!(empty, "{} is not empty: what is done here is proved on fresh data", path.display());
        Ok(Folder { path, keep: AtomicBool::new(keep) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Will it be there afterwards?
    pub(crate) fn is_kept(&self) -> bool {
        self.keep.load(Relaxed)
    }

    /// Keeps it, and says where it is.
    pub(crate) fn keep(&self) -> &Path {
        self.keep.store(true, Relaxed);
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep.load(Relaxed) {
            let _gone = fs::remove_dir_all(&self.path);
        }
    }
}

/// `millrace serve`, running.
pub(crate) struct Daemon {
    child: Child,
    http: tools::daemon::Daemon,
    pub(crate) fix: SocketAddr,
}

impl Daemon {
    pub(crate) fn start(folder: &Folder, config: &str, seed: u64) -> Result<Daemon> {
        let file = folder.path().join("millrace.toml");
        fs::write(&file, config)?;
        let (fix, http) = (free_port()?, free_port()?);
        let log = folder.path().join("daemon.log");
        let child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .args([Path::new("--config"), &file, Path::new("--data"), folder.path()])
            .args(["--fix-listen", &fix.to_string(), "--http-listen", &http.to_string(), "--seed", &seed.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            // Ctrl-C is for the parent; it stops the daemon itself, after the clients.
            .process_group(0)
            .spawn()
            .context("cannot start the daemon")?;
        let mut daemon = Daemon { child, http: tools::daemon::Daemon::new(http, folder.path()), fix };
        let patience = Instant::now() + READY_WITHIN;
        while !daemon.http.get("/health").is_ok_and(|health| health["ready"] == true) {
            if !daemon.is_running() || Instant::now() > patience {
                let said = fs::read_to_string(&log).unwrap_or_default();
                bail!("the daemon did not become ready; it said:\n{said}");
            }
            thread::sleep(Duration::from_millis(20));
        }
        // It has written the operator's token by now.
        daemon.http = tools::daemon::Daemon::new(http, folder.path());
        Ok(daemon)
    }

    /// Its HTTP interface.
    pub(crate) fn http(&self) -> &tools::daemon::Daemon {
        &self.http
    }

    pub(crate) fn status(&self) -> Result<Status> {
        Ok(serde_json::from_value(self.http.get("/status")?)?)
    }

    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Stops it by signal; what it said at the end.
    pub(crate) fn stop(&mut self) -> Result<String> {
        let pid = Pid::from_child(&self.child);
        let _gone_already = kill_process(pid, Signal::TERM);
        let patience = Instant::now() + STOP_WITHIN;
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            ensure!(Instant::now() < patience, "the daemon did not stop within {STOP_WITHIN:?}");
            thread::sleep(Duration::from_millis(5));
        };
        let mut said = String::new();
        if let Some(mut stdout) = self.child.stdout.take() {
            stdout.read_to_string(&mut said)?;
        }
        ensure!(status.success(), "the daemon ended with {status}");
        Ok(said.trim().to_owned())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if self.is_running() {
            let _killed = self.child.kill();
            let _reaped = self.child.wait();
        }
    }
}

fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
