//! A FIX acceptor that sends orders back: the proof of the library, and a tool to try another engine against it.
//!
//! `cargo run --release -p gateway --example echo_acceptor -- --session FIX.4.4:ECHO:CLIENT:9876`
//!
//! Sessions of any version share a port, or have their own. What it does with messages is in `support/echo.rs`. It runs
//! until it is killed.

#[path = "support/args.rs"]
mod args;
#[path = "support/echo.rs"]
mod echo;

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use args::Args;
use echo::Echo;
use gateway::fix::dictionary::{Dictionary, Level};
use gateway::fix::driver::{Driver, Limits, ListenerKey, MemoryStore, Wait};
use gateway::fix::session::{SessionConfig, Version};
use gateway::fix::tls::{Identity, TlsServer};

const USAGE: &str = "\
echo_acceptor --session VERSION:SENDER:TARGET:PORT [--session ...]
  --session         VERSION is FIX.4.2, FIX.4.4 or FIXT.1.1 (FIX.5.0SP2); SENDER is ours, TARGET the peer's CompID
  --host            address to listen on; 127.0.0.1 unless given
  --reset-on-logon  both numbers begin again at 1 with every Logon
  --validation      strict, lenient or off: how much of the version's dictionary messages are held against; strict unless given
  --spin            never sleep
  --tls-cert        certificate chain, PEM; with --tls-key TLS is spoken on all ports
  --tls-key         its private key, PEM
  --tls-client-ca   authorities of the clients' certificates, PEM; a client must show one that names its CompID";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let names = ["--session", "--host", "--validation", "--tls-cert", "--tls-key", "--tls-client-ca"];
    let args = Args::read(USAGE, &names, &["--reset-on-logon", "--spin"]);
    if args.all("--session").is_empty() {
        args.fail("no --session");
    }
    let host = args.parsed("--host", IpAddr::V4(Ipv4Addr::LOCALHOST));
    let tls = tls(&args)?;
    let validation = match args.one("--validation") {
        None | Some("strict") => Level::Strict,
        Some("lenient") => Level::Lenient,
        Some("off") => Level::Off,
        Some(other) => args.fail(&format!("--validation: {other:?} is not strict, lenient or off")),
    };
    let mut driver = Driver::new(Limits::default())?;
    let mut listeners: Vec<(u16, ListenerKey)> = Vec::new();
    let mut stdout = io::stdout();
    for text in args.all("--session") {
        let (config, port) = args.session(text, SessionConfig::acceptor("ECHO", "CLIENT"));
        let dictionary = Some(dictionary(config.version, validation));
        let reset_on_logon = args.has("--reset-on-logon");
        let config = SessionConfig { reset_on_logon, dictionary, validation, ..config };
        let Some(port) = port.and_then(|port| port.parse().ok()) else {
            args.fail(&format!("--session: {text:?} has no port"))
        };
        let known = listeners.iter().find(|(of, _)| *of == port && port != 0).map(|(_, listener)| *listener);
        let listener = match known {
            Some(listener) => listener,
            None => driver.listen(SocketAddr::new(host, port), tls.clone())?,
        };
        listeners.push((port, listener));
        driver.accept(listener, config, Box::new(MemoryStore::default()));
        writeln!(stdout, "{text} listens on {}", driver.local_addr(listener))?;
    }
    stdout.flush()?;
    let wait = if args.has("--spin") { Wait::Spin } else { Wait::Block };
    Ok(driver.run(&mut Echo::default(), &AtomicBool::new(false), wait)?)
}

/// Where all is checked, tags of the counterparty's own must be defined too, and none are here.
fn dictionary(version: Version, level: Level) -> Arc<Dictionary> {
    let standard = Dictionary::standard(version);
    match level {
        Level::Strict => Arc::new(Dictionary::clone(&standard).refuse_user_defined()),
        Level::Lenient | Level::Off => standard,
    }
}

fn tls(args: &Args) -> Result<Option<TlsServer>, Box<dyn std::error::Error>> {
    let (chain, key) = match (args.one("--tls-cert"), args.one("--tls-key")) {
        (Some(chain), Some(key)) => (chain, key),
        (None, None) => return Ok(None),
        _ => args.fail("--tls-cert and --tls-key go together"),
    };
    let identity = Identity::from_pem_files(Path::new(chain), Path::new(key))?;
    Ok(Some(TlsServer::new(identity, args.one("--tls-client-ca").map(Path::new))?))
}
