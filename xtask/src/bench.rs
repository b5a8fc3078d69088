//! `cargo xtask bench`: every figure that this project quotes, measured anew.
//!
//! What measures prints lines `name<TAB>value<TAB>unit`, with `-` for a value that could not be had and the reason as
//! its unit. Here they get their targets, and become `name: value unit (target …)`, so that texts can be held
//! against them.

mod native;
mod page;

use crate::failure::{Failure, Result};

/// What a figure must reach, by how its name begins.
const TARGETS: [(&str, Target); 23] = [
    ("replay of the trace, 4096 lines, native", Target::AtLeast(1_000_000.0)),
    (WASM_RATIO, Target::AtLeast(0.6)),
    ("page, all files", Target::AtMost(300.0)),
    ("first movement", Target::AtMost(1_000.0)),
    ("Lighthouse, performance", Target::AtLeast(95.0)),
    ("Lighthouse", Target::AtLeast(100.0)),
    ("script per frame while playing", Target::AtMost(4.0)),
    ("frame after frame, median", Target::AtMost(16.7)),
    ("frame after frame, 99th", Target::AtMost(33.0)),
    ("interaction to next paint while playing, 98th of 100", Target::AtMost(50.0)),
    ("seek in the page", Target::AtMost(50.0)),
    ("growth of", Target::AtMost(1.1)),
    ("memory of a history of 1000000 events", Target::AtMost(256.0)),
    ("seek in 1000000 events, 99th percentile", Target::AtMost(16.0)),
    (SCALING, Target::AtMost(1.2)),
    ("run with all checks after every event", Target::AtLeast(1_000_000.0)),
    (CHECKS_SCALING, Target::AtMost(1.5)),
    (WARM_SERVE, Target::AtMost(5.0)),
    ("explorer in the page’s worker, until", Target::AtMost(10.0)),
    (WORKER_RATIO, Target::AtLeast(0.4)),
    ("explorer, steady world", Target::AtLeast(250_000.0)),
    ("explorer to stateright", Target::AtLeast(1.0)),
    ("memory of the explorer", Target::AtMost(64.0)),
];

const WASM_RATIO: &str = "replay of the trace, 4096 lines, wasm to native";
const SCALING: &str = "cost of an I/O, same working set, dearest to cheapest";
/// A share of 20 % less to one of 20 % more.
const CHECKS_SCALING: &str = "cost of all checks of an event, dearest to cheapest";
/// As `explorer.mjs` names it.
const WORKER: &str = "explorer in the page’s worker, steady world";
const ONE_CORE: &str = "explorer on one native core, steady world";
const WORKER_RATIO: &str = "explorer in the page’s worker, to one native core";
const WARM_SERVE: &str = "warm start of `cargo xtask serve`";

/// What is asked of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Target {
    AtLeast(f64),
    AtMost(f64),
    None,
}

/// A line of the result.
#[derive(Clone, Debug, PartialEq)]
struct Figure {
    name: String,
    /// Without a value there is a reason.
    value: std::result::Result<f64, String>,
    unit: String,
}

/// How figures are measured: all of one kind together.
type Measure = fn() -> Result<Vec<Figure>>;

/// Prints every figure. One that cannot be had here says why; only what breaks fails the run.
pub fn run() -> Result<()> {
    let measures: [(&str, Measure); 11] = [
        ("engine", native::engine_and_module),
        ("explorer", native::explorer),
        ("page size", page::size),
        ("first movement", page::first_movement),
        ("Lighthouse", page::lighthouse),
        ("script per frame", page::frames),
        ("interaction", page::interaction),
        ("seek", page::seek),
        ("memory", page::memory),
        ("explorer in the page", page::explorer),
        ("warm start", page::warm_serve),
    ];
    page::prepare()?;
    let mut broken = 0;
    for (what, measure) in measures {
        match measure() {
            Ok(figures) => figures.iter().for_each(|figure| println!("{}", figure.line())),
            Err(failure) => {
                broken += 1;
                println!("{what}: not measured\n{failure}");
            }
        }
    }
    if broken == 0 { Ok(()) } else { Err(Failure::new(format!("measurements that broke: {broken}"))) }
}

impl Figure {
    fn new(name: &str, value: f64, unit: &str) -> Self {
        Self { name: name.into(), value: Ok(value), unit: unit.into() }
    }

    /// Reads the lines that a program printed; others are none of ours.
    fn read_all(text: &str) -> Vec<Self> {
        text.lines().filter_map(Self::read).collect()
    }

    fn read(line: &str) -> Option<Self> {
        let (name, rest) = line.split_once('\t')?;
        let (value, unit) = rest.split_once('\t')?;
        let value = if value == "-" { Err(unit.to_string()) } else { Ok(value.parse().ok()?) };
        Some(Self { name: name.into(), value, unit: unit.into() })
    }

    fn line(&self) -> String {
        let value = match &self.value {
            Ok(value) => format!("{} {}", readable(*value), self.unit),
            Err(why) => format!("not measured ({why})"),
        };
        format!("{}: {value}{}", self.name, self.target().words(self.value.as_ref().ok()))
    }

    fn target(&self) -> Target {
        let found = TARGETS.iter().find(|(name, _)| self.name.starts_with(name));
        found.map_or(Target::None, |(_, target)| *target)
    }
}

impl Target {
    /// A value is held against its target as it is printed: what reads the same is the same.
    fn words(self, value: Option<&f64>) -> String {
        let value = value.map(|value| readable(*value).parse::<f64>().expect("it was a number"));
        let (word, bound, met) = match self {
            Self::AtLeast(bound) => ("at least", bound, value.is_none_or(|value| value >= bound)),
            Self::AtMost(bound) => ("at most", bound, value.is_none_or(|value| value <= bound)),
            Self::None => return String::new(),
        };
        format!(" (target {word} {}{})", readable(bound), if met { "" } else { ", MISSED" })
    }
}

/// As many digits as mean something.
fn readable(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.2}"),
        10.0..1_000.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_read_and_held_against_its_target() {
        let read = |line: &str| Figure::read(line).expect("it is a figure").line();
        assert_eq!(read("first movement\t432.1\tms"), "first movement: 432.1 ms (target at most 1000)");
        assert_eq!(read("first movement\t1200\tms"), "first movement: 1200 ms (target at most 1000, MISSED)");
        let frame = "frame after frame, median";
        assert_eq!(read(&format!("{frame}\t16.72\tms")), format!("{frame}: 16.7 ms (target at most 16.7)"));
        assert_eq!(
            read(&format!("{frame}\t16.76\tms")),
            format!("{frame}: 16.8 ms (target at most 16.7, MISSED)")
        );
        assert_eq!(read("anything else\t0.5\tm"), "anything else: 0.50 m");
    }

    #[test]
    fn what_could_not_be_measured_says_why() {
        let line = "seek in the page, slowest of 100\t-\tthe trace is short";
        let said = Figure::read(line).expect("it is a figure").line();
        assert_eq!(
            said,
            "seek in the page, slowest of 100: not measured (the trace is short) (target at most 50.0)"
        );
    }

    #[test]
    fn what_is_no_figure_is_passed_over() {
        assert_eq!(Figure::read_all("warning: x\na\tb\tc\nrate\t2\t/s\n").len(), 1);
    }
}
