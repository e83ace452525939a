//! The twin: one function for each thing that can happen, each from FIX's rule for it.

use std::collections::BTreeMap;

use model::{Command, KillScope, Link, Scope, ScopeState, Side, TradingPhase, TradingState};

use crate::holders::Entry;
use crate::kill::Kill;
use crate::market::{BROKER, CALENDAR, Calendar, Instrument, Policy, SYMBOLS};
use crate::order::{Ended, Order};
use crate::said::{Said, View, text};

#[derive(Clone, Debug)]
pub(crate) struct Twin {
    pub(crate) policy: Policy,
    pub(crate) orders: BTreeMap<u64, Order>,
    pub(crate) names: BTreeMap<(u32, String), u64>,
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) calendar: Calendar,
    /// Everybody is halted; and accounts by number.
    pub(crate) all_halted: bool,
    pub(crate) accounts_halted: [bool; 2],
    /// Executions of the broker that were applied.
    pub(crate) seen: std::collections::BTreeSet<u64>,
    pub(crate) now: i64,
    /// What changed since the engine last had nothing to do, and concerns many orders.
    pub(crate) mass: Vec<Mass>,
    pub(crate) lost: Vec<(u32, u64)>,
    /// The scopes that are not active, and those of them that are killed.
    pub(crate) stopped: BTreeMap<(KillScope, u32), ScopeState>,
    pub(crate) kills: Vec<Kill>,
    pub(crate) were_open: std::collections::BTreeSet<u64>,
    pub(crate) broker_is_there: bool,
    /// A day, a halt, a session, a mass cancel: every order may be concerned. Otherwise those that were touched.
    pub(crate) wide: bool,
    pub(crate) touched: Vec<u64>,
    /// Orders that wait for a price.
    pub(crate) stops: std::collections::BTreeSet<u64>,
    /// What changed each holding, in order.
    pub(crate) tape: BTreeMap<(u32, u32), Vec<Entry>>,
    /// Dividends of each holding.
    pub(crate) dividends: BTreeMap<(u32, u32), i128>,
    /// What each account was given in kind.
    pub(crate) gifts: BTreeMap<u32, i128>,
}

#[derive(Clone, Debug)]
pub(crate) struct Mass {
    pub(crate) session: u32,
    pub(crate) instrument: Option<u32>,
    pub(crate) account: Option<u32>,
    pub(crate) side: Option<Side>,
    pub(crate) before: u64,
}

impl Twin {
    pub(crate) fn new(policy: Policy) -> Twin {
        let instruments = crate::market::instruments(policy)
            .iter()
            .map(|definition| Instrument {
                bid: 0,
                ask: 0,
                last: 0,
                halted: false,
                broker: definition.venue == BROKER,
                days: definition.calendar.as_str() == CALENDAR,
                trigger: definition.stop_trigger,
            })
            .collect();
        Twin {
            policy,
            orders: BTreeMap::new(),
            names: BTreeMap::new(),
            instruments,
            calendar: Calendar { phase: TradingPhase::Unknown, day: 0 },
            all_halted: false,
            accounts_halted: [false; 2],
            seen: std::collections::BTreeSet::new(),
            now: 0,
            mass: Vec::new(),
            lost: Vec::new(),
            stopped: BTreeMap::new(),
            kills: Vec::new(),
            were_open: std::collections::BTreeSet::new(),
            broker_is_there: true,
            wide: false,
            touched: Vec::new(),
            stops: std::collections::BTreeSet::new(),
            tape: BTreeMap::new(),
            dividends: BTreeMap::new(),
            gifts: BTreeMap::new(),
        }
    }

    pub(crate) fn order(&self, number: u64) -> &Order {
        &self.orders[&number]
    }

    /// May this account trade this instrument, as far as halts go?
    pub(crate) fn is_halted(&self, account: u32, instrument: u32) -> bool {
        self.all_halted || self.accounts_halted[account as usize] || self.instruments[instrument as usize].halted
    }

    pub(crate) fn phase(&self, instrument: u32) -> TradingPhase {
        if self.instruments[instrument as usize].days { self.calendar.phase } else { TradingPhase::Unknown }
    }

