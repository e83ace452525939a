//! How a session speaks: its version, what its messages are held against, times, resets. What `[fix]` says is the default of every
//! `[[sessions]]` and `[[session_families]]` entry, which has keys of the same names.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gateway::fix::dictionary::{Dictionary, Level};
use gateway::fix::session::{BadLogonAnswer, SessionConfig};
use gateway::fix::value::TimePrecision;
use gateway::fix::version::Version;

use super::section::Section;

/// Largest dictionary; QuickFIX's own of FIX 5.0 SP2 has a fifth of it.
const DICTIONARY_BYTES_MAX: u64 = 16 << 20;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// How a session speaks.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Protocol {
    /// The session's version, with the application messages that go with it.
    pub(crate) version: Version,
    /// What clients' messages are held against; `None` is their form and the required fields.
    pub(crate) validation: Option<Level>,
    /// A counterparty's own dictionary, laid over the standard's.
    pub(crate) dictionary: Option<Custom>,
    /// Digits of the timestamps that we write.
    pub(crate) timestamps: TimePrecision,
    /// Greatest HeartBtInt(108) that a client may ask for.
    pub(crate) heartbeat_max: Duration,
    /// Whether the client may start the numbers again with ResetSeqNumFlag(141)=Y.
    pub(crate) accept_reset: bool,
    /// Whether each Logon starts the numbers again.
    pub(crate) reset_on_logon: bool,
    /// Whether they start again after both sides have said Logout(5).
    pub(crate) reset_on_logout: bool,
    /// Whether they start again after the end of any connection that was logged on.
    pub(crate) reset_on_disconnect: bool,
    /// Whether Logons tell NextExpectedMsgSeqNum(789).
    pub(crate) next_expected_msg_seq_num: bool,
    /// Whether each header tells LastMsgSeqNumProcessed(369).
    pub(crate) last_msg_seq_num_processed: bool,
    /// What a client hears whose Logon is refused.
    pub(crate) bad_logon_answer: BadLogonAnswer,
}

/// A counterparty's dictionary. It is what its text says, wherever that lies.
#[derive(Clone, Debug)]
pub(crate) struct Custom {
    version: Version,
    text: Arc<str>,
    dictionary: Arc<Dictionary>,
}

impl PartialEq for Custom {
    fn eq(&self, other: &Custom) -> bool {
        (self.version, &self.text) == (other.version, &other.text)
    }
}

impl Default for Protocol {
    fn default() -> Protocol {
        Protocol {
            version: Version::Fix44,
            validation: None,
            dictionary: None,
            timestamps: TimePrecision::Millis,
            heartbeat_max: 60 * SECOND,
            accept_reset: true,
            reset_on_logon: false,
            reset_on_logout: false,
            reset_on_disconnect: false,
            next_expected_msg_seq_num: false,
            last_msg_seq_num_processed: false,
            bad_logon_answer: BadLogonAnswer::Logout,
        }
    }
}

impl Protocol {
    /// Of the acceptor's session between these two.
    pub(crate) fn session(&self, ours: &str, theirs: &str) -> SessionConfig {
        let dictionary = match &self.dictionary {
            Some(custom) => Some(Arc::clone(&custom.dictionary)),
            None => self.validation.map(|_| Dictionary::standard(self.version)),
        };
        SessionConfig {
            version: self.version,
            // The file bounds it to an hour.
            heart_bt_secs_max: u32::try_from(self.heartbeat_max.as_secs()).unwrap_or(u32::MAX),
            dictionary,
            validation: self.validation.unwrap_or_default(),
            time_precision: self.timestamps,
            allow_reset: self.accept_reset,
            reset_on_logon: self.reset_on_logon,
            reset_on_logout: self.reset_on_logout,
            reset_on_disconnect: self.reset_on_disconnect,
            next_expected_msg_seq_num: self.next_expected_msg_seq_num,
            last_msg_seq_num_processed: self.last_msg_seq_num_processed,
            bad_logon_answer: self.bad_logon_answer,
            ..SessionConfig::acceptor(ours, theirs)
        }
    }
}

