//! What happens to an order in the market behind Millrace, told in words (`venue fills 2000 at 100`), and the plain message
//! with which a broker reports it.

use std::collections::VecDeque;
use std::str::FromStr as _;

use gateway::fix::driver::Outbound;
use gateway::fix::{msg_type, tag};
use rust_decimal::Decimal;

use super::fields::{self, Field};
use super::prime::{Heard, Prime, send};

/// One execution, as its last correction has it.
#[derive(Clone, Debug)]
struct Fill {
    exec_id: String,
    qty: Decimal,
    px: Decimal,
}

/// An order as the broker has it.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// As it was accepted last.
    pub(crate) cl_ord_id: String,
    symbol: String,
    side: String,
    time_in_force: String,
    order_qty: Decimal,
    fills: Vec<Fill>,
    /// Cancels and replaces that are not decided.
    pub(crate) pending: VecDeque<Heard>,
    pub(crate) acknowledged: bool,
    is_rejected: bool,
    is_canceled: bool,
    is_done_for_day: bool,
    is_stopped: bool,
    is_suspended: bool,
    /// What the scenario itself had the broker say last, where it writes the broker's part.
    pub(crate) told: Option<Vec<Field>>,
}

impl Order {
    pub(crate) fn new(request: &[Field]) -> Order {
        let text = |tag| fields::get(request, tag).unwrap_or_default().to_owned();
        Order {
            cl_ord_id: text(tag::CL_ORD_ID),
            symbol: text(tag::SYMBOL),
            side: text(tag::SIDE),
            time_in_force: text(tag::TIME_IN_FORCE),
            order_qty: amount(&text(tag::ORDER_QTY)).unwrap_or_default(),
            fills: Vec::new(),
            pending: VecDeque::new(),
            acknowledged: false,
            is_rejected: false,
            is_canceled: false,
            is_done_for_day: false,
            is_stopped: false,
            is_suspended: false,
            told: None,
        }
    }

    fn cum_qty(&self) -> Decimal {
        self.fills.iter().map(|fill| fill.qty).sum()
    }

    fn avg_px(&self) -> Decimal {
        let paid: Decimal = self.fills.iter().map(|fill| fill.qty * fill.px).sum();
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
            _ if !self.fills.is_empty() => "1",
            _ if self.acknowledged => "0",
            _ => "A",
        }
    }

    fn leaves_qty(&self) -> Decimal {
        let is_over = self.is_rejected || self.is_canceled || (self.is_done_for_day && self.time_in_force == "0");
        if is_over { Decimal::ZERO } else { (self.order_qty - self.cum_qty()).max(Decimal::ZERO) }
    }

    /// The fields that say how it stands.
    pub(crate) fn state(&self) -> Vec<Field> {
        if let Some(told) = &self.told {
            return told.clone();
        }
        vec![
            (tag::ORDER_ID, format!("P-{}", self.cl_ord_id)),
            (tag::ORD_STATUS, self.ord_status().to_owned()),
            (tag::SYMBOL, self.symbol.clone()),
            (tag::SIDE, self.side.clone()),
            (tag::ORDER_QTY, self.order_qty.to_string()),
            (tag::LEAVES_QTY, self.leaves_qty().to_string()),
            (tag::CUM_QTY, self.cum_qty().to_string()),
            (tag::AVG_PX, self.avg_px().normalize().to_string()),
        ]
    }

    /// The same of an order that nobody has heard of.
    pub(crate) fn unknown() -> Vec<Field> {
        let nothing = [tag::ORDER_QTY, tag::LEAVES_QTY, tag::CUM_QTY, tag::AVG_PX].map(|tag| (tag, "0".to_owned()));
        let mut state: Vec<Field> = nothing.into();
        state.extend([
            (tag::ORDER_ID, "NONE".into()),
            (tag::ORD_STATUS, "8".into()),
            (tag::ORD_REJ_REASON, "5".into()),
        ]);
        state.extend([(tag::SYMBOL, "PRIM".into()), (tag::SIDE, "1".into())]);
        state
    }
}

