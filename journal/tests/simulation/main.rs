//! The journal on a disk that fails in every way that a disk can, from a seed: what was acknowledged is never lost, and what is damaged
//! is never taken for what was written.
//!
//! `MILLRACE_SEEDS` runs more of them, `MILLRACE_SEED` one again.

#[cfg(feature = "sabotage")]
mod broken;
mod disk;
mod faults;
mod run;

use std::time::Instant;

use faults::{Counters, Fault, Plan};
use run::{Outcome, run};

/// Seeds of each test where nobody asks for more.
const SEEDS: u64 = 300;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// Runs every seed; says which one broke what.
fn all_seeds(test: &str, plan: impl Fn(&mut fastrand::Rng) -> Plan) -> Totals {
    let one = setting("MILLRACE_SEED");
    let seeds = one.map_or(0..setting("MILLRACE_SEEDS").unwrap_or(SEEDS), |seed| seed..seed + 1);
    let began = Instant::now();
    let mut totals = Totals::default();
    for seed in seeds {
        let plan = plan(&mut fastrand::Rng::with_seed(seed));
        let again = format!("MILLRACE_SEED={seed} cargo nextest run --release -p journal --test simulation {test}");
        let outcome = std::panic::catch_unwind(|| run(seed, plan.clone()));
        match outcome {
            Ok(Ok(outcome)) => totals.add(&outcome),
            Ok(Err(broken)) => panic!("seed {seed}, {plan:?}: {broken}\nagain: {again}"),
            Err(_) => panic!("seed {seed}, {plan:?}: it panicked, see above\nagain: {again}"),
        }
    }
    let per_hour = totals.runs as f64 * 3600.0 / began.elapsed().as_secs_f64();
    println!("{test}: {totals:?}, {per_hour:.0} seeds an hour");
    assert!(one.is_some() || totals.acknowledged > 0);
    totals
}

#[derive(Default, Debug)]
struct Totals {
    runs: u64,
    acknowledged: u64,
    refused: u64,
    counters: Counters,
}

impl Totals {
    fn add(&mut self, outcome: &Outcome) {
        self.runs += 1;
        self.acknowledged += outcome.acknowledged;
        self.refused += u64::from(outcome.refused);
        self.counters.add(&outcome.counters);
    }

    fn assert_each_occurred(&self, faults: &[Fault]) {
        for fault in faults {
            let enough = self.runs == 1 || self.counters.of(*fault) > 0;
            assert!(enough, "{fault:?} never occurred: {:?}", self.counters);
        }
    }
}

/// A few kinds at a time, at a rate of their own.
fn some_of(kinds: &[Fault], random: &mut fastrand::Rng) -> Plan {
    let mut kinds = kinds.to_vec();
    random.shuffle(&mut kinds);
    kinds.truncate(random.usize(1..=kinds.len()));
    Plan::of(&kinds, random.choice([10, 50, 300]).unwrap_or(50))
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_sound_refused_on_a_disk_that_only_fails() {
    let totals = all_seeds("nothing_acknowledged_is_lost", |random| some_of(&Fault::HONEST, random));
    assert_eq!(totals.refused, 0);
    totals.assert_each_occurred(&Fault::HONEST);
}

#[test]
fn what_is_damaged_below_its_proof_is_refused_on_a_disk_that_lies() {
    let every: Vec<Fault> = Fault::HONEST.into_iter().chain(Fault::LYING).collect();
    let totals = all_seeds("what_is_damaged_below_its_proof_is_refused", |random| {
        let lie = random.choice(Fault::LYING).unwrap_or(Fault::BitFlip);
        let mut kinds = every.clone();
        random.shuffle(&mut kinds);
        kinds.truncate(random.usize(0..4));
        kinds.push(lie);
        Plan::of(&kinds, random.choice([10, 50, 300]).unwrap_or(50))
    });
    assert!(totals.runs == 1 || totals.refused > 0);
    totals.assert_each_occurred(&Fault::LYING);
}

#[test]
fn same_seed_is_the_same_run() {
    for seed in 0..10 {
        let plan = Plan::of(&Fault::HONEST, 20);
        let [one, other] = [run(seed, plan.clone()), run(seed, plan)].map(|outcome| {
            outcome.map(|outcome| (outcome.acknowledged, outcome.refused, format!("{:?}", outcome.counters)))
        });
        assert_eq!(one, other);
    }
}

/// Whoever promises durability on a disk that fakes its syncs is found out: the same harness, told that the disk is honest.
#[test]
fn faked_syncs_are_found_out() {
    let found = (0..SEEDS).find(|seed| run(*seed, Plan::believing(Fault::LyingSync)).is_err());
    assert!(found.is_some(), "no seed of {SEEDS} lost what was acknowledged");
}
