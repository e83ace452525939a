//! The session's owner, as small as it can be: keeps what was sent, answers resends from it, minds the hours.

use gateway::fix::encode::Encoder;
use gateway::fix::message::FieldIndex;
use gateway::fix::schedule::Schedule;
use gateway::fix::session::{Resend, Session};

/// What an owner has beside the session.
#[derive(Default)]
pub(crate) struct Owner {
    /// Application messages sent, in the order of their numbers.
    stored: Vec<Vec<u8>>,
    schedule: Option<Schedule>,
    /// When the hours were last looked at.
    looked_ns: i64,
}

impl Owner {
    pub(crate) fn follow(&mut self, schedule: Schedule, now_ns: i64) {
        (self.schedule, self.looked_ns) = (Some(schedule), now_ns);
    }

    pub(crate) fn store(&mut self, message: &[u8]) {
        self.stored.push(message.to_vec());
    }

    /// The numbers began again: nothing can be asked for any more.
    pub(crate) fn forget(&mut self) {
        self.stored.clear();
    }

    pub(crate) fn resend(&self, now_ns: i64, mut resend: Resend, session: &mut Session, out: &mut Encoder) {
        let mut index = FieldIndex::new();
        for bytes in &self.stored {
            let message = index.parse(bytes).expect("what we wrote");
            session.resend_message(now_ns, &mut resend, &message, out);
        }
        session.resend_end(now_ns, &mut resend, out);
    }

    /// Closes and opens the session at its hours, and starts its numbers again with each window.
    pub(crate) fn mind_hours(&mut self, now_ns: i64, session: &mut Session, out: &mut Encoder) {
        let Some(schedule) = &self.schedule else { return };
        let begun = schedule.has_begun_since(self.looked_ns, now_ns);
        self.looked_ns = now_ns;
        if begun {
            session.reset_at_next_logon();
            session.logout(now_ns, "a new session begins", out);
        }
        match (schedule.is_open(now_ns), session.is_open()) {
            (false, true) => session.close_for(now_ns, "outside the session's hours", out),
            (true, false) => session.open(),
            _ => {}
        }
    }
}
