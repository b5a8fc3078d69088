//! What can be broken and mended from outside. Every fault is an event: it has its place in the order of all events,
//! and what follows names it as its cause.

use super::world::{CommandError, STRIPES_MAX};
use crate::config::Config;
use crate::ids::{ControllerId, HostId};
use serde::{Deserialize, Serialize};

/// One thing done to the hardware. What a controller knows of it, it learns by what the hardware would tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "kind")]
pub enum Fault {
    /// A controller dies; its memory with it. Disk commands that it has issued may still land.
    Crash {
        at: ControllerId,
    },
    /// A controller that is down, halted or refuses starts anew, as its own replacement.
    Restart {
        at: ControllerId,
    },
    /// A controller stops doing anything, yet lives; its memory is kept.
    Hang {
        at: ControllerId,
    },
    /// … and goes on as if nothing had been.
    Resume {
        at: ControllerId,
    },
    /// The power of both controllers fails. Batteries keep their memories, where the batteries are good.
    PowerLoss,
    PowerBack,
    BatteryFails {
        at: ControllerId,
    },
    BatteryGood {
        at: ControllerId,
    },
    /// The mirror link carries nothing towards this controller any more.
    CutLink {
        to: ControllerId,
    },
    MendLink {
        to: ControllerId,
    },
    /// Messages towards this controller take `factor` times as long; 1 is as built.
    SlowLink {
        to: ControllerId,
        factor: u16,
    },
    /// The next fences are confirmed only after [`Fault::FenceWorks`].
    FenceStuck,
    FenceWorks,
    /// A disk dies.
    DiskFails {
        disk: u8,
    },
    /// A new disk (a hot spare) takes its place, empty; or the old one is put back, stale. Either is rebuilt.
    DiskReplaced {
        disk: u8,
    },
    /// A disk is taken out. What is written meanwhile it does not have.
    DiskPulled {
        disk: u8,
    },
    /// … and put back: what it holds is out of date.
    DiskReturned {
        disk: u8,
    },
    /// Commands take `factor` times as long; 1 is as built.
    DiskSlow {
        disk: u8,
        factor: u16,
    },
    /// The disk's chunk of a stripe (counted over the array) can no longer be read until it is written.
    SectorError {
        disk: u8,
        stripe: u64,
    },
    /// A host's path to a controller is cut: requests do not arrive, answers do not either.
    PathCut {
        host: HostId,
        via: ControllerId,
    },
    PathMended {
        host: HostId,
        via: ControllerId,
    },
    /// Every stripe is read and its parity compared, and mended where it is wrong.
    Scrub,
    /// Tampering, which no correct link does: the next message but `skip` on the way to `to` is lost …
    DropMessage {
        to: ControllerId,
        skip: u8,
    },
    /// … comes twice …
    DuplicateMessage {
        to: ControllerId,
        skip: u8,
    },
    /// … comes later by `by_ns`, behind those sent after it …
    DelayMessage {
        to: ControllerId,
        skip: u8,
        by_ns: u64,
    },
    /// … or changes places with the one behind it.
    SwapMessages {
        to: ControllerId,
        skip: u8,
    },
}

impl Fault {
    pub const COUNT: usize = 26;

    /// A number below [`Fault::COUNT`] for each kind.
    #[must_use]
    pub fn number(self) -> usize {
        match self {
            Fault::Crash { .. } => 0,
            Fault::Restart { .. } => 1,
            Fault::Hang { .. } => 2,
            Fault::Resume { .. } => 3,
            Fault::PowerLoss => 4,
            Fault::PowerBack => 5,
            Fault::BatteryFails { .. } => 6,
            Fault::BatteryGood { .. } => 7,
            Fault::CutLink { .. } => 8,
            Fault::MendLink { .. } => 9,
            Fault::SlowLink { .. } => 10,
            Fault::FenceStuck => 11,
            Fault::FenceWorks => 12,
            Fault::DiskFails { .. } => 13,
            Fault::DiskReplaced { .. } => 14,
            Fault::DiskPulled { .. } => 15,
            Fault::DiskReturned { .. } => 16,
            Fault::DiskSlow { .. } => 17,
            Fault::SectorError { .. } => 18,
            Fault::PathCut { .. } => 19,
            Fault::PathMended { .. } => 20,
            Fault::Scrub => 21,
            Fault::DropMessage { .. } => 22,
            Fault::DuplicateMessage { .. } => 23,
            Fault::DelayMessage { .. } => 24,
            Fault::SwapMessages { .. } => 25,
        }
    }

