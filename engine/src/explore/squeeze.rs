//! The bytes of a state that waits to be expanded: most are 0. Of eight bytes those that are not are written, behind one
//! byte that says which.

/// Appends the short form.
pub fn squeeze(bytes: &[u8], to: &mut Vec<u8>) {
    let mut short = [0; 9];
    for eight in bytes.chunks(8) {
        if *eight == [0; 8] {
            to.push(0);
            continue;
        }
        let mut len = 1;
        short[0] = 0;
        for (n, byte) in eight.iter().enumerate() {
            short[len] = *byte;
            short[0] |= u8::from(*byte != 0) << n;
            len += usize::from(*byte != 0);
        }
        to.extend_from_slice(&short[..len]);
    }
}

/// The bytes of a short form, and zeros up to a multiple of eight.
pub fn expand(short: &[u8], to: &mut Vec<u8>) {
    to.clear();
    let mut bytes = short.iter();
    while let Some(which) = bytes.next() {
        let mut eight = [0; 8];
        let mut left = *which;
        while left != 0 {
            eight[left.trailing_zeros() as usize] = bytes.next().copied().unwrap_or(0);
            left &= left - 1;
        }
        to.extend_from_slice(&eight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_squeezed_comes_back() {
        let mut long = vec![0; 300];
        long.extend([7, 0, 0, 9]);
        let full: Vec<u8> = (1..20).collect();
        for bytes in [vec![], vec![0], vec![1, 2, 0], vec![0, 0, 5], long, full] {
            let (mut short, mut back) = (Vec::new(), Vec::new());
            squeeze(&bytes, &mut short);
            expand(&short, &mut back);
            assert_eq!(back.len(), bytes.len().next_multiple_of(8));
            assert_eq!(back[..bytes.len()], bytes);
            assert!(back[bytes.len()..].iter().all(|byte| *byte == 0));
        }
    }
}
