//! The kill switch, as the twin understands it: what is stopped, who may say so, and who is asked when.

use model::{CancelCause, KillScope, OrdStatus, ScopeOutcome, ScopeState, SetScopeState, Side, VenueId};

use crate::market::{BROKER, SESSIONS, STRATEGY, SYMBOLS, TRADERS};
use crate::order::{Ended, Order};
use crate::said::Said;
use crate::twin::Twin;

const SECOND: i64 = 1_000_000_000;

/// A killed scope.
#[derive(Clone, Debug)]
pub(crate) struct Kill {
    pub(crate) scope: KillScope,
    pub(crate) index: u32,
    since: i64,
    by: String,
    pub(crate) at_start: u32,
    pub(crate) came: u32,
    pub(crate) canceled: u32,
    pub(crate) filled: u32,
    pub(crate) ended: u32,
    pub(crate) asked: u32,
    pub(crate) retries: u32,
    passes: u32,
    next_pass: i64,
    pass: bool,
}

fn in_scope(order: &Order, venue: u32, scope: KillScope, index: u32) -> bool {
    match scope {
        KillScope::Firm => true,
        KillScope::Venue => venue == index,
        KillScope::Session | KillScope::Trader => order.session == index,
        KillScope::Account => order.account == index,
        KillScope::Strategy => true,
        KillScope::Instrument => order.instrument == index,
    }
}

impl Twin {
    fn venue(&self, instrument: u32) -> u32 {
        if self.instruments[instrument as usize].broker { BROKER.0 } else { VenueId::PAPER.0 }
    }

    fn is_in(&self, order: &Order, scope: KillScope, index: u32) -> bool {
        in_scope(order, self.venue(order.instrument), scope, index)
    }

    /// Live orders of a scope.
    pub(crate) fn live(&self, scope: KillScope, index: u32) -> u32 {
        self.orders.values().filter(|order| order.open() && self.is_in(order, scope, index)).count() as u32
    }

    /// The states of the scopes that orders of a session in an instrument are in, the widest first.
    fn states(&self, session: u32, account: u32, instrument: u32) -> Vec<(KillScope, ScopeState)> {
        let index = |scope| match scope {
            KillScope::Firm | KillScope::Strategy => 0,
            KillScope::Venue => self.venue(instrument),
            KillScope::Session | KillScope::Trader => session,
            KillScope::Account => account,
            KillScope::Instrument => instrument,
        };
        let state = |scope| self.stopped.get(&(scope, index(scope))).copied().unwrap_or(ScopeState::Active);
        KillScope::ALL.iter().map(|scope| (*scope, state(*scope))).collect()
    }

