//! Which days are sealed, when, and that nothing is disturbed by it.

use std::fs;

use model::EngineTime;

use super::super::check;
use super::{FRIDAY, HOUR, MONDAY, SATURDAY, SUNDAY, World, append, midnight, of, refusal, small, write};

fn days(world: &World) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(world.seals()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn sealed_days_hold_and_the_day_that_goes_on_is_listed() {
    let world = World::sealed();
    let found: Vec<String> = world.check().iter().map(|(day, finding)| format!("{day}: {finding}")).collect();
    assert_eq!(
        found,
        [
            "2026-11-20: 12 frames are what was sealed",
            "2026-11-21: 2 frames are what was sealed",
            "2026-11-22: 0 frames are what was sealed",
            "2026-11-23: not sealed: 8 frames from 15 on",
        ]
    );
    for day in [FRIDAY, SATURDAY, SUNDAY] {
        let found = check(&world.journal(), &world.seals(), world.public, Some(of(day))).unwrap();
        assert!(found.len() == 1 && found[0].0 == of(day) && !found[0].1.is_mismatch(), "{found:?}");
    }
    let not_sealed = check(&world.journal(), &world.seals(), world.public, Some(of(MONDAY))).unwrap_err();
    assert!(not_sealed.to_string().starts_with("2026-11-23 is not sealed"), "{not_sealed}");
}

#[test]
fn sealing_again_agrees_and_writes_nothing() {
    let world = World::sealed();
    let before: Vec<Vec<u8>> = days(&world).iter().map(|name| fs::read(world.seals().join(name)).unwrap()).collect();
    let again = world.seal(midnight(MONDAY) + 10 * HOUR).unwrap();
    assert_eq!((again.sealed.len(), again.agrees.unwrap().day()), (0, of(SUNDAY)));
    for day in [FRIDAY, SATURDAY, SUNDAY] {
        let again = world.seal_day(Some(day), midnight(MONDAY) + 10 * HOUR).unwrap();
        assert_eq!((again.sealed.len(), again.agrees.unwrap().day()), (0, of(day)));
    }
    let after: Vec<Vec<u8>> = days(&world).iter().map(|name| fs::read(world.seals().join(name)).unwrap()).collect();
    assert_eq!(before, after);
}

#[test]
fn named_day_is_refused_before_it_is_over_before_the_day_before_it_and_before_the_journal() {
    let world = World::new();
    let (friday, saturday) = (midnight(FRIDAY), midnight(SATURDAY));
    write(&world.journal(), &[friday, saturday + HOUR], small());
    let now = saturday + 2 * HOUR;
    assert_eq!(
        refusal(world.seal_day(Some(SATURDAY), now)),
        "seal 2026-11-20 first: each seal holds the root of the day before"
    );
    assert!(refusal(world.seal_day(Some("2026-11-19"), now)).contains("no frame of 2026-11-19 or before"));
    assert_eq!(world.seal_day(Some(FRIDAY), now).unwrap().sealed.len(), 1);
    assert_eq!(refusal(world.seal_day(Some(SATURDAY), now)), "2026-11-21 cannot be sealed: the day is not over");
    assert!(refusal(world.seal_day(Some(SUNDAY), now)).contains("the day is not over"));
    assert!(refusal(world.seal_day(Some("2026-11-19"), now)).contains("before the journal begins"));
    assert_eq!(days(&world), ["2026-11-20.seal"]);
    assert_eq!(world.seal_day(Some(SATURDAY), now + 30 * HOUR).unwrap().sealed.len(), 1);
}

#[test]
fn day_is_over_when_a_later_frame_says_so_or_a_minute_after_midnight() {
    let world = World::new();
    let (friday, saturday) = (midnight(FRIDAY), midnight(SATURDAY));
    write(&world.journal(), &[friday, saturday - 1], small());
    const MINUTE: i64 = 60_000_000_000;
    for now in [friday, saturday - 1, saturday, saturday + MINUTE - 1] {
        assert_eq!(world.seal(now).unwrap().waits, Some((of(FRIDAY), "the day is not over")), "{now}");
    }
    assert_eq!(world.seal(saturday + MINUTE).unwrap().sealed.len(), 1);
    write(&world.journal(), &[saturday, midnight(SUNDAY)], small());
    // The machine that seals may have a clock that is behind.
    let done = world.seal(midnight(SATURDAY)).unwrap();
    assert_eq!(done.sealed.iter().map(|seal| (seal.day(), seal.frames())).collect::<Vec<_>>(), [(of(SATURDAY), 1)]);
    assert_eq!(world.mismatches(), Vec::<String>::new());
}

#[test]
fn live_journal_is_sealed_and_goes_on() {
    let world = World::new();
    let (friday, saturday) = (midnight(FRIDAY), midnight(SATURDAY));
    let mut opened = journal::open(&world.journal(), small()).unwrap();
    let times: Vec<i64> = (0..3_000).map(|frame| friday + frame).collect();
    append(&mut opened, &times);
    // The last group is written, and no record says yet that it was synced.
    let waits = world.seal(saturday + HOUR).unwrap().waits.unwrap();
    assert!(waits.1.starts_with("its last frames are not proven"), "{waits:?}");
    append(&mut opened, &[saturday]);
    assert_eq!(world.seal(saturday).unwrap().sealed.len(), 1);
    let times: Vec<i64> = (0..3_000).map(|frame| saturday + frame).collect();
    append(&mut opened, &times);
    assert_eq!(world.mismatches(), Vec::<String>::new());
    opened.writer.close(EngineTime(saturday + HOUR)).unwrap();
    assert!(journal::verify(&world.journal()).is_sound());
    assert_eq!(world.seal(midnight(SUNDAY) + HOUR).unwrap().sealed.len(), 1);
    assert_eq!(world.mismatches(), Vec::<String>::new());
}

#[test]
fn frames_after_the_seal_of_their_day_are_told() {
    let world = World::new();
    let (friday, saturday) = (midnight(FRIDAY), midnight(SATURDAY));
    write(&world.journal(), &[friday, friday + HOUR], small());
    assert_eq!(world.seal(saturday + HOUR).unwrap().sealed.len(), 1);
    // The clock was set back, or somebody is at work.
    write(&world.journal(), &[friday + 2 * HOUR, friday + 3 * HOUR, saturday], small());
    let added = "2026-11-20: FRAMES ADDED: 2 frames from 3 on came after the seal";
    assert_eq!(world.mismatches(), [added]);
    let day = check(&world.journal(), &world.seals(), world.public, Some(of(FRIDAY))).unwrap();
    assert_eq!(super::words(&day), [added]);
    let refused = refusal(world.seal(midnight(SUNDAY) + HOUR));
    assert!(refused.starts_with("2026-11-20 is not what was sealed"), "{refused}");
    assert_eq!(days(&world), ["2026-11-20.seal"]);
}

#[test]
fn interrupted_batch_after_the_last_sealed_frame_is_no_part_of_the_day() {
    let world = World::new();
    let friday = midnight(FRIDAY);
    write(&world.journal(), &[friday, friday + HOUR], small());
    let saturday = midnight(SATURDAY);
    assert_eq!(world.seal(saturday + HOUR).unwrap().sealed.len(), 1);
    let whole: Vec<Vec<u8>> = super::frames(&world.journal());
    // One more frame of Friday, after the beginning of its epoch, without the commit record that a whole batch ends with.
    let segment = world.journal().join(journal::format::segment_name(1));
    let before = fs::read(&segment).unwrap();
    write(&world.journal(), &[friday + 2 * HOUR], small());
    let frame = super::frames(&world.journal()).pop().unwrap();
    assert_eq!(super::frames(&world.journal()).len(), whole.len() + 1);
    let mut torn = before.clone();
    let end = torn.iter().rposition(|byte| *byte != 0).unwrap().next_multiple_of(8);
    let begun = end..end + journal::format::COMMIT_BYTES + frame.len();
    torn[begun.clone()].copy_from_slice(&fs::read(&segment).unwrap()[begun]);
    fs::write(&segment, torn).unwrap();
    assert_eq!(super::frames(&world.journal()).len(), whole.len() + 1, "the frame is there");
    assert_eq!(world.mismatches(), Vec::<String>::new());
}

#[test]
fn damaged_journal_is_not_sealed() {
    let world = World::new();
    let times: Vec<i64> = (0..3_000).map(|frame| midnight(FRIDAY) + frame).collect();
    write(&world.journal(), &times, small());
    let segment = world.journal().join(journal::format::segment_name(1));
    let mut bytes = fs::read(&segment).unwrap();
    bytes[100_000] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let refused = refusal(world.seal(midnight(SUNDAY)));
    assert!(refused.starts_with("the journal is damaged: 0000000000000001.mlj at offset "), "{refused}");
    assert!(!world.seals().exists());
}
