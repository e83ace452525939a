//! `[[brokers]]`: FIX sessions that we initiate, to which instruments' orders go.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use gateway::fix::dictionary::{Dictionary, Level};
use gateway::fix::driver::ConnectSettings;
use gateway::fix::schedule::Schedule;
use gateway::fix::session::{LogonFields, SessionConfig};
use gateway::fix::tag;
use gateway::fix::tls::{Identity, TlsClient};
use gateway::fix::version::Version;
use model::{AccountName, CompId};

use super::section::Section;

/// Longest password.
const PASSWORD_BYTES_MAX: usize = 256;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// A broker.
#[derive(Clone, Debug)]
pub(crate) struct Broker {
    /// Our CompID there.
    pub(crate) sender_comp_id: CompId,
    /// Its CompID, which is its name with us.
    pub(crate) target_comp_id: CompId,
    /// Account(1) that it knows us by; empty where it knows our own accounts.
    pub(crate) account: AccountName,
    /// The session.
    pub(crate) config: SessionConfig,
    /// When it is open.
    pub(crate) schedule: Option<Schedule>,
    /// Where it is.
    pub(crate) connect: Option<ConnectSettings>,
}

impl PartialEq for Broker {
    /// By name: no two have the same.
    fn eq(&self, other: &Broker) -> bool {
        self.target_comp_id == other.target_comp_id && self.sender_comp_id == other.sender_comp_id
    }
}

pub(super) fn broker(entry: &Section<'_>, own: CompId) -> Broker {
    let versions = Version::ALL.map(|version| (version.name(), version));
    let version = entry.word("version", Version::Fix44, &versions);
    let sender_comp_id = entry.name("sender_comp_id", Some(own));
    let target_comp_id = entry.name("target_comp_id", None);
    let levels = [("basic", None), ("lenient", Some(Level::Lenient)), ("strict", Some(Level::Strict))];
    let validation = entry.word("validation", None, &levels);
    let seconds = |name, default| u32::try_from(entry.duration(name, default, SECOND, HOUR).as_secs()).unwrap_or(30);
    let config = SessionConfig {
        version,
        heart_bt_secs: seconds("heartbeat", 30 * SECOND),
        heart_bt_secs_max: 3_600,
        dictionary: validation.map(|_| Dictionary::standard(version)),
        validation: validation.unwrap_or_default(),
        // Before the configuration is whole a CompID may be missing; it is never used then.
        sender_comp_id: or_placeholder(sender_comp_id),
        target_comp_id: or_placeholder(target_comp_id),
        reset_on_logon: entry.truth("reset_on_logon", false),
        logon_fields: LogonFields(credentials(entry)),
        ..SessionConfig::initiator("-", "-")
    };
    Broker {
        sender_comp_id,
        target_comp_id,
        account: if entry.has("account") { entry.name("account", None) } else { AccountName::EMPTY },
        config,
        schedule: None,
        connect: connect(entry),
    }
}

fn or_placeholder(comp_id: CompId) -> Box<[u8]> {
    if comp_id.is_empty() { (*b"-").into() } else { comp_id.as_bytes().into() }
}

fn connect(entry: &Section<'_>) -> Option<ConnectSettings> {
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for text in entry.texts("addresses") {
        match text.parse() {
            Ok(address) => addresses.push(address),
            Err(_) => entry.report("addresses", format!("{text:?} is not an address"), "like \"198.51.100.7:9876\""),
        }
    }
    let nanos = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
    let wait_min = entry.duration("reconnect_min", SECOND, SECOND / 100, HOUR);
    let wait_max = entry.duration("reconnect_max", 30 * SECOND, SECOND / 100, HOUR);
    if wait_max < wait_min {
        entry.report("reconnect_max", "is less than reconnect_min", "");
    }
    let tls = tls(entry.section("tls"));
    let Some(first) = addresses.first() else {
        entry.report("addresses", "there is no address", "like addresses = [\"198.51.100.7:9876\"]");
        return None;
    };
    Some(ConnectSettings {
        tls,
        wait_min_ns: nanos(wait_min),
        wait_max_ns: nanos(wait_max),
        ..ConnectSettings { addresses: addresses.clone(), ..ConnectSettings::to(*first) }
    })
}

fn tls(section: Section<'_>) -> Option<TlsClient> {
    let wanted = section.has("ca");
    let file = |name| PathBuf::from(section.text(name, Some("")));
    let (ca, server_name) = (file("ca"), section.text("server_name", Some("")));
    let identity = match (section.has("certificate"), section.has("key")) {
        (false, false) => Ok(None),
        (true, true) => Identity::from_pem_files(&file("certificate"), &file("key")).map(Some),
        (have_certificate, _) => {
            let missing = if have_certificate { "key" } else { "certificate" };
            section.report(missing, "is missing: a certificate and its key go together", "");
            Ok(None)
        }
    };
    let client = match identity {
        Err(failure) => Err(failure),
        Ok(identity) if wanted => TlsClient::new(&ca, &server_name, identity).map(Some),
        Ok(_) => Ok(None),
    };
    let client = client.unwrap_or_else(|failure| {
        section.report(
            "ca",
            failure.to_string(),
            "ca, server_name, and certificate and key where the broker wants them",
        );
        None
    });
    section.finish();
    client
}

/// Username(553) and Password(554) of our Logon. The password is in a file of its own, so that the configuration can be shown.
fn credentials(entry: &Section<'_>) -> Vec<(u32, Box<[u8]>)> {
    let mut fields: Vec<(u32, Box<[u8]>)> = Vec::new();
    if entry.has("username") {
        fields.push((tag::USERNAME, entry.text("username", None).into_bytes().into()));
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
