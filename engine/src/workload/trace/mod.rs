//! Traces of real systems: what was recorded, turned into host requests for a simulated array.
//!
//! A trace is read twice: once to check it from first line to last and to learn its shape ([`Scan`]), and once to
//! replay it, since the LUNs must have their sizes before the first request. Both passes take memory that does not
//! grow with the trace; [`Scan::keeping`] holds the requests instead, 24 bytes each, so that a page can run them
//! again and again.

pub mod error;
pub mod fio;
pub mod lines;
pub mod mapping;
pub mod replay;
pub mod scan;
pub mod summary;

pub use error::{TraceError, TraceProblem};
pub use fio::{FioParser, TraceOp};
pub use lines::Reader;
pub use mapping::{Mapping, MappingConfig};
pub use replay::{Router, TraceSource};
pub use scan::{Scan, StoredOp, Trace};
pub use summary::TraceSummary;
