//! What a search has found wrong with a world, or with how little of it was seen.

use super::counterexample::Counterexample;
use super::model::Model;
use super::search::Search;
use super::worlds::NamedWorld;
use crate::text;
use crate::text::Text;

#[derive(Clone, Debug)]
pub struct Finding {
    /// The name of the rule that is broken; `SOMETIMES` where something was never seen.
    pub rule: &'static str,
    /// Events up to the one that breaks it.
    pub steps: u64,
    pub what: Text,
    /// How it comes to that; there is none for what was never seen.
    pub counterexample: Option<Counterexample>,
}

impl Finding {
    /// Of a search that is over, of a world that may be a named one. A world with a planted bug has nothing to show.
    #[must_use]
    pub fn of(model: &Model, search: &Search, named: Option<&NamedWorld>) -> Option<Finding> {
        if let Some(found) = search.found().or_else(|| search.stuck()) {
            let counterexample = Counterexample::new(model, &found);
            let (rule, what) =
                (counterexample.violation.invariant.name(), counterexample.violation.what.clone());
            return Some(Finding {
                rule,
                steps: counterexample.steps,
                what,
                counterexample: Some(counterexample),
            });
        }
        let shows = search.is_complete() && model.scenario().config.bug.is_none();
        let seen: Vec<&str> = search.coverage().names().collect();
        named.filter(|_| shows).and_then(|named| Finding::never_seen(named, &seen))
    }

    /// What the world is there to show and has not shown.
    fn never_seen(world: &NamedWorld, seen: &[&str]) -> Option<Finding> {
        let missing = world.unseen(seen);
        let what = text!("never seen: {names}", names = missing.join(", "));
        let finding = Finding { rule: "SOMETIMES", steps: 0, what, counterexample: None };
        (!missing.is_empty()).then_some(finding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::worlds;

    #[test]
    fn what_a_world_has_not_shown_is_named() {
        let world = worlds::find("tight").expect("it is named");
        let mut seen: Vec<&str> = world.reaches.split(' ').collect();
        assert!(Finding::never_seen(world, &seen).is_none());
        seen.retain(|word| *word != "NACK");
        let finding = Finding::never_seen(world, &seen).expect("something is missing");
        assert_eq!((finding.rule, finding.what.to_string().as_str()), ("SOMETIMES", "never seen: NACK"));
    }
}
