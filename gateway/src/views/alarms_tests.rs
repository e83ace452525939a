//! Alarms as people see them.

use model::{Alarm, Alarmed, Command, EngineTime, InstrumentId, KillScope, Tick};

use super::super::Views;
use super::*;

const SECOND: i64 = 1_000_000_000;

fn jump(views: &mut Views, seq: u64, at: i64) {
    let event = Alarmed {
        limit: i128::from(SECOND),
        observed: 3 * i128::from(SECOND),
        index: 0,
        instrument: InstrumentId::NONE,
        alarm: Alarm::ClockJump,
        scope: KillScope::Firm,
        reserved: [0; 6],
    };
    views.fold(Seq(seq), EngineTime(at), &Command::Tick(Tick { reserved: 0 }), [event.into()]);
}

fn told(views: &mut Views, before: u64, now: i64) -> Vec<(u64, Option<i64>)> {
    let mut told = Vec::new();
    views.tell_alarms(Seq(before), EngineTime(now), |alarm| told.push((alarm.seq, alarm.told_after_ns)));
    told
}

#[test]
fn alarm_is_told_once_with_its_delay_and_one_of_an_earlier_run_is_not() {
    let mut views = Views::default();
    jump(&mut views, 1, 5);
    jump(&mut views, 2, 10);
    assert_eq!(told(&mut views, 1, 13), [(2, Some(3))]);
    assert_eq!(told(&mut views, 1, 14), []);
    jump(&mut views, 3, 20);
    assert_eq!(told(&mut views, 1, 21), [(3, Some(1))]);
    assert_eq!(views.alarms().slowest_ns(), 3);
    let shown = views.alarms_status();
    assert_eq!(shown.iter().map(|alarm| alarm.told_after_ns).collect::<Vec<_>>(), [Some(1), Some(3), None]);
    assert_eq!(shown[0].what, "the clock or the machine jumped by 3s, 1s at most");
}

#[test]
fn alarms_are_counted_by_kind_kept_within_their_bound_and_fresh_for_a_while() {
    let mut views = Views::default();
    let many = u64::try_from(ALARMS_KEPT).unwrap() + 3;
    (1..=many).for_each(|seq| jump(&mut views, seq, SECOND));
    assert_eq!(views.alarms_status().len(), ALARMS_KEPT);
    let counts: Vec<_> = views.alarms().counts().collect();
    assert_eq!(counts.iter().find(|(word, _)| *word == "clock_jump"), Some(&("clock_jump", many)));
    assert_eq!(counts.iter().filter(|(_, count)| *count == 0).count(), 4, "{counts:?}");
    let fresh = views.fresh_alarms();
    assert!(fresh.len() == 1 && fresh[0].starts_with("clock_jump, 256 in the last 15 minutes"), "{fresh:?}");
    let tick = Command::Tick(Tick { reserved: 0 });
    views.fold(Seq(many + 1), EngineTime(SECOND * 902), &tick, []);
    assert!(views.fresh_alarms().is_empty());
}
