//! Each fact as one sentence.

use super::log::EventLog;
use super::names;
use crate::config::Config;
use crate::fact::{Fact, IoKind, ReadSource, SlotList, WaitsFor};
use crate::state::LineState;

/// The fact in words, ending with a full stop.
#[must_use]
pub fn sentence(config: &Config, log: &EventLog, fact: &Fact) -> String {
    let line = |key| names::line(config, key);
    match *fact {
        Fact::HostArrived { host, at, io, lun, lbn, blocks, .. } => {
            let verb = if io == IoKind::Write { "writes" } else { "reads" };
            format!("{} {verb} {} at {at}.", names::host(host), names::blocks(lun, lbn, u64::from(blocks)))
        }
        Fact::HostReplied { op, host, at, io } => {
            let what = log.asked(op).map_or_else(|| "request".to_owned(), |asked| names::asked(&asked));
            format!("{at} answers {}’s {} of {what}.", names::host_within(host), names::io(io))
        }
        Fact::HostDone { host, at, io, latency_ns, .. } => {
            let micros = latency_ns / 1_000;
            format!("{} has {at}’s answer to its {} after {micros} µs.", names::host(host), names::io(io))
        }
        Fact::BlockRead { at, lun, lbn, from, .. } => {
            let from = match from {
                ReadSource::Cache => "out of its cache",
                ReadSource::Disk => "from disk",
                ReadSource::Peer => "through the line’s owner",
            };
            format!("{at} reads {} {from}.", names::blocks(lun, lbn, 1))
        }
        Fact::WriteCommitted { at, key, map, seq, .. } => {
            format!("{at} commits {}: {} is at seq {seq}.", names::map(config, key, map), line(key))
        }
        Fact::LineState { at, key, from, to } => match (from, to) {
            (_, None) => format!("{at} has no entry for {} any more.", line(key)),
            (None, Some(to)) => {
                format!("{at} has an entry for {}: {}, {}.", line(key), to.code(), to.words())
            }
            (Some(from), Some(to)) if from.code() == to.code() => {
                format!("{} at {at}: {}, {}.", capital(&line(key)), to.code(), to.words())
            }
            (Some(from), Some(to)) => {
                format!(
                    "{} at {at} goes from {} to {}: {}.",
                    capital(&line(key)),
                    from.code(),
                    to.code(),
                    to.words()
                )
            }
        },
        Fact::Sent { from, message, key } => {
            format!("{from} sends {} for {} to {}.", message.name(), line(key), from.peer())
        }
        Fact::Received { at, message, key } => format!("{} for {} reaches {at}.", message.name(), line(key)),
        Fact::OwnershipGained { at, key, swapped: true } => {
            format!("{at} owns {} now; {} keeps the mirror.", line(key), at.peer())
        }
        Fact::OwnershipGained { at, key, swapped: false } => {
            format!("{at} owns {} now, without data.", line(key))
        }
        Fact::Waits { at, key, for_what, .. } => match for_what {
            WaitsFor::Slot => format!("A write to {} waits at {at} for a slot.", line(key)),
            WaitsFor::Ownership => format!("A write to {} waits at {at} for ownership.", line(key)),
            WaitsFor::Line => format!("A request waits at {at} for the current work on {}.", line(key)),
        },
        Fact::FlushBegan { at, key, reason } => {
            format!("{at} begins to flush {}, since {}.", line(key), names::reason(reason))
        }
        Fact::WriteThroughBegan { at, key, .. } => format!("{at} begins to write through to {}.", line(key)),
        Fact::ParityPlanned { at, key, plan, reads, writes } => format!(
            "{at} will write stripe {} as a {}: {}, {}.",
            names::line_short(config, key),
            plan.words(),
            names::count(reads as usize, "disk read"),
            names::count(writes as usize, "disk write"),
        ),
        Fact::SlotTaken { at, list, memory, slot } => {
            format!("{at} takes slot {} off its {}.", names::slot(memory, slot), list_words(list))
        }
        Fact::SlotFreed { at, list, memory, slot } => {
            format!("Slot {} is back on {at}’s {}.", names::slot(memory, slot), list_words(list))
        }
        Fact::DiskIssued { at, key, disk, io, parity, .. } => {
            let what = if parity { "parity" } else { "data" };
            format!("{at} asks disk {disk} to {} {what} of {}.", names::io(io), line(key))
        }
        Fact::DiskDone { key, disk, io, parity, .. } => {
            let what = if parity { "parity" } else { "data" };
            let did = if io == IoKind::Write { "written" } else { "read" };
            format!("Disk {disk} has {did} {what} of {}.", line(key))
        }
        _ => super::failure::sentence(config, fact).unwrap_or_default(),
    }
}

fn list_words(list: SlotList) -> &'static str {
    match list {
        SlotList::LocalFree => "list of free slots",
        SlotList::MirrorFree => "list of free mirror slots",
    }
}

/// The first letter large.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a line is doing, for "the line is …".
#[must_use]
pub fn doing(state: Option<LineState>) -> &'static str {
    match state {
        Some(LineState::OP) => "being mirrored",
        Some(LineState::OF(_) | LineState::SF(_)) => "on its way to disk",
        Some(LineState::OX) => "dropping its mirror",
        Some(LineState::OR) => "being released",
        Some(LineState::OW(_) | LineState::SW(_)) => "being written through",
        _ => "busy",
    }
}
