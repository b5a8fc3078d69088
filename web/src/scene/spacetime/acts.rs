//! What an event of the log says about who spoke to whom: the sender, the receiver, and the two times.

use super::{Ink, Phase, signed, unsigned};
use crate::language::{say, speak, tr};
use crate::scene::model::LineLabel;
use crate::scene::words::time_text;
use mirrorline_engine::config::Config;
use mirrorline_engine::explain::flights::Loss;
use mirrorline_engine::explain::{EventLog, names};
use mirrorline_engine::fact::IoKind;
use mirrorline_engine::ids::{ControllerId, HostId, LineKey};
use mirrorline_engine::message::MessageKind;
use mirrorline_engine::sim::EventKind;

/// How much of its way a message is drawn that was lost before it left, in percent.
const STUB: u64 = 14;

/// One end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Host(HostId),
    Controller(ControllerId),
    Array,
}

/// Something said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Act {
    /// The event at which it arrives.
    pub event: u64,
    pub sent_ns: i64,
    pub at_ns: i64,
    pub from: Place,
    pub to: Place,
    pub ink: Ink,
    pub phase: Phase,
    pub kind: EventKind,
    /// It does not get through: how much of the way it comes, in percent.
    pub lost: Option<u8>,
}

/// Asks the log.
pub struct Asker<'a> {
    pub log: &'a EventLog,
    pub config: &'a Config,
    pub position: u64,
    /// When the last event of the instant in view happened.
    pub now_ns: u64,
    /// When the next one will: what is sent before it may be on its way.
    next_ns: u64,
    /// A message that takes longer has waited for something, or the link is slow.
    flight_max_ns: u64,
}

