//! Generated requests: where they go (sequential, uniform, zipf), how many are reads, how long they are, who sends
//! them, when, and by which path. Everything is drawn from one seed, each question from a stream of its own, so that
//! changing the share of reads does not move the places.

use crate::config::Config;
use crate::fact::IoKind;
use crate::ids::{ControllerId, HostId, Lun};
use crate::rng::Random;
use crate::sim::TIME_MAX_NS;
use crate::sim::op::{HostOp, Source, TimedOp};
use crate::workload::fixed;
use crate::workload::paths::{PathSelector, Paths};
use crate::workload::scatter::Scatter;
use crate::workload::zipf::Zipf;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where requests go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Pattern {
    /// Each LUN from its first block to its last, then again from the first. Host i works on LUN i mod LUNs.
    Sequential,
    /// Every place equally likely.
    Uniform,
    /// Rank k in proportion to k^(−theta), ranks scattered over all LUNs. 120 means theta = 1.20.
    Zipf { theta_percent: u16 },
}

/// A length of request and how often it comes up, relative to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeShare {
    pub blocks: u32,
    pub weight: u32,
}

/// When requests are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Arrivals {
    /// One every `gap_ns`.
    Every { gap_ns: u64 },
    /// One about every `mean_gap_ns`, with the exponential gaps of hosts that know nothing of each other.
    About { mean_gap_ns: u64 },
}

/// What a [`Generator`] generates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GeneratorConfig {
    pub pattern: Pattern,
    /// Of 100 requests, so many are reads.
    pub read_percent: u8,
    pub sizes: Vec<SizeShare>,
    /// Only the first so many blocks of each LUN are used; all when `None`.
    pub within_blocks: Option<u64>,
    /// Requests begin at multiples of so many blocks (not the sequential ones, which follow each other).
    pub align_blocks: u32,
    pub paths: Paths,
    pub arrivals: Arrivals,
    /// How many requests; without end when `None`.
    pub requests: Option<u64>,
}

impl Default for GeneratorConfig {
    /// An office day: zipf 1.2, 70 % reads, one to four blocks.
    fn default() -> GeneratorConfig {
        GeneratorConfig {
            pattern: Pattern::Zipf { theta_percent: 120 },
            read_percent: 70,
            sizes: vec![
                SizeShare { blocks: 1, weight: 6 },
                SizeShare { blocks: 2, weight: 3 },
                SizeShare { blocks: 4, weight: 1 },
            ],
            within_blocks: None,
            align_blocks: 1,
            paths: Paths::TRACE_DEFAULT,
            arrivals: Arrivals::About { mean_gap_ns: 100_000 },
            requests: Some(200),
        }
    }
}

/// What is wrong with a workload's settings: which one, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct WorkloadError {
    pub field: &'static str,
    pub problem: String,
}

/// Sizes beyond this are refused: a request of 2¹⁶ blocks is 256 MiB.
const BLOCKS_MAX: u32 = 1 << 16;
/// 11 days between two requests.
const GAP_MAX_NS: u64 = 1_000_000_000_000_000;

/// The numbers of the random streams (6 is [`PathSelector::STREAM`]).
mod stream {
    pub const PLACE: u64 = 1;
    pub const KIND: u64 = 2;
    pub const SIZE: u64 = 3;
    pub const TIME: u64 = 4;
    pub const HOST: u64 = 5;
}

/// The part of a LUN that is used.
#[derive(Clone, Copy, Debug)]
struct Region {
    /// Blocks of it.
    blocks: u64,
    /// Aligned places of this and all regions before it.
    places_to_here: u64,
}

/// Requests out of a seed. Clones continue alike.
#[derive(Clone, Debug)]
pub struct Generator {
    config: Arc<GeneratorConfig>,
    regions: Arc<[Region]>,
    zipf: Option<(Zipf, Scatter)>,
    hosts: u8,
    weight_total: u64,
    place: Random,
    kind: Random,
    size: Random,
    time: Random,
    host: Random,
    paths: PathSelector,
    /// Sequential: the next block of each LUN.
    cursors: Vec<u64>,
    now_ns: u64,
    sent: u64,
}

