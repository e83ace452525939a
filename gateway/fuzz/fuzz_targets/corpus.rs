//! Puts the seeds into the folder that the environment names, before the fuzzer reads it.

use std::path::Path;

pub(crate) fn write(seeds: &[Vec<u8>]) {
    let Some(folder) = std::env::var_os("MILLRACE_FUZZ_CORPUS") else { return };
    for (number, seed) in seeds.iter().enumerate() {
        let file = Path::new(&folder).join(format!("seed-{number:03}"));
        std::fs::write(file, seed).expect("the corpus can be written");
    }
}
