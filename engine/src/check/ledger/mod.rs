//! The ledger of acknowledged writes, kept outside the controllers: for each block of which a host was told what it
//! holds, where that value is, and whether it survives each failure that may come next.
//!
//! A block enters the ledger when a controller acknowledges a write of it, or answers a read with what a write left
//! there. From then on some value of it has to be readable: the newest acknowledged one, or a newer one that a host
//! has not been told of yet (what [`Linearizability`] allows). The ledger looks for it in both memories, on the disks
//! and in the parity; what becomes of it after a failure follows from the protocol's rules ([`situation`]).
//!
//! An event changes the account of the lines that it has to do with, and of nothing else. What concerns all blocks at
//! once (a controller down, a disk gone, a battery) is answered from counts of blocks by class ([`class`], [`tally`]).
//! So an event costs the same however many blocks there are.

pub mod class;
pub mod look;
pub mod situation;
pub mod survival;
pub mod tally;

#[cfg(test)]
mod tests;

use super::linear::Linearizability;
use super::places::Places;
use super::touched::Touched;
use super::view::{LineView, Whole};
use crate::config::Geometry;
use crate::controller::line::Line;
use crate::fact::{Fact, IoKind, Observer};
use crate::ids::{BlockMap, ControllerId, LineKey, Lun};
use crate::paged::Rows;
use crate::sim::World;
use class::{Class, Sweep};
pub use situation::Failure;
use situation::Situation;
pub use survival::{Safety, Survival};
use tally::Tally;

/// Listens to facts; looks at the world after each event.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    hosts: Linearizability,
    touched: Touched,
    /// What this event has told, in order.
    told: Vec<Told>,
    places: Places<LineKey>,
    lines: Rows<LineKey>,
    /// A row for each line.
    cells: Rows<Cell>,
    geometry: Geometry,
    tally: Tally,
    situation: Option<Situation>,
    /// What has changed the classes of all blocks so far.
    sweeps: Vec<Sweep>,
    safety: Safety,
}

/// The account of one block.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// The newest acknowledged write; 0 while there is none.
    newest: u64,
    /// The write that was committed last.
    committed: u64,
    class: Class,
    /// How many sweeps the class has seen.
    swept: u32,
}

#[derive(Clone, Copy, Debug)]
enum Told {
    Committed { op: u64, key: LineKey, map: BlockMap },
    Acknowledged { op: u64, lun: u16, lbn: u64, blocks: u32 },
    Read { value: u64, lun: u16, lbn: u64 },
}

/// One block of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub lun: u16,
    pub lbn: u64,
    /// The newest write of it that a host was told of, by its operation's number.
    pub newest: u64,
    /// A memory has that value, or a newer one: A's, B's.
    pub in_memory: [bool; 2],
    /// … and would write it to disk if it were alone.
    pub kept: [bool; 2],
    /// The block's disk has it, and it can be read there.
    pub on_disk: bool,
    /// The rest of its row gives it.
    pub by_parity: bool,
    pub survival: Survival,
}

/// How many blocks there are, and how many of them each failure would lose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub blocks: u64,
    /// Cannot be read any more.
    pub lost: u64,
    pub by_a_dying: u64,
    pub by_b_dying: u64,
    pub by_a_cut_link: u64,
    pub by_power_loss: u64,
    /// By the failure of that disk which would lose most.
    pub by_a_disk: u64,
}

/// Who else looks at the lines that an event has to do with.
pub(super) trait Beside {
    /// Whether the line's records are as they were when it was last looked at.
    fn is_as_it_was(&self, key: LineKey, records: [Option<&Line>; 2]) -> bool;

    fn look_at(&mut self, view: &LineView<'_>);
}

/// Nobody.
pub(super) struct Alone;

impl Beside for Alone {
    fn is_as_it_was(&self, _key: LineKey, _records: [Option<&Line>; 2]) -> bool {
        false
    }

