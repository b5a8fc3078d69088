//! Invariants of a state: what must hold of both tables, the link and the disks at any instant.
//! Each function looks at the whole state; for small worlds, and for the end of big ones.

use super::invariant::Invariant;
use super::linear::Linearizability;
use crate::array::Target;
use crate::controller::Controller;
use crate::controller::line::Line;
use crate::ids::{BlockMap, ControllerId, LineKey};
use crate::message::Message;
use crate::raid::parity::xor_into;
use crate::sim::World;
use crate::state::{FlushStep, LineState};
use std::collections::BTreeSet;

/// Where broken invariants are reported to.
pub type Report<'a> = dyn FnMut(Invariant, String) + 'a;

/// Everything that this file checks.
pub fn check(world: &World, hosts: &Linearizability, report: &mut Report<'_>) {
    let keys = keys(world, hosts);
    for key in &keys {
        single_owner(world, *key, report);
        acked_twice(world, *key, report);
        consistent_on_disk(world, *key, report);
        hash_agree(world, *key, report);
        parity_known(world, *key, report);
        no_stale_promote(world, hosts, *key, report);
    }
    survive_one(world, hosts, report);
}

/// All lines that a controller has a record of, that a message speaks of or that a host has asked for.
#[must_use]
pub fn keys(world: &World, hosts: &Linearizability) -> BTreeSet<LineKey> {
    let line_blocks = u64::from(world.config().line_blocks());
    let mut keys: BTreeSet<LineKey> =
        hosts.blocks().map(|(lun, lbn)| LineKey::new(crate::ids::Lun(lun), lbn / line_blocks)).collect();
    for id in ControllerId::BOTH {
        keys.extend(world.controller(id).table().iter().map(|(_, line)| line.key));
        keys.extend(world.link_to(id).iter().map(|envelope| envelope.message.key()));
    }
    keys
}

/// `0:40`: LUN and first LBN, as on the screen.
#[must_use]
pub fn name(world: &World, key: LineKey) -> String {
    format!("{}:{}", key.lun().0, key.first_lbn(world.config().line_blocks()))
}

fn entry(world: &World, at: ControllerId, key: LineKey) -> Option<&Line> {
    world.controller(at).line(key).filter(|line| line.state.is_some())
}

fn state(world: &World, at: ControllerId, key: LineKey) -> Option<LineState> {
    entry(world, at, key).and_then(|line| line.state)
}

/// Exactly one of: A owns, B owns, one ownership token in flight (GRANT; REUSE to the default owner).
fn single_owner(world: &World, key: LineKey, report: &mut Report<'_>) {
    let default = world.controller(ControllerId::A).shape().default_owner(key);
    let mut owners = 0;
    for at in ControllerId::BOTH {
        owners += u32::from(world.controller(at).owns(key));
        for envelope in world.link_to(at).iter().filter(|envelope| envelope.message.key() == key) {
            owners += u32::from(match envelope.message {
                Message::Grant { .. } => true,
                Message::Reuse { .. } => at == default,
                _ => false,
            });
        }
    }
    if owners != 1 {
        report(Invariant::SingleOwner, format!("line {} has {owners} owners", name(world, key)));
    }
}

/// Every dirty committed block of the owner is on disk, or held dirty by the peer with the same value (or, while
/// META_ACK is under way, the newer one).
fn acked_twice(world: &World, key: LineKey, report: &mut Report<'_>) {
    for at in ControllerId::BOTH {
        let Some(line) = entry(world, at, key).filter(|line| line.state.is_some_and(LineState::is_owner))
        else {
            continue;
        };
        let Some(slot) = line.loc else { continue };
        let controller = world.controller(at);
        let newer = controller.operation(line).map(|request| request.map);
        let mirror = entry(world, at.peer(), key)
            .filter(|mirror| matches!(mirror.state, Some(LineState::MD | LineState::MF)));
        for block in line.dirty.iter() {
            let value = controller.memory().word(slot, block);
            let on_disk = disk_word(world, key, block) == value;
            let mirrored = mirror.is_some_and(|mirror| {
                let held = mirror.loc.map(|slot| world.controller(at.peer()).memory().word(slot, block));
                let same = held == Some(value) || newer.is_some_and(|map| map.contains(block));
                mirror.dirty.contains(block) && same
            });
            // A grant on its way: the old owner has become the mirror, which is the same data.
            if !on_disk && !mirrored {
                report(
                    Invariant::AckedTwice,
                    format!("{at} holds write {value} of line {} block {block} alone", name(world, key)),
                );
            }
        }
    }
}

