//! The kill drill with few orders, in both its forms: the record holds, and says what stayed in doubt.

use std::process::Command;

use serde_json::Value;

const ORDERS: u64 = 300;

fn drill(more: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let done = Command::new(env!("CARGO_BIN_EXE_millrace"))
        .args(["drill", "kill", "--orders", &ORDERS.to_string(), "-o", "json", "--data"])
        .arg(folder.path().join("data"))
        .args(more)
        .output()
        .expect("the drill runs");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    let record: Value = serde_json::from_str(&said).expect("the record is JSON");
    assert_eq!(record["faults"], Value::Array(Vec::new()), "{said}");
    record
}

#[test]
fn killed_firm_has_no_live_order_left_and_every_client_knows_it() {
    let record = drill(&[]);
    let zero = &record["journal"]["zero"];
    assert_eq!((&zero["canceled"], &zero["filled"]), (&ORDERS.into(), &0.into()), "{record}");
    assert_eq!(record["told"]["by_kill"], ORDERS, "each report says 378=4: {record}");
    assert!(record["told"]["away"].is_null());
}

#[test]
fn venue_that_vanishes_midway_leaves_orders_in_doubt_until_it_is_back() {
    let record = drill(&["--disconnect-midway"]);
    let away = &record["told"]["away"];
    let count = |of: &Value| of.as_u64().expect("a count");
    let in_doubt = away["in_doubt"].as_array().expect("a list");
    assert_eq!(in_doubt.len() as u64, count(&away["kill"]["in_doubt"]), "each is named: {away}");
    assert!(
        in_doubt.len() as u64 >= count(&away["unanswered"]),
        "what it had taken and not answered is in doubt: {away}"
    );
    assert!(in_doubt.iter().all(|order| order["leaves_qty"] != "0"), "each keeps what it reserves: {away}");
    assert_eq!(record["journal"]["zero"]["canceled"], ORDERS, "{record}");
}
