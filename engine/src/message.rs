//! The words that the two controllers exchange over the mirror link (protocol §3).

mod compact;

use crate::buffer::LineBuf;
use crate::ids::{BlockMap, Cid, LineKey, Lun, Slot, Ticket};
pub(crate) use compact::code_cid;

/// One message. The link numbers it and notes its times ([`crate::sim::Envelope`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// One-sided copy into a slot of the peer's cache. The peer does not handle it; what it holds is invisible
    /// until META (claims 1, 15).
    Data {
        key: LineKey,
        slot: Slot,
        map: BlockMap,
        bytes: LineBuf,
    },
    /// Cache metadata of the DATA before it: which line, whose, which slot, which blocks (claims 1, 3, 9).
    Meta {
        key: LineKey,
        cid: Cid,
        slot: Slot,
        seq: u64,
        wmap: BlockMap,
    },
    /// The mirror holds the write: only now may the host hear "done".
    MetaAck {
        key: LineKey,
        seq: u64,
    },
    /// A write has come to the controller that does not own the line (claims 7, 21).
    ReqOwn {
        key: LineKey,
        ticket: Ticket,
    },
    /// Ownership passes to the receiver (claims 8, 10, 22, 24).
    Grant {
        key: LineKey,
        grant: Grant,
    },
    /// Not the owner any more: look the owner up again.
    Nack {
        key: LineKey,
        ticket: Ticket,
    },
    /// A read has come to the controller that does not own the line.
    ReadFwd {
        key: LineKey,
        map: BlockMap,
        ticket: Ticket,
    },
    /// The owner's committed data.
    ReadRsp {
        key: LineKey,
        map: BlockMap,
        ticket: Ticket,
        bytes: LineBuf,
        /// Blocks that no disk and no parity can give any more: the read fails.
        failed: bool,
    },
    /// The line will be flushed; its mirror is temporarily invalid (claims 12, 26). `with_data` is false for a
    /// write-through, where the mirror only marks the stripe.
    FlushNotify {
        key: LineKey,
        cid: Cid,
        seq: u64,
        with_data: bool,
    },
    FnAck {
        key: LineKey,
    },
    /// The blocks of `map` are on disk: they need not be written at a failover (claims 13, 27). `drop` asks the
    /// mirror to forget its copy; `ret` gives a slot back whose home is the receiver's `mirror_free`.
    Consistent {
        key: LineKey,
        cid: Cid,
        seq: u64,
        map: BlockMap,
        drop: bool,
        ret: Option<Slot>,
    },
    CAck {
        key: LineKey,
    },
    /// The line is free for reuse on both sides (claims 14, 28).
    Reuse {
        key: LineKey,
        ret: Option<Slot>,
    },
    ReuseAck {
        key: LineKey,
    },
    /// "I live", once a period (protocol §5). Tells also whether the sender's battery would keep its memory.
    Heartbeat {
        battery_good: bool,
        /// The receiver is to answer, if it sends none of its own accord at the moment.
        asks: bool,
    },
    /// A controller that has started says what its memory is labelled with, if anything, and the epoch of the record
    /// that it has seen: what it says counts only for that record (protocol §6 and §7).
    Hello {
        label: Option<u32>,
        seen: u32,
        nonce: u32,
    },
    /// The survivor's answer: a new session begins, with all mirror slots lent (protocol §7, step 1).
    Join {
        nonce: u32,
    },
    /// The record says DUAL: the replacement counts. `free` are the survivor's free slots that are home to the
    /// receiver (R9).
    ResyncDone {
        free: Vec<Slot>,
    },
    /// The receiver is default owner of a LUN again (protocol §7, step 5; claims 11, 25).
    Rehome {
        lun: Lun,
    },
    RehomeAck {
        lun: Lun,
    },
    /// Cold boot with both memories: the chosen controller asks for the other's images (protocol §6, R6).
    Recall {
        nonce: u32,
    },
    /// One line of the other memory: what it holds that the disks may lack. A write of its stripe may have been cut
    /// off (R5).
    Image {
        key: LineKey,
        seq: u64,
        dirty: BlockMap,
        bytes: LineBuf,
    },
    ImagesEnd,
    /// Everything is on disk: if the record says DUAL with this epoch, the receiver's memory counts as empty.
    Close {
        epoch: u32,
    },
    CloseAck,
}

/// How ownership passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The requester's mirror becomes the line and the owner's line the mirror; no data moves. `slot` is the old
    /// owner's slot, now the mirror.
    Swap { cid: Cid, seq: u64, dirty: BlockMap, slot: Slot },
    /// The old owner keeps a stub, and no data.
    Empty { seq: u64 },
}

/// A message's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageKind {
    Data,
    Meta,
    MetaAck,
    ReqOwn,
    Grant,
    Nack,
    ReadFwd,
    ReadRsp,
    FlushNotify,
    FnAck,
    Consistent,
    CAck,
    Reuse,
    ReuseAck,
    Heartbeat,
    Hello,
    Join,
    ResyncDone,
    Rehome,
    RehomeAck,
    Recall,
    Image,
    ImagesEnd,
    Close,
    CloseAck,
}

impl MessageKind {
    pub const COUNT: usize = 25;

