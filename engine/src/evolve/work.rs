//! Work that goes on in steps: how it begins, and how far it has come.

use model::{
    AccountId, InstrumentId, MassCancelReported, MassStatusBegun, OrderId, Seq, SessionId, SessionLost, Side,
    TimeInForce, Work, WorkAdvanced,
};

use crate::agenda::{Filter, MassStatus, NEVER};
use crate::state::State;

impl State {
    /// All working orders are gone through, from the last to the first.
    pub(super) fn review(&mut self) {
        self.agenda.review(self.last.seq, self.orders.working().len());
    }

    /// An order can be filled again that could not be when others of its kind were gone through: its day may be over, its
    /// instrument halted, its time past. Rare: a bust, or a replace of an order that was filled.
    pub(super) fn review_revived(&mut self, slot: u32) {
        let order = self.orders.get(slot);
        if order.standing().can_fill() {
            self.agenda.days_changed = true;
            self.agenda.halts_changed = true;
            if order.view.time_in_force == TimeInForce::GoodTillDate {
                self.agenda.watch(order.view.expire_time);
            }
            self.review();
        }
    }

    pub(super) fn mass_cancel_reported(&mut self, e: &MassCancelReported) {
        self.count_message(e.session);
        if e.request == Seq(0) {
            return;
        }
        self.agenda.mass_cancels.push(filter(e.session, e.instrument, e.of_account, e.side, e.request));
        self.review();
    }

    pub(super) fn mass_status_begun(&mut self, e: &MassStatusBegun) {
        self.agenda.status.push_back(MassStatus {
            filter: filter(e.session, e.instrument, e.of_account, e.side, e.request),
            mass_status_req_id: e.mass_status_req_id,
            tot_num_reports: e.tot_num_reports,
            cursor: self.orders.working().len(),
            held_back: OrderId(0),
        });
    }

    pub(super) fn session_lost(&mut self, e: &SessionLost) {
        let at = self.last.seq;
        let session = self.sessions.get_mut(e.session.0).expect("decide found the session");
        if session.lost_at.replace(at).is_none() {
            self.agenda.lost.push(e.session);
        }
        self.review();
    }

    /// ExpireTimes that Millrace watches.
    pub(super) fn ticked(&mut self) {
        self.kills_ticked();
        if self.last.time >= self.agenda.next_expiry && self.agenda.review.is_none() {
            self.review();
        }
    }

    pub(super) fn work_advanced(&mut self, e: &WorkAdvanced) {
        match e.work {
            Work::Triggers => self.triggers_advanced(e),
            Work::Close => self.close_advanced(e.cursor),
            Work::Positions => self.action_advanced(e.cursor, e.is_done == 1),
            Work::Contingency => self.contingency_advanced(),
            Work::Marks => self.marks_advanced(e.cursor),
            Work::Values => self.values_advanced(),
            Work::Review => self.review_advanced(e),
            Work::MassStatus => {
                if e.is_done == 1 {
                    self.agenda.status.pop_front();
                } else if let Some(status) = self.agenda.status.front_mut() {
                    status.cursor = e.cursor as usize;
                    status.held_back = e.held_back;
                }
            }
        }
    }

    fn triggers_advanced(&mut self, e: &WorkAdvanced) {
        self.agenda.last_stop = (e.is_done == 0 && e.held_back != OrderId(0)).then_some(e.held_back);
        if e.is_done == 1
            && let Some(index) = self.agenda.triggers.pop_front()
        {
            let instrument = self.instrument_mut(index);
            instrument.is_due = false;
            if std::mem::take(&mut instrument.is_due_again) {
                self.look_at_stops(index);
            }
        }
    }

    fn review_advanced(&mut self, e: &WorkAdvanced) {
        let agenda = &mut self.agenda;
        agenda.expiry_seen = agenda.expiry_seen.min(e.next_expiry);
        // What this very step has changed begins it anew.
        if agenda.begun == self.last.seq {
            return;
        }
        agenda.review = Some(e.cursor as usize);
        agenda.acted |= e.acted == 1;
        if e.is_done == 0 {
            if e.cursor == 0 {
                agenda.acted = false;
                agenda.review = Some(self.orders.working().len());
            }
            return;
        }
        agenda.review = None;
        agenda.next_expiry = std::mem::replace(&mut agenda.expiry_seen, NEVER);
        agenda.mass_cancels.clear();
        agenda.days_changed = false;
        agenda.halts_changed = false;
        for session in agenda.lost.drain(..) {
            self.sessions.get_mut(session.0).expect("decide found the session").lost_at = None;
        }
        agenda.split.clear();
    }
}

fn filter(session: SessionId, instrument: InstrumentId, account: AccountId, side: u8, before: Seq) -> Filter {
    Filter {
        session,
        instrument: (instrument != InstrumentId::NONE).then_some(instrument),
        account: (account != AccountId::NONE).then_some(account),
        side: Side::from_value(side),
        before,
    }
}
