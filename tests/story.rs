//! The story of one order, executable: a real daemon, one FIX client, one order, and its traces at each stop.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use loadtest::client::{self, Config, Idle};
use loadtest::progress::Progress;
use loadtest::workload::{Instrument, Mix};
use model::{ClOrdId, Command as Asked, Event, OrdStatus, OrderAccepted, ReportKind, Seq};
use rustix::process::{Pid, Signal, kill_process};
use tools::daemon::Daemon;

fn free_port() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port")
}

/// The daemon with prices at hand, ready for orders.
fn serve(data: &Path, fix: SocketAddr, http: SocketAddr) -> Child {
    let child = Command::new(env!("CARGO_BIN_EXE_millrace"))
        .args(["serve", "--config", concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/millrace.toml"), "--data"])
        .arg(data)
        .args(["--fix-listen", &fix.to_string(), "--http-listen", &http.to_string()])
        .stdout(Stdio::null())
        .stderr(fs::File::create(data.with_extension("log")).expect("a log file"))
        .spawn()
        .expect("the daemon starts");
    let daemon = Daemon::new(http, data);
    let patience = Instant::now() + Duration::from_secs(30);
    let quoted = |status: serde_json::Value| {
        let quotes = status["views"]["quotes"].as_array().cloned().unwrap_or_default();
        quotes.iter().any(|quote| quote["symbol"] == "KO" && quote["bid_px"] != "0")
    };
    while !daemon.get("/status").is_ok_and(quoted) {
        assert!(Instant::now() < patience, "the daemon shows no prices");
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

#[test]
fn one_order_leaves_its_trace_at_every_stop() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let (fix, http) = (free_port(), free_port());
    let mut daemon = serve(&data, fix, http);

    // 1, 2: one limit order, away from the market, over a real FIX session.
    let instrument: Instrument = "KO:62.40:0.01".parse().expect("an instrument");
    let one_order = Config {
        sessions: 1,
        sender_prefix: "CLIENT".to_owned(),
        rate: 1,
        duration: Some(Duration::from_secs(1)),
        idle: Idle::Sleep,
        mix: Mix { cancel_percent: 0, replace_percent: 0, market_percent: 0, ..Mix::canonical() },
        instruments: vec![instrument],
        accounts: vec!["BETA".to_owned()],
        collect_acks: true,
        ..Config::canonical(fix)
    };
    let report = client::run(&one_order, &Progress::new()).expect("the client runs");
    assert_eq!((report.counts.new.sent, report.counts.new.acknowledged), (1, 1), "{:?}", report.counts);
    let acks = report.acks.expect("acknowledgements were collected");

    kill_process(Pid::from_child(&daemon), Signal::TERM).expect("the daemon can be stopped");
    assert!(daemon.wait().expect("it ends").success());

    // 3 to 6: its frame, with the message that it came in and the event that the client heard of.
    let asked = ClOrdId::literal(&acks[0].cl_ord_id);
    let mut accepted: Option<(Seq, OrderAccepted)> = None;
    let mut at_venue = None;
    journal::read(&data.join("journal"), Seq(1), |frame| {
        match (&frame.command, accepted) {
            (Asked::NewOrder(order), _) if order.cl_ord_id == asked => {
                assert_eq!(order.origin.msg_seq_num, 2, "the Logon was 1");
                match frame.as_slice() {
                    [Event::OrderAccepted(event)] => accepted = Some((frame.seq, *event)),
                    other => panic!("{other:?}"),
                }
            }
            // 7: the venue heard of it behind the durable mark, and its answer is a later command.
            (Asked::VenueReport(report), Some((_, order))) if report.order_id == order.order.order_id => {
                assert_eq!(report.kind, ReportKind::Accepted);
                at_venue = Some(frame.seq);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    })
    .expect("the journal reads");
    let (seq, accepted) = accepted.expect("the order is in the journal");
    assert_eq!(accepted.order.ord_status, OrdStatus::New);
    assert_eq!(accepted.order.order_id.0, seq.0, "OrderID is the frame that accepted the order");
    assert_eq!(acks[0].order_id, seq.to_string());
    assert!(at_venue.is_some_and(|answer| answer > seq));

    // 8: the same event as a row, and the order as the view of orders shows it.
    let connection = store::open_read_only(&data.join("analytics.duckdb")).expect("the analytics open");
    let count = |sql: &str| {
        let table = store::query(&connection, sql, store::QueryLimits::default()).expect("the query runs");
        table.first_integer().expect("a count")
    };
    let id = acks[0].cl_ord_id.as_str();
    assert_eq!(count(&format!("select count(*) from executions where cl_ord_id = '{id}' and seq = {seq}")), 1);
    assert_eq!(count(&format!("select count(*) from orders where cl_ord_id = '{id}'")), 1);
    drop(connection);
    assert!(store::compare(&data.join("analytics.duckdb"), &data.join("journal")).expect("both read").is_equal());
}
