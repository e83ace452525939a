//! A script: its head, and its steps with their lines and conditions.

use std::path::Path;

use gateway::fix::session::{Role, Version};

/// What `logon` stands for.
const LOGON: [&str; 6] = [
    "connect",
    "[acceptor] < 35=A|98=0|108=30|{1137}",
    "> 35=A|98=0|108=30|{1137}",
    "[initiator] < 35=A|98=0|108=30|{1137}",
    "expect logged on",
    "settled",
];

#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) name: String,
    versions: Vec<Version>,
    roles: Vec<Role>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
pub(crate) struct Step {
    /// Line of the file, from 1.
    pub(crate) line: usize,
    /// Empty: in all.
    versions: Vec<Version>,
    roles: Vec<Role>,
    /// The first word.
    pub(crate) word: String,
    /// What follows it.
    pub(crate) rest: String,
}

impl Step {
    pub(crate) fn applies(&self, version: Version, role: Role) -> bool {
        (self.versions.is_empty() || self.versions.contains(&version))
            && (self.roles.is_empty() || self.roles.contains(&role))
    }
}

impl Script {
    pub(crate) fn read(path: &Path) -> Script {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        Script::parse(name, &std::fs::read_to_string(path).expect("a readable script"))
    }

    pub(crate) fn parse(name: String, text: &str) -> Script {
        let mut script = Script { name, versions: Vec::new(), roles: Vec::new(), steps: Vec::new() };
        for (index, text) in text.lines().enumerate() {
            let line = index + 1;
            match text.trim() {
                "" => {}
                comment if comment.starts_with('#') => {}
                "logon" => LOGON.iter().for_each(|text| script.add(line, text)),
                text => script.add(line, text),
            }
        }
        assert!(!script.versions.is_empty() && !script.roles.is_empty(), "{} names versions and roles", script.name);
        script
    }

    fn add(&mut self, line: usize, text: &str) {
        let (condition, text) = match text.strip_prefix('[') {
            Some(conditional) => conditional.split_once(']').expect("a closing bracket"),
            None => ("", text),
        };
        let known = |word: &str| version(word).is_some() || role(word).is_some();
        assert!(condition.split_whitespace().all(known), "{}:{line}: no condition: {condition}", self.name);
        let (word, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        match word {
            "versions" => {
                self.versions = rest.split_whitespace().map(|word| version(word).expect("a version")).collect()
            }
            "roles" => self.roles = rest.split_whitespace().map(|word| role(word).expect("a role")).collect(),
            _ => self.steps.push(Step {
                line,
                versions: condition.split_whitespace().filter_map(version).collect(),
                roles: condition.split_whitespace().filter_map(role).collect(),
                word: word.to_owned(),
                rest: rest.trim().to_owned(),
            }),
        }
    }

    pub(crate) fn runs(&self) -> Vec<(Version, Role)> {
        self.versions.iter().flat_map(|version| self.roles.iter().map(|role| (*version, *role))).collect()
    }
}

fn version(word: &str) -> Option<Version> {
    Version::ALL.into_iter().find(|version| version.name().strip_prefix("FIX.") == Some(word))
}

fn role(word: &str) -> Option<Role> {
    match word {
        "acceptor" => Some(Role::Acceptor),
        "initiator" => Some(Role::Initiator),
        _ => None,
    }
}
