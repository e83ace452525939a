//! What a broker says of positions, orders and fills against what we have: over its session and in a file, each kind of break, its
//! age, and the next start that does not trade until somebody has looked.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use gateway::fix::version::Version;
use serde_json::{Value, json};

use super::book::MARKET_PX;
use super::daemon::{Daemon, free_port};
use super::street::{ONE, Street};
use super::{BUY, QUOTES, SELL, config, send, status_is};

/// `millrace`, on the data of a daemon.
struct Desk<'a> {
    data: &'a Path,
    http: String,
}

/// What a broker has been compared to.
struct Found {
    code: Option<i32>,
    breaks: Vec<Value>,
}

impl Desk<'_> {
    /// Daemon, client and broker are there, and each instrument has a price.
    fn open<'a>(data: &'a Path, config: &str, street: &mut Street, fix: SocketAddr) -> (Daemon, Desk<'a>) {
        let http = free_port();
        let daemon = Daemon::spawn_on(data, config, fix, http).ready();
        street.run_until("the broker is logged on", |street| street.book.live);
        let begun = daemon.status().journal.durable;
        while daemon.status().journal.durable < begun + QUOTES {
            street.run_for(Duration::from_millis(20));
        }
        (daemon, Desk { data, http: http.to_string() })
    }

    /// Runs it while the street goes on: the broker is part of the answer.
    fn run(&self, street: &mut Street, args: &[&str]) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_millrace"))
            .args(args)
            .args(["--http", &self.http, "--data"])
            .arg(self.data)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        while child.try_wait().expect("it can be asked").is_none() {
            street.run_for(Duration::from_millis(5));
        }
        child.wait_with_output().expect("it has ended")
    }

    /// What needs no daemon.
    fn run_plain(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_millrace")).args(args).arg("--data").arg(self.data).output().expect("it runs")
    }

    fn reconcile(&self, street: &mut Street, args: &[&str]) -> Found {
        let output = self.run(street, &[&["reconcile", "-o", "json"], args].concat());
        let said: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{args:?}: {}", String::from_utf8_lossy(&output.stderr)));
        let breaks = said["parts"][0]["content"].as_array().expect("a list").clone();
        Found { code: output.status.code(), breaks }
    }

    /// With a file of the broker's.
    fn compare(&self, street: &mut Street, records: &str) -> Found {
        let file = self.data.join("broker.csv");
        let names = "record,account,symbol,side,qty,price,filled,order,exec_id,amount\n";
        fs::write(&file, format!("{names}{records}")).expect("it writes");
        self.reconcile(street, &["--broker", file.to_str().expect("a path")])
    }
}

impl Found {
    /// Type, subject or symbol, field, here and there of each break.
    fn words(&self) -> Vec<[String; 4]> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.breaks.iter().map(|one| ["type", "field", "here", "there"].map(|key| text(&one[key]))).collect()
    }

    fn is_clean(&self) -> bool {
        self.code == Some(0) && self.breaks.is_empty()
    }
}

fn words(rows: &[[&str; 4]]) -> Vec<[String; 4]> {
    rows.iter().map(|row| row.map(str::to_owned)).collect()
}

/// Reports reach the journal a moment after the client.
fn settle(street: &mut Street) {
    street.run_for(Duration::from_millis(300));
}

