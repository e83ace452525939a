//! TLS around sessions: versions, certificates bound to CompIDs, refusals, and a handshake that does not end.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::support::{Raw, Side, field, local};
use gateway::fix::driver::{Application, ConnectSettings, Driver, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::SessionConfig;
use gateway::fix::tls::{Identity, TlsClient, TlsServer};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{ClientConnection, ProtocolVersion, StreamOwned};
use rustls_pki_types::ServerName;
use rustls_pki_types::pem::PemObject;
use tempfile::TempDir;

/// A certificate authority, and certificates of it as PEM files.
struct Authority {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("ca.pem"), issuer.pem()).expect("written");
        Authority { folder, issuer }
    }

    fn roots(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A certificate with this subject, and an alternative name.
    fn identity(&self, common_name: &str, alt_name: &str) -> Identity {
        let mut params = CertificateParams::new(vec![alt_name.to_owned()]).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, common_name);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        let (chain, secret) = (self.folder.path().join("one.pem"), self.folder.path().join("one.key"));
        fs::write(&chain, certificate.pem()).expect("written");
        fs::write(&secret, key.serialize_pem()).expect("written");
        Identity::from_pem_files(&chain, &secret).expect("an identity")
    }

    fn server(&self, client_roots: bool) -> TlsServer {
        let roots = self.roots();
        TlsServer::new(self.identity("server", "localhost"), client_roots.then_some(&*roots)).expect("a server")
    }
}

fn echo(tls: TlsServer) -> (Side, SocketAddr) {
    let mut side = Side::new(Limits::default());
    let listener = side.driver.listen(local(0), Some(tls)).expect("listening");
    for target in ["C1", "C2"] {
        let config = SessionConfig::acceptor("ECHO", target);
        side.driver.accept(listener, config, Box::new(MemoryStore::default()));
    }
    let address = side.driver.local_addr(listener);
    (side, address)
}

/// rustls' own stream, with what this side must show and trust, on hand-made bytes.
fn raw(authority: &Authority, to: SocketAddr, version: &'static rustls::SupportedProtocolVersion) -> Raw<TlsOver> {
    let mut roots = rustls::RootCertStore::empty();
    let root = rustls_pki_types::CertificateDer::from_pem_file(authority.roots()).expect("a root");
    roots.add(root).expect("a root");
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[version])
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tls = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").expect("a name"));
    let socket = TcpStream::connect(to).expect("connected");
    socket.set_nonblocking(true).expect("non-blocking");
    Raw::over(StreamOwned::new(tls.expect("a client"), socket), "FIX.4.4", "C1")
}

type TlsOver = StreamOwned<ClientConnection, TcpStream>;

#[test]
fn tls_1_3_and_1_2_carry_a_session() {
    let authority = Authority::new();
    for (version, expected) in
        [(&rustls::version::TLS13, ProtocolVersion::TLSv1_3), (&rustls::version::TLS12, ProtocolVersion::TLSv1_2)]
    {
        let (mut side, address) = echo(authority.server(false));
        let mut client = raw(&authority, address, version);
        let spoken = side.until("the handshake", |_| {
            let _ = client.stream.conn.complete_io(&mut client.stream.sock);
            (!client.stream.conn.is_handshaking()).then(|| client.stream.conn.protocol_version())
        });
        assert_eq!(spoken, Some(expected));
        client.logon(&mut side, "");
        // Much more than a record, and more than a read takes.
        let text = "x".repeat(5_000);
        for _ in 0..40 {
            let bytes = client.message("D", &format!("11=a|55=X|54=1|60=20240101-00:00:00|40=1|58={text}|"));
            client.stream.conn.writer().write_all(&bytes).expect("buffered");
            side.until("the order leaves", |_| {
                let _ = client.stream.conn.write_tls(&mut client.stream.sock);
                (!client.stream.conn.wants_write()).then_some(())
            });
            assert_eq!(field(&client.next(&mut side, "the order"), "58"), Some(&*text));
        }
        client.send("5", "");
        assert_eq!(field(&client.next(&mut side, "the Logout"), "35"), Some("5"));
    }
}

/// Counts its Logons.
#[derive(Default)]
struct Logons(usize);

impl Application for Logons {
    fn on_logon(&mut self, _: SessionKey, _: &mut Outbound<'_>) {
        self.0 += 1;
    }

