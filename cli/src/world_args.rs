//! Options that shape a world, shared by the commands.

use clap::ValueEnum;
use mirrorline_engine::config::{Config, DiskProfile, Geometry, Layout};

#[derive(Clone, Copy, ValueEnum)]
pub enum LayoutName {
    LeftSymmetric,
    LeftAsymmetric,
}

impl From<LayoutName> for Layout {
    fn from(name: LayoutName) -> Layout {
        match name {
            LayoutName::LeftSymmetric => Layout::LeftSymmetric,
            LayoutName::LeftAsymmetric => Layout::LeftAsymmetric,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum DiskName {
    /// A datacentre NVMe flash disk
    Ssd,
    /// A nearline disk of 7,200 revolutions a minute
    Hdd,
}

/// The world that a trace is replayed in.
#[derive(clap::Args)]
pub struct WorldArgs {
    /// Cache lines of each controller for its own use
    #[arg(long, default_value_t = 4096, help_heading = "World")]
    pub lines: u32,
    /// Further cache lines of each controller, lent to the other one for mirrors [default: three for each four of --lines]
    #[arg(long, help_heading = "World")]
    pub lent: Option<u32>,
    /// Disks of the RAID-5 array, 3 to 16
    #[arg(long, default_value_t = 5, help_heading = "World")]
    pub disks: u8,
    /// How parity rotates
    #[arg(long, value_enum, default_value_t = LayoutName::LeftSymmetric, help_heading = "World")]
    pub layout: LayoutName,
    /// Consecutive blocks on one disk before the next disk's turn
    #[arg(long, default_value_t = 1, help_heading = "World")]
    pub chunk_blocks: u8,
    /// Bytes of a block
    #[arg(long, default_value_t = 4096, help_heading = "World")]
    pub block_size: u32,
    /// What the disks are
    #[arg(long, value_enum, default_value_t = DiskName::Ssd, help_heading = "World")]
    pub disk: DiskName,
    /// Hosts; they send the trace's requests in turn
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..), help_heading = "World")]
    pub hosts: u8,
    /// The seed of everything that is drawn
    #[arg(long, default_value_t = 1, help_heading = "World")]
    pub seed: u64,
}

impl WorldArgs {
    /// The config without its LUNs, which the trace decides. Not checked yet.
    pub fn config(&self) -> Config {
        let defaults = Config::default();
        Config {
            lines: self.lines,
            lent: self.lent.unwrap_or(Config::usually_lent(self.lines)),
            raid: Geometry {
                disks: self.disks,
                layout: self.layout.into(),
                chunk_blocks: self.chunk_blocks,
                lines_per_stripe: 1,
            },
            block_size: self.block_size,
            payload_bytes: defaults.payload_bytes.min(self.block_size),
            hosts: self.hosts,
            disk: match self.disk {
                DiskName::Ssd => DiskProfile::ssd(),
                DiskName::Hdd => DiskProfile::hdd(),
            },
            ..defaults
        }
    }
}
