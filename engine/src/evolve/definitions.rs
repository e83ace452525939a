//! What configuration, operators, calendars and market data define.

use model::{
    AccountDefined, AccountId, Alarm, Alarmed, CostMethod, EngineTime, InstrumentDefined, KillScope, Link, OrderId, Px,
    QuoteDoubt, QuoteDoubted, QuoteUpdated, Resolution, ResolutionGiven, Scope, SessionDefined, Side, SplitBegun,
    Start, TradingPhaseChanged, TradingState, TradingStateChanged, VenueId,
};
use risk::{Bucket, Reference};

use crate::accounts::Account;
use crate::decide::px_of;
use crate::executions::REMEMBERED;
use crate::kills::UNATTRIBUTED;
use crate::state::{Calendar, Instrument, Session, State, TRAILING_PER_INSTRUMENT_MAX};
use crate::triggers::Root;

impl State {
    pub(super) fn started(&mut self, start: &Start) {
        let orders = usize::try_from(start.orders_max).expect("capacities fit this machine");
        self.orders.grow(orders);
        self.fills.grow(orders);
        self.triggers.grow(orders / 4);
        self.links.make_room();
        self.rest_anew();
        self.acknowledge_at_venue = start.acknowledge_at_venue == 1;
        // Whatever connection a venue had, it was another life's.
        let venues: Vec<VenueId> = self.instruments.iter().map(|instrument| instrument.definition.venue).collect();
        for venue in venues {
            if self.venues.is_up(venue) && venue != VenueId::PAPER {
                self.venues.link(venue, Link::Down);
            }
        }
    }

    pub(super) fn instrument_defined(&mut self, e: &InstrumentDefined) {
        if e.definition.venue != VenueId::PAPER {
            self.executions.make_room(REMEMBERED);
        }
        self.venue_defined(e.definition.venue);
        self.scopes.make_room(KillScope::Instrument, e.instrument.0);
        self.exposures.make_room(e.instrument);
        self.holding_shares.make_room(e.instrument);
        self.strategy_shares.make_room(e.instrument);
        self.closing.make_room_for_mark(e.instrument);
        self.short_sales.make_room(e.instrument);
        self.pnl.make_room(KillScope::Instrument, e.instrument.0);
        let calendar = self.calendars.find(&e.definition.calendar);
        match self.instruments.get_mut(e.instrument.0) {
            Some(known) => {
                known.definition = e.definition;
                known.calendar = calendar;
                self.value_instrument(e.instrument);
            }
            None => {
                self.instruments.push(
                    e.definition.symbol,
                    Instrument {
                        definition: e.definition,
                        reference: Reference::default(),
                        doubted_px: Px::ZERO,
                        trading: TradingState::Active,
                        calendar,
                        stops: [Root::default(); 2],
                        trailing: Vec::with_capacity(TRAILING_PER_INSTRUMENT_MAX),
                        trailing_to_come: 0,
                        is_due: false,
                        is_due_again: false,
                        split: None,
                        quoted_at: EngineTime(0),
                        is_stale: false,
                    },
                );
                self.agenda.triggers.reserve(e.instrument.0 as usize + 1);
                self.agenda.marks.reserve(e.instrument.0 as usize + 1);
                self.agenda.values.reserve(e.instrument.0 as usize + 1);
            }
        }
    }

    pub(super) fn account_defined(&mut self, e: &AccountDefined) {
        self.scopes.make_room(KillScope::Account, e.account.0);
        self.closing.make_room_for_breaks(e.account);
        self.pnl.make_room(KillScope::Account, e.account.0);
        match self.accounts.get_mut(e.account.0) {
            Some(known) => {
                let changed = known.definition.cost_method != e.definition.cost_method;
                known.definition = e.definition;
                if changed {
                    self.change_cost_method(e.account, e.definition.cost_method);
                }
            }
            None => self.accounts.push(e.definition.account, Account::new(e.definition)),
        }
    }

    /// Books that were begun by one method are not continued by another: it holds for what the account has not traded yet.
    fn change_cost_method(&mut self, account: AccountId, cost_method: CostMethod) {
        for holding in self.holdings.iter_mut().filter(|holding| holding.account == account && holding.is_untraded()) {
            holding.cost_method = cost_method;
        }
    }

    pub(super) fn session_defined(&mut self, e: &SessionDefined) {
        let account = self.accounts.find(&e.definition.account).map(AccountId);
        self.scopes.make_room(KillScope::Session, e.session.0);
        self.venue_defined(VenueId::broker(e.session));
        match self.sessions.get_mut(e.session.0) {
            Some(known) => {
                known.definition = e.definition;
                known.account = account;
            }
            None => {
                let bucket = Bucket::default();
                let session = Session {
                    definition: e.definition,
                    account,
                    bucket,
                    attribution: UNATTRIBUTED,
                    working: 0,
                    lost_at: None,
                };
                self.sessions.push((e.definition.sender_comp_id, e.definition.target_comp_id), session);
                self.agenda.lost.reserve(e.session.0 as usize + 1);
            }
        }
    }