/// The keys that `[fix]` and its sessions have in common.
pub(super) fn defaults(fix: &Section<'_>) -> Protocol {
    read(fix, &Protocol::default())
}

/// The keys of one session or family.
pub(super) fn protocol(entry: &Section<'_>, defaults: &Protocol) -> Protocol {
    let read = read(entry, defaults);
    Protocol { dictionary: dictionary(entry, &read), ..read }
}

fn read(section: &Section<'_>, defaults: &Protocol) -> Protocol {
    let versions = Version::ALL.map(|version| (version.name(), version));
    let validations = [
        ("off", Some(Level::Off)),
        ("basic", None),
        ("lenient", Some(Level::Lenient)),
        ("strict", Some(Level::Strict)),
    ];
    let timestamps = [
        ("milliseconds", TimePrecision::Millis),
        ("microseconds", TimePrecision::Micros),
        ("nanoseconds", TimePrecision::Nanos),
    ];
    let answers = [("logout", BadLogonAnswer::Logout), ("silence", BadLogonAnswer::Silence)];
    let version = section.word("version", defaults.version, &versions);
    let next_expected = section.truth("next_expected_msg_seq_num", defaults.next_expected_msg_seq_num);
    let has_next_expected = version != Version::Fix42;
    if next_expected && !has_next_expected && section.has("next_expected_msg_seq_num") {
        section.report("next_expected_msg_seq_num", "needs FIX 4.4 or later", "leave it out for FIX.4.2");
    }
    Protocol {
        version,
        validation: section.word("validation", defaults.validation, &validations),
        dictionary: None,
        timestamps: section.word("timestamps", defaults.timestamps, &timestamps),
        heartbeat_max: section.duration("heartbeat_max", defaults.heartbeat_max, SECOND, HOUR),
        accept_reset: section.truth("accept_reset", defaults.accept_reset),
        reset_on_logon: section.truth("reset_on_logon", defaults.reset_on_logon),
        reset_on_logout: section.truth("reset_on_logout", defaults.reset_on_logout),
        reset_on_disconnect: section.truth("reset_on_disconnect", defaults.reset_on_disconnect),
        next_expected_msg_seq_num: next_expected && has_next_expected,
        last_msg_seq_num_processed: section.truth("last_msg_seq_num_processed", defaults.last_msg_seq_num_processed),
        bad_logon_answer: section.word("bad_logon_answer", defaults.bad_logon_answer, &answers),
    }
}

fn dictionary(entry: &Section<'_>, read: &Protocol) -> Option<Custom> {
    if !entry.has("dictionary") {
        return None;
    }
    let name = entry.text("dictionary", Some(""));
    if read.validation.is_none() {
        entry.report(
            "dictionary",
            "is not used by validation = \"basic\"",
            "write validation = \"lenient\" or \"strict\"",
        );
    }
    let path = PathBuf::from(&name);
    let text = std::fs::metadata(&path).and_then(|found| match found.len() {
        ..=DICTIONARY_BYTES_MAX => std::fs::read_to_string(&path),
        _ => Err(std::io::Error::other(format!("larger than {DICTIONARY_BYTES_MAX} bytes"))),
    });
    let text: Arc<str> = match text {
        Ok(text) => text.into(),
        Err(error) => {
            entry.report("dictionary", format!("cannot be read: {error}"), "an XML file in QuickFIX's format");
            return None;
        }
    };
    match Dictionary::with_xml(read.version, &text) {
        Ok(dictionary) => Some(Custom { version: read.version, text, dictionary: Arc::new(dictionary) }),
        Err(error) => {
            entry.report("dictionary", format!("{name}, {error}"), "");
            None
        }
    }
}
