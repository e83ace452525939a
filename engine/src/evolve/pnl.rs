//! P&L of the firm, of accounts and of strategies follows trades, dividends, splits and quotes.

use model::{AccountId, Currency, InstrumentId, KillScope, LimitKind, Notional, OrderFilled, Prices, Px, Qty};
use risk::Reference;

use crate::order::NONE;
use crate::pnl::{At, Move, Pnl};
use crate::split::Ratio;
use crate::state::State;

/// The kinds of limits that are held against P&L, a bit each.
pub(crate) const PNL_KINDS: u64 = LimitKind::LossReduce.bit()
    | LimitKind::LossHalt.bit()
    | LimitKind::DrawdownReduce.bit()
    | LimitKind::DrawdownHalt.bit()
    | LimitKind::LossVelocity.bit();

impl State {
    /// The frame that is being folded in.
    fn at(&self) -> At {
        At { now: self.last.time, day: self.firm_day() }
    }

    /// What somebody traded, was paid or paid. A strategy is [`NONE`] where none did it.
    pub(super) fn pnl_moved(&mut self, account: AccountId, strategy: u32, instrument: InstrumentId, moved: Move) {
        let (at, in_base) = (self.at(), self.in_base(instrument));
        let moved = Move { in_base, ..moved };
        let State { pnl, instruments, .. } = self;
        let definition = &instruments.get(instrument.0).expect("decide knows the instrument").definition;
        for scope in Pnl::scopes_of(account, strategy) {
            pnl.moved(scope, definition, (instrument, moved), at);
        }
    }

    /// A dividend of a holding is that of its strategies.
    pub(super) fn strategies_pnl_paid(&mut self, holding: u32, per_unit: Px) {
        let instrument = self.holdings.get(holding).instrument;
        let (at, in_base) = (self.at(), self.in_base(instrument));
        let State { pnl, instruments, strategy_books, holdings, .. } = self;
        let definition = &instruments.get(instrument.0).expect("decide knows the instrument").definition;
        let books = strategy_books.of(holdings.get(holding)).map(|(_, book)| book);
        for book in books.filter(|book| book.strategy != NONE) {
            let other = Notional::of(per_unit, book.books.position);
            let moved = Move { other, in_base, ..Move::default() };
            pnl.moved((KillScope::Strategy, book.strategy), definition, (instrument, moved), at);
        }
    }

    /// What is traded in the currency comes to something else from now on.
    pub(crate) fn pnl_revalued(&mut self, currency: Currency) {
        let (at, in_base) = (self.at(), self.converted(currency, self.base_or(currency)));
        let State { pnl, instruments, .. } = self;
        let is_of_it = |index| instruments.get(index).is_some_and(|known| known.definition.currency == currency);
        pnl.revalue(in_base, is_of_it, at);
    }

    /// A price marks the open positions of limited scopes, or the first of them.
    pub(super) fn pnl_quoted(&mut self, instrument: InstrumentId) {
        let at = self.at();
        let State { pnl, instruments, agenda, .. } = self;
        let Some(known) = instruments.get(instrument.0) else { return };
        if pnl.quoted(instrument, &known.definition, &seen(&known.reference), at) {
            agenda.marks.push_back(instrument);
        }
    }

    /// A step marked so many more of the first instrument that has some to mark.
    pub(super) fn marks_advanced(&mut self, cells: u64) {
        let at = self.at();
        let State { pnl, instruments, agenda, .. } = self;
        let Some(instrument) = agenda.marks.front().copied() else { return };
        let Some(known) = instruments.get(instrument.0) else { return };
        if pnl.stepped(instrument, &known.definition, cells as usize, at) {
            agenda.marks.pop_front();
        }
    }

    /// A limit was set or taken away.
    pub(super) fn pnl_limited(&mut self, scope: KillScope, index: u32, kind: LimitKind) {
        let at = self.at();
        let State { pnl, instruments, scopes, .. } = self;
        let limits = &scopes.get(scope, index).limits;
        if PNL_KINDS & kind.bit() != 0 {
            pnl.watch(scope, index, limits.kinds() & PNL_KINDS != 0, instruments, at);
        }
        if matches!(kind, LimitKind::LossVelocity | LimitKind::LossWindow) {
            let window = limits.get(LimitKind::LossWindow).filter(|_| limits.get(LimitKind::LossVelocity).is_some());
            pnl.look_within(
                scope,
                index,
                window.map_or(0, |window| i64::try_from(window.value).unwrap_or(i64::MAX)),
                at,
            );
        }
    }

