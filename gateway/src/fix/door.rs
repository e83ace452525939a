//! Who comes in: which connections are taken at all, and which Logon(A) gets its session.
//!
//! Before the Logon a connection costs a socket and little else. Addresses that may not come, that failed too often, or
//! that have enough connections already are closed before anything is read from them.

use std::net::IpAddr;

use model::CompId;

use super::addresses::{is_allowed, place};
use super::auth::Standing;
use super::counters::count;
use super::desk::Desk;
use super::encode::Encoder;
use super::ended::Ended;
use super::lockout::Who;
use super::message::Message;
use super::session::{BadLogonAnswer, DisconnectReason, write_refusal};
use super::slot::Slot;
use super::template::Template;
use super::{msg_type, tag};

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub(super) all_max: usize,
    pub(super) per_address_max: usize,
    pub(super) before_logon_max: usize,
    pub(super) before_logon_per_address_max: usize,
}

/// What a Logon comes to.
pub(super) enum Bound {
    /// The connection has its session, which looks at the Logon next.
    Yes,
    /// Its password is being verified.
    Waiting,
    /// It has none.
    No(Ended),
}

impl Desk {
    /// May this address have one more connection? If not, why.
    pub(super) fn may_connect(&self, address: IpAddr, places: Places, now_ns: i64) -> Result<(), &'static str> {
        if !is_allowed(&self.allowed, address) {
            count(&self.counters.addresses_refused);
            return Err("address is not allowed");
        }
        let here = place(address);
        if self.lockout.is_locked(Who::Address(here), now_ns) {
            count(&self.counters.locked_out);
            return Err("address is locked out after failures");
        }
        let (mut all, mut of_address, mut before_logon, mut before_logon_of_address) = (0, 0, 0, 0);
        for connection in self.connections.iter().flatten() {
            let same = usize::from(place(connection.peer.ip()) == here);
            let waits = usize::from(connection.slot.is_none() && !connection.is_ending());
            all += 1;
            of_address += same;
            before_logon += waits;
            before_logon_of_address += same * waits;
        }
        match () {
            () if all >= places.all_max => Err("too many connections"),
            () if of_address >= places.per_address_max => Err("too many connections from one address"),
            () if before_logon >= places.before_logon_max => Err("too many connections before logon"),
            () if before_logon_of_address >= places.before_logon_per_address_max => {
                Err("too many connections before logon from one address")
            }
            () => Ok(()),
        }
    }

    /// Notes what has been verified since.
    pub(super) fn take_answers(&mut self) {
        while let Some((ticket, right)) = self.verifier.answer() {
            let asked = self.connections.iter_mut().flatten();
            if let Some(connection) = { asked }.find(|asked| asked.standing == Standing::Waiting(ticket)) {
                connection.standing = Standing::Answered(right);
            }
        }
    }

    /// The first message of a connection: finds its session, or says why there is none.
    pub(super) fn bind(&mut self, c: usize, len: usize, now_ns: i64) -> Bound {
        let peers_turn = self.is_turn(c);
        let Desk { connections, slots, templates, index, counters, lockout, verifier, .. } = self;
        let Some(connection) = &mut connections[c] else { return Bound::No(Ended::PeerClosed) };
        let (peer, mut standing, is_encrypted) = (connection.peer, connection.standing, connection.is_encrypted());
        let (input, out, names) = connection.input_out_and_names();
        index.use_custom_tags(None);
        let Ok(message) = index.parse(&input[..len]) else {
            return Bound::No(Ended::Session(DisconnectReason::GarbledLogon));
        };
        if message.msg_type() != msg_type::LOGON {
            return Bound::No(Ended::Session(DisconnectReason::FirstMessageNotLogon));
        }
        // Whoever is unknown gets no answer: it is to learn nothing about which names exist.
        let Some(asked) = Asked::by(&message, slots, templates) else {
            count(&counters.unknown_comp_ids);
            return Bound::No(Ended::UnknownCompIds);
        };
        let (id, access, config) = match asked {
            Asked::Slot(found) => (Some(slots[found].id), &slots[found].access, slots[found].session.config()),
            Asked::New(template, _) => (None, &templates[template].access, &templates[template].config),
        };
        let (version, answer) = (config.version, config.bad_logon_answer);
        if !is_allowed(&access.allowed, peer.ip()) {
            count(&counters.addresses_refused);
            return Bound::No(Ended::AddressRefused);
        }
        let theirs = message.get(tag::SENDER_COMP_ID).unwrap_or_default();
        if names.is_some_and(|names| !names.has(theirs)) {
            let comp_id = String::from_utf8_lossy(theirs);
            tracing::warn!(%peer, %comp_id, "logon refused: the certificate does not name this CompID");
            return Bound::No(Ended::NotItsCertificate);
        }
        if access.tls_required && !is_encrypted {
            tracing::warn!(%peer, "logon refused: the session must come over TLS");
            return Bound::No(Ended::NotEncrypted);
        }
        if id.is_some_and(|id| lockout.is_locked(Who::Session(id), now_ns)) {
            count(&counters.locked_out);
            refuse(answer, now_ns, &message, "session is locked out after failed logons, try again later", out);
            return Bound::No(Ended::LockedOut);
        }
        if let Some(credentials) = &access.credentials {
            if standing == Standing::Unasked && peers_turn {
                let of = |tag| message.get(tag).unwrap_or_default();
                let ticket = verifier.ask(credentials, of(tag::USERNAME), of(tag::PASSWORD));
                standing = ticket.map_or(standing, Standing::Waiting);
            }
            match standing {
                Standing::Unasked | Standing::Waiting(_) => {
                    connection.standing = standing;
                    return Bound::Waiting;
                }
                Standing::Answered(false) => {
                    count(&counters.authentication_failures);
                    refuse(answer, now_ns, &message, "username or password is wrong", out);
                    if let Some(id) = id
                        && lockout.failed(Who::Session(id), now_ns)
                    {
                        tracing::warn!(session = id.0, "session locked out after failed logons");
                    }
                    return Bound::No(Ended::AuthenticationFailed);
                }
                Standing::Answered(true) => {
                    id.into_iter().for_each(|id| lockout.passed(Who::Session(id)));
                    lockout.passed(Who::Address(place(peer.ip())));
                }
            }
        }
        if message.begin_string() != version.begin_string() {
            let theirs = String::from_utf8_lossy(message.begin_string());
            tracing::warn!(%peer, %theirs, ours = version.name(), "logon with the wrong BeginString(8) refused");
            refuse(answer, now_ns, &message, &format!("session speaks {}", version.name()), out);
            return Bound::No(Ended::WrongVersion);
        }
        let found = match asked {
            Asked::Slot(found) => found,
            Asked::New(template, name) => {
                return if self.define(template, name) { Bound::Waiting } else { Bound::No(Ended::TemplateFull) };
            }
        };
        let slot = &mut slots[found];
        if slot.connection.is_some() {
            count(&counters.second_logons);
            tracing::warn!(session = %slot.target_comp_id, %peer, "second logon for a live session refused");
            refuse(answer, now_ns, &message, "session is already logged on", out);
            return Bound::No(Ended::SecondLogon);
        }
        if slot.being_set {
            refuse(answer, now_ns, &message, "sequence numbers are being set, try again", out);
            return Bound::No(Ended::NumbersBeingSet);
        }
        slot.follow_hours(now_ns, None);
        slot.connection = Some(c);
        connection.slot = Some(found);
        connection.admitted();
        slot.session.connected(now_ns, &mut connection.out);
        Bound::Yes
    }

    /// One verification at a time for each address, so that one place cannot have the queue to itself.
    fn is_turn(&self, c: usize) -> bool {
        let here = self.connections[c].as_ref().map(|connection| place(connection.peer.ip()));
        let mut waiting =
            self.connections.iter().flatten().filter(|other| matches!(other.standing, Standing::Waiting(_)));
        waiting.all(|other| other.is_ending() || Some(place(other.peer.ip())) != here)
    }

    /// A connection ended for this reason before it had a session: is that one failure more?
    pub(super) fn note_failure(&mut self, address: IpAddr, why: Ended, now_ns: i64) {
        let failed = matches!(
            why,
            Ended::UnknownCompIds
                | Ended::AddressRefused
                | Ended::AuthenticationFailed
                | Ended::HandshakeFailed
                | Ended::NotItsCertificate
                | Ended::Session(DisconnectReason::GarbledLogon | DisconnectReason::FirstMessageNotLogon)
        );
        if failed && self.lockout.failed(Who::Address(place(address)), now_ns) {
            tracing::warn!(%address, ?why, "address locked out after failures");
        }
    }
}

