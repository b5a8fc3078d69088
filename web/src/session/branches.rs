//! Futures: what was done to a run from outside makes another one, and the old one stays. Each is a list of deeds and
//! a place to be at; undo and redo go back and forth along the way that led here.

use crate::language::{self, Language};
use mirrorline_engine::history::Deed;
use mirrorline_engine::mark;

/// A list of deeds: what was done, and after how many events.
pub type Deeds = Vec<(u64, Deed)>;

/// More futures than anybody tells apart; the one that nobody has been at for longest leaves the list. The way back
/// through it stays.
const BRANCHES_MAX: usize = 12;

/// More steps than anybody takes back.
const WAYS_MAX: usize = 200;

/// One future.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    pub id: u32,
    /// What made it: `Kill A`. The first one, to which nothing was done, has a name of its own.
    pub name: String,
    pub deeds: Deeds,
    /// Where somebody was who left it.
    pub position: u64,
    /// It is among the futures to choose from; else only undo and redo lead there.
    listed: bool,
    /// When somebody came to it last: the how-manieth coming.
    seen: u32,
}

impl Branch {
    #[must_use]
    pub fn new(id: u32, name: String, deeds: Deeds, position: u64) -> Branch {
        Branch { id, name, deeds, position, listed: true, seen: 0 }
    }
}

/// A way from one future to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Way {
    from: (u32, u64),
    to: (u32, u64),
}

/// All futures of a run, and which one is shown.
#[derive(Clone, Debug)]
pub struct Branches {
    all: Vec<Branch>,
    current: u32,
    next: u32,
    comings: u32,
    back: Vec<Way>,
    forth: Vec<Way>,
}

/// The name of the future to which nothing was done; said in the page’s language where it is shown.
pub const FIRST: &str = mark!("As it was");

impl Branches {
    /// One future, with what was done in it.
    #[must_use]
    pub fn new(deeds: Deeds) -> Branches {
        let name = if deeds.is_empty() { FIRST } else { mark!("As shared") };
        let first = Branch::new(0, name.to_owned(), deeds, 0);
        Branches { all: vec![first], current: 0, next: 1, comings: 0, back: Vec::new(), forth: Vec::new() }
    }

    /// The futures to choose from, in the order in which they were begun.
    pub fn listed(&self) -> impl Iterator<Item = &Branch> {
        self.all.iter().filter(|branch| branch.listed)
    }

    #[must_use]
    pub fn current(&self) -> u32 {
        self.current
    }

    #[must_use]
    pub fn find(&self, id: u32) -> Option<&Branch> {
        self.all.iter().find(|branch| branch.id == id)
    }

    /// Somebody is at this position of the current future.
    pub fn stand_at(&mut self, position: u64) {
        let current = self.current;
        if let Some(branch) = self.all.iter_mut().find(|branch| branch.id == current) {
            branch.position = position;
        }
    }

    /// Something was done at `from`: a new future, in which somebody is at `to`.
    pub fn begin(&mut self, label: &str, deeds: Deeds, from: u64, to: u64) {
        self.stand_at(from);
        let id = self.next;
        self.next += 1;
        let name = self.name_for(label);
        self.all.push(Branch::new(id, name, deeds, to));
        self.back.push(Way { from: (self.current, from), to: (id, to) });
        self.forth.clear();
        self.come_to(id);
    }

    fn come_to(&mut self, id: u32) {
        self.current = id;
        self.comings += 1;
        if let Some(branch) = self.all.iter_mut().find(|branch| branch.id == id) {
            (branch.listed, branch.seen) = (true, self.comings);
        }
        self.tidy();
    }

    /// The list has an end, and so has the way back; what is neither listed nor on the way is gone.
    fn tidy(&mut self) {
        self.back.drain(..self.back.len().saturating_sub(WAYS_MAX));
        let current = self.current;
        while self.listed().count() > BRANCHES_MAX {
            let left =
                self.all.iter_mut().filter(|branch| branch.listed && ![0, current].contains(&branch.id));
            let Some(longest) = left.min_by_key(|branch| branch.seen) else { break };
            longest.listed = false;
        }
        let on_the_way: Vec<u32> =
            self.back.iter().chain(&self.forth).flat_map(|way| [way.from.0, way.to.0]).collect();
        self.all.retain(|branch| branch.listed || on_the_way.contains(&branch.id));
    }

    /// `Kill A`, or behind another one `Kill A, cut link`; a number when that is taken.
    fn name_for(&self, label: &str) -> String {
        let parent = self.find(self.current).filter(|branch| branch.name != FIRST);
        let name = match parent {
            Some(branch) if branch.name.chars().count() < 24 => format!("{}, {}", branch.name, lower(label)),
            _ => label.to_owned(),
        };
        let taken = |name: &str| self.all.iter().any(|branch| branch.name == name);
        (2..)
            .map(|n| format!("{name} ({n})"))
            .find(|numbered| !taken(numbered))
            .filter(|_| taken(&name))
            .unwrap_or(name)
    }

    /// Goes to another future; gives its deeds and where to be. Nothing when it is not there.
    pub fn switch(&mut self, id: u32, position: u64) -> Option<(Deeds, u64)> {
        if id == self.current {
            return None;
        }
        self.stand_at(position);
        let branch = self.find(id)?;
        let gone = (branch.deeds.clone(), branch.position);
        self.back.push(Way { from: (self.current, position), to: (id, gone.1) });
        self.forth.clear();
        self.come_to(id);
        Some(gone)
    }

    /// A future is no longer wanted in the list. The first one, and the one that is shown, stay.
    pub fn forget(&mut self, id: u32) {
        if id == 0 || id == self.current {
            return;
        }
        if let Some(branch) = self.all.iter_mut().find(|branch| branch.id == id) {
            branch.listed = false;
        }
        self.tidy();
    }

