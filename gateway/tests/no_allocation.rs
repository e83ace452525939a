//! After its Logon a session asks nothing of the heap: orders, reports, TestRequests, Rejects, gaps, resends and timers, in every
//! version and with every setting that adds to a message.

use gateway::fix::encode::Encoder;
use gateway::fix::frame::{Framed, frame};
use gateway::fix::limits::MESSAGE_BYTES_MAX;
use gateway::fix::message::FieldIndex;
use gateway::fix::session::{Disposition, SequenceNumbers, Session, SessionConfig, Version};
use gateway::fix::value::TimePrecision;
use gateway::fix::{msg_type, tag};

const NOW: i64 = 1_760_000_000_000_000_000;
const ROUNDS: u64 = 200;
/// Numbers that the peer uses in one round.
const NUMBERS_PER_ROUND: u64 = 6;

/// The peer's messages, made before anything is counted.
struct Peer {
    out: Encoder,
    version: Version,
}

impl Peer {
    fn say(&mut self, number: u64, kind: &[u8], body: impl FnOnce(&mut Encoder)) {
        self.out.begin(self.version.begin_string(), kind);
        self.out.field_str(tag::SENDER_COMP_ID, "CLIENT");
        self.out.field_str(tag::TARGET_COMP_ID, "MILL");
        self.out.field_u64(tag::MSG_SEQ_NUM, number);
        self.out.field_time(tag::SENDING_TIME, NOW);
        body(&mut self.out);
        self.out.finish();
    }

    fn order(&mut self, number: u64) {
        self.say(number, msg_type::NEW_ORDER_SINGLE, |out| {
            out.field_u64(tag::CL_ORD_ID, number);
            out.field_char(tag::HANDL_INST, b'1');
            out.field_str(tag::SYMBOL, "ACME");
            out.field_char(tag::SIDE, b'1');
            out.field_time(tag::TRANSACT_TIME, NOW);
            out.field_decimal(tag::ORDER_QTY, 100_000_000);
            out.field_char(tag::ORD_TYPE, b'1');
        });
    }

    fn logon(&mut self) {
        let appl_ver_id = self.version.appl_ver_id();
        self.say(1, msg_type::LOGON, |out| {
            out.field_u64(tag::ENCRYPT_METHOD, 0);
            out.field_u64(tag::HEART_BT_INT, 30);
            out.field_bytes(tag::DEFAULT_APPL_VER_ID, appl_ver_id.unwrap_or_default());
        });
    }

    /// An order, a TestRequest, one without its TestReqID, an order beyond a gap and the gap fill for it, a request for all.
    fn round(&mut self, first: u64) {
        self.order(first);
        self.say(first + 1, msg_type::TEST_REQUEST, |out| out.field_str(tag::TEST_REQ_ID, "ping"));
        self.say(first + 2, msg_type::TEST_REQUEST, |_| {});
        self.order(first + 4);
        self.say(first + 3, msg_type::SEQUENCE_RESET, |out| {
            out.field_flag(tag::GAP_FILL_FLAG, true);
            out.field_u64(tag::NEW_SEQ_NO, first + 5);
        });
        self.say(first + 5, msg_type::RESEND_REQUEST, |out| {
            out.field_u64(tag::BEGIN_SEQ_NO, 1);
            out.field_u64(tag::END_SEQ_NO, 0);
        });
    }
}

/// What the session meant by the messages, by kind.
#[derive(Default, PartialEq, Debug)]
struct Meant {
    orders: u64,
    rejected: u64,
    resends: u64,
}

/// The acceptor's side of a connection.
struct Side {
    session: Session,
    out: Encoder,
    index: FieldIndex,
    stored: FieldIndex,
    /// A report that it sent, with its number.
    report: Vec<u8>,
}

impl Side {
    fn take(&mut self, mut bytes: &[u8], meant: &mut Meant) {
        while let Framed::Message { len } = frame(bytes, MESSAGE_BYTES_MAX) {
            let message = self.index.parse(&bytes[..len]).expect("readable");
            match self.session.on_message(NOW, &message, &mut self.out) {
                Disposition::Application { msg_seq_num, .. } => {
                    meant.orders += 1;
                    self.session.begin_app_message(NOW, msg_type::EXECUTION_REPORT, &mut self.out);
                    self.out.field_u64(tag::ORDER_ID, msg_seq_num);
                    let report = self.out.finish();
                    if self.report.is_empty() {
                        self.report.extend_from_slice(report);
                    }
                }
                Disposition::Resend(mut resend) => {
                    meant.resends += 1;
                    let report = self.stored.parse(&self.report).expect("readable");
                    assert!(self.session.resend_message(NOW, &mut resend, &report, &mut self.out));
                    self.session.resend_end(NOW, &mut resend, &mut self.out);
                }
                Disposition::Rejected { .. } => meant.rejected += 1,
                Disposition::Disconnect { reason } => panic!("disconnected {reason:?}"),
                _ => {}
            }
            assert_eq!(self.session.on_timer(NOW, &mut self.out), None);
            self.out.clear();
            bytes = &bytes[len..];
        }
    }
}

#[test]
fn session_after_logon_allocates_nothing() {
    for version in Version::ALL {
        let config = SessionConfig {
            version,
            time_precision: TimePrecision::Nanos,
            last_msg_seq_num_processed: true,
            next_expected_msg_seq_num: version != Version::Fix42,
            ..SessionConfig::acceptor("MILL", "CLIENT")
        };
        let mut side = Side {
            session: Session::new(config, SequenceNumbers::FIRST),
            out: Encoder::with_capacity(16 * 1024),
            index: FieldIndex::new(),
            stored: FieldIndex::new(),
            report: Vec::with_capacity(512),
        };
        let mut peer = Peer { out: Encoder::with_capacity(1 << 20), version };
        peer.logon();
        side.session.connected(NOW, &mut side.out);
        side.take(peer.out.pending(), &mut Meant::default());
        assert!(side.session.is_active());
        peer.out.clear();
        (0..ROUNDS).for_each(|round| peer.round(2 + round * NUMBERS_PER_ROUND));
        let mut meant = Meant::default();
        let touched = allocation_counter::measure(|| side.take(peer.out.pending(), &mut meant));
        assert_eq!(meant, Meant { orders: ROUNDS, rejected: ROUNDS, resends: ROUNDS }, "{}", version.name());
        assert_eq!(touched.count_total, 0, "{}", version.name());
    }
}

#[test]
fn counter_counts() {
    let touched = allocation_counter::measure(|| drop(std::hint::black_box(Box::new(7))));
    assert_eq!(touched.count_total, 1);
}
