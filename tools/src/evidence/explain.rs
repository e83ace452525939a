//! `millrace explain order|reject|fill|pnl`: why what was decided was decided, from the message as it came in over every check to
//! the last report, and the sums of the money, so that a person can check them with a calculator.

mod arithmetic;
mod books;
mod chain;
mod checks;
mod find;
mod ledger;
mod limit_checks;
mod message;
mod paid;
mod passing;
mod two_persons;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use journal::Frame;
use model::{AccountId, Check, Command, Event, ExecId, InstrumentId, OrderId, OrderView, Refusal, Seq};
use serde_json::Value;

pub use find::Name;

use self::chain::Chain;
use self::find::Found;
use self::ledger::{Booking, Figures, Key, Ledger};
use self::message::MessageLog;
use self::two_persons::Approvals;
use super::amount;
use super::fold::{Past, fold};
use super::moment::Moment;
use super::names;
use super::story::Story;
use super::table::Table;
use crate::{figures, json};

/// Fills that the text of a page shows; JSON has all.
const FILLS_SHOWN: usize = 25;

/// What is to be explained.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// An order, from its message to its last report.
    Order(Name),
    /// A refusal of a new order or a replace.
    Reject(Name),
    /// A fill, a bust or a correction, by ExecID(17).
    Fill(String),
    /// The position of an account in an instrument.
    Pnl {
        /// Account(1).
        account: String,
        /// Symbol(55).
        symbol: String,
    },
}

/// Where the record is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The journal.
    pub journal: PathBuf,
    /// The message logs, which need not be there.
    pub messages: PathBuf,
}

/// The explanation, and what it cost.
///
/// # Errors
/// Where the journal cannot be read, is damaged, or knows nothing of the subject.
pub fn run(place: &Place, subject: &Subject) -> Result<(Story, String)> {
    match subject {
        Subject::Order(name) => match find::named(&place.journal, name)? {
            Found::Order(order) => explain_order(place, order),
            Found::Refusal(seq) => explain_reject(place, seq),
        },
        Subject::Reject(name) => match find::named(&place.journal, name)? {
            Found::Order(order) => bail!("order {0} was accepted; `explain order {0}` tells of it", order.order_id),
            Found::Refusal(seq) => explain_reject(place, seq),
        },
        Subject::Fill(text) => explain_fill(place, find::exec_id(text)?),
        Subject::Pnl { account, symbol } => explain_pnl(place, account, symbol),
    }
}

fn explain_order(place: &Place, order: OrderView) -> Result<(Story, String)> {
    let order_id = order.order_id;
    let mut story = Story::new(format!("order {order_id}"));
    let mut chain = Chain::of(order_id);
    let mut ledger = Ledger::new((order.account, order.instrument));
    let mut bookings = Vec::new();
    let mut approvals = Approvals::default();
    let past = fold(&place.journal, Moment::END, |before, frame| {
        approvals.see(frame);
        if concerns_request(frame, order_id) {
            request(&mut story, place, before, frame, Some(order_id), &approvals);
        }
        chain.see(frame);
        let booking = ledger.see(before, frame);
        if let Some(booking) = booking.filter(|booking| order_of(booking) == Some(order_id)) {
            bookings.push((title(&booking), sums_of(&booking, &ledger), counted_again(&booking, &ledger)));
        }
    })?;
    let session = names::session(&past.state, order.session);
    let last = chain.last().copied();
    let report = chain.last_report();
    story.table(chain.into_table());
    for (title, lines, fills) in bookings {
        story.lines(title, lines);
        fills.into_iter().for_each(|fills| story.long_table(fills, FILLS_SHOWN));
    }
    let mut end = vec![match last {
        Some(view) => format!(
            "{:?}, {} of {} filled at {} on average, {} left",
            view.ord_status,
            figures::qty(view.cum_qty),
            figures::qty(view.order_qty),
            figures::px(view.avg_px()),
            figures::qty(view.leaves_qty())
        ),
        None => "nothing is known of it".to_owned(),
    }];
    if let Some(exec_id) = report {
        end.push(format!("the last report to {session} is ExecID {exec_id}"));
        end.push(MessageLog::of(&place.messages, &session).find("out", &[format!("17={exec_id}")]));
    }
    story.lines("as it stands", end);
    Ok((story, past.cost()))
}

