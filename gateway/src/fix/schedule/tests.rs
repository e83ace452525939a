//! Rule 19. Hours that people know, and a twin that walks through the minutes of the zones with the strangest clocks.

use jiff::civil::{DateTime, time};
use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
const ALL_DAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn utc(text: &str) -> i64 {
    let timestamp: Timestamp = text.parse().expect("a timestamp");
    timestamp.as_nanosecond() as i64
}

fn window(opens: &str, closes: &str) -> Option<Window> {
    Some(Window { opens_ns: utc(opens), closes_ns: utc(closes) })
}

fn daily(zone: &str, start: Time, end: Time, weekdays: &[Weekday]) -> Schedule {
    Schedule::daily(zone, start, end, weekdays).expect("a schedule")
}

#[test]
fn rule_19_workday_hours_follow_the_zone_through_daylight_saving() {
    let schedule = daily("Europe/London", time(8, 0, 0, 0), time(16, 30, 0, 0), &WORKDAYS);
    // Friday in winter, Monday in summer: an hour earlier by UTC.
    let (friday, monday) = (
        window("2025-03-28T08:00:00Z", "2025-03-28T16:30:00Z"),
        window("2025-03-31T07:00:00Z", "2025-03-31T15:30:00Z"),
    );
    assert_eq!(schedule.window_at(utc("2025-03-28T08:00:00Z")), friday);
    assert_eq!(schedule.window_at(utc("2025-03-28T16:29:59.999999999Z")), friday);
    assert!(!schedule.is_open(utc("2025-03-28T16:30:00Z")), "the end is not in it");
    let weekend = utc("2025-03-30T12:00:00Z");
    assert_eq!(schedule.window_at(weekend), None);
    assert_eq!(schedule.next_open(weekend), Some(utc("2025-03-31T07:00:00Z")));
    assert_eq!(schedule.next_close(weekend), Some(utc("2025-03-31T15:30:00Z")));
    assert_eq!(schedule.window_at(utc("2025-03-31T07:00:00Z")), monday);
}

#[test]
fn rule_19_equal_start_and_end_is_twenty_four_hours_and_a_new_session_each_day() {
    let schedule = daily("America/New_York", time(17, 0, 0, 0), time(17, 0, 0, 0), &ALL_DAYS);
    let before = utc("2025-10-09T20:59:00Z");
    assert_eq!(schedule.window_at(before), window("2025-10-08T21:00:00Z", "2025-10-09T21:00:00Z"));
    assert_eq!(schedule.next_close(before), Some(utc("2025-10-09T21:00:00Z")));
    assert!(schedule.is_open(utc("2025-10-09T21:00:00Z")));
    assert!(!schedule.has_begun_since(utc("2025-10-08T21:00:00Z"), before));
    assert!(schedule.has_begun_since(before, utc("2025-10-09T21:00:00Z")));
}

#[test]
fn rule_19_night_session_belongs_to_the_day_of_its_start() {
    let schedule = daily("Asia/Tokyo", time(22, 0, 0, 0), time(5, 0, 0, 0), &[Weekday::Friday]);
    let saturday = window("2025-10-10T13:00:00Z", "2025-10-10T20:00:00Z");
    assert_eq!(schedule.window_at(utc("2025-10-10T19:59:00Z")), saturday);
    assert!(!schedule.is_open(utc("2025-10-09T19:00:00Z")));
}

