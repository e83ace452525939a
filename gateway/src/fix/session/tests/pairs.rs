//! Two sessions on a line that loses and cuts, in any version and with any settings: they always come together again, and the
//! receiver has each application message that still counts, once and in order.

use proptest::prelude::*;

use super::*;

/// A session with the owner's part: what it sent, and what it was handed.
struct Side {
    session: Session,
    out: Encoder,
    stored: Vec<Vec<u8>>,
    /// The application's own numbers of what it sent since the numbers began.
    sent: Vec<u64>,
    received: Vec<u64>,
}

impl Side {
    fn new(config: SessionConfig) -> Side {
        Side {
            session: Session::new(config, SequenceNumbers::FIRST),
            out: Encoder::with_capacity(4096),
            stored: Vec::new(),
            sent: Vec::new(),
            received: Vec::new(),
        }
    }

    fn begin_again(&mut self) {
        self.stored.clear();
        self.sent.clear();
        self.received.clear();
    }

    fn send(&mut self, now_ns: i64, id: u64) {
        self.session.begin_app_message(now_ns, b"B", &mut self.out);
        self.out.field_u64(tag::ORDER_ID, id);
        self.stored.push(self.out.finish().to_vec());
        self.sent.push(id);
    }

    fn resend(&mut self, now_ns: i64, mut resend: Resend) {
        let mut index = FieldIndex::new();
        for bytes in &self.stored {
            let message = index.parse(bytes).expect("readable");
            self.session.resend_message(now_ns, &mut resend, &message, &mut self.out);
        }
        self.session.resend_end(now_ns, &mut resend, &mut self.out);
    }

    /// Takes some bytes of the other side. Tells whether the connection goes on.
    fn take(&mut self, now_ns: i64, bytes: &[u8]) -> bool {
        let mut index = FieldIndex::new();
        let message = index.parse(bytes).expect("readable");
        match self.session.on_message(now_ns, &message, &mut self.out) {
            Disposition::LoggedOn { reset } => {
                if reset {
                    self.begin_again();
                }
                if let Some(owed) = self.session.take_owed_resend() {
                    self.resend(now_ns, owed);
                }
            }
            Disposition::Application { .. } => {
                self.received.push(message.get_u64(tag::ORDER_ID, u64::MAX).expect("ours"));
            }
            Disposition::Resend(resend) => self.resend(now_ns, resend),
            Disposition::Disconnect { .. } => return false,
            Disposition::Rejected { problem } => panic!("two right sides reject nothing: {problem:?}"),
            Disposition::Consumed | Disposition::Dropped | Disposition::LoggedOut => {}
        }
        true
    }
}

/// Messages in a buffer, each by itself.
fn messages(out: &mut Encoder) -> Vec<Vec<u8>> {
    let bytes = out.pending().to_vec();
    out.clear();
    let (mut at, mut found) = (0, Vec::new());
    while let Framed::Message { len } = frame(&bytes[at..], MESSAGE_BYTES_MAX) {
        found.push(bytes[at..at + len].to_vec());
        at += len;
    }
    found
}

struct Line {
    sides: [Side; 2],
    now: i64,
    up: bool,
}

impl Line {
    fn connect(&mut self) {
        for side in [1, 0] {
            let Side { session, out, .. } = &mut self.sides[side];
            out.clear();
            session.connected(self.now, out);
        }
        self.up = true;
        self.settle(|_| true);
    }

    fn cut(&mut self) {
        for side in &mut self.sides {
            side.session.disconnected();
            side.out.clear();
        }
        self.up = false;
    }

    /// Carries messages to and fro until nothing is left to say; those that `keeps` refuses are lost.
    fn settle(&mut self, mut keeps: impl FnMut(usize) -> bool) {
        for round in 0.. {
            assert!(round < 200, "two sessions come to rest");
            let mut quiet = true;
            for from in [0, 1] {
                for (index, bytes) in messages(&mut self.sides[from].out).iter().enumerate() {
                    quiet = false;
                    if keeps(index) && !self.sides[1 - from].take(self.now, bytes) {
                        self.cut();
                        return;
                    }
                }
            }
            if quiet {
                return;
            }
        }
    }

    fn time(&mut self, seconds: i64) {
        self.now += seconds * SECOND;
        for side in 0..2 {
            let Side { session, out, .. } = &mut self.sides[side];
            if session.on_timer(self.now, out).is_some() {
                self.cut();
                return;
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Send {
        side: usize,
        count: u64,
    },
    /// As above, and those whose bit is set do not arrive.
    SendAndLose {
        side: usize,
        count: u64,
        lost: u8,
    },
    Cut,
    Time {
        seconds: i64,
    },
    Logout {
        side: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2usize, 1..6u64).prop_map(|(side, count)| Step::Send { side, count }),
        4 => (0..2usize, 1..8u64, any::<u8>()).prop_map(|(side, count, lost)| Step::SendAndLose { side, count, lost }),
        2 => Just(Step::Cut),
        2 => (1..25i64).prop_map(|seconds| Step::Time { seconds }),
        1 => (0..2usize).prop_map(|side| Step::Logout { side }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_two_sessions_come_together_again(
        version in 0..3usize,
        next_expected in any::<[bool; 2]>(),
        last_processed in any::<bool>(),
        reset in 0..4usize,
        steps in proptest::collection::vec(step(), 1..40),
    ) {
        let version = Version::ALL[version];
        let config = |base: SessionConfig, next_expected| SessionConfig {
            version,
            next_expected_msg_seq_num: next_expected && version != Version::Fix42,
            last_msg_seq_num_processed: last_processed,
            reset_on_logon: reset == 1,
            reset_on_logout: reset == 2,
            reset_on_disconnect: reset == 3,
            ..base
        };
        let acceptor = Side::new(config(SessionConfig::acceptor("MILL", "CLIENT"), next_expected[0]));
        let initiator = Side::new(config(SessionConfig::initiator("CLIENT", "MILL"), next_expected[1]));
        let mut line = Line { sides: [acceptor, initiator], now: START, up: false };
        line.connect();
        let mut id = 0;
        for step in steps {
            if !line.up {
                line.connect();
            }
            match step {
                Step::Send { side, count } | Step::SendAndLose { side, count, .. } => {
                    if line.sides[side].session.is_active() {
                        for _ in 0..count {
                            id += 1;
                            line.sides[side].send(line.now, id);
                        }
                    }
                    match step {
                        Step::SendAndLose { lost, .. } => line.settle(|index| index >= 8 || lost & (1 << index) == 0),
                        _ => line.settle(|_| true),
                    }
                }
                Step::Cut => line.cut(),
                Step::Time { seconds } => {
                    line.time(seconds);
                    line.settle(|_| true);
                }
                Step::Logout { side } => {
                    let Side { session, out, .. } = &mut line.sides[side];
                    session.logout(line.now, "", out);
                    line.settle(|_| true);
                    line.cut();
                }
            }
        }
        // Two good minutes: whatever was lost shows itself by a Heartbeat or a Logon, and comes again.
        for _ in 0..12 {
            if !line.up {
                line.connect();
            }
            line.time(10);
            line.settle(|_| true);
        }
        let [acceptor, initiator] = &line.sides;
        prop_assert!(acceptor.session.is_active() && initiator.session.is_active());
        let (ours, theirs) = (acceptor.session.sequence_numbers(), initiator.session.sequence_numbers());
        prop_assert_eq!((ours.next_in, ours.next_out), (theirs.next_out, theirs.next_in));
        prop_assert_eq!(&acceptor.sent, &initiator.received);
        prop_assert_eq!(&initiator.sent, &acceptor.received);
    }
}