/// OK, MK: every valid block equals the disk and parity is right. OC: every valid block equals the disk.
fn consistent_on_disk(world: &World, key: LineKey, report: &mut Report<'_>) {
    for at in ControllerId::BOTH {
        let Some(line) = entry(world, at, key) else { continue };
        let Some(state) = line.state.filter(|s| matches!(s, LineState::OK | LineState::MK | LineState::OC))
        else {
            continue;
        };
        let Some(slot) = line.loc else { continue };
        for block in line.valid.iter() {
            let (held, on_disk) =
                (world.controller(at).memory().word(slot, block), disk_word(world, key, block));
            if held != on_disk {
                report(
                    Invariant::ConsistentOnDisk,
                    format!(
                        "{at} has line {} in {} with write {held} in block {block}, the disk has write {on_disk}",
                        name(world, key),
                        state.code()
                    ),
                );
            }
        }
        if state != LineState::OC && !line.valid.is_empty() && !parity_is_right(world, key) {
            report(
                Invariant::ConsistentOnDisk,
                format!("{at} has line {} in {}, but its parity is wrong", name(world, key), state.code()),
            );
        }
    }
}

/// With no message in flight and no operation on the line, the two tables agree.
fn hash_agree(world: &World, key: LineKey, report: &mut Report<'_>) {
    let in_flight = ControllerId::BOTH
        .iter()
        .any(|to| world.link_to(*to).iter().any(|envelope| envelope.message.key() == key));
    let records = ControllerId::BOTH.map(|at| world.controller(at).line(key));
    let busy = records.iter().flatten().any(|line| {
        !line.is_quiet()
            || matches!(line.state, Some(LineState::OF(_) | LineState::OW(_) | LineState::OX | LineState::OR))
    });
    if in_flight || busy {
        return;
    }
    let [a, b] = ControllerId::BOTH.map(|at| entry(world, at, key));
    let pair = match (a, b) {
        (Some(a), Some(b)) if a.state.is_some_and(LineState::is_owner) => (Some(a), Some(b)),
        (Some(_), None) => (a, None),
        _ => (b, a),
    };
    let agree = match pair {
        (None, None) => true,
        (Some(owner), None) => owner.state == Some(LineState::OC) && !owner.stub,
        (Some(owner), Some(mirror)) => {
            let states = match (owner.state, mirror.state) {
                (Some(LineState::OD), Some(LineState::MD)) | (Some(LineState::OK), Some(LineState::MK)) => {
                    owner.peer_slot == mirror.loc && mirror.peer_slot == owner.loc && owner.cid == mirror.cid
                }
                (Some(LineState::OC), Some(LineState::M0)) => owner.stub,
                _ => false,
            };
            states && owner.seq == mirror.seq && owner.dirty == mirror.dirty
        }
        (None, Some(_)) => false,
    };
    if !agree {
        let tell = |line: Option<&Line>| {
            line.map_or("none".to_owned(), |l| {
                format!("{} seq {} dirty {:b}", l.state.map_or("none", LineState::code), l.seq, l.dirty.0)
            })
        };
        report(
            Invariant::HashAgree,
            format!("line {}: A has {}, B has {}", name(world, key), tell(a), tell(b)),
        );
    }
}

/// Parity differs from the data only if the owner is in OF or OW and the peer in MF.
fn parity_known(world: &World, key: LineKey, report: &mut Report<'_>) {
    if parity_is_right(world, key) {
        return;
    }
    let known = ControllerId::BOTH.iter().any(|at| {
        matches!(state(world, *at, key), Some(LineState::OF(_) | LineState::OW(_)))
            && state(world, at.peer(), key) == Some(LineState::MF)
    });
    if !known {
        report(
            Invariant::ParityKnown,
            format!("line {}: parity is wrong and nobody knows", name(world, key)),
        );
    }
}

