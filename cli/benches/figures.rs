//! The engine's speed, one figure a line: `name<TAB>value<TAB>unit`. Started by `cargo xtask bench`, which names
//! the trace: `figures TRACE`.
//!
//! Each figure is the best of several runs, since noise on a machine only ever adds time.

use mirrorline_engine::check::{Depth, Watch};
use mirrorline_engine::config::Config;
use mirrorline_engine::fact::{IoKind, Unobserved};
use mirrorline_engine::history::Timeline;
use mirrorline_engine::ids::{ControllerId, HostId, Lun};
use mirrorline_engine::sim::{HostOp, Pacing, Run, Seed, Source, TimedOp, World};
use mirrorline_engine::workload::paths::Paths;
use mirrorline_engine::workload::trace::mapping::MappingConfig;
use mirrorline_engine::workload::trace::replay::{Router, TraceSource, with_luns};
use mirrorline_engine::workload::trace::scan::{Scan, Trace};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const PASSES: u64 = 10;
const DEPTH: u32 = 32;
const RUNS: usize = 5;
/// Events of a long history, and goals that are sought in it.
const HISTORY: u64 = 1_000_000;
const SEEKS: usize = 1_000;

fn main() {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        // `cargo test --benches` starts it without a trace: there is nothing to measure then.
        return;
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("error: {path}: {error}");
            std::process::exit(2);
        }
    };
    print("trace lines parsed", best(|| parse(&bytes)), "lines/s");
    let trace = scan(&bytes);
    print("replay of the trace, 4096 lines, native", best(|| replay(&trace, 4096)), "host I/Os/s");
    for lines in [1_000, 10_000, 100_000, 1_000_000] {
        print(
            &format!("replay of the trace, {lines} lines, native"),
            best(|| replay(&trace, lines)),
            "host I/Os/s",
        );
    }
    // The same hits, misses and flushes whatever the cache's size: 500 lines of working set.
    for lines in [1_000, 10_000, 100_000, 1_000_000] {
        let ns = 1e9 / best(|| small_working_set(lines));
        print(&format!("cost of an I/O, same working set, {lines} lines, native"), ns, "ns");
    }
    history(&trace);
    print("run with all checks after every event, native", best(|| checked(12, true)), "events/s");
    // The same requests on the same lines, whatever the cache's size: what a check of one event costs must not grow.
    for lines in [100, 1_000, 10_000, 100_000] {
        let ns = 1e9 / best(|| checked(lines, true)) - 1e9 / best(|| checked(lines, false));
        print(&format!("cost of all checks of an event, {lines} lines, native"), ns, "ns");
    }
}

/// Requests that keep 60 lines busy, or all that fit: with checks, or without. Events a second.
fn checked(lines: u32, checks: bool) -> f64 {
    let percent = |dirty: u32| u8::try_from(100 * dirty / (lines * 3 / 4)).unwrap_or(100).clamp(1, 100);
    let mut config = Config { lines, lent: lines * 3 / 4, ..Config::default() };
    config.flush.high_percent = percent(40).min(80);
    config.flush.low_percent = percent(20).min(60).min(config.flush.high_percent);
    let world = World::new(config, Seed(1)).expect("the config is sound");
    let mut run = Run::new(world, Few(0), Pacing::Closed { depth: 16 });
    let mut watch = Watch::new(Depth::EveryEvent);
    let start = Instant::now();
    if checks {
        while run.step(&mut watch).is_some() {
            watch.after_event(run.world());
        }
    } else {
        while run.step(&mut Unobserved).is_some() {}
    }
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(watch.found(), 0, "all checks hold");
    run.world().events() as f64 / seconds
}

/// Half reads, half writes of one to four blocks, spread over 60 lines.
struct Few(u64);

impl Source for Few {
    fn next_op(&mut self) -> Option<TimedOp> {
        if self.0 == 60_000 {
            return None;
        }
        self.0 += 1;
        let z = mirrorline_engine::digest::mix(self.0);
        let io = if z & 1 == 0 { IoKind::Read } else { IoKind::Write };
        let lun = Lun((z >> 8 & 1) as u16);
        let via = if z >> 9 & 1 == 0 { ControllerId::A } else { ControllerId::B };
        let op =
            HostOp { host: HostId(0), via, io, lun, lbn: (z >> 24) % 117, blocks: 1 + (z >> 40) as u32 % 4 };
        Some(TimedOp { at_ns: 0, op })
    }
}

fn print(name: &str, value: f64, unit: &str) {
    println!("{name}\t{value:.0}\t{unit}");
}

/// The highest rate of several runs.
fn best(mut rate: impl FnMut() -> f64) -> f64 {
    (0..RUNS).map(|_| rate()).fold(0.0, f64::max)
}

