//! Each check at its limit and one step beyond, and the order of precedence.

use model::{
    AccountName, Check, Currency, DefineAccount, DefineInstrument, EngineTime, Notional, OrdType, Px, Qty, Side,
    Symbol, TradingState,
};
use proptest::prelude::*;

use super::CHECKS;
use crate::{Bucket, Context, Exposure, Held, Proposal, Reference, check, reserved_cash};

const NOW: EngineTime = EngineTime(1_000_000_000_000);

fn instrument() -> DefineInstrument {
    DefineInstrument {
        tick: Px::from_units(1_000_000),
        lot: Qty::whole(1),
        max_order_qty: Qty::whole(10_000),
        multiplier: 1,
        collar: 5_000_000,
        reference_age_max: 2_000_000_000,
        symbol: Symbol::literal("ACME"),
        currency: Currency::literal("USD"),
        calendar: model::CalendarName::EMPTY,
        abilities: model::Abilities::NONE,
        tradable: 1,
        stop_trigger: model::StopTrigger::Last,
        reserved: [0; 8],
        venue: model::VenueId::PAPER,
    }
}

fn account() -> DefineAccount {
    DefineAccount {
        max_order_notional: Notional::whole(500_000),
        max_order_qty: Qty::whole(5_000),
        max_long: Qty::whole(6_000),
        max_short: Qty::whole(1_000),
        fee_rate: 100_000,
        open_orders_max: 10,
        cash_account: 1,
        reserved: [0; 3],
        account: AccountName::literal("A1"),
        currency: Currency::literal("USD"),
    }
}

fn context<'a>(instrument: &'a DefineInstrument, account: &'a DefineAccount) -> Context<'a> {
    Context {
        now: NOW,
        instrument,
        reference: Reference { bid_px: Px::whole(99), ask_px: Px::whole(101), last_px: Px::whole(100), time: NOW },
        account,
        trading: TradingState::Active,
        account_trading: TradingState::Active,
        instrument_trading: TradingState::Active,
        phase: model::TradingPhase::Unknown,
        exposure: Exposure::default(),
        open_orders: 0,
        cash: Notional::whole(1_000_000),
        reserved: Notional::ZERO,
        bucket: Bucket::default(),
        messages_per_second: 100,
        cl_ord_id_used: false,
        has_order_slot: true,
    }
}

fn limit(side: Side, qty: i64, px: i64) -> Proposal {
    Proposal::plain(side, OrdType::Limit, Qty::whole(qty), Px::whole(px))
}

/// The check that refuses the proposal after `change`, if one does.
fn refused(
    change: impl Fn(&mut Context<'_>, &mut DefineInstrument, &mut DefineAccount),
    proposal: Proposal,
) -> Option<Check> {
    let (mut instrument, mut account) = (instrument(), account());
    let (scratch_instrument, scratch_account) = (instrument, account);
    change(&mut context(&scratch_instrument, &scratch_account), &mut instrument, &mut account);
    let mut context = context(&instrument, &account);
    let (mut instrument_again, mut account_again) = (instrument, account);
    change(&mut context, &mut instrument_again, &mut account_again);
    check(&context, &proposal).err().map(|refusal| refusal.check)
}

#[test]
fn order_within_all_limits_passes_with_its_worst_price() {
    let (instrument, account) = (instrument(), account());
    let reservation = check(&context(&instrument, &account), &limit(Side::Buy, 100, 100)).unwrap();
    assert_eq!(reservation.worst_px, Px::whole(100));
}

#[test]
fn market_buy_is_reserved_at_the_offer_moved_by_the_collar() {
    let (instrument, account) = (instrument(), account());
    let market = Proposal::plain(Side::Buy, OrdType::Market, Qty::whole(1), Px::ZERO);
    let reservation = check(&context(&instrument, &account), &market).unwrap();
    assert_eq!(reservation.worst_px, Px::from_units(10_605_000_000));
}

#[test]
fn each_check_refuses_one_step_beyond_its_limit() {
    let buy = limit(Side::Buy, 100, 100);
    assert_eq!(refused(|_, i, _| i.tradable = 0, buy), Some(Check::NotTradable));
    assert_eq!(refused(|_, i, _| i.currency = Currency::literal("EUR"), buy), Some(Check::CurrencyMismatch));
    assert_eq!(refused(|c, _, _| c.trading = TradingState::Halted, buy), Some(Check::KilledGlobal));
    assert_eq!(refused(|c, _, _| c.account_trading = TradingState::Halted, buy), Some(Check::KilledAccount));
    assert_eq!(refused(|_, _, _| (), Proposal { price: Px::ZERO, ..buy }), Some(Check::Price));
    assert_eq!(refused(|_, _, _| (), Proposal { ord_type: OrdType::Market, ..buy }), Some(Check::Price));
    assert_eq!(refused(|_, _, _| (), Proposal { price: Px::from_units(10_000_000_001), ..buy }), Some(Check::Tick));
    assert_eq!(refused(|_, _, _| (), Proposal { order_qty: Qty::from_units(1), ..buy }), Some(Check::Lot));
    assert_eq!(refused(|_, _, _| (), Proposal { order_qty: Qty::ZERO, ..buy }), Some(Check::Lot));
    assert_eq!(refused(|_, _, _| (), limit(Side::Buy, 5_001, 90)), Some(Check::MaxOrderQty));
    assert_eq!(refused(|c, _, _| c.now = EngineTime(NOW.0 + 2_000_000_001), buy), Some(Check::ReferencePrice));
    assert_eq!(refused(|c, _, _| c.now = EngineTime(NOW.0 + 2_000_000_000), buy), None);
    assert_eq!(refused(|c, _, _| c.reference = Reference::default(), buy), Some(Check::ReferencePrice));
    assert_eq!(refused(|_, _, _| (), limit(Side::Buy, 1, 105)), None);
    assert_eq!(refused(|_, _, _| (), limit(Side::Buy, 1, 106)), Some(Check::CollarHigh));
    assert_eq!(refused(|_, _, _| (), limit(Side::Buy, 1, 1)), None, "a passive price is no harm");
    assert_eq!(refused(|_, _, a| a.max_long = Qty::ZERO, limit(Side::Sell, 1, 95)), None);
    assert_eq!(refused(|_, _, _| (), limit(Side::Sell, 1, 94)), Some(Check::CollarLow));
    assert_eq!(refused(|_, _, _| (), limit(Side::Buy, 5_000, 100)), None);
    assert_eq!(refused(|_, _, _| (), limit(Side::Buy, 5_000, 101)), Some(Check::MaxOrderNotional));
    assert_eq!(refused(|c, _, _| c.messages_per_second = 0, buy), Some(Check::MessageRate));
    assert_eq!(refused(|c, _, _| c.cl_ord_id_used = true, buy), Some(Check::DuplicateClOrdId));
    assert_eq!(refused(|c, _, _| c.open_orders = 9, buy), None);
    assert_eq!(refused(|c, _, _| c.open_orders = 10, buy), Some(Check::OpenOrders));
    assert_eq!(refused(|c, _, _| c.exposure.open_buys = Qty::whole(5_900), buy), None);
    assert_eq!(refused(|c, _, _| c.exposure.open_buys = Qty::whole(5_901), buy), Some(Check::PositionLong));
    assert_eq!(refused(|_, _, _| (), limit(Side::Sell, 1_000, 100)), None);
    assert_eq!(refused(|_, _, _| (), limit(Side::Sell, 1_001, 100)), Some(Check::PositionShort));
    assert_eq!(refused(|c, _, _| c.cash = Notional::whole(10_010), buy), None);
    assert_eq!(
        refused(|c, _, _| c.cash = Notional::from_units(Notional::whole(10_010).units() - 1), buy),
        Some(Check::BuyingPower)
    );
    assert_eq!(refused(|c, _, _| c.has_order_slot = false, buy), Some(Check::OrderCapacity));
}

#[test]
fn open_sells_make_no_room_for_a_buy() {
    let change = |c: &mut Context<'_>, _: &mut DefineInstrument, _: &mut DefineAccount| {
        c.exposure = Exposure { position: Qty::whole(6_000), open_buys: Qty::ZERO, open_sells: Qty::whole(6_000) };
    };
    assert_eq!(refused(change, limit(Side::Buy, 1, 100)), Some(Check::PositionLong));
}

