//! Why the acceptor cannot start or go on.

use std::io;
use std::net::SocketAddr;

use super::resend::ResendFailure;
use super::store::StoreFailure;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum AcceptorFailure {
    /// The address cannot be listened on.
    #[error("cannot listen for FIX on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The poll of the sockets failed.
    #[error("polling the FIX sockets: {0}")]
    Poll(#[source] io::Error),
    /// No thread can be had to verify passwords.
    #[error("starting the thread that verifies passwords: {0}")]
    Verifier(#[source] io::Error),
    /// The message log cannot be opened.
    #[error("opening the FIX message log: {0}")]
    MessageLog(#[source] io::Error),
    /// The session store failed.
    #[error(transparent)]
    Store(#[from] StoreFailure),
    /// The journal cannot be read.
    #[error("reading the journal for FIX sessions: {0}")]
    Journal(#[from] journal::Failure),
}

impl From<ResendFailure> for AcceptorFailure {
    fn from(failure: ResendFailure) -> AcceptorFailure {
        match failure {
            ResendFailure::Store(failure) => AcceptorFailure::Store(failure),
            ResendFailure::Journal(failure) => AcceptorFailure::Journal(failure),
        }
    }
}
