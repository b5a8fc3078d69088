//! The write-back queue: dirty lines in the order in which they became dirty, each with the address of its
//! mirror (claims 5 and 19).

use super::list::AgeList;
use crate::ids::Slot;

#[derive(Clone, Debug, Default)]
pub struct WriteBackQueue {
    ages: AgeList,
    /// For each line's number the mirror's slot in the peer's memory.
    mirrors: Vec<Slot>,
}

impl WriteBackQueue {
    /// Puts a line in, or renews its mirror's address when it is in already: rewriting a dirty line does not
    /// make it younger.
    pub fn enqueue(&mut self, line: u32, mirror: Slot) {
        if self.mirrors.len() <= line as usize {
            self.mirrors.resize(line as usize + 1, Slot(0));
        }
        self.mirrors[line as usize] = mirror;
        if !self.ages.contains(line) {
            self.ages.push_newest(line);
        }
    }

    pub fn clear(&mut self) {
        self.ages.clear();
    }

    pub fn remove(&mut self, line: u32) {
        self.ages.remove(line);
    }

    #[must_use]
    pub fn contains(&self, line: u32) -> bool {
        self.ages.contains(line)
    }

    #[must_use]
    pub fn len(&self) -> u32 {
        self.ages.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ages.is_empty()
    }

    /// Lines and their mirrors' addresses, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u32, Slot)> {
        self.ages.iter().map(|line| (line, self.mirrors[line as usize]))
    }
}
