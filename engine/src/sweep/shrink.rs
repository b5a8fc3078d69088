//! From a scenario that fails to a small one that fails in the same way.
//!
//! Requests and faults are taken out in ever smaller pieces as long as the rest still fails (delta debugging, Zeller
//! and Hildebrandt 2002), then the world is made simpler, one setting at a time, and all over again until nothing more
//! goes. Deterministic; bounded by a budget of events.

use crate::config::{Config, DiskProfile, FailoverConfig, Layout};
use crate::scenario::{Feed, Scenario};
use crate::sim::{TimedFault, TimedOp};
use std::sync::Arc;

/// What one try of a candidate has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// It fails as the first one did; how far that was.
    pub fails_at_ns: Option<u64>,
    /// Events that the try took.
    pub events: u64,
}

/// The smallest scenario found that still fails, within about `budget` events.
///
/// `fails` runs a candidate and says whether it fails in the same way as the first.
pub fn shrink(scenario: &Scenario, budget: u64, fails: &mut dyn FnMut(&Scenario) -> Tried) -> Scenario {
    let mut shrinking = Shrinking::new(scenario, budget);
    while shrinking.advance(fails) {}
    shrinking.best
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Op(TimedOp),
    Fault(TimedFault),
}

impl Item {
    fn at_ns(&self) -> u64 {
        match self {
            Item::Op(timed) => timed.at_ns,
            Item::Fault(timed) => timed.at_ns,
        }
    }
}

/// The same, a try at a time: it can be put aside in between.
#[derive(Clone, Debug)]
pub struct Shrinking {
    best: Scenario,
    /// Requests and faults of the best, by time.
    items: Vec<Item>,
    /// Events that may still be spent.
    left: u64,
    tries: u64,
    stage: Stage,
    /// The items and the text of the best when this round began: the last one changes neither.
    round: (usize, String),
}

/// What is tried next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// That it fails at all.
    First,
    /// Without a piece of the items, which begins at one of them.
    TakeOut {
        piece: usize,
        at: usize,
        shrank: bool,
    },
    /// A simpler request or fault: which, and how.
    Item {
        at: usize,
        change: usize,
    },
    /// A simpler world: how.
    World {
        change: usize,
    },
    Over,
}

/// One block each, one host, round times.
const ITEM_CHANGES: [fn(&mut Item); 4] = [
    |item| {
        if let Item::Op(timed) = item {
            timed.op.blocks = 1;
        }
    },
    |item| {
        if let Item::Op(timed) = item {
            timed.op.host.0 = 0;
        }
    },
    |item| round(item, 1_000_000),
    |item| round(item, 1_000),
];

/// Each setting as small or as usual as it can be.
const WORLD_CHANGES: [fn(&mut Config); 24] = [
    |config| config.raid.chunk_blocks = 1,
    |config| config.raid.layout = Layout::LeftSymmetric,
    |config| config.raid.disks = config.raid.disks.min(3),
    |config| config.raid.disks = config.raid.disks.min(4),
    |config| config.luns.truncate(1),
    |config| config.luns.truncate(2),
    |config| config.hosts = config.hosts.min(1),
    |config| config.hosts = config.hosts.min(2),
    |config| config.hosts = config.hosts.min(3),
    |config| config.lines = config.lines.min(1),
    |config| config.lent = config.lent.min(1),
    |config| config.lines = config.lines.min(2),
    |config| config.lent = config.lent.min(2),
    |config| config.lines = config.lines.min(4),
    |config| config.lent = config.lent.min(4),
    |config| limit_luns(config, 1),
    |config| limit_luns(config, 2),
    |config| limit_luns(config, 4),
    |config| config.disk = DiskProfile::ssd(),
    |config| config.flush = Config::default().flush,
    |config| config.link = Config::default().link,
    |config| config.host_latency_ns = Config::default().host_latency_ns,
    |config| config.slot_wait_ns = Config::default().slot_wait_ns,
    |config| config.failover = FailoverConfig::default(),
];

fn limit_luns(config: &mut Config, stripes: u64) {
    let most = stripes * u64::from(config.line_blocks());
    config.luns.iter_mut().for_each(|lun| lun.blocks = lun.blocks.min(most));
}

impl Shrinking {
    /// Nothing is made smaller of a scenario whose requests are not listed.
    #[must_use]
    pub fn new(scenario: &Scenario, budget: u64) -> Shrinking {
        let faults = scenario.faults.iter().copied().map(Item::Fault);
        let (items, stage) = match &scenario.feed {
            Feed::Script(ops) => {
                let mut items: Vec<Item> = faults.chain(ops.iter().copied().map(Item::Op)).collect();
                items.sort_by_key(|item| item.at_ns());
                (items, Stage::First)
            }
            _ => (Vec::new(), Stage::Over),
        };
        Shrinking { best: scenario.clone(), items, left: budget, tries: 0, stage, round: (0, String::new()) }
    }

    /// The smallest that was found so far.
    #[must_use]
    pub fn best(&self) -> &Scenario {
        &self.best
    }

