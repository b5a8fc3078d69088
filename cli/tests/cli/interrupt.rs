//! Ctrl-C ends a long replay with a report of what was done.

use crate::common::{last_json, root};
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn ctrl_c_ends_a_replay_with_a_report() {
    let child = Command::new(env!("CARGO_BIN_EXE_mirrorline"))
        .args(["replay", "static/samples/oltp.iolog", "--repeat", "1000000000", "--check", "none", "--json"])
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
    let report = last_json(&output);
    assert!(report["acknowledged"].as_u64().unwrap() > 0 && report["violations"] == 0, "{report}");
}
