//! Runs a scenario in both roles, plain and with kills, and holds the page of results to what came out.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::play::play;
use super::script::{Role, Script};
use super::street::Patience;
use super::{ALL, WAITING};

/// The columns of the page.
const WAYS: [(Role, bool); 4] =
    [(Role::Broker, false), (Role::Broker, true), (Role::Client, false), (Role::Client, true)];
/// How long something that must come may take, on a machine that does much else.
const PATIENCE: Patience = Patience(Duration::from_secs(20));
/// The same where nobody expects it to come.
const LITTLE_PATIENCE: Patience = Patience(Duration::from_secs(2));
const PASSES: &str = "passes";
const PAGE: &str = "README.md";
/// What stands over the rows.
const HEAD: &str = include_str!("head.md");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

/// The file of a scenario: its name begins with the id and a hyphen.
fn file(id: &str) -> PathBuf {
    let begins = format!("{id}-");
    let is_it = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&begins));
    files().into_iter().find(is_it).unwrap_or_else(|| panic!("no file begins with {begins}"))
}

fn files() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the folder of the scenarios");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|it| it == "txt")).collect();
    files.sort();
    files
}

/// A scenario, by its file.
fn read(path: &Path) -> Script {
    let text = fs::read_to_string(path).expect("the scenario");
    Script::read(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// All of them.
pub(crate) fn scripts() -> Vec<Script> {
    files().iter().map(|path| read(path)).collect()
}

/// The test of one scenario.
pub(crate) fn scenario(id: &str) {
    let path = file(id);
    let script = read(&path);
    assert_eq!(script.id, id, "the first line of {}", path.display());
    let waits_for = WAITING.iter().find(|(waiting, _)| *waiting == id).map(|(_, what)| *what);
    let patience = if waits_for.is_some() { LITTLE_PATIENCE } else { PATIENCE };
    let results = thread::scope(|scope| {
        let run = |(role, crash)| {
            let script = &script;
            scope.spawn(move || play(script, role, crash, patience))
        };
        let died = |_| Err("it panicked; see above".to_owned());
        WAYS.map(run).map(|running| running.join().unwrap_or_else(died))
    });
    let cell = |result: &Result<(), String>| match (waits_for, result) {
        (Some(what), _) => format!("waits for {what}"),
        (None, Ok(())) => PASSES.to_owned(),
        (None, Err(_)) => "fails".to_owned(),
    };
    let row = row(&path, &script.title, &results.each_ref().map(cell));
    let failed = WAYS.iter().zip(&results).filter_map(|((role, crash), result)| {
        let why = result.as_ref().err()?;
        Some(format!("{id} as the {role:?}{}: {why}", if *crash { ", killed" } else { "" }))
    });
    let failed: Vec<String> = failed.collect();
    if waits_for.is_some() {
        println!("{}", failed.join("\n"));
        assert!(!failed.is_empty(), "{id} passes: take it off the list of those that wait");
    } else {
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }
    hold(&row);
}

fn row(path: &Path, title: &str, cells: &[String; 4]) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("| [{}]({name}) | {title} | {} |", id_of(path), cells.join(" | "))
}

/// What a file's name begins with.
fn id_of(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split('-').next().unwrap_or_default()
}

/// The page in the tree must have this row; with `UPDATE_SNAPSHOTS=1` it gets it.
fn hold(row: &str) {
    let begins = row.split("](").next().unwrap_or_default();
    update(|rows| {
        rows.retain(|line| !line.starts_with(begins));
        rows.push(row.to_owned());
    });
    let page = page();
    let is = rows(&page).find(|line| line.starts_with(begins));
    assert_eq!(is, Some(row), "the page is not what came out; run with UPDATE_SNAPSHOTS=1 and review");
}

/// Where that is asked for, writes the page anew.
fn update(change: impl FnOnce(&mut Vec<String>)) {
    if std::env::var_os("UPDATE_SNAPSHOTS").is_none() {
        return;
    }
    // Tests run side by side, also as processes.
    let lock = File::open(folder()).expect("the folder of the scenarios");
    lock.lock().expect("the folder can be locked");
    let mut rows: Vec<String> = rows(&page()).map(str::to_owned).collect();
    change(&mut rows);
    fs::write(folder().join(PAGE), written(rows)).expect("the page is written");
}

fn page() -> String {
    fs::read_to_string(folder().join(PAGE)).unwrap_or_default()
}

fn rows(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter(|line| line.starts_with("| ["))
}

fn written(mut rows: Vec<String>) -> String {
    rows.sort_unstable();
    format!("{HEAD}{}\n", rows.join("\n"))
}

/// The page has each scenario once, and nothing but what these tests write; each file has its test.
#[test]
fn page_has_every_scenario() {
    let id = |row: &str| row.strip_prefix("| [").and_then(|row| row.split(']').next()).map(str::to_owned);
    update(|rows| rows.retain(|row| id(row).is_some_and(|id| ALL.contains(&id.as_str()))));
    let ids: Vec<String> = files().iter().map(|path| id_of(path).to_owned()).collect();
    assert_eq!(ids, ALL, "a file for each test");
    assert!(WAITING.iter().all(|(id, _)| ALL.contains(id)), "only scenarios wait");
    let page = page();
    assert_eq!(page, written(rows(&page).map(str::to_owned).collect()), "run with UPDATE_SNAPSHOTS=1");
    let on_page: Vec<String> = rows(&page).filter_map(id).collect();
    assert_eq!(on_page, ALL, "a row for each test");
}
