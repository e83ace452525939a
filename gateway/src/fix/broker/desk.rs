//! The session to a broker: its connection, its messages and its numbers. What they are for is in [`super::trading`].

use std::path::Path;
use std::sync::Arc;

use journal::Mark;
use model::queue::Producer;
use model::{AccountName, Command, CompId, Link as LinkState, VenueId};

use crate::venue::outgoing::Outgoing;

use super::super::control::{Answer, NewNumbers};
use super::super::counters::{Counters, add, count};
use super::super::frame::{Framed, frame};
use super::super::ledger::Ledger;
use super::super::limits::MESSAGE_BYTES_MAX;
use super::super::message::FieldIndex;
use super::super::message_log::{Direction, MessageLog};
use super::super::msg_type;
use super::super::report::Names;
use super::super::resend::{OUTPUT_BYTES_AHEAD, Record};
use super::super::session::Disposition;
use super::super::settings::{Access, SessionSettings};
use super::super::slot::Slot;
use super::super::store::SessionStore;
use super::asking::Asking;
use super::link::Link;
use super::open_orders::OpenOrders;
use super::orders::ToBroker;
use super::positions::PositionQuestion;
use super::recovery::recover;
use super::reports::{Hearing, unreadable};
use super::route::Route;
use super::sent::SentMessages;
use super::trades::Trades;
use super::trading::refused;
use super::{BrokerFailure, BrokerSettings, BrokerStart};

/// Room for reports of one round that wait.
const REPORTS_WAITING_AT_FIRST: usize = 4_096;

/// Everything but the journal's follower and the timers.
pub(super) struct Desk {
    pub(super) venue: VenueId,
    pub(super) account: AccountName,
    foreign_account: AccountName,
    pub(super) names: Names,
    pub(super) route: Route,
    pub(super) open: OpenOrders,
    pub(super) sent: SentMessages,
    pub(super) trades: Trades,
    /// The one session; the ledger works on slices.
    pub(super) slots: [Slot; 1],
    pub(super) ledger: Ledger,
    pub(super) link: Link,
    index: FieldIndex,
    /// The way into the hot loop.
    pub(super) reports: Outgoing<Command>,
    pub(super) output_bytes_max: usize,
    pub(super) counters: Arc<Counters>,
    pub(super) message_log: Option<MessageLog>,
    pub(super) asking: Asking,
    pub(super) positions: Option<PositionQuestion>,
    /// The engine was told that the connection is there.
    pub(super) is_up: bool,
}

/// What is left to do after a message.
enum After {
    Taken,
    /// It must wait; try again in the next round.
    Held,
    /// Output must wait for the store.
    Hold,
    End(String),
}

impl Desk {
    pub(super) fn open(
        settings: BrokerSettings,
        start: BrokerStart,
        store: Arc<dyn SessionStore>,
        journal: &Path,
        reports: Producer<Command>,
    ) -> Result<Desk, BrokerFailure> {
        let (session, venue) = (settings.session, VenueId::broker(settings.session));
        let (mut ledger, stored) = Ledger::open(store)?;
        let record = stored.sessions.iter().find(|(id, _)| *id == session).map(|(_, record)| *record);
        let mut index = FieldIndex::new();
        if let Some(dictionary) = &settings.config.dictionary {
            index.use_dictionary(dictionary);
        }
        let access = Access { schedule: settings.schedule, ..Access::default() };
        let of_session = SessionSettings { session, config: settings.config, access };
        let mut slot = Slot::new(&of_session, record, start.last_seq);
        let open = OpenOrders::of(start.working);
        let is_void = match record {
            Some(record) => recover(&mut slot, &*ledger.store, &record, ledger.cursor, start.last_seq, journal)?,
            None => false,
        };
        ledger.cursor = start.last_seq.next();
        let mut route = Route::new(venue);
        start.routes.iter().for_each(|(instrument, venue, abilities)| route.learn(*instrument, *venue, *abilities));
        let counters = Arc::<Counters>::default();
        let message_log = settings.message_log.map(|log| MessageLog::start(log, Arc::clone(&counters)));
        let mut desk = Desk {
            venue,
            account: settings.account,
            foreign_account: settings.foreign_account,
            names: start.names,
            route,
            open,
            sent: SentMessages::new(),
            trades: Trades::new(),
            slots: [slot],
            ledger,
            link: Link::new(settings.connect, u64::from(session.0)).map_err(BrokerFailure::Poll)?,
            index,
            reports: Outgoing::new(reports, REPORTS_WAITING_AT_FIRST),
            output_bytes_max: settings.output_bytes_max,
            counters,
            message_log: message_log.transpose().map_err(BrokerFailure::MessageLog)?,
            asking: Asking::new(settings.ask),
            positions: None,
            is_up: false,
        };
        if is_void {
            desk.numbers_are_void();
        }
        Ok(desk)
    }

