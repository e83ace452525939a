//! The views as JSON: decimals as text, so no reader loses digits to a float. The field names are what `/status` shows.

use std::collections::BTreeMap;

use model::{EngineTime, Notional, Qty, SetTradingState, TradingState};
use serde::{Deserialize, Serialize};

use super::act_words::{ActStatus, act_status};
use super::currencies::{FxRateStatus, MoneyStatus};
use super::days::{CalendarStatus, DayStatus};
use super::figures::{avg_px, decimal, mark, money};
use super::kills::KillStatus;
use super::{InstrumentView, OrderCounts, Views};

/// All of [`Views`], for people and programs.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewsStatus {
    /// The last frame folded; everything below is true as of it.
    pub seq: u64,
    /// Its time, nanoseconds since 1970.
    pub time_ns: i64,
    /// Frames folded.
    pub frames: u64,
    /// Events folded.
    pub events: u64,
    /// What became of orders.
    pub orders: OrderCounts,
    /// Refusals by check code; checks that refused nothing are left out.
    pub refusals: BTreeMap<String, u64>,
    /// The global switch.
    pub trading: TradingStatus,
    /// The scopes that are killed, halted or take only what reduces, and then those that were.
    pub kills: Vec<KillStatus>,
    /// Accounts.
    pub accounts: Vec<AccountStatus>,
    /// Positions that ever traded.
    pub positions: Vec<PositionStatus>,
    /// What strategies have of them, always by average cost; of those that a strategy ever had an order in.
    pub strategy_positions: Vec<PositionStatus>,
    /// What accounts have in other currencies than their own. The accounts' own figures leave it out.
    pub money: Vec<MoneyStatus>,
    /// Rates of exchange.
    pub fx_rates: Vec<FxRateStatus>,
    /// What was done today, by account and instrument; those in which nothing was are left out.
    pub days: Vec<DayStatus>,
    /// The calendars and what part of their day they are in.
    pub calendars: Vec<CalendarStatus>,
    /// Instruments with their last quote.
    pub quotes: Vec<QuoteStatus>,
    /// What each session did.
    pub sessions: Vec<SessionFigures>,
    /// The newest operator acts, oldest first.
    pub acts: Vec<ActStatus>,
}

/// A kill switch.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TradingStatus {
    /// Is it thrown?
    pub halted: bool,
    /// Who moved it last; empty where nobody did.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// An account.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountStatus {
    /// Account(1).
    pub account: String,
    /// Currency(15).
    pub currency: String,
    /// "cash" or "margin".
    pub kind: String,
    /// Cash.
    pub cash: String,
    /// Gross realised P&L of all positions.
    pub realised: String,
    /// Unrealised P&L of the positions that have a mark which is not stale.
    pub unrealised: String,
    /// Fees paid.
    pub fees: String,
    /// Dividends received (positive) or paid.
    pub dividends: String,
    /// Realised plus unrealised plus dividends minus fees.
    pub net: String,
    /// Positions without a mark, or with a stale one, which the figures leave out.
    pub unmarked: u64,
    /// Its own switch.
    pub trading: TradingStatus,
}

/// A position with its P&L.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PositionStatus {
    /// Account(1).
    pub account: String,
    /// The strategy, "unallocated" for what none did; empty where it is the account's own position.
    pub strategy: String,
    /// Symbol(55).
    pub symbol: String,
    /// Currency(15) of the money below.
    pub currency: String,
    /// Signed position.
    pub qty: String,
    /// Average price of the open part.
    pub avg_px: String,
    /// Signed cost of the open part.
    pub cost: String,
    /// The price that it is marked at; "0" where there is none.
    pub mark_px: String,
    /// Which price that is: "bid", "ask", "mid", "last" or "none".
    pub mark: String,
    /// How old that price is, in nanoseconds of the engine's time.
    pub mark_age_ns: i64,
    /// Is it older than the instrument's reference price may be? Then there is no unrealised figure.
    pub stale: bool,
    /// Gross realised P&L.
    pub realised: String,
    /// Unrealised P&L; absent without a mark, and with a stale one.
    pub unrealised: Option<String>,
    /// Fees paid.
    pub fees: String,
    /// Dividends received (positive) or paid.
    pub dividends: String,
}

