use super::*;
use crate::bug::Bug;
use crate::config::{
    Config, DiskProfile, FailoverConfig, FlushPolicy, Geometry, Layout, LinkConfig, LunConfig,
};
use crate::fact::IoKind;
use crate::ids::{ControllerId, HostId, Lun};
use crate::sim::op::HostOp;
use crate::sim::{EventId, Fault};
use crate::workload::generator::{Arrivals, Pattern, SizeShare};
use crate::workload::paths::Paths;
use proptest::prelude::*;

const HEAD: &str = "mirrorline scenario 1\n";

fn error_of(line: &str) -> String {
    Scenario::parse(&format!("{HEAD}{line}\n")).unwrap_err().to_string()
}

fn requests(scenario: &Scenario) -> Vec<TimedOp> {
    let mut source = scenario.source().unwrap();
    std::iter::from_fn(|| source.next_op()).take(10_000).collect()
}

#[test]
fn the_example_of_the_documentation_reads_as_it_says() {
    let text = "mirrorline scenario 1\n# a remark\ntitle When is a write safe?\nlines 12\n\n\
                lun 0 4096 blocks owner A\nlun 1 500 blocks owner B\n\
                at 10us host 1 writes block 0:42 via A\n  at 400us host 2 reads blocks 1:8..11 via B\nend 1ms\n";
    let scenario = Scenario::parse(text).unwrap();
    assert_eq!((scenario.title.as_str(), scenario.end_ns), ("When is a write safe?", Some(1_000_000)));
    assert_eq!(scenario.config.luns[1], LunConfig { blocks: 500, default_owner: ControllerId::B });
    let op =
        |host, via, io, lun, lbn, blocks| HostOp { host: HostId(host), via, io, lun: Lun(lun), lbn, blocks };
    assert_eq!(
        requests(&scenario),
        [
            TimedOp { at_ns: 10_000, op: op(0, ControllerId::A, IoKind::Write, 0, 42, 1) },
            TimedOp { at_ns: 400_000, op: op(1, ControllerId::B, IoKind::Read, 1, 8, 4) },
        ]
    );
}

