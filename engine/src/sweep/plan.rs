//! What a seed breaks next, and when.

use super::draw::{Stream, Temper, spread};
use super::reached::{Aim, aims};
use crate::array::RecordMode;
use crate::check::budget::broken;
use crate::controller::Mode;
use crate::ids::{ControllerId, HostId};
use crate::rng::Random;
use crate::sim::{Fault, World};

/// From one aim of a seed to its next, and from one seed's first to the next seed's. Prime, so that all come up.
const STRIDE: u64 = 37;
/// A controller that will not serve is started anew so often.
const RESTARTS_MAX: u32 = 6;
/// What two failures have taken no scrub gives back.
const SCRUBS_MAX: u32 = 3;

/// Kinds of faults that break something and that a sweep draws; tampering is none of them. `Scrub` breaks nothing, but
/// comes at any time like these.
const KINDS: [&str; 14] = [
    "crash",
    "hang",
    "power-loss",
    "battery-fails",
    "cut-link",
    "slow-link",
    "fence-stuck",
    "disk-fails",
    "disk-pulled",
    "disk-slow",
    "sector-error",
    "path-cut",
    "restart",
    "scrub",
];

#[derive(Clone, Debug)]
pub(super) struct Plan {
    random: Random,
    temper: Temper,
    /// The kinds that this seed has.
    kinds: Vec<&'static str>,
    /// Faults that break something and are still to come.
    left: u32,
    /// Longest pause between two faults of a wild seed, or between a careful seed's break and mend.
    pause_ns: u64,
    /// When to act again.
    pub next_ns: u64,
    restarts: u32,
    /// When each was started last.
    started_ns: [Option<u64>; 2],
    scrubs: u32,
    healing: bool,
    /// The modes when they were looked at last.
    modes: [Mode; 2],
    /// How often a change of modes is a reason to act at once.
    ambush_percent: u8,
    ambush: bool,
    /// What an aimed seed waits for, and the how-manieth of all aims that is.
    aim: Aim,
    turn: u64,
}

impl Plan {
    pub fn new(seed: u64, temper: Temper, host_timeout_ns: u64) -> Plan {
        let mut random = Stream::Faults.of(seed);
        let mut kinds: Vec<&str> = KINDS.into_iter().filter(|_| random.percent(40)).collect();
        // A fence that is not confirmed is a failure of its own.
        kinds.retain(|kind| temper == Temper::Wild || *kind != "fence-stuck");
        if kinds.is_empty() {
            kinds.push("crash");
        }
        let left = match temper {
            Temper::Careful => 1 + random.below(5) as u32,
            Temper::Aimed => 2 + random.below(6) as u32,
            Temper::Wild => spread(&mut random, 1, 48) as u32,
        };
        let pause_ns = spread(&mut random, 5_000, host_timeout_ns * 2);
        let next_ns = spread(&mut random, 100, 20_000_000);
        let ambush_percent = [0, 40, 90][random.below(3) as usize];
        let (all, turn) = (aims(), seed % (1 << 32) * 7);
        Plan {
            aim: all[(turn % all.len() as u64) as usize],
            turn,
            random,
            temper,
            kinds,
            left,
            pause_ns,
            next_ns,
            restarts: 0,
            started_ns: [None; 2],
            scrubs: 0,
            healing: false,
            modes: [Mode::Dual; 2],
            ambush_percent,
            ambush: false,
        }
    }

    /// Whether the plan has nothing more to do.
    pub fn is_over(&self) -> bool {
        self.next_ns == u64::MAX
    }

    /// A mode may last for microseconds only. Some seeds like to act as soon as a controller has changed its own.
    pub fn notice(&mut self, world: &World) {
        let modes = ControllerId::BOTH.map(|at| world.controller(at).mode());
        if modes != self.modes && !self.is_over() && self.temper == Temper::Aimed {
            if self.in_sight(world).is_some() || self.half_cut(world).is_some() {
                self.next_ns = self.next_ns.min(world.now_ns() + spread(&mut self.random, 1, 4_000));
            }
        } else if modes != self.modes && !self.is_over() && self.random.percent(self.ambush_percent) {
            self.next_ns = self.next_ns.min(world.now_ns() + spread(&mut self.random, 1, 4_000));
            self.ambush = true;
        }
        self.modes = modes;
    }

