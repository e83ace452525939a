//! Random days of a desk, from one seed: orders that meet their limits, and everything else that moves what limits are held against.

use model::*;

use crate::ask::{Ask, beyond, reference_px};
use crate::desk::Desk;
use crate::edges;
use crate::history::{History, Placed};
use crate::world::{
    ACCOUNTS, BELONGS, CALENDAR, CLIENTS, LOT, ONE, SESSIONS, SYMBOLS, TICK, scopes, scopes_of, venue_of,
};

const DAY_NS: i64 = 86_400_000_000_000;

pub(crate) struct Flow {
    pub(crate) rng: fastrand::Rng,
    serial: u64,
    exec: u64,
    has_calendar: bool,
    /// A limit of a definition was brought near.
    pub(crate) is_redefined: bool,
    /// One long day.
    pub(crate) is_busy: bool,
    /// Orders alike are counted, and there are some.
    repeats: bool,
}

impl Flow {
    /// A flow, and the desk that it goes to.
    pub(crate) fn new(seed: u64) -> (Flow, Desk) {
        let mut rng = fastrand::Rng::with_seed(seed);
        let rate = [1_000_000, 1_000_000, 2, 5][rng.usize(..4)];
        let desk = Desk::new(seed, 20_000 * DAY_NS + rng.i64(1..DAY_NS / 2), rng.i64(1_000..3_000_000), rate);
        let has_calendar = rng.u8(..3) == 0;
        let mut flow = Flow {
            rng,
            serial: 0,
            exec: 0,
            has_calendar,
            is_redefined: false,
            is_busy: seed % 100 == 7,
            repeats: seed.is_multiple_of(4),
        };
        let mut desk = desk;
        flow.begin(&mut desk);
        (flow, desk)
    }

    fn begin(&mut self, desk: &mut Desk) {
        if self.repeats {
            edges::count_repeats(self, desk);
        }
        let mandatory =
            if self.rng.u8(..60) == 0 { LimitKind::OrderQty.bit() | LimitKind::OpenOrders.bit() } else { 0 };
        let calendar = if self.has_calendar { CalendarName::literal(CALENDAR) } else { CalendarName::EMPTY };
        desk.run(Command::DefineFirm(DefineFirm { mandatory, calendar, ..DefineFirm::PLAIN }));
        if self.has_calendar {
            self.open_day(desk, 20_000);
        }
        for instrument in 0..3 {
            if self.rng.u8(..20) > 0 {
                self.quote(desk, instrument);
            }
        }
    }

    pub(crate) fn step(&mut self, desk: &mut Desk) {
        self.serial += 1;
        // What is stopped stays so for a while, not for good.
        let is_stopped = desk.history.states.last().is_some_and(|(.., state)| *state != ScopeState::Active);
        if is_stopped && self.rng.u8(..5) == 0 {
            self.stop(desk);
        }
        desk.wait([1, 1_000, 1_000_000, 50_000_000, 125_000_000, 250_000_000][self.rng.usize(..6)]);
        match self.rng.u32(..1_000) {
            0..480 => self.new_order(desk),
            480..700 => self.replace(desk),
            700..740 => self.cancel(desk),
            740..900 => self.report(desk),
            900..945 => {
                let instrument = self.rng.u32(..3);
                self.quote(desk, instrument);
            }
            945..957 if self.is_busy => self.cancel(desk),
            945..957 => self.stop(desk),
            957..962 => self.halt(desk),
            962..970 if self.is_busy => self.cancel(desk),
            962..970 => self.next_day(desk),
            970..985 => edges::forget(self, desk),
            _ => edges::redefine(self, desk),
        }
    }

    fn name(&mut self, history: &History, session: u32) -> ClOrdId {
        let own: Vec<&ClOrdId> =
            history.names.iter().filter(|(own, _)| *own == session).map(|(_, name)| name).collect();
        if !own.is_empty() && self.rng.u8(..40) == 0 {
            return *own[self.rng.usize(..own.len())];
        }
        ClOrdId::literal(&format!("n{}", self.serial))
    }

