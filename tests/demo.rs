//! The README's first command, in its short form, plain and with the stricter profile: the proof must hold.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What the subcommand says about the data; it must succeed.
fn said(args: &[&str], data: &Path) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_millrace")).args(args).arg("--data").arg(data).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{args:?}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn demo(profile: &[&str], data: &Path) -> Value {
    let short = ["demo", "--headless", "--for", "4s", "--rate", "1000", "--assert", "-o", "json"];
    serde_json::from_str(&said(&[&short[..], profile].concat(), data)).expect("the proof is JSON")
}

#[test]
fn demo_proves_what_it_did() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let proof = demo(&[], &folder.path().join("data"));
    assert_eq!(proof["claims"].as_array().map(Vec::len), Some(5));
    let counts = &proof["load"]["counts"];
    for kind in ["new", "cancel", "replace"] {
        assert!(counts[kind]["acknowledged"].as_u64() > Some(0), "{kind}: {counts}");
    }
    assert!(counts["fills"].as_u64() > Some(0), "{counts}");
    assert!(counts["new"]["refused"].as_u64() > Some(0), "refusals are seen: {counts}");
}

/// Every claim holds with all limits set, many a control refuses, and a refused, a filled and a busted order explain themselves
/// from the messages' bytes to sums that are the journal's.
#[test]
fn strict_demo_proves_what_it_did_and_explains_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let proof = demo(&["--strict"], &data);
    assert_eq!(proof["claims"].as_array().map(Vec::len), Some(9));
    assert!(proof["load"]["counts"]["fills"].as_u64() > Some(0), "{proof}");
    let explained = |subject: &str, example: &str| {
        let id = proof["examples"][example].as_str().unwrap_or_else(|| panic!("{example}: {proof}"));
        let story = said(&["explain", subject, id], &data);
        assert!(story.contains("35=") && !story.contains("DIFFERS"), "{story}");
        story
    };
    let refused = explained("reject", "refused");
    assert!(refused.contains("REFUSED") && refused.contains("would have passed"), "{refused}");
    let filled = explained("order", "filled");
    assert!(filled.contains("the journal says the same: position, cost, realised, fee, cash"), "{filled}");
    let busted = explained("fill", "busted");
    assert!(busted.contains("never was") && busted.contains("come to, by"), "{busted}");
}
