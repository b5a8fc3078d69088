//! A region of a big cache as plain data, and how it is looked at. Scenes share what is the same in them: a region is
//! kept in pages, and an event makes only the pages anew that it changes. So a scene of 10⁶ slots costs no more than
//! one of a thousand, and who draws it sees by their addresses which pages are others.

pub mod port;
pub mod shade;

use super::look::{Look, PaletteIndex};
use super::model::LineLabel;
use mirrorline_engine::config::Geometry;
use mirrorline_engine::ids::{ControllerId, LineKey};
use std::rc::Rc;

/// Slots of a page.
pub const PAGE: usize = 512;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// [`Look::palette`] of each slot.
    looks: [PaletteIndex; PAGE],
    /// The line in each slot that is not free.
    keys: [LineKey; PAGE],
}

/// What every slot of a region holds, in slot order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slate {
    total: u32,
    used: u32,
    pages: Rc<Vec<Rc<Page>>>,
}

impl Slate {
    /// A region of free slots.
    #[must_use]
    pub fn free(total: u32) -> Slate {
        let blank = Rc::new(Page { looks: [Look::Free.palette(); PAGE], keys: [LineKey::default(); PAGE] });
        let pages = vec![blank; (total as usize).div_ceil(PAGE)];
        Slate { total, used: 0, pages: Rc::new(pages) }
    }

    #[must_use]
    pub fn total(&self) -> u32 {
        self.total
    }

    /// Slots that are not free.
    #[must_use]
    pub fn used(&self) -> u32 {
        self.used
    }

    /// [`Look::palette`] of a slot; free for one that there is not.
    #[must_use]
    pub fn code(&self, index: u32) -> PaletteIndex {
        let page = self.pages.get(index as usize / PAGE);
        page.map_or(Look::Free.palette(), |page| page.looks[index as usize % PAGE])
    }

    #[must_use]
    pub fn look(&self, index: u32) -> Look {
        Look::ALL.get(usize::from(self.code(index))).copied().unwrap_or(Look::Free)
    }

    /// The line in a slot; nothing for a free one.
    #[must_use]
    pub fn key(&self, index: u32) -> Option<LineKey> {
        let page = self.pages.get(index as usize / PAGE)?;
        (self.code(index) != Look::Free.palette()).then(|| page.keys[index as usize % PAGE])
    }

    /// Where a line is. Looks at every slot.
    #[must_use]
    pub fn places_of(&self, key: LineKey) -> Vec<u32> {
        let mut places = Vec::new();
        for (number, page) in self.pages.iter().enumerate() {
            for at in 0..PAGE {
                if page.keys[at] == key && page.looks[at] != Look::Free.palette() {
                    places.push((number * PAGE + at) as u32);
                }
            }
        }
        places
    }

    /// Notes what a slot holds. A page that an earlier scene shares is copied first.
    pub fn set(&mut self, index: u32, look: Look, key: LineKey) {
        let key = if look == Look::Free { LineKey::default() } else { key };
        let (number, at) = (index as usize / PAGE, index as usize % PAGE);
        let before = self.code(index);
        let Some(page) = self.pages.get(number).filter(|_| index < self.total) else { return };
        if before == look.palette() && page.keys[at] == key {
            return;
        }
        let free = Look::Free.palette();
        self.used = self.used + u32::from(look != Look::Free) - u32::from(before != free);
        let page = Rc::make_mut(&mut Rc::make_mut(&mut self.pages)[number]);
        page.looks[at] = look.palette();
        page.keys[at] = key;
    }

    /// The slots that hold something else than they did on another slate of the same region.
    #[must_use]
    pub fn changed_since(&self, old: &Slate) -> Vec<u32> {
        let mut changed = Vec::new();
        if Rc::ptr_eq(&self.pages, &old.pages) {
            return changed;
        }
        for (number, (now, before)) in self.pages.iter().zip(old.pages.iter()).enumerate() {
            if Rc::ptr_eq(now, before) {
                continue;
            }
            for at in 0..PAGE {
                if now.looks[at] != before.looks[at] || now.keys[at] != before.keys[at] {
                    changed.push((number * PAGE + at) as u32);
                }
            }
        }
        changed
    }
}

/// A region too big for cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeatMap {
    pub memory: ControllerId,
    pub first_slot: u32,
    pub geometry: Geometry,
    pub slate: Slate,
    /// Of this region, the slots that hold the selected line, or the line in focus. Counted from its first one.
    pub marked: Vec<u32>,
    /// A line that a person has chosen, and where it is in this region.
    pub found: Option<(LineKey, u32)>,
}

impl HeatMap {
    /// The line in a slot, as it is called.
    #[must_use]
    pub fn label(&self, index: u32) -> Option<LineLabel> {
        self.slate.key(index).map(|key| LineLabel::new(key, self.geometry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirrorline_engine::ids::Lun;

    #[test]
    fn a_slate_keeps_what_was_set_and_an_older_one_does_not_see_it() {
        let key = LineKey::new(Lun(0), 7);
        let mut slate = Slate::free(1_000_000);
        slate.set(999_999, Look::OD, key);
        let before = slate.clone();
        slate.set(3, Look::MD, key);
        slate.set(999_999, Look::Free, key);
        assert_eq!((slate.look(3), slate.key(3), slate.used()), (Look::MD, Some(key), 1));
        assert_eq!((slate.look(999_999), slate.key(999_999)), (Look::Free, None));
        assert_eq!((before.look(999_999), before.look(3), before.used()), (Look::OD, Look::Free, 1));
        assert_eq!(slate.changed_since(&before), [3, 999_999]);
        let shared = slate.pages.iter().zip(before.pages.iter()).filter(|(a, b)| Rc::ptr_eq(a, b));
        assert_eq!(shared.count(), 1_000_000usize.div_ceil(PAGE) - 2, "all other pages are the same ones");
    }

    #[test]
    fn what_is_set_as_it_was_copies_nothing() {
        let key = LineKey::new(Lun(1), 1);
        let mut slate = Slate::free(2_000);
        slate.set(1_999, Look::OK, key);
        let before = slate.clone();
        slate.set(1_999, Look::OK, key);
        slate.set(5, Look::Free, key);
        slate.set(2_000, Look::OK, key);
        assert!(Rc::ptr_eq(&slate.pages, &before.pages));
        assert!(slate.changed_since(&before).is_empty());
    }
}
