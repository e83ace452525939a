//! A steady mix of orders for the benches and for `tests/no_alloc.rs`: 60 % new, 25 % cancel, 15 % replace over 1,000
//! accounts, 200 instruments and 16 sessions, while the number of open orders stays where it is.
//!
//! Commands come in blocks. The clients' part of a block has the mix; the venue's part then confirms each cancel and
//! replace and fills as many orders as the block had too many, so every block ends with as many open orders as it began
//! with. Which of the two parts a number is about, its bench says.
#![allow(dead_code, reason = "each bench uses its part")]

use engine::{Capacities, Stamp, State, WARM_MAX, decide, warm};
use model::*;

pub(crate) const ACCOUNTS: u32 = 1_000;
pub(crate) const INSTRUMENTS: u32 = 200;
pub(crate) const SESSIONS: u32 = 16;
/// Clients' commands in one block: a batch of the hot loop takes 1,024.
pub(crate) const BLOCK: usize = 1_000;
/// Closed orders that the engine remembers beside the open ones.
pub(crate) const CLOSED_REMEMBERED: usize = 1 << 18;

/// Half a cent; prices lie within a fifth of 100.
const TICK: i64 = 500_000;
const MID: i64 = 20_000;

/// An order that may be cancelled, replaced or filled.
#[derive(Clone, Copy)]
struct Open {
    order_id: OrderId,
    cl_ord_id: ClOrdId,
    session: SessionId,
    side: Side,
    qty: i64,
    px: i64,
}

#[derive(Clone, Copy)]
struct Replacement {
    order: Open,
    cl_ord_id: ClOrdId,
    qty: i64,
    px: i64,
}

/// The commands of the next block, and what the clients and the venue remember to write them.
pub(crate) struct Mix {
    random: fastrand::Rng,
    open: Vec<Open>,
    cancels: Vec<Open>,
    replaces: Vec<Replacement>,
    news: Vec<Open>,
    last_id: u64,
    last_exec_id: u64,
    /// What clients send.
    pub(crate) clients: Vec<Command>,
    /// What the venue answers.
    pub(crate) reports: Vec<Command>,
}

/// The state, and the events of one command.
pub(crate) struct Engine {
    pub(crate) state: State,
    pub(crate) events: Events,
    pub(crate) now: EngineTime,
}

impl Engine {
    /// Knows accounts, instruments with a price, and sessions; has room for `open` orders and the closed ones.
    pub(crate) fn new(open: usize) -> Engine {
        let mut engine = Engine::empty(open);
        for command in definitions() {
            engine.apply(&command);
        }
        engine
    }

    /// Has the same room and knows nothing yet.
    pub(crate) fn empty(open: usize) -> Engine {
        let state = State::new(capacities(open));
        Engine { state, events: Events::default(), now: EngineTime(1_700_000_000_000_000_000) }
    }

    /// What the hot loop does with each command, without the journal.
    #[inline]
    pub(crate) fn apply(&mut self, command: &Command) {
        self.now.0 += 200;
        let stamp = Stamp { seq: self.state.last_seq().next(), time: self.now };
        decide(&self.state, stamp.seq, stamp.time, command, &mut self.events);
        self.state.begin(stamp);
        self.events.as_slice().iter().for_each(|event| self.state.evolve(event));
    }

    /// As the hot loop takes a batch. One call, so that an instruction counter can be switched on for it by name.
    #[inline(never)]
    pub(crate) fn apply_all(&mut self, commands: &[Command]) {
        for few in commands.chunks(WARM_MAX) {
            warm(&self.state, few);
            for command in few {
                self.apply(command);
            }
        }
    }
}

pub(crate) fn capacities(open: usize) -> Capacities {
    Capacities { orders: open + BLOCK + CLOSED_REMEMBERED, holdings: (ACCOUNTS * INSTRUMENTS) as usize }
}

impl Mix {
    pub(crate) fn new(seed: u64) -> Mix {
        Mix {
            random: fastrand::Rng::with_seed(seed),
            open: Vec::new(),
            cancels: Vec::with_capacity(BLOCK),
            replaces: Vec::with_capacity(BLOCK),
            news: Vec::with_capacity(BLOCK),
            last_id: 0,
            last_exec_id: 0,
            clients: Vec::with_capacity(BLOCK),
            reports: Vec::with_capacity(BLOCK),
        }
    }

