//! Days that people know: daylight saving, holidays, early closes, days over midnight, and a daemon that was away.

use model::queue::{Consumer, bounded};
use model::{Agent as _, CalendarName, Command, EngineTime};

use super::*;

fn at(text: &str) -> i64 {
    let timestamp: jiff::Timestamp = text.parse().expect("a timestamp");
    i64::try_from(timestamp.as_nanosecond()).expect("within range")
}

fn day(text: &str) -> u32 {
    day_of(text.parse().expect("a date")).expect("since 1970")
}

fn standing(date: &str, phase: TradingPhase) -> Standing {
    Standing { trading_day: day(date), phase }
}

fn text(word: &str) -> Option<String> {
    Some(word.to_owned())
}

/// New York, as its stock market keeps it.
fn new_york() -> CalendarWords {
    CalendarWords {
        zone: text("America/New_York"),
        pre_open: text("07:00"),
        opening: text("09:29"),
        open: text("09:30"),
        closing: text("15:50"),
        close: text("16:00"),
        holidays: vec!["2026-11-26".to_owned(), "2026-12-25".to_owned()],
        early_closes: vec![("2026-11-27".to_owned(), "13:00".to_owned())],
        ..CalendarWords::default()
    }
}

/// A future that trades around the clock, from Sunday evening.
fn future() -> CalendarWords {
    CalendarWords {
        zone: text("America/Chicago"),
        open: text("17:00"),
        close: text("16:00"),
        early_closes: vec![("2026-11-27".to_owned(), "12:15".to_owned())],
        named_by_end: true,
        ..CalendarWords::default()
    }
}

fn calendar(words: &CalendarWords) -> Calendar {
    Calendar::of_words(CalendarName::literal("XNYS"), words).expect("a calendar")
}

#[test]
fn parts_of_the_day_follow_the_zone_through_daylight_saving() {
    let calendar = calendar(&new_york());
    // Before the change New York is four hours behind, after it five; it changes on the first of November.
    for (open, pre_open) in
        [("2026-10-30T13:30:00Z", "2026-10-30T11:00:00Z"), ("2026-11-02T14:30:00Z", "2026-11-02T12:00:00Z")]
    {
        let date = &open[..10];
        assert_eq!(calendar.standing(at(pre_open)), Some(standing(date, TradingPhase::PreOpen)));
        assert_eq!(calendar.standing(at(open) - 1), Some(standing(date, TradingPhase::Opening)));
        assert_eq!(calendar.standing(at(open)), Some(standing(date, TradingPhase::Open)));
    }
    assert_eq!(calendar.standing(at("2026-11-02T11:59:59Z")), Some(standing("2026-10-30", TradingPhase::Closed)));
    assert_eq!(calendar.next_change(at("2026-10-30T20:00:00Z")), Some(at("2026-11-02T12:00:00Z")));
    // In spring it changes on the eighth of March.
    assert_eq!(calendar.standing(at("2026-03-06T14:30:00Z")), Some(standing("2026-03-06", TradingPhase::Open)));
    assert_eq!(calendar.standing(at("2026-03-09T13:30:00Z")), Some(standing("2026-03-09", TradingPhase::Open)));
}

#[test]
fn holidays_are_closed_and_early_closes_move_what_leads_to_them() {
    let calendar = calendar(&new_york());
    assert_eq!(calendar.standing(at("2026-11-26T15:00:00Z")), Some(standing("2026-11-25", TradingPhase::Closed)));
    assert_eq!(calendar.standing(at("2026-11-27T17:49:59Z")), Some(standing("2026-11-27", TradingPhase::Open)));
    assert_eq!(calendar.standing(at("2026-11-27T17:50:00Z")), Some(standing("2026-11-27", TradingPhase::Closing)));
    assert_eq!(calendar.standing(at("2026-11-27T18:00:00Z")), Some(standing("2026-11-27", TradingPhase::Closed)));
    assert_eq!(calendar.next_change(at("2026-11-27T18:00:00Z")), Some(at("2026-11-30T12:00:00Z")));
}

