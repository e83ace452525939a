//! What the head of a script sets: the session's configuration, its hours, its numbers, the clock.

use gateway::fix::schedule::Schedule;
use gateway::fix::session::{BadLogonAnswer, SessionConfig};
use gateway::fix::value::TimePrecision;
use jiff::Timestamp;
use jiff::civil::{Time, Weekday};

use super::wire::duration_ns;

/// `reset_on_logon on`: the configuration's own names.
pub(crate) fn set(config: &mut SessionConfig, rest: &str) {
    let (name, value) = rest.split_once(' ').expect("a name and a value");
    let on = value == "on";
    match name {
        "allow_reset" => config.allow_reset = on,
        "reset_on_logon" => config.reset_on_logon = on,
        "reset_on_logout" => config.reset_on_logout = on,
        "reset_on_disconnect" => config.reset_on_disconnect = on,
        "next_expected_msg_seq_num" => config.next_expected_msg_seq_num = on,
        "last_msg_seq_num_processed" => config.last_msg_seq_num_processed = on,
        "check_sending_time" => config.check_sending_time = on,
        "bad_logon_answer" => {
            config.bad_logon_answer = match value {
                "logout" => BadLogonAnswer::Logout,
                "silence" => BadLogonAnswer::Silence,
                other => panic!("no answer {other}"),
            }
        }
        "max_latency" => config.max_latency_ns = duration_ns(value),
        "heart_bt_secs_min" => config.heart_bt_secs_min = value.parse().expect("seconds"),
        "heart_bt_secs_max" => config.heart_bt_secs_max = value.parse().expect("seconds"),
        "time_precision" => {
            config.time_precision = match value {
                "millis" => TimePrecision::Millis,
                "micros" => TimePrecision::Micros,
                "nanos" => TimePrecision::Nanos,
                other => panic!("no precision {other}"),
            }
        }
        other => panic!("no setting {other}"),
    }
}

/// `daily 08:00 16:30 Europe/London mon tue` or `weekly sun 17:00 fri 17:00 America/New_York`.
pub(crate) fn schedule(rest: &str) -> Schedule {
    let words: Vec<&str> = rest.split(' ').collect();
    let schedule = match words[..] {
        ["daily", start, end, zone, ref days @ ..] => {
            let days: Vec<Weekday> = days.iter().map(|day| weekday(day)).collect();
            Schedule::daily(zone, time_of_day(start), time_of_day(end), &days)
        }
        ["weekly", first, start, last, end, zone] => {
            Schedule::weekly(zone, (weekday(first), time_of_day(start)), (weekday(last), time_of_day(end)))
        }
        _ => panic!("no such schedule: {rest}"),
    };
    schedule.expect("a schedule")
}

/// `in=3 out=4`.
pub(crate) fn in_and_out(text: &str) -> (u64, u64) {
    let number = |name: &str| {
        let found = text.split(' ').find_map(|word| word.strip_prefix(name)).expect("in= and out=");
        found.parse().expect("a number")
    };
    (number("in="), number("out="))
}

pub(crate) fn utc_ns(text: &str) -> i64 {
    let timestamp: Timestamp = text.parse().expect("a timestamp");
    timestamp.as_nanosecond() as i64
}

fn time_of_day(text: &str) -> Time {
    text.parse().expect("a time of the day")
}

fn weekday(word: &str) -> Weekday {
    match word {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        other => panic!("no weekday {other}"),
    }
}
