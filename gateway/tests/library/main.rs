//! The FIX library from outside: the driver of sockets with an application on it.

mod groups;
mod sessions;
mod support;
mod tls;
