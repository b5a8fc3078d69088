//! The mirror link: FIFO and lossless in each direction, with latency and bandwidth.

use crate::array::service::transfer_ns;
use crate::config::Config;
use crate::digest::Digest;
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
    pub arrives_ns: u64,
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
            on_the_way: VecDeque::new(),
        }
    }

    /// Takes a message; returns when it will arrive.
    pub fn send(&mut self, message: Message, now_ns: u64) -> u64 {
        let bytes = HEADER_BYTES + u64::from(message.data_blocks()) * u64::from(self.block_size);
        let leaves_ns = now_ns.max(self.busy_until_ns);
        self.busy_until_ns = leaves_ns + transfer_ns(bytes, self.megabytes_per_s);
        let arrives_ns = self.busy_until_ns + self.latency_ns;
        debug_assert!(
            self.on_the_way.back().is_none_or(|before| before.arrives_ns <= arrives_ns),
            "the link is first in, first out"
        );
        let number = self.sent;
        self.sent += 1;
        self.on_the_way.push_back(Envelope { number, sent_ns: now_ns, leaves_ns, arrives_ns, message });
        arrives_ns
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

    pub fn feed(&self, digest: &mut Digest) {
        digest.word(self.sent);
        for envelope in &self.on_the_way {
            digest.word(envelope.arrives_ns);
            digest.word(envelope.message.kind() as u64);
            digest.word(envelope.message.key().bits());
        }
    }
}
