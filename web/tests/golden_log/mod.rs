//! The committed log of one run, compared with what happens here. See DETERMINISM.md.

use mirrorline_engine::export::log;
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sim::{Run, Seed, World};

const SCENARIO: &str = include_str!("../../../engine/tests/golden/mixed.scenario");
const GOLDEN: &str = include_str!("../../../engine/tests/golden/mixed.log");

/// Runs the scenario and compares line by line, so that a difference shows where the runs part.
pub fn compare() {
    let scenario = Scenario::parse(SCENARIO).expect("the scenario is sound");
    let world = World::new(scenario.config.clone(), Seed(scenario.seed)).expect("its world is sound");
    let log =
        log::of_run(Run::new(world, scenario.source().expect("its requests are sound"), scenario.pacing));
    for (number, (is, should)) in log.lines().zip(GOLDEN.lines()).enumerate() {
        assert_eq!(is, should, "line {} of the golden log", number + 1);
    }
    assert_eq!(log.len(), GOLDEN.len(), "the same lines, and as many");
}
