//! What a run has come to: the JSON object of the last line, and the same for people.

use crate::errors::{Failure, Verdict};
use crate::output::Output;
use mirrorline_engine::array::DiskState;
use mirrorline_engine::check::{Depth, Violation, Watch};
use mirrorline_engine::fact::{Fact, Observer};
use mirrorline_engine::ids::ControllerId;
use mirrorline_engine::message::MessageKind;
use mirrorline_engine::sim::{Fault, World};
use mirrorline_engine::stats::{Histogram, Latencies};
use serde::Serialize;
use serde_json::{Map, Value};
use std::time::Duration;

/// How much is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum CheckDepth {
    /// Nothing
    None,
    /// Every read as it happens, and the whole state when all is quiet
    End,
    /// Every read, and the whole state after every event (for small worlds)
    Every,
}

impl CheckDepth {
    fn words(self) -> &'static str {
        match self {
            CheckDepth::None => "nothing",
            CheckDepth::End => "every read; all invariants at the end",
            CheckDepth::Every => "every read; all invariants after every event",
        }
    }
}

/// What watches a run from the command line: latencies, and the checks that were asked for.
pub struct Monitor {
    depth: CheckDepth,
    latencies: Latencies,
    watch: Option<Watch>,
}

impl Observer for Monitor {
    fn fact(&mut self, fact: Fact) {
        self.latencies.fact(fact);
        if let Some(watch) = &mut self.watch {
            watch.fact(fact);
        }
    }
}

impl Monitor {
    pub fn new(depth: CheckDepth) -> Monitor {
        let watch = match depth {
            CheckDepth::None => None,
            CheckDepth::End => Some(Watch::new(Depth::End)),
            CheckDepth::Every => Some(Watch::new(Depth::EveryEvent)),
        };
        Monitor { depth, latencies: Latencies::default(), watch }
    }

    pub fn after_event(&mut self, world: &World) {
        if let Some(watch) = &mut self.watch {
            watch.after_event(world);
        }
    }

    /// Call it when nothing is pending any more.
    pub fn at_end(&mut self, world: &World) {
        if let Some(watch) = &mut self.watch {
            watch.at_end(world);
        }
    }

    pub fn report(&self, world: &World, wall: Duration) -> Report {
        let counters = world.counters();
        let seconds = wall.as_secs_f64();
        let (found, first) = match &self.watch {
            Some(watch) => (watch.found(), watch.violations().to_vec()),
            None => (0, Vec::new()),
        };
        let messages = MessageKind::ALL
            .iter()
            .zip(counters.messages)
            .map(|(kind, count)| (kind.name().to_owned(), Value::from(count)))
            .collect();
        Report {
            host_ios: counters.host_ios,
            acknowledged: counters.acknowledged,
            reads: counters.reads,
            writes: counters.writes,
            read_hits: counters.read_hits,
            messages,
            disk_reads: counters.disk_reads,
            disk_writes: counters.disk_writes,
            retries: counters.retries,
            failed: counters.failed,
            faults: Fault::NAMES
                .iter()
                .zip(counters.faults)
                .filter(|(_, count)| *count > 0)
                .map(|(name, count)| ((*name).to_owned(), Value::from(count)))
                .collect(),
            became: Became::of(world),
            events: world.events(),
            virtual_ns: world.now_ns(),
            latency_ns: LatencyReport {
                read: Percentiles::of(&self.latencies.reads),
                write: Percentiles::of(&self.latencies.writes),
            },
            checks: self.depth.words(),
            reads_checked: self.watch.as_ref().map_or(0, Watch::reads_checked),
            violations: found,
            first_violations: first.iter().take(Report::VIOLATIONS_SHOWN).map(Violation::to_string).collect(),
            wall_s: seconds,
            host_ios_per_s: if seconds > 0.0 { (counters.host_ios as f64 / seconds).round() } else { 0.0 },
            digest: format!("{:016x}", world.digest()),
        }
    }
}

/// The fields are explained in `mirrorline replay --help`.
#[derive(Debug, Serialize)]
pub struct Report {
    host_ios: u64,
    acknowledged: u64,
    reads: u64,
    writes: u64,
    read_hits: u64,
    messages: Map<String, Value>,
    disk_reads: u64,
    disk_writes: u64,
    retries: u64,
    failed: u64,
    faults: Map<String, Value>,
    became: Became,
    events: u64,
    virtual_ns: u64,
    latency_ns: LatencyReport,
    checks: &'static str,
    reads_checked: u64,
    violations: u64,
    first_violations: Vec<String>,
    wall_s: f64,
    host_ios_per_s: f64,
    digest: String,
}

/// In what state failures have left the system.
#[derive(Debug, Serialize)]
struct Became {
    a: &'static str,
    b: &'static str,
    record: String,
    /// Disks that are not whole, with their states.
    disks: Map<String, Value>,
    suspect_stripes: u64,
}

impl Became {
    fn of(world: &World) -> Became {
        let controllers = ControllerId::BOTH.map(|at| world.controller(at));
        let disks = (0..world.config().raid.disks).map(|disk| (disk, world.array().disk(disk)));
        Became {
            a: controllers[0].mode().name(),
            b: controllers[1].mode().name(),
            record: world.array().record().to_string(),
            disks: disks
                .filter_map(|(number, disk)| {
                    let state = match disk.state {
                        DiskState::Present => return None,
                        DiskState::Absent => "absent",
                        DiskState::Rebuilding => "rebuilding",
                    };
                    Some((number.to_string(), Value::from(state)))
                })
                .collect(),
            suspect_stripes: controllers.iter().map(|controller| controller.suspects_left()).sum(),
        }
    }
}

