//! Which frame a person means: by OrderID(37), by ExecID(17), or by ClOrdID(11) and session.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use model::{ClOrdId, Command, Event, ExecId, OrderId, OrderView, Seq, SessionId};

/// How somebody names an order or a refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Name {
    /// OrderID(37), or ExecID(17) of a refusal.
    Id(String),
    /// ClOrdID(11) of a session.
    ClOrdId {
        /// The request's.
        cl_ord_id: String,
        /// The counterparty's CompID.
        session: String,
    },
}

/// What the journal has under it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// An order, as it was accepted.
    Order(OrderView),
    /// A frame that refused a new order or a replace.
    Refusal(Seq),
}

/// One event of one frame.
pub(super) fn event(dir: &Path, exec_id: ExecId) -> Result<Event> {
    let events = events_of(dir, exec_id.seq)?;
    let found = events.get(usize::from(exec_id.index)).copied();
    found.with_context(|| {
        format!("frame {} has only {} events; there is no ExecID {exec_id}", exec_id.seq, events.len())
    })
}

/// `4711-0`.
pub(super) fn exec_id(text: &str) -> Result<ExecId> {
    let parsed = text.split_once('-').and_then(|(seq, index)| Some((seq.parse().ok()?, index.parse().ok()?)));
    let (seq, index) = parsed.with_context(|| format!("'{text}' is no ExecID of ours; they look like 4711-0"))?;
    Ok(ExecId { seq: Seq(seq), index })
}

/// What a name means, wherever an order or a refusal may be meant.
pub(super) fn named(dir: &Path, name: &Name) -> Result<Found> {
    match name {
        Name::Id(text) => by_frame(dir, text),
        Name::ClOrdId { cl_ord_id, session } => by_cl_ord_id(dir, cl_ord_id, session),
    }
}

fn by_frame(dir: &Path, text: &str) -> Result<Found> {
    let number = text.split('-').next().unwrap_or_default();
    let seq = number.parse().map(Seq);
    let seq = seq.ok().with_context(|| format!("'{text}' is neither an OrderID nor an ExecID of ours"))?;
    let events = events_of(dir, seq)?;
    let found = events.iter().find_map(|event| found(seq, event, OrderId(seq.0)));
    found.with_context(|| format!("frame {seq} neither accepted nor refused an order; {}", said(&events)))
}

fn said(events: &[Event]) -> String {
    let names: Vec<&str> = events.iter().map(Event::name).collect();
    if names.is_empty() { "it caused nothing".to_owned() } else { format!("it caused {}", names.join(", ")) }
}

/// The order of that number, or a refusal.
fn found(seq: Seq, event: &Event, order_id: OrderId) -> Option<Found> {
    match event {
        Event::OrderAccepted(e) if e.order.order_id == order_id => Some(Found::Order(e.order)),
        Event::OrderAdopted(e) if e.order.order_id == order_id => Some(Found::Order(e.order)),
        Event::OrderRefused(_) => Some(Found::Refusal(seq)),
        Event::CancelRejected(_) => Some(Found::Refusal(seq)),
        _ => None,
    }
}

/// The last request of that name; an order before a refusal, where both have it.
fn by_cl_ord_id(dir: &Path, cl_ord_id: &str, session: &str) -> Result<Found> {
    let wanted = ClOrdId::new(cl_ord_id.as_bytes()).with_context(|| format!("'{cl_ord_id}' is no ClOrdID"))?;
    let mut sessions: Vec<SessionId> = Vec::new();
    let (mut order, mut refusal) = (None, None);
    read_proven(dir, |frame| {
        for event in frame.as_slice() {
            if let Event::SessionDefined(e) = event
                && e.definition.target_comp_id.as_str() == session
                && !sessions.contains(&e.session)
            {
                sessions.push(e.session);
            }
        }
        let name = match &frame.command {
            Command::NewOrder(c) => c.cl_ord_id,
            Command::ReplaceOrder(c) => c.cl_ord_id,
            Command::CancelOrder(c) => c.cl_ord_id,
            _ => return,
        };
        let from = frame.command.origin().map_or(SessionId::NONE, |origin| origin.session);
        if name != wanted || !sessions.contains(&from) {
            return;
        }
        for event in frame.as_slice() {
            match event {
                Event::OrderRefused(_) | Event::CancelRejected(_) => refusal = Some(Found::Refusal(frame.seq)),
                other => order = other.order().map(|order| order.order_id).or(order),
            }
        }
    })?;
    ensure!(!sessions.is_empty(), "no session {session} is in the journal");
    if let Some(order_id) = order {
        return by_frame(dir, &order_id.to_string());
    }
    refusal.with_context(|| format!("session {session} sent no order with ClOrdID {cl_ord_id}"))
}

fn events_of(dir: &Path, seq: Seq) -> Result<Vec<Event>> {
    let reach = journal::reach(dir)?;
    ensure!(
        seq > Seq(0) && seq <= reach.proven,
        "{}: frame {seq} is not there; the last one that is proven durable is {}",
        dir.display(),
        reach.proven
    );
    let mut events = Vec::new();
    journal::read(dir, seq, |frame| {
        if frame.seq == seq {
            events = frame.as_slice().to_vec();
        }
        ControlFlow::Break(())
    })?;
    Ok(events)
}

pub(super) fn read_proven(dir: &Path, mut look: impl FnMut(&journal::Frame<'_>)) -> Result<()> {
    let reach = journal::reach(dir)?;
    if reach.first == Seq(0) {
        bail!("{}: there is no journal", dir.display());
    }
    journal::read(dir, Seq(1), |frame| {
        if frame.seq > reach.proven {
            return ControlFlow::Break(());
        }
        look(frame);
        ControlFlow::Continue(())
    })?;
    Ok(())
}