impl Generator {
    /// A generator for the LUNs and hosts of `world`.
    ///
    /// # Errors
    /// The first setting that cannot be met.
    pub fn new(config: &GeneratorConfig, world: &Config, seed: u64) -> Result<Generator, WorkloadError> {
        config.check(world)?;
        let align = u64::from(config.align_blocks);
        let mut places = 0;
        let mut regions = Vec::new();
        for lun in &world.luns {
            let blocks = lun.blocks.min(config.within_blocks.unwrap_or(u64::MAX));
            places += blocks.div_ceil(align);
            regions.push(Region { blocks, places_to_here: places });
        }
        let zipf = match config.pattern {
            Pattern::Zipf { theta_percent } => {
                let items = places.min(Zipf::ITEMS_MAX);
                Some((Zipf::new(items, theta_percent), Scatter::new(items, seed)))
            }
            Pattern::Sequential | Pattern::Uniform => None,
        };
        let owners: Arc<[ControllerId]> = world.luns.iter().map(|lun| lun.default_owner).collect();
        Ok(Generator {
            weight_total: config.sizes.iter().map(|size| u64::from(size.weight)).sum(),
            config: Arc::new(config.clone()),
            cursors: vec![0; regions.len()],
            regions: regions.into(),
            zipf,
            hosts: world.hosts,
            place: Random::new(seed, stream::PLACE),
            kind: Random::new(seed, stream::KIND),
            size: Random::new(seed, stream::SIZE),
            time: Random::new(seed, stream::TIME),
            host: Random::new(seed, stream::HOST),
            paths: PathSelector::new(config.paths, owners, seed),
            now_ns: 0,
            sent: 0,
        })
    }

    fn draw_size(&mut self) -> u32 {
        let mut draw = self.size.below(self.weight_total);
        for size in &self.config.sizes {
            match draw.checked_sub(u64::from(size.weight)) {
                None => return size.blocks,
                Some(rest) => draw = rest,
            }
        }
        1
    }

    fn draw_place(&mut self, host: HostId, blocks: u32) -> (Lun, u64) {
        let blocks = u64::from(blocks);
        if self.config.pattern == Pattern::Sequential {
            let index = usize::from(host.0) % self.regions.len();
            let (end, cursor) = (self.regions[index].blocks, &mut self.cursors[index]);
            let lbn = if *cursor + blocks > end { 0 } else { *cursor };
            *cursor = lbn + blocks;
            return (Lun(index as u16), lbn);
        }
        let places = self.regions.last().map_or(1, |region| region.places_to_here);
        let place = match &self.zipf {
            None => self.place.below(places),
            Some((zipf, scatter)) => {
                let item = scatter.place(zipf.next(&mut self.place));
                // With more places than the table has items, an item is a run of places, each equally likely.
                let items = places.min(Zipf::ITEMS_MAX);
                let first = item * (places / items) + item.min(places % items);
                let run = places / items + u64::from(item < places % items);
                if run == 1 { first } else { first + self.place.below(run) }
            }
        };
        let index = self.regions.partition_point(|region| region.places_to_here <= place);
        let before = if index == 0 { 0 } else { self.regions[index - 1].places_to_here };
        let lbn = (place - before) * u64::from(self.config.align_blocks);
        // A request that would run over the end is moved back to end there.
        (Lun(index as u16), lbn.min(self.regions[index].blocks - blocks))
    }
}

