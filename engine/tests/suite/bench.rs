//! A bench for the engine alone: commands in, events out, the state beside it.

use engine::{Capacities, Stamp, State, decide};
use model::*;

pub(crate) struct Bench {
    pub(crate) state: State,
    pub(crate) now: EngineTime,
    pub(crate) events: Events,
    pub(crate) history: Vec<(Stamp, Command, Vec<Event>)>,
}

pub(crate) const SESSION: SessionId = SessionId(0);

impl Bench {
    /// Two instruments, two accounts (one cash at average cost, one margin first in first out), two sessions, fresh quotes at 99 / 101.
    pub(crate) fn new(orders: usize) -> Bench {
        let mut bench = Bench {
            state: State::new(Capacities { orders, holdings: orders.max(64) }),
            now: EngineTime(1_000_000_000_000),
            events: Events::default(),
            history: Vec::new(),
        };
        bench.run(Command::Start(Start {
            orders_max: orders as u64,
            build: Text::literal("test"),
            acknowledge_at_venue: 0,
            reserved: [0; 7],
        }));
        for symbol in ["ACME", "ZINC"] {
            bench.run(Command::DefineInstrument(instrument(symbol)));
        }
        bench.run(Command::DefineAccount(account("CASH", 1)));
        bench.run(Command::DefineAccount(account("MARGIN", 0)));
        for (target, account) in [("ONE", "CASH"), ("TWO", "MARGIN")] {
            bench.run(Command::DefineSession(DefineSession {
                sender_comp_id: Text::literal("MILLRACE"),
                target_comp_id: Text::literal(target),
                account: Text::literal(account),
                messages_per_second: 1_000_000,
                pending_replaces: PendingReplaces::Refuse,
                cancel_on_disconnect: CancelOnDisconnect::Tagged,
                reserved: [0; 2],
            }));
        }
        bench.run(Command::AdjustCash(AdjustCash {
            amount: Notional::whole(1_000_000),
            account: Text::literal("CASH"),
            actor: Text::literal("test"),
            reason: Text::literal("opening"),
            reserved: [0; 8],
        }));
        for id in 0..2 {
            bench.quote(id, 99, 101);
        }
        bench
    }

    pub(crate) fn run(&mut self, command: Command) -> Vec<Event> {
        self.now.0 += 1_000;
        let stamp = Stamp { seq: self.state.last_seq().next(), time: self.now };
        decide(&self.state, stamp.seq, stamp.time, &command, &mut self.events);
        self.state.begin(stamp);
        let events = self.events.as_slice().to_vec();
        events.iter().for_each(|event| self.state.evolve(event));
        self.history.push((stamp, command, events.clone()));
        events
    }

    /// A command, and all steps that follow of it; the events of all.
    pub(crate) fn settle(&mut self, command: Command) -> Vec<Event> {
        let mut events = self.run(command);
        let mut steps = 0;
        while self.state.has_work() {
            events.extend(self.run(Command::Step(Step { reserved: 0 })));
            steps += 1;
            assert!(steps < 1_000_000, "work comes to an end");
        }
        self.state.assert_sums();
        events
    }

    /// The status of an order.
    pub(crate) fn status(&self, order_id: OrderId) -> OrdStatus {
        self.state.order(order_id).expect("it is remembered").view.ord_status
    }

    pub(crate) fn quote(&mut self, instrument: u32, bid: i64, ask: i64) -> Vec<Event> {
        self.run(Command::Quote(Quote {
            bid_px: Px::whole(bid),
            bid_qty: Qty::whole(100),
            ask_px: Px::whole(ask),
            ask_qty: Qty::whole(100),
            last_px: Px::ZERO,
            source_time: self.now,
            instrument: InstrumentId(instrument),
            reserved: 0,
        }))
    }

    pub(crate) fn order(&mut self, id: &str, side: Side, qty: i64, px: i64) -> Vec<Event> {
        self.run(Command::NewOrder(new_order(SESSION, id, "ACME", side, qty, px)))
    }

