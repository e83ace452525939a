//! What concerns many orders goes in steps: mass cancels, mass status, lost sessions.

use model::*;

use crate::bench::{Bench, SESSION, new_order};

const OTHER: SessionId = SessionId(1);

fn resting(bench: &mut Bench, session: SessionId, count: i64) -> Vec<OrderId> {
    let mut orders = Vec::new();
    for serial in 0..count {
        let symbol = if serial % 2 == 0 { "ACME" } else { "ZINC" };
        let side = if serial % 3 == 0 { Side::Sell } else { Side::Buy };
        let px = if side == Side::Buy { 50 } else { 150 };
        let id = format!("{session}-{serial}");
        let events = bench.run(Command::NewOrder(new_order(session, &id, symbol, side, 1, px)));
        let Event::OrderAccepted(accepted) = events[0] else { panic!("accepted, not {events:?}") };
        orders.push(accepted.order.order_id);
    }
    orders
}

fn mass_cancel(session: SessionId, request_type: u8, symbol: &str, side: u8) -> Command {
    Command::MassCancel(MassCancel {
        origin: Origin::fix(session, 0),
        transact_time: EngineTime(0),
        cl_ord_id: ClOrdId::literal("all"),
        symbol: Symbol::literal(symbol),
        account: AccountName::EMPTY,
        request_type,
        side,
        reserved: [0; 6],
    })
}

fn canceled(events: &[Event]) -> Vec<OrderId> {
    let asked = |event: &Event| match event {
        Event::CancelRequested(e) => Some(e.order.order_id),
        _ => None,
    };
    let mut orders: Vec<OrderId> = events.iter().filter_map(asked).collect();
    orders.sort_unstable();
    orders
}

#[test]
fn mass_cancel_asks_for_each_order_of_its_scope_once_and_for_no_other() {
    let mut bench = Bench::new(8_192);
    let own = resting(&mut bench, OTHER, 900);
    let others = resting(&mut bench, SESSION, 100);
    let events = bench.settle(mass_cancel(OTHER, b'1', "ZINC", 0));
    let zinc: Vec<OrderId> = own.iter().copied().skip(1).step_by(2).collect();
    assert_eq!(canceled(&events), zinc);
    assert!(matches!(events[0], Event::MassCancelReported(e) if e.request.0 > 0 && e.total_affected_orders == 0));
    let events = bench.settle(mass_cancel(OTHER, b'7', "", 0));
    assert!(matches!(events[0], Event::MassCancelReported(e) if e.total_affected_orders == 900));
    assert_eq!(canceled(&events).len(), 450, "the others were asked for before");
    assert!(others.iter().all(|order| bench.state.order(*order).unwrap().pending.ending.is_none()));
    // An order that comes later is not meant.
    let events = bench.run(Command::NewOrder(new_order(OTHER, "late", "ACME", Side::Buy, 1, 50)));
    assert!(canceled(&events).is_empty() && !bench.state.has_work());
}

#[test]
fn mass_cancel_of_a_kind_that_does_not_exist_is_refused() {
    let mut bench = Bench::new(64);
    let reason =
        |bench: &mut Bench, request_type, symbol: &str| match bench.run(mass_cancel(SESSION, request_type, symbol, 0))
            [0]
        {
            Event::MassCancelReported(e) => (e.request.0, e.reject_reason),
            other => panic!("{other:?}"),
        };
    assert_eq!(reason(&mut bench, b'5', ""), (0, 0));
    assert_eq!(reason(&mut bench, b'1', "NONE"), (0, 1));
    assert!(!bench.state.has_work());
}

