//! Which renamings map a scenario onto itself: swaps of controllers, of equal lines, of equal blocks of a line and of
//! equal requests. States that differ in such names alone have the same future but for names, and one of them is
//! enough. Where the engine does not treat alike what would change places, nothing is offered: `docs/explorer.md` says
//! where that is.

use super::model::{Model, listed};
use crate::array::Target;
use crate::compact::{RenamedLine, Renaming};
use crate::config::Config;
use crate::fact::IoKind;
use crate::ids::{BlockMap, LineKey, Lun};
use crate::scenario::{Feed, Scenario};
use crate::sim::{Fault, HostOp};

/// Lines, blocks of a line and requests of a world whose symmetries are looked for, at most: n things have n! orders.
const LINES_MAX: u64 = 3;
const BLOCKS_MAX: u32 = 3;
const REQUESTS_MAX: usize = 6;

/// All that map the scenario onto itself, but for the one that changes nothing.
pub(super) fn symmetries(scenario: &Scenario) -> Vec<Renaming> {
    let Scenario { config, feed: Feed::Script(timed), faults, .. } = scenario else { return Vec::new() };
    let ops: Vec<HostOp> = timed.iter().map(|timed| timed.op).collect();
    let faults: Vec<Fault> = faults.iter().map(|timed| timed.fault).collect();
    let line_blocks = u64::from(config.line_blocks());
    let is_small = config.stripes() <= LINES_MAX
        && config.line_blocks() <= BLOCKS_MAX
        && config.raid.chunk_blocks == 1
        && config.raid.lines_per_stripe == 1
        && ops.len() <= REQUESTS_MAX
        && config.luns.iter().all(|lun| lun.blocks % line_blocks == 0)
        && ops.iter().all(|op| op.lbn % line_blocks + u64::from(op.blocks) <= line_blocks);
    if !is_small {
        return Vec::new();
    }
    let mut found = Vec::new();
    for mut places in places(config).into_iter().filter(|places| leaves_the_rest(places, &ops)) {
        let disks_move_alike = rename_disks(&mut places, config);
        for requests in requests(&places, &ops) {
            let mut renaming = Renaming { requests, ..places.clone() };
            if !is_identity(&renaming)
                && rename_values(&mut renaming, &ops)
                && rename_faults(&mut renaming, &faults, disks_move_alike)
            {
                found.push(renaming);
            }
        }
    }
    found
}

/// All ways in which controllers, lines and blocks can change places while every LUN stays as large as it is and with
/// its owner. The rest is not renamed yet.
fn places(config: &Config) -> Vec<Renaming> {
    let line_blocks = config.line_blocks();
    let stripes = |lun: usize| config.luns[lun].blocks / u64::from(line_blocks);
    let of_lun = |lun| (0..stripes(lun)).map(move |stripe| LineKey::new(Lun(lun as u16), stripe));
    let keys: Vec<LineKey> = (0..config.luns.len()).flat_map(of_lun).collect();
    let mut found = Vec::new();
    for swaps in [false, true] {
        for order in orders(keys.len(), |_, _| true) {
            let Some(luns) = rename_luns(config, swaps, &keys, &order) else { continue };
            let mut all = vec![Renaming {
                swaps,
                line_blocks,
                luns,
                lines: Vec::new(),
                requests: Vec::new(),
                faults: Vec::new(),
                disks: Vec::new(),
            }];
            for (key, to) in keys.iter().zip(&order) {
                let mut longer = Vec::new();
                for renaming in &all {
                    for blocks in orders(line_blocks as usize, |_, _| true) {
                        let blocks = blocks.into_iter().map(|block| block as u8).collect();
                        let mut renaming = renaming.clone();
                        renaming.lines.push(RenamedLine { key: *key, to: *to, blocks, values: Vec::new() });
                        longer.push(renaming);
                    }
                }
                all = longer;
            }
            found.extend(all);
        }
    }
    found
}

/// Nobody asks for a line: nothing comes of its changing places within its LUN, or of its blocks'.
fn leaves_the_rest(places: &Renaming, ops: &[HostOp]) -> bool {
    let line_blocks = u64::from(places.line_blocks);
    let is_asked_for = |key| ops.iter().any(|op| LineKey::new(op.lun, op.lbn / line_blocks) == key);
    places.lines.iter().enumerate().all(|(stripe, line)| {
        let stays = line.to == stripe || places.lines[line.to].key.lun() != line.key.lun();
        is_asked_for(line.key) || (stays && line.blocks.is_sorted())
    })
}

