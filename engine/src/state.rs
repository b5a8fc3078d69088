//! The states that a line can be in at one controller (protocol §2).

use crate::mark;

/// How far a flush or a write-through has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlushStep {
    /// FLUSH_NOTIFY sent, FN_ACK awaited.
    Notify,
    /// Reading what the parity plan needs, then writing the data blocks.
    Disk,
    /// Writing parity.
    Parity,
    /// CONSISTENT sent, C_ACK awaited.
    Confirm,
}

/// A line's state at one controller. "None" of the protocol is the absence of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum LineState {
    /// Owner, clean or empty, no mirror data.
    OC,
    /// Owner, a host write is being mirrored; the committed image is untouched.
    OP,
    /// Owner, dirty, mirrored.
    OD,
    /// Owner, flushing.
    OF(FlushStep),
    /// Owner, clean, mirror still held.
    OK,
    /// Owner, clean, dropping the mirror, C_ACK awaited.
    OX,
    /// Released, REUSE_ACK awaited.
    OR,
    /// Owner, writing through.
    OW(FlushStep),
    /// The peer owns the line; no data here.
    M0,
    /// Mirror, dirty.
    MD,
    /// Mirror, flush announced: temporarily invalid, but kept.
    MF,
    /// Mirror, consistent with disk.
    MK,
    /// Alone: clean.
    SC,
    /// Alone: dirty.
    SD,
    /// Alone: flushing. *Notify* does not occur.
    SF(FlushStep),
    /// Alone: writing through. *Notify* and *confirm* do not occur.
    SW(FlushStep),
}

impl LineState {
    /// How many codes there are.
    pub const COUNT: usize = 16;

