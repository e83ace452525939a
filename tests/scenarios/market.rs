//! An order as the broker has it, what happens to it in the market, and the plain message with which the broker reports it.

use std::collections::VecDeque;

use gateway::fix::driver::Outbound;
use gateway::fix::{msg_type, tag};
use rust_decimal::Decimal;

use super::act::{Act, Deed, Trade, amount};
use super::fields::{Field, get};
use super::prime::{Heard, Prime, send};

/// One execution, as its last correction has it.
#[derive(Clone, Debug)]
struct Fill {
    exec_id: String,
    trade: Trade,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    /// As it was accepted last.
    pub(crate) cl_ord_id: String,
    symbol: String,
    side: String,
    time_in_force: String,
    order_qty: Decimal,
    fills: Vec<Fill>,
    /// Cancels and replaces that are not decided.
    pub(crate) undecided: VecDeque<Heard>,
    pub(crate) is_acknowledged: bool,
    is_rejected: bool,
    is_canceled: bool,
    is_done_for_day: bool,
    is_stopped: bool,
    is_suspended: bool,
    /// How it stands, where the scenario itself writes the broker's part.
    pub(crate) told: Option<Vec<Field>>,
}

impl Order {
    pub(crate) fn new(request: &[Field]) -> Order {
        let text = |tag| get(request, tag).unwrap_or_default().to_owned();
        Order {
            cl_ord_id: text(tag::CL_ORD_ID),
            symbol: text(tag::SYMBOL),
            side: text(tag::SIDE),
            time_in_force: text(tag::TIME_IN_FORCE),
            order_qty: amount(&text(tag::ORDER_QTY)).unwrap_or_default(),
            ..Order::default()
        }
    }

    fn cum_qty(&self) -> Decimal {
        self.fills.iter().map(|fill| fill.trade.qty).sum()
    }

    fn avg_px(&self) -> Decimal {
        let paid: Decimal = self.fills.iter().map(|fill| fill.trade.qty * fill.trade.px).sum();
        paid.checked_div(self.cum_qty()).unwrap_or_default()
    }

