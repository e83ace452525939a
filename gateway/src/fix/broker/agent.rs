//! The agent: one round takes what is there from the socket and the journal, and never waits.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use journal::{Follower, Mark};
use model::queue::Producer;
use model::{Agent, Command, EngineTime, Stopped};
use parking_lot::Mutex;

use super::super::control::{Control, Question};
use super::super::counters::{Counters, SessionStatus, count};
use super::super::message_log::Direction;
use super::super::store::SessionStore;
use super::desk::Desk;
use super::{BrokerFailure, BrokerSettings, BrokerStart};

/// Frames of the journal taken in one round.
const FRAMES_PER_ROUND: usize = 1_024;
/// Between looks at heartbeats and time limits, in nanoseconds.
const TIMER_NS: i64 = 50_000_000;
/// Between steps of the store, and between updates of the status, in nanoseconds.
const STORE_NS: i64 = 100_000_000;
/// Between flushes of the store for its own sake, in nanoseconds.
const FLUSH_NS: i64 = 1_000_000_000;

/// The agent "broker".
pub struct Broker {
    desk: Desk,
    follower: Follower,
    journal: PathBuf,
    mark: Mark,
    control: Control,
    status: Arc<Mutex<Vec<SessionStatus>>>,
    last_timer_ns: i64,
    last_store_ns: i64,
    last_flush_ns: i64,
    /// Something was stored since the last flush.
    unflushed: bool,
}

impl Broker {
    /// Reads the store; connects with the first round.
    ///
    /// # Errors
    /// [`BrokerFailure`]
    pub fn open(
        settings: BrokerSettings,
        start: BrokerStart,
        store: Arc<dyn SessionStore>,
        journal: &Path,
        mark: Mark,
        reports: Producer<Command>,
    ) -> Result<Broker, BrokerFailure> {
        let first = start.last_seq.next();
        let broker = Broker {
            desk: Desk::open(settings, start, store, journal, reports)?,
            follower: Follower::near(journal, mark.clone(), first)?,
            journal: journal.to_owned(),
            mark,
            control: Control::default(),
            status: Arc::default(),
            last_timer_ns: i64::MIN,
            last_store_ns: i64::MIN,
            last_flush_ns: i64::MIN,
            unflushed: false,
        };
        broker.show_status();
        Ok(broker)
    }

