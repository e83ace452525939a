//! The hot thread pays well under 200 ns to journal a command, and recovery folds over two million frames a second.
//!
//! `append` times encoding, checksum and chain of each frame of the steady mix into the log's buffers; the writer
//! empties them between blocks, untimed. `read` walks and decodes a closed journal from the page cache, checking every
//! checksum and the chain; `replay` folds its events too, into a fresh state whose allocation counts: the time to come
//! back after a crash.

#[path = "support/mix.rs"]
mod mix;

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use journal::{Durability, Log, Opened, Settings};
use mix::{Engine, Mix};
use model::{Command, EngineTime, Event, Seq};
use tempfile::TempDir;

const OPEN: usize = 10_000;
const RECOVERY_BLOCKS: usize = 300;

fn append(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("journal");
    group.sample_size(10).warm_up_time(Duration::from_millis(50)).measurement_time(Duration::from_millis(100));
    let mut engine = Engine::new(OPEN);
    let mut mix = Mix::new(42);
    open_orders(&mut engine, &mut mix, &mut |_, _, _| {});
    let mut block: Vec<(Command, Vec<Event>)> = Vec::new();
    mix.next_block(engine.state.last_seq().next());
    for command in &mix.clients {
        engine.apply(command);
        block.push((*command, engine.events.as_slice().to_vec()));
    }
    // One journal for all samples: to open one takes longer than a sample.
    let (_dir, mut opened) = open();
    group.bench_function("append", |bencher| {
        bencher.iter_custom(|frames| {
            let mut elapsed = Duration::ZERO;
            let mut left = frames as usize;
            while left > 0 {
                let part = &block[..left.min(block.len())];
                let started = Instant::now();
                for (command, events) in part {
                    opened.log.append(engine.now, command, events);
                }
                opened.log.flush();
                elapsed += started.elapsed();
                left -= part.len();
                write_all(&mut opened, engine.now);
            }
            elapsed
        });
    });
    group.finish();
}

fn recovery(criterion: &mut Criterion) {
    let (dir, frames) = write_history();
    let capacities = mix::capacities(OPEN);
    let mut group = criterion.benchmark_group("journal");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    group.throughput(Throughput::Elements(frames));
    group.bench_function("read", |bencher| {
        bencher.iter(|| journal::read(dir.path(), Seq(1), |_| ControlFlow::Continue(())).expect("it is whole").frames);
    });
    group.bench_function("replay", |bencher| {
        bencher.iter_with_large_drop(|| {
            let replayed = engine::replay(dir.path(), capacities).expect("it is whole");
            assert_eq!(replayed.frames, frames);
            replayed
        });
    });
    group.finish();
}

/// A closed journal of the definitions, the open orders and the mix, and how many frames it has.
fn write_history() -> (TempDir, u64) {
    let (dir, mut opened) = open();
    let mut engine = Engine::empty(OPEN);
    let mut mix = Mix::new(42);
    let mut write = |engine: &Engine, command: &Command, last: bool| {
        append_frame(&mut opened.log, engine, command);
        if last {
            opened.log.flush();
            write_all(&mut opened, engine.now);
        }
    };
    for commands in mix::definitions().chunks(mix::BLOCK) {
        run(&mut engine, commands, &mut write);
    }
    open_orders(&mut engine, &mut mix, &mut write);
    for _ in 0..RECOVERY_BLOCKS {
        mix.next_block(engine.state.last_seq().next());
        run(&mut engine, &mix.clients, &mut write);
        run(&mut engine, &mix.reports, &mut write);
    }
    opened.writer.close(engine.now).expect("the disk has room");
    check(dir.path());
    (dir, engine.state.last_seq().0)
}

fn open_orders(engine: &mut Engine, mix: &mut Mix, each: &mut impl FnMut(&Engine, &Command, bool)) {
    while mix.open() < OPEN {
        mix.fill_up(engine.state.last_seq().next());
        run(engine, &mix.clients, each);
    }
}

fn run(engine: &mut Engine, commands: &[Command], each: &mut impl FnMut(&Engine, &Command, bool)) {
    for (index, command) in commands.iter().enumerate() {
        engine.apply(command);
        each(engine, command, index + 1 == commands.len());
    }
}

fn append_frame(log: &mut Log, engine: &Engine, command: &Command) {
    let seq = log.append(engine.now, command, engine.events.as_slice());
    assert_eq!(seq, engine.state.last_seq(), "journal and state count alike");
}

fn write_all(opened: &mut Opened, now: EngineTime) {
    while opened.writer.write_group(now).expect("the disk has room") > 0 {}
}

fn check(dir: &Path) {
    let frames = journal::read(dir, Seq(1), |_| ControlFlow::Continue(())).expect("it is whole");
    assert_eq!(frames.torn, None, "a closed journal has no torn tail");
}

/// In Cargo's own folder: on the disk that the build is on, not in memory.
fn open() -> (TempDir, Opened) {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
    let durability = Durability::Asynchronous { sync_every: Duration::from_secs(3600) };
    let opened = journal::open(dir.path(), Settings { durability, ..Settings::default() }).expect("a journal opens");
    (dir, opened)
}

criterion_group!(benches, append, recovery);
criterion_main!(benches);
