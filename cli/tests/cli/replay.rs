//! `mirrorline replay`: good traces and bad ones.

use crate::common::{Scratch, assert_refused, last_json, mirrorline, stdout};

const SAMPLE: &str = "static/samples/oltp.iolog";

fn replay(options: &[&str]) -> serde_json::Value {
    let mut args = vec!["replay", SAMPLE, "--format", "fio", "--json"];
    args.extend(options);
    let output = mirrorline(&args);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    last_json(&output)
}

#[test]
fn the_last_line_holds_what_was_promised() {
    let report = replay(&["--lines", "48"]);
    assert_eq!(report["host_ios"], 384);
    assert_eq!(report["acknowledged"], 384);
    assert_eq!(report["reads"].as_u64().unwrap() + report["writes"].as_u64().unwrap(), 384);
    assert!(report["read_hits"].as_u64().unwrap() <= report["reads"].as_u64().unwrap());
    assert_eq!(report["messages"]["META"], report["messages"]["META_ACK"]);
    assert_eq!(report["messages"].as_object().unwrap().len(), 25);
    for kind in ["read", "write"] {
        let latency = &report["latency_ns"][kind];
        let [p50, p99, max] = ["p50", "p99", "max"].map(|name| latency[name].as_u64().unwrap());
        assert!(0 < p50 && p50 <= p99 && p99 <= max, "{kind}: {latency}");
    }
    assert!(report["disk_reads"].is_u64() && report["disk_writes"].as_u64().unwrap() > 0);
    assert!(report["virtual_ns"].as_u64().unwrap() > 97_000_000);
    assert!(report["wall_s"].is_f64() && report["host_ios_per_s"].is_f64());
    assert_eq!(report["violations"], 0);
    assert!(report["reads_checked"].as_u64().unwrap() > 0);
    assert_eq!(report["digest"].as_str().unwrap().len(), 16);
}

#[test]
fn one_seed_gives_one_digest_and_another_seed_another() {
    let digest = |options: &[&str]| replay(options)["digest"].clone();
    assert_eq!(digest(&["--seed", "5"]), digest(&["--seed", "5"]));
    assert_ne!(digest(&["--seed", "5"]), digest(&["--seed", "6"]));
}

#[test]
fn a_trace_from_memory_and_from_its_file_are_the_same_run() {
    for pacing in ["trace", "fast"] {
        let options = ["--pacing", pacing, "--repeat", "3", "--lines", "64"];
        let mut streamed = options.to_vec();
        streamed.push("--stream");
        let (kept, streamed) = (replay(&options), replay(&streamed));
        assert_eq!(kept["host_ios"], 3 * 384);
        assert_eq!(kept["digest"], streamed["digest"]);
    }
}

#[test]
fn what_is_checked_does_not_change_the_run() {
    let runs = ["none", "end", "every"].map(|check| replay(&["--lines", "16", "--check", check]));
    assert!(runs.iter().all(|run| run["digest"] == runs[0]["digest"] && run["violations"] == 0));
    assert_eq!(runs[0]["checks"], "nothing");
}

#[test]
fn fast_pacing_keeps_the_depth_and_takes_less_virtual_time() {
    let slow = replay(&[])["virtual_ns"].as_u64().unwrap();
    let fast = replay(&["--pacing", "fast", "--depth", "8"])["virtual_ns"].as_u64().unwrap();
    assert!(fast < slow / 4, "{fast} {slow}");
}

#[test]
fn paths_decide_how_often_ownership_moves() {
    let moves =
        |paths| replay(&["--paths", paths, "--pacing", "fast"])["messages"]["GRANT"].as_u64().unwrap();
    assert_eq!(moves("owner"), 0);
    assert!(moves("spill:4") > moves("spill:64"));
    assert!(moves("round-robin") > moves("spill:4"));
}

#[test]
fn hard_disks_a_small_cache_and_other_layouts_work() {
    let report = replay(&[
        "--disk",
        "hdd",
        "--disks",
        "8",
        "--layout",
        "left-asymmetric",
        "--chunk-blocks",
        "2",
        "--lines",
        "8",
        "--lent",
        "4",
        "--luns",
        "3",
        "--hosts",
        "5",
        "--block-size",
        "8192",
        "--pacing",
        "fast",
        "--depth",
        "16",
        "--check",
        "every",
    ]);
    assert_eq!((&report["acknowledged"], &report["violations"]), (&384.into(), &0.into()));
}

