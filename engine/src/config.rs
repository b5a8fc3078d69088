//! What a world is made of: sizes, geometry, speeds and policies. A [`Config`] is plain data; [`Config::check`]
//! says what is wrong with it, in words, before a world is made.

use crate::bug::Bug;
use crate::ids::{BlockMap, ControllerId, LineKey, Lun};
use serde::{Deserialize, Serialize};

/// Everything that, together with the engine's version, the seed and the commands, determines a run.
/// All times are virtual nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// Slots of each controller's cache for its own lines.
    pub lines: u32,
    /// Further slots of each controller's cache that are lent to the peer for its mirrors (claims 6 and 20).
    pub lent: u32,
    pub raid: Geometry,
    /// Bytes that a block stands for in a host's address space; service and link times use it.
    pub block_size: u32,
    /// Bytes of a block that are really stored, copied and XORed: a multiple of 8, at most `block_size`.
    pub payload_bytes: u32,
    pub luns: Vec<LunConfig>,
    pub hosts: u8,
    pub link: LinkConfig,
    pub disk: DiskProfile,
    pub flush: FlushPolicy,
    /// One way between a host and a controller.
    pub host_latency_ns: u64,
    /// How long a write waits for a mirror slot before it is written through (protocol §4, rule 6).
    pub slot_wait_ns: u64,
    pub failover: FailoverConfig,
    /// A bug that is planted on purpose, to be found.
    pub bug: Option<Bug>,
}

/// How failures are noticed and dealt with (protocol §5 to §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct FailoverConfig {
    /// Period of heartbeats, on the link and in the mailbox.
    pub heartbeat_ns: u64,
    /// Periods of silence after which the peer is suspected.
    pub misses: u8,
    /// How long the array takes for its record and for mailboxes.
    pub record_ns: u64,
    /// How long a fence takes to be confirmed.
    pub fence_ns: u64,
    /// From power to the first instruction.
    pub boot_ns: u64,
    /// How long a host waits for an answer before it tries its other path.
    pub host_timeout_ns: u64,
    /// Stripes that a patrol (scrub, rebuild, suspect parity) works on at the same time.
    pub patrol_depth: u16,
    /// UNSAFE. A controller that serves alone answers writes as soon as its own memory has them.
    pub solo_write_back: bool,
}

impl Default for FailoverConfig {
    fn default() -> FailoverConfig {
        FailoverConfig {
            heartbeat_ns: 1_000_000,
            misses: 3,
            record_ns: 100_000,
            fence_ns: 300_000,
            boot_ns: 2_000_000,
            host_timeout_ns: 10_000_000,
            patrol_depth: 4,
            solo_write_back: false,
        }
    }
}

/// A volume of the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LunConfig {
    /// Size in blocks.
    pub blocks: u64,
    /// Who owns a line of this LUN that nobody has an entry for.
    pub default_owner: ControllerId,
}

/// How blocks and parity are spread over the disks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Geometry {
    /// 3 to 16.
    pub disks: u8,
    pub layout: Layout,
    /// Consecutive blocks on one disk before the next disk's turn.
    pub chunk_blocks: u8,
    /// The variant of protocol §14: so many lines share a stripe. 1 otherwise.
    #[serde(default = "one")]
    pub lines_per_stripe: u8,
}

fn one() -> u8 {
    1
}

/// Where RAID-5 parity rotates to, and where the data of a row begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    LeftSymmetric,
    LeftAsymmetric,
}

impl Default for Geometry {
    fn default() -> Geometry {
        Geometry { disks: 5, layout: Layout::LeftSymmetric, chunk_blocks: 1, lines_per_stripe: 1 }
    }
}

impl Geometry {
    /// Data chunks in a stripe.
    #[must_use]
    pub fn data_disks(self) -> u32 {
        u32::from(self.disks) - 1
    }

    /// Data blocks in a stripe, which is what a cache line holds. Where lines share a stripe, each holds its part, and
    /// a block has the number in its line that it has in the stripe.
    #[must_use]
    pub fn line_blocks(self) -> u32 {
        self.data_disks() * u32::from(self.chunk_blocks)
    }

    /// How many blocks a line really holds.
    #[must_use]
    pub fn part_blocks(self) -> u32 {
        self.line_blocks() / u32::from(self.lines_per_stripe)
    }

    /// The line that holds a block of a LUN.
    #[must_use]
    pub fn key_of(self, lun: Lun, lbn: u64) -> LineKey {
        let stripe_blocks = u64::from(self.line_blocks());
        let part = lbn % stripe_blocks / u64::from(self.part_blocks());
        LineKey::new(lun, lbn / stripe_blocks).with_part(part as u8)
    }

