//! The committed logs of two runs, compared with what happens here. See DETERMINISM.md.

use mirrorline_engine::export::log;
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sim::Run;

const RUNS: [(&str, &str); 2] = [
    (
        include_str!("../../../engine/tests/golden/mixed.scenario"),
        include_str!("../../../engine/tests/golden/mixed.log"),
    ),
    (
        include_str!("../../../engine/tests/golden/failures.scenario"),
        include_str!("../../../engine/tests/golden/failures.log"),
    ),
];

/// Runs the scenarios and compares line by line, so that a difference shows where the runs part.
pub fn compare() {
    for (text, golden) in RUNS {
        let scenario = Scenario::parse(text).expect("the scenario is sound");
        let world = scenario.world().expect("its world is sound");
        let source = scenario.source().expect("its requests are sound");
        let log = log::of_run(Run::new(world, source, scenario.pacing));
        for (number, (is, should)) in log.lines().zip(golden.lines()).enumerate() {
            assert_eq!(is, should, "line {} of the golden log of {:?}", number + 1, scenario.title);
        }
        assert_eq!(log.len(), golden.len(), "the same lines, and as many");
    }
}
