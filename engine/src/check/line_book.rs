//! What is remembered of every line from event to event, so that after an event only its own lines are looked at:
//! sequence numbers, slots, and who may have to be cut off.

use super::invariant::Invariant;
use super::ledger::Beside;
use super::linear::Linearizability;
use super::places::Places;
use super::slots::{LineSlots, SlotBook};
use super::view::{LineView, Whole};
use super::{line, state};
use crate::controller::line::Line;
use crate::fact::{Fact, Observer};
use crate::ids::{BlockMap, ControllerId, LineKey, Slot};
use crate::paged::Rows;
use crate::sim::World;
use crate::state::LineState;
use crate::text;

#[derive(Clone, Debug, Default)]
pub struct LineBook {
    places: Places<LineKey>,
    lines: Rows<Account>,
    slots: SlotBook,
    /// Entries that have gone in this event.
    gone: Vec<(ControllerId, LineKey)>,
    /// Counts how often a controller has changed its mode: sequence numbers are compared within one only.
    modes: [u32; 2],
    /// Which one serves alone.
    alone: [bool; 2],
    /// A controller may serve alone, and its peer have disk commands.
    fence_in_question: bool,
}

/// What is remembered of a line.
#[derive(Clone, Copy, Debug, Default)]
struct Account {
    slots: LineSlots,
    /// For each controller the entry's sequence number, and its mode's count then.
    seqs: [Option<(u64, u32)>; 2],
    records: [Option<Outline>; 2],
}

/// What of a record can change while its line is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Outline {
    state: Option<LineState>,
    valid: BlockMap,
    loc: Option<Slot>,
    quiet: bool,
}

impl Outline {
    fn of(line: Option<&Line>) -> Option<Outline> {
        line.map(|line| Outline {
            state: line.state,
            valid: line.valid,
            loc: line.loc,
            quiet: line.is_quiet(),
        })
    }
}

/// The book, and where it reports to.
pub struct Reporting<'a, 'b> {
    pub book: &'a mut LineBook,
    pub report: &'a mut state::Report<'b>,
}

impl Beside for Reporting<'_, '_> {
    fn is_as_it_was(&self, key: LineKey, records: [Option<&Line>; 2]) -> bool {
        let known = self.book.places.get(&key).map(|line| self.book.lines.first(*line as usize).records);
        known == Some(records.map(Outline::of))
    }

    fn look_at(&mut self, view: &LineView<'_>) {
        self.book.check(view, self.report);
    }
}

impl LineBook {
    /// An event is over; its lines come next. When both begin to serve together, every line is looked at.
    pub fn begin(
        &mut self,
        world: &World,
        whole: Whole,
        hosts: &Linearizability,
        report: &mut state::Report<'_>,
    ) {
        for (at, key) in self.gone.drain(..) {
            if let Some(line) = self.places.get(&key) {
                self.lines.first_mut(*line as usize).seqs[at.index()] = None;
            }
        }
        if whole.dual == self.slots.is_open() {
            return;
        }
        if !whole.dual {
            return self.slots.close();
        }
        self.slots.open(world);
        for line in 0..self.lines.count() {
            self.lines.first_mut(line).slots = LineSlots::default();
        }
        for key in state::keys(world, hosts) {
            self.check(&LineView::of(world, hosts, whole, key), report);
        }
    }

    /// One line of the event.
    pub fn check(&mut self, view: &LineView<'_>, report: &mut state::Report<'_>) {
        line::check(view, report);
        let line = *self.places.entry(view.key).or_insert_with(|| self.lines.add() as u32);
        let account = self.lines.first_mut(line as usize);
        for at in ControllerId::BOTH {
            let n = at.index();
            let now = view.entry(at).map(|line| (line.seq, self.modes[n]));
            if let (Some((before, mode)), Some((seq, same))) = (account.seqs[n], now)
                && mode == same
                && seq < before
            {
                let name = state::name(view.world, view.key);
                report(
                    Invariant::SeqMonotone,
                    text!("{at}: the number of line {name} fell to {seq}", at, name, seq),
                );
            }
            account.seqs[n] = now;
        }
        account.records = view.records.map(Outline::of);
        if self.slots.is_open() {
            self.slots.look_at(view, &mut account.slots, report);
        }
    }

    /// All lines of the event have been looked at.
    pub fn end(&mut self, world: &World, report: &mut state::Report<'_>) {
        if self.slots.is_open() {
            return self.slots.settle(world, report);
        }
        state::fenced_from_serving(world, report);
        if std::mem::take(&mut self.fence_in_question) {
            state::fenced_from_disks(world, report);
        }
    }
}

impl Observer for LineBook {
    fn fact(&mut self, fact: Fact) {
        match fact {
            // A line that comes back, perhaps in the same step, starts anew.
            Fact::LineState { at, key, to: None, .. } => self.gone.push((at, key)),
            // Its memory may have been cleared; and it may be alone from now on.
            Fact::Mode { at, to, .. } => {
                self.modes[at.index()] += 1;
                self.alone[at.index()] = state::has_fenced(to);
                self.fence_in_question = true;
            }
            Fact::DiskIssued { at, .. } => self.fence_in_question |= self.alone[at.peer().index()],
            Fact::SlotTaken { .. } | Fact::SlotFreed { .. } => self.slots.fact(fact),
            _ => {}
        }
    }
}