    /// What is said at once. What goes on in steps is said by [`Twin::settle`].
    pub(crate) fn apply(&mut self, seq: u64, now: i64, command: &Command) -> Vec<Said> {
        self.now = now;
        self.wide = matches!(
            command,
            Command::MassCancel(_)
                | Command::SessionEnded(_)
                | Command::SetTradingPhase(_)
                | Command::SetTradingState(_)
                | Command::SetScopeState(_)
        );
        self.touched = vec![seq];
        match command {
            Command::NewOrder(c) => self.new_order(seq, c),
            Command::CancelOrder(c) => self.cancel(c),
            Command::ReplaceOrder(c) => self.replace(c),
            Command::OrderStatusRequest(c) => match self.names.get(&(c.origin.session.0, text(&c.cl_ord_id))) {
                Some(number) => vec![self.say("status", *number)],
                None => vec![Said::Unknown { cl_ord_id: text(&c.cl_ord_id) }],
            },
            Command::MassCancel(c) => {
                let session = c.origin.session.0;
                let index = |symbol: &str| SYMBOLS.iter().position(|known| *known == symbol).map(|at| at as u32);
                let instrument = (c.request_type == b'1').then(|| index(c.symbol.as_str())).flatten();
                let account = ["A", "B"].iter().position(|name| *name == c.account.as_str()).map(|at| at as u32);
                let side = Side::from_value(c.side);
                let open = self.orders.values().filter(|order| order.session == session && order.open()).count();
                let all = instrument.is_none() && account.is_none() && side.is_none();
                self.mass.push(Mass { session, instrument, account, side, before: seq });
                let total = if all { open as u32 } else { 0 };
                vec![Said::MassCancel { cl_ord_id: text(&c.cl_ord_id), total }]
            }
            Command::SessionEnded(c) => {
                self.lost.retain(|(session, _)| *session != c.session.0);
                self.lost.push((c.session.0, seq));
                Vec::new()
            }
            Command::Quote(c) => {
                let instrument = &mut self.instruments[c.instrument.0 as usize];
                (instrument.bid, instrument.ask, instrument.last) =
                    (c.bid_px.units(), c.ask_px.units(), c.last_px.units());
                self.follow_price(c.instrument.0);
                Vec::new()
            }
            Command::SetTradingState(c) => {
                let halted = c.state != TradingState::Active;
                match c.scope {
                    Scope::Global => self.all_halted = halted,
                    Scope::Account => self.accounts_halted[usize::from(c.account.as_str() == "B")] = halted,
                    Scope::Instrument => {
                        let at = SYMBOLS.iter().position(|known| *known == c.symbol.as_str()).expect("a known symbol");
                        self.instruments[at].halted = halted;
                    }
                }
                Vec::new()
            }
            Command::SetTradingPhase(c) => {
                let (day, phase) = (c.trading_day, c.phase);
                if day >= self.calendar.day {
                    self.calendar = Calendar { phase, day };
                }
                Vec::new()
            }
            Command::PayDividend(c) => {
                self.pay_dividend(c);
                Vec::new()
            }
            Command::SettleInstrument(c) => {
                self.settle_positions(c);
                Vec::new()
            }
            Command::AdjustPosition(c) => {
                self.adjust_position(c);
                Vec::new()
            }
            Command::SetScopeState(c) => self.set_scope(c),
            Command::Tick(_) => {
                self.tick();
                Vec::new()
            }
            Command::VenueLink(c) => {
                self.link(c.link == Link::Up);
                Vec::new()
            }
            Command::VenueReport(c) => match self.report(c) {
                Ok(said) => said,
                Err(why) => vec![Said::Suspended { order: c.order_id.0, why: why.to_owned() }],
            },
            _ => Vec::new(),
        }
    }

    pub(crate) fn view(&self, number: u64) -> View {
        let order = self.order(number);
        View {
            order: number,
            cl_ord_id: order.id.clone(),
            orig: String::new(),
            status: order.status(),
            qty: order.qty,
            px: order.px,
            stop: order.stop,
            cum: order.cum(),
            leaves: order.leaves(),
            notional: order.notional(),
            prior: order.prior(),
            held: order.held(),
        }
    }

    pub(crate) fn say(&self, what: &'static str, number: u64) -> Said {
        Said::Order { what, view: self.view(number), last: (0, 0), with: String::new() }
    }

    pub(crate) fn say_with(&self, what: &'static str, number: u64, with: String) -> Said {
        Said::Order { what, view: self.view(number), last: (0, 0), with }
    }

    /// A report that answers the request `id`; the order keeps its own name in OrigClOrdID.
    pub(crate) fn say_to(&self, what: &'static str, number: u64, id: &str, orig: &str, with: &str) -> Said {
        let view = View { cl_ord_id: id.to_owned(), orig: orig.to_owned(), ..self.view(number) };
        Said::Order { what, view, last: (0, 0), with: with.to_owned() }
    }

    pub(crate) fn end(&mut self, number: u64, how: Ended) {
        let order = self.orders.get_mut(&number).expect("it is there");
        order.ended = Some(how);
        (order.done_for_day, order.stopped, order.suspended, order.by_halt) = (false, false, false, false);
        order.ending = None;
        if how == Ended::Canceled || order.cancel.is_none() {
            order.cancel = None;
            order.cancels_out = order.cancels_out.saturating_sub(1);
        }
        (order.waits_for_price, order.waits_for_session) = (false, false);
    }

    /// The first replace is granted. A quantity below what is filled means what is filled.
    pub(crate) fn grant(&mut self, number: u64) -> Said {
        self.touched.push(number);
        let order = self.orders.get_mut(&number).expect("it is there");
        let first = order.replaces.remove(0);
        let own = std::mem::replace(&mut order.id, first.id.clone());
        order.qty = first.qty.max(order.cum());
        (order.px, order.stop) = (first.px, first.stop);
        self.say_to("replaced", number, &first.id, &own, "")
    }
}