fn amount(text: &str) -> Result<Decimal, String> {
    Decimal::from_str(text).map_err(|_| format!("{text:?} is no amount"))
}

/// Must a request of the client's be there before this can happen?
pub(crate) fn decides_a_request(words: &str) -> bool {
    ["cancels", "replaces", "refuses the cancel", "refuses the replace"].iter().any(|decision| {
        words
            .strip_prefix(decision)
            .is_some_and(|rest| rest.is_empty() || (rest.starts_with(' ') && rest != " unasked"))
    }) && !words.starts_with("cancels unasked")
}

impl Prime {
    /// Lets it happen to the order that came last. Gives whether it is reported.
    pub(crate) fn act(&mut self, words: &str, out: &mut Outbound<'_>) -> Result<bool, String> {
        let (said, words): (Vec<&str>, Vec<&str>) = words.split(' ').partition(|word| word.contains('='));
        let mut further = Vec::new();
        for field in said {
            let (name, value) = field.split_once('=').ok_or("not a field")?;
            let tag = fields::tag(name)?;
            further.push((tag, fields::value(tag, value)?));
        }
        match words.as_slice() {
            ["is", "silent"] => {
                self.answers = false;
                return Ok(false);
            }
            ["tells", "of", "a", "telephoned", "order"] => {
                let request = [(tag::SYMBOL, "PRIM"), (tag::SIDE, "1"), (tag::TIME_IN_FORCE, "0")];
                let mut request: Vec<Field> = request.map(|(tag, value)| (tag, value.to_owned())).into();
                request.extend(further.iter().cloned());
                self.latest = "telephoned".to_owned();
                self.orders.insert(self.latest.clone(), Order { acknowledged: true, ..Order::new(&request) });
                return self.say("0", further, out);
            }
            _ => {}
        }
        let latest = self.latest.clone();
        let mut order = self.orders.remove(&latest).ok_or("no order has come")?;
        let done = self.happen(&mut order, &words, &mut further);
        self.orders.insert(latest, order);
        match done? {
            Happened::Reported(exec_type) => self.say(exec_type, further, out),
            Happened::Refused => {
                send(out, msg_type::ORDER_CANCEL_REJECT, &further);
                Ok(true)
            }
        }
    }

    fn say(&mut self, exec_type: &str, further: Vec<Field>, out: &mut Outbound<'_>) -> Result<bool, String> {
        let order = self.orders.get(&self.latest).cloned().ok_or("no order has come")?;
        let mut report = self.report(&order, exec_type);
        report.retain(|(tag, value)| fields::get(&further, *tag).is_none() && !value.is_empty());
        report.extend(further);
        send(out, msg_type::EXECUTION_REPORT, &report);
        Ok(true)
    }