    /// Orders that are open between blocks.
    pub(crate) fn open(&self) -> usize {
        self.open.len()
    }

    /// A block of new orders only, of which the first has the number `first`. Confirmed by nothing.
    pub(crate) fn fill_up(&mut self, first: Seq) {
        self.clear();
        for index in 0..BLOCK {
            self.new_order(OrderId(first.0 + index as u64));
        }
        self.open.append(&mut self.news);
    }

    /// A block of the mix; its first command will be frame `first`, and the venue's part follows without a gap.
    pub(crate) fn next_block(&mut self, first: Seq) {
        self.clear();
        for index in 0..BLOCK {
            match self.random.u8(0..100) {
                0..60 => self.new_order(OrderId(first.0 + index as u64)),
                60..85 => self.cancel(),
                _ => self.replace(),
            }
        }
        self.confirm();
    }

    fn clear(&mut self) {
        self.clients.clear();
        self.reports.clear();
    }

    fn new_order(&mut self, order_id: OrderId) {
        let order = Open {
            order_id,
            cl_ord_id: self.next_id(),
            session: SessionId(self.random.u32(0..SESSIONS)),
            side: if self.random.bool() { Side::Buy } else { Side::Sell },
            qty: self.random.i64(1..=100),
            px: MID + self.random.i64(-MID / 5..=MID / 5),
        };
        let account = self.random.u32(0..ACCOUNTS);
        let instrument = self.random.u32(0..INSTRUMENTS);
        let (origin, symbol) = (Origin::fix(order.session, 0), name(b'S', u64::from(instrument)));
        self.clients.push(Command::NewOrder(NewOrder {
            order_qty: Qty::whole(order.qty),
            price: Px::from_units(order.px * TICK),
            account: name(b'A', u64::from(account)),
            ..NewOrder::plain(origin, order.cl_ord_id, symbol, order.side, OrdType::Limit)
        }));
        self.news.push(order);
    }

    fn cancel(&mut self) {
        let order = self.any_open();
        let cl_ord_id = self.next_id();
        self.clients.push(Command::CancelOrder(CancelOrder {
            origin: Origin::fix(order.session, 0),
            transact_time: EngineTime(0),
            cl_ord_id,
            orig_cl_ord_id: order.cl_ord_id,
        }));
        self.cancels.push(order);
    }

    fn replace(&mut self) {
        let order = self.any_open();
        let cl_ord_id = self.next_id();
        let qty = self.random.i64(1..=100);
        let px = MID + self.random.i64(-MID / 5..=MID / 5);
        self.clients.push(Command::ReplaceOrder(ReplaceOrder {
            origin: Origin::fix(order.session, 0),
            order_qty: Qty::whole(qty),
            price: Px::from_units(px * TICK),
            stop_px: Px::ZERO,
            transact_time: EngineTime(0),
            cl_ord_id,
            orig_cl_ord_id: order.cl_ord_id,
            side: order.side,
            ord_type: OrdType::Limit,
            reserved: [0; 6],
            kept: KeptTerms::NOTHING,
        }));
        self.replaces.push(Replacement { order, cl_ord_id, qty, px });
    }

    /// Cancels and replaces happen; what is more than before the block is filled, oldest or youngest alike.
    fn confirm(&mut self) {
        let before = self.open.len() + self.cancels.len() + self.replaces.len();
        while let Some(order) = self.cancels.pop() {
            self.report(order, ReportKind::Canceled);
        }
        while let Some(Replacement { order, cl_ord_id, qty, px }) = self.replaces.pop() {
            self.report(order, ReportKind::Replaced);
            self.open.push(Open { cl_ord_id, qty, px, ..order });
        }
        self.open.append(&mut self.news);
        while self.open.len() > before {
            let order = self.any_open();
            self.report(order, ReportKind::Filled);
        }
    }

    fn report(&mut self, order: Open, kind: ReportKind) {
        self.last_exec_id += 1;
        let filled = kind == ReportKind::Filled;
        self.reports.push(Command::VenueReport(VenueReport {
            last_qty: if filled { Qty::whole(order.qty) } else { Qty::ZERO },
            last_px: if filled { Px::from_units(order.px * TICK) } else { Px::ZERO },
            ..VenueReport::about(VenueId::PAPER, order.order_id, self.last_exec_id, kind)
        }));
    }

