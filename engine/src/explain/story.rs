//! The conversation in focus as three to five steps, with the one that is under way.

use super::focus::Focus;
use super::log::{Asked, Path};
use super::{Instant, names, turn};
use crate::controller::Request;
use crate::fact::{Fact, IoKind};
use crate::ids::{ControllerId, LineKey};
use crate::message::MessageKind;
use crate::sim::EventKind;
use crate::state::{FlushStep, LineState};
use crate::text;
use crate::text::Text;

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Done,
    Now,
    Next,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Two or three words: `Copy to B`.
    pub text: Text,
    pub state: StepState,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// `Progress of the write to block 42`.
    pub title: Text,
    pub steps: Vec<Step>,
    /// The message that the story waits for, and who sends it.
    pub expects: Option<(MessageKind, ControllerId)>,
}

/// The story of what is in focus; without steps when nothing is.
#[must_use]
pub fn story(instant: Instant<'_>, focus: Option<Focus>) -> Story {
    match focus {
        None => Story::default(),
        Some(Focus::Flush { owner, key }) => flush(instant, owner, key),
        Some(Focus::Release { owner, key }) => release(instant, owner, key),
        Some(Focus::Failover { survivor }) => turn::failover(instant, survivor),
        Some(Focus::Failback { survivor }) => turn::failback(instant, survivor),
        Some(Focus::ColdBoot) => turn::cold_boot(instant),
        Some(Focus::Rebuild { disk }) => turn::rebuild(instant, disk),
        Some(Focus::Host { op, key }) => match instant.log.asked(op) {
            Some(asked) => {
                let key = key.unwrap_or_else(|| asked.key(instant.config()));
                host(instant, asked, key)
            }
            None => Story::default(),
        },
    }
}

/// `now` counts from 0; past the last step all are done.
pub(super) fn steps<const N: usize>(title: Text, texts: [Text; N], now: usize) -> Story {
    let step = |(n, text): (usize, Text)| {
        let state = match n.cmp(&now) {
            std::cmp::Ordering::Less => StepState::Done,
            std::cmp::Ordering::Equal => StepState::Now,
            std::cmp::Ordering::Greater => StepState::Next,
        };
        Step { text, state }
    };
    Story { title, steps: texts.into_iter().enumerate().map(step).collect(), expects: None }
}

fn flush(instant: Instant<'_>, owner: ControllerId, key: LineKey) -> Story {
    if instant.world.controller(owner).mode().is_alone() {
        return flush_alone(instant, owner, key);
    }
    let (now, expects) = match instant.state(owner, key) {
        Some(LineState::OF(FlushStep::Notify)) => (0, Some(MessageKind::FnAck)),
        Some(LineState::OF(FlushStep::Disk)) => (1, None),
        Some(LineState::OF(FlushStep::Parity)) => (2, None),
        Some(LineState::OF(FlushStep::Confirm)) | Some(LineState::OX) => (3, Some(MessageKind::CAck)),
        _ => (4, None),
    };
    let title = text!("Progress of the flush of {line}", line = names::line(instant.config(), key));
    let texts = [text!("Announce"), text!("Write data"), text!("Write parity"), text!("Declare consistent")];
    Story { expects: expects.map(|message| (message, owner.peer())), ..steps(title, texts, now) }
}

/// Without a partner nobody has to be told.
fn flush_alone(instant: Instant<'_>, owner: ControllerId, key: LineKey) -> Story {
    let now = match instant.state(owner, key) {
        Some(LineState::SF(FlushStep::Disk | FlushStep::Notify)) => 0,
        Some(LineState::SF(FlushStep::Parity)) => 1,
        _ => 3,
    };
    let title = text!("Progress of the flush of {line}", line = names::line(instant.config(), key));
    steps(title, [text!("Write data"), text!("Write parity"), text!("On disk")], now)
}

