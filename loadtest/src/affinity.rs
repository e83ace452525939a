//! On which core the calling thread runs. A process that it starts inherits that.

use anyhow::{Context, Result, ensure};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Binds this thread to a core, where one is given.
pub fn pin(core: Option<usize>) -> Result<()> {
    let Some(core) = core else { return Ok(()) };
    ensure!(core < CpuSet::MAX_CPU, "no core {core}");
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).with_context(|| format!("pinning to core {core}"))
}

/// The cores that this thread may use.
pub fn cores() -> Result<CpuSet> {
    sched_getaffinity(None).context("asking for this thread's cores")
}

/// Lets this thread use these cores again.
pub fn restore(cores: &CpuSet) -> Result<()> {
    sched_setaffinity(None, cores).context("giving this thread its cores back")
}
