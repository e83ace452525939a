//! Random fills with flips, busts, corrections and splits, by average cost and first in first out side by side: the same cash, the same
//! profit at any mark, and each method as a heap of lots has it.
//!
//! `MILLRACE_FILLS` sets how many; by hand ten million, a few hundred thousand otherwise.

use std::collections::VecDeque;

use engine::{Capacities, Holding, Stamp, State, decide};
use model::*;

use crate::bench::{instrument, report};

/// Fills of one run: each begins with nothing, and what is busted is counted again from its beginning.
const FILLS_PER_RUN: u64 = 1_000;
const ACCOUNTS: [(&str, CostMethod); 2] = [("AVERAGE", CostMethod::Average), ("FIFO", CostMethod::Fifo)];
/// Multiplier of the one instrument.
const MULTIPLIER: i64 = 7;

/// A fill: what it was, and under which number the venue told of it.
#[derive(Clone, Copy)]
struct Told {
    side: Side,
    /// As it was told.
    qty: i64,
    px: i64,
    exec: u64,
    /// Units now for one of then.
    split: i64,
    order: [OrderId; 2],
}

struct Run {
    state: State,
    now: EngineTime,
    events: Events,
    rng: fastrand::Rng,
    /// The order that is filled, by side, for each account.
    working: [[Option<OrderId>; 2]; 2],
    tape: Vec<Told>,
    exec: u64,
    /// Fills that the engine remembers; none of the tape is forgotten where it is all of them.
    remembered: usize,
    flips: u64,
    busts: u64,
}

impl Run {
    fn new(seed: u64, remembered: usize) -> Run {
        let mut run = Run {
            state: State::new(Capacities { orders: remembered, holdings: 4 }),
            now: EngineTime(1_000_000_000),
            events: Events::default(),
            rng: fastrand::Rng::with_seed(seed),
            working: [[None; 2]; 2],
            tape: Vec::new(),
            exec: 0,
            remembered,
            flips: 0,
            busts: 0,
        };
        let px = Px::from_units(1);
        let any = Qty::from_units(limits::UNITS_MAX);
        run.command(Command::DefineInstrument(DefineInstrument {
            tick: px,
            lot: Qty::from_units(1),
            multiplier: MULTIPLIER,
            max_order_qty: any,
            ..instrument("ACME")
        }));
        for (name, cost_method) in ACCOUNTS {
            run.command(Command::DefineAccount(DefineAccount {
                max_order_notional: Notional::from_units(i128::MAX / 4),
                max_order_qty: any,
                max_long: any,
                max_short: any,
                fee_rate: 0,
                open_orders_max: 1_000,
                cash_account: 0,
                cost_method,
                reserved: [0; 2],
                account: AccountName::literal(name),
                currency: Currency::literal("USD"),
            }));
            run.command(Command::DefineSession(DefineSession {
                sender_comp_id: Text::literal("MILLRACE"),
                target_comp_id: Text::literal(name),
                account: AccountName::literal(name),
                messages_per_second: u32::MAX,
                pending_replaces: PendingReplaces::Refuse,
                cancel_on_disconnect: CancelOnDisconnect::Tagged,
                reserved: [0; 2],
            }));
        }
        run.command(Command::Quote(Quote {
            bid_px: Px::whole(100),
            bid_qty: Qty::whole(1),
            ask_px: Px::whole(100),
            ask_qty: Qty::whole(1),
            last_px: Px::whole(100),
            source_time: run.now,
            instrument: InstrumentId(0),
            reserved: 0,
        }));
        run
    }

    fn command(&mut self, command: Command) {
        self.now.0 += 1;
        let stamp = Stamp { seq: self.state.last_seq().next(), time: self.now };
        decide(&self.state, stamp.seq, stamp.time, &command, &mut self.events);
        self.state.begin(stamp);
        self.events.as_slice().iter().for_each(|event| self.state.evolve(event));
    }

