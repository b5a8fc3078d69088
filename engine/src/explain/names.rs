//! How things are called in sentences: hosts, blocks, lines, slots.

use super::log::Asked;
use crate::config::Config;
use crate::fact::{FlushReason, IoKind};
use crate::ids::{BlockMap, ControllerId, HostId, LineKey, Slot};
use crate::text::{Arg, Text};
use crate::{mark, text};

/// `Host 1`.
#[must_use]
pub fn host(id: HostId) -> Text {
    text!("Host {number}", number = id.0 + 1)
}

/// `host 1`, within a sentence.
#[must_use]
pub fn host_within(id: HostId) -> Text {
    text!("host {number}", number = id.0 + 1)
}

/// `A03`: a slot of a controller's cache.
#[must_use]
pub fn slot(memory: ControllerId, slot: Slot) -> String {
    format!("{memory}{:02}", slot.0)
}

/// `0:40`: a line by its LUN and its first block.
#[must_use]
pub fn line_short(config: &Config, key: LineKey) -> String {
    format!("{}:{}", key.lun().0, config.raid.first_lbn(key))
}

/// `line 0:40`.
#[must_use]
pub fn line(config: &Config, key: LineKey) -> Text {
    text!("line {line}", line = line_short(config, key))
}

/// `block 42`, `blocks 42–45`, `block 1:42`. LUN 0 goes without saying.
#[must_use]
pub fn blocks(lun: u16, lbn: u64, count: u64) -> Text {
    let run = run(lun, lbn, count);
    if count == 1 { text!("block {run}", run) } else { text!("blocks {run}", run) }
}

/// `42`, `42–45`, `1:42–45`.
fn run(lun: u16, lbn: u64, count: u64) -> String {
    let lun = if lun > 0 { format!("{lun}:") } else { String::new() };
    if count == 1 { format!("{lun}{lbn}") } else { format!("{lun}{lbn}–{}", lbn + count.max(1) - 1) }
}

/// The blocks of a line that a map names, as one run from the first to the last.
#[must_use]
pub fn map(config: &Config, key: LineKey, map: BlockMap) -> Text {
    let (first, count) = span(config, key, map);
    blocks(key.lun().0, first, count)
}

/// `block 42`, `42–45`, `block 1:42`: as short as a token needs it.
#[must_use]
pub fn map_short(config: &Config, key: LineKey, map: BlockMap) -> Text {
    let (first, count) = span(config, key, map);
    let run = run(key.lun().0, first, count);
    if count == 1 { text!("block {run}", run) } else { text!("{run}", run) }
}

/// The first block that a map names, and how many there are up to the last.
fn span(config: &Config, key: LineKey, map: BlockMap) -> (u64, u64) {
    let first = u64::from(map.0.trailing_zeros().min(63));
    let last = u64::from(63 - map.0.leading_zeros().min(63));
    (key.first_lbn(config.line_blocks()) + first, last - first + 1)
}

/// What a host asked for: `block 42`.
#[must_use]
pub fn asked(asked: &Asked) -> Text {
    blocks(asked.lun, asked.lbn, u64::from(asked.blocks))
}

/// `Host 1 writes block 42 at A.`
#[must_use]
pub fn request(request: &Asked) -> Text {
    let verb = if request.io == IoKind::Write { text!("writes") } else { text!("reads") };
    text!(
        "{host} {verb} {what} at {at}.",
        host = host(request.host),
        verb,
        what = asked(request),
        at = request.via
    )
}

/// `write` or `read`.
#[must_use]
pub fn io(io: IoKind) -> &'static str {
    match io {
        IoKind::Read => mark!("read"),
        IoKind::Write => mark!("write"),
    }
}

/// Why a flush begins, after "since".
#[must_use]
pub fn reason(reason: FlushReason) -> &'static str {
    match reason {
        FlushReason::HighWater => mark!("more lines are dirty than high water allows"),
        FlushReason::Idle => mark!("no host has asked for anything for a while"),
        FlushReason::Age => mark!("it has been dirty for long"),
        FlushReason::SlotsShort => mark!("other writes want its slots"),
        FlushReason::BeforeWriteThrough => {
            mark!("a write to it is to be written through, and no old mirror may outlive that")
        }
        FlushReason::Alone => mark!("a controller that serves alone keeps nothing dirty for long"),
        FlushReason::Battery => mark!("a battery would not keep the caches"),
    }
}

/// `3 lines`, `1 line`: from templates for one and for more, with the gap `n`.
#[must_use]
pub fn count(n: usize, one: &'static str, more: &'static str) -> Text {
    Text::new(if n == 1 { one } else { more }, [Arg::from(n)])
}
