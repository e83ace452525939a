//! The walk stays sane, keeps its pace, repeats itself from its seed, and keeps only the newest.

use std::collections::HashMap;

use model::queue::{Consumer, bounded};

use super::*;

fn instruments(count: u32) -> Vec<SyntheticInstrument> {
    (0..count)
        .map(|index| SyntheticInstrument {
            instrument: InstrumentId(index),
            start_px: Px::whole(1 + 50 * i64::from(index)),
            tick: Px::from_units(1_000_000),
            lot: Qty::whole(10),
        })
        .collect()
}

fn drain(quotes: &mut Consumer<Command>) -> Vec<Quote> {
    std::iter::from_fn(|| quotes.pop())
        .map(|command| match command {
            Command::Quote(quote) => quote,
            other => panic!("only quotes, not {}", other.name()),
        })
        .collect()
}

/// What leaves in `millis` rounds of a millisecond.
fn run(rate: u32, seed: u64, millis: i64) -> Vec<Quote> {
    let (queue, mut quotes) = bounded(1_000);
    let mut source = SyntheticQuotes::new(instruments(8), rate, seed, queue);
    let mut all = Vec::new();
    for milli in 0..=millis {
        source.work(EngineTime(1_000_000_000_000 + milli * 1_000_000)).unwrap();
        all.extend(drain(&mut quotes));
    }
    all
}

#[test]
fn quotes_are_never_crossed_and_lie_on_ticks_and_lots() {
    let quotes = run(20_000, 1, 5_000);
    assert_eq!(quotes.len(), 100_000);
    for quote in quotes {
        assert!(quote.bid_px.units() > 0 && quote.bid_px < quote.ask_px);
        for px in [quote.bid_px, quote.ask_px, quote.last_px] {
            assert!(px.units() % 1_000_000 == 0 && !px.is_zero());
        }
        for qty in [quote.bid_qty, quote.ask_qty] {
            assert!(qty.units() > 0 && qty.units() % Qty::whole(10).units() == 0);
        }
    }
}

#[test]
fn same_seed_and_times_give_the_same_quotes() {
    assert_eq!(run(1_000, 7, 500), run(1_000, 7, 500));
    assert_ne!(run(1_000, 7, 500), run(1_000, 8, 500));
}

#[test]
fn rate_holds_in_total_whatever_divides_it() {
    assert_eq!(run(333, 1, 10_000).len(), 3_330);
    assert_eq!(run(1, 1, 10_000).len(), 10);
    assert_eq!(run(0, 1, 10_000).len(), 0);
}

#[test]
fn pause_is_not_made_up_for() {
    let (queue, mut quotes) = bounded(10_000);
    let mut source = SyntheticQuotes::new(instruments(8), 1_000, 1, queue);
    source.work(EngineTime(0)).unwrap();
    source.work(EngineTime(3_600 * NANOS_PER_SECOND)).unwrap();
    assert_eq!(drain(&mut quotes).len() as i64, QUOTES_PER_WORK_MAX);
    source.work(EngineTime(3_601 * NANOS_PER_SECOND - 900_000_000)).unwrap();
    assert_eq!(drain(&mut quotes).len(), 100);
}

#[test]
fn only_the_newest_quote_of_each_instrument_is_kept_when_queue_is_full() {
    let (queue, mut quotes) = bounded(2);
    let mut source = SyntheticQuotes::new(instruments(4), 1_000, 1, queue);
    for milli in 0..=200 {
        source.work(EngineTime(milli * 1_000_000)).unwrap();
    }
    let stuck = drain(&mut quotes);
    assert_eq!(stuck.len(), 2);
    let mut newest = HashMap::new();
    for _ in 0..3 {
        source.work(EngineTime(200_000_000)).unwrap();
        for quote in drain(&mut quotes) {
            assert!(newest.insert(quote.instrument, quote.source_time).is_none(), "one of each");
        }
    }
    assert_eq!(newest.len(), 4);
    assert!(newest.values().all(|time| time.0 > 195_000_000));
    assert_eq!(source.conflated(), 200 - 2 - 4);
}

#[test]
fn instrument_that_cannot_be_walked_is_left_out() {
    let (queue, mut quotes) = bounded(10);
    let mut broken = instruments(3);
    broken[0].tick = Px::ZERO;
    broken[1].lot = Qty::from_units(i64::MAX);
    broken[2].start_px = Px::from_units(i64::MAX);
    let mut source = SyntheticQuotes::new(broken, 1_000, 1, queue);
    assert_eq!(source.work(EngineTime(0)).unwrap() + source.work(EngineTime(NANOS_PER_SECOND)).unwrap(), 0);
    assert!(drain(&mut quotes).is_empty());
}
