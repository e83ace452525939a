//! Sessions that nobody configured one by one: a template takes any TargetCompID with its prefix, up to a bound.
//!
//! The first Logon of a new name, once its address and password are right, becomes a `DefineSession` command, so that the
//! journal knows the session like any other. The Logon waits for that frame. After a restart the session is there at once.

use model::{AccountName, CancelOnDisconnect, Command, CompId, DefineSession, PendingReplaces, SessionDefined};

use xxhash_rust::xxh3::xxh3_64;

use super::desk::Desk;
use super::session::SessionConfig;
use super::settings::{Access, SessionSettings};

/// A family of sessions.
#[derive(Clone, Debug)]
pub struct Template {
    /// What every TargetCompID(56) of it begins with, with something behind it.
    pub prefix: CompId,
    /// Our CompID on its sessions.
    pub sender_comp_id: CompId,
    /// Most sessions that it makes.
    pub sessions_max: usize,
    /// Accounts of orders that name none, each session with one of them by its name; not empty.
    pub accounts: Vec<AccountName>,
    /// Most new orders and replaces within one second.
    pub messages_per_second: u32,
    /// What its sessions have in common; the peer's CompID is put in for each.
    pub config: SessionConfig,
    /// What becomes of a replace while another one is pending.
    pub pending_replaces: PendingReplaces,
    /// Which orders are canceled when the session is lost.
    pub cancel_on_disconnect: CancelOnDisconnect,
    /// Who may use them, when, and how much: the same for all.
    pub access: Access,
}

impl Template {
    /// Is a session of this name one of its?
    pub fn matches(&self, sender_comp_id: &[u8], target_comp_id: &[u8]) -> bool {
        let prefix = self.prefix.as_str().as_bytes();
        sender_comp_id == self.sender_comp_id.as_str().as_bytes()
            && target_comp_id.starts_with(prefix)
            && target_comp_id.len() > prefix.len()
    }

    /// Settings of a session of its.
    pub fn settings(&self, session: model::SessionId, target_comp_id: CompId) -> SessionSettings {
        let config = SessionConfig { target_comp_id: target_comp_id.as_str().as_bytes().into(), ..self.config.clone() };
        SessionSettings { session, config, access: self.access.clone() }
    }

    /// What the engine is told of its session of this name. The account hangs on the name alone: whoever else comes or goes, and
    /// whenever it is told again, the session's orders stay where they were.
    pub fn definition(&self, target_comp_id: CompId) -> DefineSession {
        let place = xxh3_64(target_comp_id.as_bytes()) % self.accounts.len().max(1) as u64;
        DefineSession {
            sender_comp_id: self.sender_comp_id,
            target_comp_id,
            account: self.accounts.get(place as usize).copied().unwrap_or(AccountName::EMPTY),
            messages_per_second: self.messages_per_second,
            pending_replaces: self.pending_replaces,
            cancel_on_disconnect: self.cancel_on_disconnect,
            reserved: [0; 2],
        }
    }
}

impl Desk {
    /// Has the engine define a session of the template, if there is room for one more. True if it is on its way.
    pub(super) fn define(&mut self, template: usize, target_comp_id: CompId) -> bool {
        if self.defining.contains(&target_comp_id) {
            return true;
        }
        let Some(of) = self.templates.get(template) else { return false };
        let is_its = |name: &CompId| of.matches(of.sender_comp_id.as_str().as_bytes(), name.as_str().as_bytes());
        let names = self.slots.iter().map(|slot| &slot.target_comp_id).chain(&self.defining);
        let place = names.filter(|name| is_its(name)).count();
        if place >= of.sessions_max {
            tracing::warn!(session = %target_comp_id, prefix = %of.prefix, "template has no room for another session");
            return false;
        }
        // A full queue: the Logon waits and tries again.
        if self.commands.try_push(Command::DefineSession(of.definition(target_comp_id))).is_ok() {
            self.defining.push(target_comp_id);
        }
        true
    }

    /// The journal defines a session: if a template asked for it, or it was added while running, it gets its place here.
    pub(super) fn defined(&mut self, event: &SessionDefined, now_ns: i64) {
        if self.slot_of(event.session).is_some() {
            return;
        }
        let target = event.definition.target_comp_id;
        if let Some(mut slot) = self.added(event.session, target) {
            slot.follow_hours(now_ns, None);
            self.defining.retain(|name| *name != target);
            return self.add_slot(slot);
        }
        let Some(asked) = self.defining.iter().position(|name| *name == target) else { return };
        let ours = event.definition.sender_comp_id.as_str().as_bytes();
        let found = self.templates.iter().find(|template| template.matches(ours, target.as_str().as_bytes()));
        if let Some(template) = found {
            self.defining.swap_remove(asked);
            let settings = template.settings(event.session, target);
            let mut slot = self.slot_for(&settings);
            slot.follow_hours(now_ns, None);
            self.add_slot(slot);
            tracing::info!(session = %target, "session defined by its template");
        }
    }
}
