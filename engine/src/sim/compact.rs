//! A world as bytes, and back: see [`crate::compact`].

use super::event::EventId;
use super::hardware::Control;
use super::hosts::{Fate, Operation};
use super::op::HostOp;
use super::schedule::{Pending, What};
use super::world::{OUTSIDE, World};
use crate::array::{DiskCommand, Record};
use crate::compact::{Coder, Marked, Part};
use crate::controller::compact::{code_inputs, code_timer};
use crate::controller::{Controller, Mode, Timer};
use crate::fact::IoKind;
use crate::ids::{ControllerId, HostId, Lun};

/// What is pending beside messages: where its bytes stand, and its number.
pub(crate) type Item = (std::ops::Range<usize>, EventId);

/// Memory that a coding uses again and again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bench {
    pub coder: Coder,
    /// What is pending beside messages, in the order of the bytes.
    items: Vec<Item>,
    /// Their bytes before they have an order.
    drafts: Vec<u8>,
}

impl World {
    /// The world as bytes, in `bench.coder`. Its times and numbers need not stay.
    pub(crate) fn pack(&mut self, bench: &mut Bench) {
        let Bench { coder: c, items, drafts } = bench;
        c.write();
        self.name_all(c);
        // What is pending is named by numbers that the state does not change.
        items.clear();
        for pending in self.schedule.iter() {
            let from = c.bytes.len();
            let (commands, controls) = (&mut self.disk_commands, &mut self.controls);
            let (geometry, boots) = (self.config.raid, self.hardware.boots);
            if pack_pending(pending, (commands, controls), &self.controllers, (geometry, boots), c) {
                items.push((from..c.bytes.len(), pending.id));
            }
        }
        items.sort_unstable_by(|(one, a), (other, b)| {
            c.bytes[one.clone()].cmp(&c.bytes[other.clone()]).then(a.cmp(b))
        });
        std::mem::swap(&mut c.bytes, drafts);
        c.bytes.clear();
        self.code_state(c);
        c.count(items.len());
        for (range, _) in items.iter_mut() {
            let from = c.bytes.len();
            c.bytes.extend_from_slice(&drafts[range.clone()]);
            *range = from..c.bytes.len();
        }
    }

    /// The world that the bytes in `bench.coder` stand for, at time 0.
    pub(crate) fn unpack(&mut self, bench: &mut Bench) {
        let Bench { coder: c, items, .. } = bench;
        self.now_ns = 0;
        self.events = 0;
        self.schedule.clear();
        for command in self.disk_commands.drain() {
            self.buffers.give(command.bytes);
        }
        self.controls.drain().for_each(drop);
        self.hardware.watch_armed = true;
        self.code_state(c);
        for to in ControllerId::BOTH {
            for _ in 0..self.links[to.index()].len() {
                self.schedule.add(0, OUTSIDE, What::Message(to));
            }
        }
        items.clear();
        for _ in 0..c.count(0) {
            let from = c.place();
            let what = self.read_pending(c);
            items.push((from..c.place(), self.schedule.add(0, OUTSIDE, what)));
        }
    }

    /// Notes the numbers that everything has in a world that has just been unpacked.
    pub(crate) fn keep_names(&self, bench: &mut Bench) {
        self.name_all(&mut bench.coder);
        bench.coder.keep_names();
    }

    /// What may come next of a world that has just been packed or unpacked, in an order that its bytes decide. Of what
    /// is the same whichever of two comes, one.
    pub(crate) fn choices(&self, bench: &Bench, choices: &mut Vec<Pending>) {
        choices.clear();
        // That an answer reaches its host changes nothing but that, and whatever else may come next. The mailbox is read
        // at once.
        let pending = |id: EventId| self.schedule.iter().find(|pending| pending.id == id);
        let at_once = |pending: &&Pending| match pending.what {
            What::HostDone(_) => true,
            What::Control(number) => matches!(self.controls[number], Control::Mailbox { .. }),
            _ => false,
        };
        if let Some(first) = bench.items.iter().filter_map(|(_, id)| pending(*id)).find(at_once) {
            choices.push(*first);
            return;
        }
        for to in ControllerId::BOTH {
            let messages = self.schedule.iter().filter(|pending| pending.what == What::Message(to));
            choices.extend(messages.min_by_key(|pending| (pending.at_ns, pending.id)));
        }
        let mut before: &[u8] = &[];
        for (range, id) in &bench.items {
            let bytes = &bench.coder.bytes[range.clone()];
            let pending = self.schedule.iter().find(|pending| pending.id == *id);
            if bytes != before
                && let Some(pending) = pending
                && self.may_happen(pending.what)
            {
                choices.push(*pending);
            }
            before = bytes;
        }
    }

