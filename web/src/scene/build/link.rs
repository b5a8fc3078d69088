//! Messages on their way, and those that have arrived and wait.

use super::Stage;
use crate::language::{say, speak};
use crate::scene::convoy::{Rider, Style, arrange};
use crate::scene::model::{Expected, LaneView, LinkView, Selection, Span, Token, Waiting, Weight};
use crate::scene::words::{count_text, decimal_text, time_text};
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
    let mut lanes: [LaneView; 2] = Default::default();
    for to in ControllerId::BOTH {
        let first = tokens.len();
        tokens.extend(stage.instant.world.link_to(to).iter().map(|envelope| token(stage, to, envelope)));
        lanes[to.peer().index()] = lane(stage, to, &mut tokens[first..]);
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
        lanes,
        waiting,
        expected,
        latency: say!("{time} one way", time = latency(stage)),
        cut: ControllerId::BOTH.map(|to| world.link_to(to).cut),
        slow: ControllerId::BOTH.map(|to| world.link_to(to).slowness),
        tampered: world.hardware().tampered,
    }
}

fn latency(stage: &Stage<'_>) -> String {
    time_text(stage.config().link.latency_ns).replace(&decimal_text("", 0, 2), "")
}

/// Gives the messages to `to` their rows. Heartbeats are nameless, and in nobody's way.
fn lane(stage: &Stage<'_>, to: ControllerId, tokens: &mut [Token]) -> LaneView {
    let letters = |text: &str| text.chars().count() as u32;
    let mut riders = Vec::new();
    for (envelope, token) in stage.instant.world.link_to(to).iter().zip(tokens.iter()) {
        if token.weight != Weight::Beat {
            riders.push(Rider {
                since_ns: envelope.sent_ns,
                flight: token.flight,
                name: letters(token.name),
                detail: letters(&token.detail),
            });
        }
    }
    let (style, rows) = arrange(&stage.view.lane, &riders);
    let mut named: Vec<&mut Token> = tokens.iter_mut().filter(|token| token.weight != Weight::Beat).collect();
    for (token, row) in named.iter_mut().zip(rows) {
        token.row = row;
    }
    let stream = if style == Style::Stream { stream(&named) } else { String::new() };
    LaneView { style, stream }
}

/// `12 messages: 6 DATA, 5 META, 1 GRANT`.
fn stream(tokens: &[&mut Token]) -> String {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for token in tokens {
        match counts.iter_mut().find(|(name, _)| *name == token.name) {
            Some((_, count)) => *count += 1,
            None => counts.push((token.name, 1)),
        }
    }
    let mut text = say!("{count} messages", count = count_text(tokens.len() as u64));
    for (index, (name, count)) in counts.iter().enumerate() {
        text.push_str(if index == 0 { ": " } else { ", " });
        text.push_str(&count_text(*count));
        text.push(' ');
        text.push_str(name);
    }
    text
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
        row: 0,
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

#[cfg(test)]
mod tests {
    use crate::scene::convoy::{LaneRoom, Rider, Style, length};
    use crate::scene::model::{Scene, Token, ViewState, Weight};
    use crate::session::{Command, Session};

    /// The lanes of all layouts: projector, desktop, laptop, tablet, phone; and who asks for less motion.
    fn rooms() -> Vec<LaneRoom> {
        let lane = |length, fonts| LaneRoom { length, fonts, ..LaneRoom::default() };
        let phone = LaneRoom { across: Some(183), ..lane(72, [14, 12, 12, 12]) };
        let mut rooms = vec![
            lane(408, [28, 20, 18, 20]),
            lane(328, [18, 15, 13, 12]),
            lane(256, [16, 15, 13, 12]),
            lane(157, [16, 15, 13, 12]),
            phone,
        ];
        rooms.extend(rooms.clone().into_iter().map(|room| LaneRoom { still: true, ..room }));
        rooms
    }

    /// The place of a message along its lane at a time, and its length.
    fn stretch(room: &LaneRoom, style: Style, token: &Token, now_ns: f64) -> (f64, f64) {
        let letters = |text: &str| text.chars().count() as u32;
        let rider = Rider {
            since_ns: 0,
            flight: token.flight,
            name: letters(token.name),
            detail: letters(&token.detail),
        };
        let long = f64::from(length(style, room, &rider).expect("it fits across"));
        let progress = token.flight.progress(now_ns);
        let progress = if room.still && progress > 0.0 && progress < 1.0 { 0.5 } else { progress };
        (progress * (f64::from(room.length) - long), long)
    }

    /// Every two names of a lane, at moments until the next event: those in one row do not touch.
    fn apart(scene: &Scene, room: &LaneRoom, now_ns: u64, next_ns: u64) -> u32 {
        let mut named = 0;
        for (lane, from) in scene.link.lanes.iter().zip(mirrorline_engine::ids::ControllerId::BOTH) {
            let tokens: Vec<&Token> = (scene.link.tokens.iter())
                .filter(|token| token.from == from && token.weight != Weight::Beat)
                .collect();
            if lane.style == Style::Stream {
                assert!(lane.stream.starts_with(&format!("{} messages: ", tokens.len())), "{}", lane.stream);
                continue;
            }
            named += tokens.len() as u32;
            assert!(lane.stream.is_empty() && tokens.iter().all(|token| token.row < lane.style.rows()));
            for part in 0..=16 {
                let at_ns = now_ns as f64 + (next_ns - now_ns) as f64 * f64::from(part) / 16.0;
                for (index, one) in tokens.iter().enumerate() {
                    for two in tokens[index + 1..].iter().filter(|two| two.row == one.row) {
                        let [(x, long), (y, other)] =
                            [one, two].map(|token| stretch(room, lane.style, token, at_ns));
                        assert!(
                            x >= y + other - 0.01 || y >= x + long - 0.01,
                            "{one:?} and {two:?} at {at_ns}, {room:?}"
                        );
                    }
                }
            }
        }
        named
    }

    #[test]
    fn no_name_ever_lies_over_another_one_in_any_built_in_scenario_and_layout() {
        let mut session = Session::new();
        for room in rooms() {
            let view = ViewState { lane: room, ..ViewState::default() };
            let (mut named, mut all) = (0, 0);
            for index in 0..Session::scenarios().len() {
                session.dispatch(Command::LoadScenario(index)).unwrap();
                let total = session.scene(&view).transport.total;
                for position in 0..total {
                    session.dispatch(Command::Seek(position)).unwrap();
                    let scene = session.scene(&view);
                    all +=
                        scene.link.tokens.iter().filter(|token| token.weight != Weight::Beat).count() as u32;
                    named += apart(&scene, &room, session.time_of(position), session.time_of(position + 1));
                }
            }
            // Where there is room, most are named.
            if room.length >= 256 && !room.still {
                assert!(named * 100 >= all * 60, "{named} of {all} have names, {room:?}");
            }
        }
    }
}
