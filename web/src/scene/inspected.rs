//! What the inspector and the panel of the write-back queues show.

use super::look::Look;
use super::model::{LineLabel, SlotId};

/// The two sides of one line; or one slot, message, disk block or host's request, or the arbitration record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspector {
    /// `Line 0:40`.
    pub title: String,
    /// `LUN 0, blocks 40–43`.
    pub subtitle: String,
    pub badge: Option<Look>,
    /// Nobody chose it: it follows the story.
    pub following: bool,
    /// The line that it is about, if it is about one.
    pub line: Option<LineLabel>,
    /// What A and B are to the line: `owner`, `mirror`, or nothing.
    pub sides: [String; 2],
    /// What there is to say of the thing itself, before what both sides know of its line.
    pub fields: Vec<Field>,
    pub parity: Option<Equation>,
    pub rows: Vec<InspectorRow>,
    pub maps: Vec<MapRow>,
    /// `Newest acknowledged copy`.
    pub note_title: String,
    pub note: String,
}

/// A field, as the engine calls it, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub label: &'static str,
    pub value: String,
}

/// The blocks of one row of a stripe, of which each is the XOR of all the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    /// In the order of the disks.
    pub terms: Vec<Term>,
    /// Which row of the chunks, counted from 1, and of how many.
    pub row: (u32, u32),
    /// `P = 12 ⊕ 9 ⊕ 0 ⊕ 4`, in words or in values.
    pub text: String,
    /// Whether it holds, and why not.
    pub verdict: String,
    pub holds: bool,
}

/// One disk's part of the equation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub disk: u8,
    /// `block 42`, `parity`.
    pub what: String,
    /// The value on the medium; `lost` where there is none.
    pub value: String,
    /// It is the one that was chosen.
    pub chosen: bool,
    /// A flush would write another value: what the cache holds.
    pub cached: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectorRow {
    pub label: &'static str,
    pub a: Value,
    pub b: Value,
}

/// A value, and the one it is about to become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    pub now: String,
    pub next: Option<String>,
}

impl Value {
    #[must_use]
    pub fn new(now: impl Into<String>) -> Value {
        Value { now: now.into(), next: None }
    }

    #[must_use]
    pub fn becoming(now: impl Into<String>, next: impl Into<String>) -> Value {
        Value { now: now.into(), next: Some(next.into()) }
    }
}

/// A map of a line's blocks, at A and at B. Empty where there is no entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapRow {
    /// `Valid`, `Dirty`.
    pub label: &'static str,
    pub a: Vec<Bit>,
    pub b: Vec<Bit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bit {
    pub lbn: u64,
    pub mark: BitMark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitMark {
    Off,
    Valid,
    Dirty,
    /// Being mirrored: not yet committed.
    Incoming,
}

// ───────── write-back queues ─────────

/// One controller's write-back queue, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueTable {
    pub len: u32,
    /// When lines are written back, in a sentence.
    pub policy: String,
    pub rows: Vec<QueueRow>,
    pub more: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRow {
    pub line: LineLabel,
    pub look: Option<Look>,
    /// `41`, `41–43`: what is newer than the disks.
    pub dirty: String,
    /// Where the mirror lies.
    pub mirror: Option<SlotId>,
    /// Ticks of the flush timer since it became dirty.
    pub age: u32,
    pub selected: bool,
}