    /// Lets one of the choices happen.
    pub(crate) fn choose<O: crate::fact::Observer>(&mut self, choice: Pending, observer: &mut O) {
        self.schedule.take(choice.id);
        self.happen(choice, observer);
    }

    fn name_all(&self, c: &mut Coder) {
        c.operations.clear();
        for (index, _) in self.operations.iter() {
            c.operations.push(index, 0);
        }
        let Coder { operations, under, .. } = c;
        operations.sort_by_key(0, |index| under.request(self.operations[index].number));
        self.controllers.iter().for_each(|controller| controller.name_own(c));
        self.controllers.iter().for_each(|controller| controller.name_rest(c));
    }

    fn code_state(&mut self, c: &mut Coder) {
        let (array, touched) = self.array.unmarked();
        c.part(Part::Array, touched, |c| array.code(c));
        self.code_operations(c);
        for at in c.controllers() {
            let (controller, touched) = self.controllers[at.index()].unmarked();
            c.part(Part::Controller(at), touched, |c| controller.code(&mut self.buffers, c));
        }
        for to in c.controllers() {
            let (controller, _) = self.controllers[to.index()].unmarked();
            let link = &mut self.links[to.index()];
            link.code(to, &mut self.buffers, c);
            for landed in link.landed() {
                controller.code_landed(landed, c);
            }
            controller.code_held(&mut self.buffers, c);
        }
        self.code_hardware(c);
    }

    fn code_operations(&mut self, c: &mut Coder) {
        c.number(&mut self.counters.host_ios);
        let names = std::mem::take(&mut c.operations);
        let count = c.count(names.len());
        if c.reading {
            self.operations.drain().for_each(drop);
            self.waiting = 0;
        }
        for n in 0..count {
            if c.reading {
                let mut operation = Operation::blank();
                operation.code(c);
                self.waiting += usize::from(operation.fate != Fate::Superseded);
                self.operations.insert(operation);
            } else {
                self.operations[names.index(n)].code(c);
            }
        }
        c.operations = names;
    }

    fn code_hardware(&mut self, c: &mut Coder) {
        debug_assert!(self.hardware.paths_cut.is_empty(), "paths are not cut where states are explored");
        let hardware = &mut self.hardware;
        c.number32(&mut hardware.starts);
        for boot in c.of_both(&mut hardware.boots) {
            c.number32(boot);
        }
        let [revoked_a, revoked_b] = c.of_both(&mut hardware.revoked);
        let [broken_a, broken_b] = c.of_both(&mut hardware.broken);
        let [good_a, good_b] = c.of_both(&mut hardware.battery_good);
        c.flags([
            revoked_a,
            revoked_b,
            broken_a,
            broken_b,
            good_a,
            good_b,
            &mut hardware.power,
            &mut hardware.fence_stuck,
            &mut hardware.troubled,
        ]);
        for at in c.controllers() {
            let held = &mut hardware.hung[at.index()];
            let (geometry, buffers) = (self.config.raid, &mut self.buffers);
            if c.reading {
                for input in held.take().unwrap_or_default() {
                    input.recycle(buffers);
                }
            }
            c.option(held, std::collections::VecDeque::new(), |c, held| {
                code_inputs(held, at, geometry, buffers, c);
            });
            let metas = held.iter().flatten().filter_map(crate::controller::Input::landed);
            for landed in metas {
                self.controllers[at.index()].unmarked().0.code_landed(landed, c);
            }
        }
        let count = c.count(hardware.stuck_fences.len());
        hardware.stuck_fences.resize(count, Control::HostWatch);
        for fence in &mut hardware.stuck_fences {
            code_control(fence, c);
        }
        if c.reading {
            c.boots = hardware.boots;
        }
    }

    fn read_pending(&mut self, c: &mut Coder) -> What {
        let mut kind = 0;
        c.byte(&mut kind);
        match kind {
            ARRIVES | DONE => {
                let mut operation = 0;
                c.operation(&mut operation);
                if kind == ARRIVES { What::HostArrives(operation) } else { What::HostDone(operation) }
            }
            DISK => {
                let mut command = DiskCommand::blank(self.buffers.take_zeroed());
                command.code(self.config.raid, c);
                What::Disk(self.disk_commands.insert(command))
            }
            TIMER => {
                let (mut at, mut timer) = (ControllerId::A, Timer::Flush);
                c.controller(&mut at);
                code_timer(&mut timer, at, c);
                What::Timer(at, self.hardware.boots[at.index()], timer)
            }
            _ => {
                let mut control = Control::HostWatch;
                code_control(&mut control, c);
                What::Control(self.controls.insert(control))
            }
        }
    }
}

