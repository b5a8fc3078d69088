//! The sweep: many small random worlds in which many things fail, each from one number, each watched at every step.
//!
//! A seed decides everything (swarm testing: which kinds of requests and faults a world has at all is drawn first, so
//! that rare mixtures come up as often as common ones). Three tempers:
//!
//! - **careful** seeds break one thing at a time, and the next only when everything is whole again. There nothing may
//!   refuse, no block may be lost, and all must be whole in the end.
//! - **aimed** seeds break one thing, wait for a chosen phase of what that sets off, and break a chosen second one.
//! - **wild** seeds break anything at any time.
//!
//! In the last two failures overlap, and the system may refuse to serve (protocol G5), but what it says must be true.
//!
//! Then a healing phase mends everything, and everything has to finish. Faults are drawn while the world runs, with an
//! eye on what it does, and written down with their times; so what happened is a plain [`Scenario`], which happens
//! again in the same way, and which [`shrink`] reduces to what matters.
//!
//! [`Scenario`]: crate::scenario::Scenario

pub mod coverage;
pub mod draw;
pub mod failing;
pub mod judge;
mod plan;
pub mod reached;
pub mod shrink;
pub mod trial;

pub use coverage::Coverage;
pub use draw::{Drawn, Temper};
pub use failing::Failing;
pub use reached::States;
pub use trial::{EVENTS_MAX, Trial, Variant, is_endless, replay};

#[cfg(test)]
mod tests;
