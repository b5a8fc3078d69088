//! The view model: everything that the page shows at one moment, as plain data. The builder makes a [`Scene`] from
//! the world and the facts of the last event; the components draw it and decide nothing. No wasm and no yew in
//! here, so that all of it is tested natively.
//!
//! Two rules keep drawing cheap. What moves between two events is given as a [`Span`] of virtual time and never as
//! a position, so a scene changes only when the event index or the selection does. And a panel's data sits behind
//! an `Rc`, a cell's data is `Copy`: comparing costs little, and only what differs is drawn again.

use super::convoy::LaneRoom;
pub use super::convoy::LaneView;
pub use super::health::*;
use super::heat::HeatMap;
pub use super::inspected::*;
use super::look::Look;
use super::marks::Ack;
pub use super::opened::*;
use crate::language::tr;
use mirrorline_engine::check::Safety;
use mirrorline_engine::config::Geometry;
pub use mirrorline_engine::explain::StepState;
use mirrorline_engine::ids::{ControllerId, LineKey};
use mirrorline_engine::mark;
use std::fmt;
use std::rc::Rc;

/// The page at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub headline: Headline,
    pub story: Story,
    pub hosts: Rc<Vec<HostCard>>,
    /// A, then B.
    pub controllers: [Rc<ControllerCard>; 2],
    pub link: Rc<LinkView>,
    pub array: Rc<ArrayView>,
    /// `None` only while there is nothing at all to look at, as before the first event of an empty scenario.
    pub inspector: Option<Rc<Inspector>>,
    /// The queues of A and B, as far as [`ViewState::queue_rows`] asks.
    pub queues: Rc<[QueueTable; 2]>,
    pub faults: Rc<Vec<FaultButton>>,
    pub ledger: Rc<LedgerView>,
    pub rules: Rc<RulesView>,
    pub transport: Transport,
    pub source: Source,
}

/// What the page has room for. The builder keeps to it; what it leaves out it counts (`more`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewState {
    /// Rows of the disk table.
    pub disk_rows: usize,
    /// Chips of a write-back queue.
    pub queue_chips: usize,
    /// Buckets of a hash table.
    pub hash_buckets: usize,
    /// A region with more slots than this is a heat map.
    pub cells_max: usize,
    /// Letters that the scrubber is long.
    pub track_letters: u32,
    pub lane: LaneRoom,
    /// Rows of the panel with the write-back queues, for each controller; 0 while it is not seen.
    pub queue_rows: usize,
}

impl Default for ViewState {
    fn default() -> ViewState {
        ViewState {
            disk_rows: 6,
            queue_chips: 5,
            hash_buckets: 8,
            cells_max: 48,
            track_letters: 221,
            lane: LaneRoom::default(),
            queue_rows: 0,
        }
    }
}

/// What a person has clicked. The session keeps it; the builder marks it everywhere it appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    Slot(SlotId),
    /// A line, by a queue chip, a hash entry or a stripe.
    Line(LineKey),
    /// A message on the link. Once it has arrived, the selection means its line.
    Message {
        id: u64,
        /// None for a message about the controllers as a whole.
        key: Option<LineKey>,
    },
    /// The part of a stripe that lies on one disk.
    Disk {
        key: LineKey,
        disk: u8,
    },
    /// What a host has asked for last. Counted from 0.
    Host(u8),
    /// The arbitration record.
    Record,
}

/// A stretch of virtual time during which something moves or fills, evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from_ns: u64,
    pub to_ns: u64,
}

impl Span {
    /// How much of it has passed at `now_ns`: 0 to 1.
    #[must_use]
    pub fn progress(self, now_ns: f64) -> f64 {
        let length = self.to_ns.saturating_sub(self.from_ns) as f64;
        if length <= 0.0 {
            return if now_ns >= self.to_ns as f64 { 1.0 } else { 0.0 };
        }
        ((now_ns - self.from_ns as f64) / length).clamp(0.0, 1.0)
    }
}

/// A slot of one controller's cache; shown as `A03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotId {
    pub memory: ControllerId,
    pub slot: u32,
}

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:02}", self.memory, self.slot)
    }
}

/// A line and the name it goes by on the screen: its LUN and its first block, `0:40`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineLabel {
    pub key: LineKey,
    pub first_lbn: u64,
}

impl LineLabel {
    #[must_use]
    pub fn new(key: LineKey, geometry: Geometry) -> LineLabel {
        LineLabel { key, first_lbn: geometry.first_lbn(key) }
    }
}

impl fmt::Display for LineLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.key.lun().0, self.first_lbn)
    }
}

// ───────── narration ─────────

/// What just happened, and why it matters: one line each, for someone who has never heard of the protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headline {
    pub what: String,
    pub why: String,
    /// More than a step on the way: a host sees it, ownership moves, or something fails.
    pub matters: bool,
    pub chips: Vec<Chip>,
}

/// A small label after the narration: a rule's name or a claim's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    pub text: String,
    /// A sentence, shown when one points at it.
    pub about: String,
}

