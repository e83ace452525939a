//! The agent around the exchange: reading on, waiting, and going on after a restart.

use std::collections::VecDeque;

use model::queue::{Consumer, bounded};
use model::{OrderId, ReportKind, Side, VenueReport};

use super::super::exchange::tests::{accepted, listing, open, quoted, view};
use super::*;

/// A log in memory, one event a frame.
struct Script(VecDeque<Event>);

impl Tail for Script {
    fn poll(&mut self, frames_max: usize, each: &mut dyn FnMut(&Event)) -> Result<usize, Stopped> {
        let frames = frames_max.min(self.0.len());
        self.0.drain(..frames).for_each(|event| each(&event));
        Ok(frames)
    }
}

fn market() -> Market {
    Market { listings: vec![listing(1)], phases: Vec::new() }
}

fn venue(events: Vec<Event>, slots: usize) -> (PaperVenue<Script>, Consumer<Command>) {
    let (queue, reports) = bounded(slots);
    let settings = Settings { orders_max: 1_000, instruments_max: 1 };
    (PaperVenue::new(settings, market(), Script(events.into()), queue, 0, []), reports)
}

fn pop(reports: &mut Consumer<Command>) -> Option<VenueReport> {
    reports.pop().map(|command| match command {
        Command::VenueReport(report) => report,
        other => panic!("a venue only reports, not {}", other.name()),
    })
}

#[test]
fn reports_wait_in_order_and_the_log_is_not_read_on_when_queue_is_full() {
    const HALF: usize = 900;
    let half = HALF as u64;
    let resting = (1..=half).map(|id| accepted(view(id, Side::Sell, 100, 1)));
    let sweeps = (half + 1..=2 * half).map(|id| accepted(view(id, Side::Buy, 100, 1)));
    let (mut venue, mut reports) = venue(resting.chain(sweeps).collect(), 3);
    let room = venue.outgoing.room();
    assert_eq!(venue.work(EngineTime(0)).unwrap(), FRAMES_PER_WORK_MAX);
    assert_eq!(venue.work(EngineTime(0)).unwrap(), 0, "nothing moves while the queue is full");
    assert_eq!(venue.tail.0.len(), 2 * HALF - FRAMES_PER_WORK_MAX);
    let mut seen = Vec::new();
    loop {
        while let Some(report) = pop(&mut reports) {
            seen.push(report);
        }
        if venue.work(EngineTime(0)).unwrap() == 0 && reports.is_empty() {
            break;
        }
    }
    // An acknowledgement of each and a trade of two reports of each pair, numbered without a gap.
    assert_eq!(seen.len(), 4 * HALF);
    assert!(seen.iter().enumerate().all(|(at, report)| report.venue_exec_id == at as u64 + 1));
    assert_eq!(seen.iter().filter(|report| report.kind == ReportKind::Filled).count(), 2 * HALF);
    assert_eq!(venue.outgoing.room(), room, "the ring never grows");
}

#[test]
fn one_order_that_sweeps_a_full_book_fits_the_ring() {
    let mut events: Vec<Event> = (1..=1_000).map(|id| accepted(view(id, Side::Sell, 100, 1))).collect();
    // A market order: a limit order is refused while nothing more can rest.
    events.push(accepted(view(1_001, Side::Buy, 0, 1_000)));
    events.push(quoted(99, 1, 101, 1));
    let (mut venue, mut reports) = venue(events, 1);
    let room = venue.outgoing.room();
    let mut fills = 0;
    while venue.work(EngineTime(0)).unwrap() > 0 || !reports.is_empty() {
        fills += usize::from(pop(&mut reports).is_some_and(|report| report.kind == ReportKind::Filled));
    }
    assert_eq!(fills, 2_000);
    assert_eq!(venue.outgoing.room(), room);
}

#[test]
fn restarted_venue_numbers_on_and_has_room_for_all_open_orders() {
    let (queue, mut reports) = bounded(2);
    let settings = Settings { orders_max: 1, instruments_max: 1 };
    let open = (1..=5).map(|id| open(view(id, Side::Buy, 100, 1), false));
    let mut venue = PaperVenue::new(settings, market(), Script(VecDeque::new()), queue, 41, open);
    let mut seen = Vec::new();
    loop {
        while let Some(report) = pop(&mut reports) {
            seen.push((report.order_id, report.kind, report.venue_exec_id));
        }
        if venue.work(EngineTime(0)).unwrap() == 0 && reports.is_empty() {
            break;
        }
    }
    let expected: Vec<_> = (1..=5).map(|id| (OrderId(id), ReportKind::Accepted, 41 + id)).collect();
    assert_eq!(seen, expected);
}

#[test]
fn order_in_the_journal_is_answered_once_it_is_durable() {
    let dir = tempfile::tempdir().unwrap();
    let journal::Opened { mut log, mut writer, mark, .. } = journal::open(dir.path(), Default::default()).unwrap();
    let follower = journal::Follower::new(dir.path(), mark, log.next_seq()).unwrap();
    let (queue, mut reports) = bounded(10);
    let settings = Settings { orders_max: 10, instruments_max: 1 };
    let mut venue = PaperVenue::new(settings, market(), follower, queue, 0, []);

    let tick = Command::Tick(model::Tick { reserved: 0 });
    log.append(EngineTime(1), &tick, &[accepted(view(1, Side::Buy, 100, 1))]);
    log.flush();
    assert_eq!(venue.work(EngineTime(1)).unwrap(), 0, "not durable yet");
    while venue.work(EngineTime(1)).unwrap() == 0 {
        writer.work(EngineTime(1)).unwrap();
    }
    let report = pop(&mut reports).unwrap();
    assert_eq!((report.order_id, report.kind), (OrderId(1), ReportKind::Accepted));
}
