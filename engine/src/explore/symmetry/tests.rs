use super::*;
use crate::digest::mix;
use crate::explore::worlds::{COMMON, find};
use std::sync::Arc;

/// A small world.
fn scenario(text: &str) -> Scenario {
    Scenario::parse(&format!("{COMMON}title Symmetry\nabout None.\n{text}")).expect("it is sound")
}

fn named(name: &str) -> Scenario {
    find(name).expect("it is named").scenario()
}

fn found(scenario: &Scenario) -> Vec<String> {
    symmetries(scenario).iter().map(words).collect()
}

const TWO_LUNS: &str = "lines 1\nlent 1\nlun 0 2 blocks owner A\nlun 1 2 blocks owner B\n";
const TWO_LINES: &str = "lines 1\nlent 1\nlun 0 4 blocks owner A\n";
const ONE_LINE: &str = "lines 1\nlent 2\nlun 0 2 blocks owner A\n";

/// Walks of a state, and of the one that it becomes under a renaming: whatever comes next of the one, something comes
/// next of the other, so that they are the same but for names again. Where they first are not: the walk and the step.
fn first_difference(scenario: &Scenario, renaming: &Renaming, walks: u64) -> Option<(u64, usize)> {
    let mut model = Model::new(scenario.clone()).expect("it can be explored");
    model.symmetries = [Arc::new(renaming.clone())].into();
    let (mut one, mut other) = (model.scratch(), model.scratch());
    let start = one.pack().to_vec();
    for walk in 0..walks {
        let (mut bytes, mut mirrored) = (start.clone(), start.clone());
        let mut z = walk;
        for step in 0.. {
            one.unpack(&bytes);
            other.unpack(&mirrored);
            let count = one.choices().len();
            if other.choices().len() != count || (count != 1 && one.pack_renamed(0) != mirrored) {
                return Some((walk, step));
            }
            if count == 0 {
                break;
            }
            z = mix(z);
            one.unpack(&bytes);
            let choice = one.choices()[(z % count as u64) as usize];
            assert_eq!(one.choose(choice), None);
            bytes = one.pack().to_vec();
            let becomes = one.pack_renamed(0).to_vec();
            let comes_next = (0..count).find_map(|at| {
                other.unpack(&mirrored);
                let choice = other.choices()[at];
                assert_eq!(other.choose(choice), None);
                let next = other.pack();
                // Of several answers that reach their hosts at once, one does first.
                (next == becomes || count == 1).then(|| next.to_vec())
            });
            let Some(next) = comes_next else { return Some((walk, step)) };
            mirrored = next;
        }
    }
    None
}

/// Worlds in which everything that can be renamed is.
fn symmetric_worlds() -> Vec<Scenario> {
    let writes = "at 0ns host 1 writes block 0:0 via A\nat 0ns host 1 writes block 1:0 via B\n";
    let batteries = "at 0ns battery-fails A\nat 0ns battery-fails B\n";
    let of_blocks = "at 0ns host 1 writes block 0:0 via B\nat 0ns host 1 writes block 0:1 via B\n\
        at 0ns host 1 reads block 0:1 via A\nat 0ns host 1 reads block 0:0 via A\n";
    let whole = "at 0ns host 1 writes blocks 0:0..1 via A\nat 0ns host 1 reads blocks 0:0..1 via B\n";
    let of_lines = "at 0ns host 1 writes block 0:0 via B\nat 0ns host 1 writes block 0:3 via B\n\
        at 0ns host 1 reads block 0:3 via A\nat 0ns host 1 reads block 0:0 via A\n";
    let each_other = "at 0ns host 1 writes block 0:0 via B\nat 0ns host 1 writes block 1:1 via A\n\
        at 0ns host 1 reads block 0:1 via A\nat 0ns host 1 reads block 1:0 via B\n";
    vec![
        scenario(&format!("{TWO_LUNS}{batteries}{writes}")),
        scenario(&format!("{TWO_LUNS}{each_other}")),
        scenario(&format!("{TWO_LINES}{of_lines}")),
        scenario(&format!("{ONE_LINE}{of_blocks}at 0ns scrub\n")),
        scenario(&format!("{ONE_LINE}{of_blocks}at 0ns disk-fails 0\nat 0ns disk-fails 1\n")),
        scenario(&format!("{ONE_LINE}{whole}at 0ns crash A\nat 0ns restart A\n")),
        scenario(&format!("{ONE_LINE}{whole}at 0ns power-loss\nat 0ns power-back\n")),
        scenario(&format!("{ONE_LINE}{whole}at 0ns hang A\nat 0ns resume A\n")),
        scenario(&format!("{ONE_LINE}{whole}at 0ns cut-link to A\nat 0ns disk-fails 2\n")),
        named("battery"),
        named("two-keys-large"),
    ]
}

