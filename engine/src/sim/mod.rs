//! The world: both controllers, the link, the array, the hosts, virtual time, and what is pending.

pub(crate) mod compact;
pub mod counters;
pub mod event;
pub mod fault;
pub mod hardware;
pub mod hosts;
pub mod link;
pub mod multipath;
pub mod op;
pub mod run;
pub mod schedule;
#[cfg(test)]
mod tests;
pub mod world;

pub use counters::Counters;
pub use event::{Event, EventId, EventKind};
pub use fault::{Fault, TimedFault};
pub use hardware::{Control, Hardware};
pub use link::{Envelope, Link};
pub use op::{HostOp, Source, TimedOp};
pub use run::{Pacing, Run};
pub use world::{Command, CommandError, Seed, TIME_MAX_NS, World};
