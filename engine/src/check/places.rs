//! Where the account of something stands: a hash table that is looked up and never iterated, with the engine's own
//! mixing step, so that it is the same everywhere and as fast as a check of every event needs.

use crate::digest::mix;
use std::hash::{BuildHasherDefault, Hasher};

/// From a key to the number of its account.
#[expect(clippy::disallowed_types, reason = "it is looked up and never iterated, and its hasher has no seed")]
pub type Places<K> = std::collections::HashMap<K, u32, BuildHasherDefault<Mixer>>;

/// Folds the numbers of a key in; 64-bit ones, with which every key ends, by the engine's mixing step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    /// The LUN before an LBN: both are mixed when the LBN comes.
    fn write_u16(&mut self, number: u16) {
        self.0 ^= u64::from(number).rotate_right(16);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0 ^ number);
    }
}
