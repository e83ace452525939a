//! The FIX acceptor: the agent that has the sockets.
//!
//! One round of [`Acceptor::work`] takes what is there and never waits: new connections, bytes in, frames of the journal
//! behind the durable mark, resends, bytes out, timers. What each connection may take of a round is bounded, so that a busy
//! one starves nobody; what each may pile up is bounded, so that a slow or silent one harms nobody. A connection that is cut
//! loses nothing: its reports are in the journal, and the peer asks for them when it is back.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use journal::{Follower, Mark};
use mio::{Events, Poll, Token};
use model::queue::Producer;
use model::{Agent, Command, EngineTime, Seq, SessionEnd, SessionId, Stopped};
use parking_lot::Mutex;

use super::auth::Verifier;
use super::connection::Connection;
use super::control::Control;
use super::counters::{Counters, SessionStatus, count};
use super::desk::{Desk, Setup};
use super::door::Places;
use super::ended::Ended;
use super::failure::AcceptorFailure;
use super::ledger::Ledger;
use super::listener::{LISTENERS_MAX, Listener, Refused};
use super::lockout::Lockout;
use super::message_log::{Direction, MessageLog};
use super::report::Names;
use super::settings::{AcceptorSettings, SessionSettings};
use super::slot::Slot;
use super::store::SessionStore;

/// Frames of the journal taken in one round.
const FRAMES_PER_ROUND: usize = 1_024;
/// Socket events taken in one round.
const SOCKET_EVENTS: usize = 256;
/// Between looks at heartbeats and time limits, in nanoseconds.
const TIMER_NS: i64 = 50_000_000;
/// Between steps of the store, and between updates of the status, in nanoseconds.
const STORE_NS: i64 = 100_000_000;
/// Between flushes of the store for its own sake, in nanoseconds: bounds what is told again after a crash.
const FLUSH_NS: i64 = 1_000_000_000;
/// TLS handshakes that go on in one round: each costs some hundred microseconds, which the live sessions wait for.
const HANDSHAKES_PER_ROUND: usize = 2;

/// The agent "fix".
pub struct Acceptor {
    pub(super) poll: Poll,
    events: Events,
    pub(super) listeners: Vec<Listener>,
    follower: Follower,
    pub(super) desk: Desk,
    status: Arc<Mutex<Vec<SessionStatus>>>,
    pub(super) places: Places,
    logon_time_limit_ns: i64,
    pub(super) refused: Refused,
    /// The connection that is read first in the next round.
    reads_first: usize,
    last_timer_ns: i64,
    last_store_ns: i64,
    last_flush_ns: i64,
    /// Something was stored since the last flush.
    unflushed: bool,
}

impl Acceptor {
    /// Reads the store, and the journal from the stored cursor to its end; then opens the listener. `names` are those that
    /// the journal defines before that cursor; to give those of its whole length does no harm. `now` decides whose numbers have
    /// begun again since they were stored.
    ///
    /// # Errors
    /// [`AcceptorFailure`]
    pub fn open(
        settings: AcceptorSettings,
        store: Arc<dyn SessionStore>,
        journal: &Path,
        mark: Mark,
        commands: Producer<Command>,
        names: Names,
        now: EngineTime,
    ) -> Result<Acceptor, AcceptorFailure> {
        let (mut ledger, stored) = Ledger::open(store)?;
        let journal_end = mark.durable();
        if ledger.cursor > journal_end.next() {
            tracing::warn!(cursor = %ledger.cursor, %journal_end, "session store is ahead of the journal, which lost its end");
            ledger.cursor = journal_end.next();
        }
        let new_slot = |of: &SessionSettings| {
            let record = stored.sessions.iter().find(|(id, _)| *id == of.session).map(|(_, record)| *record);
            let mut slot = Slot::new(of, record, journal_end);
            // Before the journal is read on: what nobody was told yet is told under the new numbers.
            slot.is_outlived = slot.follow_hours(now.0, None);
            if settings.with_orders.contains(&of.session) {
                slot.lost(SessionEnd::ConnectionLost, now.0);
            }
            slot
        };
        let is_used = |id: SessionId| settings.sessions.iter().chain(&settings.removed).any(|of| of.session == id);
        let live = settings.sessions.iter().map(new_slot);
        let removed = settings.removed.iter().map(|of| {
            let mut slot = new_slot(of);
            slot.is_removed = true;
            slot
        });
        let unused = stored.sessions.iter().filter(|(id, _)| !is_used(*id)).copied().collect();
        let mut follower = Follower::near(journal, mark.clone(), ledger.cursor)?;
        let mut desk = Desk::new(Setup {
            slots: live.chain(removed).collect(),
            ledger,
            names,
            commands,
            output_bytes_max: settings.output_bytes_max,
            slots_for_cancels: settings.slots_for_cancels,
            journal: journal.to_owned(),
            mark,
            templates: settings.templates,
            allowed: settings.allowed,
            lockout: Lockout::new(settings.lockout),
            verifier: Verifier::start().map_err(AcceptorFailure::Verifier)?,
            unused,
        });
        if let Some(log) = settings.message_log {
            let counters = Arc::clone(&desk.counters);
            desk.message_log = Some(MessageLog::start(log, counters).map_err(AcceptorFailure::MessageLog)?);
        }
        while follower.next_seq() <= journal_end {
            follower.poll(FRAMES_PER_ROUND, |frame| desk.recover_frame(frame))?;
        }
        desk.slots.iter_mut().for_each(|slot| slot.is_outlived = false);
        let poll = Poll::new().map_err(AcceptorFailure::Poll)?;
        let open = |(token, (address, tls))| Listener::open(address, tls, Token(token), poll.registry());
        let listeners = settings.listen.into_iter().enumerate().map(open).collect::<Result<Vec<_>, _>>()?;
        let acceptor = Acceptor {
            poll,
            events: Events::with_capacity(SOCKET_EVENTS),
            listeners,
            follower,
            desk,
            status: Arc::default(),
            places: Places {
                all_max: settings.connections_max,
                per_address_max: settings.connections_per_address_max,
                before_logon_max: settings.connections_before_logon_max,
                before_logon_per_address_max: settings.connections_before_logon_per_address_max,
            },
            refused: Refused::default(),
            reads_first: 0,
            logon_time_limit_ns: settings.logon_time_limit_ns,
            last_timer_ns: i64::MIN,
            last_store_ns: i64::MIN,
            last_flush_ns: i64::MIN,
            unflushed: false,
        };
        acceptor.show_status();
        Ok(acceptor)
    }

