//! What befalls an order when nobody asks for it just then: it ends, is let go, gets other terms.

use model::{
    CancelCause, CancelRequested, ClOrdId, Events, ExecRestatementReason, OrderExpired, OrderRestated, OrderTriggered,
    OrderView, Seq, TradingState,
};

use super::requests::canceled;
use crate::order::{Hold, Order};
use crate::standing::Step;
use crate::state::State;

/// Ends an order: at its venue, which decides, or here, where no venue has it.
pub(super) fn end(seq: Seq, order: &Order, cause: CancelCause, events: &mut Events) {
    // A venue that has refused is asked again by somebody, never by what goes on by itself.
    let is_asked = order.pending.ending.is_some() && (order.pending.cancels_sent > 0 || cause.is_standing());
    if !is_asked {
        end_now(seq, order, cause, events);
    }
}

/// The same, also where a venue was asked before.
pub(super) fn end_now(seq: Seq, order: &Order, cause: CancelCause, events: &mut Events) {
    let standing = order.standing();
    if !standing.can_fill() {
        return;
    }
    if order.view.held != 0 {
        let step = if cause == CancelCause::Expiry { Step::Expire } else { Step::Cancel };
        let Some(after) = standing.after(step, standing.filled) else { return };
        let view = OrderView { ord_status: after.status(), held: 0, ..order.view };
        return match cause {
            CancelCause::Expiry => events.push(OrderExpired { order: view, venue_exec_id: 0, reserved: 0 }),
            _ => events.push(canceled(view, 0, restatement_of(cause), cause)),
        };
    }
    // A name for the venue: the client has given none.
    let cl_ord_id = ClOrdId::numbered(b'~', seq.0);
    let view = order.report_to(cl_ord_id);
    events.push(CancelRequested { order: view, cause, reserved: [0; 15] });
}

/// ExecRestatementReason(378) of an order that was not canceled by its client.
pub(super) fn restatement_of(cause: CancelCause) -> ExecRestatementReason {
    match cause {
        CancelCause::Client | CancelCause::MassCancel => ExecRestatementReason::NotGiven,
        CancelCause::Disconnect => ExecRestatementReason::CancelOnSystemFailure,
        CancelCause::Halt => ExecRestatementReason::CancelOnTradingHalt,
        CancelCause::Operator | CancelCause::Contingency | CancelCause::Kill | CancelCause::SelfMatch => {
            ExecRestatementReason::BrokerOption
        }
        CancelCause::Expiry => ExecRestatementReason::Other,
    }
}

/// May it go to its venue now? Nobody's order goes out while it is halted, in whatever scope.
pub(super) fn may_go(state: &State, order: &Order) -> bool {
    let is_active = |trading: Option<TradingState>| trading == Some(TradingState::Active);
    state.trading == TradingState::Active
        && is_active(state.accounts.get(order.view.account.0).map(|account| account.trading))
        && is_active(state.instruments.get(order.view.instrument.0).map(|instrument| instrument.trading))
        && state.scopes.lets_go(&order.keys())
}

/// One reason less to hold the order; with the last one it goes to its venue.
pub(super) fn released(order: &Order, hold: Hold, by_price: bool) -> OrderTriggered {
    let triggered = if by_price { 1 } else { order.view.triggered };
    let view = OrderView { held: hold.bits(), triggered, ..order.view };
    OrderTriggered { order: view, venue_exec_id: 0, worst_px: order.worst_px }
}

/// The order with the terms of `view`, said by nobody's report.
pub(super) fn restated(order: &Order, view: OrderView, restatement: ExecRestatementReason) -> OrderRestated {
    OrderRestated {
        order: view,
        worst_px: order.worst_px,
        venue_exec_id: 0,
        max_floor: order.max_floor.min(view.order_qty),
        restatement,
        reserved: [0; 7],
    }
}
