//! The open loop: K FIX sessions on one thread, requests sent when they are due, answers taken as they come.
//!
//! Message `i` belongs to session `i mod K` and is due at `start + i / rate`. When the client or the server is late, all
//! that is due is written at once; latency counts from the time it was due, so lateness is measured and never hidden.

use anyhow::{Context, Result, bail, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use rustix::event::{PollFd, PollFlags, Timespec};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::book::Book;
use crate::connection::{Filled, Input, Output};
use crate::fields::Fields;
use crate::limits;
use crate::progress::{Latency, Progress, Report};
use crate::session::{Meaning, Numbers, Phase, Session};
use crate::wire::{Asked, Writer};
use crate::workload::{Instrument, MARKET, Mix, References, Request, Workload, check_name};

/// What a client does until the next request is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Idle {
    /// Looks again at once: the most exact, takes a core.
    Spin,
    /// Looks again after the other threads that are ready had their turn.
    Yield,
    /// Sleeps until shortly before the next request or until an answer comes: leaves the machine usable, adds a wake-up.
    Sleep,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Config {
    /// The acceptor's address.
    pub connect: SocketAddr,
    /// Addresses other than loopback are refused unless this is set.
    pub allow_remote: bool,
    pub sessions: usize,
    /// Sessions are named with this and 1 to K: SenderCompID(49).
    pub sender_prefix: String,
    /// TargetCompID(56).
    pub target: String,
    /// HeartBtInt(108), in seconds.
    pub heart_bt_int_s: u32,
    /// Sessions named here go on with these numbers; the others reset theirs with ResetSeqNumFlag(141).
    pub continue_from: BTreeMap<String, Numbers>,
    /// Requests per second, all sessions together.
    pub rate: u64,
    /// How long requests are due, after the warm-up; `None` until stopped.
    pub duration: Option<Duration>,
    /// Requests due in this time at the start are answered and counted, but their latency is not recorded.
    pub warm_up: Duration,
    /// How long to wait for answers after the last request.
    pub drain: Duration,
    pub idle: Idle,
    /// Makes ClOrdID(11) unique across runs.
    pub cl_ord_id_prefix: String,
    pub seed: u64,
    pub mix: Mix,
    pub instruments: Vec<Instrument>,
    /// Account(1); dealt to the sessions in turn.
    pub accounts: Vec<String>,
    /// Reference prices that someone else moves; without them those of the instruments stay.
    pub references: Option<References>,
    /// A session that knows this many own live orders cancels instead of sending a new one, so that a long run does not
    /// fill the server's order store; 0 for no limit.
    pub live_max: usize,
    /// Keep every acknowledgement for a proof.
    pub collect_acks: bool,
}

impl Config {
    /// A canonical run against `connect`, with settings that suit Millrace's own configuration.
    pub fn canonical(connect: SocketAddr) -> Config {
        Config {
            connect,
            allow_remote: false,
            sessions: 4,
            sender_prefix: "LOAD".to_owned(),
            target: "MILLRACE".to_owned(),
            heart_bt_int_s: 30,
            continue_from: BTreeMap::new(),
            rate: 1_000,
            duration: Some(Duration::from_secs(10)),
            warm_up: Duration::ZERO,
            drain: Duration::from_secs(5),
            idle: Idle::Spin,
            cl_ord_id_prefix: "L".to_owned(),
            seed: 1,
            mix: Mix::canonical(),
            instruments: crate::workload::default_instruments(),
            accounts: vec!["LOAD-A".to_owned(), "LOAD-B".to_owned()],
            references: None,
            live_max: 0,
            collect_acks: false,
        }
    }

    /// SenderCompID(49) of session `position`, counted from 0.
    pub fn session_name(&self, position: usize) -> String {
        format!("{}{}", self.sender_prefix, position + 1)
    }

    fn check(&self) -> Result<()> {
        let remote = !self.connect.ip().is_loopback();
        ensure!(!remote || self.allow_remote, "{} is not a loopback address; --allow-remote permits it", self.connect);
        ensure!((1..=limits::SESSIONS_MAX).contains(&self.sessions), "1 to {} sessions", limits::SESSIONS_MAX);
        ensure!((1..=limits::RATE_MAX).contains(&self.rate), "a rate of 1 to {} per second", limits::RATE_MAX);
        ensure!(self.cl_ord_id_prefix.len() <= limits::CL_ORD_ID_PREFIX_MAX, "the ClOrdID prefix is too long");
        check_name("ClOrdID prefix", &self.cl_ord_id_prefix)?;
        check_name("sender", &self.session_name(self.sessions - 1))?;
        check_name("target", &self.target)?;
        self.accounts.iter().try_for_each(|account| check_name("account", account))
    }

    /// Requests of the whole run.
    fn total(&self) -> u64 {
        let Some(duration) = self.duration else { return u64::MAX };
        let total = (self.warm_up + duration).as_nanos() * u128::from(self.rate) / 1_000_000_000;
        u64::try_from(total).unwrap_or(u64::MAX)
    }
}

/// Runs to the end, to `progress.stop()`, or until a session is lost. A lost session is no error: the report says
/// `interrupted` and has all that was answered before. Errors are settings that make no sense and servers that let nobody in.
pub fn run(config: &Config, progress: &Progress) -> Result<Report> {
    config.check()?;
    let mut client = Client::new(config, progress)?;
    client.connect()?;
    client.log_on()?;
    let outcome = client.load().and_then(|()| client.log_out());
    Ok(client.report(outcome.err().map(|lost| format!("{lost:#}"))))
}

const LOGON_NS_MAX: u64 = 10_000_000_000;
const LOGOUT_NS_MAX: u64 = 2_000_000_000;
const PUBLISH_NS: u64 = 200_000_000;
const TIMER_NS: u64 = 100_000_000;
/// Between the last logon and the first request.
const START_DELAY_NS: u64 = 1_000_000;
/// A sleeping client wakes this long before it is due and spins the rest.
const WAKE_EARLY_NS: u64 = 100_000;

struct Line {
    session: Session,
    stream: TcpStream,
    input: Input,
    output: Output,
    readable: bool,
}

struct Client<'a> {
    config: &'a Config,
    progress: &'a Progress,
    clock: quanta::Clock,
    origin: quanta::Instant,
    /// UTC at the origin, in nanoseconds since 1970.
    origin_utc_ns: i64,
    poll: Poll,
    events: Events,
    lines: Vec<Line>,
    writer: Writer,
    workload: Workload,
    book: Book,
    /// Requests written, and the number of the next one.
    next: u64,
    start_ns: u64,
    last_sent_ns: u64,
    timer_due_ns: u64,
    publish_due_ns: u64,
}

