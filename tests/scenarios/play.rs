//! One scenario played in one role, line by line. Here is Millrace as the broker; [`super::as_client`] is the other role.

use gateway::fix::{msg_type, tag};

use super::compare::{self, Names, shown};
use super::fields::get;
use super::memory::{Memory, difference, state};
use super::script::{Line, Role, Script, Step, What};
use super::street::{Patience, Street};

pub(crate) struct Play {
    pub(crate) street: Street,
    crash: bool,
    /// Millrace tells its client that an order is New before the broker has said so.
    pub(crate) new_at_acceptance: bool,
    /// What the client knows.
    pub(crate) memory: Memory,
    /// The client is told something that it has not looked at.
    unread: bool,
    /// Requests that Millrace keeps back.
    pub(crate) kept_back: Vec<Line>,
    /// ClOrdIDs of the file, and what the broker sees for them.
    pub(crate) at_prime: Names,
    /// ExecIDs of the file, and what the broker says for them.
    pub(crate) prime_exec_ids: Names,
    /// Cancels and replaces that the broker has not decided.
    pub(crate) undecided: Vec<Line>,
    /// ClOrdIDs of requests that Millrace has still to answer by itself.
    pub(crate) answered_here: Vec<String>,
}

/// Plays a scenario; with `crash` the daemon is killed and comes back between every two messages.
///
/// # Errors
/// The line of the file that did not come true, and why.
pub(crate) fn play(script: &Script, role: Role, crash: bool, patience: Patience) -> Result<(), String> {
    let mut play = Play {
        street: Street::open(script, role, patience)?,
        crash,
        new_at_acceptance: !script.settings(role, "engine").contains("acknowledge = \"venue\""),
        memory: Memory::default(),
        unread: false,
        kept_back: Vec::new(),
        at_prime: Names::new(),
        prime_exec_ids: Names::new(),
        undecided: Vec::new(),
        answered_here: Vec::new(),
    };
    for step in script.steps(role) {
        let played = match role {
            Role::Broker => play.as_broker(step),
            Role::Client => play.as_client(step),
        };
        played.map_err(|why| format!("line {}: {why}", step.at))?;
    }
    play.end().map_err(|why| format!("at the end: {why}"))
}

impl Play {
    fn as_broker(&mut self, step: &Step) -> Result<(), String> {
        match &step.what {
            What::Request(line, ways) => {
                if self.unread {
                    // It is on its way while the client asks; so it was decided before.
                    let some = |street: &mut Street| (!street.client.inbox.is_empty()).then_some(());
                    self.street.until("the report that crosses the request", some)?;
                }
                self.request(line, ways.of(Role::Broker))?;
            }
            What::Venue(act) => {
                if act.decides() {
                    let there = |street: &mut Street| street.prime.has_undecided().then_some(());
                    self.street.until("a request that the venue can decide", there)?;
                    self.check_kept_back()?;
                }
                self.street.venue(act)?;
                self.unread |= act.is_reported();
            }
            What::Answer(line) => {
                let heard = self.street.until("an answer", |street| street.client.inbox.pop_front())?;
                self.memory.hears(&heard)?;
                let ids = [line.cl_ord_id.as_str(), line.orig_cl_ord_id.as_str()];
                compare::message(&heard, line, ids, &mut self.memory.exec_ids)?;
                self.unread = false;
            }
        }
        // What has come already cannot be parted by a kill.
        if self.street.client.inbox.is_empty() { self.crash_if_asked() } else { Ok(()) }
    }

    pub(crate) fn crash_if_asked(&mut self) -> Result<(), String> {
        if self.crash { self.street.crash() } else { Ok(()) }
    }

    /// Asked for, each order stands as its last report said; and nothing else was said.
    fn end(&mut self) -> Result<(), String> {
        let rejected = |fields: &[(u32, String)]| get(fields, tag::ORD_STATUS) == Some("8");
        let orders = self.memory.orders().filter(|(first, stands)| !first.is_empty() && !rejected(stands));
        let orders: Vec<_> = orders.map(|(first, stands)| (first.clone(), state(stands))).collect();
        for (first, stands) in orders {
            let request = [(tag::CL_ORD_ID, first.as_str()), (tag::SYMBOL, "PRIM"), (tag::SIDE, "1")];
            let request = request.map(|(tag, value)| (tag, value.to_owned()));
            self.street.client_says(msg_type::ORDER_STATUS_REQUEST, &request)?;
            let heard = self.street.until("the status of an order", |street| street.client.inbox.pop_front())?;
            if get(&heard, tag::EXEC_TYPE) != Some("I") || difference(&heard, &stands).is_some() {
                return Err(format!("{first} stands as {}, not as {}", shown(&heard), shown(&stands)));
            }
        }
        match self.street.client.inbox.pop_front().or(self.street.prime.inbox.pop_front()) {
            Some(heard) => Err(format!("nobody expects {}", shown(&heard))),
            None => Ok(()),
        }
    }
}
