//! The command lines of the examples: `--name value` pairs, and flags.

use std::collections::HashMap;
use std::process::exit;

use gateway::fix::session::{SessionConfig, Version};

/// What was given, by name.
pub(crate) struct Args {
    usage: &'static str,
    given: HashMap<String, Vec<String>>,
}

impl Args {
    /// Reads the command line. `flags` have no value; any other name has one.
    pub(crate) fn read(usage: &'static str, names: &[&str], flags: &[&str]) -> Args {
        let mut args = Args { usage, given: HashMap::new() };
        let mut words = std::env::args().skip(1);
        while let Some(name) = words.next() {
            let value = match name.as_str() {
                flag if flags.contains(&flag) => String::new(),
                known if names.contains(&known) => match words.next() {
                    Some(value) => value,
                    None => args.fail(&format!("{name} needs a value")),
                },
                _ => args.fail(&format!("what is {name}?")),
            };
            args.given.entry(name).or_default().push(value);
        }
        args
    }

    /// Says what is wrong and how it would be right, and ends the process.
    pub(crate) fn fail(&self, why: &str) -> ! {
        eprintln!("{why}\n\n{}", self.usage);
        exit(2)
    }

    pub(crate) fn all(&self, name: &str) -> &[String] {
        self.given.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.all(name).last().map(String::as_str)
    }

    pub(crate) fn has(&self, flag: &str) -> bool {
        self.given.contains_key(flag)
    }

    /// A value of any type that can be read from text, or the default.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, name: &str, default: T) -> T {
        match self.one(name) {
            None => default,
            Some(text) => text.parse().unwrap_or_else(|_| self.fail(&format!("{name}: cannot read {text:?}"))),
        }
    }

    /// Applies BeginString(8) and the CompIDs of `VERSION:SENDER:TARGET`; gives what follows.
    pub(crate) fn session<'a>(&self, text: &'a str, config: SessionConfig) -> (SessionConfig, Option<&'a str>) {
        let mut parts = text.splitn(4, ':');
        let (Some(version), Some(sender), Some(target)) = (parts.next(), parts.next(), parts.next()) else {
            self.fail(&format!("--session: {text:?} is not VERSION:SENDER:TARGET"))
        };
        let same = |known: &Version| [known.name().as_bytes(), known.begin_string()].contains(&version.as_bytes());
        let Some(version) = Version::ALL.into_iter().find(same) else {
            self.fail(&format!("--session: {version:?} is not FIX.4.2, FIX.4.4, FIXT.1.1 or FIX.5.0SP2"))
        };
        for comp_id in [sender, target] {
            let printable = comp_id.bytes().all(|byte| byte.is_ascii_graphic());
            if comp_id.is_empty() || comp_id.len() > gateway::fix::limits::COMP_ID_BYTES_MAX || !printable {
                self.fail(&format!("--session: {comp_id:?} is no CompID"));
            }
        }
        let config = SessionConfig {
            version,
            sender_comp_id: sender.as_bytes().into(),
            target_comp_id: target.as_bytes().into(),
            ..config
        };
        (config, parts.next())
    }
}
