//! What the ledger sees when it looks at a line: the class of each of its blocks.

use super::class::{Class, Held};
use crate::array::Target;
use crate::check::view::LineView;
use crate::ids::{BlockMap, ControllerId};
use crate::state::{FlushStep, LineState};

/// What one controller has of a line.
#[derive(Clone, Copy, Debug)]
struct Memory {
    at: ControllerId,
    dirty: BlockMap,
    /// Dirty blocks that a takeover makes dirty blocks of, and blocks of a write-through of the controller's own.
    promoted: BlockMap,
    pending: BlockMap,
    /// What goes for every block of the line.
    of_line: Class,
}

/// The class of each block of a line, row by row. `rebuilding`: bit i for a disk i that is being rebuilt.
pub fn classes(view: &LineView<'_>, rebuilding: u32, mut take: impl FnMut(u32, Class)) {
    let of_stripe = of_stripe(view, rebuilding);
    let memories = ControllerId::BOTH.map(|at| memory(view, at));
    let (geometry, array) = (view.geometry, view.world.array());
    let chunks = geometry.data_disks();
    let disk_of = |target: Target| target.disk(geometry, view.stripe);
    for row in 0..u32::from(geometry.chunk_blocks) {
        let spoiled = |target: Target| {
            view.may_be_spoiled() && array.disk(disk_of(target)).is_spoiled(view.stripe, row)
        };
        let data = |chunk: u32| Target::Data(chunk as u8);
        let sum = (0..chunks).fold(view.stored_parity(row), |sum, chunk| sum ^ view.stored(chunk, row));
        let all = (0..chunks).map(data).chain([Target::Parity]);
        let all_spoiled =
            if view.may_be_spoiled() { all.filter(|target| spoiled(*target)).count() } else { 0 };
        for chunk in 0..chunks {
            let block = chunk * u32::from(geometry.chunk_blocks) + row;
            let values = view.values(block);
            let mut class = of_stripe;
            let own = view.stored(chunk, row);
            let good = values.allow(own);
            let own_spoiled = all_spoiled > 0 && spoiled(data(chunk));
            class.lies_on(view.disk_of(chunk), good, !own_spoiled);
            let by_parity = if sum == 0 { good } else { values.allow(own ^ sum) };
            class.computes(by_parity, all_spoiled == usize::from(own_spoiled));
            for memory in memories.iter().flatten() {
                class.0 |= memory.of_line.0;
                if memory.pending.contains(block) {
                    class.hold(memory.at, Held::Pending);
                }
                if memory.dirty.contains(block) {
                    class.hold(memory.at, Held::DirtyCold);
                    if memory.promoted.contains(block) {
                        class.hold(memory.at, Held::Dirty);
                    }
                    if values.allow(view.held(memory.at, block)) {
                        class.hold(memory.at, Held::Good);
                    }
                }
            }
            take(block, class);
        }
    }
}

/// Whether a memory has a copy that a read may return, dirty or clean.
#[must_use]
pub fn has_copy(view: &LineView<'_>, at: ControllerId, block: u32) -> bool {
    let valid = view.entry(at).is_some_and(|line| line.loc.is_some() && line.valid.contains(block));
    valid && view.values(block).allow(view.held(at, block))
}

fn of_stripe(view: &LineView<'_>, rebuilding: u32) -> Class {
    let mut class = Class::default();
    for at in ControllerId::BOTH {
        if view.world.controller(at).is_suspect(view.key) {
            class.suspect(at);
        }
    }
    let mut left = rebuilding;
    while left != 0 {
        let disk = left.trailing_zeros() as u8;
        if view.world.array().disk(disk).has_stripe(view.stripe) {
            class.rebuilt_on(disk);
        }
        left &= left - 1;
    }
    class
}

fn memory(view: &LineView<'_>, at: ControllerId) -> Option<Memory> {
    let line = view.entry(at)?;
    let state = line.state?;
    let dirty = if line.loc.is_some() { line.dirty } else { BlockMap::EMPTY };
    let promoted = match state {
        LineState::OD
        | LineState::MD
        | LineState::MF
        | LineState::OP
        | LineState::SD
        | LineState::SF(_)
        | LineState::OF(FlushStep::Notify | FlushStep::Disk | FlushStep::Parity) => dirty,
        LineState::OF(FlushStep::Confirm) if view.world.controller(at).starts_over(view.key) => dirty,
        _ => BlockMap::EMPTY,
    };
    let pending = match state {
        LineState::OW(_) | LineState::SW(_) => {
            let operation = view.world.controller(at).operation(line);
            operation.map_or(BlockMap::EMPTY, |request| request.map)
        }
        _ => BlockMap::EMPTY,
    };
    let mut of_line = Class::default();
    if state == LineState::MF {
        of_line.hold(at, Held::Marked);
    }
    if line.is_unsettled() {
        of_line.hold(at, Held::Unsettled);
    }
    if state.is_writing() {
        of_line.hold(at, Held::Writing);
    }
    if state.is_mirror() {
        of_line.hold(at, Held::Mirror);
    }
    Some(Memory { at, dirty, promoted, pending, of_line })
}
