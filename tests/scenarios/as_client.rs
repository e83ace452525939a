//! Millrace as the client of a broker: the broker says what the scenario says, and our own client must hear of it.

use gateway::fix::{msg_type, tag};

use super::compare::{self, shown};
use super::fields::{Field, get, same};
use super::play::{Play, STATE};
use super::prime::Heard;
use super::script::{Line, Step, Way, What};
use super::street::Street;

/// What ExecType(150) says nothing new to the client: it was told of a pending request, and of its order, when Millrace decided.
const TOLD_BEFORE: [&str; 4] = ["0", "6", "A", "E"];

impl Play {
    pub(crate) fn as_client(&mut self, step: &Step) -> Result<(), String> {
        match &step.what {
            What::Venue(_) => return Ok(()),
            What::Request(line, way) => {
                self.client_listens()?;
                self.request(line, *way)?;
                match (way, line.msg_type) {
                    (Way::Here, _) => self.answered_here.push(line.cl_ord_id.clone()),
                    (_, b"F" | b"G") => self.requested.push(line.clone()),
                    _ => {}
                }
            }
            What::Answer(line) => match self.answered_here.iter().position(|cl_ord_id| *cl_ord_id == line.cl_ord_id) {
                Some(at) => {
                    self.answered_here.remove(at);
                    self.client_is_answered(line)?;
                }
                None => {
                    self.prime_answers(line)?;
                    self.client_is_told(line)?;
                }
            },
        }
        self.crash_if_asked()
    }

    /// Takes in what the client has been told.
    fn client_listens(&mut self) -> Result<(), String> {
        let heard: Vec<Heard> = self.street.client.inbox.drain(..).collect();
        heard.iter().try_for_each(|heard| self.client_hears(heard))
    }

    /// Millrace answers by itself, in between what the broker says.
    fn client_is_answered(&mut self, line: &Line) -> Result<(), String> {
        let is_answer = |heard: &Heard| {
            get(heard, tag::CL_ORD_ID) == Some(&line.cl_ord_id)
                && get(heard, tag::MSG_TYPE).map(str::as_bytes) == Some(line.msg_type)
                && get(heard, tag::EXEC_TYPE) == line.get(tag::EXEC_TYPE)
        };
        let there = |street: &mut Street| street.client.inbox.iter().find(|heard| is_answer(heard)).cloned();
        let answer = self.street.until("an answer of Millrace's own", there)?;
        self.client_listens()?;
        compare::message(&answer, line, [&line.cl_ord_id, &line.orig_cl_ord_id], &mut self.exec_ids)
    }

    /// The broker says what the line says.
    fn prime_answers(&mut self, line: &Line) -> Result<(), String> {
        let name = |ids: &str| self.at_prime.get(ids).cloned().unwrap_or_default();
        let (cl_ord_id, orig) = (name(&line.cl_ord_id), name(&line.orig_cl_ord_id));
        let mut said: Vec<Field> = Vec::new();
        for (tag, id) in [(tag::CL_ORD_ID, &cl_ord_id), (tag::ORIG_CL_ORD_ID, &orig)] {
            if !id.is_empty() {
                said.push((tag, id.clone()));
            }
        }
        let exec_id = self.street.prime.next_exec_id();
        for (tag, value) in &line.fields {
            let value = match *tag {
                tag::EXEC_ID => {
                    self.prime_exec_ids.insert(value.clone(), exec_id.clone());
                    continue;
                }
                tag::EXEC_REF_ID => self.prime_exec_ids.get(value).ok_or("no such ExecID before")?,
                _ => value,
            };
            said.push((*tag, value.clone()));
        }
        if line.msg_type == msg_type::EXECUTION_REPORT {
            said.push((tag::EXEC_ID, exec_id));
            for (tag, usual) in [(tag::SYMBOL, "PRIM"), (tag::SIDE, "1")] {
                if line.get(tag).is_none() {
                    said.push((tag, usual.to_owned()));
                }
            }
        }
        if line.get(tag::ORDER_ID).is_none() {
            said.push((tag::ORDER_ID, "P-1".to_owned()));
        }
        self.street.prime_says(line.msg_type, &said)?;
        self.note_for_status(line, &said);
        self.requested.retain(|request| !decides(line, request));
        Ok(())
    }

