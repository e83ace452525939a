//! When the broker is in sight and when it is lost: hours and heartbeats, the end of a connection, numbers that begin again;
//! and what the engine hears of it.

use model::{Link, VenueLink};

use super::super::counters::count;
use super::desk::Desk;

impl Desk {
    /// The engine hears how the connection stands, in order with the reports.
    pub(super) fn link_is(&mut self, link: Link) {
        self.is_up = match link {
            Link::Up => true,
            Link::Down => false,
            Link::Void => self.is_up,
        };
        self.reports.send(VenueLink { venue: self.venue, link, reserved: [0; 3] }.into());
    }

    /// The numbers begin again: what was sent under the old ones, in either direction, can never be had again.
    pub(super) fn numbers_are_void(&mut self) {
        self.sent.reset();
        self.open.numbers_are_void();
        self.link_is(Link::Void);
    }

    /// Nothing leaves under the new numbers before their first reservation is durable, and this with it.
    fn begun_again(&mut self) {
        self.numbers_are_void();
        self.ledger.store(&mut self.slots);
    }

    /// Hours, heartbeats and time limits.
    pub(super) fn on_timer(&mut self, now_ns: i64) {
        let Desk { slots: [slot], link, .. } = self;
        let live = link.opened().filter(|connection| !connection.is_ending());
        let Some(connection) = live else {
            if slot.follow_hours(now_ns, None) {
                self.begun_again();
            }
            return;
        };
        slot.follow_hours(now_ns, Some(&mut connection.out));
        if let Some(why) = slot.session.on_timer(now_ns, &mut connection.out) {
            self.end(&format!("{why:?}"), now_ns);
        }
    }

    /// Says Logout and ends the connection.
    pub(super) fn logout(&mut self, text: &str, now_ns: i64) {
        let Desk { slots: [slot], link, .. } = self;
        if let Some(connection) = link.opened() {
            slot.session.logout(now_ns, text, &mut connection.out);
        }
        self.end(text, now_ns);
    }

    /// No more input; what is written still leaves.
    pub(super) fn end(&mut self, why: &str, now_ns: i64) {
        let Some(connection) = &mut self.link.connection else { return };
        if connection.is_ending() {
            return;
        }
        connection.end(now_ns);
        count(&self.counters.disconnects);
        let slot = &mut self.slots[0];
        tracing::info!(broker = %slot.target_comp_id, why, "connection to the broker ended");
        slot.disconnected(why.to_owned());
        if self.is_up {
            self.link_is(Link::Down);
        }
        let slot = &mut self.slots[0];
        self.open.lost_sight();
        // A refusal that comes on another connection may be of what was sent again, while the first one lives.
        self.sent.reset();
        if slot.reset_if_due(now_ns) {
            self.begun_again();
        }
        self.link.ended(now_ns);
    }

    /// Ends the connection without waiting for anything to leave.
    pub(super) fn drop_link(&mut self, why: &str, now_ns: i64) {
        self.end(why, now_ns);
        self.link.remove();
    }
}