    /// What undoing would take back.
    #[must_use]
    pub fn undo_label(&self) -> Option<String> {
        self.back.last().and_then(|way| Some(self.find(way.to.0)?.name.clone()))
    }

    /// What doing again would do.
    #[must_use]
    pub fn redo_label(&self) -> Option<String> {
        self.forth.last().and_then(|way| Some(self.find(way.to.0)?.name.clone()))
    }

    /// Back along the way that led here; gives the deeds and where to be.
    pub fn undo(&mut self) -> Option<(Deeds, u64)> {
        let way = self.back.pop()?;
        self.forth.push(way);
        self.arrive(way.from)
    }

    /// … and forth again.
    pub fn redo(&mut self) -> Option<(Deeds, u64)> {
        let way = self.forth.pop()?;
        self.back.push(way);
        self.arrive(way.to)
    }

    fn arrive(&mut self, (id, position): (u32, u64)) -> Option<(Deeds, u64)> {
        let deeds = self.find(id)?.deeds.clone();
        self.come_to(id);
        Some((deeds, position))
    }
}

/// Within a name: `Kill A` → `kill A`. In other languages capitals may mean more than a beginning.
fn lower(label: &str) -> String {
    if language::current() != Language::English {
        return label.to_owned();
    }
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirrorline_engine::ids::ControllerId;
    use mirrorline_engine::sim::{Command, Fault, TimedFault};

    fn deeds(n: u64) -> Deeds {
        let fault = Fault::Crash { at: ControllerId::A };
        vec![(n, Deed::Command(Command::Fault(TimedFault { at_ns: n, fault })))]
    }

    fn names(branches: &Branches) -> Vec<&str> {
        branches.listed().map(|branch| branch.name.as_str()).collect()
    }

    #[test]
    fn the_old_future_stays_and_undo_and_redo_go_to_and_fro() {
        let mut branches = Branches::new(Vec::new());
        branches.begin("Kill A", deeds(5), 5, 6);
        branches.begin("Cut link", deeds(9), 9, 10);
        assert_eq!(names(&branches), [FIRST, "Kill A", "Kill A, cut link"]);
        assert_eq!(branches.undo_label().as_deref(), Some("Kill A, cut link"));
        assert_eq!(branches.undo(), Some((deeds(5), 9)));
        assert_eq!(branches.undo(), Some((Vec::new(), 5)));
        assert_eq!(branches.undo(), None);
        assert_eq!(branches.redo(), Some((deeds(5), 6)));
        assert_eq!(branches.redo_label().as_deref(), Some("Kill A, cut link"));
        branches.begin("Kill B", deeds(7), 7, 8);
        assert_eq!(branches.redo(), None, "another future was begun");
        assert_eq!(branches.listed().count(), 4, "and none was lost");
    }

    #[test]
    fn switching_remembers_where_one_was() {
        let mut branches = Branches::new(Vec::new());
        branches.begin("Kill A", deeds(5), 5, 6);
        assert_eq!(branches.switch(0, 30), Some((Vec::new(), 5)));
        assert_eq!(branches.switch(0, 31), None, "it is shown already");
        assert_eq!(branches.switch(1, 12), Some((deeds(5), 30)));
        assert_eq!(branches.switch(7, 12), None);
        assert_eq!(branches.undo(), Some((Vec::new(), 12)));
    }

    #[test]
    fn equal_names_get_numbers_and_there_are_not_too_many() {
        let mut branches = Branches::new(Vec::new());
        for n in 0..20 {
            branches.begin("Kill A", deeds(n), n, n + 1);
            branches.undo();
        }
        assert_eq!(names(&branches)[0], FIRST, "the first one is never forgotten");
        assert_eq!(branches.listed().count(), BRANCHES_MAX);
        let unique: std::collections::BTreeSet<_> = names(&branches).into_iter().collect();
        assert_eq!(unique.len(), BRANCHES_MAX);
        branches.forget(0);
        assert_eq!(branches.listed().count(), BRANCHES_MAX);
    }

    /// However many there were, and whichever left the list: undo takes back what was done last, down to the start.
    #[test]
    fn the_way_back_has_no_holes() {
        let mut branches = Branches::new(Vec::new());
        for n in 0..30 {
            branches.begin("Kill A", deeds(n), n, n + 1);
        }
        assert_eq!(branches.listed().count(), BRANCHES_MAX);
        let oldest = branches.listed().nth(1).expect("there are twelve").id;
        branches.forget(oldest + 3);
        branches.switch(oldest, 31).expect("it is listed");
        branches.begin("Cut link", deeds(50), 7, 8);
        assert!(
            branches.listed().any(|branch| branch.id == oldest),
            "the one that was just left stays listed"
        );
        assert_eq!(branches.undo(), Some((deeds(u64::from(oldest) - 1), 7)));
        assert_eq!(branches.undo(), Some((deeds(29), 31)), "back to where it was chosen");
        for n in (0..29).rev() {
            assert_eq!(branches.undo(), Some((deeds(n), n + 1)));
        }
        assert_eq!(branches.undo(), Some((Vec::new(), 0)));
        assert_eq!((branches.undo(), branches.current()), (None, 0));
        for n in 0..30 {
            assert_eq!(branches.redo(), Some((deeds(n), n + 1)));
        }
        assert!(branches.listed().count() <= BRANCHES_MAX);
    }

    #[test]
    fn what_nobody_can_come_to_any_more_is_gone() {
        let mut branches = Branches::new(Vec::new());
        for n in 0..1_000 {
            branches.begin("Kill A", deeds(n), n, n + 1);
        }
        assert!(branches.all.len() <= WAYS_MAX + 2, "{}", branches.all.len());
    }
}
