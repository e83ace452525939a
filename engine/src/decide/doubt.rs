//! Orders in doubt, and the two people who may say what became of one.

use model::{
    EngineTime, Events, ExecRestatementReason, ReportKind, Resolution, ResolutionGiven, ResolveOrder, VenueLink,
    VenueLinked, VenueReport,
};

use super::venue;
use crate::order::Order;
use crate::state::State;

pub(super) fn venue_link(command: &VenueLink, events: &mut Events) {
    events.push(VenueLinked { venue: command.venue, link: command.link, reserved: [0; 3] });
}

pub(super) fn resolve_order(state: &State, now: EngineTime, command: &ResolveOrder, events: &mut Events) {
    let outcome = match state.order(command.order_id) {
        None => Resolution::UnknownOrder,
        Some(order) if !state.is_in_doubt(order) => Resolution::NotInDoubt,
        Some(order) => match events_of(state, now, order, command, events) {
            false => Resolution::NotApplicable,
            true if state.proposals.is_approved_by(command) => Resolution::Approved,
            true => {
                events.clear();
                Resolution::Proposed
            }
        },
    };
    events.push(ResolutionGiven { resolution: *command, outcome, reserved: [0; 7] });
}

/// What would be so if the venue itself had said it; false where it cannot be.
fn events_of(state: &State, now: EngineTime, order: &Order, command: &ResolveOrder, events: &mut Events) -> bool {
    let may_be_said = matches!(
        command.kind,
        ReportKind::Accepted
            | ReportKind::Rejected
            | ReportKind::Filled
            | ReportKind::Canceled
            | ReportKind::Expired
            | ReportKind::CancelRejected
            | ReportKind::ReplaceRejected
    );
    let report = VenueReport {
        last_qty: command.last_qty,
        last_px: command.last_px,
        restatement: ExecRestatementReason::Other,
        ..VenueReport::about(order.venue, command.order_id, 0, command.kind)
    };
    let fits = may_be_said && venue::tell(state, now, order, (&report, None), events).is_ok();
    if !fits {
        events.clear();
    }
    fits
}
