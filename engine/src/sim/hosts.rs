//! The hosts' side: operations under way, the parts that they fall into, and the data that they write.

use super::op::HostOp;
use crate::buffer::Buffers;
use crate::config::Geometry;
use crate::ids::{BlockMap, LineKey};

/// An operation that a host has sent and not yet had answered.
#[derive(Clone, Debug)]
pub struct Operation {
    /// 1 for the first operation of the run.
    pub number: u64,
    pub op: HostOp,
    /// When the host first sent it, however often it has tried since.
    pub sent_ns: u64,
    /// When this try was sent.
    pub tried_ns: u64,
    /// How often the host has waited in vain; each wait is twice as long as the one before.
    pub vain: u8,
    /// How often an error came back at once since the last answerless wait.
    pub refusals: u8,
    pub fate: Fate,
    /// Some of what it reads is lost.
    pub failed: bool,
    /// Whether the controller has it yet.
    pub arrived: bool,
    /// Parts (one for each line) that are not done yet.
    pub parts_left: u32,
    /// It is a read, and all parts so far were answered by the cache of the controller that was asked.
    pub hit: bool,
}

impl Operation {
    /// One that its host sends then.
    #[must_use]
    pub fn new(number: u64, op: HostOp, sent_ns: u64) -> Operation {
        Operation {
            number,
            op,
            sent_ns,
            tried_ns: sent_ns,
            vain: 0,
            refusals: 0,
            fate: Fate::Waiting,
            failed: false,
            arrived: false,
            parts_left: 0,
            hit: true,
        }
    }

    /// A controller has it, or its answer is on the way, and nothing of that was lost.
    #[must_use]
    pub fn awaits_answer(&self) -> bool {
        self.fate == Fate::Waiting && self.refusals == 0
    }
}

/// What the host may still expect of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// An answer.
    Waiting,
    /// None: the request, the controller's memory of it, or the answer is lost. The host will notice by the time.
    Lost,
    /// The host has tried again and waits for that one's answer.
    Superseded,
}

/// The part of an operation that falls on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub key: LineKey,
    pub map: BlockMap,
}

/// The parts of an operation, one for each line that it touches, in the order of their blocks.
pub fn parts(op: &HostOp, geometry: Geometry) -> impl Iterator<Item = Part> + use<> {
    let (lun, end) = (op.lun, op.lbn + u64::from(op.blocks));
    let mut lbn = op.lbn;
    let (stripe, line) = (u64::from(geometry.line_blocks()), u64::from(geometry.part_blocks()));
    std::iter::from_fn(move || {
        if lbn >= end {
            return None;
        }
        let first = lbn % stripe;
        let count = (line - first % line).min(end - lbn);
        let part = Part { key: geometry.key_of(lun, lbn), map: BlockMap::range(first as u32, count as u32) };
        lbn += count;
        Some(part)
    })
}

/// Fills the blocks of `map` with what operation `number` writes: its number in the first 8 bytes of each block,
/// then a pattern of number and position. So every block tells which write it came from.
pub fn fill(bytes: &mut [u8], map: BlockMap, number: u64, buffers: &Buffers) {
    let block_bytes = buffers.block_bytes();
    for block in map.iter() {
        let at = block as usize * block_bytes;
        for (n, word) in bytes[at..at + block_bytes].chunks_exact_mut(8).enumerate() {
            let value = if n == 0 {
                number
            } else {
                crate::digest::mix(number << 20 ^ u64::from(block) << 12 ^ n as u64)
            };
            word.copy_from_slice(&value.to_le_bytes());
        }
    }
}
