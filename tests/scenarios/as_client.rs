//! Millrace as the client of a broker: the broker says what the scenario says, and our own client must hear of it.

use gateway::fix::tag;

use super::compare::{self, shown};
use super::fields::{Field, get};
use super::memory::{set, state};
use super::play::Play;
use super::prime::{Heard, key};
use super::script::{Line, Role, Step, Way, What};
use super::street::Street;

/// ExecTypes that say nothing new to the client: when Millrace had decided so, it told it of the pending request.
const TOLD_BEFORE: [&str; 3] = ["6", "A", "E"];
/// The same, where Millrace also told it that the order is New.
const TOLD_BEFORE_WITH_NEW: [&str; 4] = ["0", "6", "A", "E"];

impl Play {
    pub(crate) fn as_client(&mut self, step: &Step) -> Result<(), String> {
        match &step.what {
            What::Venue(_) => return Ok(()),
            What::Request(line, ways) => {
                let way = ways.of(Role::Client);
                self.client_listens()?;
                self.request(line, way)?;
                match (way, line.msg_type) {
                    (Way::Here, _) => self.answered_here.push(line.cl_ord_id.clone()),
                    (_, b"F" | b"G") => self.undecided.push(line.clone()),
                    _ => {}
                }
            }
            What::Answer(line) => match self.answered_here.iter().position(|id| *id == line.cl_ord_id) {
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
        self.street.client.inbox.drain(..).try_for_each(|heard| self.memory.hears(&heard))
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
        compare::message(&answer, line, [&line.cl_ord_id, &line.orig_cl_ord_id], &mut self.memory.exec_ids)
    }

    /// The broker says what the line says, under the ClOrdIDs and ExecIDs that stand for those of the file.
    fn prime_answers(&mut self, line: &Line) -> Result<(), String> {
        let exec_id = self.street.prime.next_exec_id();
        let mut said = Vec::new();
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
        let usual = [(tag::ORDER_ID, "P-1"), (tag::EXEC_ID, &exec_id), (tag::SYMBOL, "PRIM"), (tag::SIDE, "1")];
        // An OrderCancelReject(9) has no more than the first of them.
        for (tag, value) in usual.into_iter().take(if line.msg_type == b"8" { 4 } else { 1 }) {
            if line.get(tag).is_none() || tag == tag::EXEC_ID {
                said.push((tag, value.to_owned()));
            }
        }
        for (tag, id) in [(tag::CL_ORD_ID, &line.cl_ord_id), (tag::ORIG_CL_ORD_ID, &line.orig_cl_ord_id)] {
            said.extend(self.at_prime.get(id).map(|id| (tag, id.clone())));
        }
        self.street.prime_says(line.msg_type, &said)?;
        self.note_for_status(line, &said);
        let is_decision = line.get(tag::EXEC_TYPE).is_none_or(|exec_type| matches!(exec_type, "4" | "5"));
        self.undecided.retain(|request| !(is_decision && request.cl_ord_id == line.cl_ord_id));
        Ok(())
    }

    /// Asked for the order's status, the broker says what it said last.
    fn note_for_status(&mut self, line: &Line, said: &[Field]) {
        let key = key(get(said, tag::CL_ORD_ID).unwrap_or_default());
        let Some(order) = self.street.prime.orders.get_mut(&key) else { return };
        if line.msg_type == b"8" {
            let identity = [tag::ORDER_ID, tag::SYMBOL, tag::SIDE];
            let mut told = state(said);
            told.extend(said.iter().filter(|(tag, _)| identity.contains(tag)).cloned());
            order.told = Some(told);
        } else if let (Some(told), Some(status)) = (&mut order.told, line.get(tag::ORD_STATUS)) {
            set(told, tag::ORD_STATUS, status);
        }
    }

    /// Our own client hears of it, and the order stands for it as the line says.
    fn client_is_told(&mut self, line: &Line) -> Result<(), String> {
        let first = self.memory.first_name(&line.cl_ord_id);
        let expected = Line { fields: self.for_client(line), ..line.clone() };
        let told_before = if self.new_at_acceptance { &TOLD_BEFORE_WITH_NEW[..] } else { &TOLD_BEFORE };
        let was_told =
            |exec_type: Option<&str>| !first.is_empty() && exec_type.is_some_and(|it| told_before.contains(&it));
        if !was_told(line.get(tag::EXEC_TYPE)) {
            let heard = loop {
                let heard = self.street.until("our client hears of it", |street| street.client.inbox.pop_front())?;
                self.memory.hears(&heard)?;
                // After a crash the broker is asked whether it has the order; what it says then is told too.
                let is_new = get(&heard, tag::EXEC_TYPE) == Some("0") && line.get(tag::EXEC_TYPE) != Some("0");
                if !was_told(get(&heard, tag::EXEC_TYPE)) && (!is_new || first.is_empty()) {
                    break heard;
                }
            };
            let ids = [line.cl_ord_id.as_str(), line.orig_cl_ord_id.as_str()];
            compare::message(&heard, &expected, ids, &mut self.memory.exec_ids)
                .map_err(|why| format!("our client hears: {why}"))?;
        }
        let stands = state(&expected.fields);
        while let Some(difference) = self.memory.differs(&first, &stands) {
            let what = format!("our client's order stands as {}; it has {difference}", shown(&stands));
            let heard = self.street.until(&what, |street| street.client.inbox.pop_front())?;
            self.memory.hears(&heard)?;
        }
        Ok(())
    }

    /// The fields of a line as our own client hears them: a request that the broker has not decided shows over what the
    /// broker says, for Millrace has told of it as pending.
    fn for_client(&self, line: &Line) -> Vec<Field> {
        let is_pending = |msg_type: &[u8]| self.undecided.iter().any(|request| request.msg_type == msg_type);
        let over = [(b"F", "6"), (b"G", "E")].into_iter().find(|(msg_type, _)| is_pending(*msg_type));
        let mut fields = line.fields.clone();
        if let (Some((_, over)), true) = (over, line.get(tag::ORD_STATUS).is_some()) {
            set(&mut fields, tag::ORD_STATUS, over);
        }
        // The broker's OrderID is not ours.
        fields.retain(|(tag, _)| *tag != tag::ORDER_ID);
        fields
    }
}
