//! What has just happened, and why it matters: a headline and a sentence behind it, for every kind of event.

use super::fact::doing;
use super::{Asked, Instant, messages, names};
use crate::controller::Mode;
use crate::controller::work::Purpose;
use crate::fact::{Fact, IoKind, WaitsFor};
use crate::ids::{BlockMap, ControllerId, HostId, LineKey};
use crate::message::MessageKind;
use crate::sim::EventKind;
use crate::state::LineState;
use crate::text::Text;
use crate::{mark, text};

/// One event, told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narration {
    /// What happened, in one sentence.
    pub headline: Text,
    /// Why, or what follows from it.
    pub detail: Text,
    /// The rule of the protocol or the invariant that this is an instance of: `Rule 1`, `ACKED-TWICE`.
    pub rule: Option<&'static str>,
    /// The claims that this is an instance of, by their numbers.
    pub claims: &'static [u8],
    /// 0: nothing happened; 1: a step on the way; 2: a step of the protocol; 3: a host sees it, or ownership moves.
    pub importance: u8,
}

impl Narration {
    pub(super) fn new(importance: u8, headline: Text, detail: impl Into<Text>) -> Narration {
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
    let also = if narration.importance < 4 { also(instant, event.kind) } else { Text::default() };
    narration.detail = narration.detail.then(also);
    narration
}

/// Whether the message that has come was dropped, or held back by a controller that awaits the record's verdict.
fn was_not_taken(instant: Instant<'_>) -> bool {
    let is = |fact: &Fact| matches!(fact, Fact::Dropped { .. } | Fact::Stray { .. } | Fact::Lost { .. });
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
        Some((_, asked)) => text!(
            "{host} sends a {io} of {what} to {via}.",
            host = names::host(asked.host),
            io = names::io(asked.io),
            what = names::asked(&asked),
            via = asked.via
        ),
        None => text!("Two controllers share one disk array, and each mirrors the other’s unsaved data."),
    };
    Narration::new(
        1,
        headline,
        text!("Each controller keeps its own lines, and has lent slots to the other for mirror copies."),
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
            text!("{host}’s {io} of {what} is lost: its path to {via} is cut.", host, io, what, via),
            text!("It hears nothing. After a while it tries the same by way of {peer}.", peer),
        ));
    }
    if !instant.moment.facts.iter().any(|fact| matches!(fact, Fact::HostArrived { .. })) {
        return Some(Narration::new(
            2,
            text!("{host}’s {io} of {what} finds {via} not serving.", host, io, what, via),
            text!("The path answers with an error at once; the host tries {peer} instead.", peer),
        ));
    }
    if instant.world.hardware().hangs(via) {
        return Some(Narration::new(
            2,
            text!("{host}’s {io} of {what} reaches {via}, which hangs.", host, io, what, via),
            text!("No answer will come. After a while the host tries {peer}.", peer),
        ));
    }
    matches!(mode, Mode::Frozen | Mode::Won | Mode::Drain).then(|| {
        Narration::new(
            2,
            text!("{host}’s {io} of {what} waits: {via} holds still.", host, io, what, via),
            text!("Until record and fence have decided, it answers nothing: the other might be serving."),
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
            text!("{via} sends {within}’s {what} to {peer}: DATA first, then META.", via, within, what, peer),
            text!("{host} hears “done” only after {peer} confirms, so one dead controller cannot lose the write.", host, peer),
        )
        .rule("Rule 1")
        .claims(&[1, 6]);
    }
    if sent(MessageKind::ReqOwn) {
        return Narration::new(
            3,
            text!("{host} writes {what} at {via}, but {peer} owns it: {via} asks.", host, what, via, peer),
            text!(
                "Only a line’s owner may write it. The write waits at {via} until {peer} grants ownership.",
                via,
                peer
            ),
        )
        .rule("Rule 2")
        .claims(&[7]);
    }
    let waits_alone = facts.iter().any(|fact| matches!(fact, Fact::Waits { .. }));
    if instant.world.controller(via).mode().is_alone() && !waits_alone {
        return Narration::new(
            3,
            text!("{host} writes {what} at {via}, which serves alone: straight to disk.", host, what, via),
            text!("No second memory holds it, so “done” has to mean: on disk, with parity."),
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
            text!("{host}’s write to {what} waits: {via} has no free mirror slot in {peer}.", host, what, via, peer),
            text!("Unsaved data is never held once. {via} flushes and gives up other lines to make room; if that takes too long, it writes through to disk.", via),
        )
        .rule("Rule 6")
        .claims(&[6]),
        Some((_, WaitsFor::Ownership)) => Narration::new(
            2,
            text!("{host}’s write to {what} waits too: {peer} has been asked already.", host, what, peer),
            text!("One request for ownership is enough for all the writes that wait."),
        )
        .rule("Rule 2")
        .claims(&[7]),
        Some((key, WaitsFor::Line)) => {
            let state = doing(instant.state(via, key));
            Narration::new(
                2,
                text!("{host}’s write to {what} waits: {line} is {state}.", host, what, line = names::line(instant.config(), key), state),
                text!("Of one line, one thing at a time: so both controllers always agree about it."),
            )
            .rule("Rule 4")
        }
        None => Narration::new(
            2,
            text!("{host} writes {what} at {via}.", host, what, via),
            text!("{via} holds the write back from the caches and prepares the line for it.", via),
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
            text!("{host} reads {what} out of {via}’s cache: a hit.", host, what, via),
            text!(
                "{via} owns the line and holds what is asked for, so neither the link nor a disk is needed.",
                via
            ),
        )
        .rule("Rule 7");
    }
    if sent(MessageKind::ReadFwd) {
        return Narration::new(
            3,
            text!("{host} reads {what} at {via}, but {peer} owns it: {via} asks {peer}.", host, what, via, peer),
            text!("Only the owner answers reads: a mirror copy never serves a host. Ownership stays where it is."),
        )
        .rule("Rule 7");
    }
    if facts.iter().any(|fact| matches!(fact, Fact::DiskIssued { .. })) {
        return Narration::new(
            3,
            text!("{host} reads {what}, not all in {via}’s cache: from disk.", host, what, via),
            text!("What comes from disk may stay in the cache, clean, for the next read."),
        )
        .rule("Rule 7");
    }
    let busy = facts.iter().any(|fact| matches!(fact, Fact::Waits { .. }));
    let why = if busy {
        text!("Nobody sees a write before both controllers hold it.")
    } else {
        text!("The answer waits for the rest of what was asked for.")
    };
    Narration::new(2, text!("{host}’s read of {what} waits for a write to be mirrored.", host, what), why)
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
    let what = instant.log.asked(op).map_or_else(|| text!("its request"), |asked| names::asked(&asked));
    let path = cause.and_then(|cause| instant.log.path(cause));
    let name = names::host(host);
    if !instant.moment.facts.iter().any(|fact| matches!(fact, Fact::HostDone { .. })) {
        let why = if instant.world.hardware().path_is_cut(host, at) {
            text!("Its path is cut. The host does not know whether the request took effect, and tries again.")
        } else {
            text!("The host has tried again meanwhile, and waits for the answer to that.")
        };
        return Narration::new(
            1,
            text!("An answer of {at} to {host} is lost.", at, host = names::host_within(host)),
            why,
        );
    }
    match (io, path) {
        (IoKind::Read, path) => {
            let from = match path {
                Some(super::Path::Forwarded) => {
                    text!("The owner, {peer}, has answered through {at}.", peer = at.peer(), at)
                }
                Some(super::Path::Disk) => text!("It came from disk."),
                _ => text!("It came out of {at}’s cache.", at),
            };
            Narration::new(3, text!("{name} has the data of {what}.", name, what), from).rule("Rule 7")
        }
        (IoKind::Write, Some(super::Path::Hit)) if instant.config().failover.solo_write_back => {
            Narration::new(
                3,
                text!("{name} hears “done”: {what} is held by {at} alone. Unsafe.", name, what, at),
                text!(
                    "Write-back while alone is a policy that trades safety for speed: if it dies, this is lost."
                ),
            )
        }
        (IoKind::Write, Some(super::Path::Disk | super::Path::Hit)) => Narration::new(
            3,
            text!("{name} hears “done”: {what} is on disk.", name, what),
            text!("{at} served alone, so nothing less than the disks would have been safe.", at),
        )
        .rule("Failover 5"),
        (IoKind::Write, Some(super::Path::Through)) => Narration::new(
            3,
            text!("{name} hears “done”: {what} is on disk.", name, what),
            text!("Written through: slower than two caches, and just as safe."),
        )
        .rule("Rule 6"),
        (IoKind::Write, _) => Narration::new(
            3,
            text!("{name} hears “done”: {what} is safe in both caches.", name, what),
            text!("Either controller could die now and the write would survive. The disks come later."),
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
                    text!("The write to {line} is on disk: {at} tells {host} “done”.", line, at, host = names::host_within(host)),
                    text!("Slower than two caches, and as safe: disks and parity hold it."),
                ),
                None => Narration::new(
                    2,
                    text!("{line} is on disk, with its parity.", line).capital(),
                    text!("If {at} died now, nothing of it would be lost.", at),
                ),
            }
            .rule("Failover 5")
        }
        (IoKind::Read, _) if facts.iter().any(|fact| matches!(fact, Fact::HostReplied { .. })) => Narration::new(
            2,
            text!("Disk {disk} delivers the last block: {at} answers the host.", disk, at),
            text!("{at} may keep the blocks as clean cache.", at),
        )
        .rule("Rule 7"),
        (IoKind::Read, _) if facts.iter().any(|fact| matches!(fact, Fact::Sent { message: MessageKind::ReadRsp, .. })) => {
            Narration::new(
                2,
                text!("Disk {disk} delivers the last block: {at} sends the data to {peer}.", disk, at, peer = at.peer()),
                text!("The host asked {peer}, and only the owner reads.", peer = at.peer()),
            )
            .rule("Rule 7")
        }
        (IoKind::Read, true) => Narration::new(
            1,
            text!("Disk {disk} delivers the old parity of {line}.", disk, line),
            text!("Old parity, old data and new data together give the new parity."),
        ),
        (IoKind::Read, false) if stripe => Narration::new(
            1,
            text!("Disk {disk} delivers a block that {line}’s parity needs.", disk, line),
            text!("Parity is the XOR of all data blocks of the stripe."),
        ),
        (IoKind::Read, false) => Narration::new(1, text!("Disk {disk} delivers a part of what was asked for.", disk), text!("The rest is on its way.")),
        (IoKind::Write, false) if matches!(state, Some(LineState::OF(crate::state::FlushStep::Parity) | LineState::OW(crate::state::FlushStep::Parity))) => {
            Narration::new(
                2,
                text!("The data of {line} is on disk: now {at} writes its parity.", line, at),
                text!("Between data and parity a failed disk could not be rebuilt: that is why the mirror has been told."),
            )
            .rule("Rule 4")
        }
        (IoKind::Write, false) => Narration::new(1, text!("Disk {disk} has written its block of {line}.", disk, line), text!("Other blocks of the stripe are still on their way.")),
        // Alone, what had begun with a partner is started over when it is on disk.
        (IoKind::Write, true) if facts.iter().any(|fact| matches!(fact, Fact::FlushBegan { key: of, .. } if *of == key)) => {
            Narration::new(
                2,
                text!("{at} flushes {line} once more: now all that is dirty.", at, line),
                text!("What was on its way is on disk. A write may have come since that flush began, and nobody is left to agree on what is clean."),
            )
            .rule("Failover 5")
        }
        (IoKind::Write, true) => Narration::new(
            2,
            text!("The parity of {line} is on disk: {at} declares it consistent.", line, at),
            text!("{peer} learns from CONSISTENT that this data need not be written again, even if {at} dies.", peer = at.peer(), at),
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
            text!("Data and parity of the stripe fit: any one disk of it could fail."),
        ));
    }
    if facts.iter().any(|fact| matches!(fact, Fact::DiskFailed { .. })) {
        return Some(Narration::new(
            1,
            text!("Disk {disk} cannot serve {line}.", disk, line),
            text!("What it held is computed from the other disks of the stripe."),
        ));
    }
    let looked_at = instant.world.controller(at).works().any(|(_, work)| {
        work.key == key && matches!(work.purpose, Purpose::Look(_) | Purpose::Reconstruct { .. })
    });
    looked_at.then(|| {
        Narration::new(
            1,
            text!("Disk {disk} does its part: the stripe of {line} is compared.", disk, line),
            text!("All blocks of a row and their parity together must come to nothing."),
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
            text!("{at}’s flush timer runs off: nothing is due.", at),
            text!("Dirty lines may stay in the caches as long as both controllers hold them."),
        );
    };
    let what = match flushes.len() {
        1 => names::line(instant.config(), *key),
        n => text!("{n} lines", n),
    };
    Narration::new(
        2,
        if instant.world.controller(at).mode().is_alone() {
            text!("{at} begins to write {what} back.", at, what)
        } else {
            text!("{at} begins to flush {what} and tells {peer} first.", at, what, peer = at.peer())
        },
        text!("{reason}.", reason = names::reason(*reason)).capital(),
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
            text!(
                "No slot came in time for {line}: {at} writes through to disk.",
                line = names::line(instant.config(), key),
                at
            ),
            text!(
                "It is never held by one cache only: either {peer} mirrors it, or the disks have it.",
                peer = at.peer()
            ),
        )
        .rule("Rule 6");
    }
    if facts.is_empty() {
        return Narration::new(
            0,
            text!("A write’s wait for a slot at {at} is over.", at),
            text!("A slot came free in time, or the write still waits for its line."),
        );
    }
    Narration::new(
        2,
        text!("No slot came in time: {at} has the line’s mirror dropped first.", at),
        text!("A mirror copy that outlived a write-through would be taken for newer than it is."),
    )
    .rule("Rule 6")
}

