//! A journal in a temporary folder, filled with seeded frames of every kind, and a flusher on it.
#![allow(dead_code, unreachable_pub, reason = "a module shared by test files, of which each uses its part")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use model::*;

pub const SECOND: i64 = 1_000_000_000;

/// A data folder with an open journal.
pub struct Folder {
    pub dir: tempfile::TempDir,
    pub opened: Option<journal::Opened>,
    pub now: EngineTime,
    pub random: fastrand::Rng,
    orders: u64,
}

impl Folder {
    pub fn new(seed: u64) -> Folder {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder {
            dir,
            opened: None,
            now: EngineTime(1_700_000_000 * SECOND),
            random: fastrand::Rng::with_seed(seed),
            orders: 0,
        };
        folder.reopen();
        folder.definitions();
        folder
    }

    pub fn journal(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    pub fn database(&self) -> PathBuf {
        self.dir.path().join("analytics.duckdb")
    }

    pub fn reopen(&mut self) {
        self.opened = None;
        let settings = journal::Settings::default().with_segment_bytes(4 << 20);
        let settings = journal::Settings {
            durability: journal::Durability::Asynchronous { sync_every: Duration::from_millis(100) },
            ..settings
        };
        self.opened = Some(journal::open(&self.journal(), settings).unwrap());
    }

    pub fn mark(&self) -> journal::Mark {
        self.opened.as_ref().unwrap().mark.clone()
    }

    pub fn flusher(&self) -> store::Flusher {
        store::Flusher::new(&self.database(), &self.journal(), self.mark(), store::Settings::default())
    }

    pub fn append(&mut self, command: impl Into<Command>, events: &[Event]) -> Seq {
        self.now.0 += 1_000;
        let opened = self.opened.as_mut().unwrap();
        while !opened.log.has_room() {
            opened.writer.work(self.now).unwrap();
        }
        let seq = opened.log.append(self.now, &command.into(), events);
        opened.log.flush();
        seq
    }

    /// Until everything appended is durable.
    pub fn sync(&mut self) {
        let opened = self.opened.as_mut().unwrap();
        let last = Seq(opened.log.next_seq().0 - 1);
        while opened.mark.durable() < last {
            opened.writer.work(self.now).unwrap();
        }
    }

    fn definitions(&mut self) {
        let definition = DefineAccount {
            max_order_notional: Notional::whole(1_000_000),
            max_order_qty: Qty::whole(10_000),
            max_long: Qty::whole(100_000),
            max_short: Qty::ZERO,
            fee_rate: 1_000,
            open_orders_max: 100,
            cash_account: 1,
            cost_method: CostMethod::Average,
            reserved: [0; 2],
            account: Text::literal("ACC0"),
            currency: Text::literal("USD"),
        };
        let event = AccountDefined { definition, account: AccountId(0), reserved: [0; 12] };
        self.append(definition, &[event.into()]);
        let definition = DefineInstrument {
            tick: Px::from_units(1_000_000),
            lot: Qty::whole(1),
            max_order_qty: Qty::whole(10_000),
            multiplier: 1,
            collar: 5_000_000,
            reference_age_max: SECOND,
            symbol: Text::literal("ACME"),
            currency: Text::literal("USD"),
            calendar: Text::EMPTY,
            abilities: Abilities::PAPER,
            tradable: 1,
            stop_trigger: StopTrigger::Last,
            fx_rate: 0,
            fx_places: 0,
            contract_kind: ContractKind::Linear,
            valuation: ValuationMethod::Premium,
            mark: MarkPolicy::Conservative,
            venue: VenueId::PAPER,
        };
        let event = InstrumentDefined { definition, instrument: InstrumentId(0), reserved: 0 };
        self.append(definition, &[event.into()]);
        let definition = DefineSession {
            sender_comp_id: Text::literal("MILLRACE"),
            target_comp_id: Text::literal("CLIENT"),
            account: Text::literal("ACC0"),
            messages_per_second: 1_000,
            pending_replaces: PendingReplaces::Refuse,
            cancel_on_disconnect: CancelOnDisconnect::Tagged,
            reserved: [0; 2],
        };
        let event = SessionDefined { definition, session: SessionId(0) };
        self.append(definition, &[event.into()]);
        self.sync();
    }

    pub fn order(&mut self, status: OrdStatus, cum: i64, price: Px) -> OrderView {
        let cl_ord_id = Text::literal(&format!("C{}", self.orders));
        OrderView {
            cum_notional: Notional::of(price, Qty::whole(cum)),
            order_id: OrderId(self.orders),
            order_qty: Qty::whole(100),
            price,
            cum_qty: Qty::whole(cum),
            account: AccountId(0),
            instrument: InstrumentId(0),
            ord_status: status,
            ..OrderView::unknown(SessionId(0), cl_ord_id)
        }
    }

    fn new_order(&self, price: Px) -> NewOrder {
        let origin = Origin::fix(SessionId(0), self.orders);
        let cl_ord_id = Text::literal(&format!("C{}", self.orders));
        NewOrder {
            order_qty: Qty::whole(100),
            price,
            transact_time: self.now,
            account: Text::literal("ACC0"),
            ..NewOrder::plain(origin, cl_ord_id, Text::literal("ACME"), Side::Buy, OrdType::Limit)
        }
    }

    /// One command and its events, of a random kind.
    pub fn frame(&mut self) {
        self.orders += 1;
        let price = Px::from_units(self.random.i64(1..1_000_000_000_000));
        match self.random.u8(0..8) {
            0..=2 => {
                let order = self.order(OrdStatus::New, 0, price);
                let accepted = OrderAccepted::plain(order, price, self.now);
                self.append(self.new_order(price), &[accepted.into()]);
            }
            3 => self.refuse(Refusal::against(Check::CollarHigh, 500, 1_000).at_reference(450), price),
            4 | 5 => self.fill(price),
            6 => {
                let quote = Quote {
                    bid_px: price,
                    bid_qty: Qty::whole(1),
                    ask_px: price,
                    ask_qty: Qty::whole(2),
                    last_px: price,
                    source_time: self.now,
                    instrument: InstrumentId(0),
                    reserved: 0,
                };
                self.append(quote, &[QuoteUpdated { quote }.into()]);
            }
            _ => {
                self.append(Tick { reserved: 0 }, &[Ticked { reserved: 0 }.into()]);
            }
        }
    }

    pub fn refuse(&mut self, refusal: Refusal, price: Px) {
        let command = self.new_order(price);
        let refused = OrderRefused {
            refusal,
            order_qty: command.order_qty,
            price,
            order_id: OrderId(0),
            cl_ord_id: command.cl_ord_id,
            symbol: command.symbol,
            account: command.account,
            session: SessionId(0),
            side: command.side,
            ord_type: command.ord_type,
            time_in_force: command.time_in_force,
            ord_status: OrdStatus::Rejected,
            cum_notional: Notional::ZERO,
            existing_qty: Qty::ZERO,
            cum_qty: Qty::ZERO,
            leaves_qty: Qty::ZERO,
            reserved: [0; 16],
        };
        self.append(command, &[refused.into()]);
    }

    pub fn fill(&mut self, price: Px) {
        let order = self.order(OrdStatus::PartiallyFilled, 40, price);
        let report = VenueReport {
            last_qty: Qty::whole(40),
            last_px: price,
            ..VenueReport::about(VenueId::PAPER, order.order_id, self.orders, ReportKind::Filled)
        };
        let filled = OrderFilled {
            order,
            last_qty: Qty::whole(40),
            last_px: price,
            venue_exec_id: self.orders,
            missing: Qty::ZERO,
        };
        let position = PositionChanged {
            cost: Notional::of(price, Qty::whole(40)),
            realised: Notional::from_units(-1),
            fees: Notional::from_units(3),
            cash_from_trades: Notional::from_units(-Notional::of(price, Qty::whole(40)).units()),
            account_cash: Notional::from_units(12_345_678_901_234_567_890),
            fee: Notional::from_units(3),
            qty: Qty::whole(40),
            account: AccountId(0),
            instrument: InstrumentId(0),
        };
        self.append(report, &[filled.into(), position.into()]);
    }

    pub fn frames(&mut self, count: usize) {
        for _ in 0..count {
            self.frame();
        }
        self.sync();
    }

    /// Runs the flusher until its status says that it has caught up.
    pub fn catch_up(&mut self, flusher: &mut store::Flusher) {
        let status = flusher.status();
        for _ in 0..1_000 {
            self.now.0 += SECOND;
            flusher.work(self.now).unwrap();
            let health = status.health();
            if health.state == store::State::Following && health.lag == 0 {
                return;
            }
        }
        panic!("never caught up: {:?}", status.health());
    }

    pub fn assert_equal(&self) {
        let comparison = store::compare(&self.database(), &self.journal()).unwrap();
        assert!(comparison.is_equal(), "{comparison:#?}");
        assert!(comparison.journal_last_seq > 0);
    }
}

pub fn quarantines(database: &Path) -> usize {
    let name = database.file_name().unwrap().to_string_lossy().into_owned() + ".quarantine-";
    let entries = std::fs::read_dir(database.parent().unwrap()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|found| found.starts_with(&name) && !found.ends_with(".wal")).count()
}
