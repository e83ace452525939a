//! The acceptor over real loopback sockets, with a real journal and a fake engine, all in one thread: nothing sleeps, time is
//! what the test says.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use journal::{Log, Writer};
use model::queue::{Consumer, bounded};
use model::{
    AccountId, DefineSession, EngineTime, Event, InstrumentId, OrdStatus, OrderAccepted, OrderId, OrderView, Px, Qty,
    SessionDefined, SessionEnded, SessionId,
};
use tempfile::TempDir;

use super::super::client::NewOrderSingle;
use super::super::encode::Encoder;
use super::super::frame::{Framed, frame};
use super::super::limits::MESSAGE_BYTES_MAX;
use super::super::message::FieldIndex;
use super::super::message_log::MessageLogSettings;
use super::super::msg_type;
use super::super::session::{Disposition, SequenceNumbers, Session, SessionConfig};
use super::super::store::{Changes, Run, SessionRecord, StoreFailure, Stored};
use super::super::tag;
use super::super::template::Template;
use super::super::version::Version;
use super::*;

const START_NS: i64 = 1_700_000_000_000_000_000;
const SECOND: i64 = 1_000_000_000;
/// Rounds in which anything that happens at all has happened.
const ROUNDS_MAX: usize = 2_000_000;

#[derive(Clone, Default)]
struct State {
    stored: Stored,
    runs: BTreeMap<(u32, u64), Run>,
}

/// A store that shows what a crash leaves: what was applied after the last flush is gone.
#[derive(Default)]
struct CrashStore {
    applied: Mutex<State>,
    durable: Mutex<State>,
    /// Where set, a flush waits for one of these.
    permits: Mutex<Option<usize>>,
}

impl CrashStore {
    fn after_crash(&self) -> Arc<CrashStore> {
        let durable = self.durable.lock().clone();
        Arc::new(CrashStore {
            applied: Mutex::new(durable.clone()),
            durable: Mutex::new(durable),
            permits: Mutex::default(),
        })
    }
}

impl SessionStore for CrashStore {
    fn load(&self) -> Result<Stored, StoreFailure> {
        Ok(self.applied.lock().stored.clone())
    }