    /// Three for one.
    fn split(&mut self) {
        let command = SplitInstrument {
            symbol: Symbol::literal("ACME"),
            numerator: 3,
            denominator: 1,
            cash_in_lieu_px: Px::ZERO,
            actor: Text::literal("test"),
            reason: Text::literal("split"),
        };
        self.command(Command::SplitInstrument(command));
        assert!(matches!(self.events.as_slice(), [Event::SplitBegun(_), Event::PositionsSplit(_)]));
        while self.state.has_work() {
            self.command(Command::Step(Step { reserved: 0 }));
        }
        self.tape.iter_mut().for_each(|told| told.split *= 3);
    }

    /// The order of an account that works on that side, a new one where there is none.
    fn order(&mut self, account: usize, side: Side) -> OrderId {
        let at = usize::from(side == Side::Sell);
        if let Some(known) = self.working[account][at] {
            return known;
        }
        let seq = self.state.last_seq().next();
        let (id, symbol) = (ClOrdId::numbered(b'o', seq.0), Symbol::literal("ACME"));
        let origin = Origin::fix(SessionId(account as u32), 0);
        self.command(Command::NewOrder(NewOrder {
            order_qty: Qty::whole(1_000_000_000),
            price: Px::whole(100),
            ..NewOrder::plain(origin, id, symbol, side, OrdType::Limit)
        }));
        assert!(matches!(self.events.as_slice(), [Event::OrderAccepted(_)]), "{:?}", self.events.as_slice());
        *self.working[account][at].insert(OrderId(seq.0))
    }

    fn tell(&mut self, order: OrderId, kind: ReportKind, told: &Told, about: u64, by: u64) {
        self.command(Command::VenueReport(VenueReport {
            last_qty: Qty::from_units(told.qty),
            last_px: Px::from_units(told.px),
            venue_ref_id: about,
            ..report(VenueId::PAPER, order, by, kind, 0, 0)
        }));
    }

    /// One fill, bust or correction, of both accounts.
    fn next(&mut self) {
        let qty = if self.rng.u8(..8) == 0 { self.rng.i64(1..100_000_000_000) } else { self.rng.i64(1..5_000_000_000) };
        let px = self.rng.i64(1..20_000_000_000);
        self.exec += 1;
        let recent = self.tape.len().min(self.remembered / 4);
        if recent > 0 && self.rng.u8(..50) == 0 {
            let at = self.tape.len() - 1 - self.rng.usize(..recent);
            let bust = self.rng.bool();
            let before = self.tape[at];
            let kind = if bust { ReportKind::TradeCanceled } else { ReportKind::TradeCorrected };
            let after = Told { qty: if bust { 0 } else { qty.min(before.qty.max(1)) }, px, ..before };
            if before.qty > 0 {
                before.order.into_iter().for_each(|order| self.tell(order, kind, &after, before.exec, self.exec));
                assert!(
                    matches!(self.events.as_slice(), [_, Event::PositionChanged(_)]),
                    "{:?}",
                    self.events.as_slice()
                );
                self.tape[at] = Told { px: if bust { before.px } else { px }, ..after };
                self.busts += 1;
            }
            return;
        }
        let (side, qty) = self.side(qty);
        let order = [0, 1].map(|account| self.order(account, side));
        let told = Told { side, qty, px, exec: self.exec, split: 1, order };
        let before = self.position();
        for order in order {
            self.tell(order, ReportKind::Filled, &told, 0, self.exec);
            let filled = matches!(self.events.as_slice(), [Event::OrderFilled(_), Event::PositionChanged(_)]);
            assert!(filled, "{:?}", self.events.as_slice());
        }
        let after = self.position();
        self.flips += u64::from(before.units().signum() * after.units().signum() < 0);
        self.tape.push(told);
    }

    /// Now and then what closes the position, or turns it over.
    fn side(&mut self, qty: i64) -> (Side, i64) {
        let position = self.position().units();
        if position != 0 && self.rng.u8(..4) == 0 {
            let side = if position > 0 { Side::Sell } else { Side::Buy };
            let more = [0, self.rng.i64(0..5_000_000_000)][self.rng.usize(..2)];
            return (side, position.abs() + more);
        }
        (if self.rng.bool() { Side::Buy } else { Side::Sell }, qty)
    }

    fn position(&self) -> Qty {
        self.state.holding(AccountId(0), InstrumentId(0)).map_or(Qty::ZERO, |holding| holding.books().position)
    }

