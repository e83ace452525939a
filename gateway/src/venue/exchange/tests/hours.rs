//! When orders meet, and when they wait: trading days, halts, suspended orders, splits.

use super::*;

const DAY: u32 = 20_000;

fn xnys() -> CalendarName {
    Text::literal("XNYS")
}

fn phase(phase: TradingPhase) -> Event {
    let set = SetTradingPhase {
        calendar: xnys(),
        trading_day: DAY,
        phase,
        reserved: [0; 3],
        actor: Text::EMPTY,
        reason: Text::EMPTY,
    };
    TradingPhaseChanged { set, calendar: 0, before: TradingPhase::Unknown, reserved: [0; 3] }.into()
}

fn halt(state: TradingState) -> Event {
    let set = SetTradingState {
        scope: Scope::Instrument,
        state,
        reserved: [0; 6],
        account: Text::EMPTY,
        symbol: Text::literal("S"),
        actor: Text::literal("ops"),
        reason: Text::literal("news"),
    };
    let before = TradingState::Active;
    TradingStateChanged { set, account: AccountId::NONE, instrument: INSTRUMENT, before, reserved: [0; 7] }.into()
}

fn with_days() -> Venue {
    let mut venue = Venue::new();
    venue.0.list(&Listing { calendar: xnys(), ..listing(5) });
    venue
}

fn restated(order: OrderView, restatement: ExecRestatementReason) -> Event {
    let worst_px = order.price;
    OrderRestated { order, worst_px, venue_exec_id: 0, max_floor: Qty::ZERO, restatement, reserved: [0; 7] }.into()
}

#[test]
fn what_came_before_the_open_meets_at_the_open_oldest_first() {
    let mut venue = with_days();
    assert_eq!(venue.on(phase(TradingPhase::PreOpen)), []);
    for (id, side, px, qty) in [(1, Side::Buy, 105, 5), (2, Side::Sell, 100, 3), (3, Side::Sell, 95, 4)] {
        assert_eq!(venue.on(accepted(view(id, side, px, qty))), [(id, Accepted, 0, 0)]);
    }
    assert_eq!(venue.on(quoted(90, 9, 110, 9)), []);
    assert_eq!(
        venue.on(phase(TradingPhase::Opening)),
        [(2, Filled, 3, 105), (1, Filled, 3, 105), (3, Filled, 2, 105), (1, Filled, 2, 105)]
    );
    assert_eq!(venue.on(phase(TradingPhase::Open)), []);
    assert_eq!(venue.0.books().leaves(OrderId(3)), Some(Qty::from_units(2)));
}

#[test]
fn quote_of_the_night_meets_what_rested_before_it() {
    let mut venue = with_days();
    venue.on(accepted(view(1, Side::Buy, 100, 5)));
    venue.on(phase(TradingPhase::Closed));
    assert_eq!(venue.on(quoted(80, 1, 95, 7)), []);
    assert_eq!(venue.on(accepted(view(2, Side::Buy, 105, 4))), [(2, Accepted, 0, 0)]);
    assert_eq!(venue.on(phase(TradingPhase::Opening)), [(1, Filled, 5, 100), (2, Filled, 2, 95)]);
}

#[test]
fn immediate_orders_lapse_while_closed() {
    let mut venue = with_days();
    venue.on(quoted(95, 5, 100, 5));
    venue.on(phase(TradingPhase::Closed));
    for (id, time_in_force) in [(1, TimeInForce::ImmediateOrCancel), (2, TimeInForce::FillOrKill)] {
        let said = venue.on(with(time_in_force, view(id, Side::Buy, 100, 5)));
        assert_eq!(said, [(id, Accepted, 0, 0), (id, Canceled, 0, 0)]);
    }
    assert_eq!(venue.on(accepted(view(3, Side::Buy, 0, 5))), [(3, Accepted, 0, 0), (3, Canceled, 0, 0)]);
}

