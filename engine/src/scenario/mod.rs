//! Scenarios: a world, a seed and its requests, as a text that people write, read and send to each other.
//!
//! ```text
//! mirrorline scenario 1
//! title When is a write safe?
//! about One block, two caches, and only then the word "done".
//! lines 12
//! lent 9
//! disks 5 left-symmetric chunk 1
//! lun 0 4096 blocks owner A
//! lun 1 4096 blocks owner B
//! at 10us host 1 writes block 0:42 via A
//! at 400us host 2 reads blocks 1:8..11 via B
//! ```
//!
//! One setting a line, in any order, each at most once; what is not set is as in [`Config::default`]. Lines that
//! begin with `#` are remarks. `0:42` is block 42 of LUN 0; `8..11` includes both ends; hosts are counted from 1.
//! Instead of requests there may be one `workload` line. Faults stand between them, as in `at 5ms crash A`. Unknown words are errors, so that a later version can give
//! them a meaning without changing what an old file does.

pub mod error;
mod faults;
pub mod library;
mod parse;
mod settings;
pub mod units;
mod words;
mod write;

pub use error::ScenarioError;
pub(crate) use parse::command as read_command;
pub(crate) use write::command as write_command;

use crate::config::{Config, ConfigError};
use crate::sim::op::{Source, TimedOp};
use crate::sim::run::Pacing;
use crate::sim::{Command, EventId, Seed, TimedFault, World};
use crate::workload::generator::{Generator, GeneratorConfig, WorkloadError};
use crate::workload::trace::replay::TraceSource;
use std::sync::Arc;

/// The version of the text format that is written, and the only one that is read.
pub const FORMAT_VERSION: u32 = 1;

/// A world and what happens in it.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// A few words, often a question.
    pub title: String,
    /// One sentence for somebody who has never seen two caches talk.
    pub about: String,
    pub config: Config,
    pub seed: u64,
    pub pacing: Pacing,
    pub feed: Feed,
    /// What is broken and mended, in order of time, whatever the requests are.
    pub faults: Arc<[TimedFault]>,
    /// The config's bug is not to be named, neither where the scenario is written down nor where it is shown: the salt of
    /// the seal under which it stands.
    pub seal: Option<u32>,
    /// No request is sent later than this.
    pub end_ns: Option<u64>,
    /// The first events, when they do not come by time: see [`Source::order`].
    pub order: Arc<[EventId]>,
}

/// Where a scenario's requests come from.
#[derive(Clone, Debug)]
pub enum Feed {
    /// One by one, in order of time.
    Script(Arc<[TimedOp]>),
    Generated(GeneratorConfig),
    /// A recorded trace. Its text form is that of a script.
    Trace(TraceSource),
}

impl Default for Scenario {
    /// The default world, in which nobody asks for anything.
    fn default() -> Scenario {
        Scenario {
            title: String::new(),
            about: String::new(),
            config: Config::default(),
            seed: 1,
            pacing: Pacing::AsTimed,
            feed: Feed::Script([].into()),
            faults: [].into(),
            seal: None,
            end_ns: None,
            order: [].into(),
        }
    }
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// The first defect, with its line and column.
    pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
        parse::parse(text)
    }

    /// Writes the scenario so that [`Scenario::parse`] gives it back.
    #[must_use]
    pub fn to_text(&self) -> String {
        write::write(self)
    }

    /// The world at its start, with all faults pending.
    ///
    /// # Errors
    /// No world can be made from the config, or a fault does not fit it; a scenario that has been parsed has been
    /// checked for both.
    pub fn world(&self) -> Result<World, ConfigError> {
        let mut world = World::new(self.config.clone(), Seed(self.seed))?;
        for timed in self.faults.iter() {
            let misfit =
                |error: crate::sim::CommandError| ConfigError { field: "faults", problem: error.to_string() };
            world.apply(Command::Fault(*timed)).map_err(misfit)?;
        }
        Ok(world)
    }

    /// The requests from the first on.
    ///
    /// # Errors
    /// A generator's settings cannot be met; a scenario that has been parsed has been checked for that.
    pub fn source(&self) -> Result<ScenarioSource, WorkloadError> {
        let feed = match &self.feed {
            Feed::Script(ops) => Requests::Script { ops: ops.clone(), next: 0 },
            Feed::Generated(config) => {
                Requests::Generated(Box::new(Generator::new(config, &self.config, self.seed)?))
            }
            Feed::Trace(source) => Requests::Trace(Box::new(source.clone())),
        };
        let end_ns = self.end_ns.unwrap_or(u64::MAX);
        Ok(ScenarioSource { feed, end_ns, order: self.order.clone() })
    }
}

/// The requests of a scenario, one by one. Clones continue alike.
#[derive(Clone, Debug)]
pub struct ScenarioSource {
    feed: Requests,
    end_ns: u64,
    order: Arc<[EventId]>,
}

#[derive(Clone, Debug)]
enum Requests {
    Script { ops: Arc<[TimedOp]>, next: usize },
    Generated(Box<Generator>),
    Trace(Box<TraceSource>),
}

impl Source for ScenarioSource {
    fn next_op(&mut self) -> Option<TimedOp> {
        let timed = match &mut self.feed {
            Requests::Script { ops, next } => {
                let timed = ops.get(*next).copied();
                *next += usize::from(timed.is_some());
                timed
            }
            Requests::Generated(generator) => generator.next_op(),
            Requests::Trace(source) => source.next_op(),
        };
        timed.filter(|timed| timed.at_ns <= self.end_ns)
    }

    fn order(&self) -> &[EventId] {
        &self.order
    }
}

#[cfg(test)]
mod tests;
