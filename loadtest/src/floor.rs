//! The floor: the smallest server that could answer the load, to compare a real one with in the same run.
//!
//! One thread takes what has come from all connections, parses each order, writes a 256-byte record for it, syncs once for
//! the whole group, answers with one ExecutionReport(8) each, and does nothing else: no risk, no order state, no resend.

use anyhow::{Context, Result, ensure};
use gateway::fix::value::{TimePrecision, TimeText, parse_decimal};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::connection::{Filled, Input, Output};
use crate::fields::{Fields, number};
use crate::limits;
use crate::wire::{Head, begin, field, field_u64, finish};

/// Bytes of the record that is made durable for each order.
const RECORD_BYTES: usize = 256;
/// The log is written round and round within this many bytes, all of them allocated before the first order.
const LOG_BYTES: usize = 64 * 1024 * 1024;
/// Most records in one group: one receive buffer full of the shortest orders from every connection fits many times.
const GROUP_BYTES_MAX: usize = LOG_BYTES / 4;

/// The server, listening.
pub struct Floor {
    poll: Poll,
    listener: TcpListener,
    connections: Vec<Option<Connection>>,
    log: Option<Log>,
    orders: u64,
    time: TimeText,
    clock: quanta::Clock,
    origin: quanta::Instant,
    origin_utc_ns: i64,
}

struct Connection {
    stream: TcpStream,
    input: Input,
    output: Output,
    /// Known from Logon(A) on.
    head: Option<Head>,
    next_out: u64,
    readable: bool,
    closing: bool,
}

/// The preallocated file and the group that is not yet written.
struct Log {
    file: File,
    at: u64,
    group: Vec<u8>,
}

const LISTENER: Token = Token(limits::FLOOR_CONNECTIONS_MAX);

impl Floor {
    /// Listens at `listen`; with `durable_in`, each group of orders is synced to a file in that folder before it is answered.
    pub fn bind(listen: SocketAddr, durable_in: Option<&Path>) -> Result<Floor> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(listen).with_context(|| format!("listening at {listen}"))?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let clock = quanta::Clock::new();
        let utc = SystemTime::now().duration_since(UNIX_EPOCH).context("the system clock stands before 1970")?;
        Ok(Floor {
            poll,
            listener,
            connections: Vec::new(),
            log: durable_in.map(Log::create).transpose()?,
            orders: 0,
            time: TimeText::new(TimePrecision::Millis),
            origin: clock.now(),
            clock,
            origin_utc_ns: i64::try_from(utc.as_nanos()).context("the system clock stands after 2262")?,
        })
    }

    /// The address that clients connect to.
    pub fn local_addr(&self) -> Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves, spinning, until `stop` is set.
    pub fn run(&mut self, stop: &AtomicBool) -> Result<()> {
        let mut events = Events::with_capacity(limits::FLOOR_CONNECTIONS_MAX + 1);
        while !stop.load(Ordering::Relaxed) {
            match self.poll.poll(&mut events, Some(Duration::ZERO)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                polled => polled.context("polling")?,
            }
            for event in &events {
                match event.token() {
                    LISTENER => self.accept()?,
                    Token(at) => self.connections[at].iter_mut().for_each(|connection| connection.readable = true),
                }
            }
            self.serve_group()?;
        }
        Ok(())
    }

    fn accept(&mut self) -> Result<()> {
        loop {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                // The client went away before it was accepted.
                Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => continue,
                Err(error) => return Err(error).context("accepting"),
            };
            let free = self.connections.iter().position(Option::is_none).unwrap_or(self.connections.len());
            if free >= limits::FLOOR_CONNECTIONS_MAX {
                continue;
            }
            stream.set_nodelay(true)?;
            self.poll.registry().register(&mut stream, Token(free), Interest::READABLE)?;
            let (input, output) = (Input::new(), Output::new());
            let connection =
                Connection { stream, input, output, head: None, next_out: 1, readable: true, closing: false };
            match self.connections.get_mut(free) {
                Some(slot) => *slot = Some(connection),
                None => self.connections.push(Some(connection)),
            }
        }
    }

    /// Everything that has come: parse and prepare the answers, make the group durable, then answer.
    fn serve_group(&mut self) -> Result<()> {
        let utc_ns = self.origin_utc_ns + (self.clock.now() - self.origin).as_nanos() as i64;
        for slot in &mut self.connections {
            let Some(connection) = slot else { continue };
            if connection.readable && connection.output.pending() < limits::OUTPUT_BYTES_MAX {
                connection.take(&mut self.log, &mut self.orders, &mut self.time, utc_ns);
            }
        }
        if let Some(log) = &mut self.log {
            log.sync()?;
        }
        for slot in &mut self.connections {
            let Some(connection) = slot else { continue };
            let is_broken = connection.output.pending() > 0 && connection.output.flush(&mut connection.stream).is_err();
            if is_broken || (connection.closing && connection.output.pending() == 0) {
                *slot = None;
            }
        }
        Ok(())
    }
}

