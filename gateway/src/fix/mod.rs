//! FIX 4.2, 4.4 and 5.0 SP2: bytes to messages, messages to bytes, the session between them, and the acceptor that puts them
//! on sockets.
//!
//! Nothing but the acceptor's own files (from [`translate`] on) does I/O or starts a thread, and nothing reads a clock: time is an
//! argument (UTC nanoseconds since 1970). The way of a
//! message in: [`frame::frame`] finds it in the receive buffer, [`message::FieldIndex::parse`] makes a [`message::Message`]
//! of it, [`session::Session::on_message`] says what it means. The way out: [`session::Session::begin_app_message`] writes
//! the header into the connection's [`encode::Encoder`], the caller adds fields, `finish` closes it.
//!
//! Every byte is taken as hostile: lengths are range-checked before arithmetic, each limit has a name in [`limits`], and no
//! function panics on what a peer sends.

pub mod limits;
pub mod tag;

pub mod msg_type;

pub mod frame;

pub mod dictionary;
pub mod form;
pub mod message;
mod scan;
pub mod value;

pub mod encode;

pub mod body_order;
pub mod client;
pub mod schedule;
pub mod session;

pub mod translate;

pub mod acceptor;
pub mod addresses;
pub mod auth;
pub mod broker;
mod clearance;
mod connection;
pub mod control;
pub mod counters;
mod desk;
mod disconnects;
mod door;
pub mod drop_copy;
mod ended;
pub mod failure;
mod flusher;
mod hold;
pub(crate) mod hours;
mod ledger;
mod listener;
pub mod lockout;
pub mod message_log;
mod numbering;
mod order_entry;
pub mod reload;
mod resend;
pub mod settings;
mod slot;
pub mod template;
pub mod throttle;

pub mod report;
pub mod store;
pub mod version;
mod wording;

pub mod driver;
pub mod tls;
mod transport;

pub use acceptor::Acceptor;
pub use settings::{AcceptorSettings, SessionSettings};

/// Start of heading, the byte that ends every FIX field.
pub const SOH: u8 = 0x01;
