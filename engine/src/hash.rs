//! Hashes: of keys, for the indexes; of the whole state, to compare a live engine with a replayed one.

use model::{ClOrdId, ForeignMoney, FxRate, OrderId, SessionId};
use risk::{Conversion, Valued, WideExposure};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};
use zerocopy::IntoBytes as _;

use crate::accounts::Account;
use crate::agenda::Agenda;
use crate::books::Books;
use crate::closing::Closing;
use crate::currencies::ForeignCash;
use crate::holdings::Holding;
use crate::kills::{Kill, Seen};
use crate::order::{NONE, Order};
use crate::pnl::Pnl;
use crate::recent::{Recent, RecentOrder};
use crate::scopes::Scopes;
use crate::state::{Instrument, State};
use crate::strategy_books::StrategyBook;

/// 128 bits over all that decisions depend on. Equal states have equal hashes, whatever way they came about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StateHash(pub u128);

impl core::fmt::Display for StateHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Mixes a few words; for keys that no stranger chooses.
#[inline]
pub(crate) fn of_words(words: &[u64]) -> u64 {
    words.iter().fold(0, |hash: u64, word| {
        let mixed = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    })
}

/// Orders that came one after another share a cache line of the index: they are often wanted one after another again.
/// Only sixteen, so that a run of old orders is never long in the way of a new one.
#[inline]
pub(crate) fn of_order(order_id: OrderId) -> u64 {
    const RUN: u64 = 16;
    let run = of_words(&[order_id.0 / RUN]);
    (run & !(RUN - 1) << 32) | (order_id.0 % RUN) << 32
}

/// Clients choose ClOrdIDs, so this one mixes every bit into every other.
#[inline]
pub(crate) fn of_cl_ord_id(session: SessionId, cl_ord_id: &ClOrdId) -> u64 {
    let mut key = [0; 44];
    key[..40].copy_from_slice(cl_ord_id.padded());
    key[40..].copy_from_slice(&session.0.to_le_bytes());
    xxh3_64(&key)
}