impl Connection {
    /// One read and the answers to all messages in it.
    fn take(&mut self, log: &mut Option<Log>, orders: &mut u64, time: &mut TimeText, utc_ns: i64) {
        match self.input.fill(&mut self.stream) {
            Ok(Filled::Bytes { more }) => self.readable = more,
            Ok(Filled::Nothing) => self.readable = false,
            Ok(Filled::Closed) | Err(_) => {
                self.closing = true;
                self.readable = false;
            }
        }
        let Connection { input, output, head, next_out, closing, .. } = self;
        let out = output.buffer();
        while let Some(message) = input.next_message() {
            let fields = Fields::scan(message);
            let head = match (fields.msg_type, &*head) {
                (b"A", _) => head.insert(Head::new(fields.target_comp_id, fields.sender_comp_id)),
                (_, Some(head)) => head,
                // The first message must be a Logon.
                (_, None) => {
                    *closing = true;
                    return;
                }
            };
            let answer = match fields.msg_type {
                b"A" => b"A".as_slice(),
                b"1" => b"0",
                b"5" => b"5",
                b"D" | b"F" | b"G" => b"8",
                _ => continue,
            };
            if answer == b"A" {
                *next_out = number(fields.msg_seq_num).unwrap_or(1);
            }
            let open = begin(out, answer);
            head.push(out, *next_out, time.format(utc_ns));
            *next_out += 1;
            match answer {
                b"A" => {
                    out.extend_from_slice(b"98=0\x01");
                    field(out, b"108=", fields.heart_bt_int);
                    if fields.reset_seq_num_flag == b"Y" {
                        out.extend_from_slice(b"141=Y\x01");
                    }
                }
                b"0" => field(out, b"112=", fields.test_req_id),
                b"5" => *closing = true,
                _ => {
                    *orders += 1;
                    execution_report(out, &fields, *orders, time.format(utc_ns));
                    if let Some(log) = log {
                        log.append(*orders, message);
                    }
                }
            }
            finish(out, open);
        }
    }
}

/// The fields of an ExecutionReport(8) that accepts the request.
fn execution_report(out: &mut Vec<u8>, fields: &Fields<'_>, order: u64, time: &[u8]) {
    let (exec_type, ord_status) = match fields.msg_type {
        b"F" => (b"4", b"4"),
        b"G" => (b"5", b"0"),
        _ => (b"0", b"0"),
    };
    let px = parse_decimal(fields.price).is_ok();
    let qty = parse_decimal(fields.order_qty).is_ok();
    field_u64(out, b"37=", order);
    field_u64(out, b"17=", order);
    field(out, b"150=", exec_type);
    field(out, b"39=", ord_status);
    let copied: [(&[u8], &[u8], bool); 8] = [
        (b"11=", fields.cl_ord_id, true),
        (b"41=", fields.orig_cl_ord_id, true),
        (b"1=", fields.account, true),
        (b"55=", fields.symbol, true),
        (b"54=", fields.side, true),
        (b"38=", fields.order_qty, qty),
        (b"40=", fields.ord_type, true),
        (b"44=", fields.price, px),
    ];
    for (tag, value, is_good) in copied {
        if is_good && !value.is_empty() {
            field(out, tag, value);
        }
    }
    field(out, b"151=", if exec_type == b"4" || !qty { b"0" } else { fields.order_qty });
    out.extend_from_slice(b"14=0\x016=0\x01");
    field(out, b"60=", time);
}

impl Log {
    fn create(folder: &Path) -> Result<Log> {
        ensure!(folder.is_dir(), "{} is no folder", folder.display());
        let path = folder.join("floor.log");
        let file = OpenOptions::new().create(true).truncate(true).write(true).open(&path);
        let file = file.with_context(|| format!("creating {}", path.display()))?;
        // Written, not only reserved: a sync of first writes into reserved blocks would wait for the file system's own log.
        let zeros = vec![0u8; 1024 * 1024];
        for at in (0..LOG_BYTES).step_by(zeros.len()) {
            file.write_all_at(&zeros, at as u64).with_context(|| format!("preallocating {}", path.display()))?;
        }
        file.sync_all()?;
        Ok(Log { file, at: 0, group: Vec::with_capacity(GROUP_BYTES_MAX) })
    }

    /// Adds the order's record to the group: its number, its length, its first bytes.
    fn append(&mut self, order: u64, message: &[u8]) {
        let start = self.group.len();
        self.group.extend_from_slice(&order.to_le_bytes());
        self.group.extend_from_slice(&(message.len() as u64).to_le_bytes());
        self.group.extend_from_slice(&message[..message.len().min(RECORD_BYTES - 16)]);
        self.group.resize(start + RECORD_BYTES, 0);
    }

    /// One write and one sync for all orders of the group.
    fn sync(&mut self) -> Result<()> {
        if self.group.is_empty() {
            return Ok(());
        }
        let fits = self.at as usize + self.group.len() <= LOG_BYTES;
        self.at = if fits { self.at } else { 0 };
        self.file.write_all_at(&self.group, self.at).context("writing the floor's log")?;
        rustix::fs::fdatasync(&self.file).context("syncing the floor's log")?;
        self.at += self.group.len() as u64;
        self.group.clear();
        Ok(())
    }
}
