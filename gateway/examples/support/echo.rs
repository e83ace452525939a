//! The echo: what comes in goes back through the session that it came from.

use std::hash::BuildHasher;

use gateway::fix::body_order::BodyOrder;
use gateway::fix::driver::{Application, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::{BusinessReject, BusinessRejectReason};
use gateway::fix::tag;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// ClOrdIDs that are remembered of one session, counted in bytes and in orders; when they are more, all are forgotten.
const CL_ORD_ID_BYTES_MAX: usize = 16 << 20;
/// Orders for which there is room at the start.
const ORDERS_AT_FIRST: usize = 1 << 16;

/// Sends NewOrderSingle(D), SecurityDefinitionRequest(c) and SecurityDefinition(d) back: same body in canonical order, new
/// header, PossResend(97) kept, PossDupFlag(43) and OrigSendingTime(122) dropped. An order with PossResend(97)=Y whose
/// ClOrdID(11) was seen since the Logon is dropped. Anything else is a BusinessMessageReject(j).
#[derive(Default)]
pub(crate) struct Echo {
    order: BodyOrder,
    /// By session.
    seen: Vec<ClOrdIds>,
}

impl Echo {
    fn seen(&mut self, session: SessionKey) -> &mut ClOrdIds {
        while self.seen.len() <= session.index() {
            self.seen.push(ClOrdIds::new());
        }
        &mut self.seen[session.index()]
    }

    fn send_back(&mut self, message: &Message<'_>, out: &mut Outbound<'_>) {
        out.send(message.msg_type(), |body| {
            if message.get_flag(tag::POSS_RESEND) == Ok(true) {
                body.field_flag(tag::POSS_RESEND, true);
            }
            self.order.write(message, body);
        });
    }
}

impl Application for Echo {
    fn on_logon(&mut self, session: SessionKey, _: &mut Outbound<'_>) {
        self.seen(session).clear();
    }

    fn on_message(&mut self, session: SessionKey, message: &Message<'_>, out: &mut Outbound<'_>) {
        match message.msg_type() {
            b"D" => {
                let is_new = message.get(tag::CL_ORD_ID).is_none_or(|id| self.seen(session).insert(id));
                if is_new || message.get_flag(tag::POSS_RESEND) != Ok(true) {
                    self.send_back(message, out);
                }
            }
            b"c" | b"d" => self.send_back(message, out),
            _ => {
                let reason = BusinessRejectReason::UnsupportedMessageType;
                out.business_reject(message, BusinessReject { reason, ref_id: b"", text: "Unsupported Message Type" });
            }
        }
    }
}

/// A set of ClOrdIDs in one piece of memory.
struct ClOrdIds {
    bytes: Vec<u8>,
    places: HashTable<(u32, u32)>,
}

impl ClOrdIds {
    fn new() -> ClOrdIds {
        ClOrdIds { bytes: Vec::with_capacity(ORDERS_AT_FIRST * 16), places: HashTable::with_capacity(ORDERS_AT_FIRST) }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }

    /// Adds it; `false` if it was there.
    fn insert(&mut self, id: &[u8]) -> bool {
        if self.bytes.len() + id.len() > CL_ORD_ID_BYTES_MAX {
            self.clear();
        }
        let ClOrdIds { bytes, places } = self;
        let at = |(start, end): (u32, u32)| &bytes[start as usize..end as usize];
        let hash = |id: &[u8]| FxBuildHasher.hash_one(id);
        if places.find(hash(id), |place| at(*place) == id).is_some() {
            return false;
        }
        let place = (bytes.len() as u32, (bytes.len() + id.len()) as u32);
        places.insert_unique(hash(id), place, |place| hash(at(*place)));
        bytes.extend_from_slice(id);
        true
    }
}
