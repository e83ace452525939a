//! What an instrument's price and quantity are worth: the keys of its contract.

use model::contract::FX_PLACES_MAX;
use model::{ContractKind, DefineInstrument, ValuationMethod};

use super::section::Section;

/// Reads the contract's keys into the definition. Profit and loss is all that an inverse or a quanto contract ever pays.
pub(super) fn contract(entry: &Section<'_>, definition: &mut DefineInstrument) {
    let kinds =
        [("linear", ContractKind::Linear), ("inverse", ContractKind::Inverse), ("quanto", ContractKind::Quanto)];
    let kind = entry.word("contract", ContractKind::Linear, &kinds);
    let usual = if kind == ContractKind::Linear { ValuationMethod::Premium } else { ValuationMethod::Futures };
    let valuations = [("premium", ValuationMethod::Premium), ("futures", ValuationMethod::Futures)];
    definition.contract_kind = kind;
    definition.valuation = entry.word("valuation", usual, &valuations);
    if kind != ContractKind::Linear && definition.valuation == ValuationMethod::Premium {
        entry.report("valuation", "is not that of an inverse or a quanto contract", "leave it out");
    }
    if kind == ContractKind::Quanto {
        (definition.fx_rate, definition.fx_places) = entry.rate("fx_rate");
    } else if entry.has("fx_rate") {
        entry.report("fx_rate", "is only for contract = \"quanto\"", "remove it");
    }
}

/// A decimal as a number and its places, both as small as they can be; `None` where it is not above zero or too long.
pub(super) fn rate(decimal: rust_decimal::Decimal) -> Option<(u32, u8)> {
    let normal = decimal.normalize();
    let places = u8::try_from(normal.scale()).ok().filter(|places| *places <= FX_PLACES_MAX)?;
    let rate = u32::try_from(normal.mantissa()).ok().filter(|rate| *rate > 0)?;
    Some((rate, places))
}
