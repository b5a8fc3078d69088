//! Both caches slot by slot, kept from event to event: facts say which lines and slots an event has touched, and only
//! those are looked at. A walk over everything, for every event of a cache of 10⁶ lines, would be no animation.

use super::slots::walk;
use crate::scene::heat::Slate;
use crate::scene::look::Look;
use mirrorline_engine::fact::Fact;
use mirrorline_engine::ids::{ControllerId, LineKey, Slot, Ticket};
use mirrorline_engine::message::{Message, MessageKind};
use mirrorline_engine::sim::World;

/// What an event has touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    Line(LineKey),
    /// A controller has no entry for the line any more.
    Gone(LineKey),
    Slot(ControllerId, Slot),
    /// More than can be said: a controller has changed its mode, say.
    Everything,
}

impl Touch {
    /// What a fact tells of slots, if anything.
    #[must_use]
    pub fn of(fact: Fact) -> Option<Touch> {
        match fact {
            Fact::SlotTaken { memory, slot, .. } | Fact::SlotFreed { memory, slot, .. } => {
                Some(Touch::Slot(memory, slot))
            }
            Fact::LineState { key, to: None, .. } => Some(Touch::Gone(key)),
            Fact::LineState { key, .. }
            | Fact::WriteCommitted { key, .. }
            | Fact::Sent { key, .. }
            | Fact::Received { key, .. }
            | Fact::OwnershipGained { key, .. }
            | Fact::Waits { key, .. }
            | Fact::Walked { key, .. }
            | Fact::Dropped { key: Some(key), .. }
            | Fact::Stray { key: Some(key), .. } => Some(Touch::Line(key)),
            Fact::SessionSent { message: MessageKind::Heartbeat, .. }
            | Fact::SessionReceived { message: MessageKind::Heartbeat, .. } => None,
            Fact::Mode { .. }
            | Fact::Fault { .. }
            | Fact::Abandoned { .. }
            | Fact::TookOver { .. }
            | Fact::Lost { .. }
            | Fact::SessionSent { .. }
            | Fact::SessionReceived { .. } => Some(Touch::Everything),
            _ => None,
        }
    }
}

/// Who asks for which line, in the order of controllers and of their records.
type Asked = (ControllerId, u32, LineKey, Ticket);

pub struct Census {
    /// Own slots and lent ones, of A and of B.
    memories: [[Slate; 2]; 2],
    lines: u32,
    asked: Vec<Asked>,
}

impl Census {
    /// Looks at everything.
    #[must_use]
    pub fn of(world: &World) -> Census {
        let config = world.config();
        let memory = || [Slate::free(config.lines), Slate::free(config.lent)];
        let mut census = Census { memories: [memory(), memory()], lines: config.lines, asked: Vec::new() };
        let found = walk(world);
        for (id, held) in ControllerId::BOTH.into_iter().zip(found.held) {
            for held in held {
                census.set(id, held.slot, held.look, held.key);
            }
        }
        for (id, key, _) in found.asked {
            census.look_for_askers(world, id, key);
        }
        census
    }

    /// Own slots, then lent ones.
    #[must_use]
    pub fn slates(&self, memory: ControllerId) -> &[Slate; 2] {
        &self.memories[memory.index()]
    }

    /// The line that a slot holds, or that is on its way into it.
    #[must_use]
    pub fn key(&self, memory: ControllerId, slot: u32) -> Option<LineKey> {
        let [own, lent] = &self.memories[memory.index()];
        match slot.checked_sub(self.lines) {
            None => own.key(slot),
            Some(slot) => lent.key(slot),
        }
    }

