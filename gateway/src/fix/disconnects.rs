//! Cancel on disconnect: when a session is gone and does not come back within its grace, the engine is told, and cancels those
//! of its orders that are not to outlive it.
//!
//! However a session went, by Logout, by a lost connection, by heartbeats that stayed away, its grace is the same, and a Logon
//! ends it. What went before in the same queue comes before: an order that was sent last is canceled too. After a restart nobody
//! is there; the sessions that have orders at work get their grace from the start on.

use model::{Command, SessionEnd, SessionEnded};

use super::desk::Desk;
use super::ended::Ended;
use super::session::DisconnectReason;
use super::slot::Slot;

/// Is the peer of a session there?
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Presence {
    /// It is not, and the engine knows, or it never was.
    #[default]
    Away,
    /// It is logged on.
    Here,
    /// It was; the engine is told so at this time, unless it comes back.
    Lost {
        /// How it went.
        how: SessionEnd,
        /// When its grace is over.
        until_ns: i64,
    },
}

impl Slot {
    /// The connection of a session that was there has ended.
    pub(super) fn lost(&mut self, how: SessionEnd, now_ns: i64) {
        self.presence = Presence::Lost { how, until_ns: now_ns.saturating_add(self.access.disconnect_grace_ns) };
    }

    /// Its last connection has ended so. A Logon that was refused meanwhile is no coming back, and no second going.
    pub(super) fn left(&mut self, why: Ended, now_ns: i64) {
        if self.presence != Presence::Here {
            return;
        }
        // Who only gets copies has no orders.
        if self.access.drop_copy.is_some() {
            self.presence = Presence::Away;
        } else {
            self.lost(how(why), now_ns);
        }
    }

    /// What the engine is to be told now.
    fn due(&self, now_ns: i64) -> Option<SessionEnd> {
        match self.presence {
            Presence::Lost { how, until_ns } if now_ns >= until_ns => Some(how),
            Presence::Lost { .. } | Presence::Here | Presence::Away => None,
        }
    }
}

impl Desk {
    /// Tells the engine of sessions whose grace is over. A full queue is tried again with the next look.
    pub(super) fn tell_of_lost(&mut self, now_ns: i64) {
        for slot in &mut self.slots {
            let Some(how) = slot.due(now_ns) else { continue };
            let ended = SessionEnded { session: slot.id, how, reserved: [0; 3] };
            if self.commands.try_push(Command::SessionEnded(ended)).is_err() {
                return;
            }
            slot.presence = Presence::Away;
            tracing::info!(session = %slot.target_comp_id, ?how, "session is gone; its orders follow its policy");
        }
    }
}

fn how(why: Ended) -> SessionEnd {
    match why {
        Ended::Session(
            DisconnectReason::LoggedOut | DisconnectReason::LogoutTimeout | DisconnectReason::OutOfHours,
        ) => SessionEnd::Logout,
        Ended::Session(DisconnectReason::HeartbeatTimeout) => SessionEnd::HeartbeatTimeout,
        _ => SessionEnd::ConnectionLost,
    }
}
