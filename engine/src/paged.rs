//! Bytes in fixed-size cells, values and rows of values, stored in pages that come into being when first written and
//! are shared between clones until one of them writes. Makes a world of 10⁶ lines cheap to create, and a keyframe cheap
//! to take and to keep.

use std::sync::Arc;

const CELLS_PER_PAGE: usize = 64;
const VALUES_PER_PAGE: usize = 256;
const ROWS_PER_PAGE: usize = 32;

/// Cells of `cell_bytes` bytes each; what was never written is zero.
#[derive(Clone, Debug)]
pub struct Paged {
    cell_bytes: usize,
    pages: Vec<Option<Arc<[u8]>>>,
}

impl Paged {
    #[must_use]
    pub fn new(cell_bytes: usize) -> Paged {
        Paged { cell_bytes, pages: Vec::new() }
    }

    /// The bytes of a cell, or nothing when they were never written: all zero.
    #[must_use]
    pub fn get(&self, cell: u64) -> Option<&[u8]> {
        let (page, at) = self.place(cell);
        let page = self.pages.get(page)?.as_ref()?;
        Some(&page[at..at + self.cell_bytes])
    }

    /// The bytes of a cell, for writing.
    pub fn get_mut(&mut self, cell: u64) -> &mut [u8] {
        let (page, at) = self.place(cell);
        if page >= self.pages.len() {
            self.pages.resize(page + 1, None);
        }
        let page_bytes = CELLS_PER_PAGE * self.cell_bytes;
        let page = self.pages[page].get_or_insert_with(|| vec![0; page_bytes].into());
        &mut Arc::make_mut(page)[at..at + self.cell_bytes]
    }

    /// The first 8 bytes of the part of a cell that begins at `at`, as a little-endian number.
    #[must_use]
    pub fn word(&self, cell: u64, at: usize) -> u64 {
        self.get(cell).map_or(0, |bytes| word_at(bytes, at))
    }

    /// The first cells are zero again.
    pub fn zero_first(&mut self, cells: u64) {
        let bytes = cells as usize * self.cell_bytes;
        let page_bytes = CELLS_PER_PAGE * self.cell_bytes;
        for (page, from) in self.pages.iter_mut().zip((0..bytes).step_by(page_bytes)) {
            if let Some(page) = page {
                Arc::make_mut(page)[..page_bytes.min(bytes - from)].fill(0);
            }
        }
    }

    /// Everything is zero again.
    pub fn clear(&mut self) {
        self.pages.clear();
    }

    /// Pages that have come into being, with their numbers.
    pub fn pages(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.pages.iter().enumerate().filter_map(|(n, page)| Some((n as u64, page.as_deref()?)))
    }

    fn place(&self, cell: u64) -> (usize, usize) {
        let per_page = CELLS_PER_PAGE as u64;
        ((cell / per_page) as usize, (cell % per_page) as usize * self.cell_bytes)
    }
}

/// Values under numbers from 0 on, all of them the same until they are written: pages as in [`Paged`].
#[derive(Clone, Debug)]
pub struct Sparse<T> {
    unwritten: T,
    pages: Vec<Option<Arc<[T; VALUES_PER_PAGE]>>>,
}

impl<T: Copy> Sparse<T> {
    #[must_use]
    pub fn new(unwritten: T) -> Sparse<T> {
        Sparse { unwritten, pages: Vec::new() }
    }

    #[must_use]
    pub fn get(&self, at: usize) -> T {
        let page = self.pages.get(at / VALUES_PER_PAGE).and_then(Option::as_deref);
        page.map_or(self.unwritten, |page| page[at % VALUES_PER_PAGE])
    }

    /// The value, for writing.
    pub fn get_mut(&mut self, at: usize) -> &mut T {
        let number = at / VALUES_PER_PAGE;
        if number >= self.pages.len() {
            self.pages.resize(number + 1, None);
        }
        let page = self.pages[number].get_or_insert_with(|| Arc::new([self.unwritten; VALUES_PER_PAGE]));
        &mut Arc::make_mut(page)[at % VALUES_PER_PAGE]
    }

    /// The first values are as if they had never been written.
    pub fn forget_first(&mut self, count: usize) {
        for (page, from) in self.pages.iter_mut().zip((0..count).step_by(VALUES_PER_PAGE)) {
            if let Some(page) = page {
                Arc::make_mut(page)[..VALUES_PER_PAGE.min(count - from)].fill(self.unwritten);
            }
        }
    }
}

