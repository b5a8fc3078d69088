//! A variant, off unless the config asks for it: several lines share a stripe, and with it a row of parity (protocol §14).
//! Two that are written at the same time would each compute the parity without the other. This file has all its rules;
//! elsewhere they are asked for by name, and say without the variant that a stripe is free.
//!
//! There is no lock to be asked for: the words of a flush are enough. FLUSH_NOTIFY asks the peer for the stripe, and
//! FN_ACK gives it (Ricart and Agrawala's algorithm, for two). Whoever writes another line of the stripe holds its FN_ACK
//! back until the parity of that one has landed. When both have asked, A goes first. Of a controller's own lines only one
//! is announced or written at a time. So who has a stripe is seen by the states of its lines, and a takeover, which
//! changes these, has nothing more to free.
//!
//! Nobody waits in a circle: who has a stripe waits for its disks alone.

use super::line::Line;
use super::{Controller, Outbox};
use crate::bug::Bug;
use crate::fact::Observer;
use crate::ids::{ControllerId, LineKey};
use crate::message::Message;
use crate::state::{FlushStep, LineState};
use std::collections::BTreeSet;

/// How far a line has come with its stripe; nothing when it does not want it, or not any more.
fn step(line: &Line) -> Option<FlushStep> {
    match line.state {
        // A patrol looks at it.
        _ if line.locks > 0 => Some(FlushStep::Disk),
        Some(LineState::OF(step) | LineState::OW(step) | LineState::SF(step) | LineState::SW(step)) => {
            Some(step).filter(|step| *step != FlushStep::Confirm)
        }
        _ => None,
    }
}

impl Controller {
    /// The peer's lines that wait for another one of their stripe to be written here.
    #[must_use]
    pub fn held_back(&self) -> &BTreeSet<LineKey> {
        &self.held_back
    }

    fn others_of_stripe(&self, key: LineKey) -> impl Iterator<Item = LineKey> + use<> {
        self.shape.geometry.lines_beside(key).filter(move |other| *other != key)
    }

    /// How far this controller has come with another line of the stripe.
    fn step_in_stripe(&self, key: LineKey) -> Option<FlushStep> {
        self.others_of_stripe(key).filter_map(|key| self.line(key)).find_map(step)
    }

    /// Whether another line of the stripe is announced, written or looked at here. What would write this one waits.
    pub(super) fn stripe_is_taken(&self, key: LineKey) -> bool {
        self.step_in_stripe(key).is_some()
    }

    /// The peer has announced that it writes a line: FN_ACK, at once or when the stripe is free.
    pub(super) fn let_write_stripe<O: Observer>(&mut self, key: LineKey, out: &mut Outbox<'_, O>) {
        let waits = match self.step_in_stripe(key) {
            None => false,
            _ if self.has(Bug::TwoParityWriters) => false,
            // Both have asked: had the peer answered this one's word before, its FN_ACK would have come before.
            Some(FlushStep::Notify) => self.id == ControllerId::A && !self.has(Bug::BothGoFirst),
            Some(_) => true,
        };
        if waits {
            self.held_back.insert(key);
        } else {
            out.send(Message::FnAck { key });
        }
    }

    /// The stripe has been written, or looked at: whoever waits for it goes on. The peer first, behind the CONSISTENT
    /// that tells it so.
    pub(super) fn give_stripe_back<O: Observer>(&mut self, key: LineKey, out: &mut Outbox<'_, O>) {
        for other in self.others_of_stripe(key) {
            if self.held_back.remove(&other) {
                out.send(Message::FnAck { key: other });
            }
        }
        for other in self.others_of_stripe(key) {
            if let Some(at) = self.table.find(other) {
                self.pump(at, out);
            }
        }
    }
}
