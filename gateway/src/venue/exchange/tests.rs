//! Each answer of the venue, to the orders and requests that the log brings.

use ReportKind::{Accepted, CancelRejected, Canceled, Filled, Rejected, ReplaceRejected, Replaced, Restated};
use model::{
    AccountId, CalendarName, CancelCause, CancelRequested, ClOrdId, Contingency, CxlRejReason, DefineInstrument,
    EngineTime, OrdRejReason, OrdStatus, OrderAccepted, OrderCanceled, OrderSuspended, OrderTriggered, Quote,
    QuoteUpdated, ReplaceRequested, ReportKind, SessionId, SetTradingPhase, SetTradingState, Side, SplitBegun,
    SplitOrders, Text, TimeInForce, TradingPhaseChanged, TradingStateChanged, WorkAdvanced,
};

use super::*;

mod hours;
mod terms;

const INSTRUMENT: InstrumentId = InstrumentId(0);

pub(in crate::venue) fn view(order_id: u64, side: Side, px: i64, qty: i64) -> OrderView {
    OrderView {
        order_id: OrderId(order_id),
        order_qty: Qty::from_units(qty),
        price: Px::from_units(px),
        account: AccountId(0),
        instrument: INSTRUMENT,
        side,
        ord_type: if px == 0 { OrdType::Market } else { OrdType::Limit },
        ord_status: OrdStatus::New,
        ..OrderView::unknown(SessionId(0), ClOrdId::EMPTY)
    }
}

/// The worst price of an order without one is far away.
fn worst_px(order: &OrderView) -> Px {
    match (order.price, order.side) {
        (Px::ZERO, Side::Buy) => Px::from_units(1_000_000),
        (Px::ZERO, Side::Sell) => Px::from_units(1),
        (price, _) => price,
    }
}

pub(in crate::venue) fn accepted(order: OrderView) -> Event {
    with_terms(order, 0, 0).into()
}

fn with_terms(order: OrderView, min_qty: i64, max_floor: i64) -> OrderAccepted {
    OrderAccepted {
        order,
        worst_px: worst_px(&order),
        transact_time: EngineTime(0),
        cash_order_qty: Qty::ZERO,
        min_qty: Qty::from_units(min_qty),
        max_floor: Qty::from_units(max_floor),
        peg_offset: Px::ZERO,
        cl_ord_link_id: ClOrdId::EMPTY,
        contingency: Contingency::None,
        reserved: [0; 7],
    }
}

pub(in crate::venue) fn listing(tick: i64) -> Listing {
    Listing {
        instrument: INSTRUMENT,
        tick: Px::from_units(tick),
        is_here: true,
        calendar: CalendarName::EMPTY,
        is_halted: false,
        is_splitting: false,
    }
}

pub(in crate::venue) fn open(view: OrderView, acknowledged: bool) -> OpenOrder {
    OpenOrder {
        view,
        worst_px: worst_px(&view),
        min_qty: Qty::ZERO,
        max_floor: Qty::ZERO,
        suspended: false,
        acknowledged,
        pending_cancel: false,
        pending_replaces: Vec::new(),
    }
}

pub(in crate::venue) fn quoted(bid: i64, bid_qty: i64, ask: i64, ask_qty: i64) -> Event {
    let quote = Quote {
        bid_px: Px::from_units(bid),
        bid_qty: Qty::from_units(bid_qty),
        ask_px: Px::from_units(ask),
        ask_qty: Qty::from_units(ask_qty),
        last_px: Px::ZERO,
        source_time: EngineTime(0),
        instrument: INSTRUMENT,
        reserved: 0,
    };
    QuoteUpdated { quote }.into()
}

fn cancel(order_id: u64) -> Event {
    let order = view(order_id, Side::Buy, 1, 1);
    CancelRequested { order, cause: CancelCause::Client, reserved: [0; 15] }.into()
}

fn replace(order_id: u64, qty: i64, px: i64) -> Event {
    ReplaceRequested {
        order: view(order_id, Side::Buy, 1, 1),
        order_qty: Qty::from_units(qty),
        price: Px::from_units(px),
        stop_px: Px::ZERO,
        worst_px: Px::from_units(px),
        behind: ClOrdId::EMPTY,
        reserved: 0,
    }
    .into()
}

/// Order, what happened, quantity, price.
type Said = (u64, ReportKind, i64, i64);

/// A venue that checks the numbers of its reports.
struct Venue(Exchange, u64);

impl Venue {
    fn new() -> Venue {
        let mut exchange = Exchange::new(100, 1, 7);
        exchange.list(&listing(5));
        Venue(exchange, 7)
    }

    fn on(&mut self, event: Event) -> Vec<Said> {
        let mut said = Vec::new();
        self.0.on_event(&event, &mut |report| said.push(report));
        self.numbered(said)
    }

    fn restore(&mut self, open: &[OpenOrder]) -> Vec<Said> {
        let mut said = Vec::new();
        self.0.restore(open, &mut |report| said.push(report));
        self.numbered(said)
    }

