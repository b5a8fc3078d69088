//! Charts of the whole run, in step with the scrubber: a line each, and what it says at the event in view.

use crate::language::{say, tr};
use crate::scene::words::{decimal_text, time_to};
use crate::session::gauges::{Gauges, Samples};
use mirrorline_engine::mark;
use std::fmt::Write;

/// A chart's size, in its own units; it is drawn as wide as there is room.
pub const WIDTH: f64 = 300.0;
pub const HEIGHT: f64 = 36.0;

/// One gauge over the whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub name: &'static str,
    /// What it says at the event in view, and at its highest.
    pub now: String,
    pub most: String,
    /// The line, as an SVG path,
    pub path: String,
    /// and one below it; empty where there is one line only.
    pub below: String,
}

/// What a chart shows.
struct Gauge {
    name: &'static str,
    unit: Unit,
    value: fn(&Gauges) -> f64,
    /// Drawn to the same scale, and said before it.
    below: Option<fn(&Gauges) -> f64>,
}

#[derive(Clone, Copy)]
enum Unit {
    Count,
    Percent,
    Nanoseconds,
}

const GAUGES: [Gauge; 7] = [
    Gauge {
        name: mark!("Dirty lines"),
        unit: Unit::Count,
        value: |gauges| f64::from(gauges.dirty),
        below: None,
    },
    Gauge {
        name: mark!("Mirror slots free"),
        unit: Unit::Count,
        value: |gauges| f64::from(gauges.free),
        below: None,
    },
    Gauge {
        name: mark!("Reads that hit, so far"),
        unit: Unit::Percent,
        value: |gauges| share(gauges.hits * 100, gauges.reads),
        below: None,
    },
    Gauge {
        name: mark!("Latency"),
        unit: Unit::Nanoseconds,
        value: |gauges| gauges.p99_ns as f64,
        below: Some(|gauges| gauges.median_ns as f64),
    },
    Gauge {
        name: mark!("Messages a write, so far"),
        unit: Unit::Count,
        value: |gauges| share(gauges.messages, gauges.writes),
        below: None,
    },
    Gauge {
        name: mark!("Disk commands under way"),
        unit: Unit::Count,
        value: |gauges| f64::from(gauges.disk),
        below: None,
    },
    Gauge {
        name: mark!("Requests under way"),
        unit: Unit::Count,
        value: |gauges| f64::from(gauges.waiting),
        below: None,
    },
];

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The charts of a run of so many events, of which `position` have happened.
#[must_use]
pub fn charts(samples: &Samples, position: u64, events: u64) -> Vec<Chart> {
    let all = samples.all();
    let at = all.partition_point(|(after, _)| *after <= position);
    GAUGES
        .iter()
        .map(|gauge| {
            let most = all.iter().map(|(_, gauges)| (gauge.value)(gauges)).fold(0.0, f64::max);
            let now = |value: fn(&Gauges) -> f64| {
                number(at.checked_sub(1).map_or(0.0, |at| value(&all[at].1)), gauge.unit)
            };
            Chart {
                name: tr(gauge.name),
                now: match gauge.below {
                    Some(below) => say!("{median}, p99 {tail}", median = now(below), tail = now(gauge.value)),
                    None => now(gauge.value),
                },
                most: number(most, gauge.unit),
                path: path(all, gauge.value, most, events),
                below: gauge.below.map_or_else(String::new, |below| path(all, below, most, events)),
            }
        })
        .collect()
}

/// Steps from sample to sample: a gauge keeps what it says until the next one.
fn path(all: &[(u64, Gauges)], value: fn(&Gauges) -> f64, most: f64, events: u64) -> String {
    let mut path = String::new();
    let mut last = None;
    for (after, gauges) in all {
        let x = tenths(*after as f64 / events.max(1) as f64 * WIDTH);
        let y = tenths(HEIGHT - value(gauges) / most.max(1.0) * (HEIGHT - 2.0) - 1.0);
        if last == Some((x, y)) {
            continue;
        }
        last = Some((x, y));
        let _ = match path.is_empty() {
            true => write!(path, "M{} {}", decimal(x), decimal(y)),
            false => write!(path, "H{}V{}", decimal(x), decimal(y)),
        };
    }
    path
}

fn tenths(value: f64) -> i32 {
    (value * 10.0) as i32
}

/// Tenths as a number with a point. Printing floats would bring their whole machinery into the page.
fn decimal(tenths: i32) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn number(value: f64, unit: Unit) -> String {
    if let Unit::Nanoseconds = unit {
        // There is little room.
        return time_to(value as u64, 1);
    }
    let tenths = tenths(value);
    let plain = match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => decimal_text(tenths / 10, rest as u64, 1),
    };
    if let Unit::Percent = unit { plain + " %" } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_rises_with_its_gauge_and_says_what_it_says_now() {
        let mut samples = Samples::default();
        for events in 1..=10 {
            samples.push(events, || Gauges {
                dirty: events as u32,
                messages: 7,
                writes: 2,
                median_ns: 1_200,
                p99_ns: 3_000_000,
                ..Gauges::default()
            });
        }
        let charts = charts(&samples, 5, 10);
        assert_eq!((charts[0].now.as_str(), charts[0].most.as_str()), ("5", "10"));
        assert!(charts[0].path.starts_with("M30.0 "), "{}", charts[0].path);
        assert!(charts[0].path.ends_with("H300.0V1.0"), "{}", charts[0].path);
        let now = |name: &str| charts.iter().find(|chart| chart.name.starts_with(name)).unwrap().now.as_str();
        assert_eq!(now("Messages"), "3.5");
        assert_eq!(now("Reads"), "0 %", "no read is no hit");
        assert_eq!(now("Latency"), "1.2 µs, p99 3.0 ms");
        assert!(charts.iter().all(|chart| chart.below.is_empty() != chart.name.starts_with("Latency")));
    }

    #[test]
    fn a_run_that_has_not_begun_has_empty_charts() {
        let charts = charts(&Samples::default(), 0, 0);
        assert!(charts.iter().all(|chart| chart.path.is_empty() && chart.now.starts_with('0')));
    }
}