impl<'a> Asker<'a> {
    pub fn new(log: &'a EventLog, config: &'a Config, position: u64) -> Asker<'a> {
        let line_bytes = u64::from(config.raid.line_blocks()) * u64::from(config.block_size);
        let transfer_ns = line_bytes * 1_000 / u64::from(config.link.megabytes_per_s.max(1));
        Asker {
            log,
            config,
            position,
            now_ns: position.checked_sub(1).map_or(0, |index| log.time_of(index)),
            next_ns: log.get(position).map_or(u64::MAX, |entry| entry.at_ns),
            flight_max_ns: 2 * config.link.latency_ns + transfer_ns,
        }
    }

    /// The first event that does not happen before a time.
    pub fn first_at(&self, at_ns: i64) -> u64 {
        let (mut low, mut high) = (0, self.log.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if signed(self.log.time_of(middle)) < at_ns {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Whether what was sent then and arrives at an event has happened.
    pub fn phase(&self, event: u64, sent_ns: u64) -> Phase {
        if event < self.position {
            Phase::Past
        } else if sent_ns <= self.now_ns && self.position > 0 {
            Phase::Flying
        } else if sent_ns < self.next_ns {
            Phase::Leaving
        } else {
            Phase::Future
        }
    }

    /// What was said so that an event came about; nothing for timers and the like.
    pub fn act(&self, event: u64) -> Option<Act> {
        let entry = self.log.get(event)?;
        let caused_ns = entry.cause.map_or(entry.at_ns, |cause| self.log.time_of(cause));
        let on_the_way = entry.at_ns.saturating_sub(self.config.host_latency_ns);
        let controller = Place::Controller;
        let (from, to, ink, sent_ns) = match entry.kind {
            EventKind::HostArrives { host, at, .. } => {
                (Place::Host(host), controller(at), Ink::Host, on_the_way)
            }
            EventKind::HostDone { host, at, .. } => {
                (controller(at), Place::Host(host), Ink::Host, on_the_way.max(caused_ns))
            }
            EventKind::Message { to, message, .. } | EventKind::Session { to, message } => {
                let left_ns = match self.log.took_ns(event) {
                    Some(took_ns) => entry.at_ns.saturating_sub(took_ns),
                    None => self.left(ink(message), caused_ns, entry.at_ns),
                };
                (controller(to.peer()), controller(to), ink(message), left_ns)
            }
            EventKind::Disk { at, io, .. } => {
                let ink = if io == IoKind::Read { Ink::Read } else { Ink::Write };
                (controller(at), Place::Array, ink, caused_ns)
            }
            EventKind::Record { at, .. } => (controller(at), Place::Array, Ink::Record, caused_ns),
            EventKind::Mailbox { at } => (controller(at), Place::Array, Ink::Beat, caused_ns),
            EventKind::Fence { by, fenced } => (controller(by), controller(fenced), Ink::Record, caused_ns),
            _ => return None,
        };
        let phase = self.phase(event, sent_ns);
        Some(Act {
            event,
            sent_ns: signed(sent_ns),
            at_ns: signed(entry.at_ns),
            from,
            to,
            ink,
            phase,
            kind: entry.kind,
            lost: self.losses(event).any(|loss| is_arrival(loss, entry.kind)).then_some(100),
        })
    }

    fn losses(&self, event: u64) -> impl Iterator<Item = &Loss> {
        let losses = self.log.losses();
        let first = losses.partition_point(|loss| loss.event < event);
        losses[first..].iter().take_while(move |loss| loss.event == event)
    }

    /// What was lost at an event on the way to somebody, or before it left.
    pub fn lost(&self, event: u64) -> impl Iterator<Item = Act> {
        let kind = self.log.get(event).map(|entry| entry.kind);
        let on_the_way = move |loss: &&Loss| !kind.is_some_and(|kind| is_arrival(loss, kind));
        self.losses(event).filter(on_the_way).map(|loss| self.loss(loss))
    }

    fn loss(&self, loss: &Loss) -> Act {
        let (to, message) = (loss.to, loss.message);
        // One that has not left is lost at once: it is drawn a little way, so that it can be seen.
        let flight_ns = loss
            .due_ns
            .map_or(0, |due_ns| due_ns.saturating_sub(loss.left_ns))
            .max(self.config.link.latency_ns)
            .max(1);
        let flown_ns = loss.at_ns.saturating_sub(loss.left_ns);
        let share = (flown_ns.saturating_mul(100) / flight_ns).clamp(STUB, 95);
        let sent_ns = loss.left_ns.min(loss.at_ns);
        let at_ns = loss.at_ns.max(sent_ns + flight_ns * STUB / 100);
        let kind = match loss.key {
            Some(key) => EventKind::Message { to, message, key },
            None => EventKind::Session { to, message },
        };
        Act {
            event: loss.event,
            sent_ns: signed(sent_ns),
            at_ns: signed(at_ns),
            from: Place::Controller(to.peer()),
            to: Place::Controller(to),
            ink: ink(message),
            phase: self.phase(loss.event, sent_ns),
            kind,
            lost: Some(share as u8),
        }
    }

    /// When a message left, of which the log knows only when it was given to the link: one without blocks that was given
    /// together with DATA leaves behind it, which is what the latency says as long as nothing slows the link down.
    fn left(&self, ink: Ink, given_ns: u64, at_ns: u64) -> u64 {
        if ink == Ink::Data || at_ns.saturating_sub(given_ns) > self.flight_max_ns {
            return given_ns;
        }
        at_ns.saturating_sub(self.config.link.latency_ns).max(given_ns)
    }

    fn line(&self, key: LineKey) -> LineLabel {
        LineLabel::new(key, self.config.raid)
    }

    /// Everything about it: `DATA, line 0:40, A to B, 18.42 ms to 18.43 ms`.
    pub fn title(&self, act: &Act) -> String {
        let mut text = label(act.kind);
        let key = match act.kind {
            EventKind::Message { key, .. } | EventKind::Disk { key, .. } => Some(key),
            _ => None,
        };
        if let Some(key) = key {
            text.push_str(&say!(", line {line}", line = self.line(key)));
        }
        if let EventKind::HostDone { op, .. } = act.kind
            && let Some(asked) = self.log.asked(op)
        {
            text.push_str(&match asked.io {
                IoKind::Read => say!(", read {block}", block = asked.lbn),
                IoKind::Write => say!(", write {block}", block = asked.lbn),
            });
        }
        if act.lost.is_some() {
            text.push_str(tr(", lost"));
        }
        text.push_str(", ");
        text.push_str(&say!("{from} to {to}", from = name(act.from), to = name(act.to)));
        text.push_str(", ");
        text.push_str(&span(unsigned(act.sent_ns), unsigned(act.at_ns)));
        text
    }

    /// What the Mermaid text says of it, shorter than the title.
    pub fn short(&self, act: &Act) -> String {
        let mut text = label(act.kind);
        if let EventKind::Message { key, .. } | EventKind::Disk { key, .. } = act.kind {
            text.push(' ');
            text.push_str(&self.line(key).to_string());
        }
        text
    }
}

/// What a message is drawn like.
fn ink(message: MessageKind) -> Ink {
    match message {
        MessageKind::Data | MessageKind::ReadRsp | MessageKind::Image => Ink::Data,
        MessageKind::Meta => Ink::Meta,
        MessageKind::Heartbeat => Ink::Beat,
        _ => Ink::Control,
    }
}

/// Whether an event is the arrival of a message at which that was lost.
fn is_arrival(loss: &Loss, kind: EventKind) -> bool {
    let arrives = match kind {
        EventKind::Message { to, message, .. } | EventKind::Session { to, message } => {
            (to, message) == (loss.to, loss.message)
        }
        _ => false,
    };
    arrives && loss.due_ns == Some(loss.at_ns)
}

/// `18.42 ms to 18.43 ms`.
pub fn span(from_ns: u64, to_ns: u64) -> String {
    say!("{start} to {end}", start = time_text(from_ns), end = time_text(to_ns))
}

/// The name of a lane: `Host 1`, `A`, `the array`.
pub fn name(place: Place) -> String {
    match place {
        Place::Host(host) => speak(names::host(host)),
        Place::Controller(id) => id.to_string(),
        Place::Array => tr("the array").into(),
    }
}

/// What stands in the box of a line.
pub fn label(kind: EventKind) -> String {
    match kind {
        EventKind::HostArrives { io: IoKind::Read, lbn, .. } => say!("READ {block}", block = lbn),
        EventKind::HostArrives { lbn, .. } => say!("WRITE {block}", block = lbn),
        EventKind::HostDone { .. } => tr("DONE").into(),
        EventKind::Message { message, .. } | EventKind::Session { message, .. } => message.name().into(),
        EventKind::Disk { disk, io: IoKind::Read, .. } => say!("read disk {disk}", disk),
        EventKind::Disk { disk, .. } => say!("write disk {disk}", disk),
        EventKind::Record { swapped: true, .. } => tr("record: swapped").into(),
        EventKind::Record { .. } => tr("record: as read").into(),
        EventKind::Mailbox { .. } => tr("mailbox").into(),
        EventKind::Fence { .. } => tr("FENCE").into(),
        _ => String::new(),
    }
}

/// What happens to a controller at an event at which nobody tells it anything: on which lane, and in which words.
pub fn note_words(kind: EventKind) -> Option<(ControllerId, &'static str)> {
    match kind {
        EventKind::LinkSignal { at, up: true } => Some((at, tr("link is up"))),
        EventKind::LinkSignal { at, .. } => Some((at, tr("link is down"))),
        EventKind::Boot { at } => Some((at, tr("starts"))),
        EventKind::SlotWait { at } => Some((at, tr("no slot in time"))),
        _ => None,
    }
}
