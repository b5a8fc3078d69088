//! What an event is about: the host's request, the flush or the release that it belongs to.

use super::{Instant, turn};
use crate::controller::work::Purpose;
use crate::controller::{Asker, Request};
use crate::fact::{Fact, IoKind};
use crate::ids::{ControllerId, LineKey};
use crate::message::MessageKind;
use crate::sim::EventKind;
use crate::state::LineState;

/// The conversation in focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// A host's request; `key` is the line that the event speaks of, if it speaks of one.
    Host { op: u64, key: Option<LineKey> },
    /// A dirty line goes to disk.
    Flush { owner: ControllerId, key: LineKey },
    /// A clean line is given up on both sides.
    Release { owner: ControllerId, key: LineKey },
    /// One controller is suspected or gone, and the other asks for the right to go on.
    Failover { survivor: ControllerId },
    /// A replacement is rebuilt by the one that serves alone.
    Failback { survivor: ControllerId },
    /// Nobody serves: the power is off, or controllers start and ask the record.
    ColdBoot,
    /// A disk is lost, or being rebuilt.
    Rebuild { disk: u8 },
}

impl Focus {
    /// The line in focus, if one is known.
    #[must_use]
    pub fn key(self) -> Option<LineKey> {
        match self {
            Focus::Host { key, .. } => key,
            Focus::Flush { key, .. } | Focus::Release { key, .. } => Some(key),
            Focus::Failover { .. } | Focus::Failback { .. } | Focus::ColdBoot | Focus::Rebuild { .. } => None,
        }
    }
}

/// What the event that led to this instant is about; nothing for a timer that changed nothing. At the start it is the
/// first request, which is on its way.
#[must_use]
pub fn focus(instant: Instant<'_>) -> Option<Focus> {
    let Some(event) = instant.moment.event else {
        let (_, first) = instant.log.coming(0, instant.config().host_latency_ns).next()?;
        return Some(Focus::Host { op: first.op, key: Some(first.key(instant.config())) });
    };
    if let Some(turn) = turn::turn(instant) {
        return Some(turn);
    }
    match event.kind {
        EventKind::HostArrives { op, lun, lbn, .. } => {
            let key = instant.config().raid.key_of(crate::ids::Lun(lun), lbn);
            Some(Focus::Host { op, key: Some(key) })
        }
        EventKind::HostDone { op, .. } => Some(Focus::Host { op, key: None }),
        EventKind::Message { to, message, key } => Some(message_focus(instant, to, message, key)),
        EventKind::Disk { at, key, .. } => Some(disk_focus(instant, at, key)),
        _ => side_effect(instant),
    }
}

fn side_effect(instant: Instant<'_>) -> Option<Focus> {
    instant.moment.facts.iter().find_map(|fact| match *fact {
        Fact::WriteThroughBegan { key, op, .. } => Some(Focus::Host { op, key: Some(key) }),
        Fact::FlushBegan { at, key, .. } => Some(Focus::Flush { owner: at, key }),
        _ => None,
    })
}

fn message_focus(instant: Instant<'_>, to: ControllerId, message: MessageKind, key: LineKey) -> Focus {
    let from = to.peer();
    let host = |op: Option<u64>| op.map(|op| Focus::Host { op, key: Some(key) });
    let owner = match message {
        MessageKind::Data | MessageKind::Meta => {
            return host(in_progress(instant, from, key)).unwrap_or(Focus::Flush { owner: from, key });
        }
        MessageKind::ReqOwn => {
            return host(waiting(instant, from, key, IoKind::Write))
                .unwrap_or(Focus::Flush { owner: to, key });
        }
        MessageKind::Grant | MessageKind::Nack => {
            let op = in_progress(instant, to, key)
                .or_else(|| waiting(instant, to, key, IoKind::Write))
                .or_else(|| waiting(instant, to, key, IoKind::Read));
            return host(op).unwrap_or(Focus::Flush { owner: to, key });
        }
        MessageKind::ReadFwd => {
            return host(waiting(instant, from, key, IoKind::Read))
                .unwrap_or(Focus::Flush { owner: to, key });
        }
        MessageKind::MetaAck | MessageKind::ReadRsp => to,
        MessageKind::FnAck | MessageKind::CAck => to,
        MessageKind::FlushNotify | MessageKind::Consistent => from,
        MessageKind::Reuse => return Focus::Release { owner: from, key },
        MessageKind::ReuseAck => return Focus::Release { owner: to, key },
        // The others are about no line.
        _ => to,
    };
    let through = matches!(instant.state(owner, key), Some(LineState::OW(_)));
    let op = answered(instant).or_else(|| if through { in_progress(instant, owner, key) } else { None });
    host(op).unwrap_or(Focus::Flush { owner, key })
}

/// The request that this event has committed or answered.
fn answered(instant: Instant<'_>) -> Option<u64> {
    instant.moment.facts.iter().find_map(|fact| match *fact {
        Fact::WriteCommitted { op, .. } | Fact::BlockRead { op, .. } | Fact::HostReplied { op, .. } => {
            Some(op)
        }
        _ => None,
    })
}

fn disk_focus(instant: Instant<'_>, at: ControllerId, key: LineKey) -> Focus {
    let host = |op: u64| Focus::Host { op, key: Some(key) };
    if let Some(op) = answered(instant) {
        return host(op);
    }
    // A disk command that is done has answered a forwarded read, or its work goes on.
    let forwarded = instant
        .moment
        .facts
        .iter()
        .any(|fact| matches!(fact, Fact::Sent { message: MessageKind::ReadRsp, .. }));
    if forwarded && let Some(op) = waiting(instant, at.peer(), key, IoKind::Read) {
        return host(op);
    }
    match instant.state(at, key) {
        Some(LineState::OF(_) | LineState::SF(_)) => return Focus::Flush { owner: at, key },
        Some(LineState::OW(_) | LineState::SW(_)) => {
            return in_progress(instant, at, key).map_or(Focus::Flush { owner: at, key }, host);
        }
        _ => {}
    }
    let controller = instant.world.controller(at);
    let reader = controller.works().find_map(|(_, work)| match work.purpose {
        Purpose::Read { request, .. } | Purpose::Reconstruct { request, .. } if work.key == key => {
            controller.requests().find(|(n, _)| *n == request)
        }
        _ => None,
    });
    match reader.map(|(_, request)| request.from) {
        Some(Asker::Host { op, .. }) => host(op),
        Some(Asker::Nobody) => Focus::Flush { owner: at, key },
        Some(Asker::Peer(_)) => {
            waiting(instant, at.peer(), key, IoKind::Read).map_or(Focus::Flush { owner: at, key }, host)
        }
        None => Focus::Flush { owner: at, key },
    }
}

/// The host's write that is in progress on a line.
fn in_progress(instant: Instant<'_>, at: ControllerId, key: LineKey) -> Option<u64> {
    let controller = instant.world.controller(at);
    controller.operation(controller.line(key)?).map(Request::op).filter(|op| *op > 0)
}

/// The oldest host request of a kind that waits at a controller for a line.
pub(super) fn waiting(instant: Instant<'_>, at: ControllerId, key: LineKey, io: IoKind) -> Option<u64> {
    let requests = instant.world.controller(at).requests();
    requests.filter(|(_, r)| r.key == key && r.io == io && r.op() > 0).map(|(_, r)| r.op()).min()
}
