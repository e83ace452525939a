//! What people see: exact decimals, views, and a desk that only reads.

mod common;

use common::Folder;
use model::{Agent, Check, OrdStatus, Px, Refusal};
use store::{QueryLimits, Refused, query};

fn flushed(folder: &mut Folder) -> store::Flusher {
    let mut flusher = folder.flusher();
    folder.catch_up(&mut flusher);
    flusher
}

fn cell(flusher: &store::Flusher, sql: &str) -> String {
    let table = flusher.desk().sql(sql, QueryLimits::default()).unwrap_or_else(|refused| panic!("{sql}: {refused}"));
    table.rows[0][0].clone().unwrap_or_else(|| "NULL".to_owned())
}

#[test]
fn decimals_are_exact_to_the_last_digit_and_absurd_numbers_stop_nothing() {
    let mut folder = Folder::new(1);
    folder.fill(Px::from_units(1));
    folder.fill(Px::from_units(12_345_678_901_234_567));
    folder.refuse(Refusal::against(Check::MaxOrderNotional, i128::MAX, i128::MIN), Px::from_units(i64::MAX));
    folder.refuse(Refusal::against(Check::MaxOrderNotional, 12_345_678_901_234_567_890, -1), Px::from_units(i64::MIN));
    folder.sync();
    let flusher = flushed(&mut folder);
    let fills = "SELECT last_px FROM executions WHERE event = 'OrderFilled' ORDER BY seq";
    assert_eq!(cell(&flusher, fills), "0.00000001");
    assert_eq!(cell(&flusher, &format!("{fills} DESC")), "123456789.01234567");
    assert_eq!(cell(&flusher, "SELECT max(account_cash) FROM positions"), "1234.5678901234567890");
    assert_eq!(cell(&flusher, "SELECT realised FROM positions_now"), "-0.0000000000000001");
    assert_eq!(cell(&flusher, "SELECT max(price) FROM refusals"), "92233720368.54775807");
    assert_eq!(cell(&flusher, "SELECT min(price) FROM executions"), "-92233720368.54775808");
    assert_eq!(cell(&flusher, "SELECT limit_value FROM refusals ORDER BY seq"), "NULL");
    assert_eq!(cell(&flusher, "SELECT limit_value FROM refusals ORDER BY seq DESC"), "1234.5678901234567890");
    assert_eq!(cell(&flusher, "SELECT max(limit_units) FROM raw.risk_decisions"), i128::MAX.to_string());
    drop(flusher);
}

#[test]
fn views_show_the_latest_order_and_the_position_at_a_time() {
    let mut folder = Folder::new(2);
    let price = Px::whole(10);
    let order = folder.order(OrdStatus::New, 0, price);
    folder.append(
        model::Tick { reserved: 0 },
        &[model::OrderAccepted::plain(model::OrderView { order_id: model::OrderId(77), ..order }, price, folder.now)
            .into()],
    );
    let order = model::OrderView { order_id: model::OrderId(77), ord_status: OrdStatus::Canceled, ..order };
    folder.append(
        model::Tick { reserved: 0 },
        &[model::OrderCanceled {
            order,
            venue_exec_id: 1,
            restatement: model::ExecRestatementReason::NotGiven,
            cause: model::CancelCause::Client,
            reserved: [0; 6],
        }
        .into()],
    );
    folder.fill(price);
    let before = folder.now.0;
    folder.fill(Px::whole(20));
    folder.sync();
    let flusher = flushed(&mut folder);
    assert_eq!(cell(&flusher, "SELECT ord_status FROM orders WHERE order_id = 77"), "Canceled");
    assert_eq!(
        cell(&flusher, "SELECT account || ' ' || symbol || ' ' || session FROM executions LIMIT 1"),
        "ACC0 ACME CLIENT"
    );
    assert_eq!(cell(&flusher, "SELECT cost FROM positions_now"), "800.0000000000000000");
    let at = format!("SELECT cost FROM position_at(make_timestamp_ns({before}))");
    assert_eq!(cell(&flusher, &at), "400.0000000000000000");
    assert_eq!(cell(&flusher, "SELECT count(*) FROM position_at('2001-01-01')"), "0");
    assert_eq!(cell(&flusher, "SELECT count(*) FROM risk_decisions WHERE verdict = 'accepted'"), "1");
    for view in [
        "frames",
        "quotes",
        "instruments",
        "accounts",
        "sessions",
        "operator_acts",
        "limits",
        "restrictions",
        "overrides",
        "suspended_reports",
        "position_adjustments",
        "day_marks",
        "day_closes",
        "flush_cursor",
    ] {
        flusher.desk().sql(&format!("FROM {view}"), QueryLimits::default()).unwrap();
    }
    assert_eq!(cell(&flusher, "SELECT count(*) FROM operator_acts"), "3");
}