    fn holding(&self, account: u32) -> &Holding {
        self.state.holding(AccountId(account), InstrumentId(0)).expect("it was traded")
    }

    /// The cash identity, and what is the same by any method.
    fn agrees(&mut self) {
        let mark = Px::from_units(self.rng.i64(1..20_000_000_000));
        if self.tape.is_empty() {
            return;
        }
        let [average, fifo] = [0, 1].map(|account| *self.holding(account));
        for holding in [&average, &fifo] {
            assert!(holding.cash_identity_holds());
            let books = holding.books();
            let worth = Contract::linear(MULTIPLIER).value(mark, books.position).unwrap();
            let unrealised = holding.unrealised(mark, &Contract::linear(MULTIPLIER)).unwrap();
            assert_eq!(books.realised + unrealised, books.cash_from_trades + worth);
        }
        let (a, f) = (average.books(), fifo.books());
        assert_eq!((a.position, a.cash_from_trades), (f.position, f.cash_from_trades));
        if a.position.is_zero() {
            assert_eq!((a.cost, f.cost), (Notional::ZERO, Notional::ZERO));
        }
    }

    /// All of the tape, on a heap of lots for each method.
    fn agrees_with_lots(&self) {
        for (account, (name, method)) in (0..).zip(ACCOUNTS) {
            let mut heap = Heap::default();
            self.tape.iter().filter(|told| told.qty > 0).for_each(|told| heap.fill(method, told));
            let books = self.holding(account).books();
            let cost = heap.lots.iter().map(|(_, cost)| cost).sum::<i128>();
            assert_eq!((books.cost.units(), books.realised.units()), (cost, heap.realised), "{name}");
        }
    }
}

#[derive(Default)]
struct Heap {
    lots: VecDeque<(i128, i128)>,
    realised: i128,
}

impl Heap {
    fn fill(&mut self, method: CostMethod, told: &Told) {
        let sign = i128::from(told.side.sign());
        // As a split leaves it: more of them, for the same money. What closes has its share of that.
        let qty = i128::from(told.qty * told.split);
        let value = sign * i128::from(told.px) * i128::from(told.qty) * i128::from(MULTIPLIER);
        let open: i128 = self.lots.iter().map(|(open, _)| open).sum();
        let closes = if open.signum() == -sign { qty.min(open.abs()) } else { 0 };
        let proceeds = (value * closes).div_euclid(qty);
        self.realised -= proceeds;
        let mut left = qty;
        while left > 0 && self.lots.front().is_some_and(|(open, _)| open.signum() == -sign) {
            let (open, cost) = self.lots[0];
            let closed = left.min(open.abs());
            let released = (cost * closed).div_euclid(open.abs());
            self.realised -= released;
            self.lots[0] = (open + sign * closed, cost - released);
            left -= closed;
            if self.lots[0].0 == 0 {
                self.lots.pop_front();
            }
        }
        match self.lots.front_mut() {
            Some(one) if left > 0 && method == CostMethod::Average => {
                *one = (one.0 + sign * left, one.1 + value - proceeds);
            }
            _ if left > 0 => self.lots.push_back((sign * left, value - proceeds)),
            _ => {}
        }
    }
}

#[test]
fn random_fills_keep_the_cash_identity_by_both_methods() {
    let fills = std::env::var("MILLRACE_FILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(300_000);
    let (mut done, mut flips, mut busts, mut seed) = (0_u64, 0, 0, 0);
    while done < fills {
        seed += 1;
        // Every other run forgets most of its fills.
        let forgets = seed % 2 == 0;
        let mut run = Run::new(seed, if forgets { 64 } else { 2 * FILLS_PER_RUN as usize });
        for step in 1..=FILLS_PER_RUN {
            run.next();
            if seed % 3 == 0 && step % 400 == 0 {
                run.split();
            }
            run.agrees();
            if step % 100 == 0 {
                run.state.assert_sums();
                if !forgets {
                    run.agrees_with_lots();
                }
            }
        }
        (done, flips, busts) = (done + run.tape.len() as u64, flips + run.flips, busts + run.busts);
    }
    println!("{done} fills for each of two accounts, {flips} flips, {busts} busts and corrections");
    assert!(flips > done / 100 && busts > done / 200);
}
