//! Limits of the file: what it says first, what it says anew, and what people have said since.

use std::fs;
use std::process::Command;

use serde_json::json as value;

use super::daemon::{Daemon, until};
use super::{alpha, config, json, of_alpha, proposals, refused, set, word};

fn start(folder: &tempfile::TempDir, config: &str) -> Daemon {
    let daemon = Daemon::start(folder.path(), config);
    until("the limits are shown", || daemon.millrace(&["limits"]).status.success());
    daemon
}

#[test]
fn what_people_changed_stands_until_the_file_says_something_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = start(&folder, &of_alpha("5"));
    let version = json(&set(&daemon, "3", "ann"))["seq"].clone();
    drop(daemon);

    // The same word of the file is no new one.
    let daemon = start(&folder, &of_alpha("5"));
    let limit = alpha(&daemon);
    assert_eq!((&limit["value"], &limit["version"]), (&value!("3"), &version));
    drop(daemon);

    // A tighter one holds at once, a looser one waits like anybody's.
    let daemon = start(&folder, &of_alpha("2"));
    assert_eq!(alpha(&daemon)["value"], "2");
    drop(daemon);
    let daemon = start(&folder, &of_alpha("50"));
    let waits = proposals(&daemon);
    assert_eq!((waits.len(), &waits[0]["configured"], &waits[0]["value"]), (1, &value!(true), &value!("50")));
    assert_eq!(alpha(&daemon)["value"], "2");
    drop(daemon);

    // Another start does not ask again, neither while it waits nor after it was declined.
    let daemon = start(&folder, &of_alpha("50"));
    assert_eq!(proposals(&daemon), waits);
    json(&word(&daemon, "decline", &waits[0]["proposal"], "bob"));
    drop(daemon);
    let daemon = start(&folder, &of_alpha("50"));
    assert_eq!((proposals(&daemon).len(), &alpha(&daemon)["value"]), (0, &value!("2")));
    drop(daemon);

    // Who leaves it out takes it away, and that is looser too.
    let daemon = start(&folder, &config(""));
    let waits = proposals(&daemon);
    assert_eq!((waits.len(), &waits[0]["value"]), (1, &value!(null)));
    // Nobody knows who wrote the file, so it takes two who say who they are.
    assert_eq!(json(&word(&daemon, "approve", &waits[0]["proposal"], "bob"))["outcome"], "proposed");
    assert_eq!(proposals(&daemon)[0]["actor"], "bob");
    let why = refused(&word(&daemon, "approve", &waits[0]["proposal"], "bob"));
    assert!(why.contains("another person must"), "{why}");
    assert_eq!(json(&word(&daemon, "approve", &waits[0]["proposal"], "cyd"))["outcome"], "set");
    assert_eq!(alpha(&daemon), value!(null));
}

#[test]
fn reload_says_the_files_new_words_in_the_name_of_who_asked_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = start(&folder, &of_alpha("5"));
    let reload = || json(&daemon.millrace(&["reload", "--reason", "a new limit"]));
    daemon.write_config(&of_alpha("4"));
    assert_eq!(reload()["limits_said"], value!(["open_orders of account ALPHA"]));
    until("it holds", || alpha(&daemon)["value"] == "4");
    daemon.write_config(&of_alpha("6"));
    reload();
    until("it waits", || proposals(&daemon).len() == 1);
    let waits = &proposals(&daemon)[0];
    let actor = waits["actor"].as_str().expect("somebody");
    let why = refused(&word(&daemon, "approve", &waits["proposal"], actor));
    assert!(why.contains("another person must"), "{why}");
    json(&word(&daemon, "approve", &waits["proposal"], "another"));
    assert_eq!(alpha(&daemon)["value"], "6");
    daemon.write_config(&of_alpha("6").replace("governance = \"two_persons\"", "governance = \"one_person\""));
    assert_eq!(reload()["needs_restart"], value!(["firm"]));
}

#[test]
fn one_person_in_the_file_is_not_enough_where_two_were_asked_for_and_the_daemon_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let alone = |config: &str| config.replace("governance = \"two_persons\"", "governance = \"one_person\"");
    drop(start(&folder, &of_alpha("5")));
    let daemon = start(&folder, &alone(&of_alpha("5")));
    assert!(daemon.said().contains("governance = \\\"one_person\\\" has no effect"), "{}", daemon.said());
    assert_eq!(json(&set(&daemon, "9", "ann"))["outcome"], "proposed");
    drop(daemon);
    let fresh = tempfile::tempdir().expect("a folder");
    let daemon = start(&fresh, &alone(&of_alpha("5")));
    assert!(!daemon.said().contains("has no effect"), "{}", daemon.said());
    assert_eq!(json(&set(&daemon, "9", "ann"))["outcome"], "set");
}

#[test]
fn mandatory_limit_is_set_or_waived_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("millrace.toml");
    let run = |words: &[&str], config: &str| {
        fs::write(&file, config).expect("the configuration is written");
        let file = file.to_str().expect("a name in ASCII");
        let command = Command::new(env!("CARGO_BIN_EXE_millrace")).args(words).args(["--config", file]).output();
        command.expect("the command runs")
    };
    let without = |limit: &str| {
        let deployed = config("");
        let lines = deployed.lines().filter(|line| !line.starts_with(&format!("{limit} = ")));
        lines.collect::<Vec<_>>().join("\n")
    };
    for words in [&["check"][..], &["serve", "--data", folder.path().to_str().expect("a name in ASCII")]] {
        let why = refused(&run(words, &without("open_notional")));
        assert!(why.contains("limits.firm.open_notional") && why.contains("without it nothing is traded"), "{why}");
        assert!(why.contains("waived = [\"open_notional\"]"), "{why}");
    }
    let waived = without("open_notional").replace("waived = []", "waived = [\"open_notional\"]");
    assert!(run(&["check"], &waived).status.success());
    assert!(!run(&["check"], &config("").replace("waived = []", "waived = [\"loss_halt\"]")).status.success());
}
