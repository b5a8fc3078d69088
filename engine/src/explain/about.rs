//! What an event is about: its sort, the controllers and the line that it concerns, and whether a chain of causes
//! begins with it. Read off the log alone, so that a long run is gone through quickly.

use super::log::{Entry, EventLog};
use crate::config::Config;
use crate::ids::{ControllerId, LineKey};
use crate::sim::{EventKind, Fault};

/// Who makes an event happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A request arrives, an answer is heard, a host loses patience.
    Host,
    /// A message arrives over the link.
    Message,
    /// A disk has carried out a command.
    Disk,
    /// Something is broken or mended.
    Fault,
    /// A controller by itself: timers, heartbeats, the record, fences.
    Controller,
}

/// Which sort an event is of.
#[must_use]
pub fn sort(kind: &EventKind) -> Sort {
    match kind {
        EventKind::HostArrives { .. }
        | EventKind::HostDone { .. }
        | EventKind::HostRetries { .. }
        | EventKind::HostWatch => Sort::Host,
        EventKind::Message { .. } | EventKind::Session { .. } => Sort::Message,
        EventKind::Disk { .. } => Sort::Disk,
        EventKind::Fault { .. } => Sort::Fault,
        _ => Sort::Controller,
    }
}

/// Whether an event happens at a controller, or to it.
#[must_use]
pub fn concerns(kind: &EventKind, id: ControllerId) -> bool {
    match *kind {
        EventKind::HostArrives { at, .. }
        | EventKind::HostDone { at, .. }
        | EventKind::Message { to: at, .. }
        | EventKind::Disk { at, .. }
        | EventKind::FlushTimer { at }
        | EventKind::SlotWait { at }
        | EventKind::Session { to: at, .. }
        | EventKind::Heartbeat { at }
        | EventKind::Mailbox { at }
        | EventKind::LinkSignal { at, .. }
        | EventKind::Record { at, .. }
        | EventKind::Boot { at }
        | EventKind::BootWait { at }
        | EventKind::PatrolTimer { at }
        | EventKind::HostRetries { via: at, .. } => at == id,
        EventKind::Fence { by, fenced } => by == id || fenced == id,
        EventKind::Fault { fault } => strikes(fault, id),
        EventKind::HostWatch => false,
    }
}

/// Whether a fault strikes a controller, or what comes to it.
fn strikes(fault: Fault, id: ControllerId) -> bool {
    fault.target() == Some(id) || matches!(fault, Fault::PowerLoss | Fault::PowerBack)
}

/// Whether an event has to do with a line: a message about it, a disk command for it, a request that touches it.
#[must_use]
pub fn is_about(log: &EventLog, config: &Config, entry: &Entry, key: LineKey) -> bool {
    let touches = |lun: u16, lbn: u64, blocks: u32| {
        let line_blocks = u64::from(config.raid.part_blocks());
        let first = config.raid.first_lbn(key);
        lun == key.lun().0 && lbn < first + line_blocks && lbn + u64::from(blocks) > first
    };
    match entry.kind {
        EventKind::Message { key: its, .. } | EventKind::Disk { key: its, .. } => its == key,
        EventKind::HostArrives { lun, lbn, blocks, .. } => touches(lun, lbn, blocks),
        EventKind::HostDone { op, .. } => {
            log.asked(op).is_some_and(|asked| touches(asked.lun, asked.lbn, asked.blocks))
        }
        _ => false,
    }
}

/// The last event about a line within the first `position`; looks at no more than `most` of them.
#[must_use]
pub fn last_about(log: &EventLog, config: &Config, key: LineKey, position: u64, most: u64) -> Option<u64> {
    let position = position.min(log.len());
    (position.saturating_sub(most)..position)
        .rev()
        .find(|index| log.get(*index).is_some_and(|entry| is_about(log, config, entry, key)))
}

/// Whether a chain of causes begins with an event. A clock that goes round names its last round as its cause, which
/// explains nothing.
#[must_use]
pub fn begins(entry: &Entry) -> bool {
    entry.cause.is_none()
        || matches!(
            entry.kind,
            EventKind::HostArrives { .. }
                | EventKind::Fault { .. }
                | EventKind::FlushTimer { .. }
                | EventKind::Heartbeat { .. }
                | EventKind::PatrolTimer { .. }
                | EventKind::HostWatch
        )
}
