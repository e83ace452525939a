//! What few orders ask for: icebergs, minimum quantities, post-only, market-to-limit, the worst price of a market order.

use super::*;

fn iceberg(order: OrderView, max_floor: i64) -> Event {
    with_terms(order, 0, max_floor).into()
}

fn at_least(order: OrderView, min_qty: i64) -> Event {
    with_terms(order, min_qty, 0).into()
}

fn post_only(order: OrderView) -> OrderView {
    OrderView { exec_inst: ExecInst::PARTICIPATE_DONT_INITIATE, ..order }
}

fn market_to_limit(order_id: u64, side: Side, qty: i64) -> OrderView {
    OrderView { ord_type: OrdType::MarketToLimit, ..view(order_id, side, 0, qty) }
}

fn shown(venue: &Venue) -> Vec<(u64, i64, i64)> {
    let rested = venue.0.books().resting(INSTRUMENT);
    rested.iter().map(|order| (order.order_id.0, order.leaves.units(), order.shown.units())).collect()
}

/// The last report as it is.
fn last(venue: &mut Venue, event: Event) -> VenueReport {
    let mut last = None;
    venue.0.on_event(&event, &mut |report| last = Some(report));
    last.unwrap()
}

#[test]
fn iceberg_shows_its_floor_and_each_refill_goes_to_the_end() {
    let mut venue = Venue::new();
    venue.on(iceberg(view(1, Side::Sell, 100, 10), 4));
    venue.on(accepted(view(2, Side::Sell, 100, 3)));
    assert_eq!(shown(&venue), [(1, 10, 4), (2, 3, 3)]);
    let bought = venue.on(accepted(view(3, Side::Buy, 100, 5)));
    assert_eq!(
        bought,
        [(3, Accepted, 0, 0), (3, Filled, 4, 100), (1, Filled, 4, 100), (3, Filled, 1, 100), (2, Filled, 1, 100)]
    );
    assert_eq!(shown(&venue), [(2, 2, 2), (1, 6, 4)]);
    let rest = venue.on(accepted(view(4, Side::Buy, 100, 8)));
    assert_eq!(rest.iter().filter(|said| said.0 == 4).map(|said| said.2).collect::<Vec<_>>(), [0, 2, 4, 2]);
    assert!(venue.0.books().is_empty());
}

#[test]
fn iceberg_keeps_its_floor_over_a_replace() {
    let mut venue = Venue::new();
    venue.on(iceberg(view(1, Side::Sell, 100, 10), 4));
    venue.on(accepted(view(2, Side::Sell, 100, 3)));
    venue.on(replace(1, 7, 100));
    assert_eq!(shown(&venue), [(1, 7, 4), (2, 3, 3)], "what nobody sees goes first, and the place stays");
    venue.on(replace(1, 3, 100));
    assert_eq!(shown(&venue), [(1, 3, 3), (2, 3, 3)]);
    venue.on(replace(1, 12, 100));
    assert_eq!(shown(&venue), [(2, 3, 3), (1, 12, 4)]);
    assert_eq!(venue.on(cancel(1)), [(1, Canceled, 0, 0)]);
}

#[test]
fn iceberg_in_too_many_slices_is_refused() {
    let mut venue = Venue::new();
    let report = last(&mut venue, iceberg(view(1, Side::Sell, 100, 401), 4));
    assert_eq!((report.kind, report.reason), (Rejected, OrdRejReason::IncorrectQuantity.value()));
    assert_eq!(venue.on(iceberg(view(2, Side::Sell, 100, 400), 4)), [(2, Accepted, 0, 0)]);
    assert_eq!(venue.on(replace(2, 401, 100)), [(2, ReplaceRejected, 0, 0)]);
}

#[test]
fn minimum_that_is_not_there_rests_without_taking_and_takes_once_it_is() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Sell, 100, 3)));
    assert_eq!(venue.on(at_least(view(2, Side::Buy, 105, 10), 5)), [(2, Accepted, 0, 0)]);
    assert_eq!(shown(&venue), [(1, 3, 3)], "nobody sees it");
    let enough = venue.on(accepted(view(3, Side::Sell, 105, 4)));
    assert_eq!(
        enough,
        [(3, Accepted, 0, 0), (2, Filled, 3, 100), (1, Filled, 3, 100), (2, Filled, 4, 105), (3, Filled, 4, 105)]
    );
    assert_eq!(shown(&venue), [(2, 3, 3)], "an order like any other from now on");
}

#[test]
fn order_large_enough_meets_a_minimum_at_the_price_that_waited() {
    let mut venue = Venue::new();
    venue.on(at_least(view(1, Side::Buy, 105, 10), 5));
    assert_eq!(venue.on(accepted(view(2, Side::Sell, 100, 4))), [(2, Accepted, 0, 0)]);
    let met = venue.on(accepted(view(3, Side::Sell, 90, 5)));
    assert_eq!(
        met,
        [(3, Accepted, 0, 0), (3, Filled, 5, 105), (1, Filled, 5, 105), (1, Filled, 4, 100), (2, Filled, 4, 100)]
    );
    assert_eq!(shown(&venue), [(1, 1, 1)]);
}

