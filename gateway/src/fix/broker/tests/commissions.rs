//! What a broker takes for a trade, as it comes to the engine.

use model::{CommType, Command, Commission, Currency};

use super::{Ear, ORDER};

/// The commission of a fill of an order of ours with these fields; the fill itself is always told of.
fn told(fields: &str) -> Option<Commission> {
    let body = format!("37=B1|17=E1|150=F|39=1|55=ACME|54=2|32=5|31=99|{fields}");
    match Ear::new().listen("8", "mine", &body).command {
        Some(Command::CommissionedReport(told)) => {
            assert_eq!((told.report.order_id, told.report.last_qty.units()), (ORDER, 500_000_000));
            Some(told.commission)
        }
        Some(Command::VenueReport(report)) => {
            assert_eq!((report.order_id, report.last_qty.units()), (ORDER, 500_000_000));
            None
        }
        other => panic!("{other:?}"),
    }
}

fn of(comm_type: CommType, value: i64, currency: &str) -> Option<Commission> {
    Some(Commission { value, currency: Currency::literal(currency), comm_type, reserved: [0; 7] })
}

#[test]
fn commission_comes_with_its_fill() {
    assert_eq!(told(""), None);
    assert_eq!(told("12=0.02|13=1|"), of(CommType::PerUnit, 2_000_000, ""));
    assert_eq!(told("12=0.0005|13=2|479=USD|"), of(CommType::Percentage, 50_000, "USD"));
    assert_eq!(told("12=-1.25|13=3|479=EUR|"), of(CommType::Absolute, -125_000_000, "EUR"));
    assert_eq!(told("12=0|13=3|"), of(CommType::Absolute, 0, ""));
}

#[test]
fn commission_that_is_not_understood_loses_no_fill() {
    for fields in ["12=1|13=4|", "12=1|13=6|", "12=1|", "12=1|13=33|", "12=x|13=3|", "12=1|13=3|479=FARTOOLONG|"] {
        assert_eq!(told(fields).map(|commission| commission.comm_type), Some(CommType::Other), "{fields}");
    }
}
