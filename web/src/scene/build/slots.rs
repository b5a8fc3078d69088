//! Which slot holds what, in both caches.

use super::Stage;
use super::census::Census;
use crate::scene::heat::HeatMap;
use crate::scene::look::Look;
use crate::scene::model::{Region, Selection, SlotCell, SlotId, Slots, Span};
use mirrorline_engine::fact::Fact;
use mirrorline_engine::ids::{ControllerId, LineKey, Slot, Ticket};
use mirrorline_engine::message::{Message, MessageKind};
use mirrorline_engine::sim::World;
use std::rc::Rc;

/// A slot that is in use.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    pub slot: u32,
    pub key: LineKey,
    pub look: Look,
}

/// What one walk over both hash tables finds.
pub struct Cached {
    /// The slots in use of A and of B, with those that DATA is arriving in; in slot order when they are shown as cells.
    pub held: [Vec<Held>; 2],
    /// Requests for ownership that have arrived at a controller and wait there.
    pub asked: Vec<(ControllerId, LineKey, Ticket)>,
}

/// Who holds what: read off the census of big caches, and a walk over small ones.
pub fn look(stage: &Stage<'_>) -> Cached {
    if let Some(census) = stage.census {
        return Cached { held: [Vec::new(), Vec::new()], asked: census.asked().collect() };
    }
    let mut cached = walk(stage.instant.world);
    for list in &mut cached.held {
        list.sort_unstable_by_key(|held| held.slot);
    }
    cached
}

/// Walks over both hash tables, once: they may be long. In no order.
pub fn walk(world: &World) -> Cached {
    let mut held: [Vec<Held>; 2] = [Vec::new(), Vec::new()];
    let mut asked = Vec::new();
    for id in ControllerId::BOTH {
        let controller = world.controller(id);
        let peer = world.controller(id.peer());
        for (_, line) in controller.table().iter() {
            if let Some(ticket) = line.asked {
                asked.push((id, line.key, ticket));
            }
            if let (Some(slot), Some(state)) = (line.loc, line.state) {
                held[id.index()].push(Held { slot: slot.0, key: line.key, look: state.into() });
            }
            // Once META has been handled, the peer's own entry speaks for the slot.
            if let Some(fresh) = line.fresh
                && peer.memory().held(fresh).is_none()
            {
                held[id.peer().index()].push(Held { slot: fresh.0, key: line.key, look: Look::Filling });
            }
        }
    }
    Cached { held, asked }
}

/// Slots `first .. first + total` of a cache.
pub fn region(stage: &Stage<'_>, memory: ControllerId, first: u32, total: u32, held: &[Held]) -> Region {
    if let Some(census) = stage.census {
        return heat(stage, census, memory, first);
    }
    let from = held.partition_point(|held| held.slot < first);
    let to = held.partition_point(|held| held.slot < first + total);
    let held = &held[from..to];
    Region {
        used: held.len() as u32,
        total,
        slots: Slots::Cells(Rc::new(cells(stage, memory, first, total, held))),
    }
}

fn heat(stage: &Stage<'_>, census: &Census, memory: ControllerId, first_slot: u32) -> Region {
    let slate = census.slates(memory)[usize::from(first_slot > 0)].clone();
    let line_of = |id| stage.chosen.and_then(|key| stage.line(id, key));
    // The chosen line's slot here, and the one that the peer fills with it.
    let slots =
        [line_of(memory).and_then(|line| line.loc), line_of(memory.peer()).and_then(|line| line.fresh)];
    let mut marked: Vec<u32> = Vec::new();
    for slot in slots.into_iter().flatten() {
        let index = slot.0.wrapping_sub(first_slot);
        if index < slate.total() && slate.key(index) == stage.chosen && !marked.contains(&index) {
            marked.push(index);
        }
    }
    let found = match stage.selection {
        Some(Selection::Line(key)) => marked.first().map(|index| (key, *index)),
        _ => None,
    };
    let (used, total) = (slate.used(), slate.total());
    let geometry = stage.config().raid;
    let map = HeatMap { memory, first_slot, geometry, slate, marked, found };
    Region { used, total, slots: Slots::Heat(map) }
}

fn cells(stage: &Stage<'_>, memory: ControllerId, first: u32, total: u32, held: &[Held]) -> Vec<SlotCell> {
    let mut held = held.iter().peekable();
    (first..first + total)
        .map(|slot| {
            let at = SlotId { memory, slot };
            let selected = stage.selection == Some(Selection::Slot(at));
            match held.next_if(|held| held.slot == slot) {
                None => SlotCell {
                    at,
                    look: Look::Free,
                    line: None,
                    fill: None,
                    asked: false,
                    selected,
                    kin: false,
                    changed: freed(stage, at),
                    promoted: false,
                },
                Some(held) => cell(stage, at, held),
            }
        })
        .collect()
}

fn cell(stage: &Stage<'_>, at: SlotId, held: &Held) -> SlotCell {
    let key = held.key;
    let filling = held.look == Look::Filling;
    let here = stage.line(at.memory, key);
    let there = stage.line(at.memory.peer(), key);
    let kin = !filling
        && held.look.is_mirror()
        && there.and_then(|owner| owner.fresh).is_some_and(|fresh| fresh.0 != at.slot);
    let asked = !filling && [here, there].into_iter().flatten().any(|line| line.asked.is_some());
    SlotCell {
        at,
        look: held.look,
        line: Some(stage.label(key)),
        fill: filling.then(|| fill(stage, at)),
        asked,
        // Of an older mirror the dotted ring says more.
        selected: stage.is_chosen(key) && !kin,
        kin,
        changed: changed(stage, at, key, filling),
        promoted: !filling && promoted(stage, at, key),
    }
}

/// When the DATA for a slot is on the wire; a span that is over once it has landed.
fn fill(stage: &Stage<'_>, at: SlotId) -> Span {
    let flying = stage
        .instant
        .world
        .link_to(at.memory)
        .iter()
        .find(|envelope| matches!(envelope.message, Message::Data { slot, .. } if slot == Slot(at.slot)));
    flying.map_or(Span { from_ns: 0, to_ns: 0 }, |envelope| Span {
        from_ns: envelope.leaves_ns,
        to_ns: envelope.arrives_ns,
    })
}

fn freed(stage: &Stage<'_>, at: SlotId) -> bool {
    stage.instant.moment.facts.iter().any(|fact| {
        matches!(*fact, Fact::SlotFreed { memory, slot, .. } if memory == at.memory && slot.0 == at.slot)
    })
}

/// The event has made a mirror the line, or the line a mirror: roles are exchanged where they lie.
fn promoted(stage: &Stage<'_>, here: SlotId, of: LineKey) -> bool {
    stage.instant.moment.facts.iter().any(|fact| match *fact {
        Fact::LineState { at, key, from: Some(from), to: Some(to) } => {
            at == here.memory
                && key == of
                && (from.is_mirror() != to.is_mirror() || from.is_solo() != to.is_solo())
        }
        _ => false,
    })
}

fn changed(stage: &Stage<'_>, here: SlotId, of: LineKey, filling: bool) -> bool {
    stage.instant.moment.facts.iter().any(|fact| match *fact {
        Fact::LineState { at, key, to: Some(_), .. } => !filling && at == here.memory && key == of,
        Fact::WriteCommitted { at, key, .. } => !filling && at == here.memory && key == of,
        Fact::Received { at, message: MessageKind::Data, key } => filling && at == here.memory && key == of,
        Fact::SlotTaken { memory, slot, .. } => memory == here.memory && slot.0 == here.slot,
        _ => false,
    })
}
