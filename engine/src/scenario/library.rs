//! The built-in scenarios, for somebody who has never seen two caches talk. Each shows one thing, in 100 to 500
//! events of a small world.

use crate::scenario::Scenario;

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// What it is called on the command line and in links.
    pub name: &'static str,
    /// Its text, in the scenario format.
    pub text: &'static str,
}

/// All of them, in the order in which they are best seen.
pub const LIBRARY: [Builtin; 7] = [
    Builtin { name: "safe-write", text: include_str!("library/safe-write.scenario") },
    Builtin { name: "ownership", text: include_str!("library/ownership.scenario") },
    Builtin { name: "flushing", text: include_str!("library/flushing.scenario") },
    Builtin { name: "parity", text: include_str!("library/parity.scenario") },
    Builtin { name: "mirror-slots", text: include_str!("library/mirror-slots.scenario") },
    Builtin { name: "reads", text: include_str!("library/reads.scenario") },
    Builtin { name: "busy-hour", text: include_str!("library/busy-hour.scenario") },
];

impl Builtin {
    /// The scenario itself.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        Scenario::parse(self.text).expect("a test reads every built-in scenario")
    }
}

/// The built-in scenario of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Builtin> {
    LIBRARY.iter().find(|builtin| builtin.name == name)
}