    fn apply(&self, changes: &Changes) -> Result<(), StoreFailure> {
        let mut state = self.applied.lock();
        state.stored.cursor = changes.cursor.or(state.stored.cursor);
        for (id, record) in &changes.sessions {
            state.stored.sessions.retain(|(known, _)| known != id);
            state.stored.sessions.push((*id, *record));
        }
        state.runs.retain(|(id, _), _| !changes.reset.iter().any(|reset| reset.0 == *id));
        state.runs.extend(changes.runs.iter().map(|(id, run)| ((id.0, run.first), *run)));
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreFailure> {
        // Not for ever, so that a test that fails also ends.
        for _ in 0..5_000 {
            if self.permits.lock().is_none_or(|left| left > 0) {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let applied = self.applied.lock().clone();
        *self.durable.lock() = applied;
        if let Some(left) = &mut *self.permits.lock() {
            *left = left.saturating_sub(1);
        }
        Ok(())
    }

    fn run_at(&self, session: SessionId, number: u64) -> Result<Option<Run>, StoreFailure> {
        Ok(self.applied.lock().runs.range((session.0, 0)..=(session.0, number)).next_back().map(|(_, run)| *run))
    }

    fn run_after(&self, session: SessionId, number: u64) -> Result<Option<Run>, StoreFailure> {
        Ok(self.applied.lock().runs.range((session.0, number + 1)..=(session.0, u64::MAX)).next().map(|(_, run)| *run))
    }
}

/// A daemon's FIX side: acceptor, queue, fake engine, journal.
struct Rig {
    folder: TempDir,
    log: Log,
    writer: Writer,
    mark: Mark,
    producer: Producer<Command>,
    consumer: Consumer<Command>,
    store: Arc<CrashStore>,
    acceptor: Option<Acceptor>,
    settings: AcceptorSettings,
    /// The engine takes commands.
    engine_runs: bool,
    /// Reports that each order causes.
    reports_per_order: usize,
    journaled: Vec<(u32, u64)>,
    /// Sessions of templates.
    defined: Vec<DefineSession>,
    /// Sessions that were told to be gone.
    ended: Vec<SessionEnded>,
    /// What the journal defines, for the next start.
    names: Names,
    now: i64,
}

impl Rig {
    fn new(queue_slots: usize, change: impl FnOnce(&mut AcceptorSettings)) -> Rig {
        let folder = tempfile::tempdir().unwrap();
        let opened = journal::open(&folder.path().join("journal"), journal::Settings::default()).unwrap();
        let session = |id, peer| SessionSettings::new(SessionId(id), SessionConfig::acceptor("MILL", peer));
        let mut settings = AcceptorSettings::new(vec![session(0, "ALPHA"), session(1, "BETA")]);
        settings.listen[0].0.set_port(0);
        settings.slots_for_cancels = 0;
        change(&mut settings);
        let (producer, consumer) = bounded(queue_slots);
        let mut rig = Rig {
            folder,
            log: opened.log,
            writer: opened.writer,
            mark: opened.mark,
            producer,
            consumer,
            store: Arc::default(),
            acceptor: None,
            settings,
            engine_runs: true,
            reports_per_order: 1,
            journaled: Vec::new(),
            defined: Vec::new(),
            ended: Vec::new(),
            names: Names::default(),
            now: START_NS,
        };
        rig.open();
        rig
    }

    fn open(&mut self) {
        let journal = self.folder.path().join("journal");
        let (settings, store) = (self.settings.clone(), Arc::clone(&self.store) as Arc<dyn SessionStore>);
        let (commands, now) = (self.producer.clone(), EngineTime(self.now));
        let names = self.names.clone();
        let opened = Acceptor::open(settings, store, &journal, self.mark.clone(), commands, names, now);
        self.acceptor = Some(opened.unwrap());
    }

    /// kill -9 of the acceptor, then a start on what the store had made durable.
    fn crash(&mut self) {
        let survived = self.store.after_crash();
        self.acceptor = None;
        self.store = survived;
        while self.consumer.pop().is_some() {}
        self.open();
    }

    fn acceptor(&self) -> &Acceptor {
        self.acceptor.as_ref().unwrap()
    }

    fn counter(&self, name: &str) -> u64 {
        self.acceptor().counters().snapshot().into_iter().find(|(known, _)| *known == name).unwrap().1
    }

    fn round(&mut self) {
        self.now += 1_000;
        let now = EngineTime(self.now);
        self.acceptor.as_mut().unwrap().work(now).unwrap();
        while self.engine_runs
            && self.log.has_room()
            && let Some(command) = self.consumer.pop()
        {
            self.decide(&command);
        }
        self.log.flush();
        self.writer.work(now).unwrap();
    }

    fn decide(&mut self, command: &Command) {
        if let Command::SessionEnded(ended) = command {
            self.ended.push(*ended);
        }
        if matches!(command, Command::SetSequenceNumbers(_) | Command::SessionEnded(_)) {
            self.log.append(EngineTime(self.now), command, &[]);
            return;
        }
        if let Command::DefineSession(definition) = command {
            let session = SessionId(2 + self.defined.len() as u32);
            self.defined.push(*definition);
            let event = Event::SessionDefined(SessionDefined { definition: *definition, session });
            self.log.append(EngineTime(self.now), command, &[event]);
            return;
        }
        let origin = command.origin().unwrap();
        self.journaled.push((origin.session.0, origin.msg_seq_num));
        let Command::NewOrder(order) = command else { panic!("only orders here") };
        let view = OrderView {
            order_id: OrderId(self.log.next_seq().0),
            order_qty: order.order_qty,
            price: order.price,
            account: AccountId(0),
            instrument: InstrumentId(0),
            side: order.side,
            ord_type: order.ord_type,
            time_in_force: order.time_in_force,
            ord_status: OrdStatus::New,
            ..OrderView::unknown(origin.session, order.cl_ord_id)
        };
        let (worst_px, transact_time) = (order.price, order.transact_time);
        let event = Event::OrderAccepted(OrderAccepted::plain(view, worst_px, transact_time));
        for _ in 0..self.reports_per_order {
            self.log.append(EngineTime(self.now), command, &[event]);
        }
    }

    /// Rounds until `condition` holds of the clients.
    fn until(&mut self, clients: &mut [&mut Client], mut condition: impl FnMut(&Rig, &mut [&mut Client]) -> bool) {
        for _ in 0..ROUNDS_MAX {
            self.round();
            let now = self.now;
            clients.iter_mut().for_each(|client| client.pump(now));
            if condition(self, clients) {
                return;
            }
            // Whatever else the machine does, the store's own thread gets its turn.
            std::thread::yield_now();
        }
        panic!("never came: {:?}", clients.iter().map(|client| &client.seen).collect::<Vec<_>>());
    }

    fn client(&mut self, name: &str, numbers: SequenceNumbers) -> Client {
        self.client_with(SessionConfig::initiator(name, "MILL"), numbers)
    }

    fn client_with(&mut self, config: SessionConfig, numbers: SequenceNumbers) -> Client {
        let mut client = Client::with(self.acceptor().local_addr(), config, numbers);
        client.session.connected(self.now, &mut client.out);
        self.until(&mut [&mut client], |_, clients| clients[0].session.is_active());
        client
    }
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// A FIX client with the library's own session in the role of the initiator.
struct Client {
    socket: Box<dyn Stream>,
    session: Session,
    out: Encoder,
    input: Vec<u8>,
    index: FieldIndex,
    /// Messages received, `|` for SOH.
    seen: Vec<String>,
    closed: bool,
    reads: bool,
}

impl Client {
    fn connect(address: SocketAddr, name: &str, numbers: SequenceNumbers) -> Client {
        Client::with(address, SessionConfig::initiator(name, "MILL"), numbers)
    }

    fn with(address: SocketAddr, config: SessionConfig, numbers: SequenceNumbers) -> Client {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_nonblocking(true).unwrap();
        Client::over(Box::new(socket), config, numbers)
    }

    fn over(socket: Box<dyn Stream>, config: SessionConfig, numbers: SequenceNumbers) -> Client {
        Client {
            socket,
            session: Session::new(config, numbers),
            out: Encoder::with_capacity(1024),
            input: Vec::new(),
            index: FieldIndex::new(),
            seen: Vec::new(),
            closed: false,
            reads: true,
        }
    }

    fn pump(&mut self, now: i64) {
        if let Ok(count) = self.socket.write(self.out.pending()) {
            self.out.consume(count);
        }
        let mut chunk = [0; 65536];
        while self.reads && !self.closed {
            match self.socket.read(&mut chunk) {
                Ok(0) => self.closed = true,
                Ok(count) => self.input.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.closed = true,
            }
        }
        while let Framed::Message { len } = frame(&self.input, MESSAGE_BYTES_MAX) {
            let bytes: Vec<u8> = self.input.drain(..len).collect();
            self.seen.push(String::from_utf8_lossy(&bytes).replace('\x01', "|"));
            let message = self.index.parse(&bytes).unwrap();
            if let Disposition::Resend(mut resend) = self.session.on_message(now, &message, &mut self.out) {
                self.session.resend_end(now, &mut resend, &mut self.out);
            }
        }
    }

    fn order(&mut self, now: i64, cl_ord_id: &str) -> u64 {
        let number = self.session.begin_app_message(now, msg_type::NEW_ORDER_SINGLE, &mut self.out);
        if self.session.config().version == Version::Fix42 {
            self.out.field_char(tag::HANDL_INST, b'1');
        }
        let order = NewOrderSingle {
            cl_ord_id: cl_ord_id.as_bytes(),
            account: b"",
            symbol: b"ACME",
            side: b'1',
            ord_type: b'2',
            time_in_force: b'0',
            order_qty: Qty::whole(1).units(),
            price: Some(Px::whole(100).units()),
            transact_time_ns: now,
        };
        order.write_body(&mut self.out);
        self.out.finish();
        number
    }

    fn count(&self, fields: &[&str]) -> usize {
        let has = |message: &&String| fields.iter().all(|field| message.contains(&format!("|{field}|")));
        self.seen.iter().filter(has).count()
    }

    /// Numbers of the messages received that are no repeats.
    fn numbers(&self) -> Vec<u64> {
        let number = |message: &String| message.split("|34=").nth(1)?.split('|').next()?.parse().ok();
        self.seen.iter().filter(|message| !message.contains("|43=Y|")).filter_map(number).collect()
    }
}

#[test]
fn order_is_reported_once_its_frame_is_durable() {
    let mut rig = Rig::new(64, |_| {});
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    client.order(rig.now, "o1");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "11=o1", "150=0", "39=0", "17=1-0"]) == 1);
    assert_eq!(rig.journaled, [(0, 2)]);
    assert_eq!(client.numbers(), [1, 2]);
    assert_eq!(rig.counter("reports_out"), 1);
}

#[test]
fn silent_session_gets_heartbeats_and_is_cut_after_two_point_four_intervals() {
    let mut rig = Rig::new(64, |_| {});
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    rig.now += 30 * SECOND;
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=0"]) == 1);
    rig.now += 45 * SECOND;
    rig.until(&mut [&mut client], |_, clients| clients[0].closed);
    let status = rig.acceptor().sessions();
    rig.now += SECOND;
    rig.round();
    assert_eq!(status.lock()[0].last_disconnect.as_deref(), Some("Session(HeartbeatTimeout)"));
}

#[test]
fn reports_missed_while_away_are_resent_from_the_journal() {
    let mut rig = Rig::new(64, |_| {});
    rig.engine_runs = false;
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    for n in 0..5 {
        client.order(rig.now, &format!("o{n}"));
    }
    rig.until(&mut [&mut client], |rig, _| rig.counter("commands") == 5);
    let numbers = client.session.sequence_numbers();
    drop(client);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 1);
    rig.engine_runs = true;
    rig.until(&mut [], |rig, _| rig.acceptor().next_seq() == Seq(6));
    let mut client = rig.client("ALPHA", numbers);
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "43=Y", "11=o4"]) == 1);
    assert_eq!(client.count(&["35=8", "43=Y"]), 5);
    assert_eq!(client.count(&["35=8", "34=2", "11=o0"]), 1);
    assert_eq!(client.count(&["97=Y"]), 0);
    // The logon answer was number 7; the gap fill for it closes the gap.
    rig.until(&mut [&mut client], |_, clients| clients[0].session.sequence_numbers().next_in == 8);
    assert_eq!(rig.counter("messages_resent"), 5);
}