    pub(crate) fn cancel(&mut self, id: &str, orig: &str) -> Vec<Event> {
        self.run(Command::CancelOrder(CancelOrder {
            origin: Origin::fix(SESSION, 0),
            transact_time: self.now,
            cl_ord_id: ClOrdId::literal(id),
            orig_cl_ord_id: ClOrdId::literal(orig),
        }))
    }

    pub(crate) fn replace(&mut self, id: &str, orig: &str, side: Side, qty: i64, px: i64) -> Vec<Event> {
        self.run(Command::ReplaceOrder(ReplaceOrder {
            origin: Origin::fix(SESSION, 0),
            order_qty: Qty::whole(qty),
            price: Px::whole(px),
            stop_px: Px::ZERO,
            transact_time: self.now,
            cl_ord_id: ClOrdId::literal(id),
            orig_cl_ord_id: ClOrdId::literal(orig),
            side,
            ord_type: OrdType::Limit,
            reserved: [0; 6],
            kept: KeptTerms::NOTHING,
        }))
    }

    pub(crate) fn venue(&mut self, order_id: OrderId, kind: ReportKind, qty: i64, px: i64) -> Vec<Event> {
        let venue_exec_id = self.history.len() as u64 + 1;
        self.run(Command::VenueReport(report(VenueId::PAPER, order_id, venue_exec_id, kind, qty, px)))
    }

    /// From now on the orders of an instrument go there.
    pub(crate) fn route(&mut self, symbol: &str, venue: VenueId) {
        self.run(Command::DefineInstrument(DefineInstrument { venue, ..instrument(symbol) }));
    }

    /// Folds the recorded events again into a fresh state.
    pub(crate) fn refold(&self, orders: usize) -> State {
        let mut state = State::new(Capacities { orders, holdings: orders.max(64) });
        for (stamp, _, events) in &self.history {
            state.begin(*stamp);
            events.iter().for_each(|event| state.evolve(event));
        }
        state
    }
}

pub(crate) fn report(
    venue: VenueId,
    order_id: OrderId,
    venue_exec_id: u64,
    kind: ReportKind,
    qty: i64,
    px: i64,
) -> VenueReport {
    VenueReport {
        last_qty: Qty::whole(qty),
        last_px: Px::whole(px),
        ..VenueReport::about(venue, order_id, venue_exec_id, kind)
    }
}

pub(crate) fn new_order(session: SessionId, id: &str, symbol: &str, side: Side, qty: i64, px: i64) -> NewOrder {
    let ord_type = if px == 0 { OrdType::Market } else { OrdType::Limit };
    NewOrder {
        order_qty: Qty::whole(qty),
        price: Px::whole(px),
        ..NewOrder::plain(Origin::fix(session, 0), ClOrdId::literal(id), Symbol::literal(symbol), side, ord_type)
    }
}

pub(crate) fn instrument(symbol: &str) -> DefineInstrument {
    DefineInstrument {
        tick: Px::whole(1),
        lot: Qty::whole(1),
        max_order_qty: Qty::whole(100_000),
        multiplier: 1,
        collar: 50_000_000,
        reference_age_max: i64::MAX,
        symbol: Symbol::literal(symbol),
        currency: Currency::literal("USD"),
        calendar: CalendarName::EMPTY,
        abilities: Abilities::PAPER,
        tradable: 1,
        stop_trigger: StopTrigger::Opposite,
        fx_rate: 0,
        fx_places: 0,
        contract_kind: ContractKind::Linear,
        valuation: ValuationMethod::Premium,
        mark: MarkPolicy::Conservative,
        venue: VenueId::PAPER,
    }
}

pub(crate) fn account(name: &str, cash_account: u8) -> DefineAccount {
    DefineAccount {
        max_order_notional: Notional::whole(10_000_000),
        max_order_qty: Qty::whole(50_000),
        max_long: Qty::whole(60_000),
        max_short: Qty::whole(60_000),
        fee_rate: 10_000,
        open_orders_max: 1_000,
        cash_account,
        cost_method: if cash_account == 1 { CostMethod::Average } else { CostMethod::Fifo },
        reserved: [0; 2],
        account: AccountName::literal(name),
        currency: Currency::literal("USD"),
    }
}
