//! Messages on their way, and those that have arrived and wait.

use super::Stage;
use crate::language::{say, speak};
use crate::scene::model::{Expected, LinkView, Selection, Span, Token, Waiting, Weight};
use crate::scene::words::time_text;
use mirrorline_engine::controller::Asker;
use mirrorline_engine::explain::names;
use mirrorline_engine::ids::{ControllerId, LineKey, Ticket};
use mirrorline_engine::message::{Grant, Message, MessageKind};
use mirrorline_engine::sim::Envelope;

/// Numbers of what waits begin here, far above those of messages.
const REQ_OWN_IDS: u64 = 1 << 62;
const READ_FWD_IDS: u64 = 1 << 63;

pub fn link(
    stage: &Stage<'_>,
    expects: Option<(MessageKind, ControllerId)>,
    asked: &[(ControllerId, LineKey, Ticket)],
) -> LinkView {
    let mut tokens = Vec::new();
    let mut waiting: Vec<Waiting> = asked.iter().map(|asked| asking(stage, *asked)).collect();
    for to in ControllerId::BOTH {
        tokens.extend(stage.instant.world.link_to(to).iter().map(|envelope| token(stage, to, envelope)));
        waiting_reads(stage, to, &mut waiting);
    }
    let expected = expects
        .filter(|(message, from)| {
            !tokens.iter().any(|token: &Token| token.name == message.name() && token.from == *from)
        })
        .map(|(message, from)| Expected { name: message.name(), from });
    let world = stage.instant.world;
    LinkView {
        tokens,
        waiting,
        expected,
        latency: say!("{time} one way", time = latency(stage)),
        cut: ControllerId::BOTH.map(|to| world.link_to(to).cut),
        slow: ControllerId::BOTH.map(|to| world.link_to(to).slowness),
        tampered: world.hardware().tampered,
    }
}

fn latency(stage: &Stage<'_>) -> String {
    time_text(stage.config().link.latency_ns).replace(".00", "")
}

fn token(stage: &Stage<'_>, to: ControllerId, envelope: &Envelope) -> Token {
    let message = &envelope.message;
    let id = envelope.number * 2 + to.index() as u64;
    let picked = matches!(stage.selection, Some(Selection::Message { id: picked, .. }) if picked == id);
    Token {
        id,
        name: message.kind().name(),
        detail: detail(stage, message),
        from: to.peer(),
        weight: match message {
            Message::Heartbeat { .. } => Weight::Beat,
            message if message.data_blocks() > 0 => Weight::Payload,
            _ => Weight::Control,
        },
        // Before it leaves, it stands at the start: the wire is busy with those before it.
        flight: Span { from_ns: envelope.leaves_ns, to_ns: envelope.arrives_ns },
        line: message.key().map(|key| stage.label(key)),
        selected: picked,
    }
}

fn detail(stage: &Stage<'_>, message: &Message) -> String {
    let line = || message.key().map_or_else(String::new, |key| names::line_short(stage.config(), key));
    match message {
        Message::Data { key, map, .. }
        | Message::ReadRsp { key, map, .. }
        | Message::ReadFwd { key, map, .. } => speak(names::map_short(stage.config(), *key, *map)),
        Message::Meta { seq, .. } | Message::MetaAck { seq, .. } => say!("seq {seq}", seq = *seq),
        Message::Grant { grant: Grant::Swap { .. }, .. } => say!("swap {line}", line = line()),
        Message::Hello { label: Some(epoch), .. } => say!("epoch {epoch}", epoch = *epoch),
        Message::Hello { .. } => "empty".into(),
        Message::Rehome { lun } | Message::RehomeAck { lun } => say!("LUN {lun}", lun = lun.0),
        _ => line(),
    }
}

fn asking(stage: &Stage<'_>, (at, key, ticket): (ControllerId, LineKey, Ticket)) -> Waiting {
    let label = stage.label(key);
    Waiting {
        id: REQ_OWN_IDS + u64::from(ticket.use_count) * 2 + at.index() as u64,
        name: MessageKind::ReqOwn.name(),
        detail: say!("{line} waits", line = label.to_string()),
        at,
        line: label,
        selected: stage.is_chosen(key) && stage.selection.is_some(),
    }
}

fn waiting_reads(stage: &Stage<'_>, at: ControllerId, waiting: &mut Vec<Waiting>) {
    let controller = stage.instant.world.controller(at);
    for (number, request) in controller.requests() {
        // A forwarded read without disk work waits for the write in progress.
        if matches!(request.from, Asker::Peer(_)) && request.from_disk.is_empty() {
            let id = READ_FWD_IDS + u64::from(number) * 2 + at.index() as u64;
            let label = stage.label(request.key);
            let selected = stage.is_chosen(request.key) && stage.selection.is_some();
            let detail = say!("{line} waits", line = label.to_string());
            waiting.push(Waiting {
                id,
                name: MessageKind::ReadFwd.name(),
                detail,
                at,
                line: label,
                selected,
            });
        }
    }
}
