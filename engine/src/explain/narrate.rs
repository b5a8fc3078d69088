//! What has just happened, and why it matters: a headline and a sentence behind it, for every kind of event.

use super::fact::{capital, doing};
use super::{Asked, Instant, messages, names};
use crate::controller::Mode;
use crate::controller::work::Purpose;
use crate::fact::{Fact, IoKind, WaitsFor};
use crate::ids::{BlockMap, ControllerId, HostId, LineKey};
use crate::message::MessageKind;
use crate::sim::EventKind;
use crate::state::LineState;

/// One event, told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narration {
    /// What happened, in one sentence.
    pub headline: String,
    /// Why, or what follows from it.
    pub detail: String,
    /// The rule of the protocol or the invariant that this is an instance of: `Rule 1`, `ACKED-TWICE`.
    pub rule: Option<&'static str>,
    /// The claims that this is an instance of, by their numbers.
    pub claims: &'static [u8],
    /// 0: nothing happened; 1: a step on the way; 2: a step of the protocol; 3: a host sees it, or ownership moves.
    pub importance: u8,
}

impl Narration {
    pub(super) fn new(importance: u8, headline: String, detail: impl Into<String>) -> Narration {
        Narration { headline, detail: detail.into(), rule: None, claims: &[], importance }
    }

    pub(super) fn rule(self, rule: &'static str) -> Narration {
        Narration { rule: Some(rule), ..self }
    }

    pub(super) fn claims(self, claims: &'static [u8]) -> Narration {
        Narration { claims, ..self }
    }
}

/// Tells the event that led to an instant.
#[must_use]
pub fn narrate(instant: Instant<'_>) -> Narration {
    let Some(event) = instant.moment.event else { return beginning(instant) };
    // What changes who serves, or what is safe, is the news whatever else the event was.
    let turning = |fact| super::failure::turning_point(instant, fact);
    let told = instant.moment.facts.iter().filter_map(turning).max_by_key(|told| told.importance);
    let mut narration = match event.kind {
        _ if told.is_some() => told.unwrap_or_default(),
        EventKind::HostArrives { op, host, at, io, lun, lbn, blocks } => {
            let asked = Asked { op, host, via: at, io, lun, lbn, blocks };
            match io {
                IoKind::Write => write_arrives(instant, &asked),
                IoKind::Read => read_arrives(instant, &asked),
            }
        }
        EventKind::HostDone { op, host, at, io } => host_done(instant, op, host, at, io, event.cause),
        EventKind::Message { to, message, key } if was_not_taken(instant) => {
            super::failure::not_taken(instant, to, message, key)
        }
        EventKind::Message { to, message, key } => messages::message(instant, to, message, key),
        EventKind::Disk { disk, at, io, key, parity } => disk_done(instant, disk, at, io, key, parity),
        EventKind::FlushTimer { at } => flush_timer(instant, at),
        EventKind::SlotWait { at } => slot_wait(instant, at),
        kind => super::failure::narrate(instant, kind),
    };
    // A turning point is news enough.
    let also = if narration.importance < 4 { also(instant, event.kind) } else { String::new() };
    if !also.is_empty() {
        narration.detail = format!("{} {also}", narration.detail).trim().to_owned();
    }
    narration
}

/// Whether the message that has come was dropped, or held back by a controller that awaits the record's verdict.
fn was_not_taken(instant: Instant<'_>) -> bool {
    let is = |fact: &Fact| matches!(fact, Fact::Dropped { .. } | Fact::Lost { .. });
    let Some(EventKind::Message { to, .. }) = instant.moment.event.map(|event| event.kind) else {
        return false;
    };
    let world = instant.world;
    let holds_still = !world.controller(to).mode().talks() || world.hardware().hangs(to);
    holds_still || instant.moment.facts.iter().any(is)
}

fn beginning(instant: Instant<'_>) -> Narration {
    let first = instant.log.coming(0, instant.config().host_latency_ns).next();
    let headline = match first {
        Some((_, asked)) => format!(
            "{} sends a {} of {} to {}.",
            names::host(asked.host),
            names::io(asked.io),
            names::asked(&asked),
            asked.via
        ),
        None => "Two controllers share one disk array, and each mirrors the other’s unsaved data.".to_owned(),
    };
    Narration::new(
        1,
        headline,
        "Each controller keeps its own lines, and has lent slots to the other for mirror copies.",
    )
}

