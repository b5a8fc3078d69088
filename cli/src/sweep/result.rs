//! What a sweep has come to: the JSON object of the last line, which `merge` reads again, and the same for people.

use super::failing::Seen;
use super::range::{SeedRange, Shard};
use crate::errors::{Failure, Verdict};
use crate::output::Output;
use mirrorline_engine::VERSION;
use mirrorline_engine::sim::Fault;
use mirrorline_engine::sweep::{Coverage, States, Variant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The fields are explained in `mirrorline sweep --help`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SweepResult {
    pub version: String,
    pub variant: Option<String>,
    pub first: u64,
    pub last: u64,
    pub shard: String,
    pub piece_first: u64,
    pub piece_last: u64,
    pub seeds: u64,
    pub next_seed: u64,
    pub events: u64,
    pub host_ios: u64,
    pub faults: BTreeMap<String, u64>,
    pub violations: u64,
    pub first_failing_seed: Option<u64>,
    pub failing: Vec<FailingSeed>,
    pub states: States,
    pub unreached: Vec<String>,
    pub threads: u64,
    pub wall_s: f64,
    pub events_per_s: f64,
    #[serde(skip)]
    coverage: Coverage,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FailingSeed {
    pub seed: u64,
    pub invariant: String,
    pub what: String,
    pub file: Option<String>,
}

/// Failing seeds that are printed; all of them are in the JSON object.
const SHOWN_MAX: usize = 20;

impl SweepResult {
    pub fn new(piece: SeedRange, variant: Option<Variant>, threads: usize) -> SweepResult {
        SweepResult {
            version: VERSION.to_owned(),
            variant: variant.map(|variant| variant.name().to_owned()),
            first: piece.first,
            last: piece.last,
            shard: String::new(),
            piece_first: piece.first,
            piece_last: piece.last,
            seeds: 0,
            next_seed: piece.first,
            events: 0,
            host_ios: 0,
            faults: Fault::NAMES.iter().map(|name| ((*name).to_owned(), 0)).collect(),
            violations: 0,
            first_failing_seed: None,
            failing: Vec::new(),
            states: States::default(),
            unreached: Vec::new(),
            threads: threads as u64,
            wall_s: 0.0,
            events_per_s: 0.0,
            coverage: Coverage::default(),
        }
    }

    pub fn add(&mut self, seen: &Seen) {
        self.seeds += 1;
        self.next_seed = seen.seed + 1;
        self.coverage.add(&seen.coverage);
        if let Some(outcome) = &seen.outcome {
            self.events += outcome.events;
            self.host_ios += outcome.counters.host_ios;
            for (name, count) in Fault::NAMES.iter().zip(outcome.counters.faults) {
                *self.faults.entry((*name).to_owned()).or_default() += count;
            }
        }
        if let Some(failing) = &seen.failing {
            self.violations += 1;
            self.first_failing_seed = self.first_failing_seed.or(Some(seen.seed));
            self.failing.push(FailingSeed {
                seed: seen.seed,
                invariant: failing.invariant.clone(),
                what: failing.what.clone(),
                file: None,
            });
        }
    }

    /// All that is known only at the end.
    pub fn close(&mut self, seeds: SeedRange, shard: Shard, wall: Duration) {
        (self.first, self.last, self.shard) = (seeds.first, seeds.last, shard.to_string());
        self.states = States::from(&self.coverage);
        self.unreached = self.states.unreached();
        self.wall_s = wall.as_secs_f64();
        self.set_rate();
    }

    pub fn set_rate(&mut self) {
        self.events_per_s = if self.wall_s > 0.0 { (self.events as f64 / self.wall_s).round() } else { 0.0 };
    }

    pub fn name_file(&mut self, seed: u64, file: String) {
        if let Some(failing) = self.failing.iter_mut().find(|failing| failing.seed == seed) {
            failing.file = Some(file);
        }
    }

    /// With `all_reached`, a sweep that has missed something fails too.
    pub fn verdict(&self, all_reached: bool) -> Verdict {
        let missed = all_reached && !self.unreached.is_empty();
        if self.violations == 0 && !missed { Verdict::Fine } else { Verdict::Violated }
    }

    pub fn print(&self, out: &mut Output) -> Result<(), Failure> {
        let SweepResult { seeds, events, host_ios, wall_s, events_per_s, threads, .. } = self;
        out.line(format_args!("ran        {seeds} seeds: {events} events, {host_ios} requests"))?;
        let faults: Vec<String> = self
            .faults
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        out.line(format_args!(
            "faults     {}",
            if faults.is_empty() { "none".into() } else { faults.join(", ") }
        ))?;
        out.line(format_args!(
            "real time  {wall_s:.1} s, {events_per_s} events a second, {threads} threads"
        ))?;
        match self.unreached.as_slice() {
            [] => out.line("reached    everything that can be")?,
            missed => out.line(format_args!("unreached  {}: {}", missed.len(), few(missed)))?,
        }
        out.line(format_args!("violations {}", self.violations))?;
        for FailingSeed { seed, invariant, what, file } in self.failing.iter().take(SHOWN_MAX) {
            let file = file.as_ref().map_or_else(String::new, |file| format!(" → mirrorline run {file}"));
            out.line(format_args!("           seed {seed}: {invariant}: {what}{file}"))?;
        }
        if self.failing.len() > SHOWN_MAX {
            out.line(format_args!("           and {} more", self.failing.len() - SHOWN_MAX))?;
        }
        Ok(())
    }
}

fn few(all: &[String]) -> String {
    const FEW: usize = 8;
    let mut text = all.iter().take(FEW).cloned().collect::<Vec<_>>().join("; ");
    if all.len() > FEW {
        text += "; …";
    }
    text
}
