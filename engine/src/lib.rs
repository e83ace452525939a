//! From command to events, the same every time.
//!
//! [`decide`] reads the state and says what a command causes; [`State::evolve`] folds one event into the state and
//! cannot refuse. Recovery folds events; verification decides again and compares. Neither has a clock, randomness, I/O,
//! a lock or an allocation once the tables stand.
//!
//! Deliberately absent: sockets, SQL, text, wall clocks.
#![forbid(unsafe_code)]

mod accounts;
mod agenda;
mod books;
mod children;
mod closing;
mod conversion;
mod currencies;
mod day_counts;
mod decide;
mod defined_limits;
mod doubt;
mod drift;
mod evolve;
mod executions;
mod explain;
mod exposures;
mod figures;
mod fills;
mod groups;
mod hash;
mod holdings;
mod hot_loop;
mod index;
mod kills;
mod last_fills;
mod limit_use;
mod links;
mod lots;
mod order;
mod orders;
mod overrides;
mod pnl;
mod proposals;
mod reading;
mod recent;
mod record;
mod recovery;
mod registry;
mod resting;
mod restrictions;
mod scopes;
mod short_sales;
mod split;
mod standing;
mod state;
mod strategy_books;
mod sums;
mod triggers;
mod usage_board;
mod valuations;
mod venues;
mod verbal;
mod warm;

pub use accounts::Account;
pub use books::{Books, Trade};
pub use closing::{Breaks, Closed};
pub use currencies::{ForeignCash, Rate};
pub use decide::decide;
pub use evolve::Stamp;
pub use explain::Judged;
pub use hash::StateHash;
pub use holdings::Holding;
pub use hot_loop::{HotLoop, LoopCounters};
pub use kills::{ASK_AGAIN_NS, KILLS_MAX, Kill, OVERDUE_ASKS, PROGRESS_EVERY, QUICK_PASSES, SLOW_PASS_NS, Seen};
pub use order::{Hold, Order, Pending, PendingReplace};
pub use overrides::{OVERRIDE_LIFE_MAX, OVERRIDES_MAX, Override};
pub use pnl::Total;
pub use proposals::{LIMIT_PROPOSALS_MAX, LimitProposal};
pub use recent::{RECENT_LOOKS_MAX, RECENT_ORDERS_MAX};
pub use recovery::{Replayed, replay, replay_seen, verify_replay};
pub use restrictions::{Listed, RESTRICTIONS_MAX, Removal};
/// What the controls saw, for those who explain.
pub use risk::{Day, Finding, Limit, Limits, Restriction, ShortSales, Usage, Verdict};
pub use standing::{End, Filled, Standing, Step};
pub use state::{Calendar, Capacities, State, TRAILING_PER_INSTRUMENT_MAX};
pub use strategy_books::StrategyBook;
pub use usage_board::{LOOKS_MAX, LimitAsked, LimitUses, USES_MAX, UsageBoard};
pub use warm::{WARM_MAX, warm};