    /// Requests for ownership that have arrived at a controller and wait there.
    pub fn asked(&self) -> impl Iterator<Item = (ControllerId, LineKey, Ticket)> + '_ {
        self.asked.iter().map(|(id, _, key, ticket)| (*id, *key, *ticket))
    }

    /// Comes to the state of a world that has gone on, given everything that was touched on the way.
    pub fn follow(&mut self, world: &World, touched: &[Touch]) {
        if touched.contains(&Touch::Everything) {
            *self = Census::of(world);
            return;
        }
        for touch in touched {
            match *touch {
                Touch::Slot(memory, slot) => self.look_at(world, memory, slot),
                Touch::Line(key) | Touch::Gone(key) => {
                    self.look_where_it_was(world, key, matches!(touch, Touch::Gone(_)));
                    self.look_at_slots_of(world, key);
                }
                Touch::Everything => {}
            }
        }
        // A slot on its way home is named in a message, and nowhere else.
        for to in ControllerId::BOTH {
            for envelope in world.link_to(to).iter() {
                if let Message::Consistent { ret: Some(slot), .. } | Message::Reuse { ret: Some(slot), .. } =
                    envelope.message
                {
                    self.look_at(world, to.peer(), slot);
                }
            }
        }
        for touch in touched {
            if let Touch::Line(key) | Touch::Gone(key) = *touch {
                self.look_for_filling(world, key);
                for id in ControllerId::BOTH {
                    self.look_for_askers(world, id, key);
                }
            }
        }
    }

    fn set(&mut self, memory: ControllerId, slot: u32, look: Look, key: LineKey) {
        let [own, lent] = &mut self.memories[memory.index()];
        match slot.checked_sub(self.lines) {
            None => own.set(slot, look, key),
            Some(slot) => lent.set(slot, look, key),
        }
    }

    /// What the memory says of a slot; DATA on its way it does not know of.
    fn look_at(&mut self, world: &World, memory: ControllerId, slot: Slot) {
        let controller = world.controller(memory);
        let line = controller.memory().held(slot).map(|at| &controller.table()[at]);
        match line.and_then(|line| Some((line.state?, line.key))) {
            Some((state, key)) => self.set(memory, slot.0, state.into(), key),
            None => self.set(memory, slot.0, Look::Free, LineKey::default()),
        }
    }

    /// Whoever serves alone gives lent slots up without a word.
    fn look_where_it_was(&mut self, world: &World, key: LineKey, gone: bool) {
        for id in ControllerId::BOTH {
            let controller = world.controller(id);
            let slotless = || controller.line(key).is_none_or(|line| line.loc.is_none());
            if controller.mode().is_alone() && (gone || slotless()) {
                for lent in self.memories[id.index()][1].places_of(key) {
                    self.look_at(world, id, Slot(self.lines + lent));
                }
            }
        }
    }

    /// The slots that the line is in, and those that one side still takes it to be in.
    fn look_at_slots_of(&mut self, world: &World, key: LineKey) {
        for id in ControllerId::BOTH {
            let Some(line) = world.controller(id).line(key) else { continue };
            for (memory, slot) in [(id, line.loc), (id.peer(), line.fresh), (id.peer(), line.peer_slot)] {
                if let Some(slot) = slot {
                    self.look_at(world, memory, slot);
                }
            }
        }
    }

    fn look_for_filling(&mut self, world: &World, key: LineKey) {
        for id in ControllerId::BOTH {
            let fresh = world.controller(id).line(key).and_then(|line| line.fresh);
            if let Some(slot) = fresh
                && world.controller(id.peer()).memory().held(slot).is_none()
            {
                self.set(id.peer(), slot.0, Look::Filling, key);
            }
        }
    }

    fn look_for_askers(&mut self, world: &World, id: ControllerId, key: LineKey) {
        self.asked.retain(|(at, _, asked, _)| *at != id || *asked != key);
        let table = world.controller(id).table();
        let Some(at) = table.find(key) else { return };
        let Some(ticket) = table[at].asked else { return };
        let place =
            self.asked.iter().take_while(|(before, record, ..)| (before.index(), *record) < (id.index(), at));
        self.asked.insert(place.count(), (id, at, key, ticket));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::lookout::Lookout;
    use mirrorline_engine::check::{Depth, Watch};
    use mirrorline_engine::history::Timeline;
    use mirrorline_engine::scenario::Scenario;
    use mirrorline_engine::scenario::library::LIBRARY;
    use mirrorline_engine::sim::Run;
    use mirrorline_engine::sweep::{Coverage, Trial};

    /// Follows a run, looking after every `stride` events, and holds the census against one made anew.
    fn follow(scenario: &Scenario, stride: u64, name: &str) {
        let run = Run::new(scenario.world().unwrap(), scenario.source().unwrap(), scenario.pacing);
        let mut timeline = Timeline::witnessed(run, Lookout::new(Watch::new(Depth::End)));
        while timeline.extend(1_000) == 1_000 && timeline.len() < 20_000 {}
        let mut census = Census::of(timeline.world());
        let mut touches = 0;
        for position in (0..=timeline.len()).step_by(stride as usize) {
            timeline.seek(position);
            let trail = &timeline.witness().trail;
            census.follow(timeline.world(), &trail.since(touches).expect("so few are remembered"));
            touches = trail.count();
            let anew = Census::of(timeline.world());
            assert_eq!(census.asked, anew.asked, "{name}, after {position} events");
            for id in ControllerId::BOTH {
                for (known, true_one) in census.slates(id).iter().zip(anew.slates(id)) {
                    let differ: Vec<(u32, Look, Look)> = known
                        .changed_since(true_one)
                        .into_iter()
                        .map(|slot| (slot, known.look(slot), true_one.look(slot)))
                        .collect();
                    assert!(differ.is_empty(), "{name}, after {position} events, {id}: {differ:?}");
                    assert_eq!(known.used(), true_one.used(), "{name}, after {position} events");
                }
            }
        }
    }

    #[test]
    fn following_a_run_comes_to_what_a_look_at_everything_finds() {
        for builtin in &LIBRARY {
            for stride in [1, 23] {
                follow(&builtin.scenario(), stride, builtin.name);
            }
        }
    }

    #[test]
    fn a_small_cache_with_many_lines_is_followed_through_every_reuse() {
        let text = "mirrorline scenario 1\ntitle Tight\nlines 9\nlent 6\nlun 0 4000 blocks owner A\nlun 1 4000 blocks owner B\nworkload uniform reads 30% sizes 1*1 paths spill 4 every about 20us requests 1500\n";
        for stride in [1, 12] {
            follow(&Scenario::parse(text).unwrap(), stride, "tight");
        }
    }

    #[test]
    fn worlds_in_which_random_things_fail_are_followed() {
        for seed in 0..32 {
            let mut trial = Trial::new(seed);
            trial.run(&mut Coverage::default());
            follow(&trial.scenario(), 1 + seed % 31, &format!("world {seed}"));
        }
    }
}
