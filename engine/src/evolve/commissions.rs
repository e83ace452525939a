//! What brokers take for fills.

use model::{CommissionBooked, CommissionOutcome, Notional};
use risk::fee;

use crate::decide::Apart;
use crate::order::NONE;
use crate::pnl::Move;
use crate::state::State;

impl State {
    pub(super) fn commission_booked(&mut self, e: &CommissionBooked) {
        let rate = self.accounts.get(e.account.0).expect("orders have accounts").definition.fee_rate;
        if let Some(fill) = self.fills.get_mut(e.fill) {
            fill.is_told = e.outcome.is_booked();
            match e.outcome {
                CommissionOutcome::Fee => fill.fee = e.charged,
                CommissionOutcome::Cash | CommissionOutcome::ForeignCash => {
                    let fx = (e.rate, e.rate_time);
                    fill.fee = Notional::ZERO;
                    fill.apart = Apart { amount: e.charged, currency: e.commission.currency, fx };
                }
                _ => fill.fee = fee(fill.value, rate).expect("decide counted it"),
            }
        }
        if let Some(charged) = self.charged_apart(e) {
            let strategy = self.order(e.order_id).map_or(NONE, |order| order.strategy);
            self.pnl_moved(e.account, strategy, e.instrument, Move { charged, ..Move::default() });
        }
        match e.outcome {
            CommissionOutcome::Cash => {
                let account = self.account_mut(e.account);
                account.cash = e.account_cash;
                account.commissions += e.amount;
            }
            CommissionOutcome::ForeignCash => {
                let slot = self.currencies.find(e.account, e.commission.currency).expect("decide found the cash");
                self.currencies.cash.get_mut(slot).expect("it was found").commissions += e.amount;
            }
            _ => {}
        }
    }

    /// What the broker took in another currency than the instrument's, in the firm's base currency: as it came to in the account's, where
    /// nobody knows a rate to the base.
    pub(crate) fn charged_apart(&self, e: &CommissionBooked) -> Option<Notional> {
        if !matches!(e.outcome, CommissionOutcome::Cash | CommissionOutcome::ForeignCash) {
            return None;
        }
        let own = self.accounts.get(e.account.0)?.definition.currency;
        let base = self.base_or(own);
        let direct = self.converted(e.commission.currency, base).of(e.amount);
        direct.or_else(|| self.converted(own, base).of(e.rate.of(e.amount)?)).or(e.rate.of(e.amount)).or(Some(e.amount))
    }
}
