//! Where the panels beside the stage stand: in which of two groups, in which order, which one is on top, and which
//! are closed. A closed panel keeps its place, and comes back to it.

use crate::language::tr;
use mirrorline_engine::mark;

/// A panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    Inspector,
    /// What there is to see, and the key to it.
    About,
    Charts,
    /// The ledger of acknowledged writes.
    #[default]
    Writes,
    /// The invariants.
    Rules,
    /// Both write-back queues.
    Queue,
    /// All events in words, and why one of them happened.
    Events,
}

/// How a panel is called: on its tab, in the address, by its key, and in what is remembered.
pub struct Name {
    pub title: &'static str,
    pub address: &'static str,
    pub key: char,
}

impl Tab {
    /// In the order in which they stand at first.
    pub const ALL: [Tab; 7] =
        [Tab::Inspector, Tab::About, Tab::Charts, Tab::Writes, Tab::Rules, Tab::Queue, Tab::Events];

    #[must_use]
    pub fn name(self) -> Name {
        let (title, address, key) = match self {
            Tab::Inspector => (mark!("Inspector"), "inspector", 'I'),
            Tab::About => (mark!("About"), "about", 'L'),
            Tab::Charts => (mark!("Charts"), "charts", 'G'),
            Tab::Writes => (mark!("Writes"), "writes", 'K'),
            Tab::Rules => (mark!("Invariants"), "invariants", 'V'),
            Tab::Queue => (mark!("Queue"), "queue", 'R'),
            Tab::Events => (mark!("Events"), "events", 'E'),
        };
        Name { title: tr(title), address, key }
    }

    /// The panel that a key, or a letter in what is remembered, stands for.
    #[must_use]
    pub fn of_key(letter: char) -> Option<Tab> {
        let letter = letter.to_ascii_uppercase();
        Tab::ALL.into_iter().find(|tab| tab.name().key == letter)
    }
}

/// *What am I looking at*, above; *is it safe*, below it.
pub const GROUPS: [usize; 2] = [0, 1];
/// Panels of the upper group at first.
const UPPER: usize = 3;

/// The upper group's share of the height, in percent: the least, the most, and that beside most panels.
pub const SHARE_LEAST: u8 = 20;
pub const SHARE_MOST: u8 = 80;
const SHARE: u8 = 66;
/// Beside the list of events, which is read, the upper group has less.
const SHARE_BY_EVENTS: u8 = 32;

/// What can be done to the panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// On top of its group; opened, if it was closed.
    Show(Tab),
    Close(Tab),
    /// Into a group, before one of its panels or behind all of them.
    Place(Tab, usize, Option<Tab>),
    /// One place on within its group: back when negative.
    Nudge(Tab, i32),
    /// Into the other group.
    Cross(Tab),
    /// The upper group's share of the height, in percent.
    Share(u8),
    /// Everything as it was at first.
    Reset,
}

/// Where the panels stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docking {
    groups: [Vec<Tab>; 2],
    /// A bit for each panel that is closed.
    closed: u32,
    /// On top of each group, if anything is open there.
    top: [Option<Tab>; 2],
    /// The group whose panel was shown last: the only one that is seen where there is room for one.
    front: usize,
    /// For each panel of the lower group, the upper group's share of the height while it is on top.
    shares: [u8; Tab::ALL.len()],
}

impl Default for Docking {
    fn default() -> Docking {
        let mut shares = [SHARE; Tab::ALL.len()];
        shares[Tab::Events as usize] = SHARE_BY_EVENTS;
        Docking {
            groups: [Tab::ALL[..UPPER].to_vec(), Tab::ALL[UPPER..].to_vec()],
            closed: 0,
            top: [Some(Tab::Inspector), Some(Tab::Writes)],
            front: 1,
            shares,
        }
    }
}

impl Docking {
    /// The open panels of a group, in order.
    pub fn open(&self, group: usize) -> impl DoubleEndedIterator<Item = Tab> {
        self.groups[group].iter().copied().filter(|tab| self.is_open(*tab))
    }

    /// … and the closed ones.
    #[must_use]
    pub fn all(&self, group: usize) -> &[Tab] {
        &self.groups[group]
    }

    #[must_use]
    pub fn is_open(&self, tab: Tab) -> bool {
        self.closed >> tab as u32 & 1 == 0
    }

    /// The panel on top of a group; none where all are closed.
    #[must_use]
    pub fn top(&self, group: usize) -> Option<Tab> {
        self.top[group]
    }

    /// The panel that was shown last.
    #[must_use]
    pub fn front(&self) -> Option<Tab> {
        self.top[self.front].or(self.top[1 - self.front])
    }

    /// Whether a panel is seen, where both groups are or only the one in front.
    #[must_use]
    pub fn is_seen(&self, tab: Tab, one: bool) -> bool {
        if one { self.front() == Some(tab) } else { self.top.contains(&Some(tab)) }
    }

    /// The group that a panel stands in, open or closed.
    #[must_use]
    pub fn group_of(&self, tab: Tab) -> usize {
        usize::from(!self.groups[0].contains(&tab))
    }

    /// The upper group's share of the height, in percent.
    #[must_use]
    pub fn share(&self) -> u8 {
        self.top[1].map_or(SHARE, |tab| self.shares[tab as usize])
    }

