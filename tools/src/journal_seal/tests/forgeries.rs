//! Forged journals against true seals.

use std::fs;

use journal::Extent;
use journal::format::RecordHeader;
use model::{EngineTime, Seq};

use super::super::{Day, Finding};
use super::{FRIDAY, HOUR, MONDAY, SATURDAY, SUNDAY, World, forger, frames, midnight, of, small, words, write};

fn extent(world: &World) -> Extent {
    journal::records(&world.journal(), Seq(1), |_, _| core::ops::ControlFlow::Continue(())).unwrap().unwrap()
}

fn day_of(frame: &[u8]) -> Day {
    Day::of(EngineTime(RecordHeader::at(frame).unwrap().time))
}

fn set_time(frame: &mut [u8], time: i64) {
    frame[24..32].copy_from_slice(&time.to_le_bytes());
}

/// Gives the frames the sequence numbers from 1 on.
fn number(frames: &mut [Vec<u8>]) {
    for (frame, seq) in frames.iter_mut().zip(1_u64..) {
        frame[16..24].copy_from_slice(&seq.to_le_bytes());
    }
}

#[test]
fn forged_journal_with_the_true_frames_passes_so_the_forger_knows_his_trade() {
    let world = World::sealed();
    let forged = world.folder.path().join("forged");
    forger::write(&forged, extent(&world).journal, &frames(&world.journal()));
    assert!(journal::verify(&forged).is_sound());
    assert_eq!(words(&world.check_in(&forged)), Vec::<String>::new());
}

#[test]
fn every_flipped_byte_of_a_sealed_day_names_the_day() {
    let world = World::sealed();
    let journal = extent(&world).journal;
    let mut frames = frames(&world.journal());
    let forged = world.folder.path().join("forged");
    let mut random = fastrand::Rng::with_seed(20_261_121);
    let (mut flipped, mut sound_journals) = (0, 0);
    for at in 0..frames.len() {
        let day = day_of(&frames[at]);
        if day == of(MONDAY) {
            break;
        }
        // Before byte 16 are the checksums that the forger computes.
        for byte in 16..frames[at].len() {
            let flip = random.u8(1..);
            frames[at][byte] ^= flip;
            forger::write(&forged, journal, &frames);
            sound_journals += u64::from(journal::verify(&forged).is_sound());
            let findings = world.check_in(&forged);
            let wrong = |finding: &Finding| {
                matches!(
                    finding,
                    Finding::FramesChanged { .. } | Finding::Damaged { .. } | Finding::FramesMissing { .. }
                )
            };
            let place = format!("frame {at} of {day}, byte {byte} ^ {flip}: {findings:?}");
            assert!(findings.iter().any(|(of, finding)| *of == day && wrong(finding)), "{place}");
            for (of, finding) in findings.iter().filter(|(of, _)| *of != day) {
                let not_blamed = matches!(finding, Finding::Sound { .. } | Finding::NotSealed { .. });
                assert!(not_blamed || *of > day && matches!(finding, Finding::NotReached { .. }), "{place}");
            }
            frames[at][byte] ^= flip;
            flipped += 1;
        }
    }
    assert!(flipped > 2_000, "only {flipped} bytes were flipped");
    assert!(sound_journals > flipped / 3, "the journal itself finds {} of {flipped}", flipped - sound_journals);
}

#[test]
fn journal_cut_after_any_frame_misses_the_frames_of_its_sealed_days() {
    let world = World::sealed();
    let journal = extent(&world).journal;
    let frames = frames(&world.journal());
    let forged = world.folder.path().join("forged");
    for left in 1..=frames.len() {
        forger::write(&forged, journal, &frames[..left]);
        let friday = (left < 12).then(|| {
            format!("{FRIDAY}: FRAMES MISSING: {} sealed frames are not here, the first is {}", 12 - left, left + 1)
        });
        let there = left.clamp(12, 14);
        let saturday = (left < 14).then(|| {
            format!("{SATURDAY}: FRAMES MISSING: {} sealed frames are not here, the first is {}", 14 - there, there + 1)
        });
        let expected: Vec<String> = friday.into_iter().chain(saturday).collect();
        assert_eq!(words(&world.check_in(&forged)), expected, "{left} frames left");
    }
}

