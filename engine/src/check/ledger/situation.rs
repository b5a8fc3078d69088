//! What is the same for all blocks: the record, which memories count, which disks are there; and what follows from it
//! for a block of a given class when one thing more fails.
//!
//! The rules are those of protocol §5 to §7 as a reader applies them, not the controllers' code. Where a
//! compare-and-swap is under way, a block survives only if it does so whichever way that ends.

use super::class::{Class, Held};
use crate::array::{DiskState, Record, RecordMode};
use crate::controller::Mode;
use crate::ids::ControllerId;
use crate::sim::World;

/// One thing more that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing: what is broken is mended, and hosts read.
    None,
    Dies(ControllerId),
    LinkCut,
    PowerLoss,
    Disk(u8),
}

impl Failure {
    /// How many there are, with 16 disks.
    pub const COUNT: usize = 21;

    /// All that can happen to a world with so many disks.
    pub fn all(disks: u8) -> impl Iterator<Item = Failure> {
        let others = [
            Failure::None,
            Failure::Dies(ControllerId::A),
            Failure::Dies(ControllerId::B),
            Failure::LinkCut,
            Failure::PowerLoss,
        ];
        others.into_iter().chain((0..disks).map(Failure::Disk))
    }

    /// A number below [`Failure::COUNT`].
    #[must_use]
    pub fn number(self) -> usize {
        match self {
            Failure::None => 0,
            Failure::Dies(at) => 1 + at.index(),
            Failure::LinkCut => 3,
            Failure::PowerLoss => 4,
            Failure::Disk(disk) => 5 + usize::from(disk),
        }
    }
}

/// One controller, as far as it decides about blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    pub mode: Mode,
    /// The epoch that its memory belongs to.
    label: Option<u32>,
    label_session: u32,
    /// A record that the memory counts for as well, and whether it counts as empty then.
    claim: Option<Record>,
    claim_is_empty: bool,
    /// The claim is on its way to the array.
    swapping: bool,
    /// The memory is as a power failure left it.
    cold: bool,
    /// Once it serves, every stripe is suspect to it.
    all_suspect: bool,
    pub battery_good: bool,
    pub hangs: bool,
    /// Which start of the controller this is, and how often it has cleared its memory since.
    boot: u32,
    nonce: u32,
    /// Its patrol began to doubt every stripe.
    pub doubts_all: bool,
}

impl Side {
    /// Whether this memory has been cleared since it was `before`.
    #[must_use]
    pub fn has_forgotten(&self, before: &Side) -> bool {
        let same_start = self.boot == before.boot;
        (before.label.is_some() && self.label.is_none()) || (same_start && self.nonce != before.nonce)
    }
}

/// The whole, apart from the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    record: Record,
    pub sides: [Side; 2],
    power: bool,
    pub disks: u8,
    /// Disks that are not there, and disks of which only the rebuilt stripes count: bit i for disk i.
    absent: u32,
    pub rebuilding: u32,
}

impl Situation {
    #[must_use]
    pub fn of(world: &World) -> Situation {
        let (array, hardware) = (world.array(), world.hardware());
        let sides = ControllerId::BOTH.map(|at| {
            let (controller, n) = (world.controller(at), at.index());
            let standing = controller.standing();
            Side {
                mode: standing.mode,
                label: standing.label,
                label_session: standing.label_session,
                claim: standing.claim,
                claim_is_empty: standing.claim_is_empty,
                swapping: standing.swapping && !hardware.revoked[n],
                cold: standing.cold,
                all_suspect: standing.all_suspect,
                battery_good: hardware.battery_good[n],
                hangs: hardware.hangs(at),
                boot: standing.boot,
                nonce: standing.nonce,
                doubts_all: controller.patrol().all_suspect,
            }
        });
        let disks = world.config().raid.disks;
        let (mut absent, mut rebuilding) = (0, 0);
        for disk in 0..disks {
            match array.disk(disk).state {
                DiskState::Present => {}
                DiskState::Absent => absent |= 1 << disk,
                DiskState::Rebuilding => rebuilding |= 1 << disk,
            }
        }
        Situation { record: array.record(), sides, power: hardware.power, disks, absent, rebuilding }
    }

