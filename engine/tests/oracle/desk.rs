//! The engine at work, and beside it the list of what happened. Both are asked the same.

use std::collections::BTreeMap;

use engine::{Capacities, Stamp, State, decide};
use model::*;

use crate::answer::{Why, judge};
use crate::ask::Ask;
use crate::history::{Asked, History, Placed};
use crate::world;

/// Room for more orders than one desk sees: nothing is forgotten.
const ORDERS: usize = 1_024;

/// Orders that passed by an override, among the answers.
pub(crate) const OVERRIDDEN: &str = "overridden";

pub(crate) struct Desk {
    pub(crate) history: History,
    /// How often each answer was given.
    pub(crate) answers: BTreeMap<&'static str, u64>,
    seed: u64,
    state: State,
    events: Events,
    frames: Vec<(Stamp, Vec<Event>)>,
}

impl Desk {
    pub(crate) fn new(seed: u64, start: i64, cash: i64, messages_per_second: u32) -> Desk {
        let mut desk = Desk {
            history: History { now: start, ..History::default() },
            answers: BTreeMap::new(),
            seed,
            state: State::new(Capacities { orders: ORDERS, holdings: 256 }),
            events: Events::default(),
            frames: Vec::new(),
        };
        for command in world::beginning(ORDERS as u64, cash, messages_per_second) {
            desk.run(command);
        }
        desk
    }

    pub(crate) fn wait(&mut self, nanos: i64) {
        self.history.now += nanos;
    }

    /// A command that nobody judges, and all that follows of it.
    pub(crate) fn run(&mut self, command: Command) {
        self.frame(command);
        let mut steps = 0;
        while self.state.has_work() {
            self.frame(Command::Step(Step { reserved: 0 }));
            steps += 1;
            assert!(steps < 10_000, "work comes to an end, seed {}", self.seed);
        }
    }

    fn frame(&mut self, command: Command) -> Vec<Event> {
        let stamp = Stamp { seq: self.state.last_seq().next(), time: EngineTime(self.history.now) };
        decide(&self.state, stamp.seq, stamp.time, &command, &mut self.events);
        self.state.begin(stamp);
        let events = self.events.as_slice().to_vec();
        events.iter().for_each(|event| self.state.evolve(event));
        for (index, event) in (0..).zip(&events) {
            self.history.see(stamp.seq, index, event);
        }
        self.frames.push((stamp, events.clone()));
        events
    }

    /// Both are asked, and must say the same.
    pub(crate) fn ask(&mut self, ask: &Ask, command: Command) {
        let judged = judge(&self.history, ask);
        let (expected, needed) = (judged.map(|_| ()), judged.ok().flatten());
        let events = self.frame(command);
        let answer = events.iter().find_map(answer_of).unwrap_or_else(|| {
            panic!("seed {}: no answer to {command:?}, but {events:?}", self.seed);
        });
        assert!(
            answer == expected,
            "seed {}, frame {}\n engine: {answer:?}\n oracle: {expected:?}\n asked: {ask:?}\n replaced: {:?}",
            self.seed,
            self.state.last_seq(),
            ask.replaced(&self.history)
        );
        let used = events.iter().find_map(used_of);
        assert_eq!(used, needed, "seed {}: the override that was used, and the one that was needed", self.seed);
        if needed.is_some() {
            *self.answers.entry(OVERRIDDEN).or_default() += 1;
        }
        *self.answers.entry(answer.map_or_else(|why| why.check.code(), |()| "accepted")).or_default() += 1;
        self.note(ask, answer);
        self.run_steps();
    }

    fn run_steps(&mut self) {
        while self.state.has_work() {
            self.frame(Command::Step(Step { reserved: 0 }));
        }
    }

    fn note(&mut self, ask: &Ask, answer: Result<(), Why>) {
        let history = &mut self.history;
        if answer.is_ok() {
            let worst_px = ask.own_worst_px(history).expect("what was taken has a price");
            let day = history.day();
            history.names.push((ask.session, ask.name));
            match ask.replaces {
                Some(place) => {
                    history.orders[place].asked = Some(Asked { name: ask.name, qty: ask.qty, worst_px });
                    history.orders[place].status = OrdStatus::PendingReplace;
                }
                None => history.orders.push(Placed {
                    id: OrderId(self.state.last_seq().0),
                    name: ask.name,
                    scopes: ask.scopes,
                    side: ask.side,
                    ord_type: ask.ord_type,
                    time_in_force: ask.time_in_force,
                    qty: ask.qty,
                    min_qty: ask.min_qty,
                    max_floor: ask.max_floor,
                    expire_time: ask.expire_time,
                    exec_inst: ask.exec_inst,
                    worst_px,
                    day,
                    taken: (history.now, history.changes.len(), ask.qty, ask.px),
                    fills: Vec::new(),
                    asked: None,
                    canceling: false,
                    status: OrdStatus::New,
                    over: false,
                    canceled_on: None,
                }),
            }
        }
        if answer.map_or_else(|why| why.check != Check::MessageRate, |()| true) {
            self.history.message(ask.scopes, answer.is_ok());
        }
    }

    /// The state folded again from what happened is the same.
    pub(crate) fn finish(&self) {
        self.state.assert_sums();
        let mut again = State::new(Capacities { orders: 1, holdings: 256 });
        for (stamp, events) in &self.frames {
            again.begin(*stamp);
            events.iter().for_each(|event| again.evolve(event));
        }
        assert_eq!(again.hash(), self.state.hash(), "seed {}, folded again", self.seed);
    }
}

/// An override without which the order would not have passed.
fn used_of(event: &Event) -> Option<Seq> {
    match event {
        Event::OverrideChanged(e) if e.outcome == OverrideOutcome::Used => Some(e.asked_at),
        _ => None,
    }
}

/// What the client hears.
fn answer_of(event: &Event) -> Option<Result<(), Why>> {
    match event {
        Event::OrderAccepted(_) | Event::ReplaceRequested(_) => Some(Ok(())),
        Event::OrderRefused(e) => Some(Err(Why::told(&e.refusal))),
        Event::CancelRejected(e) if e.by_risk == 1 => Some(Err(Why::told(&e.refusal))),
        _ => None,
    }
}