fn scan(bytes: &[u8]) -> Trace {
    let mut scan = Scan::keeping(4096);
    scan.push(bytes).expect("the trace is sound");
    scan.finish().expect("the trace is whole")
}

fn parse(bytes: &[u8]) -> f64 {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    let start = Instant::now();
    black_box(scan(bytes));
    lines as f64 / start.elapsed().as_secs_f64()
}

fn run(trace: &Trace, lines: u32, passes: u64) -> Run<TraceSource> {
    let mapping = Arc::new(trace.mapping(&MappingConfig::default()));
    let config = with_luns(Config { lines, lent: lines * 3 / 4, ..Config::default() }, &mapping);
    let router = Router::new(mapping, Paths::TRACE_DEFAULT, config.hosts, 1);
    let world = World::new(config, Seed(1)).expect("the config is sound");
    Run::new(world, TraceSource::new(trace, router, passes), Pacing::Closed { depth: DEPTH })
}

fn replay(trace: &Trace, lines: u32) -> f64 {
    drive(run(trace, lines, PASSES))
}

fn drive<S: Source>(mut run: Run<S>) -> f64 {
    let start = Instant::now();
    while run.step(&mut Unobserved).is_some() {}
    let seconds = start.elapsed().as_secs_f64();
    let counters = run.world().counters();
    assert_eq!(
        (counters.acknowledged, run.refused()),
        (counters.host_ios, None),
        "the replay ran to its end"
    );
    counters.acknowledged as f64 / seconds
}

/// 70 % reads of two blocks, spread over 500 lines.
struct Small(u64);

impl Source for Small {
    fn next_op(&mut self) -> Option<TimedOp> {
        if self.0 == 300_000 {
            return None;
        }
        self.0 += 1;
        let z = mirrorline_engine::digest::mix(self.0);
        let io = if z % 10 < 7 { IoKind::Read } else { IoKind::Write };
        let lun = (z >> 8 & 1) as u16;
        let owner = if lun == 0 { ControllerId::A } else { ControllerId::B };
        let via = if (z >> 16).is_multiple_of(16) { owner.peer() } else { owner };
        let lbn = ((z >> 24) % 500) * 2;
        Some(TimedOp { at_ns: 0, op: HostOp { host: HostId(0), via, io, lun: Lun(lun), lbn, blocks: 2 } })
    }
}

fn small_working_set(lines: u32) -> f64 {
    // A flush when 400 lines are dirty, whatever the cache's size.
    let percent = |dirty: u32| u8::try_from(100 * dirty / (lines * 3 / 4)).unwrap_or(100).max(1);
    let mut config = Config { lines, lent: lines * 3 / 4, ..Config::default() };
    config.flush.high_percent = percent(400);
    config.flush.low_percent = percent(200).min(config.flush.high_percent);
    config.flush.age_ticks = 4;
    let world = World::new(config, Seed(1)).expect("the config is sound");
    drive(Run::new(world, Small(0), Pacing::Closed { depth: DEPTH }))
}

/// A history of 10⁶ events: how fast it is recorded, what memory it takes, and how long it takes to go anywhere in it.
fn history(trace: &Trace) {
    // As many passes as it takes: a trace of some tens of thousands of requests has to be replayed several times.
    let mut timeline = Timeline::new(run(trace, 4096, u64::MAX));
    let (start, before) = (Instant::now(), resident_bytes());
    timeline.extend(HISTORY);
    assert_eq!(timeline.len(), HISTORY, "the history is as long as it should be");
    print("recording, native", HISTORY as f64 / start.elapsed().as_secs_f64(), "events/s");
    let memory = "memory of a history of 1000000 events, native";
    match before.and_then(|before| Some(resident_bytes()?.saturating_sub(before))) {
        Some(bytes) => print(memory, bytes as f64 / f64::from(1 << 20), "MB"),
        None => println!("{memory}\t-\tthis system does not say how much memory a process has"),
    }
    let mut z = 1;
    let seek = |_| {
        z = mirrorline_engine::digest::mix(z);
        let start = Instant::now();
        timeline.seek(z % (HISTORY + 1));
        start.elapsed().as_secs_f64() * 1e3
    };
    let mut times: Vec<f64> = (0..SEEKS).map(seek).collect();
    times.sort_by(f64::total_cmp);
    println!("seek in 1000000 events, 99th percentile, native\t{:.2}\tms", times[SEEKS * 99 / 100]);
    println!("seek in 1000000 events, slowest of {SEEKS}, native\t{:.2}\tms", times[SEEKS - 1]);
}

/// Memory of this process that is in use, where the system tells it.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}
