//! Scenario to text: every setting, in a fixed order, so that two equal scenarios have equal texts.

use crate::config::{DiskProfile, FailoverConfig, Layout};
use crate::fact::IoKind;
use crate::scenario::settings::HIDDEN;
use crate::scenario::units::format_ns;
use crate::scenario::{FORMAT_VERSION, Feed, Scenario, faults};
use crate::sim::op::{Source, TimedOp};
use crate::sim::run::Pacing;
use crate::sim::{Command, TimedFault};
use crate::workload::generator::{Arrivals, GeneratorConfig, Pattern};

pub fn write(scenario: &Scenario) -> String {
    let config = &scenario.config;
    let mut lines = vec![format!("mirrorline scenario {FORMAT_VERSION}")];
    for (key, text) in [("title", &scenario.title), ("about", &scenario.about)] {
        // A line break inside would make a line of its own.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            lines.push(format!("{key} {text}"));
        }
    }
    lines.push(format!("seed {}", scenario.seed));
    lines.push(format!("lines {}", config.lines));
    lines.push(format!("lent {}", config.lent));
    let layout = match config.raid.layout {
        Layout::LeftSymmetric => "left-symmetric",
        Layout::LeftAsymmetric => "left-asymmetric",
    };
    let shared = match config.raid.lines_per_stripe {
        1 => String::new(),
        lines => format!(" lines-per-stripe {lines}"),
    };
    lines.push(format!("disks {} {layout} chunk {}{shared}", config.raid.disks, config.raid.chunk_blocks));
    lines.push(format!("block {} stored {}", config.block_size, config.payload_bytes));
    for (number, lun) in config.luns.iter().enumerate() {
        lines.push(format!("lun {number} {} blocks owner {}", lun.blocks, lun.default_owner));
    }
    lines.push(format!("hosts {}", config.hosts));
    lines.push(format!("host-latency {}", format_ns(config.host_latency_ns)));
    let link = config.link;
    lines.push(format!("link latency {} speed {}MB/s", format_ns(link.latency_ns), link.megabytes_per_s));
    lines.push(disk(config.disk));
    let flush = config.flush;
    let overlap = if flush.overlap { " overlap" } else { "" };
    lines.push(format!(
        "flush high {}% low {}% tick {} idle {} age {} depth {}{overlap}",
        flush.high_percent,
        flush.low_percent,
        format_ns(flush.tick_ns),
        flush.idle_ticks,
        flush.age_ticks,
        flush.depth
    ));
    lines.push(format!("slot-wait {}", format_ns(config.slot_wait_ns)));
    lines.push(failover(config.failover));
    lines.push(match scenario.pacing {
        Pacing::AsTimed => "pacing timed".into(),
        Pacing::Closed { depth } => format!("pacing closed {depth}"),
    });
    if let Some(end_ns) = scenario.end_ns {
        lines.push(format!("end {}", format_ns(end_ns)));
    }
    if !scenario.order.is_empty() {
        let order: Vec<String> = scenario.order.iter().map(|id| id.0.to_string()).collect();
        lines.push(format!("order {}", order.join(" ")));
    }
    if let Some(bug) = config.bug {
        lines.push(match scenario.seal {
            Some(salt) => format!("bug {HIDDEN} {}", bug.sealed(salt)),
            None => format!("bug {}", bug.name()),
        });
    }
    match &scenario.feed {
        Feed::Script(ops) => happenings(ops.iter().copied(), &scenario.faults, &mut lines),
        Feed::Generated(workload) => {
            lines.push(generator(workload));
            happenings(std::iter::empty(), &scenario.faults, &mut lines);
        }
        Feed::Trace(source) => {
            let mut source = source.clone();
            happenings(std::iter::from_fn(|| source.next_op()), &scenario.faults, &mut lines);
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A command as the line of a scenario that does it.
pub fn command(command: &Command) -> String {
    match command {
        Command::Submit(timed) => request(timed),
        Command::Fault(timed) => faults::write(timed),
    }
}

/// Requests and faults in one order of time; of one instant the faults first, since they are pending first.
fn happenings(requests: impl Iterator<Item = TimedOp>, faults: &[TimedFault], lines: &mut Vec<String>) {
    let mut faults = faults.iter().peekable();
    for timed in requests {
        while let Some(fault) = faults.next_if(|fault| fault.at_ns <= timed.at_ns) {
            lines.push(faults::write(fault));
        }
        lines.push(request(&timed));
    }
    lines.extend(faults.map(faults::write));
}

fn failover(failover: FailoverConfig) -> String {
    let unsafe_policy = if failover.solo_write_back { " solo-write-back" } else { "" };
    format!(
        "failover heartbeat {} misses {} record {} fence {} boot {} host-timeout {} patrol {}{unsafe_policy}",
        format_ns(failover.heartbeat_ns),
        failover.misses,
        format_ns(failover.record_ns),
        format_ns(failover.fence_ns),
        format_ns(failover.boot_ns),
        format_ns(failover.host_timeout_ns),
        failover.patrol_depth
    )
}

fn disk(profile: DiskProfile) -> String {
    match profile {
        DiskProfile::Ssd { read_ns, write_ns, megabytes_per_s, parallel } => format!(
            "disk ssd read {} write {} speed {megabytes_per_s}MB/s parallel {parallel}",
            format_ns(read_ns),
            format_ns(write_ns)
        ),
        DiskProfile::Hdd { track_to_track_ns, full_stroke_ns, rotation_ns, megabytes_per_s, blocks } => {
            format!(
                "disk hdd track {} stroke {} rotation {} speed {megabytes_per_s}MB/s blocks {blocks}",
                format_ns(track_to_track_ns),
                format_ns(full_stroke_ns),
                format_ns(rotation_ns)
            )
        }
    }
}

fn request(timed: &TimedOp) -> String {
    let op = &timed.op;
    let verb = match op.io {
        IoKind::Read => "reads",
        IoKind::Write => "writes",
    };
    let what = if op.blocks == 1 {
        format!("block {}:{}", op.lun.0, op.lbn)
    } else {
        format!("blocks {}:{}..{}", op.lun.0, op.lbn, op.lbn + u64::from(op.blocks.max(1)) - 1)
    };
    let host = u32::from(op.host.0) + 1;
    format!("at {} host {host} {verb} {what} via {}", format_ns(timed.at_ns), op.via)
}

fn generator(config: &GeneratorConfig) -> String {
    let pattern = match config.pattern {
        Pattern::Sequential => "sequential".into(),
        Pattern::Uniform => "uniform".into(),
        Pattern::Zipf { theta_percent } => format!("zipf {theta_percent}"),
    };
    let sizes: Vec<String> =
        config.sizes.iter().map(|size| format!("{}*{}", size.blocks, size.weight)).collect();
    let within = config.within_blocks.map_or(String::new(), |blocks| format!(" within {blocks}"));
    let every = match config.arrivals {
        Arrivals::Every { gap_ns } => format_ns(gap_ns),
        Arrivals::About { mean_gap_ns } => format!("about {}", format_ns(mean_gap_ns)),
    };
    let requests = config.requests.map_or("endless".into(), |requests| format!("requests {requests}"));
    format!(
        "workload {pattern} reads {}% sizes {}{within} aligned {} paths {} every {every} {requests}",
        config.read_percent,
        sizes.join(" "),
        config.align_blocks,
        config.paths
    )
}