    fn new_order(&mut self, desk: &mut Desk) {
        let session = self.rng.u32(..CLIENTS as u32);
        let own = BELONGS[session as usize].2;
        let named = match self.rng.u8(..120) {
            0..80 => None,
            80..119 => Some(self.rng.u32(..2)),
            _ => Some(9),
        };
        let account = named.unwrap_or(own);
        let instrument = if self.rng.u8(..120) == 0 { 9 } else { self.rng.u32(..3) };
        let is_known = account < 2 && instrument < 3;
        let side = if self.rng.bool() { Side::Buy } else { Side::Sell };
        let ord_type = if self.rng.u8(..8) == 0 { OrdType::Market } else { OrdType::Limit };
        let mut ask = Ask {
            session,
            account: Some(account).filter(|account| *account < 2),
            instrument: Some(instrument).filter(|instrument| *instrument < 3),
            scopes: if is_known { scopes(session, account, instrument) } else { session_alone(session) },
            side,
            ord_type,
            qty: self.rng.i64(1..120) * ONE,
            px: 0,
            stop_px: 0,
            min_qty: 0,
            max_floor: 0,
            time_in_force: TimeInForce::Day,
            expire_time: 0,
            transact_time: desk.history.now,
            exec_inst: ExecInst::NONE,
            name: self.name(&desk.history, session),
            replaces: None,
        };
        if ord_type == OrdType::Limit {
            ask.px = self.px(&desk.history, &ask);
        }
        self.bend(&desk.history, &mut ask);
        if is_known && self.repeats && self.rng.u8(..3) == 0 {
            edges::repeat(self, desk, &mut ask);
        } else if is_known {
            edges::approach(self, desk, &mut ask);
        }
        if is_known && self.rng.u8(..10) == 0 {
            edges::overrule(self, desk, &ask);
        }
        let symbol = SYMBOLS.get(instrument as usize).copied().unwrap_or("NONE");
        let command = NewOrder {
            order_qty: Qty::from_units(ask.qty),
            price: Px::from_units(ask.px),
            stop_px: Px::from_units(ask.stop_px),
            min_qty: Qty::from_units(ask.min_qty),
            max_floor: Qty::from_units(ask.max_floor),
            expire_time: EngineTime(ask.expire_time),
            time_in_force: ask.time_in_force,
            exec_inst: ask.exec_inst,
            account: named.map_or(AccountName::EMPTY, |index| {
                AccountName::literal(ACCOUNTS.get(index as usize).copied().unwrap_or("NOBODY"))
            }),
            transact_time: EngineTime(ask.transact_time),
            ..NewOrder::plain(
                Origin::fix(SessionId(session), 0),
                ask.name,
                Symbol::literal(symbol),
                ask.side,
                ask.ord_type,
            )
        };
        desk.ask(&ask, Command::NewOrder(command));
        edges::relax(self, desk);
    }

    /// A price about the market, often at the collar.
    fn px(&mut self, history: &History, ask: &Ask) -> i64 {
        let reference = ask.instrument.and_then(|instrument| reference_px(history, instrument));
        let (Some(reference), Some(instrument)) = (reference, ask.instrument) else { return 100 * ONE };
        if self.rng.u8(..6) == 0 {
            let bound = beyond(reference, history.instruments[instrument as usize].collar, ask.side);
            let on_tick = bound / TICK * TICK;
            return (on_tick + self.rng.i64(-1..=1) * TICK).max(TICK);
        }
        (reference / TICK + self.rng.i64(-20..=20)).max(1) * TICK
    }

