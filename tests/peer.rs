//! An independent FIX engine against the daemon: QuickFIX, driven by `tests/peer/client.py`, trades over a real socket, is
//! killed, and gets what it missed when it comes back.
//!
//! Needs a Python with the package `quickfix`: `python3`, or the one that `MILLRACE_PEER_PYTHON` names. Without one the
//! test says so and passes, unless `MILLRACE_REQUIRE_PEER=1`.

#[path = "../gateway/tests/interop/python.rs"]
mod python;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use python::python_with;
use rust_decimal::Decimal;
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn quickfix_trades_is_killed_and_gets_what_it_missed() {
    let Some(python) = python_with("quickfix==1.16.0") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let daemon = Daemon::start(folder.path());
    daemon.until("a quote of AAPL", |status| {
        let quotes = status["views"]["quotes"].as_array();
        quotes
            .is_some_and(|quotes| quotes.iter().any(|q| q["symbol"] == "AAPL" && decimal(&q["bid_px"]) > Decimal::ZERO))
    });

    let mut first = Client::start(&python, "trade", folder.path(), daemon.fix);
    first.until("resting");
    daemon.until("CLIENT1 at the desk", |status| is_logged_on(status, "CLIENT1"));
    let first = first.kill();
    check_trade(&first);
    daemon.until("CLIENT1 gone", |status| !is_logged_on(status, "CLIENT1"));

    let second = Client::start(&python, "against", folder.path(), daemon.fix).finish();
    no_rejects(&second);

    let again = Client::start(&python, "back", folder.path(), daemon.fix).finish();
    check_back(&first, &again);
}

/// All kinds of answers, each with the fields that a client decides by.
fn check_trade(lines: &[Value]) {
    no_rejects(lines);
    let reports = |cl_ord_id| reports(lines, cl_ord_id);

    let new = one(&reports("P-1"), "0");
    assert_eq!((new["39"].as_str(), new["54"].as_str(), new["1"].as_str()), (Some("0"), Some("1"), Some("ALPHA")));
    assert_eq!((decimal(&new["151"]), decimal(&new["14"]), decimal(&new["44"])), (100.into(), 0.into(), 150.into()));

    let replaced = one(&reports("P-2"), "5");
    assert_eq!(replaced["41"], "P-1");
    assert_eq!((decimal(&replaced["38"]), decimal(&replaced["44"])), (120.into(), "149.5".parse().expect("a decimal")));
    assert_eq!(replaced["37"], new["37"], "OrderID(37) stays through a replace");

    let canceled = one(&reports("P-3"), "4");
    assert_eq!((canceled["41"].as_str(), canceled["39"].as_str()), (Some("P-2"), Some("4")));
    assert_eq!(decimal(&canceled["151"]), Decimal::ZERO, "nothing is left of a canceled order");

    for (cl_ord_id, quantity, fills_min) in [("P-4", 60, 2), ("P-5", 1, 1)] {
        assert_eq!(one(&reports(cl_ord_id), "0")["39"], "0");
        let fills = fills(&reports(cl_ord_id), quantity);
        assert!(fills >= fills_min, "{cl_ord_id} took {fills} fills");
    }

    let refused = one(&reports("P-6"), "8");
    assert_eq!(refused["39"], "8");
    let text = refused["58"].as_str().unwrap_or_default();
    assert!(text.contains("5000") && text.contains("6000"), "Text(58) has limit and observed value: {text}");

    let cancel_reject = messages(lines, "in", "9");
    assert_eq!(cancel_reject.len(), 1);
    assert_eq!((cancel_reject[0]["41"].as_str(), cancel_reject[0]["434"].as_str()), (Some("NEVER-SENT"), Some("1")));

    let duplicate = one(&reports("P-1"), "8");
    assert_eq!(duplicate["103"], "6", "OrdRejReason(103) is DuplicateOrder: {duplicate}");
    assert_eq!(one(&reports("STAY"), "0")["39"], "0");
}

