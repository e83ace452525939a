//! The daemon: opens the journal, recovers, tells the engine its configuration, lays the agents on threads, and stops
//! them in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use engine::{Capacities, HotLoop, LoopCounters, State, StateHash};
use gateway::calendar::{DayEnd, Standing, Timer};
use gateway::fix::Acceptor;
use gateway::fix::store::SledStore;
use gateway::venue::paper::{Market, Settings as VenueSettings};
use gateway::venue::{Listing, OpenOrder, PaperVenue, SyntheticInstrument, SyntheticQuotes};
use gateway::views::{Views, ViewsAgent};
use journal::{Follower, Mark, RoomWatch};
use model::queue::{Consumer, Producer, bounded};
use model::{Agent, CalendarName, Command, CompId, Seq, TradingState, VenueId, limits};

use crate::brokers;
use crate::config::{Configuration, Durability, Layout, Quotes};
use crate::names::names;
use crate::reload::{ConfigurationFile, Reloader};
use crate::runner::{self, Berth, Idle, Lane, Stage, Urgency, wall_clock};
use crate::said::Said;
use crate::{door, sources};

/// Where a clean stop left the engine.
pub(crate) struct Stop {
    pub(crate) seq: Seq,
    pub(crate) hash: StateHash,
}

/// The queues towards the hot loop, in order of precedence: a flood of orders never keeps a venue's report out.
struct Queues {
    venue: Producer<Command>,
    operator: Producer<Command>,
    quotes: Producer<Command>,
    fix: Producer<Command>,
    inboxes: Vec<Consumer<Command>>,
}

impl Queues {
    fn new() -> Queues {
        let (venue, from_venue) = bounded(limits::COMMAND_QUEUE_SLOTS);
        let (operator, from_operator) = bounded(limits::OPERATOR_QUEUE_SLOTS);
        let (quotes, from_quotes) = bounded(limits::COMMAND_QUEUE_SLOTS);
        let (fix, from_fix) = bounded(limits::COMMAND_QUEUE_SLOTS);
        Queues { venue, operator, quotes, fix, inboxes: vec![from_venue, from_operator, from_quotes, from_fix] }
    }
}

/// What the daemon is told from outside.
#[derive(Default)]
pub(crate) struct Signals {
    /// To stop.
    pub(crate) stop: Arc<AtomicBool>,
    /// To read the configuration again.
    pub(crate) reload: Arc<AtomicBool>,
}