    /// The broker's CompID.
    pub(super) fn name(&self) -> CompId {
        self.slots[0].target_comp_id
    }

    /// Is this the time to be connected? Not before the timer has looked at the hours.
    pub(super) fn may_connect(&self) -> bool {
        !self.slots[0].being_set && self.slots[0].session.is_open()
    }

    /// The connection has opened: we say Logon.
    pub(super) fn begin_logon(&mut self, now_ns: i64) {
        let Desk { slots: [slot], link, .. } = self;
        let Some(connection) = link.opened() else { return };
        let before = slot.session.sequence_numbers();
        connection.admitted();
        connection.slot = Some(0);
        slot.connection = Some(0);
        slot.session.connected(now_ns, &mut connection.out);
        // The Logon has taken a number, so equal or lower means that they began again.
        if slot.session.sequence_numbers().next_out <= before.next_out {
            slot.reset(now_ns);
            connection.holds.hold(0, slot.sent());
            self.numbers_are_void();
        }
    }

    /// An operator's new numbers.
    pub(super) fn set_numbers(&mut self, new: &NewNumbers) -> Answer {
        self.slots[0].begin_to_set(new, self.reports.queue())
    }

    /// Frames what was read and deals with each message. Gives their number.
    pub(super) fn take_input(&mut self, now_ns: i64) -> usize {
        let mut messages = 0;
        while let Some(connection) = self.link.opened().filter(|connection| !connection.is_ending()) {
            let from = connection.position();
            let (input, _) = connection.input_and_out();
            let (len, after) = match frame(input, MESSAGE_BYTES_MAX) {
                Framed::Incomplete => break,
                Framed::Garbled { skip, .. } => (skip, self.on_garbled()),
                Framed::Message { len } => (len, self.on_message(len, now_ns)),
            };
            if matches!(after, After::Held) {
                break;
            }
            messages += 1;
            if let Some(connection) = self.link.opened() {
                connection.take(len);
                if matches!(after, After::Hold) {
                    connection.holds.hold(from, self.slots[0].sent());
                }
            }
            if let After::End(why) = after {
                self.end(&why, now_ns);
            }
        }
        messages
    }

    fn on_garbled(&mut self) -> After {
        count(&self.counters.garbled);
        match self.slots[0].session.on_garbled() {
            Disposition::Disconnect { reason } => After::End(format!("{reason:?}")),
            _ => After::Taken,
        }
    }

