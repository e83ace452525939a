//! Follows a schedule for one session: closes it at the end of its hours, opens it again, and says when its numbers are over.
//!
//! The numbers of a session live until the next end of its hours after they were begun. So whoever was away over that end, the
//! daemon included, finds out at the first look, from nothing but the time at which the numbers were begun. They begin again at
//! the end and not only with the next beginning: what happens in between is numbered for the session to come, which can ask for
//! it.
//!
//! The owner gives the time; it calls [`Hours::follow`] a few times a second, and before each Logon. That is cheap: the calendar
//! is looked at only when something changes.

use jiff::civil::{Time, Weekday};

use super::encode::Encoder;
use super::schedule::Schedule;
use super::session::Session;

/// Text(58) of the Logout at the end of the hours, and of the one that answers a Logon outside them.
const CLOSED: &str = "outside the session's hours";
/// Text(58) of the Logout where the next hours follow without a break.
const BEGINS_AGAIN: &str = "a new session begins";

/// The hours of one session.
#[derive(Clone, Debug)]
pub(super) struct Hours {
    schedule: Schedule,
    /// When the numbers were begun.
    born_ns: i64,
    /// Until when they live.
    void_ns: i64,
    /// When it was last looked, and when it must be looked again.
    looked_ns: i64,
    due_ns: i64,
}

impl Hours {
    pub(super) fn new(schedule: Schedule) -> Hours {
        Hours { schedule, born_ns: i64::MIN, void_ns: i64::MAX, looked_ns: i64::MIN, due_ns: i64::MIN }
    }

    /// Are the numbers over that [`Hours::follow`] was last told of?
    pub(super) fn is_over(&self) -> bool {
        self.void_ns <= self.looked_ns
    }

    /// Brings the session to what the clock says. `born_ns` is when its numbers were begun; `out` is where a live session says
    /// Logout(5). Numbers that are over begin again with the next Logon, or with [`Session::reset_if_due`].
    pub(super) fn follow(&mut self, now_ns: i64, born_ns: i64, session: &mut Session, out: Option<&mut Encoder>) {
        if self.looked_ns <= now_ns && now_ns < self.due_ns && born_ns == self.born_ns {
            return;
        }
        if born_ns != self.born_ns {
            self.born_ns = born_ns;
            self.void_ns = self.schedule.next_close(born_ns).unwrap_or(i64::MAX);
        }
        let is_over = now_ns >= self.void_ns;
        if is_over {
            session.reset_at_next_logon();
        }
        match (self.schedule.is_open(now_ns), out) {
            (true, out) => {
                session.open();
                if let (true, Some(out)) = (is_over, out) {
                    session.logout(now_ns, BEGINS_AGAIN, out);
                }
            }
            (false, Some(out)) => session.close_for(now_ns, CLOSED, out),
            (false, None) => session.refuse_logons(CLOSED),
        }
        let changes = [self.schedule.next_open(now_ns), self.schedule.next_close(now_ns), Some(self.void_ns)];
        let later = changes.into_iter().flatten().filter(|change| *change > now_ns);
        (self.looked_ns, self.due_ns) = (now_ns, later.min().unwrap_or(i64::MAX));
    }
}

impl Schedule {
    /// Hours as people write them: `08:00` to `17:00` on weekdays such as `mon`, every day where there are none; or one window a
    /// week, `sun 17:00` to `fri 16:30`.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn of_words(zone: &str, start: &str, end: &str, weekdays: &[String]) -> Result<Schedule, String> {
        let named: Vec<Weekday> = weekdays.iter().map(|word| weekday(word)).collect::<Result<_, _>>()?;
        let made = match (point(start)?, point(end)?) {
            ((None, start), (None, end)) => {
                let every_day: Vec<Weekday> = Weekday::Monday.cycle_forward().take(7).collect();
                Schedule::daily(zone, start, end, if named.is_empty() { &every_day } else { &named })
            }
            ((Some(first), start), (Some(last), end)) if named.is_empty() => {
                Schedule::weekly(zone, (first, start), (last, end))
            }
            ((Some(_), _), (Some(_), _)) => {
                return Err("start and end name weekdays, so there can be no days".to_owned());
            }
            _ => return Err("start and end must both name a weekday, or neither".to_owned()),
        };
        made.map_err(|problem| problem.to_string())
    }
}

/// `17:00`, or `sun 17:00`.
fn point(text: &str) -> Result<(Option<Weekday>, Time), String> {
    let (day, time) = match text.split_once(' ') {
        Some((day, time)) => (Some(weekday(day)?), time),
        None => (None, text),
    };
    let time =
        time.parse().map_err(|_| format!("{text:?} is not a time of the day like \"17:00\" or \"fri 17:00\""))?;
    Ok((day, time))
}

