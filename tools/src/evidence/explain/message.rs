//! The bytes of a message as they came in or went out, where the message log has them.

use std::fs;
use std::path::{Path, PathBuf};

use gateway::fix::SOH;
use gateway::fix::message_log::file_name;

/// The messages of one session.
pub(super) struct MessageLog {
    folder: PathBuf,
    session: String,
}

impl MessageLog {
    /// That of a session; `folder` holds the logs of all of them.
    pub(super) fn of(folder: &Path, session: &str) -> MessageLog {
        MessageLog { folder: folder.to_owned(), session: session.to_owned() }
    }

    /// The last message that went this way ("in" or "out") and has all these fields; or why there is none.
    pub(super) fn find(&self, way: &str, fields: &[String]) -> String {
        let name = file_name(&self.session);
        let files = self.files(&name);
        if files.is_empty() {
            let place = self.folder.join(&name);
            return format!("FIX: there is no message log {}; see [fix.message_log]", place.display());
        }
        let wanted: Vec<String> = fields.iter().map(|field| format!("{0}{field}{0}", char::from(SOH))).collect();
        let mut found = None;
        for path in files {
            let Ok(text) = fs::read(&path) else { continue };
            let text = String::from_utf8_lossy(&text);
            for line in text.lines() {
                let is_way = line.split(' ').nth(1) == Some(way);
                if is_way && wanted.iter().all(|field| line.contains(field.as_str())) {
                    found = Some(line.replace(char::from(SOH), "|"));
                }
            }
        }
        found.map_or_else(
            || format!("FIX: the message log of {} has no such message ({})", self.session, fields.join(", ")),
            |line| format!("FIX: {line}"),
        )
    }

    /// Its files, the oldest first.
    fn files(&self, name: &str) -> Vec<PathBuf> {
        let rotated = (1..=64).rev().map(|number| format!("{name}.{number}"));
        rotated.chain([name.to_owned()]).map(|name| self.folder.join(name)).filter(|path| path.is_file()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_message_with_all_fields_is_found_across_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let write =
            |name: &str, text: &str| fs::write(folder.path().join(name), text.replace('|', "\x01")).expect("it writes");
        write("ONE.log.1", "t1 in  8=F|34=7|11=a|10=1|\nt2 out 8=F|34=7|11=a|10=2|\n");
        write("ONE.log", "t3 in  8=F|34=8|11=ab|10=3|\n");
        let log = MessageLog::of(folder.path(), "ONE");
        assert_eq!(log.find("in", &["34=7".to_owned(), "11=a".to_owned()]), "FIX: t1 in  8=F|34=7|11=a|10=1|");
        assert!(log.find("in", &["11=b".to_owned()]).contains("has no such message"));
        assert!(MessageLog::of(folder.path(), "TWO").find("in", &[]).contains("there is no message log"));
    }
}