    /// What is done at `now_ns`, if anything; and when to ask again.
    pub fn act(&mut self, world: &World, now_ns: u64) -> Option<Fault> {
        let fault = match self.temper {
            Temper::Careful => self.careful(world, now_ns),
            Temper::Aimed => self.aimed(world, now_ns),
            Temper::Wild => self.wild(world, now_ns),
        };
        if !self.is_over() {
            // Whoever waits for what a failure leads to must let it be noticed.
            let failover = world.config().failover;
            let noticed_ns = failover.heartbeat_ns * (u64::from(failover.misses) + 2);
            let patience_ns =
                if self.temper == Temper::Aimed && self.random.percent(70) { noticed_ns } else { 0 };
            self.next_ns = now_ns + patience_ns + spread(&mut self.random, 200, self.pause_ns);
        }
        fault
    }

    /// One thing is broken when all is whole, and then mended, in whatever order.
    fn careful(&mut self, world: &World, now_ns: u64) -> Option<Fault> {
        if is_whole(world) {
            if self.left == 0 {
                self.next_ns = u64::MAX;
                return None;
            }
            self.left -= 1;
            return Some(self.breaking(world));
        }
        self.mending(world, now_ns)
    }

    /// As a careful seed, until the situation is there that it waits for.
    fn aimed(&mut self, world: &World, now_ns: u64) -> Option<Fault> {
        let Aim { fault, prelude, .. } = self.aim;
        if let Some(hit) = self.in_sight(world) {
            self.aim = self.next_aim();
            return Some(self.drawn(fault, hit, world));
        }
        if is_whole(world) && self.left > 0 {
            self.left -= 1;
            let at = ControllerId::BOTH[self.random.below(2) as usize];
            return Some(self.drawn(prelude, at, world));
        }
        if let Some(to) = self.half_cut(world) {
            return Some(Fault::CutLink { to });
        }
        self.careful(world, now_ns)
    }

    /// The direction that is still to be cut, if the link is to be cut in both, so that both controllers find out.
    fn half_cut(&self, world: &World) -> Option<ControllerId> {
        let cut = |to: ControllerId| world.link_to(to).cut;
        let wanted = self.aim.prelude == "cut-link" && self.modes.contains(&Mode::Dual);
        ControllerId::BOTH.into_iter().find(|to| wanted && !cut(*to) && cut(to.peer()))
    }

    /// The controller that the fault is to hit, if the situation is there.
    fn in_sight(&self, world: &World) -> Option<ControllerId> {
        let mode = |at: ControllerId| world.controller(at).mode();
        let fits = |at: &ControllerId| (mode(*at), mode(at.peer())) == (self.aim.hit, self.aim.other);
        ControllerId::BOTH.into_iter().find(fits)
    }

    /// Seeds take turns, so that none is forgotten.
    fn next_aim(&mut self) -> Aim {
        let all = aims();
        self.turn += STRIDE;
        all[(self.turn % all.len() as u64) as usize]
    }

    fn wild(&mut self, world: &World, now_ns: u64) -> Option<Fault> {
        if self.left == 0 {
            self.healing = true;
        }
        if self.healing {
            if is_whole(world) {
                self.next_ns = u64::MAX;
                return None;
            }
            return self.mending(world, now_ns);
        }
        self.left -= 1;
        // In an ambush things are broken rather than mended.
        let mend_percent = if std::mem::take(&mut self.ambush) { 25 } else { 60 };
        if self.random.percent(mend_percent) {
            return self.mending(world, now_ns);
        }
        Some(self.breaking(world))
    }