#[test]
fn after_a_crash_no_number_is_reused_and_untold_events_come_as_possible_resends() {
    let mut rig = Rig::new(64, |_| {});
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    for n in 0..3 {
        client.order(rig.now, &format!("o{n}"));
    }
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8"]) == 3);
    let greatest = *client.numbers().iter().max().unwrap();
    let numbers = client.session.sequence_numbers();
    rig.crash();
    let status = rig.acceptor().sessions();
    assert_eq!(status.lock()[0].next_in, 5, "orders in the journal are not due again");
    assert!(status.lock()[0].next_out > greatest);
    let mut client = rig.client("ALPHA", numbers);
    assert!(client.numbers().iter().all(|number| *number > greatest));
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "97=Y", "43=Y", "11=o2"]) == 1);
    client.order(rig.now, "o3");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "11=o3"]) == 1);
    assert_eq!(client.count(&["11=o3", "97=Y"]), 0);
    assert_eq!(rig.journaled, [(0, 2), (0, 3), (0, 4), (0, numbers.next_out + 2)]);
}

#[test]
fn crash_before_the_journal_makes_the_lost_order_due_again() {
    let mut rig = Rig::new(64, |_| {});
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    rig.engine_runs = false;
    let lost = client.order(rig.now, "o1");
    rig.until(&mut [&mut client], |rig, _| rig.counter("commands") == 1);
    // Stored and flushed while the command is only in the queue.
    rig.now += 2 * SECOND;
    rig.round();
    rig.acceptor().desk.ledger.settle().unwrap();
    rig.crash();
    assert_eq!(rig.acceptor().sessions().lock()[0].next_in, lost);
}