/// Each part is hashed by itself and the hashes are added, so slots and orders of arrival do not matter.
pub(crate) fn of_state(state: &State) -> StateHash {
    let mut sum = Sum(0);
    sum.add(b'g', &[state.last.seq.0.as_bytes(), &[state.trading.value()], &[u8::from(state.acknowledge_at_venue)]]);
    if state.journal_is_full {
        sum.add(b'J', &[&[1]]);
    }
    state.orders.remembered().for_each(|order| add_order(&mut sum, order));
    state.holdings.iter().for_each(|holding| add_holding(&mut sum, holding));
    state.strategy_books.iter().for_each(|book| add_strategy_book(&mut sum, book));
    state.currencies.cash.iter().for_each(|line| add_foreign_cash(&mut sum, line));
    for rate in state.currencies.rates.iter() {
        let set = &rate.set;
        let numbers = [set.age_max, rate.time.0, i64::from(set.rate.places)];
        sum.add(
            b'R',
            &[set.currency.as_bytes(), set.against.as_bytes(), set.rate.digits.as_bytes(), numbers.as_bytes()],
        );
    }
    for (index, firm) in (0_u32..).zip(state.exposures.of_instruments()) {
        add_exposure(&mut sum, [NONE, index], firm);
    }
    for (slot, own) in (0..).zip(state.exposures.of_strategies()) {
        add_exposure(&mut sum, [own.strategy, own.instrument.0], &own.exposure);
        add_valued(&mut sum, [1, own.strategy, own.instrument.0], state.strategy_shares.get(slot));
    }
    for (slot, holding) in (0..).zip(state.holdings.iter()) {
        add_valued(&mut sum, [2, holding.account.0, holding.instrument.0], state.holding_shares.get(slot));
    }
    for (place, instrument) in (0_u32..).zip(&state.agenda.values) {
        let left = [state.holding_shares.left(*instrument), state.strategy_shares.left(*instrument)];
        sum.add(
            b'X',
            &[instrument.as_bytes(), [place, left[0], left[1]].as_bytes(), &[state.agenda.values_anew.into()]],
        );
    }
    state.accounts.iter().for_each(|account| add_account(&mut sum, account));
    state.instruments.iter().for_each(|instrument| add_instrument(&mut sum, instrument));
    for session in state.sessions.iter() {
        let lost_at = session.lost_at.unwrap_or_default();
        let bucket = session.bucket.raw().to_le_bytes();
        sum.add(b's', &[session.definition.as_bytes(), &bucket, lost_at.as_bytes(), session.attribution.as_bytes()]);
    }
    // Which of them is forgotten next, or is next in turn, depends on their order.
    for (age, exec_id) in state.executions.iter().enumerate() {
        sum.add(b'e', &[exec_id.as_bytes(), &age.to_le_bytes()]);
    }
    for (age, fill) in state.fills.iter().enumerate() {
        let numbers = [
            fill.order_id.0,
            fill.venue_exec_id,
            fill.venue_exec_id_now,
            fill.seq.0,
            fill.told.seq.0,
            age as u64,
            fill.split.new,
            fill.split.old,
            u64::from(fill.day),
        ];
        sum.add(
            b'f',
            &[
                numbers.as_bytes(),
                fill.qty.as_bytes(),
                fill.px.as_bytes(),
                fill.value.as_bytes(),
                fill.fee.as_bytes(),
                &[fill.told.index, u8::from(fill.is_told), fill.fx.0.places, fill.apart.fx.0.places],
                fill.fx.0.digits.as_bytes(),
                as_rate(&fill.in_base).as_bytes(),
                fill.apart.amount.as_bytes(),
                fill.apart.currency.as_bytes(),
                fill.apart.fx.0.digits.as_bytes(),
            ],
        );
    }
    for (place, working) in state.orders.working().iter().enumerate() {
        sum.add(b'w', &[state.orders.get(working.slot).view.order_id.as_bytes(), &place.to_le_bytes()]);
    }
    for calendar in state.calendars.iter() {
        sum.add(b'c', &[calendar.name.as_bytes(), &calendar.trading_day.to_le_bytes(), &[calendar.phase.value()]]);
    }
    for (number, words) in state.venues.words().enumerate() {
        sum.add(b'v', &[&number.to_le_bytes(), words.as_bytes()]);
    }
    state.proposals.iter().for_each(|proposal| sum.add(b'p', &[proposal.as_bytes()]));
    for (age, (look, entered)) in state.verbal.iter().enumerate() {
        let numbers = [look.order_qty.units(), look.price.units(), entered.0, age as i64];
        let ids = [look.account.0, look.instrument.0, u32::from(look.side.value())];
        sum.add(b'l', &[numbers.as_bytes(), ids.as_bytes()]);
    }
    for group in state.links.iter() {
        let entry = if group.entry == NONE { 0 } else { state.orders.get(group.entry).view.order_id.0 };
        let numbers = [entry, u64::from(group.working), u64::from(group.members), u64::from(group.is_due)];
        sum.add(b'k', &[group.id.as_bytes(), group.session.as_bytes(), numbers.as_bytes()]);
    }
    add_restrictions(&mut sum, state);
    add_recent(&mut sum, &state.recent);
    add_agenda(&mut sum, &state.agenda);
    add_scopes(&mut sum, &state.scopes);
    sum.add(b'd', &[state.firm.as_bytes()]);
    for proposal in state.limit_proposals.iter() {
        let words = [proposal.at.0, u64::from(proposal.index)];
        sum.add(b'i', &[proposal.change.as_bytes(), proposal.expires.as_bytes(), words.as_bytes()]);
    }
    add_pnl(&mut sum, &state.pnl);
    state.kills().enumerate().for_each(|(place, kill)| add_kill(&mut sum, kill, place));
    add_closing(&mut sum, &state.closing);
    StateHash(sum.0)
}

