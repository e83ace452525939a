//! Every message of a session in and out, in files: for people who look into what was said, not for recovery.
//!
//! One line is one message: time, direction, the message with its SOH as they were. Other control characters are written as
//! `\x0a`, so a message cannot pretend to be two lines. The values of secrets are masked before anything is queued. A thread of
//! its own writes; when it cannot keep up, messages are dropped and counted, never waited for.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;

use jiff::Timestamp;
use model::CompId;

use super::SOH;
use super::counters::{Counters, count};
use super::frame::{Framed, frame};
use super::limits::MESSAGE_BYTES_MAX;

/// Messages that wait to be written.
const QUEUE_MAX: usize = 8_192;
/// Files that are open at a time.
const OPEN_MAX: usize = 128;

/// Where the files are and how large they get.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageLogSettings {
    /// Their folder.
    pub folder: PathBuf,
    /// Size at which a file is full, in bytes.
    pub file_bytes: u64,
    /// Files of one session, the one being written included.
    pub files: u32,
}

/// Which way a message went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    In,
    Out,
}

struct Entry {
    session: CompId,
    time_ns: i64,
    direction: Direction,
    message: Vec<u8>,
}

/// The way to the writer.
pub(super) struct MessageLog {
    queue: Option<SyncSender<Entry>>,
    counters: Arc<Counters>,
    thread: Option<JoinHandle<()>>,
}

impl MessageLog {
    /// Makes the folder and starts the writer.
    ///
    /// # Errors
    /// Those of the system.
    pub(super) fn start(settings: MessageLogSettings, counters: Arc<Counters>) -> io::Result<MessageLog> {
        fs::create_dir_all(&settings.folder)?;
        let (queue, entries) = sync_channel(QUEUE_MAX);
        let mut files = Files { settings, open: BTreeMap::new(), failing: false };
        let thread = std::thread::Builder::new().name("fix-log".into()).spawn(move || files.run(&entries))?;
        Ok(MessageLog { queue: Some(queue), counters, thread: Some(thread) })
    }

    /// Notes the message, or drops and counts it where the writer is behind.
    pub(super) fn note(&self, session: CompId, time_ns: i64, direction: Direction, message: &[u8]) {
        let entry = Entry { session, time_ns, direction, message: masked(message) };
        if self.queue.as_ref().is_none_or(|queue| queue.try_send(entry).is_err()) {
            count(&self.counters.messages_unlogged);
        }
    }

    /// The same for several messages in a row.
    pub(super) fn note_all(&self, session: CompId, time_ns: i64, direction: Direction, mut messages: &[u8]) {
        while let Framed::Message { len } = frame(messages, MESSAGE_BYTES_MAX) {
            self.note(session, time_ns, direction, &messages[..len]);
            messages = &messages[len..];
        }
    }
}

impl Drop for MessageLog {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The file that a session's messages go to, in the folder.
pub fn file_name(session: &str) -> String {
    let mut name = String::new();
    for byte in session.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            // A dot too: no name is `..`.
            other => name.push_str(&format!("%{other:02x}")),
        }
    }
    name + ".log"
}

/// The message with the values of its secrets replaced: Password(554), NewPassword(925), EncryptedPassword(1402),
/// EncryptedNewPassword(1404), and RawData(96) of a Logon(A). Data fields are as long as the field before says.
fn masked(message: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(message.len());
    let (mut rest, mut logon, mut data_len) = (message, false, None);
    while let Some(equals) = memchr::memchr(b'=', rest) {
        let (tag, value) = (&rest[..equals], &rest[equals + 1..]);
        let data = matches!(tag, b"96" | b"1402" | b"1404");
        let from = if data { data_len.take().unwrap_or(0).min(value.len()) } else { 0 };
        let end = memchr::memchr(SOH, &value[from..]).map_or(value.len(), |soh| from + soh);
        logon |= tag == b"35" && &value[..end] == b"A";
        if matches!(tag, b"95" | b"1401" | b"1403") {
            data_len = str::from_utf8(&value[..end]).ok().and_then(|text| text.parse::<usize>().ok());
        }
        shown.extend_from_slice(tag);
        shown.push(b'=');
        let secret = matches!(tag, b"554" | b"925" | b"1402" | b"1404") || (tag == b"96" && logon);
        shown.extend_from_slice(if secret { b"***" } else { &value[..end] });
        if end < value.len() {
            shown.push(SOH);
        }
        rest = value.get(end + 1..).unwrap_or_default();
    }
    shown.extend_from_slice(rest);
    shown
}

/// The writer's side.
struct Files {
    settings: MessageLogSettings,
    open: BTreeMap<CompId, LogFile>,
    /// The last write failed, and that has been said.
    failing: bool,
}

struct LogFile {
    path: PathBuf,
    file: BufWriter<File>,
    bytes: u64,
}

