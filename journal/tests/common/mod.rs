//! Frames to write, the same for the same number, and a journal written to the end on one thread.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::path::Path;

use journal::{Frame, Log, Opened, Settings};
use model::{
    AccountName, ClOrdId, Command, EngineTime, Event, Events, InstrumentId, NewOrder, OrdType, Origin, Px, Qty, Quote,
    QuoteUpdated, Seq, SessionId, Side, Symbol, Tick, Ticked,
};

pub fn small() -> Settings {
    Settings { chunks: 72, ..Settings::default().with_segment_bytes(256 << 10) }
}

pub fn time(seq: u64) -> EngineTime {
    EngineTime(1_000 + seq as i64)
}

/// Commands of three sizes, in turn.
pub fn command(seq: u64) -> Command {
    match seq % 3 {
        0 => Command::Tick(Tick { reserved: 0 }),
        1 => Command::Quote(quote(seq)),
        _ => {
            let cl_ord_id = ClOrdId::new(format!("order-{seq}").as_bytes()).unwrap();
            let origin = Origin::fix(SessionId(1), seq);
            Command::NewOrder(NewOrder {
                order_qty: Qty::from_units(seq as i64),
                price: Px::from_units(100),
                transact_time: time(seq),
                account: AccountName::literal("A"),
                ..NewOrder::plain(origin, cl_ord_id, Symbol::literal("MILL"), Side::Buy, OrdType::Limit)
            })
        }
    }
}

/// From none to four events.
pub fn events(seq: u64) -> Events {
    let mut events = Events::default();
    for _ in 0..seq % 5 {
        if seq.is_multiple_of(2) {
            events.push(Ticked { reserved: 0 });
        } else {
            events.push(QuoteUpdated { quote: quote(seq) });
        }
    }
    events
}

fn quote(seq: u64) -> Quote {
    Quote {
        bid_px: Px::from_units(seq as i64),
        bid_qty: Qty::from_units(1),
        ask_px: Px::from_units(seq as i64 + 1),
        ask_qty: Qty::from_units(1),
        last_px: Px::from_units(0),
        source_time: time(seq),
        instrument: InstrumentId(7),
        reserved: 0,
    }
}

pub fn append(log: &mut Log, count: u64) {
    for _ in 0..count {
        let seq = log.next_seq().0;
        assert_eq!(log.append(time(seq), &command(seq), events(seq).as_slice()), Seq(seq));
    }
    log.flush();
}

/// Batches of these sizes, each its own group commit; the end of each in the second answer.
pub fn write(opened: &mut Opened, batches: &[u64]) {
    for count in batches {
        append(&mut opened.log, *count);
        while opened.writer.write_group(time(opened.log.next_seq().0)).unwrap() > 0 {}
    }
}

/// A closed journal.
pub fn closed(dir: &Path, settings: Settings, batches: &[u64]) {
    let mut opened = journal::open(dir, settings).unwrap();
    write(&mut opened, batches);
    opened.writer.close(time(1 << 40)).unwrap();
}

/// Is the frame what was appended under its number?
pub fn assert_as_written(frame: &Frame<'_>) {
    let seq = frame.seq.0;
    assert_eq!(frame.time, time(seq));
    assert_eq!(frame.command, command(seq));
    let read: Vec<Event> = frame.events().collect();
    assert_eq!(read, events(seq).as_slice());
    assert_eq!(frame.event_count(), read.len());
}
