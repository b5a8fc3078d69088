//! The engine of Mirrorline: everything that is true without a screen.
//!
//! A [`sim::World`] holds two controllers, the link between them, their disks and hosts, and what is pending. One
//! [`step`](sim::World::step) lets one event happen; an observer is told the facts. The same commands give the same
//! state everywhere.
//!
//! ```
//! use mirrorline_engine::check::{Depth, Watch};
//! use mirrorline_engine::config::Config;
//! use mirrorline_engine::fact::IoKind;
//! use mirrorline_engine::ids::{ControllerId, HostId, LineKey, Lun};
//! use mirrorline_engine::sim::{Command, HostOp, Seed, TimedOp, World};
//! use mirrorline_engine::state::LineState;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut world = World::new(Config::default(), Seed(1))?;
//! // Host 1 writes block 42 of LUN 0, through controller A, at once.
//! let op = HostOp {
//!     host: HostId(0),
//!     via: ControllerId::A,
//!     io: IoKind::Write,
//!     lun: Lun(0),
//!     lbn: 42,
//!     blocks: 1,
//! };
//! world.apply(Command::Submit(TimedOp { at_ns: 0, op }))?;
//!
//! // Every invariant is checked after every event.
//! let mut watch = Watch::new(Depth::EveryEvent);
//! while world.outstanding() > 0 && world.step(&mut watch).is_some() {
//!     watch.after_event(&world);
//! }
//! assert!(watch.violations().is_empty());
//!
//! // The host has its answer: the write is held twice, and no disk has been touched.
//! let line = LineKey::new(Lun(0), 42 / u64::from(world.config().line_blocks()));
//! let state = |at| world.controller(at).line(line).and_then(|line| line.state);
//! assert_eq!(state(ControllerId::A), Some(LineState::OD));
//! assert_eq!(state(ControllerId::B), Some(LineState::MD));
//! assert_eq!(world.counters().disk_writes, 0);
//! assert_eq!(world.now_ns(), 27_428);
//! # Ok(())
//! # }
//! ```
//!
//! What the protocol is stands in `docs/protocol.md`; how the code is laid out, in `ARCHITECTURE.md`.

pub mod array;
pub mod buffer;
pub mod bug;
pub mod check;
mod compact;
pub mod config;
pub mod controller;
pub mod digest;
pub mod explain;
pub mod explore;
pub mod export;
pub mod fact;
pub mod history;
pub mod ids;
pub mod message;
pub mod paged;
pub mod raid;
pub mod rng;
pub mod scenario;
pub mod sim;
pub mod slab;
pub mod state;
pub mod stats;
pub mod sweep;
pub mod text;
pub mod workload;

/// The version of this engine. Links and logs carry it, because the same
/// commands give the same state only within one version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
