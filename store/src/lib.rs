//! History for people: tables and exports, rebuildable from the journal.
//!
//! The journal is the truth; DuckDB is a cache of it that a person can query. The [`Flusher`] follows the journal behind
//! the durable mark and writes rows together with the last `Seq` in one transaction, so each frame is in the tables
//! exactly once. A database that is missing, damaged, of another version or ahead of its journal is set aside and built
//! again; one that another process holds is waited for. None of it reaches the daemon.
//!
//! Deliberately absent: anything that the engine waits for.
#![forbid(unsafe_code)]

mod schema;

mod names;
mod rows;

mod database;
mod flusher;
mod held;
mod status;

mod desk;
mod guard;
mod query;

mod compare;
mod parquet;

pub use compare::{Comparison, TableComparison, compare, compare_with, rebuild};
pub use database::{Failure, Origin, Settings, Store, open_read_only};
pub use desk::QueryDesk;
pub use flusher::Flusher;
pub use guard::{QUERY_BYTES_MAX, Refused, check_read_only};
pub use held::Reader;
pub use parquet::parquet_of_csv;
pub use query::{Column, QueryLimits, Table, query};
pub use schema::SCHEMA_VERSION;
pub use status::{Health, State, StoreStatus};