    /// The blocks that a line holds.
    #[must_use]
    pub fn blocks_of(self, key: LineKey) -> BlockMap {
        BlockMap::range(u32::from(key.part()) * self.part_blocks(), self.part_blocks())
    }

    /// The first logical block of a line.
    #[must_use]
    pub fn first_lbn(self, key: LineKey) -> u64 {
        key.first_lbn(self.line_blocks()) + u64::from(key.part()) * u64::from(self.part_blocks())
    }

    /// All lines of a line's stripe.
    pub fn lines_beside(self, key: LineKey) -> impl Iterator<Item = LineKey> + use<> {
        (0..self.lines_per_stripe).map(move |part| key.with_part(part))
    }
}

/// The mirror link, the same in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkConfig {
    pub latency_ns: u64,
    /// In units of 10⁶ bytes a second.
    pub megabytes_per_s: u32,
}

/// What decides a disk command's service time. See `array::service` for the formula and the sources of
/// the two built-in profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum DiskProfile {
    Hdd {
        track_to_track_ns: u64,
        full_stroke_ns: u64,
        rotation_ns: u64,
        megabytes_per_s: u32,
        /// Blocks of one disk, over which the head moves.
        blocks: u64,
    },
    Ssd {
        read_ns: u64,
        write_ns: u64,
        megabytes_per_s: u32,
        /// Commands in service at the same time.
        parallel: u8,
    },
}

/// When dirty lines are written back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FlushPolicy {
    /// Flushing begins when more lines are dirty than this share of what can be: each takes a slot here and one in
    /// the peer, so of the smaller of `lines` and `lent`.
    pub high_percent: u8,
    /// … and goes on until no more than this share does.
    pub low_percent: u8,
    /// Period of the flush timer. Idle and age are counted in its ticks.
    pub tick_ns: u64,
    /// Ticks without a host request after which a controller flushes what it has.
    pub idle_ticks: u32,
    /// Ticks after which a dirty line is flushed in any case.
    pub age_ticks: u32,
    /// Lines that one controller flushes at the same time.
    pub depth: u16,
    /// The variant of protocol §13: a host's write may begin while its line is being flushed.
    #[serde(default)]
    pub overlap: bool,
}

impl DiskProfile {
    /// A nearline disk of 7,200 revolutions a minute.
    #[must_use]
    pub fn hdd() -> DiskProfile {
        DiskProfile::Hdd {
            track_to_track_ns: 1_000_000,
            full_stroke_ns: 15_000_000,
            rotation_ns: 8_333_333,
            megabytes_per_s: 250,
            blocks: 1 << 28,
        }
    }

    /// A datacentre NVMe flash disk.
    #[must_use]
    pub fn ssd() -> DiskProfile {
        DiskProfile::Ssd { read_ns: 85_000, write_ns: 20_000, megabytes_per_s: 3_200, parallel: 8 }
    }
}

impl Default for Config {
    /// A small world: 12 own lines and 9 lent ones a side, five flash disks, two LUNs, two hosts.
    fn default() -> Config {
        Config {
            lines: 12,
            lent: 9,
            raid: Geometry::default(),
            block_size: 4096,
            payload_bytes: 8,
            luns: vec![
                LunConfig { blocks: 4096, default_owner: ControllerId::A },
                LunConfig { blocks: 4096, default_owner: ControllerId::B },
            ],
            hosts: 2,
            link: LinkConfig { latency_ns: 3_000, megabytes_per_s: 3_000 },
            disk: DiskProfile::ssd(),
            flush: FlushPolicy {
                high_percent: 80,
                low_percent: 60,
                tick_ns: 1_000_000,
                idle_ticks: 2,
                age_ticks: 30,
                depth: 8,
                overlap: false,
            },
            host_latency_ns: 10_000,
            slot_wait_ns: 2_000_000,
            failover: FailoverConfig::default(),
            bug: None,
        }
    }
}

/// What is wrong with a config: which field, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct ConfigError {
    /// The field's path, as it stands in a scenario file: `raid.disks`.
    pub field: &'static str,
    pub problem: String,
}

impl Config {
    /// Blocks in a cache line.
    #[must_use]
    pub fn line_blocks(&self) -> u32 {
        self.raid.line_blocks()
    }

    /// Stored bytes of a cache line.
    #[must_use]
    pub fn line_bytes(&self) -> usize {
        self.line_blocks() as usize * self.payload_bytes as usize
    }

    /// Slots in one controller's cache: its own and those lent to the peer.
    #[must_use]
    pub fn slots(&self) -> u32 {
        self.lines + self.lent
    }

