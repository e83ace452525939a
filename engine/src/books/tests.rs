//! The reference vectors of average cost, the rounding vector, and the cash identity over any fills.

use model::Px;
use model::money::UNIT;
use proptest::prelude::*;

use super::*;

/// Money from cents.
fn cents(cents: i64) -> Notional {
    Notional::of(Px::from_units(cents * (UNIT / 100)), Qty::whole(1))
}

fn px(cents: i64) -> Px {
    Px::from_units(cents * (UNIT / 100))
}

fn trade(side: Side, qty: Qty, px: Px, multiplier: i64) -> Trade {
    Trade { side, qty, value: Notional::of(px, qty).checked_mul(multiplier).unwrap() }
}

fn open_profit(books: &Books, mark: Px) -> Notional {
    Notional::of(mark, books.position) - books.cost
}

#[test]
fn average_cost_follows_the_reference_vector_through_a_flip() {
    let mark = px(1_080);
    // (side, quantity, price) then (position, cost, realised, unrealised, cash), money in cents.
    let steps = [
        (Side::Buy, 100, 1_000, 100, 100_000, 0, 8_000, -100_000),
        (Side::Buy, 50, 1_060, 150, 153_000, 0, 9_000, -153_000),
        (Side::Sell, 80, 1_100, 70, 71_400, 6_400, 4_200, -65_000),
        (Side::Sell, 120, 1_050, -50, -52_500, 8_500, -1_500, 61_000),
        (Side::Sell, 25, 1_020, -75, -78_000, 8_500, -3_000, 86_500),
        (Side::Buy, 75, 990, 0, 0, 12_250, 0, 12_250),
    ];
    let mut holding = Books::default();
    for (side, qty, price, position, cost, realised, unrealised, cash) in steps {
        holding = holding.after_fill(&trade(side, Qty::whole(qty), px(price), 1)).unwrap();
        assert_eq!(holding.position, Qty::whole(position));
        assert_eq!(holding.cost, cents(cost));
        assert_eq!(holding.realised, cents(realised));
        assert_eq!(open_profit(&holding, mark), cents(unrealised));
        assert_eq!(holding.cash_from_trades, cents(cash));
        assert!(holding.cash_identity_holds());
    }
}

#[test]
fn three_sells_of_a_cost_that_does_not_divide_leave_nothing_over() {
    let mut holding = Books {
        cost: cents(3_001),
        cash_from_trades: cents(-3_001),
        position: Qty::whole(3),
        realised: Notional::ZERO,
    };
    for _ in 0..3 {
        holding = holding.after_fill(&trade(Side::Sell, Qty::whole(1), px(1_001), 1)).unwrap();
        assert!(holding.cash_identity_holds());
    }
    assert_eq!(holding.realised, cents(2));
    assert_eq!(holding.cost, Notional::ZERO);
}

#[test]
fn fees_of_the_reference_vector_round_up_only_below_a_unit() {
    // 1 per mille of 100 x 10.00 is 1.00.
    assert_eq!(risk::fee(cents(100_000), UNIT / 1_000), Some(cents(100)));
    assert_eq!(risk::fee(Notional::from_units(1), 1), Some(Notional::from_units(1)));
}

proptest! {
    #[test]
    fn cash_identity_holds_after_any_fills(
        fills in proptest::collection::vec((any::<bool>(), 1i64..1_000_000_000_000, 1i64..10_000_000_000_000), 1..60),
        multiplier in 1i64..1000,
    ) {
        let mut holding = Books::default();
        for (buy, qty, price) in fills {
            let side = if buy { Side::Buy } else { Side::Sell };
            holding = holding.after_fill(&trade(side, Qty::from_units(qty), Px::from_units(price), multiplier)).unwrap();
            prop_assert!(holding.cash_identity_holds());
            if holding.position.is_zero() {
                prop_assert_eq!(holding.cost, Notional::ZERO);
            }
        }
    }
}