/// What happened in between comes in order, marked as a possible duplicate, once.
fn check_back(before: &[Value], lines: &[Value]) {
    no_rejects(lines);
    assert!(!messages(lines, "out", "2").is_empty(), "QuickFIX saw the gap and sent a ResendRequest(2)");
    let missed: Vec<Value> = reports(lines, "STAY").into_iter().filter(|report| report["150"] == "F").collect();
    fills(&missed, 200);
    for report in &missed {
        assert_eq!(report["43"], "Y", "PossDupFlag(43) of a report sent again: {report}");
        assert!(report["122"].is_string(), "OrigSendingTime(122) of a report sent again: {report}");
        assert_eq!(decimal(&report["31"]), Decimal::from(186), "the resting order's price");
    }
    let status = one(&reports(lines, "STAY"), "I");
    assert_eq!((status["39"].as_str(), decimal(&status["14"])), (Some("2"), Decimal::from(200)));
    assert!(status["43"].is_null(), "an answer to a new question is no duplicate");
    fills(&reports(lines, "P-8"), 1);

    // An ExecID means one thing. What the killed client had received but not yet noted is sent once more, and says so.
    let mut told: HashMap<&str, &Value> = HashMap::new();
    for report in before.iter().chain(lines).filter(|line| line["event"] == "in" && line["type"] == "8") {
        let report = &report["fields"];
        let exec_id = report["17"].as_str().expect("ExecID(17) is there");
        if let Some(earlier) = told.insert(exec_id, report).filter(|_| exec_id != "0") {
            assert_eq!(report["43"], "Y", "told twice, and not as a possible duplicate: {report}");
            for tag in ["37", "150", "39", "11", "14", "151"] {
                assert_eq!(report[tag], earlier[tag], "ExecID(17) {exec_id} means two things");
            }
        }
    }
    let last = |lines: &[Value], tag: &str| -> u64 {
        let numbers = lines.iter().filter(|line| line["event"] == "in").filter_map(|line| line["fields"][tag].as_str());
        numbers.filter_map(|number| number.parse().ok()).max().unwrap_or(0)
    };
    assert!(last(lines, "34") > last(before, "34"), "MsgSeqNum(34) goes on where it was");
}

/// Neither side found fault with a message: no Reject(3), no BusinessMessageReject(j).
fn no_rejects(lines: &[Value]) {
    for (event, msg_type) in [("in", "3"), ("in", "j"), ("out", "3"), ("out", "j")] {
        let found = messages(lines, event, msg_type);
        assert!(found.is_empty(), "{event} {msg_type}: {found:#?}");
    }
}

fn messages(lines: &[Value], event: &str, msg_type: &str) -> Vec<Value> {
    let wanted = |line: &&Value| line["event"] == event && line["type"] == msg_type;
    lines.iter().filter(wanted).map(|line| line["fields"].clone()).collect()
}

/// The ExecutionReports(8) with this ClOrdID(11), in the order in which they came.
fn reports(lines: &[Value], cl_ord_id: &str) -> Vec<Value> {
    messages(lines, "in", "8").into_iter().filter(|report| report["11"] == cl_ord_id).collect()
}

/// The only report with this ExecType(150).
fn one(reports: &[Value], exec_type: &str) -> Value {
    let mut found = reports.iter().filter(|report| report["150"] == exec_type);
    let report = found.next().unwrap_or_else(|| panic!("no report with ExecType(150)={exec_type} in {reports:#?}"));
    assert!(found.next().is_none(), "more than one report with ExecType(150)={exec_type} in {reports:#?}");
    report.clone()
}

/// Checks that the fills add up to the quantity, each with what it left; how many there are.
fn fills(reports: &[Value], quantity: u32) -> usize {
    let (quantity, mut done, mut count) = (Decimal::from(quantity), Decimal::ZERO, 0);
    for fill in reports.iter().filter(|report| report["150"] == "F") {
        done += decimal(&fill["32"]);
        count += 1;
        assert_eq!((decimal(&fill["14"]), decimal(&fill["151"])), (done, quantity - done), "{fill}");
        assert_eq!(fill["39"], if done == quantity { "2" } else { "1" }, "{fill}");
        assert!(decimal(&fill["31"]) > Decimal::ZERO && decimal(&fill["6"]) > Decimal::ZERO, "{fill}");
    }
    assert_eq!(done, quantity, "the fills add up in {reports:#?}");
    count
}

