//! The configuration read again while the daemon runs.
//!
//! It is read and checked whole; with one error nothing is touched. Then the acceptor is told of its sessions, the engine of the
//! accounts and sessions that are new or have other limits, and last of the act itself: who, when and why. What a running
//! daemon cannot change is named, and stays as it is until the next start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use gateway::fix::Acceptor;
use gateway::fix::control::Control;
use gateway::fix::counters::SessionStatus;
use gateway::fix::reload::{NewSession, NewSessions};
use gateway::http::{Reload, ReloadRefused, ReloadReport, Reloaded};
use gateway::views::SharedViews;
use model::queue::Producer;
use model::{Command, CompId, Text, VenueId};
use parking_lot::Mutex;

use crate::config::{Configuration, Problems, Quotes, ScopeLimit, Tls};
use crate::door;
use crate::said::Said;

/// How long the engine may take to make room for what it is told.
const QUEUE_MAX: Duration = Duration::from_secs(5);
const QUEUE_PAUSE: Duration = Duration::from_millis(1);

/// Where the configuration is, and what the command line says instead of it.
#[derive(Clone, Debug)]
pub(crate) struct ConfigurationFile {
    pub(crate) path: PathBuf,
    /// Instead of `[data] dir`.
    pub(crate) data: Option<PathBuf>,
    /// Instead of `[fix] listen`.
    pub(crate) fix_listen: Option<SocketAddr>,
    /// Instead of `[http] listen`.
    pub(crate) http_listen: Option<SocketAddr>,
    /// Instead of `[quotes] seed`.
    pub(crate) seed: Option<u64>,
}

impl ConfigurationFile {
    /// Reads and checks it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn load(&self) -> Result<Configuration, Problems> {
        let mut config = Configuration::load(&self.path)?;
        config.data_dir = self.data.clone().unwrap_or(config.data_dir);
        config.fix.listen = self.fix_listen.unwrap_or(config.fix.listen);
        config.http.listen = self.http_listen.unwrap_or(config.http.listen);
        if let (Some(asked), Quotes::Synthetic { seed, .. }) = (self.seed, &mut config.quotes) {
            *seed = asked;
        }
        Ok(config)
    }
}

/// Reads it again when it is asked to.
pub(crate) struct Reloader {
    file: ConfigurationFile,
    /// What is in force; held while it changes.
    current: Mutex<Configuration>,
    control: Control,
    sessions: Arc<Mutex<Vec<SessionStatus>>>,
    views: SharedViews,
    commands: Producer<Command>,
}

impl Reloader {
    pub(crate) fn new(
        file: ConfigurationFile,
        current: Configuration,
        acceptor: &Acceptor,
        views: SharedViews,
        commands: Producer<Command>,
    ) -> Reloader {
        let (control, sessions) = (acceptor.control(), acceptor.sessions());
        Reloader { file, current: Mutex::new(current), control, sessions, views, commands }
    }

    /// On SIGHUP: nobody waits for the answer, so the log has it.
    pub(crate) fn by_signal(&self) {
        match self.reload(Text::clipped(b"SIGHUP"), Text::clipped(b"SIGHUP")) {
            Ok(Reloaded { report, .. }) => tracing::info!(?report, "configuration reloaded"),
            Err(why) => tracing::error!(%why, "configuration not reloaded; nothing was changed"),
        }
    }

    /// Sessions that templates have made, in the order of their making.
    fn made(&self) -> Vec<CompId> {
        let mut known: Vec<_> = self.sessions.lock().iter().map(|of| (of.session, of.target_comp_id)).collect();
        known.sort_unstable_by_key(|(session, _)| *session);
        known.into_iter().map(|(_, name)| name).collect()
    }

    fn tell(&self, command: Command, deadline: Instant) -> Result<(), ReloadRefused> {
        let mut waiting = command;
        while let Err(full) = self.commands.try_push(waiting) {
            if Instant::now() >= deadline {
                return Err(ReloadRefused::Busy("the queue to the engine is full".to_owned()));
            }
            waiting = full.0;
            thread::sleep(QUEUE_PAUSE);
        }
        Ok(())
    }
}

impl Reload for Reloader {
    fn reload(&self, actor: Text<24>, reason: Text<64>) -> Result<Reloaded, ReloadRefused> {
        let mut current = self.current.lock();
        let refused = |problems: Problems| ReloadRefused::Configuration(problems.to_string());
        let (next, needs_restart) = in_force(&current, self.file.load().map_err(refused)?);
        let tls = next.fix.tls.as_ref().map(Tls::server).transpose();
        let tls = tls.map_err(|failure| ReloadRefused::Configuration(format!("[fix.tls]: {failure}")))?;
        let mut report = changes(&current, &next);
        report.needs_restart = needs_restart;

        let ours = next.fix.sender_comp_id;
        let sessions = next.sessions.iter().map(|session| NewSession {
            target_comp_id: session.target_comp_id,
            config: session.protocol.session(ours.as_str(), session.target_comp_id.as_str()),
            access: session.access.clone(),
        });
        let new = NewSessions { sessions: sessions.collect(), templates: door::templates(&next), tls };
        self.control.reload(new).map_err(|silent| ReloadRefused::Busy(silent.to_string()))?;

        let made = self.made();
        // Instruments stay as they are, so where their orders go does not matter.
        let nowhere = |_: &CompId| VenueId::PAPER;
        let is_new = |name: &_| self.views.read().account(name).is_none();
        let before = current.definitions(nowhere, |_| false).into_iter().chain(door::definitions_of(&current, &made));
        let before: Vec<Command> =
            before.chain(current.attributions(|_| true)).chain(current.currencies(|_, _| true)).collect();
        let after = next.definitions(nowhere, is_new).into_iter().chain(door::definitions_of(&next, &made));
        let after = after.chain(next.attributions(|_| true)).chain(next.currencies(|_, _| true));
        let deadline = Instant::now() + QUEUE_MAX;
        for command in after.filter(|command| !before.contains(command)) {
            self.tell(command, deadline)?;
        }
        // Who has the file read again has asked for what it says: somebody else approves it.
        for command in Said::by(&current.limits).changes(&Said::by(&next.limits), actor, reason) {
            self.tell(command, deadline)?;
        }
        let count = |names: &Vec<String>| u32::try_from(names.len()).unwrap_or(u32::MAX);
        let command = Command::Reload(model::Reload {
            accounts_defined: count(&report.accounts_defined),
            sessions_added: count(&report.sessions_added),
            sessions_changed: count(&report.sessions_changed),
            sessions_removed: count(&report.sessions_removed),
            actor,
            reason,
        });
        self.tell(command, deadline)?;
        *current = next;
        Ok(Reloaded { command, report })
    }
}

