//! The hash table: from a line's key to what the controller knows of it. Mirror addresses stand in its entries
//! (claims 4 and 18). Chained buckets, doubled when there are more entries than buckets.

use super::line::Line;
use crate::digest::mix;
use crate::ids::LineKey;
use crate::slab::{NONE, Slab};

#[derive(Clone, Debug)]
pub struct Table {
    /// For each bucket the first record, or [`NONE`]. A power of two of them.
    buckets: Vec<u32>,
    lines: Slab<Line>,
}

impl Default for Table {
    fn default() -> Table {
        Table { buckets: vec![NONE; 8], lines: Slab::default() }
    }
}

impl Table {
    #[must_use]
    pub fn find(&self, key: LineKey) -> Option<u32> {
        let mut at = self.buckets[self.bucket_of(key)];
        while at != NONE {
            let line = &self.lines[at];
            if line.key == key {
                return Some(at);
            }
            at = line.next_in_bucket;
        }
        None
    }

    pub(crate) fn clear(&mut self) {
        self.buckets.fill(NONE);
        self.lines.drain().for_each(drop);
    }

    pub fn insert(&mut self, mut line: Line) -> u32 {
        debug_assert!(self.find(line.key).is_none(), "one record for each key");
        if self.lines.len() >= self.buckets.len() {
            self.grow();
        }
        let bucket = self.bucket_of(line.key);
        line.next_in_bucket = self.buckets[bucket];
        let at = self.lines.insert(line);
        self.buckets[bucket] = at;
        at
    }

    pub fn remove(&mut self, at: u32) {
        let line = self.lines.remove(at);
        let bucket = self.bucket_of(line.key);
        if self.buckets[bucket] == at {
            self.buckets[bucket] = line.next_in_bucket;
            return;
        }
        let mut before = self.buckets[bucket];
        while self.lines[before].next_in_bucket != at {
            before = self.lines[before].next_in_bucket;
        }
        self.lines[before].next_in_bucket = line.next_in_bucket;
    }

    /// All records, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Line)> {
        self.lines.iter()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    #[must_use]
    pub fn bucket_count(&self) -> usize {
        self.buckets.len()
    }

    /// The records of one bucket, in the order in which a look-up meets them.
    pub fn bucket(&self, bucket: usize) -> impl Iterator<Item = &Line> {
        let mut at = self.buckets[bucket];
        std::iter::from_fn(move || {
            if at == NONE {
                return None;
            }
            let line = &self.lines[at];
            at = line.next_in_bucket;
            Some(line)
        })
    }

    fn bucket_of(&self, key: LineKey) -> usize {
        mix(key.bits()) as usize & (self.buckets.len() - 1)
    }

    fn grow(&mut self) {
        let doubled = self.buckets.len() * 2;
        self.buckets.clear();
        self.buckets.resize(doubled, NONE);
        let numbers: Vec<(u32, LineKey)> = self.lines.iter().map(|(at, line)| (at, line.key)).collect();
        for (at, key) in numbers {
            let bucket = self.bucket_of(key);
            self.lines[at].next_in_bucket = self.buckets[bucket];
            self.buckets[bucket] = at;
        }
    }
}

impl std::ops::Index<u32> for Table {
    type Output = Line;

    fn index(&self, at: u32) -> &Line {
        &self.lines[at]
    }
}

impl std::ops::IndexMut<u32> for Table {
    fn index_mut(&mut self, at: u32) -> &mut Line {
        &mut self.lines[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ControllerId, Lun};

    #[test]
    fn what_goes_in_is_found_until_it_is_removed() {
        let mut table = Table::default();
        let keys: Vec<LineKey> = (0..200).map(|n| LineKey::new(Lun(n % 3), u64::from(n) * 7)).collect();
        for key in &keys {
            table.insert(Line::new(*key, ControllerId::A));
        }
        assert!(table.bucket_count() >= 200);
        let longest = (0..table.bucket_count()).map(|b| table.bucket(b).count()).max();
        assert!(longest < Some(8), "keys are spread over the buckets: {longest:?}");
        for key in keys.iter().step_by(2) {
            let at = table.find(*key).expect("it was put in");
            table.remove(at);
        }
        for (n, key) in keys.iter().enumerate() {
            assert_eq!(table.find(*key).is_some(), n % 2 == 1);
        }
        let in_buckets: usize = (0..table.bucket_count()).map(|b| table.bucket(b).count()).sum();
        assert_eq!((in_buckets, table.len()), (100, 100));
    }
}