#[test]
fn rule_19_weekly_session_runs_from_its_first_day_to_its_last() {
    let schedule = Schedule::weekly(
        "America/New_York",
        (Weekday::Sunday, time(17, 0, 0, 0)),
        (Weekday::Friday, time(17, 0, 0, 0)),
    )
    .expect("a schedule");
    // The clock goes back on the Sunday, before the opening.
    let week = window("2025-11-02T22:00:00Z", "2025-11-07T22:00:00Z");
    assert_eq!(schedule.window_at(utc("2025-11-05T12:00:00Z")), week);
    assert_eq!(schedule.window_at(utc("2025-11-08T12:00:00Z")), None);
    assert_eq!(schedule.next_open(utc("2025-11-08T12:00:00Z")), Some(utc("2025-11-09T22:00:00Z")));
    assert!(!schedule.has_begun_since(utc("2025-11-03T00:00:00Z"), utc("2025-11-09T21:59:00Z")));
    assert!(schedule.has_begun_since(utc("2025-11-03T00:00:00Z"), utc("2025-11-09T22:00:00Z")));
    let seven = (Weekday::Wednesday, time(12, 0, 0, 0));
    let always = Schedule::weekly("UTC", seven, seven).expect("a schedule");
    let full_week = window("2025-10-08T12:00:00Z", "2025-10-15T12:00:00Z");
    assert_eq!(always.window_at(utc("2025-10-15T11:59:00Z")), full_week);
}

#[test]
fn rule_19_hours_that_the_clock_leaves_out_or_shows_twice() {
    // 02:00 becomes 03:00 on 9 March 2025 at 07:00 UTC, and 02:00 becomes 01:00 on 2 November at 06:00 UTC.
    let zone = "America/New_York";
    let lost = daily(zone, time(2, 15, 0, 0), time(2, 45, 0, 0), &ALL_DAYS);
    assert_eq!(lost.next_open(utc("2025-03-09T06:00:00Z")), Some(utc("2025-03-10T06:15:00Z")));
    let late = daily(zone, time(2, 30, 0, 0), time(9, 0, 0, 0), &ALL_DAYS);
    assert_eq!(late.next_open(utc("2025-03-09T06:00:00Z")), Some(utc("2025-03-09T07:00:00Z")));
    let twice = daily(zone, time(1, 15, 0, 0), time(1, 45, 0, 0), &ALL_DAYS);
    let both = window("2025-11-02T05:15:00Z", "2025-11-02T06:45:00Z");
    assert_eq!(twice.window_at(utc("2025-11-02T06:00:00Z")), both);
    let until_then = daily(zone, time(0, 0, 0, 0), time(1, 0, 0, 0), &ALL_DAYS);
    assert_eq!(until_then.next_close(utc("2025-11-02T04:30:00Z")), Some(utc("2025-11-02T05:00:00Z")));
}

#[test]
fn rule_19_unknown_zone_and_no_weekday_are_refused() {
    let noon = time(12, 0, 0, 0);
    let unknown = Schedule::daily("Europe/Atlantis", noon, noon, &WORKDAYS).map(|_| ());
    assert_eq!(unknown, Err(ScheduleProblem::UnknownZone("Europe/Atlantis".to_owned())));
    assert_eq!(Schedule::daily("UTC", noon, noon, &[]).map(|_| ()), Err(ScheduleProblem::NoWeekday));
}

/// The slow, obvious way: looks at the wall clock each minute.
struct Twin {
    /// Each minute of some weeks: when it is, and what the wall clock shows.
    minutes: Vec<(i64, DateTime)>,
}

impl Twin {
    fn of(zone: &str, middle_ns: i64, days: i64) -> Twin {
        let zone = TimeZone::get(zone).expect("a zone");
        let first = middle_ns - middle_ns.rem_euclid(MINUTE) - days * DAY;
        let minute = |n: i64| {
            let ns = first + n * MINUTE;
            (ns, zone.to_datetime(Timestamp::from_nanosecond(ns.into()).expect("in range")))
        };
        Twin { minutes: (0..2 * days * 24 * 60).map(minute).collect() }
    }

