//! TLS at the door: who has the right certificate comes in, beside those who come without TLS; everybody else is cut.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::super::super::tls::{Identity, TlsClient, TlsServer};
use super::*;

/// A certificate authority, and certificates of it as PEM files.
struct Authority {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Authority { folder, issuer }
    }

    fn roots(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn identity(&self, common_name: &str) -> Identity {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, common_name);
        let key = KeyPair::generate().unwrap();
        let (chain, secret) = (self.folder.path().join("one.pem"), self.folder.path().join("one.key"));
        std::fs::write(&chain, params.signed_by(&key, &self.issuer).unwrap().pem()).unwrap();
        std::fs::write(&secret, key.serialize_pem()).unwrap();
        Identity::from_pem_files(&chain, &secret).unwrap()
    }

    fn client(&self, roots: &Path, common_name: Option<&str>) -> TlsClient {
        TlsClient::new(roots, "localhost", common_name.map(|name| self.identity(name))).unwrap()
    }
}

/// A plain listener, and one with TLS that asks for certificates of the authority.
fn rig(authority: &Authority, change: impl FnOnce(&mut AcceptorSettings)) -> Rig {
    Rig::new(4096, |settings| {
        let server = TlsServer::new(authority.identity("server"), Some(&authority.roots())).unwrap();
        settings.listen.push((settings.listen[0].0, Some(server)));
        change(settings);
    })
}

/// Connects over TLS and says Logon.
fn knock(rig: &Rig, name: &str, tls: &TlsClient) -> Client {
    let socket = mio::net::TcpStream::connect(rig.acceptor().tls_addr().unwrap()).unwrap();
    let config = SessionConfig::initiator(name, "MILL");
    let mut client = Client::over(Box::new(tls.connect(socket).unwrap()), config, SequenceNumbers::FIRST);
    client.session.connected(rig.now, &mut client.out);
    client
}

#[test]
fn right_certificate_trades_over_tls_beside_a_plain_session() {
    let authority = Authority::new();
    let mut rig = rig(&authority, |_| {});
    let mut plain = rig.client("BETA", SequenceNumbers::FIRST);
    let mut client = knock(&rig, "ALPHA", &authority.client(&authority.roots(), Some("ALPHA")));
    rig.until(&mut [&mut client, &mut plain], |_, clients| clients[0].session.is_active());
    for client in [&mut client, &mut plain] {
        client.order(rig.now, "o1");
        rig.until(&mut [client], |_, clients| clients[0].count(&["35=8", "11=o1"]) == 1);
    }
    assert_eq!(rig.counter("tls_failures"), 0);
}

#[test]
fn everybody_else_is_refused_and_counted() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let mut rig = rig(&authority, |settings| settings.lockout.address_failures = 0);
    let roots = authority.roots();
    let no_certificate = authority.client(&roots, None);
    let of_a_stranger = stranger.client(&roots, Some("ALPHA"));
    let of_another = authority.client(&roots, Some("BETA"));
    for (failures, tls) in [(1, no_certificate), (2, of_a_stranger), (3, of_another)] {
        let mut client = knock(&rig, "ALPHA", &tls);
        rig.until(&mut [&mut client], |_, clients| clients[0].closed);
        assert!(client.seen.is_empty(), "{:?}", client.seen);
        assert_eq!(rig.counter("tls_failures"), failures);
    }
    let address = rig.acceptor().tls_addr().unwrap();
    let mut plain = Client::connect(address, "ALPHA", SequenceNumbers::FIRST);
    plain.session.connected(rig.now, &mut plain.out);
    rig.until(&mut [&mut plain], |_, clients| clients[0].closed);
    assert_eq!((plain.seen.len(), rig.counter("tls_failures")), (0, 4));
    assert_eq!(rig.counter("logons"), 0);
}

#[test]
fn handshake_that_does_not_end_has_a_place_before_logon_until_its_time_is_over() {
    let authority = Authority::new();
    let mut rig = rig(&authority, |settings| settings.connections_before_logon_max = 2);
    let address = rig.acceptor().tls_addr().unwrap();
    let mut clients: Vec<Client> = (0..3).map(|_| Client::connect(address, "ALPHA", SequenceNumbers::FIRST)).collect();
    let mut refs: Vec<&mut Client> = clients.iter_mut().collect();
    rig.until(&mut refs, |rig, _| rig.counter("connections_refused") == 1);
    rig.now += 4 * SECOND;
    rig.round();
    assert_eq!(rig.counter("tls_failures"), 0);
    rig.now += SECOND;
    rig.until(&mut refs, |_, clients| clients.iter().all(|client| client.closed));
    assert_eq!(rig.counter("tls_failures"), 2);
    let mut client = knock(&rig, "ALPHA", &authority.client(&authority.roots(), Some("ALPHA")));
    rig.until(&mut [&mut client], |_, clients| clients[0].session.is_active());
}

#[test]
fn many_handshakes_at_once_all_come_to_their_end() {
    let authority = Authority::new();
    let mut rig = rig(&authority, |_| {});
    let tls = authority.client(&authority.roots(), Some("ALPHA"));
    let mut clients: Vec<Client> = (0..20).map(|_| knock(&rig, "ALPHA", &tls)).collect();
    let mut refs: Vec<&mut Client> = clients.iter_mut().collect();
    // One has the session; the others are told so.
    rig.until(&mut refs, |_, clients| clients.iter().filter(|client| client.closed).count() == 19);
    assert_eq!((rig.counter("logons"), rig.counter("second_logons")), (1, 19));
}

#[test]
fn session_that_must_be_encrypted_is_refused_without_tls() {
    let authority = Authority::new();
    let mut rig = rig(&authority, |settings| settings.sessions[0].access.tls_required = true);
    let mut plain = Client::connect(rig.acceptor().local_addr(), "ALPHA", SequenceNumbers::FIRST);
    plain.session.connected(rig.now, &mut plain.out);
    rig.until(&mut [&mut plain], |_, clients| clients[0].closed);
    assert!(plain.seen.is_empty());
    let mut client = knock(&rig, "ALPHA", &authority.client(&authority.roots(), Some("ALPHA")));
    rig.until(&mut [&mut client], |_, clients| clients[0].session.is_active());
}

#[test]
fn what_the_socket_did_not_take_at_once_leaves_when_the_peer_reads() {
    let authority = Authority::new();
    let mut rig = rig(&authority, |settings| settings.output_bytes_max = 64 << 20);
    rig.reports_per_order = 100;
    let mut client = knock(&rig, "ALPHA", &authority.client(&authority.roots(), Some("ALPHA")));
    rig.until(&mut [&mut client], |_, clients| clients[0].session.is_active());
    client.reads = false;
    for n in 0..400 {
        client.order(rig.now, &format!("o{n}"));
    }
    rig.until(&mut [&mut client], |rig, _| rig.counter("reports_out") == 40_000);
    assert!(rig.acceptor().desk.connections[0].as_ref().unwrap().has_output(), "more than the sockets hold");
    client.reads = true;
    rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8"]) == 40_000);
    assert_eq!(client.numbers(), (1..=40_001).collect::<Vec<_>>());
}
