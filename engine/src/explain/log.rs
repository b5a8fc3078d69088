//! The log of a run's events: what each one was, when, and what caused it. Small, so that a whole run fits in memory;
//! causes are read off it, not made up.

use super::flights::{Flights, Loss, Missed};
use crate::fact::IoKind;
use crate::ids::{ControllerId, HostId};
use crate::message::MessageKind;
use crate::sim::{Event, EventKind, World};

/// An event that stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at_ns: u64,
    /// The index of the event that caused it.
    pub cause: Option<u64>,
    pub kind: EventKind,
}

/// What a host asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub op: u64,
    pub host: HostId,
    /// The controller that the host sent it to.
    pub via: ControllerId,
    pub io: IoKind,
    pub lun: u16,
    pub lbn: u64,
    pub blocks: u32,
}

/// Which way a request took until it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// A write that the owner mirrored at once, or after a wait.
    Mirrored,
    /// A write that came to the other controller: ownership was asked for first.
    Switched,
    /// A write that went to disk before it was answered.
    Through,
    /// A read out of the owner's cache.
    Hit,
    /// A read from disk.
    Disk,
    /// A read that the owner answered for the other controller.
    Forwarded,
}

/// All events of a run so far, in order.
#[derive(Clone, Debug, Default)]
pub struct EventLog {
    entries: Vec<Entry>,
    /// For each host operation, by its number, one more than the index of its arrival; 0 before it has arrived.
    arrivals: Vec<u32>,
    /// For each host, by its number, the events at which it heard an answer.
    answers: Vec<Vec<u32>>,
    flights: Flights,
    cuts: u32,
}

impl EventLog {
    /// Takes the next event.
    pub fn push(&mut self, event: &Event) {
        debug_assert_eq!(event.index, self.len(), "a log has no gaps");
        let index = self.entries.len() as u32;
        match event.kind {
            EventKind::HostArrives { op, .. } => {
                let op = op as usize;
                if self.arrivals.len() <= op {
                    self.arrivals.resize(op + 1, 0);
                }
                self.arrivals[op] = index + 1;
            }
            EventKind::HostDone { host, .. } => {
                let host = usize::from(host.0);
                if self.answers.len() <= host {
                    self.answers.resize(host + 1, Vec::new());
                }
                self.answers[host].push(index);
            }
            _ => {}
        }
        self.entries.push(Entry { at_ns: event.at_ns, cause: event.cause, kind: event.kind });
    }

    /// Takes the next event, the world after it, and what its facts say was missed. Only so is it known when messages
    /// left and which were lost.
    pub fn push_watched(&mut self, event: &Event, world: &World, missed: &[Missed]) {
        self.push(event);
        self.flights.watch(event, world, missed);
    }

    /// Another future goes on from a world: forgets what came after it.
    pub fn resume(&mut self, world: &World) {
        self.truncate(world.events());
        self.flights.resume(world);
    }

    /// How long the message took that arrives at an event, from its first byte's leaving; nothing when that is not known.
    #[must_use]
    pub fn took_ns(&self, event: u64) -> Option<u64> {
        self.flights.took_ns(event)
    }

    /// Messages that were lost, in the order of the events at which they were.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        self.flights.losses()
    }

    /// Forgets all but the first `events`: another future begins there.
    pub fn truncate(&mut self, events: u64) {
        self.cuts = self.cuts.wrapping_add(1);
        let left = u32::try_from(events).unwrap_or(u32::MAX);
        self.entries.truncate(left as usize);
        for arrival in &mut self.arrivals {
            if *arrival > left {
                *arrival = 0;
            }
        }
        for answers in &mut self.answers {
            answers.truncate(answers.partition_point(|index| *index < left));
        }
    }

    /// How often another future has begun: what was read off the log before may no longer be so.
    #[must_use]
    pub fn cuts(&self) -> u32 {
        self.cuts
    }

    #[must_use]
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    #[must_use]
    pub fn get(&self, index: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// When event `index` happens, in nanoseconds; 0 for one that is not in the log.
    #[must_use]
    pub fn time_of(&self, index: u64) -> u64 {
        self.get(index).map_or(0, |entry| entry.at_ns)
    }

    /// What operation `op` asked for; nothing before it has arrived at a controller.
    #[must_use]
    pub fn asked(&self, op: u64) -> Option<Asked> {
        match self.get(self.arrival(op)?)?.kind {
            EventKind::HostArrives { op, host, at, io, lun, lbn, blocks } => {
                Some(Asked { op, host, via: at, io, lun, lbn, blocks })
            }
            _ => None,
        }
    }

    /// The event at which operation `op` reaches its controller.
    #[must_use]
    pub fn arrival(&self, op: u64) -> Option<u64> {
        Some(u64::from(self.arrivals.get(usize::try_from(op).ok()?)?.checked_sub(1)?))
    }

    /// Requests that are on their way to a controller between event `position` − 1 and event `position`, with the
    /// times at which they arrive. Only a log that goes on from there knows them.
    pub fn coming(&self, position: u64, host_latency_ns: u64) -> impl Iterator<Item = (u64, Asked)> {
        /// A host cannot have more on its way than fit between two looks at the log.
        const LOOK_AHEAD: usize = 64;
        let from = (position as usize).min(self.entries.len());
        let next_ns = self.entries.get(from).map_or(0, |entry| entry.at_ns);
        self.entries[from..]
            .iter()
            .take(LOOK_AHEAD)
            .take_while(move |entry| entry.at_ns <= next_ns.saturating_add(host_latency_ns))
            .filter_map(|entry| match entry.kind {
                EventKind::HostArrives { op, .. } => Some((entry.at_ns, self.asked(op)?)),
                _ => None,
            })
    }

    /// The last operation that a host has heard an answer to within the first `position` events.
    #[must_use]
    pub fn last_answered(&self, host: HostId, position: u64) -> Option<u64> {
        let answers = self.answers.get(usize::from(host.0))?;
        let before = answers.partition_point(|index| u64::from(*index) < position);
        let index = answers[..before].last()?;
        match self.entries[*index as usize].kind {
            EventKind::HostDone { op, .. } => Some(op),
            _ => None,
        }
    }

    /// The event, what caused it, what caused that, and so on; at most `most` of them.
    pub fn chain(&self, index: u64, most: usize) -> impl Iterator<Item = (u64, &Entry)> {
        let mut next = Some(index);
        std::iter::from_fn(move || {
            let index = next?;
            let entry = self.get(index)?;
            next = entry.cause;
            Some((index, entry))
        })
        .take(most)
    }

    /// The way that a request took, from the event at which it was answered.
    #[must_use]
    pub fn path(&self, answered_at: u64) -> Option<Path> {
        let mut chain = self.chain(answered_at, 3).map(|(_, entry)| entry.kind);
        match chain.next()? {
            EventKind::Message { message: MessageKind::MetaAck, .. } => {
                let before_meta = chain.nth(1);
                let granted =
                    matches!(before_meta, Some(EventKind::Message { message: MessageKind::Grant, .. }));
                Some(if granted { Path::Switched } else { Path::Mirrored })
            }
            EventKind::Message { message: MessageKind::CAck, .. } => Some(Path::Through),
            EventKind::Message { message: MessageKind::ReadRsp, .. } => Some(Path::Forwarded),
            EventKind::Disk { .. } => Some(Path::Disk),
            _ => Some(Path::Hit),
        }
    }
}