#[test]
fn journal_without_any_segment_misses_every_sealed_frame() {
    let world = World::sealed();
    fs::remove_dir_all(world.journal()).unwrap();
    fs::create_dir(world.journal()).unwrap();
    let missing = |day, frames, first| {
        format!("{day}: FRAMES MISSING: {frames} sealed frames are not here, the first is {first}")
    };
    assert_eq!(world.mismatches(), [missing(FRIDAY, 12, 1), missing(SATURDAY, 2, 13)]);
}

#[test]
fn frame_taken_out_moved_over_midnight_or_put_in_changes_its_day_and_those_after() {
    let world = World::sealed();
    let journal = extent(&world).journal;
    let forged = world.folder.path().join("forged");
    let true_frames = frames(&world.journal());
    let wrong_days = |frames: &[Vec<u8>]| -> Vec<String> {
        forger::write(&forged, journal, frames);
        assert!(journal::verify(&forged).is_sound());
        words(&world.check_in(&forged)).iter().map(|words| words.split(": frames").next().unwrap().to_owned()).collect()
    };
    let changed = |day| format!("{day}: FRAMES CHANGED");

    let mut taken = true_frames.clone();
    taken.remove(4);
    number(&mut taken);
    assert_eq!(wrong_days(&taken), [changed(FRIDAY), changed(SATURDAY)]);

    let mut moved = true_frames.clone();
    set_time(&mut moved[11], midnight(SATURDAY));
    assert_eq!(wrong_days(&moved), [changed(FRIDAY)]);

    let mut swapped = true_frames.clone();
    swapped.swap(2, 5);
    number(&mut swapped);
    assert_eq!(wrong_days(&swapped), [changed(FRIDAY)]);

    // A day that was sealed as one without frames: the frame takes the place of one of Monday, which is not sealed.
    let mut put_in = true_frames.clone();
    let mut frame = put_in[13].clone();
    set_time(&mut frame, midnight(SUNDAY) + HOUR);
    put_in.insert(14, frame);
    number(&mut put_in);
    assert_eq!(wrong_days(&put_in), [format!("{SUNDAY}: FRAMES ADDED: 1 frames from 15 on came after the seal")]);
}

#[test]
fn first_segment_taken_away_leaves_its_days_missing_and_the_others_checked() {
    let world = World::new();
    let (friday, saturday, monday) = (midnight(FRIDAY), midnight(SATURDAY), midnight(MONDAY));
    let mut times: Vec<i64> = (0..2_000).map(|frame| friday + frame).collect();
    times.extend((0..2_000).map(|frame| saturday + frame));
    write(&world.journal(), &times, small());
    assert_eq!(world.seal(monday).unwrap().sealed.len(), 2);
    assert_eq!(world.mismatches(), Vec::<String>::new());

    let mut segments: Vec<_> = fs::read_dir(world.journal()).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.retain(|path| path.extension().is_some_and(|extension| extension == "mlj"));
    segments.sort();
    assert!(segments.len() > 2, "the days lie across segments");
    fs::remove_file(&segments[0]).unwrap();
    let wrong = world.mismatches();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].starts_with("2026-11-20: FRAMES MISSING: "), "{wrong:?}");
    assert!(wrong[0].ends_with("the first is 1"), "{wrong:?}");

    // The one in the middle.
    fs::remove_file(&segments[1]).unwrap();
    fs::copy(&segments[2], &segments[0]).unwrap();
    assert!(!world.mismatches().is_empty());
}

#[test]
fn seals_of_another_journal_with_the_same_times_do_not_fit() {
    let (world, other) = (World::sealed(), World::sealed());
    let of_other = extent(&other).journal;
    let found = super::check(&other.journal(), &world.seals(), world.public, None).unwrap();
    let wrong = words(&found);
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    for (words, day) in wrong.iter().zip([FRIDAY, SATURDAY, SUNDAY]) {
        let expected =
            format!("{day}: SEAL OF ANOTHER JOURNAL: of {:016x}, and this is {of_other:016x}", extent(&world).journal);
        assert_eq!(*words, expected);
    }
}
