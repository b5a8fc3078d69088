//! One seed, from its first event to its last.

use super::coverage::Coverage;
use super::draw::{Drawn, Temper};
use super::judge::Judge;
use super::plan::Plan;
use crate::bug::Bug;
use crate::check::{Invariant, Violation};
use crate::config::Config;
use crate::fact::{Observer, Told};
use crate::scenario::{Feed, Scenario, ScenarioSource};
use crate::sim::{Command, Counters, Event, Fault, Run, TimedFault, TimedOp};
use crate::text;
use std::sync::Arc;

/// A run of this many events is taken for one that never ends. Drawn worlds need some thousands.
pub const EVENTS_MAX: u64 = 4_000_000;

/// A variant of the protocol, off by default (protocol sections 13 and 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Writes overlap flushes.
    FlushOverlap,
    /// Lines share a stripe: each is what one disk has of it.
    SharedStripes,
    /// A controller that serves alone answers writes from its own memory.
    SoloWriteBack,
}

impl Variant {
    pub const ALL: [Variant; 3] = [Variant::FlushOverlap, Variant::SharedStripes, Variant::SoloWriteBack];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Variant::FlushOverlap => "flush-overlap",
            Variant::SharedStripes => "shared-stripes",
            Variant::SoloWriteBack => "solo-write-back",
        }
    }

    /// The one whose rule a bug breaks.
    fn of(bug: Bug) -> Option<Variant> {
        let shared = bug.is_of_shared_stripes().then_some(Variant::SharedStripes);
        bug.is_of_overlap().then_some(Variant::FlushOverlap).or(shared)
    }

    fn switch_on(self, config: &mut Config) {
        match self {
            Variant::FlushOverlap => config.flush.overlap = true,
            Variant::SharedStripes => config.raid.lines_per_stripe = config.raid.disks - 1,
            Variant::SoloWriteBack => config.failover.solo_write_back = true,
        }
    }
}

/// What a run has come to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub finding: Option<Violation>,
    /// What was found is that the run does not end.
    pub endless: bool,
    pub events: u64,
    /// Virtual time at the end, or at the violation.
    pub at_ns: u64,
    pub counters: Counters,
}

/// A seed's world while it is tried. What was done to it so far can be asked for at any time, even after a panic.
#[derive(Clone, Debug)]
pub struct Trial {
    drawn: Drawn,
    faults: Vec<TimedFault>,
}

impl Trial {
    #[must_use]
    pub fn new(seed: u64) -> Trial {
        Trial { drawn: Drawn::new(seed), faults: Vec::new() }
    }

    /// The same world in a variant of the protocol.
    #[must_use]
    pub fn in_variant(seed: u64, variant: Option<Variant>) -> Trial {
        let mut trial = Trial::new(seed);
        if let Some(variant) = variant {
            variant.switch_on(&mut trial.drawn.scenario.config);
        }
        trial
    }

    /// The same world with a bug in it, and with the variant whose rule it breaks.
    #[must_use]
    pub fn with_bug(seed: u64, bug: Option<Bug>) -> Trial {
        let mut trial = Trial::in_variant(seed, bug.and_then(Variant::of));
        trial.drawn.scenario.config.bug = bug;
        trial
    }

    #[must_use]
    pub fn temper(&self) -> Temper {
        self.drawn.temper
    }

    /// What happened, as a scenario in which it happens again.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        Scenario { faults: self.faults.as_slice().into(), ..self.drawn.scenario.clone() }
    }

    /// Runs to the end, or to the first violation.
    pub fn run(&mut self, coverage: &mut Coverage) -> Outcome {
        let scenario = &self.drawn.scenario;
        let Feed::Script(ops) = &scenario.feed else { unreachable!("a drawn feed is a script") };
        let ops: Arc<[TimedOp]> = ops.clone();
        let timeout_ns = scenario.config.failover.host_timeout_ns;
        let mut plan = Plan::new(scenario.seed, self.drawn.temper, timeout_ns);
        let mut run = begin(scenario);
        let mut judge = Judge::new(coverage);
        loop {
            if let Some(timed) = next_fault(&mut plan, &run, &ops) {
                self.faults.push(timed);
                run.apply(Command::Fault(timed)).expect("faults are drawn to fit");
            }
            if step(&mut run, &mut judge).is_some() {
                if judge.finding().is_some() || run.world().events() >= EVENTS_MAX {
                    break;
                }
            } else if plan.is_over() {
                judge.at_end(run.world());
                break;
            }
        }
        outcome(&run, &judge)
    }
}