    /// Now and then an order is not as it should be.
    fn bend(&mut self, history: &History, ask: &mut Ask) {
        match self.rng.u8(..100) {
            0 => ask.px = 0,
            1 => ask.px += 1,
            2 => ask.qty += [1, -ask.qty, -1][self.rng.usize(..3)],
            3 => ask.stop_px = ask.px,
            4 => ask.min_qty = ask.qty + self.rng.i64(-1..=1) * LOT,
            5 => ask.max_floor = ask.qty + self.rng.i64(-1..=1) * LOT,
            6 => {
                ask.time_in_force = TimeInForce::GoodTillDate;
                ask.expire_time = history.now + [-1, 0, 1, 5_000_000_000][self.rng.usize(..4)];
            }
            7 => ask.expire_time = history.now,
            8 => ask.time_in_force = TimeInForce::ImmediateOrCancel,
            9..14 => ask.exec_inst = ExecInst::DO_NOT_INCREASE,
            14..20 => ask.transact_time -= self.rng.i64(-10..1_000),
            20 => ask.transact_time = 0,
            21..27 => ask.time_in_force = TimeInForce::GoodTillCancel,
            _ => {}
        }
    }

    fn replace(&mut self, desk: &mut Desk) {
        let can = |order: &&(usize, &Placed)| order.1.works() && order.1.asked.is_none() && !order.1.canceling;
        let history = &desk.history;
        let open: Vec<_> = history.orders.iter().enumerate().collect();
        let open: Vec<_> = open.iter().filter(can).collect();
        if open.is_empty() {
            return self.new_order(desk);
        }
        let (place, order) = open[self.rng.usize(..open.len())];
        let [_, _, session, account, _, _, instrument] = order.scopes;
        let name = ClOrdId::literal(&format!("r{}", self.serial));
        let mut ask = Ask {
            session,
            account: Some(account),
            instrument: Some(instrument),
            scopes: order.scopes,
            side: order.side,
            ord_type: order.ord_type,
            qty: self.rng.i64(1..150) * ONE,
            px: order.worst_px,
            stop_px: 0,
            min_qty: 0,
            max_floor: 0,
            time_in_force: order.time_in_force,
            expire_time: order.expire_time,
            transact_time: desk.history.now,
            exec_inst: order.exec_inst,
            name,
            replaces: Some(*place),
        };
        (ask.min_qty, ask.max_floor) = (order.min_qty.min(ask.qty), order.max_floor.min(ask.qty));
        let orig_cl_ord_id = order.name;
        match ask.ord_type {
            OrdType::Limit if self.rng.bool() => ask.px = self.px(history, &ask),
            OrdType::Limit => {}
            _ => ask.px = 0,
        }
        if self.rng.u8(..40) == 0 {
            (ask.qty, ask.px) = ([ask.qty + 1, ask.qty][self.rng.usize(..2)], ask.px + 1);
            (ask.min_qty, ask.max_floor) = (order.min_qty.min(ask.qty), order.max_floor.min(ask.qty));
        }
        // One that asks for no more than what is filled is another matter.
        if ask.qty <= order.cum() {
            return;
        }
        edges::approach(self, desk, &mut ask);
        let command = Command::ReplaceOrder(ReplaceOrder {
            origin: Origin::fix(SessionId(session), 0),
            order_qty: Qty::from_units(ask.qty),
            price: Px::from_units(ask.px),
            stop_px: Px::ZERO,
            transact_time: EngineTime(ask.transact_time),
            cl_ord_id: name,
            orig_cl_ord_id,
            side: ask.side,
            ord_type: ask.ord_type,
            reserved: [0; 6],
            kept: KeptTerms::NOTHING,
        });
        desk.ask(&ask, command);
        edges::relax(self, desk);
    }

