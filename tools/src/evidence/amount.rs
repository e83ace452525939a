//! What a check compared, in the unit that it compared it in.

use model::{Check, EngineTime, KillScope, LimitKind, Refusal, Unit};

use crate::figures;

/// A limit or an observed value of this check; empty where the check compares nothing.
pub fn amount(check: Check, value: i128) -> String {
    match check.unit() {
        Unit::None => String::new(),
        // Moments, not spans; and no ExpireTime(126) is none.
        Unit::Nanos if check == Check::ExpireTime => match i64::try_from(value) {
            Ok(nanos) if nanos > 0 => figures::time(EngineTime(nanos)),
            _ => String::new(),
        },
        // It says whether there is room, not how much.
        Unit::Count if check == Check::OrderCapacity => String::new(),
        Unit::Count => value.to_string(),
        Unit::Px | Unit::Qty => figures::scaled(value, 8),
        Unit::Notional => figures::scaled(value, 16),
        Unit::Scope => {
            u8::try_from(value).ok().and_then(KillScope::from_value).map_or("unknown", KillScope::word).to_owned()
        }
        Unit::LimitKind => {
            LimitKind::ALL.iter().find(|kind| **kind as i128 == value).map_or("", |kind| kind.word()).to_owned()
        }
        Unit::Bits => format!("{value:#b}"),
        Unit::Ratio => figures::scaled(value, 8),
        Unit::Nanos => i64::try_from(value).map_or_else(|_| value.to_string(), figures::span),
    }
}

/// The check with what it saw, in one line.
pub fn refusal(refusal: &Refusal) -> String {
    let Refusal { check, limit, observed, .. } = *refusal;
    let of = refusal.scope().map_or(String::new(), |scope| format!(" of {}", scope.word()));
    let by = refusal.stopped_by().map_or(String::new(), |kind| format!(" stopped by {}", kind.word()));
    match check.unit() {
        Unit::None => format!("{}{by}", check.code()),
        Unit::Scope | Unit::LimitKind => format!("{} of {}{by}", check.code(), amount(check, limit)),
        _ => format!("{} limit{of} {} observed {}{by}", check.code(), amount(check, limit), amount(check, observed)),
    }
}