impl Source for Generator {
    fn next_op(&mut self) -> Option<TimedOp> {
        if self.config.requests.is_some_and(|requests| self.sent >= requests) {
            return None;
        }
        let gap_ns = match self.config.arrivals {
            Arrivals::Every { gap_ns } => gap_ns,
            Arrivals::About { mean_gap_ns } => fixed::exponential_gap(mean_gap_ns, self.time.next_u32()),
        };
        let io = if self.kind.percent(self.config.read_percent) { IoKind::Read } else { IoKind::Write };
        let host = match self.config.pattern {
            Pattern::Sequential => HostId((self.sent % u64::from(self.hosts)) as u8),
            Pattern::Uniform | Pattern::Zipf { .. } => HostId(self.host.below(u64::from(self.hosts)) as u8),
        };
        let blocks = self.draw_size();
        let (lun, lbn) = self.draw_place(host, blocks);
        let via = self.paths.choose(host, lun);
        // The first request is sent at once: nobody wants to wait for the curtain.
        self.now_ns = if self.sent == 0 { 0 } else { self.now_ns.saturating_add(gap_ns) };
        if self.now_ns > TIME_MAX_NS {
            return None;
        }
        self.sent += 1;
        Some(TimedOp { at_ns: self.now_ns, op: HostOp { host, via, io, lun, lbn, blocks } })
    }
}