/// Runs until it is told to stop, or an agent cannot go on. `file` is where the configuration came from.
///
/// # Errors
/// What kept the daemon from starting, or made it stop; after the latter a restart recovers.
pub(crate) fn run(config: &Configuration, file: ConfigurationFile, signals: &Signals) -> Result<Stop> {
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("cannot create the data folder {}", config.data_dir.display()))?;
    let operators = config.operators()?;
    let journal_dir = config.journal_dir();
    let opened = journal::open(&journal_dir, journal_settings(config))?;
    let recovered = opened.recovered.clone();
    tracing::info!(last_seq = %recovered.last_seq, ?recovered, "journal opened");

    let mut said = Said::default();
    let replayed = engine::replay_seen(&journal_dir, Capacities::as_recorded(), |event| said.follow(event))?;
    if replayed.state.last_seq() != recovered.last_seq {
        bail!("the journal ends at {} but folding it ends at {}", recovered.last_seq, replayed.state.last_seq());
    }
    tracing::info!(frames = replayed.frames, working = replayed.state.working_count(), "state recovered");

    brokers::check(config, &replayed.state)?;

    let queues = Queues::new();
    let counters = Arc::new(LoopCounters::default());
    let known: Vec<_> = replayed.state.accounts().map(|(_, account)| account.definition.account).collect();
    let of_templates = door::template_definitions(config, &replayed.state);
    let mut hot = HotLoop::new(queues.inboxes, opened.log, replayed.state, Arc::clone(&counters));
    let mut writer = opened.writer;
    let start = config.start(env!("CARGO_PKG_VERSION"));
    let first = std::iter::once(start).chain(config.broker_sessions());
    tell(first, &queues.operator, &mut hot, &mut writer, &opened.mark)?;
    let venues = brokers::venues(config, hot.state());
    let venue_of = |broker: &CompId| brokers::venue_of(&venues, *broker);
    let definitions = config.definitions(venue_of, |account| !known.contains(account)).into_iter().chain(of_templates);
    tell(definitions, &queues.operator, &mut hot, &mut writer, &opened.mark)?;
    let attributions = config.attributions(|name| {
        let mut known = hot.state().sessions().filter(|(_, known)| known.target_comp_id == *name);
        known.any(|(session, _)| hot.state().is_attributed(session))
    });
    tell(attributions.into_iter(), &queues.operator, &mut hot, &mut writer, &opened.mark)?;
    let currencies = config.currencies(|currency, against| hot.state().fx_rate(currency, against).is_some());
    tell(currencies.into_iter(), &queues.operator, &mut hot, &mut writer, &opened.mark)?;
    let governance = config.governance(hot.state().firm(), &said);
    tell(governance.into_iter(), &queues.operator, &mut hot, &mut writer, &opened.mark)?;
    warn_of_governance(config, hot.state());
    let close = overdue_close(config, hot.state());
    tell(close.into_iter(), &queues.operator, &mut hot, &mut writer, &opened.mark)?;
    let check = start_check(config, hot.state());
    tell(check.into_iter(), &queues.operator, &mut hot, &mut writer, &opened.mark)?;
    hot.touch_memory();

    let assembly = Assembly { config, mark: opened.mark.clone() };
    let state = hot.state();
    let brokers = brokers::open(config, state, &assembly.mark, &queues.venue)?;
    let venue = assembly.venue(state, queues.venue)?;
    let quotes = assembly.quotes(state, queues.quotes);
    let timer = assembly.timer(state, queues.operator.clone());
    let room = RoomWatch::new(opened.mark.clone(), !state.journal_is_full(), queues.operator.clone());
    let day_end = assembly.day_end(state, queues.operator.clone());
    let acceptor = assembly.acceptor(state, queues.fix)?;
    let views = Views::shared();
    let views_agent = ViewsAgent::new(&journal_dir, assembly.mark.clone(), Arc::clone(&views))?;
    let (store_agent, store) = sources::analytics(config, assembly.mark.clone())?;

    let reloader =
        Arc::new(Reloader::new(file, config.clone(), &acceptor, Arc::clone(&views), queues.operator.clone()));
    let mut sources =
        sources::of(&acceptor, &brokers, views, assembly.mark.clone(), counters.clone(), store, queues.operator);
    sources.reload = Some(Arc::clone(&reloader) as Arc<dyn gateway::http::Reload>);
    let http_settings =
        gateway::http::Settings { listen: config.http.listen, allowed_hosts: config.http.allowed_hosts.clone() };
    let http = gateway::http::start(http_settings, operators, sources)?;
    let tls = acceptor.tls_addr().map(|address| address.to_string()).unwrap_or_default();
    tracing::info!(fix = %acceptor.local_addr(), %tls, http = %http.listen(), "listening");

    let hot_agents = HotAgents {
        acceptor: Box::new(acceptor),
        hot: Box::new(hot),
        writer: Box::new(writer),
        venue: Box::new(venue),
        brokers: brokers.into_iter().map(|broker| Box::new(broker) as Box<dyn Agent>).collect(),
        timer: Box::new(timer),
        room: Box::new(room),
        day_end: day_end.map(|agent| Box::new(agent) as Box<dyn Agent>),
        quotes: quotes.map(|quotes| Box::new(quotes) as Box<dyn Agent>),
    };
    let followers = Followers { views: Box::new(views_agent), store: store_agent };
    let running = runner::start(assembly.lanes(hot_agents, followers))?;

    while !signals.stop.load(Relaxed) && running.failure().is_none() {
        std::thread::sleep(Duration::from_millis(20));
        if signals.reload.swap(false, Relaxed) {
            reloader.by_signal();
        }
    }
    tracing::info!("stopping");
    http.stop();
    running.stop().map_err(|why| anyhow!("{why}; a restart recovers what was acknowledged"))?;
    let (seq, hash) = counters.at_stop.get().copied().context("the hot loop did not stop cleanly")?;
    tracing::info!(%seq, %hash, "stopped");
    Ok(Stop { seq, hash })
}

/// What the file asks for and does not get: the second person, once asked for, is not sent away by who may write a file.
fn warn_of_governance(config: &Configuration, state: &State) {
    if config.firm.two_persons < state.firm().two_persons {
        tracing::warn!(
            "[firm] governance = \"one_person\" has no effect: this journal was begun with two_persons, and no file takes that back; \
             write two_persons, or begin a new data folder"
        );
    }
}

