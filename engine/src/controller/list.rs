//! A list of lines, oldest first, from which any one can be taken in constant time.

use crate::slab::NONE;

#[derive(Clone, Debug)]
pub struct AgeList {
    /// For each line's number its neighbours; both are itself when it is not in the list.
    links: Vec<(u32, u32)>,
    oldest: u32,
    newest: u32,
    len: u32,
}

impl Default for AgeList {
    fn default() -> AgeList {
        AgeList { links: Vec::new(), oldest: NONE, newest: NONE, len: 0 }
    }
}

impl AgeList {
    #[must_use]
    pub fn len(&self) -> u32 {
        self.len
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[must_use]
    pub fn contains(&self, line: u32) -> bool {
        self.links.get(line as usize).is_some_and(|links| *links != (line, line))
    }

    /// Adds a line at the newest end.
    pub fn push_newest(&mut self, line: u32) {
        debug_assert!(!self.contains(line), "a line stands in a list once");
        while self.links.len() <= line as usize {
            let itself = self.links.len() as u32;
            self.links.push((itself, itself));
        }
        self.links[line as usize] = (self.newest, NONE);
        if self.newest == NONE {
            self.oldest = line;
        } else {
            self.links[self.newest as usize].1 = line;
        }
        self.newest = line;
        self.len += 1;
    }

    /// Takes a line out, wherever it stands; nothing happens when it is not in the list.
    pub fn remove(&mut self, line: u32) {
        if !self.contains(line) {
            return;
        }
        let (older, newer) = self.links[line as usize];
        if older == NONE {
            self.oldest = newer;
        } else {
            self.links[older as usize].1 = newer;
        }
        if newer == NONE {
            self.newest = older;
        } else {
            self.links[newer as usize].0 = older;
        }
        self.links[line as usize] = (line, line);
        self.len -= 1;
    }

    pub fn clear(&mut self) {
        self.links.clear();
        (self.oldest, self.newest, self.len) = (NONE, NONE, 0);
    }

    /// The lines, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let mut at = self.oldest;
        std::iter::from_fn(move || {
            if at == NONE {
                return None;
            }
            let line = at;
            at = self.links[line as usize].1;
            Some(line)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_line_can_be_taken_out() {
        let mut list = AgeList::default();
        for line in [3, 0, 7, 5] {
            list.push_newest(line);
        }
        list.remove(7);
        list.remove(3);
        list.remove(3);
        list.push_newest(3);
        assert_eq!(list.iter().collect::<Vec<_>>(), [0, 5, 3]);
        assert_eq!(list.len(), 3);
        for line in [0, 5, 3] {
            list.remove(line);
        }
        assert!(list.is_empty() && list.iter().next().is_none());
    }
}