impl Files {
    fn run(&mut self, entries: &Receiver<Entry>) {
        loop {
            let entry = match entries.try_recv() {
                Ok(entry) => entry,
                Err(TryRecvError::Disconnected) => return self.flush(),
                Err(TryRecvError::Empty) => {
                    self.flush();
                    match entries.recv() {
                        Ok(entry) => entry,
                        Err(_) => return,
                    }
                }
            };
            match self.write(&entry) {
                Ok(()) => self.failing = false,
                Err(error) => {
                    self.open.remove(&entry.session);
                    if !core::mem::replace(&mut self.failing, true) {
                        tracing::error!(session = %entry.session, %error, "message log cannot be written; trading goes on");
                    }
                }
            }
        }
    }

    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        if !self.open.contains_key(&entry.session) {
            if self.open.len() == OPEN_MAX {
                self.flush();
                self.open.clear();
            }
            let path = self.settings.folder.join(file_name(entry.session.as_str()));
            self.open.insert(entry.session, LogFile::open(path)?);
        }
        let Some(log) = self.open.get_mut(&entry.session) else { return Ok(()) };
        if log.bytes >= self.settings.file_bytes {
            log.rotate(self.settings.files)?;
        }
        log.line(entry)
    }

    fn flush(&mut self) {
        for log in self.open.values_mut() {
            if let Err(error) = log.file.flush()
                && !core::mem::replace(&mut self.failing, true)
            {
                tracing::error!(%error, "message log cannot be written; trading goes on");
            }
        }
    }
}

impl LogFile {
    fn open(path: PathBuf) -> io::Result<LogFile> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let bytes = file.metadata()?.len();
        Ok(LogFile { path, file: BufWriter::new(file), bytes })
    }

    fn line(&mut self, entry: &Entry) -> io::Result<()> {
        let time = Timestamp::from_nanosecond(i128::from(entry.time_ns)).unwrap_or_default();
        let direction = if entry.direction == Direction::In { "in " } else { "out" };
        let mut line = format!("{time:.9} {direction} ").into_bytes();
        for byte in &entry.message {
            match *byte {
                SOH => line.push(SOH),
                control if control.is_ascii_control() => line.extend_from_slice(format!("\\x{control:02x}").as_bytes()),
                other => line.push(other),
            }
        }
        line.push(b'\n');
        self.bytes += line.len() as u64;
        self.file.write_all(&line)
    }

    /// `.1` is the file before, `.2` the one before that; the oldest goes.
    fn rotate(&mut self, files: u32) -> io::Result<()> {
        self.file.flush()?;
        let numbered = |number: u32| numbered(&self.path, number);
        let last = files.saturating_sub(1);
        for number in (0..last).rev() {
            match fs::rename(numbered(number), numbered(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        if last == 0 {
            fs::remove_file(&self.path)?;
        }
        *self = LogFile::open(core::mem::take(&mut self.path))?;
        Ok(())
    }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    match number {
        0 => path.to_owned(),
        number => path.with_extension(format!("log.{number}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(text: &str) -> Vec<u8> {
        text.replace('|', "\x01").into_bytes()
    }

    #[test]
    fn secrets_are_masked_whatever_their_bytes() {
        let masks = [
            ("8=FIX.4.4|35=A|553=u|554=pa=ss|925=new|10=1|", "8=FIX.4.4|35=A|553=u|554=***|925=***|10=1|"),
            ("35=A|95=5|96=a|b=c|108=30|", "35=A|95=5|96=***|108=30|"),
            ("35=B|95=5|96=a|b=c|58=x|", "35=B|95=5|96=a|b=c|58=x|"),
            ("35=A|1401=3|1402=a|b|98=0|", "35=A|1401=3|1402=***|98=0|"),
            ("35=A|95=99999|96=secret|108=30|", "35=A|95=99999|96=***"),
            ("35=D|11=554=x|", "35=D|11=554=x|"),
        ];
        for (message, shown) in masks {
            assert_eq!(masked(&fix(message)), fix(shown), "{message}");
        }
    }

    #[test]
    fn lines_are_rotated_by_size_and_count_and_one_message_is_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let settings = MessageLogSettings { folder: folder.path().to_owned(), file_bytes: 200, files: 3 };
        let log = MessageLog::start(settings, Arc::default()).unwrap();
        let session = CompId::new(b"A/B").unwrap();
        for _ in 0..20 {
            log.note(session, 1_700_000_000_123_456_789, Direction::Out, &fix("8=FIX.4.4|35=0|58=a\nb|"));
        }
        drop(log);
        let mut names: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["A%2fB.log", "A%2fB.log.1", "A%2fB.log.2"]);
        let text = fs::read_to_string(folder.path().join("A%2fB.log.1")).unwrap().replace('\x01', "|");
        let line = "2023-11-14T22:13:20.123456789Z out 8=FIX.4.4|35=0|58=a\\x0ab|";
        assert!(text.lines().all(|found| found == line), "{text}");
    }

    #[test]
    fn full_queue_drops_and_counts() {
        let (queue, _entries) = sync_channel(1);
        let log = MessageLog { queue: Some(queue), counters: Arc::default(), thread: None };
        let session = CompId::new(b"A").unwrap();
        (0..3).for_each(|_| log.note(session, 0, Direction::In, b"8=FIX.4.4\x01"));
        assert_eq!(log.counters.messages_unlogged.load(std::sync::atomic::Ordering::Relaxed), 2);
    }
}