#[test]
fn broker_tells_positions_over_its_session_and_a_break_keeps_the_next_start_from_trading() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let mut street = Street::new(Version::Fix44);
    let strict = config(&street, Version::Fix44).replace("require_close = false", "require_close = true");
    let fix = free_port();
    let (mut daemon, desk) = Desk::open(data, &strict, &mut street, fix);
    street.connect_client(fix);
    send(&mut street, "bought", BUY, 10, MARKET_PX);
    street.run_until("it is filled", status_is("bought", b'2'));

    street.book.held =
        ["ALPHA", "BETA", "GAMMA", "DELTA", "LOAD-A", "LOAD-B"].map(|name| (name.to_owned(), vec![])).into();
    let missing_there = desk.reconcile(&mut street, &["--venue", "PRIME"]);
    assert_eq!(missing_there.words(), words(&[["position differs", "qty", "10", "0"]]));
    assert_eq!(missing_there.code, Some(3));
    let id = missing_there.breaks[0]["id"].clone();

    street.book.held.insert("ALPHA".to_owned(), vec![("PRIM", 10)]);
    assert!(desk.reconcile(&mut street, &["--venue", "PRIME"]).is_clean(), "both have ten");

    street.book.held.insert("ALPHA".to_owned(), vec![("PRIM", 7), ("KO", 5)]);
    street.book.held.insert("BETA".to_owned(), vec![("PRIM", -4)]);
    let found = desk.reconcile(&mut street, &["--venue", "PRIME"]);
    let expected = [
        ["position differs", "qty", "0", "5"],
        ["position differs", "qty", "10", "7"],
        ["position differs", "qty", "0", "-4"],
    ];
    assert_eq!(found.words(), words(&expected), "{:?}", found.breaks);
    assert_eq!(found.breaks[1]["id"], id, "a break of one thing has one id, however much it is");
    let tolerated = desk.reconcile(&mut street, &["--venue", "PRIME", "--accounts", "ALPHA", "--qty-tolerance", "5"]);
    assert_eq!((tolerated.code, tolerated.breaks.len()), (Some(0), 2), "it is told, and no failure");

    let report = ["--venue", "PRIME", "--accounts", "ALPHA", "--report", "--actor", "eve"];
    let reported = desk.reconcile(&mut street, &report);
    assert_eq!(reported.code, Some(3));
    let older = reported.breaks[1]["first_seen"].as_str() < Some("2200");
    assert!(older && reported.breaks[1]["age"].is_string(), "{:?}", reported.breaks);

    street.book.held.remove("GAMMA");
    let refused = desk.run(&mut street, &["reconcile", "--venue", "PRIME"]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(1) && why.contains("GAMMA: no such account"), "{why}");
    let nobody = desk.run(&mut street, &["reconcile", "--venue", "NOBODY"]);
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("no broker of that name"));
    daemon.stop();

    let (mut daemon, desk) = Desk::open(data, &strict, &mut street, fix);
    send(&mut street, "too early", BUY, 1, MARKET_PX);
    street.run_until("it is refused", status_is("too early", b'8'));
    let own = desk.run(&mut street, &["arm", "--actor", "eve", "--reason", "mine"]);
    assert!(String::from_utf8_lossy(&own.stderr).contains("another person must"), "{own:?}");
    let armed = desk.run(&mut street, &["arm", "--actor", "bob", "--reason", "the broker books late"]);
    assert!(armed.status.success(), "{armed:?}");
    send(&mut street, "now", BUY, 1, MARKET_PX);
    street.run_until("it is filled", status_is("now", b'2'));
    daemon.stop();
}

#[test]
fn broker_that_knows_one_account_of_ours_is_compared_with_the_sum_and_one_that_cannot_tell_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut street = Street::new(Version::Fix44);
    let omnibus = config(&street, Version::Fix44)
        .replace("\ntarget_comp_id = \"PRIME\"", "\ntarget_comp_id = \"PRIME\"\naccount = \"OMNIBUS\"");
    let (mut daemon, desk) = Desk::open(folder.path(), &omnibus, &mut street, free_port());
    street.connect_client(daemon.fix);
    send(&mut street, "bought", BUY, 10, MARKET_PX);
    street.run_until("it is filled", status_is("bought", b'2'));
    street.book.held.insert("OMNIBUS".to_owned(), vec![("PRIM", 10)]);
    assert!(desk.reconcile(&mut street, &["--venue", "PRIME"]).is_clean());
    street.book.held.insert("OMNIBUS".to_owned(), vec![("PRIM", 12)]);
    let found = desk.reconcile(&mut street, &["--venue", "PRIME"]);
    assert_eq!(found.words(), words(&[["position differs", "qty", "10", "12"]]));
    assert_eq!(found.breaks[0]["account"], json!("OMNIBUS"));
    let told = desk.run(&mut street, &["reconcile", "--venue", "PRIME", "--report"]);
    assert!(String::from_utf8_lossy(&told.stderr).contains("one account of all of ours"), "{told:?}");
    street.broker_goes_away();
    let away = desk.run(&mut street, &["reconcile", "--venue", "PRIME"]);
    assert!(String::from_utf8_lossy(&away.stderr).contains("not logged on"), "{away:?}");
    daemon.stop();
}

