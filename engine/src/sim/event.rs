//! An event: what happened at one instant, and which event caused it.

use crate::fact::IoKind;
use crate::ids::{ControllerId, HostId, LineKey};
use crate::message::MessageKind;

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
}