#[test]
fn minimum_of_an_immediate_order_that_is_not_there_lapses() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Sell, 100, 3)));
    let immediate = OrderView { time_in_force: TimeInForce::ImmediateOrCancel, ..view(2, Side::Buy, 105, 10) };
    assert_eq!(venue.on(at_least(immediate, 5)), [(2, Accepted, 0, 0), (2, Canceled, 0, 0)]);
    let market = OrderView { order_id: OrderId(3), ..view(3, Side::Buy, 0, 10) };
    assert_eq!(venue.on(at_least(market, 4)), [(3, Accepted, 0, 0), (3, Canceled, 0, 0)]);
    let enough = venue.on(at_least(OrderView { order_id: OrderId(4), ..immediate }, 3));
    assert_eq!(enough, [(4, Accepted, 0, 0), (4, Filled, 3, 100), (1, Filled, 3, 100), (4, Canceled, 0, 0)]);
}

#[test]
fn minimum_meets_a_quote_that_is_large_enough() {
    let mut venue = Venue::new();
    venue.on(at_least(view(1, Side::Buy, 105, 10), 5));
    assert_eq!(venue.on(quoted(90, 1, 103, 4)), []);
    assert_eq!(venue.on(quoted(90, 1, 103, 7)), [(1, Filled, 7, 103)]);
}

#[test]
fn replace_and_cancel_reach_an_order_aside() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Sell, 100, 3)));
    venue.on(at_least(view(2, Side::Buy, 105, 10), 5));
    let less = venue.on(replace(2, 3, 105));
    assert_eq!(less, [(2, Replaced, 0, 0), (2, Filled, 3, 100), (1, Filled, 3, 100)], "all of it is enough");
    venue.on(at_least(view(3, Side::Buy, 105, 10), 5));
    assert_eq!(venue.on(cancel(3)), [(3, Canceled, 0, 0)]);
    assert!(venue.0.books().is_empty());
}

#[test]
fn post_only_order_that_would_take_is_refused_by_the_venue_s_choice() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Sell, 100, 3)));
    let report = last(&mut venue, accepted(post_only(view(2, Side::Buy, 100, 3))));
    assert_eq!((report.kind, report.reason), (Rejected, OrdRejReason::BrokerOption.value()));
    assert_eq!(venue.on(accepted(post_only(view(3, Side::Buy, 95, 3)))), [(3, Accepted, 0, 0)]);
    let report = last(&mut venue, replace(3, 3, 100));
    assert_eq!((report.kind, report.reason), (ReplaceRejected, CxlRejReason::BrokerOption.value()));
    assert_eq!(shown(&venue), [(3, 3, 3), (1, 3, 3)], "it stays as it was");
}

#[test]
fn post_only_order_that_would_take_from_a_quote_is_refused() {
    let mut venue = Venue::new();
    venue.on(quoted(90, 5, 100, 5));
    assert_eq!(venue.on(accepted(post_only(view(1, Side::Buy, 100, 3)))), [(1, Rejected, 0, 0)]);
    assert_eq!(venue.on(accepted(post_only(view(2, Side::Buy, 95, 3)))), [(2, Accepted, 0, 0)]);
}

#[test]
fn market_to_limit_takes_the_best_price_only_and_says_where_the_rest_rests() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Sell, 100, 3)));
    venue.on(accepted(view(2, Side::Sell, 105, 9)));
    let mut said = Vec::new();
    venue.0.on_event(&accepted(market_to_limit(3, Side::Buy, 5)), &mut |report| said.push(report));
    let kinds: Vec<_> = said.iter().map(|report| (report.order_id.0, report.kind)).collect();
    assert_eq!(kinds, [(3, Accepted), (3, Filled), (1, Filled), (3, Restated)]);
    let told = said[3];
    assert_eq!((told.price, told.restatement), (Px::from_units(100), ExecRestatementReason::Repricing));
    assert_eq!(venue.0.books().touch(INSTRUMENT), (Some(Px::from_units(100)), Some(Px::from_units(105))));
    // A replace names no price, and it stays where it rests.
    assert_eq!(venue.on(replace(3, 4, 0)), [(3, Replaced, 0, 0)]);
    assert_eq!(shown(&venue), [(3, 1, 1), (2, 9, 9)]);
}

