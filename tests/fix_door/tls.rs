//! TLS at the daemon's door as `openssl s_client` sees it: TLS 1.3, a session over it, and strangers refused without a secret in
//! any log.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::daemon::{Daemon, Peer, change, deployed, free_address, message, until};

/// A certificate authority, and certificates of it as PEM files.
struct Authority {
    folder: PathBuf,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new(folder: &Path) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "authority");
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        fs::create_dir_all(folder).expect("a folder");
        fs::write(folder.join("ca.pem"), issuer.pem()).expect("written");
        Authority { folder: folder.to_owned(), issuer }
    }

    fn roots(&self) -> String {
        self.path("ca.pem")
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Gives the files of the certificate and of its key.
    fn identity(&self, common_name: &str) -> (String, String) {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, common_name);
        let key = KeyPair::generate().expect("a key");
        let (chain, secret) = (self.path(&format!("{common_name}.pem")), self.path(&format!("{common_name}.key")));
        fs::write(&chain, params.signed_by(&key, &self.issuer).expect("signed").pem()).expect("written");
        fs::write(&secret, key.serialize_pem()).expect("written");
        (chain, secret)
    }
}

fn logon(comp_id: &str) -> Vec<u8> {
    message("FIX.4.4", comp_id, 1, "A", &[(98, "0"), (108, "30")])
}

/// What `openssl s_client` says and hears that sends these bytes.
fn s_client(address: &str, arguments: &[&str], bytes: &[u8]) -> String {
    let mut child = Command::new("openssl")
        .args(["s_client", "-connect", address, "-servername", "localhost", "-ign_eof"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl starts");
    // A handshake that failed has closed the pipe.
    let _closed = child.stdin.take().expect("standard input").write_all(bytes);
    let said = child.wait_with_output().expect("openssl ends");
    let text = [said.stdout, said.stderr].concat();
    String::from_utf8_lossy(&text).replace('\x01', "|")
}

#[test]
fn openssl_sees_tls_1_3_and_strangers_are_refused_without_a_secret() {
    if let Err(error) = Command::new("openssl").arg("version").output() {
        println!("skipped: no openssl to ask: {error}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new(&folder.path().join("ours"));
    let stranger = Authority::new(&folder.path().join("theirs"));
    let (certificate, key) = authority.identity("server");
    let address = free_address();
    let section = format!(
        "[fix.tls]\nlisten = \"{address}\"\ncertificate = \"{certificate}\"\nkey = \"{key}\"\nclient_ca = \"{}\"\n\n",
        authority.roots()
    );
    let config = deployed("[http]\n", &format!("{section}[http]\n"));
    let config = change(&config, "address_failures = 10", "address_failures = 0");
    let daemon = Daemon::start(folder.path(), &config);

    let (own, own_key) = authority.identity("CLIENT1");
    let (other, other_key) = authority.identity("CLIENT2");
    let (foreign, foreign_key) = stranger.identity("CLIENT1");
    let roots = authority.roots();
    let trust = ["-CAfile", roots.as_str(), "-verify_return_error"];
    let with = |certificate: &str, key: &str, bytes: &[u8]| {
        let arguments = [&trust[..], &["-cert", certificate, "-key", key]].concat();
        s_client(&address, &arguments, bytes)
    };
    let both = [logon("CLIENT1"), message("FIX.4.4", "CLIENT1", 2, "5", &[])].concat();
    let said = with(&own, &own_key, &both);
    assert!(said.contains("TLSv1.3") && said.contains("Verify return code: 0 (ok)"), "{said}");
    assert!(said.contains("|35=A|") && said.contains("|35=5|"), "{said}");

    let another = with(&other, &other_key, &logon("CLIENT1"));
    assert!(!another.contains("|35="), "{another}");
    let of_a_stranger = with(&foreign, &foreign_key, &logon("CLIENT1"));
    assert!(!of_a_stranger.contains("|35="), "{of_a_stranger}");
    let without = s_client(&address, &trust, &logon("CLIENT1"));
    assert!(!without.contains("|35=") && without.contains("certificate required"), "{without}");

    // The plain listener goes on beside it.
    let mut plain = Peer::connect(&daemon.fix, "FIX.4.4", "CLIENT2");
    plain.say("A", &[(98, "0"), (108, "30")]);
    plain.hears(&["35=A"]);

    until("all refusals are logged", || {
        let said = daemon.said();
        said.contains("does not name this CompID") && said.matches("TLS handshake failed").count() == 2
    });
    let log = daemon.said();
    for name in [&key, &own_key, &other_key, &foreign_key] {
        let secret = fs::read_to_string(name).expect("a key");
        let line = secret.lines().nth(1).expect("its bytes");
        assert!(!log.contains(line), "a private key is in the log");
    }
}
