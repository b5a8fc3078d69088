//! One disk: its media, its queue, and what of it cannot be read.

use super::Also;
use super::service::Service;
use crate::compact::Coder;
use crate::config::Config;
use crate::digest::Digest;
use crate::ids::BlockMap;
use crate::paged::Paged;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskState {
    Present,
    /// Failed, or pulled out.
    Absent,
    /// New, or put back: only the stripes that have been rebuilt count.
    Rebuilding,
}

#[derive(Clone, Debug)]
pub struct Disk {
    /// One cell for the disk's chunk of each stripe.
    pub media: Paged,
    pub service: Service,
    pub state: DiskState,
    /// While rebuilding, for each stripe of the array whether it is done: bit i of word i / 64.
    rebuilt: Vec<u64>,
    stripes: u64,
    done: u64,
    /// Blocks that cannot be read until they are written: stripe and row.
    unreadable: BTreeSet<(u64, u32)>,
}

impl Disk {
    #[must_use]
    pub fn new(config: &Config) -> Disk {
        let chunk_bytes = usize::from(config.raid.chunk_blocks) * config.payload_bytes as usize;
        Disk {
            media: Paged::new(chunk_bytes),
            service: Service::new(config),
            state: DiskState::Present,
            rebuilt: Vec::new(),
            stripes: config.stripes(),
            done: 0,
            unreadable: BTreeSet::new(),
        }
    }

    /// The disk dies or is taken out.
    pub fn leaves(&mut self) {
        self.state = DiskState::Absent;
        self.unreadable.clear();
    }

    /// A disk is put into the place, with whatever it holds: nothing of it counts until it is rebuilt.
    pub fn comes(&mut self, empty: bool) {
        if empty {
            self.media.clear();
        }
        self.state = DiskState::Rebuilding;
        self.rebuilt = vec![0; self.stripes.div_ceil(64) as usize];
        self.done = 0;
        self.unreadable.clear();
    }

    /// Stripes that have been rebuilt, and how many there are.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.done, self.stripes)
    }

    /// Whether a stripe's chunk on this disk counts: it is there, and rebuilt.
    #[must_use]
    pub fn has_stripe(&self, stripe: u64) -> bool {
        match self.state {
            DiskState::Present => true,
            DiskState::Absent => false,
            DiskState::Rebuilding => self.rebuilt[(stripe / 64) as usize] >> (stripe % 64) & 1 == 1,
        }
    }

    /// Those of some rows of a stripe that a read would not get.
    #[must_use]
    pub fn unreadable(&self, stripe: u64, rows: BlockMap) -> BlockMap {
        if !self.has_stripe(stripe) {
            return rows;
        }
        if self.unreadable.is_empty() {
            return BlockMap::EMPTY;
        }
        BlockMap(
            rows.iter()
                .filter(|row| self.unreadable.contains(&(stripe, *row)))
                .fold(0, |map, row| map | 1 << row),
        )
    }

    /// Whether a row of a stripe is marked as one that cannot be read, wherever the disk is.
    #[must_use]
    pub fn is_spoiled(&self, stripe: u64, row: u32) -> bool {
        !self.unreadable.is_empty() && self.unreadable.contains(&(stripe, row))
    }

    /// Whether any row is so marked.
    #[must_use]
    pub fn has_spoiled(&self) -> bool {
        !self.unreadable.is_empty()
    }

    /// Rows cannot be read any more, until they are written.
    pub fn spoil(&mut self, stripe: u64, rows: BlockMap) {
        self.unreadable.extend(rows.iter().map(|row| (stripe, row)));
    }

    pub(super) fn written(&mut self, stripe: u64, rows: BlockMap, also: Also) {
        if !self.unreadable.is_empty() {
            for row in rows.iter() {
                self.unreadable.remove(&(stripe, row));
            }
        }
        if !also.unreadable.is_empty() {
            self.spoil(stripe, also.unreadable);
        }
        if also.rebuilt && self.state == DiskState::Rebuilding && !self.has_stripe(stripe) {
            self.rebuilt[(stripe / 64) as usize] |= 1 << (stripe % 64);
            self.done += 1;
            if self.done == self.stripes {
                self.state = DiskState::Present;
                self.rebuilt = Vec::new();
            }
        }
    }

    /// What the disk holds of each stripe, and what of it counts. How busy it is, is a matter of time.
    pub(crate) fn code(&mut self, rows: BlockMap, c: &mut Coder) {
        for stripe in 0..self.stripes {
            c.values(rows, self.media.get_mut(stripe));
        }
        self.code_standing(c);
    }

    /// What of it counts.
    pub(super) fn code_standing(&mut self, c: &mut Coder) {
        const STATES: [DiskState; 3] = [DiskState::Present, DiskState::Absent, DiskState::Rebuilding];
        let mut state = self.state as u8;
        c.byte(&mut state);
        self.state = STATES[usize::from(state)];
        let words = if self.state == DiskState::Rebuilding { self.stripes.div_ceil(64) as usize } else { 0 };
        self.rebuilt.resize(words, 0);
        for word in &mut self.rebuilt {
            c.number(word);
        }
        if c.reading {
            self.done = self.rebuilt.iter().map(|word| u64::from(word.count_ones())).sum();
        }
        let count = c.count(self.unreadable.len());
        if count == 0 && self.unreadable.is_empty() {
            return;
        }
        let mut before = std::mem::take(&mut self.unreadable).into_iter();
        for _ in 0..count {
            let (mut stripe, mut row) = before.next().unwrap_or_default();
            c.number(&mut stripe);
            c.number32(&mut row);
            self.unreadable.insert((stripe, row));
        }
    }

    pub fn feed(&self, digest: &mut Digest) {
        for (number, page) in self.media.pages() {
            digest.word(number);
            digest.bytes(page);
        }
        digest.word(self.state as u64);
        digest.word(self.done);
        for (stripe, row) in &self.unreadable {
            digest.word(stripe << 8 | u64::from(*row));
        }
    }
}
