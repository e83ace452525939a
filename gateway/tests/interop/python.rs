//! A Python with the other engines in it, for all tests that need one.

use std::env;
use std::process::Command;

/// A Python that has the package, such as `quickfix==1.16.0`; `None`, with the reason printed, where the test is to be skipped.
pub(crate) fn python_with(package: &str) -> Option<String> {
    let name = package.split('=').next().expect("a name");
    let python = env::var("MILLRACE_PEER_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let why = match Command::new(&python).args(["-c", &format!("import {name}")]).output() {
        Ok(output) if output.status.success() => return Some(python),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    let required = env::var("MILLRACE_REQUIRE_PEER").is_ok_and(|value| value == "1");
    assert!(!required, "{python} cannot import {name}, and MILLRACE_REQUIRE_PEER=1: {why}");
    println!("skipped: {python} cannot import {name} ({why}); `pip install {package}` provides it");
    None
}
