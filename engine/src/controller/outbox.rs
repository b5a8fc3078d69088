//! What a controller wants done, in the order in which it wants it.

use crate::array::{DiskCommand, Record};
use crate::buffer::{Buffers, LineBuf};
use crate::fact::{Fact, Observer};
use crate::ids::{BlockMap, Session, Ticket};
use crate::message::Message;

/// One thing that a controller wants done.
#[derive(Debug)]
pub enum Output {
    /// To the peer, over the link.
    Send(Session, Message),
    Disk(DiskCommand),
    /// To the host: the part of the operation that this controller was given is done. `hit`: it was a read, and
    /// this controller's cache had all of it. `failed`: blocks of it are lost.
    Reply {
        part: u32,
        hit: bool,
        failed: bool,
    },
    /// Give [`crate::controller::Input::Timer`] back after a while.
    Arm {
        timer: Timer,
        after_ns: u64,
    },
    /// Compare-and-swap of the array's record.
    Swap {
        expected: Record,
        new: Record,
    },
    /// Look at the record; the answer names the number.
    Look {
        look: u32,
    },
    /// Cut the peer off: power, disk commands, access to this memory.
    Fence,
    /// Write the own mailbox on the array and read the peer's.
    Mailbox,
    /// Nothing that was under way here will ever be answered.
    Abandon,
}

/// The timers that a controller arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// The period of flushing by idleness and age.
    Flush,
    /// A write has waited for a slot long enough.
    SlotWait { ticket: Ticket, wait: u32 },
    /// The period of heartbeats.
    Heartbeat,
    /// The other controller has had time to answer a HELLO: the how-manieth wait.
    BootWait { wait: u32 },
    /// Stripes that a patrol could not look at may be free now.
    Patrol,
}

/// Where outputs go, with the buffers that they need and the observer that is told the facts.
pub struct Outbox<'a, O> {
    pub outputs: &'a mut Vec<Output>,
    pub buffers: &'a mut Buffers,
    pub observer: &'a mut O,
    /// The session that messages are sent in.
    pub session: Session,
    /// Messages are not sent: the peer's last ones are being handled (protocol §5, step 3).
    pub muted: bool,
}

impl<O: Observer> Outbox<'_, O> {
    /// Tells a fact. The closure is not even called when nobody listens.
    pub fn fact(&mut self, fact: impl FnOnce() -> Fact) {
        if O::LISTENS {
            self.observer.fact(fact());
        }
    }

    pub fn send(&mut self, message: Message) {
        if !self.muted {
            self.outputs.push(Output::Send(self.session, message));
        }
    }

    /// A copy of the blocks of `map`.
    pub fn copy(&mut self, map: BlockMap, from: &LineBuf) -> LineBuf {
        let mut copy = self.buffers.take();
        self.buffers.copy(map, from.bytes(), copy.bytes_mut());
        copy
    }
}
