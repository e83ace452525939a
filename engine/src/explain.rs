//! The door for those who explain: what decisions looked at, by number, read only. Nothing on the hot path comes through here.

use model::{
    AccountId, Command, DefineInstrument, DefineSession, EngineTime, InstrumentId, KillScope, LimitKind, OrderId, Px,
    Qty, Refusal, SCOPES, SessionId, Text,
};
use risk::{Context, Finding, Limit, Proposal};

use crate::accounts::Account;
use crate::decide::{as_sent, asked, asked_of, asked_stop_px, index_of};
use crate::kills::keys;
use crate::order::Order;
use crate::state::State;

/// A request beside the state that it met: what the decision saw, to be asked again.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    context: Context<'a>,
    proposal: Proposal,
    /// The account that it is for.
    pub account: AccountId,
    /// The instrument that it is for.
    pub instrument: InstrumentId,
    /// The session that it came over.
    pub session: SessionId,
}

impl Judged<'_> {
    /// What each control sees of it, in the order in which they run; also after one that refuses.
    pub fn trace(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        risk::trace(&self.context, &self.proposal, |finding| findings.push(finding));
        findings
    }

    /// The check that refuses it; none where all let it pass.
    pub fn refusal(&self) -> Option<Refusal> {
        risk::check(&self.context, &self.proposal).err()
    }

    /// OrderQty(38) that is judged; where only CashOrderQty(152) was sent, what it buys.
    pub fn order_qty(&self) -> Qty {
        self.proposal.order_qty
    }

    /// Price(44) that is judged; zero where absent.
    pub fn price(&self) -> Px {
        self.proposal.price
    }

    /// The limit of the scope of that kind which the request is in.
    pub fn limit(&self, scope: KillScope, kind: LimitKind) -> Option<Limit> {
        self.context.scopes.members.as_ref()?[scope as usize].limits().get(kind)
    }

    /// The request with another quantity.
    #[must_use]
    pub fn with_qty(mut self, order_qty: Qty) -> Self {
        self.proposal.order_qty = order_qty;
        self
    }

    /// The request at another price.
    #[must_use]
    pub fn with_price(mut self, price: Px) -> Self {
        self.proposal.price = price;
        self
    }

    /// The request at another time, all else as it was.
    #[must_use]
    pub fn at(mut self, now: EngineTime) -> Self {
        self.context.now = now;
        self
    }
}

impl State {
    /// What the checks are shown of a command: of a new order, over FIX or by telephone, or of a replace of the order
    /// `replaced`. The refusal, where none of them is asked; nothing for other commands.
    pub fn judged(
        &self,
        now: EngineTime,
        command: &Command,
        replaced: Option<OrderId>,
    ) -> Option<Result<Judged<'_>, Refusal>> {
        match command {
            Command::NewOrder(order) => {
                let used = self.orders.find_used(order.origin.session, &order.cl_ord_id).is_some();
                Some(self.judged_order(now, order, used))
            }
            Command::EnterOrder(order) => Some(self.judged_order(now, &as_sent(order), false)),
            Command::ReplaceOrder(replace) => {
                let order = self.order(replaced?)?;
                let stop_px = asked_stop_px(order, replace);
                let asked =
                    asked_of(self, now, order, replace.order_qty, replace.price, stop_px, replace.transact_time);
                let view = &order.view;
                Some(asked.map(|(context, proposal)| Judged {
                    context,
                    proposal,
                    account: view.account,
                    instrument: view.instrument,
                    session: view.session,
                }))
            }
            _ => None,
        }
    }

    fn judged_order(&self, now: EngineTime, order: &model::NewOrder, used: bool) -> Result<Judged<'_>, Refusal> {
        let asked = asked(self, now, order, used)?;
        let (account, instrument, session) = (asked.account, asked.view.instrument, asked.view.session);
        Ok(Judged { context: asked.context, proposal: asked.proposal, account, instrument, session })
    }

    /// The scopes that a request is in, by their indexes among their kinds, in the order of [`KillScope::ALL`].
    pub fn scopes_of(&self, judged: &Judged<'_>) -> Option<[u32; SCOPES]> {
        let Judged { account, instrument, session, .. } = *judged;
        let attribution = self.sessions.get(session.0)?.attribution;
        let venue = self.instruments.get(instrument.0)?.definition.venue;
        Some(keys(venue, session, account, attribution, instrument))
    }

    /// The index that a scope of this name has among its kind.
    pub fn scope_index(&self, scope: KillScope, name: &Text<24>) -> Option<u32> {
        index_of(self, scope, name)
    }

    /// An account by number.
    pub fn account_at(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(account.0)
    }

    /// The definition of an instrument by number.
    pub fn instrument_at(&self, instrument: InstrumentId) -> Option<&DefineInstrument> {
        self.instruments.get(instrument.0).map(|instrument| &instrument.definition)
    }

    /// The definition of a session by number.
    pub fn session_at(&self, session: SessionId) -> Option<&DefineSession> {
        self.sessions.get(session.0).map(|session| &session.definition)
    }

    /// Every order that is remembered, working and closed, in no particular order.
    pub fn remembered_orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.remembered()
    }

    /// New orders and replaces of the session that count against its message rate at `now`, one more that would come then
    /// included; 0 for a session that nobody defined.
    pub fn messages_with_next(&self, session: SessionId, now: EngineTime) -> u64 {
        let session = self.sessions.get(session.0);
        session.map_or(0, |session| session.bucket.filled(now, session.definition.messages_per_second))
    }
}
