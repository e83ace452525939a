//! A random market from one seed: two instruments, two accounts, two sessions, a venue that answers as it likes, and operators who
//! change limits and throw switches.

use engine::State;
use model::*;

use crate::recorder::Recorder;

pub(crate) struct Flow {
    rng: fastrand::Rng,
    serial: u64,
    exec: u64,
    /// Fills that may be busted: order, the venue's ExecID.
    fills: Vec<(OrderId, u64)>,
}

pub(crate) const SYMBOLS: [&str; 2] = ["ACME", "ZINC"];
pub(crate) const ACCOUNTS: [&str; 2] = ["CASH", "MARGIN"];

impl Flow {
    /// Defines the market.
    pub(crate) fn begin(seed: u64, recorder: &mut Recorder) -> Flow {
        for symbol in SYMBOLS {
            recorder.put(Command::DefineInstrument(instrument(symbol)));
        }
        recorder.put(Command::DefineAccount(account("CASH", 1)));
        recorder.put(Command::DefineAccount(account("MARGIN", 0)));
        for (target, account) in ["ONE", "TWO"].into_iter().zip(ACCOUNTS) {
            recorder.put(Command::DefineSession(session(target, account)));
        }
        recorder.put(Command::AdjustCash(AdjustCash {
            amount: Notional::whole(100_000),
            account: Text::literal("CASH"),
            actor: Text::literal("test"),
            reason: Text::literal("opening"),
            reserved: [0; 8],
        }));
        Flow { rng: fastrand::Rng::with_seed(seed), serial: 0, exec: 0, fills: Vec::new() }
    }

    /// What comes next, some time after what came before.
    pub(crate) fn next(&mut self, recorder: &mut Recorder) -> Command {
        self.serial += 1;
        recorder.now.0 += self.rng.i64(0..2_000_000);
        if self.serial <= 2 {
            return self.quote(self.serial as u32 - 1, recorder.now);
        }
        let state = recorder.state();
        match self.rng.u32(0..1_000) {
            0..380 => self.new_order(),
            380..450 => self.cancel(state),
            450..540 => self.replace(state),
            540..600 => {
                let instrument = self.rng.u32(0..2);
                self.quote(instrument, recorder.now)
            }
            600..606 => self.limits(),
            606..612 => self.halt(),
            612..616 => Command::Tick(Tick { reserved: 0 }),
            616..620 => Command::SessionEnded(SessionEnded {
                session: SessionId(self.rng.u32(0..2)),
                how: SessionEnd::ConnectionLost,
                reserved: [0; 3],
            }),
            _ => self.report(state),
        }
    }

    fn id(&mut self) -> ClOrdId {
        let number = if self.rng.u8(..50) == 0 { self.rng.u64(..=self.serial) } else { self.serial };
        ClOrdId::literal(&format!("n{number}"))
    }

    fn side(&mut self) -> Side {
        if self.rng.bool() { Side::Buy } else { Side::Sell }
    }

    fn new_order(&mut self) -> Command {
        let symbol = Symbol::literal(if self.rng.u8(..60) == 0 { "NONE" } else { SYMBOLS[self.rng.usize(..2)] });
        let ord_type = if self.rng.u8(..6) == 0 { OrdType::Market } else { OrdType::Limit };
        let price = if ord_type.has_price() { Px::whole(self.rng.i64(92..108)) } else { Px::ZERO };
        let origin = Origin::fix(SessionId(self.rng.u32(0..2)), self.serial);
        let (cl_ord_id, side) = (self.id(), self.side());
        let most = if self.rng.u8(..20) == 0 { 700 } else { 150 };
        Command::NewOrder(NewOrder {
            order_qty: Qty::whole(self.rng.i64(1..most)),
            price,
            ..NewOrder::plain(origin, cl_ord_id, symbol, side, ord_type)
        })
    }

    fn some_order(&mut self, state: &State) -> Option<OrderView> {
        let count = state.working_count();
        let nth = self.rng.usize(..count.max(1));
        state.working_orders().nth(nth).map(|order| order.view)
    }

    fn cancel(&mut self, state: &State) -> Command {
        let order = self.some_order(state);
        let view = order.unwrap_or(OrderView::unknown(SessionId(0), ClOrdId::literal("nobody")));
        Command::CancelOrder(CancelOrder {
            origin: Origin::fix(view.session, self.serial),
            transact_time: EngineTime(0),
            cl_ord_id: self.id(),
            orig_cl_ord_id: view.cl_ord_id,
        })
    }

    fn replace(&mut self, state: &State) -> Command {
        let order = self.some_order(state);
        let view = order.unwrap_or(OrderView::unknown(SessionId(0), ClOrdId::literal("nobody")));
        let px = if view.ord_type.has_price() { Px::whole(self.rng.i64(92..108)) } else { Px::ZERO };
        Command::ReplaceOrder(ReplaceOrder {
            origin: Origin::fix(view.session, self.serial),
            order_qty: Qty::whole(self.rng.i64(1..250)),
            price: px,
            stop_px: Px::ZERO,
            transact_time: EngineTime(0),
            cl_ord_id: self.id(),
            orig_cl_ord_id: view.cl_ord_id,
            side: view.side,
            ord_type: view.ord_type,
            reserved: [0; 6],
            kept: KeptTerms::NOTHING,
        })
    }

