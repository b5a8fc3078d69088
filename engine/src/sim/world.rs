//! [`World`]: `state = f(engine version, config, seed, commands, event index)`, bit for bit the same everywhere.

use super::counters::Counters;
use super::event::{Event, EventId, EventKind};
use super::hosts::{self, Operation};
use super::link::Link;
use super::op::{HostOp, TimedOp};
use super::schedule::{Pending, Schedule, What};
use crate::array::{Array, DiskCommand, Target};
use crate::buffer::Buffers;
use crate::config::{Config, ConfigError};
use crate::controller::{Controller, HostRequest, Input, Outbox, Output, Timer};
use crate::digest::{Digest, mix};
use crate::fact::{Fact, IoKind, Observer};
use crate::ids::ControllerId;
use crate::message::Message;
use crate::slab::Slab;

/// What everything random in a run is drawn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Seed(pub u64);

/// What can be done to a world from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Command {
    /// A host sends a request. A time that is past means now.
    Submit(TimedOp),
}

/// Why a command was not accepted. The world is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    #[error("there is no LUN {lun}: this world has {luns}, counted from 0")]
    NoSuchLun { lun: u16, luns: usize },
    #[error("host {} does not exist: this world has {hosts}", .host + 1)]
    NoSuchHost { host: u8, hosts: u8 },
    #[error("block {lbn} with {blocks} blocks lies beyond LUN {lun}, which has {size} blocks")]
    BeyondLun { lun: u16, lbn: u64, blocks: u32, size: u64 },
    #[error("a request asks for at least 1 block")]
    NoBlocks,
}

/// No cause: the event comes from outside.
const OUTSIDE: u64 = u64::MAX;

#[derive(Clone, Debug)]
pub struct World {
    config: Config,
    seed: Seed,
    now_ns: u64,
    /// Events that have happened.
    events: u64,
    controllers: [Controller; 2],
    /// Messages to A, messages to B.
    links: [Link; 2],
    array: Array,
    /// Disk commands that have been given and not yet carried out.
    disk_commands: Slab<DiskCommand>,
    operations: Slab<Operation>,
    schedule: Schedule,
    counters: Counters,
    /// Chain over all events, so that two runs that differ anywhere differ here.
    trail: u64,
    buffers: Buffers,
    outputs: Spare,
}

/// The controllers' outputs of one step, kept for its capacity only.
#[derive(Debug, Default)]
struct Spare(Vec<Output>);

impl Clone for Spare {
    fn clone(&self) -> Spare {
        Spare::default()
    }
}

impl World {
    /// # Errors
    /// When no world can be made from the config; see [`Config::check`].
    pub fn new(config: Config, seed: Seed) -> Result<World, ConfigError> {
        config.check()?;
        Ok(World {
            now_ns: 0,
            events: 0,
            controllers: ControllerId::BOTH.map(|id| Controller::new(id, &config)),
            links: [Link::new(&config), Link::new(&config)],
            array: Array::new(&config),
            disk_commands: Slab::default(),
            operations: Slab::default(),
            schedule: Schedule::default(),
            counters: Counters::default(),
            trail: mix(seed.0),
            buffers: Buffers::new(config.line_bytes(), config.payload_bytes as usize),
            outputs: Spare::default(),
            config,
            seed,
        })
    }

    /// # Errors
    /// When the command does not fit this world; nothing has changed then.
    pub fn apply(&mut self, command: Command) -> Result<(), CommandError> {
        match command {
            Command::Submit(timed) => {
                self.check_op(&timed.op)?;
                self.submit(timed);
                Ok(())
            }
        }
    }