#[test]
fn each_defect_has_its_place_and_its_remedy() {
    for (line, want) in [
        ("line 12", "2:1: no setting is called 'line'; did you mean 'lines'?"),
        ("lines 12 13", "2:10: '13' does not belong here; end the line"),
        ("lines", "2:7: lines is missing; write a whole number from 1"),
        ("lines many", "2:7: 'many' is not a number for lines"),
        ("lines -1", "2:7: '-1' is not a number for lines"),
        ("lines 99999999999999999999", "2:7: lines 99999999999999999999 is too large"),
        ("disks 2", "2:1: raid.disks: RAID-5 here takes 3 to 16 disks, not 2"),
        (
            "disks 5 left-symetric",
            "2:9: 'left-symetric' is not a setting of disks; did you mean 'left-symmetric'?",
        ),
        ("lun 1 4 blocks owner A", "2:5: LUN 1 stands where LUN 0 is expected; number the LUNs"),
        ("lun 0 4 blocks owner C", "2:22: 'C' is not owner; "),
        ("link latency 3", "2:14: '3' is no time for latency; write a whole number with ns, us, ms or s"),
        ("seed 1\nseed 2", "3:1: seed has already been set in line 2; delete one"),
        ("flush low 90%", "2:1: flush.low_percent: low water (90 %) is above high water (80 %)"),
        ("at 5us host 3 writes block 0:1 via A", "2:1: there is no host 3; this world has 2"),
        ("at 5us host 1 writes block 2:1 via A", "2:1: there is no LUN 2; this world has 2, counted from 0"),
        ("at 5us host 1 writes blocks 0:4090..4096 via A", "2:1: the request lies beyond LUN 0; it has 4096"),
        ("at 5us host 1 writes blocks 0:9..8 via A", "2:29: 8 comes before 9; put the first block first"),
        ("at 5us host 1 writes block 42 via A", "2:28: '42' names no block; write LUN:block"),
        (
            "at 5us host 1 wrote block 0:42 via A",
            "2:15: 'wrote' is not what a host does; did you mean 'writes'?",
        ),
        ("at 5us crush A", "2:8: 'crush' is not something that can happen; did you mean 'crash'?"),
        (
            "at 5us explode",
            "2:8: 'explode' is not something that can happen; take one of: host, crash, restart",
        ),
        ("at 5us crash", "2:14: a controller is missing; take one of: A, B"),
        ("at 5us crash A B", "2:16: 'B' does not belong here"),
        ("at 5us cut-link A", "2:17: 'A' is not the direction's word; take one of: to"),
        ("at 5us slow-link to A factor 0", "2:30: the factor is 0; write a whole number from 1 to 65535"),
        (
            "at 5us disk-fails 5",
            "2:1: there is no disk 5: this world has 5, counted from 0; take another disk",
        ),
        ("at 5us sector-error disk 1 stripe 2048", "2:1: there is no stripe 2048: this array has 2048"),
        ("at 5us path-cut host 3 via A", "2:1: host 3 does not exist: this world has 2; take another host"),
        ("lun 0 9999999999 blocks owner A\nat 5us scrub", "3:1: this array has 2500000000 stripes"),
        ("at 5us delay-message to A by 3", "2:30: '3' is no time for the delay; write a whole number with"),
        ("at 5us crash A\nat 4us host 1 reads block 0:1 via A", "3:4: 4us is before line 2's 5us"),
        ("failover heartbeat 0", "2:1: failover.heartbeat_ns: heartbeats need a period of at least 1 ns"),
        (
            "failover solo-writeback",
            "2:10: 'solo-writeback' is not a setting of failover; did you mean 'solo-write-back'?",
        ),
        ("at 5us host 1 writes block 0:42", "2:33: the path's word is missing; take one of: via"),
        (
            "at 5us host 1 reads block 0:1 via A\nat 4us host 1 reads block 0:1 via A",
            "3:4: 4us is before line 2's 5us",
        ),
        ("workload zipf 120 reads 170%", "2:25: reads is 170%; write a whole number from 0 to 100"),
        ("workload zipf 120 sizes", "2:25: sizes are missing; write blocks*weight"),
        ("workload uniform sizes 9*1 within 8", "2:1: sizes: a request of 9 blocks does not fit"),
        ("workload uniform\nat 0 host 1 reads block 0:1 via A", "2:1: a scenario has requests or a workload"),
    ] {
        let got = error_of(line);
        assert!(got.starts_with(want), "{line}\n  got  {got}\n  want {want}");
    }
}

#[test]
fn requests_and_faults_stand_in_one_order_of_time() {
    let text = format!(
        "{HEAD}at 10us host 1 writes block 0:42 via A\nat 30us cut-link\nat 30us slow-link factor 20\n\
         at 40us host 1 writes block 0:42 via A\nat 5ms path-cut host 2 via B\n"
    );
    let scenario = Scenario::parse(&text).unwrap();
    let (a, b) = (ControllerId::A, ControllerId::B);
    let want = [
        (30_000, Fault::CutLink { to: a }),
        (30_000, Fault::CutLink { to: b }),
        (30_000, Fault::SlowLink { to: a, factor: 20 }),
        (30_000, Fault::SlowLink { to: b, factor: 20 }),
        (5_000_000, Fault::PathCut { host: HostId(1), via: b }),
    ];
    assert_eq!(scenario.faults.iter().map(|timed| (timed.at_ns, timed.fault)).collect::<Vec<_>>(), want);
    assert_eq!(requests(&scenario).len(), 2);
    let written = scenario.to_text();
    let lines: Vec<&str> = written.lines().filter(|line| line.starts_with("at ")).collect();
    assert_eq!(
        lines[..3],
        ["at 10us host 1 writes block 0:42 via A", "at 30us cut-link to A", "at 30us cut-link to B"]
    );
    assert_eq!(lines[5..], ["at 40us host 1 writes block 0:42 via A", "at 5ms path-cut host 2 via B"]);
}

