//! The mirror link: FIFO and lossless in each direction, with latency and bandwidth.

use crate::array::service::transfer_ns;
use crate::buffer::Buffers;
use crate::compact::Coder;
use crate::config::Config;
use crate::controller::compact::code_session;
use crate::digest::Digest;
use crate::ids::{BlockMap, ControllerId, LineKey, Session, Slot};
use crate::message::Message;
use std::collections::VecDeque;

/// Bytes of a message besides its data: header, metadata, checksum. The size of a PCIe write of one cache line.
const HEADER_BYTES: u64 = 64;

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The how-manieth message in this direction.
    pub number: u64,
    /// When it was handed to the link, when its first byte left, and when it will have arrived. Nanoseconds.
    pub sent_ns: u64,
    pub leaves_ns: u64,
    /// When its last byte had left.
    pub gone_ns: u64,
    pub arrives_ns: u64,
    pub session: Session,
    pub message: Message,
}

/// One direction of the link.
#[derive(Clone, Debug)]
pub struct Link {
    latency_ns: u64,
    megabytes_per_s: u32,
    block_size: u32,
    /// When the last message will have left.
    busy_until_ns: u64,
    sent: u64,
    /// When the last message will arrive: none sent after it comes before.
    last_arrival_ns: u64,
    /// Nothing comes through.
    pub cut: bool,
    /// Everything takes so many times as long; 1 is as built.
    pub slowness: u16,
    on_the_way: VecDeque<Envelope>,
}

impl Link {
    #[must_use]
    pub fn new(config: &Config) -> Link {
        Link {
            latency_ns: config.link.latency_ns,
            megabytes_per_s: config.link.megabytes_per_s,
            block_size: config.block_size,
            busy_until_ns: 0,
            sent: 0,
            last_arrival_ns: 0,
            cut: false,
            slowness: 1,
            on_the_way: VecDeque::new(),
        }
    }

    /// Takes a message; returns when it will arrive. Nothing when the link is cut: it is lost.
    pub fn send(&mut self, session: Session, message: Message, now_ns: u64) -> Option<u64> {
        if self.cut {
            return None;
        }
        let slowness = u64::from(self.slowness.max(1));
        let bytes = HEADER_BYTES + u64::from(message.data_blocks()) * u64::from(self.block_size);
        let leaves_ns = now_ns.max(self.busy_until_ns);
        self.busy_until_ns = leaves_ns + transfer_ns(bytes, self.megabytes_per_s) * slowness;
        let gone_ns = self.busy_until_ns;
        let arrives_ns = (gone_ns + self.latency_ns * slowness).max(self.last_arrival_ns);
        self.last_arrival_ns = arrives_ns;
        let number = self.sent;
        self.sent += 1;
        self.insert(Envelope { number, sent_ns: now_ns, leaves_ns, gone_ns, arrives_ns, session, message });
        Some(arrives_ns)
    }

    /// Behind all that arrive no later.
    fn insert(&mut self, envelope: Envelope) {
        let before = self.on_the_way.iter().rposition(|other| other.arrives_ns <= envelope.arrives_ns);
        self.on_the_way.insert(before.map_or(0, |at| at + 1), envelope);
    }

    /// The link is cut: everything on the way is lost.
    pub fn lose_all(&mut self) -> VecDeque<Envelope> {
        std::mem::take(&mut self.on_the_way)
    }

    /// The sender has died: what had not begun to leave is lost, and of a message that was leaving the rest. A cut-off
    /// DATA leaves its slot torn; nothing will ever speak of that slot.
    pub fn sender_dies(&mut self, now_ns: u64) -> Vec<Envelope> {
        let mut lost = Vec::new();
        self.busy_until_ns = self.busy_until_ns.min(now_ns);
        for mut envelope in std::mem::take(&mut self.on_the_way) {
            if envelope.gone_ns <= now_ns {
                self.on_the_way.push_back(envelope);
            } else if let Message::Data { map, .. } = &mut envelope.message
                && envelope.leaves_ns <= now_ns
                && map.count() > 1
            {
                *map = BlockMap(
                    map.iter().take(map.count() as usize / 2).fold(0, |half, block| half | 1 << block),
                );
                self.on_the_way.push_back(envelope);
            } else {
                lost.push(envelope);
            }
        }
        lost
    }

