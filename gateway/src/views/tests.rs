//! The views against frames written by hand.

use model::{
    AccountName, Agent as _, ClOrdId, Currency, Forbidden, InstrumentDefined, LimitOutcome, OrdStatus, OrdType,
    OrderAccepted, OrderFilled, OrderId, OrderRefused, OrderView, Px, Qty, QuoteUpdated, Refusal, RestrictInstrument,
    RestrictionChanged, Scope, SessionId, Side, Symbol, Text, Tick, TimeInForce,
};

use super::*;

const TICK: Command = Command::Tick(Tick { reserved: 0 });

fn fold(views: &mut Views, seq: u64, events: impl IntoIterator<Item = Event>) {
    views.fold(Seq(seq), EngineTime(i64::try_from(seq).unwrap()), &TICK, events);
}

fn quote(bid: i64, ask: i64, last: i64) -> Event {
    Event::QuoteUpdated(QuoteUpdated {
        quote: Quote {
            bid_px: Px::from_units(bid),
            bid_qty: Qty::whole(1),
            ask_px: Px::from_units(ask),
            ask_qty: Qty::whole(1),
            last_px: Px::from_units(last),
            source_time: EngineTime(0),
            instrument: InstrumentId(0),
            reserved: 0,
        },
    })
}

fn house() -> Views {
    let mut views = Views::default();
    let instrument = DefineInstrument {
        tick: Px::from_units(1_000_000),
        lot: Qty::whole(1),
        max_order_qty: Qty::whole(1_000),
        multiplier: 1,
        collar: 0,
        reference_age_max: 5,
        symbol: Symbol::literal("ACME"),
        currency: Currency::literal("USD"),
        calendar: model::CalendarName::EMPTY,
        abilities: model::Abilities::PAPER,
        tradable: 1,
        stop_trigger: model::StopTrigger::Last,
        fx_rate: 0,
        fx_places: 0,
        contract_kind: model::ContractKind::Linear,
        valuation: model::ValuationMethod::Premium,
        mark: model::MarkPolicy::Conservative,
        venue: model::VenueId::PAPER,
    };
    let account = DefineAccount {
        max_order_notional: Notional::whole(1),
        max_order_qty: Qty::whole(1),
        max_long: Qty::whole(1),
        max_short: Qty::whole(1),
        fee_rate: 0,
        open_orders_max: 1,
        cash_account: 0,
        cost_method: model::CostMethod::Average,
        reserved: [0; 2],
        account: AccountName::literal("ALPHA"),
        currency: Currency::literal("USD"),
    };
    fold(
        &mut views,
        1,
        [
            Event::InstrumentDefined(InstrumentDefined {
                definition: instrument,
                instrument: InstrumentId(0),
                reserved: 0,
            }),
            Event::AccountDefined(model::AccountDefined {
                definition: account,
                account: AccountId(0),
                reserved: [0; 12],
            }),
        ],
    );
    views
}

fn order(ord_status: OrdStatus) -> OrderView {
    OrderView {
        order_id: OrderId(2),
        order_qty: Qty::whole(10),
        price: Px::whole(10),
        account: AccountId(0),
        instrument: InstrumentId(0),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        ord_status,
        ..OrderView::unknown(SessionId(0), ClOrdId::literal("a"))
    }
}

/// Row 5 of the reference vector of average cost: short 75 at 10.40 after a flip.
fn short_75() -> PositionChanged {
    PositionChanged {
        cost: Notional::whole(-780),
        realised: Notional::whole(85),
        fees: Notional::from_units(37_500_000_000_000_000),
        cash_from_trades: Notional::whole(865),
        account_cash: Notional::whole(1_000),
        fee: Notional::ZERO,
        qty: Qty::whole(-75),
        account: AccountId(0),
        instrument: InstrumentId(0),
    }
}

