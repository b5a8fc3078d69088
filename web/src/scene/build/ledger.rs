//! What the checks say: where each acknowledged block is and what it survives, and which rules hold.

use super::{Checks, Stage};
use crate::language::{say, speak, tr};
use crate::scene::model::{Broken, CopyMark, LedgerRow, LedgerView, Rule, RulesView};
use crate::scene::words::count_text;
use mirrorline_engine::check::ledger::{Counts, Failure, Row};
use mirrorline_engine::check::{Invariant, Safety, Violation};
use mirrorline_engine::explain::names;
use mirrorline_engine::fact::IoKind;
use mirrorline_engine::mark;
use mirrorline_engine::sim::hosts::Operation;

/// Blocks that are looked at for the rows.
const BLOCKS_LOOKED_AT: usize = 48;
/// With more blocks than this, only those that something would lose are looked for.
const BLOCKS_SORTED: u64 = 8_192;
/// Rows that the panel has room for.
const ROWS_MAX: usize = 12;
/// Writes that are not acknowledged yet.
const PENDING_MAX: usize = 2;

pub fn ledger(stage: &Stage<'_>, checks: Checks<'_>) -> LedgerView {
    let world = stage.instant.world;
    let counts = checks.watch.ledger().counts();
    let mut blocks: Vec<Row> = Vec::new();
    for failure in losing(counts, stage.config().raid.disks) {
        if blocks.len() < BLOCKS_LOOKED_AT {
            let found = checks.watch.ledger().lost_by(world, failure, BLOCKS_LOOKED_AT - blocks.len());
            add(&mut blocks, found);
        }
    }
    if counts.blocks <= BLOCKS_SORTED {
        add(&mut blocks, checks.watch.ledger().newest(world, BLOCKS_LOOKED_AT));
    }
    let mut rows = runs(&blocks);
    rows.truncate(ROWS_MAX);
    let shown: u64 = rows.iter().map(|(_, blocks)| blocks).sum();
    LedgerView {
        rows: rows.into_iter().map(|(row, _)| row).collect(),
        more: counts.blocks.saturating_sub(shown),
        pending: pending(stage),
        safety: checks.watch.ledger().safety(),
        verdict: verdict(counts, checks.watch.ledger().safety()),
    }
}

/// The failures that would lose something, the worst first.
fn losing(counts: Counts, disks: u8) -> Vec<Failure> {
    let [a, b] = mirrorline_engine::ids::ControllerId::BOTH;
    let mut all = vec![
        (counts.lost, Failure::None),
        (counts.by_a_dying, Failure::Dies(a)),
        (counts.by_b_dying, Failure::Dies(b)),
        (counts.by_a_cut_link, Failure::LinkCut),
        (counts.by_power_loss, Failure::PowerLoss),
    ];
    all.extend((0..disks).map(|disk| (counts.by_a_disk, Failure::Disk(disk))));
    all.into_iter().filter(|(lost, _)| *lost > 0).map(|(_, failure)| failure).collect()
}

fn add(blocks: &mut Vec<Row>, found: Vec<Row>) {
    for row in found {
        if !blocks.iter().any(|known| (known.lun, known.lbn) == (row.lun, row.lbn)) {
            blocks.push(row);
        }
    }
}

/// Neighbours that fare alike, as one row; with the number of blocks of each. In the order in which the first block
/// of each was found.
fn runs(blocks: &[Row]) -> Vec<(LedgerRow, u64)> {
    let mut sorted: Vec<(usize, &Row)> = blocks.iter().enumerate().collect();
    sorted.sort_by_key(|(_, row)| (row.lun, row.lbn));
    let mut runs: Vec<(usize, &Row, u64)> = Vec::new();
    for (place, row) in sorted {
        match runs.last_mut() {
            Some((first, begin, count))
                if begin.lun == row.lun && begin.lbn + *count == row.lbn && alike(begin, row) =>
            {
                *count += 1;
                *first = place.min(*first);
            }
            _ => runs.push((place, row, 1)),
        }
    }
    runs.sort_by_key(|(first, ..)| *first);
    runs.into_iter().map(|(_, row, count)| (ledger_row(row, count), count)).collect()
}

fn alike(one: &Row, other: &Row) -> bool {
    one.survival == other.survival
        && one.in_memory == other.in_memory
        && one.kept == other.kept
        && one.on_disk == other.on_disk
        && one.by_parity == other.by_parity
}