#[test]
fn faults_go_with_a_workload_and_happen_at_their_times() {
    let text = format!("{HEAD}workload uniform requests 50\nat 1ms crash A\nat 9ms restart A\n");
    let scenario = Scenario::parse(&text).unwrap();
    let mut run =
        crate::sim::Run::new(scenario.world().unwrap(), scenario.source().unwrap(), scenario.pacing);
    let mut facts: Vec<crate::fact::Fact> = Vec::new();
    let mut crashed_at = None;
    while let Some(event) = run.step(&mut facts) {
        if matches!(event.kind, crate::sim::EventKind::Fault { fault: Fault::Crash { .. } }) {
            crashed_at = Some(event.at_ns);
        }
    }
    assert_eq!(crashed_at, Some(1_000_000));
    assert_eq!(run.world().counters().faults[..2], [1, 1]);
}

/// A fault that no world has comes from a program, not from a text.
#[test]
fn a_scenario_whose_faults_do_not_fit_makes_no_world() {
    let fault = Fault::DiskFails { disk: 9 };
    let scenario = Scenario { faults: [TimedFault { at_ns: 0, fault }].into(), ..Scenario::default() };
    let error = scenario.world().unwrap_err();
    assert_eq!(error.to_string(), "faults: there is no disk 9: this world has 5, counted from 0");
}

#[test]
fn a_byte_order_mark_is_nothing() {
    let marked = Scenario::parse("\u{feff}mirrorline scenario 1\nlines 7\n").expect("nobody sees the mark");
    assert_eq!(marked.config.lines, 7);
}

#[test]
fn a_header_is_needed_and_its_version_is_looked_at() {
    let first = |text: &str| Scenario::parse(text).unwrap_err().to_string();
    assert!(
        first("").starts_with("1:1: the scenario is empty; the first line must be `mirrorline scenario 1`")
    );
    assert!(first("lines 12").starts_with("1:1: this is not a scenario"));
    assert!(
        first("# x\nmirrorline scenario 2").starts_with("2:1: version 2 of the scenario format is not known")
    );
}

#[test]
fn the_end_cuts_the_requests_off() {
    let text = format!("{HEAD}workload uniform every 10us endless\nend 95us\n");
    assert_eq!(requests(&Scenario::parse(&text).unwrap()).len(), 10);
}

#[test]
fn every_built_in_scenario_is_sound_and_small() {
    for builtin in library::LIBRARY {
        let scenario =
            Scenario::parse(builtin.text).unwrap_or_else(|error| panic!("{}: {error}", builtin.name));
        assert!(!scenario.title.is_empty() && scenario.about.ends_with('.'), "{}", builtin.name);
        assert!(scenario.about.chars().count() <= 140, "{}: a newcomer reads one line", builtin.name);
        assert!(scenario.config.lines <= 12 && scenario.config.lent <= 9, "{}", builtin.name);
        assert!(!requests(&scenario).is_empty(), "{}", builtin.name);
        assert_eq!(library::find(builtin.name), Some(&builtin));
    }
}

#[test]
fn the_first_thing_seen_is_one_block_written_through_a() {
    let first = requests(&library::LIBRARY[0].scenario())[0];
    assert_eq!(
        first.op,
        HostOp { host: HostId(0), via: ControllerId::A, io: IoKind::Write, lun: Lun(0), lbn: 42, blocks: 1 }
    );
}

