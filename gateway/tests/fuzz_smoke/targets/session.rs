//! The whole session: an owner with a store of messages, a peer that says what the bytes choose, and time that jumps.
//!
//! Promises: what is written is whole, sound and numbered without a hole (see [`super::written`]); one message has a bounded
//! answer; numbers go back only by a reset that the rules allow; an application message is given on once, with the number that was due;
//! and after all of it a fresh connection with a valid Logon(A) works.

use gateway::fix::encode::Encoder;
use gateway::fix::form::{FieldProblem, SessionRejectReason};
use gateway::fix::frame::{Framed, frame};
use gateway::fix::limits::{MESSAGE_BYTES_MAX, MSG_SEQ_NUM_MAX};
use gateway::fix::message::FieldIndex;
use gateway::fix::session::{
    BusinessReject, BusinessRejectReason, Disposition, Resend, Role, SequenceNumbers, Session, Version,
};
use gateway::fix::tag;
use gateway::fix::value::TimePrecision;

use super::bytes::{self, Choices, piped};
use super::offer::{offer, offer_bytes};
use super::settings::{self, OURS, PEERS};
use super::written;

const START: i64 = 1_760_000_000_000_000_000;
/// In 2258: the calendar of timestamps ends soon after.
const LATEST: i64 = 9_100_000_000_000_000_000;
const SECOND: i64 = 1_000_000_000;
/// Most that one message is answered with, in bytes: a Reject(3) repeats some of it, a Logout(5) follows.
const ANSWER_BYTES_MAX: usize = MESSAGE_BYTES_MAX / 2;
/// Messages that the owner keeps, and requests that it answers at a time.
const KEPT_MAX: usize = 16;
const RESENDS_MAX: usize = 4;

/// Takes one input. Gives how many messages reached the session.
pub(crate) fn run(input: &[u8]) -> usize {
    let mut choices = Choices::new(input);
    let mut owner = Owner::new(&mut choices);
    owner.connect();
    while !choices.is_empty() {
        owner.step(&mut choices);
    }
    owner.a_valid_logon_works();
    owner.messages
}

struct Owner {
    session: Session,
    version: Version,
    role: Role,
    now_ns: i64,
    out: Encoder,
    index: FieldIndex,
    stored_index: FieldIndex,
    written_index: FieldIndex,
    /// Received and not framed.
    input: Vec<u8>,
    /// One offered message.
    body: Vec<u8>,
    offered: Vec<u8>,
    /// The last message that was parsed.
    last: Vec<u8>,
    kept: Vec<(u64, Vec<u8>)>,
    resends: Vec<Resend>,
    connected: bool,
    messages: usize,
}

impl Owner {
    fn new(choices: &mut Choices<'_>) -> Owner {
        let config = settings::chosen(choices);
        let (version, role) = (config.version, config.role);
        let mut index = FieldIndex::new();
        if let Some(dictionary) = &config.dictionary {
            index.use_dictionary(dictionary);
        }
        let numbers = choices.byte();
        let numbers = SequenceNumbers { next_in: 1 + u64::from(numbers & 15), next_out: 1 + u64::from(numbers >> 4) };
        Owner {
            session: Session::new(config, numbers),
            version,
            role,
            now_ns: START,
            out: Encoder::with_capacity(4096),
            index,
            stored_index: FieldIndex::new(),
            written_index: FieldIndex::new(),
            input: Vec::new(),
            body: Vec::new(),
            offered: Vec::new(),
            last: Vec::new(),
            kept: Vec::new(),
            resends: Vec::new(),
            connected: false,
            messages: 0,
        }
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.byte() % 20 {
            0..=7 => {
                self.offer(choices, offer);
                self.receive(usize::MAX);
            }
            8 => {
                self.offer(choices, offer_bytes);
                self.receive(usize::MAX);
            }
            9 => {
                // In two pieces: the rest comes with what is next.
                self.offer(choices, offer);
                let cut = usize::from(choices.byte());
                self.receive(cut);
            }
            10 => {
                self.offered.extend_from_slice(choices.some_bytes());
                self.receive(usize::MAX);
            }
            11 => self.pass_time(choices),
            12 => self.timer(),
            13 => self.disconnect(),
            14 => self.connect(),
            15 => self.send(choices),
            16 => self.refuse_last(choices),
            17 => self.go_on_resending(choices),
            18 => {
                let before = self.session.sequence_numbers();
                self.session.logout(self.now_ns, "enough", &mut self.out);
                self.look(before, false);
            }
            _ => self.owner_says(choices),
        }
        assert!(self.out.pending().is_empty(), "all that was written was looked at");
        assert!(self.session.sequence_numbers().next_in <= MSG_SEQ_NUM_MAX + 1);
    }

