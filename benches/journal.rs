//! The hot thread pays well under 200 ns to journal a command, recovery folds over two million frames a second, and a group
//! commit costs hardly more than the disk does.
//!
//! `group commit` times the writer from a batch that waits to a mark that has passed it, in turn with one `pwrite` and one
//! `fdatasync` of as many bytes into a file that is made the same way: the disk is as busy for one as for the other.
//!
//! `append` times encoding, checksum and chain of each frame of the steady mix into the log's buffers; the writer
//! empties them between blocks, untimed. `read` walks and decodes a closed journal from the page cache, checking every
//! checksum and the chain; `replay` folds its events too, into a fresh state whose allocation counts: the time to come
//! back after a crash.

#[path = "support/mix.rs"]
mod mix;

use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use journal::{Durability, Log, Opened, Settings};
use mix::{Engine, Mix};
use model::{Command, EngineTime, Event, Seq};
use tempfile::TempDir;

const UNSYNCED: Durability = Durability::Asynchronous { sync_every: Duration::from_secs(3600) };
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
    let (_dir, mut opened) = open(UNSYNCED);
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
    let (dir, mut opened) = open(UNSYNCED);
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
fn open(durability: Durability) -> (TempDir, Opened) {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
    let opened = journal::open(dir.path(), Settings { durability, ..Settings::default() }).expect("a journal opens");
    (dir, opened)
}

/// Commits of each kind for one line of the answer.
const COMMITS: usize = 1_000;

/// The writer beside the disk, batch by batch.
fn group_commit(_criterion: &mut Criterion) {
    for frames in [1, 16, 64, 512] {
        let (dir, mut opened) = open(Durability::Durable);
        let raw = Raw::new(dir.path());
        let (mut journal, mut disk) = (Vec::with_capacity(COMMITS), Vec::with_capacity(COMMITS));
        let mut bytes = 0;
        for commit in 0..COMMITS as u64 {
            bytes = append_quotes(&mut opened, frames, commit);
            let now = EngineTime(commit as i64);
            journal.push(timed(|| while opened.writer.write_group(now).expect("the disk has room") > 0 {}));
            disk.push(timed(|| raw.commit(commit, bytes)));
        }
        report(frames, bytes, journal, disk);
    }
}

/// Frames of quotes; the bytes of their batch with its commit record.
fn append_quotes(opened: &mut Opened, frames: u64, commit: u64) -> usize {
    let quote = model::Quote {
        bid_px: model::Px::from_units(1),
        bid_qty: model::Qty::from_units(1),
        ask_px: model::Px::from_units(1),
        ask_qty: model::Qty::from_units(1),
        last_px: model::Px::from_units(1),
        source_time: EngineTime(0),
        instrument: model::InstrumentId(0),
        reserved: 0,
    };
    let events = [Event::QuoteUpdated(model::QuoteUpdated { quote }); 3];
    for _ in 0..frames {
        opened.log.append(EngineTime(commit as i64), &Command::Quote(quote), &events);
    }
    opened.log.flush();
    let frame = journal::format::RECORD_HEADER_BYTES + 4 * (journal::format::ITEM_HEADER_BYTES + 56);
    frame.next_multiple_of(8) * frames as usize + journal::format::COMMIT_BYTES
}

/// A file of zeros, synced, that is written over from its start to its end and again.
struct Raw {
    file: std::fs::File,
    bytes: Vec<u8>,
}

const RAW_BYTES: u64 = 64 << 20;

impl Raw {
    fn new(dir: &Path) -> Raw {
        let options = std::fs::OpenOptions::new().write(true).create_new(true).clone();
        let file = options.open(dir.join("raw")).expect("a file can be made");
        let bytes = vec![0; 1 << 20];
        for at in 0..RAW_BYTES >> 20 {
            file.write_all_at(&bytes, at << 20).expect("the disk has room");
        }
        file.sync_all().expect("the disk syncs");
        Raw { file, bytes: vec![7; 1 << 20] }
    }

    fn commit(&self, commit: u64, bytes: usize) {
        let at = commit * bytes as u64 % (RAW_BYTES - bytes as u64);
        self.file.write_all_at(&self.bytes[..bytes], at).expect("the disk has room");
        self.file.sync_data().expect("the disk syncs");
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn report(frames: u64, bytes: usize, mut journal: Vec<Duration>, mut disk: Vec<Duration>) {
    let per_second =
        |times: &[Duration]| frames as f64 * times.len() as f64 / times.iter().sum::<Duration>().as_secs_f64();
    let (ours, raw) = (per_second(&journal), per_second(&disk));
    journal.sort_unstable();
    disk.sort_unstable();
    let at = |times: &[Duration], part: f64| times[(times.len() as f64 * part) as usize].as_micros();
    println!(
        "group commit of {frames} frames, {bytes} bytes: {ours:.0} frames/s, p50 {} us, p99 {} us; pwrite and fdatasync: {raw:.0}, \
         p50 {} us, p99 {} us: {:.0} % by throughput, {:.0} % by median",
        at(&journal, 0.5),
        at(&journal, 0.99),
        at(&disk, 0.5),
        at(&disk, 0.99),
        100.0 * ours / raw,
        100.0 * at(&disk, 0.5) as f64 / at(&journal, 0.5) as f64,
    );
}

criterion_group!(benches, append, recovery, group_commit);
criterion_main!(benches);