/// Says why there is no session, where the session is one that answers.
fn refuse(answer: BadLogonAnswer, now_ns: i64, logon: &Message<'_>, text: &str, out: &mut Encoder) {
    match answer {
        BadLogonAnswer::Logout => write_refusal(now_ns, logon, text, out),
        BadLogonAnswer::Silence => {}
    }
}

/// Whose Logon it is.
#[derive(Clone, Copy)]
enum Asked {
    /// A session's, by its place.
    Slot(usize),
    /// That of a template by its place, for a session that is not there yet.
    New(usize, CompId),
}

impl Asked {
    fn by(logon: &Message<'_>, slots: &[Slot], templates: &[Template]) -> Option<Asked> {
        if let Some(found) = slots.iter().position(|slot| !slot.is_removed && is_of(slot, logon)) {
            return Some(Asked::Slot(found));
        }
        let (theirs, ours) = (logon.get(tag::SENDER_COMP_ID)?, logon.get(tag::TARGET_COMP_ID)?);
        let template = templates.iter().position(|template| template.matches(ours, theirs))?;
        CompId::new(theirs).map(|name| Asked::New(template, name))
    }
}

fn is_of(slot: &Slot, logon: &Message<'_>) -> bool {
    let config = slot.session.config();
    logon.get(tag::SENDER_COMP_ID) == Some(&*config.target_comp_id)
        && logon.get(tag::TARGET_COMP_ID) == Some(&*config.sender_comp_id)
}
