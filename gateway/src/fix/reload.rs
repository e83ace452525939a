//! Sessions added, changed and removed while the acceptor runs.
//!
//! The daemon reads the configuration and says here what it is now, whole. What a session may do changes at once, how it speaks at
//! its next Logon. A new session takes its first Logon when the journal has defined it; one that is gone is logged out, and
//! refused from then on. It keeps its numbers: its orders may still be filled, and it may be added again.

use model::{CompId, Seq};

use super::control::Control;
use super::desk::Desk;
use super::session::SessionConfig;
use super::settings::{Access, SessionSettings};
use super::slot::Slot;
use super::store::SessionRecord;
use super::template::Template;
use super::tls::TlsServer;

/// Text(58) of the Logout of a session that is no longer configured.
const REMOVED: &str = "session is removed from the configuration";

/// What the acceptor's sessions are from now on.
#[derive(Clone, Debug)]
pub struct NewSessions {
    /// All single ones.
    pub sessions: Vec<NewSession>,
    /// All families.
    pub templates: Vec<Template>,
    /// What the listener that speaks TLS shows from now on; `None` leaves it as it is.
    pub tls: Option<TlsServer>,
}

/// One session, by its name: its place in the journal may not be there yet.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// TargetCompID(56).
    pub target_comp_id: CompId,
    /// How it speaks.
    pub config: SessionConfig,
    /// Who may use it, when, and how much.
    pub access: Access,
}

/// The acceptor does not answer, or too many ask: nothing was changed, or all of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the FIX acceptor does not answer; ask again")]
pub struct AcceptorSilent;

impl Control {
    /// Tells the acceptor of its sessions, and waits until it knows.
    ///
    /// # Errors
    /// [`AcceptorSilent`]
    pub fn reload(&self, new: NewSessions) -> Result<(), AcceptorSilent> {
        self.ask_reload(Box::new(new)).ok_or(AcceptorSilent)
    }
}

impl Desk {
    /// The sessions are these from now on.
    pub(super) fn reload(&mut self, new: NewSessions, now_ns: i64) {
        let NewSessions { mut sessions, templates, tls } = new;
        self.templates = templates;
        self.new_tls = tls;
        for slot in &mut self.slots {
            let name = slot.target_comp_id;
            let ours = slot.sender_comp_id.as_str().as_bytes();
            let single = sessions.iter().position(|session| session.target_comp_id == name);
            let of_template =
                || self.templates.iter().find(|template| template.matches(ours, name.as_str().as_bytes()));
            let settings = match single {
                Some(place) => {
                    let NewSession { config, access, .. } = sessions.swap_remove(place);
                    Some(SessionSettings { session: slot.id, config, access })
                }
                None => of_template().map(|template| template.settings(slot.id, name)),
            };
            match settings {
                Some(settings) => slot.is_now(settings),
                None if !slot.is_removed => {
                    slot.is_removed = true;
                    tracing::info!(session = %name, "session removed");
                    if let Some(connection) = slot.connection.and_then(|c| self.connections[c].as_mut()) {
                        slot.session.logout(now_ns, REMOVED, &mut connection.out);
                    }
                }
                None => {}
            }
        }
        self.awaited = sessions;
        self.find_copies();
    }

    /// The journal has defined a session of this name: is it one that was added?
    pub(super) fn added(&mut self, session: model::SessionId, name: CompId) -> Option<Slot> {
        let place = self.awaited.iter().position(|awaited| awaited.target_comp_id == name)?;
        let NewSession { config, access, .. } = self.awaited.swap_remove(place);
        tracing::info!(session = %name, "session added");
        Some(self.slot_for(&SessionSettings { session, config, access }))
    }

    /// A slot while running; the store may know the session from before.
    pub(super) fn slot_for(&mut self, settings: &SessionSettings) -> Slot {
        let known = self.unused.iter().position(|(session, _)| *session == settings.session);
        let record: Option<SessionRecord> = known.map(|place| self.unused.swap_remove(place).1);
        let journal_end: Seq = self.mark.durable();
        Slot::new(settings, record, journal_end)
    }
}

impl Slot {
    /// It is configured so from now on.
    fn is_now(&mut self, settings: SessionSettings) {
        self.is_removed = false;
        self.may(settings.access);
        self.next_config = Some(settings.config);
        if self.connection.is_none() {
            self.take_next_config();
        }
    }
}