#[test]
fn two_full_reducing_sells_do_not_both_pass() {
    let change = |c: &mut Context<'_>, _: &mut DefineInstrument, a: &mut DefineAccount| {
        a.max_short = Qty::ZERO;
        c.exposure = Exposure { position: Qty::whole(100), open_buys: Qty::ZERO, open_sells: Qty::whole(100) };
    };
    assert_eq!(refused(change, limit(Side::Sell, 100, 100)), Some(Check::PositionShort));
}

#[test]
fn replace_is_judged_on_the_worse_of_old_and_new() {
    let (instrument, account) = (instrument(), account());
    let mut context = context(&instrument, &account);
    context.exposure.open_buys = Qty::whole(6_000);
    let reserved = reserved_cash(&instrument, &account, Side::Buy, Qty::whole(4_000), Px::whole(100)).unwrap();
    context.reserved = reserved;
    let held = Held {
        order_qty: Qty::whole(4_000),
        cum_qty: Qty::ZERO,
        open_qty: Qty::whole(4_000),
        worst_px: Px::whole(100),
        reserved,
    };
    let same = Proposal { held: Some(held), ..limit(Side::Buy, 4_000, 90) };
    assert_eq!(check(&context, &same).unwrap().worst_px, Px::whole(100));
    let more = Proposal { held: Some(held), ..limit(Side::Buy, 4_001, 90) };
    assert_eq!(check(&context, &more).unwrap_err().check, Check::PositionLong);
}

#[test]
fn table_runs_in_the_order_of_precedence() {
    assert!(CHECKS.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

proptest! {
    /// Whatever the numbers: an answer, never a panic; and nothing that passes exceeds a limit.
    #[test]
    fn absurd_numbers_get_an_answer(qty: i64, px: i64, position: i64, open: i64, cash: i64, side: bool, market: bool, held: bool) {
        let (instrument, account) = (instrument(), account());
        let mut context = context(&instrument, &account);
        context.exposure = Exposure {
            position: Qty::from_units(position),
            open_buys: Qty::from_units(open.max(0)),
            open_sells: Qty::from_units(open.max(0)),
        };
        context.cash = Notional::whole(cash);
        let side = if side { Side::Buy } else { Side::Sell };
        let ord_type = if market { OrdType::Market } else { OrdType::Limit };
        let held = held.then_some(Held {
            order_qty: Qty::whole(10), cum_qty: Qty::whole(3), open_qty: Qty::whole(7), worst_px: Px::whole(100), reserved: Notional::ZERO,
        });
        let proposal =
            Proposal { held, ..Proposal::plain(side, ord_type, Qty::from_units(qty), Px::from_units(px)) };
        if check(&context, &proposal).is_ok() {
            prop_assert!(proposal.order_qty <= account.max_order_qty);
            prop_assert!(proposal.order_qty > Qty::ZERO);
        }
    }
}
