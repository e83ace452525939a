//! What was appended is what is read, over segments, threads and restarts.

mod common;

use core::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::{append, assert_as_written, closed, small, time, write};
use journal::{Durability, Failure, Follower, Frame, Settings, open, read, records, verify};
use model::{Agent, Command, Event, Seq, Start, Started, Text, Tick, Ticked};

#[test]
fn appended_frames_are_read_back_as_they_were() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), small(), &[1, 2, 30, 400]);
    let mut next = 1;
    let summary = read(dir.path(), Seq(1), |frame| {
        assert_eq!(frame.seq, Seq(next));
        assert_as_written(frame);
        next += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(summary.frames, 433);
    assert_eq!(summary.last_seq, Seq(433));
    assert_eq!(summary.torn, None);
    let verdict = verify(dir.path());
    assert!(verdict.is_sound(), "{verdict:?}");
    assert_eq!((verdict.frames, verdict.chain), (433, summary.chain));
}

#[test]
fn reopened_journal_goes_on_with_sequence_chain_and_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut last = 0;
    for round in 0..20 {
        let mut opened = open(dir.path(), small()).unwrap();
        assert_eq!(opened.recovered.last_seq, Seq(last));
        assert_eq!(opened.recovered.torn, None);
        assert_eq!(opened.recovered.chain, opened.log.chain());
        if last > 0 {
            assert_eq!(opened.recovered.last_time, time(last));
        }
        write(&mut opened, &[1 + round % 3, 90]);
        last = opened.mark.durable().0;
        if round % 2 == 0 {
            opened.writer.close(time(last)).unwrap();
        }
    }
    let verdict = verify(dir.path());
    assert!(verdict.is_sound(), "{verdict:?}");
    assert_eq!(verdict.last_seq, Seq(last));
}

#[test]
fn frames_leave_in_order_across_many_segments_while_the_writer_runs() {
    const FRAMES: u64 = 30_000;
    let dir = tempfile::tempdir().unwrap();
    let opened = open(dir.path(), small()).unwrap();
    let (mut log, mut writer, mark) = (opened.log, opened.writer, opened.mark);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                if writer.write_group(time(FRAMES)).unwrap() == 0 {
                    std::thread::yield_now();
                }
            }
            writer.close(time(FRAMES)).unwrap();
        });
        // One from the files, one from memory, one that falls out of memory again and again.
        let readers: Vec<_> = [(false, 0), (true, 0), (true, 300)]
            .into_iter()
            .map(|(near, pause_us)| {
                let mark = mark.clone();
                let dir = dir.path();
                scope.spawn(move || {
                    let make = if near { Follower::near } else { Follower::new };
                    let mut follower = make(dir, mark.clone(), Seq(1)).unwrap();
                    let mut next = 1;
                    while next <= FRAMES {
                        let polled = follower.poll(777, |frame| {
                            assert_eq!(frame.seq, Seq(next));
                            assert!(frame.seq <= mark.durable());
                            assert_as_written(frame);
                            next += 1;
                        });
                        if polled.unwrap() == 0 {
                            std::thread::yield_now();
                        }
                        std::thread::sleep(Duration::from_micros(pause_us));
                        assert_eq!(follower.next_seq(), Seq(next));
                    }
                })
            })
            .collect();
        while log.next_seq().0 <= FRAMES {
            if log.has_room() {
                let left = FRAMES + 1 - log.next_seq().0;
                append(&mut log, left.min(150));
            } else {
                std::thread::yield_now();
            }
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
        done.store(true, Ordering::Release);
    });
    let verdict = verify(dir.path());
    assert!(verdict.is_sound(), "{verdict:?}");
    assert!(verdict.segments > 10, "{}", verdict.segments);
    assert_eq!(verdict.frames, FRAMES);
}

#[test]
fn frames_that_nobody_waits_for_linger_until_one_is_awaited_or_a_millisecond_passed() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path(), small()).unwrap();
    let tick = Command::Tick(Tick { reserved: 0 });
    let ticked = Event::Ticked(Ticked { reserved: 0 });
    let started = Event::Started(Started {
        start: Start { orders_max: 1, build: Text::EMPTY, acknowledge_at_venue: 0, reserved: [0; 7] },
    });
    let mut now = time(0);
    let mut write = |events: &[Event], later_ns| {
        opened.log.append(now, &tick, events);
        opened.log.flush();
        let at_once = opened.writer.work(now).unwrap();
        now.0 += later_ns;
        (at_once, opened.writer.work(now).unwrap())
    };
    assert_eq!(write(&[ticked], 999_999), (0, 0));
    assert_eq!(write(&[ticked], 1), (0, 2), "a millisecond after the first");
    assert_eq!(write(&[ticked], 1), (0, 0));
    assert_eq!(write(&[started], 1), (2, 0), "what lingers goes with it");
    assert_eq!(write(&[ticked], 1), (0, 0));
    opened.writer.close(now).unwrap();
    assert_eq!(opened.mark.durable(), Seq(5));
}

#[test]
fn follower_and_reader_start_at_any_frame() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path(), small()).unwrap();
    write(&mut opened, &[500; 6]);
    for from in [0, 1, 2, 499, 500, 501, 1_700, 2_999, 3_000] {
        let mut first = None;
        let mut follower = Follower::new(dir.path(), opened.mark.clone(), Seq(from)).unwrap();
        assert_eq!(follower.poll(1, |frame| first = Some(frame.seq)).unwrap(), 1);
        assert_eq!(first, Some(Seq(from.max(1))));
        let mut read_first = None;
        read(dir.path(), Seq(from), |frame| {
            read_first = Some(frame.seq);
            ControlFlow::Break(())
        })
        .unwrap();
        assert_eq!(read_first, first);
    }
    let mut beyond = Follower::new(dir.path(), opened.mark.clone(), Seq(3_001)).unwrap();
    assert_eq!(beyond.poll(9, |_| ()).unwrap(), 0);
    write(&mut opened, &[2]);
    assert_eq!(beyond.poll(9, assert_as_written).unwrap(), 2);
}