    fn on_message(&mut self, len: usize, now_ns: i64) -> After {
        let Desk { slots: [slot], link, index, counters, message_log, reports, open, venue, sent, trades, .. } = self;
        let Desk { names, foreign_account, asking, positions, .. } = self;
        let Some(connection) = link.opened() else { return After::Taken };
        let (input, out) = connection.input_and_out();
        let Ok(message) = index.parse(&input[..len]) else { return self.on_garbled() };
        // A report needs room on its way, and numbers begin again only when nothing is on its way.
        let resets = slot.in_flight() > 0 && slot.session.may_reset_with(&message);
        if resets || !slot.has_room_for(false) || !reports.is_drained() {
            return After::Held;
        }
        if let Some(log) = message_log {
            log.note(slot.target_comp_id, now_ns, Direction::In, &input[..len]);
        }
        count(&counters.messages_in);
        let disposition = slot.session.on_message(now_ns, &message, out);
        let mut after = After::Taken;
        match disposition {
            Disposition::LoggedOn { reset } => {
                count(&counters.logons);
                tracing::info!(broker = %slot.target_comp_id, reset, "logged on");
                link.succeeded();
                if let Some(resend) = slot.session.take_owed_resend() {
                    slot.ask_resend(resend);
                }
                if reset {
                    slot.reset(now_ns);
                    self.numbers_are_void();
                    after = After::Hold;
                }
                self.link_is(LinkState::Up);
                self.begin_to_ask();
            }
            Disposition::Application { msg_seq_num, .. } => {
                asking.on_cancel_reject(&message, open);
                positions.iter_mut().for_each(|question| question.hear(&message));
                let heard = match message.msg_type() {
                    msg_type::BUSINESS_MESSAGE_REJECT => {
                        count(&counters.business_rejects_in);
                        Ok(refused(&message, *venue, sent, open, asking))
                    }
                    _ => Hearing { venue: *venue, open, trades, names, foreign_account }.hear(&message).map(|heard| {
                        heard.answers_for.into_iter().for_each(|order_id| asking.answered(order_id));
                        asking.on_report(&message);
                        heard.command
                    }),
                };
                match heard {
                    Ok(Some(command)) => {
                        reports.send(command);
                        slot.sent_to_engine(msg_seq_num);
                        count(&counters.commands);
                    }
                    Ok(None) => {}
                    Err(problem) => {
                        tracing::warn!(broker = %slot.target_comp_id, msg_seq_num, ?problem, "a message of the broker cannot be read");
                        count(&counters.session_rejects);
                        let _ = slot.session.reject(now_ns, &message, problem, out);
                        let report = unreadable(&message, *venue);
                        self.say(report.into());
                    }
                }
            }
            Disposition::Consumed if message.msg_type() == msg_type::REJECT => {
                tracing::warn!(broker = %slot.target_comp_id, "the broker rejected a message: see the message log");
                positions.iter_mut().for_each(|question| question.hear(&message));
                if let Some(report) = refused(&message, *venue, sent, open, asking) {
                    self.say(report);
                }
            }
            Disposition::Rejected { problem } => {
                count(&counters.session_rejects);
                if matches!(message.msg_type(), msg_type::EXECUTION_REPORT | msg_type::ORDER_CANCEL_REJECT) {
                    tracing::warn!(broker = %slot.target_comp_id, ?problem, "a report of the broker was rejected");
                    let report = unreadable(&message, *venue);
                    self.say(report.into());
                }
            }
            Disposition::Resend(resend) => {
                count(&counters.resend_requests);
                self.asking.on_resend(&resend);
                slot.ask_resend(resend);
            }
            Disposition::Disconnect { reason } => after = After::End(format!("{reason:?}")),
            Disposition::Consumed | Disposition::Dropped | Disposition::LoggedOut => {}
        }
        after
    }

    /// Goes on with what the broker asked for again. Gives the number of messages.
    pub(super) fn resend(&mut self, journal: &Path, mark: &Mark, now_ns: i64) -> Result<usize, BrokerFailure> {
        let Desk { slots: [slot], link, ledger, names, route, account, counters, .. } = self;
        if slot.resend.is_none() && slot.resends_waiting.is_empty() {
            return Ok(0);
        }
        let room = |out: usize| out <= OUTPUT_BYTES_AHEAD;
        let Some(connection) = link.opened().filter(|connection| room(connection.out.pending().len())) else {
            return Ok(0);
        };
        let teller = ToBroker { version: slot.session.config().version, account, names, route };
        let from = Record { store: &*ledger.store, cursor: ledger.cursor, journal, mark };
        let messages = slot.resend_piece(&teller, &from, now_ns, &mut connection.out)?;
        add(&counters.messages_resent, messages);
        if slot.resend.is_none() && slot.resends_waiting.is_empty() && self.asking.is_lost() {
            self.begin_to_ask();
        }
        Ok(messages as usize + 1)
    }
}
