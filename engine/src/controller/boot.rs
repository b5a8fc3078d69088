//! Starting: after power came back, as a replacement, or when a partner was lost before it counted (protocol §6
//! and §7). The record on the array and the label of the own memory say what this controller may do.

use super::failback::Join;
use super::{Controller, Hello, Input, Mode, Outbox, Output, Patrol, Standing, Timer};
use crate::array::{Record, RecordMode};
use crate::bug::Bug;
use crate::fact::{Fact, Observer, Suspicion};
use crate::message::Message;
use crate::state::LineState;

/// How often an unanswered HELLO is repeated. Whatever changes later is signalled by the hardware.
const HELLOS_MAX: u32 = 8;
/// How often a join that has failed is repeated (M18). After the first few the pause before each is twice as long as the
/// one before.
const JOINS_MAX: u32 = 16;
const JOINS_AT_ONCE: u32 = 3;

impl Controller {
    /// The first instruction. The memory holds what the battery has kept, or nothing.
    pub(super) fn boots<O: Observer>(&mut self, boot: u32, out: &mut Outbox<'_, O>) {
        self.standing.boot = boot;
        self.standing.nonce = boot << 8;
        self.standing.beat_armed = false;
        self.standing.swapping = false;
        self.standing.hello = None;
        self.standing.failed_joins = 0;
        self.tick_armed = false;
        self.patrol.timer_armed = false;
        self.forget_requests(out);
        self.look_again(out);
    }

