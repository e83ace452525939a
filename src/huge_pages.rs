//! Large tables in huge pages, so that an order's dozen looks into a gigabyte do not each cost a walk through the page
//! tables: measured, that is most of the time of a busy hot thread with a million orders.
//!
//! The C library asks the kernel for them where `GLIBC_TUNABLES` says so, and reads that once, before `main`. So the
//! daemon sets it and starts itself again, in the same process. Where this library or the kernel does not know them,
//! nothing changes.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

const VARIABLE: &str = "GLIBC_TUNABLES";
const TUNABLE: &str = "glibc.malloc.hugetlb";
/// Says that it was tried: a program with privileges of its own never sees the variable above.
const TRIED: &str = "MILLRACE_HUGE_PAGES_TRIED";

/// Starts the program again with huge pages, once; comes back where that is done already or cannot be done. What was read
/// from `config` must be there to be read again.
pub(crate) fn ask_for(config: &Path) {
    if env::var_os(TRIED).is_some() || !config.is_file() {
        return;
    }
    let before = env::var(VARIABLE).unwrap_or_default();
    if !cfg!(target_env = "gnu") || before.contains(TUNABLE) {
        return;
    }
    let separator = if before.is_empty() { "" } else { ":" };
    let Ok(program) = env::current_exe() else { return };
    let error = Command::new(program)
        .args(env::args_os().skip(1))
        .env(TRIED, "1")
        .env(VARIABLE, format!("{before}{separator}{TUNABLE}=1"))
        .exec();
    tracing::warn!(%error, "cannot start again with huge pages; the engine will be slower with many orders");
}
