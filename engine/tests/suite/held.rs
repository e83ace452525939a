//! Orders that Millrace holds: stops, trailing stops, and terms that make orders out of money.

use model::*;

use crate::bench::{Bench, SESSION, new_order};

fn stop(bench: &mut Bench, id: &str, side: Side, qty: i64, stop_px: i64) -> OrderId {
    let order = NewOrder {
        ord_type: OrdType::Stop,
        stop_px: Px::whole(stop_px),
        ..new_order(SESSION, id, "ACME", side, qty, 0)
    };
    let events = bench.settle(Command::NewOrder(order));
    let Event::OrderAccepted(accepted) = events[0] else { panic!("accepted, not {events:?}") };
    accepted.order.order_id
}

fn triggered(events: &[Event]) -> Vec<OrderId> {
    let fired = |event: &Event| match event {
        Event::OrderTriggered(e) => Some(e.order.order_id),
        _ => None,
    };
    events.iter().filter_map(fired).collect()
}

fn quote(bench: &mut Bench, bid: i64, ask: i64) -> Vec<Event> {
    let before = bench.history.len();
    bench.quote(0, bid, ask);
    while bench.state.has_work() {
        bench.run(Command::Step(Step { reserved: 0 }));
    }
    bench.history[before..].iter().flat_map(|(_, _, events)| events.clone()).collect()
}

#[test]
fn stop_waits_here_for_its_price_and_goes_to_the_venue_as_a_market_order() {
    let mut bench = Bench::new(16);
    let order = stop(&mut bench, "S", Side::Buy, 10, 105);
    let held = bench.state.order(order).unwrap();
    assert_eq!((held.view.ord_status, held.view.held), (OrdStatus::New, 1));
    assert!(!held.view.is_working() || held.hold().price);
    assert!(triggered(&quote(&mut bench, 102, 104)).is_empty());
    let events = quote(&mut bench, 104, 105);
    assert_eq!(triggered(&events), [order]);
    let sent: Vec<&OrderView> = events.iter().filter_map(Event::sends_order).collect();
    assert_eq!((sent.len(), sent[0].working_type(), sent[0].held), (1, OrdType::Market, 0));
    assert!(triggered(&quote(&mut bench, 110, 111)).is_empty(), "once");
    bench.venue(order, ReportKind::Filled, 10, 105);
    assert_eq!(bench.status(order), OrdStatus::Filled);
    bench.state.assert_sums();
}

#[test]
fn price_that_jumps_over_a_stop_sets_it_off_and_the_nearest_goes_first() {
    let mut bench = Bench::new(64);
    let far = stop(&mut bench, "1", Side::Buy, 1, 108);
    let near = stop(&mut bench, "2", Side::Buy, 1, 103);
    let same = stop(&mut bench, "3", Side::Buy, 1, 103);
    let below = stop(&mut bench, "4", Side::Buy, 1, 120);
    assert_eq!(triggered(&quote(&mut bench, 111, 112)), [near, same, far]);
    assert_eq!(bench.state.order(below).unwrap().view.held, 1);
}

#[test]
fn restart_keeps_stops_and_the_first_price_after_it_sets_them_off() {
    let mut bench = Bench::new(16);
    let order = stop(&mut bench, "S", Side::Sell, 10, 95);
    let mut again = bench.refold(16);
    assert_eq!(again.hash(), bench.state.hash());
    std::mem::swap(&mut bench.state, &mut again);
    assert_eq!(triggered(&quote(&mut bench, 80, 81)), [order]);
}

#[test]
fn many_stops_go_off_in_steps_and_no_step_is_large() {
    let mut bench = Bench::new(4_096);
    for serial in 0..900 {
        stop(&mut bench, &format!("{serial}"), Side::Sell, 1, 60 + serial % 30);
    }
    let before = bench.history.len();
    let fired = triggered(&quote(&mut bench, 50, 51));
    assert_eq!(fired.len(), 900);
    assert!(bench.history.len() - before > 50, "in steps");
    let order = |id: &OrderId| (bench.state.order(*id).unwrap().view.stop_px, *id);
    assert!(fired.windows(2).all(|pair| {
        let ((first, older), (second, younger)) = (order(&pair[0]), order(&pair[1]));
        first > second || (first == second && older < younger)
    }));
    bench.state.assert_sums();
}

