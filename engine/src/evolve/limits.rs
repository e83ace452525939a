//! Limits of scopes, and what is held against them.

use model::{
    ConfigurationRead, FirmDefined, InstrumentId, LimitChanged, LimitKind, LimitOutcome, Notional, OF_DEFINITION,
    OrderView, Side,
};
use risk::{Limit, Usage, rate_of};

use crate::proposals::LimitProposal;
use crate::recent::Alike;
use crate::scopes::Keys;
use crate::state::State;

impl State {
    pub(super) fn firm_defined(&mut self, e: &FirmDefined) {
        let before = std::mem::replace(&mut self.firm, e.definition);
        if before.base_currency != e.definition.base_currency {
            self.value_all();
            for index in 0..self.instruments.len() {
                let currency = self.instruments.get(index).expect("it is one of them").definition.currency;
                self.pnl_revalued(currency);
            }
        }
    }

    pub(super) fn configuration_read(&mut self, e: &ConfigurationRead) {
        for proposal in self.limit_proposals.nameless() {
            (proposal.change.actor, proposal.change.reason) = (e.actor, e.reason);
        }
    }

    pub(super) fn limit_changed(&mut self, e: &LimitChanged) {
        match e.outcome {
            LimitOutcome::Set if e.change.is_configured == OF_DEFINITION => {
                // The definition itself follows.
                self.limit_proposals.remove(e.proposal, e.change.kind);
            }
            LimitOutcome::Set => {
                let limit = Limit { value: e.change.value, since: self.last.seq };
                let limit = Some(limit).filter(|_| e.change.is_set == 1);
                let valued = self.values();
                self.scopes.set_limit(e.change.scope, e.index, e.change.kind, limit);
                if e.change.kind == LimitKind::SelfMatch {
                    self.rest_anew();
                }
                if self.values() && !valued {
                    self.value_all();
                } else if e.change.kind == LimitKind::Margin {
                    self.value_instrument(InstrumentId(e.index));
                }
                self.limit_proposals.remove(e.proposal, e.change.kind);
                self.pnl_limited(e.change.scope, e.index, e.change.kind);
            }
            LimitOutcome::Proposed => self.limit_proposals.put(LimitProposal {
                at: e.proposal,
                expires: e.expires,
                index: e.index,
                change: e.change,
            }),
            LimitOutcome::Declined | LimitOutcome::Expired | LimitOutcome::Superseded => {
                self.limit_proposals.remove(e.proposal, e.change.kind);
            }
            LimitOutcome::Adopted => {
                self.limit_proposals.adopt(e.proposal, e.change.kind, e.settled_by, e.settled_because);
            }
            LimitOutcome::Unchanged
            | LimitOutcome::UnknownScope
            | LimitOutcome::NotForScope
            | LimitOutcome::OutOfRange
            | LimitOutcome::NoActor
            | LimitOutcome::NoReason
            | LimitOutcome::NoRoom
            | LimitOutcome::Mandatory
            | LimitOutcome::SamePerson
            | LimitOutcome::UnknownProposal => {}
        }
    }

    /// A new order, a replace, or a cancel that a client asked for, of these scopes. The cancel is counted and never held up.
    pub(super) fn count_in_scopes(&mut self, keys: &Keys, is_order: bool) {
        let (now, day) = (self.last.time, self.firm_day());
        self.scopes.used(keys, |usage, limits| {
            let day = usage.on_mut(day);
            *(if is_order { &mut day.orders } else { &mut day.requests }) += 1;
            if let Some(limit) = limits.get(LimitKind::MessageRate) {
                usage.bucket.take(now, rate_of(limit.value));
            }
        });
    }

    /// The last orders are remembered while a limit of their scopes asks for them.
    pub(super) fn remember_order(&mut self, view: &OrderView, keys: &Keys) {
        if self.scopes.have(keys, LimitKind::RepeatedOrders.bit() | LimitKind::WashWindow.bit()) {
            self.recent.remember(Alike::of(view), *keys, self.last.time, view.order_id);
        }
    }

    pub(super) fn count_canceled(&mut self, keys: &Keys) {
        self.on_the_day(keys, |day| day.cancels += 1);
    }

    pub(crate) fn count_fill(&mut self, keys: &Keys, side: Side, notional: Notional) {
        self.scopes.executed(keys, self.last.time);
        self.on_the_day(keys, |day| {
            day.trades += 1;
            match side {
                Side::Buy => day.bought = added(day.bought, notional),
                Side::Sell => day.sold = added(day.sold, notional),
            }
        });
    }

    /// A fill of this day was another one, or none.
    pub(crate) fn exchange_fill(&mut self, keys: &Keys, side: Side, before: Notional, after: Option<Notional>) {
        self.on_the_day(keys, |day| {
            // The day may have been another one in between, and then it began anew.
            day.trades = day.trades.saturating_sub(u32::from(after.is_none()));
            let traded = match side {
                Side::Buy => &mut day.bought,
                Side::Sell => &mut day.sold,
            };
            if *traded != UNCOUNTABLE {
                *traded = added((*traded - before).max(Notional::ZERO), after.unwrap_or(Notional::ZERO));
            }
        });
    }

    fn on_the_day(&mut self, keys: &Keys, note: impl Fn(&mut risk::Day)) {
        let day = self.firm_day();
        self.scopes.used(keys, |usage, _| note(usage.on_mut(day)));
    }

    /// What an order holds of its scopes' open money changed.
    pub(super) fn hold_in_scopes(&mut self, keys: &Keys, side: Side, before: Notional, after: Notional) {
        if before == after {
            return;
        }
        self.scopes.used(keys, |usage: &mut Usage, _| {
            let open = match side {
                Side::Buy => &mut usage.open_buys,
                Side::Sell => &mut usage.open_sells,
            };
            *open = *open - before + after;
        });
    }
}

/// What leaves the range stays at its end: whatever is added to it then is refused.
pub(crate) const UNCOUNTABLE: Notional = Notional::from_units(i128::MAX);

fn added(sum: Notional, more: Notional) -> Notional {
    sum.checked_add(more).unwrap_or(UNCOUNTABLE)
}
