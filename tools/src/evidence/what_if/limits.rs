//! Limits to try in the place of the recorded ones: only those that are named, of those that are named.

use engine::State;
use model::{
    AccountDefined, AccountName, Command, CompId, DefineAccount, DefineInstrument, DefineSession, InstrumentDefined,
    Notional, Qty, SessionDefined, Symbol,
};

use super::scopes::ScopeLimit;
use crate::figures;

/// What is tried; nothing is none of them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Limits {
    /// Of accounts.
    pub accounts: Vec<AccountLimits>,
    /// Of instruments.
    pub instruments: Vec<InstrumentLimits>,
    /// Of sessions.
    pub sessions: Vec<SessionLimits>,
    /// Of scopes of all kinds.
    pub scopes: Vec<ScopeLimit>,
}

/// Of one account; see [`DefineAccount`] for what each is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct AccountLimits {
    /// Account(1).
    pub account: AccountName,
    /// Instead of the recorded one.
    pub max_order_notional: Option<Notional>,
    /// Instead of the recorded one.
    pub max_order_qty: Option<Qty>,
    /// Instead of the recorded one.
    pub max_long: Option<Qty>,
    /// Instead of the recorded one.
    pub max_short: Option<Qty>,
    /// Instead of the recorded one.
    pub open_orders_max: Option<u32>,
    /// 1: cash, 0: margin.
    pub cash_account: Option<u8>,
}

/// Of one instrument; see [`DefineInstrument`] for what each is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct InstrumentLimits {
    /// Symbol(55).
    pub symbol: Symbol,
    /// Instead of the recorded one.
    pub max_order_qty: Option<Qty>,
    /// Instead of the recorded one, in 1e-8 of the reference.
    pub collar: Option<i64>,
    /// Instead of the recorded one, in nanoseconds.
    pub reference_age_max: Option<i64>,
    /// 1 while it may be traded.
    pub tradable: Option<u8>,
}

/// Of one session.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct SessionLimits {
    /// The counterparty's CompID.
    pub target_comp_id: CompId,
    /// Instead of the recorded one.
    pub messages_per_second: Option<u32>,
}

/// One limit, as recorded last and as tried.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Account, symbol or session.
    pub name: String,
    /// Which limit.
    pub limit: &'static str,
    /// As recorded at the end of the range.
    pub recorded: String,
    /// As tried.
    pub tried: String,
}

impl AccountLimits {
    fn put(&self, recorded: DefineAccount) -> DefineAccount {
        DefineAccount {
            max_order_notional: self.max_order_notional.unwrap_or(recorded.max_order_notional),
            max_order_qty: self.max_order_qty.unwrap_or(recorded.max_order_qty),
            max_long: self.max_long.unwrap_or(recorded.max_long),
            max_short: self.max_short.unwrap_or(recorded.max_short),
            open_orders_max: self.open_orders_max.unwrap_or(recorded.open_orders_max),
            cash_account: self.cash_account.unwrap_or(recorded.cash_account),
            ..recorded
        }
    }
}

impl InstrumentLimits {
    fn put(&self, recorded: DefineInstrument) -> DefineInstrument {
        DefineInstrument {
            max_order_qty: self.max_order_qty.unwrap_or(recorded.max_order_qty),
            collar: self.collar.unwrap_or(recorded.collar),
            reference_age_max: self.reference_age_max.unwrap_or(recorded.reference_age_max),
            tradable: self.tradable.unwrap_or(recorded.tradable),
            ..recorded
        }
    }
}

impl Limits {
    fn account(&self, recorded: DefineAccount) -> DefineAccount {
        let tried = self.accounts.iter().find(|tried| tried.account == recorded.account);
        tried.map_or(recorded, |tried| tried.put(recorded))
    }

    fn instrument(&self, recorded: DefineInstrument) -> DefineInstrument {
        let tried = self.instruments.iter().find(|tried| tried.symbol == recorded.symbol);
        tried.map_or(recorded, |tried| tried.put(recorded))
    }

    fn session(&self, recorded: DefineSession) -> DefineSession {
        let tried = self.sessions.iter().find(|tried| tried.target_comp_id == recorded.target_comp_id);
        let rate = tried.and_then(|tried| tried.messages_per_second);
        DefineSession { messages_per_second: rate.unwrap_or(recorded.messages_per_second), ..recorded }
    }

    /// A command as it would have come: what defines limits defines the tried ones.
    pub(super) fn instead_of(&self, command: &Command) -> Command {
        match command {
            Command::DefineAccount(body) => self.account(*body).into(),
            Command::DefineInstrument(body) => self.instrument(*body).into(),
            Command::DefineSession(body) => self.session(*body).into(),
            Command::ChangeLimit(body) => {
                self.scopes.iter().find_map(|tried| tried.instead_of(body)).unwrap_or(*command)
            }
            other => *other,
        }
    }

