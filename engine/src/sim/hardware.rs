//! What is broken, what happens when a fault does, and what the hardware does for the controllers: power, fences, the
//! record, mailboxes.

use super::event::EventKind;
use super::fault::Fault;
use super::link::Envelope;
use super::schedule::What;
use super::world::{CommandError, TIME_MAX_NS, World};
use crate::array::{DiskState, Record};
use crate::controller::{Input, Mode};
use crate::digest::Digest;
use crate::fact::{Fact, Observer};
use crate::ids::{BlockMap, ControllerId, HostId};
use crate::message::Message;
use std::collections::{BTreeSet, VecDeque};

/// The state of what can break, other than disks and link, which keep their own.
#[derive(Clone, Debug)]
pub struct Hardware {
    /// Starts of controllers so far, and the last one of each.
    pub(super) starts: u32,
    pub boots: [u32; 2],
    /// The array takes no commands from it any more.
    pub revoked: [bool; 2],
    /// It hangs; what came for it since.
    pub hung: [Option<VecDeque<Input>>; 2],
    /// Mains power.
    pub power: bool,
    /// It has died and not been replaced.
    pub broken: [bool; 2],
    pub battery_good: [bool; 2],
    pub fence_stuck: bool,
    pub(super) stuck_fences: Vec<Control>,
    pub(super) paths_cut: BTreeSet<(HostId, ControllerId)>,
    /// Something has been broken at some time, or a controller has taken its peer for broken.
    pub troubled: bool,
    pub(super) watch_armed: bool,
    /// A message was tampered with, which no correct link does.
    pub tampered: bool,
}

/// Something that will happen to the hardware or the hosts. `boot` names the start of the controller that asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    Fault(Fault),
    Boot {
        at: ControllerId,
    },
    /// A compare-and-swap lands; its answer comes later.
    Swap {
        by: ControllerId,
        boot: u32,
        expected: Record,
        new: Record,
    },
    Swapped {
        by: ControllerId,
        boot: u32,
        won: bool,
        record: Record,
    },
    Look {
        by: ControllerId,
        boot: u32,
        look: u32,
    },
    Mailbox {
        at: ControllerId,
        boot: u32,
    },
    /// The fence of the peer, in the start that it was in, is confirmed.
    Fence {
        by: ControllerId,
        boot: u32,
        peer_boot: u32,
    },
    HostWatch,
    Retry {
        operation: u32,
    },
}

impl Hardware {
    #[must_use]
    pub fn new() -> Hardware {
        Hardware {
            starts: 0,
            boots: [0, 0],
            revoked: [false; 2],
            hung: [None, None],
            power: true,
            broken: [false; 2],
            battery_good: [true; 2],
            fence_stuck: false,
            stuck_fences: Vec::new(),
            paths_cut: BTreeSet::new(),
            troubled: false,
            watch_armed: false,
            tampered: false,
        }
    }

    #[must_use]
    pub fn path_is_cut(&self, host: HostId, via: ControllerId) -> bool {
        !self.paths_cut.is_empty() && self.paths_cut.contains(&(host, via))
    }

    /// Whether the controller does nothing, though it has power.
    #[must_use]
    pub fn hangs(&self, at: ControllerId) -> bool {
        self.hung[at.index()].is_some()
    }

    /// Fences that were asked for and are not confirmed.
    #[must_use]
    pub fn fences_stuck(&self) -> usize {
        self.stuck_fences.len()
    }

    pub fn feed(&self, digest: &mut Digest) {
        for at in ControllerId::BOTH {
            let n = at.index();
            let flags = [self.revoked[n], self.hung[n].is_some(), self.broken[n], self.battery_good[n]];
            let word = flags.iter().fold(u64::from(self.boots[n]), |word, flag| word << 1 | u64::from(*flag));
            digest.word(word << 16 | self.hung[n].as_ref().map_or(0, VecDeque::len) as u64);
        }
        let flags = [self.power, self.fence_stuck, self.troubled, self.watch_armed];
        digest.flags(self.stuck_fences.len() as u32, &flags);
        for (host, via) in &self.paths_cut {
            digest.word(u64::from(host.0) << 1 | via.index() as u64);
        }
    }
}

