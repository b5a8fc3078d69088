//! How things are called in sentences: hosts, blocks, lines, slots.

use super::log::Asked;
use crate::config::Config;
use crate::fact::{FlushReason, IoKind};
use crate::ids::{BlockMap, ControllerId, HostId, LineKey, Slot};

/// `Host 1`.
#[must_use]
pub fn host(id: HostId) -> String {
    format!("Host {}", id.0 + 1)
}

/// `host 1`, within a sentence.
#[must_use]
pub fn host_within(id: HostId) -> String {
    format!("host {}", id.0 + 1)
}

/// `A03`: a slot of a controller's cache.
#[must_use]
pub fn slot(memory: ControllerId, slot: Slot) -> String {
    format!("{memory}{:02}", slot.0)
}

/// `0:40`: a line by its LUN and its first block.
#[must_use]
pub fn line_short(config: &Config, key: LineKey) -> String {
    format!("{}:{}", key.lun().0, key.first_lbn(config.line_blocks()))
}

/// `line 0:40`.
#[must_use]
pub fn line(config: &Config, key: LineKey) -> String {
    format!("line {}", line_short(config, key))
}

/// `block 42`, `blocks 42–45`, `block 1:42`. LUN 0 goes without saying.
#[must_use]
pub fn blocks(lun: u16, lbn: u64, count: u64) -> String {
    let noun = if count == 1 { "block" } else { "blocks" };
    format!("{noun} {}", run(lun, lbn, count))
}

/// `42`, `42–45`, `1:42–45`.
fn run(lun: u16, lbn: u64, count: u64) -> String {
    let lun = if lun > 0 { format!("{lun}:") } else { String::new() };
    if count == 1 { format!("{lun}{lbn}") } else { format!("{lun}{lbn}–{}", lbn + count.max(1) - 1) }
}

/// The blocks of a line that a map names, as one run from the first to the last.
#[must_use]
pub fn map(config: &Config, key: LineKey, map: BlockMap) -> String {
    let first = u64::from(map.0.trailing_zeros().min(63));
    let last = u64::from(63 - map.0.leading_zeros().min(63));
    blocks(key.lun().0, key.first_lbn(config.line_blocks()) + first, last - first + 1)
}

/// `block 42`, `42–45`, `block 1:42`: as short as a token needs it.
#[must_use]
pub fn map_short(config: &Config, key: LineKey, map: BlockMap) -> String {
    let text = self::map(config, key, map);
    text.strip_prefix("blocks ").map(str::to_owned).unwrap_or(text)
}

/// What a host asked for: `block 42`.
#[must_use]
pub fn asked(asked: &Asked) -> String {
    blocks(asked.lun, asked.lbn, u64::from(asked.blocks))
}

/// `write` or `read`.
#[must_use]
pub fn io(io: IoKind) -> &'static str {
    match io {
        IoKind::Read => "read",
        IoKind::Write => "write",
    }
}

/// Why a flush begins, after "since".
#[must_use]
pub fn reason(reason: FlushReason) -> &'static str {
    match reason {
        FlushReason::HighWater => "more lines are dirty than high water allows",
        FlushReason::Idle => "no host has asked for anything for a while",
        FlushReason::Age => "it has been dirty for long",
        FlushReason::SlotsShort => "other writes want its slots",
        FlushReason::BeforeWriteThrough => {
            "a write to it is to be written through, and no old mirror may outlive that"
        }
        FlushReason::Alone => "a controller that serves alone keeps nothing dirty for long",
        FlushReason::Battery => "a battery would not keep the caches",
    }
}

/// `3 lines`, `1 line`.
#[must_use]
pub fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}
