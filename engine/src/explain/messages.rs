//! The arrival of each message, told.

use super::fact::doing;
use super::narrate::{Narration, in_progress_map};
use super::{Instant, focus, names};
use crate::fact::{Fact, IoKind};
use crate::ids::{BlockMap, ControllerId, LineKey};
use crate::message::MessageKind;
use crate::state::LineState;
use crate::text::Text;
use crate::{mark, text};

/// What the arrival of a message at `to` means.
pub(super) fn message(
    instant: Instant<'_>,
    to: ControllerId,
    message: MessageKind,
    key: LineKey,
) -> Narration {
    let config = instant.config();
    let line = names::line(config, key);
    let from = to.peer();
    let facts = &instant.moment.facts;
    let sent = |kind| {
        facts
            .iter()
            .any(|fact| matches!(fact, Fact::Sent { message, key: of, .. } if *message == kind && *of == key))
    };
    let state = instant.state(to, key);
    match message {
        MessageKind::Data => data(instant, to, key),
        MessageKind::Meta => {
            let mirror = instant.world.controller(to).line(key);
            let slot = mirror.and_then(|mirror| mirror.loc).map_or_else(String::new, |slot| names::slot(to, slot));
            let is_first = |fact: &Fact| match fact {
                Fact::LineState { at, key: of, from, .. } => {
                    *at == to && *of == key && matches!(from, None | Some(LineState::M0))
                }
                _ => false,
            };
            let older = if facts.iter().any(is_first) {
                Text::default()
            } else {
                text!("Slot {slot} replaces the older mirror in one step.", slot)
            };
            Narration::new(
                2,
                text!("META tells {to} what it holds: {line} is mirrored, {to} confirms.", to, line),
                older.then(text!("{to} now knows line, blocks, sequence number and cache identifier.", to)),
            )
            .rule("Rule 1")
            .claims(&[1, 3, 9])
        }
        MessageKind::MetaAck => meta_ack(instant, to, key),
        MessageKind::ReqOwn => req_own(instant, to, key),
        MessageKind::Grant => {
            let swapped = facts.iter().any(|fact| matches!(fact, Fact::OwnershipGained { swapped: true, .. }));
            let then = if sent(MessageKind::Data) {
                text!("Now {to} sends DATA and META.", to)
            } else {
                Text::default()
            };
            let how = if swapped {
                text!("{to}’s mirror became the line, {from}’s line the mirror: no data moved.", to, from)
            } else {
                text!("{from} had nothing newer than the disk: only ownership passed.", from)
            };
            Narration::new(3, text!("{to} owns {line} now.", to, line), how.then(then)).rule("SINGLE-OWNER").claims(&[8, 10])
        }
        MessageKind::Nack => Narration::new(
            2,
            text!("{from} does not own {line} any more: {to} looks the owner up again.", from, line, to),
            text!("Ownership moved while the request was on its way. Nothing is lost: the request starts over."),
        )
        .rule("Rule 3"),
        MessageKind::ReadFwd => read_fwd(instant, to, key),
        MessageKind::ReadRsp => Narration::new(
            2,
            text!("{to} has the owner’s data of {line} and answers the host.", to, line),
            text!("{to} keeps no copy: only owners cache clean data.", to),
        )
        .rule("Rule 7"),
        MessageKind::FlushNotify if instant.world.controller(to).held_back().contains(&key) => {
            Narration::new(
                2,
                text!("{to} notes the write of {line}, and lets {from} wait: it writes another line of that stripe.", to, line, from),
                text!("Two at a time would each compute the parity without the other. {to} gives its FN_ACK when its own parity is on disk.", to),
            )
            .rule("Rule 4")
            .claims(&[12])
        }
        MessageKind::FlushNotify => match instant.world.controller(to).line(key).and_then(|mirror| mirror.loc) {
            Some(_) => Narration::new(
                2,
                text!("{to} marks its mirror of {line} temporarily invalid.", to, line),
                text!("It keeps the copy: {from} is about to write to disk, and if it died half-way, {to} would have to write this data again.", from, to),
            )
            .rule("Rule 4")
            .claims(&[12]),
            None => Narration::new(
                2,
                text!("{to} notes that {from} is writing {line} through to disk.", to, from, line),
                text!("If {from} died half-way, {to} would know that this stripe’s parity may be wrong.", from, to),
            )
            .rule("Rule 6")
            .claims(&[12]),
        },
        MessageKind::FnAck => fn_ack(instant, to, key),
        MessageKind::Consistent => match state {
            Some(LineState::M0) => Narration::new(
                2,
                text!("{to} drops its mirror of {line}: the disks have it all.", to, line),
                text!("{to} remembers only that {from} owns the line. An old mirror must not outlive a write that went past it.", to, from),
            )
            .rule("Rule 6")
            .claims(&[13]),
            // A write has overlapped the flush.
            Some(LineState::MD) => Narration::new(
                2,
                text!("{to}’s mirror of {line} is on disk, but for what was written since.", to, line),
                text!("{what} has a higher number than the flush: {to} would write it if {from} died. {to} confirms.", what = dirty(instant, to, key), to, from).capital(),
            )
            .rule("Rule 4")
            .claims(&[13]),
            _ => Narration::new(
                2,
                text!("{to}’s mirror of {line} is the same as the disk now.", to, line),
                text!("It need not be written again if {from} dies. {to} confirms.", from, to),
            )
            .rule("CONSISTENT-ON-DISK")
            .claims(&[13]),
        },
        MessageKind::CAck => c_ack(instant, to, key),
        MessageKind::Reuse => Narration::new(
            2,
            text!("{to} forgets {line}: {from} wants its slots for other lines.", to, line, from),
            text!("The line has been flushed, so nothing is lost. Both sides take their slots back."),
        )
        .rule("Rule 5")
        .claims(&[14]),
        MessageKind::ReuseAck => {
            let then = if sent_any_data(facts) { text!("A write that waited for room goes on at once.") } else { Text::default() };
            Narration::new(
                2,
                text!("Both controllers have given up {line}: its slots are free.", line),
                text!("{to} may fill the mirror slot in {from} again without asking.", to, from).then(then),
            )
            .rule("SLOT-PARTITION")
            .claims(&[6, 14])
        }
        // About no line: told in `failure`.
        _ => Narration::default(),
    }
}

