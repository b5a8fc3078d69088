//! A small language for stories about the protocol: who writes what, run until, what was said on the link.

use mirrorline_engine::check::{Depth, Invariant, Watch};
use mirrorline_engine::config::Config;
use mirrorline_engine::controller::Controller;
use mirrorline_engine::controller::line::Line;
use mirrorline_engine::fact::{Fact, IoKind, Observer};
use mirrorline_engine::ids::{ControllerId, HostId, LineKey, Lun};
use mirrorline_engine::message::{Message, MessageKind};
use mirrorline_engine::sim::{Command, Fault, HostOp, Seed, TimedFault, TimedOp, World};
use mirrorline_engine::state::LineState;

/// A world, all that was said and done in it, and the invariants, which are checked after every event.
pub struct Stage {
    pub world: World,
    /// Every fact, in order.
    pub facts: Vec<Fact>,
    /// Every message that was sent, in order, with its receiver.
    pub said: Vec<(ControllerId, Message)>,
    watch: Watch,
    seen: [u64; 2],
    tolerant: bool,
}

struct Ears<'a>(&'a mut Vec<Fact>, &'a mut Watch);

impl Observer for Ears<'_> {
    fn fact(&mut self, fact: Fact) {
        self.0.push(fact);
        self.1.fact(fact);
    }
}

impl Stage {
    pub fn new(config: Config) -> Stage {
        let world = World::new(config, Seed(1)).expect("a story's config is sound");
        Stage {
            world,
            facts: Vec::new(),
            said: Vec::new(),
            watch: Watch::new(Depth::EveryEvent),
            seen: [0; 2],
            tolerant: false,
        }
    }

    /// A host sends a request to a controller, now.
    pub fn ask(&mut self, io: IoKind, via: ControllerId, lun: u16, lbn: u64, blocks: u32) -> &mut Stage {
        let op = HostOp { host: HostId(0), via, io, lun: Lun(lun), lbn, blocks };
        self.world.apply(Command::Submit(TimedOp { at_ns: 0, op })).expect("a story's request fits");
        self
    }

    pub fn write(&mut self, via: ControllerId, lun: u16, lbn: u64) -> &mut Stage {
        self.ask(IoKind::Write, via, lun, lbn, 1)
    }

    pub fn read(&mut self, via: ControllerId, lun: u16, lbn: u64) -> &mut Stage {
        self.ask(IoKind::Read, via, lun, lbn, 1)
    }

    /// One event. False when nothing is pending.
    pub fn step(&mut self) -> bool {
        let happened = self.world.step(&mut Ears(&mut self.facts, &mut self.watch)).is_some();
        for to in ControllerId::BOTH {
            let seen = &mut self.seen[to.index()];
            for envelope in self.world.link_to(to).iter() {
                if envelope.number >= *seen {
                    self.said.push((to, envelope.message.clone()));
                    *seen = envelope.number + 1;
                }
            }
        }
        self.watch.after_event(&self.world);
        if !self.tolerant {
            assert_eq!(self.watch.violations(), [], "every invariant holds after every event");
        }
        happened
    }

    /// Something is broken or mended, now.
    pub fn fault(&mut self, fault: Fault) -> &mut Stage {
        let timed = TimedFault { at_ns: 0, fault };
        self.world.apply(Command::Fault(timed)).expect("a story's fault fits");
        self
    }

    /// From here on rules may be broken: the story is about which.
    pub fn tolerate(&mut self) -> &mut Stage {
        self.tolerant = true;
        self
    }

    /// The invariants that were found broken.
    pub fn broken(&self) -> Vec<Invariant> {
        self.watch.violations().iter().map(|violation| violation.invariant).collect()
    }

    /// The how-manieth message to a controller is the first of a kind.
    pub fn place_of(&self, to: ControllerId, kind: MessageKind) -> u8 {
        let place = self.world.link_to(to).iter().position(|envelope| envelope.message.kind() == kind);
        place.expect("such a message is on its way") as u8
    }

    /// Steps until the world is as wanted.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&World) -> bool) -> &mut Stage {
        while !wanted(&self.world) {
            assert!(self.step(), "it never comes to this: {what}");
        }
        self
    }

    /// Steps until every host has its answer.
    pub fn until_answered(&mut self) -> &mut Stage {
        self.until("every host has its answer", |world| world.outstanding() == 0)
    }

    /// Steps until nothing is pending: all answered, all flushed.
    pub fn until_quiet(&mut self) -> &mut Stage {
        while self.step() {}
        self.watch.at_end(&self.world);
        assert_eq!(self.watch.violations(), [], "the run ends well");
        self
    }

    pub fn controller(&self, at: ControllerId) -> &Controller {
        self.world.controller(at)
    }

    /// The entry of a line at a controller.
    pub fn line(&self, at: ControllerId, key: LineKey) -> &Line {
        self.controller(at).line(key).filter(|line| line.state.is_some()).expect("the line has an entry")
    }

    pub fn state(&self, at: ControllerId, key: LineKey) -> Option<LineState> {
        state(&self.world, at, key)
    }

    /// The kinds of the messages about a line, in the order in which they were sent.
    pub fn words(&self, key: LineKey) -> Vec<(ControllerId, MessageKind)> {
        self.said.iter().filter(|(_, m)| m.key() == Some(key)).map(|(to, m)| (*to, m.kind())).collect()
    }

    /// Where in the facts the first one stands that is as wanted.
    pub fn first(&self, what: &str, wanted: impl Fn(&Fact) -> bool) -> usize {
        self.facts.iter().position(wanted).unwrap_or_else(|| panic!("no such fact: {what}"))
    }
}

pub fn state(world: &World, at: ControllerId, key: LineKey) -> Option<LineState> {
    world.controller(at).line(key).and_then(|line| line.state)
}

/// The line of block `lbn`, for lines of four blocks.
pub fn key(lun: u16, lbn: u64) -> LineKey {
    LineKey::new(Lun(lun), lbn / 4)
}
