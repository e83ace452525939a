//! The firm that the orders come from: who there is, what is traded, and who belongs to whom.

use model::*;

pub(crate) const TRADERS: [&str; 2] = ["JANE", "JOE"];
pub(crate) const STRATEGIES: [&str; 2] = ["ARB", "MM"];
pub(crate) const ACCOUNTS: [&str; 2] = ["CASH", "MARGIN"];
pub(crate) const SYMBOLS: [&str; 3] = ["ACME", "ZINC", "BRKR"];
/// Sessions of clients; the last one is the broker's, and brings no orders.
pub(crate) const SESSIONS: [&str; 4] = ["ONE", "TWO", "THREE", "STREET"];
pub(crate) const CLIENTS: usize = 3;
pub(crate) const CALENDAR: &str = "FIRM";
/// The trader, the strategy and the own account of each client.
pub(crate) const BELONGS: [(u32, u32, u32); CLIENTS] = [(0, 0, 0), (1, 0, 1), (0, 1, 1)];
/// 1e-8 of one.
pub(crate) const ONE: i64 = 100_000_000;
pub(crate) const TICK: i64 = ONE / 4;
pub(crate) const LOT: i64 = ONE;

pub(crate) fn street() -> VenueId {
    VenueId::broker(SessionId(CLIENTS as u32))
}

/// The names of the scopes of one kind, and their numbers.
pub(crate) fn scopes_of(kind: KillScope) -> Vec<(&'static str, u32)> {
    let numbered = |names: &[&'static str]| names.iter().copied().zip(0..).collect();
    match kind {
        KillScope::Firm => vec![("", 0)],
        KillScope::Venue => vec![("paper", VenueId::PAPER.0), (SESSIONS[CLIENTS], street().0)],
        KillScope::Session => numbered(&SESSIONS[..CLIENTS]),
        KillScope::Account => numbered(&ACCOUNTS),
        KillScope::Trader => numbered(&TRADERS),
        KillScope::Strategy => numbered(&STRATEGIES),
        KillScope::Instrument => numbered(&SYMBOLS),
    }
}

pub(crate) fn venue_of(instrument: u32) -> VenueId {
    if instrument == 2 { street() } else { VenueId::PAPER }
}

/// The scopes that an order is in, by the number of each.
pub(crate) fn scopes(session: u32, account: u32, instrument: u32) -> [u32; SCOPES] {
    let (trader, strategy, _) = BELONGS[session as usize];
    [0, venue_of(instrument).0, session, account, trader, strategy, instrument]
}

pub(crate) fn instrument(index: u32) -> DefineInstrument {
    DefineInstrument {
        tick: Px::from_units(TICK),
        lot: Qty::from_units(LOT),
        max_order_qty: Qty::whole(400),
        multiplier: [1, 50, 1][index as usize],
        collar: 10_000_000,
        reference_age_max: 20_000_000_000,
        symbol: Symbol::literal(SYMBOLS[index as usize]),
        currency: Currency::literal("USD"),
        calendar: CalendarName::EMPTY,
        abilities: Abilities::PAPER,
        tradable: 1,
        stop_trigger: StopTrigger::Opposite,
        fx_rate: 0,
        fx_places: 0,
        contract_kind: ContractKind::Linear,
        valuation: ValuationMethod::Premium,
        mark: MarkPolicy::Conservative,
        venue: venue_of(index),
    }
}

pub(crate) fn account(index: u32) -> DefineAccount {
    DefineAccount {
        max_order_notional: Notional::whole(2_000_000),
        max_order_qty: Qty::whole(300),
        max_long: Qty::whole(2_000),
        max_short: Qty::whole(1_000),
        fee_rate: 12_345,
        open_orders_max: 40,
        cash_account: u8::from(index == 0),
        cost_method: CostMethod::Average,
        reserved: [0; 2],
        account: AccountName::literal(ACCOUNTS[index as usize]),
        currency: Currency::literal("USD"),
    }
}

pub(crate) fn session(index: usize, messages_per_second: u32) -> DefineSession {
    let own = BELONGS.get(index).map_or(ACCOUNTS[1], |(_, _, account)| ACCOUNTS[*account as usize]);
    DefineSession {
        sender_comp_id: Text::literal("MILLRACE"),
        target_comp_id: Text::literal(SESSIONS[index]),
        account: AccountName::literal(own),
        messages_per_second,
        pending_replaces: PendingReplaces::Refuse,
        cancel_on_disconnect: CancelOnDisconnect::Tagged,
        reserved: [0; 2],
    }
}

/// All that stands before the first order.
pub(crate) fn beginning(orders: u64, cash: i64, messages_per_second: u32) -> Vec<Command> {
    let mut commands = vec![Command::Start(Start {
        orders_max: orders,
        build: Text::literal("oracle"),
        acknowledge_at_venue: 0,
        reserved: [0; 7],
    })];
    commands.extend((0..3).map(|index| Command::DefineInstrument(instrument(index))));
    commands.extend((0..2).map(|index| Command::DefineAccount(account(index))));
    commands.extend((0..4).map(|index| Command::DefineSession(session(index, messages_per_second))));
    commands.extend((0..CLIENTS).map(|client| {
        let (trader, strategy, _) = BELONGS[client];
        Command::DefineAttribution(DefineAttribution {
            sender_comp_id: Text::literal("MILLRACE"),
            target_comp_id: Text::literal(SESSIONS[client]),
            trader: Text::literal(TRADERS[trader as usize]),
            strategy: Text::literal(STRATEGIES[strategy as usize]),
        })
    }));
    commands.push(Command::VenueLink(VenueLink { venue: street(), link: Link::Up, reserved: [0; 3] }));
    commands.push(Command::AdjustCash(AdjustCash {
        amount: Notional::whole(cash),
        account: AccountName::literal(ACCOUNTS[0]),
        actor: Text::literal("oracle"),
        reason: Text::literal("opening"),
        reserved: [0; 8],
    }));
    commands
}