/// Rows of so many values each, in the order in which they came: a list that only grows, in pages as in [`Paged`].
#[derive(Clone, Debug)]
pub struct Rows<T> {
    width: usize,
    count: usize,
    pages: Vec<Arc<[T]>>,
}

/// Of one value a row.
impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows { width: 1, count: 0, pages: Vec::new() }
    }
}

impl<T: Clone + Default> Rows<T> {
    /// `width`: the values of a row, at least 1.
    #[must_use]
    pub fn new(width: usize) -> Rows<T> {
        Rows { width, ..Rows::default() }
    }

    /// How many rows there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// One more row, of defaults. Returns its number.
    pub fn add(&mut self) -> usize {
        if self.count == self.pages.len() * ROWS_PER_PAGE {
            self.pages.push((0..ROWS_PER_PAGE * self.width).map(|_| T::default()).collect());
        }
        self.count += 1;
        self.count - 1
    }

    /// The values of a row.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[T] {
        let at = row % ROWS_PER_PAGE * self.width;
        &self.pages[row / ROWS_PER_PAGE][at..at + self.width]
    }

    /// The values of a row, for writing.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row_mut(&mut self, row: usize) -> &mut [T] {
        let at = row % ROWS_PER_PAGE * self.width;
        &mut Arc::make_mut(&mut self.pages[row / ROWS_PER_PAGE])[at..at + self.width]
    }

    /// The first value of a row.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn first(&self, row: usize) -> &T {
        &self.row(row)[0]
    }

    /// The first value of a row, for writing.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn first_mut(&mut self, row: usize) -> &mut T {
        &mut self.row_mut(row)[0]
    }
}

/// Eight bytes at `at` as a little-endian number.
///
/// # Panics
/// When fewer than eight bytes follow `at`; payloads are multiples of eight.
#[must_use]
pub fn word_at(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_see_later_writes() {
        let mut bytes = Paged::new(4);
        bytes.get_mut(1000)[0] = 7;
        let before = bytes.clone();
        bytes.get_mut(1000)[0] = 8;
        assert_eq!(before.get(1000), Some([7, 0, 0, 0].as_slice()));
        assert_eq!(bytes.get(1000), Some([8, 0, 0, 0].as_slice()));
        assert_eq!(bytes.get(1_000_000), None);
    }

    #[test]
    fn the_first_cells_are_forgotten_and_no_more() {
        let (mut bytes, mut values) = (Paged::new(4), Sparse::new(7));
        for cell in [0, 69, 70, 300] {
            bytes.get_mut(cell).fill(1);
            *values.get_mut(cell as usize) = 9;
        }
        bytes.zero_first(70);
        values.forget_first(300);
        let zero = |cell| bytes.get(cell).is_none_or(|bytes| bytes == [0; 4]);
        assert_eq!([0, 69, 70, 300].map(zero), [true, true, false, false]);
        assert_eq!([0, 69, 70, 300].map(|at| values.get(at)), [7, 7, 7, 9]);
    }

    #[test]
    fn rows_keep_their_order_and_a_clone_what_it_saw() {
        let mut rows = Rows::new(3);
        for row in 0..100_u32 {
            assert_eq!(rows.add(), row as usize);
            rows.row_mut(row as usize)[1] = row;
        }
        let before = rows.clone();
        rows.row_mut(70).fill(7);
        assert_eq!((before.row(70), rows.row(70)), ([0, 70, 0].as_slice(), [7, 7, 7].as_slice()));
        assert_eq!((rows.add(), rows.row(100), before.count()), (100, [0, 0, 0].as_slice(), 100));
        assert!((0..100).all(|at| before.row(at) == [0, at as u32, 0]));
        let mut values = Rows::default();
        values.add();
        *values.first_mut(0) = 5;
        assert_eq!((values.first(0), values.row(0)), (&5, [5].as_slice()));
    }

    #[test]
    fn what_was_never_written_is_as_said_and_a_clone_keeps_what_it_saw() {
        let mut values = Sparse::new(7);
        *values.get_mut(1_000_000) = 8;
        let before = values.clone();
        *values.get_mut(1_000_000) = 9;
        assert_eq!((before.get(1_000_000), values.get(1_000_000)), (8, 9));
        assert_eq!((values.get(0), values.get(1_000_001), values.get(usize::MAX)), (7, 7, 7));
    }
}