    fn look_at(&mut self, _view: &LineView<'_>) {}
}

impl Ledger {
    /// To be called after every event.
    pub fn after_event(&mut self, world: &World) {
        self.begin_to_settle(world);
        self.settle(world, Whole::of(world), &mut Alone);
        self.pass_over();
    }

    /// The event is over: brings the account up to date in what concerns all blocks.
    pub(super) fn begin_to_settle(&mut self, world: &World) {
        for (lun, lbn) in self.hosts.take_settled() {
            self.touched.touch(world.config().raid.key_of(Lun(lun), lbn));
        }
        self.touched.settle(world);
        if self.situation.is_none() || world.hardware().troubled {
            self.look_around(world);
        }
        for n in 0..self.told.len() {
            self.note(self.told[n]);
        }
    }

    /// … and then in the lines that the event has to do with, which `beside` sees too.
    pub(super) fn settle(&mut self, world: &World, whole: Whole, beside: &mut impl Beside) {
        let Some(situation) = self.situation else { return };
        for (key, certain) in self.touched.keys() {
            let records = ControllerId::BOTH.map(|at| world.controller(at).line(*key));
            if !certain && beside.is_as_it_was(*key, records) {
                continue;
            }
            let view = LineView::new(world, &self.hosts, whole, *key, records);
            if let Some(line) = self.places.get(key) {
                let cells = self.cells.row_mut(*line as usize);
                look_at(&view, cells, &self.sweeps, &mut self.tally, &situation);
            }
            beside.look_at(&view);
        }
        self.safety = self.judge(&situation);
    }

    /// On to the next event.
    pub(super) fn pass_over(&mut self) {
        self.told.clear();
        self.touched.clear();
    }

    pub(super) fn hosts_mut(&mut self) -> &mut Linearizability {
        &mut self.hosts
    }

    #[cfg(test)]
    pub(super) fn touch(&mut self, key: LineKey) {
        self.touched.touch(key);
    }

    /// What concerns all blocks.
    fn look_around(&mut self, world: &World) {
        let now = Situation::of(world);
        let Some(before) = self.situation.replace(now) else {
            self.geometry = world.config().raid;
            self.cells = Rows::new(self.geometry.line_blocks() as usize);
            return;
        };
        if before == now {
            return;
        }
        let mut sweep = Sweep::default();
        for at in ControllerId::BOTH {
            let (was, is) = (&before.sides[at.index()], &now.sides[at.index()]);
            if is.has_forgotten(was) {
                sweep.gone |= Class::of_memory(at) | Class::of_suspicion(at);
            }
            if is.doubts_all && !was.doubts_all {
                sweep.come |= Class::of_suspicion(at);
            }
        }
        for disk in 0..now.disks {
            if now.rebuilding >> disk & 1 == 1 && before.rebuilding >> disk & 1 == 0 {
                sweep.gone |= Class::of_rebuilt(disk);
            }
        }
        if !sweep.is_none() {
            self.sweeps.push(sweep);
        }
        self.tally.judge_anew(sweep, &now);
    }

    fn note(&mut self, told: Told) {
        match told {
            Told::Committed { op, key, map } => {
                let line = self.line(key);
                for block in map.iter() {
                    self.cell_mut(line, block).committed = op;
                }
            }
            Told::Acknowledged { op, lun, lbn, blocks } => {
                for lbn in lbn..lbn + u64::from(blocks) {
                    self.promise(lun, lbn, |cell| {
                        // Another write of the block was committed later, and is acknowledged already.
                        let overtaken = cell.committed != op && cell.newest == cell.committed;
                        if overtaken { cell.newest } else { op }
                    });
                }
            }
            Told::Read { value, lun, lbn } => self.promise(lun, lbn, |cell| cell.newest.max(value)),
        }
    }

    /// A host has been told of a value of the block.
    fn promise(&mut self, lun: u16, lbn: u64, newest: impl Fn(&Cell) -> u64) {
        let line_blocks = u64::from(self.geometry.line_blocks());
        let line = self.line(self.geometry.key_of(Lun(lun), lbn));
        let sweeps = self.sweeps.len() as u32;
        let situation = self.situation.expect("the first look around comes before the first note");
        let cell = self.cell_mut(line, (lbn % line_blocks) as u32);
        let before = cell.newest;
        cell.newest = newest(cell);
        if before == 0 && cell.newest != 0 {
            cell.swept = sweeps;
            let class = cell.class;
            self.tally.add(class, &situation);
        }
    }

