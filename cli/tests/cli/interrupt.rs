//! Ctrl-C ends a long replay or sweep with a report of what was done.

use crate::common::{last_json, root};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Starts the program, interrupts it after a second, and returns its report.
fn interrupted(args: &[&str]) -> Value {
    let child = Command::new(env!("CARGO_BIN_EXE_mirrorline"))
        .args(args)
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(1));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    last_json(&output)
}

#[test]
fn ctrl_c_ends_a_replay_with_a_report() {
    let trace = "static/samples/oltp.iolog";
    let report = interrupted(&["replay", trace, "--repeat", "1000000000", "--check", "none", "--json"]);
    assert!(report["acknowledged"].as_u64().unwrap() > 0 && report["violations"] == 0, "{report}");
}

/// What was done is a whole number of seeds, and the next one is named.
#[test]
fn ctrl_c_ends_a_sweep_with_a_report() {
    let report = interrupted(&["sweep", "--seeds", "0..60", "--threads", "1", "--json"]);
    let seeds = report["seeds"].as_u64().unwrap();
    assert_eq!(report["next_seed"], seeds, "{report}");
    assert!(seeds <= 60 && (seeds == 0) == (report["events"] == 0), "{report}");
}
