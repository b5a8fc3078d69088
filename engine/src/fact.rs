//! Facts: what has just become true. Every step reports its facts to an [`Observer`]; ledger, metrics, narration
//! and the page read facts and state, and nothing else. With [`Unobserved`] they cost nothing.

use crate::ids::{BlockMap, ControllerId, HostId, LineKey, Slot};
use crate::message::MessageKind;
use crate::raid::plan::PlanKind;
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
