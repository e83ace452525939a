//! Random commands: mostly about orders that are there, sometimes absurd, all from one seed.

use model::{
    AccountName, CancelOnDisconnect, CancelOrder, ClOrdId, Command, ContractKind, Counted, EngineTime, ExecInst,
    ExecRestatementReason, InstrumentId, KillScope, Link, MassCancel, NewOrder, OrdType, OrderId, OrderStatusRequest,
    Origin, PendingReplaces, Px, Qty, Quote, ReplaceOrder, ReportKind, Scope, ScopeState, SessionEnd, SessionEnded,
    SessionId, SetScopeState, SetTradingPhase, SetTradingState, Side, Symbol, Text, Tick, TimeInForce, TradingPhase,
    TradingState, VenueId, VenueLink, VenueReport,
};
use model::{AdjustPosition, Notional, PayDividend, SettleInstrument};

use crate::market::{BROKER, CALENDAR, ONE, Policy, SYMBOLS};
use crate::twin::Twin;

pub(crate) struct Commands {
    rng: fastrand::Rng,
    /// For kill switches, where there are any.
    kill_rng: Option<fastrand::Rng>,
    serial: u64,
    exec: u64,
    day: u32,
    phase: usize,
    policy: Policy,
    /// Are there dividends and settlements? None where old seeds found something: they go on as they went.
    holders_act: bool,
    /// For positions that are put right by hand, in some runs.
    adjust_rng: Option<fastrand::Rng>,
}

const PHASES: [TradingPhase; 5] =
    [TradingPhase::PreOpen, TradingPhase::Opening, TradingPhase::Open, TradingPhase::Closing, TradingPhase::Closed];

impl Commands {
    pub(crate) fn new(seed: u64, kills: bool) -> Commands {
        let kill_rng = kills.then(|| fastrand::Rng::with_seed(seed + 1_000_000));
        let adjust_rng = (seed % 3 == 2).then(|| fastrand::Rng::with_seed(seed + 2_000_000));
        let mut rng = fastrand::Rng::with_seed(seed);
        let policy = Policy {
            pending_replaces: PendingReplaces::ALL[rng.usize(..3)],
            cancel_on_disconnect: CancelOnDisconnect::ALL[rng.usize(..3)],
            // Not drawn, so that a seed that found something long ago still does the same.
            kinds: [1, 3, 9].map(|by| ContractKind::ALL[(seed / by % 3) as usize]),
        };
        Commands {
            rng,
            serial: 0,
            exec: 0,
            day: 20_000,
            phase: 4,
            policy,
            kill_rng,
            holders_act: seed % 5 == 1,
            adjust_rng,
        }
    }

    pub(crate) fn policy(&self) -> Policy {
        self.policy
    }

    pub(crate) fn next(&mut self, twin: &Twin) -> Command {
        self.serial += 1;
        if self.serial <= 3 {
            return self.quote(self.serial as u32 - 1, twin);
        }
        if self.holders_act && self.serial.is_multiple_of(61) {
            return self.for_holders();
        }
        if let Some(command) = self.kill_switch(twin) {
            return command;
        }
        if let Some(command) = self.adjustment() {
            return command;
        }
        match self.rng.u32(..1_000) {
            0..260 => self.new_order(),
            260..330 => self.cancel(twin),
            330..430 => self.replace(twin),
            430..440 => self.status(twin),
            440..520 => {
                let instrument = self.rng.u32(..3);
                self.quote(instrument, twin)
            }
            520..524 => self.mass_cancel(),
            524..528 => Command::SessionEnded(SessionEnded {
                session: SessionId(self.rng.u32(..2)),
                how: SessionEnd::ConnectionLost,
                reserved: [0; 3],
            }),
            528..536 => self.next_phase(),
            536..542 => self.halt(),
            _ => self.report(twin),
        }
    }

