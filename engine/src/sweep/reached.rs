//! What was seen, by names, as it stands in results that are written down; and what of all that can be reached is not
//! in it.

use super::coverage::Coverage;
use crate::controller::Mode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Situations that every fault of [`TAKES`] has to meet: the modes of the two controllers, and the fault that leads
/// there. The rest of the pairs of modes last for one event (DRAIN: the peer's last messages are handled in one step),
/// or need two failures before (REFUSED), and are met now and then.
pub(super) const PHASES: [(Mode, Mode, &str); 18] = [
    (Mode::Dual, Mode::Dual, "scrub"),
    (Mode::Dual, Mode::Frozen, "hang"),
    (Mode::Frozen, Mode::Frozen, "cut-link"),
    (Mode::Frozen, Mode::Down, "crash"),
    (Mode::Dual, Mode::Won, "hang"),
    (Mode::Won, Mode::Halted, "cut-link"),
    (Mode::Won, Mode::Down, "crash"),
    (Mode::Solo, Mode::Halted, "hang"),
    (Mode::Solo, Mode::Down, "crash"),
    (Mode::Solo, Mode::Boot, "crash"),
    (Mode::Frozen, Mode::Boot, "crash"),
    (Mode::Won, Mode::Boot, "crash"),
    (Mode::SoloJoin, Mode::Boot, "crash"),
    (Mode::SoloJoin, Mode::Joining, "crash"),
    (Mode::Dual, Mode::Joining, "crash"),
    (Mode::Recover, Mode::Boot, "power-loss"),
    (Mode::Recover, Mode::Recalled, "power-loss"),
    (Mode::Boot, Mode::Boot, "power-loss"),
];

/// Everything that breaks or hampers something.
pub(super) const TAKES: [&str; 12] = [
    "crash",
    "hang",
    "battery-fails",
    "cut-link",
    "slow-link",
    "path-cut",
    "power-loss",
    "fence-stuck",
    "disk-fails",
    "disk-pulled",
    "disk-slow",
    "sector-error",
];

/// Those of them that are about one of the controllers.
const HIT_ONE: [&str; 6] = ["crash", "hang", "battery-fails", "cut-link", "slow-link", "path-cut"];

/// A fault in a situation: the mode of the controller that it hits, that of the other, the fault; and the fault that
/// leads to the situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Aim {
    pub hit: Mode,
    pub other: Mode,
    pub fault: &'static str,
    pub prelude: &'static str,
}

/// Every fault of [`TAKES`] in every situation of [`PHASES`], at either controller, but for those that do nothing
/// there.
pub(super) fn aims() -> Vec<Aim> {
    let mut all = Vec::new();
    for (one, two, prelude) in PHASES {
        for fault in TAKES {
            let aim = |hit, other| Aim { hit, other, fault, prelude };
            if HIT_ONE.contains(&fault) && one != two {
                all.extend([aim(one, two), aim(two, one)]);
            } else {
                all.push(aim(one.min(two), one.max(two)));
            }
        }
    }
    all.retain(|aim| !is_idle(aim));
    all
}

/// What is down can neither die nor hang.
fn is_idle(aim: &Aim) -> bool {
    aim.hit == Mode::Down && matches!(aim.fault, "crash" | "hang")
}

/// How often each thing was seen, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct States {
    pub lines: BTreeMap<String, u64>,
    pub messages: BTreeMap<String, u64>,
    pub modes: BTreeMap<String, u64>,
    /// For each fault, the modes that it met: `DUAL/FROZEN` is a controller in DUAL, which it hit, and a frozen one.
    pub met: BTreeMap<String, BTreeMap<String, u64>>,
}

impl From<&Coverage> for States {
    fn from(coverage: &Coverage) -> States {
        let named = |(name, count): (&'static str, u64)| (name.to_owned(), count);
        let mut met: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for ((hit, other, fault), count) in coverage.met() {
            let modes = format!("{}/{}", hit.name(), other.name());
            met.entry(fault.to_owned()).or_default().insert(modes, count);
        }
        States {
            lines: coverage.line_states().collect(),
            messages: coverage.messages().map(named).collect(),
            modes: coverage.modes().map(named).collect(),
            met,
        }
    }
}

impl States {
    /// Adds what another sweep has seen.
    pub fn add(&mut self, other: &States) {
        fn join(mine: &mut BTreeMap<String, u64>, other: &BTreeMap<String, u64>) {
            for (name, count) in other {
                *mine.entry(name.clone()).or_default() += count;
            }
        }
        join(&mut self.lines, &other.lines);
        join(&mut self.messages, &other.messages);
        join(&mut self.modes, &other.modes);
        for (fault, modes) in &other.met {
            join(self.met.entry(fault.clone()).or_default(), modes);
        }
    }

    /// What can be reached and was not.
    #[must_use]
    pub fn unreached(&self) -> Vec<String> {
        let never = |all: &BTreeMap<String, u64>, what: &str| -> Vec<String> {
            all.iter().filter(|(_, count)| **count == 0).map(|(name, _)| format!("{what} {name}")).collect()
        };
        let mut all =
            [never(&self.lines, "line"), never(&self.messages, "message"), never(&self.modes, "mode")]
                .concat();
        for Aim { hit, other, fault, .. } in aims() {
            let modes = format!("{}/{}", hit.name(), other.name());
            if self.met.get(fault).and_then(|met| met.get(&modes)).is_none() {
                all.push(format!("{fault} at {modes}"));
            }
        }
        all
    }
}