#[test]
fn under_every_symmetry_steps_are_the_same_but_for_names() {
    for scenario in symmetric_worlds() {
        let all = symmetries(&scenario);
        assert!(!all.is_empty(), "{}", scenario.to_text());
        for renaming in all {
            let difference = first_difference(&scenario, &renaming, 60);
            assert_eq!(difference, None, "{} in {}", words(&renaming), scenario.to_text());
        }
    }
}

/// What a state is made of beside its names is held by the walks: whatever is left out of a renaming, they tell.
#[test]
fn a_renaming_from_which_something_is_left_out_is_no_symmetry() {
    type LeaveOut = fn(&mut Renaming);
    let parts: [(&str, LeaveOut); 8] = [
        ("controllers", |renaming| renaming.swaps = false),
        ("LUNs", |renaming| renaming.luns.sort_unstable()),
        ("lines", |renaming| (0..).zip(&mut renaming.lines).for_each(|(stripe, line)| line.to = stripe)),
        ("blocks", |renaming| renaming.lines.iter_mut().for_each(|line| line.blocks.sort_unstable())),
        ("values", |renaming| renaming.lines.iter_mut().for_each(|line| line.values.sort_unstable())),
        ("requests", |renaming| renaming.requests.sort_unstable()),
        ("faults", |renaming| renaming.faults.sort_unstable()),
        ("disks", |renaming| renaming.disks.sort_unstable()),
    ];
    let mut told = Vec::new();
    for (what, leave_out) in parts {
        let mut times = 0;
        for scenario in symmetric_worlds() {
            let all = symmetries(&scenario);
            for renaming in &all {
                let mut lacking = renaming.clone();
                leave_out(&mut lacking);
                // What is left may rename nothing, or be another symmetry; and disks of which none fails are alike.
                let differs = what != "disks" || !renaming.faults.is_sorted();
                if differs && lacking != *renaming && !is_identity(&lacking) && !all.contains(&lacking) {
                    let difference = first_difference(&scenario, &lacking, 60);
                    assert_ne!(
                        difference,
                        None,
                        "without {what}: {} in {}",
                        words(renaming),
                        scenario.to_text()
                    );
                    times += 1;
                }
            }
        }
        told.push((what, times > 0));
    }
    assert!(told.iter().all(|(_, times)| *times), "{told:?}");
}

#[test]
fn of_lines_blocks_requests_and_controllers_all_that_are_equal_change_places() {
    let whole = "at 0ns host 1 writes blocks 0:0..1 via A\nat 0ns host 1 writes blocks 1:0..1 via B\n";
    assert_eq!(
        found(&scenario(&format!("{TWO_LUNS}{whole}"))),
        [
            "block 1:0 ↔ 1:1",
            "block 0:0 ↔ 0:1",
            "block 0:0 ↔ 0:1, block 1:0 ↔ 1:1",
            "A ↔ B, block 0:0 ↔ 1:0, block 0:1 ↔ 1:1, request 1 ↔ 2",
            "A ↔ B, block 0:0 → 1:0 → 0:1 → 1:1 → 0:0, request 1 ↔ 2",
            "A ↔ B, block 0:0 → 1:1 → 0:1 → 1:0 → 0:0, request 1 ↔ 2",
            "A ↔ B, block 0:0 ↔ 1:1, block 0:1 ↔ 1:0, request 1 ↔ 2",
        ]
    );
    let thrice = "at 0ns host 1 reads block 0:0 via A\n".repeat(3);
    assert_eq!(found(&scenario(&format!("{ONE_LINE}{thrice}"))).len(), 5);
}

