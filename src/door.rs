//! The configuration as the FIX acceptor takes it: its sessions, its templates, and where it listens.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use engine::State;
use gateway::fix::message_log::MessageLogSettings;
use gateway::fix::template::Template;
use gateway::fix::{AcceptorSettings, SessionSettings};
use model::{Command, CompId, SessionId};

use crate::config::{self, Configuration};

/// What the acceptor is told at the start: the engine knows all sessions of the configuration by then.
///
/// # Errors
/// Files of TLS that cannot be used any more.
pub(crate) fn settings(config: &Configuration, state: &State) -> Result<AcceptorSettings> {
    let fix = &config.fix;
    let templates = templates(config);
    let own = state.sessions().filter(|(_, known)| known.sender_comp_id == fix.sender_comp_id);
    let sessions = own.filter_map(|(session, known)| {
        let configured = config.sessions.iter().find(|configured| configured.target_comp_id == known.target_comp_id);
        if let Some(configured) = configured {
            let config = configured.protocol.session(known.sender_comp_id.as_str(), known.target_comp_id.as_str());
            return Some(SessionSettings { session, config, access: configured.access.clone() });
        }
        let template = made_by(&templates, config, known.target_comp_id)?;
        Some(template.settings(session, known.target_comp_id))
    });
    let sessions: Vec<SessionSettings> = sessions.collect();
    let brokers = |name: CompId| config.brokers.iter().any(|broker| broker.target_comp_id == name);
    let gone = state.sessions().filter(|(session, known)| {
        known.sender_comp_id == fix.sender_comp_id
            && !sessions.iter().any(|configured| configured.session == *session)
            && !brokers(known.target_comp_id)
    });
    let removed = gone.map(|(session, known)| {
        let (ours, theirs) = (known.sender_comp_id.as_str(), known.target_comp_id.as_str());
        SessionSettings::new(session, fix.protocol.session(ours, theirs))
    });
    let tls = fix.tls.as_ref().map(config::Tls::server).transpose().context("[fix.tls]")?;
    let listen = match (fix.tls.as_ref().and_then(|tls| tls.listen), tls) {
        (Some(address), tls) => vec![(fix.listen, None), (address, tls)],
        (None, tls) => vec![(fix.listen, tls)],
    };
    let with_orders: BTreeSet<SessionId> = state.working_orders().map(|order| order.view.session).collect();
    Ok(AcceptorSettings {
        listen,
        connections_max: fix.connections_max,
        connections_per_address_max: fix.connections_per_address_max,
        connections_before_logon_max: fix.connections_before_logon_max,
        connections_before_logon_per_address_max: fix.connections_before_logon_per_address_max,
        allowed: fix.allowed.clone(),
        lockout: fix.lockout,
        message_log: fix.message_log.enabled.then(|| MessageLogSettings {
            folder: config.messages_dir(),
            file_bytes: fix.message_log.file_bytes,
            files: fix.message_log.files,
        }),
        templates,
        removed: removed.collect(),
        with_orders: with_orders.into_iter().collect(),
        ..AcceptorSettings::new(sessions)
    })
}

/// Sessions that templates made before, told again like everything that is configured: their limits may be others now.
pub(crate) fn template_definitions(config: &Configuration, state: &State) -> Vec<Command> {
    let own = state.sessions().filter(|(_, known)| known.sender_comp_id == config.fix.sender_comp_id);
    definitions_of(config, &own.map(|(_, known)| known.target_comp_id).collect::<Vec<_>>())
}

/// The same, of sessions by their names in the order of their making; those with an entry of their own are passed over.
pub(crate) fn definitions_of(config: &Configuration, names: &[CompId]) -> Vec<Command> {
    let templates = templates(config);
    let known = names.iter().filter_map(|name| {
        let template = made_by(&templates, config, *name)?;
        Some(Command::DefineSession(template.definition(*name)))
    });
    known.collect()
}

/// The template that a session without an entry of its own is of.
fn made_by<'a>(templates: &'a [Template], config: &Configuration, name: CompId) -> Option<&'a Template> {
    let configured = config.sessions.iter().any(|session| session.target_comp_id == name);
    let (ours, theirs) = (config.fix.sender_comp_id.as_str().as_bytes(), name.as_str().as_bytes());
    templates.iter().find(|template| !configured && template.matches(ours, theirs))
}

/// The templates as the acceptor has them.
pub(crate) fn templates(config: &Configuration) -> Vec<Template> {
    let made = |template: &config::Template| Template {
        prefix: template.prefix,
        sender_comp_id: config.fix.sender_comp_id,
        sessions_max: template.sessions_max,
        accounts: template.accounts.clone(),
        messages_per_second: template.policy.messages_per_second,
        pending_replaces: template.policy.pending_replaces,
        cancel_on_disconnect: template.policy.cancel_on_disconnect,
        config: template.protocol.session(config.fix.sender_comp_id.as_str(), template.prefix.as_str()),
        access: template.access.clone(),
    };
    config.templates.iter().map(made).collect()
}
