//! Follows the message log of one session: its last lines, then each new one as it comes, across rotations.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result};

/// Bytes at the end of the file in which the last lines are looked for.
const TAIL_BYTES: u64 = 1 << 20;

/// Writes the last `lines` lines of the file, then what is added, for as long as `wait` says true. SOH is shown as `|`.
///
/// # Errors
/// Where there is no such file, or the output cannot be written.
pub fn run(path: &Path, lines: usize, out: &mut impl Write, mut wait: impl FnMut() -> bool) -> Result<()> {
    let open = || {
        File::open(path).with_context(|| {
            format!("no messages at {}; is [fix.message_log] enabled, and the session's name right?", path.display())
        })
    };
    let mut file = BufReader::new(open()?);
    let mut line = Vec::new();
    for last in last_lines(&mut file, lines)? {
        write_line(&last, out)?;
    }
    loop {
        // A line that is not whole yet waits for its end.
        while file.read_until(b'\n', &mut line)? > 0 {
            if line.ends_with(b"\n") {
                write_line(&line, out)?;
                line.clear();
            }
        }
        out.flush()?;
        if is_rotated(path, file.get_ref()) {
            // What the old file still got after the last look.
            while file.read_until(b'\n', &mut line)? > 0 {
                write_line(&line, out)?;
                line.clear();
            }
            file = BufReader::new(open()?);
            continue;
        }
        if !wait() {
            return Ok(());
        }
    }
}

fn last_lines(file: &mut BufReader<File>, lines: usize) -> Result<Vec<Vec<u8>>> {
    let len = file.get_ref().metadata()?.len();
    let from = len.saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.by_ref().take(len - from).read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    file.seek(SeekFrom::Start(from + whole as u64))?;
    let mut found: Vec<Vec<u8>> = bytes[..whole].split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if from > 0 && !found.is_empty() {
        // Its beginning was cut off.
        found.remove(0);
    }
    Ok(found.split_off(found.len().saturating_sub(lines)))
}

fn write_line(line: &[u8], out: &mut impl Write) -> Result<()> {
    let shown: Vec<u8> = line.iter().map(|byte| if *byte == 1 { b'|' } else { *byte }).collect();
    Ok(out.write_all(&shown)?)
}

/// Is another file at the path now? While there is none, the old one is read on.
fn is_rotated(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (fs::metadata(path), file.metadata()) {
        (Ok(now), Ok(read)) => (now.dev(), now.ino()) != (read.dev(), read.ino()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_lines_then_new_ones_across_a_rotation() {
        let folder = std::env::temp_dir().join(format!("millrace-fix-tail-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("A.log");
        fs::write(&path, "one\ntwo\x01\nthree\nfo").unwrap();
        let (mut out, mut step) = (Vec::new(), 0);
        let add = |path: &Path, text: &str| {
            fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
        };
        run(&path, 2, &mut out, || {
            step += 1;
            match step {
                1 => add(&path, "ur\nfi"),
                2 => {
                    add(&path, "ve\n");
                    fs::rename(&path, folder.join("A.log.1")).unwrap();
                }
                3 => fs::write(&path, "six\n").unwrap(),
                _ => return false,
            }
            true
        })
        .unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "two|\nthree\nfour\nfive\nsix\n");
        assert!(run(&folder.join("B.log"), 1, &mut Vec::new(), || false).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