    fn line(&mut self, key: LineKey) -> u32 {
        *self.places.entry(key).or_insert_with(|| {
            let line = self.lines.add();
            *self.lines.first_mut(line) = key;
            self.cells.add() as u32
        })
    }

    fn cell_mut(&mut self, line: u32, block: u32) -> &mut Cell {
        &mut self.cells.row_mut(line as usize)[block as usize]
    }

    /// The class of a block, all that concerns all blocks included.
    fn class_of(&self, cell: &Cell) -> Class {
        self.sweeps[cell.swept as usize..].iter().fold(cell.class, |class, sweep| sweep.over(class))
    }

    fn judge(&self, situation: &Situation) -> Safety {
        let loses = |failure| self.tally.lost_by(failure) > 0;
        let disks = || (0..situation.disks).any(|disk| loses(Failure::Disk(disk)));
        let others = [
            Failure::Dies(ControllerId::A),
            Failure::Dies(ControllerId::B),
            Failure::LinkCut,
            Failure::PowerLoss,
        ];
        if loses(Failure::None) {
            Safety::Lost
        } else if others.into_iter().any(loses) || (situation.is_whole() && disks()) {
            Safety::AtRisk
        } else if situation.is_well() {
            Safety::Safe
        } else {
            Safety::Degraded
        }
    }

    /// How safe everything is after the last event.
    #[must_use]
    pub fn safety(&self) -> Safety {
        self.safety
    }

    /// Whether some redundancy is missing, of blocks in the ledger or of any others.
    #[must_use]
    pub fn is_impaired(&self, world: &World) -> bool {
        let spoiled = || (0..world.config().raid.disks).any(|disk| world.array().disk(disk).has_spoiled());
        self.safety != Safety::Safe || (world.hardware().troubled && spoiled())
    }

    #[must_use]
    pub fn counts(&self) -> Counts {
        let lost_by = |failure| self.tally.lost_by(failure);
        let disks = self.situation.map_or(0, |situation| situation.disks);
        Counts {
            blocks: self.tally.blocks(),
            lost: lost_by(Failure::None),
            by_a_dying: lost_by(Failure::Dies(ControllerId::A)),
            by_b_dying: lost_by(Failure::Dies(ControllerId::B)),
            by_a_cut_link: lost_by(Failure::LinkCut),
            by_power_loss: lost_by(Failure::PowerLoss),
            by_a_disk: (0..disks).map(|disk| lost_by(Failure::Disk(disk))).max().unwrap_or(0),
        }
    }

    /// The account of a block; nothing while no host was told what it holds.
    #[must_use]
    pub fn row(&self, world: &World, lun: Lun, lbn: u64) -> Option<Row> {
        let line_blocks = u64::from(self.geometry.line_blocks());
        let (key, block) = (self.geometry.key_of(lun, lbn), (lbn % line_blocks) as u32);
        let line = *self.places.get(&key)?;
        self.row_of(world, line, block)
    }

    /// Whether a block survives a failure; nothing while no host was told what it holds.
    #[must_use]
    pub fn survives(&self, lun: Lun, lbn: u64, failure: Failure) -> Option<bool> {
        let line_blocks = u64::from(self.geometry.line_blocks());
        let line = *self.places.get(&self.geometry.key_of(lun, lbn))?;
        let cell = self.cell(line, (lbn % line_blocks) as u32);
        let situation = self.situation.filter(|_| cell.newest != 0)?;
        Some(situation.survives(self.class_of(cell), failure))
    }

