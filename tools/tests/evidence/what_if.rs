//! What-if against random flows: with the recorded limits nothing comes out otherwise; with others exactly what a bystander expects;
//! and days decided in parallel say what days decided one by one say.

use std::collections::BTreeSet;
use std::path::Path;

use model::{AccountName, Command, Event, Qty, Seq, Symbol};
use tools::evidence::fold::fold;
use tools::evidence::moment::Moment;
use tools::evidence::what_if::{self, AccountLimits, InstrumentLimits, Limits, Outcome, Range, SessionLimits};

use crate::flow::Flow;
use crate::recorder::Recorder;

/// 23:59:59 UTC, so that flows go on into the next day.
const EVE: i64 = 1_790_035_199_000_000_000;
const DAY: i64 = 86_400_000_000_000;
const EVERYTHING: Range = Range { from: Moment::Frame(Seq(1)), to: Moment::END, every: what_if::HOUR };

/// A flow over some days; each begins with the last second of the one before.
fn record(seed: u64, dir: &Path, days: i64, commands: usize) {
    let mut recorder = Recorder::new(dir, EVE);
    let mut flow = Flow::begin(seed, &mut recorder);
    for day in 0..days {
        recorder.now.0 = recorder.now.0.max(EVE + day * DAY);
        for _ in 0..commands {
            let command = flow.next(&mut recorder);
            recorder.put(command);
        }
    }
    recorder.prove();
}

fn tried(dir: &Path, limits: &Limits, range: Range) -> Outcome {
    what_if::run(dir, limits, range).expect("the record is sound")
}

#[test]
fn recorded_limits_change_nothing() {
    for seed in 20..26 {
        let folder = tempfile::tempdir().expect("a folder");
        record(seed, folder.path(), 2, 3_000);
        let second = 1_000_000_000;
        let middle = Range { from: Moment::Frame(Seq(1_777)), to: Moment::Frame(Seq(4_321)), every: second };
        for range in [EVERYTHING, middle] {
            let outcome = tried(folder.path(), &Limits::default(), range);
            assert!(outcome.is_unchanged() && outcome.changes.is_empty(), "seed {seed}: {}", outcome.to_text());
            assert!(outcome.days.iter().all(|day| day.is_same), "seed {seed}: the states are the same");
            for (_, key, peaks) in outcome.days.iter().flat_map(|day| &day.exposure) {
                assert_eq!(peaks.long[0], peaks.long[1], "seed {seed}, {key:?}");
                assert_eq!(peaks.short[0], peaks.short[1], "seed {seed}, {key:?}");
            }
            assert!(outcome.days.len() >= 2 && outcome.days.iter().map(|day| day.requests).sum::<u64>() > 500);
        }
    }
}

/// An order is refused newly where it is larger than the limit that is tried, and nothing before that objects: the recorded
/// flow took it, so nothing did.
#[test]
fn smaller_order_limit_refuses_exactly_the_larger_orders() {
    let folder = tempfile::tempdir().expect("a folder");
    record(31, folder.path(), 1, 400);
    let most = Qty::whole(120);
    let limits = Limits {
        instruments: ["ACME", "ZINC"]
            .map(|symbol| InstrumentLimits {
                symbol: Symbol::literal(symbol),
                max_order_qty: Some(most),
                ..InstrumentLimits::default()
            })
            .to_vec(),
        ..Limits::default()
    };
    let outcome = tried(folder.path(), &limits, EVERYTHING);
    let mut expected = BTreeSet::new();
    fold(folder.path(), Moment::END, |_, frame| {
        if let (Command::NewOrder(c), Some(Event::OrderAccepted(_))) = (&frame.command, frame.as_slice().first())
            && c.order_qty > most
        {
            expected.insert(frame.seq);
        }
    })
    .expect("it folds");
    let refused: BTreeSet<Seq> = outcome.days[0]
        .decided
        .iter()
        .filter(|one| one.request == what_if::Request::NewOrder && one.recorded.is_none())
        .filter(|one| one.tried.is_some_and(|refusal| refusal.check == model::Check::MaxOrderQty))
        .map(|one| one.seq)
        .collect();
    assert!(expected.len() > 10, "{} orders were larger", expected.len());
    assert_eq!(refused, expected);
    assert!(outcome.days[0].void_reports > 0, "venues spoke of them");
}

