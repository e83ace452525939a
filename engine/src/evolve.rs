//! One event into the state. Writes only, cannot refuse: whatever could go wrong was checked by `decide`.

use model::{
    AccountId, ClOrdId, CxlRejResponseTo, EngineTime, Event, OrdType, OrderAccepted, OrderFilled, OrderId,
    OrderReplaced, OrderView, PositionChanged, Px, Qty, ReplaceRequested, Scope, Seq, SessionId, Side, VenueId,
};
use risk::{Bucket, Reference, reserved_cash};

use crate::accounts::Account;
use crate::executions::REMEMBERED;
use crate::orders::Order;
use crate::state::{Instrument, Session, State};

/// Where and when an event stands: its frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// The frame.
    pub seq: Seq,
    /// The frame's time.
    pub time: EngineTime,
}

impl State {
    /// Notes that a frame begins, before its events; a frame may have none.
    #[inline]
    pub fn begin(&mut self, stamp: Stamp) {
        assert!(stamp.seq > self.last.seq, "frames come in order");
        assert!(stamp.time >= self.last.time, "time never goes backwards in a journal");
        self.last = stamp;
    }

    /// Folds in one event of the frame that began last.
    pub fn evolve(&mut self, event: &Event) {
        match event {
            Event::OrderAccepted(e) => self.order_accepted(e),
            Event::OrderRefused(e) => {
                if e.refusal.check != model::Check::MessageRate {
                    self.count_message(e.session);
                }
            }
            Event::CancelRequested(e) => {
                let slot = self.known(e.order.order_id);
                self.orders.get_mut(slot).pending.cancel = e.order.cl_ord_id;
                self.orders.remember_id(slot, e.order.cl_ord_id);
                self.change(slot, &e.order);
            }
            Event::ReplaceRequested(e) => self.replace_requested(e),
            Event::CancelRejected(e) => {
                if e.ends_pending == 1 {
                    let slot = self.known(e.order_id);
                    self.end_pending(slot, e.response_to);
                    let view = OrderView { ord_status: e.ord_status, ..self.orders.get(slot).view };
                    self.change(slot, &view);
                } else if e.response_to == CxlRejResponseTo::Replace
                    && !(e.by_risk == 1 && e.refusal.check == model::Check::MessageRate)
                {
                    self.count_message(e.session);
                }
            }
            Event::VenueAccepted(e) => {
                let slot = self.known(e.order_id);
                self.orders.get_mut(slot).at_venue = true;
                self.applied(slot, e.venue_exec_id);
            }
            Event::OrderAcknowledged(e) => {
                let slot = self.known(e.order.order_id);
                self.change(slot, &e.order);
            }
            Event::OrderFilled(e) => self.order_filled(e),
            Event::OrderCanceled(e) => self.closed(&e.order, e.venue_exec_id),
            Event::OrderRejected(e) => self.closed(&e.order, e.venue_exec_id),
            Event::OrderExpired(e) => self.closed(&e.order, 0),
            Event::OrderReplaced(e) => self.order_replaced(e),
            Event::StatusReported(_) | Event::ReportSuspended(_) | Event::Ticked(_) => {}
            Event::PositionChanged(e) => self.position_changed(e),
            Event::QuoteUpdated(e) => {
                let reference = Reference {
                    bid_px: e.quote.bid_px,
                    ask_px: e.quote.ask_px,
                    last_px: e.quote.last_px,
                    time: self.last.time,
                };
                let instrument = self.instruments.get_mut(e.quote.instrument.0);
                instrument.expect("decide knows the instrument").reference = reference;
            }
            Event::InstrumentDefined(e) => {
                if e.definition.venue != VenueId::PAPER {
                    self.executions.make_room(REMEMBERED);
                }
                match self.instruments.get_mut(e.instrument.0) {
                    Some(known) => known.definition = e.definition,
                    None => self.instruments.push(
                        e.definition.symbol,
                        Instrument { definition: e.definition, reference: Reference::default() },
                    ),
                }
            }
            Event::AccountDefined(e) => match self.accounts.get_mut(e.account.0) {
                Some(known) => known.definition = e.definition,
                None => self.accounts.push(e.definition.account, Account::new(e.definition)),
            },
            Event::SessionDefined(e) => {
                let account = self.accounts.find(&e.definition.account).map(AccountId);
                match self.sessions.get_mut(e.session.0) {
                    Some(known) => {
                        known.definition = e.definition;
                        known.account = account;
                    }
                    None => self.sessions.push(
                        (e.definition.sender_comp_id, e.definition.target_comp_id),
                        Session { definition: e.definition, account, bucket: Bucket::default() },
                    ),
                }
            }
            Event::TradingStateChanged(e) => match e.set.scope {
                Scope::Global => self.trading = e.set.state,
                Scope::Account => self.account_mut(e.account).trading = e.set.state,
            },
            Event::CashAdjusted(e) => self.account_mut(e.account).cash = e.cash,
            Event::Started(e) => {
                let orders = usize::try_from(e.start.orders_max).expect("capacities fit this machine");
                self.orders.grow(orders);
                self.acknowledge_at_venue = e.start.acknowledge_at_venue == 1;
            }
        }
    }

    fn order_accepted(&mut self, e: &OrderAccepted) {
        self.count_message(e.order.session);
        let holding = self.holdings.slot(e.order.account, e.order.instrument);
        let venue = self.instruments.get(e.order.instrument.0).expect("decide found the instrument").definition.venue;
        let slot = self.orders.insert(Order::new(e.order, e.worst_px, holding, self.last.seq, venue));
        self.account_mut(e.order.account).open_orders += 1;
        self.settle(slot);
    }