/// Nothing when a LUN would not stay in one piece, as large, and with its owner.
fn rename_luns(config: &Config, swaps: bool, keys: &[LineKey], order: &[usize]) -> Option<Vec<u16>> {
    let mut luns = vec![None; config.luns.len()];
    for (key, to) in keys.iter().zip(order) {
        let to = keys[*to].lun();
        if *luns[usize::from(key.lun().0)].get_or_insert(to) != to {
            return None;
        }
    }
    let luns: Vec<u16> = luns.into_iter().map(|lun| lun.map(|lun: Lun| lun.0)).collect::<Option<_>>()?;
    let fits = config.luns.iter().zip(&luns).all(|(lun, to)| {
        let to = &config.luns[usize::from(*to)];
        to.blocks == lun.blocks && (to.default_owner != lun.default_owner) == swaps
    });
    fits.then_some(luns)
}

/// Whether every line's chunks move from disk to disk in the same way. Else the disks keep their names: what is on
/// them moves line by line, and what else there is to say of a disk must be the same of all.
fn rename_disks(renaming: &mut Renaming, config: &Config) -> bool {
    let mut disks = vec![None; usize::from(config.raid.disks)];
    let mut alike = true;
    for (stripe, line) in renaming.lines.iter().enumerate() {
        let blocks = line.blocks.iter().enumerate();
        let chunks = blocks.map(|(from, to)| (Target::Data(from as u8), Target::Data(*to)));
        for (from, to) in chunks.chain([(Target::Parity, Target::Parity)]) {
            let from = from.disk(config.raid, stripe as u64);
            let to = to.disk(config.raid, line.to as u64);
            alike &= *disks[usize::from(from)].get_or_insert(to) == to;
        }
    }
    let stays = |(n, disk): (usize, Option<u8>)| disk.filter(|_| alike).unwrap_or(n as u8);
    renaming.disks = disks.into_iter().enumerate().map(stays).collect();
    alike
}

/// All ways in which every request becomes one that asks for the same where everything has changed places.
fn requests(places: &Renaming, ops: &[HostOp]) -> Vec<Vec<u64>> {
    let renamed: Vec<Option<HostOp>> = ops.iter().map(|op| renamed_op(places, op)).collect();
    let orders = orders(ops.len(), |from, to| renamed[from] == Some(ops[to]));
    orders.into_iter().map(|order| order.into_iter().map(|to| to as u64 + 1).collect()).collect()
}

/// Nothing when its blocks would not stay side by side.
fn renamed_op(renaming: &Renaming, op: &HostOp) -> Option<HostOp> {
    let (lun, lbn) = renaming.range(op.lun, op.lbn, op.blocks);
    let line_blocks = u64::from(renaming.line_blocks);
    let map = |lbn: u64| BlockMap::range((lbn % line_blocks) as u32, op.blocks);
    let key = LineKey::new(op.lun, op.lbn / line_blocks);
    let side_by_side = renaming.map_of(key, map(op.lbn)) == map(lbn);
    side_by_side.then_some(HostOp { via: renaming.controller(op.via), lun, lbn, ..*op })
}

/// What becomes of each number that a block or a parity of a line may hold: of a block, the number of the write that
/// it came from. False when parity stands against it.
fn rename_values(renaming: &mut Renaming, ops: &[HostOp]) -> bool {
    let line_blocks = u64::from(renaming.line_blocks);
    for line in &mut renaming.lines {
        let key = |op: &HostOp| LineKey::new(op.lun, op.lbn / line_blocks);
        let writes = ops.iter().zip(1..).filter(|(op, _)| op.io == IoKind::Write && key(op) == line.key);
        let Some(values) = values(writes.map(|(_, number)| number), &renaming.requests) else { return false };
        line.values = values;
    }
    true
}

