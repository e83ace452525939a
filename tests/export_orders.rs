//! The record for a regulator, from what a short demo left: every line of the analytics, each choice a part of it.

use std::path::Path;
use std::process::Command;

fn millrace(folder: &Path, words: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_millrace")).args(words).current_dir(folder).output();
    let output = output.expect("the command runs");
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (output.status.success(), String::from_utf8(text).expect("it writes text"))
}

/// The lines of an export, without the names of the columns.
fn export(folder: &Path, name: &str, choice: &[&str]) -> Vec<String> {
    let (done, said) = millrace(folder, &[&["export", "orders", "--data", "data", "--out", name], choice].concat());
    assert!(done, "{said}");
    let text = std::fs::read_to_string(folder.join(name)).expect("the file is there");
    text.split_terminator("\r\n").skip(1).map(str::to_owned).collect()
}

fn count(folder: &Path, condition: &str) -> usize {
    let statement = format!("select count(*) from executions where {condition}");
    let (done, said) = millrace(folder, &["sql", &statement, "--data", "data"]);
    assert!(done, "{said}");
    said.lines().nth(2).and_then(|line| line.parse().ok()).unwrap_or_else(|| panic!("{said}"))
}

#[test]
fn export_holds_every_line_once_and_each_choice_its_part() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = folder.path();
    let (done, said) = millrace(here, &["demo", "--headless", "--for", "3s", "--rate", "2000", "--data", "data"]);
    assert!(done, "{said}");

    let session = export(here, "session.csv", &["--session", "LOAD1"]);
    assert_eq!(session.len(), count(here, "session = 'LOAD1'"));
    assert!(session.windows(2).all(|pair| place(&pair[0]) < place(&pair[1])), "in order, none twice");
    assert!(session.iter().any(|line| line.contains(",OrderFilled,FILL,")));
    let refused =
        session.iter().find(|line| line.contains(",MAX_ORDER_QTY,MAX_ORDER_QTY,10000.")).expect("one too large");
    assert!(refused.contains(",OrderRefused,REMO,"), "{refused}");

    let account = export(here, "account.csv", &["--account", "LOAD-A"]);
    let of_orders = "order_id in (select order_id from executions where account = 'LOAD-A') and order_id > 0";
    assert_eq!(account.len(), count(here, &format!("account = 'LOAD-A' or (account is null and {of_orders})")));

    let (_, said) = millrace(here, &["sql", "select mode(cast(time as date)) from executions", "--data", "data"]);
    let day = said.lines().nth(2).expect("a day");
    let lines = export(here, "day.csv", &["--day", day]);
    assert!(lines.len() > 5_000, "more than a page, and only {}", lines.len());
    assert!(lines.windows(2).all(|pair| place(&pair[0]) < place(&pair[1])), "in order, none twice");
    assert_eq!(lines.len(), count(here, &format!("cast(time as date) = date '{day}'")));

    let filled = session.iter().find(|line| line.contains(",OrderFilled,FILL,")).expect("a fill");
    let order = filled.split(',').nth(8).expect("its order");
    let lines = export(here, "order.csv", &["--order", order]);
    assert!(lines.contains(filled) && lines[0].contains(",OrderAccepted,NEWO,"), "{lines:?}");
    assert_eq!(lines.len(), count(here, &format!("order_id = {order}")));

    let parquet =
        ["export", "orders", "--data", "data", "--format", "parquet", "--out", "order.parquet", "--order", order];
    let (done, said) = millrace(here, &parquet);
    assert!(done && said.starts_with(&format!("{} lines in order.parquet", lines.len())), "{said}");
    let bytes = std::fs::read(here.join("order.parquet")).expect("the file is there");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    assert!(!here.join("order.parquet.csv.tmp").exists());

    let (done, said) = millrace(here, &["export", "orders", "--data", "data", "--out", "order.csv", "--order", order]);
    assert!(!done && said.contains("cannot write order.csv"), "{said}");
    let (done, said) =
        millrace(here, &["export", "orders", "--data", "data", "--out", "none.csv", "--day", "1999-12-31"]);
    assert!(!done && said.contains("hold nothing about that"), "{said}");
    assert!(!here.join("none.csv").exists() && !here.join("none.csv.fields.csv").exists());
}

fn place(line: &str) -> (u64, u64) {
    let mut cells = line.split(',').map(|cell| cell.parse().expect("a number"));
    (cells.next().expect("seq"), cells.next().expect("idx"))
}
