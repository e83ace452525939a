//! Plays every script of `tests/scripts` against a session, in each version and role that it names. The scripts' language is
//! told in `tests/scripts/README.md`.
//!
//! There is a test for each rule; it plays the scripts whose names begin with the rule's number, and lists each that fails with its
//! file, its line, what it expected and what it got.

mod owner;
mod player;
mod script;
mod settings;
mod wire;

use std::path::{Path, PathBuf};

use gateway::fix::session::Role;
use script::Script;

/// The measure: scenario by version, both roles.
const RUNS_MIN: usize = 120;

fn scripts_of(rule: &str) -> Vec<Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let entries = std::fs::read_dir(&folder).expect("the folder of the scripts");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "fix"));
    paths.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(rule)));
    paths.sort();
    paths.iter().map(|path| Script::read(path)).collect()
}

fn play_rule(rule: &str) {
    let scripts = scripts_of(rule);
    assert!(!scripts.is_empty(), "rule {rule} has a script");
    let mut failures = Vec::new();
    for script in &scripts {
        for (version, role) in script.runs() {
            if let Err(failure) = player::play(script, version, role) {
                let name = version.name();
                failures.push(format!("{}:{} ({name}, {role:?})\n{}", script.name, failure.line, failure.text));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}\n{} runs failed", failures.join("\n"), failures.len());
}

macro_rules! rules {
    ($($name:ident $rule:literal)*) => {
        $(#[test]
        fn $name() {
            play_rule(concat!($rule, "-"));
        })*

        const RULES: &[&str] = &[$(concat!($rule, "-")),*];
    };
}

rules! {
    rule_01_sequence_reset "01"
    rule_02_gap_fill_arithmetic "02"
    rule_03_one_resend_request_per_gap "03"
    rule_04_resend_while_a_gap_is_open "04"
    rule_05_too_low_and_poss_dup "05"
    rule_06_gapped_logon "06"
    rule_07_reset_seq_num_flag "07"
    rule_08_garbled "08"
    rule_09_comp_ids_and_sending_time "09"
    rule_10_second_logon "10"
    rule_11_heartbeats "11"
    rule_12_missing_msg_seq_num "12"
    rule_13_reject_fields_by_version "13"
    rule_14_appl_ver_id "14"
    rule_15_form "15"
    rule_16_poss_resend_and_unsupported_types "16"
    rule_17_next_expected_and_last_processed "17"
    rule_18_logout "18"
    rule_19_schedules "19"
}

#[test]
fn scripts_belong_to_rules_and_cover_versions_and_roles() {
    let scripts = scripts_of("");
    for script in &scripts {
        assert!(RULES.iter().any(|rule| script.name.starts_with(rule)), "{} begins with a rule's number", script.name);
    }
    let runs: Vec<_> = scripts.iter().flat_map(Script::runs).collect();
    let in_role = |role: Role| runs.iter().filter(|(_, in_role)| *in_role == role).count();
    assert!(runs.len() >= RUNS_MIN, "{} runs", runs.len());
    assert!(in_role(Role::Acceptor) >= RUNS_MIN / 2 && in_role(Role::Initiator) >= RUNS_MIN / 2);
}

#[test]
fn player_notices_what_is_not_as_written() {
    let plays = |text: &str| {
        let script = Script::parse("test".to_owned(), text);
        script.runs().into_iter().try_for_each(|(version, role)| player::play(&script, version, role))
    };
    let head = "versions 4.4\nroles acceptor\nlogon\n";
    for (wrong, line) in [
        ("< 35=1|112=a\n", 4),
        ("< 35=1|112=a\n> 35=0|112=b\n", 5),
        ("< 35=1|112=a\n> 35=0|34=9|112=a\n", 5),
        ("< 35=1|112=a\n> 35=0\n", 5),
        ("> 35=0\n", 4),
        ("< 35=D|{order}\n", 4),
        ("< 35=D|{order}\nexpect application poss_dup\n", 5),
        ("< 35=D|34=1|{order}\n> 35=5|58=*\n", 5),
        ("disconnected\n", 4),
        ("numbers in=3 out=2\n", 4),
    ] {
        let failure = plays(&format!("{head}{wrong}")).expect_err(wrong);
        assert_eq!(failure.line, line, "{wrong}: {}", failure.text);
    }
    assert_eq!(plays(&format!("{head}< 35=1|112=a\n> 35=0|112=a\nnumbers in=3 out=3\n")), Ok(()));
}
