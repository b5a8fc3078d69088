//! SLOT-PARTITION: no slot is both free and used, nor used twice, nor the target of DATA while in use; with
//! nothing in flight, every slot is accounted for.

use super::invariant::Invariant;
use super::state::Report;
use crate::ids::{ControllerId, Slot};
use crate::message::Message;
use crate::sim::World;

pub fn check(world: &World, report: &mut Report<'_>) {
    for id in ControllerId::BOTH {
        check_memory(world, id, report);
    }
}

/// What one slot is used for, counted.
#[derive(Clone, Copy, Debug, Default)]
struct Uses {
    free: u8,
    held: u8,
    target: u8,
    named: u8,
}

fn check_memory(world: &World, id: ControllerId, report: &mut Report<'_>) {
    let (owner, peer) = (world.controller(id), world.controller(id.peer()));
    let mut uses = vec![Uses::default(); world.config().slots() as usize];
    for slot in owner.memory().local_free.iter().chain(peer.memory().mirror_free.iter()) {
        uses[slot.0 as usize].free += 1;
    }
    for (at, line) in owner.table().iter() {
        if let Some(slot) = line.loc {
            uses[slot.0 as usize].held += 1;
            if owner.memory().held(slot) != Some(at) {
                report(Invariant::SlotPartition, format!("{id}'s slot {} does not know its line", slot.0));
            }
        }
    }
    let mut busy = false;
    for (_, line) in peer.table().iter() {
        busy |= !line.is_quiet();
        if let Some(slot) = line.fresh {
            uses[slot.0 as usize].target += 1;
        }
    }
    // A slot that is named in a message on its way is on its way home.
    for envelope in world.link_to(id.peer()).iter() {
        if let Message::Consistent { ret: Some(slot), .. } | Message::Reuse { ret: Some(slot), .. } =
            envelope.message
        {
            uses[slot.0 as usize].named += 1;
        }
    }
    busy |= ControllerId::BOTH.iter().any(|to| !world.link_to(*to).is_empty());
    busy |= owner.table().iter().any(|(_, line)| !line.is_quiet());
    for (number, uses) in uses.iter().enumerate() {
        let slot = Slot(number as u32);
        // After META has been handled the fresh slot is both held by the mirror and still the write's target.
        let target = u8::from(uses.target > 0 && uses.held == 0);
        let sum = uses.free + uses.held + uses.named + target;
        if sum > 1 || uses.target > 1 || (uses.target > 0 && uses.free > 0) {
            report(Invariant::SlotPartition, format!("{id}'s slot {number} is used twice: {uses:?}"));
        } else if sum == 0 && !busy {
            report(Invariant::SlotPartition, format!("{id}'s slot {number} is lost"));
        }
        if uses.held == 0 && owner.memory().held(slot).is_some() {
            report(Invariant::SlotPartition, format!("{id}'s slot {number} holds a line that is not there"));
        }
    }
}