#[derive(Debug, Serialize)]
struct LatencyReport {
    read: Percentiles,
    write: Percentiles,
}

#[derive(Debug, Serialize)]
struct Percentiles {
    p50: u64,
    p99: u64,
    max: u64,
}

impl Percentiles {
    fn of(histogram: &Histogram) -> Percentiles {
        Percentiles { p50: histogram.percentile(500), p99: histogram.percentile(990), max: histogram.max() }
    }

    fn words(&self) -> String {
        format!("p50 {}, p99 {}, max {}", micros(self.p50), micros(self.p99), micros(self.max))
    }
}

/// What the last line holds, for `--help`.
pub const JSON_HELP: &str = "With --json the last line is one JSON object:
  host_ios, acknowledged, reads, writes     requests sent, answered, and of which kind
  read_hits                                 reads that a cache answered alone
  messages                                  {\"DATA\": n, \"META\": n, ...}: sent over the mirror link
  disk_reads, disk_writes                   disk commands carried out
  retries, failed                           requests that are another try of an earlier one, and those whose host
                                            was told of an error or gave up
  faults                                    {\"crash\": n, ...}: what was broken and mended, by kind
  became                                    {\"a\", \"b\": the controllers' modes, \"record\", \"disks\": those that are not
                                            whole, \"suspect_stripes\": parity yet to be recomputed}
  events, virtual_ns                        events simulated, and the virtual time they took
  latency_ns                                {\"read\": {\"p50\", \"p99\", \"max\"}, \"write\": {...}}: from the host's
                                            sending to its hearing, at most 1.6 % too high; 0 without requests
  checks, reads_checked                     what was checked, and how many blocks that reads returned
  violations, first_violations              how often an invariant did not hold, and the first of them in words
  wall_s, host_ios_per_s                    real seconds of the simulation, and requests in each of them
  digest                                    16 hexadecimal digits over the whole run and its last state";

impl Report {
    const VIOLATIONS_SHOWN: usize = 10;

    fn unchecked(&self) -> bool {
        self.checks == CheckDepth::None.words()
    }

    pub fn verdict(&self) -> Verdict {
        if self.violations == 0 { Verdict::Fine } else { Verdict::Violated }
    }

    /// The closing summary.
    pub fn print(&self, out: &mut Output) -> Result<(), Failure> {
        let Report { host_ios, acknowledged, reads, writes, read_hits, .. } = self;
        out.line(format_args!(
            "requests   {host_ios} sent, {acknowledged} answered: {reads} reads, {writes} writes"
        ))?;
        out.line(format_args!("read hits  {read_hits}{}", share(*read_hits, *reads)))?;
        let sent: Vec<String> = self
            .messages
            .iter()
            .filter(|(_, count)| count.as_u64() != Some(0))
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        out.line(format_args!(
            "messages   {}",
            if sent.is_empty() { "none".into() } else { sent.join(", ") }
        ))?;
        out.line(format_args!("disks      {} reads, {} writes", self.disk_reads, self.disk_writes))?;
        if !self.faults.is_empty() {
            self.print_failures(out)?;
        }
        out.line(format_args!("latency    read  {}", self.latency_ns.read.words()))?;
        out.line(format_args!("           write {}", self.latency_ns.write.words()))?;
        out.line(format_args!("simulated  {} events in {}", self.events, micros(self.virtual_ns)))?;
        let rate = self.host_ios_per_s;
        out.line(format_args!("real time  {:.3} s, {rate} requests a second", self.wall_s))?;
        let violations =
            if self.unchecked() { String::new() } else { format!(": {} violations", self.violations) };
        out.line(format_args!("checked    {}{violations}", self.checks))?;
        for violation in &self.first_violations {
            out.line(format_args!("           {violation}"))?;
        }
        out.line(format_args!("digest     {}", self.digest))
    }

    /// What was broken, and what became of the system.
    fn print_failures(&self, out: &mut Output) -> Result<(), Failure> {
        let faults: Vec<String> = self.faults.iter().map(|(name, count)| format!("{name} {count}")).collect();
        out.line(format_args!("faults     {}", faults.join(", ")))?;
        out.line(format_args!(
            "hosts      {} tries by the other path, {} errors",
            self.retries, self.failed
        ))?;
        let Became { a, b, record, disks, suspect_stripes } = &self.became;
        out.line(format_args!("became     A {a}, B {b}; record {record}"))?;
        for (disk, state) in disks {
            out.line(format_args!("           disk {disk} {}", state.as_str().unwrap_or_default()))?;
        }
        if *suspect_stripes > 0 {
            out.line(format_args!(
                "           {suspect_stripes} stripes whose parity is yet to be recomputed"
            ))?;
        }
        Ok(())
    }
}

fn share(part: u64, whole: u64) -> String {
    // In tenths of a percent, rounded down.
    match (u128::from(part) * 1000).checked_div(u128::from(whole)) {
        Some(tenths) => format!(" ({}.{} % of the reads)", tenths / 10, tenths % 10),
        None => String::new(),
    }
}

/// `12.345 µs`
pub fn micros(ns: u64) -> String {
    format!("{}.{:03} µs", ns / 1_000, ns % 1_000)
}
