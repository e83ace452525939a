//! The engine and the twin side by side: the same command to both, and whatever differs is the end.

use std::collections::BTreeMap;

use crate::books::Books;
use crate::market::{BROKER, Policy, SESSIONS, STRATEGY, TRADERS, account, instruments, session};
use crate::said::Said;
use crate::twin::Twin;
use engine::{Capacities, Stamp, State, StrategyBook, decide};
use model::{AccountId, AdjustCash, Command, EngineTime, Event, Events, InstrumentId, Notional, OrderId, Seq, Side};
use model::{DefineAttribution, Link, Start, Step, Text, Tick, ValuationMethod, VenueLink};

const STEP: Command = Command::Step(Step { reserved: 0 });
/// Room for more orders and fills than one run makes: nothing is forgotten.
const ORDERS: usize = 8_192;
/// Steps between looks at everything.
const LOOK_EVERY: u64 = 250;

pub(crate) struct Comparison {
    pub(crate) twin: Twin,
    pub(crate) seen: BTreeMap<&'static str, u64>,
    seed: u64,
    state: State,
    now: EngineTime,
    events: Events,
    history: Vec<(Stamp, Vec<Event>)>,
    steps: u64,
}

impl Comparison {
    pub(crate) fn new(seed: u64, policy: Policy) -> Comparison {
        let state = State::new(Capacities { orders: ORDERS, holdings: 16 });
        let mut comparison = Comparison {
            twin: Twin::new(policy),
            seen: BTreeMap::new(),
            seed,
            state,
            now: EngineTime(1_000_000_000),
            events: Events::default(),
            history: Vec::new(),
            steps: 0,
        };
        comparison.engine(Command::Start(Start {
            orders_max: ORDERS as u64,
            build: Text::literal("twin"),
            acknowledge_at_venue: 0,
            reserved: [0; 7],
        }));
        for definition in instruments(policy) {
            comparison.engine(Command::DefineInstrument(definition));
        }
        for (name, own) in [("ONE", "A"), ("TWO", "B")] {
            comparison.engine(Command::DefineAccount(account(own)));
            comparison.engine(Command::DefineSession(session(name, own, policy)));
            comparison.engine(Command::AdjustCash(AdjustCash {
                amount: Notional::ZERO,
                account: model::AccountName::literal(own),
                actor: Text::literal("twin"),
                reason: Text::literal("begin"),
                reserved: [0; 8],
            }));
        }
        comparison.attribute();
        comparison
    }

    /// The broker is there, and each session has its trader.
    fn attribute(&mut self) {
        for (session, trader) in SESSIONS.into_iter().zip(TRADERS) {
            self.engine(Command::DefineAttribution(DefineAttribution {
                sender_comp_id: Text::literal("MILLRACE"),
                target_comp_id: Text::literal(session),
                trader: Text::literal(trader),
                strategy: Text::literal(STRATEGY),
            }));
        }
        self.engine(Command::VenueLink(VenueLink { venue: BROKER, link: Link::Up, reserved: [0; 3] }));
    }

    pub(crate) fn next_seq(&self) -> Seq {
        self.state.last_seq().next()
    }

    fn engine(&mut self, command: Command) -> Vec<Event> {
        self.now.0 += 1_000;
        let stamp = Stamp { seq: self.next_seq(), time: self.now };
        decide(&self.state, stamp.seq, stamp.time, &command, &mut self.events);
        self.state.begin(stamp);
        let events = self.events.as_slice().to_vec();
        events.iter().for_each(|event| self.state.evolve(event));
        events.iter().for_each(|event| *self.seen.entry(event.name()).or_default() += 1);
        self.history.push((stamp, events.clone()));
        events
    }

    /// One command, and all that follows of it.
    pub(crate) fn step(&mut self, command: Command) {
        let seq = self.next_seq().0;
        let before = self.context(&command);
        let command = match command {
            Command::Tick(tick) => {
                self.now.0 += tick.reserved as i64;
                Command::Tick(Tick { reserved: 0 })
            }
            other => other,
        };
        let said: Vec<Said> = self.engine(command).iter().filter_map(Said::of).collect();
        let expected = self.twin.apply(seq, self.now.0, &command);
        assert_eq!(said, expected, "left: engine, right: twin; {before}");
        let (mut said, mut works) = (Vec::new(), 0);
        while self.state.has_work() {
            said.extend(self.engine(STEP).iter().filter_map(Said::of));
            works += 1;
            assert!(works < 100_000, "the work comes to an end; {before}");
        }
        let mut expected = self.twin.settle();
        said.sort();
        expected.sort();
        assert_eq!(said, expected, "what goes on by itself; left: engine, right: twin; {before}");
        self.steps += 1;
        if self.steps.is_multiple_of(LOOK_EVERY) {
            self.look();
        }
    }