const ARRIVES: u8 = 0;
const DONE: u8 = 1;
const DISK: u8 = 2;
const TIMER: u8 = 3;
const CONTROL: u8 = 4;

/// Writes what is pending, unless it is a message, which its link writes, or nothing comes of it any more.
fn pack_pending(
    pending: &Pending,
    (commands, controls): (&mut crate::slab::Slab<DiskCommand>, &mut crate::slab::Slab<Control>),
    controllers: &[Marked<Controller>; 2],
    (geometry, boots): (crate::config::Geometry, [u32; 2]),
    c: &mut Coder,
) -> bool {
    match pending.what {
        What::Message(_) => return false,
        What::HostArrives(mut operation) => {
            c.bytes.push(ARRIVES);
            c.operation(&mut operation);
        }
        What::HostDone(mut operation) => {
            c.bytes.push(DONE);
            c.operation(&mut operation);
        }
        What::Disk(number) => {
            let command = &mut commands[number];
            if command.aborted {
                return false;
            }
            c.bytes.push(DISK);
            command.code(geometry, c);
        }
        What::Timer(mut at, boot, mut timer) => {
            if boot != boots[at.index()] || !controllers[at.index()].heeds(timer) {
                return false;
            }
            c.bytes.push(TIMER);
            c.controller(&mut at);
            code_timer(&mut timer, at, c);
        }
        What::Control(number) => {
            let control = &mut controls[number];
            if !is_live(control, controllers, boots) {
                return false;
            }
            c.bytes.push(CONTROL);
            code_control(control, c);
        }
    }
    true
}

/// Whether anything may still come of it.
fn is_live(control: &Control, controllers: &[Marked<Controller>; 2], boots: [u32; 2]) -> bool {
    match *control {
        Control::HostWatch => false,
        Control::Swapped { by, boot, .. } | Control::Fence { by, boot, .. } => boot == boots[by.index()],
        Control::Mailbox { at, boot } => boot == boots[at.index()],
        Control::Look { by, boot, look } => {
            let standing = controllers[by.index()].standing();
            boot == boots[by.index()] && standing.looking && standing.looks == look
        }
        _ => true,
    }
}

impl Operation {
    fn blank() -> Operation {
        let (host, via) = (HostId(0), ControllerId::A);
        let op = HostOp { host, via, io: IoKind::Read, lun: Lun(0), lbn: 0, blocks: 0 };
        Operation::new(0, op, 0)
    }

    fn code(&mut self, c: &mut Coder) {
        c.request_number(&mut self.number);
        c.byte(&mut self.op.host.0);
        c.controller(&mut self.op.via);
        c.range(&mut self.op.lun, &mut self.op.lbn, &mut self.op.blocks);
        c.number32(&mut self.parts_left);
        let mut writes = self.op.io == IoKind::Write;
        let (mut lost, mut superseded) = (self.fate == Fate::Lost, self.fate == Fate::Superseded);
        let (mut once, mut often) = (self.refusals > 0, self.refusals > 1);
        c.flags([
            &mut writes,
            &mut lost,
            &mut superseded,
            &mut once,
            &mut often,
            &mut self.failed,
            &mut self.arrived,
        ]);
        self.op.io = if writes { IoKind::Write } else { IoKind::Read };
        self.fate = match (lost, superseded) {
            (true, _) => Fate::Lost,
            (_, true) => Fate::Superseded,
            _ => Fate::Waiting,
        };
        if c.reading {
            self.refusals = u8::from(once) + u8::from(often);
        }
    }
}