/// The close of a day that ended while nobody was there.
fn overdue_close(config: &Configuration, state: &State) -> Option<Command> {
    let (day, at_ns) = config.day_clock.as_ref()?.last_close(wall_clock().0)?;
    let is_open = state.last_close().is_none_or(|last| last.trading_day < day);
    let is_due = is_open && state.first_change().is_some_and(|change| change.0 < at_ns);
    is_due.then(|| DayEnd::close(day))
}

/// Whether what the engine holds is what the last close says. Asked once all that was begun is done.
fn start_check(config: &Configuration, state: &State) -> Option<Command> {
    let is_asked = config.start.require_close || state.is_disarmed();
    let check = || config.start.check(config.day_clock.as_ref(), wall_clock().0);
    is_asked.then(|| Command::CheckStart(check()))
}

fn journal_settings(config: &Configuration) -> journal::Settings {
    let durability = match config.journal.durability {
        Durability::Durable => journal::Durability::Durable,
        Durability::Asynchronous { sync_every } => journal::Durability::Asynchronous { sync_every },
    };
    journal::Settings { durability, ..journal::Settings::default() }.with_segment_bytes(config.journal.segment_bytes)
}

/// Decides commands and waits until they are durable, before anything else runs.
fn tell(
    commands: impl Iterator<Item = Command>,
    queue: &Producer<Command>,
    hot: &mut HotLoop,
    writer: &mut journal::Writer,
    mark: &Mark,
) -> Result<()> {
    let failed = |stopped: model::Stopped| anyhow!("{stopped}");
    for command in commands {
        let mut waiting = Some(command);
        while let Some(command) = waiting.take() {
            if let Err(full) = queue.try_push(command) {
                waiting = Some(full.0);
                hot.work(wall_clock()).map_err(failed)?;
                writer.work(wall_clock()).map_err(failed)?;
            }
        }
    }
    while hot.work(wall_clock()).map_err(failed)? > 0 || mark.durable() < hot.state().last_seq() {
        writer.work(wall_clock()).map_err(failed)?;
    }
    Ok(())
}

/// The agents that an order passes through, and what moves the prices that it is held against.
struct HotAgents {
    acceptor: Box<dyn Agent>,
    hot: Box<dyn Agent>,
    writer: Box<dyn Agent>,
    venue: Box<dyn Agent>,
    brokers: Vec<Box<dyn Agent>>,
    timer: Box<dyn Agent>,
    room: Box<dyn Agent>,
    day_end: Option<Box<dyn Agent>>,
    quotes: Option<Box<dyn Agent>>,
}

/// The agents that nobody waits for.
struct Followers {
    views: Box<dyn Agent>,
    store: Option<Box<dyn Agent>>,
}

/// What all agents are built from.
struct Assembly<'a> {
    config: &'a Configuration,
    mark: Mark,
}