pub(crate) fn weekday(word: &str) -> Result<Weekday, String> {
    match word.to_ascii_lowercase().as_str() {
        "mon" | "monday" => Ok(Weekday::Monday),
        "tue" | "tuesday" => Ok(Weekday::Tuesday),
        "wed" | "wednesday" => Ok(Weekday::Wednesday),
        "thu" | "thursday" => Ok(Weekday::Thursday),
        "fri" | "friday" => Ok(Weekday::Friday),
        "sat" | "saturday" => Ok(Weekday::Saturday),
        "sun" | "sunday" => Ok(Weekday::Sunday),
        _ => Err(format!("{word:?} is no weekday; they are mon, tue, wed, thu, fri, sat, sun")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::session::{SequenceNumbers, SessionConfig};
    use super::*;

    const SECOND: i64 = 1_000_000_000;
    const HOUR: i64 = 3_600 * SECOND;

    fn at(text: &str) -> i64 {
        i64::try_from(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()).unwrap()
    }

    fn session() -> Session {
        Session::new(SessionConfig::acceptor("MILL", "CLIENT"), SequenceNumbers { next_in: 7, next_out: 9 })
    }

    fn words(start: &str, end: &str, days: &[&str]) -> Result<Schedule, String> {
        let days: Vec<String> = days.iter().map(|day| (*day).to_owned()).collect();
        Schedule::of_words("America/New_York", start, end, &days)
    }

    /// Follows from nothing, as a daemon that has just started; were the numbers begun again?
    fn is_reset(schedule: &Schedule, born: &str, now: &str) -> bool {
        let mut session = session();
        Hours::new(schedule.clone()).follow(at(now), at(born), &mut session, None);
        session.reset_if_due()
    }

    #[test]
    fn numbers_live_until_the_next_end_of_the_hours_also_while_nobody_looks() {
        // In winter New York is five hours behind.
        let schedule = words("08:00", "17:00", &["mon", "tue", "wed", "thu", "fri"]).unwrap();
        let wednesday = "2025-01-15T15:00:00Z";
        for (now, expected) in [
            ("2025-01-15T21:59:59Z", false),
            ("2025-01-15T22:00:00Z", true),
            ("2025-01-16T13:00:00Z", true),
            ("2025-03-01T00:00:00Z", true),
        ] {
            assert_eq!(is_reset(&schedule, wednesday, now), expected, "{now}");
        }
        // Begun on Friday evening, after the end: they are Monday's.
        let evening = "2025-01-17T23:00:00Z";
        assert!(!is_reset(&schedule, evening, "2025-01-20T21:59:00Z"));
        assert!(is_reset(&schedule, evening, "2025-01-20T22:00:00Z"));
    }

    #[test]
    fn week_without_a_break_begins_again_once() {
        let schedule = words("17:00", "17:00", &[]).unwrap();
        let (born, change) = ("2025-01-15T15:00:00Z", at("2025-01-15T22:00:00Z"));
        let (mut session, mut hours) = (session(), Hours::new(schedule));
        let mut out = Encoder::with_capacity(512);
        hours.follow(change - SECOND, at(born), &mut session, Some(&mut out));
        assert!(session.is_open() && !session.reset_if_due());
        hours.follow(change, at(born), &mut session, Some(&mut out));
        assert!(session.is_open() && session.reset_if_due());
        for later in [SECOND, HOUR, 23 * HOUR] {
            hours.follow(change + later, change, &mut session, Some(&mut out));
            assert!(session.is_open() && !session.reset_if_due(), "{later}");
        }
        hours.follow(change + 24 * HOUR, change, &mut session, None);
        assert!(session.reset_if_due());
    }

    #[test]
    fn session_is_closed_and_opened_and_a_clock_set_back_does_no_harm() {
        let schedule = words("sun 17:00", "fri 17:00", &[]).unwrap();
        let (mut session, mut hours) = (session(), Hours::new(schedule));
        let (friday, sunday) = (at("2025-01-17T22:00:00Z"), at("2025-01-19T22:00:00Z"));
        for (now, open) in [
            (friday - 1, true),
            (friday, false),
            (sunday - 1, false),
            (sunday, true),
            (friday + HOUR, false),
            (friday - HOUR, true),
        ] {
            hours.follow(now, friday - HOUR, &mut session, None);
            assert_eq!(session.is_open(), open, "{now}");
        }
    }

    #[test]
    fn words_that_make_no_schedule_are_named() {
        for (start, end, days, why) in [
            ("8 o'clock", "17:00", &[][..], "is no weekday"),
            ("25:00", "17:00", &[], "is not a time of the day"),
            ("08:00", "17:00", &["someday"], "\"someday\" is no weekday"),
            ("sun 17:00", "17:00", &[], "both name a weekday"),
            ("sun 17:00", "fri 17:00", &["mon"], "there can be no days"),
        ] {
            let problem = words(start, end, days).unwrap_err();
            assert!(problem.contains(why), "{problem}");
        }
        let problem = Schedule::of_words("Mars/Olympus", "08:00", "17:00", &[]).unwrap_err();
        assert!(problem.contains("no time zone"), "{problem}");
    }
}