#[test]
fn short_position_is_marked_at_the_offer() {
    let mut views = house();
    fold(&mut views, 2, [Event::PositionChanged(short_75()), quote(1_070_000_000, 1_080_000_000, 0)]);
    let status = views.status();
    let position = &status.positions[0];
    assert_eq!((position.mark.as_str(), position.mark_px.as_str()), ("ask", "10.8"));
    assert_eq!(position.unrealised.as_deref(), Some("-30"));
    assert_eq!((position.qty.as_str(), position.avg_px.as_str()), ("-75", "10.4"));
    let account = &status.accounts[0];
    assert_eq!((account.cash.as_str(), account.net.as_str()), ("1000", "51.25"));
}

#[test]
fn stale_mark_is_shown_with_its_age_and_values_nothing() {
    let mut views = house();
    fold(&mut views, 2, [Event::PositionChanged(short_75()), quote(1_070_000_000, 1_080_000_000, 0)]);
    fold(&mut views, 7, []);
    let at = |views: &Views| {
        let position = &views.status().positions[0];
        (position.mark.clone(), position.mark_age_ns, position.stale, position.unrealised.is_some())
    };
    assert_eq!(at(&views), ("ask".to_owned(), 5, false, true));
    fold(&mut views, 8, []);
    assert_eq!(at(&views), ("ask".to_owned(), 6, true, false));
    assert_eq!(views.status().accounts[0].unmarked, 1);
}

#[test]
fn money_that_does_not_add_up_halts_its_account_and_is_counted() {
    let mut views = house();
    fold(&mut views, 2, [Event::PositionChanged(short_75())]);
    assert_eq!((views.identity_breaks(), views.broken_positions().len()), (0, 0));
    let wrong = PositionChanged { realised: Notional::whole(86), ..short_75() };
    fold(&mut views, 3, [Event::PositionChanged(wrong)]);
    assert_eq!((views.identity_breaks(), views.broken_positions().len()), (1, 1));
    assert!(views.status().accounts[0].trading.halted);
    // Counted again it is right; who released the account is another event.
    fold(&mut views, 4, [Event::PositionChanged(short_75())]);
    assert_eq!((views.identity_breaks(), views.broken_positions().len()), (1, 0));
}

#[test]
fn position_without_a_price_has_no_unrealised_figure() {
    let mut views = house();
    fold(&mut views, 2, [Event::PositionChanged(short_75()), quote(1_070_000_000, 0, 0)]);
    let status = views.status();
    assert_eq!((status.positions[0].mark.as_str(), &status.positions[0].unrealised), ("none", &None));
    assert_eq!(status.accounts[0].unmarked, 1);
}

#[test]
fn working_orders_rise_with_acceptance_and_fall_with_the_last_fill() {
    let mut views = house();
    let accepted = Event::OrderAccepted(OrderAccepted::plain(order(OrdStatus::New), Px::whole(10), EngineTime(0)));
    let filled = |status| {
        Event::OrderFilled(OrderFilled {
            order: order(status),
            last_qty: Qty::whole(5),
            last_px: Px::whole(10),
            venue_exec_id: 1,
            missing: Qty::ZERO,
        })
    };
    fold(&mut views, 2, [accepted]);
    fold(&mut views, 3, [filled(OrdStatus::PartiallyFilled)]);
    assert_eq!(views.orders.working, 1);
    fold(&mut views, 4, [filled(OrdStatus::Filled)]);
    assert_eq!((views.orders.working, views.orders.fills, views.orders.filled), (0, 2, 1));
}

