//! How long a disk command takes: seek, rotation, transfer, and waiting for the commands before it. Integer
//! nanoseconds throughout.
//!
//! **Hard disk.** One head. Seek time grows with the square root of the distance (Ruemmler and Wilkes, *An
//! introduction to disk drive modeling*, 1994): `track_to_track + (full_stroke − track_to_track) × √(distance)`,
//! distance as a share of the disk. Then the platter turns until the block comes by; then the blocks pass under
//! the head. The built-in profile is a nearline disk of 7,200 revolutions a minute: 4.17 ms average rotational
//! delay and 8.5 ms average seek, as vendors' data sheets give for this class.
//!
//! **Flash.** A fixed latency and the transfer, several commands at a time. The built-in profile is a datacentre
//! NVMe disk: 85 µs for a random read, 20 µs for a random write (into its protected buffer), 3,200 MB/s, the
//! figures that the data sheet of the Intel SSD DC P4500 (2 TB) gives.

use crate::config::{Config, DiskProfile};
use crate::fact::IoKind;

/// One disk's queue: which of its units is free when, and where the head stands.
#[derive(Clone, Debug)]
pub struct Service {
    profile: DiskProfile,
    block_size: u32,
    /// For each unit, when it has done all that it was given. Nanoseconds.
    free_at: Vec<u64>,
    /// The block after the last one that was asked for.
    head: u64,
    /// Everything takes so many times as long; 1 is as built.
    pub slowness: u16,
}

impl Service {
    #[must_use]
    pub fn new(config: &Config) -> Service {
        let units = match config.disk {
            DiskProfile::Hdd { .. } => 1,
            DiskProfile::Ssd { parallel, .. } => usize::from(parallel),
        };
        Service {
            profile: config.disk,
            block_size: config.block_size,
            free_at: vec![0; units],
            head: 0,
            slowness: 1,
        }
    }

    /// Takes a command for `bytes` bytes from block `offset` on; returns when it will be done.
    pub fn submit(&mut self, io: IoKind, offset: u64, bytes: u64, now_ns: u64) -> u64 {
        // The first unit with the least to do, so that equal ones are taken in order.
        let mut unit = 0;
        for (n, free_at) in self.free_at.iter().enumerate() {
            if *free_at < self.free_at[unit] {
                unit = n;
            }
        }
        let start = now_ns.max(self.free_at[unit]);
        let done = start + self.service_ns(io, offset, bytes, start) * u64::from(self.slowness.max(1));
        debug_assert!(done > now_ns, "no command is carried out before it is given");
        self.free_at[unit] = done;
        self.head = offset + bytes / u64::from(self.block_size);
        done
    }

    fn service_ns(&self, io: IoKind, offset: u64, bytes: u64, start_ns: u64) -> u64 {
        match self.profile {
            DiskProfile::Ssd { read_ns, write_ns, megabytes_per_s, .. } => {
                let fixed = if io == IoKind::Read { read_ns } else { write_ns };
                fixed + transfer_ns(bytes, megabytes_per_s)
            }
            DiskProfile::Hdd { track_to_track_ns, full_stroke_ns, rotation_ns, megabytes_per_s, blocks } => {
                let distance = self.head.abs_diff(offset).min(blocks);
                let seek = if distance == 0 {
                    0
                } else {
                    // √ of the share in 2¹⁶ths.
                    let share = ((u128::from(distance) << 32) / u128::from(blocks)) as u64;
                    track_to_track_ns + (((full_stroke_ns - track_to_track_ns) * share.isqrt()) >> 16)
                };
                let track_bytes = (rotation_ns * u64::from(megabytes_per_s) / 1000).max(1);
                let at_byte = offset.wrapping_mul(u64::from(self.block_size)) % track_bytes;
                let angle = at_byte * rotation_ns / track_bytes;
                let under_head = (start_ns + seek) % rotation_ns;
                let rotation = (angle + rotation_ns - under_head) % rotation_ns;
                seek + rotation + transfer_ns(bytes, megabytes_per_s)
            }
        }
    }
}

/// How long `bytes` bytes take at a rate in units of 10⁶ bytes a second; at least 1 ns.
#[must_use]
pub fn transfer_ns(bytes: u64, megabytes_per_s: u32) -> u64 {
    (bytes * 1000 / u64::from(megabytes_per_s)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(disk: DiskProfile) -> Service {
        Service::new(&Config { disk, ..Config::default() })
    }

    #[test]
    fn sequential_blocks_of_a_hard_disk_need_neither_seek_nor_rotation() {
        let mut disk = service(DiskProfile::hdd());
        let first = disk.submit(IoKind::Read, 0, 4096, 0);
        let second = disk.submit(IoKind::Read, 1, 4096, first);
        let transfer = transfer_ns(4096, 250);
        assert!(second - first <= transfer + 1_000, "{} ns", second - first);
    }

    #[test]
    fn random_blocks_of_a_hard_disk_take_about_13_milliseconds() {
        let mut disk = service(DiskProfile::hdd());
        let (mut now, mut z) = (0, 1);
        for _ in 0..2_000 {
            z = crate::digest::mix(z);
            now = disk.submit(IoKind::Read, z % (1 << 28), 4096, now);
        }
        let mean = now / 2_000;
        // Average seek 8.5 ms (√ of a random distance averages 0.53 of the stroke) and half a turn, 4.2 ms.
        assert!((11_000_000..14_000_000).contains(&mean), "{mean} ns");
    }

    #[test]
    fn flash_serves_several_at_a_time_and_then_queues() {
        let mut disk =
            service(DiskProfile::Ssd { read_ns: 100, write_ns: 10, megabytes_per_s: 4096, parallel: 2 });
        let done: Vec<u64> = (0..4).map(|n| disk.submit(IoKind::Read, n, 4096, 0)).collect();
        assert_eq!(done, [1100, 1100, 2200, 2200]);
    }
}