#[test]
fn market_to_limit_without_an_opposite_price_is_canceled() {
    let mut venue = Venue::new();
    let alone = venue.on(accepted(market_to_limit(1, Side::Buy, 5)));
    assert_eq!(alone, [(1, Accepted, 0, 0), (1, Canceled, 0, 0)]);
    venue.on(quoted(99, 2, 101, 2));
    assert_eq!(
        venue.on(accepted(market_to_limit(2, Side::Sell, 2))),
        [(2, Accepted, 0, 0), (2, Filled, 2, 99)],
        "a quote may lie between two ticks"
    );
    assert_eq!(
        venue.on(accepted(market_to_limit(3, Side::Buy, 5))),
        [(3, Accepted, 0, 0), (3, Filled, 2, 101), (3, Restated, 0, 0)]
    );
    assert_eq!(venue.0.books().touch(INSTRUMENT).0, Some(Px::from_units(100)), "on the tick that is no worse");
}

#[test]
fn market_order_never_trades_beyond_its_worst_price() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Sell, 100, 3)));
    venue.on(accepted(view(2, Side::Sell, 105, 3)));
    venue.on(quoted(90, 1, 102, 2));
    let bounded = OrderAccepted { worst_px: Px::from_units(102), ..with_terms(view(3, Side::Buy, 0, 9), 0, 0) };
    assert_eq!(
        venue.on(bounded.into()),
        [(3, Accepted, 0, 0), (3, Filled, 3, 100), (1, Filled, 3, 100), (3, Filled, 2, 102), (3, Canceled, 0, 0)]
    );
    let out_of_reach = OrderAccepted { worst_px: Px::from_units(104), ..with_terms(view(4, Side::Buy, 0, 1), 0, 0) };
    assert_eq!(venue.on(out_of_reach.into()), [(4, Accepted, 0, 0), (4, Canceled, 0, 0)]);
}

#[test]
fn stop_that_was_set_off_is_bounded_and_keeps_its_terms() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Sell, 105, 3)));
    let stop = OrderView { ord_type: OrdType::Stop, stop_px: Px::from_units(100), held: 1, ..view(2, Side::Buy, 0, 2) };
    assert_eq!(venue.on(accepted(stop)), [], "Millrace holds it");
    assert_eq!(
        venue.on(Event::CancelRequested(CancelRequested {
            order: stop,
            cause: CancelCause::Client,
            reserved: [0; 15]
        })),
        [],
        "and answers for it"
    );
    let fired = |order, worst_px| OrderTriggered { order, venue_exec_id: 0, worst_px: Px::from_units(worst_px) };
    let now = OrderView { held: 0, triggered: 1, ..stop };
    assert_eq!(venue.on(fired(now, 104).into()), [(2, Accepted, 0, 0), (2, Canceled, 0, 0)]);

    let stop_limit = OrderView { ord_type: OrdType::StopLimit, held: 1, ..view(3, Side::Sell, 110, 8) };
    assert_eq!(venue.on(iceberg(stop_limit, 2)), []);
    let now = OrderView { held: 0, triggered: 1, ..stop_limit };
    assert_eq!(venue.on(fired(now, 110).into()), [(3, Accepted, 0, 0)]);
    assert_eq!(shown(&venue), [(1, 3, 3), (3, 8, 2)]);
}

#[test]
fn orders_with_terms_are_restored_with_them() {
    let mut venue = Venue::new();
    let floor = |order_id, max_floor| OpenOrder {
        max_floor: Qty::from_units(max_floor),
        ..open(view(order_id, Side::Sell, 110, 1_000), true)
    };
    let aside = OpenOrder { min_qty: Qty::from_units(5), ..open(view(2, Side::Buy, 100, 9), true) };
    let begun = OrderView { cum_qty: Qty::from_units(6), ..view(3, Side::Buy, 100, 8) };
    let begun = OpenOrder { min_qty: Qty::from_units(5), ..open(begun, true) };
    let held = OrderView { ord_type: OrdType::StopLimit, held: 1, ..view(4, Side::Sell, 120, 8) };
    let held = OpenOrder { max_floor: Qty::from_units(2), ..open(held, false) };
    let repriced = OrderView { price: Px::from_units(90), ..market_to_limit(5, Side::Buy, 1) };
    let stopped = held.view;
    let quiet = venue.restore(&[floor(1, 1), aside, begun, held, open(repriced, true)]);
    assert_eq!(quiet, [], "what was granted once is not asked again");
    assert_eq!(shown(&venue), [(5, 1, 1), (3, 2, 2), (1, 1_000, 1)]);
    let order = OrderView { held: 0, triggered: 1, ..stopped };
    let fired = OrderTriggered { order, venue_exec_id: 0, worst_px: Px::from_units(120) };
    assert_eq!(venue.on(fired.into()), [(4, Accepted, 0, 0)]);
    assert_eq!(shown(&venue).last(), Some(&(4, 8, 2)));
    assert_eq!(
        venue.on(accepted(view(6, Side::Sell, 100, 7))),
        [(6, Accepted, 0, 0), (6, Filled, 2, 100), (3, Filled, 2, 100), (6, Filled, 5, 100), (2, Filled, 5, 100)]
    );
}
