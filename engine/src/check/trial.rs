//! Worlds, requests and faults drawn from a seed, for the tests of the checks.

use crate::config::{Config, DiskProfile, Geometry, Layout, LunConfig};
use crate::digest::mix;
use crate::fact::IoKind;
use crate::ids::{ControllerId, HostId, Lun};
use crate::sim::{Fault, HostOp, Source, TimedOp};

/// Requests drawn from a seed: few lines, both controllers, all sizes, so that everything meets everything.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    pub seed: u64,
    n: u64,
    pub count: u64,
    pub blocks: u64,
    pub gap_ns: u64,
    hosts: u8,
}

impl Source for Crowd {
    fn next_op(&mut self) -> Option<TimedOp> {
        if self.n == self.count {
            return None;
        }
        self.n += 1;
        let z = mix(self.seed.wrapping_mul(1_000_003) ^ self.n);
        let io = if z.is_multiple_of(5) { IoKind::Read } else { IoKind::Write };
        let via = if z >> 8 & 1 == 0 { ControllerId::A } else { ControllerId::B };
        let blocks = 1 + (z >> 40) as u32 % 6;
        let lbn = (z >> 16) % (self.blocks - u64::from(blocks));
        let host = HostId((z >> 50) as u8 % self.hosts);
        let op = HostOp { host, via, io, lun: Lun((z >> 60) as u16 & 1), lbn, blocks };
        Some(TimedOp { at_ns: self.n * self.gap_ns + (z >> 12) % self.gap_ns, op })
    }
}

/// A world whose sizes are drawn from a seed.
pub(crate) fn drawn_world(seed: u64) -> (Config, Crowd) {
    let z = mix(seed ^ 0xabcd);
    let pick = |shift: u32, choices: &[u64]| choices[(z >> shift) as usize % choices.len()];
    let disks = pick(0, &[3, 4, 5, 9]) as u8;
    let config = Config {
        lines: pick(4, &[1, 2, 4, 12]) as u32,
        lent: pick(8, &[1, 2, 3, 9, 14]) as u32,
        raid: Geometry {
            disks,
            layout: if z >> 12 & 1 == 0 { Layout::LeftSymmetric } else { Layout::LeftAsymmetric },
            chunk_blocks: pick(14, &[1, 1, 2, 3]) as u8,
            lines_per_stripe: 1,
        },
        payload_bytes: pick(18, &[8, 8, 24]) as u32,
        luns: vec![
            LunConfig { blocks: 200, default_owner: ControllerId::A },
            LunConfig { blocks: 200, default_owner: ControllerId::B },
        ],
        disk: if z >> 20 & 3 == 0 { DiskProfile::hdd() } else { DiskProfile::ssd() },
        slot_wait_ns: pick(24, &[20_000, 200_000, 2_000_000]),
        ..Config::default()
    };
    let crowd = Crowd {
        seed,
        n: 0,
        count: 250,
        blocks: pick(28, &[24, 60, 190]),
        gap_ns: pick(32, &[2_000, 10_000, 60_000, 400_000]),
        hosts: config.hosts,
    };
    (config, crowd)
}

/// Something that breaks, or is mended, drawn from `z`.
pub(crate) fn drawn_fault(z: u64, config: &Config) -> Fault {
    let at = if z >> 8 & 1 == 0 { ControllerId::A } else { ControllerId::B };
    let disk = (z >> 16) as u8 % config.raid.disks;
    let host = HostId((z >> 24) as u8 % config.hosts);
    match z % 24 {
        0 | 1 => Fault::Crash { at },
        2..=4 => Fault::Restart { at },
        5 => Fault::Hang { at },
        6 | 7 => Fault::Resume { at },
        8 => Fault::PowerLoss,
        9 | 10 => Fault::PowerBack,
        11 => Fault::BatteryFails { at },
        12 => Fault::BatteryGood { at },
        13 => Fault::CutLink { to: at },
        14 | 15 => Fault::MendLink { to: at },
        16 => Fault::DiskFails { disk },
        17 => Fault::DiskPulled { disk },
        18 => Fault::DiskReplaced { disk },
        19 => Fault::DiskReturned { disk },
        20 => Fault::SectorError { disk, stripe: (z >> 32) % 12 },
        21 => Fault::PathCut { host, via: at },
        22 => Fault::PathMended { host, via: at },
        _ => Fault::Scrub,
    }
}
