//! Commands of every kind, drawn from a seed, against the engine: sums equal their parts after every command, the cash
//! identity holds, and the same events folded again, into a store of another size, end in the same state.

use std::collections::BTreeMap;

use crate::bench::{Bench, new_order};
use model::*;

/// What a naive bookkeeper knows: signed quantity and cash by account, from nothing but the fills.
#[derive(Default)]
struct Bookkeeper {
    position: BTreeMap<(AccountId, InstrumentId), i64>,
    cash: BTreeMap<AccountId, i128>,
}

impl Bookkeeper {
    fn see(&mut self, event: &Event) {
        match event {
            Event::OrderFilled(e) => {
                let signed = e.order.side.sign() * e.last_qty.units();
                *self.position.entry((e.order.account, e.order.instrument)).or_default() += signed;
                *self.cash.entry(e.order.account).or_default() -= i128::from(signed) * i128::from(e.last_px.units());
            }
            Event::PositionChanged(e) => *self.cash.entry(e.account).or_default() -= e.fee.units(),
            Event::CashAdjusted(e) => *self.cash.entry(e.account).or_default() += e.adjustment.amount.units(),
            _ => {}
        }
    }

    fn agrees(&self, bench: &Bench) {
        for ((account, instrument), qty) in &self.position {
            let holding = bench.state.holding(*account, *instrument).unwrap();
            assert_eq!(holding.exposure.position.units(), *qty);
        }
        for (id, account) in bench.state.accounts() {
            assert_eq!(account.cash.units(), self.cash.get(&id).copied().unwrap_or(0));
        }
    }
}

fn command(rng: &mut fastrand::Rng, bench: &Bench, serial: u64) -> Command {
    let session = SessionId(rng.u32(0..2));
    let id = |n: u64| ClOrdId::literal(&format!("{n}"));
    let some_id = |rng: &mut fastrand::Rng| id(rng.u64(serial.saturating_sub(40)..=serial));
    let side = if rng.bool() { Side::Buy } else { Side::Sell };
    let qty = if rng.u8(0..20) == 0 { 60_001 } else { rng.i64(1..500) };
    let px = rng.i64(90..110);
    match rng.u32(0..100) {
        0..40 => {
            let symbol = ["ACME", "ZINC", "NONE"][rng.usize(0..100).min(2) % if rng.u8(0..30) == 0 { 3 } else { 2 }];
            let px = if rng.u8(0..5) == 0 { 0 } else { px };
            Command::NewOrder(NewOrder {
                poss_resend: u8::from(rng.u8(0..10) == 0),
                ..new_order(session, id(serial).as_str(), symbol, side, qty, px)
            })
        }
        40..50 => Command::CancelOrder(CancelOrder {
            origin: Origin::fix(session, 0),
            transact_time: bench.now,
            cl_ord_id: id(serial),
            orig_cl_ord_id: some_id(rng),
        }),
        50..60 => Command::ReplaceOrder(ReplaceOrder {
            origin: Origin::fix(session, 0),
            order_qty: Qty::whole(qty),
            price: Px::whole(px),
            stop_px: Px::ZERO,
            transact_time: bench.now,
            cl_ord_id: id(serial),
            orig_cl_ord_id: some_id(rng),
            side,
            ord_type: OrdType::Limit,
            reserved: [0; 6],
            kept: KeptTerms::NOTHING,
        }),
        60..62 => {
            Command::OrderStatusRequest(OrderStatusRequest { origin: Origin::fix(session, 0), cl_ord_id: some_id(rng) })
        }
        62..64 => Command::SetTradingState(SetTradingState {
            scope: if rng.bool() { Scope::Global } else { Scope::Account },
            state: if rng.u8(0..4) == 0 { TradingState::Halted } else { TradingState::Active },
            reserved: [0; 6],
            account: AccountName::literal("CASH"),
            symbol: Symbol::EMPTY,
            actor: Text::literal("test"),
            reason: Text::literal("drill"),
        }),
        _ => {
            let working: Vec<OrderId> = bench.state.working_orders().map(|order| order.view.order_id).collect();
            let order_id = match working.len() {
                0 => OrderId(rng.u64(0..=serial)),
                _ if rng.u8(0..20) == 0 => OrderId(rng.u64(0..=serial)),
                n => working[rng.usize(0..n)],
            };
            let kind = [
                ReportKind::Accepted,
                ReportKind::Filled,
                ReportKind::Filled,
                ReportKind::Filled,
                ReportKind::Canceled,
                ReportKind::Replaced,
                ReportKind::Replaced,
                ReportKind::CancelRejected,
                ReportKind::ReplaceRejected,
                ReportKind::Expired,
                ReportKind::Rejected,
            ][rng.usize(0..11)];
            let leaves = bench
                .state
                .order(order_id)
                .map_or(1, |order| order.view.order_qty.units() - order.view.cum_qty.units());
            let last_qty = if rng.bool() { leaves } else { rng.i64(1..=leaves.max(1)) };
            let venue_exec_id = serial + 1 - u64::from(rng.u8(0..30) == 0);
            Command::VenueReport(VenueReport {
                last_qty: Qty::from_units(last_qty.max(1)),
                last_px: Px::whole(px),
                ..VenueReport::about(VenueId::PAPER, order_id, venue_exec_id, kind)
            })
        }
    }
}