#[test]
fn trailing_stop_follows_the_price_and_never_goes_back() {
    let mut bench = Bench::new(16);
    let order = NewOrder {
        ord_type: OrdType::Stop,
        peg_offset: Px::whole(5),
        exec_inst: ExecInst::TRAILING_STOP_PEG,
        ..new_order(SESSION, "T", "ACME", Side::Sell, 10, 0)
    };
    let Event::OrderAccepted(accepted) = bench.settle(Command::NewOrder(order))[0] else { panic!("accepted") };
    let id = accepted.order.order_id;
    let stop_px = |bench: &Bench| bench.state.order(id).unwrap().view.stop_px;
    assert_eq!(stop_px(&bench), Px::whole(95), "behind the middle of 99 and 101");
    for (bid, expected) in [(105, 100), (103, 100), (120, 115), (116, 115)] {
        assert!(triggered(&quote(&mut bench, bid, bid + 1)).is_empty());
        assert_eq!(stop_px(&bench), Px::whole(expected));
    }
    assert_eq!(bench.refold(16).hash(), bench.state.hash());
    assert_eq!(triggered(&quote(&mut bench, 114, 115)), [id]);
}

#[test]
fn cancel_and_replace_of_what_millrace_holds_are_decided_here() {
    let mut bench = Bench::new(16);
    let order = stop(&mut bench, "S", Side::Buy, 10, 105);
    let replace = ReplaceOrder {
        origin: Origin::fix(SESSION, 0),
        order_qty: Qty::whole(20),
        price: Px::ZERO,
        stop_px: Px::whole(107),
        transact_time: bench.now,
        cl_ord_id: ClOrdId::literal("R"),
        orig_cl_ord_id: ClOrdId::literal("S"),
        side: Side::Buy,
        ord_type: OrdType::Stop,
        reserved: [0; 6],
        kept: KeptTerms::NOTHING,
    };
    let events = bench.run(Command::ReplaceOrder(replace));
    assert!(matches!(events[..], [Event::ReplaceRequested(_), Event::OrderReplaced(_)]), "{events:?}");
    assert!(triggered(&quote(&mut bench, 105, 106)).is_empty());
    let events = bench.cancel("C", "R");
    assert!(matches!(events[..], [Event::CancelRequested(_), Event::OrderCanceled(_)]), "{events:?}");
    assert!(triggered(&quote(&mut bench, 120, 121)).is_empty());
    assert_eq!(bench.status(order), OrdStatus::Canceled);
    bench.state.assert_sums();
}

#[test]
fn halted_market_keeps_stops_until_it_goes_on() {
    let mut bench = Bench::new(16);
    let order = stop(&mut bench, "S", Side::Buy, 10, 105);
    let set = |state| {
        Command::SetTradingState(SetTradingState {
            scope: Scope::Instrument,
            state,
            reserved: [0; 6],
            account: AccountName::EMPTY,
            symbol: Symbol::literal("ACME"),
            actor: Text::literal("test"),
            reason: Text::literal("drill"),
        })
    };
    bench.settle(set(TradingState::Halted));
    assert!(triggered(&quote(&mut bench, 110, 111)).is_empty());
    assert_eq!(triggered(&bench.settle(set(TradingState::Active))), [order]);
}

#[test]
fn stop_that_its_venue_knows_goes_there_at_once() {
    let mut bench = Bench::new(16);
    bench.run(Command::DefineInstrument(DefineInstrument {
        abilities: Abilities::STOP,
        ..crate::bench::instrument("ACME")
    }));
    let order = stop(&mut bench, "S", Side::Buy, 10, 105);
    assert_eq!(bench.state.order(order).unwrap().view.held, 0);
    assert!(triggered(&quote(&mut bench, 110, 111)).is_empty(), "it is the venue's affair");
}

