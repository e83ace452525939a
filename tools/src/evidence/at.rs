//! `millrace at SEQ|TIME positions|orders|limits|risk`: the state as it was right after that frame, or after the last frame that
//! is not later than that time.

mod currencies;
mod limits;
mod orders;
mod positions;
mod risk;
mod scopes;

use std::path::Path;

use anyhow::Result;
use engine::State;
use model::EngineTime;
use serde_json::{Map, Value, json};

use super::fold::fold;
use super::moment::Moment;
use super::table::Table;
use super::versions::Versions;
use crate::figures;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// What each account held, and what it had come to.
    Positions,
    /// Orders that worked.
    Orders,
    /// All that were remembered, also those that were over.
    AllOrders,
    /// Limits in force, each with the frame that set it.
    Limits,
    /// Kill switches, exposure, and how much of each limit was used.
    Risk,
}

/// What was so.
#[derive(Debug)]
pub struct Answer {
    /// For standard output: text, or JSON.
    pub shown: String,
    /// What it cost to say.
    pub cost: String,
}

/// Restores the moment from the journal in `dir`, and shows the part that is asked for.
///
/// # Errors
/// Where the journal cannot be read, is damaged, or does not hold the moment.
pub fn run(dir: &Path, moment: Moment, part: Part, as_json: bool) -> Result<Answer> {
    let past = fold(dir, moment, |_, _| {})?;
    let state = &past.state;
    // An age is counted to the time that was asked for, which may be later than the last frame.
    let now = match moment {
        Moment::Time(time) => time.max(state.last_time()),
        Moment::Frame(_) => state.last_time(),
    };
    let tables = tables(part, state, &past.versions, now);
    let cost = past.cost();
    let shown = if as_json { to_json(state, now, &tables).to_string() } else { to_text(&past.state, now, &tables) };
    let is_later = matches!(moment, Moment::Time(_)) && state.last_seq() == past.reach.proven;
    let cost = if is_later { format!("{cost}; that is the last frame that is proven durable") } else { cost };
    Ok(Answer { shown, cost })
}

/// The part that is asked for, of any state: of the past, or of an engine that lives. Ages are counted to `now`.
pub fn tables(part: Part, state: &State, versions: &Versions, now: EngineTime) -> Vec<Table> {
    match part {
        Part::Positions => std::iter::once(positions::table(state)).chain(currencies::tables(state, now)).collect(),
        Part::Orders => vec![orders::table(state, state.working_orders())],
        Part::AllOrders => vec![orders::table(state, state.remembered_orders())],
        Part::Limits => limits::tables(state, versions).into_iter().chain(scopes::tables(state, versions)).collect(),
        Part::Risk => risk::tables(state, versions, now),
    }
}

fn to_text(state: &State, now: EngineTime, tables: &[Table]) -> String {
    let mut text = format!("right after frame {}, of {}", state.last_seq(), figures::time(state.last_time()));
    if now > state.last_time() {
        text += &format!(", at {}", figures::time(now));
    }
    text += &format!("\nstate hash {}", state.hash());
    for table in tables {
        text += "\n\n";
        text += &table.to_text();
    }
    text
}

fn to_json(state: &State, now: EngineTime, tables: &[Table]) -> Value {
    let mut parts = Map::new();
    parts.insert("seq".to_owned(), json!(state.last_seq().0));
    parts.insert("frame_time".to_owned(), json!(figures::time(state.last_time())));
    parts.insert("time".to_owned(), json!(figures::time(now)));
    parts.insert("state_hash".to_owned(), json!(state.hash().to_string()));
    for table in tables {
        parts.insert(table.title().replace(' ', "_"), table.to_json());
    }
    Value::Object(parts)
}