#[test]
fn no_step_looks_at_all_orders_and_others_are_decided_in_between() {
    let mut bench = Bench::new(32_768);
    resting(&mut bench, OTHER, 999);
    bench.run(mass_cancel(OTHER, b'7', "", 0));
    let mut steps = 0;
    while bench.state.has_work() {
        let events = bench.run(Command::Step(Step { reserved: 0 }));
        assert!(events.len() <= limits::EVENTS_PER_COMMAND_MAX);
        let id = format!("between-{steps}");
        let events = bench.run(Command::NewOrder(new_order(SESSION, &id, "ACME", Side::Buy, 1, 50)));
        assert!(matches!(events[0], Event::OrderAccepted(_)));
        steps += 1;
    }
    assert!(steps > 100, "{steps}");
    bench.state.assert_sums();
    assert_eq!(bench.refold(32_768).hash(), bench.state.hash(), "a restart goes on where it stood");
}

#[test]
fn mass_status_tells_of_each_order_and_says_which_is_the_last() {
    let mut bench = Bench::new(4_096);
    let own = resting(&mut bench, OTHER, 500);
    resting(&mut bench, SESSION, 50);
    let ask = |request_type, symbol: &str, side| {
        Command::MassStatusRequest(MassStatusRequest {
            origin: Origin::fix(OTHER, 0),
            mass_status_req_id: ClOrdId::literal("how"),
            symbol: Symbol::literal(symbol),
            account: AccountName::EMPTY,
            request_type,
            side,
            reserved: [0; 6],
        })
    };
    let told = |events: &[Event]| {
        let status = |event: &Event| match event {
            Event::StatusReported(e) => Some((e.order.order_id, e.last_rpt_requested, e.tot_num_reports, e.known)),
            _ => None,
        };
        events.iter().filter_map(status).collect::<Vec<_>>()
    };
    let all = told(&bench.settle(ask(b'7', "", 0)));
    assert_eq!(all.len(), 500);
    assert!(all.iter().all(|(id, _, total, known)| own.contains(id) && *total == 500 && *known == 1));
    assert!(all.iter().rev().skip(1).all(|(_, last, _, _)| *last == 0) && all.last().unwrap().1 == 1);
    let sells = told(&bench.settle(ask(b'1', "ACME", b'2')));
    assert_eq!(sells.len(), own.iter().step_by(6).count());
    assert_eq!(sells.last().unwrap().1, 1);
    let none = told(&bench.settle(ask(b'9', "", 0)));
    assert_eq!(none, [(OrderId(0), 1, 0, 0)]);
}

#[test]
fn lost_session_takes_what_asks_for_it_and_what_its_policy_says() {
    for (policy, expected) in [
        (CancelOnDisconnect::Tagged, vec!["o"]),
        (CancelOnDisconnect::Day, vec!["day", "o"]),
        (CancelOnDisconnect::All, vec!["day", "gtc", "o"]),
    ] {
        let mut bench = Bench::new(64);
        bench.run(Command::DefineSession(DefineSession {
            sender_comp_id: Text::literal("MILLRACE"),
            target_comp_id: Text::literal("TWO"),
            account: Text::literal("MARGIN"),
            messages_per_second: 1_000_000,
            pending_replaces: PendingReplaces::Refuse,
            cancel_on_disconnect: policy,
            reserved: [0; 2],
        }));
        let plain = |id: &str| new_order(OTHER, id, "ACME", Side::Buy, 1, 50);
        let gtc = TimeInForce::GoodTillCancel;
        for order in [
            plain("day"),
            NewOrder { time_in_force: gtc, ..plain("gtc") },
            NewOrder { exec_inst: ExecInst::REINSTATE_ON_CONNECTION_LOSS, ..plain("n") },
            NewOrder { exec_inst: ExecInst::CANCEL_ON_CONNECTION_LOSS, time_in_force: gtc, ..plain("o") },
        ] {
            bench.run(Command::NewOrder(order));
        }
        let ended = SessionEnded { session: OTHER, how: SessionEnd::ConnectionLost, reserved: [0; 3] };
        let events = bench.settle(Command::SessionEnded(ended));
        let mut names: Vec<&str> = Vec::new();
        for event in &events {
            if let Event::CancelRequested(e) = event {
                assert_eq!(e.cause, CancelCause::Disconnect);
                names.push(e.order.orig_cl_ord_id.as_str());
            }
        }
        names.sort_unstable();
        assert_eq!(names, expected, "{policy:?}");
    }
}
