//! Invariants of one line: what must hold of it in both tables, on the link and on the disks at any instant.

use super::invariant::Invariant;
use super::state::{Report, name};
use super::view::LineView;
use crate::array::RecordMode;
use crate::controller::line::Line;
use crate::ids::{BlockMap, ControllerId};
use crate::state::{FlushStep, LineState};
use crate::{mark, text};

/// Everything that this file checks.
pub fn check(view: &LineView<'_>, report: &mut Report<'_>) {
    if view.whole.dual {
        single_owner(view, report);
        acked_twice(view, report);
        hash_agree(view, report);
        survive_one(view, report);
    }
    // Most of the time it is right, and then nobody has to know anything.
    let parity_is_wrong = view.parity_is_right() == Some(false);
    consistent_on_disk(view, parity_is_wrong, report);
    if parity_is_wrong {
        parity_known(view, report);
    }
    no_stale_promote(view, report);
}

fn say(view: &LineView<'_>) -> String {
    name(view.world, view.key)
}

/// `0:42`: LUN and LBN of a block.
fn say_block(view: &LineView<'_>, block: u32) -> String {
    format!("{}:{}", view.key.lun().0, view.first_lbn + u64::from(block))
}

/// Those of the controllers whose memory counts, with their entries.
fn counted<'a>(view: &LineView<'a>) -> impl Iterator<Item = (ControllerId, &'a Line)> {
    let entries = ControllerId::BOTH.map(|at| view.entry(at).filter(|_| view.whole.counts[at.index()]));
    ControllerId::BOTH.into_iter().zip(entries).filter_map(|(at, line)| Some((at, line?)))
}

/// Exactly one of: A owns, B owns, one ownership token in flight (GRANT; REUSE to the default owner; REHOME for a line
/// that nobody has an entry for).
fn single_owner(view: &LineView<'_>, report: &mut Report<'_>) {
    let owning = |at: &ControllerId| match view.state(*at) {
        None | Some(LineState::OR) => view.world.controller(*at).default_owner(view.key) == *at,
        Some(state) => state.is_owner(),
    };
    let mut owners = ControllerId::BOTH.iter().filter(|at| owning(at)).count() as u32 + view.tokens;
    if owners == 0 {
        owners += u32::from(view.is_rehoming());
    }
    if owners != 1 {
        report(Invariant::SingleOwner, text!("line {line} has {owners} owners", line = say(view), owners));
    }
}

/// Every dirty committed block of the owner is on disk, or held dirty by the peer with the same value (or, while
/// META_ACK is under way, the newer one).
fn acked_twice(view: &LineView<'_>, report: &mut Report<'_>) {
    for at in ControllerId::BOTH {
        let is_owner = |line: &&Line| line.state.is_some_and(LineState::is_owner) && line.loc.is_some();
        let Some(line) = view.entry(at).filter(is_owner) else { continue };
        if line.dirty.is_empty() {
            continue;
        }
        let newer = view.world.controller(at).operation(line).map_or(BlockMap::EMPTY, |request| request.map);
        let mirror = view
            .entry(at.peer())
            .filter(|mirror| matches!(mirror.state, Some(LineState::MD | LineState::MF)));
        for block in line.dirty.iter() {
            let value = view.held(at, block);
            let mirrored = mirror.is_some_and(|mirror| {
                let held = mirror.loc.is_some() && view.held(at.peer(), block) == value;
                mirror.dirty.contains(block) && (held || newer.contains(block))
            });
            // A grant on its way: the old owner has become the mirror, which is the same data. What two missing disks
            // have taken is not the controllers' to keep.
            if !mirrored && view.disk_word(block) != Some(value) && !view.is_beyond_parity(block) {
                let what = text!(
                    "{at} holds write {value} of line {line} block {block} alone",
                    at,
                    value,
                    line = say(view),
                    block
                );
                report(Invariant::AckedTwice, what);
            }
        }
    }
}

/// OK, MK: every valid block equals the disk and parity is right, unless another line of the stripe is being written. OC:
/// every valid block equals the disk.
fn consistent_on_disk(view: &LineView<'_>, parity_is_wrong: bool, report: &mut Report<'_>) {
    for (at, line) in counted(view) {
        let is_clean =
            |s: &LineState| matches!(s, LineState::OK | LineState::MK | LineState::OC | LineState::SC);
        let Some(state) = line.state.filter(is_clean).filter(|_| line.loc.is_some()) else { continue };
        for block in line.valid.iter() {
            let held = view.held(at, block);
            if let Some(on_disk) = view.disk_word(block).filter(|on_disk| *on_disk != held) {
                report(
                    Invariant::ConsistentOnDisk,
                    text!(
                        "{at} has line {line} in {state} with write {held} in block {block}, the disk has write {on_disk}",
                        at,
                        line = say(view),
                        state = state.code(),
                        held,
                        block,
                        on_disk
                    ),
                );
            }
        }
        let mirrored = matches!(state, LineState::OK | LineState::MK);
        if mirrored && !line.valid.is_empty() && parity_is_wrong && !view.is_beside_a_write() {
            let what = text!(
                "{at} has line {line} in {state}, but its parity is wrong",
                at,
                line = say(view),
                state = state.code()
            );
            report(Invariant::ConsistentOnDisk, what);
        }
    }
}

