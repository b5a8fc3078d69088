//! Why something happened: the chain of causes, newest first, as sentences.

use super::fact::content;
use super::log::{Asked, Entry, EventLog};
use super::{about, names};
use crate::config::Config;
use crate::fact::IoKind;
use crate::sim::EventKind;
use crate::text;
use crate::text::Text;

/// One link of a chain of causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The event's index in the run.
    pub index: u64,
    pub at_ns: u64,
    pub text: Text,
}

/// What led to event `index`: the event itself, what caused it, and so on back to a host, a timer or a fault; at most
/// `most`.
#[must_use]
pub fn why(log: &EventLog, config: &Config, index: u64, most: usize) -> Vec<Cause> {
    let mut begun = false;
    log.chain(index, most)
        .take_while(|(_, entry)| !std::mem::replace(&mut begun, about::begins(entry)))
        .map(|(index, entry)| Cause { index, at_ns: entry.at_ns, text: entry_text(log, config, entry) })
        .collect()
}

/// An event in one short sentence, from the log alone.
#[must_use]
pub fn entry_text(log: &EventLog, config: &Config, entry: &Entry) -> Text {
    match entry.kind {
        EventKind::HostArrives { op, host, at, io, lun, lbn, blocks } => {
            names::request(&Asked { op, host, via: at, io, lun, lbn, blocks })
        }
        EventKind::HostDone { op, host, io, .. } => {
            let host = names::host(host);
            match (io, log.asked(op).map(|asked| names::asked(&asked))) {
                (IoKind::Write, Some(what)) => text!("{host} hears “done” about {what}.", host, what),
                (IoKind::Write, None) => text!("{host} hears “done”.", host),
                (IoKind::Read, Some(what)) => text!("{host} gets its data of {what}.", host, what),
                (IoKind::Read, None) => text!("{host} gets its data.", host),
            }
        }
        EventKind::Message { to, message, key } => {
            text!(
                "{message} for {line} reaches {to}.",
                message = message.name(),
                line = names::line(config, key),
                to
            )
        }
        EventKind::Disk { disk, at, io, key, parity } => {
            let (what, line) = (content(parity), names::line(config, key));
            match io {
                IoKind::Read => {
                    text!("Disk {disk} has read {what} of {line} for {at}.", disk, what, line, at)
                }
                IoKind::Write => {
                    text!("Disk {disk} has written {what} of {line} for {at}.", disk, what, line, at)
                }
            }
        }
        EventKind::FlushTimer { at } => text!("{at}’s flush timer runs off.", at),
        EventKind::SlotWait { at } => text!("A write at {at} has waited for a slot as long as it may.", at),
        kind => super::failure::event_text(&kind).unwrap_or_default(),
    }
}