/// Two orders with two fills each, one order that rests: a file that says the same is clean, and each way to differ is a break.
#[test]
fn orders_and_fills_of_a_file_are_compared_and_each_break_has_its_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut street = Street::new(Version::Fix44);
    let plain = config(&street, Version::Fix44);
    let (mut daemon, desk) = Desk::open(folder.path(), &plain, &mut street, free_port());
    street.connect_client(daemon.fix);
    send(&mut street, "bought", BUY, 10, MARKET_PX);
    street.run_until("it is filled", status_is("bought", b'2'));
    send(&mut street, "sold", SELL, 4, MARKET_PX);
    street.run_until("it is filled", status_is("sold", b'2'));
    send(&mut street, "rests", BUY, 100, 90);
    street.run_until("it rests", |street| street.book.orders.len() == 3);
    settle(&mut street);
    let named = |street: &Street, name: &str| {
        let order_id = street.reports.orders[name].order_id.clone();
        (street.book.name_of(&order_id), order_id)
    };
    // The broker's executions: X1 is New of the first, X2 and X3 its fills; X4 is New, X5 and X6 fills; X7 is New of the third.
    let ((bought, _), (sold, sold_id), (rests, rests_id)) =
        (named(&street, "bought"), named(&street, "sold"), named(&street, "rests"));
    let positions = "position,ALPHA,PRIM,,6\n".to_owned();
    let order = format!("order,ALPHA,PRIM,buy,100,90,0,{rests}\n");
    let fill = |order: &str, side: &str, qty: &str, px: &str, exec_id: &str| {
        format!("execution,ALPHA,PRIM,{side},{qty},{px},,{order},{exec_id}\n")
    };
    let fills = [
        fill(&bought, "buy", "5", "100", "X2"),
        fill(&bought, "buy", "5", "100", "X3"),
        fill(&sold, "sell", "2", "100", "X5"),
        // Our OrderID will do.
        fill(&sold_id, "sell", "2", "100", "X6"),
    ];
    let all = |positions: &str, order: &str, fills: &[String]| format!("{positions}{order}{}", fills.concat());
    let clean = desk.compare(&mut street, &all(&positions, &order, &fills));
    assert!(clean.is_clean(), "{:?}", clean.breaks);

    let other = |at: usize, line: &str| {
        let mut other = fills.clone();
        line.clone_into(&mut other[at]);
        other.concat()
    };
    let mine = |exec_id: &str| fill(&bought, "buy", "5", "100", exec_id);
    let extra = format!("order,ALPHA,PRIM,sell,3,110,0,4711-0123456789ab\n{order}");
    for (file, expected) in [
        (
            format!("{order}order,ALPHA,PRIM,sell,3,110,0,THEIRS\n"),
            vec![["order unknown here", "", "", "sell 3 at 110, 0 filled"]],
        ),
        (extra, vec![["order unknown here", "", "", "sell 3 at 110, 0 filled"]]),
        (
            "order,ALPHA,PRIM,sell,3,110,0,THEIRS\n".to_owned(),
            vec![
                ["order unknown here", "", "", "sell 3 at 110, 0 filled"],
                ["order unknown there", "", "buy 100 at 90, 0 filled", ""],
            ],
        ),
        (
            order.replace("buy,100,90,0", "sell,99,90.5,7"),
            vec![
                ["order differs", "side", "buy", "sell"],
                ["order differs", "qty", "100", "99"],
                ["order differs", "price", "90", "90.5"],
                ["order differs", "filled", "0", "7"],
            ],
        ),
        (
            order.replace(&rests, &rests_id).replace("ALPHA,PRIM", "BETA,KO"),
            vec![["order differs", "account", "ALPHA", "BETA"], ["order differs", "symbol", "PRIM", "KO"]],
        ),
        (other(0, &fill(&bought, "buy", "4", "100", "X2")), vec![["fill differs", "qty", "5", "4"]]),
        (other(0, &fill(&bought, "buy", "5", "100.01", "X2")), vec![["fill differs", "price", "100", "100.01"]]),
        (other(0, &fill(&bought, "sell", "5", "100", "X2")), vec![["fill differs", "side", "buy", "sell"]]),
        (fills.concat() + &mine("X99"), vec![["fill unknown here", "", "", "buy 5 at 100"]]),
        (other(1, ""), vec![["fill unknown there", "", "buy 5 at 100", ""]]),
        (
            other(2, &fill(&sold, "sell", "2", "100", "X4")),
            vec![["fill unknown here", "", "", "sell 2 at 100"], ["fill unknown there", "", "sell 2 at 100", ""]],
        ),
        ("position,ALPHA,PRIM,,5.5\n".to_owned(), vec![["position differs", "qty", "6", "5.5"]]),
        ("position,ALPHA,KO,,5\nposition,ALPHA,PRIM,,6\n".to_owned(), vec![["position differs", "qty", "0", "5"]]),
    ] {
        let found = desk.compare(&mut street, &file);
        assert_eq!(found.words(), words(&expected), "{file}");
        assert_eq!(found.code, Some(3), "{file}");
    }
    let again = desk.compare(&mut street, &other(1, ""));
    let explained =
        again.breaks[0]["subject"].as_str().and_then(|subject| subject.split(' ').next()).expect("an ExecID");
    let output = desk.run_plain(&["explain", "fill", explained]);
    assert!(output.status.success(), "the subject is an ExecID of ours: {output:?}");
    daemon.stop();
}

