//! How much of a limit is used, for people: what the controls would see of the scope before the next order.

use model::{KillScope, LimitKind, Notional, Side};
use risk::{order_to_trade, rate_of};

use crate::pnl::At;
use crate::state::State;

impl State {
    /// What a scope has used of a limit, in the limit's unit. `None` where nothing of it is ever used up - it bounds single orders, or
    /// says how another one is measured - and where nobody can say: a position that no price can be had for.
    pub fn limit_use(&self, scope: KillScope, index: u32, kind: LimitKind) -> Option<i128> {
        let mut looks = usize::MAX;
        self.limit_use_within(&mut looks, scope, index, kind)
    }

    /// The same with so many looks at single positions; `None` where they are not enough.
    pub(crate) fn limit_use_within(
        &self,
        looks: &mut usize,
        scope: KillScope,
        index: u32,
        kind: LimitKind,
    ) -> Option<i128> {
        match kind {
            LimitKind::PositionLong => self.worst_position(looks, scope, index, Side::Buy),
            LimitKind::PositionShort => self.worst_position(looks, scope, index, Side::Sell),
            LimitKind::LossHalt
            | LimitKind::LossReduce
            | LimitKind::DrawdownHalt
            | LimitKind::DrawdownReduce
            | LimitKind::LossVelocity => self.lost(scope, index, kind),
            LimitKind::GrossExposure | LimitKind::NetExposure | LimitKind::MarginUsed => {
                self.valued_use(scope, index, kind)
            }
            LimitKind::MessageRate => self.messages(scope, index),
            LimitKind::RepeatedExecutions => Some(self.executions(scope, index)),
            LimitKind::LossesInARow => Some(self.scopes.get(scope, index).losses_in_a_row.into()),
            LimitKind::Locate if scope == KillScope::Instrument => {
                let short = self.short_sales(model::InstrumentId(index));
                short.sold.checked_add(short.open)
            }
            LimitKind::QuoteSilence | LimitKind::QuoteSilenceHalt if scope == KillScope::Instrument => {
                let quoted = self.instruments.get(index).map(|instrument| instrument.quoted_at)?;
                (quoted.0 > 0).then(|| i128::from(self.last.time.0.saturating_sub(quoted.0)))
            }
            kind => self.counted(scope, index, kind),
        }
    }

    /// What is counted as it comes.
    fn counted(&self, scope: KillScope, index: u32, kind: LimitKind) -> Option<i128> {
        let usage = self.usage(scope, index);
        let day = usage.on(self.firm_day());
        let open = |side| usage.open(side).units();
        match kind {
            LimitKind::OpenOrders => Some(usage.live.into()),
            LimitKind::DailyOrders => Some(day.orders.into()),
            LimitKind::DailyCancels => Some(day.cancels.into()),
            LimitKind::DailyTrades => Some(day.trades.into()),
            LimitKind::OrderToTrade => Some(order_to_trade(day, 0)),
            LimitKind::OpenBuys => Some(open(Side::Buy)),
            LimitKind::OpenSells => Some(open(Side::Sell)),
            LimitKind::OpenNotional => open(Side::Buy).checked_add(open(Side::Sell)),
            LimitKind::DailyBuys => day.traded(Side::Buy).units().checked_add(open(Side::Buy)),
            LimitKind::DailySells => day.traded(Side::Sell).units().checked_add(open(Side::Sell)),
            _ => None,
        }
    }

    /// The worst case of the scope's worst position on that side.
    fn worst_position(&self, looks: &mut usize, scope: KillScope, index: u32, side: Side) -> Option<i128> {
        let mut look = |count: usize| {
            *looks = looks.checked_sub(count)?;
            Some(())
        };
        let worst = match scope {
            KillScope::Instrument => Some(self.exposures.of_firm(model::InstrumentId(index)).worst(side)),
            KillScope::Account => {
                look(self.holdings.len())?;
                let own = self.holdings.iter().filter(|holding| holding.account.0 == index);
                own.map(|holding| risk::WideExposure::from(holding.exposure).worst(side)).max()
            }
            KillScope::Strategy => {
                look(self.exposures.of_strategies().count())?;
                let own = self.exposures.of_strategies().filter(|own| own.strategy == index);
                own.map(|own| own.exposure.worst(side)).max()
            }
            KillScope::Firm | KillScope::Venue | KillScope::Session | KillScope::Trader => return None,
        };
        Some(worst.unwrap_or(0).max(0))
    }

    /// What the scope lost, as its loss limits see it; below zero where it gained.
    fn lost(&self, scope: KillScope, index: u32, kind: LimitKind) -> Option<i128> {
        let at = At { now: self.last.time, day: self.firm_day() };
        let total = self.pnl(scope, index).on(at);
        let lost = match kind {
            LimitKind::LossHalt | LimitKind::LossReduce => total.loss(),
            LimitKind::DrawdownHalt | LimitKind::DrawdownReduce => total.drawdown(),
            _ => total.fall(),
        };
        (!total.is_lost).then(|| lost.units())
    }

    /// What the scope's positions come to, with what is open; `None` where a price is missing.
    fn valued_use(&self, scope: KillScope, index: u32, kind: LimitKind) -> Option<i128> {
        let usage = self.usage(scope, index);
        if usage.valued.unpriced > 0 || self.agenda.values_anew {
            return None;
        }
        let (buys, sells) = (usage.open(Side::Buy), usage.open(Side::Sell));
        let sum = |one: Notional, other: Notional| one.checked_add(other);
        let used = match kind {
            LimitKind::GrossExposure => sum(usage.valued.gross, sum(buys, sells)?)?,
            LimitKind::NetExposure => sum(usage.valued.net, buys)?.max(sells.checked_sub(usage.valued.net)?),
            _ => usage.valued.margin,
        };
        Some(used.units())
    }

    /// New orders and replaces of the last second.
    fn messages(&self, scope: KillScope, index: u32) -> Option<i128> {
        let member = self.scopes.get(scope, index);
        let rate = rate_of(member.limits.get(LimitKind::MessageRate)?.value);
        // The bucket counts the next one with them.
        Some(i128::from(member.usage.bucket.filled(self.last.time, rate).saturating_sub(1)))
    }

    /// Fills within the window.
    fn executions(&self, scope: KillScope, index: u32) -> i128 {
        let member = self.scopes.get(scope, index);
        let window = member.limits.get(LimitKind::ExecutionWindow);
        let window = window.map_or(i64::MAX, |window| i64::try_from(window.value).unwrap_or(i64::MAX));
        let is_young = |at: &model::EngineTime| self.last.time.0.saturating_sub(at.0) < window;
        member.executions.iter().filter(is_young).count() as i128
    }
}