    /// The check that refuses whatever is new there, if one does.
    pub(crate) fn stopped_by(&self, session: u32, account: u32, instrument: u32) -> Option<&'static str> {
        let states = self.states(session, account, instrument);
        let killed = |scope| states.contains(&(scope, ScopeState::Killed));
        // The account's check is the oldest of them, and comes first.
        let checks = [
            (KillScope::Account, "KILLED_ACCOUNT"),
            (KillScope::Firm, "KILLED_FIRM"),
            (KillScope::Venue, "KILLED_VENUE"),
            (KillScope::Session, "KILLED_SESSION"),
            (KillScope::Trader, "KILLED_TRADER"),
            (KillScope::Strategy, "KILLED_STRATEGY"),
            (KillScope::Instrument, "KILLED_INSTRUMENT"),
        ];
        let first = checks.into_iter().find(|(scope, _)| killed(*scope)).map(|(_, check)| check);
        first.or(states.iter().any(|(_, state)| *state == ScopeState::Halted).then_some("HALTED"))
    }

    /// Would the order, or the replace, make more of a position where only less may be made? `open`: what it may trade at worst;
    /// `own`: the order that it replaces.
    pub(crate) fn increases(&self, own: Option<u64>, of: (u32, u32, u32), side: Side, open: i64) -> bool {
        let (session, account, instrument) = of;
        let reducing =
            self.states(session, account, instrument).iter().any(|(_, state)| *state == ScopeState::Reducing);
        let same = |order: &Order| (order.account, order.instrument) == (account, instrument);
        let others: i64 = self
            .orders
            .iter()
            .filter(|(number, order)| Some(**number) != own && same(order) && order.side == side)
            .map(|(_, order)| order.exposure())
            .sum();
        let signed = |order: &Order| if order.side == Side::Buy { order.cum() } else { -order.cum() };
        let traded: i64 = self.orders.values().filter(|order| same(order)).map(signed).sum();
        let position = traded + self.added((account, instrument));
        let reducible = if side == Side::Buy { -position } else { position };
        reducing && others + open > reducible.max(0)
    }

    /// May what is held go out, as far as kill switches go?
    pub(crate) fn lets_go(&self, order: &Order) -> bool {
        self.states(order.session, order.account, order.instrument)
            .iter()
            .all(|(_, state)| matches!(state, ScopeState::Active | ScopeState::Reducing))
    }

    pub(crate) fn set_scope(&mut self, c: &SetScopeState) -> Vec<Said> {
        let name = c.name.as_str();
        let at = |names: &[&str]| names.iter().position(|known| *known == name).map(|index| index as u32);
        let index = match c.scope {
            KillScope::Firm => Some(0),
            KillScope::Venue => (name == "paper").then_some(0),
            KillScope::Session => at(&SESSIONS),
            KillScope::Account => at(&["A", "B"]),
            KillScope::Trader => at(&TRADERS),
            KillScope::Strategy => at(&[STRATEGY]),
            KillScope::Instrument => at(&SYMBOLS),
        };
        let Some(index) = index else {
            return vec![Said::Scope { outcome: ScopeOutcome::UnknownScope, live: 0 }];
        };
        let key = (c.scope, index);
        let before = self.stopped.get(&key).copied().unwrap_or(ScopeState::Active);
        let who = c.actor.as_str().trim().to_lowercase();
        let live = self.live(c.scope, index);
        let killed_by = self.kills.iter().find(|kill| (kill.scope, kill.index) == key).map(|kill| kill.by.clone());
        let outcome = if who.is_empty() {
            ScopeOutcome::NoActor
        } else if before == c.state {
            ScopeOutcome::Unchanged
        } else if killed_by.as_deref() == Some(&who) {
            ScopeOutcome::SamePerson
        } else {
            ScopeOutcome::Set
        };
        if outcome == ScopeOutcome::Set {
            self.stopped.insert(key, c.state);
            self.kills.retain(|kill| (kill.scope, kill.index) != key);
            if c.state == ScopeState::Killed {
                self.kills.push(Kill {
                    scope: c.scope,
                    index,
                    since: self.now,
                    by: who,
                    at_start: live,
                    came: 0,
                    canceled: 0,
                    filled: 0,
                    ended: 0,
                    asked: 0,
                    retries: 0,
                    passes: 0,
                    next_pass: self.now,
                    pass: true,
                });
            }
        }
        vec![Said::Scope { outcome, live }]
    }

    pub(crate) fn tick(&mut self) {
        for at in 0..self.kills.len() {
            let Kill { scope, index, next_pass, .. } = self.kills[at];
            self.kills[at].pass |= self.live(scope, index) > 0 && self.now >= next_pass;
        }
    }

    /// The broker can be reached, or cannot.
    pub(crate) fn link(&mut self, up: bool) {
        self.broker_is_there = up;
        for at in 0..self.kills.len() {
            let Kill { scope, index, .. } = self.kills[at];
            if up && self.live(scope, index) > 0 {
                (self.kills[at].pass, self.kills[at].passes) = (true, 0);
            }
        }
    }

    /// Counts the orders that came to life and those that ended since it was looked last.
    pub(crate) fn count_lives(&mut self) {
        let open = |order: &Order| order.open();
        for (number, order) in &self.orders {
            let was = self.were_open.contains(number);
            if was == open(order) {
                continue;
            }
            let venue = if self.instruments[order.instrument as usize].broker { BROKER.0 } else { VenueId::PAPER.0 };
            for kill in self.kills.iter_mut().filter(|kill| in_scope(order, venue, kill.scope, kill.index)) {
                match (was, order.status()) {
                    (false, _) => (kill.came, kill.pass) = (kill.came + 1, true),
                    (true, OrdStatus::Canceled) => kill.canceled += 1,
                    (true, OrdStatus::Filled) => kill.filled += 1,
                    (true, _) => kill.ended += 1,
                }
            }
            if was {
                self.were_open.remove(number);
            } else {
                self.were_open.insert(*number);
            }
        }
    }

    /// Goes through the killed scopes that are to be gone through.
    pub(crate) fn pass_over_kills(&mut self) -> Vec<Said> {
        let mut said = Vec::new();
        for at in 0..self.kills.len() {
            if !std::mem::take(&mut self.kills[at].pass) {
                continue;
            }
            let Kill { scope, index, since, .. } = self.kills[at];
            let numbers: Vec<u64> = self
                .orders
                .iter()
                .filter(|(_, order)| order.open() && self.is_in(order, scope, index))
                .map(|(number, _)| *number)
                .collect();
            for number in numbers {
                said.extend(self.kill_order(number, since));
            }
            let kill = &mut self.kills[at];
            kill.passes += 1;
            kill.next_pass = self.now + if kill.passes < 15 { 2 * SECOND } else { 30 * SECOND };
        }
        self.count_lives();
        said
    }

    fn kill_order(&mut self, number: u64, since: i64) -> Option<Said> {
        let order = self.order(number).clone();
        if !order.fillable() {
            return None;
        }
        if order.held() {
            self.end(number, Ended::Canceled);
            return Some(self.say_with("canceled", number, "Kill".to_owned()));
        }
        let broker = self.instruments[order.instrument as usize].broker;
        let is_early = order.kill_asked >= since && self.now - order.kill_asked < 2 * SECOND;
        if is_early || (broker && !self.broker_is_there) {
            return None;
        }
        let venue = self.venue(order.instrument);
        for kill in self.kills.iter_mut().filter(|kill| in_scope(&order, venue, kill.scope, kill.index)) {
            *(if order.kill_asked < kill.since { &mut kill.asked } else { &mut kill.retries }) += 1;
        }
        let order = self.orders.get_mut(&number).expect("it is there");
        (order.ending, order.kill_asked) = (Some(CancelCause::Kill), self.now);
        order.cancels_out += 1;
        let own = order.id.clone();
        Some(self.say_to("cancel requested", number, "", &own, "Kill"))
    }
}
