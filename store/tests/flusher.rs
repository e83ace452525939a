//! Exactly once, whatever happens to the database or the process; and never a word of it to the daemon.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use common::{Folder, quarantines};
use model::{
    AccountId, Agent, CancelCause, CancelRequested, InstrumentId, MassCancelReported, OrdStatus, Px, ReplaceQueued,
    Seq, SessionId, Text, Tick,
};
use store::{State, Store};

#[test]
fn reopened_at_random_points_each_frame_is_there_exactly_once() {
    [1, 100, 101].into_iter().for_each(reopened_at_random_points);
}

fn reopened_at_random_points(seed: u64) {
    let mut folder = Folder::new(seed);
    for round in 0..8 {
        let mut flusher = folder.flusher();
        for _ in 0..folder.random.usize(1..4) {
            let frames = folder.random.usize(1..400);
            folder.frames(frames);
            folder.now.0 += common::SECOND;
            flusher.work(folder.now).unwrap();
        }
        if round % 2 == 0 {
            flusher.stop(folder.now).unwrap();
        }
        drop(flusher);
        folder.reopen();
    }
    let mut flusher = folder.flusher();
    folder.catch_up(&mut flusher);
    flusher.stop(folder.now).unwrap();
    assert_eq!(flusher.status().health().rebuilds, 0);
    assert_eq!(quarantines(&folder.database()), 0);
    folder.assert_equal();
}

#[test]
fn stop_writes_everything_up_to_the_durable_mark() {
    let mut folder = Folder::new(2);
    let mut flusher = folder.flusher();
    folder.frames(3_000);
    flusher.stop(folder.now).unwrap();
    let health = flusher.status().health();
    assert_eq!((health.lag, health.state), (0, State::Stopped));
    folder.assert_equal();
}

#[test]
fn garbage_truncated_and_damaged_files_are_quarantined_and_rebuilt_equal() {
    let mut folder = Folder::new(3);
    folder.frames(2_000);
    let mut flusher = folder.flusher();
    flusher.stop(folder.now).unwrap();
    let whole = fs::read(folder.database()).unwrap();
    let mut flipped = whole.clone();
    flipped[4096..8192].iter_mut().for_each(|byte| *byte ^= 0x5a);
    flipped[8192..12288].iter_mut().for_each(|byte| *byte ^= 0x5a);
    let damages = [b"not a database at all".to_vec(), vec![0; 100_000], whole[..whole.len() / 2].to_vec(), flipped];
    for (index, damage) in damages.into_iter().enumerate() {
        fs::write(folder.database(), damage).unwrap();
        let mut flusher = folder.flusher();
        folder.catch_up(&mut flusher);
        assert_eq!(flusher.status().health().rebuilds, 1, "damage {index}");
        flusher.stop(folder.now).unwrap();
        folder.assert_equal();
    }
    assert_eq!(quarantines(&folder.database()), 3, "only the newest are kept");
}

#[test]
fn missing_file_is_built_from_the_whole_journal() {
    let mut folder = Folder::new(4);
    folder.frames(500);
    let mut flusher = folder.flusher();
    flusher.stop(folder.now).unwrap();
    fs::remove_file(folder.database()).unwrap();
    folder.reopen();
    let mut flusher = folder.flusher();
    flusher.stop(folder.now).unwrap();
    assert_eq!(flusher.status().health().rebuilds, 0);
    folder.assert_equal();
}

#[test]
fn opening_that_ended_the_process_twice_is_not_tried_a_third_time() {
    let mut folder = Folder::new(5);
    folder.frames(100);
    folder.flusher().stop(folder.now).unwrap();
    fs::write(folder.dir.path().join("analytics.duckdb.opening"), "2").unwrap();
    let mut flusher = folder.flusher();
    flusher.stop(folder.now).unwrap();
    assert_eq!(flusher.status().health().rebuilds, 1);
    folder.assert_equal();
}

#[test]
fn database_of_another_journal_is_rebuilt() {
    let mut folder = Folder::new(6);
    folder.frames(300);
    folder.flusher().stop(folder.now).unwrap();
    for (seed, frames) in [(7, 50), (8, 600)] {
        let mut other = Folder::new(seed);
        other.frames(frames);
        fs::copy(folder.database(), other.database()).unwrap();
        other.reopen();
        let mut flusher = other.flusher();
        flusher.stop(other.now).unwrap();
        assert_eq!(flusher.status().health().rebuilds, 1, "{:?}", flusher.status().health());
        other.assert_equal();
    }
}

