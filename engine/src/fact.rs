//! Facts: what has just become true. Every step reports its facts to an [`Observer`]; ledger, metrics, narration
//! and the page read facts and state, and nothing else. With [`Unobserved`] they cost nothing.

use crate::array::Record;
use crate::controller::Mode;
use crate::ids::{BlockMap, ControllerId, HostId, LineKey, Slot};
use crate::message::MessageKind;
use crate::raid::plan::PlanKind;
use crate::sim::Fault;
use crate::state::LineState;

/// What a host asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IoKind {
    Read,
    Write,
}

/// Why a controller began to flush a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlushReason {
    /// More dirty lines than high water; flushing down to low water.
    HighWater,
    /// No host request for a while.
    Idle,
    /// The line has been dirty for long.
    Age,
    /// Slots are wanted for other lines.
    SlotsShort,
    /// A write to this line is to be written through, and the line must be clean first.
    BeforeWriteThrough,
    /// A controller that serves alone keeps nothing dirty for longer than it must.
    Alone,
    /// A battery would not keep the caches through a power failure.
    Battery,
}

/// Where a block of a read came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadSource {
    Cache,
    Disk,
    /// The owner, over the link.
    Peer,
}

/// The four lists that slots move between, seen from one controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotList {
    /// Free slots in the controller's own memory.
    LocalFree,
    /// Free slots in the peer's memory that the controller manages.
    MirrorFree,
}

/// One thing that has just become true. `at` names the controller concerned; `op` a host operation by its number
/// (1 is the first); `key` a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case", tag = "fact")]
pub enum Fact {
    /// A host's operation has reached a controller.
    #[serde(rename_all = "camelCase")]
    HostArrived { op: u64, host: HostId, at: ControllerId, io: IoKind, lun: u16, lbn: u64, blocks: u32 },
    /// The controller has answered the operation: a write is safe in two caches or on disk, a read has its data.
    #[serde(rename_all = "camelCase")]
    HostReplied { op: u64, host: HostId, at: ControllerId, io: IoKind },
    /// The answer has reached the host.
    #[serde(rename_all = "camelCase")]
    HostDone { op: u64, host: HostId, at: ControllerId, io: IoKind, latency_ns: u64 },
    /// One block of a read: the value is the number of the write that it came from (0: never written).
    #[serde(rename_all = "camelCase")]
    BlockRead { op: u64, at: ControllerId, lun: u16, lbn: u64, value: u64, from: ReadSource },
    /// The part of a write that falls on one line has been committed by its owner.
    #[serde(rename_all = "camelCase")]
    WriteCommitted { op: u64, at: ControllerId, key: LineKey, map: BlockMap, seq: u64 },
    /// A line changed state at one controller; `None` is the absence of an entry.
    #[serde(rename_all = "camelCase")]
    LineState { at: ControllerId, key: LineKey, from: Option<LineState>, to: Option<LineState> },
    /// A message has been handed to the link.
    #[serde(rename_all = "camelCase")]
    Sent { from: ControllerId, message: MessageKind, key: LineKey },
    /// A message has been received and handled. For DATA: it has landed.
    #[serde(rename_all = "camelCase")]
    Received { at: ControllerId, message: MessageKind, key: LineKey },
    /// Ownership of a line has come to `at`: by a switch of roles, or (`swapped` false) without data.
    #[serde(rename_all = "camelCase")]
    OwnershipGained { at: ControllerId, key: LineKey, swapped: bool },
    /// A request waits: for a slot, for ownership, or for the line's current work to end.
    #[serde(rename_all = "camelCase")]
    Waits { op: u64, at: ControllerId, key: LineKey, for_what: WaitsFor },
    /// A flush begins.
    #[serde(rename_all = "camelCase")]
    FlushBegan { at: ControllerId, key: LineKey, reason: FlushReason },
    /// A write is being written through, since no slot came free in time.
    #[serde(rename_all = "camelCase")]
    WriteThroughBegan { at: ControllerId, key: LineKey, op: u64 },
    /// How the stripe will be written.
    #[serde(rename_all = "camelCase")]
    ParityPlanned { at: ControllerId, key: LineKey, plan: PlanKind, reads: u32, writes: u32 },
    /// A slot has left or come back to a free list. `slot` lies in the memory of `memory`.
    #[serde(rename_all = "camelCase")]
    SlotTaken { at: ControllerId, list: SlotList, memory: ControllerId, slot: Slot },
    #[serde(rename_all = "camelCase")]
    SlotFreed { at: ControllerId, list: SlotList, memory: ControllerId, slot: Slot },
    /// A disk command has been issued. `offset` in blocks on that disk.
    #[serde(rename_all = "camelCase")]
    DiskIssued { at: ControllerId, key: LineKey, disk: u8, offset: u64, io: IoKind, parity: bool },
    /// … and has been carried out.
    #[serde(rename_all = "camelCase")]
    DiskDone { at: ControllerId, key: LineKey, disk: u8, offset: u64, io: IoKind, parity: bool },
    /// … and has failed: the disk is gone, or the blocks cannot be read.
    #[serde(rename_all = "camelCase")]
    DiskFailed { at: ControllerId, key: LineKey, disk: u8, offset: u64, io: IoKind, parity: bool },

