//! [`Model`]: a scenario in which any of the pending events may come next, and [`Scratch`]: one state of it, taken
//! from bytes, changed, checked and put back into bytes.

use super::symmetry;
use crate::check::last_memory::{GIVEN_UP, is_held};
use crate::check::{Invariant, Linearizability, Violation, slots, state};
use crate::compact::Renaming;
use crate::config::ConfigError;
use crate::controller::Mode;
use crate::fact::{Observer, Told};
use crate::ids::{ControllerId, LineKey};
use crate::scenario::{Feed, Scenario};
use crate::sim::compact::Bench;
use crate::sim::schedule::Pending;
use crate::sim::{Command, Fault, World};
use crate::state::LineState;
use crate::text;
use std::cmp::Ordering;
use std::sync::Arc;

/// A world at its start, with all requests and faults pending.
#[derive(Clone, Debug)]
pub struct Model {
    scenario: Scenario,
    world: World,
    hosts: Linearizability,
    pub(super) symmetries: Arc<[Arc<Renaming>]>,
}

/// The faults that differ from the one before them: what a state names a fault by is its place among these.
pub(super) fn listed(faults: impl Iterator<Item = Fault>) -> Vec<Fault> {
    let mut listed: Vec<Fault> = faults.collect();
    listed.dedup();
    listed
}

impl Model {
    /// # Errors
    /// When no world can be made from the scenario, or it is not one to be explored: its requests must stand in it, and
    /// blocks hold 8 bytes.
    pub fn new(scenario: Scenario) -> Result<Model, ConfigError> {
        let wrong = |field, problem: &str| Err(ConfigError { field, problem: problem.to_owned() });
        if scenario.config.payload_bytes != 8 {
            return wrong("payload_bytes", "a world to be explored stores 8 bytes of a block");
        }
        let Feed::Script(ops) = &scenario.feed else {
            return wrong("workload", "a world to be explored has its requests listed");
        };
        let mut world = scenario.world()?;
        let mut hosts = Linearizability::default();
        for timed in ops.iter() {
            world
                .apply(Command::Submit(*timed))
                .map_err(|error| ConfigError { field: "requests", problem: error.to_string() })?;
            for lbn in timed.op.lbn..timed.op.lbn + u64::from(timed.op.blocks) {
                hosts.expect(timed.op.lun.0, lbn);
            }
        }
        Ok(Model { scenario, world, hosts, symmetries: [].into() })
    }

    /// The same, but of states that are the same but for names, as the scenario allows them to change places, only one
    /// is explored.
    #[must_use]
    pub fn with_symmetries(mut self) -> Model {
        let found = symmetry::symmetries(&self.scenario);
        self.symmetries = found.into_iter().map(Arc::new).collect();
        self
    }

    /// In words: what changes places with what, in each of the symmetries that are used.
    #[must_use]
    pub fn symmetries(&self) -> Vec<String> {
        self.symmetries.iter().map(|renaming| symmetry::words(renaming)).collect()
    }

    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// A state to work on: the first.
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        let mut bench = Bench::default();
        bench.coder.faults = listed(self.scenario.faults.iter().map(|timed| timed.fault));
        let (world, hosts) = (self.world.clone(), self.hosts.clone());
        Scratch {
            world,
            hosts,
            bench,
            symmetries: self.symmetries.clone(),
            least: Vec::new(),
            orbit: 1,
            unpacked: Vec::new(),
            choices: Vec::new(),
            broken: Vec::new(),
            seqs: [(Mode::Dual, Vec::new()), (Mode::Dual, Vec::new())],
        }
    }
}

#[derive(Clone, Debug)]
pub struct Scratch {
    world: World,
    hosts: Linearizability,
    bench: Bench,
    symmetries: Arc<[Arc<Renaming>]>,
    /// What was packed last under the symmetries, and for how many states it stands.
    least: Vec<u8>,
    orbit: u32,
    /// The bytes that were unpacked last.
    unpacked: Vec<u8>,
    choices: Vec<Pending>,
    broken: Vec<Violation>,
    /// Before the last step, each controller's mode and its entries' sequence numbers.
    seqs: [(Mode, Vec<(LineKey, u64)>); 2],
}

impl Scratch {
    /// The state as bytes.
    pub fn pack(&mut self) -> &[u8] {
        self.world.pack(&mut self.bench);
        self.hosts.code(&mut self.bench.coder);
        &self.bench.coder.bytes
    }

    /// The least bytes of all that stand for states that are the same as this one but for names.
    pub fn pack_least(&mut self) -> &[u8] {
        if self.symmetries.is_empty() {
            return self.pack();
        }
        let mut least = std::mem::take(&mut self.least);
        least.clear();
        least.extend_from_slice(self.pack());
        let mut alike = 1;
        for n in 0..self.symmetries.len() {
            let bytes = self.pack_renamed(n);
            match bytes.cmp(&least) {
                Ordering::Less => {
                    least.clear();
                    least.extend_from_slice(bytes);
                    alike = 1;
                }
                Ordering::Equal => alike += 1,
                Ordering::Greater => {}
            }
        }
        self.least = least;
        // Each of these states comes of as many renamings.
        self.orbit = (self.symmetries.len() as u32 + 1) / alike;
        &self.least
    }

    /// How many states are the same as the one that [`Scratch::pack_least`] packed last, but for names; itself is one.
    #[must_use]
    pub fn orbit(&self) -> u32 {
        self.orbit
    }

