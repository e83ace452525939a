//! One command costs no algorithm more with 1,000,000 open orders than with 1,000: what it costs more is memory. (The goal
//! is 300 ns a command; seen so far is about a microsecond for the clients' mix, most of it waits for memory.)
//!
//! `clients` times the mix alone: 60 % new, 25 % cancel, 15 % replace; the venue's confirmations and fills between two
//! blocks are done and not timed. `clients_and_venue` times them too, each as a command of its own. Orders, accounts
//! and instruments are drawn evenly, so nearly every command of the large case misses the caches: a rise with the
//! number of open orders is memory latency; a rise beyond a few misses would be an algorithm that looks at more than
//! its order. No journal, no queue, no quotes.

#[path = "support/mix.rs"]
mod mix;

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use mix::{Engine, Mix};

fn decide_and_evolve(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for open in [1_000, 100_000, 1_000_000] {
        let (mut engine, mut mix) = mix::steady(open);
        group.bench_function(BenchmarkId::new("clients", open), |bencher| {
            bencher.iter_custom(|commands| time(&mut engine, &mut mix, commands, false));
        });
        group.bench_function(BenchmarkId::new("clients_and_venue", open), |bencher| {
            bencher.iter_custom(|commands| time(&mut engine, &mut mix, commands, true));
        });
        assert_eq!(engine.state.working_count(), open);
    }
    group.finish();
}

/// The time of `commands` commands: whole blocks, scaled to the number asked for.
fn time(engine: &mut Engine, mix: &mut Mix, commands: u64, with_venue: bool) -> Duration {
    let mut elapsed = Duration::ZERO;
    let mut done = 0;
    while done < commands {
        mix.next_block(engine.state.last_seq().next());
        let started = Instant::now();
        engine.apply_all(&mix.clients);
        let clients = started.elapsed();
        engine.apply_all(&mix.reports);
        elapsed += if with_venue { started.elapsed() } else { clients };
        done += mix.clients.len() as u64 + if with_venue { mix.reports.len() as u64 } else { 0 };
    }
    elapsed.mul_f64(commands as f64 / done as f64)
}

criterion_group!(benches, decide_and_evolve);
criterion_main!(benches);