#[test]
fn what_works_follows_from_the_status_through_a_bust_and_a_night() {
    let mut views = house();
    let good_till = |ord_status| OrderView { time_in_force: TimeInForce::GoodTillCancel, ..order(ord_status) };
    let accepted = OrderAccepted::plain(good_till(OrdStatus::New), Px::whole(10), EngineTime(0));
    let filled = |ord_status| {
        let (order, last_qty, last_px) = (good_till(ord_status), Qty::whole(5), Px::whole(10));
        Event::OrderFilled(OrderFilled { order, last_qty, last_px, venue_exec_id: 1, missing: Qty::ZERO })
    };
    let busted = Event::TradeCanceled(model::TradeCanceled {
        order: good_till(OrdStatus::PartiallyFilled),
        last_qty: Qty::whole(5),
        last_px: Px::whole(10),
        venue_exec_id: 2,
        fill: 1,
        ref_seq: Seq(3),
        ref_index: 0,
        reserved: [0; 7],
    });
    let done = |order| Event::OrderDoneForDay(model::OrderDoneForDay { order, venue_exec_id: 0, reserved: 0 });
    let steps = [
        (Event::OrderAccepted(accepted), 1, 0),
        (filled(OrdStatus::Filled), 0, 1),
        (busted, 1, 1),
        (filled(OrdStatus::PendingCancel), 1, 1),
        (refused_cancel(OrdStatus::Filled), 0, 2),
        (busted, 1, 2),
        // A good-till order that is done for the day goes on the next morning; a day order does not.
        (done(good_till(OrdStatus::DoneForDay)), 1, 2),
        (done(order(OrdStatus::DoneForDay)), 0, 2),
    ];
    for (seq, (event, working, filled)) in (2..).zip(steps) {
        fold(&mut views, seq, [event]);
        assert_eq!((views.orders.working, views.orders.filled), (working, filled), "after {event:?}");
    }
    assert_eq!((views.orders.trades_canceled, views.orders.done_for_day), (2, 2));
}

fn refused_cancel(ord_status: OrdStatus) -> Event {
    Event::CancelRejected(model::CancelRejected {
        refusal: Refusal::of(model::Check::Overflow),
        order_id: OrderId(2),
        cl_ord_id: ClOrdId::literal("b"),
        orig_cl_ord_id: ClOrdId::literal("a"),
        session: SessionId(0),
        response_to: model::CxlRejResponseTo::Cancel,
        reason: model::CxlRejReason::TooLateToCancel,
        ord_status,
        by_risk: 0,
        ends_pending: 1,
        reserved: [0; 15],
    })
}

#[test]
fn counts_of_the_day_begin_again_with_the_calendar_s_next_one() {
    let mut views = house();
    let definition =
        DefineInstrument { calendar: model::CalendarName::literal("DAYS"), ..views.instruments()[0].definition };
    let phase = |trading_day| {
        Event::TradingPhaseChanged(model::TradingPhaseChanged {
            set: model::SetTradingPhase {
                calendar: definition.calendar,
                trading_day,
                phase: model::TradingPhase::Open,
                reserved: [0; 3],
                actor: Text::EMPTY,
                reason: Text::EMPTY,
            },
            calendar: 0,
            before: model::TradingPhase::Unknown,
            reserved: [0; 3],
        })
    };
    let accepted = OrderAccepted::plain(order(OrdStatus::New), Px::whole(10), EngineTime(0));
    let (last_qty, last_px) = (Qty::whole(5), Px::whole(10));
    let order = order(OrdStatus::PartiallyFilled);
    let filled = OrderFilled { order, last_qty, last_px, venue_exec_id: 1, missing: Qty::ZERO };
    fold(
        &mut views,
        2,
        [
            Event::InstrumentDefined(InstrumentDefined { definition, instrument: InstrumentId(0), reserved: 0 }),
            phase(20_780),
            accepted.into(),
            filled.into(),
        ],
    );
    let status = views.status();
    let day = &status.days[0];
    assert_eq!((day.trading_day.as_str(), day.orders, day.trades, day.traded.as_str()), ("2026-11-23", 1, 1, "50"));
    assert_eq!((status.calendars[0].phase.as_str(), status.calendars[0].trading_day.as_str()), ("open", "2026-11-23"));
    fold(&mut views, 3, [phase(20_781)]);
    assert_eq!(views.status().days, []);
}