fn add_restrictions(sum: &mut Sum, state: &State) {
    for (held, listed) in state.restrictions.iter() {
        let removal =
            listed.removal.map(|removal| [removal.at.0, removal.expires.0.cast_unsigned()]).unwrap_or_default();
        let by = listed.removal.map_or(model::Text::EMPTY, |removal| removal.change.actor);
        let entry = [listed.at.0, u64::from(held.instrument.0)];
        sum.add(b'B', &[listed.change.as_bytes(), entry.as_bytes(), removal.as_bytes(), by.as_bytes()]);
    }
    for one in state.overrides.iter() {
        let words = [one.at.0, u64::from(one.is_approved)];
        let names = [one.session.0, one.account.0, one.instrument.0];
        sum.add(b'O', &[one.grant.as_bytes(), words.as_bytes(), names.as_bytes()]);
    }
    for (index, own) in (0_u32..).zip(state.short_sales.iter()).filter(|(_, own)| own.sold != 0 || own.open != 0) {
        sum.add(b'S', &[[index, own.day].as_bytes(), [own.sold, own.open].as_bytes()]);
    }
}

fn add_recent(sum: &mut Sum, recent: &Recent) {
    let (all, forgotten_at) = recent.iter();
    for (number, RecentOrder { alike, keys, at, order_id, .. }) in all {
        let terms = [alike.order_qty.units(), alike.price.units(), at.0];
        let who = [alike.account.0, alike.instrument.0];
        let kind = [alike.side.value(), alike.ord_type.value()];
        sum.add(b'j', &[terms.as_bytes(), who.as_bytes(), keys.as_bytes(), [order_id.0, number].as_bytes(), &kind]);
    }
    sum.add(b'u', &[forgotten_at.map_or(i64::MIN, |at| at.0).as_bytes()]);
}

/// What a close stands for: every account's cash, every position with its money, and the prices that they are marked at.
pub(crate) fn of_close(state: &State) -> u128 {
    let mut sum = Sum(0);
    for account in state.accounts.iter() {
        sum.add(b'a', &[account.definition.account.as_bytes(), account.cash.as_bytes()]);
    }
    for holding in state.holdings.iter() {
        let money = [holding.cost, holding.realised, holding.fees, holding.dividends, holding.cash_from_trades]
            .map(|m| m.units());
        let ids = [holding.account.0, holding.instrument.0];
        sum.add(b'h', &[ids.as_bytes(), holding.exposure.position.as_bytes(), money.as_bytes()]);
    }
    state.closing.marks().for_each(|mark| sum.add(b'm', &[mark.as_bytes()]));
    sum.0
}

fn add_closing(sum: &mut Sum, closing: &Closing) {
    let last = closing.last.map_or([0; 2], |last| [last.said, last.folded]);
    let (at, day, by) = closing.last.map_or((0, 0, [0; 24]), |last| (last.at.0, last.trading_day, *last.by.padded()));
    let begun = closing.begun.map_or([0; 3], |begun| [begun.at.0, begun.trading_day.into(), begun.cursor.into()]);
    let begun_by = closing.begun.map_or([0; 24], |begun| *begun.by.padded());
    let times = [closing.first_change, closing.armed_at].map(|time| time.map_or(i64::MIN, |time| time.0));
    let disarmed = closing.disarmed.map_or(0, |halted| 1 + u8::from(halted));
    let own = [last[0] as u64, (last[0] >> 64) as u64, last[1] as u64, (last[1] >> 64) as u64, at, day.into()];
    sum.add(b'C', &[own.as_bytes(), &by, begun.as_bytes(), &begun_by, times.as_bytes(), &[disarmed]]);
    closing.marks().for_each(|mark| sum.add(b'M', &[mark.as_bytes()]));
    for (place, breaks) in closing.breaks().enumerate() {
        sum.add(b'B', &[&place.to_le_bytes(), breaks.above.as_bytes(), breaks.time.as_bytes(), breaks.by.padded()]);
    }
}