/// A request that its controller cannot take as ever: it does not serve, holds still, or is not reached.
fn hindered(instant: Instant<'_>, asked: &Asked) -> Option<Narration> {
    let (via, peer) = (asked.via, asked.via.peer());
    let (host, io, what) = (names::host(asked.host), names::io(asked.io), names::asked(asked));
    let mode = instant.world.controller(via).mode();
    if instant.world.hardware().path_is_cut(asked.host, via) {
        return Some(Narration::new(
            2,
            format!("{host}’s {io} of {what} is lost: its path to {via} is cut."),
            format!("It hears nothing. After a while it tries the same by way of {peer}."),
        ));
    }
    if !instant.moment.facts.iter().any(|fact| matches!(fact, Fact::HostArrived { .. })) {
        return Some(Narration::new(
            2,
            format!("{host}’s {io} of {what} finds {via} not serving."),
            format!("The path answers with an error at once; the host tries {peer} instead."),
        ));
    }
    if instant.world.hardware().hangs(via) {
        return Some(Narration::new(
            2,
            format!("{host}’s {io} of {what} reaches {via}, which hangs."),
            format!("No answer will come. After a while the host tries {peer}."),
        ));
    }
    matches!(mode, Mode::Frozen | Mode::Won | Mode::Drain).then(|| {
        Narration::new(
            2,
            format!("{host}’s {io} of {what} waits: {via} holds still."),
            "Until record and fence have decided, it answers nothing: the other might be serving.",
        )
        .rule("Failover 1")
    })
}

fn write_arrives(instant: Instant<'_>, asked: &Asked) -> Narration {
    if let Some(told) = hindered(instant, asked) {
        return told;
    }
    let (via, peer) = (asked.via, asked.via.peer());
    let what = names::asked(asked);
    let host = names::host(asked.host);
    let within = names::host_within(asked.host);
    let facts = &instant.moment.facts;
    let sent = |kind| facts.iter().any(|fact| matches!(fact, Fact::Sent { message, .. } if *message == kind));
    if sent(MessageKind::Data) {
        return Narration::new(
            3,
            format!("{via} sends {within}’s {what} to {peer}: DATA first, then META."),
            format!("{host} hears “done” only after {peer} confirms, so one dead controller cannot lose the write."),
        )
        .rule("Rule 1")
        .claims(&[1, 6]);
    }
    if sent(MessageKind::ReqOwn) {
        return Narration::new(
            3,
            format!("{host} writes {what} at {via}, but {peer} owns it: {via} asks."),
            format!(
                "Only a line’s owner may write it. The write waits at {via} until {peer} grants ownership."
            ),
        )
        .rule("Rule 2")
        .claims(&[7]);
    }
    let waits_alone = facts.iter().any(|fact| matches!(fact, Fact::Waits { .. }));
    if instant.world.controller(via).mode().is_alone() && !waits_alone {
        return Narration::new(
            3,
            format!("{host} writes {what} at {via}, which serves alone: straight to disk."),
            "No second memory holds it, so “done” has to mean: on disk, with parity.",
        )
        .rule("Failover 5");
    }
    let waits = facts.iter().find_map(|fact| match fact {
        Fact::Waits { key, for_what, .. } => Some((*key, *for_what)),
        _ => None,
    });
    match waits {
        Some((_, WaitsFor::Slot)) => Narration::new(
            2,
            format!("{host}’s write to {what} waits: {via} has no free mirror slot in {peer}."),
            format!("Unsaved data is never held once. {via} flushes and gives up other lines to make room; if that takes too long, it writes through to disk."),
        )
        .rule("Rule 6")
        .claims(&[6]),
        Some((_, WaitsFor::Ownership)) => Narration::new(
            2,
            format!("{host}’s write to {what} waits too: {peer} has been asked already."),
            "One request for ownership is enough for all the writes that wait.",
        )
        .rule("Rule 2")
        .claims(&[7]),
        Some((key, WaitsFor::Line)) => {
            let state = doing(instant.state(via, key));
            Narration::new(
                2,
                format!("{host}’s write to {what} waits: {} is {state}.", names::line(instant.config(), key)),
                "Of one line, one thing at a time: so both controllers always agree about it.",
            )
            .rule("Rule 4")
        }
        None => Narration::new(
            2,
            format!("{host} writes {what} at {via}."),
            format!("{via} holds the write back from the caches and prepares the line for it."),
        )
        .rule("Rule 6"),
    }
}

