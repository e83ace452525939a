//! A firm whose every scope can have every limit, for the bench of the controls.

use engine::{Capacities, Judged, Stamp, State, decide};
use model::*;

const INSTRUMENTS: u32 = 64;
const SESSIONS: u32 = 16;
/// Orders that take turns.
const ORDERS: u32 = 64;
const MID: i64 = 100;

pub(crate) struct Limited {
    state: State,
    events: Events,
    now: EngineTime,
    accounts: u32,
    /// What is decided.
    pub(crate) orders: Vec<Command>,
}

impl Limited {
    /// A firm of so many accounts with so many open orders, and no limit of any scope.
    pub(crate) fn new(accounts: u32, open: usize) -> Limited {
        let capacities = Capacities { orders: open + 4_096, holdings: (accounts.max(1_024) * 8) as usize };
        let mut firm = Limited {
            state: State::new(capacities),
            events: Events::default(),
            now: EngineTime(1_700_000_000_000_000_000),
            accounts,
            orders: Vec::new(),
        };
        firm.define();
        for number in 0..open as u32 {
            firm.apply(&order(number, number % accounts, number, EngineTime(0)));
            assert!(matches!(firm.events.as_slice()[0], Event::OrderAccepted(_)), "order {number} is open");
        }
        let first = open as u32;
        firm.orders = (0..ORDERS).map(|place| order(first + place, firm.account_of(place), place, firm.now)).collect();
        assert_eq!(firm.refused(), None, "without limits all pass");
        firm
    }

    /// The accounts of the orders that take turns lie far from each other.
    fn account_of(&self, place: u32) -> u32 {
        (u64::from(place) * u64::from(self.accounts) / u64::from(ORDERS)) as u32
    }

    fn define(&mut self) {
        (0..INSTRUMENTS).for_each(|index| self.apply(&Command::DefineInstrument(instrument(index))));
        (0..self.accounts).for_each(|index| self.apply(&Command::DefineAccount(account(index))));
        for index in 0..SESSIONS {
            self.apply(&Command::DefineSession(DefineSession {
                sender_comp_id: Text::literal("MILLRACE"),
                target_comp_id: name('T', index),
                account: name('A', 0),
                messages_per_second: 1_000_000_000,
                pending_replaces: PendingReplaces::Refuse,
                cancel_on_disconnect: CancelOnDisconnect::Tagged,
                reserved: [0; 2],
            }));
            self.apply(&Command::DefineAttribution(DefineAttribution {
                sender_comp_id: Text::literal("MILLRACE"),
                target_comp_id: name('T', index),
                trader: name('J', index),
                strategy: name('R', index),
            }));
        }
        for index in 0..self.accounts {
            self.apply(&Command::AdjustCash(AdjustCash {
                amount: Notional::whole(1_000_000_000),
                account: name('A', index),
                actor: Text::literal("bench"),
                reason: Text::literal("opening"),
                reserved: [0; 8],
            }));
        }
        for index in 0..INSTRUMENTS {
            self.apply(&Command::Quote(Quote {
                bid_px: Px::whole(MID - 1),
                bid_qty: Qty::whole(100),
                ask_px: Px::whole(MID + 1),
                ask_qty: Qty::whole(100),
                last_px: Px::whole(MID),
                source_time: EngineTime(0),
                instrument: InstrumentId(index),
                reserved: 0,
            }));
        }
    }

    fn apply(&mut self, command: &Command) {
        self.now.0 += 200;
        let stamp = Stamp { seq: self.state.last_seq().next(), time: self.now };
        decide(&self.state, stamp.seq, stamp.time, command, &mut self.events);
        self.state.begin(stamp);
        self.events.as_slice().iter().for_each(|event| self.state.evolve(event));
    }

    #[inline(never)]
    pub(crate) fn decide(&self, order: &Command, events: &mut Events) {
        decide(&self.state, self.state.last_seq().next(), self.now, order, events);
    }