/// An instrument with its last quote; "0" where a price is missing.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are FIX's")]
pub struct QuoteStatus {
    pub symbol: String,
    pub currency: String,
    pub tradable: bool,
    pub trading: TradingStatus,
    pub bid_px: String,
    pub bid_qty: String,
    pub ask_px: String,
    pub ask_qty: String,
    pub last_px: String,
    /// When the engine saw it, nanoseconds since 1970; 0 where there was none.
    pub time_ns: i64,
}

/// What a session did, by the journal.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionFigures {
    /// The counterparty's CompID.
    pub target_comp_id: String,
    /// Account of orders that name none.
    pub account: String,
    /// Orders accepted.
    pub accepted: u64,
    /// Orders refused.
    pub refused: u64,
    /// Executions.
    pub fills: u64,
    /// Messages for it in the journal.
    pub reports: u64,
}

impl PositionStatus {
    /// A position with what it cost and what it is worth now; and that as a number, where there is a mark which is not stale.
    pub(super) fn at(
        qty: Qty,
        cost: Notional,
        view: &InstrumentView,
        now: EngineTime,
    ) -> (PositionStatus, Option<Notional>) {
        let InstrumentView { definition, .. } = view;
        let marked = mark(qty, cost, view, now);
        let shown = PositionStatus {
            symbol: definition.symbol.to_string(),
            currency: definition.currency.to_string(),
            qty: decimal(qty.units()).to_string(),
            avg_px: avg_px(qty, cost, definition).to_string(),
            cost: money(cost).to_string(),
            mark_px: decimal(marked.px.units()).to_string(),
            mark: marked.mark.as_str().to_owned(),
            mark_age_ns: marked.age,
            stale: marked.is_stale,
            unrealised: marked.unrealised.map(|unrealised| money(unrealised).to_string()),
            ..PositionStatus::default()
        };
        (shown, marked.unrealised)
    }
}

impl Views {
    /// As of the last frame folded.
    pub fn status(&self) -> ViewsStatus {
        let mut accounts: Vec<AccountSum> = self.accounts.iter().map(|_| AccountSum::default()).collect();
        let positions = self.positions_status(&mut accounts);
        ViewsStatus {
            seq: self.last_seq.0,
            time_ns: self.last_time.0,
            frames: self.frames,
            events: self.events,
            orders: self.orders,
            refusals: self
                .refusals
                .iter()
                .filter(|(_, count)| *count > 0)
                .map(|(check, count)| (check.code().to_owned(), count))
                .collect(),
            trading: trading_status(self.global.as_ref()),
            kills: self.kills.status(),
            accounts: self.accounts_status(&accounts),
            positions,
            strategy_positions: self.strategies_status(),
            money: self.money_status(),
            fx_rates: self.fx_rates_status(),
            days: self.days_status(),
            calendars: self.calendars_status(),
            quotes: self.quotes_status(),
            sessions: self.sessions_status(),
            acts: self.acts.iter().map(act_status).collect(),
        }
    }