fn code_control(control: &mut Control, c: &mut Coder) {
    let mut kind = match control {
        Control::Fault(_) => 0,
        Control::Boot { .. } => 1,
        Control::Swap { .. } => 2,
        Control::Swapped { .. } => 3,
        Control::Look { .. } => 4,
        Control::Mailbox { .. } => 5,
        Control::Fence { .. } => 6,
        Control::HostWatch => 7,
        Control::Retry { .. } => 8,
    };
    c.byte(&mut kind);
    if c.reading {
        let (at, boot, record) = (ControllerId::A, 0, Record::FIRST);
        *control = match kind {
            0 => Control::Fault(super::Fault::PowerLoss),
            1 => Control::Boot { at },
            2 => Control::Swap { by: at, boot, expected: record, new: record },
            3 => Control::Swapped { by: at, boot, won: false, record },
            4 => Control::Look { by: at, boot, look: 1 },
            5 => Control::Mailbox { at, boot },
            6 => Control::Fence { by: at, boot, peer_boot: 0 },
            7 => Control::HostWatch,
            _ => Control::Retry { operation: 0 },
        };
    }
    match control {
        Control::Fault(fault) => {
            let place = c.faults.iter().position(|other| other == fault).unwrap_or(0);
            let place = c.count(c.under.fault(place));
            if c.reading {
                *fault = c.faults[place];
            }
        }
        Control::Boot { at } => c.controller(at),
        Control::Swap { by, boot, expected, new } => {
            c.controller(by);
            c.number32(boot);
            expected.code(c);
            new.code(c);
        }
        Control::Swapped { by, boot, won, record } => {
            c.controller(by);
            c.number32(boot);
            c.flag(won);
            record.code(c);
        }
        // Only the one that is awaited is written, and its number then is 1.
        Control::Look { by, boot, .. } => {
            c.controller(by);
            c.number32(boot);
        }
        Control::Mailbox { at, boot } => {
            c.controller(at);
            c.number32(boot);
        }
        Control::Fence { by, boot, peer_boot } => {
            c.controller(by);
            c.number32(boot);
            c.number32(peer_boot);
        }
        Control::HostWatch => {}
        Control::Retry { operation } => c.operation(operation),
    }
}

impl World {
    /// What may come next where every order of events is explored, among all that is pending: of each kind of thing that is
    /// the same whichever of two comes, one. Timers that make something of silence run off only when nothing else is on
    /// its way, and faults happen only where they change something.
    pub(crate) fn may_happen(&self, what: What) -> bool {
        match what {
            What::Timer(at, _, Timer::BootWait { .. }) => {
                self.controllers[at.index()].mode() == Mode::Boot && self.is_calm()
            }
            What::Timer(at, _, Timer::Heartbeat) => {
                self.hardware.troubled && self.is_calm() && !self.would_be_mistaken(at)
            }
            What::Control(number) => match self.controls[number] {
                Control::HostWatch => false,
                Control::Retry { operation } => {
                    let via = self.operations[operation].op.via.peer();
                    self.controllers[via.index()].mode().serves() && !self.hardware.hangs(via)
                }
                Control::Fault(fault) => self.fault_matters(fault),
                _ => true,
            },
            _ => true,
        }
    }

    /// The next heartbeat would suspect a peer that is well and has only not come to answer.
    fn would_be_mistaken(&self, at: ControllerId) -> bool {
        let (own, peer) = (&self.controllers[at.index()], &self.controllers[at.peer().index()]);
        let linked = self.links.iter().all(|link| !link.cut);
        own.standing().silent >= self.config.failover.misses
            && linked
            && peer.session() == own.session()
            && peer.mode().talks()
            && !self.hardware.hangs(at.peer())
    }

    /// Nothing is on the way, on the link or between a controller and the array's record.
    fn is_calm(&self) -> bool {
        self.links.iter().all(super::Link::is_empty)
            && self.controls.iter().all(|(_, control)| {
                matches!(control, Control::Fault(_) | Control::Retry { .. })
                    || !is_live(control, &self.controllers, self.hardware.boots)
            })
    }

    fn fault_matters(&self, fault: super::Fault) -> bool {
        use super::Fault;
        let mode = |at: ControllerId| self.controllers[at.index()].mode();
        let booting = |at| self.controls.iter().any(|(_, control)| *control == Control::Boot { at });
        match fault {
            Fault::Crash { at } => mode(at) != Mode::Down || booting(at),
            Fault::Restart { at } => {
                matches!(mode(at), Mode::Down | Mode::Halted | Mode::Refused) && !booting(at)
            }
            Fault::Hang { at } => mode(at) != Mode::Down && !self.hardware.hangs(at),
            Fault::Resume { at } => self.hardware.hangs(at),
            Fault::PowerLoss => self.hardware.power,
            Fault::PowerBack => !self.hardware.power,
            Fault::CutLink { to } => !self.links[to.index()].cut,
            Fault::MendLink { to } => self.links[to.index()].cut,
            Fault::DiskReplaced { disk } | Fault::DiskReturned { disk } => {
                self.array.disk(disk).state == crate::array::DiskState::Absent
            }
            _ => true,
        }
    }

    /// Whether what comes of it is a controller's doing: no fault, and no swap of the record that one has asked for which
    /// may be dead by now.
    pub(crate) fn is_by_controller(&self, what: What) -> bool {
        match what {
            What::Control(number) => {
                !matches!(self.controls[number], Control::Fault(_) | Control::Swap { .. })
            }
            _ => true,
        }
    }

    /// Whether it is a fault.
    #[must_use]
    pub(crate) fn is_fault(&self, what: What) -> bool {
        matches!(what, What::Control(number) if matches!(self.controls[number], Control::Fault(_)))
    }
}