    /// Whether a host's request fits this world.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check_op(&self, op: &HostOp) -> Result<(), CommandError> {
        let luns = &self.config.luns;
        let lun = luns
            .get(usize::from(op.lun.0))
            .ok_or(CommandError::NoSuchLun { lun: op.lun.0, luns: luns.len() })?;
        if op.host.0 >= self.config.hosts {
            return Err(CommandError::NoSuchHost { host: op.host.0, hosts: self.config.hosts });
        }
        if op.blocks == 0 {
            return Err(CommandError::NoBlocks);
        }
        if op.lbn.checked_add(u64::from(op.blocks)).is_none_or(|end| end > lun.blocks) {
            let HostOp { lbn, blocks, .. } = *op;
            return Err(CommandError::BeyondLun { lun: op.lun.0, lbn, blocks, size: lun.blocks });
        }
        Ok(())
    }

    fn submit(&mut self, TimedOp { at_ns, op }: TimedOp) {
        let sent_ns = at_ns.max(self.now_ns);
        self.counters.host_ios += 1;
        match op.io {
            IoKind::Read => self.counters.reads += 1,
            IoKind::Write => self.counters.writes += 1,
        }
        let number = self.counters.host_ios;
        let operation = Operation { number, op, sent_ns, arrived: false, parts_left: 0, hit: true };
        let at = self.operations.insert(operation);
        self.schedule.add(sent_ns + self.config.host_latency_ns, OUTSIDE, What::HostArrives(at));
    }

    /// Lets the earliest pending event happen. Returns it, or nothing when nothing is pending.
    pub fn step<O: Observer>(&mut self, observer: &mut O) -> Option<Event> {
        let pending = self.schedule.take_earliest()?;
        Some(self.happen(pending, observer))
    }

    /// Lets one pending event happen out of turn, at the present time if its own has not come.
    /// Nothing when no such event is pending, or when it is a message that others are before (the link is FIFO).
    pub fn step_event<O: Observer>(&mut self, id: EventId, observer: &mut O) -> Option<Event> {
        if !self.pending().iter().any(|pending| pending.id == id) {
            return None;
        }
        let pending = self.schedule.take(id)?;
        Some(self.happen(pending, observer))
    }

    /// What could happen next, earliest first: of the messages in one direction only the first.
    #[must_use]
    pub fn pending(&self) -> Vec<Pending> {
        let mut seen = [false; 2];
        let mut all = self.schedule.sorted();
        all.retain(|pending| match pending.what {
            What::Message(to) => !std::mem::replace(&mut seen[to.index()], true),
            _ => true,
        });
        all
    }

    fn happen<O: Observer>(&mut self, pending: Pending, observer: &mut O) -> Event {
        self.now_ns = self.now_ns.max(pending.at_ns);
        let index = self.events;
        self.events += 1;
        self.trail = mix(self.trail ^ self.now_ns.rotate_left(17) ^ pending.id.0);
        let kind = match pending.what {
            What::HostArrives(operation) => self.host_arrives(operation, observer),
            What::HostDone(operation) => self.host_done(operation, observer),
            What::Message(to) => self.message_arrives(to, observer),
            What::Disk(command) => self.disk_done(command, observer),
            What::Timer(at, timer) => {
                self.controller_handles(at, Input::Timer(timer), observer);
                match timer {
                    Timer::Flush => EventKind::FlushTimer { at },
                    Timer::SlotWait { .. } => EventKind::SlotWait { at },
                }
            }
        };
        let cause = (pending.cause != OUTSIDE).then_some(pending.cause);
        Event { index, id: pending.id, at_ns: self.now_ns, cause, kind }
    }

    fn host_arrives<O: Observer>(&mut self, number: u32, observer: &mut O) -> EventKind {
        let operation = &mut self.operations[number];
        operation.arrived = true;
        let (op, op_number) = (operation.op, operation.number);
        let line_blocks = self.config.line_blocks();
        operation.parts_left = hosts::parts(&op, line_blocks).count() as u32;
        let HostOp { host, via: at, io, lun, lbn, blocks } = op;
        if O::LISTENS {
            observer.fact(Fact::HostArrived { op: op_number, host, at, io, lun: lun.0, lbn, blocks });
        }
        for part in hosts::parts(&op, line_blocks) {
            let mut bytes = self.buffers.take();
            if io == IoKind::Write {
                hosts::fill(bytes.bytes_mut(), part.map, op_number, &self.buffers);
            } else {
                bytes.bytes_mut().fill(0);
            }
            let request =
                HostRequest { op: op_number, part: number, io, key: part.key, map: part.map, bytes };
            self.controller_handles(at, Input::Host(request), observer);
        }
        EventKind::HostArrives { op: op_number, host, at, io, lun: lun.0, lbn, blocks }
    }

    fn host_done<O: Observer>(&mut self, number: u32, observer: &mut O) -> EventKind {
        let operation = self.operations.remove(number);
        self.counters.acknowledged += 1;
        let HostOp { host, via: at, io, .. } = operation.op;
        let op = operation.number;
        if O::LISTENS {
            observer.fact(Fact::HostDone { op, host, at, io, latency_ns: self.now_ns - operation.sent_ns });
        }
        EventKind::HostDone { op, host, at, io }
    }

    fn message_arrives<O: Observer>(&mut self, to: ControllerId, observer: &mut O) -> EventKind {
        let envelope =
            self.links[to.index()].receive().expect("each arrival that is scheduled has its message");
        let (message, key) = (envelope.message.kind(), envelope.message.key());
        if O::LISTENS {
            observer.fact(Fact::Received { at: to, message, key });
        }
        if let Message::Data { slot, map, bytes, .. } = envelope.message {
            self.controllers[to.index()].land(slot, map, &bytes);
            self.buffers.give(bytes);
        } else {
            self.controller_handles(to, Input::Message(envelope.message), observer);
        }
        EventKind::Message { to, message, key }
    }

    fn disk_done<O: Observer>(&mut self, number: u32, observer: &mut O) -> EventKind {
        let (disk, at) = self.disk_of(number);
        let mut command = self.disk_commands.remove(number);
        self.array.carry_out(&mut command);
        match command.io {
            IoKind::Read => self.counters.disk_reads += 1,
            IoKind::Write => self.counters.disk_writes += 1,
        }
        let (io, key, parity) = (command.io, command.key, command.target == Target::Parity);
        self.controller_handles(at, Input::Disk(command), observer);
        EventKind::Disk { disk, at, io, key, parity }
    }

    fn disk_of(&self, number: u32) -> (u8, ControllerId) {
        let command = &self.disk_commands[number];
        (command.target.disk(self.config.raid, command.stripe), command.issuer)
    }

    fn controller_handles<O: Observer>(&mut self, at: ControllerId, input: Input, observer: &mut O) {
        let mut outputs = std::mem::take(&mut self.outputs.0);
        let mut out = Outbox { outputs: &mut outputs, buffers: &mut self.buffers, observer };
        self.controllers[at.index()].handle(input, &mut out);
        let cause = self.events - 1;
        for output in outputs.drain(..) {
            match output {
                Output::Send(message) => self.send(at, message, cause, observer),
                Output::Disk(command) => {
                    let (_, done_ns) = self.array.submit(&command, self.now_ns);
                    let number = self.disk_commands.insert(command);
                    self.schedule.add(done_ns, cause, What::Disk(number));
                }
                Output::Reply { part, hit } => self.reply(part, hit, cause, observer),
                Output::Arm { timer, after_ns } => {
                    self.schedule.add(self.now_ns + after_ns, cause, What::Timer(at, timer));
                }
            }
        }
        self.outputs.0 = outputs;
    }

    fn send<O: Observer>(&mut self, from: ControllerId, message: Message, cause: u64, observer: &mut O) {
        let (kind, key) = (message.kind(), message.key());
        self.counters.messages[kind as usize] += 1;
        if O::LISTENS {
            observer.fact(Fact::Sent { from, message: kind, key });
        }
        let to = from.peer();
        let arrives_ns = self.links[to.index()].send(message, self.now_ns);
        self.schedule.add(arrives_ns, cause, What::Message(to));
    }

    fn reply<O: Observer>(&mut self, number: u32, hit: bool, cause: u64, observer: &mut O) {
        let operation = &mut self.operations[number];
        operation.hit &= hit;
        operation.parts_left -= 1;
        if operation.parts_left > 0 {
            return;
        }
        self.counters.read_hits += u64::from(operation.hit);
        let HostOp { host, via: at, io, .. } = operation.op;
        let op = operation.number;
        if O::LISTENS {
            observer.fact(Fact::HostReplied { op, host, at, io });
        }
        self.schedule.add(self.now_ns + self.config.host_latency_ns, cause, What::HostDone(number));
    }

    /// For tests of the checks: break a controller on purpose.
    #[cfg(test)]
    pub(crate) fn tamper(&mut self, at: ControllerId) -> &mut Controller {
        &mut self.controllers[at.index()]
    }

    /// For tests of the checks: another value in a block on disk.
    #[cfg(test)]
    pub(crate) fn tamper_disk(&mut self, stripe: u64, target: Target, value: u64) {
        self.array.tamper(stripe, target, value);
    }

    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    #[must_use]
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// Virtual time since the start, in nanoseconds.
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// Events that have happened; the index of the next one.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// When the earliest pending event will happen, in nanoseconds.
    #[must_use]
    pub fn next_event_ns(&self) -> Option<u64> {
        self.schedule.earliest_ns()
    }

    #[must_use]
    pub fn controller(&self, id: ControllerId) -> &Controller {
        &self.controllers[id.index()]
    }

    /// The direction of the link that leads to a controller.
    #[must_use]
    pub fn link_to(&self, to: ControllerId) -> &Link {
        &self.links[to.index()]
    }

    #[must_use]
    pub fn array(&self) -> &Array {
        &self.array
    }

    /// Disk commands that have been given and not yet carried out, with the times at which they will be.
    pub fn disk_commands(&self) -> impl Iterator<Item = &DiskCommand> {
        self.disk_commands.iter().map(|(_, command)| command)
    }

    /// The command that a pending [`What::Disk`] carries out.
    #[must_use]
    pub fn disk_command(&self, number: u32) -> &DiskCommand {
        &self.disk_commands[number]
    }

    /// The operation that a pending [`What::HostArrives`] or [`What::HostDone`] is about.
    #[must_use]
    pub fn operation(&self, number: u32) -> &Operation {
        &self.operations[number]
    }

    /// Host operations that have been sent and not yet been answered.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().map(|(_, operation)| operation)
    }

    /// How many host operations are under way.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.operations.len()
    }

    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Memory that a clone of this world takes by itself, in bytes, about: cached data and media are shared until
    /// one of the two writes.
    #[must_use]
    pub fn approximate_bytes(&self) -> usize {
        let controllers: usize = self.controllers.iter().map(Controller::approximate_bytes).sum();
        controllers + (self.operations.len() + self.disk_commands.len() + self.schedule.len()) * 128
    }

    /// 64 bits over everything that is and everything that has happened.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut digest = Digest::default();
        digest.word(self.trail);
        digest.word(self.now_ns);
        digest.word(self.events);
        for controller in &self.controllers {
            controller.feed(&mut digest);
        }
        for link in &self.links {
            link.feed(&mut digest);
        }
        self.array.feed(&mut digest);
        for pending in self.schedule.sorted() {
            digest.word(pending.at_ns);
            digest.word(pending.id.0);
        }
        digest.value()
    }
}
