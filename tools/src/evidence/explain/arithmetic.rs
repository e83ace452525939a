//! The sums of a fill, a bust, a correction and a whole position, line by line, each held against the journal.

use model::{Contract, ContractKind, Event, Notional, Side};
use serde_json::Value;

use super::books::{Books, Method, Worked};
use super::ledger::{Booking, Figures, Ledger};
use super::paid::{terms_of_amendment, terms_of_fill};
use crate::evidence::table::Table;
use crate::figures::{money, px, qty};

/// How a fill changed position and money.
pub(super) fn fill(booking: &Booking) -> Vec<String> {
    let Booking { before, after, trade, .. } = booking;
    let Some((method, worked)) = &booking.worked else {
        return vec![
            format!("position {} before, {} after", qty(before.position), qty(after.position)),
            "neither average cost nor first in, first out, counted from the fills here, comes to what the journal says: the \
             account's method was changed on the way, or lots older than the engine remembers count as one"
                .to_owned(),
        ];
    };
    let signed = |amount: model::Qty| if trade.side == Side::Buy { amount } else { -amount };
    let mut lines = vec![
        format!("value: {} = {}", product(&trade.contract, signed(trade.qty), trade.px), money(worked.value)),
        format!("position: {} + {} = {}", qty(before.position), qty(signed(trade.qty)), qty(after.position)),
    ];
    if worked.closed.is_zero() {
        lines.push("it closes nothing, so it realises nothing".to_owned());
        lines.push(format!("cost: {} + {} = {}", money(before.cost), money(worked.value), money(after.cost)));
    } else {
        closing(booking, *method, worked, &mut lines);
    }
    lines.extend(booking.paid.fee(worked.value, booking.fee_rate, booking.fee));
    lines.extend(booking.paid.lines(&terms_of_fill(worked.value, booking.fee)));
    lines.push(verdict(booking, worked));
    lines
}

/// What makes a value, as the contract has it.
pub(super) fn product(contract: &Contract, quantity: model::Qty, price: model::Px) -> String {
    let (quantity, price, multiplier) = (qty(quantity), px(price), contract.multiplier);
    match contract.kind {
        ContractKind::Linear => format!("{quantity} x {price} x {multiplier}"),
        ContractKind::Inverse => format!("-({quantity} x {multiplier} / {price}), half to even at 1e-16"),
        ContractKind::Quanto => {
            let rate = format!("{} x 1e-{}", contract.fx_rate, contract.fx_places);
            format!("{quantity} x {price} x {multiplier} x ({rate}), half to even at 1e-16")
        }
    }
}

fn closing(booking: &Booking, method: Method, worked: &Worked, lines: &mut Vec<String>) {
    let Booking { before, after, trade, .. } = booking;
    let held = qty(model::Qty::from_units(before.position.units().abs()));
    lines.push(format!(
        "it closes the lesser of {} and {held}: {}; the rest, {}, opens",
        qty(trade.qty),
        qty(worked.closed),
        qty(trade.qty - worked.closed)
    ));
    lines.push(match method {
        Method::Average => format!(
            "cost released, by average cost: {} x {} / {held} = {} (floored at 1e-16)",
            money(before.cost),
            qty(worked.closed),
            money(worked.released)
        ),
        Method::Fifo => format!("cost released, first in, first out, of the oldest lots: {}", money(worked.released)),
    });
    lines.push(format!(
        "realised by it: what closing brought, {}, less the cost released, {}: {}",
        money(-worked.closed_value),
        money(worked.released),
        money(worked.realised)
    ));
    lines.push(format!(
        "realised: {} + {} = {}",
        money(before.realised),
        money(worked.realised),
        money(after.realised)
    ));
    lines.push(format!(
        "cost: {} - ({}) + {} = {}",
        money(before.cost),
        money(worked.released),
        money(worked.value - worked.closed_value),
        money(after.cost)
    ));
}

/// Do the sums of this page come to what the journal says?
fn verdict(booking: &Booking, worked: &Worked) -> String {
    let Booking { before, after, trade, fee, fee_rate, .. } = booking;
    let signed = if trade.side == Side::Buy { trade.qty } else { -trade.qty };
    let expected_fee = booking.paid.expected_fee(worked.value, trade.qty, *fee_rate);
    let checks = [
        ("position", before.position + signed == after.position),
        ("cost", before.cost - worked.released + worked.value - worked.closed_value == after.cost),
        ("realised", before.realised + worked.realised == after.realised),
        ("fee", expected_fee == Some(*fee)),
        ("fees", before.fees + *fee == after.fees),
        ("cash", booking.paid.adds_up(-worked.value - *fee)),
        ("cash identity", after.cash_from_trades + after.cost == after.realised),
    ];
    let wrong: Vec<&str> = checks.into_iter().filter_map(|(what, holds)| (!holds).then_some(what)).collect();
    match wrong.is_empty() {
        true => "the journal says the same: position, cost, realised, fee, cash; realised = cash from trades + cost"
            .to_owned(),
        false => format!("DIFFERS from the journal: {}", wrong.join(", ")),
    }
}

