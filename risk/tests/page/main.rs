//! The page of the 50 controls, `risk/CONTROLS.md`, is what the sources say: which check answers and with what reject, whose limits it
//! knows, where it lives, which tests name it. `UPDATE_SNAPSHOTS=1` writes it. The costs are those of the last bench, `risk/costs.txt`.

mod sources;
mod table;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use model::{Check, KillScope, LimitKind};
use sources::{Source, checks_of_controls, read_all};
use table::{CONTROLS, ELSEWHERE, MISSING};

const HEAD: &str = include_str!("head.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// Everything that the page is made of.
struct Sources {
    code: Vec<Source>,
    suite: Vec<Source>,
    oracle: String,
    /// The file of a control, without its end, and its check.
    checks: Vec<(String, Check)>,
    costs: Vec<(String, f64)>,
}

impl Sources {
    fn read() -> Sources {
        let folders = ["risk/src", "engine/src", "gateway/src", "tools/src", "src"];
        let code = folders.iter().flat_map(|folder| read_all(&root(), folder)).collect();
        let oracle = read_all(&root(), "engine/tests/oracle").into_iter().map(|source| source.text).collect();
        let costs = read("risk/costs.txt");
        let costs = costs.lines().filter_map(|line| line.split_once(' '));
        Sources {
            code,
            suite: read_all(&root(), "engine/tests/suite"),
            oracle,
            checks: checks_of_controls(&read("risk/src/controls.rs")),
            costs: costs.map(|(word, cost)| (word.to_owned(), cost.parse().expect("a number"))).collect(),
        }
    }

    fn cost(&self, word: &str) -> Option<f64> {
        self.costs.iter().find(|(own, _)| own == word).map(|(_, cost)| *cost)
    }

    /// The files whose comments say that they are about the control, and those that the table adds.
    fn places(&self, number: u8) -> Vec<&Source> {
        let said = ELSEWHERE.iter().filter(|(own, _)| *own == number).flat_map(|(_, paths)| *paths);
        let said: Vec<&str> = said.copied().collect();
        let missing = said.iter().find(|path| !self.code.iter().any(|source| source.path == **path));
        assert_eq!(missing, None, "control {number} is said to live there");
        let is_place = |source: &&Source| source.controls().contains(&number) || said.contains(&source.path.as_str());
        self.code.iter().filter(is_place).collect()
    }

    fn checks(&self, number: u8, places: &[&Source]) -> Vec<Check> {
        let own = |source: &&Source| {
            let name = source.path.strip_prefix("risk/src/controls/").and_then(|path| path.strip_suffix(".rs"));
            let of_file = self.checks.iter().filter(move |(file, _)| Some(file.as_str()) == name);
            of_file.map(|(_, check)| *check).collect::<Vec<_>>()
        };
        let mut checks: Vec<Check> = places.iter().flat_map(own).collect();
        match number {
            1 => checks.push(Check::UnknownAccount),
            2 => checks.push(Check::UnknownSymbol),
            _ => {}
        }
        checks.sort();
        checks.dedup();
        checks
    }

    /// Names of tests: those beside the controls, and those of the engine's suite that name a check.
    fn tests(&self, places: &[&Source], checks: &[Check]) -> Vec<String> {
        let beside = places.iter().filter(|source| source.path.starts_with("risk/src/controls/"));
        let beside = beside.flat_map(|source| source.tests().into_iter().map(|(name, _)| name));
        let names = |body: &str| checks.iter().any(|check| sources::mentions(body, &format!("Check::{check:?}")));
        let suite = self.suite.iter().flat_map(|source| source.tests());
        let through = suite.filter(|(_, body)| names(body)).map(|(name, _)| name);
        beside.chain(through).collect()
    }

    fn row(&self, number: u8, name: &str) -> String {
        let places = self.places(number);
        if places.is_empty() {
            return format!("| {number} | {name} | Millrace lacks it | | | | | |");
        }
        let checks = self.checks(number, &places);
        let kinds: BTreeSet<LimitKind> = places.iter().flat_map(|source| source.kinds()).collect();
        let scopes: BTreeSet<KillScope> = kinds.iter().flat_map(|kind| kind.scopes()).copied().collect();
        let list = |words: Vec<String>| words.join("<br>");
        let missing = MISSING.iter().filter(|(own, _)| *own == number).map(|(_, what)| (*what).to_owned());
        let codes = checks.iter().map(|check| format!("`{}`", check.code())).chain(missing).collect();
        let rejects = checks.iter().map(|check| check.ord_rej_reason().value().to_string()).collect();
        let costs: Vec<f64> = kinds.iter().filter_map(|kind| self.cost(kind.word())).collect();
        let is_judged = |check: &Check| sources::mentions(&self.oracle, &format!("Check::{check:?}"));
        // A control without a check of its own is judged where the oracle says so.
        let judged = if checks.is_empty() {
            if self.oracle.contains(&format!("/// Control {number}:")) { "yes" } else { "" }
        } else if checks.iter().all(is_judged) {
            "yes"
        } else {
            "no"
        };
        format!(
            "| {number} | {name} | {} | {} | {} | {} | {}{} | {} |",
            list(codes),
            list(rejects),
            scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(", "),
            list(places.iter().map(|source| format!("[{0}](../{0})", source.path)).collect()),
            list(self.tests(&places, &checks)),
            if judged.is_empty() { String::new() } else { format!("<br>oracle: {judged}") },
            if costs.is_empty() { String::new() } else { format!("{:.0}", costs.iter().sum::<f64>().max(0.0)) },
        )
    }

    fn page(&self) -> String {
        let rows: Vec<String> = CONTROLS.iter().map(|(number, name)| self.row(*number, name)).collect();
        let words = ["pass_none", "none", "pass_one", "one", "pass_all", "all", "limits"];
        let head = words.iter().fold(HEAD.to_owned(), |head, word| {
            let cost = self.cost(word).expect("the bench measures it");
            head.replace(&format!("{{{word}}}"), &format!("{cost:.0}"))
        });
        format!("{head}{}\n", rows.join("\n"))
    }
}

/// Costs aside: a number says that it was measured, not how much it may be.
#[test]
fn page_is_what_the_sources_say() {
    let page = Sources::read().page();
    let path = root().join("risk/CONTROLS.md");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &page).expect("the page is written");
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page, "run with UPDATE_SNAPSHOTS=1 and review");
}

#[test]
fn every_check_of_the_table_is_on_the_page() {
    let sources = Sources::read();
    let page = sources.page();
    // The table does not know them: they are of this engine, of its journal and of what its venues can do.
    let unnumbered = ["CURRENCY_MISMATCH", "JOURNAL_FULL", "ORDER_CAPACITY", "VENUE_LACKS"];
    for (_, check) in &sources.checks {
        let code = check.code();
        let is_there = page.contains(&format!("`{code}`")) || unnumbered.iter().any(|own| code.starts_with(own));
        assert!(is_there, "{code} belongs to no control: say `Control N` in its file");
    }
}