    /// Now and then a scope is stopped or let go, the broker comes or goes, or time passes, in nanoseconds.
    fn kill_switch(&mut self, twin: &Twin) -> Option<Command> {
        let rng = self.kill_rng.as_mut()?;
        let scopes = [
            (KillScope::Firm, [""; 3]),
            (KillScope::Venue, ["paper", "paper", "ONE"]),
            (KillScope::Session, ["ONE", "TWO", "THREE"]),
            (KillScope::Account, ["A", "B", "C"]),
            (KillScope::Trader, ["JANE", "JOE", "JIM"]),
            (KillScope::Strategy, ["ARB", "ARB", "MM"]),
            (KillScope::Instrument, SYMBOLS),
        ];
        match rng.u32(..1_000) {
            0..14 => {
                let (mut scope, names) = scopes[rng.usize(..scopes.len())];
                let mut name = names[rng.usize(..3)];
                let mut state = match rng.u8(..10) {
                    0..2 => ScopeState::Killed,
                    2..4 => ScopeState::Reducing,
                    4..5 => ScopeState::Halted,
                    _ => ScopeState::Active,
                };
                // Mostly what is stopped is let go, so that there is something to stop again.
                let stopped: Vec<_> = twin.stopped.iter().filter(|(_, state)| **state != ScopeState::Active).collect();
                if !stopped.is_empty() && rng.u8(..3) > 0 {
                    let (kind, index) = stopped[rng.usize(..stopped.len())].0;
                    (scope, state) = (*kind, ScopeState::Active);
                    name = scopes[*kind as usize].1[*index as usize];
                }
                Some(Command::SetScopeState(SetScopeState {
                    scope,
                    state,
                    reserved: [0; 6],
                    name: Text::literal(name),
                    actor: Text::literal(["ann", " Ann", "bob", "BOB", "eve", " "][rng.usize(..6)]),
                    reason: Text::literal("twin"),
                }))
            }
            14..20 => {
                let later_ns = if rng.u8(..6) == 0 { 31_000_000_000 } else { 2_700_000_000 };
                Some(Command::Tick(Tick { reserved: later_ns }))
            }
            20..24 => {
                let link = if rng.bool() { Link::Up } else { Link::Down };
                Some(Command::VenueLink(VenueLink { venue: BROKER, link, reserved: [0; 3] }))
            }
            _ => None,
        }
    }

    /// Now and then a position is put right, at a price or for a cost, in cash or in kind.
    fn adjustment(&mut self) -> Option<Command> {
        let rng = self.adjust_rng.as_mut()?;
        if rng.u32(..100) > 0 {
            return None;
        }
        let qty = rng.i64(1..200) * if rng.bool() { 1 } else { -1 };
        let at_px = rng.bool();
        Some(Command::AdjustPosition(AdjustPosition {
            cost: if at_px { Notional::ZERO } else { Notional::from_units(i128::from(rng.u64(..)) * 100) },
            qty: Qty::whole(qty),
            px: if at_px { Px::whole(rng.i64(80..120)) } else { Px::ZERO },
            account: AccountName::literal(["A", "B"][rng.usize(..2)]),
            symbol: Symbol::literal(SYMBOLS[rng.usize(..3)]),
            moves_cash: rng.u8(..2),
            reserved: [0; 7],
            actor: Text::literal("twin"),
            reason: Text::literal("statement"),
        }))
    }

    fn id(&mut self) -> ClOrdId {
        // Now and then one that was used before.
        let number = if self.rng.u8(..60) == 0 { self.rng.u64(..=self.serial) } else { self.serial };
        ClOrdId::literal(&format!("n{number}"))
    }

    fn qty(&mut self) -> Qty {
        Qty::whole(self.rng.i64(1..200))
    }

    fn px(&mut self) -> Px {
        Px::whole(self.rng.i64(80..120))
    }

    fn side(&mut self) -> Side {
        if self.rng.bool() { Side::Buy } else { Side::Sell }
    }

