//! The evidence against what was captured live: random flows through the hot loop into a real journal.

mod at;
mod currencies;
mod explain;
mod flow;
mod recorder;
mod statement;
mod what_if;