    fn offer(
        &mut self,
        choices: &mut Choices<'_>,
        make: fn(&mut Choices<'_>, (&str, &str), SequenceNumbers, i64, &mut Vec<u8>),
    ) {
        make(choices, (PEERS, OURS), self.session.sequence_numbers(), self.now_ns, &mut self.body);
        let mut message = Vec::new();
        bytes::whole(self.version, &self.body, &mut message);
        self.offered.extend_from_slice(&message);
    }

    /// As many bytes as this arrive, and are taken one message at a time.
    fn receive(&mut self, count: usize) {
        let arrived = self.offered.len().min(count);
        self.input.extend(self.offered.drain(..arrived));
        while self.connected && self.resends.len() < RESENDS_MAX {
            let before = self.session.sequence_numbers();
            let (taken, disposition) = match frame(&self.input, MESSAGE_BYTES_MAX) {
                Framed::Incomplete => return,
                Framed::Garbled { skip, .. } => (skip, self.session.on_garbled()),
                Framed::Message { len } => {
                    self.last.clear();
                    self.last.extend_from_slice(&self.input[..len]);
                    self.messages += 1;
                    match self.index.parse(&self.last) {
                        Ok(message) => (len, self.session.on_message(self.now_ns, &message, &mut self.out)),
                        Err(_unreadable) => (len, self.session.on_garbled()),
                    }
                }
            };
            self.input.drain(..taken);
            self.judge(before, disposition);
        }
    }

    /// What the message meant must go with what became of the numbers, and is done.
    fn judge(&mut self, before: SequenceNumbers, disposition: Disposition) {
        let after = self.session.sequence_numbers();
        let reset = disposition == (Disposition::LoggedOn { reset: true });
        assert!(reset || after.next_in >= before.next_in, "{before:?} {after:?} {disposition:?}");
        assert!(self.out.pending().len() <= ANSWER_BYTES_MAX, "{} bytes of answer", self.out.pending().len());
        self.look(before, reset);
        match disposition {
            Disposition::Application { msg_seq_num, .. } => {
                assert_eq!((msg_seq_num, msg_seq_num + 1), (before.next_in, after.next_in), "once, and in turn");
            }
            Disposition::Dropped => assert_eq!(before.next_in, after.next_in, "what is dropped is not consumed"),
            Disposition::LoggedOn { reset } => {
                assert!(self.session.is_active());
                if reset {
                    // Our Logon was the first of the new numbers; a ResendRequest(2) may have followed.
                    assert!((2..=3).contains(&after.next_out), "{after:?}");
                    self.kept.clear();
                    self.resends.clear();
                }
                self.resends.extend(self.session.take_owed_resend());
            }
            Disposition::Resend(resend) => {
                assert!(resend.begin() >= 1 && resend.end() < after.next_out, "{resend:?} {after:?}");
                self.resends.push(resend);
            }
            Disposition::Disconnect { .. } => {
                assert!(!self.session.is_active());
                self.disconnect();
            }
            Disposition::Consumed | Disposition::Rejected { .. } | Disposition::LoggedOut => {}
        }
    }

    /// Takes what was written, and looks at it.
    fn look(&mut self, before: SequenceNumbers, may_begin_again: bool) {
        let after = self.session.sequence_numbers();
        let index = &mut self.written_index;
        written::check(self.out.pending(), self.version, (before, after), may_begin_again, index);
        self.out.clear();
    }

    fn pass_time(&mut self, choices: &mut Choices<'_>) {
        let amount = i64::from(choices.byte());
        let unit = choices.of(&[1_000_000, SECOND, SECOND, 60 * SECOND, 86_400 * SECOND, -SECOND, 40_000_000 * SECOND]);
        self.now_ns = self.now_ns.saturating_add(amount.saturating_mul(unit)).clamp(0, LATEST);
    }

    fn timer(&mut self) {
        let before = self.session.sequence_numbers();
        let ended = self.session.on_timer(self.now_ns, &mut self.out);
        assert!(self.connected || ended.is_none());
        self.look(before, false);
        if ended.is_some() {
            self.disconnect();
        }
    }

    fn connect(&mut self) {
        if self.connected {
            return;
        }
        self.connected = true;
        self.input.clear();
        let before = self.session.sequence_numbers();
        self.session.connected(self.now_ns, &mut self.out);
        let after = self.session.sequence_numbers();
        let began_again = after.next_in < before.next_in || after.next_out <= before.next_out;
        if began_again && self.role == Role::Initiator {
            self.kept.clear();
        }
        self.look(before, began_again);
    }

    fn disconnect(&mut self) {
        self.connected = false;
        self.offered.clear();
        self.resends.clear();
        self.session.disconnected();
        assert!(!self.session.is_active());
    }

    fn send(&mut self, choices: &mut Choices<'_>) {
        if !self.session.is_active() {
            return;
        }
        let before = self.session.sequence_numbers();
        let number = self.session.begin_app_message(self.now_ns, b"8", &mut self.out);
        assert_eq!(number, before.next_out);
        for (tag, value) in [(37, 1), (17, 2), (14, 0), (151, 0), (6, 0)] {
            self.out.field_decimal(tag, value);
        }
        self.out.field_bytes(tag::TEXT, choices.some_bytes());
        let message = self.out.finish().to_vec();
        if self.kept.len() == KEPT_MAX {
            self.kept.remove(0);
        }
        if choices.byte() & 3 != 3 {
            self.kept.push((number, message));
        }
        self.look(before, false);
    }

    /// The application refuses the last message, one way or the other.
    fn refuse_last(&mut self, choices: &mut Choices<'_>) {
        let Ok(message) = self.index.parse(&self.last) else { return };
        if !self.session.is_active() {
            return;
        }
        let before = self.session.sequence_numbers();
        if choices.flag() {
            let problem = FieldProblem::new(SessionRejectReason::IncorrectDataFormat, 44);
            let _ = self.session.reject(self.now_ns, &message, problem, &mut self.out);
        } else {
            let reason = BusinessRejectReason::ThrottleLimitExceeded;
            let content =
                BusinessReject { reason, ref_id: message.get(tag::CL_ORD_ID).unwrap_or_default(), text: "no" };
            self.session.business_reject(self.now_ns, &message, content, &mut self.out);
        }
        assert!(self.out.pending().len() <= ANSWER_BYTES_MAX);
        self.look(before, false);
    }

    /// Sends the next stored message of the first request, or all that is left, and takes the input that waited.
    fn go_on_resending(&mut self, choices: &mut Choices<'_>) {
        let Some(mut resend) = self.resends.first().copied() else { return };
        let before = self.session.sequence_numbers();
        let first = resend.begin();
        let one = choices.flag();
        for (number, bytes) in &self.kept {
            if *number < resend.begin() {
                continue;
            }
            let Ok(stored) = self.stored_index.parse(bytes) else { panic!("it was written by us") };
            let sent = self.session.resend_message(self.now_ns, &mut resend, &stored, &mut self.out);
            assert_eq!(sent, *number < resend.begin(), "sent if it is in the range");
            if one || !sent {
                break;
            }
        }
        if one && !resend.is_done() {
            self.resends[0] = resend;
        } else {
            self.session.resend_end(self.now_ns, &mut resend, &mut self.out);
            assert!(resend.is_done());
            self.resends.remove(0);
        }
        written::covers(self.out.pending(), (first, resend.begin()), &mut self.written_index);
        self.look(before, false);
        self.receive(0);
    }

    fn owner_says(&mut self, choices: &mut Choices<'_>) {
        match choices.byte() % 5 {
            0 => {
                let before = self.session.sequence_numbers();
                self.session.close_for(self.now_ns, "closed", &mut self.out);
                self.look(before, false);
            }
            1 => self.session.open(),
            2 => self.session.reset_at_next_logon(),
            3 => {
                if self.session.reset_if_due() {
                    assert_eq!(self.session.sequence_numbers(), SequenceNumbers::FIRST);
                    self.kept.clear();
                }
            }
            _ => self.session.refuse_logons("closed"),
        }
    }

    /// Whatever has been: once it is open, a new connection with a right Logon(A) is logged on and a TestRequest(1) is answered.
    fn a_valid_logon_works(&mut self) {
        self.disconnect();
        self.session.open();
        if self.session.reset_if_due() {
            self.kept.clear();
        }
        self.connect();
        let numbers = self.session.sequence_numbers();
        let begins_again = self.session.config().reset_on_logon;
        let number = if begins_again { 1 } else { numbers.next_in };
        if number > MSG_SEQ_NUM_MAX - 2 {
            // The peer has skipped all numbers that there are; only a reset helps.
            return;
        }
        // An initiator that began again hears it back.
        let began_again = self.role == Role::Initiator && numbers == SequenceNumbers { next_in: 1, next_out: 2 };
        let reset = if began_again { "141=Y|" } else { "" };
        let next = if self.session.config().next_expected_msg_seq_num {
            format!("789={}|", if begins_again { 1 } else { numbers.next_out })
        } else {
            String::new()
        };
        let appl = if self.version == Version::Fix50Sp2 { "1137=9|" } else { "" };
        self.say("A", number, &format!("98=0|108=30|{reset}{next}{appl}"));
        assert!(self.session.is_active(), "logged on");
        let before = self.session.sequence_numbers();
        self.say("1", before.next_in, "112=still there|");
        assert_eq!(self.session.sequence_numbers().next_in, before.next_in + 1);
        assert_eq!(self.session.sequence_numbers().next_out, before.next_out + 1, "answered");
    }

    /// The peer says one right message.
    fn say(&mut self, kind: &str, number: u64, body: &str) {
        let mut text = gateway::fix::value::TimeText::new(TimePrecision::Millis);
        let now = std::str::from_utf8(text.format(self.now_ns)).expect("digits").to_owned();
        let body = piped(&format!("35={kind}|49={PEERS}|56={OURS}|34={number}|52={now}|{body}"));
        bytes::whole(self.version, &body, &mut self.offered);
        self.receive(usize::MAX);
    }
}