/// Parity is the XOR of blocks, so what becomes of `a ^ b` must be the XOR of what becomes of both, and 0 must come of
/// nothing but 0.
fn values(writes: impl Iterator<Item = usize>, requests: &[u64]) -> Option<Vec<u64>> {
    let mut sums: Vec<Option<u64>> = vec![None; (requests.len() + 1).next_power_of_two()];
    sums[0] = Some(0);
    for write in writes {
        let to = requests[write - 1];
        if let Some(sum) = sums[write] {
            if sum != to {
                return None;
            }
            continue;
        }
        for (before, sum) in sums.clone().into_iter().enumerate() {
            if let Some(sum) = sum {
                sums[before ^ write] = Some(sum ^ to);
            }
        }
    }
    // Numbers that are no sums are names of requests that do not write here, or nothing.
    let other = |n: usize| n.checked_sub(1).and_then(|n| requests.get(n)).copied().unwrap_or(n as u64);
    let fits = sums.iter().skip(1).all(|sum| *sum != Some(0));
    fits.then(|| sums.into_iter().enumerate().map(|(n, sum)| sum.unwrap_or_else(|| other(n))).collect())
}

/// Whether each fault becomes one that is as often among them, and comes to the same.
fn rename_faults(renaming: &mut Renaming, faults: &[Fault], disks_move_alike: bool) -> bool {
    let moves_lines = renaming.lines.iter().enumerate().any(|(stripe, line)| stripe != line.to);
    let moves_requests = !renaming.requests.is_sorted();
    let mut renamed = Vec::new();
    for fault in faults {
        if (moves_lines && !spares_lines(*fault)) || (moves_requests && !spares_hosts(*fault)) {
            return false;
        }
        let Some(fault) = renamed_fault(renaming, *fault, disks_move_alike) else { return false };
        renamed.push(fault);
    }
    let times = |list: &[Fault], fault| list.iter().filter(|other| *other == fault).count();
    if faults.iter().any(|fault| times(faults, fault) != times(&renamed, fault)) {
        return false;
    }
    let listed = listed(faults.iter().copied());
    let place = |fault| listed.iter().position(|other| other == fault).map(|place| place as u8);
    let of = |fault| faults.iter().position(|other| other == fault).and_then(|n| place(&renamed[n]));
    renaming.faults = listed.iter().filter_map(of).collect();
    renaming.faults.len() == listed.len()
}

/// What comes of the fault goes through no lines one after the other, the one with the lower key first.
fn spares_lines(fault: Fault) -> bool {
    matches!(fault, Fault::BatteryFails { .. } | Fault::BatteryGood { .. })
}

/// No controller stops serving for it, so no host sends anything again, which is numbered in the order of time.
fn spares_hosts(fault: Fault) -> bool {
    is_of_disks(fault) || spares_lines(fault) || fault == Fault::Scrub
}

fn is_of_disks(fault: Fault) -> bool {
    use Fault::{DiskFails, DiskPulled, DiskReplaced, DiskReturned, SectorError};
    matches!(
        fault,
        DiskFails { .. } | DiskPulled { .. } | DiskReplaced { .. } | DiskReturned { .. } | SectorError { .. }
    )
}

/// Nothing where it is not known what a fault becomes.
fn renamed_fault(renaming: &Renaming, fault: Fault, disks_move_alike: bool) -> Option<Fault> {
    let to = |at| renaming.controller(at);
    let disk = |disk: u8| disks_move_alike.then(|| renaming.disks[usize::from(disk)]);
    Some(match fault {
        Fault::Crash { at } => Fault::Crash { at: to(at) },
        Fault::Restart { at } => Fault::Restart { at: to(at) },
        Fault::Hang { at } => Fault::Hang { at: to(at) },
        Fault::Resume { at } => Fault::Resume { at: to(at) },
        Fault::BatteryFails { at } => Fault::BatteryFails { at: to(at) },
        Fault::BatteryGood { at } => Fault::BatteryGood { at: to(at) },
        Fault::CutLink { to: at } => Fault::CutLink { to: to(at) },
        Fault::MendLink { to: at } => Fault::MendLink { to: to(at) },
        Fault::DiskFails { disk: of } => Fault::DiskFails { disk: disk(of)? },
        Fault::DiskPulled { disk: of } => Fault::DiskPulled { disk: disk(of)? },
        Fault::DiskReplaced { disk: of } => Fault::DiskReplaced { disk: disk(of)? },
        Fault::DiskReturned { disk: of } => Fault::DiskReturned { disk: disk(of)? },
        Fault::SectorError { disk: of, stripe } => {
            Fault::SectorError { disk: disk(of)?, stripe: renaming.lines.get(stripe as usize)?.to as u64 }
        }
        Fault::PowerLoss | Fault::PowerBack | Fault::Scrub => fault,
        _ => return None,
    })
}

