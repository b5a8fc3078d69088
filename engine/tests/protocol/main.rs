//! The protocol of the steady state, told in stories. Every invariant is checked after every event of each.

mod claims;
mod steady;
mod support;