fn configs() -> impl Strategy<Value = Config> {
    let raid = (3u8..=16, any::<bool>(), 1u8..=4, any::<bool>());
    let raid = raid.prop_map(|(disks, symmetric, chunk_blocks, shared)| Geometry {
        disks,
        layout: if symmetric { Layout::LeftSymmetric } else { Layout::LeftAsymmetric },
        chunk_blocks,
        lines_per_stripe: if shared { disks - 1 } else { 1 },
    });
    let disk = prop_oneof![
        (0u64..1 << 40, 0u64..1 << 40, 1u32.., 1u8..=64).prop_map(
            |(read_ns, write_ns, megabytes_per_s, parallel)| {
                DiskProfile::Ssd { read_ns, write_ns, megabytes_per_s, parallel }
            }
        ),
        (1u64..1 << 40, 1u32.., 1u64..).prop_map(|(rotation_ns, megabytes_per_s, blocks)| DiskProfile::Hdd {
            track_to_track_ns: 5,
            full_stroke_ns: 5_000,
            rotation_ns,
            megabytes_per_s,
            blocks
        }),
    ];
    let luns = proptest::collection::vec((64u64..1 << 30, any::<bool>()), 1..5).prop_map(|luns| {
        let owner = |a| if a { ControllerId::A } else { ControllerId::B };
        luns.into_iter().map(|(blocks, a)| LunConfig { blocks, default_owner: owner(a) }).collect::<Vec<_>>()
    });
    let link = (0u64..1 << 40, 1u32..);
    let times = (0u64..1 << 40, 1u8.., 1u64..1 << 40, 1u16.., any::<bool>());
    let failover =
        times.prop_map(|(ns, misses, host_timeout_ns, patrol_depth, solo_write_back)| FailoverConfig {
            heartbeat_ns: host_timeout_ns,
            misses,
            record_ns: ns,
            fence_ns: ns / 2,
            boot_ns: ns / 3,
            host_timeout_ns,
            patrol_depth,
            solo_write_back,
        });
    (1u32..1 << 24, 1u32..1 << 24, raid, disk, luns, link, 1u8.., 0u64..1 << 40, failover, any::<bool>())
        .prop_map(
            |(
                lines,
                lent,
                raid,
                disk,
                luns,
                (latency_ns, megabytes_per_s),
                hosts,
                slot_wait_ns,
                failover,
                overlap,
            )| {
                let overlap = overlap && raid.lines_per_stripe == 1;
                let flush = FlushPolicy { overlap, ..Config::default().flush };
                Config {
                    failover,
                    flush,
                    lines,
                    lent,
                    raid,
                    disk,
                    luns,
                    link: LinkConfig { latency_ns, megabytes_per_s },
                    hosts,
                    slot_wait_ns,
                    ..Config::default()
                }
            },
        )
}

fn workloads() -> impl Strategy<Value = GeneratorConfig> {
    let pattern = prop_oneof![
        Just(Pattern::Sequential),
        Just(Pattern::Uniform),
        any::<u16>().prop_map(|theta_percent| Pattern::Zipf { theta_percent })
    ];
    let paths = prop_oneof![
        Just(Paths::Owner),
        Just(Paths::RoundRobin),
        Just(Paths::Fixed),
        (1u32..).prop_map(|one_in| Paths::Spill { one_in })
    ];
    let arrivals = prop_oneof![
        (0u64..1 << 49).prop_map(|gap_ns| Arrivals::Every { gap_ns }),
        (0u64..1 << 49).prop_map(|mean_gap_ns| Arrivals::About { mean_gap_ns })
    ];
    let sizes = proptest::collection::vec((1u32..16, 1u32..), 1..4)
        .prop_map(|sizes| sizes.into_iter().map(|(blocks, weight)| SizeShare { blocks, weight }).collect());
    let within = proptest::option::of(16u64..400);
    (pattern, 0u8..=100, sizes, within, 1u32..32, paths, arrivals, proptest::option::of(0u64..500)).prop_map(
        |(pattern, read_percent, sizes, within_blocks, align_blocks, paths, arrivals, requests)| {
            GeneratorConfig {
                pattern,
                read_percent,
                sizes,
                within_blocks,
                align_blocks,
                paths,
                arrivals,
                requests,
            }
        },
    )
}

