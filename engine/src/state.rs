//! The states that a line can be in at one controller (protocol §2).

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
}

impl LineState {
    /// How many codes there are.
    pub const COUNT: usize = 12;

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
        }
    }

    /// What the letters stand for, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            LineState::OC => "owner, clean",
            LineState::OP => "owner, write being mirrored",
            LineState::OD => "owner, dirty, held twice",
            LineState::OF(FlushStep::Notify) => "owner, announcing a flush",
            LineState::OF(FlushStep::Disk) => "owner, writing data to disk",
            LineState::OF(FlushStep::Parity) => "owner, writing parity",
            LineState::OF(FlushStep::Confirm) => "owner, telling the mirror it is consistent",
            LineState::OK => "owner, same as disk, mirror still held",
            LineState::OX => "owner, dropping its mirror",
            LineState::OR => "released, awaiting the peer's agreement",
            LineState::OW(FlushStep::Notify) => "owner, announcing a write-through",
            LineState::OW(FlushStep::Disk) => "owner, writing through to disk",
            LineState::OW(FlushStep::Parity) => "owner, writing through: parity",
            LineState::OW(FlushStep::Confirm) => "owner, write-through: telling the mirror",
            LineState::M0 => "peer owns it, no data here",
            LineState::MD => "mirror, dirty",
            LineState::MF => "mirror, flush announced: kept, but temporarily invalid",
            LineState::MK => "mirror, same as disk",
        }
    }

    /// Whether the controller holding this entry is the line's owner. OR is one only at the default owner.
    #[must_use]
    pub fn is_owner(self) -> bool {
        !self.is_mirror() && self != LineState::OR
    }

    /// Whether this is one of the mirror's states: M0, MD, MF, MK.
    #[must_use]
    pub fn is_mirror(self) -> bool {
        matches!(self, LineState::M0 | LineState::MD | LineState::MF | LineState::MK)
    }
}