#[test]
fn clean_stop_stores_exact_numbers_and_marks_nothing_as_possible_resend() {
    let mut rig = Rig::new(64, |_| {});
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    client.order(rig.now, "o1");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8"]) == 1);
    rig.acceptor.as_mut().unwrap().stop(EngineTime(rig.now)).unwrap();
    for _ in 0..ROUNDS_MAX {
        client.pump(rig.now);
        if client.closed {
            break;
        }
    }
    assert_eq!(client.count(&["35=5", "34=3", "58=millrace is stopping"]), 1);
    let numbers = client.session.sequence_numbers();
    rig.crash();
    let record = rig.store.load().unwrap().sessions.into_iter().find(|(id, _)| id.0 == 0).unwrap().1;
    assert_eq!(record, SessionRecord { next_in: 3, next_out: 4, reserved: 4, born_ns: Some(START_NS) });
    // The client answered the Logout after we were gone, so the number is due and is filled.
    let mut client = rig.client("ALPHA", numbers);
    client.order(rig.now, "o2");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "11=o2"]) >= 1 || clients[0].closed);
    assert_eq!(client.numbers()[0], 4);
    assert_eq!(client.count(&["97=Y"]), 0);
}

#[test]
fn order_is_refused_with_business_reject_when_queue_is_full() {
    let mut rig = Rig::new(2, |_| {});
    rig.engine_runs = false;
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    for n in 0..3 {
        client.order(rig.now, &format!("o{n}"));
    }
    rig.until(&mut [&mut client], |rig, _| rig.counter("queue_full") == 1);
    assert_eq!(rig.counter("commands"), 2);
    rig.engine_runs = true;
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=j", "380=4", "372=D", "45=4", "379=o2"]) == 1);
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8"]) == 2);
}

