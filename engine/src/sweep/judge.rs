//! Everything that watches one run of a sweep.

use super::coverage::Coverage;
use crate::check::{Depth, Violation, Watch};
use crate::fact::{Fact, Observer};
use crate::sim::World;

/// The checks, and what was seen on the way.
#[derive(Debug)]
pub struct Judge<'a> {
    watch: Watch,
    coverage: &'a mut Coverage,
}

impl<'a> Judge<'a> {
    #[must_use]
    pub fn new(coverage: &'a mut Coverage) -> Judge<'a> {
        coverage.begin();
        Judge { watch: Watch::new(Depth::EveryEvent), coverage }
    }

    /// To be called after every event.
    pub fn after_event(&mut self, world: &World) {
        self.watch.after_event(world);
    }

    /// To be called when nothing is pending any more.
    pub fn at_end(&mut self, world: &World) {
        self.watch.at_end(world);
    }

    /// The first thing that was wrong.
    #[must_use]
    pub fn finding(&self) -> Option<&Violation> {
        self.watch.violations().first()
    }
}

impl Observer for Judge<'_> {
    fn fact(&mut self, fact: Fact) {
        self.watch.fact(fact);
        self.coverage.fact(fact);
    }
}