    fn new_order(&mut self) -> Command {
        let ord_type = match self.rng.u8(..10) {
            0 => OrdType::Market,
            1 => OrdType::Stop,
            2 => OrdType::StopLimit,
            _ => OrdType::Limit,
        };
        let origin = Origin::fix(SessionId(self.rng.u32(..2)), 0);
        let symbol = Symbol::literal(SYMBOLS[self.rng.usize(..3)]);
        let (cl_ord_id, side) = (self.id(), self.side());
        let time_in_force = match self.rng.u8(..12) {
            0 | 1 => TimeInForce::GoodTillCancel,
            2 => TimeInForce::ImmediateOrCancel,
            3 => TimeInForce::FillOrKill,
            4 => TimeInForce::AtTheOpening,
            5 => TimeInForce::AtTheClose,
            _ => TimeInForce::Day,
        };
        let mut exec_inst = ExecInst::NONE;
        for (one, chance) in [(ExecInst::REINSTATE_ON_CONNECTION_LOSS, 10), (ExecInst::CANCEL_ON_TRADING_HALT, 8)] {
            if self.rng.u8(..chance) == 0 {
                exec_inst = exec_inst.with(one);
            }
        }
        if exec_inst.is_empty() && self.rng.u8(..6) == 0 {
            let more = [ExecInst::CANCEL_ON_CONNECTION_LOSS, ExecInst::REINSTATE_ON_TRADING_HALT];
            exec_inst = more[self.rng.usize(..2)];
        }
        let trails = ord_type.is_stop() && self.rng.u8(..3) == 0;
        if trails {
            exec_inst = exec_inst.with(ExecInst::TRAILING_STOP_PEG);
        }
        Command::NewOrder(NewOrder {
            order_qty: self.qty(),
            price: if ord_type.has_price() { self.px() } else { Px::ZERO },
            stop_px: if ord_type.is_stop() { self.px() } else { Px::ZERO },
            peg_offset: if trails { Px::whole(self.rng.i64(1..12)) } else { Px::ZERO },
            time_in_force,
            exec_inst,
            poss_resend: u8::from(self.rng.u8(..20) == 0),
            ..NewOrder::plain(origin, cl_ord_id, symbol, side, ord_type)
        })
    }

    /// The name of an order: the one that it has, or any that it ever had.
    fn some_name(&mut self, twin: &Twin) -> (SessionId, ClOrdId) {
        let number = self.some_order(twin);
        let Some(order) = twin.orders.get(&number) else { return (SessionId(0), ClOrdId::literal("nobody")) };
        let name = match (self.rng.u8(..8), order.replaces.last()) {
            (0, _) => &order.names[self.rng.usize(..order.names.len())],
            (1..=3, Some(last)) => &last.id,
            _ => &order.id,
        };
        (SessionId(order.session), ClOrdId::literal(name))
    }

    /// An order: a late one rather than an early one, an open one rather than one that is over.
    fn some_order(&mut self, twin: &Twin) -> u64 {
        if self.rng.u8(..60) == 0 {
            return self.rng.u64(..9_999);
        }
        let recent: Vec<u64> = twin.orders.keys().rev().take(40).copied().collect();
        let open: Vec<u64> = recent.iter().filter(|number| twin.orders[number].open()).copied().collect();
        let from = if self.rng.u8(..5) == 0 || open.is_empty() { recent } else { open };
        if from.is_empty() { 0 } else { from[self.rng.usize(..from.len())] }
    }

    fn cancel(&mut self, twin: &Twin) -> Command {
        let (session, orig_cl_ord_id) = self.some_name(twin);
        Command::CancelOrder(CancelOrder {
            origin: Origin::fix(session, 0),
            transact_time: EngineTime(0),
            cl_ord_id: self.id(),
            orig_cl_ord_id,
        })
    }