    pub fn apply(&mut self, wish: Wish) {
        match wish {
            Wish::Show(tab) => self.show(tab),
            Wish::Close(tab) => {
                self.uncover(tab);
                self.closed |= 1 << tab as u32;
            }
            Wish::Place(tab, group, before) => self.place(tab, group, before),
            Wish::Nudge(tab, by) => {
                let group = self.group_of(tab);
                let before = if by < 0 {
                    self.open(group).rev().skip_while(|it| *it != tab).nth(1)
                } else {
                    self.open(group).skip_while(|it| *it != tab).nth(2)
                };
                // The first one goes no further.
                if by > 0 || before.is_some() {
                    self.place(tab, group, before);
                }
            }
            Wish::Cross(tab) => self.place(tab, 1 - self.group_of(tab), None),
            Wish::Share(share) => {
                if let Some(tab) = self.top[1] {
                    self.shares[tab as usize] = share.clamp(SHARE_LEAST, SHARE_MOST);
                }
            }
            Wish::Reset => *self = Docking::default(),
        }
    }

    fn show(&mut self, tab: Tab) {
        self.closed &= !(1 << tab as u32);
        self.front = self.group_of(tab);
        self.top[self.front] = Some(tab);
    }

    /// Another one comes on top of the group that a panel leaves: the next one, else the one before.
    fn uncover(&mut self, tab: Tab) {
        let group = self.group_of(tab);
        if self.top[group] == Some(tab) {
            let next = self.open(group).skip_while(|it| *it != tab).nth(1);
            let before = self.open(group).rev().skip_while(|it| *it != tab).nth(1);
            self.top[group] = next.or(before);
        }
    }

    fn place(&mut self, tab: Tab, group: usize, before: Option<Tab>) {
        if before != Some(tab) {
            self.uncover(tab);
            let from = self.group_of(tab);
            self.groups[from].retain(|it| *it != tab);
            let list = &mut self.groups[group];
            let at = before.and_then(|before| list.iter().position(|it| *it == before));
            list.insert(at.unwrap_or(list.len()), tab);
        }
        self.show(tab);
    }

    /// As [`Docking::read`] reads it, such as `I l g | K v -r e40 |`: the panels' letters, great for those on top, behind
    /// `-` for closed ones, before the share where another one was chosen. A bar between the groups, one more where the
    /// lower one is in front.
    #[must_use]
    pub fn write(&self) -> String {
        let usual = Docking::default().shares;
        let mut text = String::new();
        for group in GROUPS {
            for tab in &self.groups[group] {
                if !self.is_open(*tab) {
                    text.push('-');
                }
                let letter = tab.name().key;
                text.push(if self.top[group] == Some(*tab) { letter } else { letter.to_ascii_lowercase() });
                let share = self.shares[*tab as usize];
                if share != usual[*tab as usize] {
                    text.push_str(&share.to_string());
                }
                text.push(' ');
            }
            if group == 0 || self.front == 1 {
                text.push_str("| ");
            }
        }
        text
    }

    /// Reads what was remembered, by whatever version. Panels that it does not name stand where they stand at first;
    /// what it does not know is passed over.
    #[must_use]
    pub fn read(text: &str) -> Docking {
        let first = Docking::default();
        let mut docking =
            Docking { groups: [Vec::new(), Vec::new()], top: [None, None], front: 0, ..first.clone() };
        let mut group = 0;
        for word in text.split(' ') {
            if word == "|" {
                docking.front = group;
                group = 1;
                continue;
            }
            let open = word.strip_prefix('-');
            let mut letters = open.unwrap_or(word).chars();
            let Some((letter, tab)) = letters.next().and_then(|letter| Some((letter, Tab::of_key(letter)?)))
            else {
                continue;
            };
            if docking.groups.iter().any(|list| list.contains(&tab)) {
                continue;
            }
            docking.groups[group].push(tab);
            docking.closed |= u32::from(open.is_some()) << tab as u32;
            if letter.is_ascii_uppercase() && open.is_none() {
                docking.top[group] = Some(tab);
            }
            if let Ok(share) = letters.as_str().parse::<u8>() {
                docking.shares[tab as usize] = share.clamp(SHARE_LEAST, SHARE_MOST);
            }
        }
        for tab in Tab::ALL {
            if !docking.groups.iter().any(|list| list.contains(&tab)) {
                docking.groups[first.group_of(tab)].push(tab);
            }
        }
        for group in GROUPS {
            docking.top[group] = docking.top[group].or_else(|| docking.open(group).next());
        }
        docking
    }
}

/// A tab on the screen, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    pub tab: Tab,
    pub left: f64,
    pub right: f64,
    pub bottom: f64,
}

/// The tab of a strip, which may have several lines, before which one lands that is let go at `x`, `y`; none for behind
/// all of them. Above the strip counts as its first line, below it as its last.
#[must_use]
pub fn landing(strip: &[Spot], x: f64, y: f64) -> Option<Tab> {
    let last = strip.last()?.bottom;
    let line = strip.iter().find(|spot| y < spot.bottom).map_or(last, |spot| spot.bottom);
    let here = strip.iter().position(|spot| spot.bottom >= line && x < (spot.left + spot.right) / 2.0);
    let next_line = strip.iter().position(|spot| spot.bottom > line);
    let at = match (here, next_line) {
        // Right of all in its line: before the first one of the next.
        (Some(here), Some(next)) => here.min(next),
        (here, next) => here.or(next)?,
    };
    Some(strip[at].tab)
}

#[cfg(test)]
mod tests;