#[test]
fn what_the_engine_does_not_treat_alike_is_not_offered() {
    let lines = "at 0ns host 1 writes block 0:0 via A\nat 0ns host 1 writes block 0:2 via A\n";
    let luns = "at 0ns host 1 writes block 0:0 via A\nat 0ns host 1 writes block 1:0 via B\n";
    let blocks = "at 0ns host 1 writes block 0:0 via A\nat 0ns host 1 writes block 0:1 via A\n";
    let equal = "at 0ns host 1 writes block 0:0 via A\n".repeat(2);
    let count = |world: &str, requests: &str, faults: &str| {
        found(&scenario(&format!("{world}{requests}{faults}"))).len()
    };
    for (world, requests, faults, why) in [
        (
            TWO_LINES,
            lines,
            "at 0ns crash B\n",
            "a takeover goes through the lines in the order of their keys",
        ),
        (TWO_LINES, lines, "at 0ns scrub\n", "a patrol goes through the stripes in their order"),
        (TWO_LINES, lines, "at 0ns disk-fails 0\n", "the parity of each line is on another disk"),
        (TWO_LUNS, luns, "at 0ns cut-link to A\nat 0ns cut-link to B\n", "both may take over"),
        (TWO_LUNS, luns, "at 0ns battery-fails A\n", "one battery fails, and the other does not"),
        (ONE_LINE, blocks, "at 0ns crash A\n", "what hosts send again is numbered in the order of time"),
        (ONE_LINE, blocks, "at 0ns disk-fails 0\n", "it is one block's disk"),
        (ONE_LINE, &equal, "at 0ns power-loss\n", "what hosts send again is numbered in the order of time"),
        (
            ONE_LINE,
            luns.trim_end_matches("at 0ns host 1 writes block 1:0 via B\n"),
            "",
            "the blocks are not equal",
        ),
    ] {
        assert_eq!(count(world, requests, faults), 0, "{why}");
    }
    for (world, requests) in [(TWO_LINES, lines), (TWO_LUNS, luns), (ONE_LINE, blocks), (ONE_LINE, &equal)] {
        assert_eq!(count(world, requests, ""), 1, "{requests}");
    }
    let both_owned_by_a = TWO_LUNS.replace("owner B", "owner A");
    assert_eq!(count(&both_owned_by_a, luns, ""), 0, "a LUN of A's does not become one of B's");
    assert_eq!(count(&TWO_LUNS.replace("lun 1 2", "lun 1 4"), luns, ""), 0, "one LUN is larger");
}

/// Parity is the XOR of the numbers of writes: 3 is also what blocks of 1 and 2 come to.
#[test]
fn writes_change_places_only_where_parity_lets_them() {
    let values = |writes: &[usize], requests: &[u64]| values(writes.iter().copied(), requests);
    assert_eq!(values(&[1, 2, 3], &[2, 1, 3]), Some(vec![0, 2, 1, 3]));
    assert_eq!(values(&[1, 2, 3, 4], &[1, 2, 4, 3]), None, "1 ^ 2 is 3 and would be 4");
    assert_eq!(values(&[1, 2, 4], &[1, 2, 4, 3]), None, "1 ^ 2 ^ 4 is 7 and would be nothing");
    assert_eq!(
        values(&[1, 3], &[2, 1, 4, 3]),
        Some(vec![0, 2, 6, 4, 3, 5, 6, 7]),
        "1 ^ 3 is 2 and becomes 6"
    );
}