    /// A window is all from the first minute that shows an hour inside it to the last.
    fn windows(&self, opens_on: &[Weekday], start: Time, end: Time, days_long: i64) -> Vec<Window> {
        let mut windows: Vec<Window> = Vec::new();
        let Some(mut date) = self.minutes.first().map(|(_, shown)| shown.date()) else { return windows };
        let last = self.minutes.last().map_or(date, |(_, shown)| shown.date());
        while date < last {
            let (from, to) = (date.to_datetime(start), (date + Span::new().days(days_long)).to_datetime(end));
            let mut inside = self.minutes.iter().filter(|(_, shown)| (from..to).contains(shown)).map(|(ns, _)| *ns);
            if opens_on.contains(&date.weekday())
                && let Some(opens_ns) = inside.next()
            {
                let closes_ns = inside.next_back().unwrap_or(opens_ns) + MINUTE;
                if let Some(before) = windows.last_mut() {
                    before.closes_ns = before.closes_ns.min(opens_ns);
                }
                windows.push(Window { opens_ns, closes_ns });
            }
            date = date.tomorrow().expect("in range");
        }
        windows
    }
}

/// Zones and times near which their clocks change: by an hour, by half an hour, by two, at midnight, by a whole day.
const CHANGES: [(&str, &str); 12] = [
    ("America/New_York", "2025-03-09T07:00:00Z"),
    ("America/New_York", "2025-11-02T06:00:00Z"),
    ("Europe/London", "2025-03-30T01:00:00Z"),
    ("Europe/London", "2040-10-28T01:00:00Z"),
    ("Australia/Lord_Howe", "2025-04-05T15:00:00Z"),
    ("Australia/Lord_Howe", "2025-10-04T15:30:00Z"),
    ("Antarctica/Troll", "2025-03-30T01:00:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
    ("America/Sao_Paulo", "2018-02-18T02:00:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Asia/Kolkata", "2025-06-01T00:00:00Z"),
    ("Africa/Casablanca", "2025-02-23T02:00:00Z"),
];

fn minute_of_day() -> impl Strategy<Value = Time> {
    // Quarters of an hour, mostly those of the night, when clocks change.
    prop_oneof![3 => 0i16..20, 1 => 0i16..96].prop_map(|q| time((q / 4) as i8, (q % 4 * 15) as i8, 0, 0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rule_19_schedule_agrees_with_the_wall_clock_minute_by_minute(
        change in 0..CHANGES.len(),
        start in minute_of_day(),
        end in minute_of_day(),
        days in proptest::sample::subsequence(ALL_DAYS.to_vec(), 1..=7),
        weekly in any::<bool>(),
        last_day in 0..7usize,
        offsets in proptest::collection::vec(-3 * 24 * 60i64..3 * 24 * 60, 24),
    ) {
        let (zone, moment) = (CHANGES[change].0, utc(CHANGES[change].1));
        let (schedule, opens_on, days_long) = match weekly {
            false => (daily(zone, start, end, &days), days, i64::from(end <= start)),
            true => {
                let (first, last) = (days[0], ALL_DAYS[last_day]);
                let schedule = Schedule::weekly(zone, (first, start), (last, end)).expect("a schedule");
                let length = (last.to_monday_zero_offset() - first.to_monday_zero_offset()).rem_euclid(7);
                let full = length == 0 && end <= start;
                (schedule, vec![first], if full { 7 } else { i64::from(length) })
            }
        };
        let windows = Twin::of(zone, moment, 24).windows(&opens_on, start, end, days_long);
        for offset in offsets {
            let now = moment + offset * MINUTE;
            let open = windows.iter().find(|window| (window.opens_ns..window.closes_ns).contains(&now)).copied();
            prop_assert_eq!(schedule.window_at(now), open, "{} at {}", zone, offset);
            let next = windows.iter().find(|window| window.opens_ns > now);
            prop_assert_eq!(schedule.next_open(now), next.map(|window| window.opens_ns));
            let closes = open.or(next.copied()).map(|window| window.closes_ns);
            prop_assert_eq!(schedule.next_close(now), closes);
            let since = moment - 3 * DAY;
            let begun = windows.iter().any(|window| window.opens_ns > since && window.opens_ns <= now);
            prop_assert_eq!(schedule.has_begun_since(since, now), begun);
        }
    }
}