#[test]
fn halt_of_an_instrument_halts_nothing_else() {
    let mut views = house();
    let set = SetTradingState {
        scope: Scope::Instrument,
        state: TradingState::Halted,
        reserved: [0; 6],
        account: AccountName::EMPTY,
        symbol: Symbol::literal("ACME"),
        actor: Text::literal("kim"),
        reason: Text::literal("news"),
    };
    let changed = model::TradingStateChanged {
        set,
        account: AccountId::NONE,
        instrument: InstrumentId(0),
        before: TradingState::Active,
        reserved: [0; 7],
    };
    views.fold(Seq(2), EngineTime(2), &Command::SetTradingState(set), [Event::TradingStateChanged(changed)]);
    assert!(views.instruments()[0].is_halted() && views.global.is_none() && !views.accounts()[0].is_halted());
    let status = views.status();
    assert!(status.quotes[0].trading.halted && !status.trading.halted);
    assert_eq!((status.acts[0].act.as_str(), status.acts[0].symbol.as_str()), ("halt", "ACME"));
}

#[test]
fn frame_that_was_folded_before_is_ignored() {
    let mut views = house();
    let refused = Event::OrderRefused(OrderRefused {
        refusal: Refusal::of(model::Check::Tick),
        order_qty: Qty::whole(1),
        price: Px::whole(1),
        order_id: OrderId(0),
        cl_ord_id: ClOrdId::literal("a"),
        symbol: Symbol::literal("ACME"),
        account: AccountName::literal("ALPHA"),
        session: SessionId(7),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        time_in_force: TimeInForce::Day,
        ord_status: OrdStatus::Rejected,
        cum_notional: Notional::ZERO,
        existing_qty: Qty::ZERO,
        cum_qty: Qty::ZERO,
        leaves_qty: Qty::ZERO,
        reserved: [0; 16],
    });
    fold(&mut views, 2, [refused]);
    fold(&mut views, 2, [refused]);
    assert_eq!((views.frames, views.refusals.of(model::Check::Tick)), (2, 1));
    assert_eq!(views.status().refusals.get("TICK"), Some(&1));
}

#[test]
fn acts_are_kept_within_their_bound() {
    let mut views = house();
    let acts = u64::try_from(ACTS_KEPT).unwrap() + 5;
    for seq in 2..2 + acts {
        let command = Command::SetTradingState(SetTradingState {
            scope: Scope::Global,
            state: TradingState::Halted,
            reserved: [0; 6],
            account: AccountName::EMPTY,
            symbol: Symbol::EMPTY,
            actor: Text::literal("kim"),
            reason: Text::literal("test"),
        });
        views.fold(Seq(seq), EngineTime(0), &command, []);
    }
    assert_eq!((views.acts().count(), views.acts_total()), (ACTS_KEPT, acts));
    assert!(views.acts().all(|act| !act.outcome.is_effective()));
}

/// What came of somebody's wish to take restriction 7 off the list.
fn removal(outcome: LimitOutcome, settled_by: &str) -> Event {
    let change = RestrictInstrument {
        from: EngineTime(0),
        until: EngineTime(0),
        removes: if outcome == LimitOutcome::Set && settled_by.is_empty() { Seq(0) } else { Seq(2) },
        symbol: Symbol::literal("ACME"),
        account: AccountName::EMPTY,
        forbids: Forbidden::Trading,
        reserved: [0; 7],
        actor: Text::literal("ann"),
        reason: Text::literal("insider list"),
    };
    let is_waiting = change.removes.0 != 0;
    Event::RestrictionChanged(RestrictionChanged {
        change,
        restriction: Seq(2),
        proposal: if is_waiting { Seq(3) } else { Seq(0) },
        expires: EngineTime(99),
        instrument: InstrumentId(0),
        outcome,
        reserved: [0; 3],
        settled_by: Text::literal(settled_by),
        settled_because: Text::literal("seen"),
    })
}

