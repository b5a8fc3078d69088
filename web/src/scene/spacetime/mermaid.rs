//! The same as text, for a document: a Mermaid sequence diagram.

use super::acts::{Asker, Place, note_words};
use super::lanes::capital;
use super::{Ink, Phase};
use crate::language::{say, speak, tr};
use crate::scene::build::palette::fault_words;
use crate::scene::words::{count_text, time_text};
use mirrorline_engine::config::Config;
use mirrorline_engine::explain::{EventLog, names};
use mirrorline_engine::ids::HostId;
use mirrorline_engine::sim::EventKind;

/// A longer text draws nothing that anybody could read.
const LINES_MAX: usize = 200;

fn push_place(text: &mut String, place: Place) {
    match place {
        Place::Host(host) => {
            text.push('H');
            text.push_str(&(host.0 + 1).to_string());
        }
        Place::Controller(id) => text.push(id.letter()),
        Place::Array => text.push('D'),
    }
}

/// What arrives between two times, in that order. Heartbeats are left out: they say one thing, over and over. What has
/// not happened yet has a dotted arrow.
#[must_use]
pub fn mermaid(log: &EventLog, config: &Config, position: u64, from_ns: i64, to_ns: i64) -> String {
    let asker = Asker::new(log, config, position);
    let mut hosts: Vec<HostId> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    let mut left_out = 0;
    // Two lines for the beginning, three for those who are always there, two for the end.
    let room = LINES_MAX - 7;
    let (first, last) = (asker.first_at(from_ns), asker.first_at(to_ns));
    for event in first..=last {
        if event == position && position > 0 {
            lines.push("  Note over A,B: ".to_owned() + &say!("now, {time}", time = time_text(asker.now_ns)));
        }
        if event == last {
            break;
        }
        let Some(entry) = log.get(event) else { break };
        for act in asker.lost(event).filter(|act| act.ink != Ink::Beat) {
            if lines.len() + hosts.len() >= room {
                left_out += 1;
                continue;
            }
            let mut line = String::from("  ");
            push_place(&mut line, act.from);
            line.push_str(if act.phase == Phase::Past { "-x" } else { "--x" });
            push_place(&mut line, act.to);
            line.push_str(": ");
            line.push_str(&asker.short(&act));
            lines.push(line);
        }
        let full = lines.len() + hosts.len() >= room;
        let mut line = String::from("  ");
        if let EventKind::Fault { fault } = entry.kind {
            line.push_str("Note over A,B: ");
            line.push_str(&capital(&fault_words(fault)));
        } else if let Some((at, words)) = note_words(entry.kind) {
            line.push_str("Note over ");
            line.push(at.letter());
            line.push_str(": ");
            line.push_str(words);
        } else if let Some(act) = asker.act(event).filter(|act| act.ink != Ink::Beat) {
            if !full {
                for place in [act.from, act.to] {
                    if let Place::Host(host) = place
                        && !hosts.contains(&host)
                    {
                        let at = hosts.partition_point(|other| *other < host);
                        hosts.insert(at, host);
                    }
                }
            }
            push_place(&mut line, act.from);
            line.push_str(match (act.phase, act.lost) {
                (Phase::Past, None) => "->>",
                (_, None) => "-->>",
                (Phase::Past, _) => "-x",
                _ => "--x",
            });
            push_place(&mut line, act.to);
            line.push_str(": ");
            line.push_str(&asker.short(&act));
        } else {
            continue;
        }
        if full {
            left_out += 1;
        } else {
            lines.push(line);
        }
    }
    let mut text = String::from("sequenceDiagram\n");
    for host in hosts {
        text.push_str("  participant ");
        push_place(&mut text, Place::Host(host));
        text.push_str(" as ");
        text.push_str(&speak(names::host(host)));
        text.push('\n');
    }
    text.push_str("  participant A\n  participant B\n  participant D as ");
    text.push_str(tr("Array"));
    text.push('\n');
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    if left_out > 0 {
        text.push_str("  Note over A,B: ");
        text.push_str(&say!("{count} more are left out", count = count_text(left_out)));
        text.push('\n');
    }
    text
}