    fn quote(&mut self, instrument: u32, now: EngineTime) -> Command {
        let bid = self.rng.i64(96..103);
        Command::Quote(Quote {
            bid_px: Px::whole(bid),
            bid_qty: Qty::whole(1),
            ask_px: Px::whole(bid + 1),
            ask_qty: Qty::whole(1),
            last_px: if self.rng.bool() { Px::whole(bid) } else { Px::ZERO },
            source_time: now,
            instrument: InstrumentId(instrument),
            reserved: 0,
        })
    }

    /// New limits of somebody; now and then the same again, as at a restart.
    fn limits(&mut self) -> Command {
        match self.rng.u8(..4) {
            0 => Command::DefineAccount(account(ACCOUNTS[self.rng.usize(..2)], 0)),
            1 => Command::DefineSession(DefineSession {
                messages_per_second: self.rng.u32(300..1_000),
                ..session("ONE", "CASH")
            }),
            2 => Command::DefineInstrument(DefineInstrument {
                collar: self.rng.i64(4..8) * 1_000_000,
                ..instrument("ZINC")
            }),
            _ => Command::DefineAccount(DefineAccount {
                max_long: Qty::whole(self.rng.i64(500..2_000)),
                ..account("MARGIN", 0)
            }),
        }
    }

    fn halt(&mut self) -> Command {
        Command::SetTradingState(SetTradingState {
            scope: if self.rng.bool() { Scope::Global } else { Scope::Account },
            state: if self.rng.u8(..12) == 0 { TradingState::Halted } else { TradingState::Active },
            reserved: [0; 6],
            account: Text::literal("CASH"),
            symbol: Symbol::EMPTY,
            actor: Text::literal("test"),
            reason: Text::literal("drill"),
        })
    }

    fn report(&mut self, state: &State) -> Command {
        self.exec += 1;
        if self.rng.u8(..12) == 0 && !self.fills.is_empty() {
            return self.amendment();
        }
        let Some(view) = self.some_order(state) else { return Command::Tick(Tick { reserved: 0 }) };
        let kind = match self.rng.u8(..20) {
            0..3 => ReportKind::Accepted,
            3..12 => ReportKind::Filled,
            12..15 => ReportKind::Replaced,
            15..17 => ReportKind::Canceled,
            17 => ReportKind::ReplaceRejected,
            18 => ReportKind::CancelRejected,
            _ => ReportKind::Expired,
        };
        let mut report = VenueReport::about(VenueId::PAPER, view.order_id, self.exec, kind);
        if kind == ReportKind::Filled {
            let leaves = view.leaves_qty().units() / money::UNIT;
            report.last_qty = Qty::whole(self.rng.i64(1..=leaves.max(1)));
            report.last_px = Px::whole(self.rng.i64(95..105));
            self.fills.push((view.order_id, self.exec));
        }
        Command::VenueReport(report)
    }

    /// A bust or a correction of a late fill.
    fn amendment(&mut self) -> Command {
        let from = self.fills.len().saturating_sub(20);
        let (order_id, venue_ref_id) = self.fills[self.rng.usize(from..self.fills.len())];
        let is_bust = self.rng.bool();
        let kind = if is_bust { ReportKind::TradeCanceled } else { ReportKind::TradeCorrected };
        let mut report = VenueReport::about(VenueId::PAPER, order_id, self.exec, kind);
        report.venue_ref_id = venue_ref_id;
        if !is_bust {
            report.last_qty = Qty::whole(self.rng.i64(1..20));
            report.last_px = Px::whole(self.rng.i64(95..105));
        }
        Command::VenueReport(report)
    }
}

pub(crate) fn instrument(symbol: &str) -> DefineInstrument {
    DefineInstrument {
        tick: Px::whole(1),
        lot: Qty::whole(1),
        max_order_qty: Qty::whole(500),
        multiplier: if symbol == "ZINC" { 10 } else { 1 },
        collar: 6_000_000,
        reference_age_max: 1_000_000_000,
        symbol: Symbol::literal(symbol),
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

pub(crate) fn account(name: &str, cash_account: u8) -> DefineAccount {
    DefineAccount {
        max_order_notional: Notional::whole(500_000),
        max_order_qty: Qty::whole(400),
        max_long: Qty::whole(2_000),
        max_short: Qty::whole(1_000),
        fee_rate: 10_000,
        open_orders_max: 60,
        cash_account,
        cost_method: CostMethod::Average,
        reserved: [0; 2],
        account: AccountName::literal(name),
        currency: Currency::literal("USD"),
    }
}

pub(crate) fn session(target: &str, account: &str) -> DefineSession {
    DefineSession {
        sender_comp_id: Text::literal("MILLRACE"),
        target_comp_id: Text::literal(target),
        account: Text::literal(account),
        messages_per_second: 500,
        pending_replaces: PendingReplaces::Refuse,
        cancel_on_disconnect: CancelOnDisconnect::All,
        reserved: [0; 2],
    }
}
