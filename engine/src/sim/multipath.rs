//! Hosts with two paths: a request arrives, is answered, or is sent again by the other path when nothing comes in time.
//! A retry is a new operation with a new number: what it writes is another write (protocol G4).

use super::event::EventKind;
use super::hardware::Control;
use super::hosts::{self, Fate, Operation};
use super::op::HostOp;
use super::schedule::What;
use super::world::{OUTSIDE, World};
use crate::controller::{HostRequest, Input, Mode};
use crate::fact::{Fact, IoKind, Observer};
use crate::ids::ControllerId;

/// After so many times its patience a host gives up.
const PATIENCE_MAX: u64 = 20;
/// Its patience doubles so often: hosts that are impatient with a slow array make it slower.
const VAIN_MAX: u8 = 4;

impl World {
    pub(super) fn host_arrives<O: Observer>(&mut self, number: u32, observer: &mut O) -> EventKind {
        let (op, op_number) = (self.operations[number].op, self.operations[number].number);
        let HostOp { host, via: at, io, lun, lbn, blocks } = op;
        let kind = EventKind::HostArrives { op: op_number, host, at, io, lun: lun.0, lbn, blocks };
        if self.hardware.path_is_cut(host, at) {
            self.operations[number].fate = Fate::Lost;
            self.operations[number].refusals = 0;
            return kind;
        }
        let mode = self.controllers[at.index()].mode();
        let takes = mode.serves() || matches!(mode, Mode::Frozen | Mode::Won | Mode::Drain);
        if !takes {
            self.refused(number);
            return kind;
        }
        let geometry = self.config.raid;
        let operation = &mut self.operations[number];
        operation.arrived = true;
        operation.refusals = 0;
        operation.parts_left = hosts::parts(&op, geometry).count() as u32;
        if O::LISTENS {
            observer.fact(Fact::HostArrived { op: op_number, host, at, io, lun: lun.0, lbn, blocks });
        }
        for part in hosts::parts(&op, geometry) {
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
        kind
    }

    /// The controller does not serve: the path answers with an error at once. The first time the other path is tried
    /// at once, then after some time.
    fn refused(&mut self, number: u32) {
        let patience = self.config.failover.host_timeout_ns;
        let operation = &mut self.operations[number];
        operation.refusals = operation.refusals.saturating_add(1);
        let pause_ns = if operation.refusals == 1 { 0 } else { (patience / 8).max(1) };
        let at_ns = self.now_ns + self.config.host_latency_ns + pause_ns;
        self.control(at_ns, self.events - 1, Control::Retry { operation: number });
    }

    pub(super) fn reply<O: Observer>(
        &mut self,
        number: u32,
        hit: bool,
        failed: bool,
        cause: u64,
        observer: &mut O,
    ) {
        let operation = &mut self.operations[number];
        operation.hit &= hit;
        operation.failed |= failed;
        operation.parts_left -= 1;
        if operation.parts_left > 0 {
            return;
        }
        let HostOp { host, via: at, io, .. } = operation.op;
        let (op, fate) = (operation.number, operation.fate);
        if O::LISTENS {
            observer.fact(Fact::HostReplied { op, host, at, io });
        }
        self.counters.read_hits += u64::from(operation.hit);
        if fate == Fate::Superseded {
            // The host waits for the answer to its later try.
            self.operations.remove(number);
            return;
        }
        self.schedule.add(self.now_ns + self.config.host_latency_ns, cause, What::HostDone(number));
    }

    pub(super) fn host_done<O: Observer>(&mut self, number: u32, observer: &mut O) -> EventKind {
        let operation = &mut self.operations[number];
        let HostOp { host, via: at, io, .. } = operation.op;
        let (op, fate) = (operation.number, operation.fate);
        let kind = EventKind::HostDone { op, host, at, io };
        if self.hardware.path_is_cut(host, at) && fate != Fate::Superseded {
            operation.fate = Fate::Lost;
            return kind;
        }
        let operation = self.operations.remove(number);
        if fate == Fate::Superseded {
            return kind;
        }
        self.waiting -= 1;
        if operation.failed {
            self.counters.failed += 1;
            if O::LISTENS {
                observer.fact(Fact::HostFailed { op, host, at, io, answered: true });
            }
            return kind;
        }
        self.counters.acknowledged += 1;
        if O::LISTENS {
            observer.fact(Fact::HostDone { op, host, at, io, latency_ns: self.now_ns - operation.sent_ns });
        }
        kind
    }

    /// What was under way at a controller will never be answered.
    pub(super) fn abandoned(&mut self, at: ControllerId) {
        // A controller may be given up though nothing was broken: by a peer that is too impatient.
        self.hardware.troubled = true;
        let here: Vec<u32> = self
            .operations
            .iter()
            .filter(|(_, operation)| operation.op.via == at && operation.arrived && operation.parts_left > 0)
            .map(|(number, _)| number)
            .collect();
        for number in here {
            match self.operations[number].fate {
                Fate::Superseded => {
                    self.operations.remove(number);
                }
                _ => self.operations[number].fate = Fate::Lost,
            }
        }
        self.arm_host_watch();
    }

    /// As soon as anything has ever been broken, hosts watch the time.
    pub(super) fn arm_host_watch(&mut self) {
        if self.hardware.troubled && self.waiting > 0 && !self.hardware.watch_armed {
            self.hardware.watch_armed = true;
            let at_ns = self.now_ns + (self.config.failover.host_timeout_ns / 2).max(1);
            self.control(at_ns, OUTSIDE, Control::HostWatch);
        }
    }

    /// Whoever has waited too long tries its other path.
    pub(super) fn host_watch<O: Observer>(&mut self, observer: &mut O) -> EventKind {
        self.hardware.watch_armed = false;
        let patience = self.config.failover.host_timeout_ns;
        let late: Vec<u32> = self
            .operations
            .iter()
            .filter(|(_, operation)| {
                let waits = operation.fate != Fate::Superseded && operation.refusals == 0;
                let patience = patience.saturating_mul(1 << operation.vain.min(VAIN_MAX));
                waits && operation.tried_ns.saturating_add(patience) <= self.now_ns
            })
            .map(|(number, _)| number)
            .collect();
        for number in late {
            self.retry(number, observer);
        }
        self.arm_host_watch();
        EventKind::HostWatch
    }

    pub(super) fn retry_refused<O: Observer>(&mut self, number: u32, observer: &mut O) -> EventKind {
        let HostOp { host, via, .. } = self.operations[number].op;
        self.retry(number, observer);
        EventKind::HostRetries { host, via: via.peer() }
    }

    fn retry<O: Observer>(&mut self, number: u32, observer: &mut O) {
        let old = self.operations[number].clone();
        let HostOp { host, via, io, .. } = old.op;
        let patience = self.config.failover.host_timeout_ns;
        if old.sent_ns.saturating_add(patience.saturating_mul(PATIENCE_MAX)) <= self.now_ns {
            self.waiting -= 1;
            self.counters.failed += 1;
            self.supersede(number);
            if O::LISTENS {
                observer.fact(Fact::HostFailed { op: old.number, host, at: via, io, answered: false });
            }
            return;
        }
        self.supersede(number);
        self.counters.host_ios += 1;
        self.counters.retries += 1;
        match io {
            IoKind::Read => self.counters.reads += 1,
            IoKind::Write => self.counters.writes += 1,
        }
        let retry = self.counters.host_ios;
        let op = HostOp { via: via.peer(), ..old.op };
        let operation = Operation {
            number: retry,
            op,
            sent_ns: old.sent_ns,
            tried_ns: self.now_ns,
            vain: old.vain + u8::from(old.refusals == 0),
            refusals: old.refusals,
            fate: Fate::Waiting,
            failed: false,
            arrived: false,
            parts_left: 0,
            hit: true,
        };
        let at = self.operations.insert(operation);
        if O::LISTENS {
            observer.fact(Fact::HostRetries { op: old.number, retry, host, via: op.via });
        }
        self.schedule.add(self.now_ns + self.config.host_latency_ns, self.events - 1, What::HostArrives(at));
    }

    /// The host no longer waits for this one. It stays as long as a controller may still answer it, or its answer is
    /// on the way.
    fn supersede(&mut self, number: u32) {
        let operation = &mut self.operations[number];
        let pending = operation.fate == Fate::Waiting && (operation.arrived || operation.refusals == 0);
        if pending {
            operation.fate = Fate::Superseded;
        } else {
            self.operations.remove(number);
        }
    }
}