    fn numbered(&mut self, said: Vec<VenueReport>) -> Vec<Said> {
        said.iter()
            .map(|report| {
                assert!(report.venue_exec_id > self.1, "numbers rise");
                self.1 = report.venue_exec_id;
                (report.order_id.0, report.kind, report.last_qty.units(), report.last_px.units())
            })
            .collect()
    }
}

fn with(time_in_force: TimeInForce, view: OrderView) -> Event {
    accepted(OrderView { time_in_force, ..view })
}

#[test]
fn orders_of_two_clients_fill_both_at_the_resting_price() {
    let mut venue = Venue::new();
    assert_eq!(venue.on(accepted(view(1, Side::Sell, 100, 10))), [(1, Accepted, 0, 0)]);
    assert_eq!(
        venue.on(accepted(view(2, Side::Buy, 105, 4))),
        [(2, Accepted, 0, 0), (2, Filled, 4, 100), (1, Filled, 4, 100)]
    );
}

#[test]
fn order_that_the_books_cannot_take_is_rejected() {
    let mut venue = Venue::new();
    assert_eq!(venue.on(accepted(view(1, Side::Buy, 101, 10))), [(1, Rejected, 0, 0)]);
    let elsewhere = OrderView { instrument: InstrumentId(9), ..view(2, Side::Buy, 100, 10) };
    assert_eq!(venue.on(accepted(elsewhere)), [(2, Rejected, 0, 0)]);
}

#[test]
fn order_heard_of_twice_is_received_once() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Buy, 100, 10)));
    assert_eq!(venue.on(accepted(view(1, Side::Buy, 100, 10))), []);
    venue.on(cancel(1));
    assert_eq!(venue.on(accepted(view(1, Side::Buy, 100, 10))), []);
}

#[test]
fn cancel_of_resting_order_is_canceled_and_of_any_other_rejected() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Buy, 100, 10)));
    assert_eq!(venue.on(cancel(1)), [(1, Canceled, 0, 0)]);
    assert_eq!(venue.on(cancel(1)), [(1, CancelRejected, 0, 0)]);
    assert_eq!(venue.on(cancel(5)), [(5, CancelRejected, 0, 0)]);
}

#[test]
fn replace_to_a_better_price_is_replaced_before_it_fills() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Sell, 100, 10)));
    venue.on(accepted(view(2, Side::Buy, 90, 10)));
    assert_eq!(venue.on(replace(2, 12, 100)), [(2, Replaced, 0, 0), (2, Filled, 10, 100), (1, Filled, 10, 100)]);
    assert_eq!(venue.0.books().leaves(OrderId(2)), Some(Qty::from_units(2)));
}

#[test]
fn replace_to_what_is_filled_or_less_is_replaced_and_ends_the_order() {
    for qty in [7, 5, 0] {
        let mut venue = Venue::new();
        venue.on(accepted(view(1, Side::Buy, 100, 10)));
        venue.on(accepted(view(2, Side::Sell, 100, 7)));
        assert_eq!(venue.on(replace(1, qty, 100)), [(1, Replaced, 0, 0)]);
        assert!(venue.0.books().is_empty());
        assert_eq!(venue.on(cancel(1)), [(1, CancelRejected, 0, 0)]);
    }
}

#[test]
fn replace_of_filled_order_or_between_ticks_is_rejected() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Buy, 100, 10)));
    assert_eq!(venue.on(replace(1, 10, 101)), [(1, ReplaceRejected, 0, 0)]);
    venue.on(accepted(view(2, Side::Sell, 100, 10)));
    assert_eq!(venue.on(replace(1, 20, 100)), [(1, ReplaceRejected, 0, 0)]);
}

#[test]
fn market_order_that_finds_nothing_is_canceled() {
    let mut venue = Venue::new();
    assert_eq!(venue.on(accepted(view(1, Side::Buy, 0, 10))), [(1, Accepted, 0, 0), (1, Canceled, 0, 0)]);
}

#[test]
fn rest_of_market_and_immediate_orders_is_canceled() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Sell, 100, 3)));
    let market = venue.on(accepted(view(2, Side::Buy, 0, 10)));
    assert_eq!(market, [(2, Accepted, 0, 0), (2, Filled, 3, 100), (1, Filled, 3, 100), (2, Canceled, 0, 0)]);
    venue.on(accepted(view(3, Side::Sell, 100, 3)));
    let immediate = venue.on(with(TimeInForce::ImmediateOrCancel, view(4, Side::Buy, 100, 5)));
    assert_eq!(immediate, [(4, Accepted, 0, 0), (4, Filled, 3, 100), (3, Filled, 3, 100), (4, Canceled, 0, 0)]);
}

#[test]
fn fill_or_kill_fills_whole_from_orders_and_quote_or_not_at_all() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Sell, 100, 3)));
    venue.on(quoted(90, 5, 105, 5));
    let short = venue.on(with(TimeInForce::FillOrKill, view(2, Side::Buy, 105, 9)));
    assert_eq!(short, [(2, Accepted, 0, 0), (2, Canceled, 0, 0)]);
    let whole = venue.on(with(TimeInForce::FillOrKill, view(3, Side::Buy, 105, 8)));
    assert_eq!(whole, [(3, Accepted, 0, 0), (3, Filled, 3, 100), (1, Filled, 3, 100), (3, Filled, 5, 105)]);
}

