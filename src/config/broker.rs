//! `[[brokers]]`: FIX sessions that we initiate, to which instruments' orders go.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use gateway::fix::broker::Ask;
use gateway::fix::driver::ConnectSettings;
use gateway::fix::schedule::Schedule;
use gateway::fix::session::{LogonFields, Role, SessionConfig};
use gateway::fix::tag;
use gateway::fix::tls::{Identity, TlsClient, TlsFailure};
use gateway::fix::version::Version;
use model::{Abilities, AccountName, CompId};

use super::section::Section;
use super::{Protocol, access, protocol};

/// Longest password.
const PASSWORD_BYTES_MAX: usize = 256;

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// What a broker does by itself unless the file says otherwise: what nearly every broker does.
const USUAL: [Abilities; 7] = [
    Abilities::STOP,
    Abilities::GOOD_TILL_DATE,
    Abilities::DAYS,
    Abilities::OPENING,
    Abilities::CLOSING,
    Abilities::HALTS,
    Abilities::NOT_BEST,
];

/// What FIX 4.2 has no words for.
const LATER: [Abilities; 4] =
    [Abilities::HALTS, Abilities::NOT_BEST, Abilities::TRAILING_STOP, Abilities::MARKET_TO_LIMIT];

/// A broker.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Broker {
    /// Our CompID there.
    pub(crate) sender_comp_id: CompId,
    /// Its CompID, which is its name with us.
    pub(crate) target_comp_id: CompId,
    /// Account(1) that it knows us by; empty where it knows our own accounts.
    pub(crate) account: AccountName,
    /// Account(1) of orders there that we did not send; empty where they belong to nobody.
    pub(crate) foreign_account: AccountName,
    /// What it does by itself.
    pub(crate) does: Abilities,
    /// How it is asked for what is in doubt.
    pub(crate) ask: Ask,
    /// When the session is open.
    pub(crate) schedule: Option<Schedule>,
    protocol: Protocol,
    /// HeartBtInt(108) that we ask for.
    heartbeat: Duration,
    /// Fields of our Logon.
    logon_fields: LogonFields,
    /// Tried in turn.
    addresses: Vec<SocketAddr>,
    /// The wait after the first failure, and the longest.
    reconnect: (Duration, Duration),
    tls: Option<Tls>,
}

/// `[brokers.tls]`.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Tls {
    /// Authorities that may have signed the broker's certificate, in PEM.
    ca: PathBuf,
    /// The name in its certificate.
    server_name: String,
    /// Our own certificate and its key, in PEM.
    identity: Option<(PathBuf, PathBuf)>,
}

impl Broker {
    /// The session, in the role of the initiator.
    pub(crate) fn session(&self) -> SessionConfig {
        SessionConfig {
            role: Role::Initiator,
            // The file bounds it to an hour.
            heart_bt_secs: u32::try_from(self.heartbeat.as_secs()).unwrap_or(u32::MAX),
            heart_bt_secs_max: 3_600,
            logon_fields: self.logon_fields.clone(),
            ..self.protocol.session(self.sender_comp_id.as_str(), self.target_comp_id.as_str())
        }
    }

    /// Where it is and how it is reached.
    ///
    /// # Errors
    /// [`TlsFailure`] of the files of `[brokers.tls]`.
    pub(crate) fn connect(&self) -> Result<ConnectSettings, TlsFailure> {
        let nanos = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
        Ok(ConnectSettings {
            addresses: self.addresses.clone(),
            tls: self.tls.as_ref().map(Tls::client).transpose()?,
            wait_min_ns: nanos(self.reconnect.0),
            wait_max_ns: nanos(self.reconnect.1),
            ..ConnectSettings::to(SocketAddr::from(([127, 0, 0, 1], 0)))
        })
    }
}

impl Tls {
    fn client(&self) -> Result<TlsClient, TlsFailure> {
        let identity = self.identity.as_ref().map(|(certificate, key)| Identity::from_pem_files(certificate, key));
        TlsClient::new(&self.ca, &self.server_name, identity.transpose()?)
    }
}