/// With no message in flight and no operation on the line, the two tables agree.
fn hash_agree(view: &LineView<'_>, report: &mut Report<'_>) {
    let busy = view.records.iter().flatten().any(|line| {
        !line.is_quiet()
            || matches!(line.state, Some(LineState::OF(_) | LineState::OW(_) | LineState::OX | LineState::OR))
    });
    if view.messages > 0 || busy {
        return;
    }
    let [a, b] = ControllerId::BOTH.map(|at| view.entry(at));
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
            line.map_or(text!("nothing"), |l| {
                let state = l.state.map_or(mark!("no state"), LineState::code);
                text!("{state} seq {seq} dirty {map}", state, seq = l.seq, map = format!("{:b}", l.dirty.0))
            })
        };
        let what = text!("line {line}: A has {a}, B has {b}", line = say(view), a = tell(a), b = tell(b));
        report(Invariant::HashAgree, what);
    }
}

/// Parity differs from the data only if somebody who may serve knows: with two, the owner in OF or OW and the peer in
/// MF; otherwise a memory that counts, by MF, by a stripe that it is writing, or by its list of suspects; of whichever line
/// of the stripe. An unpinned record says to whoever takes over that every stripe is suspect (R4).
fn parity_known(view: &LineView<'_>, report: &mut Report<'_>) {
    let states = |at| view.states_in_stripe(at);
    let writes = |at| states(at).any(|state| state.is_some_and(LineState::is_writing));
    let marked = |at| states(at).any(|state| state == Some(LineState::MF));
    let written_and_marked = |at: ControllerId| {
        let mut pairs = states(at).zip(states(at.peer()));
        pairs.any(|(own, other)| own.is_some_and(LineState::is_writing) && other == Some(LineState::MF))
    };
    let known = if view.whole.dual {
        ControllerId::BOTH.into_iter().any(written_and_marked)
    } else {
        let record = view.world.array().record();
        let nobody = view.whole.counts == [false, false];
        let by_memory = |at: ControllerId| {
            let doubts = || view.world.controller(at).doubts(view.key);
            view.whole.counts[at.index()] && (writes(at) || marked(at) || doubts())
        };
        let unpinned = record.mode != RecordMode::Dual && !record.pinned;
        let awaits = |at: ControllerId| view.world.controller(at).standing().all_suspect;
        nobody || unpinned || ControllerId::BOTH.into_iter().any(|at| awaits(at) || by_memory(at))
    };
    if !known {
        report(
            Invariant::ParityKnown,
            text!("line {line}: parity is wrong and nobody knows", line = say(view)),
        );
    }
}

/// No promotable dirty block holds a value that no read may return any more.
fn no_stale_promote(view: &LineView<'_>, report: &mut Report<'_>) {
    for (at, line) in counted(view) {
        let promotable =
            matches!(line.state, Some(LineState::OD | LineState::MD | LineState::MF | LineState::SD));
        if !promotable || line.loc.is_none() {
            continue;
        }
        for block in line.dirty.iter() {
            let value = view.held(at, block);
            if !view.values(block).allow(value) {
                let block = say_block(view, block);
                let what = text!(
                    "{at} would promote write {value} of block {block}, which is out of date",
                    at,
                    value,
                    block
                );
                report(Invariant::NoStalePromote, what);
            }
        }
    }
}

/// For each of two controllers: what it would recover alone for a block is a value that a read may return now. A
/// block whose disk is missing while its stripe is being written is left out: disk and controller are two failures.
fn survive_one(view: &LineView<'_>, report: &mut Report<'_>) {
    let recovered = ControllerId::BOTH.map(|at| recovered_from_memory(view, at));
    for block in view.blocks.iter() {
        let values = view.values(block);
        // The same for both: nothing to say of it, or what the disks give and must not.
        let from_disk = || view.disk_word(block).filter(|value| !values.allow(*value));
        let mut wrong_on_disk = None;
        for (at, (from_memory, locked)) in ControllerId::BOTH.into_iter().zip(recovered) {
            let wrong = if locked.contains(block) {
                None
            } else if from_memory.contains(block) {
                Some(view.held(at, block)).filter(|value| !values.allow(*value))
            } else {
                *wrong_on_disk.get_or_insert_with(from_disk)
            };
            if let Some(value) = wrong {
                let block = say_block(view, block);
                let what = text!(
                    "if {peer} died now, {at} would recover write {value} for block {block}",
                    peer = at.peer(),
                    at,
                    value,
                    block
                );
                report(Invariant::SurviveOne, what);
            }
        }
    }
}

/// Blocks that a controller alone would recover from its memory (protocol §5, step 4), and blocks that would stay locked
/// until a write-through of its own has been redone. The others come from the disks.
fn recovered_from_memory(view: &LineView<'_>, at: ControllerId) -> (BlockMap, BlockMap) {
    let Some(line) = view.entry(at) else { return (BlockMap::EMPTY, BlockMap::EMPTY) };
    let dirty = if line.loc.is_some() { line.dirty } else { BlockMap::EMPTY };
    let starts_over = || view.world.controller(at).starts_over(view.key);
    match line.state {
        Some(LineState::OD | LineState::MD | LineState::MF | LineState::OP) => (dirty, BlockMap::EMPTY),
        Some(LineState::OF(step)) if step != FlushStep::Confirm || starts_over() => (dirty, BlockMap::EMPTY),
        Some(LineState::OW(_)) => {
            let operation = view.world.controller(at).operation(line);
            (BlockMap::EMPTY, operation.map_or(BlockMap::EMPTY, |request| request.map))
        }
        _ => (BlockMap::EMPTY, BlockMap::EMPTY),
    }
}