    /// Tampering: takes message number `at` of those on the way out.
    pub fn take(&mut self, at: usize) -> Option<Envelope> {
        self.on_the_way.remove(at)
    }

    /// Tampering: puts a message in, to arrive at the time that it names.
    pub fn put(&mut self, envelope: Envelope) {
        self.insert(envelope);
    }

    /// Tampering: the message at `at` and the one behind it change places.
    pub fn swap(&mut self, at: usize) -> bool {
        if at + 1 >= self.on_the_way.len() {
            return false;
        }
        let (first, second) = (at, at + 1);
        let times = [first, second].map(|n| {
            let envelope = &self.on_the_way[n];
            (envelope.leaves_ns, envelope.gone_ns, envelope.arrives_ns)
        });
        self.on_the_way.swap(first, second);
        for (n, (leaves_ns, gone_ns, arrives_ns)) in [first, second].into_iter().zip(times) {
            let envelope = &mut self.on_the_way[n];
            envelope.leaves_ns = leaves_ns;
            envelope.gone_ns = gone_ns;
            envelope.arrives_ns = arrives_ns;
        }
        true
    }

    /// The next message to arrive leaves the link.
    pub fn receive(&mut self) -> Option<Envelope> {
        self.on_the_way.pop_front()
    }

    /// Messages on their way, the next one to arrive first.
    pub fn iter(&self) -> impl Iterator<Item = &Envelope> {
        self.on_the_way.iter()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.on_the_way.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.on_the_way.is_empty()
    }

    /// What is on the way to `to`, in order; when it comes is a matter of time.
    pub(super) fn code(&mut self, to: ControllerId, buffers: &mut Buffers, c: &mut Coder) {
        c.flag(&mut self.cut);
        let count = c.count(self.on_the_way.len());
        if c.reading {
            (self.busy_until_ns, self.last_arrival_ns, self.sent) = (0, 0, 0);
            for envelope in self.on_the_way.drain(..) {
                envelope.message.recycle(buffers);
            }
            for _ in 0..count {
                let (session, message) = (Session::default(), Message::ImagesEnd);
                self.on_the_way.push_back(Envelope {
                    number: 0,
                    sent_ns: 0,
                    leaves_ns: 0,
                    gone_ns: 0,
                    arrives_ns: 0,
                    session,
                    message,
                });
            }
        }
        for envelope in &mut self.on_the_way {
            code_session(&mut envelope.session, c);
            envelope.message.code(to, buffers, c);
        }
    }

    /// Lines, slots and blocks that DATA has brought, and whose META is still on the way.
    pub(super) fn landed(&self) -> impl Iterator<Item = (LineKey, Slot, BlockMap)> + '_ {
        self.on_the_way.iter().enumerate().filter_map(|(n, envelope)| {
            let Message::Meta { key, slot, wmap, .. } = envelope.message else { return None };
            let before =
                |other: &Envelope| matches!(other.message, Message::Data { slot: of, .. } if of == slot);
            let lands_later = self.on_the_way.iter().take(n).any(before);
            (!lands_later).then_some((key, slot, wmap))
        })
    }

    pub fn feed(&self, digest: &mut Digest) {
        digest.word(self.sent);
        digest.flags(u32::from(self.slowness), &[self.cut]);
        for envelope in &self.on_the_way {
            digest.word(envelope.arrives_ns);
            digest.word(envelope.message.kind() as u64);
            digest.word(envelope.message.key().map_or(u64::MAX, LineKey::bits));
        }
    }
}