    /// One of the things that would mend something.
    fn mending(&mut self, world: &World, now_ns: u64) -> Option<Fault> {
        let mut all = broken(world);
        let starting_ns = world.config().failover.boot_ns * 2;
        let starting =
            |at: ControllerId| self.started_ns[at.index()].is_some_and(|ns| now_ns < ns + starting_ns);
        let hopeless = self.restarts >= RESTARTS_MAX;
        all.retain(|fault| match fault {
            Fault::Restart { at } => !hopeless && world.hardware().power && !starting(*at),
            _ => true,
        });
        if all.is_empty() {
            return self.waiting(world);
        }
        let fault = all[self.random.below(all.len() as u64) as usize];
        match fault {
            Fault::Restart { at } => {
                self.restarts += u32::from(world.controller(at).mode() == Mode::Refused);
                self.started_ns[at.index()] = Some(now_ns);
            }
            Fault::PowerBack => self.started_ns = [Some(now_ns); 2],
            Fault::DiskReplaced { disk } if self.random.percent(50) => {
                return Some(Fault::DiskReturned { disk });
            }
            _ => {}
        }
        Some(fault)
    }

    /// Nothing is left to be mended but blocks that cannot be read; or the system has to do the rest.
    fn waiting(&mut self, world: &World) -> Option<Fault> {
        let unreadable = (0..world.config().raid.disks).any(|disk| world.array().disk(disk).has_spoiled());
        let scrubbing = ControllerId::BOTH.iter().any(|at| {
            let patrol = world.controller(*at).patrol();
            patrol.active || patrol.running > 0
        });
        if unreadable && !scrubbing && self.scrubs < SCRUBS_MAX {
            self.scrubs += 1;
            return Some(Fault::Scrub);
        }
        let starting = broken(world).iter().any(|fault| matches!(fault, Fault::Restart { .. }));
        let hopeless = self.restarts >= RESTARTS_MAX;
        if hopeless || (world.next_event_ns().is_none() && !starting) {
            // Whatever is not whole now will not become so by waiting.
            self.next_ns = u64::MAX;
        }
        None
    }

    fn breaking(&mut self, world: &World) -> Fault {
        let kind = self.kinds[self.random.below(self.kinds.len() as u64) as usize];
        let at = ControllerId::BOTH[self.random.below(2) as usize];
        self.drawn(kind, at, world)
    }

    /// A fault of a kind; if it is one of a controller, of this one.
    fn drawn(&mut self, kind: &str, at: ControllerId, world: &World) -> Fault {
        let config = world.config();
        let random = &mut self.random;
        let disk = random.below(u64::from(config.raid.disks)) as u8;
        match kind {
            "crash" => Fault::Crash { at },
            "hang" => Fault::Hang { at },
            "power-loss" => Fault::PowerLoss,
            "battery-fails" => Fault::BatteryFails { at },
            "cut-link" => Fault::CutLink { to: at },
            "slow-link" => Fault::SlowLink { to: at, factor: spread(random, 2, 200) as u16 },
            "fence-stuck" => Fault::FenceStuck,
            "disk-fails" => Fault::DiskFails { disk },
            "disk-pulled" => Fault::DiskPulled { disk },
            "disk-slow" => Fault::DiskSlow { disk, factor: spread(random, 2, 16) as u16 },
            "sector-error" => Fault::SectorError { disk, stripe: random.below(config.stripes()) },
            "path-cut" => {
                Fault::PathCut { host: HostId(random.below(u64::from(config.hosts)) as u8), via: at }
            }
            "restart" => Fault::Restart { at },
            _ => Fault::Scrub,
        }
    }
}

/// Whether nothing is left of any failure: the next one is survived.
pub(super) fn is_whole(world: &World) -> bool {
    let array = world.array();
    ControllerId::BOTH.iter().all(|at| {
        let controller = world.controller(*at);
        controller.mode() == Mode::Dual && controller.suspects_left() == 0
    }) && array.record().mode == RecordMode::Dual
        && array.is_whole()
        && (0..world.config().raid.disks).all(|disk| !array.disk(disk).has_spoiled())
        && broken(world).is_empty()
}
