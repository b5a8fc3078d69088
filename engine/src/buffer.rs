//! Buffers for the bytes of one line, used again and again so that a run allocates nothing once it is warm.

use crate::ids::BlockMap;

/// The bytes of one line on their way: a host's data, a DATA message, a disk command. Only the blocks that the
/// accompanying map names mean anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineBuf(Vec<u8>);

impl LineBuf {
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

/// The pool that line buffers are taken from and given back to.
#[derive(Debug)]
pub struct Buffers {
    line_bytes: usize,
    block_bytes: usize,
    spare: Vec<LineBuf>,
    /// How many were taken and have not come back.
    #[cfg(test)]
    pub(crate) out: isize,
}

impl Buffers {
    /// Buffers for lines of `line_bytes` stored bytes in blocks of `block_bytes`.
    #[must_use]
    pub fn new(line_bytes: usize, block_bytes: usize) -> Buffers {
        Buffers {
            line_bytes,
            block_bytes,
            spare: Vec::new(),
            #[cfg(test)]
            out: 0,
        }
    }

    /// A buffer of one line. Its content is whatever it held last.
    #[must_use]
    pub fn take(&mut self) -> LineBuf {
        #[cfg(test)]
        {
            self.out += 1;
        }
        self.spare.pop().unwrap_or_else(|| LineBuf(vec![0; self.line_bytes]))
    }

    /// A buffer of one line, all zero.
    #[must_use]
    pub fn take_zeroed(&mut self) -> LineBuf {
        let mut buf = self.take();
        buf.0.fill(0);
        buf
    }

    pub fn give(&mut self, buf: LineBuf) {
        debug_assert_eq!(buf.0.len(), self.line_bytes, "only this pool's buffers come back");
        self.spare.push(buf);
        #[cfg(test)]
        {
            self.out -= 1;
        }
    }

    /// Stored bytes of one block.
    #[must_use]
    pub fn block_bytes(&self) -> usize {
        self.block_bytes
    }

    /// Copies the blocks of `map` from one line's bytes to another's.
    pub fn copy(&self, map: BlockMap, from: &[u8], to: &mut [u8]) {
        copy_blocks(self.block_bytes, map, from, to);
    }
}

/// A clone of a world starts with an empty pool: what lies in it is never read.
impl Clone for Buffers {
    fn clone(&self) -> Buffers {
        Buffers::new(self.line_bytes, self.block_bytes)
    }
}

/// Copies the blocks of `map`, each of `block_bytes`, from one line's bytes to another's.
pub fn copy_blocks(block_bytes: usize, map: BlockMap, from: &[u8], to: &mut [u8]) {
    for block in map.iter() {
        let at = block as usize * block_bytes;
        to[at..at + block_bytes].copy_from_slice(&from[at..at + block_bytes]);
    }
}