    fn positions_status(&self, sums: &mut [AccountSum]) -> Vec<PositionStatus> {
        let mut positions = Vec::with_capacity(self.positions.len());
        for position in self.positions.values() {
            let account = usize::try_from(position.account.0).unwrap_or(usize::MAX);
            let instrument = usize::try_from(position.instrument.0).unwrap_or(usize::MAX);
            let (Some(owner), Some(view), Some(sum)) =
                (self.accounts.get(account), self.instruments.get(instrument), sums.get_mut(account))
            else {
                continue;
            };
            let (shown, unrealised) = PositionStatus::at(position.qty, position.cost, view, self.last_time);
            let dividends = self.dividends.get(&(position.account, position.instrument));
            let dividends = money(dividends.copied().unwrap_or_default());
            // Money in another currency has a place of its own.
            if view.definition.currency == owner.definition.currency
                || !self.currencies.has(position.account, &view.definition.currency)
            {
                sum.realised = sum.realised.saturating_add(money(position.realised));
                sum.fees = sum.fees.saturating_add(money(position.fees));
                sum.dividends = sum.dividends.saturating_add(dividends);
                match unrealised {
                    Some(unrealised) => sum.unrealised = sum.unrealised.saturating_add(money(unrealised)),
                    None => sum.unmarked += 1,
                }
            }
            positions.push(PositionStatus {
                account: owner.definition.account.to_string(),
                realised: money(position.realised).to_string(),
                fees: money(position.fees).to_string(),
                dividends: dividends.to_string(),
                ..shown
            });
        }
        positions
    }

    fn accounts_status(&self, sums: &[AccountSum]) -> Vec<AccountStatus> {
        let shown = self.accounts.iter().zip(sums).map(|(view, sum)| AccountStatus {
            account: view.definition.account.to_string(),
            currency: view.definition.currency.to_string(),
            kind: if view.definition.cash_account == 1 { "cash" } else { "margin" }.to_owned(),
            cash: money(view.cash).to_string(),
            realised: sum.realised.normalize().to_string(),
            unrealised: sum.unrealised.normalize().to_string(),
            fees: sum.fees.normalize().to_string(),
            dividends: sum.dividends.normalize().to_string(),
            net: sum.net().normalize().to_string(),
            unmarked: sum.unmarked,
            trading: trading_status(view.state.as_ref()),
        });
        shown.collect()
    }

    fn quotes_status(&self) -> Vec<QuoteStatus> {
        let shown = self.instruments.iter().map(|view| {
            let quote = view.quote.as_ref();
            let px = |of: fn(&model::Quote) -> i64| decimal(quote.map_or(0, of)).to_string();
            QuoteStatus {
                symbol: view.definition.symbol.to_string(),
                currency: view.definition.currency.to_string(),
                tradable: view.definition.tradable == 1,
                trading: trading_status(view.state.as_ref()),
                bid_px: px(|quote| quote.bid_px.units()),
                bid_qty: px(|quote| quote.bid_qty.units()),
                ask_px: px(|quote| quote.ask_px.units()),
                ask_qty: px(|quote| quote.ask_qty.units()),
                last_px: px(|quote| quote.last_px.units()),
                time_ns: view.quoted_at.0,
            }
        });
        shown.collect()
    }

    fn sessions_status(&self) -> Vec<SessionFigures> {
        let shown = self.sessions.iter().map(|view| SessionFigures {
            target_comp_id: view.definition.target_comp_id.to_string(),
            account: view.definition.account.to_string(),
            accepted: view.counts.accepted,
            refused: view.counts.refused,
            fills: view.counts.fills,
            reports: view.counts.reports,
        });
        shown.collect()
    }
}

/// Money of an account's positions; sums of figures, each within range.
#[derive(Clone, Copy, Default)]
struct AccountSum {
    realised: rust_decimal::Decimal,
    unrealised: rust_decimal::Decimal,
    fees: rust_decimal::Decimal,
    dividends: rust_decimal::Decimal,
    unmarked: u64,
}

impl AccountSum {
    fn net(&self) -> rust_decimal::Decimal {
        let gross = self.realised.saturating_add(self.unrealised).saturating_add(self.dividends);
        gross.saturating_sub(self.fees)
    }
}

fn trading_status(set: Option<&SetTradingState>) -> TradingStatus {
    set.map_or_else(TradingStatus::default, |set| TradingStatus {
        halted: set.state == TradingState::Halted,
        actor: set.actor.to_string(),
        reason: set.reason.to_string(),
    })
}