    /// The two letters on the screen.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            LineState::OC => "OC",
            LineState::OP => "OP",
            LineState::OD => "OD",
            LineState::OF(_) => "OF",
            LineState::OK => "OK",
            LineState::OX => "OX",
            LineState::OR => "OR",
            LineState::OW(_) => "OW",
            LineState::M0 => "M0",
            LineState::MD => "MD",
            LineState::MF => "MF",
            LineState::MK => "MK",
            LineState::SC => "SC",
            LineState::SD => "SD",
            LineState::SF(_) => "SF",
            LineState::SW(_) => "SW",
        }
    }

    /// What the letters stand for, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            LineState::OC => mark!("owner, clean"),
            LineState::OP => mark!("owner, write being mirrored"),
            LineState::OD => mark!("owner, dirty, held twice"),
            LineState::OF(FlushStep::Notify) => mark!("owner, announcing a flush"),
            LineState::OF(FlushStep::Disk) => mark!("owner, writing data to disk"),
            LineState::OF(FlushStep::Parity) => mark!("owner, writing parity"),
            LineState::OF(FlushStep::Confirm) => mark!("owner, telling the mirror it is consistent"),
            LineState::OK => mark!("owner, same as disk, mirror still held"),
            LineState::OX => mark!("owner, dropping its mirror"),
            LineState::OR => mark!("released, awaiting the peer's agreement"),
            LineState::OW(FlushStep::Notify) => mark!("owner, announcing a write-through"),
            LineState::OW(FlushStep::Disk) => mark!("owner, writing through to disk"),
            LineState::OW(FlushStep::Parity) => mark!("owner, writing through: parity"),
            LineState::OW(FlushStep::Confirm) => mark!("owner, write-through: telling the mirror"),
            LineState::M0 => mark!("peer owns it, no data here"),
            LineState::MD => mark!("mirror, dirty"),
            LineState::MF => mark!("mirror, flush announced: kept, but temporarily invalid"),
            LineState::MK => mark!("mirror, same as disk"),
            LineState::SC => mark!("alone, same as disk"),
            LineState::SD => mark!("alone, dirty"),
            LineState::SF(FlushStep::Confirm) => mark!("alone, dropping the replacement's copy"),
            LineState::SF(FlushStep::Parity) => mark!("alone, writing parity"),
            LineState::SF(_) => mark!("alone, writing data to disk"),
            LineState::SW(FlushStep::Parity) => mark!("alone, writing through: parity"),
            LineState::SW(_) => mark!("alone, writing through to disk"),
        }
    }

    /// Whether the controller holding this entry is the line's owner. OR is one only at the default owner.
    #[must_use]
    pub fn is_owner(self) -> bool {
        !self.is_mirror() && self != LineState::OR
    }

    /// A number below [`LineState::COUNT`] for each code.
    #[must_use]
    pub fn number(self) -> usize {
        match self {
            LineState::OC => 0,
            LineState::OP => 1,
            LineState::OD => 2,
            LineState::OF(_) => 3,
            LineState::OK => 4,
            LineState::OX => 5,
            LineState::OR => 6,
            LineState::OW(_) => 7,
            LineState::M0 => 8,
            LineState::MD => 9,
            LineState::MF => 10,
            LineState::MK => 11,
            LineState::SC => 12,
            LineState::SD => 13,
            LineState::SF(_) => 14,
            LineState::SW(_) => 15,
        }
    }

    /// A number for each state and step, below [`LineState::STEPS`].
    #[must_use]
    pub fn step_number(self) -> usize {
        let step = match self {
            LineState::OF(step) | LineState::OW(step) | LineState::SF(step) | LineState::SW(step) => {
                step as usize
            }
            _ => 0,
        };
        self.number() * 4 + step
    }

    /// The highest [`LineState::step_number`], and one more.
    pub const STEPS: usize = LineState::COUNT * 4;

    /// The state of a [`LineState::step_number`].
    #[must_use]
    pub fn of_step_number(number: usize) -> Option<LineState> {
        use FlushStep::{Confirm, Disk, Notify, Parity};
        let step = [Notify, Disk, Parity, Confirm][number % 4];
        let state = match number / 4 {
            0 => LineState::OC,
            1 => LineState::OP,
            2 => LineState::OD,
            3 => LineState::OF(step),
            4 => LineState::OK,
            5 => LineState::OX,
            6 => LineState::OR,
            7 => LineState::OW(step),
            8 => LineState::M0,
            9 => LineState::MD,
            10 => LineState::MF,
            11 => LineState::MK,
            12 => LineState::SC,
            13 => LineState::SD,
            14 => LineState::SF(step),
            15 => LineState::SW(step),
            _ => return None,
        };
        (state.step_number() == number).then_some(state)
    }

    /// Whether REHOME waits for such a line (R11).
    #[must_use]
    pub fn holds_rehome_back(self) -> bool {
        matches!(self, LineState::OP | LineState::OR | LineState::OW(_) | LineState::OX)
    }

    /// Whether the stripe is being written: data and parity may not fit, and only this controller knows.
    #[must_use]
    pub fn is_writing(self) -> bool {
        matches!(self, LineState::OF(_) | LineState::OW(_) | LineState::SF(_) | LineState::SW(_))
    }

    /// Whether data or parity of the stripe may be on their way to the disks, so that they need not fit.
    #[must_use]
    pub fn is_between_data_and_parity(self) -> bool {
        use FlushStep::{Disk, Parity};
        matches!(
            self,
            LineState::OF(Disk | Parity)
                | LineState::OW(Disk | Parity)
                | LineState::SF(Disk | Parity)
                | LineState::SW(Disk | Parity)
        )
    }

    /// Whether this is one of the states of a controller that serves alone: SC, SD, SF, SW (protocol §5).
    #[must_use]
    pub fn is_solo(self) -> bool {
        matches!(self, LineState::SC | LineState::SD | LineState::SF(_) | LineState::SW(_))
    }

    /// Whether this is one of the mirror's states: M0, MD, MF, MK.
    #[must_use]
    pub fn is_mirror(self) -> bool {
        matches!(self, LineState::M0 | LineState::MD | LineState::MF | LineState::MK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_from_its_number() {
        let all: Vec<LineState> = (0..LineState::STEPS + 9).filter_map(LineState::of_step_number).collect();
        assert_eq!(all.len(), 12 + 4 * 4);
        assert!(all.iter().all(|state| LineState::of_step_number(state.step_number()) == Some(*state)));
    }
}