    fn replace_requested(&mut self, e: &ReplaceRequested) {
        self.count_message(e.order.session);
        let slot = self.known(e.order.order_id);
        let order = self.orders.get_mut(slot);
        order.pending.replace = e.order.cl_ord_id;
        order.pending.order_qty = e.order_qty;
        order.pending.price = e.price;
        order.worst_px = e.worst_px;
        self.orders.remember_id(slot, e.order.cl_ord_id);
        self.change(slot, &e.order);
    }

    fn order_filled(&mut self, e: &OrderFilled) {
        let slot = self.known(e.order.order_id);
        self.applied(slot, e.venue_exec_id);
        let order = self.orders.get_mut(slot);
        order.at_venue = true;
        order.view.cum_qty = e.order.cum_qty;
        order.view.cum_notional = e.order.cum_notional;
        self.change(slot, &e.order);
    }

    fn order_replaced(&mut self, e: &OrderReplaced) {
        let slot = self.known(e.order.order_id);
        self.applied(slot, e.venue_exec_id);
        let seq = self.last.seq;
        let order = self.orders.get_mut(slot);
        // A smaller quantity at the same price keeps its place in the queue, as at every price-time venue.
        if e.order.price != order.view.price || e.order.order_qty > order.view.order_qty {
            order.working_since = seq;
        }
        order.view.cl_ord_id = e.order.cl_ord_id;
        order.view.order_qty = e.order.order_qty;
        order.view.price = e.order.price;
        self.end_pending(slot, CxlRejResponseTo::Replace);
        self.orders.get_mut(slot).worst_px = e.worst_px;
        self.change(slot, &e.order);
    }

    fn closed(&mut self, order: &OrderView, venue_exec_id: u64) {
        let slot = self.known(order.order_id);
        self.applied(slot, venue_exec_id);
        self.orders.get_mut(slot).pending.cancel = ClOrdId::EMPTY;
        self.change(slot, order);
    }

    fn position_changed(&mut self, e: &PositionChanged) {
        let slot = self.holdings.slot(e.account, e.instrument);
        let holding = self.holdings.get_mut(slot);
        holding.cost = e.cost;
        holding.realised = e.realised;
        holding.fees = e.fees;
        holding.cash_from_trades = e.cash_from_trades;
        holding.exposure.position = e.qty;
        assert!(holding.cash_identity_holds(), "cash identity after every fill");
        self.account_mut(e.account).cash = e.account_cash;
    }

    /// The order's status becomes the event's; what it holds follows.
    fn change(&mut self, slot: u32, after: &OrderView) {
        let order = self.orders.get_mut(slot);
        let worked = order.view.ord_status.is_working();
        order.view.ord_status = after.ord_status;
        let works = after.ord_status.is_working();
        assert!(worked || !works, "a closed order never works again");
        let account = order.view.account;
        if worked && !works {
            self.orders.close(slot);
            self.account_mut(account).open_orders -= 1;
        }
        self.settle(slot);
    }

    /// Moves the account's open quantity and reserved cash by what the order's own changed.
    fn settle(&mut self, slot: u32) {
        let order = self.orders.get(slot);
        let view = &order.view;
        let open_qty = order.held_qty();
        let instrument = &self.instruments.get(view.instrument.0).expect("orders have instruments").definition;
        let account = self.accounts.get_mut(view.account.0).expect("orders have accounts");
        let reserved = reserved_cash(instrument, &account.definition, view.side, open_qty, order.worst_px)
            .expect("risk computed it before");
        account.reserved = account.reserved - order.reserved + reserved;
        let exposure = &mut self.holdings.get_mut(order.holding).exposure;
        let open = match view.side {
            Side::Buy => &mut exposure.open_buys,
            Side::Sell => &mut exposure.open_sells,
        };
        *open = *open - order.open_qty + open_qty;
        assert!(!open.units().is_negative(), "an order gives back what it took");
        let order = self.orders.get_mut(slot);
        order.open_qty = open_qty;
        order.reserved = reserved;
    }

    fn end_pending(&mut self, slot: u32, request: CxlRejResponseTo) {
        let order = self.orders.get_mut(slot);
        match request {
            CxlRejResponseTo::Cancel => order.pending.cancel = ClOrdId::EMPTY,
            CxlRejResponseTo::Replace => {
                order.pending.replace = ClOrdId::EMPTY;
                order.pending.order_qty = Qty::ZERO;
                order.pending.price = Px::ZERO;
                // The worse of old and new is held no longer.
                if order.view.ord_type == OrdType::Limit {
                    order.worst_px = order.view.price;
                }
            }
        }
    }

    fn applied(&mut self, slot: u32, venue_exec_id: u64) {
        let order = self.orders.get_mut(slot);
        if order.venue == VenueId::PAPER {
            order.venue_exec_id = order.venue_exec_id.max(venue_exec_id);
            self.venue_exec_id = self.venue_exec_id.max(venue_exec_id);
        } else {
            self.executions.remember(venue_exec_id);
        }
    }

    fn count_message(&mut self, session: SessionId) {
        let now = self.last.time;
        if let Some(session) = self.sessions.get_mut(session.0) {
            session.bucket.take(now, session.definition.messages_per_second);
        }
    }

    fn known(&self, order_id: OrderId) -> u32 {
        self.orders.find(order_id).expect("decide found the order")
    }

    fn account_mut(&mut self, account: AccountId) -> &mut Account {
        self.accounts.get_mut(account.0).expect("decide found the account")
    }
}