fn add_agenda(sum: &mut Sum, agenda: &Agenda) {
    let flags = [agenda.days_changed, agenda.halts_changed, agenda.acted].map(u8::from);
    let cursor = agenda.review.map_or(u64::MAX, |cursor| cursor as u64);
    sum.add(
        b'n',
        &[
            cursor.as_bytes(),
            agenda.begun.as_bytes(),
            agenda.next_expiry.as_bytes(),
            agenda.expiry_seen.as_bytes(),
            agenda.last_stop.unwrap_or_default().as_bytes(),
            &flags,
        ],
    );
    for action in &agenda.actions {
        sum.add(
            b'x',
            &[&action.instrument().0.to_le_bytes(), &action.cursor.to_le_bytes(), &action.until.to_le_bytes()],
        );
    }
    for (place, index) in agenda.triggers.iter().enumerate() {
        sum.add(b't', &[&index.to_le_bytes(), &place.to_le_bytes()]);
    }
    for filter in &agenda.mass_cancels {
        sum.add(b'm', &[filter.session.as_bytes(), filter.before.as_bytes()]);
    }
    for status in &agenda.status {
        sum.add(
            b'q',
            &[status.mass_status_req_id.as_bytes(), &status.cursor.to_le_bytes(), status.held_back.as_bytes()],
        );
    }
}

fn add_scopes(sum: &mut Sum, scopes: &Scopes) {
    for (scope, index, member) in scopes.iter() {
        let usage = &member.usage;
        let day = &usage.day;
        let open = [usage.open_buys, usage.open_sells, day.bought, day.sold];
        let counts = [day.number, day.orders, day.requests, day.cancels, day.trades];
        sum.add(
            b'x',
            &[
                &[scope.value(), member.state.value(), member.stopped_by],
                [index, usage.live, member.losses_in_a_row].as_bytes(),
                open.as_bytes(),
                counts.as_bytes(),
                &usage.bucket.raw().to_le_bytes(),
            ],
        );
        add_valued(sum, [3, u32::from(scope.value()), index], &usage.valued);
        for (age, time) in member.executions.iter().enumerate() {
            sum.add(b'j', &[&[scope.value()], &index.to_le_bytes(), time.as_bytes(), &age.to_le_bytes()]);
        }
        for (kind, limit) in member.limits.iter() {
            let words = [limit.since.0, u64::from(index)];
            sum.add(b'z', &[&[scope.value(), kind as u8], &limit.value.to_le_bytes(), words.as_bytes()]);
        }
    }
}

fn add_kill(sum: &mut Sum, kill: &Kill, place: usize) {
    let seen = |seen: &Seen| [seen.in_doubt, seen.unreachable, seen.overdue];
    sum.add(
        b'y',
        &[
            kill.progress(kill.since).as_bytes(),
            kill.by.padded(),
            [kill.since, kill.next_pass].as_bytes(),
            seen(&kill.seeing).as_bytes(),
            [kill.cursor.map_or(u64::MAX, u64::from), u64::from(kill.passes), place as u64].as_bytes(),
            &[u8::from(kill.again), u8::from(kill.tell)],
        ],
    );
}

