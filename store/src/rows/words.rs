//! Words of the tables.

use model::TradingState;
use model::refusal::Unit;

/// Names without `format!`: they are written for every row.
macro_rules! named {
    ($($function:ident($type:ident) { $($variant:ident)+ })+) => {
        $(pub(super) fn $function(value: model::$type) -> &'static str {
            match value {
                $(model::$type::$variant => stringify!($variant),)+
            }
        })+
    };
}

named! {
    name_of_side(Side) { Buy Sell }
    name_of_phase(TradingPhase) { Unknown PreOpen Opening Open Closing Closed }
    name_of_link(Link) { Down Up Void }
    name_of_adjustment(AdjustmentKind) { CashInLieu Settlement }
    name_of_resolution(Resolution) { Proposed Approved NotInDoubt NotApplicable UnknownOrder }
    name_of_type(OrdType) { Market Limit Stop StopLimit MarketToLimit }
    name_of_time_in_force(TimeInForce) {
        Day GoodTillCancel AtTheOpening ImmediateOrCancel FillOrKill GoodTillDate AtTheClose
    }
    name_of_status(OrdStatus) {
        New PartiallyFilled Filled DoneForDay Canceled PendingCancel Stopped Rejected Suspended PendingNew Expired
        PendingReplace
    }
    name_of_exec_type(ExecType) {
        New DoneForDay Canceled Replaced PendingCancel Stopped Rejected Suspended PendingNew Expired Restated
        PendingReplace Trade TradeCorrect TradeCancel OrderStatus Triggered
    }
}

pub(super) fn name_of_state(state: TradingState) -> &'static str {
    match state {
        TradingState::Active => "Active",
        TradingState::Halted => "Halted",
    }
}

pub(super) fn name_of_unit(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "None",
        Unit::Count => "Count",
        Unit::Px => "Px",
        Unit::Qty => "Qty",
        Unit::Notional => "Notional",
        Unit::Nanos => "Nanos",
        Unit::Scope => "Scope",
        Unit::Ratio => "Ratio",
        Unit::Bits => "Bits",
        Unit::LimitKind => "LimitKind",
    }
}
