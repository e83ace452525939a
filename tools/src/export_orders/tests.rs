//! The record and its list of fields, over answers as the analytics give them.

use super::*;

#[test]
fn every_field_of_the_table_is_a_column_or_named_as_absent_and_none_is_both() {
    let number = |field: &str| field.split(' ').next().and_then(|number| number.parse::<u32>().ok());
    let held: Vec<u32> = COLUMNS.iter().filter_map(|column| number(column.rts_24)).collect();
    let absent: Vec<u32> = ABSENT.iter().filter_map(|(field, _)| number(field)).collect();
    assert!(held.iter().all(|field| !absent.contains(field)));
    // The day of receipt (19) is in the time of a new order.
    for field in (1..=51).filter(|field| *field != 19) {
        assert!(held.contains(&field) || absent.contains(&field), "field {field}");
    }
}

#[test]
fn choice_is_text_for_the_database_and_never_a_statement() {
    let chosen = Chosen {
        order: Some(7),
        session: Some("x' OR 1=1 --".to_owned()),
        account: Some("A".to_owned()),
        day: "2026-11-21".parse().ok(),
    };
    let statement = page(&chosen, (0, 0), 99);
    for condition in
        ["seq <= 99", "order_id = 7", "session = 'x'' OR 1=1 --'", "(account = 'A' OR", "DATE '2026-11-21'"]
    {
        assert!(statement.contains(condition), "{condition} in {statement}");
    }
    assert!(store::check_read_only(&statement).is_ok());
}

#[test]
fn pages_go_on_after_the_last_row_until_one_is_short() {
    let rows = PAGE as u64 * 2 + 3;
    let ask = |statement: &str| {
        if statement.contains("flush_cursor") {
            return Ok(vec![vec![Value::from(rows)]]);
        }
        let after =
            statement.split("(seq > ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap_or(0);
        let page = (after + 1..=rows).take(PAGE);
        Ok(page.map(|seq| vec![Value::from(seq.to_string()), Value::from("0"), Value::from("a,\"b\"")]).collect())
    };
    let mut file = Vec::new();
    let mut exported = Exported { rows: 0, through: 0, fields: PathBuf::new() };
    write_orders(&Chosen::default(), &ask, &mut file, &mut exported).unwrap();
    assert_eq!((exported.rows, exported.through), (rows, rows));
    let text = String::from_utf8(file).unwrap();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert!(lines[0].starts_with("seq,idx,time,event,"));
    assert_eq!(lines.len() as u64, rows + 1);
    for (line, seq) in lines[1..].iter().zip(1..) {
        assert_eq!(*line, format!("{seq},0,\"a,\"\"b\"\"\""));
    }
}
