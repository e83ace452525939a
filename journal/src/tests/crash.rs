//! A crash at every operation of the storage: nothing acknowledged is lost, and what is left opens.

use core::ops::ControlFlow;
use std::io::ErrorKind;
use std::time::Duration;

use model::Seq;

use super::common::{append, assert_as_written, small, time};
use super::memory::Memory;
use crate::{Durability, Failure, Opened, Settings, open_on, read_on, verify_on};

/// Appends until the storage fails or the work is done; says what was acknowledged and what was synced.
fn work(memory: &Memory, settings: Settings) -> (Seq, Seq) {
    let Ok(mut opened) = open_on(memory.storage(), settings) else {
        return (Seq(0), Seq(0));
    };
    for round in 0..24_u64 {
        append(&mut opened.log, if round % 4 == 3 { 300 } else { 1 + round % 4 });
        let now = time(round * 50_000_000);
        let failed = loop {
            match opened.writer.write_group(now) {
                Ok(0) => break None,
                Ok(_) => {}
                Err(failure) => break Some(failure),
            }
        };
        // Once more while quiet, so that marks are written too.
        let failed = failed.or_else(|| opened.writer.write_group(time(round * 50_000_000 + 20_000_000)).err());
        if failed.is_some() {
            let before = opened.mark.durable();
            for _ in 0..3 {
                assert!(matches!(opened.writer.write_group(now), Err(Failure::Final { .. })));
                assert!(matches!(opened.writer.close(now), Err(Failure::Final { .. })));
            }
            assert_eq!(opened.mark.durable(), before);
            return (before, opened.mark.synced());
        }
        assert_eq!(opened.mark.durable().next(), opened.log.next_seq());
    }
    let _ = opened.writer.close(time(1 << 50));
    (opened.mark.durable(), opened.mark.synced())
}

/// Opens what a crash left, checks every frame, and goes on.
fn assert_recovers(image: &Memory, at_least: Seq, what: &str) {
    let mut opened = match open_on(image.storage(), small()) {
        Ok(opened) => opened,
        Err(failure) => panic!("{what}: {failure}"),
    };
    let last = opened.recovered.last_seq;
    assert!(last >= at_least, "{what}: {last} of {at_least} acknowledged");
    let mut next = 1;
    let summary = read_on(&image.storage(), Seq(1), |frame| {
        assert_eq!(frame.seq, Seq(next));
        assert_as_written(frame);
        next += 1;
        ControlFlow::Continue(())
    });
    assert_eq!(summary.unwrap().last_seq, last, "{what}");
    append(&mut opened.log, 3);
    opened.writer.close(time(1 << 51)).unwrap();
    let verdict = verify_on(&image.storage());
    assert!(verdict.is_sound(), "{what}: {verdict:?}");
    assert_eq!(verdict.frames, last.0 + 3, "{what}");
}

fn crash_everywhere(settings: Settings, acknowledged_survives_power: bool) {
    let whole = Memory::new();
    work(&whole, settings);
    let operations = whole.operations();
    let segments = whole.storage().list().unwrap().iter().filter(|name| name.ends_with(".mlj")).count();
    assert!(segments > 1, "the work rolls at least once");
    let mut random = fastrand::Rng::with_seed(7);
    for fail_at in 0..=operations {
        let memory = Memory::new();
        memory.fail_at(fail_at, ErrorKind::Other);
        let (durable, synced) = work(&memory, settings);
        assert_recovers(&memory.after_kill(), durable, &format!("killed at {fail_at}"));
        let promised = if acknowledged_survives_power { durable } else { synced };
        for cut in 0..6 {
            let image = memory.after_power_cut(&mut random);
            assert_recovers(&image, promised, &format!("power cut {cut} at {fail_at}"));
        }
    }
}

#[test]
fn crash_at_every_storage_operation_loses_nothing_acknowledged() {
    crash_everywhere(small(), true);
}

#[test]
fn crash_of_an_asynchronous_journal_loses_at_most_what_was_not_synced() {
    // The helper thread never gets to sync, so each run is the same; rolls sync.
    let durability = Durability::Asynchronous { sync_every: Duration::from_secs(3600) };
    crash_everywhere(Settings { durability, ..small() }, false);
}

