//! What a controller knows of one line: the hash table's entry, and the operations on it.

use crate::ids::{BlockMap, Cid, ControllerId, LineKey, Slot, Ticket};
use crate::slab::NONE;
use crate::state::LineState;

/// A record in the hash table. It is an *entry* of the protocol when `state` is set; without, it only holds
/// requests that wait (for ownership or for slots) on a line that the controller has no entry for.
#[derive(Clone, Debug)]
pub struct Line {
    pub key: LineKey,
    pub state: Option<LineState>,
    /// Who owns it, in which of the owner's slots, the how-manieth use.
    pub cid: Cid,
    pub seq: u64,
    /// Blocks that `loc` holds.
    pub valid: BlockMap,
    /// Blocks that are newer than the disk. Always within `valid` (R1).
    pub dirty: BlockMap,
    /// The controller's own slot.
    pub loc: Option<Slot>,
    /// The slot in the peer's memory: the mirror's address, or at the mirror the owner's (claims 4, 18).
    pub peer_slot: Option<Slot>,
    /// The peer still holds an entry for this line although no data.
    pub stub: bool,
    /// The slot in the peer that the write in progress is being mirrored into.
    pub fresh: Option<Slot>,
    /// The host write in progress, past *idle*: an index of requests, or [`NONE`].
    pub op: u32,
    /// Own REQ_OWN on its way: the ticket that a NACK must carry to count.
    pub ask: Option<Ticket>,
    /// The peer's REQ_OWN that waits for an answer.
    pub asked: Option<Ticket>,
    /// Ownership was granted to a waiting write, which comes before any answer to the peer (protocol §4, rule 2).
    pub granted: bool,
    /// This flush or drop ends without a mirror.
    pub dropping: bool,
    /// Host writes that wait, first come first served: indices of requests.
    pub writes: Waiting,
    /// Reads that wait for the write in progress.
    pub reads: Waiting,
    /// Patrols and reconstructing reads that are at work on the stripe: no write of it may begin.
    pub locks: u16,
    /// In a cold boot's recovery: written back already, and kept all the same until the record has changed (R6).
    pub destaged: bool,
    /// When it was last used, in requests of this controller.
    pub used: u64,
    /// The flush timer's tick at which it became dirty.
    pub dirty_since: u32,
    /// Next record in the same hash bucket.
    pub next_in_bucket: u32,
}

/// The head and the tail of a list of requests, linked through `Request::next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub head: u32,
    pub tail: u32,
}

impl Waiting {
    pub const EMPTY: Waiting = Waiting { head: NONE, tail: NONE };

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.head == NONE
    }
}

impl Line {
    #[must_use]
    pub fn new(key: LineKey, owner: ControllerId) -> Line {
        Line {
            key,
            state: None,
            cid: Cid { owner, slot: Slot(0), generation: 0 },
            seq: 0,
            valid: BlockMap::EMPTY,
            dirty: BlockMap::EMPTY,
            loc: None,
            peer_slot: None,
            stub: false,
            fresh: None,
            op: NONE,
            ask: None,
            asked: None,
            granted: false,
            dropping: false,
            writes: Waiting::EMPTY,
            reads: Waiting::EMPTY,
            locks: 0,
            destaged: false,
            used: 0,
            dirty_since: 0,
            next_in_bucket: NONE,
        }
    }

    /// What a power failure leaves of the line makes its stripe suspect: it is dirty, or was in work (R5).
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        let in_work = |state: LineState| matches!(state, LineState::OP | LineState::MF) || state.is_writing();
        !self.dirty.is_empty() || self.state.is_some_and(in_work)
    }

    /// Nothing is under way on the line and nothing waits for it.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.op == NONE
            && self.ask.is_none()
            && self.asked.is_none()
            && self.writes.is_empty()
            && self.reads.is_empty()
            && self.locks == 0
            && self.fresh.is_none()
    }
}
