//! From any run to a small world that can be explored: its settings, and the next few of its requests and faults. As in
//! the named worlds, times are left out and everything is pending at the start, in empty caches.

use super::worlds::COMMON;
use crate::config::{Config, LunConfig};
use crate::explain::names::count;
use crate::ids::{HostId, Lun};
use crate::scenario::{Feed, Scenario};
use crate::sim::{Command, Fault, HostOp, TimedFault, TimedOp};
use crate::text::Text;
use crate::{mark, text};

/// Requests of a small world, at most.
pub const REQUESTS_MAX: usize = 4;
/// Faults of a small world, at most.
pub const FAULTS_MAX: usize = 4;
/// Lines of a small world, at most; also slots of each kind.
const LINES_MAX: u32 = 2;
/// Blocks of a small world's line: two data disks with a block each.
const LINE_BLOCKS: u64 = 2;

/// A small world with a run's slots, owners, layout and bug: its first requests that fit, and its first faults that
/// can be explored, of each at most so many. Lines and blocks are numbered anew, in the order in which they come.
#[must_use]
pub fn small_world(
    config: &Config,
    ops: &[HostOp],
    faults: &[Fault],
    requests: usize,
    fault_count: usize,
) -> Scenario {
    let mut scenario = Scenario::parse(COMMON).expect("the common settings are sound");
    let small = &mut scenario.config;
    small.lines = config.lines.clamp(1, LINES_MAX);
    small.lent = config.lent.clamp(1, LINES_MAX);
    small.raid.layout = config.raid.layout;
    small.flush.overlap = config.flush.overlap;
    small.raid.lines_per_stripe = config.raid.lines_per_stripe.min(2);
    small.failover.solo_write_back = config.failover.solo_write_back;
    small.bug = config.bug;
    small.luns.clear();
    // Of each line: the LUN and the line that it was, and the LUN that it is now.
    let mut lines: Vec<(u16, u64)> = Vec::new();
    let mut taken: Vec<TimedOp> = Vec::new();
    let line_blocks = u64::from(config.line_blocks());
    for op in ops {
        if taken.len() == requests.min(REQUESTS_MAX) {
            break;
        }
        let line = (op.lun.0, op.lbn / line_blocks);
        let lun = match lines.iter().position(|known| *known == line) {
            Some(lun) => lun,
            None if lines.len() < LINES_MAX as usize => {
                let owner = config.luns.get(usize::from(op.lun.0)).map(|lun| lun.default_owner);
                let default_owner = owner.unwrap_or(crate::ids::ControllerId::A);
                small.luns.push(LunConfig { blocks: LINE_BLOCKS, default_owner });
                lines.push(line);
                lines.len() - 1
            }
            None => continue,
        };
        // The half of the line in which it begins, or both.
        let first = op.lbn % line_blocks;
        let last = (first + u64::from(op.blocks)).min(line_blocks) - 1;
        let half = |block: u64| block * LINE_BLOCKS / line_blocks;
        let blocks = (half(last) - half(first) + 1) as u32;
        let op = HostOp { host: HostId(0), lun: Lun(lun as u16), lbn: half(first), blocks, ..*op };
        taken.push(TimedOp { at_ns: 0, op });
    }
    if small.luns.is_empty() {
        small.luns = Config::default().luns;
        small.luns.truncate(1);
        small.luns[0].blocks = LINE_BLOCKS;
    }
    scenario.feed = Feed::Script(taken.into());
    scenario.faults = explorable(&scenario, faults, fault_count.min(FAULTS_MAX)).into();
    scenario
}

/// Whether a scenario is as small as the named worlds are: of others there are more states than anybody has memory for,
/// and more choices in a state than are counted.
#[must_use]
pub fn is_small(scenario: &Scenario) -> bool {
    let Scenario { config, faults, .. } = scenario;
    let slots = config.lines.max(config.lent);
    let few = requests(scenario) + faults.len() <= REQUESTS_MAX + FAULTS_MAX && slots <= LINES_MAX;
    few && config.stripes() <= u64::from(LINES_MAX) && u64::from(config.line_blocks()) <= LINE_BLOCKS
}

/// The first faults that the explorer knows and that fit the world.
fn explorable(scenario: &Scenario, faults: &[Fault], most: usize) -> Vec<TimedFault> {
    let Ok(mut world) = scenario.world() else { return Vec::new() };
    let disks = scenario.config.raid.disks;
    let mut kept = Vec::new();
    for fault in faults {
        let fault = match *fault {
            Fault::DiskFails { disk } => Fault::DiskFails { disk: disk % disks },
            fault @ (Fault::Crash { .. }
            | Fault::Restart { .. }
            | Fault::Hang { .. }
            | Fault::Resume { .. }
            | Fault::PowerLoss
            | Fault::PowerBack
            | Fault::BatteryFails { .. }
            | Fault::CutLink { .. }
            | Fault::Scrub) => fault,
            _ => continue,
        };
        let timed = TimedFault { at_ns: 0, fault };
        if kept.len() < most && world.apply(Command::Fault(timed)).is_ok() {
            kept.push(timed);
        }
    }
    kept
}

/// How large a world is: slots, requests and faults.
#[must_use]
pub fn bounds(scenario: &Scenario) -> Text {
    let Scenario { config, faults, .. } = scenario;
    let part = u64::from(config.raid.part_blocks());
    let lines: u64 = config.luns.iter().map(|lun| lun.blocks.div_ceil(part)).sum();
    text!(
        "{lines}, {own} own and {lent} lent slots a controller, {requests}, {faults}",
        lines = count(lines as usize, mark!("{n} line"), mark!("{n} lines")),
        own = config.lines,
        lent = config.lent,
        requests = count(requests(scenario), mark!("{n} request"), mark!("{n} requests")),
        faults = count(faults.len(), mark!("{n} fault"), mark!("{n} faults"))
    )
}

