//! What the client asks for, and whether it arrives at the broker as it was meant.

use gateway::fix::tag;

use super::compare::{self, Names, shown};
use super::fields::{Field, get};
use super::play::Play;
use super::prime::{Heard, key};
use super::script::{Line, Way};

/// What a request says where its line says nothing else.
const USUAL: [(u32, &str); 5] =
    [(tag::SYMBOL, "PRIM"), (tag::SIDE, "1"), (tag::ORD_TYPE, "2"), (tag::PRICE, "130"), (tag::TIME_IN_FORCE, "0")];

impl Play {
    /// The client asks for something; where it goes on to the broker, it must arrive as it was meant.
    pub(crate) fn request(&mut self, line: &Line, way: Way) -> Result<(), String> {
        self.memory.asks(line);
        let mut said = meant(line);
        for (tag, id) in [(tag::CL_ORD_ID, &line.cl_ord_id), (tag::ORIG_CL_ORD_ID, &line.orig_cl_ord_id)] {
            if !id.is_empty() {
                said.push((tag, id.clone()));
            }
        }
        self.street.client_says(line.msg_type, &said)?;
        match way {
            Way::Here => {}
            Way::Later => self.kept_back.push(line.clone()),
            Way::Through => {
                let heard = self.street.until("the request at the broker", |street| street.prime.inbox.pop_front())?;
                self.prime_hears(&heard, line)?;
            }
        }
        Ok(())
    }

    /// What Millrace has kept back may come now.
    pub(crate) fn check_kept_back(&mut self) -> Result<(), String> {
        while let Some(heard) = self.street.prime.inbox.pop_front() {
            if self.kept_back.is_empty() {
                return Err(format!("the broker hears what nobody said: {}", shown(&heard)));
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
            return Err(format!("the broker hears a ClOrdID that cannot be: {}", shown(heard)));
        }
        let mut expected = Line { fields: meant(line), ..line.clone() };
        // Between the client and us only; cash is converted into a quantity on the way.
        expected.fields.retain(|(tag, _)| ![tag::POSS_RESEND, tag::CASH_ORDER_QTY].contains(tag));
        compare::message(heard, &expected, [&cl_ord_id, &orig], &mut Names::new())
            .map_err(|why| format!("at the broker {why}"))
    }
}

/// The fields of a request but for its ClOrdIDs.
fn meant(line: &Line) -> Vec<Field> {
    let is_order = matches!(line.msg_type, b"D" | b"G");
    let mut fields = line.fields.clone();
    for (tag, value) in USUAL {
        if line.get(tag).is_none() && (is_order || matches!(tag, tag::SYMBOL | tag::SIDE)) {
            fields.push((tag, value.to_owned()));
        }
    }
    fields
}
