//! The FIX library from outside: the driver of sockets with an application on it.

mod sessions;
mod support;
mod tls;