    fn cancel(&mut self, desk: &mut Desk) {
        let can = |order: &&Placed| order.works() && !order.canceling;
        let open: Vec<&Placed> = desk.history.orders.iter().filter(can).collect();
        if open.is_empty() {
            return;
        }
        let order = open[self.rng.usize(..open.len())];
        let command = Command::CancelOrder(CancelOrder {
            origin: Origin::fix(SessionId(order.scopes[KillScope::Session as usize]), 0),
            transact_time: EngineTime(desk.history.now),
            cl_ord_id: ClOrdId::literal(&format!("c{}", self.serial)),
            orig_cl_ord_id: order.name,
        });
        desk.run(command);
    }

    /// The venue says something that it can say.
    fn report(&mut self, desk: &mut Desk) {
        self.exec += 1;
        let history = &desk.history;
        if self.rng.u8(..6) == 0 {
            return self.amend(desk);
        }
        let open: Vec<&Placed> = history.orders.iter().filter(|order| order.works()).collect();
        if open.is_empty() {
            return;
        }
        let order = open[self.rng.usize(..open.len())];
        let venue = venue_of(order.scopes[KillScope::Instrument as usize]);
        let about = |kind| VenueReport::about(venue, order.id, self.exec, kind);
        let report = match (&order.asked, order.canceling, self.rng.u8(..10)) {
            (Some(_), _, 0..4) => about(ReportKind::Replaced),
            (Some(_), _, 4..6) => about(ReportKind::ReplaceRejected),
            (_, true, 0..6) => about(ReportKind::Canceled),
            (_, true, 6..8) => about(ReportKind::CancelRejected),
            (None, false, 0) => about(ReportKind::Canceled),
            (None, false, 1) => about(ReportKind::Expired),
            _ => {
                let leaves = (order.qty - order.cum()) / LOT;
                if leaves <= 0 {
                    return;
                }
                let part = if self.rng.bool() { leaves } else { self.rng.i64(1..=leaves) };
                let px = if order.ord_type == OrdType::Limit { order.worst_px } else { 100 * ONE };
                VenueReport {
                    last_qty: Qty::from_units(part * LOT),
                    last_px: Px::from_units(px),
                    ..about(ReportKind::Filled)
                }
            }
        };
        desk.run(Command::VenueReport(report));
    }

    /// A fill is busted, or was another one.
    fn amend(&mut self, desk: &mut Desk) {
        let is_fresh = |order: &Placed| order.fills.iter().any(|fill| !fill.amended) && order.asked.is_none();
        let filled: Vec<&Placed> = desk.history.orders.iter().filter(|order| is_fresh(order)).collect();
        if filled.is_empty() {
            return;
        }
        let order = filled[self.rng.usize(..filled.len())];
        let fill = order.fills.iter().find(|fill| !fill.amended).expect("one of them");
        let kind = if self.rng.bool() { ReportKind::TradeCanceled } else { ReportKind::TradeCorrected };
        let is_bust = kind == ReportKind::TradeCanceled;
        let qty = if is_bust { 0 } else { self.rng.i64(1..=fill.qty / LOT) * LOT };
        let px = if is_bust { 0 } else { fill.px + self.rng.i64(-2..=2) * TICK };
        desk.run(Command::VenueReport(VenueReport {
            venue_ref_id: fill.exec,
            last_qty: Qty::from_units(qty),
            last_px: Px::from_units(px),
            ..VenueReport::about(venue_of(order.scopes[KillScope::Instrument as usize]), order.id, self.exec, kind)
        }));
    }

    pub(crate) fn quote_all(&mut self, desk: &mut Desk) {
        (0..3).for_each(|instrument| self.quote(desk, instrument));
    }

    pub(crate) fn quote(&mut self, desk: &mut Desk, instrument: u32) {
        let bid = self.rng.i64(95 * 4..105 * 4) * TICK;
        let has = |rng: &mut fastrand::Rng| i64::from(rng.u8(..25) > 0);
        let last = if self.rng.bool() { bid } else { 0 };
        desk.run(Command::Quote(Quote {
            bid_px: Px::from_units(bid * has(&mut self.rng)),
            bid_qty: Qty::whole(100),
            ask_px: Px::from_units((bid + self.rng.i64(1..4) * TICK) * has(&mut self.rng)),
            ask_qty: Qty::whole(100),
            last_px: Px::from_units(last),
            source_time: EngineTime(desk.history.now),
            instrument: InstrumentId(instrument),
            reserved: 0,
        }));
    }

