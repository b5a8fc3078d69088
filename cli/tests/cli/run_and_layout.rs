//! `mirrorline run`, `mirrorline layout`, and how the program behaves as a part of a pipe.

use crate::common::{Scratch, assert_refused, last_json, mirrorline, root, stdout};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn the_list_names_every_built_in_scenario_and_each_runs_without_violations() {
    let list = stdout(&mirrorline(&["run", "--list"]));
    let names: Vec<&str> =
        list.lines().filter(|line| !line.starts_with(' ')).filter_map(|l| l.split(' ').next()).collect();
    assert!(names.len() >= 6 && names[0] == "safe-write", "{list}");
    for name in names {
        let output = mirrorline(&["run", name, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{name}");
        let report = last_json(&output);
        assert_eq!(report["violations"], 0, "{name}");
        let count = |field: &str| report[field].as_u64().unwrap();
        assert_eq!(count("host_ios") - count("retries"), count("acknowledged") + count("failed"), "{name}");
    }
}

#[test]
fn the_log_tells_the_protocol_in_order() {
    let text = stdout(&mirrorline(&["run", "safe-write"]));
    let mut rest = text.as_str();
    for step in
        ["Host 1 writes block 42", "DATA", "META", "META_ACK", "commits block 42", "has A’s answer", "digest"]
    {
        let at = rest.find(step).unwrap_or_else(|| panic!("no '{step}' in the rest of:\n{text}"));
        rest = &rest[at..];
    }
}

#[test]
fn a_scenario_file_and_its_own_text_run_alike() {
    let text = mirrorline(&["run", "busy-hour", "--text"]).stdout;
    let file = Scratch::new("busy.scenario", &text);
    let log = Scratch::new("busy.log", b"");
    let from_file = mirrorline(&["run", file.path(), "--log", log.path(), "--json"]);
    assert_eq!(
        last_json(&from_file)["digest"],
        last_json(&mirrorline(&["run", "busy-hour", "--json"]))["digest"]
    );
    assert!(std::fs::read_to_string(log.path()).unwrap().lines().count() > 500);
    assert_ne!(
        last_json(&mirrorline(&["run", "busy-hour", "--seed", "99", "--json"]))["digest"],
        last_json(&from_file)["digest"]
    );
}

#[test]
fn faults_are_told_and_what_became_of_the_system() {
    let text = "mirrorline scenario 1\nat 10us host 1 writes block 0:42 via A\nat 500us crash B\n\
                at 20ms host 2 reads block 0:42 via A\nat 30ms power-loss\nat 31ms disk-fails 3\n";
    let file = Scratch::new("faults.scenario", text.as_bytes());
    let output = mirrorline(&["run", file.path(), "--check", "none", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report = last_json(&output);
    assert_eq!(report["faults"], serde_json::json!({"crash": 1, "power-loss": 1, "disk-fails": 1}));
    assert_eq!(report["became"]["a"], "DOWN");
    assert_eq!(report["became"]["disks"], serde_json::json!({"3": "absent"}));
    let text = stdout(&output);
    for line in [
        "Controller B dies",
        "A goes from DUAL to FROZEN",
        "faults     crash 1",
        "became     A DOWN, B DOWN; record epoch 2 SOLO_A",
    ] {
        assert!(text.contains(line), "no '{line}' in:\n{text}");
    }
    let calm = stdout(&mirrorline(&["run", "safe-write"]));
    assert!(!calm.contains("became "), "{calm}");
}

#[test]
fn an_endless_scenario_ends_where_it_is_told_to() {
    let file = Scratch::new("endless.scenario", b"mirrorline scenario 1\nworkload uniform endless\n");
    let output = mirrorline(&["run", file.path(), "--quiet", "--max-events", "500", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(last_json(&output)["events"], 500);
}

#[test]
fn bad_scenarios_are_named_with_line_column_and_remedy() {
    let bad = Scratch::new("bad.scenario", b"mirrorline scenario 1\nlines 12\nlunn 0 4 blocks owner A\n");
    assert_refused(
        &["run", bad.path()],
        &format!("error: {}:3:1: no setting is called 'lunn'; did you mean 'lun'?", bad.path()),
    );
    let binary = Scratch::new("binary.scenario", b"mirrorline scenario 1\n\xff\xfe\n");
    assert_refused(
        &["run", binary.path()],
        &format!("error: {}:2:1: the line is not UTF-8 text", binary.path()),
    );
    assert_refused(&["run", "safe-wirte"], "did you mean 'safe-write'?");
    assert_refused(&["run", "reads", "--log", "/no/such/place"], "error: /no/such/place: cannot be written:");
    assert_refused(&["run"], "required arguments were not provided");
}

#[test]
fn layout_counts_from_0_and_prints_json() {
    let args =
        ["layout", "--raid", "raid5", "--disks", "5", "--layout", "left-symmetric", "--chunk-blocks", "1"];
    let of = |more: &[&str]| mirrorline(&[&args[..], more].concat());
    let json = last_json(&of(&["--lbn", "42", "--json"]));
    let want =
        serde_json::json!({"disk": 2, "offset": 10, "parity_disk": 4, "parity_offset": 10, "stripe": 10});
    assert_eq!(json, want);
    assert!(stdout(&of(&["--lbn", "42"])).starts_with("block 42: disk 2, offset 10\n"));
    assert_refused(&["layout", "--disks", "2", "--lbn", "1"], "RAID-5 here takes 3 to 16 disks, not 2");
    assert_refused(&["layout", "--lbn", "-1"], "error:");
    assert_refused(&["layout", "--raid", "raid0", "--lbn", "1"], "raid0");
}

#[test]
fn every_command_shows_an_example() {
    for command in ["run", "replay", "layout", "sweep"] {
        let help = stdout(&mirrorline(&[command, "--help"]));
        assert!(help.contains(&format!("  mirrorline {command} ")), "{help}");
    }
    assert!(stdout(&mirrorline(&["--help"])).contains("Exit codes: 0 fine, 1"));
}

/// `mirrorline run busy-hour | head -1`
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mirrorline"))
        .args(["run", "busy-hour"])
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert_eq!((first.as_str(), output.status.code()), ("A busy hour\n", Some(0)));
    assert!(output.stderr.is_empty(), "{output:?}");
}
