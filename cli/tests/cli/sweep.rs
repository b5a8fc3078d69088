//! `mirrorline sweep` and `mirrorline sweep merge`.

use crate::common::{Scratch, assert_refused, last_json, mirrorline, stdout};
use serde_json::Value;

fn sweep(more: &[&str]) -> std::process::Output {
    mirrorline(&[&["sweep", "--json"], more].concat())
}

/// What does not depend on the clock and the threads.
fn timeless(mut result: Value) -> Value {
    for field in ["wall_s", "events_per_s", "threads", "shard"] {
        result.as_object_mut().unwrap().remove(field);
    }
    result
}

#[test]
fn a_sweep_counts_what_it_did_and_finds_the_same_with_any_number_of_threads() {
    let one = sweep(&["--seeds", "0..24", "--threads", "1"]);
    let four = sweep(&["--seeds", "0..24", "--threads", "4"]);
    assert_eq!(one.status.code(), Some(0), "{one:?}");
    let result = last_json(&one);
    assert_eq!((&result["seeds"], &result["violations"]), (&24.into(), &0.into()));
    assert!(result["first_failing_seed"].is_null());
    assert!(result["events"].as_u64().unwrap() > 10_000 && result["host_ios"].as_u64().unwrap() > 1_000);
    let faults: u64 =
        result["faults"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert!(faults > 50, "{result}");
    assert!(result["states"]["lines"]["OD"].as_u64().unwrap() > 100);
    assert!(result["states"]["messages"]["META_ACK"].as_u64().unwrap() > 100);
    assert!(result["states"]["met"]["crash"]["DUAL/DUAL"].as_u64().unwrap() > 0);
    assert_eq!(timeless(result), timeless(last_json(&four)));
}

#[test]
fn a_sweep_ends_with_its_events_and_says_where() {
    let result = last_json(&sweep(&["--seeds", "0..1000000", "--events", "20000"]));
    let (seeds, events) = (result["seeds"].as_u64().unwrap(), result["events"].as_u64().unwrap());
    assert!(events >= 20_000 && seeds < 100 && result["next_seed"] == seeds, "{result}");
}

#[test]
fn a_variant_is_swept_in_the_same_worlds_and_goes_its_own_way() {
    let plain = last_json(&sweep(&["--seeds", "0..24"]));
    assert!(plain["variant"].is_null());
    for variant in ["flush-overlap", "shared-stripes", "solo-write-back"] {
        let output = sweep(&["--seeds", "0..24", "--variant", variant]);
        assert!(stdout(&output).contains(&format!("variant    {variant}")), "{output:?}");
        let result = last_json(&output);
        assert_eq!((&result["variant"], &result["violations"]), (&variant.into(), &0.into()));
        assert_ne!(result["events"], plain["events"], "{variant}");
    }
    assert_refused(
        &["sweep", "--seeds", "0..2", "--variant", "nonsense"],
        "flush-overlap, shared-stripes, solo-write-back",
    );
}

#[test]
fn what_was_not_reached_fails_a_sweep_that_asks_for_it() {
    let output = sweep(&["--seeds", "0..2"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(!last_json(&output)["unreached"].as_array().unwrap().is_empty());
    assert!(stdout(&output).contains("unreached "));
    assert_eq!(sweep(&["--seeds", "0..2", "--all-reached"]).status.code(), Some(1));
}

#[test]
fn shards_merge_to_the_whole() {
    let shard = |number: u8| {
        let output = sweep(&["--seeds", "0..10", "--shard", &format!("{number}/3")]);
        Scratch::new(&format!("shard-{number}.json"), &output.stdout)
    };
    let shards = [shard(1), shard(2), shard(3)];
    let files: Vec<&str> = shards.iter().map(Scratch::path).collect();
    let merge = |files: &[&str]| mirrorline(&[&["sweep", "merge", "--json"], files].concat());
    let merged = merge(&files);
    assert_eq!(merged.status.code(), Some(0), "{merged:?}");
    assert_eq!(timeless(last_json(&merged)), timeless(last_json(&sweep(&["--seeds", "0..10"]))));
    // In whatever order they are named.
    assert_eq!(last_json(&merge(&[files[2], files[0], files[1]])), last_json(&merged));

    let refused =
        |files: &[&str], message: &str| assert_refused(&[&["sweep", "merge"], files].concat(), message);
    refused(&[files[0], files[2]], "seeds 3..6 are missing; name all shards");
    refused(&[files[0], files[1]], "seeds 6..10 are missing; name all shards");
    refused(&[files[0], files[1], files[1], files[2]], "which");
    let text = std::fs::read_to_string(files[1]).unwrap();
    let other = Scratch::new("other.json", text.replace("\"version\":\"", "\"version\":\"9").as_bytes());
    refused(&[files[0], other.path(), files[2]], "run all shards with one version");
    let larger = Scratch::new("larger.json", text.replace("\"last\":10", "\"last\":20").as_bytes());
    refused(&[files[0], larger.path(), files[2]], "merge one sweep at a time");
    let varied = sweep(&["--seeds", "0..10", "--shard", "2/3", "--variant", "flush-overlap"]);
    let varied = Scratch::new("varied.json", &varied.stdout);
    refused(&[files[0], varied.path(), files[2]], "a sweep of flush-overlap, but");
    let cut = Scratch::new("cut.json", &text.as_bytes()[..text.len() / 2]);
    refused(&[files[0], cut.path(), files[2]], "the last line is no result of a sweep");
    refused(&["/no/such/file"], "/no/such/file: cannot be read");
}

#[test]
fn bad_seeds_and_shards_are_refused_with_what_to_write() {
    assert_refused(&["sweep"], "--seeds");
    assert_refused(&["sweep", "--seeds", "9..3"], "the range is empty; write FIRST..LAST, as in 0..1000");
    assert_refused(&["sweep", "--seeds", "0..9", "--shard", "4/3"], "write i/n, as in 3/8");
    assert_refused(&["sweep", "--seeds", "0..9", "--threads", "0"], "--threads");
    assert_refused(&["sweep", "merge"], "FILES");
}
