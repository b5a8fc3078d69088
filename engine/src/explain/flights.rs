//! Messages between the events that the log has: when each left, and which were lost on the way. Nothing happens where a
//! message is lost, so no event tells of it; it is seen by looking at the links after each event.

use crate::fact::Fact;
use crate::ids::{ControllerId, LineKey};
use crate::message::MessageKind;
use crate::sim::link::Envelope;
use crate::sim::{Event, EventKind, World};

/// A message that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The event at which it was lost. That may be its own arrival: nobody was there, or it was turned away.
    pub event: u64,
    pub to: ControllerId,
    pub message: MessageKind,
    pub key: Option<LineKey>,
    /// When its first byte left, when it would have arrived, and when it was lost. Nanoseconds. One that never left
    /// was lost when it was sent, and was never due.
    pub left_ns: u64,
    pub due_ns: Option<u64>,
    pub at_ns: u64,
}

/// A message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flight {
    number: u64,
    message: MessageKind,
    key: Option<LineKey>,
    leaves_ns: u64,
    arrives_ns: u64,
}

impl Flight {
    fn of(envelope: &Envelope) -> Flight {
        Flight {
            number: envelope.number,
            message: envelope.message.kind(),
            key: envelope.message.key(),
            leaves_ns: envelope.leaves_ns,
            arrives_ns: envelope.arrives_ns,
        }
    }
}

/// A message that facts say was lost, or that was turned away by whom it reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    pub to: ControllerId,
    pub message: MessageKind,
    pub key: Option<LineKey>,
    pub turned_away: bool,
}

impl Missed {
    /// What a fact says of that.
    #[must_use]
    pub fn of(fact: Fact) -> Option<Missed> {
        match fact {
            Fact::Lost { to, message, key } => Some(Missed { to, message, key, turned_away: false }),
            Fact::Dropped { at, message, key } | Fact::Stray { at, message, key } => {
                Some(Missed { to: at, message, key, turned_away: true })
            }
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Flights {
    /// To A, to B.
    on_the_way: [Vec<Flight>; 2],
    /// For each event that is an arrival, how long the message took; 0 where it is not known.
    took_ns: Vec<u32>,
    losses: Vec<Loss>,
}

impl Flights {
    /// Looks at the links as they are after so many events.
    pub fn resume(&mut self, world: &World) {
        self.took_ns.truncate(usize::try_from(world.events()).unwrap_or(usize::MAX));
        let events = world.events();
        self.losses.retain(|loss| loss.event < events);
        for to in ControllerId::BOTH {
            self.on_the_way[to.index()] = world.link_to(to).iter().map(Flight::of).collect();
        }
    }

    /// Looks at the links after an event, and at what its facts say was missed.
    pub fn watch(&mut self, event: &Event, world: &World, missed: &[Missed]) {
        self.took_ns.resize(usize::try_from(event.index).unwrap_or(usize::MAX), 0);
        let mut took_ns = 0;
        let mut missed = missed.to_vec();
        for to in ControllerId::BOTH {
            let arrived = match event.kind {
                EventKind::Message { to: at, message, .. } | EventKind::Session { to: at, message } => {
                    (at == to).then_some(message)
                }
                _ => None,
            };
            let link = world.link_to(to);
            let last = |flights: &[Flight]| flights.last().map(|flight| flight.number);
            let known = &self.on_the_way[to.index()];
            if arrived.is_none()
                && known.len() == link.len()
                && last(known) == link.iter().last().map(|envelope| envelope.number)
            {
                continue;
            }
            let old = std::mem::take(&mut self.on_the_way[to.index()]);
            let new: Vec<Flight> = link.iter().map(Flight::of).collect();
            let mut next = 0;
            let mut arrives = arrived;
            for flight in old {
                // Most are where they were, behind those that have gone.
                if new.get(next).is_some_and(|other| other.number == flight.number) {
                    next += 1;
                    continue;
                }
                if new.iter().any(|other| other.number == flight.number) {
                    continue;
                }
                let own = missed
                    .iter()
                    .position(|it| (it.to, it.message, it.key) == (to, flight.message, flight.key));
                if let Some(own) = own {
                    missed.swap_remove(own);
                }
                let arrival = arrives.take_if(|message| *message == flight.message).is_some();
                if arrival {
                    took_ns = event.at_ns.saturating_sub(flight.leaves_ns);
                }
                if !arrival || own.is_some() {
                    self.losses.push(Loss {
                        event: event.index,
                        to,
                        message: flight.message,
                        key: flight.key,
                        left_ns: flight.leaves_ns,
                        due_ns: Some(flight.arrives_ns),
                        at_ns: event.at_ns,
                    });
                }
            }
            self.on_the_way[to.index()] = new;
        }
        self.took_ns.push(u32::try_from(took_ns).unwrap_or(0));
        // What was said while the link was cut has never been on it. What was held back, and is turned away now, has.
        for Missed { to, message, key, .. } in missed.into_iter().filter(|missed| !missed.turned_away) {
            let (left_ns, at_ns) = (event.at_ns, event.at_ns);
            self.losses.push(Loss { event: event.index, to, message, key, left_ns, due_ns: None, at_ns });
        }
    }

    pub fn took_ns(&self, event: u64) -> Option<u64> {
        let took_ns = self.took_ns.get(usize::try_from(event).ok()?)?;
        (*took_ns > 0).then_some(u64::from(*took_ns))
    }

    pub fn losses(&self) -> &[Loss] {
        &self.losses
    }
}
