//! The brokers of the configuration as agents: each is a venue at the other end of a FIX session.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use engine::State;
use gateway::fix::broker::{Broker, BrokerSettings, BrokerStart, WorkingOrder};
use gateway::fix::message_log::MessageLogSettings;
use gateway::fix::store::SledStore;
use journal::Mark;
use model::queue::Producer;
use model::{Command, CompId, InstrumentId, VenueId};

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

/// Where each instrument's orders went before the configuration was read again.
pub(crate) fn routes(state: &State) -> Vec<(InstrumentId, VenueId)> {
    state.instruments().map(|(instrument, definition)| (instrument, definition.venue)).collect()
}

/// Refuses to move an instrument while orders work in it: they would stay where nobody looks after them.
pub(crate) fn check_routes(before: &[(InstrumentId, VenueId)], state: &State) -> Result<()> {
    for (instrument, definition) in state.instruments() {
        let Some((_, venue)) = before.iter().find(|(known, _)| *known == instrument) else { continue };
        let here = state.working_orders().filter(|order| order.view.instrument == instrument);
        let stay = here.filter(|order| order.venue != definition.venue).count();
        if *venue != definition.venue && stay > 0 {
            let symbol = definition.symbol;
            bail!(
                "the configuration moves {symbol} to another venue while {stay} of its orders work at the old one; \
                 start with the old [[instruments]] broker of {symbol}, cancel or finish them, then move it"
            );
        }
    }
    Ok(())
}

/// The brokers' agents.
pub(crate) fn open(
    config: &Configuration,
    state: &State,
    before: &[(InstrumentId, VenueId)],
    mark: &Mark,
    reports: &Producer<Command>,
) -> Result<Vec<Broker>> {
    let venues = venues(config, state);
    let mut brokers = Vec::new();
    for broker in &config.brokers {
        let Some((name, venue)) = venues.iter().find(|(name, _)| *name == broker.target_comp_id) else { continue };
        let log = &config.fix.message_log;
        let settings = BrokerSettings {
            venue: *venue,
            config: broker.session(),
            schedule: broker.schedule.clone(),
            connect: broker.connect().with_context(|| format!("TLS towards {name}"))?,
            account: broker.account,
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
        let start = start(state, *venue, before);
        brokers.push(Broker::open(settings, start, store, &config.journal_dir(), mark.clone(), reports.clone())?);
    }
    Ok(brokers)
}

fn start(state: &State, venue: VenueId, before: &[(InstrumentId, VenueId)]) -> BrokerStart {
    let routes = routes(state);
    let has = |routes: &[(InstrumentId, VenueId)]| -> Vec<InstrumentId> {
        routes.iter().filter(|(_, to)| *to == venue).map(|(instrument, _)| *instrument).collect()
    };
    let working = state.working_orders().filter(|order| order.venue == venue).map(|order| WorkingOrder {
        view: order.view,
        acknowledged: order.at_venue,
        pending_cancel: order.pending.cancel,
        pending_replace: (order.pending.replace, order.pending.order_qty, order.pending.price),
    });
    BrokerStart {
        names: names(state),
        routes_changed: has(&routes) != has(before),
        working: working.collect(),
        routes,
        last_seq: state.last_seq(),
    }
}
