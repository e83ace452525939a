//! Makes an input out of sound ones by a few changes that a fuzzer would try.

use fastrand::Rng;

/// Longest input.
const INPUT_BYTES_MAX: usize = 12 * 1024;
/// Bytes that mean something to what reads the input.
const MEANING: &[u8] = b"=\x01\x01|0123456789-.:YN<>/\"8A";

/// One input, settled by the generator.
pub(crate) fn input(random: &mut Rng, corpus: &[Vec<u8>], into: &mut Vec<u8>) {
    into.clear();
    into.extend_from_slice(pick(random, corpus));
    for _ in 0..random.usize(0..6) {
        change(random, corpus, into);
    }
    into.truncate(INPUT_BYTES_MAX);
}

fn pick<'a>(random: &mut Rng, corpus: &'a [Vec<u8>]) -> &'a [u8] {
    &corpus[random.usize(..corpus.len())]
}

fn change(random: &mut Rng, corpus: &[Vec<u8>], into: &mut Vec<u8>) {
    let at = random.usize(..=into.len());
    let piece = at..into.len().min(at + random.usize(1..24));
    match random.u8(0..9) {
        0 if at < into.len() => into[at] = random.u8(..),
        1 if at < into.len() => into[at] = MEANING[random.usize(..MEANING.len())],
        2 if at < into.len() => into[at] ^= 1 << random.u8(..8),
        3 => drop(into.drain(piece)),
        4 => into.insert(at, random.u8(..)),
        5 => {
            // A piece of another input, or the whole of it.
            let other = pick(random, corpus);
            let from = random.usize(..=other.len());
            let piece = &other[from..other.len().min(from + random.usize(1..200))];
            into.splice(at..at, piece.iter().copied());
        }
        6 => {
            // A piece of its own again: repeated fields, steps, elements.
            let piece = into[piece].to_vec();
            let to = random.usize(..=into.len());
            into.splice(to..to, piece);
        }
        7 => {
            let digits = &b"99999999999999999999999999999"[..random.usize(1..29)];
            into.splice(at..at, digits.iter().copied());
        }
        _ => into.truncate(at.max(1)),
    }
}