impl Assembly<'_> {
    /// The paper venue is told what the engine holds open, by its place in the queue.
    fn venue(&self, state: &State, queue: Producer<Command>) -> Result<PaperVenue<Follower>> {
        let mut open: Vec<_> = state.working_orders().filter(|order| order.venue == VenueId::PAPER).collect();
        open.sort_by_key(|order| (order.working_since, order.view.order_id));
        let open = open.into_iter().map(|order| OpenOrder {
            view: order.view,
            worst_px: order.worst_px,
            min_qty: order.min_qty,
            max_floor: order.max_floor,
            suspended: order.suspended,
            acknowledged: order.at_venue,
            pending_cancel: order.pending.cancels_sent > 0,
            pending_replaces: order
                .pending
                .replaces()
                .filter(|replace| replace.sent)
                .map(|replace| (replace.order_qty, replace.price))
                .collect(),
        });
        let settings = VenueSettings {
            orders_max: u32::try_from(self.config.engine.orders_max)?,
            instruments_max: u32::try_from(self.config.instruments.len())?.max(64),
        };
        let listings = state.instruments().map(|(instrument, definition)| Listing {
            instrument,
            tick: definition.tick,
            is_here: definition.venue == VenueId::PAPER,
            calendar: definition.calendar,
            is_halted: state.instrument_trading(instrument) == Some(TradingState::Halted),
            is_splitting: state.is_splitting(instrument),
        });
        let market = Market {
            listings: listings.collect(),
            phases: state.calendars().map(|calendar| (calendar.name, calendar.phase)).collect(),
        };
        let tail = Follower::near(&self.config.journal_dir(), self.mark.clone(), state.last_seq().next())?;
        Ok(PaperVenue::new(settings, market, tail, queue, state.last_venue_exec_id(), open))
    }

    fn quotes(&self, state: &State, queue: Producer<Command>) -> Option<SyntheticQuotes> {
        let Quotes::Synthetic { seed, per_second } = self.config.quotes else { return None };
        let quoted = state.instruments().filter_map(|(instrument, definition)| {
            let configured = self.config.instrument(&definition.symbol)?;
            (!configured.price.is_zero()).then_some(SyntheticInstrument {
                instrument,
                start_px: configured.price,
                tick: definition.tick,
                lot: definition.lot,
            })
        });
        Some(SyntheticQuotes::new(quoted.collect::<Vec<_>>(), per_second, seed, queue))
    }

    /// The timer goes on from what the engine knows of each calendar.
    fn timer(&self, state: &State, queue: Producer<Command>) -> Timer {
        let known = |name: CalendarName| {
            let known = state.calendars().find(|known| known.name == name);
            known.map(|known| Standing { trading_day: known.trading_day, phase: known.phase })
        };
        let calendars = self.config.calendars.iter().map(|calendar| (calendar.clone(), known(calendar.name())));
        Timer::new(calendars, queue)
    }

    /// The days that are over now need no close any more: what was due of them has been done.
    fn day_end(&self, state: &State, queue: Producer<Command>) -> Option<DayEnd> {
        let clock = self.config.day_clock.clone()?;
        let over = clock.last_close(wall_clock().0).map(|(day, _)| day);
        let closed = state.last_close().map(|last| last.trading_day);
        Some(DayEnd::new(clock, over.max(closed), queue))
    }

    fn acceptor(&self, state: &State, queue: Producer<Command>) -> Result<Acceptor> {
        let settings = door::settings(self.config, state)?;
        let store = Arc::new(SledStore::open(&self.config.sessions_dir())?);
        let journal = self.config.journal_dir();
        Ok(Acceptor::open(settings, store, &journal, self.mark.clone(), queue, names(state), wall_clock())?)
    }

    fn lanes(&self, hot: HotAgents, followers: Followers) -> Vec<Lane> {
        let engine = &self.config.engine;
        let cores = engine.cores;
        let idle = match engine.idle {
            crate::config::Idle::Spin => Idle::Spin,
            crate::config::Idle::Backoff => Idle::Backoff,
            crate::config::Idle::Park => Idle::Park,
        };
        let mut intake = vec![Berth { agent: hot.acceptor, stage: Stage::Intake }];
        intake.push(Berth { agent: hot.timer, stage: Stage::Intake });
        intake.push(Berth { agent: hot.room, stage: Stage::Intake });
        intake.extend(hot.day_end.map(|agent| Berth { agent, stage: Stage::Intake }));
        intake.extend(hot.quotes.map(|agent| Berth { agent, stage: Stage::Intake }));
        let decide = Berth { agent: hot.hot, stage: Stage::Decide };
        let keep = Berth { agent: hot.writer, stage: Stage::Keep };
        let venues: Vec<Berth> =
            std::iter::once(hot.venue).chain(hot.brokers).map(|agent| Berth { agent, stage: Stage::Venue }).collect();
        let lane = |name, berths, core| Lane { name, berths, core, idle, urgency: Urgency::Normal };
        let mut lanes = match engine.layout {
            // In this order a client's report leaves before the venue takes the order up.
            Layout::Shared => {
                vec![lane("hot", intake.into_iter().chain(venues).chain([decide, keep]).collect(), cores.engine)]
            }
            Layout::Dedicated => vec![
                lane("fix", intake, cores.fix),
                lane("engine", vec![decide], cores.engine),
                lane("journal", vec![keep], cores.journal),
                lane("venue", venues, cores.venue),
            ],
        };
        let follower = |name, agent, urgency| {
            let berths = vec![Berth { agent, stage: Stage::Follow }];
            Lane { name, berths, core: cores.followers, idle: Idle::Park, urgency }
        };
        // An operator's act waits until the views show it, so they keep up with everybody else.
        lanes.push(follower("views", followers.views, Urgency::Normal));
        // A thread that spins never gives way by itself.
        let urgency = if idle == Idle::Spin { Urgency::Background } else { Urgency::Normal };
        lanes.extend(followers.store.map(|store| follower("store", store, urgency)));
        lanes
    }
}
