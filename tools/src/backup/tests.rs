//! Backups of journals that the tests make: taken, damaged, restored.

use std::fs;
use std::path::Path;

use model::{Command, EngineTime, Tick, Ticked};

use super::*;

/// A journal, grown by so many frames from `begins` on.
fn grow_from(begins: i64, data: &Path, frames: i64) {
    let settings = journal::Settings::default().with_segment_bytes(256 << 10);
    let mut opened = journal::open(&data.join("journal"), settings).expect("the journal opens");
    for frame in 0..frames {
        let events = [Ticked { reserved: 0 }.into()];
        opened.log.append(EngineTime(begins + frame), &Command::Tick(Tick { reserved: 0 }), &events);
    }
    opened.log.flush();
    while opened.writer.write_group(EngineTime(begins + frames)).expect("the disk takes it") > 0 {}
    opened.writer.close(EngineTime(begins + frames)).expect("the disk takes it");
}

fn grow(data: &Path, frames: i64) {
    grow_from(1, data, frames);
}

#[test]
fn restored_folder_comes_to_the_state_that_was_backed_up_and_the_next_backup_writes_what_changed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, to, again] = ["data", "backup", "again"].map(|name| folder.path().join(name));
    grow(&data, 6_000);
    fs::create_dir_all(data.join("sessions/blobs")).expect("a folder");
    fs::write(data.join("sessions/db"), "numbers").expect("a file");
    fs::write(data.join("operator.token"), "secret").expect("a file");
    let first = take(&data, &to).expect("it is backed up");
    assert!(first.manifest.files() == 3 && first.written == first.manifest.files(), "{first:?}");
    assert_eq!(first.manifest.proof.frame, 6_000);
    grow_from(10_000, &data, 10);
    let second = take(&data, &to).expect("it is backed up again");
    assert!(second.written < first.written, "the first segments and the sessions are what they were: {second:?}");
    let restored = restore(&to, &again).expect("it is restored");
    assert_eq!(restored.manifest.proof, second.manifest.proof);
    assert_eq!(fs::read(again.join("sessions/db")).expect("it is there"), b"numbers");
    assert!(!again.join("operator.token").exists() && !to.join("data/operator.token").exists(), "a secret stays");
    grow_from(20_000, &again, 10);
    let drill = to.join("drill");
    assert_eq!(restore_elsewhere(&to, &drill).expect("the drill").manifest.proof, second.manifest.proof);
    assert!(!drill.exists());
}

#[test]
fn changed_missing_and_foreign_files_are_named_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, to, again] = ["data", "backup", "again"].map(|name| folder.path().join(name));
    grow(&data, 10);
    fs::create_dir_all(data.join("sessions")).expect("a folder");
    fs::write(data.join("sessions/db"), "numbers").expect("a file");
    take(&data, &to).expect("it is backed up");
    let said = |result: Result<Restored>| format!("{:#}", result.expect_err("it is refused"));
    assert!(said(restore(&to, &data)).contains("is not empty"));
    fs::write(to.join("data/sessions/db"), "numbert").expect("a file");
    assert!(said(restore(&to, &again)).contains("sessions/db is not what was backed up"));
    fs::remove_file(to.join("data/sessions/db")).expect("it was there");
    assert!(said(restore(&to, &again)).contains("sessions/db is missing"));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left behind");
    let list = fs::read_to_string(to.join("backup.json")).expect("the list");
    fs::write(to.join("backup.json"), list.replace("sessions/db", "../../db")).expect("the list");
    assert!(said(restore(&to, &again)).contains("lies outside of a data folder"));
    fs::write(to.join("backup.json"), list.replace("\"format\": 1", "\"format\": 2")).expect("the list");
    assert!(said(restore(&to, &again)).contains("layout 2 is not known here"));
    fs::remove_file(to.join("backup.json")).expect("it was there");
    assert!(said(restore(&to, &again)).contains("is no complete backup"));
    assert!(format!("{:#}", take(&data, &data.join("journal/copy")).expect_err("it is refused")).contains("lies in"));
}

#[test]
fn damaged_journal_is_not_backed_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [data, to] = ["data", "backup"].map(|name| folder.path().join(name));
    grow(&data, 100);
    let segment = data.join("journal").join(journal::format::segment_name(1));
    let mut bytes = fs::read(&segment).expect("the segment");
    bytes[journal::format::SEGMENT_HEADER_BYTES + 40] ^= 1;
    fs::write(&segment, bytes).expect("the segment");
    let said = format!("{:#}", take(&data, &to).expect_err("it is refused"));
    assert!(said.contains("damaged there too") || said.contains("not what was written"), "{said}");
    assert!(!to.join("backup.json").exists());
}