    /// Every disk is there and whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.absent | self.rebuilding == 0
    }

    /// Both controllers serve, both batteries are good, every disk is there.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let well = |side: &Side| side.mode == Mode::Dual && !side.hangs && side.battery_good;
        self.is_whole() && self.sides.iter().all(well)
    }

    /// Whether the block can be read from its own disk.
    #[must_use]
    pub fn has_on_disk(&self, class: Class) -> bool {
        let missing = self.missing(class);
        missing >> class.disk() & 1 == 0 && class.is_readable() && class.is_on_disk()
    }

    /// Whether the block could be computed from the rest of its row.
    #[must_use]
    pub fn has_by_parity(&self, class: Class) -> bool {
        self.missing(class) & !(1 << class.disk()) == 0 && class.is_row_readable() && class.is_by_parity()
    }

    /// Disks that do not have the block's stripe.
    fn missing(&self, class: Class) -> u32 {
        self.absent | (self.rebuilding & !class.rebuilt())
    }

    fn side(&self, at: ControllerId) -> &Side {
        &self.sides[at.index()]
    }

    /// Whether a host that reads the block, once everything else is mended, gets a value that it may get.
    #[must_use]
    pub fn survives(&self, class: Class, failure: Failure) -> bool {
        let holds = |record| self.survives_under(class, record, failure);
        // A power failure stops a swap that has not landed.
        let landing = |side: &Side| {
            let claim = side.claim.filter(|_| side.swapping && failure != Failure::PowerLoss)?;
            let (now, then) = (self.record, claim);
            let lands = then.epoch == now.epoch + 1 || (then.epoch == now.epoch && then.mode == now.mode);
            (lands && then != now).then_some(then)
        };
        holds(self.record) && self.sides.iter().filter_map(landing).all(holds)
    }

    fn survives_under(&self, class: Class, record: Record, failure: Failure) -> bool {
        let heir = |at: ControllerId| {
            let side = self.side(at);
            let gone = match failure {
                Failure::Dies(dead) => dead == at,
                Failure::PowerLoss => self.power && !side.battery_good,
                _ => false,
            };
            let labelled = (side.label == Some(record.epoch) && side.label_session == record.session)
                || side.claim == Some(record);
            !gone && labelled && !matches!(side.mode, Mode::Halted | Mode::Refused)
        };
        match record.mode {
            RecordMode::Solo(at) if heir(at) => {
                // While it is down another may serve from the disks alone.
                let down =
                    failure == Failure::PowerLoss || matches!(self.side(at).mode, Mode::Down | Mode::Boot);
                let others = record.pinned || !down || self.is_had_from_disk(class, failure, true, false);
                others && self.alone(class, record, at, failure)
            }
            RecordMode::Solo(_) => !record.pinned && self.is_had_from_disk(class, failure, true, false),
            RecordMode::Dual => match ControllerId::BOTH.map(heir) {
                [true, true] => self.both(class, record, failure),
                [true, false] => self.alone(class, record, ControllerId::A, failure),
                [false, true] => self.alone(class, record, ControllerId::B, failure),
                [false, false] => false,
            },
        }
    }

    /// A controller goes on alone, or takes over.
    fn alone(&self, class: Class, record: Record, at: ControllerId, failure: Failure) -> bool {
        let side = self.side(at);
        if side.claim == Some(record) && side.claim_is_empty {
            return self.is_had_from_disk(class, failure, side.all_suspect, false);
        }
        let stopped = matches!(side.mode, Mode::Down | Mode::Boot | Mode::Joining | Mode::Recalled);
        let cold = failure == Failure::PowerLoss || side.cold || stopped;
        let dirty = if cold { Held::DirtyCold } else { Held::Dirty };
        if class.holds(at, dirty) {
            return class.holds(at, Held::Good) && self.can_be_stored(class, failure);
        }
        if !cold && class.holds(at, Held::Pending) {
            return self.can_be_stored(class, failure);
        }
        let in_doubt = if cold { Held::Unsettled } else { Held::Marked };
        let suspect = class.holds(at, in_doubt) || class.is_suspect(at) || side.all_suspect;
        self.is_had_from_disk(class, failure, suspect, !cold && class.holds(at, Held::Writing))
    }

    /// Both memories count.
    fn both(&self, class: Class, record: Record, failure: Failure) -> bool {
        let both = ControllerId::BOTH;
        let stopped = |at| matches!(self.side(at).mode, Mode::Down | Mode::Boot);
        if failure == Failure::PowerLoss || both.into_iter().all(stopped) {
            // A cold boot with both memories: what either holds is written back, and every such stripe is in doubt.
            let mut dirty = both.into_iter().filter(|at| class.holds(*at, Held::DirtyCold)).peekable();
            if dirty.peek().is_some() {
                return dirty.all(|at| class.holds(at, Held::Good)) && self.can_be_stored(class, failure);
            }
            let suspect =
                class.either_holds(Held::Unsettled) || both.into_iter().any(|at| class.is_suspect(at));
            return self.is_had_from_disk(class, failure, suspect, false);
        }
        let together = |side: &Side| {
            let goes_on = matches!(side.mode, Mode::Dual | Mode::SoloJoin | Mode::Joining);
            let recovers = matches!(side.mode, Mode::Recover | Mode::Recalled);
            (goes_on || recovers) && !side.hangs
        };
        if failure == Failure::LinkCut || !self.sides.iter().all(together) {
            // Either may win the record.
            return both.into_iter().all(|at| self.alone(class, record, at, failure));
        }
        let owns = |at: &ControllerId| class.holds(*at, Held::Dirty) && !class.holds(*at, Held::Mirror);
        let mut owners = both.into_iter().filter(owns).peekable();
        if owners.peek().is_some() {
            return owners.all(|at| class.holds(at, Held::Good)) && self.can_be_stored(class, failure);
        }
        // Both are mirrors while ownership is on its way.
        let held = |at: &ControllerId| class.holds(*at, Held::Dirty) && class.holds(*at, Held::Good);
        let in_memory = both.iter().any(held) || class.either_holds(Held::Pending);
        (in_memory && self.can_be_stored(class, failure))
            || self.is_had_from_disk(class, failure, false, class.either_holds(Held::Writing))
    }

    /// What a memory holds of the block can be brought to disk: the block's own disk is there, or all the others, whose
    /// parity takes it.
    fn can_be_stored(&self, class: Class, failure: Failure) -> bool {
        let (missing, own) = (self.missing_after(class, failure), 1 << class.disk());
        missing & own == 0 || missing & !own == 0
    }

    fn missing_after(&self, class: Class, failure: Failure) -> u32 {
        let next = if let Failure::Disk(disk) = failure { 1 << disk } else { 0 };
        self.missing(class) | next
    }

    /// The block is read from its disk, or computed from the rest of its row, unless the parity is `suspect`. `finishes`:
    /// whoever is writing the stripe lives to finish it.
    fn is_had_from_disk(&self, class: Class, failure: Failure, suspect: bool, finishes: bool) -> bool {
        let (missing, own) = (self.missing_after(class, failure), 1 << class.disk());
        if missing & own == 0 && class.is_readable() {
            return class.is_on_disk();
        }
        let rest = missing & !own == 0 && class.is_row_readable();
        rest && !suspect && (finishes || class.is_by_parity())
    }
}