/// The blocks of a line that a controller holds newer than the disk.
fn dirty(instant: Instant<'_>, at: ControllerId, key: LineKey) -> Text {
    let map = instant.world.controller(at).line(key).map_or(BlockMap::EMPTY, |line| line.dirty);
    names::map(instant.config(), key, map)
}

fn sent_any_data(facts: &[Fact]) -> bool {
    facts.iter().any(|fact| matches!(fact, Fact::Sent { message: MessageKind::Data, .. }))
}

fn data(instant: Instant<'_>, to: ControllerId, key: LineKey) -> Narration {
    let config = instant.config();
    let from = to.peer();
    let what = in_progress_map(instant, from, key)
        .map_or_else(|| names::line(config, key), |map| names::map(config, key, map));
    let fresh = instant.world.controller(from).line(key).and_then(|line| line.fresh);
    let place = fresh
        .map_or_else(|| text!("in {to}", to), |slot| text!("in slot {slot}", slot = names::slot(to, slot)));
    let older = instant.world.controller(to).line(key).is_some_and(|line| line.loc.is_some());
    Narration::new(
        2,
        text!("DATA of {what} has landed {place}; {to} does not know it yet.", what, place, to),
        if older {
            text!("Until META follows, {to} cannot tell what it is; the older mirror copy still keeps the promise.", to)
        } else {
            text!("Until META follows, {to} cannot tell what it is.", to)
        },
    )
    .rule("Rule 1")
    .claims(&[1])
}

