//! The hosts: what each has asked for, and what has become of it.

use super::Stage;
use crate::language::{say, speak};
use crate::scene::model::{HostCard, HostStatus, Span, WireDot};
use mirrorline_engine::explain::{Asked, Focus, names};
use mirrorline_engine::fact::IoKind;
use mirrorline_engine::ids::{ControllerId, HostId};
use mirrorline_engine::mark;
use mirrorline_engine::sim::EventKind;
use mirrorline_engine::sim::hosts::{Fate, Operation};
use mirrorline_engine::sim::schedule::What;

pub fn hosts(stage: &Stage<'_>) -> Vec<HostCard> {
    (0..stage.config().hosts).map(|id| card(stage, HostId(id))).collect()
}

fn card(stage: &Stage<'_>, id: HostId) -> HostCard {
    let cut = ControllerId::BOTH.map(|via| stage.instant.world.hardware().path_is_cut(id, via));
    HostCard { cut, ..whole(stage, id) }
}

fn whole(stage: &Stage<'_>, id: HostId) -> HostCard {
    let in_focus = match stage.focus {
        Some(Focus::Host { op, .. }) => Some(op),
        _ => None,
    };
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
    let name = speak(names::host(id));
    let position = stage.instant.world.events();
    let mut coming = stage
        .instant
        .log
        .coming(position, stage.config().host_latency_ns)
        .filter(|(at_ns, asked)| asked.host == id && is_sent(stage, *at_ns));
    let Some(operation) = shown else {
        // An answer is seen before the next request is.
        let just_done = matches!(
            stage.instant.moment.event.map(|event| event.kind),
            Some(EventKind::HostDone { host, .. }) if host == id
        );
        return match coming.next().filter(|_| !just_done) {
            Some((at_ns, asked)) => HostCard {
                id: id.0,
                name,
                request: request(asked.io, asked.lun, asked.lbn, asked.blocks),
                more: coming.count() as u32,
                status: HostStatus::Asking,
                via: Some(asked.via),
                wire: Some(WireDot { id: asked.op * 2, up: false, flight: down(stage, at_ns) }),
                focus: in_focus == Some(asked.op),
                cut: [false; 2],
            },
            None => resting(stage, id, name, in_focus),
        };
    };
    let op = operation.op;
    let (status, wire) = progress(stage, operation);
    HostCard {
        id: id.0,
        name,
        request: request(op.io, op.lun.0, op.lbn, op.blocks),
        more: count - 1 + coming.count() as u32,
        status,
        via: Some(op.via),
        wire,
        focus: in_focus == Some(operation.number),
        cut: [false; 2],
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

fn resting(stage: &Stage<'_>, id: HostId, name: String, in_focus: Option<u64>) -> HostCard {
    let last = stage.instant.log.last_answered(id, stage.instant.world.events());
    let asked: Option<Asked> = last.and_then(|op| stage.instant.log.asked(op));
    HostCard {
        id: id.0,
        name,
        request: asked.map_or_else(String::new, |a| request(a.io, a.lun, a.lbn, a.blocks)),
        more: 0,
        status: if asked.is_some() { HostStatus::Done } else { HostStatus::Idle },
        via: asked.map(|asked| asked.via),
        wire: None,
        focus: last.is_some() && in_focus == last,
        cut: [false; 2],
    }
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
