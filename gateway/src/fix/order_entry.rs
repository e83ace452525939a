//! An application message whose turn it is: on to the engine, or an answer here.

use model::Command;
use model::queue::Producer;

use super::counters::{Counters, count};
use super::desk::After;
use super::drop_copy::NO_ORDERS;
use super::encode::Encoder;
use super::ended::Ended;
use super::message::Message;
use super::msg_type;
use super::session::{BusinessReject, BusinessRejectReason};
use super::slot::Slot;
use super::throttle::OverThrottle;
use super::translate::{Translated, ref_id, translate};

/// The way to the engine.
pub(super) struct Engine<'a> {
    pub(super) commands: &'a Producer<Command>,
    pub(super) slots_for_cancels: usize,
    pub(super) counters: &'a Counters,
}

impl Engine<'_> {
    fn takes(&self, slot: &Slot, command: Command) -> bool {
        let cancel = matches!(command, Command::CancelOrder(_) | Command::MassCancel(_));
        let room = cancel || self.commands.free() > self.slots_for_cancels;
        room && slot.has_room_for(cancel) && self.commands.try_push(command).is_ok()
    }
}

/// What becomes of an application message that is one too many; nothing where it is not. Cancels always pass.
pub(super) fn throttle(
    slot: &mut Slot,
    message: &Message<'_>,
    counters: &Counters,
    now_ns: i64,
    out: &mut Encoder,
) -> Option<After> {
    let throttle = slot.throttle.as_mut()?;
    let cancel = matches!(message.msg_type(), msg_type::ORDER_CANCEL_REQUEST | b"q");
    if cancel || throttle.takes(now_ns) {
        return None;
    }
    count(&counters.throttled);
    let text = "more messages than the session may send";
    match throttle.over() {
        OverThrottle::Reject => {
            count(&counters.business_rejects);
            let content =
                BusinessReject { reason: BusinessRejectReason::ThrottleLimitExceeded, ref_id: ref_id(message), text };
            slot.session.business_reject(now_ns, message, content, out);
            // Like every refusal that another time might not come.
            Some(After::Hold)
        }
        OverThrottle::Disconnect => {
            slot.session.logout(now_ns, text, out);
            Some(After::End(Ended::Throttled))
        }
    }
}

/// An application message whose turn it is: on to the engine, or an answer here.
pub(super) fn application(
    engine: &Engine<'_>,
    slot: &mut Slot,
    msg_seq_num: u64,
    poss_resend: bool,
    message: &Message<'_>,
    now_ns: i64,
    out: &mut Encoder,
) -> After {
    let (reason, text) = match translate(slot.id, msg_seq_num, poss_resend, message) {
        Translated::Ignored => {
            count(&engine.counters.business_rejects_in);
            return After::Taken;
        }
        _ if slot.access.drop_copy.is_some() => (BusinessRejectReason::NotAuthorized, NO_ORDERS),
        Translated::Command(command) if engine.takes(slot, command) => {
            slot.sent_to_engine(msg_seq_num);
            count(&engine.counters.commands);
            return After::Taken;
        }
        Translated::Command(_) => {
            count(&engine.counters.queue_full);
            (BusinessRejectReason::ApplicationNotAvailable, "application not available, queue full")
        }
        Translated::Reject(problem) => {
            count(&engine.counters.session_rejects);
            let _ = slot.session.reject(now_ns, message, problem, out);
            return After::Taken;
        }
        Translated::Refuse { reason, text } => (reason, text),
    };
    count(&engine.counters.business_rejects);
    let content = BusinessReject { reason, ref_id: ref_id(message), text };
    slot.session.business_reject(now_ns, message, content, out);
    match reason {
        // Another time the same order might pass, so that it was refused must be known after a crash: stored before the
        // refusal leaves.
        BusinessRejectReason::ApplicationNotAvailable => After::Hold,
        _ => After::Taken,
    }
}