#[test]
fn orders_that_wait_can_be_replaced_and_canceled() {
    let mut venue = with_days();
    venue.on(phase(TradingPhase::PreOpen));
    for id in 1..=3 {
        venue.on(accepted(view(id, Side::Buy, 100, 5)));
    }
    assert_eq!(venue.on(cancel(2)), [(2, Canceled, 0, 0)]);
    assert_eq!(venue.on(replace(1, 9, 100)), [(1, Replaced, 0, 0)]);
    venue.on(accepted(view(4, Side::Sell, 100, 7)));
    let met = [(4, Filled, 5, 100), (3, Filled, 5, 100), (4, Filled, 2, 100), (1, Filled, 2, 100)];
    assert_eq!(venue.on(phase(TradingPhase::Open)), met, "more quantity lost its place");
}

#[test]
fn good_till_date_rests_and_orders_for_the_opening_and_the_close_do_not() {
    let mut venue = Venue::new();
    let rests = venue.on(with(TimeInForce::GoodTillDate, view(1, Side::Buy, 95, 5)));
    assert_eq!(rests, [(1, Accepted, 0, 0)]);
    assert_eq!(venue.0.books().len(), 1);
    for (id, time_in_force) in [(2, TimeInForce::AtTheOpening), (3, TimeInForce::AtTheClose)] {
        let said = venue.on(with(time_in_force, view(id, Side::Buy, 100, 5)));
        assert_eq!(said, [(id, Accepted, 0, 0), (id, Canceled, 0, 0)]);
    }
}

#[test]
fn halted_instrument_waits_and_others_calendars_do_not_matter() {
    let mut venue = Venue::new();
    assert_eq!(venue.on(phase(TradingPhase::Closed)), [], "it has no calendar");
    venue.on(accepted(view(1, Side::Buy, 100, 5)));
    venue.on(halt(TradingState::Halted));
    assert_eq!(venue.on(accepted(view(2, Side::Sell, 100, 5))), [(2, Accepted, 0, 0)]);
    assert_eq!(venue.on(halt(TradingState::Active)), [(2, Filled, 5, 100), (1, Filled, 5, 100)]);
}

#[test]
fn post_only_order_that_would_take_at_the_open_is_removed_by_the_market() {
    let mut venue = with_days();
    venue.on(phase(TradingPhase::PreOpen));
    venue.on(accepted(view(1, Side::Sell, 100, 5)));
    let only_adds = OrderView { exec_inst: ExecInst::PARTICIPATE_DONT_INITIATE, ..view(2, Side::Buy, 100, 5) };
    assert_eq!(venue.on(accepted(only_adds)), [(2, Accepted, 0, 0)]);
    let mut said = Vec::new();
    venue.0.on_event(&phase(TradingPhase::Open), &mut |report| said.push(report));
    let told: Vec<_> = said.iter().map(|report| (report.order_id.0, report.kind, report.restatement)).collect();
    assert_eq!(told, [(2, Canceled, ExecRestatementReason::MarketOption)]);
}

#[test]
fn suspended_order_does_not_trade_until_it_is_restated() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Buy, 100, 5)));
    let order = view(1, Side::Buy, 100, 5);
    venue.on(OrderSuspended { order, venue_exec_id: 0, reserved: 0 }.into());
    assert_eq!(venue.on(accepted(view(2, Side::Sell, 100, 3))), [(2, Accepted, 0, 0)]);
    assert_eq!(venue.on(replace(1, 4, 105)), [(1, Replaced, 0, 0)]);
    let back = venue.on(restated(order, ExecRestatementReason::MarketOption));
    assert_eq!(back, [(1, Filled, 3, 100), (2, Filled, 3, 100)]);
    assert_eq!(venue.0.books().leaves(OrderId(1)), Some(Qty::from_units(1)), "as it was replaced meanwhile");
}