fn requests(scenario: &Scenario) -> usize {
    match &scenario.feed {
        Feed::Script(ops) => ops.len(),
        _ => 0,
    }
}

/// How many states a small world may have. A rule of thumb, which a test holds against the named worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// At most a hundred thousand.
    Small,
    /// At most a million.
    Middle,
    /// Some millions.
    Large,
    /// More than fit into a browser's memory, as likely as not.
    Huge,
}

impl Size {
    /// Each request and each fault makes a world some five times as large.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Size {
        match requests(scenario) + scenario.faults.len() {
            0..=3 => Size::Small,
            4 => Size::Middle,
            5 => Size::Large,
            _ => Size::Huge,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bug::Bug;
    use crate::explore::{Model, Search, worlds};
    use crate::fact::IoKind;
    use crate::ids::ControllerId::{A, B};

    fn write(lun: u16, lbn: u64, blocks: u32) -> HostOp {
        HostOp { host: HostId(1), via: A, io: IoKind::Write, lun: Lun(lun), lbn, blocks }
    }

    #[test]
    fn the_named_worlds_are_small_and_what_is_taken_from_a_run_is_too() {
        for world in &worlds::WORLDS {
            assert!(is_small(&world.scenario()), "{}", world.name);
        }
        let ops = [write(0, 0, 1), write(0, 1, 1), write(0, 2, 1), write(0, 3, 1), write(0, 0, 1)];
        let small = small_world(&Config::default(), &ops, &[], REQUESTS_MAX, FAULTS_MAX);
        assert!(is_small(&small) && requests(&small) == 4);
        let Feed::Script(taken) = &small.feed else { panic!("they are listed") };
        let more: Vec<TimedOp> = [&taken[..], &taken[..], &taken[..1]].concat();
        assert!(!is_small(&Scenario { feed: Feed::Script(more.into()), ..small.clone() }));
        let mut large = small;
        large.config.lines = 3;
        assert!(!is_small(&large));
        assert!(!is_small(&Scenario::default()));
    }

    #[test]
    fn lines_and_blocks_are_numbered_anew_and_a_third_line_is_left_out() {
        // Lines of four blocks.
        let config = Config { bug: Some(Bug::NoFence), ..Config::default() };
        let ops = [write(1, 41, 2), write(0, 7, 3), write(0, 100, 1), write(1, 40, 1), write(1, 43, 1)];
        let small = small_world(&config, &ops, &[], 4, 4);
        let Feed::Script(taken) = &small.feed else { panic!("they are listed") };
        let places: Vec<(u16, u64, u32)> =
            taken.iter().map(|timed| (timed.op.lun.0, timed.op.lbn, timed.op.blocks)).collect();
        assert_eq!(places, [(0, 0, 2), (1, 1, 1), (0, 0, 1), (0, 1, 1)]);
        let owners: Vec<_> = small.config.luns.iter().map(|lun| lun.default_owner).collect();
        assert_eq!((owners, small.config.lines, small.config.lent), (vec![B, A], 2, 2));
        assert_eq!((small.config.bug, small.config.stripes()), (Some(Bug::NoFence), 2));
    }

    #[test]
    fn faults_that_the_explorer_does_not_know_are_left_out_and_disks_fit() {
        let ops = [write(0, 0, 1)];
        let tampering = Fault::DropMessage { to: A, skip: 0 };
        let faults = [tampering, Fault::DiskFails { disk: 4 }, Fault::Crash { at: B }, Fault::PowerLoss];
        let small = small_world(&Config::default(), &ops, &faults, 4, 2);
        let kept: Vec<Fault> = small.faults.iter().map(|timed| timed.fault).collect();
        assert_eq!(kept, [Fault::DiskFails { disk: 1 }, Fault::Crash { at: B }]);
    }

    #[test]
    fn a_named_world_stays_as_it_is() {
        let named = worlds::find("crash").expect("it is named").scenario();
        let Feed::Script(ops) = &named.feed else { panic!("they are listed") };
        let ops: Vec<HostOp> = ops.iter().map(|timed| timed.op).collect();
        let faults: Vec<Fault> = named.faults.iter().map(|timed| timed.fault).collect();
        let mut small = small_world(&named.config, &ops, &faults, 4, 4);
        (small.title, small.about) = (named.title.clone(), named.about.clone());
        assert_eq!(small.to_text(), named.to_text());
    }

    #[test]
    fn what_was_made_small_is_exhausted() {
        let ops = [write(0, 8, 4), write(1, 3, 1), HostOp { via: B, io: IoKind::Read, ..write(0, 9, 1) }];
        let small = small_world(&Config::default(), &ops, &[], 3, 0);
        assert_eq!(Size::of(&small), Size::Small);
        let model = Model::new(small).expect("it can be explored");
        let mut search = Search::new(&model, 100_000);
        search.run(&mut model.scratch());
        assert_eq!((search.found(), search.stuck(), search.is_complete()), (None, None, true));
    }

    #[test]
    fn a_run_without_requests_gives_a_world_without() {
        let small = small_world(&Config::default(), &[], &[], 4, 4);
        assert!(Model::new(small).is_ok());
    }
}
