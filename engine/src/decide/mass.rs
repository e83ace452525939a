//! What concerns many orders at once: mass cancels, mass status, lost sessions. Here it is only taken or refused; the orders
//! get their part in steps, see [`super::step`].

use model::{
    AccountId, AccountName, Events, InstrumentId, MassCancel, MassCancelReported, MassStatusBegun, MassStatusRequest,
    OrderView, Seq, SessionEnded, SessionId, SessionLost, Side, StatusReported, Symbol,
};

use crate::agenda::{MASS_CANCELS_MAX, MASS_STATUS_MAX};
use crate::state::State;

/// MassCancelRequestType(530) and MassStatusReqType(585).
const BY_SECURITY: u8 = b'1';
const ALL: u8 = b'7';
/// MassStatusReqType(585): status for orders of a party, which is an account here.
const BY_PARTY: u8 = b'8';
/// MassCancelRejectReason(532).
const NOT_SUPPORTED: u8 = 0;
const UNKNOWN_SECURITY: u8 = 1;
const OTHER: u8 = 99;
/// It was not refused.
const TAKEN: u8 = 255;

/// Which orders a request is about, as far as its fields say.
struct Scope {
    instrument: InstrumentId,
    account: AccountId,
    is_all: bool,
}

/// # Errors
/// MassCancelRejectReason(532).
fn scope(state: &State, by_symbol: bool, symbol: &Symbol, account: &AccountName, side: u8) -> Result<Scope, u8> {
    let instrument = match (by_symbol, state.instruments.find(symbol)) {
        (true, None) => return Err(UNKNOWN_SECURITY),
        (true, Some(index)) => InstrumentId(index),
        (false, _) => InstrumentId::NONE,
    };
    let account = match (account.is_empty(), state.accounts.find(account)) {
        (true, _) => AccountId::NONE,
        (false, Some(index)) => AccountId(index),
        (false, None) => return Err(OTHER),
    };
    if side != 0 && Side::from_value(side).is_none() {
        return Err(OTHER);
    }
    let is_all = instrument == InstrumentId::NONE && account == AccountId::NONE && side == 0;
    Ok(Scope { instrument, account, is_all })
}

pub(super) fn mass_cancel(state: &State, seq: Seq, command: &MassCancel, events: &mut Events) {
    let session = command.origin.session;
    let has_room = state.agenda.mass_cancels.len() < MASS_CANCELS_MAX;
    let answer = match command.request_type {
        _ if !has_room => Err(OTHER),
        BY_SECURITY | ALL => {
            let by_symbol = command.request_type == BY_SECURITY;
            scope(state, by_symbol, &command.symbol, &command.account, command.side)
        }
        _ => Err(NOT_SUPPORTED),
    };
    let reported = MassCancelReported {
        request: Seq(0),
        cl_ord_id: command.cl_ord_id,
        symbol: command.symbol,
        account: command.account,
        session,
        instrument: InstrumentId::NONE,
        of_account: AccountId::NONE,
        total_affected_orders: 0,
        request_type: command.request_type,
        reject_reason: TAKEN,
        side: command.side,
        reserved: [0; 5],
    };
    events.push(match answer {
        Ok(scope) => MassCancelReported {
            request: seq,
            instrument: scope.instrument,
            of_account: scope.account,
            total_affected_orders: if scope.is_all { working(state, session) } else { 0 },
            ..reported
        },
        Err(reject_reason) => MassCancelReported { reject_reason, ..reported },
    });
}

pub(super) fn mass_status(state: &State, seq: Seq, command: &MassStatusRequest, events: &mut Events) {
    let session = command.origin.session;
    let has_room = state.agenda.status.len() < MASS_STATUS_MAX;
    let answer = match command.request_type {
        _ if !has_room => Err(OTHER),
        BY_SECURITY | ALL | BY_PARTY => {
            let by_symbol = command.request_type == BY_SECURITY;
            scope(state, by_symbol, &command.symbol, &command.account, command.side)
        }
        _ => Err(NOT_SUPPORTED),
    };
    match answer {
        Ok(scope) => events.push(MassStatusBegun {
            request: seq,
            mass_status_req_id: command.mass_status_req_id,
            session,
            instrument: scope.instrument,
            of_account: scope.account,
            tot_num_reports: if scope.is_all { working(state, session) } else { 0 },
            side: command.side,
            reserved: [0; 7],
        }),
        Err(_) => events.push(no_orders(session, command.mass_status_req_id)),
    }
}

/// The one answer where there is no order to tell of.
pub(super) fn no_orders(session: SessionId, mass_status_req_id: model::ClOrdId) -> StatusReported {
    let nobody = OrderView::unknown(session, model::ClOrdId::EMPTY);
    StatusReported { mass_status_req_id, last_rpt_requested: 1, ..StatusReported::of(nobody, false) }
}

pub(super) fn session_ended(state: &State, command: &SessionEnded, events: &mut Events) {
    if state.sessions.get(command.session.0).is_some() {
        events.push(SessionLost { session: command.session, how: command.how, reserved: [0; 3] });
    }
}

fn working(state: &State, session: SessionId) -> u32 {
    state.sessions.get(session.0).map_or(0, |session| session.working)
}
