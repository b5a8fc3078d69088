//! [`World`]: `state = f(engine version, config, seed, commands, event index)`, bit for bit the same everywhere.

use super::counters::Counters;
use super::event::{Event, EventId, EventKind};
use super::fault::TimedFault;
use super::hardware::{Control, Hardware};
use super::hosts::Operation;
use super::link::Link;
use super::op::{HostOp, TimedOp};
use super::schedule::{Pending, Schedule, What};
use crate::array::{Array, DiskCommand, Target};
use crate::buffer::Buffers;
use crate::compact::Marked;
use crate::config::{Config, ConfigError};
use crate::controller::{Controller, Input, Mode, Outbox, Output, Timer};
use crate::digest::{Digest, mix};
use crate::fact::{Fact, IoKind, Observer};
use crate::ids::{ControllerId, Session};
use crate::message::{Message, MessageKind};
use crate::slab::Slab;

/// What everything random in a run is drawn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Seed(pub u64);

/// What can be done to a world from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Command {
    /// A host sends a request. A time that is past means now.
    Submit(TimedOp),
    /// Something is broken or mended. A time that is past means now.
    Fault(TimedFault),
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
    #[error("{ns} ns is beyond the end of virtual time, which comes after {TIME_MAX_NS} ns")]
    BeyondTime { ns: u64 },
    #[error("there is no disk {disk}: this world has {disks}, counted from 0")]
    NoSuchDisk { disk: u8, disks: u8 },
    #[error("there is no stripe {stripe}: this array has {stripes}, counted from 0")]
    NoSuchStripe { stripe: u64, stripes: u64 },
    #[error(
        "this array has {stripes} stripes, and a simulation rebuilds or scrubs at most {STRIPES_MAX}: take smaller LUNs"
    )]
    TooManyStripes { stripes: u64 },
    #[error(
        "where lines share a stripe, disks do not fail and nothing is scrubbed: take 1 line for each stripe"
    )]
    LinesShareStripes,
}

/// Nothing is sent, broken or delayed later than this (146 years): virtual time has 64 bits, and a simulation adds to it.
pub const TIME_MAX_NS: u64 = 1 << 62;

/// Stripes of an array that a patrol can go through.
pub const STRIPES_MAX: u64 = 1 << 24;

/// No cause: the event comes from outside.
pub(super) const OUTSIDE: u64 = u64::MAX;

