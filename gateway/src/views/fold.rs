//! What each event changes of the views.

use model::{
    AccountId, EngineTime, Event, InstrumentId, Notional, PositionChanged, Scope, SetTradingState, TradingState,
};

use super::{AccountView, InstrumentView, SessionCounts, SessionView, Views};

impl Views {
    pub(super) fn fold_event(&mut self, time: EngineTime, event: &Event) {
        self.orders.count(event);
        self.orders.filled += u64::from(self.working.follow(event));
        self.orders.working = self.working.count();
        self.fold_day(time, event);
        if let Some(session) = event.session().and_then(|id| place(&mut self.sessions, id.0)) {
            session.counts.count(event);
        }
        match event {
            Event::OrderRefused(e) => self.refusals.count(&e.refusal),
            Event::CancelRejected(e) if e.by_risk == 1 => self.refusals.count(&e.refusal),
            Event::PositionChanged(e) => self.fold_position(e),
            Event::StrategyPositionChanged(e) => {
                self.strategies.fold(e);
                if !e.cash_identity_holds() {
                    self.identity_broken(e.account);
                }
            }
            Event::QuoteUpdated(e) => {
                if let Some(view) = place(&mut self.instruments, e.quote.instrument.0) {
                    view.quote = Some(e.quote);
                    view.quoted_at = time;
                }
            }
            Event::InstrumentDefined(e) => define(
                &mut self.instruments,
                e.instrument.0,
                |view| view.definition = e.definition,
                InstrumentView { definition: e.definition, state: None, quote: None, quoted_at: EngineTime(0) },
            ),
            Event::AccountDefined(e) => define(
                &mut self.accounts,
                e.account.0,
                |view| view.definition = e.definition,
                AccountView { definition: e.definition, cash: Notional::ZERO, state: None },
            ),
            Event::SessionDefined(e) => define(
                &mut self.sessions,
                e.session.0,
                |view| view.definition = e.definition,
                SessionView { definition: e.definition, counts: SessionCounts::default() },
            ),
            Event::JournalRoomChanged(e) => self.journal_full_since = (e.has_room == 0).then_some(time),
            Event::FxRateSet(e) => self.currencies.set(e, time),
            Event::AccountCurrencyDefined(e) => self.currencies.define(e),
            Event::ForeignCashMoved(e) => self.currencies.fold(e),
            Event::AttributionDefined(e) => self.strategies.learn(e),
            Event::TradingStateChanged(e) => self.fold_switch(&e.set, e.account, e.instrument),
            Event::CashAdjusted(e) => {
                if let Some(view) = place(&mut self.accounts, e.account.0) {
                    view.cash = e.cash;
                }
            }
            Event::CommissionBooked(e) => {
                if let Some(view) = place(&mut self.accounts, e.account.0) {
                    view.cash = e.account_cash;
                }
            }
            Event::DividendPaid(e) => {
                if let Some(view) = place(&mut self.accounts, e.account.0) {
                    view.cash = e.account_cash;
                }
                self.dividends.insert((e.account, e.instrument), e.dividends);
            }
            Event::CancelRejected(_)
            | Event::OrderAccepted(_)
            | Event::OrderAdopted(_)
            | Event::CancelRequested(_)
            | Event::ReplaceRequested(_)
            | Event::ReplaceQueued(_)
            | Event::VenueAccepted(_)
            | Event::OrderAcknowledged(_)
            | Event::OrderFilled(_)
            | Event::OrderCanceled(_)
            | Event::OrderReplaced(_)
            | Event::OrderRejected(_)
            | Event::OrderExpired(_)
            | Event::StatusReported(_)
            | Event::FirmDefined(_)
            | Event::LimitChanged(_)
            | Event::QuoteDoubted(_)
            | Event::WashSuspected(_)
            | Event::ConfigurationRead(_)
            | Event::RestrictionChanged(_)
            | Event::OverrideChanged(_)
            | Event::ScopeStateSet(_)
            | Event::Alarmed(_)
            | Event::KillProgressed(_)
            | Event::ForeignCashAdjusted(_)
            | Event::ReportSuspended(_)
            | Event::TradeCanceled(_)
            | Event::TradeCorrected(_)
            | Event::TradeDisputed(_)
            | Event::OrderRestated(_)
            | Event::OrderDoneForDay(_)
            | Event::OrderStopped(_)
            | Event::OrderSuspended(_)
            | Event::OrderTriggered(_)
            | Event::MassCancelReported(_)
            | Event::MassStatusBegun(_)
            | Event::Started(_)
            | Event::Ticked(_)
            | Event::WorkAdvanced(_)
            | Event::SessionLost(_)
            | Event::TradingPhaseChanged(_)
            | Event::VenueLinked(_)
            | Event::ResolutionGiven(_)
            | Event::SplitBegun(_)
            | Event::PositionsSplit(_)
            | Event::DividendBegun(_)
            | Event::SettlementBegun(_)
            | Event::SymbolChanged(_)
            | Event::PositionAdjusted(_)
            | Event::BreaksReported(_)
            | Event::AdjustmentBooked(_)
            | Event::CloseBegun(_)
            | Event::DayMarked(_)
            | Event::DayClosed(_)
            | Event::StartChecked(_)
            | Event::Armed(_) => {}
        }
    }

    fn fold_switch(&mut self, set: &SetTradingState, account: AccountId, instrument: InstrumentId) {
        let of = match set.scope {
            Scope::Global => Some(&mut self.global),
            Scope::Account => place(&mut self.accounts, account.0).map(|view| &mut view.state),
            Scope::Instrument => place(&mut self.instruments, instrument.0).map(|view| &mut view.state),
        };
        if let Some(state) = of {
            *state = Some(*set);
        }
    }

    fn fold_position(&mut self, event: &PositionChanged) {
        if let Some(view) = place(&mut self.accounts, event.account.0) {
            view.cash = event.account_cash;
        }
        self.positions.insert((event.account, event.instrument), *event);
        if !event.cash_identity_holds() {
            self.identity_broken(event.account);
        }
    }

    fn identity_broken(&mut self, account: AccountId) {
        self.identity_breaks += 1;
        // The engine has halted it.
        if let Some(view) = place(&mut self.accounts, account.0) {
            view.state = Some(halted_for_money(view.definition.account));
        }
    }
}

/// What the engine does by itself to an account whose money does not add up.
fn halted_for_money(account: model::AccountName) -> SetTradingState {
    SetTradingState {
        scope: Scope::Account,
        state: TradingState::Halted,
        reserved: [0; 6],
        account,
        symbol: model::Symbol::EMPTY,
        actor: model::Text::literal("millrace"),
        reason: model::Text::literal("its money does not add up: see the alarms of /health"),
    }
}

fn place<T>(views: &mut [T], index: u32) -> Option<&mut T> {
    views.get_mut(usize::try_from(index).ok()?)
}

/// Changes the view at `index`, or appends it where it is the next one. An index further out means that frames are
/// missing; it is not filled up, so a damaged record cannot make this allocate without bound.
fn define<T>(views: &mut Vec<T>, index: u32, change: impl FnOnce(&mut T), new: T) {
    let len = views.len();
    match place(views, index) {
        Some(view) => change(view),
        None if usize::try_from(index) == Ok(len) => views.push(new),
        None => {}
    }
}