    fn replace(&mut self, twin: &Twin) -> Command {
        let (session, orig_cl_ord_id) = self.some_name(twin);
        let known = twin.names.get(&(session.0, orig_cl_ord_id.as_str().to_owned()));
        let (side, ord_type) = match known.and_then(|number| twin.orders.get(number)) {
            Some(order) if self.rng.u8(..40) > 0 => (order.side, order.ord_type),
            _ => (Side::Buy, OrdType::Limit),
        };
        Command::ReplaceOrder(ReplaceOrder {
            origin: Origin::fix(session, 0),
            order_qty: self.qty(),
            price: if ord_type.has_price() { self.px() } else { Px::ZERO },
            stop_px: if ord_type.is_stop() && self.rng.bool() { self.px() } else { Px::ZERO },
            transact_time: EngineTime(0),
            cl_ord_id: self.id(),
            orig_cl_ord_id,
            side,
            ord_type,
            reserved: [0; 6],
            kept: model::KeptTerms::NOTHING,
        })
    }

    fn status(&mut self, twin: &Twin) -> Command {
        let (session, cl_ord_id) = self.some_name(twin);
        Command::OrderStatusRequest(OrderStatusRequest { origin: Origin::fix(session, 0), cl_ord_id })
    }

    fn quote(&mut self, instrument: u32, _: &Twin) -> Command {
        let bid = self.rng.i64(85..114);
        Command::Quote(Quote {
            bid_px: Px::whole(bid),
            bid_qty: Qty::whole(1),
            ask_px: Px::whole(bid + self.rng.i64(1..3)),
            ask_qty: Qty::whole(1),
            last_px: Px::whole(bid),
            source_time: EngineTime(0),
            instrument: InstrumentId(instrument),
            reserved: 0,
        })
    }

    fn mass_cancel(&mut self) -> Command {
        let by_symbol = self.rng.bool();
        let symbol = if by_symbol { Symbol::literal(SYMBOLS[self.rng.usize(..3)]) } else { Symbol::EMPTY };
        Command::MassCancel(MassCancel {
            origin: Origin::fix(SessionId(self.rng.u32(..2)), 0),
            transact_time: EngineTime(0),
            cl_ord_id: self.id(),
            symbol,
            account: if self.rng.u8(..4) == 0 { AccountName::literal("A") } else { AccountName::EMPTY },
            request_type: if by_symbol { b'1' } else { b'7' },
            side: [0, 0, b'1', b'2'][self.rng.usize(..4)],
            reserved: [0; 6],
        })
    }

    fn next_phase(&mut self) -> Command {
        self.phase = (self.phase + 1) % PHASES.len();
        if self.phase == 0 {
            self.day += 1;
        }
        Command::SetTradingPhase(SetTradingPhase {
            calendar: model::CalendarName::literal(CALENDAR),
            trading_day: self.day,
            phase: PHASES[self.phase],
            reserved: [0; 3],
            actor: Text::literal("twin"),
            reason: Text::EMPTY,
        })
    }

    fn for_holders(&mut self) -> Command {
        let symbol = Symbol::literal(SYMBOLS[self.rng.usize(..3)]);
        let (actor, reason) = (Text::literal("twin"), Text::literal("notice"));
        if self.rng.bool() {
            let per_unit = Px::from_units(self.rng.i64(1..ONE));
            return Command::PayDividend(PayDividend { symbol, per_unit, actor, reason });
        }
        Command::SettleInstrument(SettleInstrument { symbol, settle_px: self.px(), actor, reason })
    }

    fn halt(&mut self) -> Command {
        let scope = [Scope::Instrument, Scope::Instrument, Scope::Account, Scope::Global][self.rng.usize(..4)];
        let odds = if scope == Scope::Instrument { 3 } else { 5 };
        let account = AccountName::literal(if self.rng.bool() { "A" } else { "B" });
        let symbol = Symbol::literal(SYMBOLS[self.rng.usize(..3)]);
        Command::SetTradingState(SetTradingState {
            scope,
            state: if self.rng.u8(..odds) == 0 { TradingState::Halted } else { TradingState::Active },
            reserved: [0; 6],
            account: if scope == Scope::Account { account } else { AccountName::EMPTY },
            symbol: if scope == Scope::Instrument { symbol } else { Symbol::EMPTY },
            actor: Text::literal("twin"),
            reason: Text::literal("drill"),
        })
    }

