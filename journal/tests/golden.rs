//! Journals of every version that was ever released, read by this one. `UPDATE_SNAPSHOTS=1` writes those of the present
//! version; the files of older versions stay as they are for ever.

mod common;

use core::ops::ControlFlow;
use std::path::{Path, PathBuf};

use common::{append, assert_as_written, small, time, write};
use journal::format::FORMAT;
use model::Seq;

/// Frames of each golden journal: enough for two segments.
const FRAMES: u64 = 1_400;
const MILLISECONDS_OF_QUIET: u64 = 20;

fn golden(version: u16) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/v{version}"))
}

/// A journal with all that its version knows: two segments, a seal, marks, two openings, a clean end.
fn write_golden(to: &Path) {
    let dir = tempfile::tempdir().unwrap();
    let mut opened = journal::open(dir.path(), small()).unwrap();
    write(&mut opened, &[1, 5, 1_200]);
    opened.writer.write_group(time(MILLISECONDS_OF_QUIET * 1_000_000)).unwrap();
    opened.writer.close(time(1 << 40)).unwrap();
    drop(opened);
    let mut opened = journal::open(dir.path(), small()).unwrap();
    let written = opened.log.next_seq().0 - 1;
    write(&mut opened, &[FRAMES - written]);
    opened.writer.close(time(1 << 40)).unwrap();
    std::fs::create_dir_all(to).unwrap();
    for name in segments(dir.path()) {
        let bytes = std::fs::read(dir.path().join(&name)).unwrap();
        let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        std::fs::write(to.join(&name), &bytes[..end]).unwrap();
    }
}

fn segments(dir: &Path) -> Vec<String> {
    let names = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(".mlj")).collect();
    names.sort();
    names
}

/// The zeros after the last record are not kept in the repository.
fn unpack(version: u16) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in segments(&golden(version)) {
        let mut bytes = std::fs::read(golden(version).join(&name)).unwrap();
        bytes.resize(small().segment_bytes as usize, 0);
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    dir
}

fn assert_whole(dir: &Path, frames: u64) {
    let mut next = 1;
    let summary = journal::read(dir, Seq(1), |frame| {
        assert_eq!(frame.seq, Seq(next));
        assert_as_written(frame);
        next += 1;
        ControlFlow::Continue(())
    });
    let summary = summary.unwrap();
    assert_eq!((summary.frames, summary.last_seq, summary.torn), (frames, Seq(frames), None));
    let verdict = journal::verify(dir);
    assert!(verdict.is_sound(), "{verdict:?}");
    assert_eq!(verdict.frames, frames);
}

#[test]
fn journals_of_every_version_are_read_and_gone_on_with() {
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        write_golden(&golden(FORMAT));
    }
    for version in 1..=FORMAT {
        let dir = unpack(version);
        assert!(segments(dir.path()).len() > 1, "version {version} has a roll");
        assert_whole(dir.path(), FRAMES);

        let mut opened = journal::open(dir.path(), small()).unwrap();
        assert_eq!(opened.recovered.last_seq, Seq(FRAMES), "version {version}");
        append(&mut opened.log, 10);
        opened.writer.close(time(1 << 41)).unwrap();
        drop(opened);
        assert_whole(dir.path(), FRAMES + 10);
    }
}