#[test]
fn desk_refuses_what_writes_or_leaves_the_database() {
    let mut folder = Folder::new(3);
    folder.frames(50);
    let flusher = flushed(&mut folder);
    let before = cell(&flusher, "SELECT count(*) FROM frames");
    for sql in [
        "DELETE FROM raw.frames",
        "INSERT INTO raw.frames SELECT * FROM raw.frames",
        "WITH a AS (SELECT 1) DELETE FROM raw.frames",
        "CREATE TABLE t(x INTEGER)",
        "DROP TABLE raw.frames",
        "ATTACH ':memory:' AS m",
        "COPY raw.frames TO '/tmp/millrace-leak.csv'",
        "PRAGMA disable_checkpoint_on_shutdown",
        "SET enable_external_access=true",
        "INSTALL httpfs",
        "LOAD parquet",
        "CALL force_checkpoint()",
        "SELECT 1; DELETE FROM raw.frames",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "FROM '/etc/passwd'",
        "EXPLAIN ANALYZE DELETE FROM raw.frames",
        "SELECT * FROM query('DELETE FROM raw.frames')",
    ] {
        let answer = flusher.desk().sql(sql, QueryLimits::default());
        assert!(answer.is_err(), "{sql}: {answer:?}");
    }
    assert_eq!(cell(&flusher, "SELECT count(*) FROM frames"), before);
    for sql in ["EXPLAIN SELECT 1", "SHOW TABLES", "DESCRIBE orders", "SUMMARIZE quotes", "VALUES (1)", "TABLE frames;"]
    {
        let table =
            flusher.desk().sql(sql, QueryLimits::default()).unwrap_or_else(|refused| panic!("{sql}: {refused}"));
        assert!(!table.rows.is_empty(), "{sql}");
    }
}

#[test]
fn answers_are_bounded_in_rows_and_time() {
    let mut folder = Folder::new(4);
    folder.frames(50);
    let flusher = flushed(&mut folder);
    let few = QueryLimits { rows: 5, ..QueryLimits::default() };
    let table = flusher.desk().sql("SELECT seq, events > 1 AS many FROM frames ORDER BY seq DESC", few).unwrap();
    assert!(table.truncated);
    assert_eq!((table.rows.len(), table.columns[0].kind.as_str()), (5, "UBIGINT"));
    assert_eq!(table.to_json()[0]["seq"], serde_json::json!(53));
    assert!(table.to_json()[0]["many"].is_boolean());
    let brief = QueryLimits { millis: 50, ..QueryLimits::default() };
    let slow = flusher.desk().sql("SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b", brief);
    assert!(matches!(slow, Err(Refused::TooSlow(50))), "{slow:?}");
    assert_eq!(cell(&flusher, "SELECT 42"), "42");
}

#[test]
fn reading_without_a_daemon_needs_no_daemon_and_a_database() {
    let mut folder = Folder::new(5);
    assert!(store::open_read_only(&folder.database()).is_err());
    folder.frames(20);
    let mut flusher = folder.flusher();
    flusher.stop(folder.now).unwrap();
    let connection = store::open_read_only(&folder.database()).unwrap();
    let table = query(&connection, "SELECT max(seq) FROM frames", QueryLimits::default()).unwrap();
    assert_eq!(table.first_integer(), Some(23));
    std::fs::write(folder.database(), "garbage").unwrap();
    drop(connection);
    assert!(store::open_read_only(&folder.database()).is_err());
}

/// `cargo nextest run --release -p store --run-ignored all -- speed` prints the rate.
#[test]
#[ignore = "a measurement, not a check"]
fn speed_of_catching_up() {
    let mut folder = Folder::new(6);
    folder.frames(400_000);
    let mut flusher = folder.flusher();
    let start = std::time::Instant::now();
    flusher.stop(folder.now).unwrap();
    let (took, health) = (start.elapsed().as_secs_f64(), flusher.status().health());
    println!("{} frames, {} rows in {took:.2} s", health.frames, health.rows);
    println!("{:.0} frames/s, {:.0} rows/s", health.frames as f64 / took, health.rows as f64 / took);
    folder.assert_equal();
}
