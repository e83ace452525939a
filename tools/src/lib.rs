//! The operator's hands: the subcommands that look at a journal, at the analytics, or ask the running daemon.
//!
//! Deliberately absent: private doors into the daemon. What a tool asks of it goes through the same HTTP interface that
//! everybody else has.
#![forbid(unsafe_code)]

pub mod alarms;
pub mod backup;
mod columns;
mod csv;
pub mod daemon;
pub mod evidence;
pub mod export_orders;
pub mod figures;
pub mod fix_decode;
pub mod fix_password;
pub mod fix_sessions;
pub mod fix_tail;
pub mod journal_dump;
pub mod journal_seal;
pub mod journal_verify;
pub mod json;
pub mod kills;
pub mod limits;
pub mod new_token;
pub mod orders;
pub mod overrides;
pub mod reconcile;
pub mod restricted;
pub mod sql;
pub mod statement;
