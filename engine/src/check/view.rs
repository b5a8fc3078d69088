//! One line at one instant, gathered once for all checks: both controllers' records, what the memories and the disks
//! hold of it, which messages speak of it, and what hosts may read.

use super::linear::{Linearizability, Values};
use super::state;
use crate::array::{DiskState, Target};
use crate::config::Geometry;
use crate::controller::line::Line;
use crate::ids::{BlockMap, ControllerId, LineKey, Slot};
use crate::message::Message;
use crate::paged::word_at;
use crate::sim::World;
use crate::state::LineState;

/// What goes for all lines at one instant.
#[derive(Clone, Copy, Debug)]
pub struct Whole {
    /// Both controllers serve together.
    pub dual: bool,
    /// Whose memory counts.
    pub counts: [bool; 2],
    /// Every disk is there and every block of it can be read.
    sound: bool,
    /// REHOME is on its way to somebody.
    rehoming: bool,
    in_flight: bool,
}

impl Whole {
    #[must_use]
    pub fn of(world: &World) -> Whole {
        let disks = || (0..world.config().raid.disks).map(|disk| world.array().disk(disk));
        let sound = |disk: &crate::array::Disk| disk.state == DiskState::Present && !disk.has_spoiled();
        let troubled = world.hardware().troubled;
        let rehomes = |to: ControllerId| {
            let mut link = world.link_to(to).iter();
            link.any(|envelope| matches!(envelope.message, Message::Rehome { .. }))
        };
        Whole {
            dual: state::is_dual(world),
            counts: ControllerId::BOTH.map(|at| state::counts(world, at)),
            sound: !troubled || disks().all(sound),
            rehoming: troubled && ControllerId::BOTH.into_iter().any(rehomes),
            in_flight: ControllerId::BOTH.iter().any(|to| !world.link_to(*to).is_empty()),
        }
    }
}

/// The most data chunks that a stripe has.
const CHUNKS_MAX: usize = 15;
/// For so many blocks of a line it is looked up once what hosts may read; of longer lines, for the rest each time.
const LOOKED_UP: usize = 16;

