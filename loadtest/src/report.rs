//! What a person reads after a run: tables in text and markdown. JSON is the same structs through serde.

use std::fmt::Write;

use crate::accounting::Tally;
use crate::progress::{Latency, Report};
use crate::ramp::Ramp;
use crate::svg::duration;

/// A run in words and numbers.
pub fn run_table(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{} sessions, {} requests a second asked, {} achieved, for {}",
        report.sessions,
        grouped(report.rate),
        grouped(report.achieved_rate),
        duration(report.sending_ns as f64)
    );
    if let Some(why) = &report.interrupted {
        let _ = writeln!(text, "INTERRUPTED: {why}");
    }
    let _ = writeln!(text, "\n{:>10}{:>14}{:>14}{:>12}{:>12}", "", "sent", "acknowledged", "refused", "unanswered");
    let counts = &report.counts;
    for (name, tally) in
        [("new", counts.new), ("cancel", counts.cancel), ("replace", counts.replace), ("all", counts.total())]
    {
        let Tally { sent, acknowledged, refused } = tally;
        let [sent, acknowledged, refused] = [sent, acknowledged, refused].map(grouped);
        let unanswered = grouped(tally.unanswered());
        let _ = writeln!(text, "{name:>10}{sent:>14}{acknowledged:>14}{refused:>12}{unanswered:>12}");
    }
    let verdict = if report.complete { "holds" } else { "DOES NOT HOLD" };
    let _ = writeln!(text, "\nsent = acknowledged + refused: {verdict}");
    let _ = writeln!(
        text,
        "fills {}, cancel rejects {}, business rejects {}, session rejects {}, unsolicited {}, garbled {}",
        grouped(counts.fills),
        grouped(counts.cancel_rejects),
        grouped(counts.business_rejects),
        grouped(counts.session_rejects),
        grouped(counts.unsolicited),
        grouped(counts.garbled)
    );
    for (reason, count) in counts.reasons.sorted() {
        let _ = writeln!(text, "  refused {:>10}  {reason}", grouped(count));
    }
    let _ =
        writeln!(text, "\nlatency from the intended send time to the first answer\n{}", latency_line(&report.latency));
    text
}

/// The percentiles in one line.
pub fn latency_line(latency: &Latency) -> String {
    let said = [
        ("min", latency.min_ns),
        ("p50", latency.p50_ns),
        ("p90", latency.p90_ns),
        ("p99", latency.p99_ns),
        ("p99.9", latency.p999_ns),
        ("p99.99", latency.p9999_ns),
        ("max", latency.max_ns),
    ]
    .map(|(name, ns)| format!("{name} {}", duration(ns as f64)));
    format!("  {}  ({} samples)", said.join("  "), grouped(latency.samples))
}

/// The steps of a search and its result.
pub fn ramp_table(ramp: &Ramp, p99_ns: u64) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{:>12}{:>12}{:>12}{:>12}{:>12}  ", "rate", "achieved", "p50", "p99", "max");
    for step in &ramp.steps {
        let [p50, p99, max] = [step.p50_ns, step.p99_ns, step.max_ns].map(|ns| duration(ns as f64));
        let (rate, achieved) = (grouped(step.rate), grouped(step.achieved_rate));
        let verdict = if step.holds(p99_ns) { "holds" } else { "fails" };
        let _ = writeln!(text, "{rate:>12}{achieved:>12}{p50:>12}{p99:>12}{max:>12}  {verdict}");
    }
    let bound = duration(p99_ns as f64);
    let _ = match &ramp.highest {
        Some(step) => writeln!(text, "\nhighest rate with p99 within {bound}: {} a second", grouped(step.rate)),
        None => writeln!(text, "\nno rate held p99 within {bound}"),
    };
    text
}

/// A number with commas between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounting::Counts;
    use crate::book::latency_histogram;
    use std::collections::BTreeMap;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn table_and_json_of_a_run_say_the_same() {
        let mut counts = Counts { new: Tally { sent: 1_500, acknowledged: 1_498, refused: 2 }, ..Counts::default() };
        counts.reasons.count(b"MAX_ORDER_QTY: x", b"");
        let mut histogram = latency_histogram();
        histogram.saturating_record(7_000);
        let report = Report {
            sessions: 2,
            rate: 1_000,
            achieved_rate: 1_000,
            sending_ns: 1_500_000_000,
            complete: true,
            interrupted: Some("LOAD1: gone".into()),
            counts,
            latency: Latency::of(&histogram),
            numbers: BTreeMap::new(),
            histogram,
            acks: None,
        };
        let table = run_table(&report);
        for part in ["1,498", "MAX_ORDER_QTY", "holds", "INTERRUPTED: LOAD1: gone", "1 samples"] {
            assert!(table.contains(part), "{part} in\n{table}");
        }
        let json = serde_json::to_value(&report).expect("plain data");
        assert_eq!(json["counts"]["new"]["acknowledged"], 1_498);
        assert_eq!(json["counts"]["reasons"]["MAX_ORDER_QTY"], 1);
        assert!(json["latency"]["p99.9_ns"].as_u64().is_some_and(|ns| (6_900..7_100).contains(&ns)));
    }
}
