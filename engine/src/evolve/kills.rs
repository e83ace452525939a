//! Scopes that are stopped and let go, and the orders that live in them.

use model::{
    AttributionDefined, CancelRequested, KillProgressed, KillScope, Link, ScopeOutcome, ScopeState, ScopeStateSet,
    VenueId, VenueLinked,
};

use crate::kills::{ASK_AGAIN_NS, Kill, QUICK_PASSES, SLOW_PASS_NS, Seen};
use crate::state::State;

impl State {
    pub(super) fn attribution_defined(&mut self, e: &AttributionDefined) {
        self.scopes.define_trader(e.definition.trader, e.trader);
        self.scopes.define_strategy(e.definition.strategy, e.strategy);
        if e.strategy != crate::order::NONE {
            self.pnl.make_room(KillScope::Strategy, e.strategy);
        }
        let session = self.sessions.get_mut(e.session.0).expect("decide found the session");
        session.attribution = [e.trader, e.strategy];
    }

    pub(super) fn scope_state_set(&mut self, e: &ScopeStateSet) {
        if e.outcome != ScopeOutcome::Set {
            return;
        }
        let (scope, index) = (e.set.scope, e.index);
        self.scopes.set(scope, index, e.set.state, e.limit_number);
        self.kills.end(scope, index);
        if scope == KillScope::Strategy && e.set.state < e.before {
            self.pnl.forget_drifts(index);
        }
        if e.set.state == ScopeState::Killed {
            let (at, since) = (self.last.seq, self.last.time);
            let mut kill = Kill {
                at,
                since,
                scope,
                index,
                by: e.set.actor,
                live: e.live,
                live_at_start: e.live,
                came: 0,
                canceled: 0,
                filled: 0,
                ended: 0,
                asked: 0,
                retries: 0,
                seen: Seen::default(),
                cursor: None,
                seeing: Seen::default(),
                again: false,
                tell: false,
                passes: 0,
                next_pass: since,
            };
            kill.begin_pass(self.working());
            self.kills.begin(kill);
        }
        // What was held back is looked at again.
        if matches!(e.set.state, ScopeState::Active | ScopeState::Reducing) {
            self.agenda.halts_changed = true;
            self.review();
            (0..self.instruments.len()).for_each(|index| self.look_at_stops(index));
        }
    }

    pub(super) fn kill_progressed(&mut self, e: &KillProgressed) {
        let (working, now) = (self.working(), self.last.time);
        let Some(kill) = self.kills.iter_mut().find(|kill| kill.at == e.kill) else { return };
        assert_eq!(
            [kill.live, kill.canceled, kill.asked, kill.retries],
            [e.live, e.canceled, e.asked, e.retries],
            "what a step says of a kill is what the events of its frame add up to"
        );
        kill.tell = false;
        if kill.cursor.is_none() {
            return;
        }
        let seen = Seen { in_doubt: e.in_doubt, unreachable: e.unreachable, overdue: e.overdue };
        (kill.seeing, kill.cursor) = (seen, Some(e.cursor));
        if e.is_done == 1 {
            (kill.seen, kill.cursor) = (seen, None);
            kill.passes = kill.passes.saturating_add(1);
            let pause = if kill.passes < QUICK_PASSES { ASK_AGAIN_NS } else { SLOW_PASS_NS };
            kill.next_pass.0 = now.0.saturating_add(pause);
            if std::mem::take(&mut kill.again) {
                kill.begin_pass(working);
            }
        }
    }

    /// A venue was asked to cancel an order of a killed scope.
    pub(super) fn asked_to_kill(&mut self, slot: u32, e: &CancelRequested) {
        let now = self.last.time;
        let State { orders, kills, .. } = self;
        let order = orders.get_mut(slot);
        let keys = order.keys();
        let mut asks = 0;
        for kill in kills.iter_mut().filter(|kill| kill.covers(&keys)) {
            let before = kill.asks_for(order);
            *(if before == 0 { &mut kill.asked } else { &mut kill.retries }) += 1;
            asks = asks.max(before);
        }
        assert_eq!(e.order.order_id, order.view.order_id, "it is that order");
        order.kill_asks = asks.saturating_add(1);
        order.asked_at = now;
    }

    /// An order lives from now on, or does not any more.
    pub(super) fn lives(&mut self, slot: u32, lives: bool) {
        let working = self.working();
        let order = self.orders.get(slot);
        let (keys, status) = (order.keys(), order.view.ord_status);
        self.scopes.count(&keys, lives);
        self.kills.count(&keys, status, lives, working);
    }

    /// While anything lives, killed scopes are gone through again.
    pub(super) fn kills_ticked(&mut self) {
        let (working, now) = (self.working(), self.last.time);
        let due = |kill: &&mut Kill| kill.live > 0 && kill.cursor.is_none() && now >= kill.next_pass;
        self.kills.iter_mut().filter(due).for_each(|kill| kill.begin_pass(working));
    }

    /// What could not be asked of the venue is asked now.
    pub(super) fn venue_linked(&mut self, e: &VenueLinked) {
        self.venues.link(e.venue, e.link);
        if e.link != Link::Up {
            return;
        }
        let working = self.working();
        for kill in self.kills.iter_mut().filter(|kill| kill.live > 0) {
            kill.passes = 0;
            kill.begin_pass(working);
        }
    }

    /// The venue of an instrument or of a session is there to be killed.
    pub(super) fn venue_defined(&mut self, venue: VenueId) {
        self.scopes.make_room(KillScope::Venue, venue.0);
    }

    fn working(&self) -> u32 {
        u32::try_from(self.orders.working().len()).expect("slots fit 32 bits")
    }
}