#[test]
fn second_crash_during_recovery_loses_nothing_either() {
    let mut random = fastrand::Rng::with_seed(11);
    for fail_at in 3..40 {
        let memory = Memory::new();
        memory.fail_at(fail_at, ErrorKind::Other);
        let (durable, _) = work(&memory, small());
        for again in 0..8 {
            let image = memory.after_power_cut(&mut random);
            image.fail_at(again, ErrorKind::Other);
            let _ = open_on(image.storage(), small());
            let twice = image.after_power_cut(&mut random);
            assert_recovers(&twice, durable, &format!("crash {again} in recovery after {fail_at}"));
        }
    }
}

#[test]
fn full_disk_is_named_and_loses_nothing() {
    for full_from in 4..30 {
        let memory = Memory::new();
        let mut opened = match open_on(memory.storage(), small()) {
            Ok(opened) => opened,
            Err(failure) => panic!("{failure}"),
        };
        memory.fail_at(full_from, ErrorKind::StorageFull);
        let failure = loop {
            append(&mut opened.log, 200);
            match opened.writer.write_group(time(opened.log.next_seq().0)) {
                Ok(_) => {}
                Err(failure) => break failure,
            }
        };
        assert!(matches!(failure, Failure::DiskFull { .. }), "{failure}");
        assert!(opened.mark.durable() > Seq(0));
        assert_recovers(&memory.after_kill(), opened.mark.durable(), "disk full");
    }
}

/// Writes until the journal says that there is no room for the segments to come; the last frame then.
fn fill_until_told(opened: &mut Opened) -> Seq {
    while opened.mark.has_room_ahead() == Some(true) {
        append(&mut opened.log, 100);
        opened.writer.write_group(time(opened.log.next_seq().0)).unwrap();
    }
    opened.mark.durable()
}

#[test]
fn full_disk_is_told_two_segments_before_the_end_and_forgotten_when_there_is_room_again() {
    let memory = Memory::new();
    let Ok(mut opened) = open_on(memory.storage(), small()) else { panic!("it does not open") };
    append(&mut opened.log, 1);
    opened.writer.write_group(time(1)).unwrap();
    assert_eq!(opened.mark.has_room_ahead(), Some(true));
    memory.fail_at(0, ErrorKind::StorageFull);
    fill_until_told(&mut opened);

    memory.fail_at(u64::MAX, ErrorKind::StorageFull);
    opened.writer.write_group(time(500_000_000)).unwrap();
    assert_eq!(opened.mark.has_room_ahead(), Some(false), "it is not tried again at once");
    opened.writer.write_group(time(1_500_000_000)).unwrap();
    assert_eq!(opened.mark.has_room_ahead(), Some(true));

    memory.fail_at(0, ErrorKind::StorageFull);
    let told = fill_until_told(&mut opened);
    let failure = loop {
        append(&mut opened.log, 100);
        match opened.writer.write_group(time(opened.log.next_seq().0)) {
            Ok(_) => {}
            Err(failure) => break failure,
        }
    };
    assert!(matches!(failure, Failure::DiskFull { .. }), "{failure}");
    let cancels = opened.mark.durable().0 - told.0;
    assert!(cancels > 2_000, "only {cancels} frames had room");
    assert_recovers(&memory.after_kill(), opened.mark.durable(), "disk full");
}

#[test]
fn journal_that_filled_its_disk_opens_while_the_disk_is_still_full() {
    let memory = Memory::new();
    let Ok(mut opened) = open_on(memory.storage(), small()) else { panic!("it does not open") };
    append(&mut opened.log, 1);
    opened.writer.write_group(time(1)).unwrap();
    memory.fail_at(0, ErrorKind::StorageFull);
    fill_until_told(&mut opened);
    let image = memory.after_kill();
    image.fail_at(0, ErrorKind::StorageFull);
    let Ok(mut opened) = open_on(image.storage(), small()) else { panic!("it does not open") };
    append(&mut opened.log, 1);
    opened.writer.write_group(time(1 << 40)).unwrap();
    assert_eq!(opened.mark.has_room_ahead(), Some(false), "a cancel passed, and the next order is refused");
}
