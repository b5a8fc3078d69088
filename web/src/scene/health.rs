//! The view model's second half: what is broken, what can be broken, and what is safe. As plain as the rest.

use crate::language::{say, tr};
use mirrorline_engine::check::Safety;
use mirrorline_engine::ids::ControllerId;
use mirrorline_engine::mark;
use mirrorline_engine::sim::Fault;

/// How much something wants to be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    #[default]
    Calm,
    /// Under way.
    Work,
    /// Broken, or about to be.
    Alarm,
    /// Not there.
    Off,
}

impl Tone {
    /// The class that the style sheet colours by.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Tone::Calm => "calm",
            Tone::Work => "work",
            Tone::Alarm => "alarm",
            Tone::Off => "off",
        }
    }
}

// ───────── controllers ─────────

/// A controller as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// As the protocol writes it: `SOLO+JOIN`; `HUNG` for one that hangs.
    pub mode: &'static str,
    /// What that means, in a few words.
    pub words: &'static str,
    pub tone: Tone,
    /// The epoch that its memory belongs to; none for a memory that holds nothing.
    pub epoch: Option<u32>,
    pub heart: Heart,
    pub battery_good: bool,
    pub notes: Vec<Note>,
    /// Something that takes a while: lines copied, stripes looked at.
    pub progress: Option<Progress>,
}

/// What it hears of its peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Heart {
    /// Heartbeats come, or rest because nothing is under way.
    Beats,
    /// Nothing has come for so many periods; after `of` the peer is suspected.
    Silent { periods: u8, of: u8 },
    /// It listens for nobody.
    #[default]
    Deaf,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    pub tone: Tone,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// `copying to A: 3 of 5 lines`.
    pub text: String,
    pub done: u64,
    pub total: u64,
}

// ───────── the array ─────────

/// What stands on the array about the two controllers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordView {
    /// `DUAL`, `SOLO_B`.
    pub mode: String,
    /// The one that serves alone.
    pub holder: Option<ControllerId>,
    pub epoch: u32,
    pub pinned: bool,
    /// The event just shown changed it.
    pub changed: bool,
    pub selected: bool,
    /// A fence that is pending, stuck or confirmed.
    pub fence: Option<Note>,
}

/// One disk, above its column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiskHead {
    pub disk: u8,
    pub tone: Tone,
    /// `lost`, `rebuild 40 %`, `20× slower`; empty when there is nothing to say.
    pub text: String,
    /// Stripes rebuilt, and all.
    pub rebuilt: Option<(u64, u64)>,
}

// ───────── what can be broken ─────────

/// One thing that a person can break or mend now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultButton {
    /// `kill-a`; elements that break something by a click carry it in `data-break`.
    pub id: String,
    pub group: FaultGroup,
    pub key: Option<char>,
    /// `Kill A`, `Bring back A`.
    pub label: String,
    /// … where there is little room.
    pub short: String,
    /// What follows from it, in a sentence.
    pub about: &'static str,
    pub icon: &'static str,
    pub faults: Vec<Fault>,
    /// It mends what is broken.
    pub mends: bool,
    /// Nothing would come of it now.
    pub disabled: bool,
    /// It stands in the transport bar.
    pub bar: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultGroup {
    Controllers,
    Link,
    Power,
    Disks,
    Hosts,
    /// The message that is chosen.
    Message,
}

impl FaultGroup {
    /// Those that are there whatever is chosen.
    pub const ALL: [FaultGroup; 5] =
        [FaultGroup::Controllers, FaultGroup::Link, FaultGroup::Power, FaultGroup::Disks, FaultGroup::Hosts];

    #[must_use]
    pub fn title(self) -> &'static str {
        tr(match self {
            FaultGroup::Controllers => mark!("Controllers"),
            FaultGroup::Link => mark!("Mirror link"),
            FaultGroup::Power => mark!("Power"),
            FaultGroup::Disks => mark!("Disks"),
            FaultGroup::Hosts => mark!("Paths of the hosts"),
            FaultGroup::Message => mark!("This message"),
        })
    }
}

// ───────── what is safe ─────────

/// The ledger of acknowledged writes, as far as a panel shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerView {
    pub rows: Vec<LedgerRow>,
    /// Blocks besides those shown.
    pub more: u64,
    /// Writes that no host has been told of yet.
    pub pending: Vec<String>,
    pub safety: Safety,
    /// `All 11 blocks survive any one failure`.
    pub verdict: String,
}

/// A run of blocks that fare alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// `0:24–27`.
    pub blocks: String,
    pub copies: [CopyMark; 4],
    /// Survives the loss of A, of B, of the link, of power, of one disk.
    pub survives: [bool; 5],
    /// It can be read now.
    pub readable: bool,
    /// For screen readers: `would be lost if A died`.
    pub words: String,
}

/// Whether a place has the newest acknowledged value: A, B, the block's disk, parity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyMark {
    None,
    /// It has it.
    Has,
    /// … and would write it to disk if it were alone.
    Keeps,
}

/// The invariants, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesView {
    pub rules: Vec<Rule>,
    /// What broke first, in all that is recorded.
    pub first: Option<Broken>,
    /// What the event just shown broke.
    pub now: Option<Broken>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub name: &'static str,
    pub about: &'static str,
    /// Where it broke first, if it does; in the present's past, or still to come.
    pub broken: Option<u64>,
    pub past: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub name: &'static str,
    /// The number of events after which it was found.
    pub event: u64,
    pub what: String,
}

impl Broken {
    /// In one sentence.
    #[must_use]
    pub fn words(&self) -> String {
        say!("{name} is broken: {what}.", name = self.name, what = &self.what)
    }
}

/// A stretch of the recording that is equally safe: the events `from` to before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SafetySpan {
    pub from: u64,
    pub to: u64,
    pub safety: Safety,
}

/// What stands at a place on the scrubber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkerKind {
    /// Worth going to.
    Place,
    /// Something was broken there,
    Break,
    /// or mended.
    Mend,
}