/// The fault that happens before anything else does, if it is time for one. Its instant lies strictly between two
/// events and before the next request, so that it comes at the same place when it is pending from the start.
fn next_fault(plan: &mut Plan, run: &Run<ScenarioSource>, ops: &[TimedOp]) -> Option<TimedFault> {
    let world = run.world();
    plan.notice(world);
    let counters = world.counters();
    let sent = (counters.host_ios - counters.retries) as usize;
    let next_op_ns = ops.get(sent).map(|timed| timed.at_ns);
    let before_ns = match (world.next_event_ns(), next_op_ns) {
        (Some(event), Some(op)) => event.min(op),
        (event, op) => event.or(op).unwrap_or(u64::MAX),
    };
    let mut after_ns = world.now_ns();
    // What the plan lets pass does not end it: it is asked again at the time that it names.
    while plan.next_ns.max(after_ns + 1) < before_ns && !plan.is_over() {
        after_ns = plan.next_ns.max(after_ns + 1);
        let fits = |fault: &Fault| fault.check(world.config()).is_ok();
        if let Some(fault) = plan.act(world, after_ns).filter(fits) {
            return Some(TimedFault { at_ns: after_ns, fault });
        }
    }
    None
}

/// Runs an explicit scenario to its end, to its first violation, or for [`EVENTS_MAX`] events.
pub fn replay(scenario: &Scenario, coverage: &mut Coverage) -> Outcome {
    let mut run = begin(scenario);
    let mut judge = Judge::new(coverage);
    loop {
        if step(&mut run, &mut judge).is_none() {
            judge.at_end(run.world());
            break;
        }
        if judge.finding().is_some() || run.world().events() >= EVENTS_MAX {
            break;
        }
    }
    outcome(&run, &judge)
}

fn begin(scenario: &Scenario) -> Run<ScenarioSource> {
    let world = scenario.world().expect("a scenario that is tried has been checked");
    let source = scenario.source().expect("a script can always be read");
    Run::new(world, source, scenario.pacing)
}

fn step(run: &mut Run<ScenarioSource>, judge: &mut Judge<'_>) -> Option<Event> {
    let event = run.step(&mut Told(&mut |fact| judge.fact(fact)))?;
    judge.after_event(run.world());
    Some(event)
}

fn outcome(run: &Run<ScenarioSource>, judge: &Judge<'_>) -> Outcome {
    let world = run.world();
    let mut finding = judge.finding().cloned();
    let endless = finding.is_none() && world.events() >= EVENTS_MAX;
    if endless {
        finding = Some(Violation {
            invariant: Invariant::Quiescence,
            after_events: world.events(),
            what: text!("after so many events there is still no end"),
        });
    }
    Outcome { finding, endless, events: world.events(), at_ns: world.now_ns(), counters: *world.counters() }
}

/// Whether a scenario goes on for [`EVENTS_MAX`] events, whatever else is wrong; and the events that this took to see.
/// Nothing is checked, so it is fast.
#[must_use]
pub fn is_endless(scenario: &Scenario) -> (bool, u64) {
    let mut run = begin(scenario);
    // Nobody listens, but the page then needs no second copy of the protocol for it.
    while run.step(&mut Told(&mut |_| {})).is_some() && run.world().events() < EVENTS_MAX {}
    (run.world().events() >= EVENTS_MAX, run.world().events())
}