fn meta_ack(instant: Instant<'_>, to: ControllerId, key: LineKey) -> Narration {
    let config = instant.config();
    let facts = &instant.moment.facts;
    let line = names::line(config, key);
    let replied = facts.iter().find_map(|fact| match *fact {
        Fact::HostReplied { host, io: IoKind::Write, .. } => Some(host),
        _ => None,
    });
    let committed = facts.iter().find_map(|fact| match *fact {
        Fact::WriteCommitted { map, seq, .. } => Some((map, seq)),
        _ => None,
    });
    let what = committed.map_or_else(|| line.clone(), |(map, _)| names::map(config, key, map));
    let tail = match committed {
        Some((_, seq)) => text!(
            "{line} is dirty in both caches at seq {seq}, and stands in {to}’s write-back queue with its mirror’s address.",
            line,
            seq,
            to
        ),
        None => text!("{line} is dirty in both caches, and stands in {to}’s write-back queue with its mirror’s address.", line, to),
    }
    .capital();
    let narration = match replied {
        Some(host) => Narration::new(
            3,
            text!(
                "{peer} has confirmed: {to} commits {what} and tells {host} “done”.",
                peer = to.peer(),
                to,
                what,
                host = names::host_within(host)
            ),
            tail,
        ),
        None => Narration::new(
            2,
            text!(
                "{peer} has confirmed {what}: {to} commits this part of the write.",
                peer = to.peer(),
                what,
                to
            ),
            tail,
        ),
    };
    narration.rule("ACKED-TWICE").claims(&[1, 4, 5])
}

fn req_own(instant: Instant<'_>, to: ControllerId, key: LineKey) -> Narration {
    let line = names::line(instant.config(), key);
    let from = to.peer();
    let granted = instant
        .moment
        .facts
        .iter()
        .any(|fact| matches!(fact, Fact::Sent { message: MessageKind::Grant, .. }));
    let refused =
        instant.moment.facts.iter().any(|fact| matches!(fact, Fact::Sent { message: MessageKind::Nack, .. }));
    let state = instant.state(to, key);
    if granted {
        return match state {
            Some(LineState::M0) => Narration::new(
                3,
                text!("{to} grants {line} to {from}: {to} holds nothing newer than the disk.", to, line, from),
                text!("Only ownership passes. No data moves and no disk is touched."),
            ),
            _ => Narration::new(
                3,
                text!("{to} grants {line} to {from}: the two swap roles.", to, line, from),
                text!("{from}’s mirror becomes the line, {to}’s line becomes the mirror. Both hold the same bytes already, so no data moves.", from, to),
            ),
        }
        .rule("Rule 3")
        .claims(&[8, 10]);
    }
    if refused {
        return Narration::new(
            2,
            text!("{from} asks {to} for {line}, but {to} does not own it.", from, to, line),
            text!("{to} says so, and {from} looks the owner up again.", to, from),
        )
        .rule("Rule 3");
    }
    Narration::new(
        2,
        text!("{from} asks for {line} and has to wait: it is {state}.", from, line, state = doing(state)),
        text!("Ownership passes only between two pieces of work, when both sides agree about the line."),
    )
    .rule("Rule 3")
    .claims(&[7])
}

fn read_fwd(instant: Instant<'_>, to: ControllerId, key: LineKey) -> Narration {
    let line = names::line(instant.config(), key);
    let from = to.peer();
    let sent = |kind| {
        instant.moment.facts.iter().any(|fact| matches!(fact, Fact::Sent { message, .. } if *message == kind))
    };
    let asked = focus::waiting(instant, from, key, IoKind::Read).and_then(|op| instant.log.asked(op));
    let host = asked.map_or_else(|| text!("the host"), |asked| names::host_within(asked.host));
    if sent(MessageKind::ReadRsp) {
        return Narration::new(
            2,
            text!("{to} owns {line} and sends the data to {from}.", to, line, from),
            text!("{from} will hand it to {host}. Ownership stays with {to}.", from, host, to),
        )
        .rule("Rule 7");
    }
    if sent(MessageKind::Nack) {
        return Narration::new(
            2,
            text!("{to} does not own {line} any more and says so.", to, line),
            text!("{from} looks the owner up again.", from),
        )
        .rule("Rule 7");
    }
    let from_disk = instant.moment.facts.iter().any(|fact| matches!(fact, Fact::DiskIssued { .. }));
    let (headline, detail) = if from_disk {
        (
            text!("{to} owns {line} and reads it from disk for {from}.", to, line, from),
            text!("What is read stays in {to}’s cache, since {to} is the owner.", to),
        )
    } else {
        (
            text!("{from}’s read of {line} waits at {to} for a write to be mirrored.", from, line, to),
            text!("Nobody sees a write before both controllers hold it."),
        )
    };
    Narration::new(2, headline, detail).rule("Rule 7")
}

