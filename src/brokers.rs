//! The brokers of the configuration as agents: each is a venue at the other end of a FIX session.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use engine::State;
use gateway::fix::broker::{Broker, BrokerSettings, BrokerStart, PendingReplace, WorkingOrder};
use gateway::fix::message_log::MessageLogSettings;
use gateway::fix::store::{Changes, SessionStore as _, SledStore};
use journal::Mark;
use model::queue::Producer;
use model::{Command, CompId, VenueId};

use crate::config::{self, Configuration};
use crate::names::names;

/// Most bytes that wait for one broker to read.
const OUTPUT_BYTES_MAX: usize = 4 << 20;

/// The venue of each broker, by the session that the engine knows it by.
pub(crate) fn venues(config: &Configuration, state: &State) -> Vec<(CompId, VenueId)> {
    let venue_of = |broker: &config::Broker| {
        let known = state.sessions().find(|(_, known)| {
            (known.sender_comp_id, known.target_comp_id) == (broker.sender_comp_id, broker.target_comp_id)
        });
        known.map(|(session, _)| (broker.target_comp_id, VenueId::broker(session)))
    };
    config.brokers.iter().filter_map(venue_of).collect()
}

/// Refuses a configuration under which nobody would look after an order, or take one on; before anything of it is in the
/// journal. Where instruments come to a broker or leave it, what was sent to it cannot be written again, and is forgotten.
pub(crate) fn check(config: &Configuration, state: &State) -> Result<()> {
    let name_of = |venue: VenueId| {
        let known = state.sessions().find(|(session, _)| venue.session() == Some(*session));
        known.map_or(CompId::EMPTY, |(_, known)| known.target_comp_id)
    };
    let known = venues(config, state);
    let has_agent = |venue: VenueId| venue == VenueId::PAPER || known.iter().any(|(_, other)| *other == venue);
    let mut moved = Vec::new();
    for (instrument, definition) in state.instruments() {
        let (symbol, before) = (definition.symbol, definition.venue);
        let configured = config.instrument(&symbol);
        let stays = configured.map_or(has_agent(before), |configured| configured.broker == name_of(before));
        if configured.is_none() && !stays {
            bail!(
                "{symbol} goes to the broker {}, which is not configured any more; keep its [[brokers]] entry, or give \
                 {symbol} an [[instruments]] entry, with tradable = false if it is not to be traded",
                name_of(before)
            );
        }
        let here = state.working_orders().filter(|order| order.view.instrument == instrument);
        let left = here.filter(|order| !stays || order.venue != before || !has_agent(order.venue)).count();
        if left > 0 {
            bail!(
                "{left} orders in {symbol} work at {}, and the configuration takes it from there; start with {symbol} \
                 where it was, let them end or cancel them, then move it",
                if before == VenueId::PAPER { "the paper venue".to_owned() } else { name_of(before).to_string() }
            );
        }
        if !stays {
            moved.extend([before, venue_of(&known, configured.map_or(CompId::EMPTY, |configured| configured.broker))]);
        }
    }
    for (name, venue) in known.iter().filter(|(_, venue)| moved.contains(venue)) {
        let folder = config.broker_dir(name);
        if let (Some(session), true) = (venue.session(), folder.exists()) {
            let store = SledStore::open(&folder)?;
            store.apply(&Changes { reset: vec![session], ..Changes::default() })?;
            store.flush()?;
        }
    }
    Ok(())
}

/// The venue of the broker with this name; the paper venue where there is none.
pub(crate) fn venue_of(venues: &[(CompId, VenueId)], broker: CompId) -> VenueId {
    venues.iter().find(|(name, _)| *name == broker).map_or(VenueId::PAPER, |(_, venue)| *venue)
}

/// The brokers' agents.
pub(crate) fn open(
    config: &Configuration,
    state: &State,
    mark: &Mark,
    reports: &Producer<Command>,
) -> Result<Vec<Broker>> {
    let venues = venues(config, state);
    let mut brokers = Vec::new();
    for broker in &config.brokers {
        let known = venues.iter().find(|(name, _)| *name == broker.target_comp_id);
        let Some((name, venue, session)) = known.and_then(|(name, venue)| Some((name, venue, venue.session()?))) else {
            bail!("the engine does not know the session to {}, which it was told of", broker.target_comp_id);
        };
        let log = &config.fix.message_log;
        let settings = BrokerSettings {
            session,
            config: broker.session(),
            schedule: broker.schedule.clone(),
            connect: broker.connect().with_context(|| format!("TLS towards {name}"))?,
            account: broker.account,
            foreign_account: broker.foreign_account,
            ask: broker.ask,
            output_bytes_max: OUTPUT_BYTES_MAX,
            message_log: log.enabled.then(|| MessageLogSettings {
                folder: config.messages_dir(),
                file_bytes: log.file_bytes,
                files: log.files,
            }),
        };
        let folder = config.broker_dir(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let store = Arc::new(SledStore::open(&folder)?);
        let start = start(state, *venue);
        brokers.push(Broker::open(settings, start, store, &config.journal_dir(), mark.clone(), reports.clone())?);
    }
    Ok(brokers)
}

fn start(state: &State, venue: VenueId) -> BrokerStart {
    let at_venue = state.working_orders().filter(|order| order.venue == venue && order.view.held == 0);
    let working = at_venue.map(|order| WorkingOrder {
        view: order.view,
        acknowledged: order.at_venue,
        in_doubt: state.has_lost_reports_of(order),
        venue_order_id: order.venue_order_id,
        pending_cancel: order.pending.cancel,
        is_ending: order.pending.ending.is_some(),
        pending_replaces: order.pending.replaces().filter(|replace| replace.sent).map(pending).collect(),
    });
    let routes = state.instruments().map(|(id, definition)| (id, definition.venue, definition.abilities));
    BrokerStart {
        names: names(state),
        routes: routes.collect(),
        working: working.collect(),
        last_seq: state.last_seq(),
    }
}

fn pending(replace: &engine::PendingReplace) -> PendingReplace {
    let engine::PendingReplace { cl_ord_id, order_qty, price, stop_px, .. } = *replace;
    PendingReplace { cl_ord_id, order_qty, price, stop_px }
}
