//! The settings of a scenario's world, one function for each kind of line.

use crate::bug::Bug;
use crate::config::{Config, DiskProfile, Layout, LunConfig};
use crate::ids::ControllerId;
use crate::scenario::error::ScenarioError;
use crate::scenario::words::Words;
use crate::sim::EventId;
use crate::sim::run::Pacing;
use crate::workload::generator::{Arrivals, GeneratorConfig, Pattern, SizeShare};
use crate::workload::paths::Paths;

/// Words that a line can begin with.
pub const KEYS: [&str; 20] = [
    "title",
    "about",
    "seed",
    "lines",
    "lent",
    "disks",
    "block",
    "lun",
    "hosts",
    "host-latency",
    "link",
    "disk",
    "flush",
    "slot-wait",
    "failover",
    "pacing",
    "end",
    "workload",
    "order",
    "bug",
];

/// The key under which a field of [`Config`] is set, to say where a bad value stands.
#[must_use]
pub fn key_of_field(field: &str) -> &'static str {
    match field.split('.').next().unwrap_or(field) {
        "lines" => "lines",
        "lent" => "lent",
        "raid" => "disks",
        "block_size" | "payload_bytes" => "block",
        "luns" => "lun",
        "hosts" => "hosts",
        "host_latency_ns" => "host-latency",
        "link" => "link",
        "disk" => "disk",
        "flush" => "flush",
        "failover" => "failover",
        _ => "slot-wait",
    }
}

/// In the place of a bug's name: its seal follows.
pub const HIDDEN: &str = "hidden";
const SEAL_FORM: &str = "copy its 16 digits as the page wrote them";

const U32_MAX: u64 = u32::MAX as u64;
/// As many requests may be on their way at once in a closed run.
pub const DEPTH_MAX: u64 = 65_536;

/// Handles a line whose key has been taken. `false` means that the key is no setting of a world.
pub fn world_setting(key: &str, words: &mut Words<'_>, config: &mut Config) -> Result<bool, ScenarioError> {
    match key {
        "lines" => config.lines = words.number("lines", "", 1, U32_MAX)? as u32,
        "lent" => config.lent = words.number("lent", "", 1, U32_MAX)? as u32,
        "disks" => disks(words, config)?,
        "block" => {
            config.block_size = words.number("block", "", 1, U32_MAX)? as u32;
            while words.peek().is_some() {
                words.one_of("a setting of block", &["stored"])?;
                config.payload_bytes = words.number("stored", "", 1, U32_MAX)? as u32;
            }
        }
        "hosts" => config.hosts = words.number("hosts", "", 1, 255)? as u8,
        "host-latency" => config.host_latency_ns = words.time("host-latency")?,
        "slot-wait" => config.slot_wait_ns = words.time("slot-wait")?,
        "link" => {
            while words.peek().is_some() {
                match words.one_of("a setting of link", &["latency", "speed"])?.text {
                    "latency" => config.link.latency_ns = words.time("latency")?,
                    _ => config.link.megabytes_per_s = speed(words)?,
                }
            }
        }
        "disk" => config.disk = disk(words)?,
        "flush" => flush(words, config)?,
        "failover" => failover(words, config)?,
        _ => return Ok(false),
    }
    words.end()?;
    Ok(true)
}

fn speed(words: &mut Words<'_>) -> Result<u32, ScenarioError> {
    Ok(words.number("speed", "MB/s", 1, U32_MAX)? as u32)
}

fn disks(words: &mut Words<'_>, config: &mut Config) -> Result<(), ScenarioError> {
    config.raid.disks = words.number("disks", "", 1, 255)? as u8;
    const CLAUSES: [&str; 4] = ["left-symmetric", "left-asymmetric", "chunk", "lines-per-stripe"];
    while words.peek().is_some() {
        match words.one_of("a setting of disks", &CLAUSES)?.text {
            "left-symmetric" => config.raid.layout = Layout::LeftSymmetric,
            "left-asymmetric" => config.raid.layout = Layout::LeftAsymmetric,
            "chunk" => config.raid.chunk_blocks = words.number("chunk", "", 1, 255)? as u8,
            _ => config.raid.lines_per_stripe = words.number("lines-per-stripe", "", 1, 15)? as u8,
        }
    }
    Ok(())
}

