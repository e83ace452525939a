//! Orders out and reports in, without sockets.

mod commissions;
mod heard;
mod trades;
mod waiting;
mod written;

use model::*;

use super::super::message::FieldIndex;
use super::super::report::Names;
use super::ids::cl_ord_id_at_broker;
use super::open::Sent;
use super::open_orders::OpenOrders;
use super::reports::{Heard, Hearing};
use super::trades::Trades;
use super::{PendingReplace, WorkingOrder};

const NOW: i64 = 1_760_000_000_000_000_000;
const BROKER: VenueId = VenueId::broker(SessionId(7));
const ACME: InstrumentId = InstrumentId(0);
const ORDER: OrderId = OrderId(4_711);

fn order() -> OrderView {
    OrderView {
        order_id: ORDER,
        order_qty: Qty::whole(100),
        price: Px::whole(99),
        account: AccountId(0),
        instrument: ACME,
        side: Side::Sell,
        ord_status: OrdStatus::New,
        ..OrderView::unknown(SessionId(0), ClOrdId::literal("mine"))
    }
}

fn accepted(order: OrderView) -> OrderAccepted {
    OrderAccepted::plain(order, order.price, EngineTime(NOW))
}

fn request(cl_ord_id: &str) -> OrderView {
    OrderView { cl_ord_id: ClOrdId::literal(cl_ord_id), orig_cl_ord_id: order().cl_ord_id, ..order() }
}

fn replace(cl_ord_id: &str, behind: &str) -> ReplaceRequested {
    ReplaceRequested {
        order: request(cl_ord_id),
        order_qty: Qty::whole(50),
        price: Px::whole(98),
        stop_px: Px::ZERO,
        worst_px: Px::whole(98),
        behind: ClOrdId::literal(behind),
        reserved: 0,
    }
}

fn cancel(cl_ord_id: &str, cause: CancelCause) -> CancelRequested {
    CancelRequested { order: request(cl_ord_id), cause, reserved: [0; 15] }
}

fn fill(cum_qty: i64, ord_status: OrdStatus) -> Event {
    Event::OrderFilled(OrderFilled {
        order: OrderView { cum_qty: Qty::whole(cum_qty), ord_status, ..order() },
        last_qty: Qty::whole(cum_qty),
        last_px: Px::whole(99),
        venue_exec_id: 1,
        missing: Qty::ZERO,
    })
}

/// The order as the engine has it at the start, acknowledged.
fn working() -> WorkingOrder {
    WorkingOrder {
        view: order(),
        acknowledged: true,
        in_doubt: false,
        venue_order_id: 0,
        pending_cancel: ClOrdId::EMPTY,
        is_ending: false,
        pending_replaces: Vec::new(),
    }
}

fn names() -> Names {
    let mut names = Names::default();
    names.learn(&Event::AccountDefined(AccountDefined {
        definition: DefineAccount {
            max_order_notional: Notional::ZERO,
            max_order_qty: Qty::ZERO,
            max_long: Qty::ZERO,
            max_short: Qty::ZERO,
            fee_rate: 0,
            open_orders_max: 0,
            cash_account: 0,
            cost_method: CostMethod::Average,
            reserved: [0; 2],
            account: AccountName::literal("FUND"),
            currency: Currency::literal("USD"),
        },
        account: AccountId(0),
        reserved: [0; 12],
    }));
    names.learn(&Event::InstrumentDefined(InstrumentDefined {
        definition: DefineInstrument {
            tick: Px::whole(1),
            lot: Qty::whole(1),
            max_order_qty: Qty::ZERO,
            multiplier: 1,
            collar: 0,
            reference_age_max: 0,
            symbol: Symbol::literal("ACME"),
            currency: Currency::literal("USD"),
            calendar: CalendarName::EMPTY,
            abilities: Abilities::NONE,
            tradable: 1,
            stop_trigger: StopTrigger::Last,
            fx_rate: 0,
            fx_places: 0,
            contract_kind: ContractKind::Linear,
            valuation: ValuationMethod::Premium,
            mark: MarkPolicy::Conservative,
            venue: BROKER,
        },
        instrument: ACME,
        reserved: 0,
    }));
    names
}

/// One that listens to the broker.
struct Ear {
    index: FieldIndex,
    names: Names,
    open: OpenOrders,
    trades: Trades,
    foreign_account: AccountName,
}

impl Ear {
    /// The broker has the order, and a replace and a cancel wait for its answer.
    fn new() -> Ear {
        let mut open = OpenOrders::of([working()]);
        open.replace(&replace("new terms", ""), Sent::Yes);
        open.cancel(&cancel("no more", CancelCause::Client), Sent::Yes);
        Ear::with(open)
    }

    fn with(open: OpenOrders) -> Ear {
        let foreign_account = AccountName::literal("DESK");
        Ear { index: FieldIndex::new(), names: names(), open, trades: Trades::new(), foreign_account }
    }

    /// A message whose ClOrdID(11) is that of the client's `cl_ord_id` at the broker; none where that is empty.
    fn listen(&mut self, msg_type: &str, cl_ord_id: &str, body: &str) -> Heard {
        let at_broker = cl_ord_id_at_broker(ORDER, &ClOrdId::literal(cl_ord_id));
        let name = if cl_ord_id.is_empty() { String::new() } else { format!("11={at_broker}|") };
        let text = format!("8=FIX.4.4|9=1|35={msg_type}|49=B|56=M|34=2|52=20240101-00:00:00|{name}{body}10=000|");
        let bytes = text.replace('|', "\x01").into_bytes();
        let Ear { index, names, open, trades, foreign_account } = self;
        let mut hearing = Hearing { venue: BROKER, open, trades, names, foreign_account };
        hearing.hear(&index.parse(&bytes).expect("readable")).expect("well formed")
    }

    fn hear(&mut self, msg_type: &str, cl_ord_id: &str, body: &str) -> Option<VenueReport> {
        self.listen(msg_type, cl_ord_id, body).command.map(|command| match command {
            Command::VenueReport(report) => report,
            other => panic!("a report of an order of ours, and not {other:?}"),
        })
    }

    fn kind(&mut self, msg_type: &str, cl_ord_id: &str, body: &str) -> Option<ReportKind> {
        self.hear(msg_type, cl_ord_id, body).map(|report| report.kind)
    }

    fn foreign(&mut self, body: &str) -> ForeignOrder {
        match self.listen("8", "", body).command {
            Some(Command::ForeignOrder(order)) => order,
            other => panic!("an order that we did not send, and not {other:?}"),
        }
    }
}
