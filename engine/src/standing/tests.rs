//! The whole table: every standing that an order can have, and every step, counted out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;

const FILLED: [Filled; 3] = [Filled::None, Filled::Part, Filled::All];

/// Where an order can begin.
fn births() -> impl Iterator<Item = Standing> {
    [false, true].into_iter().flat_map(|good_till| {
        [false, true].map(|acknowledged| Standing {
            good_till,
            acknowledged,
            end: None,
            done_for_day: false,
            stopped: false,
            suspended: false,
            canceling: false,
            replacing: false,
            filled: Filled::None,
        })
    })
}

/// What can be filled after a step.
fn filled_after(filled: Filled, step: Step) -> Vec<Filled> {
    match (step, filled) {
        (Step::Fill, _) => vec![Filled::Part, Filled::All],
        (Step::Amend, _) => FILLED.to_vec(),
        // Another quantity makes a part of the whole, or the whole of a part.
        (Step::Replace(_) | Step::Restate, Filled::Part | Filled::All) => vec![Filled::Part, Filled::All],
        (_, filled) => vec![filled],
    }
}

fn key(standing: &Standing) -> String {
    format!("{standing:?}")
}

/// Every standing that some steps lead to.
fn reachable() -> Vec<Standing> {
    let mut all: Vec<Standing> = births().collect();
    let mut seen: BTreeSet<String> = all.iter().map(key).collect();
    let mut at = 0;
    while at < all.len() {
        let from = all[at];
        for step in Step::ALL {
            for filled in filled_after(from.filled, step) {
                if let Some(to) = from.after(step, filled)
                    && seen.insert(key(&to))
                {
                    all.push(to);
                }
            }
        }
        at += 1;
    }
    all
}

fn picture() -> String {
    let all = reachable();
    let mut picture = String::from(
        "Status after a step, by the status before. `/`: it depends on what else is true. `-`: cannot happen.\n\n",
    );
    let mut rows =
        vec![std::iter::once(String::new()).chain(OrdStatus::ALL.iter().map(|s| format!("{s:?}"))).collect()];
    for step in Step::ALL {
        let cells = OrdStatus::ALL.iter().map(|status| {
            let mut to = BTreeSet::new();
            for from in all.iter().filter(|from| from.status() == *status) {
                for filled in filled_after(from.filled, step) {
                    to.extend(from.after(step, filled).map(|to| short(to.status())));
                }
            }
            if to.is_empty() { "-".to_owned() } else { to.into_iter().collect::<Vec<_>>().join("/") }
        });
        rows.push(std::iter::once(format!("{step:?}")).chain(cells).collect::<Vec<_>>());
    }
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0) + 2;
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            write!(picture, "{cell:<width$}", width = width(column)).unwrap();
        }
        picture.push('\n');
    }
    picture.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

fn short(status: OrdStatus) -> &'static str {
    match status {
        OrdStatus::New => "New",
        OrdStatus::PartiallyFilled => "Part",
        OrdStatus::Filled => "Filled",
        OrdStatus::DoneForDay => "Done",
        OrdStatus::Canceled => "Canceled",
        OrdStatus::PendingCancel => "PendCxl",
        OrdStatus::Stopped => "Stopped",
        OrdStatus::Rejected => "Rejected",
        OrdStatus::Suspended => "Suspended",
        OrdStatus::PendingNew => "PendNew",
        OrdStatus::Expired => "Expired",
        OrdStatus::PendingReplace => "PendRpl",
    }
}

#[test]
fn table_is_the_reviewed_picture() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/snapshots/order_transitions.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, picture()).unwrap();
    }
    assert_eq!(picture(), std::fs::read_to_string(path).unwrap(), "run with UPDATE_SNAPSHOTS=1 and review");
}

#[test]
fn every_status_can_be_reached_and_no_other() {
    let statuses: BTreeSet<OrdStatus> = reachable().iter().map(|standing| standing.status()).collect();
    assert_eq!(statuses, OrdStatus::ALL.iter().copied().collect());
}

#[test]
fn an_end_is_for_ever_and_only_money_changes_after_it() {
    for from in reachable().into_iter().filter(|standing| standing.end.is_some()) {
        for step in Step::ALL {
            for filled in filled_after(from.filled, step) {
                let Some(to) = from.after(step, filled) else { continue };
                assert_eq!(to.end, from.end, "{from:?} {step:?}");
                assert!(!to.can_fill());
                assert!(matches!(step, Step::Fill | Step::Amend | Step::RefuseReplace(_)), "{from:?} {step:?}");
            }
        }
    }
}

#[test]
fn status_agrees_with_whether_the_order_can_be_filled() {
    for standing in reachable() {
        let time_in_force =
            if standing.good_till { model::TimeInForce::GoodTillCancel } else { model::TimeInForce::Day };
        if standing.can_fill() {
            assert!(standing.status().is_working(time_in_force), "{standing:?}");
        } else if !standing.canceling && !standing.replacing {
            assert!(!standing.status().is_working(time_in_force), "{standing:?}");
        }
    }
}

#[test]
fn cancel_passes_wherever_the_order_can_be_filled() {
    for standing in reachable().into_iter().filter(|standing| standing.can_fill() && !standing.canceling) {
        assert!(standing.after(Step::RequestCancel, standing.filled).is_some(), "{standing:?}");
    }
}
