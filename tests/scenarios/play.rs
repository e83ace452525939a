//! One scenario played in one role: what is said, and what must be heard, line by line.

use std::collections::{BTreeMap, BTreeSet};

use gateway::fix::{msg_type, tag};

use super::compare::{self, Names};
use super::fields::{self, Field, get};
use super::market::decides_a_request;
use super::prime::{Heard, key};
use super::script::{Line, Role, Script, Step, Way, What};
use super::street::{Patience, Street};

/// What a request says where its line says nothing else.
const USUAL: [(u32, &str); 5] =
    [(tag::SYMBOL, "PRIM"), (tag::SIDE, "1"), (tag::ORD_TYPE, "2"), (tag::PRICE, "130"), (tag::TIME_IN_FORCE, "0")];

/// The fields that say how an order stands.
pub(crate) const STATE: [u32; 5] = [tag::ORD_STATUS, tag::ORDER_QTY, tag::CUM_QTY, tag::LEAVES_QTY, tag::AVG_PX];

/// Plays a scenario; with `crash` the daemon is killed and comes back between every two messages.
///
/// # Errors
/// The line of the file that did not come true, and why.
pub(crate) fn play(script: &Script, role: Role, crash: bool, patience: Patience) -> Result<(), String> {
    let street = Street::open(script, role, patience)?;
    let mut play = Play {
        street,
        crash,
        kept_back: Vec::new(),
        unread: false,
        at_prime: Names::new(),
        exec_ids: Names::new(),
        prime_exec_ids: Names::new(),
        told_ids: BTreeSet::new(),
        first_names: Names::new(),
        stands: BTreeMap::new(),
        requested: Vec::new(),
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

pub(crate) struct Play {
    pub(crate) street: Street,
    crash: bool,
    /// Requests that Millrace keeps back.
    kept_back: Vec<Line>,
    /// The client has been told something that it has not looked at.
    unread: bool,
    /// ClOrdIDs of the file, and what the broker sees for them.
    pub(crate) at_prime: Names,
    /// ExecIDs of the file, and what the client sees for them.
    pub(crate) exec_ids: Names,
    /// The same for what the broker says.
    pub(crate) prime_exec_ids: Names,
    /// Every ExecID that the client has been told.
    told_ids: BTreeSet<String>,
    /// ClOrdIDs, and the first that the same order had.
    first_names: Names,
    /// How each order stands for the client, by the first ClOrdID: the last report as it was, with later OrdStatus.
    pub(crate) stands: BTreeMap<String, Heard>,
    /// Requests that the broker has not decided: cancels and replaces.
    pub(crate) requested: Vec<Line>,
    /// ClOrdIDs of requests that Millrace has still to answer by itself.
    pub(crate) answered_here: Vec<String>,
}

impl Play {
    fn as_broker(&mut self, step: &Step) -> Result<(), String> {
        match &step.what {
            What::Request(line, way) => {
                if self.unread {
                    // It is on its way while the client asks; so it was decided before.
                    let some = |street: &mut Street| (!street.client.inbox.is_empty()).then_some(());
                    self.street.until("the report that crosses the request", some)?;
                }
                self.request(line, *way)?;
            }
            What::Venue(words) => {
                if decides_a_request(words) {
                    let latest = |street: &Street| street.prime.orders.get(&street.prime.latest).cloned();
                    let there =
                        |street: &mut Street| latest(street).filter(|order| !order.pending.is_empty()).map(|_| ());
                    self.street.until("a request that the venue can decide", there)?;
                    self.check_kept_back()?;
                }
                self.unread |= self.street.venue(words)?;
            }
            What::Answer(line) => {
                let heard = self.street.until("an answer", |street| street.client.inbox.pop_front())?;
                self.client_hears(&heard)?;
                let ids = [line.cl_ord_id.as_str(), line.orig_cl_ord_id.as_str()];
                compare::message(&heard, line, ids, &mut self.exec_ids)?;
                self.unread = false;
            }
        }
        // What has come already cannot be parted by a kill.
        if self.crash && self.street.client.inbox.is_empty() { self.street.crash() } else { Ok(()) }
    }

    /// The client asks for something; where it goes on to the broker, it must arrive as it was meant.
    pub(crate) fn request(&mut self, line: &Line, way: Way) -> Result<(), String> {
        let first = self.first_names.get(&line.orig_cl_ord_id).cloned().unwrap_or_else(|| line.cl_ord_id.clone());
        self.first_names.entry(line.cl_ord_id.clone()).or_insert(first);
        self.street.client_says(line.msg_type, &of_client(line))?;
        match way {
            Way::Here => Ok(()),
            Way::Later => {
                self.kept_back.push(line.clone());
                Ok(())
            }
            Way::Through => {
                let heard = self.street.until("the request at the broker", |street| street.prime.inbox.pop_front())?;
                self.prime_hears(&heard, line)
            }
        }
    }

    fn check_kept_back(&mut self) -> Result<(), String> {
        while let Some(heard) = self.street.prime.inbox.pop_front() {
            if self.kept_back.is_empty() {
                return Err(format!("the broker hears what nobody said: {}", compare::shown(&heard)));
            }
            let line = self.kept_back.remove(0);
            self.prime_hears(&heard, &line)?;
        }
        Ok(())
    }

    /// Is it what the client asked for? Its ClOrdIDs are others there, but the same each time, and all of one order alike.
    fn prime_hears(&mut self, heard: &Heard, line: &Line) -> Result<(), String> {
        let cl_ord_id = get(heard, tag::CL_ORD_ID).unwrap_or_default().to_owned();
        let orig = self.at_prime.get(&line.orig_cl_ord_id).cloned().unwrap_or_default();
        let known = self.at_prime.insert(line.cl_ord_id.clone(), cl_ord_id.clone());
        if known.is_some() || (!orig.is_empty() && key(&orig) != key(&cl_ord_id)) {
            return Err(format!("the broker hears a ClOrdID that cannot be: {}", compare::shown(heard)));
        }
        let line = Line { fields: of_client(line), ..line.clone() };
        let mut line = Line { fields: without_ids(line.fields), ..line };
        line.fields.retain(|(tag, _)| *tag != tag::POSS_RESEND);
        compare::message(heard, &line, [&cl_ord_id, &orig], &mut Names::new())
            .map_err(|why| format!("at the broker {why}"))
    }

    /// Keeps how the order stands for the client.
    pub(crate) fn client_hears(&mut self, heard: &Heard) -> Result<(), String> {
        let cl_ord_id = get(heard, tag::CL_ORD_ID).unwrap_or_default();
        let first = self.first_names.get(cl_ord_id).cloned().unwrap_or_else(|| cl_ord_id.to_owned());
        if get(heard, tag::MSG_TYPE) == Some("8") {
            let exec_id = get(heard, tag::EXEC_ID).unwrap_or_default().to_owned();
            if !self.told_ids.insert(exec_id) {
                return Err(format!("an ExecID comes twice: {}", compare::shown(heard)));
            }
            // A refusal of a second order of the same name says nothing of the first one's quantities.
            if get(heard, tag::EXEC_TYPE) != Some("8") || !self.stands.contains_key(&first) {
                self.stands.insert(first, heard.clone());
            }
        } else if let (Some(stands), Some(status)) = (self.stands.get_mut(&first), get(heard, tag::ORD_STATUS)) {
            set(stands, tag::ORD_STATUS, status);
        }
        Ok(())
    }

    pub(crate) fn first_name(&self, cl_ord_id: &str) -> String {
        self.first_names.get(cl_ord_id).cloned().unwrap_or_else(|| cl_ord_id.to_owned())
    }

    pub(crate) fn crash_if_asked(&mut self) -> Result<(), String> {
        if self.crash { self.street.crash() } else { Ok(()) }
    }

    /// Asked for, each order stands as its last report said; and nothing else was said.
    fn end(&mut self) -> Result<(), String> {
        for (first, stands) in self.stands.clone() {
            if first.is_empty() || get(&stands, tag::ORD_STATUS) == Some("8") {
                continue;
            }
            let request = [(tag::CL_ORD_ID, first.as_str()), (tag::SYMBOL, "PRIM"), (tag::SIDE, "1")];
            let request = request.map(|(tag, value)| (tag, value.to_owned()));
            self.street.client_says(msg_type::ORDER_STATUS_REQUEST, &request)?;
            let heard = self.street.until("the status of an order", |street| street.client.inbox.pop_front())?;
            let differs = STATE.into_iter().find(|tag| {
                let (is, was) = (get(&heard, *tag).unwrap_or("0"), get(&stands, *tag).unwrap_or("0"));
                !fields::same(*tag, is, was)
            });
            if get(&heard, tag::EXEC_TYPE) != Some("I") || differs.is_some() {
                return Err(format!(
                    "{first} stands as {}, not as {}",
                    compare::shown(&heard),
                    compare::shown(&stands)
                ));
            }
        }
        match self.street.client.inbox.pop_front().or(self.street.prime.inbox.pop_front()) {
            Some(heard) => Err(format!("nobody expects {}", compare::shown(&heard))),
            None => Ok(()),
        }
    }
}

/// Sets a field of a message.
fn set(heard: &mut Heard, tag: u32, value: &str) {
    heard.retain(|(known, _)| *known != tag);
    heard.push((tag, value.to_owned()));
}

fn without_ids(mut fields: Vec<Field>) -> Vec<Field> {
    fields.retain(|(tag, _)| ![tag::CL_ORD_ID, tag::ORIG_CL_ORD_ID].contains(tag));
    fields
}

/// The fields of a request as the client sends it.
fn of_client(line: &Line) -> Vec<Field> {
    let is_order = matches!(line.msg_type, b"D" | b"G");
    let mut fields: Vec<Field> = line.fields.clone();
    for (tag, value) in USUAL {
        let belongs = is_order || matches!(tag, tag::SYMBOL | tag::SIDE);
        let is_market = get(&fields, tag::ORD_TYPE) == Some("1");
        if belongs && line.get(tag).is_none() && !(tag == tag::PRICE && is_market) {
            fields.push((tag, value.to_owned()));
        }
    }
    for (tag, id) in [(tag::CL_ORD_ID, &line.cl_ord_id), (tag::ORIG_CL_ORD_ID, &line.orig_cl_ord_id)] {
        if !id.is_empty() {
            fields.push((tag, id.clone()));
        }
    }
    fields
}