#[test]
fn day_over_midnight_belongs_to_the_date_that_it_is_for() {
    let by_end = calendar(&future());
    // Sunday evening is Monday's.
    assert_eq!(by_end.standing(at("2026-11-15T22:59:59Z")), Some(standing("2026-11-13", TradingPhase::Closed)));
    assert_eq!(by_end.standing(at("2026-11-15T23:00:00Z")), Some(standing("2026-11-16", TradingPhase::Open)));
    assert_eq!(by_end.standing(at("2026-11-16T22:00:00Z")), Some(standing("2026-11-16", TradingPhase::Closed)));
    assert_eq!(by_end.standing(at("2026-11-16T23:00:00Z")), Some(standing("2026-11-17", TradingPhase::Open)));
    // It closes early on its own date, not on the one on which it began.
    assert_eq!(by_end.standing(at("2026-11-26T23:30:00Z")), Some(standing("2026-11-27", TradingPhase::Open)));
    assert_eq!(by_end.standing(at("2026-11-27T18:15:00Z")), Some(standing("2026-11-27", TradingPhase::Closed)));
    let by_start = calendar(&CalendarWords { named_by_end: false, ..future() });
    assert_eq!(by_start.standing(at("2026-11-16T23:00:00Z")), Some(standing("2026-11-16", TradingPhase::Open)));
    assert_eq!(by_start.standing(at("2026-11-17T21:59:59Z")), Some(standing("2026-11-16", TradingPhase::Open)));
    assert_eq!(by_start.standing(at("2026-11-15T23:30:00Z")), Some(standing("2026-11-13", TradingPhase::Closed)));
}

