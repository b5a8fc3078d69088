//! An event: what happened at one instant, and which event caused it.

use crate::fact::IoKind;
use crate::ids::{ControllerId, HostId, LineKey};
use crate::message::MessageKind;
use crate::sim::fault::Fault;

/// The number of a pending event. Given in the order in which events are scheduled, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct EventId(pub u64);

/// One event that has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The how-manieth event of the run, counted from 0.
    pub index: u64,
    pub id: EventId,
    pub at_ns: u64,
    /// The index of the event that caused it; nothing for what comes from outside.
    pub cause: Option<u64>,
    pub kind: EventKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum EventKind {
    /// A host's operation reaches a controller.
    #[serde(rename_all = "camelCase")]
    HostArrives { op: u64, host: HostId, at: ControllerId, io: IoKind, lun: u16, lbn: u64, blocks: u32 },
    /// The answer reaches the host.
    #[serde(rename_all = "camelCase")]
    HostDone { op: u64, host: HostId, at: ControllerId, io: IoKind },
    /// A message is received and handled; DATA lands.
    #[serde(rename_all = "camelCase")]
    Message { to: ControllerId, message: MessageKind, key: LineKey },
    /// A disk command is carried out.
    #[serde(rename_all = "camelCase")]
    Disk { disk: u8, at: ControllerId, io: IoKind, key: LineKey, parity: bool },
    /// The flush timer of a controller.
    #[serde(rename_all = "camelCase")]
    FlushTimer { at: ControllerId },
    /// A write has waited for a slot for as long as the config allows.
    #[serde(rename_all = "camelCase")]
    SlotWait { at: ControllerId },
    /// A message about the controllers as a whole is received and handled.
    #[serde(rename_all = "camelCase")]
    Session { to: ControllerId, message: MessageKind },
    /// Something is broken or mended from outside.
    #[serde(rename_all = "camelCase")]
    Fault { fault: Fault },
    /// The period of heartbeats at a controller.
    #[serde(rename_all = "camelCase")]
    Heartbeat { at: ControllerId },
    /// A controller learns what the other has written into its mailbox on the array.
    #[serde(rename_all = "camelCase")]
    Mailbox { at: ControllerId },
    /// A controller learns that nothing comes over the link any more, or that it does again.
    #[serde(rename_all = "camelCase")]
    LinkSignal { at: ControllerId, up: bool },
    /// The record's answer to a compare-and-swap, or to a look at it.
    #[serde(rename_all = "camelCase")]
    Record { at: ControllerId, swapped: bool },
    /// A fence is confirmed.
    #[serde(rename_all = "camelCase")]
    Fence { by: ControllerId, fenced: ControllerId },
    /// A controller has started.
    #[serde(rename_all = "camelCase")]
    Boot { at: ControllerId },
    /// Some time that a controller has waited for another to answer is over.
    #[serde(rename_all = "camelCase")]
    BootWait { at: ControllerId },
    /// A controller looks again at stripes that a patrol had to leave out.
    #[serde(rename_all = "camelCase")]
    PatrolTimer { at: ControllerId },
    /// Hosts look at what they have waited for too long.
    HostWatch,
    /// A host sends a request again.
    #[serde(rename_all = "camelCase")]
    HostRetries { host: HostId, via: ControllerId },
}
