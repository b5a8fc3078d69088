//! `mirrorline check` and `mirrorline bugs`.

use crate::common::{Scratch, assert_refused, last_json, mirrorline, stdout};
use serde_json::Value;

fn check(more: &[&str]) -> std::process::Output {
    let out = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("counterexamples");
    let out = out.to_str().unwrap();
    mirrorline(&[&["check", "--json", "--out", out], more].concat())
}

/// What does not depend on the clock.
fn timeless(mut result: Value) -> Value {
    for field in ["wall_s", "unique_states_per_s"] {
        assert!(result.as_object_mut().unwrap().remove(field).is_some());
    }
    result
}

#[test]
fn a_sound_world_is_exhausted_with_the_same_counts_whatever_the_threads() {
    let (one, three) = (["--world", "tight", "--threads", "1"], ["--world", "tight", "--threads", "3"]);
    let (one, three) = (check(&one), check(&three));
    assert_eq!(one.status.code(), Some(0), "{one:?}");
    let result = timeless(last_json(&one));
    assert_eq!((&result["world"], &result["bug"]), (&"tight".into(), &Value::Null));
    assert_eq!((&result["complete"], &result["violation"]), (&true.into(), &Value::Null));
    assert!(result["unique_states"].as_u64() > Some(5_000) && result["depth"].as_u64() > Some(20));
    assert!(result["generated_states"].as_u64() > result["unique_states"].as_u64());
    assert_eq!(result, timeless(last_json(&three)));
}

#[test]
fn a_planted_bug_is_found_by_the_same_shortest_way_and_runs_as_a_scenario() {
    let (one, four) = (["--bug", "no-fence", "--threads", "1"], ["--bug", "no-fence", "--threads", "4"]);
    let (one, four) = (check(&one), check(&four));
    assert_eq!((one.status.code(), four.status.code()), (Some(1), Some(1)), "{one:?}");
    let result = timeless(last_json(&one));
    assert_eq!(result["violation"], timeless(last_json(&four))["violation"]);
    assert_eq!((&result["bug"], &result["complete"]), (&"no-fence".into(), &false.into()));
    let violation = &result["violation"];
    assert_eq!(violation["invariant"], "FENCED");
    assert!(violation["link"].as_str().unwrap().starts_with("m2."));
    let steps = violation["steps"].as_u64().unwrap();
    let run = mirrorline(&["run", violation["file"].as_str().unwrap(), "--json", "--quiet"]);
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    assert!(stdout(&run).contains(&format!("FENCED after event {steps}")), "{}", stdout(&run));
}

#[test]
fn with_symmetries_fewer_states_say_the_same() {
    let (with, without) = (check(&["--world", "twins"]), check(&["--world", "twins", "--no-symmetry"]));
    assert_eq!((with.status.code(), without.status.code()), (Some(0), Some(0)), "{with:?}");
    assert!(stdout(&with).contains("symmetry           block 0:0 ↔ 0:1, request 1 ↔ 2"), "{with:?}");
    let (with, without) = (last_json(&with), last_json(&without));
    assert_eq!(with["symmetries"], serde_json::json!(["block 0:0 ↔ 0:1, request 1 ↔ 2"]));
    assert_eq!(without["symmetries"], serde_json::json!([]));
    assert_eq!((&with["complete"], &without["complete"]), (&true.into(), &true.into()));
    assert!(with["unique_states"].as_u64() < without["unique_states"].as_u64());
    assert_eq!(with["plain_states"], without["unique_states"]);
    assert_eq!(without["plain_states"], without["unique_states"]);
    let bug = ["--world", "scrub", "--bug", "look-without-lock"];
    let (with, without) = (check(&bug), check(&[&bug[..], &["--no-symmetry"]].concat()));
    assert_eq!((with.status.code(), without.status.code()), (Some(1), Some(1)), "{with:?}");
    let (with, without) = (&last_json(&with)["violation"], &last_json(&without)["violation"]);
    assert_eq!((&with["invariant"], &with["steps"]), (&without["invariant"], &without["steps"]));
    let run = mirrorline(&["run", with["file"].as_str().unwrap(), "--json", "--quiet"]);
    assert_eq!(run.status.code(), Some(1), "{run:?}");
}

#[test]
fn a_harmless_bug_breaks_nothing() {
    let output = check(&["--bug", "promote-consistent"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(last_json(&output)["complete"], true);
}

#[test]
fn a_bound_that_is_met_is_told() {
    let output = check(&["--world", "steady", "--max-states", "2000"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("not exhausted"), "{}", stdout(&output));
    let result = last_json(&output);
    assert_eq!((&result["complete"], &result["violation"]), (&false.into(), &Value::Null));
}

#[test]
fn bugs_are_listed_with_the_rules_that_they_break() {
    let result = last_json(&mirrorline(&["bugs", "--json"]));
    let bugs = result["bugs"].as_array().unwrap();
    assert!(bugs.len() >= 25);
    for bug in bugs {
        assert!(["name", "breaks", "rule"].iter().all(|field| bug[*field].as_str().is_some()), "{bug}");
    }
    let harmless: Vec<&Value> = bugs.iter().filter(|bug| bug["harmless"] == true).collect();
    assert_eq!(harmless.len(), 1);
    assert_eq!(harmless[0]["name"], "promote-consistent");
}

#[test]
fn names_that_nobody_has_are_refused() {
    assert_refused(&["check", "--world", "stedy"], "no world is called 'stedy'");
    assert_refused(&["check", "--bug", "no-fense"], "did you mean 'no-fence'?");
    let file = Scratch::new("bug.scenario", b"mirrorline scenario 1\nbug none\n");
    assert_refused(&["run", file.path()], "bug.scenario:2:5: ");
}
