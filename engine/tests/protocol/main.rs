//! The protocol, told in stories: the steady state, and failures. Every invariant is checked after every event of each.

mod claims;
mod failures;
mod overlap;
mod solo_write_back;
mod steady;
mod stripes;
mod support;