    /// Stripes of the array: those of all LUNs, one LUN after the other.
    #[must_use]
    pub fn stripes(&self) -> u64 {
        self.luns.iter().map(|lun| lun.blocks.div_ceil(u64::from(self.line_blocks()))).sum()
    }

    /// How many slots are usually lent to the peer beside so many of one's own: three for each four.
    #[must_use]
    pub fn usually_lent(lines: u32) -> u32 {
        (u64::from(lines) * 3 / 4).max(1) as u32
    }

    /// Says what is wrong, or nothing.
    ///
    /// # Errors
    /// The first field that no world can be made from.
    pub fn check(&self) -> Result<(), ConfigError> {
        fn need(ok: bool, field: &'static str, problem: impl FnOnce() -> String) -> Result<(), ConfigError> {
            if ok { Ok(()) } else { Err(ConfigError { field, problem: problem() }) }
        }
        const LINES_MAX: u32 = 1 << 24;
        need((1..=LINES_MAX).contains(&self.lines), "lines", || {
            format!("{} is not in 1..={LINES_MAX}", self.lines)
        })?;
        need((1..=LINES_MAX).contains(&self.lent), "lent", || {
            format!("{} is not in 1..={LINES_MAX}", self.lent)
        })?;
        need((3..=16).contains(&self.raid.disks), "raid.disks", || {
            format!("RAID-5 here takes 3 to 16 disks, not {}", self.raid.disks)
        })?;
        need(self.raid.chunk_blocks >= 1, "raid.chunk_blocks", || "a chunk has at least 1 block".into())?;
        need(self.line_blocks() <= 64, "raid.chunk_blocks", || {
            format!(
                "a stripe of {} data disks × {} blocks has more than 64 blocks; take smaller chunks",
                self.raid.data_disks(),
                self.raid.chunk_blocks
            )
        })?;
        let shared = self.raid.lines_per_stripe;
        need(
            shared >= 1 && self.raid.data_disks().is_multiple_of(u32::from(shared)),
            "raid.lines_per_stripe",
            || format!("{} data disks are not divided evenly among {shared} lines", self.raid.data_disks()),
        )?;
        need(shared == 1 || !self.flush.overlap, "raid.lines_per_stripe", || {
            "lines that share a stripe and writes that overlap a flush are two variants; take one".into()
        })?;
        need((512..=1 << 20).contains(&self.block_size), "block_size", || {
            format!("{} is not in 512..=1048576 bytes", self.block_size)
        })?;
        let payload_ok = self.payload_bytes >= 8
            && self.payload_bytes.is_multiple_of(8)
            && self.payload_bytes <= self.block_size;
        need(payload_ok, "payload_bytes", || {
            format!(
                "{} is not a multiple of 8 between 8 and block_size ({})",
                self.payload_bytes, self.block_size
            )
        })?;
        need(!self.luns.is_empty() && self.luns.len() <= 1 << 10, "luns", || {
            format!("a world has 1 to 1024 LUNs, not {}", self.luns.len())
        })?;
        let mut stripes: u64 = 0;
        for lun in &self.luns {
            need(lun.blocks >= 1, "luns.blocks", || "a LUN has at least 1 block".into())?;
            stripes = stripes.saturating_add(lun.blocks.div_ceil(u64::from(self.line_blocks())));
        }
        need(stripes <= LineKey::STRIPE_MAX, "luns.blocks", || {
            "all LUNs together have more than 2⁴⁰ stripes".into()
        })?;
        need(self.hosts >= 1, "hosts", || "at least 1 host is needed".into())?;
        need(self.link.megabytes_per_s >= 1, "link.megabytes_per_s", || {
            "the link needs at least 1 MB/s".into()
        })?;
        match self.disk {
            DiskProfile::Hdd { megabytes_per_s, rotation_ns, blocks, track_to_track_ns, full_stroke_ns } => {
                need(megabytes_per_s >= 1, "disk.megabytes_per_s", || "at least 1 MB/s".into())?;
                need(rotation_ns >= 1, "disk.rotation_ns", || "a revolution takes at least 1 ns".into())?;
                need(blocks >= 1, "disk.blocks", || "a disk has at least 1 block".into())?;
                need(track_to_track_ns <= full_stroke_ns, "disk.full_stroke_ns", || {
                    "the full stroke takes at least as long as the shortest seek".into()
                })?;
            }
            DiskProfile::Ssd { megabytes_per_s, parallel, .. } => {
                need(megabytes_per_s >= 1, "disk.megabytes_per_s", || "at least 1 MB/s".into())?;
                need((1..=64).contains(&parallel), "disk.parallel", || {
                    format!("{parallel} is not in 1..=64")
                })?;
            }
        }
        let flush = self.flush;
        need(flush.high_percent <= 100, "flush.high_percent", || "a share is at most 100 %".into())?;
        need(flush.low_percent <= flush.high_percent, "flush.low_percent", || {
            format!("low water ({} %) is above high water ({} %)", flush.low_percent, flush.high_percent)
        })?;
        need(flush.tick_ns >= 1, "flush.tick_ns", || {
            "the flush timer needs a period of at least 1 ns".into()
        })?;
        need(flush.depth >= 1, "flush.depth", || "at least 1 line must be flushed at a time".into())?;
        let failover = self.failover;
        need(failover.heartbeat_ns >= 1, "failover.heartbeat_ns", || {
            "heartbeats need a period of at least 1 ns".into()
        })?;
        need(failover.misses >= 1, "failover.misses", || {
            "at least 1 period must be missed before a controller is suspected".into()
        })?;
        need(failover.host_timeout_ns >= 1, "failover.host_timeout_ns", || {
            "a host waits at least 1 ns".into()
        })?;
        need(failover.patrol_depth >= 1, "failover.patrol_depth", || {
            "a patrol works on at least 1 stripe at a time".into()
        })?;
        for (field, value) in self.times() {
            const HOUR_NS: u64 = 3_600_000_000_000;
            need(value <= HOUR_NS, field, || format!("{value} ns is more than an hour"))?;
        }
        Ok(())
    }

