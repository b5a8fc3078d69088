//! A selection as a short string, and back. Elements carry it in `data-pick`, so that one listener serves them all.

use super::model::{Selection, SlotId};
use mirrorline_engine::ids::{ControllerId, LineKey, Lun};

/// `slot:A:3`, `line:0:10`, `disk:0:10:4`: after the kind, LUN and stripe, with the part behind a point where lines share
/// one. `msg:77:0:10`, or `msg:77` for a message that is about no line. `host:1`, counted from 0, and `record`.
#[must_use]
pub fn to_pick(selection: Selection) -> String {
    let line = |key: LineKey| match key.part() {
        0 => format!("{}:{}", key.lun().0, key.stripe()),
        part => format!("{}:{}.{part}", key.lun().0, key.stripe()),
    };
    match selection {
        Selection::Slot(at) => format!("slot:{}:{}", at.memory, at.slot),
        Selection::Line(key) => format!("line:{}", line(key)),
        Selection::Message { id, key: Some(key) } => format!("msg:{id}:{}", line(key)),
        Selection::Message { id, key: None } => format!("msg:{id}"),
        Selection::Disk { key, disk } => format!("disk:{}:{disk}", line(key)),
        Selection::Host(host) => format!("host:{host}"),
        Selection::Record => "record".to_owned(),
    }
}

/// The selection that `text` stands for, if it stands for one.
#[must_use]
pub fn from_pick(text: &str) -> Option<Selection> {
    let mut parts = text.split(':');
    let kind = parts.next()?;
    if kind == "slot" {
        let memory = match parts.next()? {
            "A" => ControllerId::A,
            "B" => ControllerId::B,
            _ => return None,
        };
        return Some(Selection::Slot(SlotId { memory, slot: parts.next()?.parse().ok()? }));
    }
    if kind == "record" {
        return Some(Selection::Record);
    }
    if kind == "host" {
        return Some(Selection::Host(parts.next()?.parse().ok()?));
    }
    if kind == "msg" {
        let id = parts.next()?.parse().ok()?;
        let key = match parts.next() {
            Some(lun) => Some(line_key(lun, parts.next()?)?),
            None => None,
        };
        return Some(Selection::Message { id, key });
    }
    let key = line_key(parts.next()?, parts.next()?)?;
    match kind {
        "line" => Some(Selection::Line(key)),
        "disk" => Some(Selection::Disk { key, disk: parts.next()?.parse().ok()? }),
        _ => None,
    }
}

fn line_key(lun: &str, stripe: &str) -> Option<LineKey> {
    let lun: u16 = lun.parse().ok()?;
    let (stripe, part) = stripe.split_once('.').unwrap_or((stripe, "0"));
    let (stripe, part): (u64, u8) = (stripe.parse().ok()?, part.parse().ok()?);
    (stripe <= LineKey::STRIPE_MAX).then(|| LineKey::new(Lun(lun), stripe).with_part(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_selection_survives_the_way_through_the_page() {
        let key = LineKey::new(Lun(3), 1_000_000);
        for selection in [
            Selection::Slot(SlotId { memory: ControllerId::B, slot: 14 }),
            Selection::Line(key),
            Selection::Line(key.with_part(3)),
            Selection::Message { id: u64::MAX, key: Some(key) },
            Selection::Message { id: 7, key: None },
            Selection::Disk { key, disk: 15 },
            Selection::Host(7),
            Selection::Record,
        ] {
            assert_eq!(from_pick(&to_pick(selection)), Some(selection));
        }
    }

    #[test]
    fn what_is_no_selection_is_refused() {
        for text in
            ["", "slot", "slot:C:1", "slot:A:x", "line:0", "line:0:999999999999999999", "host:x", "host:"]
        {
            assert_eq!(from_pick(text), None, "{text}");
        }
    }
}