    /// Puts the tried limits into a recorded state.
    pub(super) fn put_into(&self, state: &mut State) {
        let accounts: Vec<_> = state.accounts().map(|(id, account)| (id, account.definition)).collect();
        for (account, recorded) in accounts {
            let definition = self.account(recorded);
            state.evolve(&AccountDefined { definition, account, reserved: [0; 12] }.into());
        }
        let instruments: Vec<_> = state.instruments().map(|(id, definition)| (id, *definition)).collect();
        for (instrument, recorded) in instruments {
            let definition = self.instrument(recorded);
            state.evolve(&InstrumentDefined { definition, instrument, reserved: 0 }.into());
        }
        let sessions: Vec<_> = state.sessions().map(|(id, definition)| (id, *definition)).collect();
        for (session, recorded) in sessions {
            state.evolve(&SessionDefined { definition: self.session(recorded), session }.into());
        }
        self.put_scopes_into(state);
    }

    /// Puts the tried limits of scopes in, as far as the state knows their scopes.
    pub(super) fn put_scopes_into(&self, state: &mut State) {
        self.scopes.iter().for_each(|tried| tried.put_into(state));
    }

    /// Names that the record does not know, all of them.
    ///
    /// # Errors
    /// A line for each.
    pub(super) fn are_known(&self, recorded: &State) -> Result<(), String> {
        let mut unknown = Vec::new();
        let mut look = |what: &str, name: &str, known: Vec<String>| {
            if !known.iter().any(|known| known == name) {
                unknown.push(format!("{what} {name} is not in the journal; it has {}", known.join(", ")));
            }
        };
        let accounts = || recorded.accounts().map(|(_, account)| account.definition.account.to_string()).collect();
        let symbols = || recorded.instruments().map(|(_, known)| known.symbol.to_string()).collect();
        let sessions = || recorded.sessions().map(|(_, known)| known.target_comp_id.to_string()).collect();
        self.accounts.iter().for_each(|tried| look("account", tried.account.as_str(), accounts()));
        self.instruments.iter().for_each(|tried| look("instrument", tried.symbol.as_str(), symbols()));
        self.sessions.iter().for_each(|tried| look("session", tried.target_comp_id.as_str(), sessions()));
        for tried in &self.scopes {
            if recorded.scope_index(tried.scope, &tried.name).is_none() {
                unknown.push(format!("{} {} is not in the journal", tried.scope.word(), tried.name));
            }
        }
        if unknown.is_empty() { Ok(()) } else { Err(unknown.join("\n")) }
    }

    /// Every limit that is another one than recorded.
    pub(super) fn changes(&self, recorded: &State) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut compare = |name: String, limit: &'static str, recorded: String, tried: String| {
            if recorded != tried {
                changes.push(Change { name, limit, recorded, tried });
            }
        };
        for (_, account) in recorded.accounts() {
            let (old, new) = (account.definition, self.account(account.definition));
            let mut of = |limit, shown: fn(&DefineAccount) -> String| {
                compare(old.account.to_string(), limit, shown(&old), shown(&new));
            };
            of("max_order_notional", |of| figures::money(of.max_order_notional));
            of("max_order_qty", |of| figures::qty(of.max_order_qty));
            of("max_long", |of| figures::qty(of.max_long));
            of("max_short", |of| figures::qty(of.max_short));
            of("open_orders_max", |of| of.open_orders_max.to_string());
            of("kind", |of| if of.cash_account == 1 { "cash" } else { "margin" }.to_owned());
        }
        for (_, old) in recorded.instruments() {
            let new = self.instrument(*old);
            let mut of = |limit, shown: fn(&DefineInstrument) -> String| {
                compare(old.symbol.to_string(), limit, shown(old), shown(&new));
            };
            of("max_order_qty", |of| figures::qty(of.max_order_qty));
            of("collar", |of| figures::fraction(of.collar));
            of("reference_age", |of| figures::span(of.reference_age_max));
            of("tradable", |of| (of.tradable == 1).to_string());
        }
        for (_, old) in recorded.sessions() {
            let rate = |of: &DefineSession| of.messages_per_second.to_string();
            compare(old.target_comp_id.to_string(), "messages_per_second", rate(old), rate(&self.session(*old)));
        }
        changes.extend(self.scopes.iter().filter_map(|tried| tried.change(recorded)));
        changes
    }
}
