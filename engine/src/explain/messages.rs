//! The arrival of each message, told.

use super::fact::doing;
use super::narrate::{Narration, in_progress_map};
use super::{Instant, focus, names};
use crate::fact::{Fact, IoKind};
use crate::ids::{ControllerId, LineKey};
use crate::message::MessageKind;
use crate::state::LineState;

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
                String::new()
            } else {
                format!("Slot {slot} replaces the older mirror in one step. ")
            };
            Narration::new(
                2,
                format!("META tells {to} what it holds: {line} is mirrored, {to} confirms."),
                format!("{older}{to} now knows line, blocks, sequence number and cache identifier."),
            )
            .rule("Rule 1")
            .claims(&[1, 3, 9])
        }
        MessageKind::MetaAck => meta_ack(instant, to, key),
        MessageKind::ReqOwn => req_own(instant, to, key),
        MessageKind::Grant => {
            let swapped = facts.iter().any(|fact| matches!(fact, Fact::OwnershipGained { swapped: true, .. }));
            let then = if sent(MessageKind::Data) {
                format!(" Now {to} sends DATA and META.")
            } else {
                String::new()
            };
            let how = if swapped {
                format!("{to}’s mirror became the line, {from}’s line the mirror: no data moved.")
            } else {
                format!("{from} had nothing newer than the disk: only ownership passed.")
            };
            Narration::new(3, format!("{to} owns {line} now."), format!("{how}{then}")).rule("SINGLE-OWNER").claims(&[8, 10])
        }
        MessageKind::Nack => Narration::new(
            2,
            format!("{from} does not own {line} any more: {to} looks the owner up again."),
            "Ownership moved while the request was on its way. Nothing is lost: the request starts over.",
        )
        .rule("Rule 3"),
        MessageKind::ReadFwd => read_fwd(instant, to, key),
        MessageKind::ReadRsp => Narration::new(
            2,
            format!("{to} has the owner’s data of {line} and answers the host."),
            format!("{to} keeps no copy: only owners cache clean data."),
        )
        .rule("Rule 7"),
        MessageKind::FlushNotify => match instant.world.controller(to).line(key).and_then(|mirror| mirror.loc) {
            Some(_) => Narration::new(
                2,
                format!("{to} marks its mirror of {line} temporarily invalid."),
                format!("It keeps the copy: {from} is about to write to disk, and if it died half-way, {to} would have to write this data again."),
            )
            .rule("Rule 4")
            .claims(&[12]),
            None => Narration::new(
                2,
                format!("{to} notes that {from} is writing {line} through to disk."),
                format!("If {from} died half-way, {to} would know that this stripe’s parity may be wrong."),
            )
            .rule("Rule 6")
            .claims(&[12]),
        },
        MessageKind::FnAck => fn_ack(instant, to, key),
        MessageKind::Consistent => match state {
            Some(LineState::M0) => Narration::new(
                2,
                format!("{to} drops its mirror of {line}: the disks have it all."),
                format!("{to} remembers only that {from} owns the line. An old mirror must not outlive a write that went past it."),
            )
            .rule("Rule 6")
            .claims(&[13]),
            _ => Narration::new(
                2,
                format!("{to}’s mirror of {line} is the same as the disk now."),
                format!("It need not be written again if {from} dies. {to} confirms."),
            )
            .rule("CONSISTENT-ON-DISK")
            .claims(&[13]),
        },
        MessageKind::CAck => c_ack(instant, to, key),
        MessageKind::Reuse => Narration::new(
            2,
            format!("{to} forgets {line}: {from} wants its slots for other lines."),
            "The line has been flushed, so nothing is lost. Both sides take their slots back.",
        )
        .rule("Rule 5")
        .claims(&[14]),
        MessageKind::ReuseAck => {
            let then = if sent_any_data(facts) { " A write that waited for room goes on at once." } else { "" };
            Narration::new(
                2,
                format!("Both controllers have given up {line}: its slots are free."),
                format!("{to} may fill the mirror slot in {from} again without asking.{then}"),
            )
            .rule("SLOT-PARTITION")
            .claims(&[6, 14])
        }
        // About no line: told in `failure`.
        _ => Narration::default(),
    }
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
    let place = fresh.map_or_else(|| format!("in {to}"), |slot| format!("in slot {}", names::slot(to, slot)));
    let older = instant.world.controller(to).line(key).is_some_and(|line| line.loc.is_some());
    let promise = if older { "; the older mirror copy still keeps the promise" } else { "" };
    Narration::new(
        2,
        format!("DATA of {what} has landed {place}; {to} does not know it yet."),
        format!("Until META follows, {to} cannot tell what it is{promise}."),
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
    let (what, seq) = committed.map_or_else(
        || (line.clone(), String::new()),
        |(map, seq)| (names::map(config, key, map), format!(" at seq {seq}")),
    );
    let tail = format!(
        "{line} is dirty in both caches{seq}, and stands in {to}’s write-back queue with its mirror’s address."
    );
    let tail = super::fact::capital(&tail);
    let narration = match replied {
        Some(host) => Narration::new(
            3,
            format!(
                "{} has confirmed: {to} commits {what} and tells {} “done”.",
                to.peer(),
                names::host_within(host)
            ),
            tail,
        ),
        None => Narration::new(
            2,
            format!("{} has confirmed {what}: {to} commits this part of the write.", to.peer()),
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
                format!("{to} grants {line} to {from}: {to} holds nothing newer than the disk."),
                "Only ownership passes. No data moves and no disk is touched.",
            ),
            _ => Narration::new(
                3,
                format!("{to} grants {line} to {from}: the two swap roles."),
                format!("{from}’s mirror becomes the line, {to}’s line becomes the mirror. Both hold the same bytes already, so no data moves."),
            ),
        }
        .rule("Rule 3")
        .claims(&[8, 10]);
    }
    if refused {
        return Narration::new(
            2,
            format!("{from} asks {to} for {line}, but {to} does not own it."),
            format!("{to} says so, and {from} looks the owner up again."),
        )
        .rule("Rule 3");
    }
    Narration::new(
        2,
        format!("{from} asks for {line} and has to wait: it is {}.", doing(state)),
        "Ownership passes only between two pieces of work, when both sides agree about the line.",
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
    let host = asked.map_or_else(|| "the host".to_owned(), |asked| names::host_within(asked.host));
    if sent(MessageKind::ReadRsp) {
        return Narration::new(
            2,
            format!("{to} owns {line} and sends the data to {from}."),
            format!("{from} will hand it to {host}. Ownership stays with {to}."),
        )
        .rule("Rule 7");
    }
    if sent(MessageKind::Nack) {
        return Narration::new(
            2,
            format!("{to} does not own {line} any more and says so."),
            format!("{from} looks the owner up again."),
        )
        .rule("Rule 7");
    }
    let from_disk = instant.moment.facts.iter().any(|fact| matches!(fact, Fact::DiskIssued { .. }));
    let (headline, detail) = if from_disk {
        (
            format!("{to} owns {line} and reads it from disk for {from}."),
            format!("What is read stays in {to}’s cache, since {to} is the owner."),
        )
    } else {
        (
            format!("{from}’s read of {line} waits at {to} for a write to be mirrored."),
            "Nobody sees a write before both controllers hold it.".to_owned(),
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
    let detail = plan.map_or_else(String::new, |(plan, reads, writes)| {
        let reads =
            if reads == 0 { "nothing to read".to_owned() } else { names::count(reads as usize, "disk read") };
        format!(
            "The cheapest way is a {}: {reads}, then {}, parity last.",
            plan.words(),
            names::count(writes as usize, "disk write")
        )
    });
    Narration::new(2, format!("{} knows: {to} may write {line} to disk.", to.peer()), detail)
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
        let who = replied
            .map_or_else(String::new, |host| format!(" and tells {} “done”", names::host_within(host)));
        return Narration::new(
            3,
            format!("The write to {line} is on disk: {to} commits it{who}."),
            "It went past the mirror, so no copy in a cache may be older: both sides agree on that.",
        )
        .rule("Rule 6");
    }
    match instant.state(to, key) {
        Some(LineState::OC) => Narration::new(
            2,
            format!("{from} has dropped its mirror of {line}: {to} holds it alone, clean."),
            "A clean line may be held once: the disks have it too.",
        )
        .rule("Rule 6"),
        _ => Narration::new(
            2,
            format!("{from} agrees: {line} is clean in both caches."),
            format!(
                "{} has left {to}’s write-back queue. The mirror stays until its slot is wanted.",
                super::fact::capital(&line)
            ),
        )
        .rule("CONSISTENT-ON-DISK")
        .claims(&[13]),
    }
}