    /// How long things take, in nanoseconds, each with the name of its field.
    fn times(&self) -> Vec<(&'static str, u64)> {
        let mut times = vec![
            ("link.latency_ns", self.link.latency_ns),
            ("host_latency_ns", self.host_latency_ns),
            ("slot_wait_ns", self.slot_wait_ns),
            ("flush.tick_ns", self.flush.tick_ns),
            ("failover.heartbeat_ns", self.failover.heartbeat_ns),
            ("failover.record_ns", self.failover.record_ns),
            ("failover.fence_ns", self.failover.fence_ns),
            ("failover.boot_ns", self.failover.boot_ns),
            ("failover.host_timeout_ns", self.failover.host_timeout_ns),
        ];
        match self.disk {
            DiskProfile::Hdd { full_stroke_ns, rotation_ns, .. } => {
                times.extend([("disk.full_stroke_ns", full_stroke_ns), ("disk.rotation_ns", rotation_ns)]);
            }
            DiskProfile::Ssd { read_ns, write_ns, .. } => {
                times.extend([("disk.read_ns", read_ns), ("disk.write_ns", write_ns)]);
            }
        }
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_config_is_sound() {
        assert_eq!(Config::default().check(), Ok(()));
    }

    fn ssd(write_ns: u64) -> DiskProfile {
        DiskProfile::Ssd { read_ns: 1, write_ns, megabytes_per_s: 1, parallel: 1 }
    }

    fn hdd(full_stroke_ns: u64, rotation_ns: u64) -> DiskProfile {
        DiskProfile::Hdd { track_to_track_ns: 1, full_stroke_ns, rotation_ns, megabytes_per_s: 1, blocks: 1 }
    }

    #[test]
    fn each_wrong_field_is_named() {
        type Break = fn(&mut Config);
        let broken: [(&str, Break); 15] = [
            ("lines", |c| c.lines = 0),
            ("lent", |c| c.lent = 0),
            ("raid.disks", |c| c.raid.disks = 2),
            ("raid.chunk_blocks", |c| c.raid.chunk_blocks = 20),
            ("raid.lines_per_stripe", |c| c.raid.lines_per_stripe = 0),
            ("raid.lines_per_stripe", |c| c.raid.lines_per_stripe = 3),
            ("raid.lines_per_stripe", |c| {
                c.raid.lines_per_stripe = 2;
                c.flush.overlap = true;
            }),
            ("payload_bytes", |c| c.payload_bytes = 12),
            ("luns", |c| c.luns.clear()),
            ("flush.low_percent", |c| c.flush.low_percent = 90),
            ("hosts", |c| c.hosts = 0),
            ("slot_wait_ns", |c| c.slot_wait_ns = u64::MAX),
            ("disk.write_ns", |c| c.disk = ssd(u64::MAX)),
            ("disk.full_stroke_ns", |c| c.disk = hdd(u64::MAX, 1)),
            ("disk.rotation_ns", |c| c.disk = hdd(1, u64::MAX)),
        ];
        for (field, break_it) in broken {
            let mut config = Config::default();
            break_it(&mut config);
            assert_eq!(config.check().map_err(|e| e.field), Err(field));
        }
    }
}