/// How a bust or a correction changed position and money: counted again from the fills.
pub(super) fn amendment(booking: &Booking, ledger: &Ledger) -> Vec<String> {
    let Booking { before, after, .. } = booking;
    let of = booking.of.map_or_else(|| "a fill".to_owned(), |exec_id| format!("fill {exec_id}"));
    let mut lines = vec![match &booking.event {
        Event::TradeCanceled(e) => format!("{of}, {} at {}, never was", qty(e.last_qty), px(e.last_px)),
        _ => format!("{of} was {} at {}", qty(booking.trade.qty), px(booking.trade.px)),
    }];
    lines.push("all fills of the position counted again, as if it had been so from the beginning:".to_owned());
    let change = |what: &str, from: String, to: String| format!("{what}: {from} before, {to} after");
    lines.push(change("position", qty(before.position), qty(after.position)));
    lines.push(change("cost", money(before.cost), money(after.cost)));
    lines.push(change("realised", money(before.realised), money(after.realised)));
    lines.push(change("cash from trades", money(before.cash_from_trades), money(after.cash_from_trades)));
    lines.push(format!("fees: {} + ({}) = {}", money(before.fees), money(booking.fee), money(after.fees)));
    let (from, to) = (before.cash_from_trades, after.cash_from_trades);
    lines.extend(booking.paid.lines(&terms_of_amendment(from, to, booking.fee)));
    let cash = booking.paid.adds_up(to - from - booking.fee);
    lines.push(match ledger.agreeing(after) {
        Some(books) if cash && before.fees + booking.fee == after.fees => {
            format!(
                "the journal says what the {} fills below come to, {}",
                ledger.live().count(),
                words(books.method())
            )
        }
        _ => "DIFFERS: the fills below do not come to what the journal says".to_owned(),
    });
    lines
}

pub(super) fn words(method: Method) -> &'static str {
    match method {
        Method::Average => "by average cost",
        Method::Fifo => "first in, first out",
    }
}

/// Every live fill with the running sums.
pub(super) fn fills(ledger: &Ledger, method: Method) -> Table {
    const HEADINGS: &[&str] = &[
        "exec_id",
        "order_id",
        "side",
        "qty",
        "px",
        "multiplier",
        "value",
        "closes",
        "cost_released",
        "realised_by_it",
        "fee",
        "position",
        "cost",
        "realised",
        "fees",
        "cash_from_trades",
        "amended_by",
    ];
    let mut table = Table::new(format!("fills, {}", words(method)), HEADINGS);
    let (mut books, mut fees) = (Books::new(method), Notional::ZERO);
    for entry in &ledger.entries {
        fees += entry.fee;
        let busted = entry.trade.qty.is_zero();
        let worked = (!busted).then(|| books.fill(&entry.trade));
        let of = |shown: fn(&Worked) -> String| worked.as_ref().map_or(Value::Null, |worked| shown(worked).into());
        let amended: Vec<String> = entry.amended.iter().map(ToString::to_string).collect();
        table.push(vec![
            entry.exec_id.to_string().into(),
            if entry.order_id.0 == 0 { "adjusted".into() } else { entry.order_id.0.into() },
            format!("{:?}", entry.trade.side).into(),
            if busted { "busted".into() } else { qty(entry.trade.qty).into() },
            px(entry.trade.px).into(),
            entry.trade.contract.multiplier.into(),
            of(|worked| money(worked.value)),
            of(|worked| qty(worked.closed)),
            of(|worked| money(worked.released)),
            of(|worked| money(worked.realised)),
            money(entry.fee).into(),
            qty(books.position).into(),
            money(books.cost).into(),
            money(books.realised).into(),
            money(fees).into(),
            money(books.cash).into(),
            if amended.is_empty() { Value::Null } else { amended.join(", ").into() },
        ]);
    }
    table
}

/// Do the running sums end where the journal's state stands?
pub(super) fn sums(ledger: &Ledger, now: &Figures) -> (Vec<String>, Method) {
    let fees = ledger.entries.iter().fold(Notional::ZERO, |sum, entry| sum + entry.fee);
    let found = ledger.agreeing(now);
    let method = found.map_or(Method::Average, Books::method);
    let verdict = match found {
        Some(_) if fees == now.fees => {
            format!("the {} fills come to exactly that, {}", ledger.live().count(), words(method))
        }
        Some(_) => format!("DIFFERS: the fills' fees come to {}", money(fees)),
        None => {
            "DIFFERS: neither average cost nor first in, first out, counted from the fills, comes to that".to_owned()
        }
    };
    let lines = vec![
        format!("position {}", qty(now.position)),
        format!("cost {}", money(now.cost)),
        format!("realised {}", money(now.realised)),
        format!("fees {}", money(now.fees)),
        format!("cash from trades {}", money(now.cash_from_trades)),
        format!("realised = cash from trades + cost: {} + {}", money(now.cash_from_trades), money(now.cost)),
        verdict,
    ];
    (lines, method)
}