/// `lun 0 4096 blocks owner A`; LUNs stand in order.
pub fn lun(words: &mut Words<'_>, luns: &mut Vec<LunConfig>) -> Result<(), ScenarioError> {
    let at = words.here();
    let number = words.number("the LUN's number", "", 0, 1023)?;
    if number != luns.len() as u64 {
        let problem = format!("LUN {number} stands where LUN {} is expected", luns.len());
        return Err(words.error(at, problem, "number the LUNs 0, 1, 2, … in order"));
    }
    let blocks = words.number("the LUN's size", "", 1, u64::MAX)?;
    words.one_of("the unit of a LUN's size", &["blocks"])?;
    words.one_of("a setting of lun", &["owner"])?;
    luns.push(LunConfig { blocks, default_owner: controller(words, "owner")? });
    words.end()
}

/// `A` or `B`.
pub fn controller(words: &mut Words<'_>, what: &str) -> Result<ControllerId, ScenarioError> {
    let word = words.one_of(what, &["A", "B"])?;
    Ok(if word.text == "A" { ControllerId::A } else { ControllerId::B })
}

fn disk(words: &mut Words<'_>) -> Result<DiskProfile, ScenarioError> {
    let ssd = words.one_of("a kind of disk", &["ssd", "hdd"])?.text == "ssd";
    let mut profile = if ssd { DiskProfile::ssd() } else { DiskProfile::hdd() };
    while words.peek().is_some() {
        match &mut profile {
            DiskProfile::Ssd { read_ns, write_ns, megabytes_per_s, parallel } => {
                match words.one_of("a setting of an ssd", &["read", "write", "speed", "parallel"])?.text {
                    "read" => *read_ns = words.time("read")?,
                    "write" => *write_ns = words.time("write")?,
                    "speed" => *megabytes_per_s = speed(words)?,
                    _ => *parallel = words.number("parallel", "", 1, 64)? as u8,
                }
            }
            DiskProfile::Hdd { track_to_track_ns, full_stroke_ns, rotation_ns, megabytes_per_s, blocks } => {
                let known = ["track", "stroke", "rotation", "speed", "blocks"];
                match words.one_of("a setting of an hdd", &known)?.text {
                    "track" => *track_to_track_ns = words.time("track")?,
                    "stroke" => *full_stroke_ns = words.time("stroke")?,
                    "rotation" => *rotation_ns = words.time("rotation")?,
                    "speed" => *megabytes_per_s = speed(words)?,
                    _ => *blocks = words.number("blocks", "", 1, u64::MAX)?,
                }
            }
        }
    }
    Ok(profile)
}

fn flush(words: &mut Words<'_>, config: &mut Config) -> Result<(), ScenarioError> {
    const CLAUSES: [&str; 7] = ["high", "low", "tick", "idle", "age", "depth", "overlap"];
    let flush = &mut config.flush;
    while words.peek().is_some() {
        match words.one_of("a setting of flush", &CLAUSES)?.text {
            "high" => flush.high_percent = words.number("high", "%", 0, 100)? as u8,
            "low" => flush.low_percent = words.number("low", "%", 0, 100)? as u8,
            "tick" => flush.tick_ns = words.time("tick")?,
            "idle" => flush.idle_ticks = words.number("idle", "", 0, U32_MAX)? as u32,
            "age" => flush.age_ticks = words.number("age", "", 0, U32_MAX)? as u32,
            "depth" => flush.depth = words.number("depth", "", 1, 65_535)? as u16,
            _ => flush.overlap = true,
        }
    }
    Ok(())
}

fn failover(words: &mut Words<'_>, config: &mut Config) -> Result<(), ScenarioError> {
    const CLAUSES: [&str; 8] =
        ["heartbeat", "misses", "record", "fence", "boot", "host-timeout", "patrol", "solo-write-back"];
    let failover = &mut config.failover;
    while words.peek().is_some() {
        match words.one_of("a setting of failover", &CLAUSES)?.text {
            "heartbeat" => failover.heartbeat_ns = words.time("heartbeat")?,
            "misses" => failover.misses = words.number("misses", "", 1, 255)? as u8,
            "record" => failover.record_ns = words.time("record")?,
            "fence" => failover.fence_ns = words.time("fence")?,
            "boot" => failover.boot_ns = words.time("boot")?,
            "host-timeout" => failover.host_timeout_ns = words.time("host-timeout")?,
            "patrol" => failover.patrol_depth = words.number("patrol", "", 1, 65_535)? as u16,
            _ => failover.solo_write_back = true,
        }
    }
    Ok(())
}