#[derive(Clone, Debug)]
pub struct LineView<'a> {
    pub world: &'a World,
    pub whole: Whole,
    pub key: LineKey,
    /// Each controller's record, with or without an entry.
    pub records: [Option<&'a Line>; 2],
    pub geometry: Geometry,
    /// The blocks of the line, by their numbers in the stripe.
    pub blocks: BlockMap,
    pub stripe: u64,
    pub first_lbn: u64,
    memories: [Option<&'a [u8]>; 2],
    /// Each chunk as it stands on its disk, whether or not the disk counts.
    chunks: [Option<&'a [u8]>; CHUNKS_MAX],
    parity: Option<&'a [u8]>,
    block_bytes: usize,
    hosts: &'a Linearizability,
    values: [Values<'a>; LOOKED_UP],
    /// The disk that each chunk lies on.
    disks: [u8; CHUNKS_MAX],
    /// The numbers that the first blocks' places on their disks hold.
    words: [u64; LOOKED_UP],
    /// Messages about the line, and those of them that carry its ownership.
    pub messages: u32,
    pub tokens: u32,
    /// For each memory a slot of it that a message brings home.
    pub homing: [Option<Slot>; 2],
}

impl<'a> LineView<'a> {
    #[must_use]
    pub fn new(
        world: &'a World,
        hosts: &'a Linearizability,
        whole: Whole,
        key: LineKey,
        records: [Option<&'a Line>; 2],
    ) -> LineView<'a> {
        let geometry = world.config().raid;
        let line_blocks = world.config().line_blocks();
        let stripe = world.controller(ControllerId::A).shape().array_stripe(key);
        let first_lbn = key.first_lbn(line_blocks);
        let memory = |at: ControllerId| {
            let slot = records[at.index()]?.loc?;
            world.controller(at).memory().slot_bytes(slot)
        };
        let (mut chunks, mut disks) = ([None; CHUNKS_MAX], [0; CHUNKS_MAX]);
        for chunk in 0..geometry.data_disks() as usize {
            disks[chunk] = Target::Data(chunk as u8).disk(geometry, stripe);
            chunks[chunk] = world.array().disk(disks[chunk]).media.get(stripe);
        }
        let block_bytes = world.config().payload_bytes as usize;
        let (mut values, mut words) = ([Values::default(); LOOKED_UP], [0; LOOKED_UP]);
        let chunk_blocks = usize::from(geometry.chunk_blocks);
        for (chunk, bytes) in chunks.iter().enumerate().take(geometry.data_disks() as usize) {
            let first = chunk * chunk_blocks;
            if let Some(bytes) = bytes
                && first < LOOKED_UP
            {
                for (row, word) in words[first..].iter_mut().take(chunk_blocks).enumerate() {
                    *word = word_at(bytes, row * block_bytes);
                }
            }
        }
        for (block, values) in values.iter_mut().enumerate().take(line_blocks as usize) {
            *values = hosts.values(key.lun().0, first_lbn + block as u64);
        }
        let mut view = LineView {
            world,
            whole,
            key,
            records,
            geometry,
            blocks: geometry.blocks_of(key),
            stripe,
            first_lbn,
            memories: ControllerId::BOTH.map(memory),
            chunks,
            parity: world.array().chunk(stripe, Target::Parity),
            block_bytes,
            hosts,
            values,
            disks,
            words,
            messages: 0,
            tokens: 0,
            homing: [None, None],
        };
        if whole.in_flight {
            view.look_at_links();
        }
        view
    }

    /// The line as it stands in the world.
    #[must_use]
    pub fn of(world: &'a World, hosts: &'a Linearizability, whole: Whole, key: LineKey) -> LineView<'a> {
        let records = ControllerId::BOTH.map(|at| world.controller(at).line(key));
        LineView::new(world, hosts, whole, key, records)
    }

    fn look_at_links(&mut self) {
        for to in ControllerId::BOTH {
            for envelope in self.world.link_to(to).iter() {
                if envelope.message.key() != Some(self.key) {
                    continue;
                }
                self.messages += 1;
                match envelope.message {
                    Message::Grant { .. } => self.tokens += 1,
                    Message::Reuse { ret, .. } => {
                        let home = self.world.controller(to).default_owner(self.key);
                        self.tokens += u32::from(home == to);
                        // It names a slot of the sender's memory.
                        self.homing[to.peer().index()] = self.homing[to.peer().index()].or(ret);
                    }
                    Message::Consistent { ret, .. } => {
                        self.homing[to.peer().index()] = self.homing[to.peer().index()].or(ret);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether the ownership of the line may be on its way with that of its whole LUN.
    #[must_use]
    pub fn is_rehoming(&self) -> bool {
        let lun = self.key.lun();
        self.whole.rehoming
            && ControllerId::BOTH.into_iter().any(|to| {
                let mut link = self.world.link_to(to).iter();
                link.any(|envelope| envelope.message == Message::Rehome { lun })
            })
    }

    /// A controller's entry: a record that stands in the protocol.
    #[must_use]
    pub fn entry(&self, at: ControllerId) -> Option<&'a Line> {
        self.records[at.index()].filter(|line| line.state.is_some())
    }

    #[must_use]
    pub fn state(&self, at: ControllerId) -> Option<LineState> {
        self.records[at.index()].and_then(|line| line.state)
    }

    /// The states at a controller of all lines that share the stripe; usually of this one alone.
    pub fn states_in_stripe(&self, at: ControllerId) -> impl Iterator<Item = Option<LineState>> {
        self.geometry.lines_beside(self.key).map(move |key| {
            let own = || self.state(at);
            if key == self.key {
                own()
            } else {
                self.world.controller(at).line(key).and_then(|line| line.state)
            }
        })
    }

    /// Whether another line of the stripe is being written, or was when its writer stopped.
    #[must_use]
    pub fn is_beside_a_write(&self) -> bool {
        let others = self.geometry.lines_beside(self.key).filter(|key| *key != self.key);
        let mut states = others.flat_map(|key| {
            ControllerId::BOTH.map(|at| self.world.controller(at).line(key).and_then(|line| line.state))
        });
        states.any(|state| state.is_some_and(|state| state.is_writing() || state == LineState::MF))
    }

    /// The number that a block holds in a controller's slot of the line; 0 without one.
    #[must_use]
    pub fn held(&self, at: ControllerId, block: u32) -> u64 {
        self.memories[at.index()].map_or(0, |bytes| word_at(bytes, block as usize * self.block_bytes))
    }

    /// What hosts may read of a block.
    #[must_use]
    pub fn values(&self, block: u32) -> Values<'a> {
        let looked_up = self.values.get(block as usize).copied();
        looked_up.unwrap_or_else(|| self.hosts.values(self.key.lun().0, self.first_lbn + u64::from(block)))
    }

    /// The disk that a data chunk lies on.
    #[must_use]
    pub fn disk_of(&self, chunk: u32) -> u8 {
        self.disks[chunk as usize]
    }

    /// The number that a block's place on its disk holds, whether or not the disk counts.
    #[must_use]
    pub fn stored(&self, chunk: u32, row: u32) -> u64 {
        self.chunks[chunk as usize].map_or(0, |bytes| word_at(bytes, row as usize * self.block_bytes))
    }

    #[must_use]
    pub fn stored_parity(&self, row: u32) -> u64 {
        self.parity.map_or(0, |bytes| word_at(bytes, row as usize * self.block_bytes))
    }

    fn is_readable(&self, target: Target, rows: BlockMap) -> bool {
        self.whole.sound || self.world.array().is_readable(self.stripe, target, rows)
    }

    /// Whether any row of the stripe may be marked as one that cannot be read, on whatever disk.
    #[must_use]
    pub fn may_be_spoiled(&self) -> bool {
        !self.whole.sound
    }

    fn place(&self, block: u32) -> (u32, u32) {
        let chunk_blocks = u32::from(self.geometry.chunk_blocks);
        (block / chunk_blocks, block % chunk_blocks)
    }

    fn targets(&self) -> impl Iterator<Item = Target> + use<> {
        (0..self.geometry.data_disks() as u8).map(Target::Data).chain([Target::Parity])
    }

    /// The number that a block holds on the disks: read, or computed from the rest of its row. Nothing when it can be
    /// neither, or when it would be computed while the stripe is being written.
    #[must_use]
    pub fn disk_word(&self, block: u32) -> Option<u64> {
        if self.whole.sound && (block as usize) < LOOKED_UP {
            return Some(self.words[block as usize]);
        }
        let (chunk, row) = self.place(block);
        let one = BlockMap(1 << row);
        let own = Target::Data(chunk as u8);
        if self.is_readable(own, one) {
            return Some(self.stored(chunk, row));
        }
        if self.is_in_doubt() || self.targets().any(|target| target != own && !self.is_readable(target, one))
        {
            return None;
        }
        let rest = (0..self.geometry.data_disks()).filter(|other| *other != chunk);
        Some(rest.fold(self.stored_parity(row), |sum, other| sum ^ self.stored(other, row)))
    }

    /// Whether more than one block of a block's row, it among them, cannot be read: no parity gives it back.
    #[must_use]
    pub fn is_beyond_parity(&self, block: u32) -> bool {
        let (chunk, row) = self.place(block);
        let one = BlockMap(1 << row);
        !self.is_readable(Target::Data(chunk as u8), one)
            && self.targets().filter(|target| !self.is_readable(*target, one)).count() > 1
    }

    /// Whether the stripe's parity need not fit its data at the moment: it is being written, or may have been when its
    /// writer stopped.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        ControllerId::BOTH.into_iter().any(|at| {
            let state = self.state(at);
            let between = state.is_some_and(LineState::is_between_data_and_parity);
            let marked = state == Some(LineState::MF) && !self.whole.dual;
            let patrolled = self.records[at.index()].is_some_and(|line| line.locks > 0);
            between || marked || patrolled || self.world.controller(at).doubts(self.key)
        })
    }

    /// Whether the stripe's parity is the XOR of its data; nothing when not all of it can be read.
    #[must_use]
    pub fn parity_is_right(&self) -> Option<bool> {
        let rows = BlockMap::range(0, u32::from(self.geometry.chunk_blocks));
        if !self.whole.sound && self.targets().any(|target| !self.is_readable(target, rows)) {
            return None;
        }
        let chunk_bytes = usize::from(self.geometry.chunk_blocks) * self.block_bytes;
        let chunks = &self.chunks[..self.geometry.data_disks() as usize];
        for at in (0..chunk_bytes).step_by(8) {
            let mut sum = self.parity.map_or(0, |bytes| word_at(bytes, at));
            for bytes in chunks.iter().flatten() {
                sum ^= word_at(bytes, at);
            }
            if sum != 0 {
                return Some(false);
            }
        }
        Some(true)
    }
}