    fn context(&self, command: &Command) -> String {
        format!("seed {}, step {}: {command:?}", self.seed, self.steps)
    }

    /// Every order, every position, all the money.
    fn look(&self) {
        let seed = self.seed;
        self.state.assert_sums();
        let mut open = BTreeMap::<(u32, u32, Side), i64>::new();
        for (number, order) in &self.twin.orders {
            let known = self.state.order(OrderId(*number)).expect("nothing is forgotten");
            let view = &known.view;
            let (cum, status) = (view.cum_qty.units(), view.ord_status);
            assert_eq!((cum, status), (order.cum(), order.status()), "seed {seed}, {order:?}");
            assert_eq!(view.cum_notional.units(), order.notional(), "seed {seed}, {order:?}");
            assert_eq!((view.order_qty.units(), view.price.units()), (order.qty, order.px), "seed {seed}, {order:?}");
            assert_eq!(known.held_qty().units(), order.exposure(), "seed {seed}, {order:?}");
            *open.entry((order.account, order.instrument, order.side)).or_default() += order.exposure();
        }
        let killed = self.state.kills().map(|kill| {
            let counts = [kill.live, kill.live_at_start, kill.came, kill.canceled, kill.filled, kill.ended];
            (kill.scope, kill.index, counts, [kill.asked, kill.retries])
        });
        let expected = self.twin.kills.iter().map(|kill| {
            let live = self.twin.live(kill.scope, kill.index);
            let counts = [live, kill.at_start, kill.came, kill.canceled, kill.filled, kill.ended];
            (kill.scope, kill.index, counts, [kill.asked, kill.retries])
        });
        assert_eq!(killed.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "seed {seed}, kills");
        let mut cash = BTreeMap::<u32, i128>::new();
        for (account, instrument) in self.twin.tape.keys() {
            let holding = self.state.holding(AccountId(*account), InstrumentId(*instrument)).expect("it was traded");
            let policy = self.twin.policy;
            let books = self.twin.books((*account, *instrument));
            let of_strategy = self.twin.strategy_books((*account, *instrument));
            same(&holding.books(), &books, seed);
            assert_eq!(holding.fees.units(), books.fees, "seed {seed}, fees");
            let mut known = self.state.strategy_books();
            let of = |book: &&StrategyBook| (book.account, book.instrument) == (holding.account, holding.instrument);
            // What was only added by hand has none.
            let known = known.find(|book| of(book) && book.strategy == 0).copied().unwrap_or_default();
            same(&known.books, &of_strategy, seed);
            assert_eq!(known.fees.units(), books.fees, "seed {seed}, fees of the strategy");
            let moved = match policy.valuation(*instrument as usize) {
                ValuationMethod::Premium => books.cash,
                ValuationMethod::Futures => books.realised,
            };
            let dividends = self.twin.dividends.get(&(*account, *instrument)).copied().unwrap_or(0);
            assert_eq!(holding.dividends.units(), dividends, "seed {seed}, dividends");
            // What was added by hand is paid too, and is nobody's.
            if !self.twin.is_adjusted((*account, *instrument)) {
                assert_eq!(known.dividends.units(), dividends, "seed {seed}, dividends of the strategy");
            }
            *cash.entry(*account).or_default() += moved + dividends - books.fees;
            for (side, engine) in [(Side::Buy, holding.exposure.open_buys), (Side::Sell, holding.exposure.open_sells)] {
                let twin = open.get(&(*account, *instrument, side)).copied().unwrap_or(0);
                assert_eq!(engine.units(), twin, "seed {seed}, open {side:?}");
            }
        }
        for (id, account) in self.state.accounts() {
            assert_eq!(
                account.cash.units(),
                cash.get(&id.0).copied().unwrap_or(0) + self.twin.gifts.get(&id.0).unwrap_or(&0),
                "seed {seed}, cash"
            );
        }
    }

    pub(crate) fn finish(&self) {
        self.look();
        let mut again = State::new(Capacities { orders: 1, holdings: 16 });
        for (stamp, events) in &self.history {
            again.begin(*stamp);
            events.iter().for_each(|event| again.evolve(event));
        }
        assert_eq!(again.hash(), self.state.hash(), "seed {}, folded again", self.seed);
    }
}

fn same(engine: &engine::Books, twin: &Books, seed: u64) {
    let engine = (
        i128::from(engine.position.units()),
        [engine.cost, engine.realised, engine.cash_from_trades].map(Notional::units),
    );
    assert_eq!(engine, (twin.position, [twin.cost(), twin.realised, twin.cash]), "seed {seed}, books");
}