    fn on_message(&mut self, _: SessionKey, _: &Message<'_>, _: &mut Outbound<'_>) {}
}

/// Lets an initiator try for a while; did it log on?
fn logs_on(side: &mut Side, address: SocketAddr, comp_id: &str, tls: TlsClient) -> bool {
    let mut client = Driver::new(Limits::default()).expect("a driver");
    let to = ConnectSettings { tls: Some(tls), wait_min_ns: 1_000_000_000, ..ConnectSettings::to(address) };
    client.initiate(SessionConfig::initiator(comp_id, "ECHO"), Box::new(MemoryStore::default()), to);
    let mut logons = Logons::default();
    let until = Instant::now() + Duration::from_millis(400);
    while logons.0 == 0 && Instant::now() < until {
        client.poll(Duration::ZERO, &mut logons).expect("the client goes on");
        side.poll();
    }
    let key = SessionKey::default();
    client.logout(key, "");
    for _ in 0..20 {
        client.poll(Duration::ZERO, &mut logons).expect("the client goes on");
        side.poll();
    }
    logons.0 > 0
}

#[test]
fn certificate_is_bound_to_the_comp_id_by_subject_or_alternative_name() {
    let authority = Authority::new();
    let (mut side, address) = echo(authority.server(true));
    let with = |identity| TlsClient::new(&authority.roots(), "localhost", identity).expect("a client");
    for (common_name, alt_name, comp_id, expected) in [
        ("C1", "other", "C1", true),
        ("other", "C2", "C2", true),
        ("C1", "other", "C2", false),
        ("other", "another", "C2", false),
    ] {
        let client = with(Some(authority.identity(common_name, alt_name)));
        assert_eq!(logs_on(&mut side, address, comp_id, client), expected, "{common_name}, {alt_name} as {comp_id}");
    }
    assert!(!logs_on(&mut side, address, "C2", with(None)), "without a certificate");
    let stranger = Authority::new();
    let client = with(Some(stranger.identity("C2", "C2")));
    assert!(!logs_on(&mut side, address, "C2", client), "with a certificate of somebody else's authority");
}

#[test]
fn client_refuses_a_server_of_another_authority_or_name() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (mut side, address) = echo(authority.server(false));
    let client = |roots: PathBuf, name| TlsClient::new(&roots, name, None).expect("a client");
    assert!(!logs_on(&mut side, address, "C1", client(stranger.roots(), "localhost")));
    assert!(!logs_on(&mut side, address, "C1", client(authority.roots(), "elsewhere")));
    assert!(logs_on(&mut side, address, "C1", client(authority.roots(), "localhost")));
}

#[test]
fn plain_fix_and_garbage_on_a_tls_port_are_closed() {
    let authority = Authority::new();
    let (mut side, address) = echo(authority.server(false));
    let mut plain = Raw::connect(address, "FIX.4.4", "C1");
    plain.send("A", "98=0|108=30|");
    side.until("the end", |_| {
        let mut rest = [0; 1024];
        match std::io::Read::read(&mut plain.stream, &mut rest) {
            Ok(0) => Some(()),
            Ok(_) => None,
            Err(error) => (error.kind() != std::io::ErrorKind::WouldBlock).then_some(()),
        }
    });
}

#[test]
fn handshake_that_does_not_end_is_cut() {
    let authority = Authority::new();
    let (mut side, address) = echo(authority.server(false).with_handshake_time_limit_ns(50_000_000));
    let mut silent = Raw::connect(address, "FIX.4.4", "C1");
    let since = Instant::now();
    silent.end(&mut side);
    assert!(since.elapsed() >= Duration::from_millis(40));
}

#[test]
fn key_that_does_not_fit_is_refused_at_the_start_without_its_bytes() {
    let authority = Authority::new();
    let path = authority.folder.path().join("broken.pem");
    fs::write(&path, "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n").expect("written");
    let server =
        Identity::from_pem_files(&authority.roots(), &path).and_then(|identity| TlsServer::new(identity, None));
    let error = server.expect_err("no key");
    assert!(!format!("{error} {error:?}").contains("SECRET"), "{error:?}");
    assert!(TlsClient::new(&path, "localhost", None).is_err());
}
