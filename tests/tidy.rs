//! What the house agreed on and a compiler does not see: each file says at its head what it is, and stays small enough to
//! be read in one go.

use std::fs;
use std::path::{Path, PathBuf};

/// Longest file in lines. What grows beyond it has a second subject.
const LINES_MAX: usize = 700;
/// Words that mean "not finished", spelled apart so that this file does not hold them.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

#[test]
fn every_source_file_is_headed_short_and_finished() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in
        ["benches", "engine", "gateway", "journal", "loadtest", "model", "risk", "src", "store", "tests", "tools"]
    {
        collect(&root.join(folder), &mut files);
    }
    assert!(files.len() > 100, "only {} files were found", files.len());
    let problems: Vec<String> = files.iter().flat_map(|file| problems(file)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn problems(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("a source file reads");
    let name = file.display();
    let mut problems = Vec::new();
    if !text.starts_with("//!") {
        problems.push(format!("{name}: begins without saying what it is (`//! ...`)"));
    }
    if text.lines().count() > LINES_MAX {
        problems.push(format!("{name}: more than {LINES_MAX} lines"));
    }
    for (at, line) in text.lines().enumerate() {
        if UNFINISHED.iter().any(|word| line.contains(word)) {
            problems.push(format!("{name}:{}: not finished: {}", at + 1, line.trim()));
        }
    }
    problems
}