fn release(instant: Instant<'_>, owner: ControllerId, key: LineKey) -> Story {
    let released = instant.state(owner, key) == Some(LineState::OR);
    let peer_has = instant.state(owner.peer(), key).is_some();
    let now = match (released, peer_has) {
        (true, true) => 1,
        (true, false) => 2,
        _ => 3,
    };
    let title = text!("Progress of the release of {line}", line = names::line(instant.config(), key));
    let texts =
        [text!("{owner} releases", owner), text!("{peer} lets go", peer = owner.peer()), text!("Both free")];
    let expects = released.then_some((MessageKind::ReuseAck, owner.peer()));
    Story { expects, ..steps(title, texts, now) }
}

/// How far a host's request has come on one line.
enum Stand<'a> {
    /// The request has not reached the controller.
    Coming,
    /// The host has heard the answer, or it is on its way there.
    Answered {
        heard: bool,
    },
    /// This line's part is done, another line's is not.
    PartDone,
    Working(&'a Request),
}

fn host(instant: Instant<'_>, asked: Asked, key: LineKey) -> Story {
    let at_done = matches!(instant.moment.event.map(|event| event.kind), Some(EventKind::HostDone { .. }));
    let mut any = None;
    for (_, request) in instant.world.controller(asked.via).requests() {
        if request.op() == asked.op {
            if request.key == key {
                any = Some(request);
                break;
            }
            any = any.or(Some(request));
        }
    }
    let coming = instant.log.arrival(asked.op).is_none_or(|arrival| arrival >= instant.world.events());
    let stand = match any {
        None if coming => Stand::Coming,
        None => Stand::Answered { heard: at_done },
        Some(request) if request.key == key => Stand::Working(request),
        // The event has finished this line; what is left of the request lies on others.
        Some(_)
            if instant
                .moment
                .facts
                .iter()
                .any(|fact| matches!(fact, Fact::WriteCommitted { key: done, .. } if *done == key)) =>
        {
            Stand::PartDone
        }
        Some(request) => Stand::Working(request),
    };
    match asked.io {
        IoKind::Write => write(instant, asked, &stand),
        IoKind::Read => read(instant, asked, key, &stand),
    }
}

/// The way that an answered request took, read off what caused the answer.
fn path(instant: Instant<'_>) -> Option<Path> {
    let event = instant.moment.event?;
    let answered_at = match event.kind {
        EventKind::HostDone { .. } => event.cause?,
        _ => event.index,
    };
    instant.log.path(answered_at)
}