    /// OrdStatus(39), by precedence.
    fn ord_status(&self) -> &'static str {
        match self {
            _ if self.is_rejected => "8",
            _ if self.is_done_for_day => "3",
            _ if self.cum_qty() >= self.order_qty => "2",
            _ if self.is_stopped => "7",
            _ if self.is_suspended => "9",
            _ if self.is_canceled => "4",
            _ if !self.cum_qty().is_zero() => "1",
            _ if self.is_acknowledged => "0",
            _ => "A",
        }
    }

    fn leaves_qty(&self) -> Decimal {
        let is_over = self.is_rejected || self.is_canceled || (self.is_done_for_day && self.time_in_force == "0");
        if is_over { Decimal::ZERO } else { (self.order_qty - self.cum_qty()).max(Decimal::ZERO) }
    }

    /// The fields that say how it stands.
    pub(crate) fn state(&self) -> Vec<Field> {
        self.told.clone().unwrap_or_else(|| {
            let avg_px = self.avg_px().normalize();
            vec![
                (tag::ORDER_ID, format!("P-{}", self.cl_ord_id)),
                (tag::ORD_STATUS, self.ord_status().to_owned()),
                (tag::SYMBOL, self.symbol.clone()),
                (tag::SIDE, self.side.clone()),
                (tag::ORDER_QTY, self.order_qty.to_string()),
                (tag::LEAVES_QTY, self.leaves_qty().to_string()),
                (tag::CUM_QTY, self.cum_qty().to_string()),
                (tag::AVG_PX, avg_px.to_string()),
            ]
        })
    }

    /// The same of an order that nobody has heard of.
    pub(crate) fn unknown() -> Vec<Field> {
        let mut state =
            Order { is_rejected: true, symbol: "PRIM".into(), side: "1".into(), ..Order::default() }.state();
        state.push((tag::ORD_REJ_REASON, "5".to_owned()));
        state
    }

    /// The first request is decided: the answer goes to it.
    fn decide(&mut self, answer: &mut Vec<Field>) -> Result<Heard, String> {
        let request = self.undecided.pop_front().ok_or("nothing is to be decided")?;
        for tag in [tag::CL_ORD_ID, tag::ORIG_CL_ORD_ID] {
            answer.push((tag, get(&request, tag).unwrap_or_default().to_owned()));
        }
        Ok(request)
    }

    fn fill(&mut self, number: usize) -> Result<&mut Fill, String> {
        self.fills.get_mut(number - 1).ok_or_else(|| format!("there is no fill {number}"))
    }

    /// It works again. A CumQty(14) among the fields is that of a split: the fills are counted anew.
    fn restate(&mut self, fields: &[Field]) -> Result<(), String> {
        (self.is_done_for_day, self.is_suspended) = (false, false);
        if let Some(order_qty) = get(fields, tag::ORDER_QTY) {
            self.order_qty = amount(order_qty)?;
        }
        if let Some(cum_qty) = get(fields, tag::CUM_QTY) {
            let ratio = amount(cum_qty)?.checked_div(self.cum_qty()).ok_or("nothing is filled")?;
            for Fill { trade, .. } in &mut self.fills {
                *trade = Trade { qty: trade.qty * ratio, px: trade.px / ratio };
            }
        }
        Ok(())
    }

    /// Lets it happen. Adds what the report says of it beyond the order's state; gives its ExecType(150), or none where the
    /// report is an OrderCancelReject(9).
    fn happen(&mut self, deed: &Deed, exec_id: &str, said: &mut Vec<Field>) -> Result<Option<&'static str>, String> {
        let last = |said: &mut Vec<Field>, Trade { qty, px }: Trade| {
            said.extend([(tag::LAST_QTY, qty.to_string()), (tag::LAST_PX, px.to_string())]);
        };
        Ok(Some(match deed {
            Deed::Acknowledges => {
                self.is_acknowledged = true;
                "0"
            }
            Deed::RefusesOrder => {
                self.is_rejected = true;
                "8"
            }
            Deed::Fills(trade) => {
                self.fills.push(Fill { exec_id: exec_id.to_owned(), trade: *trade });
                last(said, *trade);
                "F"
            }
            Deed::Busts(number) => {
                let fill = self.fill(*number)?;
                fill.trade.qty = Decimal::ZERO;
                said.push((tag::EXEC_REF_ID, fill.exec_id.clone()));
                "H"
            }
            Deed::Corrects(number, trade) => {
                let fill = Fill { exec_id: exec_id.to_owned(), trade: *trade };
                let before = std::mem::replace(self.fill(*number)?, fill);
                said.push((tag::EXEC_REF_ID, before.exec_id));
                last(said, *trade);
                "G"
            }
            Deed::Cancels => {
                self.decide(said)?;
                self.is_canceled = true;
                "4"
            }
            Deed::CancelsUnasked => {
                self.is_canceled = true;
                "4"
            }
            Deed::Replaces => {
                let request = self.decide(said)?;
                let asked = amount(get(&request, tag::ORDER_QTY).unwrap_or_default())?;
                self.order_qty = asked.max(self.cum_qty());
                self.cl_ord_id = get(&request, tag::CL_ORD_ID).unwrap_or_default().to_owned();
                "5"
            }
            Deed::RefusesCancel | Deed::RefusesReplace => {
                self.decide(said)?;
                let to = if matches!(deed, Deed::RefusesCancel) { "1" } else { "2" };
                said.push((tag::CXL_REJ_RESPONSE_TO, to.to_owned()));
                return Ok(None);
            }
            Deed::IsDoneForTheDay => {
                self.is_done_for_day = true;
                "3"
            }
            Deed::Guarantees(trade) => {
                self.is_stopped = true;
                last(said, *trade);
                "7"
            }
            Deed::Suspends => {
                self.is_suspended = true;
                "9"
            }
            Deed::Activates => "L",
            Deed::Restates => {
                let fields = said.clone();
                self.restate(&fields)?;
                "D"
            }
            Deed::TellsOfTelephonedOrder => "0",
            Deed::IsSilent => return Err("silence is not reported".to_owned()),
        }))
    }
}

impl Prime {
    /// Lets something happen to the order that came last, and reports it.
    pub(crate) fn act(&mut self, Act { deed, further }: &Act, out: &mut Outbound<'_>) -> Result<(), String> {
        match deed {
            Deed::IsSilent => {
                self.answers = false;
                return Ok(());
            }
            Deed::TellsOfTelephonedOrder => {
                let usual = [(tag::SYMBOL, "PRIM"), (tag::SIDE, "1"), (tag::TIME_IN_FORCE, "0")];
                let mut request: Vec<Field> = usual.map(|(tag, value)| (tag, value.to_owned())).into();
                request.extend(further.iter().cloned());
                self.latest = "telephoned".to_owned();
                self.orders.insert(self.latest.clone(), Order { is_acknowledged: true, ..Order::new(&request) });
            }
            _ => {}
        }
        let exec_id = self.next_exec_id();
        let order = self.orders.get_mut(&self.latest).ok_or("no order has come")?;
        let mut said = further.clone();
        let exec_type = order.happen(deed, &exec_id, &mut said)?;
        let of_order = order.state();
        let Some(exec_type) = exec_type else {
            let of_order = of_order.into_iter().filter(|(tag, _)| matches!(*tag, tag::ORDER_ID | tag::ORD_STATUS));
            said.extend(of_order);
            send(out, msg_type::ORDER_CANCEL_REJECT, &said);
            return Ok(());
        };
        said.extend([(tag::EXEC_ID, exec_id), (tag::EXEC_TYPE, exec_type.to_owned())]);
        for field in of_order.into_iter().chain([(tag::CL_ORD_ID, order.cl_ord_id.clone())]) {
            if get(&said, field.0).is_none() {
                said.push(field);
            }
        }
        said.retain(|(_, value)| !value.is_empty());
        send(out, msg_type::EXECUTION_REPORT, &said);
        Ok(())
    }
}
