//! The edges between the crates, as the layout draws them, read from `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Each crate and the crates of ours that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("risk", &["model"]),
    ("journal", &["model"]),
    ("engine", &["model", "risk", "journal"]),
    ("gateway", &["model", "journal"]),
    ("store", &["model", "journal"]),
    // The FIX codec lives in the gateway.
    ("tools", &["model", "journal", "engine", "store", "gateway"]),
    ("loadtest", &["model", "gateway"]),
    ("millrace", &["model", "risk", "journal", "engine", "gateway", "store", "tools", "loadtest"]),
];

/// What must not reach the crates of the hot path, however indirectly.
const NOT_IN_HOT_CRATES: &[&str] = &["tokio", "axum", "duckdb", "serde_json"];
const HOT_CRATES: &[&str] = &["model", "risk", "journal", "engine"];

struct Metadata {
    /// Package id to name.
    names: BTreeMap<String, String>,
    /// Package id to the ids of its normal dependencies.
    edges: BTreeMap<String, BTreeSet<String>>,
    ours: BTreeSet<String>,
}

fn text(value: &Value) -> String {
    value.as_str().expect("cargo writes text here").to_owned()
}

/// Packages for other platforms need not be on this machine.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let said = String::from_utf8(output.stdout).expect("rustc writes text");
    said.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_owned()
}

fn metadata() -> Metadata {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", &host(), "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let list = |value: &Value| value.as_array().expect("cargo writes a list here").clone();
    let names = list(&json["packages"]).iter().map(|package| (text(&package["id"]), text(&package["name"]))).collect();
    let normal = |dep: &Value| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
    let edges = list(&json["resolve"]["nodes"])
        .iter()
        .map(|node| {
            let deps = list(&node["deps"]).into_iter().filter(normal).map(|dep| text(&dep["pkg"])).collect();
            (text(&node["id"]), deps)
        })
        .collect();
    let ours = list(&json["workspace_members"]).iter().map(text).collect();
    Metadata { names, edges, ours }
}

#[test]
fn crates_use_only_what_the_layout_allows() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    assert_eq!(metadata.ours.len(), allowed.len(), "each crate has a line in the layout");
    for id in &metadata.ours {
        let name = &metadata.names[id];
        let may = allowed.get(name.as_str()).unwrap_or_else(|| panic!("{name} has no line in the layout"));
        for used in metadata.edges[id].iter().filter(|used| metadata.ours.contains(*used)) {
            let used = &metadata.names[used];
            assert!(may.contains(&used.as_str()), "{name} must not use {used}");
        }
    }
}

#[test]
fn hot_crates_never_reach_runtimes_databases_or_json() {
    let metadata = metadata();
    for id in metadata.ours.iter().filter(|id| HOT_CRATES.contains(&metadata.names[*id].as_str())) {
        let mut reached = BTreeSet::new();
        let mut open = vec![id.clone()];
        while let Some(at) = open.pop() {
            for next in &metadata.edges[&at] {
                if reached.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        for forbidden in NOT_IN_HOT_CRATES {
            let found = reached.iter().any(|id| metadata.names[id] == *forbidden);
            assert!(!found, "{} reaches {forbidden}", metadata.names[id]);
        }
    }
}