fn run(seed: u64, commands: u64, orders: usize) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bench = Bench::new(orders);
    let mut bookkeeper = Bookkeeper::default();
    bench.history.iter().flat_map(|(_, _, events)| events).for_each(|event| bookkeeper.see(event));
    let mut seen = BTreeMap::<&str, u64>::new();
    for serial in 1..=commands {
        let command = command(&mut rng, &bench, serial);
        let events = bench.run(command);
        events.iter().for_each(|event| bookkeeper.see(event));
        events.iter().for_each(|event| *seen.entry(event.name()).or_default() += 1);
        if serial % 16 == 0 {
            bench.state.assert_sums();
            bookkeeper.agrees(&bench);
        }
    }
    assert_eq!(bench.refold(orders).hash(), bench.state.hash(), "seed {seed}");
    for kind in [
        "OrderAccepted",
        "OrderRefused",
        "OrderFilled",
        "OrderReplaced",
        "CancelRejected",
        "OrderCanceled",
        "ReportSuspended",
    ] {
        assert!(seen.contains_key(kind), "seed {seed} never saw {kind}");
    }
}

#[test]
fn sums_equal_their_parts_whatever_happens() {
    (0..12).for_each(|seed| run(seed, 4_000, 4_096));
}

#[test]
fn small_store_that_forgets_closed_orders_keeps_the_same_books() {
    (100..112).for_each(|seed| run(seed, 4_000, 96));
}

/// A restart, and `verify --replay`, fold a journal without being told how many orders the daemon made room for.
#[test]
fn folding_makes_room_where_the_journal_says_so_and_forgets_the_same_orders() {
    let mut rng = fastrand::Rng::with_seed(11);
    let mut bench = Bench::new(96);
    for serial in 1..=3_000 {
        let command = command(&mut rng, &bench, serial);
        bench.run(command);
    }
    assert_eq!(bench.refold(1).hash(), bench.state.hash());
    assert_ne!(bench.refold(4_096).hash(), bench.state.hash(), "the store was small enough to forget");
}

#[test]
fn deciding_again_yields_the_same_events() {
    let mut rng = fastrand::Rng::with_seed(9);
    let mut bench = Bench::new(256);
    for serial in 1..=3_000 {
        let command = command(&mut rng, &bench, serial);
        bench.run(command);
    }
    let mut again = Bench::new(256);
    for (stamp, command, events) in bench.history.iter().skip(again.history.len()) {
        assert_eq!(&again.run(*command), events, "frame {}", stamp.seq);
    }
    assert_eq!(again.state.hash(), bench.state.hash());
}
