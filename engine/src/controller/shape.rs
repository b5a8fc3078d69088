//! What a controller is built for: geometry, sizes, policies, and which stripe of the array a line is.

use crate::bug::Bug;
use crate::config::{Config, FailoverConfig, FlushPolicy, Geometry};
use crate::ids::{ControllerId, LineKey, Lun};

/// What does not change in a run.
#[derive(Clone, Debug)]
pub struct Shape {
    pub geometry: Geometry,
    pub line_blocks: u32,
    pub block_bytes: usize,
    /// For each LUN its default owner when both controllers are well, and the array's stripe that it begins at.
    pub(super) luns: Vec<(ControllerId, u64)>,
    pub(super) stripes: u64,
    pub(super) lines: u32,
    pub(super) lent: u32,
    pub(super) flush: FlushPolicy,
    pub(super) slot_wait_ns: u64,
    pub(super) failover: FailoverConfig,
    /// The rule that is not kept.
    pub(super) bug: Option<Bug>,
}

impl Shape {
    #[must_use]
    pub fn new(config: &Config) -> Shape {
        let line_blocks = config.line_blocks();
        let mut first_stripe = 0;
        let luns = config
            .luns
            .iter()
            .map(|lun| {
                let begins_at = first_stripe;
                first_stripe += lun.blocks.div_ceil(u64::from(line_blocks));
                (lun.default_owner, begins_at)
            })
            .collect();
        Shape {
            geometry: config.raid,
            line_blocks,
            block_bytes: config.payload_bytes as usize,
            luns,
            stripes: config.stripes(),
            lines: config.lines,
            lent: config.lent,
            flush: config.flush,
            slot_wait_ns: config.slot_wait_ns,
            failover: config.failover,
            bug: config.bug,
        }
    }

    /// The default owner of a LUN as configured. Which one it is at the moment, a controller knows
    /// ([`Controller::default_owner`](super::Controller::default_owner)).
    #[must_use]
    pub fn configured_owner(&self, lun: Lun) -> ControllerId {
        self.luns[usize::from(lun.0)].0
    }

    /// The line that a stripe of the array is.
    #[must_use]
    pub fn key_of_stripe(&self, stripe: u64) -> LineKey {
        let lun = self.luns.partition_point(|(_, begins_at)| *begins_at <= stripe) - 1;
        LineKey::new(Lun(lun as u16), stripe - self.luns[lun].1)
    }

    /// Stripes of the array.
    #[must_use]
    pub fn stripes(&self) -> u64 {
        self.stripes
    }

    /// The stripe of the array that a line is.
    #[must_use]
    pub fn array_stripe(&self, key: LineKey) -> u64 {
        self.luns[usize::from(key.lun().0)].1 + key.stripe()
    }

    /// More dirty lines than this start a flush (protocol §4, rule 4).
    #[must_use]
    pub fn high_water(&self) -> u32 {
        self.share(self.flush.high_percent)
    }

    #[must_use]
    pub fn low_water(&self) -> u32 {
        self.share(self.flush.low_percent)
    }

    /// A share of the dirty lines that the slots allow: each needs one here and one in the peer.
    fn share(&self, percent: u8) -> u32 {
        let most = u64::from(self.lines.min(self.lent));
        (most * u64::from(percent) / 100) as u32
    }
}
