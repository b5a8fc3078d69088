//! SLOT-PARTITION: no slot is both free and used, nor used twice, nor the target of DATA while in use; with
//! nothing in flight, every slot is accounted for.
//!
//! [`check`] looks at every slot. [`SlotBook`] keeps account of each slot's uses from event to event, and looks only at
//! those that the event's lines had or have.

use super::invariant::Invariant;
use super::state::Report;
use super::view::LineView;
use crate::controller::line::Line;
use crate::fact::{Fact, SlotList};
use crate::ids::{ControllerId, Slot};
use crate::mark;
use crate::message::Message;
use crate::paged::Sparse;
use crate::sim::World;
use crate::text;
use crate::text::Text;

/// Both serve together: with one alone, slots lent to the other are nobody's until it comes back.
pub fn check(world: &World, report: &mut Report<'_>) {
    if !super::state::is_dual(world) {
        return;
    }
    for id in ControllerId::BOTH {
        check_memory(world, id, report);
    }
}

/// What one slot is used for, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Uses {
    free: u8,
    held: u8,
    target: u8,
    named: u8,
}

impl Uses {
    const FREE: Uses = Uses { free: 1, held: 0, target: 0, named: 0 };

    /// After META has been handled the fresh slot is both held by the mirror and still the write's target.
    fn sum(self) -> u8 {
        let target = u8::from(self.target > 0 && self.held == 0);
        self.free + self.held + self.named + target
    }

    fn clash(self) -> bool {
        self.sum() > 1 || self.target > 1 || (self.target > 0 && self.free > 0)
    }
}

/// The slots that a controller's line uses: its own one, and the one of the peer that it is being mirrored into.
fn slots_of(line: Option<&Line>) -> (Option<Slot>, Option<Slot>) {
    line.map_or((None, None), |line| (line.loc, line.fresh))
}

/// A slot of the receiver's peer that a message brings home.
fn named(message: &Message) -> Option<Slot> {
    match message {
        Message::Consistent { ret, .. } | Message::Reuse { ret, .. } => *ret,
        _ => None,
    }
}

/// The uses of every slot of a controller's memory, and whether anything is under way.
fn count(world: &World, id: ControllerId) -> (Vec<Uses>, bool) {
    let (owner, peer) = (world.controller(id), world.controller(id.peer()));
    let mut uses = vec![Uses::default(); world.config().slots() as usize];
    for slot in owner.memory().local_free.iter().chain(peer.memory().mirror_free.iter()) {
        uses[slot.0 as usize].free += 1;
    }
    let mut busy = ControllerId::BOTH.iter().any(|to| !world.link_to(*to).is_empty());
    for (_, line) in owner.table().iter() {
        busy |= !line.is_quiet();
        if let Some(slot) = line.loc {
            uses[slot.0 as usize].held += 1;
        }
    }
    for (_, line) in peer.table().iter() {
        busy |= !line.is_quiet();
        if let Some(slot) = line.fresh {
            uses[slot.0 as usize].target += 1;
        }
    }
    // A slot that is named in a message on its way is on its way home.
    for slot in world.link_to(id.peer()).iter().filter_map(|envelope| named(&envelope.message)) {
        uses[slot.0 as usize].named += 1;
    }
    (uses, busy)
}

fn check_memory(world: &World, id: ControllerId, report: &mut Report<'_>) {
    let owner = world.controller(id);
    let (uses, busy) = count(world, id);
    for (at, line) in owner.table().iter() {
        if let Some(slot) = line.loc
            && owner.memory().held(slot) != Some(at)
        {
            report(Invariant::SlotPartition, knows_no_line(id, slot));
        }
    }
    for (number, uses) in uses.iter().enumerate() {
        let slot = Slot(number as u32);
        if uses.clash() {
            report(Invariant::SlotPartition, twice(id, slot, *uses));
        } else if uses.sum() == 0 && !busy {
            report(Invariant::SlotPartition, text!("{at}’s slot {slot} is lost", at = id, slot = number));
        }
        if uses.held == 0 && owner.memory().held(slot).is_some() {
            report(Invariant::SlotPartition, holds_nothing(id, slot));
        }
    }
}