/// Requests that fit every world of [`configs`].
fn scripts() -> impl Strategy<Value = Vec<TimedOp>> {
    let one = (0u64..1 << 40, any::<bool>(), any::<bool>(), 0u64..60, 1u32..=4);
    proptest::collection::vec(one, 0..20).prop_map(|mut all| {
        all.sort_by_key(|one| one.0);
        all.into_iter()
            .map(|(at_ns, a, read, lbn, blocks)| TimedOp {
                at_ns,
                op: HostOp {
                    host: HostId(0),
                    via: if a { ControllerId::A } else { ControllerId::B },
                    io: if read { IoKind::Read } else { IoKind::Write },
                    lun: Lun(0),
                    lbn,
                    blocks,
                },
            })
            .collect()
    })
}

/// Faults that fit every world of [`configs`]; those that rebuild fit none of its larger arrays and are tested with
/// the others below.
fn faults() -> impl Strategy<Value = Vec<TimedFault>> {
    let one = (0u64..1 << 40, 0usize..Fault::COUNT, any::<bool>(), 0u8..3, 1u16.., 0u64..1 << 40);
    proptest::collection::vec(one, 0..20).prop_map(|mut all| {
        all.sort_by_key(|one| one.0);
        all.into_iter()
            .map(|(at_ns, kind, a, small, factor, large)| TimedFault {
                at_ns,
                fault: drawn_fault(
                    kind,
                    if a { ControllerId::A } else { ControllerId::B },
                    small,
                    factor,
                    large,
                ),
            })
            .filter(|timed| {
                !matches!(timed.fault, Fault::DiskReplaced { .. } | Fault::DiskReturned { .. } | Fault::Scrub)
            })
            .collect()
    })
}

/// The fault of a number, with details from some numbers.
fn drawn_fault(kind: usize, at: ControllerId, small: u8, factor: u16, large: u64) -> Fault {
    let (to, via, disk, skip, host) = (at, at, small, small, HostId(0));
    let all: [Fault; Fault::COUNT] = [
        Fault::Crash { at },
        Fault::Restart { at },
        Fault::Hang { at },
        Fault::Resume { at },
        Fault::PowerLoss,
        Fault::PowerBack,
        Fault::BatteryFails { at },
        Fault::BatteryGood { at },
        Fault::CutLink { to },
        Fault::MendLink { to },
        Fault::SlowLink { to, factor },
        Fault::FenceStuck,
        Fault::FenceWorks,
        Fault::DiskFails { disk },
        Fault::DiskReplaced { disk },
        Fault::DiskPulled { disk },
        Fault::DiskReturned { disk },
        Fault::DiskSlow { disk, factor },
        Fault::SectorError { disk, stripe: 0 },
        Fault::PathCut { host, via },
        Fault::PathMended { host, via },
        Fault::Scrub,
        Fault::DropMessage { to, skip },
        Fault::DuplicateMessage { to, skip },
        Fault::DelayMessage { to, skip, by_ns: large },
        Fault::SwapMessages { to, skip },
    ];
    all[kind]
}

