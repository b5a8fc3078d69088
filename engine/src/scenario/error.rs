//! What can be wrong with a scenario's text, and where.

/// A defect of a scenario: where (counted from 1, columns in characters), what, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {problem}; {remedy}")]
pub struct ScenarioError {
    pub line: u64,
    pub column: u64,
    pub problem: String,
    pub remedy: String,
}

/// The word of `known` that somebody who wrote `word` most likely meant, if one is near.
#[must_use]
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let (distance, best) = known.iter().map(|known| (distance(word, known), *known)).min()?;
    // A third of the letters may be wrong; one always may.
    (distance <= (best.chars().count() / 3).max(1)).then_some(best)
}

/// `did you mean 'x'?`, or the list of what there is.
#[must_use]
pub fn did_you_mean(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(best) => format!("did you mean '{best}'?"),
        None => format!("take one of: {}", known.join(", ")),
    }
}

/// How many letters have to be put in, taken out, changed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    // Nobody misspells a word of this length, and the table stays small.
    const LONGEST: usize = 40;
    let a: Vec<char> = a.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_offered_and_far_ones_are_not() {
        let known = ["lines", "lent", "disks", "workload"];
        assert_eq!(nearest("line", &known), Some("lines"));
        assert_eq!(nearest("worklaod", &known), Some("workload"));
        assert_eq!(nearest("Disks", &known), Some("disks"));
        assert_eq!(nearest("xyz", &known), None);
        assert_eq!(did_you_mean("xyz", &known), "take one of: lines, lent, disks, workload");
        assert_eq!(nearest(&"a".repeat(100_000), &known), None);
    }
}