fn ledger_row(row: &Row, count: u64) -> LedgerRow {
    let last = row.lbn + count - 1;
    let blocks = match count {
        1 => format!("{}:{}", row.lun, row.lbn),
        _ => format!("{}:{}–{last}", row.lun, row.lbn),
    };
    let memory = |n: usize| match (row.in_memory[n], row.kept[n]) {
        (_, true) => CopyMark::Keeps,
        (true, false) => CopyMark::Has,
        _ => CopyMark::None,
    };
    let disk = |has: bool| if has { CopyMark::Keeps } else { CopyMark::None };
    let fate = row.survival;
    LedgerRow {
        blocks,
        copies: [memory(0), memory(1), disk(row.on_disk), disk(row.by_parity)],
        survives: [fate.a_dies, fate.b_dies, fate.link_cut, fate.power_loss, fate.one_disk],
        readable: fate.now,
        words: speak(fate.words()),
    }
}

fn pending(stage: &Stage<'_>) -> Vec<String> {
    let world = stage.instant.world;
    let mut writes: Vec<&Operation> = world
        .operations()
        .filter(|operation| operation.arrived && operation.op.io == IoKind::Write && operation.parts_left > 0)
        .collect();
    writes.sort_by_key(|operation| operation.number);
    let text = |operation: &&Operation| {
        let op = operation.op;
        names::blocks(op.lun.0, op.lbn, u64::from(op.blocks))
    };
    writes.iter().take(PENDING_MAX).map(|write| speak(text(write))).collect()
}

fn verdict(counts: Counts, safety: Safety) -> String {
    let blocks = |n: u64| {
        if n == 1 { tr("1 block").to_owned() } else { say!("{count} blocks", count = count_text(n)) }
    };
    if counts.blocks == 0 {
        return tr("No host was promised anything yet").into();
    }
    if counts.lost > 0 {
        return say!("{lost} cannot be read any more", lost = blocks(counts.lost));
    }
    let worst = [
        (counts.by_a_dying, tr("if A died")),
        (counts.by_b_dying, tr("if B died")),
        (counts.by_a_cut_link, tr("if the link were cut")),
        (counts.by_power_loss, tr("if power failed")),
        (counts.by_a_disk, tr("if one more disk failed")),
    ];
    match worst.into_iter().rev().max_by_key(|(lost, _)| *lost) {
        Some((lost, when)) if lost > 0 => say!("{lost} would be lost {when}", lost = blocks(lost), when),
        _ if safety == Safety::Degraded => {
            say!(
                "{blocks} safe at the moment, but some redundancy is missing",
                blocks = blocks(counts.blocks)
            )
        }
        _ if counts.blocks == 1 => tr("The block survives any one failure").into(),
        _ => say!("All {blocks} survive any one failure", blocks = blocks(counts.blocks)),
    }
}

pub fn rules(stage: &Stage<'_>, checks: Checks<'_>) -> RulesView {
    let now = stage.instant.world.events();
    let first_of =
        |invariant: Invariant| checks.ahead.iter().find(|violation| violation.invariant == invariant);
    let rules = Invariant::ALL.map(|invariant| {
        let broken = first_of(invariant).map(|violation| violation.after_events);
        Rule {
            name: invariant.name(),
            about: about(invariant),
            broken,
            past: broken.is_some_and(|event| event <= now),
        }
    });
    let told = |violation: &Violation| Broken {
        name: violation.invariant.name(),
        event: violation.after_events,
        what: speak(violation.what.clone()),
    };
    RulesView {
        rules: rules.to_vec(),
        first: checks.ahead.iter().min_by_key(|violation| violation.after_events).map(told),
        now: checks.watch.violations().iter().find(|violation| violation.after_events == now).map(told),
    }
}

/// The same by an invariant's name; nothing of a name that is none.
#[must_use]
pub fn about_rule(name: &str) -> &'static str {
    Invariant::ALL.into_iter().find(|invariant| invariant.name() == name).map_or("", about)
}

/// What an invariant means, in one sentence.
#[must_use]
pub fn about(invariant: Invariant) -> &'static str {
    tr(match invariant {
        Invariant::SingleOwner => mark!("Every line has exactly one owner, or its ownership is on its way."),
        Invariant::AckedTwice => {
            mark!("What a host was told is done, and is not on disk, is held by both controllers.")
        }
        Invariant::SurviveOne => {
            mark!("What a host was told is done survives the loss of either controller.")
        }
        Invariant::NoStalePromote => mark!("A takeover never makes an older value the newest."),
        Invariant::ReadLinearizable => mark!("Reads see writes in one order that fits everything hosts saw."),
        Invariant::ConsistentOnDisk => mark!("What is called clean equals the disk."),
        Invariant::SlotPartition => mark!("No slot is both free and used, and none is used twice."),
        Invariant::HashAgree => mark!("Both hash tables tell the same of a line."),
        Invariant::ParityKnown => mark!("Parity fits the data, or somebody knows that it may not."),
        Invariant::Fenced => mark!("Nobody writes to the disks after it was fenced."),
        Invariant::SeqMonotone => mark!("The sequence number of a line never falls."),
        Invariant::NoDeadlock => mark!("Every request is answered in the end."),
        Invariant::Quiescence => mark!("When nobody asks for anything, everything comes to rest."),
    })
}