impl Default for Hardware {
    fn default() -> Hardware {
        Hardware::new()
    }
}

impl World {
    /// Whether a fault fits this world.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check_fault(&self, fault: Fault) -> Result<(), CommandError> {
        fault.check(&self.config)
    }

    pub(super) fn control(&mut self, at_ns: u64, cause: u64, control: Control) {
        let number = self.controls.insert(control);
        self.schedule.add(at_ns, cause, What::Control(number));
    }

    pub(super) fn control_happens<O: Observer>(&mut self, number: u32, observer: &mut O) -> EventKind {
        match self.controls.remove(number) {
            Control::Fault(fault) => {
                self.fault(fault, observer);
                EventKind::Fault { fault }
            }
            Control::Boot { at } => self.boot(at, observer),
            Control::Swap { by, boot, expected, new } => self.swap(by, boot, (expected, new), observer),
            Control::Swapped { by, boot, won, record } => {
                if boot == self.hardware.boots[by.index()] {
                    self.controller_handles(by, Input::Swapped { won, record }, observer);
                }
                EventKind::Record { at: by, swapped: won }
            }
            Control::Look { by, boot, look } => {
                if boot == self.hardware.boots[by.index()] {
                    let record = self.array.record();
                    self.controller_handles(by, Input::Record { look, record }, observer);
                }
                EventKind::Record { at: by, swapped: false }
            }
            Control::Mailbox { at, boot } => {
                if boot == self.hardware.boots[at.index()] {
                    let peer = at.peer();
                    let stopped = matches!(
                        self.controllers[peer.index()].mode(),
                        Mode::Down | Mode::Halted | Mode::Refused
                    );
                    let peer_alive = !stopped && !self.hardware.hangs(peer);
                    self.controller_handles(at, Input::Mailbox { peer_alive }, observer);
                }
                EventKind::Mailbox { at }
            }
            Control::Fence { by, boot, peer_boot } => self.fence_confirmed(by, boot, peer_boot, observer),
            Control::HostWatch => self.host_watch(observer),
            Control::Retry { operation } => self.retry_refused(operation, observer),
        }
    }

    fn fault<O: Observer>(&mut self, fault: Fault, observer: &mut O) {
        self.counters.faults[fault.number()] += 1;
        self.hardware.troubled = true;
        if O::LISTENS {
            observer.fact(Fact::Fault { fault });
        }
        match fault {
            Fault::Crash { at } => self.crash(at, observer),
            Fault::Restart { at } => self.restart(at, observer),
            Fault::Hang { at } => {
                if self.controllers[at.index()].mode() != Mode::Down && !self.hardware.hangs(at) {
                    self.hardware.hung[at.index()] = Some(VecDeque::new());
                }
            }
            Fault::Resume { at } => {
                for input in self.hardware.hung[at.index()].take().unwrap_or_default() {
                    self.controller_handles(at, input, observer);
                }
            }
            Fault::PowerLoss => self.power_loss(observer),
            Fault::PowerBack => self.power_back(),
            Fault::BatteryFails { at } | Fault::BatteryGood { at } => {
                let good = matches!(fault, Fault::BatteryGood { .. });
                self.hardware.battery_good[at.index()] = good;
                self.controller_handles(at, Input::Battery { good }, observer);
            }
            Fault::CutLink { to } => self.cut_link(to, observer),
            Fault::MendLink { to } => {
                if std::mem::take(&mut self.links[to.index()].cut) {
                    self.controller_handles(to, Input::LinkSignal { up: true }, observer);
                }
            }
            Fault::SlowLink { to, factor } => self.links[to.index()].slowness = factor.max(1),
            Fault::FenceStuck => self.hardware.fence_stuck = true,
            Fault::FenceWorks => {
                self.hardware.fence_stuck = false;
                for fence in std::mem::take(&mut self.hardware.stuck_fences) {
                    self.control(self.now_ns + self.config.failover.fence_ns, self.events - 1, fence);
                }
            }
            Fault::DiskFails { disk } | Fault::DiskPulled { disk } => {
                self.array.disk_mut(disk).leaves();
                if !self.array.is_rebuilding() {
                    self.both(Input::NothingToRebuild, observer);
                }
            }
            Fault::DiskReplaced { disk } => self.disk_comes(disk, true, observer),
            Fault::DiskReturned { disk } => self.disk_comes(disk, false, observer),
            Fault::DiskSlow { disk, factor } => self.array.disk_mut(disk).service.slowness = factor.max(1),
            Fault::SectorError { disk, stripe } => {
                let rows = BlockMap::range(0, u32::from(self.config.raid.chunk_blocks));
                self.array.disk_mut(disk).spoil(stripe, rows);
            }
            Fault::PathCut { host, via } => {
                self.hardware.paths_cut.insert((host, via));
            }
            Fault::PathMended { host, via } => {
                self.hardware.paths_cut.remove(&(host, via));
            }
            Fault::Scrub => self.both(Input::StartPatrol { rebuild: false }, observer),
            Fault::DropMessage { .. }
            | Fault::DuplicateMessage { .. }
            | Fault::DelayMessage { .. }
            | Fault::SwapMessages { .. } => self.tamper_with(fault, observer),
        }
        if !fault.is_tampering() {
            self.both(Input::Wake, observer);
        }
        self.arm_host_watch();
    }

    fn both<O: Observer>(&mut self, input: Input, observer: &mut O) {
        for at in ControllerId::BOTH {
            self.controller_handles(at, input.clone(), observer);
        }
    }

    fn crash<O: Observer>(&mut self, at: ControllerId, observer: &mut O) {
        self.hardware.broken[at.index()] = true;
        let peer = at.peer();
        let lost = self.links[peer.index()].sender_dies(self.now_ns);
        self.lose_all(peer, lost, observer);
        self.power_off(at, false, observer);
    }

    fn power_off<O: Observer>(&mut self, at: ControllerId, keep_memory: bool, observer: &mut O) {
        let controller = &mut self.controllers[at.index()];
        let from = controller.mode();
        self.hardware.hung[at.index()] = None;
        controller.power_off(&self.config, keep_memory);
        if O::LISTENS {
            if from != Mode::Down {
                observer.fact(Fact::Mode { at, from, to: Mode::Down });
            }
            observer.fact(Fact::Abandoned { at });
        }
        self.abandoned(at);
    }

    /// A replacement, or the same controller anew: its memory is cleared.
    fn restart<O: Observer>(&mut self, at: ControllerId, observer: &mut O) {
        let mode = self.controllers[at.index()].mode();
        let booting = self.controls.iter().any(|(_, control)| *control == Control::Boot { at });
        if !matches!(mode, Mode::Down | Mode::Halted | Mode::Refused) || booting {
            return;
        }
        let was_broken = std::mem::replace(&mut self.hardware.broken[at.index()], false);
        if mode != Mode::Down || was_broken {
            self.power_off(at, false, observer);
        }
        if self.hardware.power {
            self.control(self.now_ns + self.config.failover.boot_ns, self.events - 1, Control::Boot { at });
        }
    }

    /// Everything stops at once. Batteries keep memories; disks forget what they had not done.
    fn power_loss<O: Observer>(&mut self, observer: &mut O) {
        if !std::mem::replace(&mut self.hardware.power, false) {
            return;
        }
        for to in ControllerId::BOTH {
            self.lose_messages(to, observer);
        }
        for number in self.disk_numbers() {
            self.disk_commands[number].aborted = true;
        }
        for number in self.control_numbers() {
            // A swap that has not landed never will.
            if matches!(self.controls[number], Control::Swap { .. }) {
                self.controls[number] = Control::Mailbox { at: ControllerId::A, boot: u32::MAX };
            }
        }
        self.hardware.stuck_fences.clear();
        for at in ControllerId::BOTH {
            let keep = self.hardware.battery_good[at.index()];
            self.power_off(at, keep, observer);
        }
    }

    fn power_back(&mut self) {
        if std::mem::replace(&mut self.hardware.power, true) {
            return;
        }
        for at in ControllerId::BOTH {
            if !self.hardware.broken[at.index()] {
                let at_ns = self.now_ns + self.config.failover.boot_ns;
                self.control(at_ns, self.events - 1, Control::Boot { at });
            }
        }
    }

    fn boot<O: Observer>(&mut self, at: ControllerId, observer: &mut O) -> EventKind {
        let n = at.index();
        if self.hardware.power && !self.hardware.broken[n] && self.controllers[n].mode() == Mode::Down {
            self.hardware.starts += 1;
            self.hardware.boots[n] = self.hardware.starts;
            self.hardware.revoked[n] = false;
            self.controller_handles(at, Input::Boot { boot: self.hardware.starts }, observer);
            let (up, good) = (!self.links[n].cut, self.hardware.battery_good[n]);
            self.controller_handles(at, Input::LinkSignal { up }, observer);
            self.controller_handles(at, Input::Battery { good }, observer);
            // What it knew of rebuilds may be out of date.
            let rebuilds = self.array.is_rebuilding();
            let patrol =
                if rebuilds { Input::StartPatrol { rebuild: true } } else { Input::NothingToRebuild };
            self.controller_handles(at, patrol, observer);
        }
        EventKind::Boot { at }
    }

    fn swap<O: Observer>(
        &mut self,
        by: ControllerId,
        boot: u32,
        (expected, new): (Record, Record),
        observer: &mut O,
    ) -> EventKind {
        let fits = !self.hardware.revoked[by.index()] && self.array.swap_record(expected, new);
        let record = self.array.record();
        if O::LISTENS {
            observer.fact(if fits {
                Fact::RecordSwapped { by, record }
            } else {
                Fact::SwapRefused { by, record }
            });
        }
        let answers_ns = self.now_ns + self.config.failover.record_ns.div_ceil(2);
        self.control(answers_ns, self.events - 1, Control::Swapped { by, boot, won: fits, record });
        EventKind::Record { at: by, swapped: fits }
    }

    pub(super) fn fence(&mut self, by: ControllerId, cause: u64) {
        let [a, b] = self.hardware.boots;
        let (boot, peer_boot) = if by == ControllerId::A { (a, b) } else { (b, a) };
        let fence = Control::Fence { by, boot, peer_boot };
        if self.hardware.fence_stuck {
            self.hardware.stuck_fences.push(fence);
        } else {
            self.control(self.now_ns + self.config.failover.fence_ns, cause, fence);
        }
    }

    /// The peer's outstanding disk commands are forgotten, and those of its own earlier starts; the array takes no
    /// more from the peer; the peer notices when it next does anything.
    fn fence_confirmed<O: Observer>(
        &mut self,
        by: ControllerId,
        boot: u32,
        peer_boot: u32,
        observer: &mut O,
    ) -> EventKind {
        let peer = by.peer();
        let kind = EventKind::Fence { by, fenced: peer };
        if boot != self.hardware.boots[by.index()] {
            return kind;
        }
        let same_start = peer_boot == self.hardware.boots[peer.index()];
        let mut aborted = 0;
        for number in self.disk_numbers() {
            let command = &mut self.disk_commands[number];
            let old_own = command.issuer == by && command.boot != boot;
            let fenced =
                command.issuer == peer && (same_start || command.boot != self.hardware.boots[peer.index()]);
            if (old_own || fenced) && !command.aborted {
                command.aborted = true;
                aborted += 1;
            }
        }
        if O::LISTENS {
            observer.fact(Fact::Fenced { fenced: peer, by, aborted });
        }
        let starting = self.controllers[peer.index()].mode() == Mode::Boot;
        if same_start && starting {
            // It has nothing left to be cut off from, but must see the record before anything else that came for it.
            match &mut self.hardware.hung[peer.index()] {
                Some(held) => held.push_front(Input::Fenced),
                None => self.controller_handles(peer, Input::Fenced, observer),
            }
        } else if same_start && self.controllers[peer.index()].mode() != Mode::Down {
            self.hardware.revoked[peer.index()] = true;
            if let Some(held) = &mut self.hardware.hung[peer.index()] {
                // It will find itself fenced; nothing that it holds is answered.
                held.clear();
                held.push_back(Input::Fenced);
                if O::LISTENS {
                    observer.fact(Fact::Abandoned { at: peer });
                }
                self.abandoned(peer);
            } else {
                self.controller_handles(peer, Input::Fenced, observer);
            }
        }
        self.controller_handles(by, Input::FenceDone, observer);
        kind
    }

    fn cut_link<O: Observer>(&mut self, to: ControllerId, observer: &mut O) {
        if std::mem::replace(&mut self.links[to.index()].cut, true) {
            return;
        }
        self.lose_messages(to, observer);
        self.controller_handles(to, Input::LinkSignal { up: false }, observer);
    }

    fn lose_messages<O: Observer>(&mut self, to: ControllerId, observer: &mut O) {
        let lost = self.links[to.index()].lose_all();
        self.lose_all(to, lost.into(), observer);
    }

    /// Messages that nobody will get, and their arrivals.
    fn lose_all<O: Observer>(&mut self, to: ControllerId, lost: Vec<Envelope>, observer: &mut O) {
        self.schedule.forget_messages(to, lost.iter().map(|envelope| envelope.arrives_ns));
        for envelope in lost {
            self.lose(to, envelope, observer);
        }
    }

    /// A message that nobody will get.
    pub(super) fn lose<O: Observer>(&mut self, to: ControllerId, envelope: Envelope, observer: &mut O) {
        let (message, key) = (envelope.message.kind(), envelope.message.key());
        if O::LISTENS {
            observer.fact(Fact::Lost { to, message, key });
        }
        if let Message::Data { bytes, .. } | Message::ReadRsp { bytes, .. } | Message::Image { bytes, .. } =
            envelope.message
        {
            self.buffers.give(bytes);
        }
    }

    fn disk_comes<O: Observer>(&mut self, disk: u8, empty: bool, observer: &mut O) {
        if self.array.disk(disk).state == DiskState::Absent {
            self.array.disk_mut(disk).comes(empty);
            self.both(Input::StartPatrol { rebuild: true }, observer);
        }
    }

    fn tamper_with<O: Observer>(&mut self, fault: Fault, observer: &mut O) {
        self.hardware.tampered = true;
        for controller in &mut self.controllers {
            controller.expect_anything();
        }
        match fault {
            Fault::DropMessage { to, skip } => {
                if let Some(envelope) = self.links[to.index()].take(usize::from(skip)) {
                    self.lose_all(to, vec![envelope], observer);
                }
            }
            Fault::DuplicateMessage { to, skip } => {
                let Some(envelope) = self.links[to.index()].iter().nth(usize::from(skip)).cloned() else {
                    return;
                };
                self.schedule.add(envelope.arrives_ns, self.events - 1, What::Message(to));
                self.links[to.index()].put(envelope);
            }
            Fault::DelayMessage { to, skip, by_ns } => {
                if let Some(mut envelope) = self.links[to.index()].take(usize::from(skip)) {
                    self.schedule.forget_messages(to, [envelope.arrives_ns]);
                    envelope.arrives_ns = envelope.arrives_ns.saturating_add(by_ns).min(TIME_MAX_NS);
                    self.schedule.add(envelope.arrives_ns, self.events - 1, What::Message(to));
                    self.links[to.index()].put(envelope);
                }
            }
            Fault::SwapMessages { to, skip } => {
                self.links[to.index()].swap(usize::from(skip));
            }
            _ => {}
        }
    }

    fn disk_numbers(&self) -> Vec<u32> {
        self.disk_commands.iter().map(|(number, _)| number).collect()
    }

    fn control_numbers(&self) -> Vec<u32> {
        self.controls.iter().map(|(number, _)| number).collect()
    }
}
