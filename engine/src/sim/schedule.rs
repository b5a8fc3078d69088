//! What is pending, by time. One scheduler: the simulation takes the earliest, a student or an explorer any that
//! is enabled.

use super::event::EventId;
use crate::controller::Timer;
use crate::ids::ControllerId;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    pub at_ns: u64,
    pub id: EventId,
    /// Index of the event that caused it; `u64::MAX` for what comes from outside.
    pub cause: u64,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The operation under this number reaches its controller.
    HostArrives(u32),
    /// The operation's answer reaches its host.
    HostDone(u32),
    /// The next message to this controller arrives.
    Message(ControllerId),
    /// The disk command under this number is carried out.
    Disk(u32),
    /// A timer, and the start of the controller that armed it: no later one hears of it.
    Timer(ControllerId, u32, Timer),
    /// Something about the hardware or the hosts, under this number.
    Control(u32),
}

impl Ord for Pending {
    fn cmp(&self, other: &Pending) -> Ordering {
        (self.at_ns, self.id).cmp(&(other.at_ns, other.id))
    }
}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Pending) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Clone, Debug, Default)]
pub struct Schedule {
    heap: BinaryHeap<Reverse<Pending>>,
    next_id: u64,
}

impl Schedule {
    pub fn add(&mut self, at_ns: u64, cause: u64, what: What) -> EventId {
        let id = EventId(self.next_id);
        self.next_id += 1;
        self.heap.push(Reverse(Pending { at_ns, id, cause, what }));
        id
    }

    /// Takes the earliest; of several at one instant the one that was scheduled first.
    pub fn take_earliest(&mut self) -> Option<Pending> {
        self.heap.pop().map(|Reverse(pending)| pending)
    }

    /// Takes one out of turn.
    pub fn take(&mut self, id: EventId) -> Option<Pending> {
        let found =
            self.heap.iter().find(|Reverse(pending)| pending.id == id).map(|Reverse(pending)| *pending)?;
        self.heap.retain(|Reverse(pending)| pending.id != id);
        Some(found)
    }

    /// Forgets the arrivals at these times of messages in a direction: of several at one instant those that were
    /// scheduled last.
    pub fn forget_messages(&mut self, to: ControllerId, arrivals: impl IntoIterator<Item = u64>) {
        let mut lost: Vec<u64> = arrivals.into_iter().collect();
        lost.sort_unstable();
        let messages = self.iter().filter(|pending| pending.what == What::Message(to));
        let mut coming: Vec<(u64, EventId)> = messages.map(|pending| (pending.at_ns, pending.id)).collect();
        coming.sort_unstable();
        // Both from the latest on.
        let found = lost.into_iter().rev().filter_map(|at_ns| {
            while coming.pop_if(|(coming_ns, _)| *coming_ns > at_ns).is_some() {}
            coming.pop_if(|(coming_ns, _)| *coming_ns == at_ns)
        });
        let mut gone: Vec<EventId> = found.map(|(_, id)| id).collect();
        gone.sort_unstable();
        self.heap.retain(|Reverse(pending)| gone.binary_search(&pending.id).is_err());
    }

    /// Nothing is pending, and nothing ever was.
    pub fn clear(&mut self) {
        self.heap.clear();
        self.next_id = 0;
    }

    /// Everything pending, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.heap.iter().map(|Reverse(pending)| pending)
    }

    /// When the earliest will happen.
    #[must_use]
    pub fn earliest_ns(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse(pending)| pending.at_ns)
    }

    /// Everything pending, earliest first.
    #[must_use]
    pub fn sorted(&self) -> Vec<Pending> {
        let mut all: Vec<Pending> = self.heap.iter().map(|Reverse(pending)| *pending).collect();
        all.sort_unstable();
        all
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_messages_at_one_instant_the_last_are_forgotten_and_nothing_else() {
        let (a, b) = (What::Message(ControllerId::A), What::Message(ControllerId::B));
        let mut schedule = Schedule::default();
        let ids: Vec<EventId> = [(5, a), (7, a), (5, a), (5, b), (5, a), (9, a), (5, What::Disk(1))]
            .map(|(at_ns, what)| schedule.add(at_ns, 0, what))
            .into();
        schedule.forget_messages(ControllerId::A, [5, 9, 5, 6]);
        let left: Vec<EventId> = schedule.sorted().iter().map(|pending| pending.id).collect();
        assert_eq!(left, [ids[0], ids[3], ids[6], ids[1]]);
    }
}