    /// What the controls are shown of each order, to be judged again and again.
    pub(crate) fn judged(&self) -> Vec<Judged<'_>> {
        let judged = |order| self.state.judged(self.now, order, None).expect("a new order is judged");
        self.orders.iter().map(|order| judged(order).expect("account and symbol are known")).collect()
    }

    /// The check that refuses one of the orders, if one does.
    pub(crate) fn refused(&self) -> Option<Check> {
        let mut events = Events::default();
        self.orders.iter().find_map(|order| {
            self.decide(order, &mut events);
            match events.as_slice()[0] {
                Event::OrderRefused(refused) => Some(refused.refusal.check),
                _ => None,
            }
        })
    }

    /// Of the orders, the scopes of these kinds have such a limit from now on, so wide that it refuses nothing; or none has.
    pub(crate) fn limit(&mut self, kind: LimitKind, scopes: &[KillScope], is_set: bool) {
        let value = is_set.then(|| harmless(kind));
        for scope in scopes {
            for scope_name in self.names(*scope) {
                self.apply(&Command::ChangeLimit(ChangeLimit {
                    actor: Text::literal("bench"),
                    reason: Text::literal("bench"),
                    ..ChangeLimit::of(*scope, scope_name, kind, value)
                }));
            }
        }
        // The first limit of exposure has everything valued, in steps.
        while self.state.has_work() {
            self.apply(&Command::Step(Step { reserved: 0 }));
        }
    }

    fn names(&self, scope: KillScope) -> Vec<Text<24>> {
        let numbered = |letter, count| (0..count).map(|index| name(letter, index)).collect();
        match scope {
            KillScope::Firm => vec![Text::EMPTY],
            KillScope::Venue => vec![Text::literal("paper")],
            KillScope::Session => numbered('T', SESSIONS),
            KillScope::Account => (0..ORDERS).map(|place| name('A', self.account_of(place))).collect(),
            KillScope::Trader => numbered('J', SESSIONS),
            KillScope::Strategy => numbered('R', SESSIONS),
            KillScope::Instrument => numbered('S', INSTRUMENTS),
        }
    }
}

/// A value that no order of the bench meets.
fn harmless(kind: LimitKind) -> i128 {
    const PART: i128 = 10_000_000;
    match (kind.bound(), kind.unit()) {
        _ if kind == LimitKind::OrderToTrade => 10_i128.pow(17),
        (Bound::Bits, _) => i128::from(u64::MAX),
        (Bound::AtLeast, Unit::Nanos) => 1_000_000,
        (Bound::AtLeast, Unit::Ratio) => PART,
        (Bound::AtLeast, _) => 1,
        (Bound::AtMost, Unit::Ratio) => 9 * PART,
        (Bound::AtMost, Unit::Count) => 1_000_000_000,
        (Bound::AtMost, Unit::Nanos) => 1_000_000_000_000,
        (Bound::AtMost, Unit::Notional) => 10_i128.pow(32),
        (Bound::AtMost, _) => 10_i128.pow(17),
    }
}

fn name<const N: usize>(letter: char, number: u32) -> Text<N> {
    Text::literal(&format!("{letter}{number:09}"))
}

fn order(number: u32, account: u32, place: u32, transact_time: EngineTime) -> Command {
    let session = SessionId(place % SESSIONS);
    let side = if place.is_multiple_of(2) { Side::Buy } else { Side::Sell };
    let px = if side == Side::Buy { MID - 2 } else { MID + 2 };
    Command::NewOrder(NewOrder {
        order_qty: Qty::whole(10),
        price: Px::whole(px),
        transact_time,
        account: name('A', account),
        ..NewOrder::plain(
            Origin::fix(session, 0),
            name('C', number),
            name('S', place % INSTRUMENTS),
            side,
            OrdType::Limit,
        )
    })
}

fn instrument(index: u32) -> DefineInstrument {
    DefineInstrument {
        tick: Px::whole(1),
        lot: Qty::whole(1),
        max_order_qty: Qty::whole(100_000),
        multiplier: 1,
        collar: 50_000_000,
        reference_age_max: i64::MAX,
        symbol: name('S', index),
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

fn account(index: u32) -> DefineAccount {
    DefineAccount {
        max_order_notional: Notional::whole(10_000_000),
        max_order_qty: Qty::whole(50_000),
        max_long: Qty::whole(1_000_000_000),
        max_short: Qty::whole(1_000_000_000),
        fee_rate: 10_000,
        open_orders_max: u32::MAX,
        cash_account: u8::from(index.is_multiple_of(2)),
        cost_method: CostMethod::Average,
        reserved: [0; 2],
        account: name('A', index),
        currency: Currency::literal("USD"),
    }
}