fn add_pnl(sum: &mut Sum, pnl: &Pnl) {
    for cell in pnl.cells() {
        let money = [cell.money, cell.worth, cell.charged];
        let rate = as_rate(&cell.in_base);
        let words = [cell.index, cell.instrument, u32::from(cell.is_listed)];
        sum.add(
            b'u',
            &[&[cell.scope.value()], words.as_bytes(), cell.position.as_bytes(), money.as_bytes(), rate.as_bytes()],
        );
    }
    for (strategy, instrument, drift) in pnl.drifts() {
        let words = [strategy, instrument];
        let amounts = [drift.reference.units(), drift.qty.units(), drift.since.0];
        sum.add(b'W', &[words.as_bytes(), amounts.as_bytes(), drift.traded.as_bytes()]);
    }
    for (scope, index, total) in pnl.totals() {
        let money = [total.now, total.at_day_start, total.peak];
        let words = [index, total.day, u32::from(total.is_watched), u32::from(total.is_lost), total.unknown];
        let parts = [total.part_ns, total.part];
        let fields = [&[scope.value()], words.as_bytes(), money.as_bytes(), parts.as_bytes(), total.highest.as_bytes()];
        sum.add(b'U', &fields);
    }
    for (index, priced) in pnl.priced().iter().enumerate() {
        let last = &priced.last;
        let prices = [last.bid_px, last.ask_px, last.last_px];
        let is_due = u8::from(priced.cursor != NONE);
        sum.add(b'V', &[&index.to_le_bytes(), prices.as_bytes(), &[is_due]]);
    }
}

struct Sum(u128);

impl Sum {
    fn add(&mut self, part: u8, fields: &[&[u8]]) {
        let mut bytes = [0; 512];
        bytes[0] = part;
        let mut len = 1;
        for field in fields {
            bytes[len..len + field.len()].copy_from_slice(field);
            len += field.len();
        }
        self.0 = self.0.wrapping_add(xxh3_128(&bytes[..len]));
    }
}

/// Rates without digits stand for what has none.
fn as_rate(conversion: &Conversion) -> FxRate {
    match conversion {
        Conversion::Same => FxRate::NONE,
        Conversion::At(rate) => *rate,
        Conversion::Unknown => FxRate::new(0, 1),
    }
}

fn add_order(sum: &mut Sum, order: &Order) {
    let pending = &order.pending;
    sum.add(
        b'o',
        &[
            order.view.as_bytes(),
            order.reserved.as_bytes(),
            order.open_notional.as_bytes(),
            as_rate(&order.in_base).as_bytes(),
            order.worst_px.as_bytes(),
            order.open_qty.as_bytes(),
            order.missing.as_bytes(),
            &order.venue_exec_id.to_le_bytes(),
            order.working_since.as_bytes(),
            pending.cancel.as_bytes(),
            &[pending.ending.map_or(0, |cause| cause.value()), pending.cancels_sent],
            &[
                order.at_venue,
                order.acknowledged,
                order.done_for_day,
                order.stopped,
                order.suspended,
                order.suspended_here,
            ]
            .map(u8::from),
            &[order.end.map_or(0, |end| end as u8 + 1), order.contingency.value()],
            order.venue.as_bytes(),
            order.min_qty.as_bytes(),
            order.max_floor.as_bytes(),
            order.peg_offset.as_bytes(),
            [order.trading_day, order.done_day, order.sent_epoch, order.heard_epoch].as_bytes(),
            [order.trader, order.strategy, u32::from(order.kill_asks)].as_bytes(),
            order.asked_at.as_bytes(),
            &[u8::from(order.rests_at.is_some())],
            order.rests_at.unwrap_or_default().as_bytes(),
            [order.split_at.0, order.day_began.0, order.venue_order_id, order.last_fill].as_bytes(),
        ],
    );
    for (place, replace) in pending.replaces().enumerate() {
        sum.add(
            b'r',
            &[
                order.view.order_id.as_bytes(),
                replace.cl_ord_id.as_bytes(),
                replace.order_qty.as_bytes(),
                replace.price.as_bytes(),
                replace.stop_px.as_bytes(),
                replace.worst_px.as_bytes(),
                &[u8::from(replace.sent), place as u8],
            ],
        );
    }
}