#[test]
fn refused_word_of_an_operator_is_shown_as_not_applied_and_says_why() {
    let mut views = house();
    let mut act = |seq, is_approved, actor, event| {
        let word = model::DecideLimit {
            proposal: Seq(3),
            is_approved,
            reserved: [0; 7],
            actor: Text::literal(actor),
            reason: Text::literal("seen"),
        };
        views.fold(Seq(seq), EngineTime(5), &Command::DecideLimit(word), [event]);
        let shown = views.status().acts.pop().expect("an act");
        let listed = views.restricted_status();
        (shown.applied, shown.outcome, listed.len(), listed.first().is_some_and(|one| one.removal.is_some()))
    };
    let done = "done".to_owned();
    assert_eq!(act(2, 1, "ann", removal(LimitOutcome::Set, "")), (true, done.clone(), 1, false));
    let waits = "it waits for another person".to_owned();
    assert_eq!(act(3, 1, "ann", removal(LimitOutcome::Proposed, "ann")), (true, waits, 1, true));
    let refused = LimitOutcome::SamePerson.words().to_owned();
    assert_eq!(act(4, 1, "ann", removal(LimitOutcome::SamePerson, "ann")), (false, refused, 1, true));
    assert_eq!(act(5, 0, "bob", removal(LimitOutcome::Declined, "bob")), (true, "declined".to_owned(), 1, false));
    assert!(act(6, 1, "ann", removal(LimitOutcome::Proposed, "ann")).3);
    assert_eq!(act(7, 1, "bob", removal(LimitOutcome::Set, "bob")), (true, done, 0, false));
}

#[test]
fn definition_out_of_order_allocates_nothing() {
    let mut views = house();
    let definition = views.accounts()[0].definition;
    let mut event = model::AccountDefined { definition, account: AccountId(u32::MAX - 1), reserved: [0; 12] };
    fold(&mut views, 2, [Event::AccountDefined(event)]);
    assert_eq!(views.accounts().len(), 1);
    event.account = AccountId(0);
    event.definition.max_long = Qty::whole(9);
    fold(&mut views, 3, [Event::AccountDefined(event)]);
    assert_eq!(views.accounts()[0].definition.max_long, Qty::whole(9));
}

#[test]
fn money_beyond_a_decimal_is_rounded_not_lost() {
    assert_eq!(money(Notional::from_units(1)).to_string(), "0.0000000000000001");
    assert_eq!(money(Notional::whole(9_000_000_000_000)).to_string(), "9000000000000");
    assert_eq!(money(Notional::from_units(i128::MAX)).to_string(), "17014118346046923173168.7304");
}

/// Far above what a handful of frames needs, so that a hang becomes a failure.
const ROUNDS_MAX: usize = 1_000;

#[test]
fn agent_folds_what_is_behind_the_mark_and_only_that() {
    let dir = tempfile::tempdir().unwrap();
    let settings = journal::Settings::default().with_segment_bytes(1 << 20);
    let mut opened = journal::open(dir.path(), settings).unwrap();
    let views = Views::shared();
    let mut agent = ViewsAgent::new(dir.path(), opened.mark.clone(), Arc::clone(&views)).unwrap();

    for _ in 0..3 {
        opened.log.append(EngineTime(7), &TICK, &[quote(1, 2, 3)]);
    }
    opened.log.flush();
    assert_eq!(agent.work(EngineTime(8)).unwrap(), 0, "nothing is durable yet");

    for _ in 0..ROUNDS_MAX {
        opened.writer.write_group(EngineTime(8)).unwrap();
        if opened.mark.durable() == Seq(3) {
            break;
        }
    }
    let folded: usize = (0..ROUNDS_MAX).map(|_| agent.work(EngineTime(9)).unwrap()).sum();
    assert_eq!(folded, 3);
    let views = views.read();
    assert_eq!((views.frames, views.events, views.last_seq, views.last_time), (3, 3, Seq(3), EngineTime(7)));
}