fn read_arrives(instant: Instant<'_>, asked: &Asked) -> Narration {
    if let Some(told) = hindered(instant, asked) {
        return told;
    }
    let (via, peer) = (asked.via, asked.via.peer());
    let what = names::asked(asked);
    let host = names::host(asked.host);
    let facts = &instant.moment.facts;
    let sent = |kind| facts.iter().any(|fact| matches!(fact, Fact::Sent { message, .. } if *message == kind));
    if facts.iter().any(|fact| matches!(fact, Fact::HostReplied { .. })) {
        return Narration::new(
            3,
            format!("{host} reads {what} out of {via}’s cache: a hit."),
            format!(
                "{via} owns the line and holds what is asked for, so neither the link nor a disk is needed."
            ),
        )
        .rule("Rule 7");
    }
    if sent(MessageKind::ReadFwd) {
        return Narration::new(
            3,
            format!("{host} reads {what} at {via}, but {peer} owns it: {via} asks {peer}."),
            "Only the owner answers reads: a mirror copy never serves a host. Ownership stays where it is.",
        )
        .rule("Rule 7");
    }
    if facts.iter().any(|fact| matches!(fact, Fact::DiskIssued { .. })) {
        return Narration::new(
            3,
            format!("{host} reads {what}, not all in {via}’s cache: from disk."),
            "What comes from disk may stay in the cache, clean, for the next read.",
        )
        .rule("Rule 7");
    }
    let busy = facts.iter().any(|fact| matches!(fact, Fact::Waits { .. }));
    let why = if busy {
        "Nobody sees a write before both controllers hold it."
    } else {
        "The answer waits for the rest of what was asked for."
    };
    Narration::new(2, format!("{host}’s read of {what} waits for a write to be mirrored."), why)
        .rule("Rule 1")
}

fn host_done(
    instant: Instant<'_>,
    op: u64,
    host: HostId,
    at: ControllerId,
    io: IoKind,
    cause: Option<u64>,
) -> Narration {
    let what = instant.log.asked(op).map_or_else(|| "its request".to_owned(), |asked| names::asked(&asked));
    let path = cause.and_then(|cause| instant.log.path(cause));
    let name = names::host(host);
    if !instant.moment.facts.iter().any(|fact| matches!(fact, Fact::HostDone { .. })) {
        let why = if instant.world.hardware().path_is_cut(host, at) {
            "Its path is cut. The host does not know whether the request took effect, and tries again."
        } else {
            "The host has tried again meanwhile, and waits for the answer to that."
        };
        return Narration::new(1, format!("An answer of {at} to {} is lost.", names::host_within(host)), why);
    }
    match (io, path) {
        (IoKind::Read, path) => {
            let from = match path {
                Some(super::Path::Forwarded) => {
                    format!("The owner, {}, has answered through {at}.", at.peer())
                }
                Some(super::Path::Disk) => "It came from disk.".to_owned(),
                _ => format!("It came out of {at}’s cache."),
            };
            Narration::new(3, format!("{name} has the data of {what}."), from).rule("Rule 7")
        }
        (IoKind::Write, Some(super::Path::Hit)) if instant.config().failover.solo_write_back => {
            Narration::new(
                3,
                format!("{name} hears “done”: {what} is held by {at} alone. Unsafe."),
                "Write-back while alone is a policy that trades safety for speed: if it dies, this is lost.",
            )
        }
        (IoKind::Write, Some(super::Path::Disk | super::Path::Hit)) => Narration::new(
            3,
            format!("{name} hears “done”: {what} is on disk."),
            format!("{at} served alone, so nothing less than the disks would have been safe."),
        )
        .rule("Failover 5"),
        (IoKind::Write, Some(super::Path::Through)) => Narration::new(
            3,
            format!("{name} hears “done”: {what} is on disk."),
            "Written through: slower than two caches, and just as safe.",
        )
        .rule("Rule 6"),
        (IoKind::Write, _) => Narration::new(
            3,
            format!("{name} hears “done”: {what} is safe in both caches."),
            "Either controller could die now and the write would survive. The disks come later.",
        )
        .rule("ACKED-TWICE")
        .claims(&[1]),
    }
}