fn explain_reject(place: &Place, seq: Seq) -> Result<(Story, String)> {
    let mut story = Story::new(format!("the refusal in frame {seq}"));
    let past = fold(&place.journal, Moment::Frame(seq), |before, frame| {
        if frame.seq == seq {
            let replaced = frame.as_slice().iter().find_map(|event| match event {
                Event::CancelRejected(e) => Some(e.order_id),
                _ => None,
            });
            request(&mut story, place, before, frame, replaced, &Approvals::default());
        }
    })?;
    Ok((story, past.cost()))
}

fn explain_fill(place: &Place, exec_id: ExecId) -> Result<(Story, String)> {
    let event = find::event(&place.journal, exec_id)?;
    let order = match &event {
        Event::OrderFilled(e) => e.order,
        Event::TradeCanceled(e) => e.order,
        Event::TradeCorrected(e) => e.order,
        other => bail!("{exec_id} is {}, neither a fill nor a bust or correction of one", other.name()),
    };
    let mut story = Story::new(format!("{} {exec_id}, of order {}", event.name(), order.order_id));
    let mut ledger = Ledger::new((order.account, order.instrument));
    let past = fold(&place.journal, Moment::END, |before, frame| {
        let Some(booking) = ledger.see(before, frame) else { return };
        let is_later = booking.of == Some(exec_id);
        if booking.exec_id != exec_id && !is_later {
            return;
        }
        if !is_later {
            story.lines(
                format!("the venue's report, frame {}", frame.seq),
                vec![
                    figures::time(frame.time),
                    frame.command.name().to_owned() + &fields(&json::command(&frame.command)),
                    standing(before, &order),
                    report_of(place, before, &order, exec_id),
                ],
            );
        }
        story.lines(title(&booking), sums_of(&booking, &ledger));
        let fills = counted_again(&booking, &ledger);
        fills.into_iter().for_each(|fills| story.long_table(fills, FILLS_SHOWN));
    })?;
    Ok((story, past.cost()))
}

fn explain_pnl(place: &Place, account: &str, symbol: &str) -> Result<(Story, String)> {
    let key = key_of(place, account, symbol)?;
    let mut ledger = Ledger::new(key);
    let past = fold(&place.journal, Moment::END, |before, frame| {
        ledger.see(before, frame);
    })?;
    let now = ledger::figures_before(&past, key);
    let mut story = Story::new(format!("{account} in {symbol}, after frame {}", past.state.last_seq()));
    let (mut lines, method) = arithmetic::sums(&ledger, &now);
    lines.extend(unrealised(&past, key, &now));
    lines.extend(paid::standing(&past, key.0, key.1));
    story.long_table(arithmetic::fills(&ledger, method), FILLS_SHOWN);
    story.lines("as it stands", lines);
    Ok((story, past.cost()))
}

/// The numbers of an account and an instrument; both are looked for in the whole journal.
fn key_of(place: &Place, account: &str, symbol: &str) -> Result<Key> {
    let (mut of_account, mut of_symbol): (Option<AccountId>, Option<InstrumentId>) = (None, None);
    find::read_proven(&place.journal, |frame| {
        for event in frame.as_slice() {
            match event {
                Event::AccountDefined(e) if e.definition.account.as_str() == account => of_account = Some(e.account),
                Event::InstrumentDefined(e) if e.definition.symbol.as_str() == symbol => {
                    of_symbol = Some(e.instrument);
                }
                _ => {}
            }
        }
    })?;
    ensure!(of_account.is_some(), "no account {account} is in the journal");
    Ok((
        of_account.context("an account")?,
        of_symbol.with_context(|| format!("no instrument {symbol} is in the journal"))?,
    ))
}