#[test]
fn wider_limits_let_refused_orders_through_and_more_is_at_risk() {
    let folder = tempfile::tempdir().expect("a folder");
    record(32, folder.path(), 1, 4_000);
    let limits = Limits {
        accounts: ["CASH", "MARGIN"]
            .map(|account| AccountLimits {
                account: AccountName::literal(account),
                max_order_qty: Some(Qty::whole(10_000)),
                max_long: Some(Qty::whole(1_000_000)),
                max_short: Some(Qty::whole(1_000_000)),
                open_orders_max: Some(100_000),
                ..AccountLimits::default()
            })
            .to_vec(),
        sessions: vec![SessionLimits {
            target_comp_id: model::CompId::literal("ONE"),
            messages_per_second: Some(1_000_000),
        }],
        ..Limits::default()
    };
    let day = &tried(folder.path(), &limits, EVERYTHING).days[0];
    let through = day.decided.iter().filter(|one| one.recorded.is_some() && one.tried.is_none()).count();
    assert!(through > 20, "{through} were let through");
    assert!(day.granted_cancels > 0, "cancels of them apply");
    assert!(day.exposure.iter().any(|(_, _, peaks)| peaks.long[1].qty > peaks.long[0].qty));
}

#[test]
fn other_collar_and_rate_are_tried_too() {
    let folder = tempfile::tempdir().expect("a folder");
    record(33, folder.path(), 1, 2_000);
    let refused = |limits: Limits, check| {
        let outcome = tried(folder.path(), &limits, EVERYTHING);
        let by = |one: &&what_if::Decided| one.tried.is_some_and(|refusal| refusal.check == check);
        outcome.days.iter().flat_map(|day| day.decided.iter().filter(by)).count()
    };
    let collar = InstrumentLimits { symbol: Symbol::literal("ACME"), collar: Some(0), ..InstrumentLimits::default() };
    let limits = Limits { instruments: vec![collar], ..Limits::default() };
    assert!(refused(limits, model::Check::CollarHigh) > 10);
    let rate = SessionLimits { target_comp_id: model::CompId::literal("TWO"), messages_per_second: Some(20) };
    let limits = Limits { sessions: vec![rate], ..Limits::default() };
    assert!(refused(limits, model::Check::MessageRate) > 10);
}

#[test]
fn days_in_parallel_say_what_one_thread_says() {
    let folder = tempfile::tempdir().expect("a folder");
    record(34, folder.path(), 5, 800);
    let tight = AccountLimits {
        account: AccountName::literal("MARGIN"),
        max_long: Some(Qty::whole(150)),
        ..AccountLimits::default()
    };
    let limits = Limits { accounts: vec![tight], ..Limits::default() };
    let alone = what_if::run_on(1, folder.path(), &limits, EVERYTHING).expect("sound");
    let together = what_if::run_on(4, folder.path(), &limits, EVERYTHING).expect("sound");
    assert!(alone.days.len() >= 5, "{} days", alone.days.len());
    assert!(!alone.is_unchanged());
    assert_eq!(alone.to_json(), together.to_json());
}

#[test]
fn names_that_the_journal_does_not_know_are_told_all_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    record(35, folder.path(), 1, 10);
    let limits = Limits {
        accounts: vec![AccountLimits { account: AccountName::literal("NOBODY"), ..AccountLimits::default() }],
        instruments: vec![InstrumentLimits { symbol: Symbol::literal("NOTHING"), ..InstrumentLimits::default() }],
        ..Limits::default()
    };
    let why = what_if::run(folder.path(), &limits, EVERYTHING).expect_err("it names strangers").to_string();
    assert!(why.contains("account NOBODY") && why.contains("instrument NOTHING"), "{why}");
}
