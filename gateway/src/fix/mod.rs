//! FIX 4.4 as a pure library: bytes to messages, messages to bytes, and the session between them.
//!
//! Nothing here does I/O, reads a clock or starts a thread; time is an argument (UTC nanoseconds since 1970). The way of a
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

pub mod form;
pub mod message;
pub mod value;

pub mod encode;

pub mod client;
pub mod session;

pub mod report;
pub mod translate;

/// Start of heading, the byte that ends every FIX field.
pub const SOH: u8 = 0x01;

#[cfg(test)]
mod hostile;
