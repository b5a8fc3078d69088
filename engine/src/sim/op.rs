//! What hosts ask for, and where the next request comes from.

use super::event::EventId;
use crate::fact::IoKind;
use crate::ids::{ControllerId, HostId, Lun};

/// One request of a host, to one controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HostOp {
    pub host: HostId,
    /// The path that the host takes.
    pub via: ControllerId,
    pub io: IoKind,
    pub lun: Lun,
    /// First logical block, in blocks of `Config::block_size`.
    pub lbn: u64,
    /// How many blocks, at least 1.
    pub blocks: u32,
}

/// A request and when its host sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TimedOp {
    /// Virtual nanoseconds since the start. Times never fall from one request to the next.
    pub at_ns: u64,
    pub op: HostOp,
}

/// Where requests come from: a generator, a trace, a script. Deterministic, and without end or with one.
pub trait Source {
    fn next_op(&mut self) -> Option<TimedOp>;

    /// The first events of the run, when they do not come by time: the numbers of the pending ones that are taken, one
    /// after the other.
    fn order(&self) -> &[EventId] {
        &[]
    }
}