    pub(super) fn trading_state_changed(&mut self, e: &TradingStateChanged) {
        let state = e.set.state;
        match e.set.scope {
            Scope::Global => self.trading = state,
            Scope::Account => self.account_mut(e.account).trading = state,
            Scope::Instrument => {
                self.instrument_mut(e.instrument.0).trading = state;
            }
        }
        // Orders wait for the end of it, of whatever scope, and some end with a halt of their instrument.
        if state == TradingState::Active || e.set.scope == Scope::Instrument {
            self.agenda.halts_changed = true;
            self.review();
        }
        // Stops that a halt held back are looked at again.
        if state == TradingState::Active {
            (0..self.instruments.len()).for_each(|index| self.look_at_stops(index));
        }
    }

    pub(super) fn trading_phase_changed(&mut self, e: &TradingPhaseChanged) {
        let calendar = Calendar { name: e.set.calendar, phase: e.set.phase, trading_day: e.set.trading_day };
        match self.calendars.get_mut(e.calendar) {
            Some(known) => *known = calendar,
            None => self.calendars.push(e.set.calendar, calendar),
        }
        for index in 0..self.instruments.len() {
            let instrument = self.instrument_mut(index);
            if instrument.definition.calendar == e.set.calendar {
                instrument.calendar = Some(e.calendar);
                self.look_at_stops(index);
            }
        }
        self.agenda.days_changed = true;
        self.review();
    }

    pub(super) fn split_begun(&mut self, e: &SplitBegun) {
        let at = self.last.seq;
        let instrument = self.instrument_mut(e.instrument.0);
        instrument.split = Some((e.split.numerator, e.split.denominator, at));
        // The price of before sets nothing off, and judges nothing.
        instrument.reference = Reference::default();
        self.value_instrument(e.instrument);
        self.agenda.split.push(e.instrument);
        self.review();
    }

    /// Prices move stops that follow them, and set off those that they reach.
    pub(super) fn quote_updated(&mut self, e: &QuoteUpdated) {
        let time = self.last.time;
        let index = e.quote.instrument.0;
        let instrument = self.instrument_mut(index);
        let model::Quote { bid_px, ask_px, last_px, .. } = e.quote;
        (instrument.quoted_at, instrument.is_stale) = (time, false);
        let before = instrument.reference.px();
        instrument.reference = Reference { bid_px, ask_px, last_px, time, is_doubtful: false };
        instrument.doubted_px = Px::ZERO;
        let moved = instrument.reference.px() != before;
        if !instrument.trailing.is_empty() {
            self.move_trailing(index);
        }
        if moved {
            self.value_instrument(e.quote.instrument);
        }
        self.look_at_stops(index);
        self.pnl_quoted(e.quote.instrument);
    }

    /// The prices of before stay, for marks with their age; nothing is judged by them.
    pub(super) fn quote_doubted(&mut self, e: &QuoteDoubted) {
        let instrument = self.instrument_mut(e.quote.instrument.0);
        instrument.reference.is_doubtful = true;
        instrument.doubted_px = match e.doubt {
            QuoteDoubt::Jumped => px_of(&e.quote).unwrap_or(Px::ZERO),
            QuoteDoubt::OutOfRange | QuoteDoubt::Crossed => Px::ZERO,
        };
        self.value_instrument(e.quote.instrument);
    }

    /// What it is about is told of once.
    pub(super) fn alarmed(&mut self, e: &Alarmed) {
        if e.alarm == Alarm::StaleMark {
            self.instrument_mut(e.instrument.0).is_stale = true;
        }
    }

    /// Puts the instrument on the agenda if its price has reached a stop.
    pub(super) fn look_at_stops(&mut self, index: u32) {
        let State { instruments, triggers, agenda, .. } = self;
        let instrument = instruments.get_mut(index).expect("decide knows the instrument");
        let is_reached = [Side::Buy, Side::Sell].into_iter().any(|side| {
            let price = instrument.trigger_px(side);
            price.is_some_and(|price| triggers.is_reached(instrument.root(side), side, price))
        });
        if is_reached && instrument.is_due {
            instrument.is_due_again = true;
        } else if is_reached {
            instrument.is_due = true;
            agenda.triggers.push_back(index);
        }
    }

    pub(super) fn resolution_given(&mut self, e: &ResolutionGiven) {
        match e.outcome {
            Resolution::Proposed => self.proposals.put(e.resolution),
            Resolution::Approved => {
                self.proposals.remove(e.resolution.order_id);
                self.settled(e.resolution.order_id);
            }
            Resolution::NotInDoubt | Resolution::NotApplicable | Resolution::UnknownOrder => {}
        }
    }

    /// Two people have said how the order stands: it is in sight until the next loss of the connection, unless a request about it
    /// waits for its answer still.
    fn settled(&mut self, order_id: OrderId) {
        let Some(slot) = self.orders.find(order_id) else { return };
        let epoch = self.venues.epoch(self.orders.get(slot).venue);
        let order = self.orders.get_mut(slot);
        order.heard_epoch = epoch;
        if !order.is_unanswered() {
            order.sent_epoch = epoch;
        }
    }

    pub(super) fn instrument_mut(&mut self, index: u32) -> &mut Instrument {
        self.instruments.get_mut(index).expect("decide knows the instrument")
    }

    pub(super) fn account_mut(&mut self, account: AccountId) -> &mut Account {
        self.accounts.get_mut(account.0).expect("decide found the account")
    }
}
