//! Drop copy: a session that sends no orders and hears what others hear of theirs, for a risk desk or a clearing firm.
//!
//! It gets every ExecutionReport(8) of the sessions and accounts that it names, busts and corrections among them; not the
//! answers to status requests, which change nothing. Each copy says CopyMsgIndicator(797)=Y from FIX 4.4 on, and whose order it
//! is in OnBehalfOfCompID(115); its ExecID(17) is that of the report. The session has numbers of its own, and what it missed it
//! asks for like any other. Each of its messages is noted apart (see [`super::numbering`]), so a resend tells the same events
//! also where the session has been configured to hear of others meanwhile.

use journal::Frame;
use model::{AccountId, CompId, EngineTime, Event, ExecId, ExecType, SessionId};

use super::desk::Desk;
use super::encode::Encoder;
use super::report::{self, Names};
use super::resend::Teller;
use super::version::Version;
use super::{msg_type, tag};

/// Text(58) for whoever sends an order on such a session.
pub(super) const NO_ORDERS: &str = "a drop copy session takes no application messages";

/// Whose reports are copied. A name that ends with `*` stands for all that begin so.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DropCopy {
    /// TargetCompIDs of sessions.
    pub sessions: Vec<String>,
    /// Accounts, whatever session their orders came from, or none.
    pub accounts: Vec<String>,
}

impl DropCopy {
    /// Is a report copied that tells the event?
    fn hears(&self, event: &Event, names: &Names) -> bool {
        let Some(session) = copied(event) else { return false };
        let of = |patterns: &[String], name: &[u8]| {
            !name.is_empty() && patterns.iter().any(|pattern| is_of(pattern.as_bytes(), name))
        };
        of(&self.sessions, names.session(session)) || of(&self.accounts, account(event, names))
    }
}

fn is_of(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.strip_suffix(b"*") {
        Some(prefix) => name.starts_with(prefix),
        None => pattern == name,
    }
}

/// The session whose order the event is about, where the report of it is one that is copied.
fn copied(event: &Event) -> Option<SessionId> {
    let (session, exec_type) = event.execution_report()?;
    (exec_type != ExecType::OrderStatus).then_some(session)
}

fn account<'a>(event: &'a Event, names: &'a Names) -> &'a [u8] {
    match event {
        Event::OrderRefused(refused) => refused.account.as_bytes(),
        other => names.account(other.order().map_or(AccountId::NONE, |order| order.account)),
    }
}

/// Tells a drop copy session, of others' orders and, where it once had some, of its own.
pub(super) struct ToDropCopy<'a> {
    pub(super) session: SessionId,
    pub(super) version: Version,
    pub(super) names: &'a Names,
}

impl Teller for ToDropCopy<'_> {
    fn msg_type(&self, event: &Event) -> Option<&'static [u8]> {
        if event.session() == Some(self.session) {
            return report::msg_type(event);
        }
        copied(event).map(|_| msg_type::EXECUTION_REPORT)
    }

    fn write_body(&self, event: &Event, exec_id: ExecId, time: EngineTime, out: &mut Encoder) {
        let owner = event.session().filter(|owner| *owner != self.session);
        if let Some(owner) = owner {
            // The last field of the header.
            out.field_bytes(tag::ON_BEHALF_OF_COMP_ID, self.names.session(owner));
        }
        report::write_body(self.version, event, exec_id, time, self.names, out);
        if owner.is_some() && self.version != Version::Fix42 {
            out.field_flag(tag::COPY_MSG_INDICATOR, true);
        }
    }
}

impl Desk {
    /// Which sessions get copies, after something was configured.
    pub(super) fn find_copies(&mut self) {
        for slot in &mut self.slots {
            slot.numbering.note_apart(slot.access.drop_copy.is_some());
        }
        let takes = |index: &usize| !self.slots[*index].is_removed && self.slots[*index].access.drop_copy.is_some();
        self.copies = (0..self.slots.len()).filter(takes).collect();
    }

    /// The event to all who get a copy of its report.
    pub(super) fn copy(&mut self, frame: &Frame<'_>, index: u8, event: &Event, now_ns: i64) {
        for place in 0..self.copies.len() {
            let to = self.copies[place];
            let slot = &self.slots[to];
            let is_own = event.session() == Some(slot.id);
            let hears = slot.access.drop_copy.as_ref().is_some_and(|copy| copy.hears(event, &self.names));
            if hears && !is_own {
                self.report(to, frame, index, event, now_ns);
            }
        }
    }
}

impl Names {
    /// The TargetCompID(56) of a session; empty where there is none.
    pub(super) fn session(&self, session: SessionId) -> &[u8] {
        self.sessions.get(session.0 as usize).map_or(&[], CompId::as_bytes)
    }
}
