//! What the worker tells the page. It travels as text, which needs no more of either side than strings.

use super::words;
use crate::language::speak;
use crate::scene::model::Broken;
use mirrorline_engine::check::Invariant;
use mirrorline_engine::text::Text;

/// How far a search has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// States that are known.
    pub states: u64,
    /// Steps taken, and the start.
    pub generated: u64,
    /// The most steps that a known state is away from the start.
    pub depth: u64,
    /// Known states that have yet to be expanded.
    pub frontier: u64,
    /// Memory held for states.
    pub bytes: u64,
    /// The time that the worker has worked, in milliseconds.
    pub ms: u64,
}

/// A broken rule, and the run in which it breaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Break {
    /// The invariant's name.
    pub rule: String,
    pub what: Text,
    /// Events up to the one that breaks it.
    pub steps: u64,
    /// The run, as a scenario's text.
    pub scenario: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// A search goes on.
    Searching(Counts),
    /// Every state was seen and keeps every rule. The states of lines, messages and modes that were seen.
    Exhausted(Counts, String),
    /// There are more states than are allowed.
    Full(Counts),
    Broken(Counts, Break),
    /// A sweep goes on: seeds that were tried, and the time that the worker has worked, in milliseconds.
    Sweeping {
        tried: u64,
        ms: u64,
    },
    /// A seed fails, and is being made small: requests and faults that are left, and runs that it took so far.
    Shrinking {
        seed: u64,
        tried: u64,
        left: u64,
        runs: u64,
    },
    /// No seed has failed.
    Swept {
        tried: u64,
        ms: u64,
    },
    /// A seed fails; the run is made small.
    Failed {
        seed: u64,
        tried: u64,
        found: Break,
    },
    /// What was asked for cannot be done: why.
    Refused(String),
}

impl Report {
    /// As [`Report::read`] reads it.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Report::Searching(counts) => counts.write("searching"),
            Report::Exhausted(counts, seen) => counts.write("exhausted") + seen,
            Report::Full(counts) => counts.write("full"),
            Report::Broken(counts, found) => counts.write("broken") + &found.write(),
            Report::Sweeping { tried, ms } => format!("sweeping {tried} {ms}\n"),
            Report::Shrinking { seed, tried, left, runs } => {
                format!("shrinking {seed} {tried} {left} {runs}\n")
            }
            Report::Swept { tried, ms } => format!("swept {tried} {ms}\n"),
            Report::Failed { seed, tried, found } => format!("failed {seed} {tried}\n") + &found.write(),
            Report::Refused(why) => format!("refused\n{why}"),
        }
    }

    /// Nothing when it is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Report> {
        let (head, rest) = text.split_once('\n')?;
        let (kind, numbers) = head.split_once(' ').unwrap_or((head, ""));
        Some(match kind {
            "searching" => Report::Searching(Counts::read(numbers)?),
            "exhausted" => Report::Exhausted(Counts::read(numbers)?, rest.to_owned()),
            "full" => Report::Full(Counts::read(numbers)?),
            "broken" => Report::Broken(Counts::read(numbers)?, Break::read(rest)?),
            "sweeping" => {
                let [tried, ms] = self::numbers(numbers)?;
                Report::Sweeping { tried, ms }
            }
            "shrinking" => {
                let [seed, tried, left, runs] = self::numbers(numbers)?;
                Report::Shrinking { seed, tried, left, runs }
            }
            "swept" => {
                let [tried, ms] = self::numbers(numbers)?;
                Report::Swept { tried, ms }
            }
            "failed" => {
                let [seed, tried] = self::numbers(numbers)?;
                Report::Failed { seed, tried, found: Break::read(rest)? }
            }
            "refused" => Report::Refused(rest.to_owned()),
            _ => return None,
        })
    }

    /// Whether there is more to come.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        matches!(self, Report::Searching(_) | Report::Sweeping { .. } | Report::Shrinking { .. })
    }
}

impl Counts {
    fn write(self, kind: &str) -> String {
        let Counts { states, generated, depth, frontier, bytes, ms } = self;
        format!("{kind} {states} {generated} {depth} {frontier} {bytes} {ms}\n")
    }

    fn read(text: &str) -> Option<Counts> {
        let [states, generated, depth, frontier, bytes, ms] = numbers(text)?;
        Some(Counts { states, generated, depth, frontier, bytes, ms })
    }

    /// Unique states in a second.
    #[must_use]
    pub fn rate(self) -> u64 {
        self.states * 1_000 / self.ms.max(1)
    }
}

impl Break {
    fn write(&self) -> String {
        let Break { rule, what, steps, scenario } = self;
        let mut text = format!("{steps} {rule}\n");
        words::write(what, &mut text);
        text + "\n" + scenario
    }

    fn read(text: &str) -> Option<Break> {
        let (head, rest) = text.split_once('\n')?;
        let (steps, rule) = head.split_once(' ')?;
        let (what, scenario) = rest.split_once('\n')?;
        let steps = steps.parse().ok()?;
        Some(Break { rule: rule.to_owned(), what: words::read(what)?, steps, scenario: scenario.to_owned() })
    }
}

impl Break {
    /// As the stage shows it; nothing of a rule that there is not.
    #[must_use]
    pub fn broken(&self) -> Option<Broken> {
        let rule = Invariant::ALL.into_iter().find(|invariant| invariant.name() == self.rule)?;
        Some(Broken { name: rule.name(), event: self.steps, what: speak(self.what.clone()) })
    }
}

/// So many numbers with a space between two of them.
pub(super) fn numbers<const N: usize>(text: &str) -> Option<[u64; N]> {
    let mut words = text.split(' ');
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = words.next()?.parse().ok()?;
    }
    words.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirrorline_engine::text;

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let counts = Counts { states: 1, generated: 2, depth: 3, frontier: 4, bytes: 5, ms: 6 };
        let found = Break {
            rule: "FENCED".into(),
            what: text!("{at} serves alone, and so does {peer}", at = "A", peer = "B"),
            steps: 7,
            scenario: "mirrorline scenario 1\nlines 1\n".into(),
        };
        for report in [
            Report::Searching(counts),
            Report::Exhausted(counts, "OC OP".into()),
            Report::Full(counts),
            Report::Broken(counts, found.clone()),
            Report::Sweeping { tried: 8, ms: 9 },
            Report::Shrinking { seed: 8, tried: 9, left: 10, runs: 11 },
            Report::Swept { tried: 8, ms: 9 },
            Report::Failed { seed: 8, tried: 9, found },
            Report::Refused("no\nworld".into()),
        ] {
            assert_eq!(Report::read(&report.write()), Some(report));
        }
    }

    #[test]
    fn what_is_no_report_is_passed_over() {
        for text in ["", "full", "full 1 2 3\n", "full 1 2 3 4 5 x\n", "full 1 2 3 4 5 6 7\n", "ready\n"] {
            assert_eq!(Report::read(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_search_that_has_taken_no_time_has_a_rate_all_the_same() {
        assert_eq!(Counts { states: 5, ..Counts::default() }.rate(), 5_000);
        assert_eq!(Counts { states: 500, ms: 2_000, ..Counts::default() }.rate(), 250);
    }
}
