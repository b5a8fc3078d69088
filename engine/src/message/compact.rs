//! A message as bytes, and back.

use super::{Grant, Message};
use crate::buffer::Buffers;
use crate::compact::Coder;
use crate::ids::{BlockMap, Cid, ControllerId, LineKey, Lun, Slot, Ticket};

/// The generation counts uses and is compared by assertions only: it is left out.
pub(crate) fn code_cid(cid: &mut Cid, c: &mut Coder) {
    c.controller(&mut cid.owner);
    c.slot(&mut cid.slot);
    cid.generation = 0;
}

impl Message {
    /// Something of each kind, to be read into.
    fn blank(kind: u8, buffers: &mut Buffers) -> Message {
        let key = LineKey::default();
        let (map, slot) = (BlockMap::EMPTY, Slot(0));
        let cid = Cid { owner: ControllerId::A, slot, generation: 0 };
        let ticket = Ticket { index: 0, use_count: 0 };
        match kind {
            0 => Message::Data { key, slot, map, bytes: buffers.take_zeroed() },
            1 => Message::Meta { key, cid, slot, seq: 0, wmap: map },
            2 => Message::MetaAck { key, seq: 0 },
            3 => Message::ReqOwn { key, ticket },
            4 => Message::Grant { key, grant: Grant::Empty { seq: 0 } },
            5 => Message::Nack { key, ticket },
            6 => Message::ReadFwd { key, map, ticket },
            7 => Message::ReadRsp { key, map, ticket, bytes: buffers.take_zeroed(), failed: false },
            8 => Message::FlushNotify { key, cid, seq: 0, with_data: false },
            9 => Message::FnAck { key },
            10 => Message::Consistent { key, cid, seq: 0, map, drop: false, ret: None },
            11 => Message::CAck { key },
            12 => Message::Reuse { key, ret: None },
            13 => Message::ReuseAck { key },
            14 => Message::Heartbeat { battery_good: true, asks: false },
            15 => Message::Hello { label: None, seen: 0, nonce: 0 },
            16 => Message::Join { nonce: 0 },
            17 => Message::ResyncDone { free: Vec::new() },
            18 => Message::Rehome { lun: Lun(0) },
            19 => Message::RehomeAck { lun: Lun(0) },
            20 => Message::Recall { nonce: 0 },
            21 => Message::Image { key, seq: 0, dirty: map, bytes: buffers.take_zeroed() },
            22 => Message::ImagesEnd,
            23 => Message::Close { epoch: 0 },
            _ => Message::CloseAck,
        }
    }

    /// A message on its way to `to`.
    pub(crate) fn code(&mut self, to: ControllerId, buffers: &mut Buffers, c: &mut Coder) {
        let mut kind = self.kind() as u8;
        c.byte(&mut kind);
        if c.reading {
            *self = Message::blank(kind, buffers);
        }
        let from = to.peer();
        match self {
            Message::Data { key, slot, map, bytes } => {
                c.key(key);
                c.slot(slot);
                c.map(map);
                c.line(*map, bytes);
            }
            Message::Meta { key, cid, slot, seq, wmap } => {
                c.key(key);
                code_cid(cid, c);
                c.slot(slot);
                c.number(seq);
                c.map(wmap);
            }
            Message::MetaAck { key, seq } => {
                c.key(key);
                c.number(seq);
            }
            Message::ReqOwn { key, ticket } => {
                c.key(key);
                c.asked(from, *key, ticket);
            }
            Message::Nack { key, ticket } => {
                c.key(key);
                c.asked(to, *key, ticket);
            }
            Message::Grant { key, grant } => {
                c.key(key);
                grant.code(c);
            }
            Message::ReadFwd { key, map, ticket } => {
                c.key(key);
                c.map(map);
                c.ticket(from, false, ticket);
            }
            Message::ReadRsp { key, map, ticket, bytes, failed } => {
                c.key(key);
                c.map(map);
                c.ticket(to, false, ticket);
                c.line(*map, bytes);
                c.flag(failed);
            }
            Message::FlushNotify { key, cid, seq, with_data } => {
                c.key(key);
                code_cid(cid, c);
                c.number(seq);
                c.flag(with_data);
            }
            Message::Consistent { key, cid, seq, map, drop, ret } => {
                c.key(key);
                code_cid(cid, c);
                c.number(seq);
                c.map(map);
                c.flag(drop);
                c.maybe_slot(ret);
            }
            Message::Reuse { key, ret } => {
                c.key(key);
                c.maybe_slot(ret);
            }
            Message::FnAck { key } | Message::CAck { key } | Message::ReuseAck { key } => c.key(key),
            Message::Heartbeat { battery_good, asks } => c.flags([battery_good, asks]),
            Message::Hello { label, seen, nonce } => {
                c.option(label, 0, Coder::number32);
                c.number32(seen);
                c.number32(nonce);
            }
            Message::Join { nonce } | Message::Recall { nonce } => c.number32(nonce),
            Message::ResyncDone { free } => {
                let count = c.count(free.len());
                free.resize(count, Slot(0));
                free.iter_mut().for_each(|slot| c.slot(slot));
            }
            Message::Rehome { lun } | Message::RehomeAck { lun } => c.lun(lun),
            Message::Image { key, seq, dirty, bytes } => {
                c.key(key);
                c.number(seq);
                c.map(dirty);
                c.line(*dirty, bytes);
            }
            Message::Close { epoch } => c.number32(epoch),
            Message::ImagesEnd | Message::CloseAck => {}
        }
    }

    /// The message's buffer, if it has one.
    pub(crate) fn recycle(self, buffers: &mut Buffers) {
        if let Message::Data { bytes, .. } | Message::ReadRsp { bytes, .. } | Message::Image { bytes, .. } =
            self
        {
            buffers.give(bytes);
        }
    }
}

impl Grant {
    fn code(&mut self, c: &mut Coder) {
        let mut swap = matches!(self, Grant::Swap { .. });
        c.flag(&mut swap);
        if c.reading && swap {
            let cid = Cid { owner: ControllerId::A, slot: Slot(0), generation: 0 };
            *self = Grant::Swap { cid, seq: 0, dirty: BlockMap::EMPTY, slot: Slot(0) };
        }
        match self {
            Grant::Swap { cid, seq, dirty, slot } => {
                code_cid(cid, c);
                c.number(seq);
                c.map(dirty);
                c.slot(slot);
            }
            Grant::Empty { seq } => c.number(seq),
        }
    }
}