#[test]
fn a_trace_of_version_2_has_no_times_and_is_replayed_fast() {
    let text = b"fio version 2 iolog\n/v add\n/v open\n/v write 0 8192\n/v read 0 4096\n/v close\n";
    let trace = Scratch::new("v2.iolog", text);
    let output = mirrorline(&["replay", trace.path()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        stdout(&output).contains("version 2")
            && stdout(&output).contains("as fast as possible, 32 at a time")
    );
}

#[test]
fn each_bad_trace_is_named_with_line_column_and_remedy() {
    let head = "fio version 3 iolog\n0 v add\n0 v open\n";
    let long = format!("{head}5 {} read 0 512\n", "v".repeat(1 << 20));
    let cut = format!("{head}5 v read 0 512\n9 v read 40");
    let line = |line: &str| format!("{head}{line}\n");
    let image = [&b"\x7fELF"[..], &[1; 1 << 16]].concat();
    let cases: [(&str, Vec<u8>, &str); 14] = [
        ("image", image, ":1:1: byte 0x7f does not belong in a text file"),
        ("empty", Vec::new(), ":1:1: the file is empty; record one with fio"),
        (
            "cut",
            cut.into(),
            ":5:1: the last line has no line end, so it may have been cut off; delete that line",
        ),
        (
            "binary",
            b"\x7fELF\x02\x01\x01\0\0\0\n\x01\x02".to_vec(),
            ":1:1: byte 0x7f does not belong in a text file",
        ),
        (
            "noise",
            [b"fio version 3 iolog\n".as_slice(), &[0xff, 0, 1, b'\n']].concat(),
            ":2:2: byte 0x00 does not",
        ),
        ("gzip", b"\x1f\x8b\x08\x00".to_vec(), ":1:1: the file is packed with gzip; unpack it first"),
        (
            "version",
            b"fio version 9 iolog\n".to_vec(),
            ":1:13: iolog version '9' is not known; record it again",
        ),
        (
            "header",
            b"0 v read 0 512\n".to_vec(),
            ":1:1: this is not a fio iolog: its first line does not say so",
        ),
        (
            "range",
            line("5 v read 99999999999999999999 512").into(),
            ":4:10: the offset 99999999999999999999 is past",
        ),
        ("minus", line("5 v read -5 512").into(), ":4:10: the offset -5 is negative"),
        ("zero", line("5 v read 0 0").into(), ":4:12: a read or write of 0 bytes"),
        ("action", line("5 v rite 0 512").into(), ":4:5: no action is called 'rite'"),
        (
            "long",
            long.into(),
            ":4:1: the line is longer than 4096 bytes; an iolog has one short action a line",
        ),
        ("idle", head.into(), ":3:1: the trace holds no read and no write"),
    ];
    for (name, content, message) in cases {
        let trace = Scratch::new(&format!("{name}.iolog"), &content);
        let with_place = format!("error: {}{message}", trace.path());
        assert_refused(&["replay", trace.path(), "--format", "fio", "--json"], &with_place);
    }
}

#[test]
fn a_request_beyond_a_lun_of_a_fixed_size_is_named_by_its_line() {
    let text = b"fio version 3 iolog\n1 v read 0 4096\n2 v read 401408 8192\n";
    let trace = Scratch::new("beyond.iolog", text);
    let at =
        format!("error: {}:3:1: the request ends at block 100 of LUN 0, which has 99 blocks; ", trace.path());
    assert_refused(&["replay", trace.path(), "--lun-blocks", "99"], &at);
    assert_eq!(mirrorline(&["replay", trace.path(), "--lun-blocks", "100"]).status.code(), Some(0));
}

#[test]
fn options_that_make_no_world_are_refused() {
    assert_refused(&["replay", SAMPLE, "--lines", "0"], "error: --lines: 0 is not in 1..=");
    assert_refused(&["replay", SAMPLE, "--disks", "2"], "RAID-5 here takes 3 to 16 disks, not 2");
    assert_refused(&["replay", SAMPLE, "--block-size", "0"], "block_size");
    assert_refused(&["replay", SAMPLE, "--paths", "spil"], "no path rule is called 'spil'");
    assert_refused(&["replay", SAMPLE, "--luns", "0"], "0 is not in 1..=1024");
    assert_refused(&["replay", "no-such.iolog"], "error: no-such.iolog: cannot be read:");
    assert_refused(&["replay", "static"], "error: static: cannot be read:");
    assert_refused(&["replay", SAMPLE, "--format", "blktrace"], "invalid value 'blktrace'");
}
