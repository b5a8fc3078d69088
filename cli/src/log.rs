//! A run as lines of text: each event with what it made true.

use crate::errors::Failure;
use crate::output::Output;
use crate::report::{Monitor, micros};
use mirrorline_engine::explain::{EventLog, sentence};
use mirrorline_engine::fact::{Fact, Observer};
use mirrorline_engine::sim::{Event, World};

/// Collects the facts of one event, and hands them on.
pub struct Logged<'a> {
    pub monitor: &'a mut Monitor,
    pub facts: &'a mut Vec<Fact>,
}

impl Observer for Logged<'_> {
    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
        self.monitor.fact(fact);
    }
}

/// One line for each fact; the first carries the event's time, number and cause.
pub fn write_event(
    out: &mut Output,
    world: &World,
    log: &EventLog,
    event: &Event,
    facts: &[Fact],
) -> Result<(), Failure> {
    let time = micros(event.at_ns);
    let cause = event.cause.map_or_else(String::new, |cause| format!("←{cause}"));
    let mut head = format!("{time:>14}  {:>4} {cause:<5}", event.index);
    for fact in facts {
        out.line(format_args!("{head} {}", sentence(world.config(), log, fact)))?;
        head = " ".repeat(head.chars().count());
    }
    Ok(())
}
