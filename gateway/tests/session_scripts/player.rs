//! Plays one script: does its steps, and compares what the session says and means with what is written.

use std::collections::VecDeque;

use gateway::fix::encode::Encoder;
use gateway::fix::frame::{Framed, frame};
use gateway::fix::limits::MESSAGE_BYTES_MAX;
use gateway::fix::message::FieldIndex;
use gateway::fix::session::{
    BusinessReject, BusinessRejectReason, DisconnectReason, Disposition, Role, SequenceNumbers, Session, SessionConfig,
    Version,
};
use gateway::fix::value::TimePrecision;

use super::owner::Owner;
use super::script::{Script, Step};
use super::settings::{self, in_and_out, utc_ns};
use super::wire::{Moment, OURS, PEERS, duration_ns, value_of};

/// Where a run left the script, with what was expected and what came.
#[derive(PartialEq, Debug)]
pub(crate) struct Failure {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A message that the session wrote.
type Written = Vec<(u32, String)>;

const START: &str = "2025-10-09T08:53:20Z";

pub(crate) fn play(script: &Script, version: Version, role: Role) -> Result<(), Failure> {
    let mut player = Player::new(version, role);
    let mut last_line = 1;
    for step in script.steps.iter().filter(|step| step.applies(version, role)) {
        last_line = step.line;
        player.step(step).map_err(|text| Failure { line: step.line, text })?;
    }
    player.settled().map_err(|text| Failure { line: last_line, text })
}

struct Player {
    config: SessionConfig,
    /// Made with the first connection.
    session: Option<Session>,
    start: SequenceNumbers,
    owner: Owner,
    out: Encoder,
    index: FieldIndex,
    moment: Moment,
    /// Received and not framed yet.
    input: Vec<u8>,
    last_message: Vec<u8>,
    written: VecDeque<Written>,
    peer_number: u64,
    own_number: u64,
    disposition: Option<Disposition>,
    /// The application message was handed over and no step has said so.
    handed_over: bool,
    ended: Option<DisconnectReason>,
}

impl Player {
    fn new(version: Version, role: Role) -> Player {
        let start_ns = utc_ns(START);
        Player {
            config: SessionConfig { role, version, ..SessionConfig::acceptor(OURS, PEERS) },
            session: None,
            start: SequenceNumbers::FIRST,
            owner: Owner::default(),
            out: Encoder::with_capacity(4096),
            index: FieldIndex::new(),
            moment: Moment { version, precision: TimePrecision::Millis, start_ns, now_ns: start_ns },
            input: Vec::new(),
            last_message: Vec::new(),
            written: VecDeque::new(),
            peer_number: 1,
            own_number: 1,
            disposition: None,
            handed_over: false,
            ended: None,
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        let rest = step.rest.as_str();
        match step.word.as_str() {
            ">" => return self.compare(rest),
            "expect" => return self.expect(rest),
            "disconnected" => return self.disconnected(rest),
            _ => self.settled()?,
        }
        match step.word.as_str() {
            "set" => self.set(rest),
            "start" => self.start(rest),
            "clock" => self.clock(rest),
            "schedule" => self.schedule(rest),
            "connect" => self.connect(),
            "disconnect" => self.drop_connection(),
            "<" => self.receive_line(rest),
            "<raw" => self.receive(&rest.replace('|', "\x01").into_bytes()),
            "time" => self.time(rest),
            "send" => self.send(rest),
            "business_reject" => self.business_reject(rest),
            "logout" => self.with_session(|session, now, out| session.logout(now, rest, out)),
            "close" => self.with_session(|session, now, out| session.close_for(now, rest, out)),
            "open" => self.with_session(|session, _, _| session.open()),
            "numbers" => return self.numbers(rest),
            "settled" => {}
            other => return Err(format!("no such step: {other}")),
        }
        Ok(())
    }

    /// All that came is accounted for.
    fn settled(&self) -> Result<(), String> {
        match (self.written.front(), self.ended) {
            (Some(message), _) => Err(format!("expected nothing more\ngot      {}", shown(message))),
            (None, Some(reason)) => Err(format!("expected to go on\ngot      disconnected {reason:?}")),
            (None, None) if self.handed_over => Err("expected no application message\ngot      one".to_owned()),
            _ => Ok(()),
        }
    }

    fn set(&mut self, rest: &str) {
        settings::set(&mut self.config, rest);
        self.moment.precision = self.config.time_precision;
    }

    fn start(&mut self, rest: &str) {
        let (next_in, next_out) = in_and_out(rest);
        self.start = SequenceNumbers { next_in, next_out };
        (self.peer_number, self.own_number) = (next_in, next_out);
    }

    fn clock(&mut self, rest: &str) {
        self.moment.start_ns = utc_ns(rest);
        self.moment.now_ns = self.moment.start_ns;
    }

    fn schedule(&mut self, rest: &str) {
        self.owner.follow(settings::schedule(rest), self.moment.now_ns);
    }

    fn connect(&mut self) {
        let (config, start) = (&self.config, self.start);
        let session = self.session.get_or_insert_with(|| Session::new(config.clone(), start));
        self.owner.mind_hours(self.moment.now_ns, session, &mut self.out);
        session.connected(self.moment.now_ns, &mut self.out);
        self.take_output();
    }

    fn drop_connection(&mut self) {
        self.input.clear();
        self.with_session(|session, _, _| session.disconnected());
    }

    /// The session has asked for the end of the connection, for this reason.
    fn disconnected(&mut self, rest: &str) -> Result<(), String> {
        let reason = self.ended.take().ok_or("expected the end of the connection\ngot      none")?;
        if !rest.is_empty() && format!("{reason:?}") != rest {
            return Err(format!("expected disconnected {rest}\ngot      disconnected {reason:?}"));
        }
        self.settled()?;
        self.drop_connection();
        Ok(())
    }

    fn time(&mut self, rest: &str) {
        match rest.strip_prefix("to ") {
            Some(moment) => self.moment.now_ns = utc_ns(moment),
            None => self.moment.now_ns += duration_ns(rest),
        }
        let session = self.session.as_mut().expect("connected before");
        self.owner.mind_hours(self.moment.now_ns, session, &mut self.out);
        self.ended = session.on_timer(self.moment.now_ns, &mut self.out);
        self.take_output();
    }

    fn receive_line(&mut self, line: &str) {
        let bytes = self.moment.message_in(line, self.peer_number);
        let items = self.moment.items(line);
        if value_of(&items, 43) != Some("Y") && value_of(&items, 10).is_none() {
            let named = value_of(&items, 34).and_then(|number| number.parse::<u64>().ok());
            self.peer_number = named.unwrap_or(self.peer_number).saturating_add(1);
        }
        self.receive(&bytes);
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        loop {
            let session = self.session.as_mut().expect("connected before");
            let disposition = match frame(&self.input, MESSAGE_BYTES_MAX) {
                Framed::Incomplete => break,
                Framed::Garbled { skip, .. } => {
                    self.input.drain(..skip);
                    session.on_garbled()
                }
                Framed::Message { len } => {
                    self.last_message = self.input.drain(..len).collect();
                    match self.index.parse(&self.last_message) {
                        Ok(message) => session.on_message(self.moment.now_ns, &message, &mut self.out),
                        Err(_) => session.on_garbled(),
                    }
                }
            };
            self.act_on(disposition);
        }
        self.take_output();
    }

    /// What an owner does.
    fn act_on(&mut self, disposition: Disposition) {
        let session = self.session.as_mut().expect("connected before");
        let now_ns = self.moment.now_ns;
        self.disposition = Some(disposition);
        match disposition {
            Disposition::LoggedOn { reset } => {
                if reset {
                    self.owner.forget();
                }
                if let Some(owed) = session.take_owed_resend() {
                    self.owner.resend(now_ns, owed, session, &mut self.out);
                }
            }
            Disposition::Application { .. } => self.handed_over = true,
            Disposition::Resend(resend) => self.owner.resend(now_ns, resend, session, &mut self.out),
            Disposition::Disconnect { reason } => self.ended = Some(reason),
            Disposition::Consumed | Disposition::Rejected { .. } | Disposition::Dropped | Disposition::LoggedOut => {}
        }
    }

    fn send(&mut self, line: &str) {
        let items = self.moment.items(line);
        let session = self.session.as_mut().expect("connected before");
        let kind = value_of(&items, 35).expect("35= first");
        session.begin_app_message(self.moment.now_ns, kind.as_bytes(), &mut self.out);
        for (tag, value) in items.iter().skip(1).filter_map(|item| item.split_once('=')) {
            self.out.field_str(tag.parse().expect("a tag"), value);
        }
        let message = self.out.finish();
        self.owner.store(message);
        self.take_output();
    }

    fn business_reject(&mut self, rest: &str) {
        let (reason, text) = rest.split_once(' ').unwrap_or((rest, ""));
        let reason = match reason {
            "UnsupportedMessageType" => BusinessRejectReason::UnsupportedMessageType,
            "NotAuthorized" => BusinessRejectReason::NotAuthorized,
            "ThrottleLimitExceeded" => BusinessRejectReason::ThrottleLimitExceeded,
            other => panic!("no reason {other}"),
        };
        let message = self.index.parse(&self.last_message).expect("readable");
        let session = self.session.as_mut().expect("connected before");
        let content = BusinessReject { reason, ref_id: b"", text };
        session.business_reject(self.moment.now_ns, &message, content, &mut self.out);
        self.take_output();
    }

    fn with_session(&mut self, act: impl FnOnce(&mut Session, i64, &mut Encoder)) {
        act(self.session.as_mut().expect("connected before"), self.moment.now_ns, &mut self.out);
        self.take_output();
    }

    fn numbers(&self, rest: &str) -> Result<(), String> {
        let numbers = self.session.as_ref().expect("connected before").sequence_numbers();
        match (numbers.next_in, numbers.next_out) == in_and_out(rest) {
            true => Ok(()),
            false => Err(format!("expected {rest}\ngot      in={} out={}", numbers.next_in, numbers.next_out)),
        }
    }

    fn take_output(&mut self) {
        let bytes = self.out.pending().to_vec();
        self.out.clear();
        let mut at = 0;
        while at < bytes.len() {
            let Framed::Message { len } = frame(&bytes[at..], MESSAGE_BYTES_MAX) else { panic!("we write messages") };
            let message = self.index.parse(&bytes[at..at + len]).expect("readable");
            assert_eq!(message.problem(), None, "we write well-formed messages");
            let fields = message.fields().map(|(tag, value)| (tag, String::from_utf8_lossy(value).into_owned()));
            self.written.push_back(fields.collect());
            at += len;
        }
    }

    fn compare(&mut self, line: &str) -> Result<(), String> {
        let expected = self.moment.items(line).join("|");
        let message = self.written.pop_front().ok_or(format!("expected {expected}\ngot      nothing"))?;
        if !self.moment.matches(line, &message, self.own_number) {
            let due = self.own_number;
            return Err(format!("expected {expected}, and 34={due} if none is named\ngot      {}", shown(&message)));
        }
        let field = |tag: u32| message.iter().find(|(of, _)| *of == tag).map(|(_, value)| value.as_str());
        if field(43) != Some("Y") {
            self.own_number = field(34).and_then(|number| number.parse::<u64>().ok()).map_or(1, |number| number + 1);
        }
        Ok(())
    }

    fn expect(&mut self, rest: &str) -> Result<(), String> {
        self.handed_over = false;
        let got = match self.disposition {
            None => "nothing",
            Some(Disposition::LoggedOn { reset: true }) => "logged on reset",
            Some(Disposition::LoggedOn { reset: false }) => "logged on",
            Some(Disposition::Application { poss_dup: true, poss_resend: true, .. }) => {
                "application poss_dup poss_resend"
            }
            Some(Disposition::Application { poss_dup: true, .. }) => "application poss_dup",
            Some(Disposition::Application { poss_resend: true, .. }) => "application poss_resend",
            Some(Disposition::Application { .. }) => "application",
            Some(Disposition::Consumed) => "consumed",
            Some(Disposition::Rejected { .. }) => "rejected",
            Some(Disposition::Dropped) => "dropped",
            Some(Disposition::Resend(_)) => "resend",
            Some(Disposition::LoggedOut) => "logged out",
            Some(Disposition::Disconnect { .. }) => "disconnect",
        };
        match got == rest {
            true => Ok(()),
            false => Err(format!("expected {rest}\ngot      {got}")),
        }
    }
}

fn shown(message: &Written) -> String {
    let fields: Vec<String> = message.iter().map(|(tag, value)| format!("{tag}={value}")).collect();
    fields.join("|")
}
