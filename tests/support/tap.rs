//! A wire tap between FIX clients and the daemon: passes bytes on and keeps what the daemon said.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

/// One tap for a known number of connections.
pub(crate) struct Tap {
    /// Where clients connect instead.
    pub(crate) listen: SocketAddr,
    accepting: JoinHandle<Vec<JoinHandle<Vec<u8>>>>,
}

impl Tap {
    /// A tap in front of `daemon` for this many connections.
    pub(crate) fn new(daemon: SocketAddr, connections: usize) -> Tap {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
        let listen = listener.local_addr().expect("it has an address");
        let accept = move || (0..connections).map(|_| splice(&listener, daemon)).collect();
        Tap { listen, accepting: thread::spawn(accept) }
    }

    /// What the daemon said on each connection, once all are closed.
    pub(crate) fn heard(self) -> Vec<Vec<u8>> {
        let connections = self.accepting.join().expect("the tap accepts");
        connections.into_iter().map(|heard| heard.join().expect("the tap listens")).collect()
    }
}

fn splice(listener: &TcpListener, daemon: SocketAddr) -> JoinHandle<Vec<u8>> {
    let (client, _) = listener.accept().expect("a client connects");
    let daemon = TcpStream::connect(daemon).expect("the daemon accepts");
    for stream in [&client, &daemon] {
        stream.set_nodelay(true).expect("a socket option");
    }
    let (from_client, to_daemon) = (clone(&client), clone(&daemon));
    thread::spawn(move || pass(from_client, to_daemon));
    thread::spawn(move || pass(daemon, client))
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("a descriptor")
}

/// Passes on until either side is gone; then the other learns of it.
fn pass(mut from: TcpStream, mut to: TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    let mut buffer = [0; 64 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        // Heard is heard, even where the client is gone by now.
        heard.extend_from_slice(&buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _gone_already = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    heard
}

/// The whole messages in what was heard, each as its fields; a message cut short at the end is none.
pub(crate) fn messages(heard: &[u8]) -> Vec<Vec<(u32, String)>> {
    let mut messages = Vec::new();
    let mut fields = Vec::new();
    for field in heard.split_inclusive(|byte| *byte == 1) {
        let Some(text) = field.strip_suffix(&[1]) else { break };
        let text = String::from_utf8_lossy(text);
        let (tag, value) = text.split_once('=').expect("a field is tag=value");
        let tag = tag.parse().expect("a tag is a number");
        fields.push((tag, value.to_owned()));
        if tag == 10 {
            messages.push(std::mem::take(&mut fields));
        }
    }
    messages
}