    /// Forget the conversation, and let the record say what this controller is (R12).
    pub(super) fn look_again<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if self.standing.mode == Mode::Joining && self.has(Bug::AwaitResyncDone) {
            self.standing.label = None;
        }
        if self.standing.mode == Mode::Joining {
            self.standing.failed_joins += 1;
        }
        self.set_mode(Mode::Boot, out);
        self.close_session(out);
        self.standing.cold = true;
        self.standing.other = None;
        self.standing.waits = 0;
        self.standing.silent = 0;
        self.ask_for_record(out);
    }

    /// What comes counts only as the answer to this question: an earlier one's may have waited, and be out of date
    /// (M14).
    pub(super) fn ask_for_record<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.standing.looking = true;
        self.standing.looks = self.standing.looks.wrapping_add(1);
        out.outputs.push(Output::Look { look: self.standing.looks });
    }

    /// The record, for a controller that starts.
    pub(super) fn record_seen<O: Observer>(&mut self, look: u32, record: Record, out: &mut Outbox<'_, O>) {
        if !self.standing.looking || look != self.standing.looks {
            return;
        }
        match self.standing.mode {
            Mode::Boot => {}
            Mode::Joining => return self.told_to_count(record, out),
            _ => return,
        }
        self.standing.looking = false;
        self.standing.record = record;
        if self.standing.claim.take() == Some(record) {
            if std::mem::take(&mut self.standing.claim_is_empty) {
                self.clear_memory(out);
            }
            self.standing.set_label(record);
        }
        let mine = self.is_labelled();
        if !mine && self.has(Bug::KeepOldMemory) {
            self.standing.label = None;
            self.standing.nonce += 1;
        } else if !mine {
            self.clear_memory(out);
        }
        match record.mode {
            RecordMode::Solo(at) if at == self.id && mine => {
                // Again from the fence, whatever had come after it.
                self.set_mode(Mode::Won, out);
                out.outputs.push(Output::Fence);
            }
            RecordMode::Solo(at) if at == self.id && record.pinned => {
                self.say_hello(out);
                self.refuse(out);
            }
            RecordMode::Solo(at) if at == self.id => self.take_unpinned(out),
            _ => {
                self.ask_again(out);
                self.settle_start(out);
            }
        }
    }

    /// Whether the memory belongs to the record's epoch.
    fn is_labelled(&self) -> bool {
        self.standing.belongs_to(self.standing.record)
    }

    /// HELLO, and a while for the other one to answer.
    pub(super) fn ask_again<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if self.standing.looking {
            return;
        }
        // Over a link that is slower than anybody's patience, or too busy, no join succeeds (M18).
        let failed = self.standing.failed_joins;
        let holds_back = self.standing.waits == 0 && failed > JOINS_AT_ONCE && !self.is_labelled();
        if !holds_back && failed < JOINS_MAX {
            self.say_hello(out);
        }
        self.standing.waits += 1;
        let wait = self.standing.waits;
        let periods = u64::from(self.shape.failover.misses) + 1;
        let pause = if holds_back { failed.min(JOINS_MAX) } else { 0 };
        let after_ns = self.shape.failover.heartbeat_ns.saturating_mul(periods << pause);
        out.outputs.push(Output::Mailbox);
        out.outputs.push(Output::Arm { timer: Timer::BootWait { wait }, after_ns });
    }

    fn say_hello<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let Standing { label, record, nonce, .. } = self.standing;
        // What belongs to another session of the epoch is as good as nothing.
        let label = label.filter(|_| self.standing.belongs_to(record));
        out.send(Message::Hello { label, seen: record.epoch, nonce });
    }

    /// HELLO from another one that starts too.
    pub(super) fn hello_while_starting<O: Observer>(&mut self, hello: Hello, out: &mut Outbox<'_, O>) {
        let known = self.standing.other == Some(hello);
        self.standing.other = Some(hello);
        if self.standing.looking {
            return;
        }
        if !known {
            self.say_hello(out);
        }
        self.settle_start(out);
    }

    /// Who refuses still tells another one that starts what it holds: nothing.
    pub(super) fn handle_refusing<O: Observer>(&mut self, input: Input, out: &mut Outbox<'_, O>) {
        match input {
            Input::Message(_, Message::Hello { label, seen, nonce }) => {
                let hello = Hello { label, seen, nonce };
                if self.standing.other.replace(hello) != Some(hello) {
                    self.say_hello(out);
                }
            }
            _ => super::discard(input, out),
        }
    }

    /// Both have said what they hold.
    fn settle_start<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let Some(Hello { label, seen, nonce }) = self.standing.other else { return };
        let record = self.standing.record;
        if self.standing.mode != Mode::Boot || seen != record.epoch {
            return;
        }
        let (mine, other) = (self.is_labelled(), label == Some(record.epoch));
        match record.mode {
            RecordMode::Dual => match (mine, other) {
                // One is chosen: it has to be the same one for both.
                (true, true) if self.id < self.id.peer() => self.start_recovery(nonce, out),
                (true, true) | (false, true) => {}
                (true, false) => {
                    self.standing.hello = Some(nonce);
                    self.serve_alone(out);
                }
                (false, false) => self.refuse(out),
            },
            // The one that served alone has lost what only it had.
            RecordMode::Solo(_) if !other && record.pinned => self.refuse(out),
            RecordMode::Solo(_) => {}
        }
    }

    fn serve_alone<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let at = self.id;
        out.fact(|| Fact::Suspects { at, why: Suspicion::Alone });
        self.ask_to_serve_alone(self.standing.record, out);
    }

    pub(super) fn boot_wait_over<O: Observer>(&mut self, wait: u32, out: &mut Outbox<'_, O>) {
        if self.standing.mode != Mode::Boot || self.standing.looking || wait != self.standing.waits {
            return;
        }
        let record = self.standing.record;
        match record.mode {
            RecordMode::Dual if self.is_labelled() => self.serve_alone(out),
            RecordMode::Solo(_) if !record.pinned && wait >= 2 && !self.standing.peer_writes_mailbox => {
                self.take_unpinned(out);
            }
            _ if wait < HELLOS_MAX => self.ask_again(out),
            _ => {}
        }
    }

    /// The record is unpinned: nobody holds what is nowhere else, so this one may serve. The other may have died
    /// between data and parity, and left no word of it: every stripe is suspect (R4).
    fn take_unpinned<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.standing.all_suspect = !self.has(Bug::TrustUnpinned);
        self.ask_to_serve_alone(self.standing.record, out);
    }

    /// Nothing of the memory counts any more.
    pub(super) fn clear_memory<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.forget_requests(out);
        self.memory.clear();
        self.table = super::Table::default();
        self.queue = super::WriteBackQueue::default();
        self.clean = super::CleanLines::new(self.shape.lines);
        self.slot_queue.clear();
        self.flushing = 0;
        self.draining = false;
        self.slots_returning = 0;
        self.foreign = 0;
        self.homes = (0..self.homes.len() as u16)
            .map(|lun| self.shape.configured_owner(crate::ids::Lun(lun)))
            .collect();
        self.counts = [0; LineState::COUNT];
        self.unsettled.fill(0);
        self.suspects.clear();
        self.overlapped = super::overlap::Flushes::default();
        self.held_back.clear();
        self.patrol = Patrol {
            rebuild: self.patrol.rebuild,
            timer_armed: self.patrol.timer_armed,
            ..Patrol::default()
        };
        self.join = Join::default();
        self.standing.label = None;
        self.standing.label_session = 0;
        self.standing.cold = false;
        self.standing.nonce += 1;
    }
}