fn write(instant: Instant<'_>, asked: Asked, stand: &Stand<'_>) -> Story {
    let title = text!("Progress of the write to {what}", what = names::asked(&asked));
    let (via, peer) = (asked.via, asked.via.peer());
    let mirrored = |title, now| {
        let texts = [
            text!("Host writes"),
            text!("Copy to {peer}", peer),
            text!("{peer} confirms", peer),
            text!("“Done”"),
        ];
        steps(title, texts, now)
    };
    let switched = |title, now| {
        let texts = [
            text!("Host writes at {via}", via),
            text!("{via} asks {peer}", via, peer),
            text!("{peer} grants", peer),
            text!("Copy to {peer}", peer),
            text!("“Done”"),
        ];
        steps(title, texts, now)
    };
    let through = |title, now| {
        let texts = [
            text!("Host writes"),
            text!("Warn {peer}", peer),
            text!("Write to disk"),
            text!("{peer} agrees", peer),
            text!("“Done”"),
        ];
        steps(title, texts, now)
    };
    let alone = |title, now| {
        let texts = [text!("Host writes"), text!("Write to disk"), text!("Write parity"), text!("“Done”")];
        steps(title, texts, now)
    };
    let serves_alone = instant.world.controller(via).mode().is_alone();
    let request = match stand {
        Stand::Coming if serves_alone => return alone(title, 0),
        Stand::Coming => {
            let owns = instant.world.controller(via).owns(asked.key(instant.config()));
            return if owns { mirrored(title, 0) } else { switched(title, 0) };
        }
        Stand::Answered { .. } | Stand::PartDone => {
            let (heard, part) =
                (matches!(stand, Stand::Answered { heard: true }), matches!(stand, Stand::PartDone));
            return match path(instant) {
                Some(Path::Disk) => alone(title, if part { 2 } else { 3 + usize::from(heard) }),
                Some(Path::Switched) => switched(title, if part { 3 } else { 4 + usize::from(heard) }),
                Some(Path::Through) => through(title, if part { 2 } else { 4 + usize::from(heard) }),
                _ => mirrored(title, if part { 2 } else { 3 + usize::from(heard) }),
            };
        }
        Stand::Working(request) => *request,
    };
    let key = request.key;
    let controller = instant.world.controller(via);
    let Some(line) = controller.line(key) else { return mirrored(title, 1) };
    let mine = controller.operation(line).is_some_and(|busy| busy.op() == asked.op);
    if serves_alone {
        let parity = matches!(line.state, Some(LineState::SW(FlushStep::Parity)));
        return alone(title, if mine { 1 + usize::from(parity) } else { 0 });
    }
    if mine {
        return match line.state {
            Some(LineState::OW(step)) => {
                let (now, expects) = match step {
                    FlushStep::Notify => (1, Some((MessageKind::FnAck, peer))),
                    FlushStep::Disk | FlushStep::Parity => (2, None),
                    FlushStep::Confirm => (3, Some((MessageKind::CAck, peer))),
                };
                Story { expects, ..through(title, now) }
            }
            _ => {
                let confirmed =
                    instant.world.controller(peer).line(key).is_some_and(|mirror| mirror.seq > line.seq);
                let story = if line.granted {
                    switched(title, 3)
                } else {
                    mirrored(title, 1 + usize::from(confirmed))
                };
                Story { expects: Some((MessageKind::MetaAck, peer)), ..story }
            }
        };
    }
    if !controller.owns(key) {
        let on_its_way = instant.on_link(peer, MessageKind::ReqOwn, key);
        let story = switched(title, if on_its_way { 1 } else { 2 });
        return Story { expects: Some((MessageKind::Grant, peer)), ..story };
    }
    let wait = if request.wants_slot { text!("Wait for room") } else { text!("Wait for the line") };
    let texts = [
        text!("Host writes"),
        wait.to_owned(),
        text!("Copy to {peer}", peer),
        text!("{peer} confirms", peer),
        text!("“Done”"),
    ];
    steps(title, texts, 1)
}

fn read(instant: Instant<'_>, asked: Asked, key: LineKey, stand: &Stand<'_>) -> Story {
    let title = text!("Progress of the read of {what}", what = names::asked(&asked));
    let (via, peer) = (asked.via, asked.via.peer());
    let hit = |title, now| {
        steps(title, [text!("Host reads"), text!("{via}’s cache has it", via), text!("Answer")], now)
    };
    let disk = |title, now| steps(title, [text!("Host reads"), text!("From disk"), text!("Answer")], now);
    let forwarded = |title, now| {
        let texts = [
            text!("Host reads at {via}", via),
            text!("{via} asks {peer}", via, peer),
            text!("{peer} answers", peer),
            text!("Answer"),
        ];
        steps(title, texts, now)
    };
    match stand {
        Stand::Coming => hit(title, 0),
        Stand::Answered { heard } => match path(instant) {
            Some(Path::Forwarded) => forwarded(title, 3 + usize::from(*heard)),
            Some(Path::Disk) => disk(title, 2 + usize::from(*heard)),
            _ => hit(title, 2 + usize::from(*heard)),
        },
        Stand::Working(request) if request.from_peer => {
            let asking = instant.on_link(peer, MessageKind::ReadFwd, request.key);
            let story = forwarded(title, if asking { 1 } else { 2 });
            Story { expects: Some((MessageKind::ReadRsp, peer)), ..story }
        }
        Stand::Working(request) if request.from_disk.is_empty() && request.key == key => {
            let texts = [text!("Host reads"), text!("Wait for the write"), text!("Answer")];
            steps(title, texts, 1)
        }
        Stand::Working(_) | Stand::PartDone => disk(title, 1),
    }
}