    /// Something was broken or mended from outside.
    Fault { fault: Fault },
    /// A controller has changed its mode.
    #[serde(rename_all = "camelCase")]
    Mode { at: ControllerId, from: Mode, to: Mode },
    /// What was under way at a controller ends there: hosts will never hear of it. Its unanswered writes have taken
    /// effect by now, or never will.
    #[serde(rename_all = "camelCase")]
    Abandoned { at: ControllerId },
    /// The controller has stopped hearing its peer.
    #[serde(rename_all = "camelCase")]
    Suspects { at: ControllerId, why: Suspicion },
    /// A message about the controllers as a whole has been handed to the link …
    #[serde(rename_all = "camelCase")]
    SessionSent { from: ControllerId, message: MessageKind },
    /// … and received.
    #[serde(rename_all = "camelCase")]
    SessionReceived { at: ControllerId, message: MessageKind },
    /// A message was not taken: it belongs to a session that is over.
    #[serde(rename_all = "camelCase")]
    Dropped { at: ControllerId, message: MessageKind, key: Option<LineKey> },
    /// A message was not taken: its line cannot follow it in the state it is in. Only a tampered link brings such.
    #[serde(rename_all = "camelCase")]
    Stray { at: ControllerId, message: MessageKind, key: Option<LineKey> },
    /// A message was lost on the link (cut, or tampered with).
    #[serde(rename_all = "camelCase")]
    Lost { to: ControllerId, message: MessageKind, key: Option<LineKey> },
    /// The record on the array was changed by a compare-and-swap.
    #[serde(rename_all = "camelCase")]
    RecordSwapped { by: ControllerId, record: Record },
    /// A compare-and-swap came too late: the record is another already.
    #[serde(rename_all = "camelCase")]
    SwapRefused { by: ControllerId, record: Record },
    /// The array takes no more commands from `fenced`, and has forgotten those it had.
    #[serde(rename_all = "camelCase")]
    Fenced { fenced: ControllerId, by: ControllerId, aborted: u32 },
    /// The survivor has taken over: so many lines are dirty, so many stripes have suspect parity.
    #[serde(rename_all = "camelCase")]
    TookOver { at: ControllerId, dirty: u32, suspect: u32 },
    /// A stripe's parity may be wrong …
    #[serde(rename_all = "camelCase")]
    Suspect { at: ControllerId, key: LineKey },
    /// … and has been recomputed.
    #[serde(rename_all = "camelCase")]
    Trusted { at: ControllerId, key: LineKey },
    /// The walker has copied a line to the replacement (protocol §7, step 2).
    #[serde(rename_all = "camelCase")]
    Walked { at: ControllerId, key: LineKey, left: u32 },
    /// A LUN has its own default owner again.
    #[serde(rename_all = "camelCase")]
    Rehomed { lun: u16, to: ControllerId },
    /// A controller takes no write into its cache any more, or does again: a battery.
    #[serde(rename_all = "camelCase")]
    WriteThroughPolicy { at: ControllerId, on: bool },
    /// A patrol (scrub, rebuild, suspect parity) has finished a stripe.
    #[serde(rename_all = "camelCase")]
    Patrolled { at: ControllerId, key: LineKey, found: Found },
    /// Blocks that nothing can give back: two failures have met.
    #[serde(rename_all = "camelCase")]
    BlocksLost { at: ControllerId, key: LineKey, map: BlockMap },
    /// A host has got no answer in time, or an error, and sends the request again on its other path, as a new
    /// operation.
    #[serde(rename_all = "camelCase")]
    HostRetries { op: u64, retry: u64, host: HostId, via: ControllerId },
    /// A host got an error for good: a controller's answer, or for want of any answer in all the time that it waits.
    #[serde(rename_all = "camelCase")]
    HostFailed { op: u64, host: HostId, at: ControllerId, io: IoKind, answered: bool },
}

/// Why a controller suspects its peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Suspicion {
    /// The link is down.
    LinkDown,
    /// Nothing has come over the link for some periods, though the peer still writes its mailbox.
    LinkSilent,
    /// Neither link nor mailbox has told of the peer for some periods.
    Silent,
    /// A cold boot, and the other one does not answer.
    Alone,
}

/// What a patrol found in a stripe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// Data and parity fit.
    Sound,
    /// Parity did not fit and was written anew.
    ParityMended,
    /// A chunk could not be read and was written anew from the others.
    ChunkRebuilt,
    /// A chunk is missing and its disk too: nothing can be done yet.
    Degraded,
}

/// What a request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitsFor {
    /// A mirror slot or a slot of one's own.
    Slot,
    /// The peer's grant.
    Ownership,
    /// Another write, a flush or a release of the same line.
    Line,
}

/// Who is told the facts, step by step.
pub trait Observer {
    /// Whether facts are wanted at all. A constant, so that an observer that wants none costs nothing.
    const LISTENS: bool = true;

    fn fact(&mut self, fact: Fact);
}

/// The observer that wants nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    const LISTENS: bool = false;

    fn fact(&mut self, _fact: Fact) {}
}

/// Tells whoever it may be. The whole protocol is compiled once for each type of observer; what is told through this
/// one shares that code, and the page, which is loaded over networks, is smaller by it.
pub struct Told<'a>(pub &'a mut dyn FnMut(Fact));

impl Observer for Told<'_> {
    fn fact(&mut self, fact: Fact) {
        (self.0)(fact);
    }
}

/// An observer that keeps the facts of the step in a list.
impl Observer for Vec<Fact> {
    fn fact(&mut self, fact: Fact) {
        self.push(fact);
    }
}

impl<O: Observer> Observer for &mut O {
    const LISTENS: bool = O::LISTENS;

    fn fact(&mut self, fact: Fact) {
        (**self).fact(fact);
    }
}
