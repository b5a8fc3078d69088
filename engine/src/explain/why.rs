//! Why something happened: the chain of causes, newest first, as sentences.

use super::log::{Entry, EventLog};
use super::{about, names};
use crate::config::Config;
use crate::fact::IoKind;
use crate::sim::EventKind;

/// One link of a chain of causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The event's index in the run.
    pub index: u64,
    pub at_ns: u64,
    pub text: String,
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
pub fn entry_text(log: &EventLog, config: &Config, entry: &Entry) -> String {
    match entry.kind {
        EventKind::HostArrives { host, at, io, lun, lbn, blocks, .. } => {
            let verb = if io == IoKind::Write { "writes" } else { "reads" };
            format!("{} {verb} {} at {at}.", names::host(host), names::blocks(lun, lbn, u64::from(blocks)))
        }
        EventKind::HostDone { op, host, io, .. } => {
            let what =
                log.asked(op).map_or_else(String::new, |asked| format!(" about {}", names::asked(&asked)));
            match io {
                IoKind::Write => format!("{} hears “done”{what}.", names::host(host)),
                IoKind::Read => {
                    format!("{} gets its data{what}.", names::host(host)).replace(" about ", " of ")
                }
            }
        }
        EventKind::Message { to, message, key } => {
            format!("{} for {} reaches {to}.", message.name(), names::line(config, key))
        }
        EventKind::Disk { disk, at, io, key, parity } => {
            let what = if parity { "parity" } else { "data" };
            let did = if io == IoKind::Write { "written" } else { "read" };
            format!("Disk {disk} has {did} {what} of {} for {at}.", names::line(config, key))
        }
        EventKind::FlushTimer { at } => format!("{at}’s flush timer runs off."),
        EventKind::SlotWait { at } => format!("A write at {at} has waited for a slot as long as it may."),
        kind => super::failure::event_text(&kind).unwrap_or_default(),
    }
}
