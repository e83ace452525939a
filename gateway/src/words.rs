//! Words that people write in configurations and on command lines: durations, and what a misspelt word was meant to be.

use std::time::Duration;

/// A whole number and the word behind it, as "64 MiB" or "2s".
pub fn count_and_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    Some((count.parse().ok()?, unit.trim_start()))
}

/// "250us", "500ms", "2s", "5m", "1h".
pub fn duration(text: &str) -> Option<Duration> {
    let (count, unit) = count_and_unit(text)?;
    let nanos = UNITS.iter().find(|(word, _)| *word == unit)?.1;
    // A duration becomes i64 nanoseconds in the journal.
    count.checked_mul(nanos).filter(|nanos| i64::try_from(*nanos).is_ok()).map(Duration::from_nanos)
}

/// The same for people to read, in the largest unit that is exact; nanoseconds where none is.
pub fn shown_duration(nanos: u64) -> String {
    let exact = UNITS.iter().rev().find(|(_, unit)| nanos != 0 && nanos.is_multiple_of(*unit));
    exact.map_or_else(|| format!("{nanos}ns"), |(word, unit)| format!("{}{word}", nanos / unit))
}

const UNITS: [(&str, u64); 5] =
    [("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)];

/// The known word nearest to a wrong one, if it is near enough to be what was meant.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = wrong.chars().count() / 3 + 1;
    let near = known.into_iter().map(|word| (distance(wrong, word), word));
    near.filter(|(distance, _)| *distance <= allowed).min().map(|(_, word)| word)
}

/// What a word stands for, among those that there are.
///
/// # Errors
/// What was probably meant, or all that there are.
pub fn named<'a, T: Copy>(
    what: &str,
    word: &str,
    all: impl IntoIterator<Item = (&'a str, T), IntoIter: Clone>,
) -> Result<T, String> {
    let all = all.into_iter();
    if let Some((_, found)) = all.clone().find(|(known, _)| *known == word) {
        return Ok(found);
    }
    let words = all.map(|(known, _)| known);
    Err(match nearest(word, words.clone()) {
        Some(near) => format!("'{word}' is no {what}; did you mean {near}?"),
        None => format!("'{word}' is no {what}; there are {}", words.collect::<Vec<_>>().join(", ")),
    })
}

/// Edits from one word to the other: letters put in, left out, or changed.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_a_typo_and_no_stranger() {
        let known = ["max_long", "max_short", "cash"];
        assert_eq!(nearest("max_lnog", known), Some("max_long"));
        assert_eq!(nearest("maxshort", known), Some("max_short"));
        assert_eq!(nearest("colour", known), None);
    }

    #[test]
    fn durations_need_a_known_unit_and_are_shown_as_they_were_written() {
        for text in ["500ms", "2s", "90m", "24h", "250us"] {
            let nanos = u64::try_from(duration(text).expect(text).as_nanos()).unwrap();
            assert_eq!(shown_duration(nanos), text);
        }
        assert_eq!(duration("2 s"), Some(Duration::from_secs(2)));
        assert_eq!((shown_duration(0), shown_duration(1_500)), ("0ns".to_owned(), "1500ns".to_owned()));
        for wrong in ["", "2", "s", "-1s", "1.5s", "1 day", "99999999999h"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