/// No promotable dirty block holds a value that no read may return any more.
fn no_stale_promote(world: &World, hosts: &Linearizability, key: LineKey, report: &mut Report<'_>) {
    for at in ControllerId::BOTH {
        let Some(line) = entry(world, at, key) else { continue };
        if !matches!(line.state, Some(LineState::OD | LineState::MD | LineState::MF)) {
            continue;
        }
        let Some(slot) = line.loc else { continue };
        for block in line.dirty.iter() {
            let value = world.controller(at).memory().word(slot, block);
            let lbn = key.first_lbn(world.config().line_blocks()) + u64::from(block);
            if !hosts.allows(key.lun().0, lbn, value) {
                report(
                    Invariant::NoStalePromote,
                    format!(
                        "{at} would promote write {value} of block {}:{lbn}, which is out of date",
                        key.lun().0
                    ),
                );
            }
        }
    }
}

/// For each controller: what it would recover alone is, block by block, a value that a read may return now.
fn survive_one(world: &World, hosts: &Linearizability, report: &mut Report<'_>) {
    let line_blocks = u64::from(world.config().line_blocks());
    for (lun, lbn) in hosts.blocks() {
        let key = LineKey::new(crate::ids::Lun(lun), lbn / line_blocks);
        let block = (lbn % line_blocks) as u32;
        for at in ControllerId::BOTH {
            let Some(value) = recovered(world, at, key, block) else { continue };
            if !hosts.allows(lun, lbn, value) {
                report(
                    Invariant::SurviveOne,
                    format!(
                        "if {} died now, {at} would recover write {value} for block {lun}:{lbn}",
                        at.peer()
                    ),
                );
            }
        }
    }
}

/// What a controller alone would recover for a block (protocol §5, step 4); nothing while the line would stay
/// locked until a write-through of its own has been redone.
fn recovered(world: &World, at: ControllerId, key: LineKey, block: u32) -> Option<u64> {
    let controller: &Controller = world.controller(at);
    let on_disk = disk_word(world, key, block);
    let Some(line) = entry(world, at, key) else { return Some(on_disk) };
    let from_memory = match line.state {
        Some(LineState::OD | LineState::MD | LineState::MF | LineState::OP) => line.dirty,
        Some(LineState::OF(step)) if step != FlushStep::Confirm => line.dirty,
        Some(LineState::OW(_)) => {
            if controller.operation(line).is_some_and(|request| request.map.contains(block)) {
                return None;
            }
            BlockMap::EMPTY
        }
        _ => BlockMap::EMPTY,
    };
    match line.loc {
        Some(slot) if from_memory.contains(block) => Some(controller.memory().word(slot, block)),
        _ => Some(on_disk),
    }
}

/// The number that a block holds on disk.
#[must_use]
pub fn disk_word(world: &World, key: LineKey, block: u32) -> u64 {
    let geometry = world.config().raid;
    let stripe = world.controller(ControllerId::A).shape().array_stripe(key);
    let chunk_blocks = u32::from(geometry.chunk_blocks);
    world.array().word(stripe, Target::Data((block / chunk_blocks) as u8), block % chunk_blocks)
}

/// Whether a stripe's parity is the XOR of its data.
#[must_use]
pub fn parity_is_right(world: &World, key: LineKey) -> bool {
    let geometry = world.config().raid;
    let stripe = world.controller(ControllerId::A).shape().array_stripe(key);
    let mut sum = vec![0; usize::from(geometry.chunk_blocks) * world.config().payload_bytes as usize];
    let targets = (0..geometry.data_disks()).map(|chunk| Target::Data(chunk as u8)).chain([Target::Parity]);
    for target in targets {
        if let Some(bytes) = world.array().chunk(stripe, target) {
            xor_into(&mut sum, bytes);
        }
    }
    sum.iter().all(|byte| *byte == 0)
}
