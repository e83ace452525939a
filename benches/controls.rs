//! What each control costs an order, and what the whole pass costs: with no limit, with every kind of limit at one scope, with every
//! kind at every scope. The goal: all on, under 300 ns an order, whatever the number of accounts and of open orders.
//!
//! Timed is `decide` of a new order that is accepted, with all that it looks up; nothing is evolved, so each order is decided again and
//! again. A limit's cost is the difference to the same orders without it, a moment before in the same run; the ratios at the end are of
//! one run too. The pass is the controls alone, without what a decision looks up and writes. 64 orders take turns, so what is timed is the work and not the memory of a large state. The best of many short rounds
//! counts: what else runs on the machine only ever adds.
//!
//! `UPDATE_COSTS=1` writes `risk/costs.txt`, from which the page of controls takes its column.

#[path = "support/limited.rs"]
mod limited;

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use limited::Limited;
use model::{Check, Events, KillScope, LimitKind};

/// Rounds of one number; the best stands for all of them.
const ROUNDS: usize = 1_500;
/// Decisions of one order in a round: few, so that most rounds are not interrupted.
const TURNS: usize = 2;
/// How often a limit comes and goes.
const CHANGES: usize = 5;
/// The small state that the others are compared with.
const SMALL: (u32, usize) = (10, 10);

/// Nanoseconds of one decision.
fn round(desk: &Limited) -> f64 {
    let mut events = Events::default();
    let started = Instant::now();
    for _ in 0..TURNS {
        for order in &desk.orders {
            desk.decide(black_box(order), &mut events);
            black_box(&events);
        }
    }
    started.elapsed().as_nanos() as f64 / (TURNS * desk.orders.len()) as f64
}

fn best(desk: &Limited, rounds: usize) -> f64 {
    (0..rounds).map(|_| round(desk)).fold(f64::INFINITY, f64::min)
}

/// Nanoseconds of the controls alone, of the whole decision.
fn pass(desk: &Limited) -> f64 {
    let judged = desk.judged();
    let round = |_| {
        let started = Instant::now();
        for _ in 0..TURNS {
            judged.iter().for_each(|one| assert!(black_box(black_box(one).refusal()).is_none()));
        }
        started.elapsed().as_nanos() as f64 / (TURNS * judged.len()) as f64
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

/// A limit without which another one means nothing.
fn partner(kind: LimitKind) -> Option<LimitKind> {
    match kind {
        LimitKind::RepeatedOrders => Some(LimitKind::RepeatWindow),
        LimitKind::RepeatedExecutions => Some(LimitKind::ExecutionWindow),
        _ => None,
    }
}

/// What the limit adds to a decision; or the check that refuses every order once it is set, and then there is no such number.
fn cost_of(desk: &mut Limited, kind: LimitKind) -> Result<f64, Check> {
    let kinds: Vec<LimitKind> = partner(kind).into_iter().chain([kind]).collect();
    let (mut without, mut with) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..CHANGES {
        without = without.min(best(desk, ROUNDS / CHANGES));
        kinds.iter().for_each(|kind| desk.limit(*kind, kind.scopes(), true));
        let refused = desk.refused();
        with = with.min(best(desk, ROUNDS / CHANGES));
        kinds.iter().for_each(|kind| desk.limit(*kind, kind.scopes(), false));
        refused.map_or(Ok(()), Err)?;
    }
    Ok(with - without)
}

/// Sets all limits with which orders still pass, at the scopes that `at` names.
fn limit_all(desk: &mut Limited, at: fn(LimitKind) -> &'static [KillScope]) -> usize {
    let mut set = 0;
    for kind in [LimitKind::RepeatWindow, LimitKind::ExecutionWindow].iter().chain(LimitKind::ALL) {
        desk.limit(*kind, at(*kind), true);
        match desk.refused() {
            None => set += 1,
            Some(check) => {
                println!("{}: left out of the whole, it refuses with {}", kind.word(), check.code());
                desk.limit(*kind, at(*kind), false);
            }
        }
    }
    set - 2
}

/// Where a desk would set it: at the account where it may, else at the widest scope.
fn one_scope(kind: LimitKind) -> &'static [KillScope] {
    if kind.is_for(KillScope::Account) { &[KillScope::Account] } else { &kind.scopes()[..1] }
}

fn main() {
    let mut costs = String::new();
    let mut desk = Limited::new(SMALL.0, SMALL.1);
    let none = best(&desk, ROUNDS);
    for kind in LimitKind::ALL {
        match cost_of(&mut desk, *kind) {
            Ok(cost) => {
                println!("{:<24}{cost:>8.1} ns", kind.word());
                writeln!(costs, "{} {cost:.1}", kind.word()).expect("a string takes it");
            }
            Err(check) => println!("{:<24}refused with {}", kind.word(), check.code()),
        }
    }
    let pass_none = pass(&desk);
    let mut at_one = Limited::new(SMALL.0, SMALL.1);
    limit_all(&mut at_one, one_scope);
    let (one, pass_one) = (best(&at_one, ROUNDS), pass(&at_one));
    let set = limit_all(&mut desk, LimitKind::scopes);
    let (all, pass_all) = (best(&desk, ROUNDS), pass(&desk));
    println!("no limit                {none:>8.1} ns a decision, {pass_none:.1} ns of it the controls");
    println!("{set:>2} limits, one scope   {one:>8.1} ns a decision, {pass_one:.1} ns of it the controls");
    println!("{set:>2} limits, every scope {all:>8.1} ns a decision, {pass_all:.1} ns of it the controls");
    for (word, cost) in [
        ("none", none),
        ("pass_none", pass_none),
        ("one", one),
        ("pass_one", pass_one),
        ("all", all),
        ("pass_all", pass_all),
    ] {
        writeln!(costs, "{word} {cost:.1}").expect("a string takes it");
    }
    writeln!(costs, "limits {set}").expect("a string takes it");
    for (accounts, orders) in [(100_000, 10), (10, 1_000_000), (100_000, 1_000_000)] {
        let mut large = Limited::new(accounts, orders);
        limit_all(&mut large, LimitKind::scopes);
        let (mut is, mut was) = (f64::INFINITY, f64::INFINITY);
        // In turns, so that both meet the same machine.
        for _ in 0..CHANGES {
            was = was.min(best(&desk, ROUNDS / CHANGES));
            is = is.min(best(&large, ROUNDS / CHANGES));
        }
        let ratio = is / was;
        println!(
            "{accounts} accounts, {orders} orders: {ratio:.2} times the decision with {} and {}",
            SMALL.0, SMALL.1
        );
        writeln!(costs, "ratio_{accounts}_{orders} {ratio:.2}").expect("a string takes it");
    }
    if std::env::var_os("UPDATE_COSTS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/risk/costs.txt");
        std::fs::write(path, costs).expect("the file of costs is written");
    }
}