    fn happen(&mut self, order: &mut Order, words: &[&str], further: &mut Vec<Field>) -> Result<Happened, String> {
        let exec_type = match words {
            ["acknowledges"] => {
                order.acknowledged = true;
                "0"
            }
            ["fills", qty, "at", px] => {
                let fill = Fill { exec_id: self.next_exec_id(), qty: amount(qty)?, px: amount(px)? };
                further.extend([
                    (tag::EXEC_ID, fill.exec_id.clone()),
                    (tag::LAST_QTY, (*qty).into()),
                    (tag::LAST_PX, (*px).into()),
                ]);
                order.fills.push(fill);
                "F"
            }
            ["busts", "fill", number] => {
                let at = place(order, number)?;
                further.push((tag::EXEC_REF_ID, order.fills[at].exec_id.clone()));
                order.fills[at].qty = Decimal::ZERO;
                "H"
            }
            ["corrects", "fill", number, "to", qty, "at", px] => {
                let at = place(order, number)?;
                let fill = Fill { exec_id: self.next_exec_id(), qty: amount(qty)?, px: amount(px)? };
                let before = std::mem::replace(&mut order.fills[at], fill);
                further.extend([
                    (tag::EXEC_ID, order.fills[at].exec_id.clone()),
                    (tag::EXEC_REF_ID, before.exec_id),
                    (tag::LAST_QTY, (*qty).into()),
                    (tag::LAST_PX, (*px).into()),
                ]);
                "G"
            }
            ["cancels"] => {
                decide(order, further)?;
                order.is_canceled = true;
                "4"
            }
            ["cancels", "unasked"] => {
                order.is_canceled = true;
                "4"
            }
            ["replaces"] => {
                let request = decide(order, further)?;
                let asked = amount(fields::get(&request, tag::ORDER_QTY).unwrap_or_default())?;
                order.order_qty = asked.max(order.cum_qty());
                order.cl_ord_id = fields::get(&request, tag::CL_ORD_ID).unwrap_or_default().to_owned();
                "5"
            }
            ["refuses", "the", what @ ("cancel" | "replace")] => {
                decide(order, further)?;
                further.extend([
                    (tag::ORDER_ID, format!("P-{}", order.cl_ord_id)),
                    (tag::ORD_STATUS, order.ord_status().into()),
                    (tag::CXL_REJ_RESPONSE_TO, if *what == "cancel" { "1" } else { "2" }.into()),
                ]);
                return Ok(Happened::Refused);
            }
            ["refuses", "the", "order"] => {
                order.is_rejected = true;
                "8"
            }
            ["is", "done", "for", "the", "day"] => {
                order.is_done_for_day = true;
                "3"
            }
            ["guarantees", qty, "at", px] => {
                order.is_stopped = true;
                further.extend([(tag::LAST_QTY, (*qty).into()), (tag::LAST_PX, (*px).into())]);
                "7"
            }
            ["suspends"] => {
                order.is_suspended = true;
                "9"
            }
            ["activates"] => "L",
            ["restates"] => {
                restate(order, further)?;
                "D"
            }
            _ => return Err(format!("the venue cannot do {words:?}")),
        };
        Ok(Happened::Reported(exec_type))
    }
}

/// What a broker says of what happened.
enum Happened {
    /// An ExecutionReport(8) with this ExecType(150).
    Reported(&'static str),
    /// An OrderCancelReject(9).
    Refused,
}

/// The position of the fill that words call `1`, `2` and so on.
fn place(order: &Order, number: &str) -> Result<usize, String> {
    let number: usize = number.parse().map_err(|_| "not a number")?;
    (1..=order.fills.len()).contains(&number).then(|| number - 1).ok_or_else(|| format!("no fill {number}"))
}

/// The first pending request is decided: the answer goes to it.
fn decide(order: &mut Order, further: &mut Vec<Field>) -> Result<Heard, String> {
    let request = order.pending.pop_front().ok_or("nothing is pending")?;
    for tag in [tag::CL_ORD_ID, tag::ORIG_CL_ORD_ID] {
        further.push((tag, fields::get(&request, tag).unwrap_or_default().to_owned()));
    }
    Ok(request)
}

/// The order works again, as the fields say. A CumQty(14) among them is that of a split: the fills are counted anew.
fn restate(order: &mut Order, further: &[Field]) -> Result<(), String> {
    (order.is_done_for_day, order.is_suspended) = (false, false);
    if let Some(order_qty) = fields::get(further, tag::ORDER_QTY) {
        order.order_qty = amount(order_qty)?;
    }
    if let Some(cum_qty) = fields::get(further, tag::CUM_QTY) {
        let ratio = amount(cum_qty)?.checked_div(order.cum_qty()).ok_or("nothing is filled")?;
        for fill in &mut order.fills {
            (fill.qty, fill.px) = (fill.qty * ratio, fill.px / ratio);
        }
    }
    Ok(())
}
