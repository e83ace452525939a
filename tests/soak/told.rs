//! What a session was told, report by report, as its client and as the journal have it: for the soak and for
//! `tests/interop`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use gateway::fix::encode::Encoder;
use gateway::fix::message::{FieldIndex, Message};
use gateway::fix::report::{self, Names};
use gateway::fix::tag;
use gateway::fix::version::Version;
use model::{Event, ExecId, Seq};

/// Fields of header and trailer that a resend may change.
const ENVELOPE: [u32; 11] = [
    tag::BEGIN_STRING,
    tag::BODY_LENGTH,
    tag::MSG_TYPE,
    tag::SENDER_COMP_ID,
    tag::TARGET_COMP_ID,
    tag::MSG_SEQ_NUM,
    tag::SENDING_TIME,
    tag::POSS_DUP_FLAG,
    tag::POSS_RESEND,
    tag::ORIG_SENDING_TIME,
    tag::CHECK_SUM,
];

/// One ExecutionReport(8) or OrderCancelReject(9): its ExecID(17), if it has one, and a hash of all that it says. A long
/// soak has millions of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Told {
    exec_id: Option<(u64, u8)>,
    says: u64,
}

impl Told {
    /// What a message tells; `None` for other types.
    pub(crate) fn by(message: &Message<'_>) -> Option<Told> {
        if !matches!(message.msg_type(), b"8" | b"9") {
            return None;
        }
        let mut says = fnv(0, message.msg_type());
        for (tag, value) in message.fields().filter(|(tag, _)| !ENVELOPE.contains(tag)) {
            // In any order: another engine has its own.
            says = says.wrapping_add(fnv(fnv(0, &tag.to_le_bytes()), value));
        }
        let exec_id = message.get(tag::EXEC_ID).and_then(|id| {
            let (seq, index) = std::str::from_utf8(id).ok()?.split_once('-')?;
            Some((seq.parse().ok()?, index.parse().ok()?))
        });
        Some(Told { exec_id, says })
    }
}

/// FNV-1a, 64 bits: equal text, equal number, on any machine.
fn fnv(seed: u64, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().chain(&[1]).fold(seed ^ 0xcbf2_9ce4_8422_2325, step)
}

/// All that the journal has for each session to hear, by the client's CompID, in order.
pub(crate) fn by_the_journal(journal: &Path) -> BTreeMap<String, Vec<Told>> {
    let mut names = Names::default();
    let mut comp_ids = BTreeMap::new();
    let mut told: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    let (mut out, mut index) = (Encoder::with_capacity(4096), FieldIndex::new());
    journal::read(journal, Seq(1), |frame| {
        for (place, event) in (0u8..).zip(frame.events()) {
            names.learn(&event);
            if let Event::SessionDefined(defined) = &event {
                let name = String::from_utf8_lossy(defined.definition.target_comp_id.as_bytes()).into_owned();
                comp_ids.insert(defined.session, name);
            }
            let (Some(session), Some(msg_type)) = (event.session(), report::msg_type(&event)) else { continue };
            out.clear();
            out.begin(b"FIX.4.4", msg_type);
            report::write_body(
                Version::Fix44,
                &event,
                ExecId { seq: frame.seq, index: place },
                frame.time,
                &names,
                &mut out,
            );
            let message = index.parse(out.finish()).expect("a report is a message");
            let name = comp_ids.get(&session).expect("a session is defined before it hears of orders");
            told.entry(name.clone()).or_default().extend(Told::by(&message));
        }
        ControlFlow::Continue(())
    })
    .expect("the journal is read");
    told
}

/// Holds what a client heard against what the journal has: the same reports in the same order, nothing twice, nothing missing.
pub(crate) fn compare(session: &str, heard: &[Told], journal: &[Told]) {
    if let Some(at) = (0..heard.len().max(journal.len())).find(|at| heard.get(*at) != journal.get(*at)) {
        let (heard_there, expected) = (heard.get(at), journal.get(at));
        panic!(
            "{session}: report {at} of {} heard, {} in the journal: heard {heard_there:?}, the journal has {expected:?}",
            heard.len(),
            journal.len()
        );
    }
}
