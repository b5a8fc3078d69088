//! A message with all its fields.

use super::{blocks, cid, field, slot, word};
use crate::language::{say, tr};
use crate::scene::build::Stage;
use crate::scene::model::{Field, Inspector};
use crate::scene::words::{count_text, time_text};
use mirrorline_engine::buffer::LineBuf;
use mirrorline_engine::ids::{BlockMap, ControllerId, LineKey, Slot, Ticket};
use mirrorline_engine::message::{Grant, Message};

/// Values of so many blocks are shown.
const VALUES_MAX: usize = 8;

/// A message that is still on its way, before what is known of its line; once it has arrived, its line is all that
/// there is to see.
pub fn message(stage: &Stage<'_>, id: u64, line: Option<Inspector>) -> Option<Inspector> {
    let to = if id.is_multiple_of(2) { ControllerId::A } else { ControllerId::B };
    let flying = stage.instant.world.link_to(to).iter().find(|envelope| envelope.number == id / 2);
    let Some(envelope) = flying else { return line };
    let message = &envelope.message;
    let key = message.key();
    let from = to.peer();
    let number = count_text(envelope.number);
    let mut fields = vec![field(tr("Number"), say!("{number} from {from} to {to}", number, from, to))];
    if let Some(key) = key {
        let (lun, stripe) = (key.lun().0, count_text(key.stripe()));
        let text = match stage.config().raid.lines_per_stripe {
            1 => say!("LUN {lun}, stripe {stripe}", lun, stripe),
            _ => say!("LUN {lun}, stripe {stripe}, part {part}", lun, stripe, part = key.part()),
        };
        fields.push(field("key", text));
    }
    own(stage, to, message, &mut fields);
    fields.push(field("session", super::session(envelope.session)));
    fields.push(field(tr("Sent"), time_text(envelope.sent_ns)));
    let (first, last) = (time_text(envelope.leaves_ns), time_text(envelope.gone_ns));
    fields.push(field(tr("Leaves"), say!("{first} to {last}", first, last)));
    fields.push(field(tr("Arrives"), time_text(envelope.arrives_ns)));
    Some(Inspector {
        title: message.kind().name().to_owned(),
        subtitle: match key {
            Some(key) => say!("{from} → {to}, about line {line}", from, to, line = stage.label(key)),
            None => say!("{from} → {to}, about the controllers as a whole", from, to),
        },
        badge: None,
        following: false,
        fields,
        note_title: tr("On the link").into(),
        note: tr("Messages of one direction arrive in the order in which they were sent.").into(),
        // A message about no line says nothing of the one in focus.
        ..line.filter(|_| key.is_some()).unwrap_or_default()
    })
}

/// The fields of each kind, by their names in the protocol.
fn own(stage: &Stage<'_>, to: ControllerId, message: &Message, fields: &mut Vec<Field>) {
    let mut add = |label, value: String| fields.push(field(label, value));
    let at = |of: ControllerId, it: &Slot| slot(of, Some(it.0));
    match message {
        Message::Data { key, slot, map, bytes } => {
            add("slot", at(to, slot));
            add("map", blocks(stage, *key, *map));
            add("bytes", values(stage, *key, *map, bytes));
        }
        Message::Meta { key, cid: id, slot, seq, wmap } => {
            add("cid", cid(*id));
            add("slot", at(to, slot));
            add("seq", seq.to_string());
            add("wmap", blocks(stage, *key, *wmap));
        }
        Message::MetaAck { seq, .. } => add("seq", seq.to_string()),
        Message::ReqOwn { ticket, .. } | Message::Nack { ticket, .. } => add("ticket", ticket_text(*ticket)),
        Message::Grant { key, grant: Grant::Swap { cid: id, seq, dirty, slot } } => {
            add("grant", tr("swap: the mirror becomes the line").to_owned());
            add("cid", cid(*id));
            add("seq", seq.to_string());
            add("dirty", blocks(stage, *key, *dirty));
            add("slot", at(to.peer(), slot));
        }
        Message::Grant { grant: Grant::Empty { seq }, .. } => {
            add("grant", tr("empty: no data is cached").to_owned());
            add("seq", seq.to_string());
        }
        Message::ReadFwd { key, map, ticket } => {
            add("map", blocks(stage, *key, *map));
            add("ticket", ticket_text(*ticket));
        }
        Message::ReadRsp { key, map, ticket, bytes, failed } => {
            add("map", blocks(stage, *key, *map));
            add("ticket", ticket_text(*ticket));
            add("bytes", values(stage, *key, *map, bytes));
            add("failed", yes(*failed));
        }
        Message::FlushNotify { cid: id, seq, with_data, .. } => {
            add("cid", cid(*id));
            add("seq", seq.to_string());
            add("with data", yes(*with_data));
        }
        Message::Consistent { key, cid: id, seq, map, drop, ret } => {
            add("cid", cid(*id));
            add("seq", seq.to_string());
            add("map", blocks(stage, *key, *map));
            add("drop", yes(*drop));
            add("ret", ret_text(to.peer(), *ret));
        }
        Message::Reuse { ret, .. } => add("ret", ret_text(to.peer(), *ret)),
        Message::Heartbeat { battery_good, asks } => {
            add("battery", if *battery_good { tr("good") } else { tr("would not last") }.to_owned());
            add("asks", yes(*asks));
        }
        Message::Hello { label, seen, nonce } => {
            add("label", label.map_or_else(|| tr("none").to_owned(), |epoch| say!("epoch {epoch}", epoch)));
            add("seen", say!("epoch {epoch}", epoch = seen));
            add("nonce", nonce.to_string());
        }
        Message::Join { nonce } | Message::Recall { nonce } => add("nonce", nonce.to_string()),
        Message::ResyncDone { free } => {
            add("free", say!("{count} slots of {controller}", count = free.len(), controller = to))
        }
        Message::Rehome { lun } | Message::RehomeAck { lun } => add("lun", lun.0.to_string()),
        Message::Image { key, seq, dirty, bytes } => {
            add("seq", seq.to_string());
            add("dirty", blocks(stage, *key, *dirty));
            add("bytes", values(stage, *key, *dirty, bytes));
        }
        Message::Close { epoch } => add("epoch", epoch.to_string()),
        Message::FnAck { .. }
        | Message::CAck { .. }
        | Message::ReuseAck { .. }
        | Message::ImagesEnd
        | Message::CloseAck => {}
    }
}

fn yes(it: bool) -> String {
    if it { tr("yes") } else { tr("no") }.to_owned()
}

fn ticket_text(ticket: Ticket) -> String {
    say!("{index}, use {count}", index = ticket.index, count = ticket.use_count)
}

/// A slot of the sender's memory that is given back.
fn ret_text(memory: ControllerId, ret: Option<Slot>) -> String {
    ret.map_or_else(|| tr("none").to_owned(), |it| slot(memory, Some(it.0)))
}

/// `42 = 07`: each block with the number that it holds.
fn values(stage: &Stage<'_>, key: LineKey, map: BlockMap, bytes: &LineBuf) -> String {
    let block_bytes = stage.config().payload_bytes as usize;
    let first = key.first_lbn(stage.line_blocks);
    let mut text = String::new();
    for block in map.iter().take(VALUES_MAX) {
        let value = mirrorline_engine::paged::word_at(bytes.bytes(), block as usize * block_bytes);
        let comma = if text.is_empty() { "" } else { ", " };
        text += &format!("{comma}{} = {}", first + u64::from(block), word(value));
    }
    if map.count() as usize > VALUES_MAX {
        text += " …";
    }
    text
}
