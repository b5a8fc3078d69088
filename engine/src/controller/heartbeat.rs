//! Heartbeats on two channels, the link and a mailbox on the array, and what is made of silence (protocol §5).
//!
//! A controller that has nothing to do and hears its peer lets its heartbeats rest: they would change nothing. It
//! still answers those of a peer that has something to do, and anything that comes wakes it. So a world at rest has
//! nothing pending.

use super::{Controller, Mode, Outbox, Output, Timer};
use crate::fact::{Fact, Observer, Suspicion};
use crate::message::Message;

impl Controller {
    /// Whether the peer is listened for in this mode.
    fn listens(&self) -> bool {
        matches!(
            self.standing.mode,
            Mode::Dual | Mode::SoloJoin | Mode::Joining | Mode::Recover | Mode::Recalled
        )
    }

    /// Nothing is under way that a silent peer could hold up.
    fn is_at_rest(&self) -> bool {
        self.standing.mode == Mode::Dual
            && self.requests.is_empty()
            && self.works.is_empty()
            && self.queue.is_empty()
            && self.slots_returning == 0
            && self.standing.silent == 0
            && !self.standing.wants_word
            && self.standing.link_up
    }

    pub(super) fn arm_heartbeat<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if !self.standing.beat_armed && self.listens() && !self.is_at_rest() {
            self.standing.beat_armed = true;
            let after_ns = self.shape.failover.heartbeat_ns;
            out.outputs.push(Output::Arm { timer: Timer::Heartbeat, after_ns });
        }
    }

    /// A period is over.
    pub(super) fn beat<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.standing.beat_armed = false;
        let owes_word = std::mem::take(&mut self.standing.owes_word);
        if !self.listens() {
            return;
        }
        if self.is_at_rest() {
            // Nothing to ask, but the peer has asked since (M19).
            if owes_word {
                self.send_heartbeat(false, out);
            }
            return;
        }
        if self.standing.silent >= self.shape.failover.misses {
            let why =
                if self.standing.peer_writes_mailbox { Suspicion::LinkSilent } else { Suspicion::Silent };
            return self.peer_is_gone(why, out);
        }
        self.standing.silent += 1;
        self.send_heartbeat(true, out);
        out.outputs.push(Output::Mailbox);
    }

    pub(super) fn send_heartbeat<O: Observer>(&mut self, asks: bool, out: &mut Outbox<'_, O>) {
        out.send(Message::Heartbeat { battery_good: self.standing.battery_good, asks });
    }

    pub(super) fn heartbeat_heard<O: Observer>(
        &mut self,
        battery_good: bool,
        asks: bool,
        out: &mut Outbox<'_, O>,
    ) {
        let before = self.writes_through();
        self.standing.peer_battery_good = battery_good;
        self.tell_policy(before, out);
        if asks && self.standing.beat_armed {
            // The own heartbeat, which comes within a period, is the answer.
            self.standing.owes_word = true;
        } else if asks {
            self.send_heartbeat(false, out);
        }
    }

    pub(super) fn mailbox<O: Observer>(&mut self, peer_alive: bool, _out: &mut Outbox<'_, O>) {
        self.standing.peer_writes_mailbox = peer_alive;
    }

    /// Something was broken or mended somewhere: look whether the peer is there.
    pub(super) fn wake<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.standing.failed_joins = 0;
        if self.listens() {
            self.standing.wants_word = true;
            self.send_heartbeat(true, out);
            out.outputs.push(Output::Mailbox);
        }
        if self.standing.mode == Mode::Boot {
            self.ask_again(out);
        }
    }

    pub(super) fn link_signal<O: Observer>(&mut self, up: bool, out: &mut Outbox<'_, O>) {
        self.note_link(up);
        self.standing.failed_joins = 0;
        if !up {
            if self.listens() {
                self.peer_is_gone(Suspicion::LinkDown, out);
            }
        } else if self.standing.mode == Mode::Boot {
            self.ask_again(out);
        }
    }

    /// What was on a link that went down is lost: of the open session nothing more is taken (M13).
    pub(super) fn note_link(&mut self, up: bool) {
        self.standing.link_up = up;
        if !up {
            self.standing.torn = Some(self.standing.session);
        }
    }

    /// The peer is silent, or its session with this controller is over. What follows depends on who decides.
    pub(super) fn peer_is_gone<O: Observer>(&mut self, why: Suspicion, out: &mut Outbox<'_, O>) {
        let at = self.id;
        out.fact(|| Fact::Suspects { at, why });
        match self.standing.mode {
            // The answer to a swap that would make the peer count is awaited first; then it is found gone again.
            Mode::SoloJoin | Mode::Recover if self.standing.swapping => self.standing.silent = 1,
            Mode::Dual | Mode::Recover => self.suspect(out),
            Mode::SoloJoin => self.replacement_is_gone(out),
            Mode::Joining | Mode::Recalled => self.look_again(out),
            _ => {}
        }
    }

    /// The own battery has failed, or is good again.
    pub(super) fn battery<O: Observer>(&mut self, good: bool, out: &mut Outbox<'_, O>) {
        let before = self.writes_through();
        self.standing.battery_good = good;
        self.tell_policy(before, out);
        if self.listens() {
            self.send_heartbeat(false, out);
        }
    }

    /// Whether no write may be left in the caches: a battery would not keep it through a power failure.
    #[must_use]
    pub fn writes_through(&self) -> bool {
        let peer = self.standing.peer_battery_good || self.standing.mode.is_alone();
        !(self.standing.battery_good && peer)
    }

    fn tell_policy<O: Observer>(&mut self, before: bool, out: &mut Outbox<'_, O>) {
        let (at, on) = (self.id, self.writes_through());
        if before != on {
            out.fact(|| Fact::WriteThroughPolicy { at, on });
        }
    }
}
