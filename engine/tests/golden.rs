//! One run, written down event by event, is the same everywhere. This test compares it natively; the web crate
//! compares the same file under Node and in a browser. See DETERMINISM.md.
//!
//! After a change that is meant to change behaviour: `MIRRORLINE_BLESS=1 cargo test -p mirrorline-engine --test
//! golden` writes the file anew, and the difference is read before it is committed.

use mirrorline_engine::export::log;
use mirrorline_engine::message::MessageKind;
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sim::{Run, Seed, World};

const SCENARIO: &str = include_str!("golden/mixed.scenario");
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/mixed.log");

fn written() -> String {
    let scenario = Scenario::parse(SCENARIO).expect("the scenario is sound");
    let world = World::new(scenario.config.clone(), Seed(scenario.seed)).expect("its world is sound");
    log::of_run(Run::new(world, scenario.source().expect("its requests are sound"), scenario.pacing))
}

#[test]
fn the_golden_log_is_what_happens_natively() {
    let log = written();
    #[expect(
        clippy::disallowed_methods,
        reason = "the test asks whether to write the file, not the simulation"
    )]
    if std::env::var_os("MIRRORLINE_BLESS").is_some() {
        std::fs::write(GOLDEN, &log).expect("the golden log can be written");
    }
    let golden = std::fs::read_to_string(GOLDEN).expect("the golden log is there");
    for (number, (is, should)) in log.lines().zip(golden.lines()).enumerate() {
        assert_eq!(is, should, "line {} of the golden log", number + 1);
    }
    assert_eq!(log.len(), golden.len(), "the same lines, and as many");
}

/// The log is worth comparing: everything occurs in it.
#[test]
fn every_message_and_every_state_is_in_the_golden_log() {
    let log = written();
    for kind in MessageKind::ALL {
        let word = format!("message: {kind:?},");
        assert!(log.contains(&word), "{} does not occur", kind.name());
    }
    for code in [
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
        "M0",
        "MD",
    ] {
        assert!(log.contains(&format!("Some({code})")), "{code} does not occur");
    }
    for code in ["MF", "MK", "OW(Notify)", "OW(Disk)", "OW(Parity)", "OW(Confirm)"] {
        assert!(log.contains(&format!("Some({code})")), "{code} does not occur");
    }
    for plan in ["FullStripe", "ReconstructWrite", "ReadModifyWrite"] {
        assert!(log.contains(plan), "{plan} does not occur");
    }
}