    /// The bytes of the state that is the same as this one but for names, under one of the model's symmetries.
    pub fn pack_renamed(&mut self, symmetry: usize) -> &[u8] {
        self.bench.coder.under.0 = Some(self.symmetries[symmetry].clone());
        self.world.pack(&mut self.bench);
        self.hosts.code(&mut self.bench.coder);
        self.bench.coder.under.0 = None;
        &self.bench.coder.bytes
    }

    /// The state that some bytes stand for.
    pub fn unpack(&mut self, bytes: &[u8]) {
        self.bench.coder.read(bytes);
        self.world.unpack(&mut self.bench);
        self.hosts.code(&mut self.bench.coder);
        if self.unpacked != bytes {
            self.unpacked.clear();
            self.unpacked.extend_from_slice(bytes);
            self.world.keep_names(&mut self.bench);
        }
    }

    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What may come next, of a state that was packed or unpacked just now.
    pub fn choices(&mut self) -> &[Pending] {
        self.world.choices(&self.bench, &mut self.choices);
        &self.choices
    }

    /// Whether of the choices any is more than a fault.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.choices.iter().all(|choice| self.world.is_fault(choice.what))
    }

    /// Lets one of the last choices happen. What it returns concerns the step; of the state that it leads to there is
    /// [`Scratch::check`].
    pub fn choose(&mut self, choice: Pending) -> Option<Violation> {
        for at in ControllerId::BOTH {
            let controller = self.world.controller(at);
            let entries = controller.table().iter().filter(|(_, line)| line.state.is_some());
            let seqs = &mut self.seqs[at.index()];
            seqs.0 = controller.mode();
            seqs.1.clear();
            seqs.1.extend(entries.map(|(_, line)| (line.key, line.seq)));
        }
        let held = self.world.is_by_controller(choice.what) && is_held(&self.world);
        let hosts = &mut self.hosts;
        self.world.choose(choice, &mut Told(&mut |fact| hosts.fact(fact)));
        if held && !is_held(&self.world) {
            let what = GIVEN_UP;
            return Some(Violation { invariant: Invariant::Quiescence, after_events: 1, what });
        }
        if self.hosts.has_violations() {
            return self.hosts.take_violations(1).into_iter().next();
        }
        self.fallen()
    }

    /// A sequence number that has fallen in the last step, though the entry lives.
    fn fallen(&self) -> Option<Violation> {
        for at in ControllerId::BOTH {
            let controller = self.world.controller(at);
            let (mode, seqs) = &self.seqs[at.index()];
            if controller.mode() != *mode {
                continue;
            }
            for (key, before) in seqs {
                let entry = controller.line(*key).filter(|line| line.state.is_some());
                // An entry that went and came again in one step begins at 0.
                if entry.is_some_and(|line| line.seq < *before && line.seq > 0) {
                    let what = text!("{at}: the number of a line fell below {before}", at, before);
                    return Some(Violation { invariant: Invariant::SeqMonotone, after_events: 1, what });
                }
            }
        }
        None
    }

    /// What rule the state breaks, if any.
    pub fn check(&mut self) -> Option<Violation> {
        let broken = &mut self.broken;
        let mut report = |invariant, what| broken.push(Violation { invariant, after_events: 1, what });
        state::check(&self.world, &self.hosts, &mut report);
        slots::check(&self.world, &mut report);
        if self.broken.is_empty() { None } else { self.broken.drain(..).next() }
    }

    /// What is wrong with a state in which nothing more will happen by itself.
    #[must_use]
    pub fn unrest(&self) -> Option<Violation> {
        let world = &self.world;
        let wrong = |invariant, what| Some(Violation { invariant, after_events: 0, what });
        // Of one that hangs nobody hears before its host loses its patience, or its peer finds it silent.
        let awaited = |operation: &&crate::sim::hosts::Operation| {
            operation.awaits_answer() && !world.hardware().hangs(operation.op.via)
        };
        let unanswered = world.operations().filter(awaited).count();
        if unanswered > 0 {
            return wrong(
                Invariant::NoDeadlock,
                text!("{count} requests are never answered", count = unanswered),
            );
        }
        for at in ControllerId::BOTH {
            let controller = world.controller(at);
            if !controller.mode().serves() || world.hardware().hangs(at) {
                continue;
            }
            if !controller.queue().is_empty() {
                return wrong(Invariant::Quiescence, text!("{at} keeps dirty lines", at));
            }
            if controller.table().iter().any(|(_, line)| !line.is_quiet()) {
                return wrong(Invariant::Quiescence, text!("{at} keeps lines with something under way", at));
            }
            if controller.works().next().is_some() {
                return wrong(Invariant::Quiescence, text!("{at} keeps disk work under way", at));
            }
        }
        None
    }

    /// Marks the states of lines, the messages and the modes that are seen in this state.
    pub fn cover(&self, coverage: &mut super::search::Coverage) {
        for at in ControllerId::BOTH {
            let controller = self.world.controller(at);
            coverage.modes |= 1 << controller.mode() as u64;
            for (_, line) in controller.table().iter() {
                coverage.states |= line.state.map_or(0, |state| 1 << LineState::step_number(state));
            }
            for envelope in self.world.link_to(at).iter() {
                coverage.messages |= 1 << envelope.message.kind() as u64;
            }
        }
    }
}