/// `bug no-fence`, or the same under a seal: `bug hidden 0000004d1b2c3d4e`. The bug, and the seal's salt.
pub fn bug(words: &mut Words<'_>) -> Result<(Bug, Option<u32>), ScenarioError> {
    let names = Bug::ALL.iter().map(|bug| bug.name());
    let known: Vec<&str> = std::iter::once(HIDDEN).chain(names).collect();
    let word = words.one_of("a planted bug", &known)?;
    if let Some(bug) = Bug::find(word.text) {
        return Ok((bug, None));
    }
    let seal = words.need("the hidden bug's seal", SEAL_FORM)?;
    let (bug, salt) = Bug::unsealed(seal.text)
        .ok_or_else(|| words.error(seal, "no bug that is known here is under this seal", SEAL_FORM))?;
    Ok((bug, Some(salt)))
}

/// `order 3 0 7 4`: the numbers of the first events, in their order.
pub fn order(words: &mut Words<'_>) -> Result<Vec<EventId>, ScenarioError> {
    let mut order = Vec::new();
    while words.peek().is_some() {
        order.push(EventId(words.number("an event's number", "", 0, u64::MAX)?));
    }
    Ok(order)
}

/// `pacing timed` or `pacing closed 8`.
pub fn pacing(words: &mut Words<'_>) -> Result<Pacing, ScenarioError> {
    let pacing = match words.one_of("a pacing", &["timed", "closed"])?.text {
        "timed" => Pacing::AsTimed,
        _ => Pacing::Closed { depth: words.number("the depth", "", 1, DEPTH_MAX)? as u32 },
    };
    words.end()?;
    Ok(pacing)
}

/// `workload zipf 120 reads 70% sizes 1*6 2*3 within 96 aligned 4 paths spill 16 every about 100us requests 200`.
pub fn workload(words: &mut Words<'_>) -> Result<GeneratorConfig, ScenarioError> {
    let pattern = match words.one_of("a pattern", &["sequential", "uniform", "zipf"])?.text {
        "sequential" => Pattern::Sequential,
        "uniform" => Pattern::Uniform,
        _ => Pattern::Zipf { theta_percent: words.number("theta", "%", 0, 65_535)? as u16 },
    };
    let mut config = GeneratorConfig { pattern, ..GeneratorConfig::default() };
    const CLAUSES: [&str; 8] =
        ["reads", "sizes", "within", "aligned", "paths", "every", "requests", "endless"];
    while words.peek().is_some() {
        match words.one_of("a setting of workload", &CLAUSES)?.text {
            "reads" => config.read_percent = words.number("reads", "%", 0, 100)? as u8,
            "sizes" => config.sizes = sizes(words)?,
            "within" => config.within_blocks = Some(words.number("within", "", 1, u64::MAX)?),
            "aligned" => config.align_blocks = words.number("aligned", "", 1, U32_MAX)? as u32,
            "paths" => config.paths = paths(words)?,
            "every" => {
                let about = words.peek().is_some_and(|word| word.text == "about");
                if about {
                    words.take();
                }
                let ns = words.time("every")?;
                config.arrivals =
                    if about { Arrivals::About { mean_gap_ns: ns } } else { Arrivals::Every { gap_ns: ns } };
            }
            "requests" => config.requests = Some(words.number("requests", "", 0, u64::MAX)?),
            _ => config.requests = None,
        }
    }
    Ok(config)
}

/// `1*6 2*3`: blocks and weight; the weight may be left out.
fn sizes(words: &mut Words<'_>) -> Result<Vec<SizeShare>, ScenarioError> {
    const FORM: &str = "write blocks*weight, as in 1*6 2*3";
    let mut sizes = Vec::new();
    while let Some(word) = words.peek().filter(|word| word.text.starts_with(|c: char| c.is_ascii_digit())) {
        words.take();
        let (blocks, weight) = word.text.split_once('*').unwrap_or((word.text, "1"));
        match (blocks.parse(), weight.parse()) {
            (Ok(blocks), Ok(weight)) => sizes.push(SizeShare { blocks, weight }),
            _ => return Err(words.error(word, format!("'{}' is not a size", word.text), FORM)),
        }
    }
    if sizes.is_empty() {
        return Err(words.error(words.here(), "sizes are missing", FORM));
    }
    Ok(sizes)
}

fn paths(words: &mut Words<'_>) -> Result<Paths, ScenarioError> {
    Ok(match words.one_of("a path rule", &["owner", "round-robin", "fixed", "spill"])?.text {
        "owner" => Paths::Owner,
        "round-robin" => Paths::RoundRobin,
        "fixed" => Paths::Fixed,
        _ => Paths::Spill { one_in: words.number("spill", "", 1, U32_MAX)? as u32 },
    })
}