    /// Its counters.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.desk.counters)
    }

    /// The way for operators to ask something of it.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Its session, at most 100 ms old.
    pub fn sessions(&self) -> Arc<Mutex<Vec<SessionStatus>>> {
        Arc::clone(&self.status)
    }

    fn round(&mut self, now_ns: i64) -> Result<usize, BrokerFailure> {
        while let Some(question) = self.control.next() {
            match question {
                Question::Numbers(numbers, answer) => {
                    let _ = answer.try_send(self.desk.set_numbers(&numbers));
                }
                Question::Positions(accounts, answer) => self.desk.ask_positions(accounts, answer, now_ns),
                // Brokers are changed by a restart.
                Question::Reload(..) => {}
            }
        }
        if now_ns.saturating_sub(self.last_timer_ns) >= TIMER_NS {
            self.last_timer_ns = now_ns;
            self.desk.on_timer(now_ns);
        }
        let mut done = self.connect(now_ns)?;
        done += self.read(now_ns);
        done += self.desk.reports.drain();
        // The journal is the buffer, as for the paper venue.
        if self.desk.reports.is_drained() {
            let Broker { follower, desk, .. } = self;
            done += follower.poll(FRAMES_PER_ROUND, |frame| desk.on_frame(frame, now_ns))?;
        }
        done += self.desk.resend(&self.journal, &self.mark, now_ns)?;
        done += self.desk.ask(now_ns);
        done += self.desk.go_on_with_positions(now_ns);
        done += self.write(now_ns);
        if now_ns.saturating_sub(self.last_store_ns) >= STORE_NS {
            self.last_store_ns = now_ns;
            self.store(now_ns)?;
        }
        Ok(done)
    }

    fn connect(&mut self, now_ns: i64) -> Result<usize, BrokerFailure> {
        let desk = &mut self.desk;
        if desk.link.connection.is_none() {
            return Ok(usize::from(desk.may_connect() && desk.link.connect_if_due(now_ns)));
        }
        desk.link.take_socket_events().map_err(BrokerFailure::Poll)?;
        match desk.link.open(now_ns) {
            Ok(true) if desk.may_connect() => desk.begin_logon(now_ns),
            Ok(true) => desk.drop_link("its numbers are being set, or its hours are over", now_ns),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(broker = %desk.name(), %error, "the connection to the broker did not open");
                desk.drop_link("it did not open", now_ns);
            }
        }
        Ok(0)
    }

    fn read(&mut self, now_ns: i64) -> usize {
        let Some(connection) = self.desk.link.opened() else { return 0 };
        if !connection.readable && !connection.has_input() {
            return 0;
        }
        let Ok(bytes) = connection.read() else {
            self.desk.drop_link("the socket failed", now_ns);
            return 1;
        };
        let messages = self.desk.take_input(now_ns);
        if self.desk.link.opened().is_some_and(|connection| connection.peer_closed()) {
            self.desk.end("the broker closed it", now_ns);
        }
        usize::from(bytes > 0) + messages
    }

    fn write(&mut self, now_ns: i64) -> usize {
        let Desk { slots, link, ledger, message_log, output_bytes_max, counters, .. } = &mut self.desk;
        let Some(connection) = link.opened() else { return 0 };
        let mut done = 0;
        if connection.has_output() {
            if let Some(log) = message_log {
                log.note_all(slots[0].target_comp_id, now_ns, Direction::Out, connection.unlogged());
            }
            let cleared = ledger.cleared(slots, 0, connection);
            let waiting = connection.out.pending().len();
            if connection.write_up_to(connection.leaving_before(cleared)).is_err() {
                self.desk.drop_link("the socket failed", now_ns);
                return 1;
            }
            if connection.leaving_before(cleared) > *output_bytes_max {
                count(&counters.slow_consumers);
                self.desk.drop_link("the broker does not read", now_ns);
                return 1;
            }
            done = usize::from(connection.out.pending().len() < waiting);
        }
        if connection.is_ending() && connection.finish(now_ns) {
            link.remove();
        }
        done
    }

    fn store(&mut self, now_ns: i64) -> Result<(), BrokerFailure> {
        let Desk { ledger, slots, .. } = &mut self.desk;
        if let Some(failure) = ledger.failure() {
            return Err(failure.into());
        }
        self.unflushed |= ledger.store(slots);
        if self.unflushed && now_ns.saturating_sub(self.last_flush_ns) >= FLUSH_NS {
            (self.last_flush_ns, self.unflushed) = (now_ns, false);
            ledger.request_flush();
        }
        self.show_status();
        Ok(())
    }

    fn show_status(&self) {
        *self.status.lock() = vec![self.desk.slots[0].status(self.desk.link.connection.as_ref())];
    }

    /// Says Logout, and stores everything exactly. Orders that come up after this are asked for after the next Logon.
    fn shut(&mut self, now_ns: i64) -> Result<(), BrokerFailure> {
        self.desk.logout("millrace is stopping", now_ns);
        // To ask for reservations and for holds, to use them, and the same for holds that were gathered meanwhile.
        for _ in 0..3 {
            self.write(now_ns);
            self.desk.ledger.settle()?;
        }
        self.write(now_ns);
        self.desk.link.remove();
        self.desk.ledger.close(&mut self.desk.slots)?;
        self.show_status();
        Ok(())
    }
}

impl Agent for Broker {
    fn name(&self) -> &'static str {
        "broker"
    }

    fn work(&mut self, now: EngineTime) -> Result<usize, Stopped> {
        self.round(now.0).map_err(Stopped::by)
    }

    fn stop(&mut self, now: EngineTime) -> Result<(), Stopped> {
        self.shut(now.0).map_err(Stopped::by)
    }
}
