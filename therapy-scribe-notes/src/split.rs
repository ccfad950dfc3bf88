//! Sessions that are longer than a model reads, in parts (pure; the calls are in `writing`).

use std::ops::Range;

use crate::{prompt::Line, tokens};

/// So many lines of a part are told again with the next, so that an answer is not parted from its question.
const REPEATED: usize = 6;
/// But no more than this part of a part.
const REPEATED_SHARE: u32 = 8;

/// The lines in parts of so many tokens at most, in their order, each in one part at least. Parts are of about the same
/// size: a short rest at the end would be a note of a few sentences that nobody understands.
pub(crate) fn parts(lines: &[Line], budget: u32) -> Vec<String> {
    let lines: Vec<String> = lines.iter().flat_map(|line| cut(line, budget)).collect();
    let costs: Vec<u32> = lines.iter().map(|line| cost(line)).collect();
    let fewest = ranges(&costs, budget).len();
    let (mut least, mut most) = (costs.iter().copied().max().unwrap_or(0), budget);
    while least < most {
        let middle = least + (most - least) / 2;
        if ranges(&costs, middle).len() <= fewest {
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    let told = |range: Range<usize>| lines.get(range).unwrap_or_default().concat();
    ranges(&costs, most).into_iter().map(told).collect()
}

/// A line, or where it is longer than a part several with the same id, broken between words.
fn cut(line: &Line, budget: u32) -> Vec<String> {
    let whole = line.to_string();
    if cost(&whole) <= budget {
        return vec![whole];
    }
    let head = cost(&line.begin("")).saturating_add(1);
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for word in line.said.split_inclusive(' ').flat_map(letters) {
        let longer = head + tokens::estimate(&piece) + tokens::estimate(word) + 1;
        if longer > budget && !piece.is_empty() {
            pieces.push(line.begin(piece.trim_end()));
            piece.clear();
        }
        piece.push_str(word);
    }
    pieces.push(line.begin(piece.trim_end()));
    pieces
}

/// A word, or what is no word any more in pieces of a few letters.
fn letters(word: &str) -> impl Iterator<Item = &str> {
    const LONGEST: usize = 64;
    let mut rest = word;
    std::iter::from_fn(move || {
        let end = rest.char_indices().nth(LONGEST);
        let (piece, left) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = left;
        (!piece.is_empty()).then_some(piece)
    })
}

fn cost(line: &str) -> u32 {
    tokens::estimate(line)
}

/// Which lines come into which part. A line that is longer than the budget is a part by itself.
fn ranges(costs: &[u32], budget: u32) -> Vec<Range<usize>> {
    let cost = |index: usize| costs.get(index).copied().unwrap_or(0);
    let mut ranges = Vec::new();
    let (mut start, mut end) = (0, 0);
    while end < costs.len() {
        let mut sum: u32 = (start..end).map(cost).sum();
        // What is repeated leaves room for something new.
        while end < costs.len() && (end == start || sum.saturating_add(cost(end)) <= budget) {
            sum = sum.saturating_add(cost(end));
            end += 1;
        }
        ranges.push(start..end);
        start = next_start(start..end, budget, &cost);
    }
    ranges
}

fn next_start(part: Range<usize>, budget: u32, cost: &dyn Fn(usize) -> u32) -> usize {
    let mut start = part.end;
    let mut repeated = 0_u32;
    while start > part.start + 1 && part.end - start < REPEATED {
        repeated = repeated.saturating_add(cost(start - 1));
        let is_much = repeated > budget / REPEATED_SHARE;
        if is_much || repeated.saturating_add(cost(part.end)) > budget {
            break;
        }
        start -= 1;
    }
    start
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn session(said: &[String]) -> Vec<Line> {
        let line = |(number, said): (usize, &String)| {
            Line::new(format!("[U{number:04} 0:01 Client]"), said.clone())
        };
        (1..).zip(said).map(line).collect()
    }

    /// The words of a line, over all lines with its id.
    fn words_of(id: &str, parts: &[String]) -> Vec<String> {
        let lines = parts.iter().flat_map(|part| part.lines());
        let said = lines.filter_map(|line| line.strip_prefix(&format!("[{id} 0:01 Client] ")));
        said.flat_map(str::split_whitespace)
            .map(str::to_owned)
            .collect()
    }

    fn id(line: &str) -> &str {
        line.split(['[', ' ']).nth(1).unwrap()
    }

    #[test]
    fn what_fits_is_one_part_as_it_was() {
        let said = ["I slept badly.".to_owned(), "Why?".to_owned()];
        let parts = parts(&session(&said), 100);
        assert_eq!(
            parts,
            ["[U0001 0:01 Client] I slept badly.\n[U0002 0:01 Client] Why?\n"]
        );
        assert_eq!(super::parts(&[], 100).len(), 0);
    }

    #[test]
    fn parts_are_of_one_size_and_share_their_edges() {
        let said: Vec<_> = (0..100).map(|n| format!("This is sentence {n}.")).collect();
        let whole = parts(&session(&said), 100_000).concat();
        let parts = parts(&session(&said), cost(&whole) * 2 / 3);
        assert_eq!(parts.len(), 2);
        let (first, second) = (cost(&parts[0]), cost(&parts[1]));
        assert!(first.abs_diff(second) < first / 5, "{first} and {second}");
        let last = parts[0].lines().last().unwrap();
        assert!(parts[1].contains(last));
    }

    proptest! {
        #[test]
        fn every_utterance_is_in_a_part_in_order_and_no_part_is_too_long(
            lengths in prop::collection::vec(0_usize..120, 0..60),
            budget in 60_u32..1500,
            latin in prop::bool::ANY,
        ) {
            let word = if latin { "word" } else { "слово" };
            let say = |(line, length): (usize, &usize)| {
                (0..*length).map(|n| format!("{word}{line}x{n}")).collect::<Vec<_>>().join(" ")
            };
            let said: Vec<_> = lengths.iter().enumerate().map(say).collect();
            let parts = parts(&session(&said), budget);
            for part in &parts {
                prop_assert!(tokens::estimate(part) <= budget);
                let ids: Vec<_> = part.lines().map(id).collect();
                prop_assert!(ids.is_sorted());
            }
            for edge in parts.windows(2) {
                prop_assert!(edge[1].lines().last() != edge[0].lines().last());
            }
            for (number, said) in (1..).zip(&said) {
                let told = words_of(&format!("U{number:04}"), &parts);
                // Edges are told twice, so that words may come again, but none is missing.
                for word in said.split_whitespace() {
                    prop_assert!(told.iter().any(|told| told == word), "{} in {}", word, number);
                }
            }
            let lines = said.iter().filter(|said| !said.is_empty()).count();
            prop_assert!(parts.len() <= lines * 40 + 1);
        }
    }
}
