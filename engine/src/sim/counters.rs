//! What has been counted since the start.

use crate::message::MessageKind;
use crate::sim::Fault;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Operations that hosts have sent.
    pub host_ios: u64,
    /// Operations whose answer has reached the host.
    pub acknowledged: u64,
    pub reads: u64,
    pub writes: u64,
    /// Reads that the cache of the controller that was asked answered alone.
    pub read_hits: u64,
    /// Messages sent, by [`MessageKind`] as a number.
    pub messages: [u64; MessageKind::COUNT],
    /// Operations that are another try of an earlier one.
    pub retries: u64,
    /// Operations that ended with an error at the host.
    pub failed: u64,
    /// Faults, by [`Fault::number`].
    pub faults: [u64; Fault::COUNT],
    /// Disk commands carried out.
    pub disk_reads: u64,
    pub disk_writes: u64,
}