/// The operation in focus, in three to five steps. Empty when nothing is in focus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// For screen readers: `Progress of the write to block 42`.
    pub title: String,
    pub steps: Vec<StoryStep>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryStep {
    /// Two or three words: `Copy to B`.
    pub text: String,
    pub state: StepState,
}

// ───────── hosts ─────────

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCard {
    /// Counted from 0.
    pub id: u8,
    /// `Host 1`.
    pub name: String,
    /// `write 0:42`; empty when the host has asked for nothing yet.
    pub request: String,
    /// Requests outstanding besides that one.
    pub more: u32,
    pub status: HostStatus,
    /// The controller that the request goes to.
    pub via: Option<ControllerId>,
    /// The request on its way down, or the answer on its way up.
    pub wire: Option<WireDot>,
    /// The story is about this host's request.
    pub focus: bool,
    pub selected: bool,
    /// Its paths to A and to B are cut.
    pub cut: [bool; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostStatus {
    Idle,
    /// The request is on its way to the controller.
    Asking,
    /// The controller works on it.
    Waiting,
    /// The controller does not serve, or nothing came in time: it tries its other path.
    Retrying,
    /// Nobody will answer, which the host does not know yet.
    Unheard,
    /// It got an error for good.
    Failed,
    /// It waits for a slot, for ownership or for the line: the word that the chip says.
    Blocked(&'static str),
    /// The answer has come.
    Done,
}

impl HostStatus {
    /// The chip's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        tr(match self {
            HostStatus::Idle => mark!("idle"),
            HostStatus::Asking => mark!("asking"),
            HostStatus::Waiting => mark!("waiting"),
            HostStatus::Retrying => mark!("tries again"),
            HostStatus::Unheard => mark!("no answer"),
            HostStatus::Failed => mark!("error"),
            HostStatus::Blocked(word) => word,
            HostStatus::Done => mark!("done"),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireDot {
    pub id: u64,
    /// From the controller to the host: an answer.
    pub up: bool,
    pub flight: Span,
}

// ───────── controllers ─────────

#[derive(Clone, Debug, PartialEq)]
pub struct ControllerCard {
    pub id: ControllerId,
    /// `default owner of LUN 0`.
    pub role: String,
    pub condition: Condition,
    pub own: Region,
    /// The slots that the peer fills with its mirrors.
    pub lent: Region,
    pub queue: QueueView,
    pub hash: HashView,
    /// Free slots here.
    pub local_free: FreeList,
    /// Free slots in the peer's memory that this controller manages.
    pub mirror_free: FreeList,
    /// On the wire to the disks; `None` when it is quiet.
    pub bus: Option<BusChip>,
}

/// A part of a controller's cache memory: its own slots, or the ones it has lent.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    pub used: u32,
    pub total: u32,
    pub slots: Slots,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Slots {
    Cells(Rc<Vec<SlotCell>>),
    /// Too many for cells.
    Heat(HeatMap),
}

/// One slot, in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotCell {
    /// Also the cell's key.
    pub at: SlotId,
    pub look: Look,
    /// `None` for a free slot.
    pub line: Option<LineLabel>,
    /// DATA is arriving: the cell fills during this time.
    pub fill: Option<Span>,
    /// Someone asks for the line's ownership: the Q badge.
    pub asked: bool,
    /// Solid ring.
    pub selected: bool,
    /// Dotted ring: the older mirror, which still holds the promise while a fresh slot fills.
    pub kin: bool,
    /// The event just shown changed it,
    pub changed: bool,
    /// or changed what it is: a mirror became the line, or the line a mirror, and no data moved.
    pub promoted: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueView {
    /// Oldest first.
    pub chips: Vec<QueueChip>,
    pub more: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueChip {
    pub line: LineLabel,
    /// Where the mirror lies.
    pub mirror: Option<SlotId>,
    pub flushing: bool,
    pub selected: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HashView {
    pub buckets: Vec<HashBucket>,
    pub entries: u32,
    /// Buckets in use besides those shown.
    pub more: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashBucket {
    pub index: u32,
    pub entries: Vec<HashEntry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashEntry {
    pub line: LineLabel,
    pub look: Look,
    pub selected: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreeList {
    pub count: u32,
    /// The slots to be taken next, in that order; a few are enough.
    pub next: Vec<u32>,
}

/// `flush 0:24` on the wire between a controller and the disks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusChip {
    /// `flush 0:24`, `read 0:24`, `write through 0:24`.
    pub text: String,
    pub line: LineLabel,
    /// Other lines on the same wire.
    pub more: u32,
    /// Away from the disks: a read.
    pub up: bool,
}

// ───────── the link ─────────

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkView {
    /// In flight, in the order in which they were sent.
    pub tokens: Vec<Token>,
    /// Arrived, and waiting for the line's current work to end.
    pub waiting: Vec<Waiting>,
    /// From A, from B.
    pub lanes: [LaneView; 2],
    /// What the story expects next on the link.
    pub expected: Option<Expected>,
    /// One way, for the heading: `3 µs one way`.
    pub latency: String,
    /// Cut towards A, towards B.
    pub cut: [bool; 2],
    /// How many times slower than built: towards A, towards B.
    pub slow: [u16; 2],
    /// A message was tampered with: from there on this is a what-if.
    pub tampered: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Unique in the whole run: also the element's key.
    pub id: u64,
    /// As the protocol writes it: `META_ACK`.
    pub name: &'static str,
    /// A few characters: `block 42`, `seq 8`, `0:24`.
    pub detail: String,
    pub from: ControllerId,
    pub weight: Weight,
    pub flight: Span,
    /// Its row in the lane, counted from 0.
    pub row: u8,
    /// None for a message about the controllers as a whole.
    pub line: Option<LineLabel>,
    pub selected: bool,
}

/// Whether a message carries blocks or only says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Payload,
    Control,
    /// A heartbeat.
    Beat,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: u64,
    pub name: &'static str,
    pub detail: String,
    /// Who has received it and lets it wait.
    pub at: ControllerId,
    pub line: LineLabel,
    pub selected: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub name: &'static str,
    pub from: ControllerId,
}

// ───────── the disks ─────────

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArrayView {
    /// `RAID-5, 4 + 1, left-symmetric`.
    pub caption: String,
    pub disks: u8,
    pub heads: Vec<DiskHead>,
    pub record: RecordView,
    /// In stripe order. Which stripes: those that something happens to, and their neighbours.
    pub rows: Vec<StripeRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripeRow {
    pub line: LineLabel,
    /// Something happens on it.
    pub active: bool,
    pub selected: bool,
    /// 0: shown on the smallest screen (two rows of these at most), 1: where three rows fit, 2: where all do.
    pub rank: u8,
    /// One for each disk.
    pub cells: Vec<DiskCell>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskCell {
    pub disk: u8,
    pub content: Content,
    pub mark: DiskMark,
    /// The cache has something newer: the corner.
    pub behind: bool,
    pub selected: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// LBNs within the LUN, `first == last` for chunks of one block.
    Blocks {
        first: u64,
        last: u64,
    },
    Parity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskMark {
    Quiet,
    /// Carried out in this flush.
    JustWritten,
    Writing(Span),
    Reading(Span),
    /// Parity that does not match the data just now: `P ?`.
    Suspect,
    /// Its disk is not there, or not rebuilt so far; or the block cannot be read.
    Missing,
    /// A host's write to it is being mirrored.
    Expected,
}

// ───────── transport ─────────

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transport {
    /// Events that have happened: 0 is the start.
    pub event: u64,
    /// Events known so far. It grows while a trace is being indexed.
    pub total: u64,
    /// Virtual time of the event just shown.
    pub time_ns: u64,
    pub playing: bool,
    /// Powers of two: −6 is 1/64, 0 is 1, 6 is 64.
    pub speed: i32,
    /// `None` once all events are known.
    pub indexing: Option<Indexing>,
    /// Why the recording ends before the run does; `None` when it does not.
    pub cut: Option<String>,
    pub markers: Vec<Marker>,
    /// Where hosts heard “done”.
    pub acks: Rc<Vec<Ack>>,
    /// How safe everything is, over the whole recording.
    pub safety: Rc<Vec<SafetySpan>>,
    /// … and at the event just shown.
    pub safe_now: Safety,
    /// What the last command broke or mended, to be undone: `Kill A`.
    pub undo: Option<String>,
    /// … and what was undone last, to be done again.
    pub redo: Option<String>,
    /// The futures that there are, in the order in which they were begun.
    pub branches: Vec<BranchName>,
    /// What has come of running until something happens, in words.
    pub note: Option<String>,
}

/// A future of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchName {
    pub id: u32,
    pub name: String,
    pub shown: bool,
}

impl Transport {
    /// The least and the greatest speed step.
    pub const SPEEDS: std::ops::RangeInclusive<i32> = -6..=6;

    /// Whether nothing comes any more.
    #[must_use]
    pub fn at_end(&self) -> bool {
        self.indexing.is_none() && self.event >= self.total
    }

    /// `1/4×`, `1×`, `16×`.
    #[must_use]
    pub fn speed_text(step: i32) -> String {
        if step < 0 {
            format!("1/{}×", 1u32 << (-step).min(31))
        } else {
            format!("{}×", 1u32 << step.min(31))
        }
    }
}

/// How far the run ahead has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Indexing {
    /// 0 to 1.
    pub done: f64,
    pub events: u64,
}

/// A place on the scrubber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    pub event: u64,
    /// `first flush`.
    pub text: String,
    pub kind: MarkerKind,
}

/// What is being played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub title: String,
    /// Its place among the built-in scenarios; `None` for a trace.
    pub scenario: Option<usize>,
    /// Changes with every load, and with nothing else: components forget what they held when it does.
    pub generation: u32,
}

/// A built-in scenario in the picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioInfo {
    pub title: String,
    /// One sentence: what there is to see.
    pub about: String,
    /// Something breaks in it.
    pub incident: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_half_way_at_half_its_time() {
        let span = |from_ns, to_ns| Span { from_ns, to_ns };
        assert!((span(1_000, 5_000).progress(3_000.0) - 0.5).abs() < 1e-9);
        assert_eq!(span(5, 5).progress(4.0), 0.0);
        assert_eq!(span(5, 5).progress(5.0), 1.0);
    }
}
