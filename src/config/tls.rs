//! `[fix.tls]`: who we are towards FIX clients, and whom we ask for a certificate.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use gateway::fix::tls::{Identity, TlsFailure, TlsServer};

use super::section::Section;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// `[fix.tls]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Tls {
    /// A listener of its own, so that the other one stays plain; `None`: there is one listener, and it speaks TLS.
    pub(crate) listen: Option<SocketAddr>,
    /// Our certificate and those that signed it, in PEM.
    certificate: PathBuf,
    /// Its private key, in PEM.
    key: PathBuf,
    /// Authorities whose certificates clients must show, in PEM; `None` asks for none.
    client_ca: Option<PathBuf>,
    /// How long a handshake may take.
    handshake_time: Duration,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsFailure`], which has nothing of the key.
    pub(crate) fn server(&self) -> Result<TlsServer, TlsFailure> {
        let identity = Identity::from_pem_files(&self.certificate, &self.key)?;
        let limit_ns = i64::try_from(self.handshake_time.as_nanos()).unwrap_or(i64::MAX);
        Ok(TlsServer::new(identity, self.client_ca.as_deref())?.with_handshake_time_limit_ns(limit_ns))
    }
}

/// `[fix.tls]`, where it is there. The files are read to tell what is wrong with them.
pub(super) fn tls(fix: &Section<'_>) -> Option<Tls> {
    if !fix.has("tls") {
        return None;
    }
    let section = fix.section("tls");
    let missing_before = !section.has("certificate") || !section.has("key");
    let tls = Tls {
        listen: section.has("listen").then(|| section.address("listen", SocketAddr::from(([127, 0, 0, 1], 9877)))),
        certificate: PathBuf::from(section.text("certificate", None)),
        key: PathBuf::from(section.text("key", None)),
        client_ca: section.has("client_ca").then(|| PathBuf::from(section.text("client_ca", None))),
        handshake_time: section.duration("handshake_time", 5 * SECOND, SECOND, MINUTE),
    };
    if !missing_before && let Err(failure) = tls.server() {
        let (name, suggestion) = match &failure {
            TlsFailure::Pem { path, .. } if *path == tls.key => {
                ("key", "a private key in PEM that the daemon may read")
            }
            TlsFailure::Pem { path, .. } if *path == tls.certificate => ("certificate", "a certificate chain in PEM"),
            TlsFailure::Settings(_) => ("key", "the key must be that of the first certificate of the chain"),
            _ => ("client_ca", "certificates of authorities in PEM"),
        };
        section.report(name, failure.to_string(), suggestion);
    }
    section.finish();
    Some(tls)
}