    /// Asked for the order's status, the broker says what it said last.
    fn note_for_status(&mut self, line: &Line, said: &[Field]) {
        let key = super::prime::key(get(said, tag::CL_ORD_ID).unwrap_or_default());
        let Some(order) = self.street.prime.orders.get_mut(&key) else { return };
        let told = order.told.take();
        let of_state =
            |(tag, _): &&Field| STATE.contains(tag) || matches!(*tag, tag::ORDER_ID | tag::SYMBOL | tag::SIDE);
        order.told = match (line.msg_type, told) {
            (b"8", _) => Some(said.iter().filter(of_state).cloned().collect()),
            (_, Some(mut told)) => {
                if let Some(status) = line.get(tag::ORD_STATUS) {
                    told.retain(|(tag, _)| *tag != tag::ORD_STATUS);
                    told.push((tag::ORD_STATUS, status.to_owned()));
                }
                Some(told)
            }
            (_, None) => None,
        };
    }

    /// Our own client hears of it, and the order stands for it as the line says.
    fn client_is_told(&mut self, line: &Line) -> Result<(), String> {
        let first = self.first_name(&line.cl_ord_id);
        let stands = self.stands_for_client(line);
        let says_nothing_new = |exec_type: Option<&str>| exec_type.is_some_and(|it| TOLD_BEFORE.contains(&it));
        if !says_nothing_new(line.get(tag::EXEC_TYPE)) || first.is_empty() {
            let heard = loop {
                let heard = self.street.until("our client hears of it", |street| street.client.inbox.pop_front())?;
                self.client_hears(&heard)?;
                if !says_nothing_new(get(&heard, tag::EXEC_TYPE)) || first.is_empty() {
                    break heard;
                }
            };
            let expected = Line { fields: told(line, &stands), ..line.clone() };
            let ids = [line.cl_ord_id.as_str(), line.orig_cl_ord_id.as_str()];
            compare::message(&heard, &expected, ids, &mut self.exec_ids)
                .map_err(|why| format!("our client hears {why}"))?;
        }
        loop {
            let is = self.stands.get(&first);
            let Some(difference) = is.map_or(Some("nothing".to_owned()), |is| differs(is, &stands)) else {
                return Ok(());
            };
            let what = format!("our client's order stands as {}; it has {difference}", shown(&stands));
            let heard = self.street.until(&what, |street| street.client.inbox.pop_front())?;
            self.client_hears(&heard)?;
        }
    }

    /// How the order stands for our own client after a line: a request that the broker has not decided shows over what the
    /// broker says, for Millrace has told of it as pending.
    fn stands_for_client(&self, line: &Line) -> Vec<Field> {
        let is_pending = |msg_type: &[u8]| self.requested.iter().any(|request| request.msg_type == msg_type);
        let over = [(b"F", "6"), (b"G", "E")].into_iter().find(|(msg_type, _)| is_pending(*msg_type));
        let field = |(tag, value): &Field| match (*tag, over) {
            (tag::ORD_STATUS, Some((_, over))) => (*tag, over.to_owned()),
            _ => (*tag, value.clone()),
        };
        line.fields.iter().filter(|(tag, _)| STATE.contains(tag)).map(field).collect()
    }
}

/// The fields of a line as our client hears them.
fn told(line: &Line, stands: &[Field]) -> Vec<Field> {
    let status = get(stands, tag::ORD_STATUS);
    let with_status = |(tag, value): &Field| match (*tag, status) {
        (tag::ORD_STATUS, Some(status)) => (*tag, status.to_owned()),
        // Our own.
        (tag::ORDER_ID, _) => (0, String::new()),
        _ => (*tag, value.clone()),
    };
    line.fields.iter().map(with_status).filter(|(tag, _)| *tag != 0).collect()
}

/// The first field in which an order stands otherwise.
fn differs(is: &Heard, should: &[Field]) -> Option<String> {
    let found = should.iter().find(|(tag, should)| !get(is, *tag).is_some_and(|is| same(*tag, is, should)));
    found.map(|(tag, _)| format!("{} in {}", super::fields::name(*tag), shown(is)))
}

/// Does the broker decide the request with this line?
fn decides(line: &Line, request: &Line) -> bool {
    let is_decision = match line.get(tag::EXEC_TYPE) {
        None => true,
        Some(exec_type) => matches!(exec_type, "4" | "5"),
    };
    is_decision && line.cl_ord_id == request.cl_ord_id
}
