//! TLS for FIX connections: who we are, whom we trust, and the stream that speaks it.
//!
//! rustls with the ring provider, TLS 1.3 and 1.2, nothing older. A server may demand a certificate of its clients; the
//! session that logs on over it is then bound to the certificate: the CommonName of its subject or one of its alternative
//! names must be the SenderCompID(49) of the Logon ([`PeerNames::has`]). Keys are read once, at the start; no error text and
//! no log line has their bytes.

mod names;
mod stream;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mio::net::TcpStream;
use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};

pub use names::PeerNames;
pub(super) use stream::TlsStream;

/// How long a handshake may take unless set otherwise, in nanoseconds.
const HANDSHAKE_TIME_LIMIT_NS: i64 = 5_000_000_000;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsFailure {
    /// A PEM file cannot be read, or holds nothing of the kind.
    #[error("reading {path}: {error}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        error: pem::Error,
    },
    /// The certificates of the file are not usable as roots.
    #[error("no certificate authority in {path}")]
    NoRoots {
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key do not fit, or are of a kind that is not supported.
    #[error("TLS settings: {0}")]
    Settings(#[from] rustls::Error),
    /// The certificates of the clients' authority are not usable.
    #[error("client certificate authority: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
    /// The name of the server is neither a host name nor an address.
    #[error("{0:?} is no server name")]
    ServerName(String),
}

/// A certificate chain and its private key.
#[derive(Debug)]
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// Reads both from PEM files; the key in PKCS#8, PKCS#1 or SEC1.
    ///
    /// # Errors
    /// [`TlsFailure::Pem`]
    pub fn from_pem_files(chain: &Path, key: &Path) -> Result<Identity, TlsFailure> {
        let failed = |error| TlsFailure::Pem { path: key.to_owned(), error };
        Ok(Identity { chain: certificates(chain)?, key: PrivateKeyDer::from_pem_file(key).map_err(failed)? })
    }
}

/// TLS for a listener.
#[derive(Clone, Debug)]
pub struct TlsServer {
    config: Arc<ServerConfig>,
    handshake_time_limit_ns: i64,
}

impl TlsServer {
    /// Shows `identity` to every client. With `client_roots`, a PEM file of certificate authorities, a client without a
    /// certificate of theirs is refused in the handshake.
    ///
    /// # Errors
    /// [`TlsFailure`]
    pub fn new(identity: Identity, client_roots: Option<&Path>) -> Result<TlsServer, TlsFailure> {
        let provider = Arc::new(ring::default_provider());
        let versions =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let builder = match client_roots {
            None => versions.with_no_client_auth(),
            Some(path) => {
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(path)?), provider).build()?;
                versions.with_client_cert_verifier(verifier)
            }
        };
        let config = builder.with_single_cert(identity.chain, identity.key)?;
        Ok(TlsServer { config: Arc::new(config), handshake_time_limit_ns: HANDSHAKE_TIME_LIMIT_NS })
    }

    /// Sets how long a handshake may take, in nanoseconds.
    #[must_use]
    pub fn with_handshake_time_limit_ns(self, handshake_time_limit_ns: i64) -> TlsServer {
        TlsServer { handshake_time_limit_ns, ..self }
    }

    pub(super) fn handshake_time_limit_ns(&self) -> i64 {
        self.handshake_time_limit_ns
    }

    pub(super) fn accept(&self, socket: TcpStream) -> io::Result<TlsStream> {
        let tls = ServerConnection::new(Arc::clone(&self.config)).map_err(io::Error::other)?;
        Ok(TlsStream::new(socket, tls.into()))
    }
}

/// TLS towards a server.
#[derive(Clone, Debug)]
pub struct TlsClient {
    config: Arc<ClientConfig>,
    server_name: ServerName<'static>,
    handshake_time_limit_ns: i64,
}

impl TlsClient {
    /// Trusts the certificate authorities of the PEM file `roots`, expects a certificate for `server_name`, and shows
    /// `identity` to a server that asks for one.
    ///
    /// # Errors
    /// [`TlsFailure`]
    pub fn new(roots_file: &Path, server_name: &str, identity: Option<Identity>) -> Result<TlsClient, TlsFailure> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots(roots_file)?);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder.with_client_auth_cert(identity.chain, identity.key)?,
        };
        let server_name = ServerName::try_from(server_name.to_owned())
            .map_err(|_invalid| TlsFailure::ServerName(server_name.to_owned()))?;
        Ok(TlsClient { config: Arc::new(config), server_name, handshake_time_limit_ns: HANDSHAKE_TIME_LIMIT_NS })
    }

    pub(super) fn handshake_time_limit_ns(&self) -> i64 {
        self.handshake_time_limit_ns
    }

    pub(super) fn connect(&self, socket: TcpStream) -> io::Result<TlsStream> {
        let tls = ClientConnection::new(Arc::clone(&self.config), self.server_name.clone());
        Ok(TlsStream::new(socket, tls.map_err(io::Error::other)?.into()))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFailure> {
    let failed = |error| TlsFailure::Pem { path: path.to_owned(), error };
    CertificateDer::pem_file_iter(path).map_err(failed)?.map(|one| one.map_err(failed)).collect()
}

fn roots(path: &Path) -> Result<RootCertStore, TlsFailure> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(path)? {
        store.add(certificate)?;
    }
    match store.is_empty() {
        true => Err(TlsFailure::NoRoots { path: path.to_owned() }),
        false => Ok(store),
    }
}
