//! What is read of a statement, and what becomes of the times of breaks.

use std::collections::BTreeSet;

use super::broker_file::units;
use super::*;

const GOOD: &str = "record,account,symbol,side,qty,price,filled,order,exec_id,amount\n\
    position,ALPHA,ACME,,-12.5\n\
    cash,ALPHA,,,,,,,,-100.0000000000000001\n\
    order,ALPHA,ACME,buy,10,99.5,4,4711-0123456789ab,,\n\
    execution,ALPHA,\"AC,ME\",sell,4,99.5,,4712,E-77,\n";

#[test]
fn statement_is_read_exactly_and_names_its_accounts() {
    let read = Statement::parse(GOOD).expect("it is right");
    let positions = read.positions.as_ref().expect("there is one");
    assert_eq!(positions[&("ALPHA".to_owned(), "ACME".to_owned())], -1_250_000_000);
    assert_eq!(read.cash.as_ref().expect("there is some")["ALPHA"], -1_000_000_000_000_000_001);
    let order = &read.orders.as_ref().expect("there is one")[0];
    assert_eq!((order.order_id.map(|id| id.0), order.filled), (Some(4_711), 400_000_000));
    let execution = &read.executions.as_ref().expect("there is one")[0];
    assert_eq!((execution.symbol.as_str(), execution.order_id.map(|id| id.0)), ("AC,ME", Some(4_712)));
    assert_eq!(read.accounts(), BTreeSet::from(["ALPHA".to_owned()]));
    let only_cash = Statement::parse("account,record,amount\nALPHA,cash,1\n").expect("columns in any order");
    assert!(only_cash.positions.is_none() && only_cash.orders.is_none(), "it says nothing about them");
}

#[test]
fn all_errors_of_a_file_are_told_at_once_with_line_and_column() {
    let text = "record,account,symbol,side,qty,price,order,exec_id\n\
        position,,ACME,,1e5\n\
        orders,ALPHA\n\
        execution,ALPHA,ACME,by,-1,0.000000001,77,\n\
        position,ALPHA,ACME,,1\n\
        position,ALPHA,ACME,,2\n\
        position,\"ALPHA,ACME,,2\n";
    let Wrongs(wrongs) = Statement::parse(text).expect_err("it is wrong");
    let places: Vec<_> = wrongs.iter().map(|wrong| (wrong.line, wrong.column)).collect();
    assert_eq!(places, [(2, 2), (2, 5), (3, 1), (4, 8), (4, 4), (4, 5), (4, 6), (6, 0), (7, 0)], "{wrongs:#?}");
    let Wrongs(wrongs) = Statement::parse("record,acount,record\n").expect_err("it is wrong");
    let places: Vec<_> = wrongs.iter().map(|wrong| (wrong.line, wrong.column)).collect();
    assert_eq!(places, [(1, 2), (1, 3), (1, 0)], "{wrongs:#?}");
    assert!(Statement::parse(" \n").is_err());
}

#[test]
fn decimals_are_exact_or_none() {
    assert_eq!(units("-0.5", 8), Some(-50_000_000));
    assert_eq!(units("1.500000000000", 8), Some(150_000_000));
    for wrong in
        ["", "-", ".5", "1.000000001", "1e3", "1_000", "+1", "--1", "1.2.3", "99999999999999999999999999999999999"]
    {
        assert_eq!(units(wrong, 8), None, "{wrong}");
    }
}

#[test]
fn break_keeps_its_id_and_its_time_until_it_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("reconcile").join("seen.csv");
    let accounts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let position = |here: &str| Break::new(Kind::Position, "A,\"1", "ACME", String::new(), "qty").valued(here, "0");
    let other = Break::new(Kind::Cash, "B", "", String::new(), "");
    assert_eq!(position("1").id, position("2").id, "however much it is");
    assert_ne!(position("1").id, other.id);
    let look = |breaks: &mut [Break], names: &[&str], now| {
        seen::remember(&path, &accounts(names), breaks, EngineTime(now)).expect("it is written");
        breaks.iter().map(|one| one.first_seen.0).collect::<Vec<_>>()
    };
    assert_eq!(look(&mut [position("1"), other.clone()], &["A,\"1", "B"], 10), [10, 10]);
    assert_eq!(look(&mut [position("2")], &["A,\"1"], 20), [10]);
    assert_eq!(look(&mut [], &["A,\"1"], 30), [0; 0]);
    assert_eq!(
        look(&mut [position("1"), other], &["A,\"1", "B"], 40),
        [40, 10],
        "one was gone, nobody asked for the other"
    );
}
