//! The parts of the state that was read last which a step has not touched: their bytes are known, and where the next
//! state that is read has the same bytes there, they need not be read.

use super::{Coder, Names};
use crate::ids::{ControllerId, LineKey};

/// A part of the state, and whether it may have changed since it was read: whoever reaches it to change it marks it.
#[derive(Clone, Debug)]
pub(crate) struct Marked<T> {
    value: T,
    touched: bool,
}

impl<T> Marked<T> {
    pub fn new(value: T) -> Marked<T> {
        Marked { value, touched: true }
    }

    /// The part, to be coded, and its mark.
    pub fn unmarked(&mut self) -> (&mut T, &mut bool) {
        (&mut self.value, &mut self.touched)
    }
}

impl<T> std::ops::Deref for Marked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> std::ops::DerefMut for Marked<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.touched = true;
        &mut self.value
    }
}

/// Which part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Array,
    Controller(ControllerId),
    Hosts,
}

impl Part {
    fn index(self) -> usize {
        match self {
            Part::Controller(at) => at.index(),
            Part::Array => 2,
            Part::Hosts => 3,
        }
    }
}

/// What is kept of the state that was read last.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// The bytes of each part.
    parts: [Vec<u8>; 4],
    /// The numbers that its parts have for what others name. A controller's bytes depend on those.
    operations: Names,
    requests: [Names; 2],
    works: [Names; 2],
    asks: [Vec<(LineKey, u32)>; 2],
}

impl Coder {
    /// Codes a part by `code`, unless it is as it was in the state that was read last. How long a part is its bytes say,
    /// so two that begin alike are alike.
    pub fn part(&mut self, part: Part, touched: &mut bool, code: impl FnOnce(&mut Coder)) {
        let n = part.index();
        if !self.reading {
            if *touched || self.under.is_other() || !self.has_kept_names(part) {
                code(self);
            } else {
                self.bytes.extend_from_slice(&self.kept.parts[n]);
            }
            return;
        }
        let from = self.at;
        if !*touched && self.bytes[from..].starts_with(&self.kept.parts[n]) {
            self.at += self.kept.parts[n].len();
            return;
        }
        code(self);
        *touched = false;
        self.kept.parts[n].clear();
        self.kept.parts[n].extend_from_slice(&self.bytes[from..self.at]);
    }

    /// A state has been read, and everything in it has its number: these are kept.
    pub fn keep_names(&mut self) {
        self.kept.operations.0.clone_from(&self.operations.0);
        for n in 0..2 {
            self.kept.requests[n].0.clone_from(&self.requests[n].0);
            self.kept.works[n].0.clone_from(&self.works[n].0);
            self.kept.asks[n].clone_from(&self.asks[n]);
        }
    }

    /// Whether all that a part names has the numbers that it had.
    fn has_kept_names(&self, part: Part) -> bool {
        let Part::Controller(at) = part else { return true };
        let (at, peer) = (at.index(), at.peer().index());
        self.kept.operations == self.operations
            && self.kept.requests == self.requests
            && self.kept.works[at] == self.works[at]
            && self.kept.asks[peer] == self.asks[peer]
    }
}
