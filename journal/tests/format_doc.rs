//! `FORMAT.md` says what the code does.

use std::collections::BTreeMap;
use std::mem::{offset_of, size_of};

use journal::format::{
    COMMIT_BYTES, Commit, FORMAT, FRAME_BYTES_MAX, KIND_COMMIT, KIND_EPOCH, KIND_FRAME, KIND_SEAL, MAGIC,
    RECORD_HEADER_BYTES, RecordHeader, SEGMENT_HEADER_BYTES, SegmentHeader, parse_segment_name, segment_name,
};

const DOC: &str = include_str!("../FORMAT.md");

/// Field, offset and size of each row of the table under a heading.
fn table(heading: &str) -> BTreeMap<&'static str, (usize, usize)> {
    let from = DOC.find(&format!("## {heading}")).unwrap() + 3;
    let section = DOC[from..].split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let offset = cells.next()?.parse().ok()?;
        let size = cells.next()?.parse().ok()?;
        Some((cells.next()?, (offset, size)))
    });
    rows.collect()
}

macro_rules! fields {
    ($type:ident, $sample:expr, $($field:ident),+) => {{
        let sample = $sample;
        BTreeMap::from([$((stringify!($field), (offset_of!($type, $field), size_of_val(&sample.$field)))),+])
    }};
}

#[test]
fn tables_of_the_format_page_match_the_code() {
    let header = RecordHeader { crc: 0, len: 0, chain: 0, seq: 0, time: 0, kind: 0, events: 0, format: 0, epoch: 0 };
    let commit = Commit { header, first_seq: 0, durable_upto: 0, batch_bytes: 0, hash: [0; 32] };
    let segment = SegmentHeader::new(0, 1, 1, 0, 0, [0; 32]);
    let expected = [
        (
            format!("SegmentHeader ({SEGMENT_HEADER_BYTES} bytes)"),
            fields!(
                SegmentHeader,
                segment,
                magic,
                crc,
                format,
                reserved,
                journal,
                first_seq,
                segment_bytes,
                chain,
                hash,
                epoch,
                reserved_end
            ),
            size_of::<SegmentHeader>(),
        ),
        (
            format!("RecordHeader ({RECORD_HEADER_BYTES} bytes)"),
            fields!(RecordHeader, header, crc, len, chain, seq, time, kind, events, format, epoch),
            size_of::<RecordHeader>(),
        ),
        (
            format!("Commit ({COMMIT_BYTES} bytes)"),
            fields!(Commit, commit, header, first_seq, durable_upto, batch_bytes, hash),
            size_of::<Commit>(),
        ),
    ];
    for (heading, fields, size) in expected {
        assert_eq!(table(&heading), fields, "{heading}");
        assert_eq!(fields.values().map(|(_, size)| size).sum::<usize>(), size, "{heading} has no hole");
    }
}

#[test]
fn constants_of_the_format_page_match_the_code() {
    assert!(DOC.contains(&format!("Format version {FORMAT}.")));
    assert!(DOC.contains(&format!("`{}`", std::str::from_utf8(&MAGIC).unwrap())));
    assert!(DOC.contains(&format!("at most {FRAME_BYTES_MAX} |")));
    assert!(
        DOC.contains(&format!(
            "{KIND_FRAME} frame, {KIND_COMMIT} commit or mark, {KIND_SEAL} seal, {KIND_EPOCH} epoch"
        ))
    );
    assert_eq!(segment_name(1), "0000000000000001.mlj");
    assert_eq!(parse_segment_name("0000000000000001.mlj"), Some(1));
    assert_eq!(parse_segment_name("+000000000000001.mlj"), None);
    assert_eq!(parse_segment_name("1.mlj"), None);
}
