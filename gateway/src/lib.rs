//! Strangers' bytes to commands, events to bytes: FIX, HTTP; the trading calendars; and the paper venue, a broker in a box.

pub mod calendar;
pub mod fix;
pub mod venue;

pub mod limit_words;
pub mod words;

pub mod http;
pub mod views;