    fn any_open(&mut self) -> Open {
        assert!(!self.open.is_empty(), "a block cancels and replaces fewer orders than are open");
        self.open.swap_remove(self.random.usize(0..self.open.len()))
    }

    fn next_id(&mut self) -> ClOrdId {
        self.last_id += 1;
        name(b'C', self.last_id)
    }
}

/// `open` orders stand, and so many have closed that each further order takes the place of a forgotten one.
pub(crate) fn steady(open: usize) -> (Engine, Mix) {
    let mut engine = Engine::new(open);
    let mut mix = Mix::new(42);
    while mix.open() < open {
        mix.fill_up(engine.state.last_seq().next());
        engine.apply_all(&mix.clients);
    }
    for _ in 0..CLOSED_REMEMBERED * 2 / BLOCK {
        mix.next_block(engine.state.last_seq().next());
        engine.apply_all(&mix.clients);
        engine.apply_all(&mix.reports);
    }
    assert_eq!(engine.state.working_count(), open, "every command did what the mix meant");
    (engine, mix)
}

/// What the configuration would say.
pub(crate) fn definitions() -> Vec<Command> {
    let mut commands = Vec::new();
    commands.extend((0..INSTRUMENTS).map(|index| Command::DefineInstrument(instrument(index))));
    commands.extend((0..ACCOUNTS).map(|index| Command::DefineAccount(account(index))));
    commands.extend((0..SESSIONS).map(|index| {
        Command::DefineSession(DefineSession {
            sender_comp_id: Text::literal("MILLRACE"),
            target_comp_id: name(b'T', u64::from(index)),
            account: name(b'A', 0),
            messages_per_second: 1_000_000_000,
            pending_replaces: PendingReplaces::Refuse,
            cancel_on_disconnect: CancelOnDisconnect::Tagged,
            reserved: [0; 2],
        })
    }));
    commands.extend((0..ACCOUNTS).map(|index| {
        Command::AdjustCash(AdjustCash {
            amount: Notional::whole(1_000_000_000),
            account: name(b'A', u64::from(index)),
            actor: Text::literal("bench"),
            reason: Text::literal("opening"),
            reserved: [0; 8],
        })
    }));
    commands.extend((0..INSTRUMENTS).map(|index| Command::Quote(quote(index))));
    commands
}

fn instrument(index: u32) -> DefineInstrument {
    DefineInstrument {
        tick: Px::from_units(TICK),
        lot: Qty::whole(1),
        max_order_qty: Qty::whole(100_000),
        multiplier: 1,
        collar: 50_000_000,
        reference_age_max: i64::MAX,
        symbol: name(b'S', u64::from(index)),
        currency: Currency::literal("USD"),
        calendar: CalendarName::EMPTY,
        abilities: Abilities::PAPER,
        tradable: 1,
        stop_trigger: StopTrigger::Last,
        fx_rate: 0,
        fx_places: 0,
        contract_kind: ContractKind::Linear,
        valuation: ValuationMethod::Premium,
        mark: MarkPolicy::Conservative,
        venue: VenueId::PAPER,
    }
}

/// Every second account pays in cash, so that buying power is checked.
fn account(index: u32) -> DefineAccount {
    DefineAccount {
        max_order_notional: Notional::whole(10_000_000),
        max_order_qty: Qty::whole(50_000),
        max_long: Qty::whole(10_000_000),
        max_short: Qty::whole(10_000_000),
        fee_rate: 10_000,
        open_orders_max: 1_000_000,
        cash_account: u8::from(index.is_multiple_of(2)),
        cost_method: CostMethod::Average,
        reserved: [0; 2],
        account: name(b'A', u64::from(index)),
        currency: Currency::literal("USD"),
    }
}

fn quote(index: u32) -> Quote {
    Quote {
        bid_px: Px::from_units((MID - 1) * TICK),
        bid_qty: Qty::whole(100),
        ask_px: Px::from_units((MID + 1) * TICK),
        ask_qty: Qty::whole(100),
        last_px: Px::ZERO,
        source_time: EngineTime(0),
        instrument: InstrumentId(index),
        reserved: 0,
    }
}

/// A letter and twelve digits, without a heap.
fn name<const N: usize>(letter: u8, mut number: u64) -> Text<N> {
    let mut text = [b'0'; 13];
    text[0] = letter;
    for digit in text[1..].iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    Text::new(&text).expect("thirteen printable bytes fit")
}