#[test]
fn refusal_leaves_once_it_is_stored_and_no_later_one_keeps_it_back() {
    let mut rig = Rig::new(2, |_| {});
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    let flood = |rig: &mut Rig, client: &mut Client, name: &str| {
        rig.engine_runs = false;
        let refused = rig.counter("queue_full");
        for n in 0..3 {
            client.order(rig.now, &format!("{name}{n}"));
        }
        rig.until(&mut [client], |rig, _| rig.counter("queue_full") == refused + 1);
        let unseen = rig.acceptor().next_seq();
        rig.engine_runs = true;
        rig.until(&mut [client], |rig, _| rig.acceptor().next_seq() == Seq(unseen.0 + 2));
    };
    *rig.store.permits.lock() = Some(0);
    flood(&mut rig, &mut client, "a");
    flood(&mut rig, &mut client, "b");
    (0..100).for_each(|_| rig.until(&mut [&mut client], |_, _| true));
    assert_eq!(client.count(&["35=j"]), 0, "not stored yet");
    *rig.store.permits.lock() = Some(1);
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=j", "379=a2"]) == 1);
    let survives = rig.store.after_crash().load().unwrap().sessions;
    let next_in = survives.iter().find(|(id, _)| id.0 == 0).map(|(_, record)| record.next_in);
    assert!(next_in > Some(4), "the refused order would be due again: {next_in:?}");
    (0..100).for_each(|_| rig.until(&mut [&mut client], |_, _| true));
    assert_eq!(client.count(&["35=j"]), 1, "the second is not stored yet");
    *rig.store.permits.lock() = None;
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=j", "379=b2"]) == 1);
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8"]) == 4);
}

#[test]
fn overload_without_end_holds_nothing_for_ever() {
    let mut rig = Rig::new(2, |_| {});
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    let mut sent = 0;
    // Every round refuses an order, so a hold is asked for in every round.
    rig.until(&mut [&mut client], |rig, clients| {
        for _ in 0..4 {
            sent += 1;
            clients[0].order(rig.now, &format!("o{sent}"));
        }
        clients[0].count(&["35=j"]) >= 20 && clients[0].count(&["35=8"]) >= 20
    });
}

#[test]
fn slow_consumer_is_cut_and_harms_no_other_session() {
    let mut rig = Rig::new(4096, |settings| settings.output_bytes_max = 256 * 1024);
    rig.reports_per_order = 100;
    let mut slow = rig.client("ALPHA", SequenceNumbers::FIRST);
    let mut other = rig.client("BETA", SequenceNumbers::FIRST);
    slow.reads = false;
    let mut sent = 0;
    rig.until(&mut [&mut slow, &mut other], |rig, clients| {
        if sent < 2_000 {
            sent += 1;
            clients[0].order(rig.now, &format!("s{sent}"));
        }
        rig.counter("slow_consumers") == 1
    });
    rig.reports_per_order = 1;
    other.order(rig.now, "fine");
    rig.until(&mut [&mut other], |_, clients| clients[0].count(&["35=8", "11=fine"]) == 1);
}

