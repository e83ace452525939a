//! Moves that several subjects make.

use model::*;

use crate::bench::{Bench, SESSION, instrument, new_order, report};

pub(crate) const BROKER: VenueId = VenueId::broker(SessionId(1));

pub(crate) fn accept(bench: &mut Bench, order: NewOrder) -> OrderId {
    let events = bench.settle(Command::NewOrder(order));
    let Event::OrderAccepted(accepted) = events[0] else { panic!("accepted, not {events:?}") };
    accepted.order.order_id
}

pub(crate) fn venue(bench: &mut Bench, order: OrderId, kind: ReportKind, qty: i64, px: i64) -> Vec<Event> {
    let exec = bench.history.len() as u64 + 1;
    bench.settle(Command::VenueReport(report(VenueId::PAPER, order, exec, kind, qty, px)))
}

pub(crate) fn linked(link: &str, id: &str, side: Side, qty: i64, px: i64, contingency: Contingency) -> NewOrder {
    NewOrder { cl_ord_link_id: ClOrdId::literal(link), contingency, ..new_order(SESSION, id, "ACME", side, qty, px) }
}

pub(crate) fn stop_of(order: NewOrder, stop_px: i64) -> NewOrder {
    NewOrder { ord_type: OrdType::Stop, price: Px::ZERO, stop_px: Px::whole(stop_px), ..order }
}

pub(crate) fn steps(bench: &mut Bench) -> Vec<Event> {
    let mut events = Vec::new();
    while bench.state.has_work() {
        events.extend(bench.run(Command::Step(Step { reserved: 0 })));
    }
    events
}

pub(crate) fn quote(bench: &mut Bench, bid: i64, ask: i64) -> Vec<Event> {
    let mut events = bench.quote(0, bid, ask);
    events.extend(steps(bench));
    events
}

pub(crate) fn phase(bench: &mut Bench, day: u32, phase: TradingPhase) -> Vec<Event> {
    bench.settle(Command::SetTradingPhase(SetTradingPhase {
        calendar: CalendarName::literal("XTST"),
        trading_day: day,
        phase,
        reserved: [0; 3],
        actor: Text::EMPTY,
        reason: Text::EMPTY,
    }))
}

pub(crate) fn by_days(orders: usize) -> Bench {
    let mut bench = Bench::new(orders);
    bench.run(Command::DefineInstrument(DefineInstrument {
        calendar: CalendarName::literal("XTST"),
        ..instrument("ACME")
    }));
    bench
}

pub(crate) fn halt(scope: Scope, account: &str, state: TradingState) -> Command {
    Command::SetTradingState(SetTradingState {
        scope,
        state,
        reserved: [0; 6],
        account: if account.is_empty() { AccountName::EMPTY } else { AccountName::literal(account) },
        symbol: if scope == Scope::Instrument { Symbol::literal("ACME") } else { Symbol::EMPTY },
        actor: Text::literal("ann"),
        reason: Text::literal("drill"),
    })
}

pub(crate) fn sent(events: &[Event]) -> Vec<OrderId> {
    events.iter().filter_map(Event::sends_order).map(|order| order.order_id).collect()
}

pub(crate) fn split(bench: &mut Bench, numerator: u32, denominator: u32) -> Vec<Event> {
    bench.settle(Command::SplitOrders(SplitOrders {
        symbol: Symbol::literal("ACME"),
        numerator,
        denominator,
        actor: Text::literal("ann"),
        reason: Text::EMPTY,
    }))
}

pub(crate) fn bracket(bench: &mut Bench) -> (OrderId, OrderId, OrderId) {
    let entry = accept(bench, linked("L", "entry", Side::Buy, 100, 100, Contingency::OneTriggersTheOther));
    let profit = accept(bench, linked("L", "profit", Side::Sell, 100, 120, Contingency::None));
    let loss = accept(bench, stop_of(linked("L", "loss", Side::Sell, 100, 0, Contingency::None), 90));
    (entry, profit, loss)
}

pub(crate) fn restated(order: OrderId, exec: u64) -> VenueReport {
    VenueReport {
        restatement: ExecRestatementReason::GtCorporateAction,
        ..VenueReport::about(VenueId::PAPER, order, exec, ReportKind::Restated)
    }
}

pub(crate) fn foreign(exec: u64, kind: ReportKind, order_qty: i64, price: i64) -> ForeignOrder {
    ForeignOrder {
        venue_exec_id: exec,
        venue_order_id: 10_000 + exec,
        venue_ref_id: 0,
        order_qty: Qty::from_units(order_qty),
        price: Px::whole(price),
        last_qty: Qty::ZERO,
        last_px: Px::ZERO,
        cum_qty: Qty::ZERO,
        cl_ord_id: ClOrdId::EMPTY,
        symbol: Symbol::literal("ACME"),
        account: AccountName::literal("MARGIN"),
        venue: BROKER,
        side: Side::Buy,
        ord_type: OrdType::Limit,
        time_in_force: TimeInForce::Day,
        kind,
    }
}

pub(crate) fn link(bench: &mut Bench, link: Link) {
    bench.run(Command::VenueLink(VenueLink { venue: BROKER, link, reserved: [0; 3] }));
}

pub(crate) fn in_doubt(bench: &Bench, order: OrderId) -> bool {
    bench.state.is_in_doubt(bench.state.order(order).unwrap())
}

pub(crate) fn tell(bench: &mut Bench, order: OrderId, kind: ReportKind, qty: i64) -> Vec<Event> {
    let exec = 1_000 + bench.history.len() as u64;
    bench.run(Command::VenueReport(report(BROKER, order, exec, kind, qty, if qty == 0 { 0 } else { 100 })))
}

pub(crate) fn resolve(bench: &mut Bench, order: OrderId, kind: ReportKind, actor: &str) -> Resolution {
    let events = bench.run(Command::ResolveOrder(ResolveOrder {
        order_id: order,
        last_qty: Qty::ZERO,
        last_px: Px::ZERO,
        kind,
        reserved: [0; 7],
        actor: Text::literal(actor),
        reason: Text::EMPTY,
    }));
    match events.last() {
        Some(Event::ResolutionGiven(e)) => e.outcome,
        other => panic!("{other:?}"),
    }
}

/// The client rings.
pub(crate) fn enter(bench: &mut Bench, qty: i64) -> Vec<Event> {
    let transact_time = bench.now;
    bench.settle(Command::EnterOrder(EnterOrder {
        order_qty: Qty::whole(qty),
        price: Px::whole(100),
        transact_time,
        symbol: Symbol::literal("ACME"),
        account: AccountName::EMPTY,
        session: SESSION,
        side: Side::Buy,
        ord_type: OrdType::Limit,
        time_in_force: TimeInForce::Day,
        reserved: 0,
        actor: Text::literal("ann"),
        reason: Text::literal("the client rang"),
    }))
}