/// What is in force after a reload, and the keys whose new values must wait for a restart.
fn in_force(current: &Configuration, read: Configuration) -> (Configuration, Vec<String>) {
    let mut waits = Vec::new();
    macro_rules! stays {
        ($($key:literal: $($field:ident).+),+ $(,)?) => {
            $(if current.$($field).+ != read.$($field).+ {
                waits.push($key.to_owned());
            })+
        };
    }
    stays!(
        "data.dir": data_dir,
        "firm": firm,
        "operators": operators,
        "fix.listen": fix.listen,
        "fix.sender_comp_id": fix.sender_comp_id,
        "fix.allowed_addresses": fix.allowed,
        "fix.connections_max": fix.connections_max,
        "fix.connections_per_address_max": fix.connections_per_address_max,
        "fix.connections_before_logon_max": fix.connections_before_logon_max,
        "fix.connections_before_logon_per_address_max": fix.connections_before_logon_per_address_max,
        "fix.lockout": fix.lockout,
        "fix.message_log": fix.message_log,
        "http.listen": http.listen,
        "http.allowed_hosts": http.allowed_hosts,
        "journal.durability": journal.durability,
        "journal.segment": journal.segment_bytes,
        "engine.layout": engine.layout,
        "engine.idle": engine.idle,
        "engine.cores": engine.cores,
        "engine.orders_max": engine.orders_max,
        "engine.huge_pages": engine.huge_pages,
        "engine.acknowledge": engine.acknowledge,
        "store.enabled": store.enabled,
        "store.path": store.path,
        "store.flush_every": store.flush_every,
        "store.memory": store.memory_bytes,
        "venue": venue,
        "quotes": quotes,
        "brokers": brokers,
        "calendars": calendars,
        "close": day_clock,
        "start": start,
        "instruments": instruments,
    );
    let listener = |tls: &Option<Tls>| tls.as_ref().map(|tls| tls.listen);
    let tls = if listener(&current.fix.tls) == listener(&read.fix.tls) {
        read.fix.tls
    } else {
        waits.push("fix.tls.listen".to_owned());
        current.fix.tls.clone()
    };
    let mut next = current.clone();
    next.fix.tls = tls;
    next.fix.protocol = read.fix.protocol;
    next.limits = read.limits;
    next.accounts = read.accounts;
    next.sessions = read.sessions;
    next.templates = read.templates;
    (next, waits)
}

/// What is new, otherwise, or gone.
fn changes(current: &Configuration, next: &Configuration) -> ReloadReport {
    let mut report = ReloadReport::default();
    for account in &next.accounts {
        let before = current.accounts.iter().find(|other| other.definition.account == account.definition.account);
        if before.is_none_or(|before| before.definition != account.definition) {
            report.accounts_defined.push(account.definition.account.to_string());
        }
    }
    for session in &next.sessions {
        match current.sessions.iter().find(|other| other.target_comp_id == session.target_comp_id) {
            None => report.sessions_added.push(session.target_comp_id.to_string()),
            Some(before) if before != session => report.sessions_changed.push(session.target_comp_id.to_string()),
            Some(_) => {}
        }
    }
    for template in &next.templates {
        match current.templates.iter().find(|other| other.prefix == template.prefix) {
            None => report.sessions_added.push(format!("{}*", template.prefix)),
            Some(before) if before != template => report.sessions_changed.push(format!("{}*", template.prefix)),
            Some(_) => {}
        }
    }
    let whose = |limits: &[ScopeLimit], others: &[ScopeLimit]| -> Vec<String> {
        limits.iter().filter(|limit| !others.contains(limit)).map(ScopeLimit::whose).collect()
    };
    report.limits_said = whose(&next.limits, &current.limits);
    report.limits_said.extend(whose(&current.limits, &next.limits));
    report.limits_said.sort_unstable();
    report.limits_said.dedup();
    let sessions = current.sessions.iter().map(|session| session.target_comp_id);
    let gone = sessions.filter(|name| !next.sessions.iter().any(|session| session.target_comp_id == *name));
    report.sessions_removed.extend(gone.map(|name| name.to_string()));
    let templates = current.templates.iter().map(|template| template.prefix);
    let gone = templates.filter(|prefix| !next.templates.iter().any(|template| template.prefix == *prefix));
    report.sessions_removed.extend(gone.map(|prefix| format!("{prefix}*")));
    report
}