#[test]
fn restored_venue_knows_the_hour_and_who_is_suspended() {
    let mut venue = with_days();
    venue.0.begin_in(xnys(), TradingPhase::PreOpen);
    let suspended = OpenOrder { suspended: true, ..open(view(3, Side::Sell, 90, 5), true) };
    let crossed = [open(view(1, Side::Buy, 100, 5), true), open(view(2, Side::Sell, 95, 2), false), suspended];
    assert_eq!(venue.restore(&crossed), [(2, Accepted, 0, 0)]);
    assert_eq!(venue.on(phase(TradingPhase::Opening)), [(2, Filled, 2, 100), (1, Filled, 2, 100)]);
    assert_eq!(
        venue.on(restated(view(3, Side::Sell, 90, 5), ExecRestatementReason::MarketOption)),
        [(3, Filled, 3, 100), (1, Filled, 3, 100)]
    );
}

#[test]
fn nothing_trades_in_a_split_until_all_orders_are_restated() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Buy, 100, 10)));
    venue.on(accepted(view(2, Side::Sell, 110, 10)));
    venue.on(quoted(100, 1, 110, 1));
    let split = SplitOrders {
        symbol: Text::literal("S"),
        numerator: 2,
        denominator: 1,
        actor: Text::literal("ops"),
        reason: Text::literal("2:1"),
    };
    venue.on(SplitBegun { split, instrument: INSTRUMENT, reserved: 0 }.into());
    // The sell becomes cheaper than the buy that is not split yet.
    let of_split = ExecRestatementReason::GtCorporateAction;
    assert_eq!(venue.on(restated(view(2, Side::Sell, 55, 20), of_split)), []);
    assert_eq!(venue.on(restated(view(1, Side::Buy, 50, 20), of_split)), []);
    let done = |work| WorkAdvanced {
        cursor: 0,
        next_expiry: EngineTime(i64::MAX),
        held_back: OrderId(0),
        work,
        is_done: 1,
        acted: 0,
        reserved: [0; 5],
    };
    assert_eq!(venue.on(done(Work::Triggers).into()), []);
    assert_eq!(venue.0.books().touch(INSTRUMENT), (None, None), "still waiting");
    assert_eq!(venue.on(done(Work::Review).into()), []);
    assert_eq!(venue.0.books().touch(INSTRUMENT), (Some(Px::from_units(50)), Some(Px::from_units(55))));
    assert_eq!(venue.0.books().leaves(OrderId(1)), Some(Qty::from_units(20)));
}

#[test]
fn order_that_people_ended_is_forgotten_in_silence() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Buy, 100, 10)));
    let ended = OrderCanceled {
        order: view(1, Side::Buy, 100, 10),
        venue_exec_id: 0,
        restatement: ExecRestatementReason::Other,
        cause: CancelCause::Operator,
        reserved: [0; 6],
    };
    assert_eq!(venue.on(ended.into()), []);
    assert!(venue.0.books().is_empty());
}

#[test]
fn instrument_that_moves_elsewhere_leaves_its_orders_here() {
    let mut venue = Venue::new();
    venue.on(accepted(view(1, Side::Buy, 100, 10)));
    let definition = DefineInstrument {
        tick: Px::from_units(5),
        lot: Qty::from_units(1),
        max_order_qty: Qty::from_units(1_000),
        multiplier: 1,
        collar: 0,
        reference_age_max: 0,
        symbol: Text::literal("S"),
        currency: Text::literal("USD"),
        calendar: CalendarName::EMPTY,
        abilities: model::Abilities::NONE,
        tradable: 1,
        stop_trigger: model::StopTrigger::Last,
        fx_rate: 0,
        fx_places: 0,
        contract_kind: model::ContractKind::Linear,
        valuation: model::ValuationMethod::Premium,
        mark: model::MarkPolicy::Conservative,
        venue: VenueId(7),
    };
    venue.on(InstrumentDefined { definition, instrument: INSTRUMENT, reserved: 0 }.into());
    assert_eq!(venue.on(accepted(view(2, Side::Sell, 100, 10))), []);
    assert_eq!(venue.on(cancel(1)), [(1, Canceled, 0, 0)]);
    assert_eq!(venue.on(cancel(2)), [], "the broker answers");
}