fn knows_no_line(at: ControllerId, slot: Slot) -> Text {
    text!("{at}’s slot {slot} does not know its line", at, slot = slot.0)
}

fn holds_nothing(at: ControllerId, slot: Slot) -> Text {
    text!("{at}’s slot {slot} holds a line that is not there", at, slot = slot.0)
}

fn twice(at: ControllerId, slot: Slot, uses: Uses) -> Text {
    let Uses { free, held, target, named } = uses;
    let all = [
        (free, mark!("free")),
        (held, mark!("holds a line")),
        (target, mark!("DATA goes there")),
        (named, mark!("named by a message")),
    ];
    let all = all.into_iter().filter(|(count, _)| *count > 0).map(|(_, what)| Text::plain(what));
    text!("{at}’s slot {slot} is used twice ({uses})", at, slot = slot.0, uses = Text::list(all))
}

/// What the two controllers' entries of one line, and the messages about it, make of slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineSlots {
    /// For each controller its own slot, and the slot in its peer that its write is being mirrored into.
    own: [Option<Slot>; 2],
    fresh: [Option<Slot>; 2],
    /// For each memory a slot of it that is on its way home.
    homing: [Option<Slot>; 2],
    unquiet: u8,
}

/// The uses of all slots, kept from event to event while both controllers serve together.
#[derive(Clone, Debug)]
pub struct SlotBook {
    open: bool,
    /// For A's memory and for B's. Of a big cache most slots were never used: they are free.
    uses: [Sparse<Uses>; 2],
    /// Slots that nothing uses, and free ones.
    unused: [u32; 2],
    free: [u32; 2],
    /// Entries with something under way.
    unquiet: u32,
    /// Slots whose use changed in this event.
    changed: Vec<(ControllerId, Slot)>,
}

impl Default for SlotBook {
    fn default() -> SlotBook {
        SlotBook {
            open: false,
            uses: [Sparse::new(Uses::FREE), Sparse::new(Uses::FREE)],
            unused: [0; 2],
            free: [0; 2],
            unquiet: 0,
            changed: Vec::new(),
        }
    }
}