    /// The name, as scenario files and counts have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Fault::NAMES[self.number()]
    }

    /// The names of all kinds, by their numbers.
    pub const NAMES: [&'static str; Fault::COUNT] = [
        "crash",
        "restart",
        "hang",
        "resume",
        "power-loss",
        "power-back",
        "battery-fails",
        "battery-good",
        "cut-link",
        "mend-link",
        "slow-link",
        "fence-stuck",
        "fence-works",
        "disk-fails",
        "disk-replaced",
        "disk-pulled",
        "disk-returned",
        "disk-slow",
        "sector-error",
        "path-cut",
        "path-mended",
        "scrub",
        "drop-message",
        "duplicate-message",
        "delay-message",
        "swap-messages",
    ];

    /// Whether it fits a world of this config.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(self, config: &Config) -> Result<(), CommandError> {
        let (disks, stripes) = (config.raid.disks, config.stripes());
        match self {
            Fault::DiskFails { disk }
            | Fault::DiskReplaced { disk }
            | Fault::DiskPulled { disk }
            | Fault::DiskReturned { disk }
            | Fault::DiskSlow { disk, .. }
            | Fault::SectorError { disk, .. }
                if disk >= disks =>
            {
                Err(CommandError::NoSuchDisk { disk, disks })
            }
            Fault::SectorError { stripe, .. } if stripe >= stripes => {
                Err(CommandError::NoSuchStripe { stripe, stripes })
            }
            Fault::DiskReplaced { .. } | Fault::DiskReturned { .. } | Fault::Scrub
                if stripes > STRIPES_MAX =>
            {
                Err(CommandError::TooManyStripes { stripes })
            }
            _ if config.raid.lines_per_stripe > 1 && self.is_of_the_disks() => {
                Err(CommandError::LinesShareStripes)
            }
            Fault::PathCut { host, .. } | Fault::PathMended { host, .. } if host.0 >= config.hosts => {
                Err(CommandError::NoSuchHost { host: host.0, hosts: config.hosts })
            }
            _ => Ok(()),
        }
    }

    /// Whether a patrol follows from it, or a stripe that is read and written around its damage.
    fn is_of_the_disks(self) -> bool {
        matches!(
            self,
            Fault::DiskFails { .. }
                | Fault::DiskReplaced { .. }
                | Fault::DiskPulled { .. }
                | Fault::DiskReturned { .. }
                | Fault::SectorError { .. }
                | Fault::Scrub
        )
    }

    /// The controller that it is about, or what comes to that one.
    #[must_use]
    pub fn target(self) -> Option<ControllerId> {
        match self {
            Fault::Crash { at }
            | Fault::Restart { at }
            | Fault::Hang { at }
            | Fault::Resume { at }
            | Fault::BatteryFails { at }
            | Fault::BatteryGood { at }
            | Fault::CutLink { to: at }
            | Fault::MendLink { to: at }
            | Fault::SlowLink { to: at, .. }
            | Fault::PathCut { via: at, .. }
            | Fault::PathMended { via: at, .. }
            | Fault::DropMessage { to: at, .. }
            | Fault::DuplicateMessage { to: at, .. }
            | Fault::DelayMessage { to: at, .. }
            | Fault::SwapMessages { to: at, .. } => Some(at),
            Fault::PowerLoss
            | Fault::PowerBack
            | Fault::FenceStuck
            | Fault::FenceWorks
            | Fault::DiskFails { .. }
            | Fault::DiskReplaced { .. }
            | Fault::DiskPulled { .. }
            | Fault::DiskReturned { .. }
            | Fault::DiskSlow { .. }
            | Fault::SectorError { .. }
            | Fault::Scrub => None,
        }
    }

    /// Whether it breaks something, rather than mends it.
    #[must_use]
    pub fn breaks(self) -> bool {
        !matches!(
            self,
            Fault::Restart { .. }
                | Fault::Resume { .. }
                | Fault::PowerBack
                | Fault::BatteryGood { .. }
                | Fault::MendLink { .. }
                | Fault::SlowLink { factor: 1, .. }
                | Fault::FenceWorks
                | Fault::DiskReplaced { .. }
                | Fault::DiskReturned { .. }
                | Fault::DiskSlow { factor: 1, .. }
                | Fault::PathMended { .. }
                | Fault::Scrub
        )
    }

    /// Whether it is one that no correct link does: a what-if.
    #[must_use]
    pub fn is_tampering(self) -> bool {
        matches!(
            self,
            Fault::DropMessage { .. }
                | Fault::DuplicateMessage { .. }
                | Fault::DelayMessage { .. }
                | Fault::SwapMessages { .. }
        )
    }
}

/// A fault and when it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimedFault {
    /// Virtual nanoseconds since the start; a time that is past means now.
    pub at_ns: u64,
    pub fault: Fault,
}