#[test]
fn follower_skips_forward_and_never_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path(), small()).unwrap();
    write(&mut opened, &[500; 6]);
    let mut follower = Follower::new(dir.path(), opened.mark.clone(), Seq(1)).unwrap();
    for (to, expected) in [(1, 1), (40, 40), (7, 41), (1_700, 1_700), (2_999, 2_999)] {
        follower.skip_to(Seq(to));
        let mut next = None;
        assert_eq!(follower.poll(1, |frame| next = Some(frame.seq)).unwrap(), 1);
        assert_eq!(next, Some(Seq(expected)));
    }
}

#[test]
fn follower_that_may_pass_over_few_frames_at_a_time_comes_there_in_many_polls() {
    let dir = tempfile::tempdir().unwrap();
    // All in one segment.
    let mut opened = open(dir.path(), small().with_segment_bytes(4 << 20)).unwrap();
    write(&mut opened, &[500; 6]);
    let mut follower = Follower::new(dir.path(), opened.mark.clone(), Seq(2_500)).unwrap().with_passes_max(100);
    assert!(!follower.is_on_its_way());
    let mut polls = 0;
    let first = loop {
        let mut first = None;
        polls += 1;
        if follower.poll(1, |frame| first = Some(frame.seq)).unwrap() == 1 {
            break first;
        }
        assert!(follower.is_on_its_way(), "not at the end");
    };
    assert_eq!((first, polls), (Some(Seq(2_500)), 25));
    assert_eq!(follower.poll(10_000, assert_as_written).unwrap(), 500, "what it delivers is not bounded by it");
    assert_eq!(follower.poll(1, |_| ()).unwrap(), 0);
    assert!(!follower.is_on_its_way(), "at the end");
}

#[test]
fn log_without_room_says_so_until_the_writer_worked() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path(), small()).unwrap();
    while opened.log.has_room() {
        append(&mut opened.log, 1);
    }
    while opened.writer.write_group(time(0)).unwrap() > 0 {}
    assert!(opened.log.has_room());
    append(&mut opened.log, model::limits::BATCH_MAX as u64);
}

#[test]
fn second_opener_is_refused_with_the_pid_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path(), small()).unwrap();
    match open(dir.path(), small()) {
        Err(Failure::Locked { pid, .. }) => assert_eq!(pid, std::process::id().to_string()),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("two writers"),
    }
    drop(first);
    open(dir.path(), small()).unwrap();
}

#[test]
fn records_are_the_bytes_of_the_frames_and_a_live_journal_says_how_many_are_proven() {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = open(dir.path(), small()).unwrap();
    write(&mut opened, &[30, 4_000, 5]);
    let mut frames = Vec::new();
    let each = |frame: &Frame<'_>| {
        frames.push(frame.bytes.to_vec());
        ControlFlow::Continue(())
    };
    read(dir.path(), Seq(20), each).unwrap();
    let mut seen = Vec::new();
    let extent = records(dir.path(), Seq(20), |header, bytes| {
        assert_eq!(header.seq, seen.len() as u64 + 20);
        seen.push(bytes.to_vec());
        ControlFlow::Continue(())
    })
    .unwrap()
    .unwrap();
    assert_eq!(seen, frames);
    assert_eq!((extent.first, extent.committed, extent.durable), (Seq(1), Seq(4_035), Seq(4_030)));
    assert_eq!(extent.fault, None);

    let mut passed_on = 0;
    let extent = records(dir.path(), Seq(1), |header, _| {
        passed_on = header.seq;
        if header.seq < 25 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    assert_eq!(passed_on, 25);
    assert!(extent.unwrap().unwrap().durable >= Seq(25));
    opened.writer.close(time(9_999)).unwrap();
    assert_eq!(records(dir.path(), Seq(4_036), |_, _| panic!("no frame")).unwrap().unwrap().durable, Seq(4_035));
    assert_eq!(records(tempfile::tempdir().unwrap().path(), Seq(1), |_, _| panic!("no frame")).unwrap(), None);
}

#[test]
fn asynchronous_journal_is_synced_by_its_helper_and_whole_after_close() {
    let dir = tempfile::tempdir().unwrap();
    let durability = Durability::Asynchronous { sync_every: Duration::from_millis(1) };
    let mut opened = open(dir.path(), Settings { durability, ..small() }).unwrap();
    write(&mut opened, &[500; 4]);
    assert_eq!(opened.mark.durable(), Seq(2_000));
    while opened.mark.synced() < Seq(2_000) {
        std::thread::yield_now();
    }
    write(&mut opened, &[3]);
    opened.writer.close(time(9_999)).unwrap();
    let verdict = verify(dir.path());
    assert!(verdict.is_sound(), "{verdict:?}");
    assert_eq!(verdict.frames, 2_003);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for wrong in [
        Settings { segment_bytes: 4096, ..small() },
        Settings { segment_bytes: (256 << 10) + 1, ..small() },
        Settings { chunks: 1, ..small() },
        Settings { group_bytes: 1 << 30, ..small() },
    ] {
        assert!(matches!(open(dir.path(), wrong), Err(Failure::Settings { .. })));
    }
}
