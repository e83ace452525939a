//! What can go wrong, with the place and the cause. Nothing here is retried.

use core::fmt;
use std::io;

use model::Seq;

/// Why the journal cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The storage failed.
    #[error("journal: cannot {doing} {file}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        file: String,
        /// The operating system's word.
        source: io::Error,
    },
    /// No room for the next segment. Nothing acknowledged is lost; free space and start again.
    #[error("journal: disk full: no room for the next segment of {bytes} bytes ({source}); free space and restart")]
    DiskFull {
        /// What was asked for.
        bytes: u64,
        /// The operating system's word.
        source: io::Error,
    },
    /// Another process writes here.
    #[error("journal: another millrace runs on {dir} (pid {pid})")]
    Locked {
        /// The journal's directory.
        dir: String,
        /// What the lock file says; empty if it says nothing.
        pid: String,
    },
    /// A setting that cannot work.
    #[error("journal: {why}")]
    Settings {
        /// Which and why.
        why: &'static str,
    },
    /// Bytes that were durable are not what was written. Restore them from a copy; never truncate.
    #[error(
        "journal: damaged: {0}; all before that frame is sound. It was durable once, so nothing is cut off or skipped: keep \
         the folder as it is, put {file} back from a backup or a standby's folder, and prove the whole with `millrace \
         journal verify`", file = .0.file
    )]
    Damaged(Fault),
    /// A frame that should exist has no segment.
    #[error("journal: no segment holds frame {seq} in {dir}")]
    Missing {
        /// The frame.
        seq: Seq,
        /// The journal's directory.
        dir: String,
    },
    /// The journal failed before; the first failure is final.
    #[error("journal: stopped for good by an earlier failure: {first}")]
    Final {
        /// The first failure.
        first: String,
    },
}

impl Failure {
    /// Names the operation and the file of an [`io::Error`].
    pub(crate) fn io(doing: &'static str, file: &str) -> impl FnOnce(io::Error) -> Failure {
        move |source| Failure::Io { doing, file: file.to_owned(), source }
    }
}

/// The first place where a journal is not what was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The segment's file name.
    pub file: String,
    /// Byte offset of the record in it.
    pub offset: u64,
    /// The frame at this place, or the next one where the place holds no frame.
    pub seq: Seq,
    /// What is wrong.
    pub wrong: Wrong,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}, frame {}: {}", self.file, self.offset, self.seq, self.wrong)
    }
}

macro_rules! wrongs {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// What is wrong with a record or a segment.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Wrong { $($(#[$doc])* $name,)+ }

        impl fmt::Display for Wrong {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Wrong::$name => $text,)+ })
            }
        }
    };
}

wrongs! {
    /// The segment's name is not a sequence number.
    Name = "the file name is not that of a segment";
    /// Another millrace's segment.
    Newer = "a newer version of millrace wrote it; run that one, or restore the journal from before it ran";
    /// The segment's header.
    SegmentHeader = "the segment header is not valid";
    /// The segment does not go on where the one before it ended.
    Link = "the segment does not continue the one before it";
    /// The file is shorter or longer than its header says.
    Length = "the file does not have the length that its header says";
    /// The record header's checksum.
    HeaderCrc = "the record header does not match its checksum";
    /// A valid checksum over values that no writer writes.
    Header = "the record header has impossible values";
    /// The hash chain.
    Chain = "the bytes do not match the hash chain";
    /// Another writer's bytes.
    Epoch = "the record is of another epoch: what an earlier writer left, or a writer that was not alone";
    /// Sequence numbers with a gap or a repetition.
    Order = "the sequence number is not the next one";
    /// A commit record that does not fit the frames before it.
    Commit = "the commit record does not fit its frames";
    /// The batch hash.
    BatchHash = "the batch does not match its BLAKE3 hash";
    /// A command or event that this version does not know.
    Unknown = "a command or event of an unknown kind or value; a newer version wrote it";
    /// Bytes beyond the end of what was written.
    Tail = "bytes that are not zero after the last record";
    /// A segment ends without its seal although another follows.
    Unsealed = "the segment ends before its seal";
    /// Frames without the commit record that ends every batch.
    Uncommitted = "frames without a commit record";
}
