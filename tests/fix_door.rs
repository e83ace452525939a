//! The door of the FIX acceptor as an operator and a client meet it: a password hashed by the command line lets one in, the
//! sessions are shown, and numbers are set only while nobody is logged on.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const SECRET: &str = "correct horse battery staple";
const PATIENCE: Duration = Duration::from_secs(60);

struct Daemon {
    child: Child,
    fix: String,
    http: String,
}

impl Daemon {
    fn start(data: &Path, hash: &str) -> Daemon {
        let (fix, http) = (free_address(), free_address());
        let config = include_str!("../deploy/millrace.toml")
            .replace(
                "\naccount = \"ALPHA\"\n# Most",
                &format!("\nusername = \"one\"\npassword_hash = \"{hash}\"\naccount = \"ALPHA\"\n# Most"),
            )
            .replace("[fix.message_log]\nenabled = false", "[fix.message_log]\nenabled = true");
        assert!(config.contains(hash), "the deployed configuration is otherwise now");
        let file = data.join("millrace.toml");
        fs::write(&file, config).expect("the configuration is written");
        let child = Command::new(env!("CARGO_BIN_EXE_millrace"))
            .args([Path::new("serve"), Path::new("--config"), &file, Path::new("--data"), data])
            .args(["--fix-listen", &fix, "--http-listen", &http])
            .stdout(Stdio::null())
            .stderr(File::create(data.join("daemon.log")).expect("the log is created"))
            .spawn()
            .expect("the daemon starts");
        Daemon { child, fix, http }
    }

    fn millrace(&self, data: &Path, words: &[&str]) -> Output {
        let place = ["--data", data.to_str().expect("a name in ASCII"), "--http", &self.http];
        Command::new(env!("CARGO_BIN_EXE_millrace")).args(words).args(place).output().expect("the command runs")
    }

    /// Says Logon with the number and the password; gives the socket and the first answer.
    fn logon(&self, number: u64, password: &str) -> (TcpStream, String) {
        let mut socket = TcpStream::connect(&self.fix).expect("the acceptor listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        let mut out = gateway::fix::encode::Encoder::with_capacity(512);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        out.begin(b"FIX.4.4", b"A");
        for (tag, value) in [(49, "CLIENT1"), (56, "MILLRACE")] {
            out.field_str(tag, value);
        }
        out.field_u64(34, number);
        out.field_time(52, i64::try_from(now.as_nanos()).expect("before 2262"));
        for (tag, value) in [(98, "0"), (108, "30"), (553, "one"), (554, password)] {
            out.field_str(tag, value);
        }
        out.finish();
        socket.write_all(out.pending()).expect("the Logon is sent");
        let mut answer = [0; 1_024];
        let count = socket.read(&mut answer).expect("an answer comes");
        (socket, String::from_utf8_lossy(&answer[..count]).replace('\x01', "|"))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port");
    listener.local_addr().expect("it has an address").to_string()
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "never came: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn hash_of_secret() -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_millrace"))
        .args(["fix", "hash-password"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("standard input").write_all(SECRET.as_bytes()).expect("the password is given");
    let said = child.wait_with_output().expect("the command ends");
    assert!(said.status.success());
    String::from_utf8(said.stdout).expect("text").trim().to_owned()
}

#[test]
fn password_sessions_and_numbers_by_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let hash = hash_of_secret();
    assert!(hash.starts_with("$argon2id$") && !hash.contains(SECRET));
    let daemon = Daemon::start(data, &hash);
    let sessions = || String::from_utf8(daemon.millrace(data, &["fix", "sessions"]).stdout).expect("text");
    until("the sessions are shown", || sessions().contains("CLIENT1"));

    let (_, answer) = daemon.logon(1, "wrong");
    assert!(answer.contains("|35=5|") && answer.contains("|58=username or password is wrong|"), "{answer}");
    let (socket, answer) = daemon.logon(1, SECRET);
    assert!(answer.contains("|35=A|"), "{answer}");
    until("the session is shown as logged on", || sessions().contains("logged on"));

    let set = ["fix", "set-seq", "CLIENT1", "--in", "50", "--reason", "agreed by telephone"];
    let refused = daemon.millrace(data, &set);
    assert!(!refused.status.success());
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(why.contains("is connected; set its numbers after it has logged out"), "{why}");
    drop(socket);
    until("the session is gone", || !sessions().contains("logged on"));
    let done = daemon.millrace(data, &set);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let (_socket, answer) = daemon.logon(50, SECRET);
    assert!(answer.contains("|35=A|"), "{answer}");

    let journal = data.join("journal");
    let dump = Command::new(env!("CARGO_BIN_EXE_millrace"))
        .args([Path::new("journal"), Path::new("dump"), &journal])
        .args(["-o", "json"])
        .output()
        .expect("the command runs");
    let dump = String::from_utf8(dump.stdout).expect("text");
    assert!(dump.contains("SetSequenceNumbers") && dump.contains("agreed by telephone"), "the act is in the journal");
    let said = fs::read_to_string(data.join("daemon.log")).expect("the log");
    let heard = fs::read_to_string(data.join("messages").join("CLIENT1.log")).expect("the message log");
    assert!(heard.contains("\u{1}554=***\u{1}"), "{heard}");
    for text in [said, heard, sessions()] {
        assert!(!text.contains(SECRET) && !text.contains(&hash), "{text}");
    }
}