    fn report(&mut self, twin: &Twin) -> Command {
        let number = self.some_order(twin);
        let order = twin.orders.get(&number);
        let venue = match order {
            Some(order) if self.rng.u8(..80) > 0 && twin.instruments[order.instrument as usize].broker => BROKER,
            _ => VenueId::PAPER,
        };
        // Now and then one that came before.
        self.exec += 1;
        let exec = if self.rng.u8(..40) == 0 { self.rng.u64(1..=self.exec) } else { self.exec };
        let kind = match self.rng.u8(..100) {
            0..8 => ReportKind::Accepted,
            8..10 => ReportKind::Rejected,
            10..42 => ReportKind::Filled,
            42..50 => ReportKind::Canceled,
            50..64 => ReportKind::Replaced,
            64..70 => ReportKind::CancelRejected,
            70..76 => ReportKind::ReplaceRejected,
            76..78 => ReportKind::Expired,
            78..84 => ReportKind::TradeCanceled,
            84..90 => ReportKind::TradeCorrected,
            90..93 => ReportKind::Restated,
            93..95 => ReportKind::DoneForDay,
            95..96 => ReportKind::Stopped,
            96..97 => ReportKind::Suspended,
            97..98 => ReportKind::Triggered,
            98..99 => ReportKind::Stands,
            _ => ReportKind::Other,
        };
        let leaves = order.map_or(ONE, |order| order.qty - order.cum()) / ONE;
        let qty = if self.rng.u8(..3) == 0 { leaves.max(1) } else { self.rng.i64(1..=leaves.max(2)) };
        let ref_id = order.and_then(|order| {
            let fill = order.fills.get(self.rng.usize(..order.fills.len().max(1)))?;
            Some(if self.rng.bool() { fill.exec } else { fill.exec_now })
        });
        let mut report = VenueReport::about(venue, OrderId(number), exec, kind);
        let is_money = matches!(kind, ReportKind::Filled | ReportKind::TradeCorrected | ReportKind::Stopped);
        if is_money {
            (report.last_qty, report.last_px) = (Qty::whole(qty), self.px());
        }
        report.venue_ref_id = ref_id.unwrap_or(0);
        if kind == ReportKind::Restated {
            let renewal = self.rng.bool();
            report.restatement =
                if renewal { ExecRestatementReason::GtRenewal } else { ExecRestatementReason::BrokerOption };
            report.order_qty = if self.rng.bool() { self.qty() } else { Qty::ZERO };
            report.price = if self.rng.bool() { self.px() } else { Px::ZERO };
        }
        if kind == ReportKind::Stands {
            report.counted = Counted::InAnswer;
            let cum = order.map_or(0, |order| order.cum());
            report.cum_qty = Qty::from_units(if self.rng.u8(..4) == 0 { cum + ONE } else { cum });
        } else if self.rng.bool() {
            report.counted = Counted::InReport;
            let filled = if kind == ReportKind::Filled { report.last_qty.units() } else { 0 };
            let cum = order.map_or(0, |order| order.cum()) + filled;
            let off = if self.rng.u8(..12) == 0 { self.rng.i64(-2..=2) * ONE } else { 0 };
            report.cum_qty = Qty::from_units(cum + off);
        }
        // What no venue can mean.
        if self.rng.u8(..200) == 0 {
            let absurd = [self.rng.i64(..0), self.rng.i64(model::limits::UNITS_MAX + 1..)][self.rng.usize(..2)];
            let fields = [&mut report.last_qty, &mut report.order_qty, &mut report.cum_qty];
            *fields.into_iter().nth(self.rng.usize(..3)).expect("one of them") = Qty::from_units(absurd);
        }
        report.reason = self.rng.u8(..8);
        Command::VenueReport(report)
    }
}
