//! The bytes of a state that waits to be expanded: most are 0, and runs of zeros are written as their lengths.

/// Appends the short form.
pub fn squeeze(bytes: &[u8], to: &mut Vec<u8>) {
    let mut zeros = 0;
    for byte in bytes {
        if *byte == 0 && zeros < u8::MAX {
            zeros += 1;
            continue;
        }
        if zeros > 0 {
            to.extend_from_slice(&[0, zeros]);
        }
        zeros = u8::from(*byte == 0);
        if *byte != 0 {
            to.push(*byte);
        }
    }
    if zeros > 0 {
        to.extend_from_slice(&[0, zeros]);
    }
}

/// The bytes of a short form.
pub fn expand(short: &[u8], to: &mut Vec<u8>) {
    to.clear();
    let mut bytes = short.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            0 => to.resize(to.len() + usize::from(*bytes.next().unwrap_or(&0)), 0),
            byte => to.push(*byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_squeezed_comes_back() {
        let mut long = vec![0; 300];
        long.extend([7, 0, 0, 9]);
        for bytes in [vec![], vec![0], vec![1, 2, 0], vec![0, 0, 5], long] {
            let (mut short, mut back) = (Vec::new(), Vec::new());
            squeeze(&bytes, &mut short);
            expand(&short, &mut back);
            assert_eq!(back, bytes);
        }
    }
}