    /// Requests and faults that are left in it.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items.len()
    }

    /// Candidates that were run so far.
    #[must_use]
    pub fn tries(&self) -> u64 {
        self.tries
    }

    /// One try. False when nothing more goes, or all events are spent.
    pub fn advance(&mut self, fails: &mut dyn FnMut(&Scenario) -> Tried) -> bool {
        let tries = self.tries;
        while self.tries == tries && self.stage != Stage::Over {
            if self.left == 0 {
                self.stage = Stage::Over;
                break;
            }
            self.stage = match self.stage {
                Stage::First => {
                    let all = self.items.clone();
                    if self.keeps(all, fails) { self.next_round() } else { Stage::Over }
                }
                Stage::TakeOut { piece, at, shrank } => self.take_out(piece, at, shrank, fails),
                Stage::Item { at, change } => self.simplify_item(at, change, fails),
                Stage::World { change } => self.simplify_world(change, fails),
                Stage::Over => Stage::Over,
            };
        }
        self.stage != Stage::Over
    }

    fn next_round(&mut self) -> Stage {
        self.round = (self.items.len(), self.best.to_text());
        Stage::TakeOut { piece: (self.items.len() / 2).max(1), at: 0, shrank: false }
    }

    fn take_out(
        &mut self,
        piece: usize,
        at: usize,
        shrank: bool,
        fails: &mut dyn FnMut(&Scenario) -> Tried,
    ) -> Stage {
        if at < self.items.len() {
            let end = (at + piece).min(self.items.len());
            let rest: Vec<Item> = [&self.items[..at], &self.items[end..]].concat();
            return if self.keeps(rest, fails) {
                Stage::TakeOut { piece, at, shrank: true }
            } else {
                Stage::TakeOut { piece, at: end, shrank }
            };
        }
        if piece == 1 && !shrank {
            return Stage::Item { at: 0, change: 0 };
        }
        Stage::TakeOut { piece: (piece / 2).max(1), at: 0, shrank: false }
    }

    fn simplify_item(
        &mut self,
        at: usize,
        change: usize,
        fails: &mut dyn FnMut(&Scenario) -> Tried,
    ) -> Stage {
        // What comes after the failure may have been cut off meanwhile.
        let Some(mut item) = self.items.get(at).copied() else { return Stage::World { change: 0 } };
        let Some(simplify) = ITEM_CHANGES.get(change) else { return Stage::Item { at: at + 1, change: 0 } };
        simplify(&mut item);
        if item != self.items[at] {
            let mut items = self.items.clone();
            items[at] = item;
            items.sort_by_key(Item::at_ns);
            self.keeps(items, fails);
        }
        Stage::Item { at, change: change + 1 }
    }

    fn simplify_world(&mut self, change: usize, fails: &mut dyn FnMut(&Scenario) -> Tried) -> Stage {
        let Some(simplify) = WORLD_CHANGES.get(change) else {
            let same = self.items.len() == self.round.0 && self.best.to_text() == self.round.1;
            return if same { Stage::Over } else { self.next_round() };
        };
        let mut candidate = self.best.clone();
        simplify(&mut candidate.config);
        if candidate.config != self.best.config {
            let items = self.items.clone();
            self.keeps_world(candidate, items, fails);
        }
        Stage::World { change: change + 1 }
    }

    /// Takes the candidate if it still fails; without what comes after the failure, if that will do.
    fn keeps(&mut self, items: Vec<Item>, fails: &mut dyn FnMut(&Scenario) -> Tried) -> bool {
        let candidate = with_items(&self.best, &items);
        self.keeps_world(candidate, items, fails)
    }

    fn keeps_world(
        &mut self,
        candidate: Scenario,
        items: Vec<Item>,
        fails: &mut dyn FnMut(&Scenario) -> Tried,
    ) -> bool {
        if self.left == 0 || !is_sound(&candidate) {
            return false;
        }
        let tried = fails(&candidate);
        self.tries += 1;
        self.left = self.left.saturating_sub(tried.events.max(1));
        let Some(fails_at_ns) = tried.fails_at_ns else { return false };
        let needed: Vec<Item> = items.iter().copied().filter(|item| item.at_ns() <= fails_at_ns).collect();
        let late = needed.len() < items.len();
        (self.best, self.items) = (candidate, items);
        if late {
            self.keeps(needed, fails);
        }
        true
    }
}

fn round(item: &mut Item, to_ns: u64) {
    let at_ns = match item {
        Item::Op(timed) => &mut timed.at_ns,
        Item::Fault(timed) => &mut timed.at_ns,
    };
    *at_ns -= *at_ns % to_ns;
}

fn with_items(scenario: &Scenario, items: &[Item]) -> Scenario {
    let ops: Arc<[TimedOp]> = items
        .iter()
        .filter_map(|item| match item {
            Item::Op(timed) => Some(*timed),
            Item::Fault(_) => None,
        })
        .collect();
    let faults = items
        .iter()
        .filter_map(|item| match item {
            Item::Fault(timed) => Some(*timed),
            Item::Op(_) => None,
        })
        .collect();
    Scenario { feed: Feed::Script(ops), faults, ..scenario.clone() }
}

/// Whether it still is a world, with requests that lie in it.
fn is_sound(scenario: &Scenario) -> bool {
    let Ok(world) = scenario.world() else { return false };
    let Feed::Script(ops) = &scenario.feed else { return false };
    ops.iter().all(|timed| world.check_op(&timed.op).is_ok())
}