#[test]
fn what_neither_venue_nor_millrace_can_do_is_refused_by_name() {
    let mut bench = Bench::new(16);
    bench.run(Command::DefineInstrument(DefineInstrument {
        abilities: Abilities::NONE,
        ..crate::bench::instrument("ACME")
    }));
    let order = new_order(SESSION, "X", "ACME", Side::Buy, 10, 100);
    let asked = [
        (NewOrder { max_floor: Qty::whole(1), ..order }, Check::LacksIceberg),
        (NewOrder { min_qty: Qty::whole(1), ..order }, Check::LacksMinQty),
        (NewOrder { exec_inst: ExecInst::PARTICIPATE_DONT_INITIATE, ..order }, Check::LacksPostOnly),
        (NewOrder { exec_inst: ExecInst::CANCEL_IF_NOT_BEST, ..order }, Check::LacksNotBest),
        (NewOrder { ord_type: OrdType::MarketToLimit, price: Px::ZERO, ..order }, Check::LacksMarketToLimit),
        (NewOrder { time_in_force: TimeInForce::AtTheOpening, ..order }, Check::TooLateToEnter),
        (NewOrder { time_in_force: TimeInForce::GoodTillDate, ..order }, Check::ExpireTime),
        (NewOrder { contingency: Contingency::OneCancelsTheOther, ..order }, Check::Contingency),
        (NewOrder { stop_px: Px::whole(90), ..order }, Check::StopPx),
        (NewOrder { exec_inst: ExecInst::TRAILING_STOP_PEG, ..order }, Check::ExecInst),
        (NewOrder { exec_inst: ExecInst::DO_NOT_INCREASE, ..order }, Check::ReduceOnly),
    ];
    for (order, check) in asked {
        let Event::OrderRefused(refused) = bench.run(Command::NewOrder(order))[0] else { panic!("{check:?}") };
        assert_eq!(refused.refusal.check, check);
    }
}

#[test]
fn reduce_only_orders_together_never_pass_zero() {
    let mut bench = Bench::new(16);
    let Event::OrderAccepted(buy) = bench.order("B", Side::Buy, 100, 100)[0] else { panic!("accepted") };
    bench.venue(buy.order.order_id, ReportKind::Filled, 100, 100);
    let sell = |id: &str, qty| NewOrder {
        exec_inst: ExecInst::DO_NOT_INCREASE,
        ..new_order(SESSION, id, "ACME", Side::Sell, qty, 110)
    };
    let accepted = |events: Vec<Event>| matches!(events[0], Event::OrderAccepted(_));
    assert!(accepted(bench.run(Command::NewOrder(sell("1", 60)))));
    assert!(!accepted(bench.run(Command::NewOrder(sell("2", 41)))));
    assert!(accepted(bench.run(Command::NewOrder(sell("3", 40)))));
}

#[test]
fn cash_order_becomes_a_quantity_of_whole_lots() {
    let mut bench = Bench::new(16);
    let order = NewOrder {
        order_qty: Qty::ZERO,
        cash_order_qty: Qty::whole(1_050),
        ..new_order(SESSION, "X", "ACME", Side::Buy, 0, 100)
    };
    let Event::OrderAccepted(accepted) = bench.run(Command::NewOrder(order))[0] else { panic!("accepted") };
    assert_eq!((accepted.order.order_qty, accepted.cash_order_qty), (Qty::whole(10), Qty::whole(1_050)));
    let market = NewOrder { cl_ord_id: ClOrdId::literal("Y"), ord_type: OrdType::Market, price: Px::ZERO, ..order };
    let Event::OrderAccepted(accepted) = bench.run(Command::NewOrder(market))[0] else { panic!("accepted") };
    assert_eq!(accepted.order.order_qty, Qty::whole(10), "at the offer of 101");
}
