//! The hosts: what each has asked for, and what has become of it.

use super::Stage;
use crate::language::{say, speak};
use crate::scene::model::{HostCard, HostStatus, Selection, Span, WireDot};
use mirrorline_engine::explain::{Asked, Focus, names};
use mirrorline_engine::fact::IoKind;
use mirrorline_engine::ids::{ControllerId, HostId, LineKey};
use mirrorline_engine::mark;
use mirrorline_engine::sim::EventKind;
use mirrorline_engine::sim::hosts::{Fate, Operation};
use mirrorline_engine::sim::schedule::What;

pub fn hosts(stage: &Stage<'_>) -> Vec<HostCard> {
    (0..stage.config().hosts).map(|id| card(stage, HostId(id))).collect()
}

/// What a host's card is about: of several requests the one in focus, else the oldest.
pub enum Current<'a> {
    /// One that a controller has, or that the host tries again; and how many there are besides.
    Working(&'a Operation, u32),
    /// One on its way to its controller, when it arrives there, and how many come besides.
    Coming(u64, Asked, u32),
    /// The last one that was answered.
    Answered(Asked),
    Nothing,
}

pub fn current<'a>(stage: &Stage<'a>, id: HostId) -> Current<'a> {
    let in_focus = in_focus(stage);
    let mine = stage.instant.world.operations().filter(|operation| {
        // One that was given up for a later try is none any more.
        let tried = operation.arrived || operation.refusals > 0 || operation.fate == Fate::Lost;
        tried && operation.fate != Fate::Superseded && operation.op.host == id
    });
    let mut shown: Option<&Operation> = None;
    let mut count = 0;
    for operation in mine {
        count += 1;
        let rank = |operation: &Operation| (Some(operation.number) != in_focus, operation.number);
        if shown.is_none_or(|best| rank(operation) < rank(best)) {
            shown = Some(operation);
        }
    }
    let position = stage.instant.world.events();
    let mut coming = stage
        .instant
        .log
        .coming(position, stage.config().host_latency_ns)
        .filter(|(at_ns, asked)| asked.host == id && is_sent(stage, *at_ns));
    if let Some(operation) = shown {
        return Current::Working(operation, count - 1 + coming.count() as u32);
    }
    // An answer is seen before the next request is.
    let just_done = matches!(
        stage.instant.moment.event.map(|event| event.kind),
        Some(EventKind::HostDone { host, .. }) if host == id
    );
    if let Some((at_ns, asked)) = coming.next().filter(|_| !just_done) {
        return Current::Coming(at_ns, asked, coming.count() as u32);
    }
    let last = stage.instant.log.last_answered(id, position);
    last.and_then(|op| stage.instant.log.asked(op)).map_or(Current::Nothing, Current::Answered)
}

fn in_focus(stage: &Stage<'_>) -> Option<u64> {
    match stage.focus {
        Some(Focus::Host { op, .. }) => Some(op),
        _ => None,
    }
}

/// The first line that a host's request is about.
pub fn key(stage: &Stage<'_>, id: HostId) -> Option<LineKey> {
    let asked = match current(stage, id) {
        Current::Working(operation, _) => asked(operation),
        Current::Coming(_, asked, _) | Current::Answered(asked) => asked,
        Current::Nothing => return None,
    };
    Some(asked.key(stage.config()))
}

/// What an operation asks for.
pub fn asked(operation: &Operation) -> Asked {
    let op = operation.op;
    Asked {
        op: operation.number,
        host: op.host,
        via: op.via,
        io: op.io,
        lun: op.lun.0,
        lbn: op.lbn,
        blocks: op.blocks,
    }
}

pub fn card(stage: &Stage<'_>, id: HostId) -> HostCard {
    let (asked, more, status, wire) = match current(stage, id) {
        Current::Working(operation, more) => {
            let (status, wire) = progress(stage, operation);
            (Some(asked(operation)), more, status, wire)
        }
        Current::Coming(at_ns, asked, more) => {
            let wire = WireDot { id: asked.op * 2, up: false, flight: down(stage, at_ns) };
            (Some(asked), more, HostStatus::Asking, Some(wire))
        }
        Current::Answered(asked) => (Some(asked), 0, HostStatus::Done, None),
        Current::Nothing => (None, 0, HostStatus::Idle, None),
    };
    HostCard {
        id: id.0,
        name: speak(names::host(id)),
        request: asked.map_or_else(String::new, |a| request(a.io, a.lun, a.lbn, a.blocks)),
        more,
        status,
        via: asked.map(|asked| asked.via),
        wire,
        focus: asked.is_some_and(|asked| in_focus(stage) == Some(asked.op)),
        selected: stage.selection == Some(Selection::Host(id.0)),
        cut: ControllerId::BOTH.map(|via| stage.instant.world.hardware().path_is_cut(id, via)),
    }
}

fn down(stage: &Stage<'_>, arrives_ns: u64) -> Span {
    Span { from_ns: arrives_ns.saturating_sub(stage.config().host_latency_ns), to_ns: arrives_ns }
}

/// A request is on its way when its host sends it before the next event happens.
fn is_sent(stage: &Stage<'_>, arrives_ns: u64) -> bool {
    let next_ns = stage.instant.log.time_of(stage.instant.world.events());
    down(stage, arrives_ns).from_ns < next_ns
}

fn request(io: IoKind, lun: u16, lbn: u64, blocks: u32) -> String {
    let what = names::blocks(lun, lbn, u64::from(blocks));
    match io {
        IoKind::Read => say!("read {what}", what),
        IoKind::Write => say!("write {what}", what),
    }
}

fn progress(stage: &Stage<'_>, operation: &Operation) -> (HostStatus, Option<WireDot>) {
    let number = operation.number;
    if operation.fate == Fate::Lost {
        return (HostStatus::Unheard, None);
    }
    if !operation.arrived {
        return (HostStatus::Retrying, None);
    }
    if operation.parts_left == 0 {
        let answer = stage.pending.iter().find(|pending| match pending.what {
            What::HostDone(at) => stage.instant.world.operation(at).number == number,
            _ => false,
        });
        let wire = answer.map(|pending| WireDot {
            id: number * 2 + 1,
            up: true,
            flight: Span { from_ns: stage.instant.log.time_of(pending.cause), to_ns: pending.at_ns },
        });
        return (HostStatus::Waiting, wire);
    }
    (waiting(stage, operation), None)
}

/// Why it waits, if not simply because the controller works on it.
fn waiting(stage: &Stage<'_>, operation: &Operation) -> HostStatus {
    let controller = stage.instant.world.controller(operation.op.via);
    let parts = || controller.requests().map(|(_, part)| part).filter(|part| part.op() == operation.number);
    for part in parts().filter(|part| part.io == IoKind::Write) {
        if part.wants_slot {
            return HostStatus::Blocked(mark!("wants a slot"));
        }
        if let Some(line) = controller.line(part.key) {
            let mine = controller.operation(line).is_some_and(|busy| busy.op() == operation.number);
            if !mine && line.ask.is_some() {
                return HostStatus::Blocked(mark!("wants the line"));
            }
            if !mine {
                return HostStatus::Blocked(mark!("waits its turn"));
            }
        }
    }
    let parked = parts().any(|part| part.io == IoKind::Read && !part.from_peer && part.from_disk.is_empty());
    if parked { HostStatus::Blocked(mark!("waits its turn")) } else { HostStatus::Waiting }
}