fn add_instrument(sum: &mut Sum, instrument: &Instrument) {
    let reference = &instrument.reference;
    let (numerator, denominator, at) = instrument.split.unwrap_or_default();
    sum.add(
        b'i',
        &[
            instrument.definition.as_bytes(),
            reference.bid_px.as_bytes(),
            reference.ask_px.as_bytes(),
            reference.last_px.as_bytes(),
            reference.time.as_bytes(),
            instrument.doubted_px.as_bytes(),
            &[instrument.trading.value()],
            &[instrument.is_due, instrument.is_due_again, reference.is_doubtful].map(u8::from),
            [numerator, denominator].as_bytes(),
            at.as_bytes(),
            instrument.quoted_at.as_bytes(),
            &[u8::from(instrument.is_stale)],
        ],
    );
}

fn add_books(sum: &mut Sum, holding: &Holding) {
    let base = &holding.base;
    sum.add(
        b'b',
        &[
            holding.account.as_bytes(),
            holding.instrument.as_bytes(),
            base.position.as_bytes(),
            base.cost.as_bytes(),
            base.realised.as_bytes(),
            base.cash_from_trades.as_bytes(),
            holding.head.qty.as_bytes(),
            holding.head.cost.as_bytes(),
            &[holding.cost_method.value()],
        ],
    );
}

fn add_holding(sum: &mut Sum, holding: &Holding) {
    add_books(sum, holding);
    sum.add(
        b'h',
        &[
            holding.cost.as_bytes(),
            holding.realised.as_bytes(),
            holding.fees.as_bytes(),
            holding.dividends.as_bytes(),
            holding.cash_from_trades.as_bytes(),
            holding.exposure.position.as_bytes(),
            holding.exposure.open_buys.as_bytes(),
            holding.exposure.open_sells.as_bytes(),
            holding.account.as_bytes(),
            holding.instrument.as_bytes(),
            [holding.day.day, holding.day.orders, holding.day.cancels, holding.day.trades].as_bytes(),
            holding.day.traded.as_bytes(),
        ],
    );
}

fn add_strategy_book(sum: &mut Sum, book: &StrategyBook) {
    let StrategyBook { books, base, .. } = book;
    let money = |books: &Books| [books.cost, books.realised, books.cash_from_trades];
    sum.add(
        b'z',
        &[
            book.account.as_bytes(),
            book.instrument.as_bytes(),
            book.strategy.as_bytes(),
            [books.position, base.position].as_bytes(),
            [money(books), money(base)].as_bytes(),
            [book.fees, book.dividends].as_bytes(),
        ],
    );
}

fn add_foreign_cash(sum: &mut Sum, line: &ForeignCash) {
    let ForeignMoney { cash, booked, booked_converted, deposited, deposited_converted } = line.money;
    let money = [cash, booked, booked_converted, deposited, deposited_converted, line.reserved, line.commissions];
    sum.add(b'F', &[line.account.as_bytes(), line.currency.as_bytes(), money.as_bytes()]);
}

fn add_valued(sum: &mut Sum, whose: [u32; 3], valued: &Valued) {
    let Valued { gross, net, worth, margin, unpriced, converted } = *valued;
    sum.add(
        b'u',
        &[whose.as_bytes(), [gross, net, worth, margin].as_bytes(), &unpriced.to_le_bytes(), &converted.to_le_bytes()],
    );
}

fn add_exposure(sum: &mut Sum, whose: [u32; 2], exposure: &WideExposure) {
    let WideExposure { position, open_buys, open_sells } = *exposure;
    sum.add(b'j', &[whose.as_bytes(), [position, open_buys, open_sells].as_bytes()]);
}

fn add_account(sum: &mut Sum, account: &Account) {
    sum.add(
        b'a',
        &[
            account.definition.as_bytes(),
            account.cash.as_bytes(),
            account.reserved.as_bytes(),
            account.commissions.as_bytes(),
            &account.open_orders.to_le_bytes(),
            &[account.trading.value()],
        ],
    );
}
