//! Nothing is allocated or freed on the hot thread once it runs: decide, evolve and the journal's append, on a steady
//! mix of orders, beside a writer thread that writes for real.

#[path = "../benches/support/mix.rs"]
mod mix;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use journal::{Durability, Log, Settings};
use mix::{Engine, Mix};
use model::{Command, EngineTime};

thread_local! {
    /// Is this thread sealed, and how often did it touch the heap while it was?
    static SEALED: Cell<bool> = const { Cell::new(false) };
    static TOUCHES: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator; it counts what a sealed thread asks of it.
struct Sealing;

fn touch() {
    // A thread that is ending has no thread locals any more, and is not the hot thread.
    let sealed = SEALED.try_with(Cell::get).unwrap_or(false);
    if sealed {
        let _ = TOUCHES.try_with(|touches| touches.set(touches.get() + 1));
    }
}

// SAFETY: every call goes unchanged to `System`, which keeps the trait's promises; counting touches only two
// constant-initialised thread locals without destructors, so it neither allocates nor unwinds.
unsafe impl GlobalAlloc for Sealing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        touch();
        // SAFETY: the caller's promises about `layout` are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        touch();
        // SAFETY: as for `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        touch();
        // SAFETY: `at` came from `System` through this allocator, with this layout.
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        touch();
        // SAFETY: as for `realloc`.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Sealing = Sealing;

/// How often `work` touches the heap on this thread.
fn sealed(work: impl FnOnce()) -> u64 {
    TOUCHES.set(0);
    SEALED.set(true);
    work();
    SEALED.set(false);
    TOUCHES.get()
}

fn run(engine: &mut Engine, log: &mut Log, commands: &[Command]) {
    for command in commands {
        engine.apply(command);
        log.append(engine.now, command, engine.events.as_slice());
    }
    log.flush();
}

fn wait_for_room(log: &Log) {
    while !log.has_room() {
        std::thread::yield_now();
    }
}

#[test]
fn sealed_thread_that_allocates_is_counted() {
    let touches = sealed(|| drop(std::hint::black_box(Box::new(1))));
    assert_eq!(touches, 2, "one allocation and one release");
}

#[test]
fn hot_thread_allocates_nothing_once_it_runs() {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings {
        durability: Durability::Asynchronous { sync_every: Duration::from_millis(100) },
        ..Settings::default()
    };
    let opened = journal::open(dir.path(), settings).unwrap();
    let (mut log, mut writer) = (opened.log, opened.writer);
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let writing = std::thread::spawn(move || {
        while !stopped.load(Relaxed) {
            if writer.write_group(EngineTime(0)).unwrap() == 0 {
                std::thread::yield_now();
            }
        }
    });

    let (mut engine, mut mix) = mix::steady(10_000);
    let mut touches = 0;
    let mut commands = 0;
    for _ in 0..100 {
        mix.next_block(engine.state.last_seq().next());
        for part in [&mix.clients, &mix.reports] {
            wait_for_room(&log);
            touches += sealed(|| run(&mut engine, &mut log, part));
            commands += part.len();
        }
    }
    stop.store(true, Relaxed);
    writing.join().unwrap();
    assert_eq!(engine.state.working_count(), 10_000);
    assert_eq!(touches, 0, "heap operations of the hot thread in {commands} commands");
}

#[test]
fn mix_is_what_it_says() {
    let mut mix = Mix::new(1);
    let mut engine = Engine::new(2_000);
    for _ in 0..2 {
        mix.fill_up(engine.state.last_seq().next());
        engine.apply_all(&mix.clients);
    }
    for _ in 0..20 {
        mix.next_block(engine.state.last_seq().next());
        engine.apply_all(&mix.clients);
        engine.apply_all(&mix.reports);
        assert_eq!((mix.open(), engine.state.working_count()), (2_000, 2_000));
    }
    engine.state.assert_sums();
}