#[test]
fn quote_fills_incoming_orders_until_its_size_is_used_up() {
    let mut venue = Venue::new();
    venue.on(quoted(95, 5, 105, 5));
    assert_eq!(venue.on(accepted(view(1, Side::Buy, 105, 4))), [(1, Accepted, 0, 0), (1, Filled, 4, 105)]);
    assert_eq!(venue.on(accepted(view(2, Side::Buy, 110, 4))), [(2, Accepted, 0, 0), (2, Filled, 1, 105)]);
    assert_eq!(venue.on(quoted(95, 5, 105, 5)), [(2, Filled, 3, 110)]);
    assert_eq!(
        venue.on(accepted(view(3, Side::Sell, 0, 9))),
        [(3, Accepted, 0, 0), (3, Filled, 5, 95), (3, Canceled, 0, 0)]
    );
}

#[test]
fn quote_that_reaches_resting_orders_fills_them_by_priority() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Buy, 95, 5)));
    venue.on(accepted(view(2, Side::Buy, 100, 5)));
    venue.on(accepted(view(3, Side::Buy, 100, 5)));
    assert_eq!(venue.on(quoted(80, 1, 95, 12)), [(2, Filled, 5, 100), (3, Filled, 5, 100), (1, Filled, 2, 95)]);
}

#[test]
fn acknowledged_orders_rest_again_in_silence_and_keep_their_priority() {
    let mut venue = Venue::new();
    let partly = OrderView { cum_qty: Qty::from_units(6), ..view(4, Side::Buy, 100, 10) };
    assert_eq!(venue.restore(&[open(partly, true), open(view(2, Side::Buy, 100, 5), true)]), []);
    assert_eq!(venue.on(accepted(view(3, Side::Buy, 100, 5))), [], "older than the state that was restored");
    let sold = venue.on(accepted(view(5, Side::Sell, 100, 6)));
    assert_eq!(
        sold,
        [(5, Accepted, 0, 0), (5, Filled, 4, 100), (4, Filled, 4, 100), (5, Filled, 2, 100), (2, Filled, 2, 100)]
    );
}

#[test]
fn unacknowledged_order_is_received_anew_against_all_that_rests() {
    let mut venue = Venue::new();
    let said = venue.restore(&[open(view(1, Side::Sell, 100, 5), false), open(view(2, Side::Buy, 100, 5), true)]);
    assert_eq!(said, [(1, Accepted, 0, 0), (1, Filled, 5, 100), (2, Filled, 5, 100)]);
}

#[test]
fn waiting_cancels_and_replaces_are_answered_after_restart() {
    let mut venue = Venue::new();
    let said = venue.restore(&[
        OpenOrder { pending_cancel: true, ..open(view(1, Side::Buy, 100, 5), true) },
        OpenOrder { pending_cancel: true, ..open(view(2, Side::Buy, 100, 5), false) },
        OpenOrder {
            pending_replaces: vec![
                (Qty::from_units(8), Px::from_units(100)),
                (Qty::from_units(9), Px::from_units(105)),
            ],
            ..open(view(3, Side::Buy, 100, 5), true)
        },
    ]);
    assert_eq!(
        said,
        [(2, Accepted, 0, 0), (1, Canceled, 0, 0), (2, Canceled, 0, 0), (3, Replaced, 0, 0), (3, Replaced, 0, 0)]
    );
    assert_eq!(venue.0.books().leaves(OrderId(3)), Some(Qty::from_units(9)));
}

#[test]
fn fills_that_a_crash_swallowed_are_made_after_restart() {
    let mut venue = Venue::new();
    let immediate = OrderView { time_in_force: TimeInForce::FillOrKill, ..view(3, Side::Buy, 105, 2) };
    let said = venue.restore(&[
        open(view(1, Side::Sell, 100, 5), true),
        open(view(2, Side::Buy, 100, 4), true),
        open(immediate, true),
    ]);
    assert_eq!(said, [(2, Filled, 4, 100), (1, Filled, 4, 100), (3, Canceled, 0, 0)]);
}

#[test]
fn order_from_before_a_tick_change_rests_again() {
    let mut venue = Venue::new();
    assert_eq!(venue.restore(&[open(view(1, Side::Buy, 103, 5), true)]), []);
    assert_eq!(venue.0.books().touch(INSTRUMENT).0, Some(Px::from_units(103)));
}

#[test]
fn orders_of_a_broker_s_instrument_are_none_of_our_business() {
    let mut venue = Venue::new();
    let elsewhere = InstrumentId(9);
    venue.0.list(&Listing { instrument: elsewhere, is_here: false, ..listing(5) });
    let order = OrderView { instrument: elsewhere, ..view(8, Side::Buy, 100, 50) };
    assert_eq!(venue.on(accepted(order)), []);
    assert_eq!(venue.on(CancelRequested { order, cause: CancelCause::Client, reserved: [0; 15] }.into()), []);
    assert_eq!(venue.0.books().len(), 0);
}