    /// All kinds, in the order of their declaration.
    pub const ALL: [MessageKind; MessageKind::COUNT] = [
        MessageKind::Data,
        MessageKind::Meta,
        MessageKind::MetaAck,
        MessageKind::ReqOwn,
        MessageKind::Grant,
        MessageKind::Nack,
        MessageKind::ReadFwd,
        MessageKind::ReadRsp,
        MessageKind::FlushNotify,
        MessageKind::FnAck,
        MessageKind::Consistent,
        MessageKind::CAck,
        MessageKind::Reuse,
        MessageKind::ReuseAck,
        MessageKind::Heartbeat,
        MessageKind::Hello,
        MessageKind::Join,
        MessageKind::ResyncDone,
        MessageKind::Rehome,
        MessageKind::RehomeAck,
        MessageKind::Recall,
        MessageKind::Image,
        MessageKind::ImagesEnd,
        MessageKind::Close,
        MessageKind::CloseAck,
    ];

    /// The name as the protocol writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            MessageKind::Data => "DATA",
            MessageKind::Meta => "META",
            MessageKind::MetaAck => "META_ACK",
            MessageKind::ReqOwn => "REQ_OWN",
            MessageKind::Grant => "GRANT",
            MessageKind::Nack => "NACK",
            MessageKind::ReadFwd => "READ_FWD",
            MessageKind::ReadRsp => "READ_RSP",
            MessageKind::FlushNotify => "FLUSH_NOTIFY",
            MessageKind::FnAck => "FN_ACK",
            MessageKind::Consistent => "CONSISTENT",
            MessageKind::CAck => "C_ACK",
            MessageKind::Reuse => "REUSE",
            MessageKind::ReuseAck => "REUSE_ACK",
            MessageKind::Heartbeat => "HEARTBEAT",
            MessageKind::Hello => "HELLO",
            MessageKind::Join => "JOIN",
            MessageKind::ResyncDone => "RESYNC_DONE",
            MessageKind::Rehome => "REHOME",
            MessageKind::RehomeAck => "REHOME_ACK",
            MessageKind::Recall => "RECALL",
            MessageKind::Image => "IMAGE",
            MessageKind::ImagesEnd => "IMAGES_END",
            MessageKind::Close => "CLOSE",
            MessageKind::CloseAck => "CLOSE_ACK",
        }
    }
}

impl Message {
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Message::Data { .. } => MessageKind::Data,
            Message::Meta { .. } => MessageKind::Meta,
            Message::MetaAck { .. } => MessageKind::MetaAck,
            Message::ReqOwn { .. } => MessageKind::ReqOwn,
            Message::Grant { .. } => MessageKind::Grant,
            Message::Nack { .. } => MessageKind::Nack,
            Message::ReadFwd { .. } => MessageKind::ReadFwd,
            Message::ReadRsp { .. } => MessageKind::ReadRsp,
            Message::FlushNotify { .. } => MessageKind::FlushNotify,
            Message::FnAck { .. } => MessageKind::FnAck,
            Message::Consistent { .. } => MessageKind::Consistent,
            Message::CAck { .. } => MessageKind::CAck,
            Message::Reuse { .. } => MessageKind::Reuse,
            Message::ReuseAck { .. } => MessageKind::ReuseAck,
            Message::Heartbeat { .. } => MessageKind::Heartbeat,
            Message::Hello { .. } => MessageKind::Hello,
            Message::Join { .. } => MessageKind::Join,
            Message::ResyncDone { .. } => MessageKind::ResyncDone,
            Message::Rehome { .. } => MessageKind::Rehome,
            Message::RehomeAck { .. } => MessageKind::RehomeAck,
            Message::Recall { .. } => MessageKind::Recall,
            Message::Image { .. } => MessageKind::Image,
            Message::ImagesEnd => MessageKind::ImagesEnd,
            Message::Close { .. } => MessageKind::Close,
            Message::CloseAck => MessageKind::CloseAck,
        }
    }

    /// The line that the message speaks of; none for those about the controllers as a whole.
    #[must_use]
    pub fn key(&self) -> Option<LineKey> {
        match *self {
            Message::Data { key, .. }
            | Message::Meta { key, .. }
            | Message::MetaAck { key, .. }
            | Message::ReqOwn { key, .. }
            | Message::Grant { key, .. }
            | Message::Nack { key, .. }
            | Message::ReadFwd { key, .. }
            | Message::ReadRsp { key, .. }
            | Message::FlushNotify { key, .. }
            | Message::FnAck { key, .. }
            | Message::Consistent { key, .. }
            | Message::CAck { key, .. }
            | Message::Reuse { key, .. }
            | Message::ReuseAck { key, .. }
            | Message::Image { key, .. } => Some(key),
            Message::Heartbeat { .. }
            | Message::Hello { .. }
            | Message::Join { .. }
            | Message::ResyncDone { .. }
            | Message::Rehome { .. }
            | Message::RehomeAck { .. }
            | Message::Recall { .. }
            | Message::ImagesEnd
            | Message::Close { .. }
            | Message::CloseAck => None,
        }
    }

    /// Blocks of data that travel with it; what the link's bandwidth is spent on.
    #[must_use]
    pub fn data_blocks(&self) -> u32 {
        match self {
            Message::Data { map, .. } | Message::ReadRsp { map, .. } => map.count(),
            Message::Image { dirty, .. } => dirty.count(),
            _ => 0,
        }
    }
}