fn disk_done(
    instant: Instant<'_>,
    disk: u8,
    at: ControllerId,
    io: IoKind,
    key: LineKey,
    parity: bool,
) -> Narration {
    let config = instant.config();
    let line = names::line(config, key);
    let facts = &instant.moment.facts;
    let state = instant.state(at, key);
    let stripe =
        matches!(state, Some(LineState::OF(_) | LineState::OW(_) | LineState::SF(_) | LineState::SW(_)));
    if let Some(told) = damage(instant, disk, at, key) {
        return told;
    }
    let alone = instant.world.controller(at).mode().is_alone();
    match (io, parity) {
        (IoKind::Write, _) if alone && state == Some(LineState::SC) => {
            let host = facts.iter().find_map(|fact| match fact {
                Fact::HostReplied { host, .. } => Some(*host),
                _ => None,
            });
            match host {
                Some(host) => Narration::new(
                    3,
                    format!("The write to {line} is on disk: {at} tells {} “done”.", names::host_within(host)),
                    "Slower than two caches, and as safe: disks and parity hold it.",
                ),
                None => Narration::new(
                    2,
                    format!("{} is on disk, with its parity.", capital(&line)),
                    format!("If {at} died now, nothing of it would be lost."),
                ),
            }
            .rule("Failover 5")
        }
        (IoKind::Read, _) if facts.iter().any(|fact| matches!(fact, Fact::HostReplied { .. })) => Narration::new(
            2,
            format!("Disk {disk} delivers the last block: {at} answers the host."),
            format!("{at} may keep the blocks as clean cache."),
        )
        .rule("Rule 7"),
        (IoKind::Read, _) if facts.iter().any(|fact| matches!(fact, Fact::Sent { message: MessageKind::ReadRsp, .. })) => {
            Narration::new(
                2,
                format!("Disk {disk} delivers the last block: {at} sends the data to {}.", at.peer()),
                format!("The host asked {}, and only the owner reads.", at.peer()),
            )
            .rule("Rule 7")
        }
        (IoKind::Read, true) => Narration::new(
            1,
            format!("Disk {disk} delivers the old parity of {line}."),
            "Old parity, old data and new data together give the new parity.",
        ),
        (IoKind::Read, false) if stripe => Narration::new(
            1,
            format!("Disk {disk} delivers a block that {line}’s parity needs."),
            "Parity is the XOR of all data blocks of the stripe.",
        ),
        (IoKind::Read, false) => Narration::new(1, format!("Disk {disk} delivers a part of what was asked for."), "The rest is on its way."),
        (IoKind::Write, false) if matches!(state, Some(LineState::OF(crate::state::FlushStep::Parity) | LineState::OW(crate::state::FlushStep::Parity))) => {
            Narration::new(
                2,
                format!("The data of {line} is on disk: now {at} writes its parity."),
                "Between data and parity a failed disk could not be rebuilt: that is why the mirror has been told.",
            )
            .rule("Rule 4")
        }
        (IoKind::Write, false) => Narration::new(1, format!("Disk {disk} has written its block of {line}."), "Other blocks of the stripe are still on their way."),
        (IoKind::Write, true) => Narration::new(
            2,
            format!("The parity of {line} is on disk: {at} declares it consistent."),
            format!("{} learns from CONSISTENT that this data need not be written again, even if {at} dies.", at.peer()),
        )
        .rule("Rule 4")
        .claims(&[13]),
    }
}

