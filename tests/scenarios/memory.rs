//! What the client has been told: how each of its orders stands, and which identifiers it has seen.

use std::collections::{BTreeMap, BTreeSet};

use gateway::fix::tag;

use super::compare::{Names, shown};
use super::fields::{self, Field, get};
use super::prime::Heard;
use super::script::Line;

/// The fields that say how an order stands.
pub(crate) const STATE: [u32; 5] = [tag::ORD_STATUS, tag::ORDER_QTY, tag::CUM_QTY, tag::LEAVES_QTY, tag::AVG_PX];

#[derive(Default)]
pub(crate) struct Memory {
    /// ExecIDs of the file, and what came for them.
    pub(crate) exec_ids: Names,
    /// Every ExecID.
    told: BTreeSet<String>,
    /// ClOrdIDs, and the first that the same order had.
    first_names: Names,
    /// By an order's first ClOrdID, its last report, with the OrdStatus of a later refusal.
    stands: BTreeMap<String, Heard>,
}

impl Memory {
    /// The client asks for something.
    pub(crate) fn asks(&mut self, line: &Line) {
        let first = if line.orig_cl_ord_id.is_empty() { &line.cl_ord_id } else { &line.orig_cl_ord_id };
        let first = self.first_name(first);
        self.first_names.entry(line.cl_ord_id.clone()).or_insert(first);
    }

    pub(crate) fn first_name(&self, cl_ord_id: &str) -> String {
        self.first_names.get(cl_ord_id).cloned().unwrap_or_else(|| cl_ord_id.to_owned())
    }

    /// The client is told something.
    pub(crate) fn hears(&mut self, heard: &Heard) -> Result<(), String> {
        let first = self.first_name(get(heard, tag::CL_ORD_ID).unwrap_or_default());
        if get(heard, tag::MSG_TYPE) == Some("9") {
            if let (Some(stands), Some(status)) = (self.stands.get_mut(&first), get(heard, tag::ORD_STATUS)) {
                set(stands, tag::ORD_STATUS, status);
            }
            return Ok(());
        }
        if !self.told.insert(get(heard, tag::EXEC_ID).unwrap_or_default().to_owned()) {
            return Err(format!("an ExecID comes twice: {}", shown(heard)));
        }
        self.stands.insert(first, heard.clone());
        Ok(())
    }

    /// The orders, and how each stands.
    pub(crate) fn orders(&self) -> impl Iterator<Item = (&String, &Heard)> {
        self.stands.iter()
    }

    /// The first field in which an order stands otherwise.
    pub(crate) fn differs(&self, first_name: &str, should: &[Field]) -> Option<String> {
        let Some(is) = self.stands.get(first_name) else { return Some("nothing".to_owned()) };
        difference(is, should).map(|tag| format!("another {}: {}", fields::name(tag), shown(is)))
    }
}

/// The first of these fields that a message has otherwise.
pub(crate) fn difference(is: &[Field], should: &[Field]) -> Option<u32> {
    let differs = |(tag, should): &&Field| !get(is, *tag).is_some_and(|is| fields::same(*tag, is, should));
    should.iter().find(differs).map(|(tag, _)| *tag)
}

/// Those fields of a message that say how its order stands.
pub(crate) fn state(of: &[Field]) -> Vec<Field> {
    of.iter().filter(|(tag, _)| STATE.contains(tag)).cloned().collect()
}

/// Sets a field of a message.
pub(crate) fn set(message: &mut Vec<Field>, tag: u32, value: &str) {
    message.retain(|(known, _)| *known != tag);
    message.push((tag, value.to_owned()));
}