fn fn_ack(instant: Instant<'_>, to: ControllerId, key: LineKey) -> Narration {
    let line = names::line(instant.config(), key);
    let plan = instant.moment.facts.iter().find_map(|fact| match *fact {
        Fact::ParityPlanned { plan, reads, writes, .. } => Some((plan, reads, writes)),
        _ => None,
    });
    let detail = plan.map_or_else(Text::default, |(plan, reads, writes)| {
        let reads = if reads == 0 {
            text!("nothing to read")
        } else {
            names::count(reads as usize, mark!("{n} disk read"), mark!("{n} disk reads"))
        };
        text!(
            "The cheapest way is a {words}: {reads}, then {count}, parity last.",
            words = plan.words(),
            reads,
            count = names::count(writes as usize, mark!("{n} disk write"), mark!("{n} disk writes"))
        )
    });
    Narration::new(
        2,
        text!("{peer} knows: {to} may write {line} to disk.", peer = to.peer(), to, line),
        detail,
    )
    .rule("Rule 4")
    .claims(&[12])
}

fn c_ack(instant: Instant<'_>, to: ControllerId, key: LineKey) -> Narration {
    let line = names::line(instant.config(), key);
    let from = to.peer();
    let replied = instant.moment.facts.iter().find_map(|fact| match *fact {
        Fact::HostReplied { host, .. } => Some(host),
        _ => None,
    });
    let committed = instant.moment.facts.iter().any(|fact| matches!(fact, Fact::WriteCommitted { .. }));
    if committed {
        return Narration::new(
            3,
            match replied.map(names::host_within) {
                Some(host) => text!(
                    "The write to {line} is on disk: {to} commits it and tells {host} “done”.",
                    line,
                    to,
                    host
                ),
                None => text!("The write to {line} is on disk: {to} commits it.", line, to),
            },
            text!("It went past the mirror, so no copy in a cache may be older: both sides agree on that."),
        )
        .rule("Rule 6");
    }
    match instant.state(to, key) {
        Some(LineState::OC) => Narration::new(
            2,
            text!("{from} has dropped its mirror of {line}: {to} holds it alone, clean.", from, line, to),
            text!("A clean line may be held once: the disks have it too."),
        )
        .rule("Rule 6"),
        // A write has overlapped the flush.
        Some(state @ (LineState::OD | LineState::OP)) => Narration::new(
            2,
            text!("{from} agrees: the flush of {line} is over.", from, line = &line),
            if state == LineState::OD {
                let what = dirty(instant, to, key);
                text!(
                    "{what} was written since it began, and stays dirty in both caches until the next one.",
                    what
                )
                .capital()
            } else {
                text!("A write came meanwhile. It is still being mirrored.")
            },
        )
        .rule("Rule 4")
        .claims(&[13]),
        _ => Narration::new(
            2,
            text!("{from} agrees: {line} is clean in both caches.", from, line = &line),
            text!(
                "{line} has left {to}’s write-back queue. The mirror stays until its slot is wanted.",
                line,
                to
            )
            .capital(),
        )
        .rule("CONSISTENT-ON-DISK")
        .claims(&[13]),
    }
}