pub(super) fn broker(entry: &Section<'_>, own: CompId) -> Broker {
    let reconnect_min = entry.duration("reconnect_min", SECOND, 10 * MILLISECOND, HOUR);
    let reconnect_max = entry.duration("reconnect_max", 30 * SECOND, 10 * MILLISECOND, HOUR);
    if reconnect_max < reconnect_min {
        entry.report("reconnect_max", "is less than reconnect_min", "");
    }
    let heartbeat = entry.duration("heartbeat", 30 * SECOND, SECOND, HOUR);
    if heartbeat.subsec_nanos() != 0 {
        entry.report("heartbeat", "HeartBtInt(108) is in whole seconds", "like \"30s\"");
    }
    let protocol = protocol::protocol(entry, &Protocol::default());
    let ask = entry.word("ask", Ask::Status, &[("status", Ask::Status), ("mass_status", Ask::MassStatus)]);
    if ask == Ask::MassStatus && protocol.version == Version::Fix42 {
        entry.report("ask", "FIX.4.2 has no OrderMassStatusRequest(AF)", "\"status\"");
    }
    let account = |key| if entry.has(key) { entry.name(key, None) } else { AccountName::EMPTY };
    Broker {
        sender_comp_id: entry.name("sender_comp_id", Some(own)),
        target_comp_id: entry.name("target_comp_id", None),
        account: account("account"),
        foreign_account: account("foreign_account"),
        does: does(entry, protocol.version),
        ask,
        schedule: access::schedule(entry),
        protocol,
        heartbeat,
        logon_fields: LogonFields(credentials(entry)),
        addresses: addresses(entry),
        reconnect: (reconnect_min, reconnect_max),
        tls: entry.has("tls").then(|| tls(entry.section("tls"))),
    }
}

fn does(entry: &Section<'_>, version: Version) -> Abilities {
    let all = |abilities: Vec<Abilities>| abilities.into_iter().fold(Abilities::NONE, Abilities::with);
    let has_words = |ability: &Abilities| version != Version::Fix42 || !LATER.contains(ability);
    if !entry.has("does") {
        return all(USUAL.into_iter().filter(has_words).collect());
    }
    let mut named = Vec::new();
    for text in entry.texts("does") {
        match Abilities::WORDS.iter().find(|(_, word)| *word == text) {
            Some((ability, _)) if has_words(ability) => named.push(*ability),
            Some(_) => entry.report("does", format!("FIX.4.2 has no words for {text}"), "leave it out"),
            None => {
                let words: Vec<&str> = Abilities::WORDS.iter().map(|(_, word)| *word).collect();
                entry.report("does", format!("{text:?} is none of them"), &words.join(", "));
            }
        }
    }
    all(named)
}

fn addresses(entry: &Section<'_>) -> Vec<SocketAddr> {
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for text in entry.texts("addresses") {
        match text.parse() {
            Ok(address) => addresses.push(address),
            Err(_) => entry.report("addresses", format!("{text:?} is not an address"), "like \"198.51.100.7:9876\""),
        }
    }
    if addresses.is_empty() {
        entry.report("addresses", "there is no address", "like addresses = [\"198.51.100.7:9876\"]");
    }
    addresses
}

/// The files are read to tell what is wrong with them.
fn tls(section: Section<'_>) -> Tls {
    let file = |name| PathBuf::from(section.text(name, None));
    let identity = match (section.has("certificate"), section.has("key")) {
        (false, false) => None,
        (true, true) => Some((file("certificate"), file("key"))),
        (has_certificate, _) => {
            let missing = if has_certificate { "key" } else { "certificate" };
            section.report(missing, "is missing: a certificate and its key go together", "");
            None
        }
    };
    let complete = section.has("ca") && section.has("server_name");
    let tls = Tls { ca: file("ca"), server_name: section.text("server_name", None), identity };
    if complete && let Err(failure) = tls.client() {
        section.report("ca", failure.to_string(), "PEM files that the daemon may read");
    }
    section.finish();
    tls
}

/// Username(553) and Password(554) of our Logon. The password is in a file of its own, so that the configuration can be shown.
fn credentials(entry: &Section<'_>) -> Vec<(u32, Box<[u8]>)> {
    let mut fields: Vec<(u32, Box<[u8]>)> = Vec::new();
    if entry.has("username") {
        let username = entry.name::<64>("username", None);
        fields.push((tag::USERNAME, username.as_bytes().into()));
    }
    if entry.has("password_file") {
        let file = entry.text("password_file", None);
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                let password = text.trim_end_matches(['\r', '\n']);
                if !(1..=PASSWORD_BYTES_MAX).contains(&password.len()) || password.contains('\x01') {
                    entry.report("password_file", "must hold one line with the password", "");
                }
                fields.push((tag::PASSWORD, password.as_bytes().into()));
            }
            Err(failed) => entry.report("password_file", failed.to_string(), "the daemon must be able to read it"),
        }
    }
    fields
}