#[test]
fn connection_without_logon_is_cut_in_time() {
    let mut rig = Rig::new(64, |_| {});
    let mut silent = Client::connect(rig.acceptor().local_addr(), "ALPHA", SequenceNumbers::FIRST);
    rig.until(&mut [&mut silent], |rig, _| rig.counter("connections") == 1);
    rig.now += 11 * SECOND;
    rig.until(&mut [&mut silent], |_, clients| clients[0].closed);
    assert_eq!(rig.counter("logon_timeouts"), 1);
}

#[test]
fn unknown_comp_ids_are_closed_without_an_answer() {
    let mut rig = Rig::new(64, |_| {});
    let mut stranger = Client::connect(rig.acceptor().local_addr(), "NOBODY", SequenceNumbers::FIRST);
    stranger.session.connected(rig.now, &mut stranger.out);
    rig.until(&mut [&mut stranger], |_, clients| clients[0].closed);
    assert_eq!((stranger.seen.len(), rig.counter("unknown_comp_ids")), (0, 1));
}

#[test]
fn second_logon_is_refused_and_the_live_session_goes_on() {
    let mut rig = Rig::new(64, |_| {});
    let mut live = rig.client("ALPHA", SequenceNumbers::FIRST);
    let mut second = Client::connect(rig.acceptor().local_addr(), "ALPHA", SequenceNumbers::FIRST);
    second.session.connected(rig.now, &mut second.out);
    rig.until(&mut [&mut live, &mut second], |_, clients| clients[1].closed);
    assert_eq!(second.count(&["35=5", "58=session is already logged on"]), 1);
    live.order(rig.now, "o1");
    rig.until(&mut [&mut live], |_, clients| clients[0].count(&["35=8", "11=o1"]) == 1);
}

#[test]
fn connections_before_logon_are_bounded() {
    let mut rig = Rig::new(64, |settings| settings.connections_before_logon_max = 2);
    let address = rig.acceptor().local_addr();
    let mut clients: Vec<Client> = (0..3).map(|_| Client::connect(address, "ALPHA", SequenceNumbers::FIRST)).collect();
    let mut refs: Vec<&mut Client> = clients.iter_mut().collect();
    rig.until(&mut refs, |rig, _| rig.counter("connections_refused") == 1);
    assert_eq!(rig.counter("connections"), 2);
}

#[test]
fn garbage_before_logon_is_closed_and_garbage_after_it_is_ignored() {
    let mut rig = Rig::new(64, |_| {});
    let mut hostile = Client::connect(rig.acceptor().local_addr(), "ALPHA", SequenceNumbers::FIRST);
    hostile.socket.write_all(&[0xff; 20_000]).unwrap();
    rig.until(&mut [&mut hostile], |_, clients| clients[0].closed);
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    client.socket.write_all(b"8=FIX.4.4\x019=5\x0135=D\x0110=999\x01garbage").unwrap();
    client.order(rig.now, "o1");
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8", "11=o1"]) == 1);
    assert!(rig.counter("garbled") >= 2);
}

#[test]
fn reset_at_logon_begins_both_numbers_again_and_survives_a_crash() {
    let mut rig = Rig::new(64, |_| {});
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    for n in 0..4 {
        client.order(rig.now, &format!("o{n}"));
    }
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8"]) == 4);
    drop(client);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 1);
    let mut client = Client::connect(rig.acceptor().local_addr(), "ALPHA", SequenceNumbers::FIRST);
    let config = SessionConfig { reset_on_logon: true, ..SessionConfig::initiator("ALPHA", "MILL") };
    client.session = Session::new(config, SequenceNumbers::FIRST);
    client.session.connected(rig.now, &mut client.out);
    rig.until(&mut [&mut client], |_, clients| clients[0].session.is_active());
    assert_eq!(client.count(&["35=A", "34=1", "141=Y"]), 1);
    rig.crash();
    // The orders under greater numbers are of the numbering before.
    assert_eq!(rig.acceptor().sessions().lock()[0].next_in, 2);
}

#[path = "disconnects_tests.rs"]
mod disconnects;

#[path = "door_tests.rs"]
mod door;

#[path = "drop_copy_tests.rs"]
mod drop_copy;

#[path = "hours_tests.rs"]
mod hours;

#[path = "protocol_tests.rs"]
mod protocol;

#[path = "reload_tests.rs"]
mod reload;

#[path = "tls_tests.rs"]
mod tls;

#[path = "volume_tests.rs"]
mod volume;

#[path = "version_tests.rs"]
mod versions;
