//! Worlds and requests from a seed.

use crate::config::{
    Config, DiskProfile, FailoverConfig, FlushPolicy, Geometry, Layout, LinkConfig, LunConfig,
};
use crate::fact::IoKind;
use crate::ids::{ControllerId, HostId, Lun};
use crate::rng::Random;
use crate::scenario::{Feed, Scenario};
use crate::sim::{HostOp, Pacing, TimedOp};

/// How a seed breaks things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temper {
    /// One thing at a time.
    Careful,
    /// One thing at a time, and a second one in a chosen situation that the first has led to.
    Aimed,
    /// Anything at any time.
    Wild,
}

/// The random streams of a seed.
pub(super) enum Stream {
    World = 11,
    Requests = 12,
    Faults = 13,
}

impl Stream {
    pub fn of(self, seed: u64) -> Random {
        Random::new(seed, self as u64)
    }
}

/// What a seed starts from: a world and its requests, and nothing broken yet.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub temper: Temper,
    pub scenario: Scenario,
}

impl Drawn {
    #[must_use]
    pub fn new(seed: u64) -> Drawn {
        let mut random = Stream::World.of(seed);
        let temper = [Temper::Careful, Temper::Aimed, Temper::Wild][random.below(3) as usize];
        let config = config(&mut random);
        let ops = requests(&config, &mut Stream::Requests.of(seed));
        let scenario = Scenario {
            title: format!("Seed {seed}"),
            config,
            seed,
            pacing: Pacing::AsTimed,
            feed: Feed::Script(ops.into()),
            ..Scenario::default()
        };
        Drawn { temper, scenario }
    }
}

/// A number of `low ..= high`, small ones as likely as large ones: each power of two gets the same share.
pub(super) fn spread(random: &mut Random, low: u64, high: u64) -> u64 {
    let doublings = (high / low).ilog2();
    let base = low << random.below(u64::from(doublings) + 1);
    (base + random.below(base)).min(high)
}

fn between(random: &mut Random, low: u64, high: u64) -> u64 {
    low + random.below(high - low + 1)
}

fn either(random: &mut Random) -> ControllerId {
    ControllerId::BOTH[random.below(2) as usize]
}

fn config(random: &mut Random) -> Config {
    let raid = Geometry {
        disks: between(random, 3, 9) as u8,
        layout: if random.percent(50) { Layout::LeftSymmetric } else { Layout::LeftAsymmetric },
        chunk_blocks: between(random, 1, 3) as u8,
        lines_per_stripe: 1,
    };
    let line_blocks = u64::from(raid.line_blocks());
    // Few stripes, so that rebuilds end; the last one of a LUN may be cut short.
    let luns = (0..between(random, 1, 3))
        .map(|_| LunConfig {
            blocks: between(random, 2, 12) * line_blocks - random.below(line_blocks),
            default_owner: either(random),
        })
        .collect();
    let disk = disk(random);
    let slowest_ns = match disk {
        DiskProfile::Ssd { read_ns, write_ns, .. } => read_ns.max(write_ns),
        DiskProfile::Hdd { full_stroke_ns, rotation_ns, .. } => full_stroke_ns + rotation_ns,
    };
    let latency_ns = spread(random, 500, 50_000);
    let high_percent = between(random, 0, 100) as u8;
    Config {
        lines: spread(random, 1, 16) as u32,
        lent: spread(random, 1, 16) as u32,
        raid,
        luns,
        hosts: between(random, 1, 4) as u8,
        link: LinkConfig { latency_ns, megabytes_per_s: spread(random, 200, 6_000) as u32 },
        disk,
        flush: FlushPolicy {
            high_percent,
            low_percent: random.below(u64::from(high_percent) + 1) as u8,
            tick_ns: spread(random, 20_000, 2_000_000),
            idle_ticks: between(random, 0, 4) as u32,
            age_ticks: spread(random, 1, 40) as u32,
            depth: spread(random, 1, 8) as u16,
            overlap: false,
        },
        host_latency_ns: spread(random, 1_000, 50_000),
        slot_wait_ns: spread(random, 2_000, 2_000_000),
        failover: FailoverConfig {
            // A heartbeat that its answer cannot outrun would be taken for silence.
            heartbeat_ns: spread(random, 100_000, 2_000_000).max(8 * latency_ns),
            misses: between(random, 1, 4) as u8,
            record_ns: spread(random, 5_000, 500_000),
            fence_ns: spread(random, 5_000, 1_000_000),
            boot_ns: spread(random, 50_000, 4_000_000),
            // Hosts are more patient than disks are slow; else their retries would be all that happens.
            host_timeout_ns: spread(random, 2_000_000, 20_000_000).max(40 * slowest_ns),
            patrol_depth: spread(random, 1, 8) as u16,
            solo_write_back: false,
        },
        ..Config::default()
    }
}

fn disk(random: &mut Random) -> DiskProfile {
    match random.below(4) {
        0 => {
            let rotation_ns = spread(random, 50_000, 4_000_000);
            DiskProfile::Hdd {
                track_to_track_ns: rotation_ns / 8,
                full_stroke_ns: rotation_ns * 2,
                rotation_ns,
                megabytes_per_s: 250,
                blocks: 1 << 12,
            }
        }
        _ => DiskProfile::Ssd {
            read_ns: spread(random, 2_000, 200_000),
            write_ns: spread(random, 2_000, 200_000),
            megabytes_per_s: spread(random, 500, 6_000) as u32,
            parallel: spread(random, 1, 8) as u8,
        },
    }
}

/// Requests in bursts, to a few hot places and some others, by good paths and bad ones.
fn requests(config: &Config, random: &mut Random) -> Vec<TimedOp> {
    let count = spread(random, 16, 256);
    let read_percent = between(random, 5, 80) as u8;
    let hot_percent = between(random, 20, 95) as u8;
    let burst_percent = between(random, 10, 95) as u8;
    let astray_percent = between(random, 0, 60) as u8;
    let longest = spread(random, 1, u64::from(config.line_blocks()) * 2);
    let pause_ns = spread(random, 20_000, 3_000_000);
    let place = |random: &mut Random| {
        let lun = random.below(config.luns.len() as u64);
        (lun as u16, random.below(config.luns[lun as usize].blocks))
    };
    let hot: Vec<(u16, u64)> = (0..spread(random, 1, 6)).map(|_| place(random)).collect();
    let mut at_ns = 0;
    (0..count)
        .map(|_| {
            at_ns += if random.percent(burst_percent) {
                spread(random, 100, 20_000)
            } else {
                spread(random, 1_000, pause_ns)
            };
            let (lun, lbn) = if random.percent(hot_percent) {
                hot[random.below(hot.len() as u64) as usize]
            } else {
                place(random)
            };
            let LunConfig { blocks, default_owner } = config.luns[usize::from(lun)];
            let length = between(random, 1, longest).min(blocks - lbn) as u32;
            let io = if random.percent(read_percent) { IoKind::Read } else { IoKind::Write };
            let via = if random.percent(astray_percent) { default_owner.peer() } else { default_owner };
            let host = HostId(random.below(u64::from(config.hosts)) as u8);
            TimedOp { at_ns, op: HostOp { host, via, io, lun: Lun(lun), lbn, blocks: length } }
        })
        .collect()
}
