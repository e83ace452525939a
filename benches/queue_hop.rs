//! A command's way through a queue costs tens of nanoseconds on one thread and well under a microsecond between two.
//!
//! `same_thread` is a push and a pop of one `Command`. `round_trip` is there and back through two queues with both
//! threads spinning, so two hops; with fewer idle cores than threads it shows the scheduler instead, and the number
//! means nothing then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use model::limits::COMMAND_QUEUE_SLOTS;
use model::queue::{Consumer, bounded};
use model::{Command, Tick};

/// Spins before a waiting thread lets another one have the core.
const SPINS: u32 = 20_000;

fn hops(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("queue_hop");
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let command = Command::Tick(Tick { reserved: 7 });

    group.bench_function("same_thread", |bencher| {
        let (producer, mut consumer) = bounded(COMMAND_QUEUE_SLOTS);
        bencher.iter(|| {
            producer.try_push(command).expect("there is room");
            consumer.pop().expect("there is one")
        });
    });

    group.bench_function("round_trip", |bencher| {
        let (there, mut arrived) = bounded(COMMAND_QUEUE_SLOTS);
        let (back, mut returned) = bounded(COMMAND_QUEUE_SLOTS);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let echo = std::thread::spawn(move || {
            while let Some(command) = wait(&mut arrived, || stopped.load(Relaxed)) {
                back.try_push(command).expect("there is room");
            }
        });
        bencher.iter(|| {
            there.try_push(command).expect("there is room");
            wait(&mut returned, || false).expect("it comes back")
        });
        stop.store(true, Relaxed);
        echo.join().expect("the echo ends");
    });
    group.finish();
}

fn wait(queue: &mut Consumer<Command>, stopped: impl Fn() -> bool) -> Option<Command> {
    let mut spins = 0;
    loop {
        if let Some(command) = queue.pop() {
            return Some(command);
        }
        if stopped() {
            return None;
        }
        spins += 1;
        if spins % SPINS == 0 {
            std::thread::yield_now();
        } else {
            std::hint::spin_loop();
        }
    }
}

criterion_group!(benches, hops);
criterion_main!(benches);