#[test]
fn rebuild_makes_the_same_from_nothing() {
    let mut folder = Folder::new(9);
    folder.frames(1_000);
    for _ in 0..2 {
        drop(store::rebuild(&folder.database(), &folder.journal()).unwrap());
        folder.assert_equal();
    }
    assert_eq!(quarantines(&folder.database()), 1);
}

#[test]
fn comparison_expects_what_no_session_hears_of_and_no_more() {
    let mut folder = Folder::new(11);
    folder.frames(20);
    let order = folder.order(OrdStatus::PendingCancel, 0, Px::whole(1));
    let kill = CancelRequested { order, cause: CancelCause::Kill, reserved: [0; 15] };
    let queued = ReplaceQueued {
        order,
        order_qty: order.order_qty,
        price: order.price,
        stop_px: Px::ZERO,
        worst_px: order.price,
        behind: Text::EMPTY,
        reserved: 0,
    };
    let canceled = MassCancelReported {
        request: Seq(1),
        cl_ord_id: Text::literal("mass"),
        symbol: Text::EMPTY,
        account: Text::EMPTY,
        session: SessionId(0),
        instrument: InstrumentId::NONE,
        of_account: AccountId::NONE,
        total_affected_orders: 1,
        request_type: b'7',
        reject_reason: 255,
        side: 0,
        reserved: [0; 5],
    };
    folder.append(Tick { reserved: 0 }, &[kill.into(), queued.into(), canceled.into()]);
    folder.sync();
    drop(store::rebuild(&folder.database(), &folder.journal()).unwrap());
    folder.assert_equal();
}

#[test]
fn rows_that_are_missing_or_twice_are_seen_by_the_comparison() {
    let mut folder = Folder::new(10);
    folder.frames(200);
    drop(store::rebuild(&folder.database(), &folder.journal()).unwrap());
    for harm in [
        "DELETE FROM raw.executions WHERE seq = (SELECT max(seq) FROM raw.executions)",
        "INSERT INTO raw.frames SELECT * FROM raw.frames WHERE seq = 5",
        "UPDATE raw.positions SET qty = qty + 1 WHERE seq = (SELECT max(seq) FROM raw.positions)",
    ] {
        let store = Store::open(&folder.database(), &store::Settings::default()).unwrap();
        store.connection().execute_batch(harm).unwrap();
        drop(store);
        assert!(!store::compare(&folder.database(), &folder.journal()).unwrap().is_equal(), "{harm}");
    }
}

#[test]
fn second_opening_in_the_same_process_is_refused() {
    let mut folder = Folder::new(12);
    folder.frames(20);
    let mut flusher = folder.flusher();
    folder.catch_up(&mut flusher);
    let locked = |refused| matches!(refused, Err(store::Failure::Locked { .. }));
    assert!(locked(store::open_read_only(&folder.database()).map(drop)));
    assert!(locked(store::compare(&folder.database(), &folder.journal()).map(drop)));
    assert!(locked(store::rebuild(&folder.database(), &folder.journal()).map(drop)));
    let mut second = folder.flusher();
    second.work(folder.now).unwrap();
    assert_eq!(second.status().health().state, State::Locked);
    drop(flusher);
    folder.assert_equal();
    folder.catch_up(&mut second);
}

#[test]
fn database_held_by_another_process_is_waited_for() {
    const HOLD: &str = "MILLRACE_TEST_HOLDS";
    if let Some(path) = std::env::var_os(HOLD) {
        let _held = Store::open(path.as_ref(), &store::Settings::default()).unwrap();
        println!("held");
        std::io::stdout().flush().unwrap();
        // Until the parent closes the pipe.
        let _ = std::io::stdin().lines().next();
        return;
    }
    let mut folder = Folder::new(11);
    folder.frames(200);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "database_held_by_another_process_is_waited_for", "--nocapture"])
        .env(HOLD, folder.database())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.by_ref().map_while(Result::ok).any(|line| line.contains("held")));

    let mut flusher = folder.flusher();
    assert_eq!(flusher.work(folder.now).unwrap(), 0);
    let health = flusher.status().health();
    assert_eq!(health.state, State::Locked);
    assert!(health.last_error.unwrap().contains("open already"));
    assert_eq!(flusher.desk().sql("SELECT 1", store::QueryLimits::default()), Err(store::Refused::Closed));
    let refused = store::open_read_only(&folder.database()).map(drop);
    assert!(matches!(refused, Err(store::Failure::Locked { .. })), "{refused:?}");

    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    folder.catch_up(&mut flusher);
    flusher.stop(folder.now).unwrap();
    assert_eq!(quarantines(&folder.database()), 0);
    folder.assert_equal();
}