    /// The address that is listened on first: with its real port where 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.listeners[0].address
    }

    /// The address that speaks TLS, if one does.
    pub fn tls_addr(&self) -> Option<SocketAddr> {
        self.listeners.iter().find(|listener| listener.tls.is_some()).map(|listener| listener.address)
    }

    /// Its counters.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.desk.counters)
    }

    /// The way for operators to ask something of it.
    pub fn control(&self) -> Control {
        self.desk.control.clone()
    }

    /// Its sessions, at most 100 ms old.
    pub fn sessions(&self) -> Arc<Mutex<Vec<SessionStatus>>> {
        Arc::clone(&self.status)
    }

    /// The first frame of the journal that is not told yet.
    pub fn next_seq(&self) -> Seq {
        self.follower.next_seq()
    }

    fn round(&mut self, now_ns: i64) -> Result<usize, AcceptorFailure> {
        self.take_socket_events()?;
        let mut done = self.accept(now_ns);
        self.desk.take_answers();
        self.desk.take_questions(now_ns);
        if let Some(tls) = self.desk.new_tls.take() {
            let encrypted = self.listeners.iter_mut().find(|listener| listener.tls.is_some());
            encrypted.into_iter().for_each(|listener| listener.tls = Some(tls.clone()));
        }
        done += self.read(now_ns)?;
        done += self.follow(now_ns)?;
        done += self.desk.resend(now_ns)?;
        if now_ns.saturating_sub(self.last_timer_ns) >= TIMER_NS {
            self.last_timer_ns = now_ns;
            self.desk.on_timer(now_ns, self.logon_time_limit_ns);
        }
        done += self.write(now_ns)?;
        if now_ns.saturating_sub(self.last_store_ns) >= STORE_NS {
            self.last_store_ns = now_ns;
            self.store(now_ns)?;
        }
        Ok(done)
    }

    fn take_socket_events(&mut self) -> Result<(), AcceptorFailure> {
        match self.poll.poll(&mut self.events, Some(Duration::ZERO)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other.map_err(AcceptorFailure::Poll)?,
        }
        for event in &self.events {
            let Token(token) = event.token();
            if let Some(listener) = self.listeners.get_mut(token) {
                listener.ready = true;
            } else if let Some(Some(connection)) = self.desk.connections.get_mut(token - LISTENERS_MAX) {
                connection.readable |= event.is_readable() || event.is_read_closed() || event.is_error();
                connection.read_closed |= event.is_read_closed() || event.is_error();
                connection.writable |= event.is_writable();
            }
        }
        Ok(())
    }

    fn read(&mut self, now_ns: i64) -> Result<usize, AcceptorFailure> {
        let (mut done, mut handshakes) = (0, 0);
        let count = self.desk.connections.len();
        let first = std::mem::take(&mut self.reads_first);
        for c in (first..count).chain(0..first.min(count)) {
            let Some(connection) = &mut self.desk.connections[c] else { continue };
            if !connection.readable && !connection.has_input() {
                continue;
            }
            let handshaking = connection.socket.is_handshaking();
            if handshaking {
                if handshakes == HANDSHAKES_PER_ROUND {
                    // The others have their turn before it comes to this one again.
                    self.reads_first = c;
                    continue;
                }
                handshakes += 1;
            }
            match connection.read() {
                Ok(bytes) => done += usize::from(bytes > 0 || handshaking),
                Err(error) if handshaking => {
                    tracing::warn!(peer = %connection.peer, %error, "TLS handshake failed");
                    self.drop_connection(c, Ended::HandshakeFailed, now_ns);
                    continue;
                }
                Err(_) => {
                    self.drop_connection(c, Ended::SocketFailed, now_ns);
                    continue;
                }
            }
            done += self.desk.take_input(c, now_ns)?;
            let closed = self.desk.connections[c].as_ref().is_some_and(Connection::peer_closed);
            if closed {
                self.desk.end(c, Ended::PeerClosed, now_ns);
            }
        }
        Ok(done)
    }

    fn follow(&mut self, now_ns: i64) -> Result<usize, AcceptorFailure> {
        let Acceptor { follower, desk, .. } = self;
        Ok(follower.poll(FRAMES_PER_ROUND, |frame| desk.on_frame(frame, now_ns))?)
    }

    fn write(&mut self, now_ns: i64) -> Result<usize, AcceptorFailure> {
        let mut done = 0;
        for c in 0..self.desk.connections.len() {
            let Desk { connections, slots, ledger, output_bytes_max, message_log, .. } = &mut self.desk;
            let Some(connection) = &mut connections[c] else { continue };
            let waiting = connection.out.pending().len();
            if connection.has_output() {
                if let (Some(log), Some(slot)) = (message_log, connection.slot) {
                    log.note_all(slots[slot].target_comp_id, now_ns, Direction::Out, connection.unlogged());
                }
                let cleared = match connection.slot {
                    Some(index) => ledger.cleared(slots, index, connection),
                    None => u64::MAX,
                };
                if connection.write_up_to(connection.leaving_before(cleared)).is_err() {
                    self.drop_connection(c, Ended::SocketFailed, now_ns);
                    continue;
                }
                let left = connection.out.pending().len();
                done += usize::from(left < waiting);
                // What waits for our own disk is not the peer's slowness.
                if connection.leaving_before(cleared) > *output_bytes_max {
                    count(&self.desk.counters.slow_consumers);
                    self.drop_connection(c, Ended::SlowConsumer, now_ns);
                    continue;
                }
            }
            if connection.is_ending() && connection.finish(now_ns) {
                self.remove(c);
            }
        }
        Ok(done)
    }

    /// Ends a connection without waiting for anything to leave.
    fn drop_connection(&mut self, c: usize, why: Ended, now_ns: i64) {
        self.desk.end(c, why, now_ns);
        self.remove(c);
    }

    fn remove(&mut self, c: usize) {
        if let Some(mut connection) = self.desk.connections[c].take() {
            let _ = self.poll.registry().deregister(&mut connection.socket);
        }
    }

    fn store(&mut self, now_ns: i64) -> Result<(), AcceptorFailure> {
        if let Some(failure) = self.desk.ledger.failure() {
            return Err(failure.into());
        }
        self.listeners.iter_mut().for_each(|listener| listener.ready = true);
        self.unflushed |= self.desk.ledger.store(&mut self.desk.slots);
        if self.unflushed && now_ns.saturating_sub(self.last_flush_ns) >= FLUSH_NS {
            (self.last_flush_ns, self.unflushed) = (now_ns, false);
            self.desk.ledger.request_flush();
        }
        self.show_status();
        Ok(())
    }

    fn show_status(&self) {
        let connection_of = |slot: &Slot| slot.connection.and_then(|c| self.desk.connections[c].as_ref());
        let shown = self.desk.slots.iter().filter(|slot| !slot.is_removed || slot.connection.is_some());
        *self.status.lock() = shown.map(|slot| slot.status(connection_of(slot))).collect();
    }

    /// Tells what the journal still has, logs everybody out, and stores everything exactly.
    fn shut(&mut self, now_ns: i64) -> Result<(), AcceptorFailure> {
        while self.follow(now_ns)? > 0 {}
        for c in 0..self.desk.connections.len() {
            let Desk { connections, slots, .. } = &mut self.desk;
            let Some(connection) = &mut connections[c] else { continue };
            if let Some(slot) = connection.slot {
                slots[slot].session.logout(now_ns, "millrace is stopping", &mut connection.out);
            }
            self.desk.end(c, Ended::Stopping, now_ns);
        }
        // To ask for reservations and for holds, to use them, and the same for holds that were gathered meanwhile.
        for _ in 0..3 {
            self.write(now_ns)?;
            self.desk.ledger.settle()?;
        }
        self.write(now_ns)?;
        self.desk.connections.clear();
        self.desk.ledger.close(&mut self.desk.slots)?;
        self.show_status();
        Ok(())
    }
}

impl Agent for Acceptor {
    fn name(&self) -> &'static str {
        "fix"
    }

    fn work(&mut self, now: EngineTime) -> Result<usize, Stopped> {
        self.round(now.0).map_err(Stopped::by)
    }

    fn stop(&mut self, now: EngineTime) -> Result<(), Stopped> {
        self.shut(now.0).map_err(Stopped::by)
    }
}

#[cfg(test)]
#[path = "acceptor_tests.rs"]
mod tests;
