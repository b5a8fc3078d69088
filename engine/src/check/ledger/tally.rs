//! How many blocks are in each class, and how many of them each failure would lose.

use super::class::{Class, Sweep};
use super::situation::{Failure, Situation};
use crate::check::places::Places;

#[derive(Clone, Copy, Debug)]
struct Entry {
    class: Class,
    blocks: u64,
    /// Bit n: lost by the failure of number n.
    lost_by: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Classes in use, in the order in which they came.
    entries: Vec<Entry>,
    places: Places<u64>,
    /// The entries that were added to and removed from last: blocks of one line mostly go the same way.
    last: [Option<(Class, u32)>; 2],
    lost_by: [u64; Failure::COUNT],
    blocks: u64,
}

impl Tally {
    /// Blocks in all.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// Blocks that a failure would lose.
    #[must_use]
    pub fn lost_by(&self, failure: Failure) -> u64 {
        self.lost_by[failure.number()]
    }

    pub fn add(&mut self, class: Class, situation: &Situation) {
        self.blocks += 1;
        self.change(class, situation, 1);
    }

    pub fn remove(&mut self, class: Class, situation: &Situation) {
        self.blocks -= 1;
        self.change(class, situation, -1);
    }

    fn change(&mut self, class: Class, situation: &Situation, by: i64) {
        let last = &mut self.last[usize::from(by < 0)];
        let at = match *last {
            Some((same, at)) if same == class => at,
            _ => *self.places.entry(class.0).or_insert_with(|| {
                self.entries.push(Entry { class, blocks: 0, lost_by: losers(class, situation) });
                self.entries.len() as u32 - 1
            }),
        };
        *last = Some((class, at));
        let entry = &mut self.entries[at as usize];
        entry.blocks = entry.blocks.wrapping_add_signed(by);
        let mut lost_by = entry.lost_by;
        while lost_by != 0 {
            let total = &mut self.lost_by[lost_by.trailing_zeros() as usize];
            *total = total.wrapping_add_signed(by);
            lost_by &= lost_by - 1;
        }
    }

    /// What concerns all blocks has changed: blocks go to their new classes, and each class is judged anew.
    pub fn judge_anew(&mut self, sweep: Sweep, situation: &Situation) {
        let before = std::mem::take(self);
        for entry in before.entries.into_iter().filter(|entry| entry.blocks > 0) {
            self.blocks += entry.blocks;
            self.change(sweep.over(entry.class), situation, entry.blocks as i64);
        }
    }
}

/// The failures that would lose a block of the class.
#[must_use]
pub fn losers(class: Class, situation: &Situation) -> u32 {
    Failure::all(situation.disks)
        .filter(|failure| !situation.survives(class, *failure))
        .fold(0, |lost_by, failure| lost_by | 1 << failure.number())
}