#[derive(Clone, Debug)]
pub struct World {
    pub(super) config: Config,
    seed: Seed,
    pub(super) now_ns: u64,
    /// Events that have happened.
    pub(super) events: u64,
    /// The last of them.
    last_event: Option<EventKind>,
    pub(super) controllers: [Marked<Controller>; 2],
    /// Messages to A, messages to B.
    pub(super) links: [Link; 2],
    pub(super) array: Marked<Array>,
    /// Disk commands that have been given and not yet carried out.
    pub(super) disk_commands: Slab<DiskCommand>,
    pub(super) operations: Slab<Operation>,
    pub(super) schedule: Schedule,
    /// What is pending about the hardware and the hosts.
    pub(super) controls: Slab<Control>,
    pub(super) hardware: Hardware,
    /// Operations that hosts wait for.
    pub(super) waiting: usize,
    pub(super) counters: Counters,
    /// Chain over all events, so that two runs that differ anywhere differ here.
    trail: u64,
    pub(super) buffers: Buffers,
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
            last_event: None,
            controllers: ControllerId::BOTH.map(|id| Marked::new(Controller::new(id, &config))),
            links: [Link::new(&config), Link::new(&config)],
            array: Marked::new(Array::new(&config)),
            disk_commands: Slab::default(),
            operations: Slab::default(),
            schedule: Schedule::default(),
            controls: Slab::default(),
            hardware: Hardware::new(),
            waiting: 0,
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
        let (Command::Submit(TimedOp { at_ns, .. }) | Command::Fault(TimedFault { at_ns, .. })) = command;
        if at_ns > TIME_MAX_NS {
            return Err(CommandError::BeyondTime { ns: at_ns });
        }
        match command {
            Command::Submit(timed) => {
                self.check_op(&timed.op)?;
                self.submit(timed);
                Ok(())
            }
            Command::Fault(TimedFault { at_ns, fault }) => {
                self.check_fault(fault)?;
                self.control(at_ns.max(self.now_ns), OUTSIDE, Control::Fault(fault));
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
        self.waiting += 1;
        let at = self.operations.insert(Operation::new(number, op, sent_ns));
        self.schedule.add(sent_ns + self.config.host_latency_ns, OUTSIDE, What::HostArrives(at));
        self.arm_host_watch();
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

    pub(super) fn happen<O: Observer>(&mut self, pending: Pending, observer: &mut O) -> Event {
        self.now_ns = self.now_ns.max(pending.at_ns);
        let index = self.events;
        self.events += 1;
        self.trail = mix(self.trail ^ self.now_ns.rotate_left(17) ^ pending.id.0);
        let kind = match pending.what {
            What::HostArrives(operation) => self.host_arrives(operation, observer),
            What::HostDone(operation) => self.host_done(operation, observer),
            What::Message(to) => self.message_arrives(to, observer),
            What::Disk(command) => self.disk_done(command, observer),
            What::Timer(at, boot, timer) => {
                if boot == self.hardware.boots[at.index()] {
                    self.controller_handles(at, Input::Timer(timer), observer);
                }
                match timer {
                    Timer::Flush => EventKind::FlushTimer { at },
                    Timer::SlotWait { .. } => EventKind::SlotWait { at },
                    Timer::Heartbeat => EventKind::Heartbeat { at },
                    Timer::BootWait { .. } => EventKind::BootWait { at },
                    Timer::Patrol => EventKind::PatrolTimer { at },
                }
            }
            What::Control(control) => self.control_happens(control, observer),
        };
        self.last_event = Some(kind);
        let cause = (pending.cause != OUTSIDE).then_some(pending.cause);
        Event { index, id: pending.id, at_ns: self.now_ns, cause, kind }
    }

    fn message_arrives<O: Observer>(&mut self, to: ControllerId, observer: &mut O) -> EventKind {
        let envelope =
            self.links[to.index()].receive().expect("each arrival that is scheduled has its message");
        let (message, key, session) = (envelope.message.kind(), envelope.message.key(), envelope.session);
        let kind = match key {
            Some(key) if message != MessageKind::Image => EventKind::Message { to, message, key },
            _ => EventKind::Session { to, message },
        };
        if self.controllers[to.index()].mode() == Mode::Down {
            self.lose(to, envelope, observer);
            return kind;
        }
        if O::LISTENS {
            observer.fact(match kind {
                EventKind::Message { key, .. } => Fact::Received { at: to, message, key },
                _ => Fact::SessionReceived { at: to, message },
            });
        }
        if let Message::Data { slot, map, bytes, .. } = envelope.message {
            if self.controllers[to.index()].accepts(session) {
                self.controllers[to.index()].land(slot, map, &bytes);
            } else {
                self.controllers[to.index()].turned_away(session);
                if O::LISTENS {
                    observer.fact(Fact::Dropped { at: to, message, key });
                }
            }
            self.buffers.give(bytes);
        } else {
            self.controller_handles(to, Input::Message(session, envelope.message), observer);
        }
        kind
    }

    fn disk_done<O: Observer>(&mut self, number: u32, observer: &mut O) -> EventKind {
        let (disk, at) = self.disk_of(number);
        let mut command = self.disk_commands.remove(number);
        let (io, key, parity) = (command.io, command.key, command.target == Target::Parity);
        let kind = EventKind::Disk { disk, at, io, key, parity };
        if command.aborted {
            self.buffers.give(command.bytes);
            return kind;
        }
        self.array.carry_out(&mut command);
        match io {
            IoKind::Read => self.counters.disk_reads += 1,
            IoKind::Write => self.counters.disk_writes += 1,
        }
        let rebuilt = command.also.rebuilt;
        if command.boot == self.hardware.boots[at.index()] {
            self.controller_handles(at, Input::Disk(command), observer);
        } else {
            self.buffers.give(command.bytes);
        }
        if rebuilt && !self.array.is_rebuilding() {
            for at in ControllerId::BOTH {
                self.controller_handles(at, Input::NothingToRebuild, observer);
            }
        }
        kind
    }

    fn disk_of(&self, number: u32) -> (u8, ControllerId) {
        let command = &self.disk_commands[number];
        (command.target.disk(self.config.raid, command.stripe), command.issuer)
    }

    /// Gives a controller something to handle, and does what it wants done. One that hangs gets it later.
    pub(super) fn controller_handles<O: Observer>(
        &mut self,
        at: ControllerId,
        input: Input,
        observer: &mut O,
    ) {
        if let Some(held) = &mut self.hardware.hung[at.index()] {
            held.push_back(input);
            return;
        }
        let mut outputs = std::mem::take(&mut self.outputs.0);
        let controller = &mut self.controllers[at.index()];
        let session = controller.session();
        let mut out =
            Outbox { outputs: &mut outputs, buffers: &mut self.buffers, observer, session, muted: false };
        controller.handle(input, &mut out);
        let cause = self.events - 1;
        for output in outputs.drain(..) {
            self.carry_out(at, output, cause, observer);
        }
        self.outputs.0 = outputs;
    }

    fn carry_out<O: Observer>(&mut self, at: ControllerId, output: Output, cause: u64, observer: &mut O) {
        let boot = self.hardware.boots[at.index()];
        let soon = self.now_ns + self.config.failover.record_ns;
        match output {
            Output::Send(session, message) => self.send(at, session, message, cause, observer),
            Output::Disk(command) if self.hardware.revoked[at.index()] => self.buffers.give(command.bytes),
            Output::Disk(command) => {
                let (_, done_ns) = self.array.submit(&command, self.now_ns);
                let number = self.disk_commands.insert(command);
                self.schedule.add(done_ns, cause, What::Disk(number));
            }
            Output::Reply { part, hit, failed } => self.reply(part, hit, failed, cause, observer),
            Output::Arm { timer, after_ns } => {
                self.schedule.add(self.now_ns + after_ns, cause, What::Timer(at, boot, timer));
            }
            Output::Swap { expected, new } => {
                // Whoever suspects its peer is trouble, even without a cause.
                self.hardware.troubled = true;
                let lands_ns = self.now_ns + self.config.failover.record_ns / 2;
                self.control(lands_ns, cause, Control::Swap { by: at, boot, expected, new });
            }
            Output::Look { look } => {
                self.control(soon, cause, Control::Look { by: at, boot, look });
            }
            Output::Mailbox => self.control(soon, cause, Control::Mailbox { at, boot }),
            Output::Fence => self.fence(at, cause),
            Output::Abandon => self.abandoned(at),
        }
    }

    fn send<O: Observer>(
        &mut self,
        from: ControllerId,
        session: Session,
        message: Message,
        cause: u64,
        observer: &mut O,
    ) {
        let (kind, key) = (message.kind(), message.key());
        self.counters.messages[kind as usize] += 1;
        if O::LISTENS {
            observer.fact(match key {
                Some(key) if kind != MessageKind::Image => Fact::Sent { from, message: kind, key },
                _ => Fact::SessionSent { from, message: kind },
            });
        }
        let to = from.peer();
        match self.links[to.index()].send(session, message, self.now_ns) {
            Some(arrives_ns) => {
                self.schedule.add(arrives_ns, cause, What::Message(to));
            }
            None if O::LISTENS => observer.fact(Fact::Lost { to, message: kind, key }),
            None => {}
        }
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

    /// Line buffers that were taken and have not come back.
    #[cfg(test)]
    pub(crate) fn buffers_out(&self) -> isize {
        self.buffers.out
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

    /// What happened last.
    #[must_use]
    pub fn last_event(&self) -> Option<EventKind> {
        self.last_event
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

    /// How many disk commands have been given and not yet carried out.
    #[must_use]
    pub fn disk_commands_under_way(&self) -> usize {
        self.disk_commands.len()
    }

    /// The disk commands that have been given and not yet carried out.
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

    /// How many operations hosts wait for.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.waiting
    }

    /// What is broken of the hardware.
    #[must_use]
    pub fn hardware(&self) -> &Hardware {
        &self.hardware
    }

    /// What a pending [`What::Control`] is.
    #[must_use]
    pub fn pending_control(&self, number: u32) -> &Control {
        &self.controls[number]
    }

    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Memory that a clone of this world takes by itself, in bytes, about: cached data and media are shared until
    /// one of the two writes.
    #[must_use]
    pub fn approximate_bytes(&self) -> usize {
        let controllers: usize = self.controllers.iter().map(|at| at.approximate_bytes()).sum();
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
        self.hardware.feed(&mut digest);
        for pending in self.schedule.sorted() {
            digest.word(pending.at_ns);
            digest.word(pending.id.0);
        }
        digest.value()
    }
}
