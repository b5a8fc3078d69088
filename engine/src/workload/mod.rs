//! Where host requests come from: seeded generators and the traces of real systems. All of it is a pure function of
//! settings, seed and bytes; files are opened elsewhere.

pub mod fixed;
pub mod generator;
pub mod paths;
pub mod scatter;
pub mod trace;
pub mod zipf;

pub use generator::{Arrivals, Generator, GeneratorConfig, Pattern, SizeShare, WorkloadError};
pub use paths::{PathSelector, Paths};