/// All orders of so many things in which each may become what it becomes.
fn orders(count: usize, may: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for from in 0..count {
        let mut longer = Vec::new();
        for order in &orders {
            let left = (0..count).filter(|to| !order.contains(to) && may(from, *to));
            longer.extend(left.map(|to| [order.as_slice(), &[to]].concat()));
        }
        orders = longer;
    }
    orders
}

fn is_identity(renaming: &Renaming) -> bool {
    !renaming.swaps
        && renaming
            .lines
            .iter()
            .enumerate()
            .all(|(stripe, line)| stripe == line.to && line.blocks.is_sorted())
        && renaming.requests.is_sorted()
}

/// In words: what becomes of what.
pub(super) fn words(renaming: &Renaming) -> String {
    let line_blocks = renaming.line_blocks;
    let blocks: Vec<(Lun, u64)> = renaming
        .lines
        .iter()
        .flat_map(|line| {
            (0..line_blocks).map(|n| (line.key.lun(), line.key.first_lbn(line_blocks) + u64::from(n)))
        })
        .collect();
    let to: Vec<usize> = blocks
        .iter()
        .filter_map(|(lun, lbn)| blocks.iter().position(|block| *block == renaming.range(*lun, *lbn, 1)))
        .collect();
    let mut words = rounds("block", &to, |n| format!("{}:{}", blocks[n].0.0, blocks[n].1));
    if renaming.swaps {
        words.insert(0, "A ↔ B".to_owned());
    }
    let to: Vec<usize> = renaming.requests.iter().map(|to| *to as usize - 1).collect();
    words.extend(rounds("request", &to, |n| (n + 1).to_string()));
    words.join(", ")
}

/// Things that change places in rounds: two with each other, more each with the next.
fn rounds(what: &str, to: &[usize], name: impl Fn(usize) -> String) -> Vec<String> {
    let mut seen = vec![false; to.len()];
    let mut words = Vec::new();
    for first in 0..to.len() {
        let mut names = Vec::new();
        let mut at = first;
        while !std::mem::replace(&mut seen[at], true) {
            names.push(name(at));
            at = to[at];
        }
        match names.len() {
            0 | 1 => {}
            2 => words.push(format!("{what} {}", names.join(" ↔ "))),
            _ => words.push(format!("{what} {} → {}", names.join(" → "), names[0])),
        }
    }
    words
}

/// A way through states of which each is the least of those that are the same but for names, as a way from the start
/// through states as they are. It ends early where it cannot be gone.
pub(super) fn plain_way(model: &Model, way: &[u8]) -> Vec<u8> {
    if model.symmetries().is_empty() {
        return way.to_vec();
    }
    let (mut least, mut plain) = (model.scratch(), model.scratch());
    let (mut least_bytes, mut plain_bytes) = (least.pack().to_vec(), plain.pack().to_vec());
    let mut plain_way = Vec::new();
    for place in way {
        least.unpack(&least_bytes);
        let choice = least.choices()[usize::from(*place)];
        let broken = least.choose(choice).map(|violation| violation.invariant);
        least_bytes = least.pack_least().to_vec();
        plain.unpack(&plain_bytes);
        let count = plain.choices().len();
        // Of several answers that reach their hosts at once one does first, which need not be the same one.
        let leads_there = |at: &usize| {
            plain.unpack(&plain_bytes);
            let choice = plain.choices()[*at];
            let breaks = plain.choose(choice).map(|violation| violation.invariant);
            breaks == broken && (count == 1 || broken.is_some() || plain.pack_least() == least_bytes)
        };
        let Some(at) = (0..count).find(leads_there) else { break };
        plain_way.push(at as u8);
        plain_bytes = plain.pack().to_vec();
    }
    plain_way
}

#[cfg(test)]
mod tests;