    fn row_of(&self, world: &World, line: u32, block: u32) -> Option<Row> {
        let situation = self.situation?;
        let cell = *self.cell(line, block);
        if cell.newest == 0 {
            return None;
        }
        let key = *self.lines.first(line as usize);
        let class = self.class_of(&cell);
        let view = LineView::of(world, &self.hosts, Whole::of(world), key);
        let [a, b] = ControllerId::BOTH;
        let kept = |at| class.holds(at, class::Held::Dirty) && class.holds(at, class::Held::Good);
        Some(Row {
            lun: key.lun().0,
            lbn: key.first_lbn(self.geometry.line_blocks()) + u64::from(block),
            newest: cell.newest,
            in_memory: [a, b].map(|at| look::has_copy(&view, at, block)),
            kept: [a, b].map(kept),
            on_disk: situation.has_on_disk(class),
            by_parity: situation.has_by_parity(class),
            survival: Survival::of(tally::losers(class, &situation)),
        })
    }

    /// At most `limit` blocks, those written last first: the greater an operation's number, the newer. Goes through
    /// all blocks: for a screen, not for every event.
    #[must_use]
    pub fn newest(&self, world: &World, limit: usize) -> Vec<Row> {
        let mut known: Vec<(u64, (u32, u32))> = self
            .places_of_cells()
            .map(|(line, block)| (self.cell(line, block).newest, (line, block)))
            .filter(|(newest, _)| *newest != 0)
            .collect();
        known.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        known
            .into_iter()
            .take(limit)
            .filter_map(|(_, (line, block))| self.row_of(world, line, block))
            .collect()
    }

    /// At most `limit` blocks that `failure` would lose. Goes through all blocks: for a screen, not for every event.
    #[must_use]
    pub fn lost_by(&self, world: &World, failure: Failure, limit: usize) -> Vec<Row> {
        let Some(situation) = self.situation else { return Vec::new() };
        let loses = |(line, block): &(u32, u32)| {
            let cell = self.cell(*line, *block);
            cell.newest != 0 && !situation.survives(self.class_of(cell), failure)
        };
        let cells = self.places_of_cells().filter(loses).take(limit);
        cells.filter_map(|(line, block)| self.row_of(world, line, block)).collect()
    }

    /// Line and block of every cell.
    fn places_of_cells(&self) -> impl Iterator<Item = (u32, u32)> {
        let blocks = self.geometry.line_blocks();
        (0..self.cells.count() as u32).flat_map(move |line| (0..blocks).map(move |block| (line, block)))
    }

    fn cell(&self, line: u32, block: u32) -> &Cell {
        &self.cells.row(line as usize)[block as usize]
    }

    /// What hosts may read.
    #[must_use]
    pub fn hosts(&self) -> &Linearizability {
        &self.hosts
    }
}

/// Looks at one line, and counts its blocks where they belong now.
fn look_at(
    view: &LineView<'_>,
    cells: &mut [Cell],
    sweeps: &[Sweep],
    tally: &mut Tally,
    situation: &Situation,
) {
    look::classes(view, situation.rebuilding, |block, class| {
        let cell = &mut cells[block as usize];
        if cell.newest == 0 {
            return;
        }
        let before = sweeps[cell.swept as usize..].iter().fold(cell.class, |class, sweep| sweep.over(class));
        cell.swept = sweeps.len() as u32;
        cell.class = class;
        if before != class {
            tally.remove(before, situation);
            tally.add(class, situation);
        }
    });
}

impl Observer for Ledger {
    fn fact(&mut self, fact: Fact) {
        match fact {
            Fact::WriteCommitted { op, key, map, .. } => self.told.push(Told::Committed { op, key, map }),
            Fact::HostReplied { op, io: IoKind::Write, .. } => {
                if let Some(asked) = self.touched.asked(op) {
                    let (lun, lbn, blocks) = (asked.lun, asked.lbn, asked.blocks);
                    self.told.push(Told::Acknowledged { op, lun, lbn, blocks });
                }
            }
            Fact::BlockRead { lun, lbn, value, .. } if value != 0 => {
                self.told.push(Told::Read { value, lun, lbn });
            }
            _ => {}
        }
        self.touched.fact(fact);
        self.hosts.fact(fact);
    }
}