/// Corrected under a new ExecID, busted, and of an order by telephone, that the broker calls by its own OrderID.
#[test]
fn corrected_busted_and_foreign_fills_are_found_by_the_names_that_the_broker_has_for_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut street = Street::new(Version::Fix44);
    let with_desk = config(&street, Version::Fix44)
        .replace("\ntarget_comp_id = \"PRIME\"", "\ntarget_comp_id = \"PRIME\"\nforeign_account = \"BETA\"");
    let (mut daemon, desk) = Desk::open(folder.path(), &with_desk, &mut street, free_port());
    street.connect_client(daemon.fix);
    send(&mut street, "o", BUY, 10, MARKET_PX);
    street.run_until("it is filled", status_is("o", b'2'));
    let order_id = street.reports.orders["o"].order_id.clone();
    let name = street.book.name_of(&order_id);
    let of_it = [(37, order_id.as_str()), (11, name.as_str()), (38, "10")];
    let report = |street: &mut Street, more: &[(u32, &str)]| {
        let fields: Vec<(u32, &str)> = of_it.iter().chain(more).copied().collect();
        street.broker_reports(&fields);
    };
    report(&mut street, &[(17, "B1"), (19, "X3"), (150, "H"), (39, "1"), (14, "5"), (151, "5")]);
    report(&mut street, &[(17, "B2"), (19, "X2"), (150, "G"), (39, "1"), (32, "4"), (31, "99"), (14, "4"), (151, "6")]);
    street.run_until("it is corrected", |street| street.reports.orders["o"].cum_qty == 4 * ONE);
    let telephone =
        [(37, "77"), (17, "T1"), (150, "F"), (39, "1"), (38, "10"), (32, "3"), (31, "100"), (14, "3"), (44, "100")];
    street.broker_reports(&telephone);
    settle(&mut street);

    let rest = format!(
        "position,ALPHA,PRIM,,4\nposition,BETA,PRIM,,3\norder,ALPHA,PRIM,buy,10,100,4,{name}\norder,BETA,PRIM,buy,10,100,3,77\n\
         execution,BETA,PRIM,buy,3,100,,77,T1\n"
    );
    for exec_id in ["X2", "B2"] {
        let file = format!("{rest}execution,ALPHA,PRIM,buy,4,99,,{name},{exec_id}\n");
        let found = desk.compare(&mut street, &file);
        assert!(found.is_clean(), "{exec_id}: {:?}", found.breaks);
    }
    let busted = format!("{rest}execution,ALPHA,PRIM,buy,4,99,,{name},X2\nexecution,ALPHA,PRIM,buy,5,100,,{name},X3\n");
    let found = desk.compare(&mut street, &busted);
    assert_eq!(found.words(), words(&[["fill unknown here", "", "", "buy 5 at 100"]]), "the bust is not on it");
    daemon.stop();
}
