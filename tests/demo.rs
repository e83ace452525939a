//! The README's first command, in its short form: the proof must hold.

use std::process::Command;

use serde_json::Value;

#[test]
fn demo_proves_what_it_did() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_millrace"))
        .args(["demo", "--headless", "--for", "4s", "--rate", "1000", "--assert", "-o", "json", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .expect("the demo runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let proof: Value = serde_json::from_str(&said).expect("the proof is JSON");
    assert_eq!(proof["claims"].as_array().map(Vec::len), Some(5));
    let counts = &proof["load"]["counts"];
    for kind in ["new", "cancel", "replace"] {
        assert!(counts[kind]["acknowledged"].as_u64() > Some(0), "{kind}: {counts}");
    }
    assert!(counts["fills"].as_u64() > Some(0), "{counts}");
    assert!(counts["new"]["refused"].as_u64() > Some(0), "refusals are seen: {counts}");
}