impl GeneratorConfig {
    /// Says what is wrong, or nothing.
    ///
    /// # Errors
    /// The first setting that cannot be met in `world`.
    pub fn check(&self, world: &Config) -> Result<(), WorkloadError> {
        let wrong = |field, problem: String| Err(WorkloadError { field, problem });
        if self.read_percent > 100 {
            return wrong(
                "reads",
                format!("{} % is more than all requests; take 0 to 100", self.read_percent),
            );
        }
        if self.align_blocks == 0 || self.align_blocks > BLOCKS_MAX {
            return wrong("align", format!("{} is not in 1..={BLOCKS_MAX} blocks", self.align_blocks));
        }
        if self.within_blocks == Some(0) {
            return wrong("within", "a workload within 0 blocks has nowhere to go; take at least 1".into());
        }
        if self.sizes.is_empty() || self.sizes.iter().all(|size| size.weight == 0) {
            return wrong(
                "sizes",
                "at least one size needs a weight above 0, as in 1*6 for one block".into(),
            );
        }
        let smallest =
            world.luns.iter().map(|lun| lun.blocks.min(self.within_blocks.unwrap_or(u64::MAX))).min();
        for size in &self.sizes {
            if size.blocks == 0 || size.blocks > BLOCKS_MAX {
                return wrong("sizes", format!("{} is not in 1..={BLOCKS_MAX} blocks", size.blocks));
            }
            if smallest.is_none_or(|smallest| u64::from(size.blocks) > smallest) {
                return wrong(
                    "sizes",
                    format!("a request of {} blocks does not fit the smallest LUN or `within`", size.blocks),
                );
            }
        }
        if world.hosts == 0 {
            return wrong("hosts", "somebody must send the requests; take at least 1 host".into());
        }
        let (Arrivals::Every { gap_ns } | Arrivals::About { mean_gap_ns: gap_ns }) = self.arrivals;
        if gap_ns > GAP_MAX_NS {
            return wrong("every", format!("{gap_ns} ns is too long a gap; take at most {GAP_MAX_NS} ns"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ops(config: &GeneratorConfig, seed: u64) -> Vec<TimedOp> {
        let mut generator = Generator::new(config, &Config::default(), seed).unwrap();
        std::iter::from_fn(|| generator.next_op()).collect()
    }

    #[test]
    fn one_seed_gives_one_sequence_and_clones_go_on_alike() {
        let config = GeneratorConfig::default();
        assert_eq!(ops(&config, 3), ops(&config, 3));
        assert_ne!(ops(&config, 3), ops(&config, 4));
        let mut one = Generator::new(&config, &Config::default(), 3).unwrap();
        one.next_op();
        let mut two = one.clone();
        assert!((0..50).all(|_| one.next_op() == two.next_op()));
    }

    /// If this changes, every recorded run with a generator changes.
    #[test]
    fn golden_requests_of_seed_1() {
        let text: Vec<String> = ops(&GeneratorConfig::default(), 1)
            .iter()
            .take(4)
            .map(|t| {
                format!("{} {:?} {}:{}+{} {}", t.at_ns, t.op.io, t.op.lun.0, t.op.lbn, t.op.blocks, t.op.via)
            })
            .collect();
        assert_eq!(
            text,
            ["0 Read 0:2155+2 A", "84866 Write 1:700+4 B", "89726 Write 1:3191+4 B", "150784 Read 0:116+1 A"]
        );
    }

    #[test]
    fn every_request_lies_inside_its_lun() {
        for pattern in [Pattern::Sequential, Pattern::Uniform, Pattern::Zipf { theta_percent: 90 }] {
            for within_blocks in [None, Some(5), Some(64)] {
                let config = GeneratorConfig {
                    pattern,
                    within_blocks,
                    align_blocks: 4,
                    requests: Some(500),
                    ..Default::default()
                };
                let end = within_blocks.unwrap_or(4096);
                for timed in ops(&config, 9) {
                    assert!(timed.op.lbn + u64::from(timed.op.blocks) <= end && timed.op.lun.0 < 2);
                }
            }
        }
    }

    #[test]
    fn shares_of_reads_and_sizes_are_kept() {
        let config = GeneratorConfig { requests: Some(10_000), ..Default::default() };
        let all = ops(&config, 2);
        let reads = all.iter().filter(|t| t.op.io == IoKind::Read).count();
        let single = all.iter().filter(|t| t.op.blocks == 1).count();
        assert!((6_800..7_200).contains(&reads) && (5_800..6_200).contains(&single), "{reads} {single}");
        let span_ns = all.last().unwrap().at_ns;
        assert!((950_000_000..1_050_000_000).contains(&span_ns), "{span_ns}");
    }

    #[test]
    fn sequential_requests_follow_each_other_on_each_lun() {
        let config = GeneratorConfig {
            pattern: Pattern::Sequential,
            sizes: vec![SizeShare { blocks: 4, weight: 1 }],
            within_blocks: Some(12),
            arrivals: Arrivals::Every { gap_ns: 10 },
            requests: Some(8),
            ..Default::default()
        };
        let places: Vec<_> = ops(&config, 2).iter().map(|t| (t.at_ns, t.op.lun.0, t.op.lbn)).collect();
        assert_eq!(
            places,
            [(0, 0, 0), (10, 1, 0), (20, 0, 4), (30, 1, 4), (40, 0, 8), (50, 1, 8), (60, 0, 0), (70, 1, 0)]
        );
    }

    #[test]
    fn a_million_zipf_items_can_be_made_and_all_of_a_huge_lun_is_reached() {
        let mut world = Config::default();
        world.luns[1].blocks = 1 << 30;
        let config = GeneratorConfig {
            requests: None,
            pattern: Pattern::Zipf { theta_percent: 0 },
            ..Default::default()
        };
        let mut generator = Generator::new(&config, &world, 1).unwrap();
        let far = (0..1_000).filter(|_| generator.next_op().unwrap().op.lbn > 1 << 29).count();
        assert!((400..600).contains(&far), "{far}");
    }

    #[test]
    fn each_wrong_setting_is_named() {
        type Break = fn(&mut GeneratorConfig);
        let broken: [(&str, Break); 8] = [
            ("reads", |c| c.read_percent = 101),
            ("align", |c| c.align_blocks = 0),
            ("within", |c| c.within_blocks = Some(0)),
            ("sizes", |c| c.sizes.clear()),
            ("sizes", |c| c.sizes = vec![SizeShare { blocks: 1, weight: 0 }]),
            ("sizes", |c| c.sizes[0].blocks = 0),
            ("sizes", |c| c.within_blocks = Some(3)),
            ("every", |c| c.arrivals = Arrivals::Every { gap_ns: u64::MAX }),
        ];
        for (field, break_it) in broken {
            let mut config = GeneratorConfig::default();
            break_it(&mut config);
            assert_eq!(config.check(&Config::default()).map_err(|e| e.field), Err(field));
        }
    }
}
