//! Things with short lives under stable numbers, each use of a number counted, so that an answer that comes too
//! late is recognised.

use crate::ids::Ticket;

/// No index: the end of a list, an absent thing.
pub const NONE: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub struct Slab<T> {
    cells: Vec<Cell<T>>,
    free: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Cell<T> {
    use_count: u32,
    value: Option<T>,
}

impl<T> Default for Slab<T> {
    fn default() -> Slab<T> {
        Slab { cells: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    pub fn insert(&mut self, value: T) -> u32 {
        if let Some(index) = self.free.pop() {
            let cell = &mut self.cells[index as usize];
            debug_assert!(cell.value.is_none(), "a free cell is empty");
            cell.use_count = cell.use_count.wrapping_add(1);
            cell.value = Some(value);
            return index;
        }
        let index = self.cells.len() as u32;
        self.cells.push(Cell { use_count: 0, value: Some(value) });
        index
    }

    /// Takes everything out, as if nothing had ever been in.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> + '_ {
        self.free.clear();
        self.cells.drain(..).filter_map(|cell| cell.value)
    }

    /// # Panics
    /// When nothing lives under the number: a broken structure, never input.
    pub fn remove(&mut self, index: u32) -> T {
        let value = self.cells[index as usize].value.take().expect("only what lives is removed");
        self.free.push(index);
        value
    }

    /// The number with its count of uses.
    #[must_use]
    pub fn ticket(&self, index: u32) -> Ticket {
        Ticket { index, use_count: self.cells[index as usize].use_count }
    }

    /// The number, when the thing that the ticket was given for still lives.
    #[must_use]
    pub fn redeem(&self, ticket: Ticket) -> Option<u32> {
        let cell = self.cells.get(ticket.index as usize)?;
        (cell.use_count == ticket.use_count && cell.value.is_some()).then_some(ticket.index)
    }

    /// What lives, with its numbers, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.cells.iter().enumerate().filter_map(|(n, cell)| Some((n as u32, cell.value.as_ref()?)))
    }

    /// What lives, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut T)> {
        self.cells.iter_mut().enumerate().filter_map(|(n, cell)| Some((n as u32, cell.value.as_mut()?)))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len() - self.free.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> std::ops::Index<u32> for Slab<T> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        self.cells[index as usize].value.as_ref().expect("the number belongs to something that lives")
    }
}

impl<T> std::ops::IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, index: u32) -> &mut T {
        self.cells[index as usize].value.as_mut().expect("the number belongs to something that lives")
    }
}