    /// A scope is stopped, or let go by another person.
    fn stop(&mut self, desk: &mut Desk) {
        let stopped: Vec<_> = desk.history.states.clone();
        let stopped: Vec<_> = stopped
            .into_iter()
            .filter(|(scope, index, _)| desk.history.state(*scope, *index) != ScopeState::Active)
            .collect();
        let (scope, index, state) = if !stopped.is_empty() && self.rng.u8(..4) > 0 {
            let (scope, index, _) = stopped[self.rng.usize(..stopped.len())];
            (scope, index, ScopeState::Active)
        } else {
            let scope = KillScope::ALL[self.rng.usize(..SCOPES)];
            let all = scopes_of(scope);
            let states = [ScopeState::Reducing, ScopeState::Reducing, ScopeState::Halted, ScopeState::Killed];
            (scope, all[self.rng.usize(..all.len())].1, states[self.rng.usize(..4)])
        };
        let name = scopes_of(scope).into_iter().find(|(_, number)| *number == index).expect("a scope that there is").0;
        desk.run(Command::SetScopeState(SetScopeState {
            scope,
            state,
            reserved: [0; 6],
            name: Text::literal(name),
            actor: Text::literal(if state == ScopeState::Active { "bob" } else { "ann" }),
            reason: Text::literal("oracle"),
        }));
    }

    fn halt(&mut self, desk: &mut Desk) {
        let scope = Scope::ALL[self.rng.usize(..3)];
        let (account, symbol) = (ACCOUNTS[self.rng.usize(..2)], SYMBOLS[self.rng.usize(..3)]);
        for state in [TradingState::Halted, TradingState::Active] {
            desk.run(Command::SetTradingState(SetTradingState {
                scope,
                state,
                reserved: [0; 6],
                account: if scope == Scope::Account { AccountName::literal(account) } else { AccountName::EMPTY },
                symbol: if scope == Scope::Instrument { Symbol::literal(symbol) } else { Symbol::EMPTY },
                actor: Text::literal("oracle"),
                reason: Text::literal("oracle"),
            }));
            self.new_order(desk);
        }
    }

    /// To the last or the first nanosecond of a day, or a little beyond.
    fn next_day(&mut self, desk: &mut Desk) {
        if self.has_calendar {
            let day = desk.history.calendar_day + 1;
            self.open_day(desk, day);
        } else {
            let left = DAY_NS - desk.history.now % DAY_NS;
            desk.wait(left + [-1, 0, 1, 1_000_000_000][self.rng.usize(..4)]);
        }
        if self.rng.u8(..8) > 0 {
            self.quote_all(desk);
        }
    }

    fn open_day(&mut self, desk: &mut Desk, trading_day: u32) {
        desk.run(Command::SetTradingPhase(SetTradingPhase {
            calendar: CalendarName::literal(CALENDAR),
            trading_day,
            phase: TradingPhase::Open,
            reserved: [0; 3],
            actor: Text::literal("oracle"),
            reason: Text::EMPTY,
        }));
    }
}

/// What names nobody or nothing is its session's, and in no other scope.
fn session_alone(session: u32) -> [u32; SCOPES] {
    let mut scopes = [u32::MAX; SCOPES];
    scopes[KillScope::Session as usize] = session;
    scopes
}

/// The name of a scope that an order is in.
pub(crate) fn name_of(scope: KillScope, index: u32) -> &'static str {
    scopes_of(scope).into_iter().find(|(_, number)| *number == index).map_or(SESSIONS[0], |(name, _)| name)
}
