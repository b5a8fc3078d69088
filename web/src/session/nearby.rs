//! A small world made of what is on the stage, so that every order of its events can be explored.

use super::Session;
use mirrorline_engine::explore::small::small_world;
use mirrorline_engine::ids::Lun;
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sim::{EventKind, Fault, HostOp};

/// Events that are looked through for requests and faults.
const LOOK_AHEAD: u64 = 4_096;

/// The small world, and what it was taken from.
#[derive(Clone, Debug)]
pub struct Nearby {
    pub scenario: Scenario,
    /// The event from which on requests and faults were taken: the one in view, or 0 when nothing comes after that.
    pub from: u64,
    /// Lines of the world on the stage.
    pub lines: u64,
    /// Requests and faults that are recorded from there on.
    pub requests: usize,
    pub faults: usize,
    /// Nothing was left out but times.
    pub whole: bool,
}

impl Session {
    /// A small world with at most so many of the next requests and faults.
    #[must_use]
    pub fn nearby(&self, requests: usize, faults: usize) -> Nearby {
        let position = self.film.position();
        let (mut from, (mut ops, mut broken)) = (position, self.coming(position));
        if ops.is_empty() && position > 0 {
            (from, (ops, broken)) = (0, self.coming(0));
        }
        let config = &self.film.scenario().config;
        let seal = self.film.scenario().seal;
        let scenario = Scenario { seal, ..small_world(config, &ops, &broken, requests, faults) };
        let small = &scenario.config;
        let same = (small.lines, small.lent, small.raid) == (config.lines, config.lent, config.raid);
        let whole = from == 0
            && same
            && small.stripes() == config.stripes()
            && ops.len() <= requests
            && scenario.faults.len() == broken.len();
        let lines = config.stripes();
        Nearby { scenario, from, lines, requests: ops.len(), faults: broken.len(), whole }
    }

    /// How much of what is looked through is recorded.
    #[must_use]
    pub fn recorded_nearby(&self) -> u64 {
        self.film.log().len().min(self.film.position() + LOOK_AHEAD)
    }

    /// What hosts ask for and what breaks after so many events, as far as it is recorded.
    fn coming(&self, position: u64) -> (Vec<HostOp>, Vec<Fault>) {
        let log = self.film.log();
        let (mut ops, mut faults) = (Vec::new(), Vec::new());
        let end = (position + LOOK_AHEAD).min(log.len());
        // What comes of another event is a host’s second try.
        let asked = (position..end).filter_map(|index| log.get(index)).filter(|entry| entry.cause.is_none());
        for entry in asked {
            match entry.kind {
                EventKind::HostArrives { host, at, io, lun, lbn, blocks, .. } => {
                    ops.push(HostOp { host, via: at, io, lun: Lun(lun), lbn, blocks });
                }
                EventKind::Fault { fault } => faults.push(fault),
                _ => {}
            }
        }
        (ops, faults)
    }
}