/// P&L of the open part at the reference price.
fn unrealised(past: &Past, key: Key, now: &Figures) -> Option<String> {
    let contract = past.state.instrument_at(key.1)?.contract();
    let reference = past.state.reference(key.1)?;
    let px = reference.px()?;
    let holding = past.state.holding(key.0, key.1)?;
    let unrealised = holding.unrealised(px, &contract)?;
    let age = past.state.last_time().0.saturating_sub(reference.time.0);
    Some(format!(
        "unrealised at {}, {} old: {} - ({}) = {}",
        figures::px(px),
        figures::span(age),
        arithmetic::product(&contract, now.position, px),
        figures::money(now.cost),
        figures::money(unrealised)
    ))
}

/// The message as it came in, what it was judged by, every check, the decision, and what would have passed.
fn request(
    story: &mut Story,
    place: &Place,
    before: &Past,
    frame: &Frame<'_>,
    replaced: Option<OrderId>,
    approvals: &Approvals,
) {
    let command = &frame.command;
    let mut lines = vec![figures::time(frame.time), command.name().to_owned() + &fields(&json::command(command))];
    if let Some(origin) = command.origin() {
        let session = names::session(&before.state, origin.session);
        lines.push(format!("from {session}, MsgSeqNum {}", origin.msg_seq_num));
    }
    lines.extend(bytes(place, before, command));
    story.lines(format!("the request, frame {}", frame.seq), lines);
    let refusal = refusal_of(frame);
    match before.state.judged(frame.time, command, replaced) {
        Some(Ok(judged)) => {
            story.lines("the reference price", checks::reference(before, &judged, frame.time));
            let used = two_persons::used(frame);
            story.table(checks::table(before, &judged, frame.time, used.is_some()));
            story.lines("the decision", vec![decision(frame)]);
            if let Some(used) = used {
                story.lines("the override", approvals.lines(&used, judged.refusal().as_ref()));
            }
            if let Some(refusal) = refusal.filter(|refusal| refusal.check == Check::Restricted) {
                story.lines("the restriction", two_persons::restriction(before, &judged, &refusal, frame.time));
            }
            let same = judged.refusal().map(|refusal| refusal.check) == refusal.map(|refusal| refusal.check);
            match refusal {
                Some(refusal) if same => {
                    let passing = passing::lines(&before.state, &judged, &refusal, frame.time);
                    story.lines("what would have passed", passing);
                }
                Some(refusal) => {
                    let why = format!("{} is none of these controls: the engine asks it itself", refusal.check.code());
                    story.lines("what would have passed", vec![why]);
                }
                None => {}
            }
        }
        Some(Err(first)) => {
            let why = format!("no control was asked: {} comes before them", amount::refusal(&first));
            story.lines("the decision", vec![why, decision(frame)]);
        }
        None => story.lines("the decision", vec![decision(frame)]),
    }
}

/// The message log's line of a command that came over FIX.
fn bytes(place: &Place, before: &Past, command: &Command) -> Option<String> {
    let origin = command.origin().filter(|origin| origin.msg_seq_num > 0)?;
    let name = match command {
        Command::NewOrder(c) => c.cl_ord_id,
        Command::ReplaceOrder(c) => c.cl_ord_id,
        Command::CancelOrder(c) => c.cl_ord_id,
        _ => return None,
    };
    let session = names::session(&before.state, origin.session);
    let fields = [format!("34={}", origin.msg_seq_num), format!("11={name}")];
    Some(MessageLog::of(&place.messages, &session).find("in", &fields))
}

