//! A digest of the state: 64 bits that are the same wherever the state is the same.

/// Feeds numbers in, gives 64 bits out. Not cryptographic; the mixing step is that of splitmix64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Digest {
        Digest(0x6d69_7272_6f72_6c6e)
    }
}

impl Digest {
    pub fn word(&mut self, word: u64) {
        self.0 = mix(self.0.rotate_left(23) ^ word);
    }

    /// Two numbers, as one word.
    pub fn pair(&mut self, high: u32, low: u32) {
        self.word((u64::from(high) << 32) + u64::from(low));
    }

    /// A number with flags below it, the last one lowest, as one word.
    pub fn flags(&mut self, above: u32, flags: &[bool]) {
        self.word(flags.iter().fold(u64::from(above), |word, flag| 2 * word + u64::from(*flag)));
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }

    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }
}

/// The finalizer of splitmix64 (Steele, Lea, Flood 2014): a bijection on 64 bits that spreads every bit.
#[must_use]
pub fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(feed: impl FnOnce(&mut Digest)) -> u64 {
        let mut digest = Digest::default();
        feed(&mut digest);
        digest.value()
    }

    #[test]
    fn what_goes_into_one_word_keeps_its_place_in_it() {
        assert_eq!(
            fed(|digest| digest.pair(0x1234_5678, 0x9abc_def0)),
            fed(|digest| digest.word(0x1234_5678_9abc_def0))
        );
        assert_eq!(fed(|digest| digest.flags(5, &[true, true, false])), fed(|digest| digest.word(0b101_110)));
    }
}