/// A disk command that was about a stripe’s damage: it failed, or a patrol looked and mended.
fn damage(instant: Instant<'_>, disk: u8, at: ControllerId, key: LineKey) -> Option<Narration> {
    let line = names::line(instant.config(), key);
    let facts = &instant.moment.facts;
    let told = |fact| super::failure::sentence(instant.config(), fact);
    if let Some(fact) =
        facts.iter().find(|fact| matches!(fact, Fact::Patrolled { .. } | Fact::Trusted { .. }))
    {
        return Some(Narration::new(
            2,
            told(fact)?,
            "Data and parity of the stripe fit: any one disk of it could fail.",
        ));
    }
    if facts.iter().any(|fact| matches!(fact, Fact::DiskFailed { .. })) {
        return Some(Narration::new(
            1,
            format!("Disk {disk} cannot serve {line}."),
            "What it held is computed from the other disks of the stripe.",
        ));
    }
    let looked_at = instant.world.controller(at).works().any(|(_, work)| {
        work.key == key && matches!(work.purpose, Purpose::Look(_) | Purpose::Reconstruct { .. })
    });
    looked_at.then(|| {
        Narration::new(
            1,
            format!("Disk {disk} does its part: the stripe of {line} is compared."),
            "All blocks of a row and their parity together must come to nothing.",
        )
    })
}

fn flush_timer(instant: Instant<'_>, at: ControllerId) -> Narration {
    let flushes: Vec<_> = instant
        .moment
        .facts
        .iter()
        .filter_map(|fact| match *fact {
            Fact::FlushBegan { key, reason, .. } => Some((key, reason)),
            _ => None,
        })
        .collect();
    let Some((key, reason)) = flushes.first() else {
        return Narration::new(
            0,
            format!("{at}’s flush timer runs off: nothing is due."),
            "Dirty lines may stay in the caches as long as both controllers hold them.",
        );
    };
    let what = match flushes.len() {
        1 => names::line(instant.config(), *key),
        n => format!("{n} lines"),
    };
    Narration::new(
        2,
        if instant.world.controller(at).mode().is_alone() {
            format!("{at} begins to write {what} back.")
        } else {
            format!("{at} begins to flush {what} and tells {} first.", at.peer())
        },
        format!("{}.", capital(names::reason(*reason))),
    )
    .rule("Rule 4")
    .claims(&[12])
}

fn slot_wait(instant: Instant<'_>, at: ControllerId) -> Narration {
    let facts = &instant.moment.facts;
    let through = facts.iter().find_map(|fact| match *fact {
        Fact::WriteThroughBegan { key, .. } => Some(key),
        _ => None,
    });
    if let Some(key) = through {
        return Narration::new(
            3,
            format!(
                "No slot came in time for {}: {at} writes through to disk.",
                names::line(instant.config(), key)
            ),
            format!(
                "It is never held by one cache only: either {} mirrors it, or the disks have it.",
                at.peer()
            ),
        )
        .rule("Rule 6");
    }
    if facts.is_empty() {
        return Narration::new(
            0,
            format!("A write’s wait for a slot at {at} is over."),
            "A slot came free in time, or the write still waits for its line.",
        );
    }
    Narration::new(
        2,
        format!("No slot came in time: {at} has the line’s mirror dropped first."),
        "A mirror copy that outlived a write-through would be taken for newer than it is.",
    )
    .rule("Rule 6")
}

/// What else the event set off, besides what its headline says.
fn also(instant: Instant<'_>, kind: EventKind) -> String {
    let config = instant.config();
    let mut parts: Vec<String> = Vec::new();
    let told_flush = matches!(kind, EventKind::FlushTimer { .. });
    for fact in &instant.moment.facts {
        match *fact {
            Fact::FlushBegan { at, key, reason } if !told_flush => {
                parts.push(format!(
                    "{at} begins to flush {}, since {}.",
                    names::line(config, key),
                    names::reason(reason)
                ));
            }
            Fact::Sent { from, message: MessageKind::Reuse, key } => {
                parts.push(format!("{from} gives up {} to have its slots back.", names::line(config, key)));
            }
            _ => {}
        }
    }
    if parts.len() > 1 {
        let more = parts.len() - 1;
        parts.truncate(1);
        parts.push(format!("The same happens to {}.", names::count(more, "other line")));
    }
    parts.join(" ")
}

/// The blocks that a write in progress covers.
pub(super) fn in_progress_map(instant: Instant<'_>, at: ControllerId, key: LineKey) -> Option<BlockMap> {
    let controller = instant.world.controller(at);
    Some(controller.operation(controller.line(key)?)?.map)
}