/// What else the event set off, besides what its headline says.
fn also(instant: Instant<'_>, kind: EventKind) -> Text {
    let config = instant.config();
    let mut first = Text::default();
    let mut more = 0;
    let told_flush = matches!(kind, EventKind::FlushTimer { .. });
    // A flush that is started over is told with the parity of its first start.
    let told_line = match kind {
        EventKind::Disk { key, io: IoKind::Write, parity: true, .. } => Some(key),
        _ => None,
    };
    for fact in &instant.moment.facts {
        let told = match *fact {
            Fact::FlushBegan { at, key, reason } if !told_flush && told_line != Some(key) => text!(
                "{at} begins to flush {line}, since {reason}.",
                at,
                line = names::line(config, key),
                reason = names::reason(reason)
            ),
            Fact::Sent { from, message: MessageKind::Reuse, key } => {
                text!("{from} gives up {line} to have its slots back.", from, line = names::line(config, key))
            }
            _ => continue,
        };
        if first.is_empty() {
            first = told;
        } else {
            more += 1;
        }
    }
    if more == 0 {
        return first;
    }
    let others = names::count(more, mark!("{n} other line"), mark!("{n} other lines"));
    first.then(text!("The same happens to {others}.", others))
}

/// The blocks that a write in progress covers.
pub(super) fn in_progress_map(instant: Instant<'_>, at: ControllerId, key: LineKey) -> Option<BlockMap> {
    let controller = instant.world.controller(at);
    Some(controller.operation(controller.line(key)?)?.map)
}