#[test]
fn every_change_is_found_and_none_goes_back() {
    for words in [new_york(), future(), CalendarWords { named_by_end: false, ..future() }] {
        let calendar = calendar(&words);
        let (mut now, end) = (at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"));
        let mut last = calendar.standing(now).expect("a day was before");
        let mut changes = 0;
        while now < end {
            let next = calendar.next_change(now).expect("there is a next day");
            assert_eq!(calendar.standing(next - 1), Some(last), "nothing changes in between");
            let standing = calendar.standing(next).expect("something is so");
            assert!(standing > last, "{standing:?} after {last:?}");
            (now, last, changes) = (next, standing, changes + 1);
        }
        let parts = [&words.pre_open, &words.opening, &words.open, &words.closing, &words.close];
        let a_day = parts.iter().filter(|part| part.is_some()).count();
        assert!(changes >= 250 * a_day, "{changes}");
    }
}

#[test]
fn what_is_written_wrong_is_named() {
    let wrong = |change: fn(&mut CalendarWords)| {
        let mut words = new_york();
        change(&mut words);
        Calendar::of_words(CalendarName::literal("X"), &words).expect_err("it is wrong").key
    };
    assert_eq!(wrong(|words| words.zone = text("America/York")), "zone");
    assert_eq!(wrong(|words| words.zone = None), "zone");
    assert_eq!(wrong(|words| words.close = None), "close");
    assert_eq!(wrong(|words| words.open = text("25:00")), "open");
    assert_eq!(wrong(|words| words.close = text("09:00")), "close");
    assert_eq!(wrong(|words| words.days = vec!["monday!".to_owned()]), "days");
    assert_eq!(wrong(|words| words.holidays.push("25.12.2026".to_owned())), "holidays");
    assert_eq!(wrong(|words| words.early_closes.push(("2026-11-27".to_owned(), "noon".to_owned()))), "early_closes");
    let by_hand = calendar(&CalendarWords::default());
    assert!(by_hand.is_kept_by_hand() && by_hand.standing(0).is_none() && by_hand.next_change(0).is_none());
}

/// A timer that goes on from there, and what it says.
fn timer(told: Option<Standing>, slots: usize) -> (Timer, Consumer<Command>) {
    let (producer, consumer) = bounded(slots);
    (Timer::new([(calendar(&new_york()), told)], producer), consumer)
}

fn said(timer: &mut Timer, commands: &mut Consumer<Command>, now: &str) -> Vec<Standing> {
    timer.work(EngineTime(at(now))).expect("it goes on");
    let said = std::iter::from_fn(|| commands.pop()).filter_map(|command| match command {
        Command::SetTradingPhase(set) => Some(Standing { trading_day: set.trading_day, phase: set.phase }),
        _ => None,
    });
    said.collect()
}

#[test]
fn day_that_was_open_when_the_daemon_went_is_closed_first() {
    let friday = standing("2026-11-20", TradingPhase::Open);
    let closed = standing("2026-11-20", TradingPhase::Closed);
    for (back, expected) in [
        ("2026-11-20T15:00:00Z", vec![]),
        ("2026-11-20T22:00:00Z", vec![closed]),
        ("2026-11-21T12:00:00Z", vec![closed]),
        ("2026-11-23T15:00:00Z", vec![closed, standing("2026-11-23", TradingPhase::Open)]),
        ("2026-12-01T12:30:00Z", vec![closed, standing("2026-12-01", TradingPhase::PreOpen)]),
    ] {
        let (mut timer, mut commands) = timer(Some(friday), 16);
        assert_eq!(said(&mut timer, &mut commands, back), expected, "back at {back}");
        assert_eq!(said(&mut timer, &mut commands, back), [], "once");
    }
    let (mut timer, mut commands) = timer(None, 16);
    assert_eq!(said(&mut timer, &mut commands, "2026-11-21T12:00:00Z"), [closed], "at the first start, what is so");
}

#[test]
fn each_part_is_said_when_it_begins_and_a_clock_that_is_set_back_unsays_nothing() {
    let (mut timer, mut commands) = timer(Some(standing("2026-11-20", TradingPhase::Closed)), 16);
    let phases = [
        ("2026-11-23T12:00:00Z", Some(TradingPhase::PreOpen)),
        ("2026-11-23T14:28:59Z", None),
        ("2026-11-23T14:29:00Z", Some(TradingPhase::Opening)),
        ("2026-11-23T14:30:00Z", Some(TradingPhase::Open)),
        ("2026-11-23T14:00:00Z", None),
        ("2026-11-23T20:50:00Z", Some(TradingPhase::Closing)),
        ("2026-11-23T21:00:01Z", Some(TradingPhase::Closed)),
        ("2026-11-23T15:00:00Z", None),
    ];
    for (now, phase) in phases {
        let expected: Vec<Standing> = phase.map(|phase| standing("2026-11-23", phase)).into_iter().collect();
        assert_eq!(said(&mut timer, &mut commands, now), expected, "{now}");
    }
}

#[test]
fn full_queue_loses_nothing_and_seconds_are_ticked() {
    let (producer, mut commands) = bounded(1);
    let open = standing("2026-11-20", TradingPhase::Open);
    let mut timer = Timer::new([(calendar(&new_york()), Some(open))], producer);
    let mut heard = Vec::new();
    for round in 0..4 {
        timer.work(EngineTime(at("2026-11-23T15:00:00Z") + round)).expect("it goes on");
        heard.extend(std::iter::from_fn(|| commands.pop()));
    }
    let phases = heard.iter().filter(|command| matches!(command, Command::SetTradingPhase(_))).count();
    let ticks = heard.iter().filter(|command| matches!(command, Command::Tick(_))).count();
    assert_eq!((phases, ticks), (2, 1), "{heard:?}");
    timer.work(EngineTime(at("2026-11-23T15:00:01Z"))).expect("it goes on");
    assert!(matches!(commands.pop(), Some(Command::Tick(_))), "a second is over");
}