impl<'a> Client<'a> {
    fn new(config: &'a Config, progress: &'a Progress) -> Result<Client<'a>> {
        let clock = quanta::Clock::new();
        let utc = SystemTime::now().duration_since(UNIX_EPOCH).context("the system clock stands before 1970")?;
        Ok(Client {
            config,
            progress,
            origin: clock.now(),
            clock,
            origin_utc_ns: i64::try_from(utc.as_nanos()).context("the system clock stands after 2262")?,
            poll: Poll::new()?,
            events: Events::with_capacity(limits::SESSIONS_MAX),
            lines: Vec::with_capacity(config.sessions),
            writer: Writer::new(&config.cl_ord_id_prefix, &config.accounts, &config.instruments),
            workload: Workload::new(
                config.seed,
                &config.mix,
                &config.instruments,
                config.accounts.len(),
                config.sessions,
                config.references.clone(),
            )?,
            book: Book::new(config.sessions, config.collect_acks),
            next: 0,
            start_ns: 0,
            last_sent_ns: 0,
            timer_due_ns: 0,
            publish_due_ns: 0,
        })
    }

    fn connect(&mut self) -> Result<()> {
        for position in 0..self.config.sessions {
            let connected = std::net::TcpStream::connect_timeout(&self.config.connect, Duration::from_secs(5));
            let stream = connected.with_context(|| format!("connecting to {}", self.config.connect))?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let mut stream = TcpStream::from_std(stream);
            self.poll.registry().register(&mut stream, Token(position), Interest::READABLE)?;
            let name = self.config.session_name(position);
            let start = self.config.continue_from.get(&name).copied();
            let session = Session::new(&name, &self.config.target, self.config.heart_bt_int_s, start);
            self.lines.push(Line { session, stream, input: Input::new(), output: Output::new(), readable: true });
        }
        Ok(())
    }

    fn log_on(&mut self) -> Result<()> {
        let now = self.now();
        let utc = self.utc(now);
        for line in &mut self.lines {
            line.session.log_on(&mut self.writer, line.output.buffer(), now, utc);
        }
        let deadline = now + LOGON_NS_MAX;
        while self.lines.iter().any(|line| line.session.phase != Phase::Active) {
            self.flush()?;
            self.sleep(1_000_000)?;
            self.receive()?;
            if self.now() > deadline {
                let silent = self.lines.iter().filter(|line| line.session.phase != Phase::Active);
                let names: Vec<&str> = silent.map(|line| line.session.name.as_str()).collect();
                bail!("no answer to the logon of {}", names.join(", "));
            }
        }
        Ok(())
    }

    /// Sends what is due and takes what comes, until all is sent and answered or the time for it is over.
    fn load(&mut self) -> Result<()> {
        let mut total = self.config.total();
        self.start_ns = self.now() + START_DELAY_NS;
        self.last_sent_ns = self.start_ns;
        self.book.measure_from(self.start_ns.saturating_add(nanos(self.config.warm_up)));
        let mut give_up_ns = u64::MAX;
        loop {
            let now = self.now();
            self.send_due(now, total);
            self.flush()?;
            self.receive()?;
            self.housekeeping(now)?;
            if self.next < total && self.progress.is_stopped() {
                total = self.next;
            }
            if self.next >= total {
                if self.book.counts.is_complete() || now >= give_up_ns {
                    return Ok(());
                }
                give_up_ns = give_up_ns.min(now + nanos(self.config.drain));
            }
            self.idle(total)?;
        }
    }

    fn log_out(&mut self) -> Result<()> {
        let now = self.now();
        let utc = self.utc(now);
        for line in &mut self.lines {
            line.session.log_out(&mut self.writer, line.output.buffer(), now, utc);
        }
        while self.lines.iter().any(|line| line.session.phase != Phase::Out) && self.now() < now + LOGOUT_NS_MAX {
            self.flush()?;
            self.sleep(1_000_000)?;
            self.receive()?;
        }
        Ok(())
    }

    fn report(mut self, interrupted: Option<String>) -> Report {
        self.publish();
        let sending_ns = self.last_sent_ns.saturating_sub(self.start_ns);
        let achieved = u128::from(self.next.saturating_sub(1)) * 1_000_000_000 / u128::from(sending_ns.max(1));
        Report {
            sessions: self.config.sessions,
            rate: self.config.rate,
            achieved_rate: u64::try_from(achieved).unwrap_or(u64::MAX),
            sending_ns,
            complete: self.book.counts.is_complete(),
            interrupted,
            latency: Latency::of(&self.book.histogram),
            numbers: self.lines.iter().map(|line| (line.session.name.clone(), line.session.numbers)).collect(),
            acks: self.book.take_acks(&self.writer.ids),
            counts: self.book.counts,
            histogram: self.book.histogram,
        }
    }

    #[inline]
    fn send_due(&mut self, now: u64, total: u64) {
        for _ in 0..limits::SEND_BATCH_MAX {
            let due = self.due_ns(self.next);
            if self.next >= total || due > now {
                return;
            }
            let position = (self.next % self.config.sessions as u64) as usize;
            let is_blocked = self.lines[position].output.pending() > limits::OUTPUT_BYTES_MAX;
            if is_blocked || !self.book.has_room_for(self.next) {
                return;
            }
            self.send(position, due, now);
        }
    }

    #[inline]
    fn send(&mut self, position: usize, due: u64, now: u64) {
        let index = self.next;
        let draw = self.workload.draw(index, position);
        let is_crowded = self.config.live_max > 0 && self.book.live_len(position) >= self.config.live_max;
        let request = if is_crowded { Request::Cancel } else { draw.request };
        let live = if request == Request::New { None } else { self.book.take_live(position, draw.pick) };
        let (request, order, original) = match (request, live) {
            (Request::Cancel, Some(live)) => (Request::Cancel, live.order, live.index),
            (Request::Replace, Some(live)) => {
                (Request::Replace, self.workload.replacement(&draw, &live.order), live.index)
            }
            _ => (Request::New, draw.order, 0),
        };
        debug_assert!(request == Request::New || order.ord_type != MARKET, "only resting orders are cancelled");
        let utc = self.utc(now);
        let line = &mut self.lines[position];
        let seq = line.session.take_seq(now);
        let asked = Asked { index, request, order, original };
        self.writer.request(line.output.buffer(), &line.session.head, seq, utc, &asked);
        self.book.sent(index, due, position, seq, request, order);
        self.next += 1;
        self.last_sent_ns = now;
    }

    #[inline]
    fn flush(&mut self) -> Result<()> {
        for line in &mut self.lines {
            if line.output.pending() > 0 {
                line.output.flush(&mut line.stream).with_context(|| format!("{}: writing", line.session.name))?;
            }
        }
        Ok(())
    }

    /// One read of each session that has something, and all messages in it.
    #[inline]
    fn receive(&mut self) -> Result<()> {
        match self.poll.poll(&mut self.events, Some(Duration::ZERO)) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            polled => polled.context("polling")?,
        }
        for event in &self.events {
            self.lines[event.token().0].readable = true;
        }
        for position in 0..self.lines.len() {
            if self.lines[position].readable {
                self.receive_from(position)?;
            }
        }
        Ok(())
    }

    fn receive_from(&mut self, position: usize) -> Result<()> {
        let line = &mut self.lines[position];
        let filled = line.input.fill(&mut line.stream).with_context(|| format!("{}: reading", line.session.name))?;
        line.readable = filled == Filled::Bytes { more: true };
        match filled {
            Filled::Nothing => return Ok(()),
            Filled::Closed if line.session.phase == Phase::LoggingOut => line.session.phase = Phase::Out,
            Filled::Closed if line.session.phase == Phase::Out => return Ok(()),
            Filled::Closed => bail!("{}: the peer closed the connection", line.session.name),
            Filled::Bytes { .. } => {}
        }
        // All messages of one read came at the same time.
        let now = (self.clock.now() - self.origin).as_nanos() as u64;
        let utc = self.origin_utc_ns + now as i64;
        let Line { session, input, output, .. } = line;
        while let Some(message) = input.next_message() {
            let fields = Fields::scan(message);
            match session.on_message(&fields, &mut self.writer, output.buffer(), now, utc) {
                Meaning::Application => self.book.answer(&self.writer.ids, position, &fields, now),
                Meaning::Session => {}
                Meaning::Broken(why) => bail!(why),
            }
        }
        self.book.counts.garbled += std::mem::take(&mut input.garbled);
        Ok(())
    }

    #[inline]
    fn housekeeping(&mut self, now: u64) -> Result<()> {
        if now >= self.timer_due_ns {
            self.timer_due_ns = now + TIMER_NS;
            let utc = self.utc(now);
            for line in &mut self.lines {
                let said = line.session.on_timer(&mut self.writer, line.output.buffer(), now, utc);
                if let Meaning::Broken(why) = said {
                    bail!(why);
                }
            }
        }
        if now >= self.publish_due_ns {
            self.publish_due_ns = now + PUBLISH_NS;
            self.publish();
        }
        Ok(())
    }

    fn publish(&self) {
        let active = self.lines.iter().filter(|line| line.session.phase == Phase::Active).count();
        let elapsed = self.now().saturating_sub(self.start_ns);
        self.progress.publish(elapsed, active, &self.book.counts, &self.book.histogram);
    }

    #[inline]
    fn idle(&mut self, total: u64) -> Result<()> {
        match self.config.idle {
            Idle::Spin => Ok(()),
            Idle::Yield => {
                std::thread::yield_now();
                Ok(())
            }
            Idle::Sleep => {
                let due = if self.next < total { self.due_ns(self.next) } else { u64::MAX };
                let spare = due.saturating_sub(self.now() + WAKE_EARLY_NS);
                let has_work = self.lines.iter().any(|line| line.readable || line.output.pending() > 0);
                if has_work || spare == 0 { Ok(()) } else { self.sleep(spare.min(TIMER_NS)) }
            }
        }
    }

    /// Sleeps until a socket is readable, at most `ns`.
    fn sleep(&self, ns: u64) -> Result<()> {
        let timeout = Timespec { tv_sec: (ns / 1_000_000_000) as i64, tv_nsec: (ns % 1_000_000_000) as i64 };
        // mio's own wait knows only milliseconds.
        let mut sockets: Vec<PollFd<'_>> =
            self.lines.iter().map(|line| PollFd::new(&line.stream, PollFlags::IN)).collect();
        match rustix::event::poll(&mut sockets, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error).context("sleeping"),
        }
    }

    /// Nanoseconds since the origin.
    #[inline]
    fn now(&self) -> u64 {
        (self.clock.now() - self.origin).as_nanos() as u64
    }

    /// UTC for SendingTime(52) and TransactTime(60).
    #[inline]
    fn utc(&self, now: u64) -> i64 {
        self.origin_utc_ns + now as i64
    }

    /// When request `index` is due.
    #[inline]
    fn due_ns(&self, index: u64) -> u64 {
        let rate = self.config.rate;
        let seconds = index / rate;
        self.start_ns + seconds * 1_000_000_000 + index % rate * 1_000_000_000 / rate
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(connect: &str) -> Config {
        Config::canonical(connect.parse().expect("an address"))
    }

    #[test]
    fn remote_addresses_need_the_flag() {
        let remote = config("192.0.2.1:9876");
        assert!(remote.check().is_err());
        assert!(Config { allow_remote: true, ..remote }.check().is_ok());
        assert!(config("127.0.0.1:9876").check().is_ok());
    }

    #[test]
    fn number_of_requests_follows_rate_and_time() {
        let config = Config { rate: 2_000, duration: Some(Duration::from_millis(1_500)), ..config("127.0.0.1:1") };
        assert_eq!(config.total(), 3_000);
        assert_eq!(Config { warm_up: Duration::from_secs(1), ..config.clone() }.total(), 5_000);
        assert_eq!(Config { duration: None, ..config }.total(), u64::MAX);
    }

    #[test]
    fn bad_settings_are_refused() {
        let good = config("127.0.0.1:1");
        assert!(Config { sessions: 0, ..good.clone() }.check().is_err());
        assert!(Config { rate: 0, ..good.clone() }.check().is_err());
        assert!(Config { cl_ord_id_prefix: "x\u{1}".into(), ..good.clone() }.check().is_err());
        assert!(Config { accounts: vec![String::new()], ..good }.check().is_err());
    }
}
