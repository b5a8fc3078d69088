//! [`Table`]: from hashes to the numbers of what has them, by open addressing. The hashes themselves stand with what is
//! numbered.

/// No number.
pub const FREE: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub struct Table {
    /// As many as a power of two: numbers, or [`FREE`].
    cells: Vec<u32>,
}

impl Table {
    /// `size`: a power of two.
    pub fn new(size: usize) -> Table {
        Table { cells: vec![FREE; size] }
    }

    pub fn size(&self) -> usize {
        self.cells.len()
    }

    pub fn bytes(&self) -> usize {
        self.cells.capacity() * 4
    }

    /// The number that has a hash, or the cell in which it would stand. `hash_of`: the hash of a number.
    #[inline]
    pub fn find(&self, hash: u64, hash_of: impl Fn(u32) -> u64) -> Result<u32, usize> {
        let mask = self.cells.len() - 1;
        let mut cell = hash as usize & mask;
        loop {
            match self.cells[cell] {
                FREE => return Err(cell),
                number if hash_of(number) == hash => return Ok(number),
                _ => cell = (cell + 1) & mask,
            }
        }
    }

    /// Into a cell that [`Table::find`] gave.
    pub fn put(&mut self, cell: usize, number: u32) {
        self.cells[cell] = number;
    }

    /// Is twice as large, with the numbers below `count`, which have a hash each of their own.
    pub fn grow(&mut self, count: usize, hash_of: impl Fn(u32) -> u64) {
        let size = self.cells.len() * 2;
        self.cells.clear();
        self.cells.resize(size, FREE);
        for number in 0..count as u32 {
            if let Err(cell) = self.find(hash_of(number), &hash_of) {
                self.put(cell, number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hash_has_its_number_however_often_the_table_grows() {
        // Many begin in the same cell.
        let hashes: Vec<u64> = (0..100).map(|n| n % 3 + n * 64).collect();
        let mut table = Table::new(8);
        for (number, hash) in hashes.iter().enumerate() {
            let hash_of = |number: u32| hashes[number as usize];
            let cell = table.find(*hash, hash_of).expect_err("it is new");
            table.put(cell, number as u32);
            if (number + 1) * 2 > table.size() {
                table.grow(number + 1, hash_of);
            }
        }
        let found: Vec<u32> = hashes
            .iter()
            .filter_map(|hash| table.find(*hash, |number| hashes[number as usize]).ok())
            .collect();
        assert_eq!(found, (0..100).collect::<Vec<u32>>());
        assert!(table.find(1, |number| hashes[number as usize]).is_err(), "nothing has this hash");
    }
}
