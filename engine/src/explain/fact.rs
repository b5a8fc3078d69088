//! Each fact as one sentence.

use super::log::{Asked, EventLog};
use super::names;
use crate::config::Config;
use crate::fact::{Fact, IoKind, ReadSource, SlotList, WaitsFor};
use crate::state::LineState;
use crate::text::Text;
use crate::{mark, text};

/// The fact in words, ending with a full stop.
#[must_use]
pub fn sentence(config: &Config, log: &EventLog, fact: &Fact) -> Text {
    let line = |key| names::line(config, key);
    match *fact {
        Fact::HostArrived { op, host, at, io, lun, lbn, blocks } => {
            names::request(&Asked { op, host, via: at, io, lun, lbn, blocks })
        }
        Fact::HostReplied { op, host, at, io } => {
            let what = log.asked(op).map_or_else(|| text!("request"), |asked| names::asked(&asked));
            text!(
                "{at} answers {host}’s {io} of {what}.",
                at,
                host = names::host_within(host),
                io = names::io(io),
                what
            )
        }
        Fact::HostDone { host, at, io, latency_ns, .. } => {
            let micros = latency_ns / 1_000;
            text!(
                "{host} has {at}’s answer to its {io} after {micros} µs.",
                host = names::host(host),
                at,
                io = names::io(io),
                micros
            )
        }
        Fact::BlockRead { at, lun, lbn, from, .. } => {
            let from = match from {
                ReadSource::Cache => text!("out of its cache"),
                ReadSource::Disk => text!("from disk"),
                ReadSource::Peer => text!("through the line’s owner"),
            };
            text!("{at} reads {what} {from}.", at, what = names::blocks(lun, lbn, 1), from)
        }
        Fact::WriteCommitted { at, key, map, seq, .. } => {
            text!(
                "{at} commits {what}: {line} is at seq {seq}.",
                at,
                what = names::map(config, key, map),
                line = line(key),
                seq
            )
        }
        Fact::LineState { at, key, from, to } => match (from, to) {
            (_, None) => text!("{at} has no entry for {line} any more.", at, line = line(key)),
            (None, Some(to)) => {
                text!(
                    "{at} has an entry for {line}: {code}, {words}.",
                    at,
                    line = line(key),
                    code = to.code(),
                    words = to.words()
                )
            }
            (Some(from), Some(to)) if from.code() == to.code() => {
                text!(
                    "{line} at {at}: {code}, {words}.",
                    line = line(key).capital(),
                    at,
                    code = to.code(),
                    words = to.words()
                )
            }
            (Some(from), Some(to)) => {
                text!(
                    "{line} at {at} goes from {code} to {code_to}: {words}.",
                    line = line(key).capital(),
                    at,
                    code = from.code(),
                    code_to = to.code(),
                    words = to.words()
                )
            }
        },
        Fact::Sent { from, message, key } => {
            text!(
                "{from} sends {message} for {line} to {peer}.",
                from,
                message = message.name(),
                line = line(key),
                peer = from.peer()
            )
        }
        Fact::Received { at, message, key } => {
            text!("{message} for {line} reaches {at}.", message = message.name(), line = line(key), at)
        }
        Fact::OwnershipGained { at, key, swapped: true } => {
            text!("{at} owns {line} now; {peer} keeps the mirror.", at, line = line(key), peer = at.peer())
        }
        Fact::OwnershipGained { at, key, swapped: false } => {
            text!("{at} owns {line} now, without data.", at, line = line(key))
        }
        Fact::Waits { at, key, for_what, .. } => match for_what {
            WaitsFor::Slot => text!("A write to {line} waits at {at} for a slot.", line = line(key), at),
            WaitsFor::Ownership => {
                text!("A write to {line} waits at {at} for ownership.", line = line(key), at)
            }
            WaitsFor::Line => {
                text!("A request waits at {at} for the current work on {line}.", at, line = line(key))
            }
        },
        Fact::FlushBegan { at, key, reason } => {
            text!(
                "{at} begins to flush {line}, since {reason}.",
                at,
                line = line(key),
                reason = names::reason(reason)
            )
        }
        Fact::WriteThroughBegan { at, key, .. } => {
            text!("{at} begins to write through to {line}.", at, line = line(key))
        }
        Fact::ParityPlanned { at, key, plan, reads, writes } => text!(
            "{at} will write stripe {line} as a {words}: {count}, {more}.",
            at,
            line = names::line_short(config, key),
            words = plan.words(),
            count = names::count(reads as usize, mark!("{n} disk read"), mark!("{n} disk reads")),
            more = names::count(writes as usize, mark!("{n} disk write"), mark!("{n} disk writes"))
        ),
        Fact::SlotTaken { at, list, memory, slot } => {
            text!(
                "{at} takes slot {slot} off its {list}.",
                at,
                slot = names::slot(memory, slot),
                list = list_words(list)
            )
        }
        Fact::SlotFreed { at, list, memory, slot } => {
            text!(
                "Slot {slot} is back on {at}’s {list}.",
                slot = names::slot(memory, slot),
                at,
                list = list_words(list)
            )
        }
        Fact::DiskIssued { at, key, disk, io, parity, .. } => {
            let (what, line) = (content(parity), line(key));
            match io {
                IoKind::Read => {
                    text!("{at} asks disk {disk} to read {what} of {line}.", at, disk, what, line)
                }
                IoKind::Write => {
                    text!("{at} asks disk {disk} to write {what} of {line}.", at, disk, what, line)
                }
            }
        }
        Fact::DiskDone { key, disk, io, parity, .. } => {
            let (what, line) = (content(parity), line(key));
            match io {
                IoKind::Read => text!("Disk {disk} has read {what} of {line}.", disk, what, line),
                IoKind::Write => text!("Disk {disk} has written {what} of {line}.", disk, what, line),
            }
        }
        _ => super::failure::sentence(config, fact).unwrap_or_default(),
    }
}

fn list_words(list: SlotList) -> &'static str {
    match list {
        SlotList::LocalFree => mark!("list of free slots"),
        SlotList::MirrorFree => mark!("list of free mirror slots"),
    }
}

/// What a disk command is about.
pub(super) fn content(parity: bool) -> &'static str {
    if parity { mark!("parity") } else { mark!("data") }
}

/// What a line is doing, for "the line is …".
#[must_use]
pub fn doing(state: Option<LineState>) -> &'static str {
    match state {
        Some(LineState::OP) => mark!("being mirrored"),
        Some(LineState::OF(_) | LineState::SF(_)) => mark!("on its way to disk"),
        Some(LineState::OX) => mark!("dropping its mirror"),
        Some(LineState::OR) => mark!("being released"),
        Some(LineState::OW(_) | LineState::SW(_)) => mark!("being written through"),
        _ => mark!("busy"),
    }
}
