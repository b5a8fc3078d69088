//! RAID-5 as arithmetic: where a block lies, how a stripe is best written, what parity is. Pure functions.

pub mod layout;
pub mod parity;
pub mod plan;
