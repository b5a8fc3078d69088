//! One run, written down event by event, is the same everywhere. This test compares it natively; the web crate
//! compares the same file under Node and in a browser. See DETERMINISM.md.
//!
//! After a change that is meant to change behaviour: `MIRRORLINE_BLESS=1 cargo test -p mirrorline-engine --test
//! golden` writes the file anew, and the difference is read before it is committed.

use mirrorline_engine::controller::Mode;
use mirrorline_engine::export::log;
use mirrorline_engine::message::MessageKind;
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sim::Run;

/// The scenarios, and where their logs lie.
const RUNS: [(&str, &str); 2] = [
    (include_str!("golden/mixed.scenario"), concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/mixed.log")),
    (
        include_str!("golden/failures.scenario"),
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/failures.log"),
    ),
];

fn written(scenario: &str) -> String {
    let scenario = Scenario::parse(scenario).expect("the scenario is sound");
    let world = scenario.world().expect("its world is sound");
    log::of_run(Run::new(world, scenario.source().expect("its requests are sound"), scenario.pacing))
}

#[test]
fn the_golden_logs_are_what_happens_natively() {
    for (scenario, path) in RUNS {
        let log = written(scenario);
        #[expect(
            clippy::disallowed_methods,
            reason = "the test asks whether to write the file, not the simulation"
        )]
        if std::env::var_os("MIRRORLINE_BLESS").is_some() {
            std::fs::write(path, &log).expect("the golden log can be written");
        }
        let golden = std::fs::read_to_string(path).expect("the golden log is there");
        for (number, (is, should)) in log.lines().zip(golden.lines()).enumerate() {
            assert_eq!(is, should, "line {} of {path}", number + 1);
        }
        assert_eq!(log.len(), golden.len(), "{path}: the same lines, and as many");
    }
}

/// The logs are worth comparing: everything occurs in them.
#[test]
fn every_message_state_and_mode_is_in_the_golden_logs() {
    let log: String = RUNS.iter().map(|(scenario, _)| written(scenario)).collect();
    for kind in MessageKind::ALL {
        let word = format!("message: {kind:?}");
        assert!(log.contains(&word), "{} does not occur", kind.name());
    }
    let states = [
        "OC",
        "OP",
        "OD",
        "OF(Notify)",
        "OF(Disk)",
        "OF(Parity)",
        "OF(Confirm)",
        "OK",
        "OX",
        "OR",
        "OW(Notify)",
        "OW(Disk)",
        "OW(Parity)",
        "OW(Confirm)",
        "M0",
        "MD",
        "MF",
        "MK",
        "SC",
        "SD",
        "SF(Disk)",
        "SF(Parity)",
        "SF(Confirm)",
        "SW(Disk)",
        "SW(Parity)",
    ];
    for code in states {
        assert!(log.contains(&format!("Some({code})")), "{code} does not occur");
    }
    for mode in Mode::ALL {
        assert!(log.contains(&format!("to: {mode:?}")), "{} does not occur", mode.name());
    }
    for plan in ["FullStripe", "ReconstructWrite", "ReadModifyWrite"] {
        assert!(log.contains(plan), "{plan} does not occur");
    }
}
