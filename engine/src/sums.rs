//! Every sum that the state keeps, held against its parts.

use model::{Notional, SessionId, Side, ValuationMethod};

use crate::holdings::Holding;
use crate::order::Order;

use crate::state::State;

impl State {
    /// Does every sum equal its parts? Walks everything; for tests and verification.
    ///
    /// # Panics
    /// With the sum that does not.
    pub fn assert_sums(&self) {
        for (id, account) in self.accounts() {
            let own = || self.working_orders().filter(move |order| order.view.account == id);
            let is_own = |order: &&Order| self.holdings.get(order.holding).foreign_cash.is_none();
            let reserved: i128 = own().filter(is_own).map(|order| order.reserved.units()).sum();
            assert_eq!(account.reserved.units(), reserved, "reserved cash of account {id}");
            assert_eq!(account.open_orders as usize, own().count(), "open orders of account {id}");
        }
        for (id, session) in (0..).map(SessionId).zip(self.sessions.iter()) {
            let own = self.working_orders().filter(|order| order.view.session == id).count();
            assert_eq!(session.working as usize, own, "working orders of session {id}");
        }
        for (scope, index, member) in self.scopes.iter() {
            let own = self.working_orders().filter(|order| order.keys()[scope as usize] == index).count();
            assert_eq!(member.usage.live as usize, own, "live orders of {scope:?} {index}");
            for side in [Side::Buy, Side::Sell] {
                let own = self.working_orders().filter(|order| order.keys()[scope as usize] == index);
                let open: i128 = own.filter(|own| own.view.side == side).map(|own| own.open_notional.units()).sum();
                assert_eq!(member.usage.open(side).units(), open, "open {side:?} of {scope:?} {index}");
            }
        }
        for kill in self.kills() {
            assert_eq!(kill.live, self.scopes.get(kill.scope, kill.index).usage.live, "live orders of {kill:?}");
            let sum = kill.live + kill.canceled + kill.filled + kill.ended;
            assert_eq!(kill.live_at_start + kill.came, sum, "orders of {kill:?}");
        }
        self.assert_pnl();
        for order in self.orders.remembered() {
            assert_eq!(order.standing().status(), order.view.ord_status, "status of {order:?}");
            assert_eq!(order.view.is_working(), order.place != crate::order::NONE, "place of {order:?}");
            assert!(order.view.held == 0 || order.view.is_working(), "hold of {order:?}");
        }
        self.exposures.assert_sums(&self.holdings);
        self.assert_valued();
        self.assert_resting();
        self.short_sales.assert_sums(&self.holdings);
        for own in self.exposures.of_strategies() {
            for side in [Side::Buy, Side::Sell] {
                let of_strategy = self.working_orders().filter(|order| order.strategy == own.strategy);
                let of_side =
                    of_strategy.filter(|order| order.view.instrument == own.instrument && order.view.side == side);
                let open: i128 = of_side.map(|order| i128::from(order.open_qty.units())).sum();
                assert_eq!(own.exposure.open(side), open, "open {side:?} of {own:?}");
            }
        }
        for holding in self.holdings() {
            let own = |side| {
                self.working_orders()
                    .filter(move |order| {
                        order.view.account == holding.account && order.view.instrument == holding.instrument
                    })
                    .filter(move |order| order.view.side == side)
                    .map(|order| self.exposed_qty(order).units())
                    .sum::<i64>()
            };
            assert_eq!(holding.exposure.open_buys.units(), own(Side::Buy), "open buys of {holding:?}");
            assert_eq!(holding.exposure.open_sells.units(), own(Side::Sell), "open sells of {holding:?}");
            assert!(holding.cash_identity_holds(), "cash identity of {holding:?}");
            let recounted = self.fills.recount(holding, None);
            assert_eq!(recounted, Some((holding.books(), holding.head)), "fills of {holding:?}");
            self.assert_strategies(holding);
        }
        self.assert_foreign_cash();
    }

    fn assert_foreign_cash(&self) {
        for (slot, line) in (0..).zip(self.currencies.cash.iter()) {
            let paid = |holding: &Holding| holding.foreign_cash == Some(slot);
            let orders = self.working_orders().filter(|order| paid(self.holdings.get(order.holding)));
            let reserved: i128 = orders.map(|order| order.reserved.units()).sum();
            assert_eq!(line.reserved.units(), reserved, "reserved of {line:?}");
            let (mut cash, mut booked) = (line.money.deposited - line.commissions, -line.commissions);
            for holding in self.holdings().filter(|holding| paid(holding)) {
                let instrument = self.instruments.get(holding.instrument.0).expect("holdings have instruments");
                let net = holding.dividends - holding.fees;
                booked += holding.realised + net;
                cash += net
                    + match instrument.definition.valuation {
                        ValuationMethod::Premium => holding.cash_from_trades,
                        ValuationMethod::Futures => holding.realised,
                    };
            }
            assert_eq!((line.money.cash, line.money.booked), (cash, booked), "holdings of {line:?}");
        }
    }

    fn assert_strategies(&self, holding: &Holding) {
        if holding.strategies.is_none() {
            return;
        }
        let mut sum = (0, [Notional::ZERO; 3]);
        for (slot, book) in self.strategy_books.of(holding) {
            assert!(book.books.cash_identity_holds(), "cash identity of {book:?}");
            let recounted = self.strategy_books.recount(&self.fills, holding, slot, None);
            assert_eq!(recounted, Some(book.books), "fills of {book:?}");
            let money = [book.books.cash_from_trades, book.fees, book.dividends];
            sum.0 += book.books.position.units();
            sum.1.iter_mut().zip(money).for_each(|(sum, part)| *sum += part);
        }
        let money = [holding.cash_from_trades, holding.fees, holding.dividends];
        assert_eq!(sum, (holding.exposure.position.units(), money), "strategies of {holding:?}");
    }
}
