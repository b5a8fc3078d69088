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
    let Feed::Script(ops) = &scenario.feed else { return scenario.clone() };
    let ops = ops.iter().copied().map(Item::Op);
    let faults = scenario.faults.iter().copied().map(Item::Fault);
    let mut items: Vec<Item> = faults.chain(ops).collect();
    items.sort_by_key(|item| item.at_ns());
    let mut shrinker = Shrinker { best: scenario.clone(), items, left: budget, fails };
    let before = shrinker.items.clone();
    if !shrinker.keeps(before) {
        return scenario.clone();
    }
    loop {
        let (items, text) = (shrinker.items.len(), shrinker.best.to_text());
        shrinker.take_out();
        shrinker.simplify();
        if shrinker.left == 0 || (shrinker.items.len() == items && shrinker.best.to_text() == text) {
            return shrinker.best;
        }
    }
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

struct Shrinker<'a> {
    best: Scenario,
    /// Requests and faults of the best, by time.
    items: Vec<Item>,
    /// Events that may still be spent.
    left: u64,
    fails: &'a mut dyn FnMut(&Scenario) -> Tried,
}

impl Shrinker<'_> {
    /// Takes the candidate if it still fails; without what comes after the failure, if that will do.
    fn keeps(&mut self, items: Vec<Item>) -> bool {
        let candidate = with_items(&self.best, &items);
        self.keeps_world(candidate, items)
    }

    fn keeps_world(&mut self, candidate: Scenario, items: Vec<Item>) -> bool {
        if self.left == 0 || !is_sound(&candidate) {
            return false;
        }
        let tried = (self.fails)(&candidate);
        self.left = self.left.saturating_sub(tried.events.max(1));
        let Some(fails_at_ns) = tried.fails_at_ns else { return false };
        let needed: Vec<Item> = items.iter().copied().filter(|item| item.at_ns() <= fails_at_ns).collect();
        let late = needed.len() < items.len();
        (self.best, self.items) = (candidate, items);
        if late {
            self.keeps(needed);
        }
        true
    }

    fn take_out(&mut self) {
        let mut piece = (self.items.len() / 2).max(1);
        while self.left > 0 {
            let mut at = 0;
            let mut shrank = false;
            while at < self.items.len() && self.left > 0 {
                let end = (at + piece).min(self.items.len());
                let rest: Vec<Item> = [&self.items[..at], &self.items[end..]].concat();
                if self.keeps(rest) {
                    shrank = true;
                } else {
                    at = end;
                }
            }
            if piece == 1 && !shrank {
                return;
            }
            piece = (piece / 2).max(1);
        }
    }

    /// Each setting as small or as usual as it can be.
    fn simplify(&mut self) {
        self.simplify_requests();
        let usual = Config::default();
        let mut try_config = |change: &dyn Fn(&mut Config)| {
            let mut candidate = self.best.clone();
            change(&mut candidate.config);
            if candidate.config != self.best.config {
                let items = self.items.clone();
                self.keeps_world(candidate, items);
            }
        };
        try_config(&|config| config.raid.chunk_blocks = 1);
        try_config(&|config| config.raid.layout = Layout::LeftSymmetric);
        for disks in 3..5 {
            try_config(&|config| config.raid.disks = config.raid.disks.min(disks));
        }
        for luns in 1..3 {
            try_config(&|config| config.luns.truncate(luns));
        }
        for hosts in 1..4 {
            try_config(&|config| config.hosts = config.hosts.min(hosts));
        }
        for lines in [1, 2, 4] {
            try_config(&|config| config.lines = config.lines.min(lines));
            try_config(&|config| config.lent = config.lent.min(lines));
        }
        let line = |config: &Config| u64::from(config.line_blocks());
        for stripes in [1, 2, 4] {
            try_config(&|config| {
                let most = stripes * line(config);
                config.luns.iter_mut().for_each(|lun| lun.blocks = lun.blocks.min(most));
            });
        }
        try_config(&|config| config.disk = DiskProfile::ssd());
        try_config(&|config| config.flush = usual.flush);
        try_config(&|config| config.link = usual.link);
        try_config(&|config| config.host_latency_ns = usual.host_latency_ns);
        try_config(&|config| config.slot_wait_ns = usual.slot_wait_ns);
        try_config(&|config| config.failover = FailoverConfig::default());
    }

    /// One block each, one host, round times.
    fn simplify_requests(&mut self) {
        for at in 0..self.items.len() {
            let changes: [&dyn Fn(&mut Item); 4] = [
                &|item| {
                    if let Item::Op(timed) = item {
                        timed.op.blocks = 1;
                    }
                },
                &|item| {
                    if let Item::Op(timed) = item {
                        timed.op.host.0 = 0;
                    }
                },
                &|item| round(item, 1_000_000),
                &|item| round(item, 1_000),
            ];
            for change in changes {
                // What comes after the failure has been cut off meanwhile.
                let Some(mut item) = self.items.get(at).copied() else { return };
                change(&mut item);
                if item != self.items[at] {
                    let mut items = self.items.clone();
                    items[at] = item;
                    items.sort_by_key(Item::at_ns);
                    self.keeps(items);
                }
            }
        }
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
