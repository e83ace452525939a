//! The library's examples against engines that share no code with it, in every version: QuickFIX in both roles, and hand-made
//! bytes with simplefix in both roles.
//!
//! Skipped, with the reason printed, where Python has neither; `MILLRACE_REQUIRE_PEER=1` makes that a failure, and
//! `MILLRACE_PEER_PYTHON` names another Python.

mod peer;
mod python;

use peer::{Acceptor, client, run};

const QUICKFIX: &str = "quickfix==1.16.0";
const SIMPLEFIX: &str = "simplefix==1.0.17";

/// QuickFIX connects, and the echo gives it back what it sends.
fn quickfix_initiator(version: &str) {
    let acceptor = Acceptor::start(version, &[]);
    let folder = tempfile::tempdir().expect("a folder");
    run(
        QUICKFIX,
        "quickfix_initiator.py",
        version,
        &["--port".as_ref(), acceptor.port(), "--folder".as_ref(), folder.path().as_ref()],
    );
}

/// QuickFIX answers the order client.
fn quickfix_acceptor(version: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let client = client();
    run(
        QUICKFIX,
        "quickfix_acceptor.py",
        version,
        &["--client".as_ref(), client.as_ref(), "--folder".as_ref(), folder.path().as_ref()],
    );
}

/// Bytes to the echo.
fn simplefix_initiator(version: &str) {
    let acceptor = Acceptor::start(version, &["--reset-on-logon"]);
    run(SIMPLEFIX, "simplefix_initiator.py", version, &["--port".as_ref(), acceptor.port()]);
}

/// Bytes to the order client.
fn simplefix_acceptor(version: &str) {
    run(SIMPLEFIX, "simplefix_acceptor.py", version, &["--client".as_ref(), client().as_ref()]);
}

macro_rules! in_every_version {
    ($($peer:ident: $fix_42:ident $fix_44:ident $fix_50_sp2:ident,)+) => {
        $(
            #[test]
            fn $fix_42() {
                $peer("FIX.4.2");
            }

            #[test]
            fn $fix_44() {
                $peer("FIX.4.4");
            }

            #[test]
            fn $fix_50_sp2() {
                $peer("FIXT.1.1");
            }
        )+
    };
}

in_every_version! {
    quickfix_initiator: quickfix_initiator_42 quickfix_initiator_44 quickfix_initiator_50_sp2,
    quickfix_acceptor: quickfix_acceptor_42 quickfix_acceptor_44 quickfix_acceptor_50_sp2,
    simplefix_initiator: simplefix_initiator_42 simplefix_initiator_44 simplefix_initiator_50_sp2,
    simplefix_acceptor: simplefix_acceptor_42 simplefix_acceptor_44 simplefix_acceptor_50_sp2,
}