#[test]
fn every_kind_of_fault_reads_back_as_it_was_written() {
    for at in ControllerId::BOTH {
        let faults: Vec<TimedFault> = (0..Fault::COUNT)
            .map(|kind| TimedFault { at_ns: kind as u64, fault: drawn_fault(kind, at, 2, 50, 30_000) })
            .collect();
        assert!(faults.iter().zip(Fault::NAMES).all(|(timed, name)| timed.fault.name() == name));
        let scenario = Scenario { faults: faults.clone().into(), ..Scenario::default() };
        let text = scenario.to_text();
        let back = Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(back.faults[..], faults);
    }
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    let feed = prop_oneof![
        workloads().prop_map(Feed::Generated),
        scripts().prop_map(|ops| Feed::Script(ops.into()))
    ];
    let pacing =
        prop_oneof![Just(Pacing::AsTimed), (1u32..=65_536).prop_map(|depth| Pacing::Closed { depth })];
    (
        "[A-Za-z?#]{0,9}( [a-z]{1,9}){0,3}",
        configs(),
        any::<u64>(),
        pacing,
        feed,
        faults(),
        proptest::option::of(0u64..1 << 40),
    )
        .prop_map(|(title, config, seed, pacing, feed, faults, end_ns)| Scenario {
            order: (0..seed % 5).map(|n| EventId(seed % 100 + n)).collect(),
            title: title.trim().into(),
            about: String::new(),
            // Some have a bug, and some of those hide it.
            config: Config { bug: Bug::ALL.get((seed % 40) as usize).copied(), ..config.clone() },
            seal: (seed % 40 < 20).then_some(seed as u32),
            seed,
            pacing,
            feed,
            faults: faults.into_iter().filter(|timed| timed.fault.check(&config).is_ok()).collect(),
            end_ns,
        })
}

#[test]
fn a_hidden_bug_is_the_same_bug_and_nowhere_named() {
    let open = Scenario::parse("mirrorline scenario 1\nbug no-fence\n").unwrap();
    let hidden = Scenario { seal: Some(77), ..open.clone() };
    let text = hidden.to_text();
    assert!(text.contains("\nbug hidden 0000004d") && !text.contains("fence\n"), "{text}");
    let back = Scenario::parse(&text).unwrap();
    assert_eq!((&back.config, back.seal), (&open.config, Some(77)));
    for (line, column) in
        [("bug hidden", 12), ("bug hidden no-fence", 12), ("bug hidden 0000004d00000000", 12)]
    {
        let error = Scenario::parse(&format!("mirrorline scenario 1\n{line}\n")).unwrap_err();
        assert_eq!((error.line, error.column), (2, column), "{error}");
        assert!(error.remedy.contains("16 digits"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_scenario_reads_back_as_it_was_written(scenario in scenarios()) {
        let text = scenario.to_text();
        let back = match Scenario::parse(&text) {
            Ok(back) => back,
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}"))),
        };
        prop_assert_eq!(&back.to_text(), &text);
        prop_assert_eq!((&back.title, &back.config, back.seed), (&scenario.title, &scenario.config, scenario.seed));
        prop_assert_eq!((back.pacing, back.end_ns), (scenario.pacing, scenario.end_ns));
        prop_assert_eq!(&back.faults, &scenario.faults);
        prop_assert_eq!(&back.order, &scenario.order);
        prop_assert_eq!(back.seal, scenario.seal);
        let first = |scenario: &Scenario| {
            let mut source = scenario.source().unwrap();
            (0..50).map_while(|_| source.next_op()).collect::<Vec<_>>()
        };
        prop_assert_eq!(first(&back), first(&scenario));
    }

    #[test]
    fn random_text_never_panics(text in "(mirrorline scenario 1\n)?([a-z0-9:. \n%*é-]{0,200})") {
        let _ = Scenario::parse(&text);
    }

    /// A built-in scenario with a word or two exchanged for another.
    #[test]
    fn mutated_scenarios_never_panic(
        which in 0usize..library::LIBRARY.len(),
        swaps in proptest::collection::vec((any::<usize>(), any::<usize>()), 1..4),
    ) {
        let text = library::LIBRARY[which].text;
        let mut words: Vec<&str> = text.split_inclusive([' ', '\n']).collect();
        for (a, b) in swaps {
            let (a, b) = (a % words.len(), b % words.len());
            words.swap(a, b);
        }
        if let Err(error) = Scenario::parse(&words.concat()) {
            prop_assert!(error.line >= 1 && error.column >= 1 && !error.remedy.is_empty());
        }
    }
}
