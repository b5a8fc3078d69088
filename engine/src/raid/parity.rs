//! RAID-5 parity: the XOR of a stripe's data.

/// XORs `from` into `into`. Both have the same length.
///
/// # Panics
/// When the lengths differ.
pub fn xor_into(into: &mut [u8], from: &[u8]) {
    assert_eq!(into.len(), from.len(), "XOR takes blocks of one size");
    for (a, b) in into.iter_mut().zip(from) {
        *a ^= b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xor_of_all_but_one_gives_the_missing_one() {
        let blocks = [[1u8, 2, 3], [250, 0, 7], [9, 9, 9]];
        let mut parity = [0u8; 3];
        for block in &blocks {
            xor_into(&mut parity, block);
        }
        xor_into(&mut parity, &blocks[0]);
        xor_into(&mut parity, &blocks[2]);
        assert_eq!(parity, blocks[1]);
    }
}