fn decimal(value: &Value) -> Decimal {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is no decimal"))
}

fn is_logged_on(status: &Value, client: &str) -> bool {
    let sessions = status["fix"].as_array().expect("the status has FIX sessions");
    sessions.iter().any(|session| session["target_comp_id"] == client && session["logged_on"] == true)
}

/// `millrace serve`, killed when dropped.
struct Daemon {
    child: Child,
    http: tools::daemon::Daemon,
    fix: SocketAddr,
}

impl Daemon {
    fn start(folder: &Path) -> Daemon {
        let data = folder.join("data");
        fs::create_dir(&data).expect("the data folder");
        let (fix, http) = (free_port(), free_port());
        let log = folder.join("daemon.log");
        let child = Command::new(env!("CARGO_BIN_EXE_millrace"))
            .args(["serve", "--config", concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/millrace.toml"), "--data"])
            .arg(&data)
            .args(["--fix-listen", &fix.to_string(), "--http-listen", &http.to_string(), "--seed", "1"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).expect("the daemon's log"))
            .spawn()
            .expect("the daemon starts");
        let mut daemon = Daemon { child, http: tools::daemon::Daemon::new(http, &data), fix };
        let deadline = Instant::now() + PATIENCE;
        while !daemon.http.get("/health").is_ok_and(|health| health["ready"] == true) {
            let runs = matches!(daemon.child.try_wait(), Ok(None));
            let said = || fs::read_to_string(&log).unwrap_or_default();
            assert!(runs && Instant::now() < deadline, "the daemon did not become ready:\n{}", said());
            thread::sleep(Duration::from_millis(10));
        }
        daemon
    }

    /// Waits until the daemon's status shows it.
    fn until(&self, what: &str, shows: impl Fn(&Value) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let status = self.http.get("/status").expect("the daemon answers");
            if shows(&status) {
                return;
            }
            assert!(Instant::now() < deadline, "never saw {what} in {status:#}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// One act of the Python client, as a process; killed when dropped.
struct Client {
    act: &'static str,
    child: Child,
    output: Receiver<String>,
    lines: Vec<Value>,
}

impl Client {
    fn start(python: &str, act: &'static str, folder: &Path, to: SocketAddr) -> Client {
        let mut child = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer/client.py"))
            .args([act, "--port", &to.port().to_string(), "--folder"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let stdout = BufReader::new(child.stdout.take().expect("its output is piped"));
        let (sender, output) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Client { act, child, output, lines: Vec::new() }
    }

    /// Reads until the client says so.
    fn until(&mut self, event: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.lines.last().is_none_or(|line| line["event"] != event) {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => self.take(&line),
                Err(why) => panic!("{}: {why} before '{event}'; so far {:#?}", self.act, self.lines),
            }
        }
    }

    /// SIGKILL: no Logout(5), nothing flushed; all that it had said.
    fn kill(mut self) -> Vec<Value> {
        self.child.kill().expect("it was running");
        self.rest()
    }

    /// Waits for its orderly end; all that it said.
    fn finish(mut self) -> Vec<Value> {
        self.until("done");
        let lines = self.rest();
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{} ended with {status}", self.act);
        lines
    }

    fn rest(&mut self) -> Vec<Value> {
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok(line) => self.take(&line),
                Err(RecvTimeoutError::Disconnected) => return std::mem::take(&mut self.lines),
                Err(RecvTimeoutError::Timeout) => panic!("{} does not end: {:#?}", self.act, self.lines),
            }
        }
    }

    /// QuickFIX writes lines of its own to standard output; those are passed over.
    fn take(&mut self, line: &str) {
        self.lines.extend(serde_json::from_str::<Value>(line).ok().filter(Value::is_object));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn free_port() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address")
}