    /// A fill moves the window of its strategy's executions, where those are limited.
    pub(super) fn drifted(&mut self, strategy: u32, fill: &OrderFilled) {
        let limits = &self.scopes.get(KillScope::Strategy, strategy).limits;
        if limits.get(LimitKind::ExecutionDrift).is_some() {
            let drift = self.drift_after(self.last.time, strategy, fill);
            self.pnl.set_drift(strategy, fill.order.instrument.0, drift);
        }
    }

    /// Holdings count in new units already.
    pub(super) fn split_pnl(&mut self, instrument: InstrumentId, ratio: Ratio) {
        let at = self.at();
        let State { pnl, holdings, strategy_books, .. } = self;
        pnl.split_prices(instrument, ratio);
        let of_account = |account| holdings.find(account, instrument).map(|slot| holdings.get(slot).exposure.position);
        let own = || holdings.iter().filter(|holding| holding.instrument == instrument);
        let of_firm: i128 = own().map(|holding| i128::from(holding.exposure.position.units())).sum();
        pnl.split(instrument, at, |cell| match cell.scope {
            KillScope::Firm => i64::try_from(of_firm).map_or(cell.position, Qty::from_units),
            KillScope::Account => of_account(AccountId(cell.index)).unwrap_or(cell.position),
            _ => strategy_books.position_of(cell.index, instrument).unwrap_or(cell.position),
        });
    }

    /// Position and money of all books of a strategy in an instrument.
    fn made_by_strategy(&self, strategy: u32, instrument: u32) -> (i128, i128) {
        let own =
            self.strategy_books.iter().filter(|book| (book.strategy, book.instrument.0) == (strategy, instrument));
        own.fold((0, 0), |(position, money), book| {
            let made = book.books.cash_from_trades + book.dividends - book.fees;
            (position + i128::from(book.books.position.units()), money + made.units())
        })
    }

    /// Every P&L equals what its holdings say; for [`State::assert_sums`].
    pub(crate) fn assert_pnl(&self) {
        for cell in self.pnl.cells() {
            let own = |scope, index| (cell.scope, cell.index) == (scope, index);
            let held = self.holdings().filter(|holding| holding.instrument.0 == cell.instrument);
            let held = held.filter(|holding| own(KillScope::Firm, 0) || own(KillScope::Account, holding.account.0));
            let (position, money) = held.fold((0, 0), |(position, money), holding| {
                let other = holding.dividends - holding.fees;
                let position = position + i128::from(holding.exposure.position.units());
                (position, money + (holding.cash_from_trades + other).units())
            });
            let (position, money) = match cell.scope {
                KillScope::Strategy => self.made_by_strategy(cell.index, cell.instrument),
                _ => (position, money),
            };
            assert_eq!((i128::from(cell.position.units()), cell.money.units()), (position, money), "P&L of {cell:?}");
            assert_eq!(cell.in_base, self.in_base(InstrumentId(cell.instrument)), "rate of {cell:?}");
            let is_watched = self.pnl.total(cell.scope, cell.index).is_watched;
            assert_eq!(cell.is_listed, is_watched && !cell.position.is_zero(), "open cells: {cell:?}");
        }
        for (scope, index, total) in self.pnl.totals().filter(|(.., total)| !total.is_lost) {
            let own = self.pnl.cells().iter().filter(|cell| (cell.scope, cell.index) == (scope, index));
            let unknown = own.clone().filter(|cell| cell.pnl().is_none()).count();
            let sum: i128 = own.filter_map(|cell| cell.pnl()).map(Notional::units).sum();
            let known = (total.now, total.unknown as usize);
            assert_eq!(known, (Notional::from_units(sum), unknown), "P&L of {scope:?} {index}");
        }
        assert_eq!(self.traded_by, NONE, "the strategy of a trade is known for its own frame");
    }
}

/// The prices that a quote brought.
pub(crate) fn seen(reference: &Reference) -> Prices {
    let Reference { bid_px, ask_px, last_px, .. } = *reference;
    Prices { bid_px, ask_px, last_px, age: 0 }
}