/// The report that a client was sent of it.
fn report_of(place: &Place, before: &Past, order: &OrderView, exec_id: ExecId) -> String {
    let session = names::session(&before.state, order.session);
    MessageLog::of(&place.messages, &session).find("out", &[format!("17={exec_id}")])
}

/// The fields that say something.
fn fields(of: &Value) -> String {
    let said = of.as_object().into_iter().flatten().filter_map(|(key, value)| match value {
        Value::String(text) if text.is_empty() || text == "0" || text == "None" => None,
        Value::String(text) => Some(format!(" {key}={text}")),
        Value::Number(number) if number.as_u64() == Some(0) => None,
        Value::Number(number) => Some(format!(" {key}={number}")),
        Value::Bool(true) => Some(format!(" {key}")),
        _ => None,
    });
    said.collect()
}

/// What the engine answered.
fn decision(frame: &Frame<'_>) -> String {
    let said = frame.as_slice().iter().map(|event| match event {
        Event::OrderAccepted(e) => {
            format!("accepted as order {}; at worst it is filled at {}", e.order.order_id, figures::px(e.worst_px))
        }
        Event::OrderRefused(e) => {
            format!("refused: {}, OrdRejReason {:?}", amount::refusal(&e.refusal), e.refusal.check.ord_rej_reason())
        }
        Event::CancelRejected(e) if e.by_risk == 1 => format!("refused: {}", amount::refusal(&e.refusal)),
        Event::CancelRejected(e) => format!("refused: {:?}", e.reason),
        Event::OverrideChanged(e) => {
            format!("past {}, by the override that frame {} asked for, which is used up", e.check.code(), e.asked_at)
        }
        other => other.name().to_owned(),
    });
    said.collect::<Vec<_>>().join("; ")
}

fn refusal_of(frame: &Frame<'_>) -> Option<Refusal> {
    frame.as_slice().iter().find_map(|event| match event {
        Event::OrderRefused(e) => Some(e.refusal),
        Event::CancelRejected(e) if e.by_risk == 1 => Some(e.refusal),
        _ => None,
    })
}

/// Is it the message that made the order, or a replace of it?
fn concerns_request(frame: &Frame<'_>, order_id: OrderId) -> bool {
    let is_replace = matches!(frame.command, Command::ReplaceOrder(_));
    frame.seq.0 == order_id.0
        || (is_replace
            && frame.as_slice().iter().any(|event| match event {
                Event::CancelRejected(e) => e.order_id == order_id,
                other => other.order().is_some_and(|order| order.order_id == order_id),
            }))
}

fn order_of(booking: &Booking) -> Option<OrderId> {
    booking.event.order().map(|order| order.order_id)
}

fn title(booking: &Booking) -> String {
    let what = match &booking.event {
        Event::TradeCanceled(_) => "the bust",
        Event::TradeCorrected(_) => "the correction",
        _ => "the sums of fill",
    };
    format!("{what} {}, frame {}", booking.exec_id, booking.seq)
}

fn sums_of(booking: &Booking, ledger: &Ledger) -> Vec<String> {
    match booking.of {
        None => arithmetic::fill(booking),
        Some(_) => arithmetic::amendment(booking, ledger),
    }
}

/// The fills that a bust or a correction had counted again.
fn counted_again(booking: &Booking, ledger: &Ledger) -> Option<Table> {
    booking.of?;
    let method = ledger.agreeing(&booking.after).map_or(books::Method::Average, books::Books::method);
    Some(arithmetic::fills(ledger, method))
}

/// The order in a few words.
fn standing(past: &Past, order: &OrderView) -> String {
    format!(
        "{} {} of {} for {}, order {}, {} of {} filled",
        format!("{:?}", order.side).to_lowercase(),
        names::symbol(&past.state, order.instrument),
        names::session(&past.state, order.session),
        names::account(&past.state, order.account),
        order.order_id,
        figures::qty(order.cum_qty),
        figures::qty(order.order_qty)
    )
}