impl SlotBook {
    /// Begins anew: looks at every slot that was ever used.
    pub fn open(&mut self, world: &World) {
        let config = world.config();
        for id in ControllerId::BOTH {
            let mut uses = Sparse::new(Uses::FREE);
            let (own, lent) = (
                &world.controller(id).memory().local_free,
                &world.controller(id.peer()).memory().mirror_free,
            );
            for (list, home) in [(own, 0..config.lines), (lent, config.lines..config.slots())] {
                let (returned, unused) = list.split();
                // A list that does not reach the end of its home lists nothing that was never used.
                let used = if list.len() > returned.len() as u32 { home.start..unused } else { home };
                for slot in used {
                    *uses.get_mut(slot as usize) = Uses::default();
                }
                for slot in returned {
                    uses.get_mut(*slot as usize).free += 1;
                }
            }
            self.free[id.index()] = own.len() + lent.len();
            self.unused[id.index()] = config.slots() - self.free[id.index()];
            self.uses[id.index()] = uses;
        }
        self.open = true;
        self.unquiet = 0;
        self.changed.clear();
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Both no longer serve together.
    pub fn close(&mut self) {
        *self = SlotBook::default();
    }

    /// A slot has left or come back to a free list.
    pub fn fact(&mut self, fact: Fact) {
        let (memory, slot, free) = match fact {
            Fact::SlotTaken { memory, slot, .. } => (memory, slot, false),
            Fact::SlotFreed { memory, slot, list: SlotList::LocalFree | SlotList::MirrorFree, .. } => {
                (memory, slot, true)
            }
            _ => return,
        };
        if self.is_open() {
            let count = &mut self.free[memory.index()];
            *count = if free { *count + 1 } else { count.saturating_sub(1) };
            self.change(memory, slot, |uses| {
                uses.free = if free { uses.free.saturating_add(1) } else { uses.free.saturating_sub(1) };
            });
        }
    }

    fn change(&mut self, memory: ControllerId, slot: Slot, change: impl FnOnce(&mut Uses)) {
        let uses = self.uses[memory.index()].get_mut(slot.0 as usize);
        let before = uses.sum() == 0;
        change(uses);
        let after = uses.sum() == 0;
        let unused = &mut self.unused[memory.index()];
        *unused = (*unused + u32::from(after)).wrapping_sub(u32::from(before));
        self.changed.push((memory, slot));
    }

    /// A line as it is now, beside what the book has of it.
    pub fn look_at(&mut self, view: &LineView<'_>, known: &mut LineSlots, report: &mut Report<'_>) {
        let mut now = LineSlots { homing: view.homing, ..LineSlots::default() };
        for at in ControllerId::BOTH {
            let line = view.records[at.index()];
            (now.own[at.index()], now.fresh[at.index()]) = slots_of(line);
            now.unquiet += u8::from(line.is_some_and(|line| !line.is_quiet()));
        }
        let before = std::mem::replace(known, now);
        if before == now {
            return;
        }
        self.unquiet = (self.unquiet + u32::from(now.unquiet)).wrapping_sub(u32::from(before.unquiet));
        for at in ControllerId::BOTH {
            let n = at.index();
            self.move_use(at, before.own[n], now.own[n], |uses| &mut uses.held);
            self.move_use(at.peer(), before.fresh[n], now.fresh[n], |uses| &mut uses.target);
            self.move_use(at, before.homing[n], now.homing[n], |uses| &mut uses.named);
            let controller = view.world.controller(at);
            if let Some(slot) = now.own[n]
                && controller.memory().held(slot) != controller.table().find(view.key)
            {
                report(Invariant::SlotPartition, knows_no_line(at, slot));
            }
        }
    }

    fn move_use(
        &mut self,
        memory: ControllerId,
        from: Option<Slot>,
        to: Option<Slot>,
        which: impl Fn(&mut Uses) -> &mut u8,
    ) {
        if from == to {
            return;
        }
        if let Some(slot) = from {
            self.change(memory, slot, |uses| *which(uses) = which(uses).saturating_sub(1));
        }
        if let Some(slot) = to {
            self.change(memory, slot, |uses| *which(uses) = which(uses).saturating_add(1));
        }
    }

    /// The event is over, and all its lines have been looked at.
    pub fn settle(&mut self, world: &World, report: &mut Report<'_>) {
        for (memory, slot) in self.changed.drain(..) {
            let uses = self.uses[memory.index()].get(slot.0 as usize);
            if uses.clash() {
                report(Invariant::SlotPartition, twice(memory, slot, uses));
            }
            if uses.held == 0 && world.controller(memory).memory().held(slot).is_some() {
                let what = holds_nothing(memory, slot);
                report(Invariant::SlotPartition, what);
            }
        }
        for at in ControllerId::BOTH {
            let [own, lent] = [at, at.peer()].map(|id| world.controller(id).memory());
            let listed = own.local_free.len() + lent.mirror_free.len();
            if listed != self.free[at.index()] {
                let known = self.free[at.index()];
                let what =
                    text!("{listed} of {at}’s slots are listed as free, but {known} are", listed, at, known);
                report(Invariant::SlotPartition, what);
            }
        }
        let in_flight = ControllerId::BOTH.iter().any(|to| !world.link_to(*to).is_empty());
        if self.unquiet > 0 || in_flight {
            return;
        }
        for at in ControllerId::BOTH {
            let lost = self.unused[at.index()];
            if lost > 0 {
                report(Invariant::SlotPartition, text!("{lost} of {at}’s slots are lost", lost, at));
            }
        }
    }
}
